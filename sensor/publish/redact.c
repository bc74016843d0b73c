#include "sensor/publish/redact.h"

#include <stdlib.h>
#include <string.h>

#include "rules/words.h"

#define NAME_LEN_MAX    64
#define NAME_DIGITS_MAX 5

static int compare_spans(const void *left, const void *right)
{
	const struct span *a = left, *b = right;

	return (a->from > b->from) - (a->from < b->from);
}

/* In order, inside the path, none empty. NULL without memory. */
static struct span *sort(const struct span *spans, size_t *count, size_t path_len, struct arena *arena)
{
	struct span *sorted = arena_alloc(arena, (*count + 1) * sizeof(*sorted));
	size_t kept = 0;

	if (sorted == NULL)
		return NULL;
	for (size_t i = 0; i < *count; i++) {
		struct span span = spans[i];

		if (span.len == 0 || span.from >= path_len)
			continue;
		if (span.len > path_len - span.from)
			span.len = path_len - span.from;
		sorted[kept++] = span;
	}
	qsort(sorted, kept, sizeof(*sorted), compare_spans);
	*count = kept;
	return sorted;
}

static void put(char *out, size_t *len, struct bytes part)
{
	if (part.len > 0)
		memcpy(out + *len, part.data, part.len);
	*len += part.len;
}

struct bytes redact_path(struct bytes path, const struct span *spans, size_t count, struct arena *arena)
{
	struct span *sorted = sort(spans, &count, path.len, arena);
	char *out = sorted == NULL ? NULL : arena_alloc(arena, path.len + count * sizeof(REDACT_MASK) + 1);
	size_t at = 0, len = 0;

	if (out == NULL)
		return BYTES_NONE;
	for (size_t i = 0; i < count;) {
		size_t end = sorted[i].from;

		put(out, &len, bytes_slice(path, at, sorted[i].from - at));
		put(out, &len, BYTES(REDACT_MASK));
		for (; i < count && sorted[i].from <= end; i++)
			if (sorted[i].from + sorted[i].len > end)
				end = sorted[i].from + sorted[i].len;
		at = end;
	}
	put(out, &len, bytes_from(path, at));
	return (struct bytes){.data = out, .len = len};
}

/* The byte at `*at` as a reader of the decoded name sees it. */
static char decoded_at(struct bytes name, size_t *at)
{
	char byte = name.data[(*at)++];
	int high, low;

	if (byte != '%' || name.len - *at < 2)
		return byte;
	high = ascii_hex_value(name.data[*at]);
	low = ascii_hex_value(name.data[*at + 1]);
	if (high < 0 || low < 0)
		return byte;
	*at += 2;
	return (char)(high * 16 + low);
}

static bool looks_like_a_value(struct bytes name)
{
	size_t digits = 0, len = 0;
	bool has_at_sign = false;
	char text[NAME_LEN_MAX];

	for (size_t at = 0; at < name.len; len++) {
		char byte = decoded_at(name, &at);

		digits += ascii_is_digit(byte) ? 1 : 0;
		has_at_sign |= byte == '@';
		if (len < sizeof(text))
			text[len] = byte;
	}
	return digits > NAME_DIGITS_MAX || has_at_sign || len > NAME_LEN_MAX ||
	       words_look_secret((struct bytes){.data = text, .len = len});
}

static char shape(char byte)
{
	if (ascii_is_digit(byte))
		return '9';
	if (byte >= 'A' && byte <= 'Z')
		return 'A';
	if (ascii_is_alpha(byte))
		return 'a';
	return byte > ' ' && byte < 0x7f ? byte : '?';
}

struct bytes redact_name(struct bytes name, struct arena *arena)
{
	char *out;
	size_t len = 0;

	if (!looks_like_a_value(name))
		return arena_copy(arena, name);
	out = arena_alloc(arena, NAME_LEN_MAX + 1);
	if (out == NULL)
		return BYTES_NONE;
	for (size_t at = 0; at < name.len && len < NAME_LEN_MAX;)
		out[len++] = shape(decoded_at(name, &at));
	return (struct bytes){.data = out, .len = len};
}

struct bytes redact_query(struct bytes query, struct arena *arena)
{
	/* A mask is never longer than its name, and '=' is copied only where one stood. */
	char *out = arena_alloc(arena, query.len + 1);
	size_t len = 0;

	if (out == NULL)
		return BYTES_NONE;
	for (struct bytes rest = query; rest.data != NULL;) {
		struct bytes value = bytes_split(&rest, '&');
		struct bytes name = bytes_split(&value, '=');
		struct bytes shown = redact_name(name, arena);

		if (shown.data == NULL)
			return BYTES_NONE;
		put(out, &len, shown);
		if (value.data != NULL)
			put(out, &len, BYTES("="));
		if (rest.data != NULL)
			put(out, &len, BYTES("&"));
	}
	return (struct bytes){.data = out, .len = len};
}
