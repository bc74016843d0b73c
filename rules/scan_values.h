/*
 * scan_values: the values of one exchange laid out one after another in one
 * text, each ended by a newline, with a note of where each came from.
 *
 * Owns     the text and the notes; reused from exchange to exchange.
 * Lends    everything until values_clear. Names lie in the exchange.
 * Thread   one scanner's.
 */
#pragma once

#include "parsers/body.h"
#include "rules/pack.h"
#include "rules/scan_layer.h"
#include "specs/departure.h"

struct scan_memory;
struct scan_names;
struct sieve;
struct word_trie;

/* A JSON object or array on the way to a value. */
struct scan_container {
	uint32_t parent;  /* number of its container, counted from 1; 0: it is the root */
	struct bytes key; /* its key in an object */
	uint32_t index;   /* its place in an array */
	bool is_in_array;
	uint8_t named; /* 1: the nearest key, its own or one above, gives context; 2: not it, but the one
			* above that; 0: neither
			*/
};

/* Do the names that count give context to what lies in the container, under this name? NULL: at the root. */
static inline bool container_is_named(const struct scan_container *container, struct bytes name)
{
	return container != NULL && (name.len > 0 ? container->named == 1 : container->named != 0);
}

struct scan_value {
	uint32_t offset, len; /* in the text */
	enum scan_place place;
	struct bytes name; /* key, parameter, field or cookie; in the path the segment before */
	bool is_json;
	bool is_in_array;
	uint32_t container; /* JSON: counted from 1; 0: the value is the root */
	uint32_t index;     /* JSON: its place in an array */
	size_t raw_offset;  /* path: where it stands in the path as sent; of a body read along: in the body */
	size_t raw_len;
	bool is_decoded;       /* path: text and raw differ */
	uint32_t lead, trail;  /* a piece of a longer text: its first bytes are the piece's before, its last
				* the next's
				*/
	bool is_uuid;          /* the whole text is one: it names something, and holds no data */
	bool is_name;          /* the text is the name itself: it gives no context */
	enum scan_layer layer; /* what the text was unwrapped from */
	bool is_sifted;        /* the sieve has looked: what it found stands in scan_values.found */
	uint32_t found_at;
	bool is_field; /* one that is remembered when nothing is found in it */
	bool is_tried; /* the matcher has looked at it */
};

/* What decides whether a value is kept; lent. */
struct scan_sift {
	struct sieve *sieve; /* NULL: every value is kept */
	struct scan_names *names;
	struct scan_memory *memory; /* of fields that hold nothing */
};

struct scan_values {
	char *text;
	size_t len, capacity;
	struct scan_value *list;
	size_t count, list_capacity;
	struct scan_container *containers;
	size_t container_count, container_capacity;
	uint64_t *found; /* of a value that was sifted: its lanes, and its words */
	size_t found_count, found_capacity;
	struct arena *arena;         /* of the exchange: what is unwrapped; NULL: nothing is */
	size_t seen_len, seen_count; /* with those that were not kept: the ceilings are for them */
	size_t opened_count;         /* containers, likewise */
	struct scan_sift sift;
	size_t len_min; /* shorter values match nothing */
	bool has_own;   /* classes of the user's, which may be looked for in UUIDs */
	bool is_cut;    /* a ceiling or no memory: something was left out */
};

void values_clear(struct scan_values *values);
void values_finish(struct scan_values *values);

/* Adds one value and what it holds a layer below; `value` has everything but offset and len. Cut at
 * LIMIT_SCAN_BYTES. */
void values_add(struct scan_values *values, const struct scan_value *value, struct bytes text);

/* The same of a header field: one that is known to hold nothing counts as seen, and no more. */
void values_add_field(struct scan_values *values, const struct scan_value *value, struct bytes text);

/* All was looked at: fields in which the matcher had nothing to look for hold nothing. */
void values_note_fields(struct scan_values *values);

/* Adds the value's name as a text of its own, where it could be data: {"kim@example.com": 1}. */
void values_add_name(struct scan_values *values, const struct scan_value *value);

/* A JSON object or array begins at the spot: its number, 0 at a ceiling or without memory. Its key is lent.
 */
uint32_t values_open(struct scan_values *values, const struct scan_value *spot);

/* All strings and numbers of a JSON tree. */
void values_add_json(struct scan_values *values, yyjson_val *root, enum scan_place place);

/* Pictures and sound hold no words, and much noise; likewise what could not be decoded. */
bool scan_is_noise(const struct message *message);

/* In other bytes shorter runs of text are noise too: a random byte is printable as often as not. */
#define SCAN_RUN_LEN_MIN 8

/* Where in the exchange a place is, as findings say it. */
enum side place_side(enum scan_place place);
enum part place_part(enum scan_place place);

/* All that is scanned of an exchange. */
void values_add_exchange(struct scan_values *values, struct exchange *exchange,
			 const struct body_reading *request, const struct body_reading *response);

/* Is there an array on the way to it? Then its two pointers differ. */
bool values_is_in_array(const struct scan_values *values, const struct scan_value *value);

/* RFC 6901, exact, or with array indexes folded to "-". At most `size` bytes; the length. */
size_t values_pointer(const struct scan_values *values, const struct scan_value *value, bool is_folded,
		      char *text, size_t size);
