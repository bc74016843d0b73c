/*
 * conform_odata: what conform does where the API is an OData service. For conform*.c only.
 */
#pragma once

#include "specs/conform_check.h"

/* With MATCH_OPERATION, and with MATCH_NO_PATH to say which name is not known. */
void odata_check(struct checking *checking, const struct body_reading *request,
		 const struct body_reading *response);
