/*
 * desk: answers one request of the admin API, whatever brought it here. Knows
 * no socket and no HTTP library.
 *
 *	desk_answer(&desk, &request, &response);
 *	...
 *	buffer_finish(&response.body);
 *
 * Thread   one.
 */
#pragma once

#include "sensor/admin/store.h"
#include "sensor/admin/tokens.h"
#include "sensor/board.h"
#include "sensor/loader.h"

struct desk {
	struct tokens tokens;
	struct store store;
	struct loader *loader;
	struct board *board;
};

struct desk_request {
	struct bytes method, path;
	struct bytes version, limit; /* of the query; data NULL: not given */
	const char *who;             /* the token's name */
	struct bytes body;
};

struct desk_response {
	unsigned status;
	const char *content_type;
	const char *allow;              /* of a 405, else NULL */
	char etag[DIGEST_TEXT_LEN + 3]; /* quoted SHA-256 of a file, or "" */
	struct buffer body;
};

void desk_answer(struct desk *desk, const struct desk_request *request, struct desk_response *out_response);

/* {"error": words} with that status. */
void desk_refuse(unsigned status, const char *words, struct desk_response *out_response);

/* Keeps as versions what lies in the contracts folders and is loaded. False: said why on stderr. */
bool desk_note_folder(struct desk *desk);
