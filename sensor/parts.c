#include "sensor/parts.h"

#include <string.h>

#include "parsers/base/check.h"

enum status parts_join(struct buffer *key, const struct bytes *parts, size_t count)
{
	enum status status = STATUS_OK;

	buffer_clear(key);
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		uint32_t len = (uint32_t)parts[i].len;

		status = buffer_append(key, (struct bytes){.data = (const char *)&len, .len = sizeof(len)});
		if (status == STATUS_OK)
			status = buffer_append(key, parts[i]);
	}
	return status;
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
