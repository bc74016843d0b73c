#include "sensor/parts.h"

#include <string.h>

#include "parsers/base/check.h"

enum status parts_join(struct buffer *key, const struct bytes *parts, size_t count)
{
	size_t whole = 0;
	enum status status;
	char *at;

	for (size_t i = 0; i < count; i++)
		whole += sizeof(uint32_t) + parts[i].len;
	buffer_clear(key);
	status = buffer_reserve(key, whole);
	if (status != STATUS_OK)
		return status;
	at = key->data;
	for (size_t i = 0; i < count; i++) {
		uint32_t len = (uint32_t)parts[i].len;

		at = mempcpy(at, &len, sizeof(len));
		if (len > 0)
			at = mempcpy(at, parts[i].data, len);
	}
	key->len = whole;
	return STATUS_OK;
}

void parts_split(struct bytes key, struct bytes *out_parts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t len;

		CHECK(key.len >= sizeof(len));
		memcpy(&len, key.data, sizeof(len));
		CHECK(key.len - sizeof(len) >= len);
		out_parts[i] = bytes_slice(key, sizeof(len), len);
		key = bytes_from(key, sizeof(len) + len);
	}
}
