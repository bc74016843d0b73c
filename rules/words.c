#include "rules/words.h"

#include <inttypes.h>
#include <string.h>

#include "specs/shape.h"

#define CLAIM_LEN_MAX    128
#define NAME_LEN_MAX     256
#define DIGITS_SENSITIVE 6

static const struct bytes masked = BYTES_INIT("{masked}");

bool words_look_sensitive(struct bytes text)
{
	unsigned digits = 0;

	for (size_t i = 0; i < text.len; i++) {
		char byte = text.data[i];

		if (byte == '@')
			return true;
		if (ascii_is_digit(byte))
			digits++;
		else if (bytes_find_byte(BYTES("-. "), byte) == BYTES_NOT_FOUND)
			digits = 0;
		if (digits >= DIGITS_SENSITIVE)
			return true;
	}
	/* Still encoded: "%40". */
	return bytes_find(text, BYTES("%40")) != BYTES_NOT_FOUND;
}

static bool is_printable(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7F)
			return false;
	}
	return true;
}

struct bytes words_name(struct bytes name)
{
	if (name.len > NAME_LEN_MAX || words_look_sensitive(name) || !is_printable(name))
		return masked;
	return name;
}

struct bytes words_path(struct bytes path, struct arena *arena)
{
	size_t len = 0;
	char *out;

	if (bytes_equal(words_name(path), path))
		return path;
	/* Every part may be replaced by a longer one. */
	out = arena_alloc(arena, path.len + 1 + (path.len / 2 + 1) * masked.len);
	if (out == NULL)
		return BYTES_NONE;
	for (struct bytes rest = path; rest.data != NULL;) {
		struct bytes part = words_name(bytes_split(&rest, '/'));

		if (part.len > 0)
			memcpy(out + len, part.data, part.len);
		len += part.len;
		if (rest.data != NULL)
			out[len++] = '/';
	}
	return (struct bytes){.data = out, .len = len};
}

struct bytes words_claim(struct bytes value, struct arena *arena)
{
	bool has_letter = false;

	for (size_t i = 0; i < value.len; i++) {
		char byte = value.data[i];

		if (!ascii_is_alnum(byte) && bytes_find_byte(BYTES(":/._-"), byte) == BYTES_NOT_FOUND)
			return shape_mask(value, arena);
		has_letter = has_letter || ascii_is_alpha(byte);
	}
	if (!has_letter || words_look_sensitive(value))
		return shape_mask(value, arena);
	return bytes_slice(value, 0, CLAIM_LEN_MAX);
}

struct bytes words_duration(uint64_t seconds, struct arena *arena)
{
	uint64_t minutes = seconds / 60, hours = minutes / 60, days = hours / 24;

	if (days > 0)
		return arena_printf(arena, "%" PRIu64 " d %" PRIu64 " h", days, hours % 24);
	if (hours > 0)
		return arena_printf(arena, "%" PRIu64 " h %" PRIu64 " min", hours, minutes % 60);
	if (minutes > 1)
		return arena_printf(arena, "%" PRIu64 " min", minutes);
	return arena_printf(arena, "%" PRIu64 " s", seconds);
}
