/*
 * bytes: a borrowed run of bytes. It owns nothing, need not end in NUL, and
 * may hold any byte. Text is bytes too. What is asked of nearly every byte or
 * run of the traffic stands here, to be part of whoever asks.
 *
 *	if (bytes_equal_nocase(header->name, BYTES("content-type")))
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

/* NULL gives the empty run. */
static inline struct bytes bytes_of(const char *text)
{
	return text == NULL ? BYTES_NONE : (struct bytes){.data = text, .len = strlen(text)};
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool bytes_equal_letters(struct bytes a, struct bytes b); /* of one length: bytes_equal_nocase asks it */

/* ASCII only. */
static inline bool bytes_equal_nocase(struct bytes a, struct bytes b)
{
	return a.len == b.len && bytes_equal_letters(a, b);
}

int bytes_compare(struct bytes a, struct bytes b); /* memcmp order, shorter first */
bool bytes_ends(struct bytes run, struct bytes suffix);
bool bytes_ends_nocase(struct bytes run, struct bytes suffix);

/* Index of the first occurrence, or BYTES_NOT_FOUND. */
static inline size_t bytes_find_byte(struct bytes run, char byte)
{
	const char *at = run.len == 0 ? NULL : (const char *)memchr(run.data, byte, run.len);

	return at == NULL ? BYTES_NOT_FOUND : (size_t)(at - run.data);
}

size_t bytes_find(struct bytes run, struct bytes part);
size_t bytes_find_nocase(struct bytes run, struct bytes part);

/* From index `from`, at most `len` bytes; both are cut to what is there. */
static inline struct bytes bytes_slice(struct bytes run, size_t from, size_t len)
{
	if (from >= run.len)
		return (struct bytes){.data = run.data == NULL ? NULL : run.data + run.len, .len = 0};
	if (len > run.len - from)
		len = run.len - from;
	return (struct bytes){.data = run.data + from, .len = len};
}

static inline struct bytes bytes_from(struct bytes run, size_t from)
{
	return bytes_slice(run, from, SIZE_MAX);
}

static inline bool bytes_starts(struct bytes run, struct bytes prefix)
{
	return run.len >= prefix.len && (prefix.len == 0 || memcmp(run.data, prefix.data, prefix.len) == 0);
}

/* Splits at the first `separator`: the part before it is returned, *rest is
 * moved behind it. At the end *rest becomes {NULL, 0}:
 *
 *	for (struct bytes rest = line; rest.data != NULL;)
 *		use(bytes_split(&rest, ','));
 */
static inline struct bytes bytes_split(struct bytes *rest, char separator)
{
	struct bytes whole = *rest;
	size_t at = bytes_find_byte(whole, separator);

	if (at == BYTES_NOT_FOUND) {
		*rest = BYTES_NONE;
		return whole;
	}
	*rest = bytes_from(whole, at + 1);
	return bytes_slice(whole, 0, at);
}

/* Decimal digits only, no sign, no space; false when empty, not digits or too large. */
bool bytes_to_u64(struct bytes run, uint64_t *out_value);

static inline char ascii_lower(char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
}

static inline bool ascii_is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static inline bool ascii_is_alpha(char byte)
{
	char lower = ascii_lower(byte);

	return lower >= 'a' && lower <= 'z';
}

static inline bool ascii_is_alnum(char byte)
{
	return ascii_is_digit(byte) || ascii_is_alpha(byte);
}

/* Space, tab, CR, LF. */
static inline bool ascii_is_space(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Without such bytes at both ends. */
static inline struct bytes bytes_trim(struct bytes run)
{
	while (run.len > 0 && ascii_is_space(run.data[0]))
		run = bytes_from(run, 1);
	while (run.len > 0 && ascii_is_space(run.data[run.len - 1]))
		run.len--;
	return run;
}

/* 0..15, or -1. */
static inline int ascii_hex_value(char byte)
{
	char lower = ascii_lower(byte);

	if (ascii_is_digit(byte))
		return byte - '0';
	if (lower >= 'a' && lower <= 'f')
		return lower - 'a' + 10;
	return -1;
}
