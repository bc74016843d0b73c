/*
 * scan_along: the data scan of a body that is too large to keep, as it comes.
 *
 * JSON, and sequences of JSON texts, are read into values with their pointers,
 * as if the whole were there. Other text is looked at in windows that overlap:
 * a value across a border is found in the window that it begins in, and there
 * only. gRPC messages are read one by one, those of up to 64 KiB. Of other bytes the
 * runs of text are looked at.
 *
 *	along = along_new(exchange, message);
 *	along_take(along, scanner, part);	the body from its first byte, decoded
 *	along_end(along, scanner);
 *
 * What it found is told with the rest of the exchange, by scanner_scan.
 *
 * Owns     nothing: all of it is in the exchange's arena.
 * Lends    what it found, as long as the exchange lives.
 * Thread   the worker's.
 */
#pragma once

#include "parsers/base/limits.h"
#include "parsers/body.h"
#include "rules/scan.h"
#include "rules/scan_values.h"

/* Keys of one window, and of the levels that are open. */
#define ALONG_KEYS_MAX ((size_t)(64 * KIB))

/* A text that comes in pieces is looked at when so much of it is there. */
#define ALONG_HELD_MAX ((size_t)(64 * KIB))

enum along_state { ALONG_BETWEEN, ALONG_STRING, ALONG_ESCAPE, ALONG_HEX, ALONG_SCALAR };

/* An open JSON object or array. */
struct along_level {
	uint32_t container; /* of the window in hand */
	uint32_t index;     /* of the item at hand */
	uint32_t key_from, key_len;
	bool is_array;
	bool wants_key; /* the next string is one */
};

struct along_json {
	struct along_level levels[LIMIT_JSON_DEPTH + 1];
	size_t depth;
	bool is_sequence; /* the first level is the sequence itself */
	char *keys;       /* of the levels and of the window in hand */
	size_t keys_len;
	enum along_state state;
	unsigned hex_left;
	uint32_t hex, high; /* of \uXXXX; the first half of a pair */
};

struct scan_along {
	struct exchange *exchange;
	enum scan_place place;
	struct hits hits; /* given, left_out, is_cut; the hits are those of `list` */
	struct hit *list; /* LIMIT_HITS of them, each with ... */
	struct bytes *folded;
	struct bytes *class_ids; /* the packs may change before the body ends */
	bool is_begun, is_placed;
	enum body_syntax syntax;
	uint64_t offset; /* of the part in hand */
	uint64_t work;
	struct arena scratch; /* of the window in hand */

	/* the text that is not over */
	char *held;
	size_t held_len, lead;
	uint64_t held_at; /* its offset */
	struct along_json json;
	uint64_t grpc_left; /* bytes to come of a gRPC message that is too large to hold */
};

bool along_wants(const struct message *message); /* false for pictures and the like */

struct scan_along *along_new(struct exchange *exchange,
			     const struct message *message); /* NULL without memory */
void along_take(struct scan_along *along, struct scanner *scanner, struct bytes part);
void along_end(struct scan_along *along, struct scanner *scanner);

/* -- inside scan.c: its values, empty; then what was laid out there is scanned. What that cost. */
struct scan_values *scanner_window(struct scanner *scanner, struct arena *arena);
uint64_t scanner_scan_window(struct scanner *scanner, struct scan_along *along);

/* -- inside scan_along_json.c ------------------------------------------------------------------ */

/* Before a window, and after it: what of its keys is still needed. */
void along_json_open(struct scan_along *along, struct scan_values *values);
void along_json_settle(struct scan_along *along);

/* How much of the part it read: all of it, unless this is no JSON. */
size_t along_json_take(struct scan_along *along, struct scan_values *values, struct bytes part);
void along_json_end(struct scan_along *along, struct scan_values *values);

/* -- inside scan_along_grpc.c: how much of the part it read. What is no gRPC has another syntax from there
 * on. */
size_t along_grpc_take(struct scan_along *along, struct scan_values *values, struct bytes part);
void along_grpc_end(struct scan_along *along, struct scan_values *values);

/* -- inside scan_along.c: runs of text in other bytes, which stand at an offset. ----------------- */
void along_runs_take(struct scan_along *along, struct scan_values *values, struct bytes part, uint64_t at);
void along_runs_end(struct scan_along *along, struct scan_values *values);

/* -- inside scan_along.c: a text that comes in pieces. `value` says where it stands. ------------ */

void along_hold(struct scan_along *along, struct scan_values *values, const struct scan_value *value,
		struct bytes piece, uint64_t at);
void along_let_go(struct scan_along *along, struct scan_values *values, const struct scan_value *value);
