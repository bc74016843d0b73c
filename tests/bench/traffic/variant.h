/*
 * variant: what kinds of traffic there are, and how one exchange of each is written.
 */
#pragma once

#include "tests/bench/traffic/bodies.h"
#include "tests/bench/traffic/h2.h"
#include "tests/bench/traffic/worst.h"

struct variant {
	const char *name;
	unsigned exchanges_max; /* a connection */
	unsigned segment_len;
	enum {
		SHAPE_JSON,
		SHAPE_SMALL,
		SHAPE_LARGE,
		SHAPE_PING,
		SHAPE_WORST,
		SHAPE_SHAPES,
		SHAPE_REPEATED,
	} shape;
	enum worst worst; /* WORST_KINDS: any */
	bool is_h2, is_gzip, is_backwards;
	bool is_tls_ready;  /* as a decrypting mirror shows it; half of the connections are HTTP/2 */
	unsigned chunk_len; /* 0: some are chunked, and have the usual length */
	unsigned more_fields;
};

/* NULL: there is none of that name. */
const struct variant *variant_find(const char *name);

/* One turn of a connection: HTTP/1 says one request and its response, HTTP/2 some at once. */
struct turn {
	const struct variant *variant;
	struct chance *chance;
	struct hand hand;
	struct planted *planted;
	struct text *request, *response;
	struct h2 *sides; /* client and server; NULL: HTTP/1 */
	uint32_t *stream; /* the last one */
	unsigned count;   /* exchanges of this turn */
};

void variant_turn(const struct turn *turn);
