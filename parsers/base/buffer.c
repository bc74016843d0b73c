#include "parsers/base/buffer.h"

#include <stdlib.h>
#include <string.h>

void buffer_finish(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){.bytes_max = buffer->bytes_max};
}

void buffer_wipe(struct buffer *buffer)
{
	if (buffer->data != NULL)
		explicit_bzero(buffer->data, buffer->len);
	buffer_finish(buffer);
}

void buffer_clear(struct buffer *buffer)
{
	buffer->len = 0;
}

struct bytes buffer_bytes(const struct buffer *buffer)
{
	return (struct bytes){.data = buffer->data, .len = buffer->len};
}

enum status buffer_reserve(struct buffer *buffer, size_t len)
{
	size_t wanted, capacity;
	char *data;

	if (len > buffer->bytes_max - buffer->len)
		return STATUS_LIMIT;
	wanted = buffer->len + len;
	if (wanted <= buffer->capacity)
		return STATUS_OK;
	capacity = buffer->capacity == 0 ? 256 : buffer->capacity;
	while (capacity < wanted)
		capacity = capacity > SIZE_MAX / 2 ? wanted : capacity * 2;
	if (capacity > buffer->bytes_max)
		capacity = buffer->bytes_max;
	data = realloc(buffer->data, capacity);
	if (data == NULL)
		return STATUS_NO_MEMORY;
	buffer->data = data;
	buffer->capacity = capacity;
	return STATUS_OK;
}

enum status buffer_append(struct buffer *buffer, struct bytes run)
{
	enum status status = buffer_reserve(buffer, run.len);

	if (status != STATUS_OK || run.len == 0)
		return status;
	memcpy(buffer->data + buffer->len, run.data, run.len);
	buffer->len += run.len;
	return STATUS_OK;
}

enum status buffer_append_byte(struct buffer *buffer, char byte)
{
	return buffer_append(buffer, (struct bytes){.data = &byte, .len = 1});
}

size_t buffer_append_some(struct buffer *buffer, struct bytes run)
{
	size_t room = buffer->bytes_max - buffer->len;
	struct bytes part = bytes_slice(run, 0, room);

	return buffer_append(buffer, part) == STATUS_OK ? part.len : 0;
}
