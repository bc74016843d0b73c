#include "rules/scan_context.h"

#include <string.h>

#define BEFORE_MAX    40
#define LONG_WORD_LEN 6

void context_clear(struct scan_context *context)
{
	context->len = 0;
	context->part_count = 0;
}

static bool is_upper(char byte)
{
	return byte >= 'A' && byte <= 'Z';
}

static bool is_word(char byte)
{
	return ascii_is_alnum(byte) || (unsigned char)byte >= 0x80;
}

/* "socialSecurity", "UNLocation", "email2": does a part begin at `at`? */
static bool is_part_start(struct bytes name, size_t at)
{
	char byte = name.data[at], before = at > 0 ? name.data[at - 1] : ' ';

	if (!is_word(before) || ascii_is_digit(byte) != ascii_is_digit(before))
		return true;
	if (!is_upper(byte))
		return false;
	return !is_upper(before) ||
	       (at + 1 < name.len && ascii_is_alpha(name.data[at + 1]) && !is_upper(name.data[at + 1]));
}

void context_add(struct scan_context *context, struct bytes name)
{
	bool is_first = true;

	for (size_t at = 0; at < name.len && context->len < CONTEXT_TEXT_MAX; at++) {
		if (!is_word(name.data[at]))
			continue;
		if (is_first || is_part_start(name, at)) {
			if (context->part_count == CONTEXT_PARTS_MAX)
				break;
			context->starts[context->part_count++] = (uint16_t)context->len;
		}
		is_first = false;
		context->text[context->len++] = ascii_lower(name.data[at]);
	}
	context->starts[context->part_count] = (uint16_t)context->len;
}

/* The end of a part; a plural's 's' before it does not count. */
static bool is_boundary(const struct scan_context *context, size_t at)
{
	for (size_t i = 0; i <= context->part_count; i++)
		if (context->starts[i] == at ||
		    (at < context->len && context->text[at] == 's' && context->starts[i] == at + 1))
			return true;
	return false;
}

bool context_has(const struct scan_context *context, struct bytes word)
{
	if (word.len == 0 || word.len > context->len)
		return false;
	if (word.len >= LONG_WORD_LEN)
		return bytes_find((struct bytes){context->text, context->len}, word) != BYTES_NOT_FOUND;
	for (size_t i = 0; i < context->part_count; i++) {
		size_t start = context->starts[i];

		if (start + word.len <= context->len &&
		    memcmp(context->text + start, word.data, word.len) == 0 &&
		    is_boundary(context, start + word.len))
			return true;
	}
	return false;
}

bool context_has_any(const struct scan_context *context, const struct bytes *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (context_has(context, words[i]))
			return true;
	return false;
}

/* A line belongs to the one before when nothing but white space stands in it before the match (MIME parts).
 */
static bool is_blank(struct bytes run)
{
	return bytes_trim(run).len == 0;
}

struct bytes context_before(struct bytes text, size_t from)
{
	size_t at = from;

	while (at > 0 && from - at < BEFORE_MAX) {
		char byte = text.data[at - 1], next = at < from ? text.data[at] : '\0';

		if (byte == ';' || byte == '&' || byte == ',' || byte == '}' || (byte == '.' && next == ' '))
			break;
		if (byte == '\n' && !is_blank(bytes_slice(text, at, from - at)))
			break;
		if (byte == '<' && next == '/') {
			/* The end tag closes what came before. */
			size_t end = bytes_find_byte(bytes_slice(text, at, from - at), '>');

			at = end == BYTES_NOT_FOUND ? at : at + end + 1;
			break;
		}
		at--;
	}
	return bytes_slice(text, at, from - at);
}
