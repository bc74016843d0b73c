/*
 * bytes: a borrowed run of bytes. It owns nothing, need not end in NUL, and
 * may hold any byte. Text is bytes too.
 *
 *	if (bytes_equal_nocase(header->name, BYTES("content-type")))
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	const char *data;
	size_t len;
};

#define BYTES(literal) ((struct bytes){.data = (literal), .len = sizeof(literal) - 1})
#define BYTES_INIT(literal)                                                                                  \
	{                                                                                                    \
		.data = (literal), .len = sizeof(literal) - 1                                                \
	} /* for static tables */
#define BYTES_NONE       ((struct bytes){.data = NULL, .len = 0})
#define BYTES_FORMAT     "%.*s"
#define BYTES_PRINT(run) (int)(run).len, (run).data /* printf arguments for BYTES_FORMAT */
#define BYTES_NOT_FOUND  SIZE_MAX

struct bytes bytes_of(const char *text); /* NULL gives the empty run */

bool bytes_equal(struct bytes a, struct bytes b);
bool bytes_equal_nocase(struct bytes a, struct bytes b); /* ASCII only */
int bytes_compare(struct bytes a, struct bytes b);       /* memcmp order, shorter first */
bool bytes_starts(struct bytes run, struct bytes prefix);
bool bytes_ends(struct bytes run, struct bytes suffix);
bool bytes_ends_nocase(struct bytes run, struct bytes suffix);

/* Index of the first occurrence, or BYTES_NOT_FOUND. */
size_t bytes_find_byte(struct bytes run, char byte);
size_t bytes_find(struct bytes run, struct bytes part);
size_t bytes_find_nocase(struct bytes run, struct bytes part);

/* From index `from`, at most `len` bytes; both are cut to what is there. */
struct bytes bytes_slice(struct bytes run, size_t from, size_t len);
struct bytes bytes_from(struct bytes run, size_t from);
struct bytes bytes_trim(struct bytes run); /* space, tab, CR, LF at both ends */

/* Splits at the first `separator`: the part before it is returned, *rest is
 * moved behind it. At the end *rest becomes {NULL, 0}:
 *
 *	for (struct bytes rest = line; rest.data != NULL;)
 *		use(bytes_split(&rest, ','));
 */
struct bytes bytes_split(struct bytes *rest, char separator);

/* Decimal digits only, no sign, no space; false when empty, not digits or too large. */
bool bytes_to_u64(struct bytes run, uint64_t *out_value);

char ascii_lower(char byte);
bool ascii_is_digit(char byte);
bool ascii_is_alpha(char byte);
bool ascii_is_alnum(char byte);
bool ascii_is_space(char byte); /* space, tab, CR, LF */
int ascii_hex_value(char byte); /* 0..15, or -1 */
