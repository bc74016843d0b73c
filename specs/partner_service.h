/*
 * partner_service: what a partner file says about service levels, and which
 * findings somebody has accepted for a time.
 *
 * Lends    texts of the document, lists in the arena.
 */
#pragma once

#include "specs/contract.h"
#include "specs/partner_value.h"

void slo_read(struct values *values, struct slo_agreed *out_slo);
void resources_read(struct values *values, struct resources_agreed *out_resources);
const struct suppression *suppressions_read(struct values *values, size_t *out_count);
