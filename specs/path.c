#include "specs/path.h"

/* RFC 3986 section 2.3. */
static bool is_unreserved(int byte)
{
	return ascii_is_alnum((char)byte) || byte == '-' || byte == '.' || byte == '_' || byte == '~';
}

static int escape_value(struct bytes text, size_t at)
{
	int high, low;

	if (text.data[at] != '%' || text.len - at < 3)
		return -1;
	high = ascii_hex_value(text.data[at + 1]);
	low = ascii_hex_value(text.data[at + 2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool must_escape(unsigned char byte)
{
	return byte <= ' ' || byte >= 0x7f;
}

static bool is_normal(struct bytes segment)
{
	for (size_t i = 0; i < segment.len; i++)
		if (segment.data[i] == '%' || must_escape((unsigned char)segment.data[i]))
			return false;
	return true;
}

static size_t put_escape(char *at, unsigned byte)
{
	static const char digits[] = "0123456789ABCDEF";

	at[0] = '%';
	at[1] = digits[byte >> 4 & 15];
	at[2] = digits[byte & 15];
	return 3;
}

struct bytes path_normalise(struct bytes segment, struct arena *arena)
{
	char *text;
	size_t len = 0;

	if (is_normal(segment))
		return segment.data == NULL ? BYTES("") : segment;
	text = arena_alloc(arena, segment.len * 3);
	if (text == NULL)
		return BYTES_NONE;
	for (size_t i = 0; i < segment.len; i++) {
		int value = escape_value(segment, i);

		if (value < 0 && !must_escape((unsigned char)segment.data[i]))
			text[len++] = segment.data[i];
		else if (value < 0)
			len += put_escape(text + len, (unsigned char)segment.data[i]);
		else if (is_unreserved(value))
			text[len++] = (char)value;
		else
			len += put_escape(text + len, (unsigned)value);
		i += value < 0 ? 0 : 2;
	}
	return (struct bytes){.data = text, .len = len};
}

/* RFC 3986 section 5.2.4; a dot segment at the end leaves an empty one: "/a/." is "/a/". */
static bool take_dots(struct path_segments *segments, struct bytes segment, bool is_last)
{
	bool is_up = bytes_equal(segment, BYTES(".."));

	if (!is_up && !bytes_equal(segment, BYTES(".")))
		return false;
	if (is_up && segments->count > 0)
		segments->count--;
	if (is_last)
		segments->list[segments->count++] = BYTES("");
	return true;
}

bool path_split(struct bytes path, struct arena *arena, struct path_segments *out_segments)
{
	struct bytes rest = path.len > 0 && path.data[0] == '/' ? bytes_from(path, 1) : path;

	out_segments->count = 0;
	if (rest.data == NULL)
		rest = BYTES("");
	while (rest.data != NULL) {
		struct bytes segment = path_normalise(bytes_split(&rest, '/'), arena);

		if (segment.data == NULL || out_segments->count == LIMIT_PATH_SEGMENTS)
			return false;
		if (!take_dots(out_segments, segment, rest.data == NULL))
			out_segments->list[out_segments->count++] = segment;
	}
	return true;
}
