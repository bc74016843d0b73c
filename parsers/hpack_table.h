/*
 * hpack_table: the fields that an HTTP/2 header block may refer to by a number (RFC 7541 section 2.3): those
 *of the RFC, and behind them the dynamic table of one direction, the newest first.
 *
 *	struct hpack_table table = {.bytes_max = HPACK_TABLE_AT_FIRST};
 *	field = hpack_table_find(&table, place);	NULL: there is none
 *	hpack_table_add(&table, &field);
 *	hpack_table_forget(&table);		the fields that were found are no longer needed
 *	hpack_table_finish(&table);
 *
 * Fields that were never seen can stand behind all others: placeholders, which cost nothing but their share
 *of the table.
 *
 * Owns     its fields. Names are shared: a field may be added with the long name of another at the cost of a
 *byte. Lends    what is found, until hpack_table_forget: a field that has to go waits for that. Thread   one.
 */
#pragma once

#include "parsers/base/bytes.h"

/* RFC 7541 section 4.1: a field costs its name, its value, and so much. */
#define HPACK_FIELD_COST 32

#define HPACK_TABLE_AT_FIRST 4096 /* RFC 9113 section 6.5.2 */

/* Names of the RFC's table, as its first field of that name is numbered. */
enum hpack_place {
	HPACK_ELSEWHERE, /* the name is not in it */
	HPACK_AUTHORITY,
	HPACK_METHOD,
	HPACK_PATH = 4,
	HPACK_SCHEME = 6,
	HPACK_STATUS = 8,
	HPACK_FIXED = 61, /* fields it has */
};

struct hpack_name {
	struct bytes text;
	enum hpack_place place;
	bool is_valid; /* as that of a field (RFC 9113 section 8.2.1): lower case, no colon but in front */
	uint32_t uses; /* by fields of the dynamic table; 0: it is not theirs */
};

struct hpack_field {
	const struct hpack_name *name;
	struct bytes value;
};

struct hpack_table {
	struct hpack_entry **ring;
	uint32_t room, count; /* room is a power of two, or 0 */
	uint32_t newest;      /* its place in the ring */
	uint32_t unseen;      /* placeholders behind all of them */
	uint32_t bytes, bytes_max;
	struct hpack_entry *gone; /* what had to go since hpack_table_forget */
};

void hpack_table_finish(struct hpack_table *table); /* empty again; accepts zeroed memory */

/* `count` placeholders into an empty table: their name is one NUL byte, which no field may have. */
void hpack_table_seed(struct hpack_table *table, uint32_t count);
#define HPACK_UNSEEN      ((struct bytes){.data = "", .len = 1})
#define HPACK_UNSEEN_COST (HPACK_FIELD_COST + 1)

const struct hpack_field *hpack_table_find(const struct hpack_table *table, uint32_t number);
/* A copy of it. False: no memory. */
bool hpack_table_add(struct hpack_table *table, const struct hpack_field *field);
void hpack_table_resize(struct hpack_table *table, uint32_t bytes_max);
void hpack_table_forget(struct hpack_table *table);

/* The names of the pseudo-fields, by their text; NULL: another. */
const struct hpack_name *hpack_table_pseudo(struct bytes text);
