#include "rules/mask.h"

#include <string.h>

/* Longer values are cut: a sample is for people. */
#define SAMPLE_CHARACTERS_MAX 64

static bool is_start(char byte)
{
	return ((unsigned char)byte & 0xc0) != 0x80; /* not a UTF-8 continuation byte */
}

static size_t characters(struct bytes text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += is_start(text.data[i]);
	return count;
}

/* How many bytes the first `count` characters take. */
static size_t prefix_len(struct bytes text, size_t count)
{
	size_t i = 0;

	for (; i < text.len; i++)
		if (is_start(text.data[i]) && count-- == 0)
			break;
	return i;
}

static bool is_separator(char byte)
{
	return byte == ' ' || byte == '-' || byte == '.' || byte == '/' || byte == '(' || byte == ')' ||
	       byte == '+';
}

/* Characters that count: separators say nothing. */
static size_t telling(struct bytes text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += is_start(text.data[i]) && !is_separator(text.data[i]);
	return count;
}

static struct bytes mask_middle(const struct mask_plan *plan, struct bytes value, struct arena *arena)
{
	size_t all = telling(value), first = plan->keep_first, last = plan->keep_last, seen = 0, len = 0;
	char *text = arena_alloc(arena, value.len + 1);

	size_t shown_max = plan->keep_first == 6 && plan->keep_last == 4 ? all * 2 / 3 : all / 2;

	if (text == NULL)
		return BYTES_NONE;
	if (last > shown_max)
		last = shown_max;
	if (first > shown_max - last)
		first = shown_max - last;
	for (size_t i = 0; i < value.len; i++) {
		char byte = value.data[i];
		bool is_new = is_start(byte);

		if (is_new && !is_separator(byte))
			seen++;
		if (is_separator(byte) || (seen >= 1 && seen <= first) || seen > all - last)
			text[len++] = byte;
		else if (is_new)
			text[len++] = '*';
	}
	return (struct bytes){text, len};
}

static struct bytes mask_email(struct bytes value, struct arena *arena)
{
	size_t at = bytes_find_byte(value, '@');
	size_t shown = prefix_len(value, 1);

	if (at == BYTES_NOT_FOUND)
		return arena_copy(arena, BYTES("***"));
	if (at < 2 * shown)
		shown = 0; /* a single character is the whole local part */
	return arena_printf(arena, BYTES_FORMAT "***" BYTES_FORMAT, BYTES_PRINT(bytes_slice(value, 0, shown)),
			    BYTES_PRINT(bytes_from(value, at)));
}

struct bytes mask_value(const struct mask_plan *plan, bool is_secret, struct bytes value, struct arena *arena)
{
	size_t count = characters(value);

	if (is_secret) {
		size_t shown = plan->keep_first <= count / 2 ? plan->keep_first : count / 2;

		return arena_printf(arena, BYTES_FORMAT "...(%zu)",
				    BYTES_PRINT(bytes_slice(value, 0, prefix_len(value, shown))), count);
	}
	if (plan->is_email)
		return mask_email(value, arena);
	if (count > SAMPLE_CHARACTERS_MAX) {
		struct mask_plan first_only = {.keep_first = plan->keep_first};

		return mask_middle(&first_only,
				   bytes_slice(value, 0, prefix_len(value, SAMPLE_CHARACTERS_MAX)), arena);
	}
	return mask_middle(plan, value, arena);
}
