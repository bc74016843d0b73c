/*
 * odata_read: what the files of odata share. For odata*.c only.
 */
#pragma once

#include "specs/csdl_read.h"
#include "specs/odata.h"

/* The operations of one template lie side by side. */
struct odata_route {
	size_t first, count;
};

struct odata {
	struct csdl *csdl;
	struct map routes; /* template -> struct odata_route */
	struct operation *operations;
	size_t operation_count;
};

/* "{OrderID}", or "OrderID={OrderID},ItemID={ItemID}". */
void odata_key_print(char *text, size_t text_len, const struct csdl_type *type);
