#include "parsers/base/bytes.h"

#include <string.h>

bool bytes_equal_letters(struct bytes a, struct bytes b)
{
	size_t i = 0;

	/* most of what is the same has the same case */
	while (a.len - i >= 8 && memcmp(a.data + i, b.data + i, 8) == 0)
		i += 8;
	for (; i < a.len; i++)
		if (a.data[i] != b.data[i] && ascii_lower(a.data[i]) != ascii_lower(b.data[i]))
			return false;
	return true;
}

int bytes_compare(struct bytes a, struct bytes b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool bytes_ends(struct bytes run, struct bytes suffix)
{
	return run.len >= suffix.len && bytes_equal(bytes_from(run, run.len - suffix.len), suffix);
}

bool bytes_ends_nocase(struct bytes run, struct bytes suffix)
{
	return run.len >= suffix.len && bytes_equal_nocase(bytes_from(run, run.len - suffix.len), suffix);
}

/* memmem makes itself a table first, which costs more than to look through a short run. */
#define SHORT_LEN 64

static size_t find_short(struct bytes run, struct bytes part)
{
	for (size_t at = 0; at + part.len <= run.len; at++)
		if (run.data[at] == part.data[0] && memcmp(run.data + at, part.data, part.len) == 0)
			return at;
	return BYTES_NOT_FOUND;
}

size_t bytes_find(struct bytes run, struct bytes part)
{
	const char *at;

	if (part.len == 0)
		return 0;
	if (part.len > run.len)
		return BYTES_NOT_FOUND;
	if (run.len <= SHORT_LEN)
		return find_short(run, part);
	at = memmem(run.data, run.len, part.data, part.len);
	return at == NULL ? BYTES_NOT_FOUND : (size_t)(at - run.data);
}

size_t bytes_find_nocase(struct bytes run, struct bytes part)
{
	for (size_t i = 0; i + part.len <= run.len; i++)
		if ((part.len == 0 || ascii_lower(run.data[i]) == ascii_lower(part.data[0])) &&
		    bytes_equal_nocase((struct bytes){run.data + i, part.len}, part))
			return i;
	return BYTES_NOT_FOUND;
}

bool bytes_to_u64(struct bytes run, uint64_t *out_value)
{
	uint64_t value = 0;

	if (run.len == 0)
		return false;
	for (size_t i = 0; i < run.len; i++) {
		if (!ascii_is_digit(run.data[i]))
			return false;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(run.data[i] - '0'), &value))
			return false;
	}
	*out_value = value;
	return true;
}
