/*
 * desk_upload: PUT and DELETE of the admin API: looked at together with everything
 * else, stored, swapped in; or refused with the lines to mend. For desk*.c only.
 */
#pragma once

#include <yyjson.h>

#include "sensor/admin/desk.h"
#include "sensor/admin/route.h"

#define DESK_FILE_LEN_MAX 512

/* Where the file of a route lies, relative to the contracts folder. */
struct desk_place {
	char file[DESK_FILE_LEN_MAX];
	const struct partner *partner; /* NULL: not known yet; as long as the loader's lock is held */
	bool is_loaded;                /* the file is part of the contract now */
	bool is_of_other;              /* the spec is another partner's too */
};

/* With the loader's lock held. False: the name is too long. */
bool desk_place(const struct contract *contract, const struct route *route, struct desk_place *out_place);

void desk_put(struct desk *desk, const struct route *route, const struct desk_request *request,
	      struct desk_response *out);
void desk_delete(struct desk *desk, const struct route *route, const struct desk_request *request,
		 struct desk_response *out);

/* -- desk.c ------------------------------------------------------------------------- */
void desk_write_json(yyjson_mut_doc *doc, unsigned status,
		     struct desk_response *out); /* frees the document */
yyjson_mut_val *desk_version_json(yyjson_mut_doc *doc, const struct store_version *version);
