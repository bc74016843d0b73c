/*
 * schema_class: what a schema says about the data that its value holds.
 *
 *	x-specular-sensitive: us_ssn | [us_ssn, pan] | true     these may stand here; true: any
 *	x-specular-masked: pan | [pan] | true                   these only masked
 *	format: email                                           the class of that name may stand here
 *
 * Asked only where the scan found something, so it reads the schema as it was written.
 */
#pragma once

#include "specs/schema.h"

bool schema_declares_class(const struct schema *schema, struct bytes class_id); /* NULL: no */
bool schema_masks_class(const struct schema *schema, struct bytes class_id);    /* NULL: no */
