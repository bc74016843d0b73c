#include "sensor/publish/spool_message.h"

#include <string.h>

#include "parsers/base/cursor.h"
#include "parsers/base/limits.h"
#include "sensor/publish/spool_frame.h"

#define FORM 1 /* of these bytes; another form gets another number */

static enum status add_text(struct buffer *out, struct bytes text)
{
	char len[4];
	enum status status;

	frame_put_u32(len, (uint32_t)text.len);
	status = buffer_append(out, (struct bytes){.data = len, .len = sizeof(len)});
	return status == STATUS_OK && text.len > 0 ? buffer_append(out, text) : status;
}

enum status spool_message_write(const struct sink_message *message, struct buffer *out)
{
	const struct bytes texts[] = {message->key, message->id, message->type, message->subject,
				      message->partner};
	char head[16];
	enum status status;

	if (message->value.len > LIMIT_RECORD_BYTES)
		return STATUS_LIMIT;
	buffer_clear(out);
	frame_put_u32(head, FORM);
	frame_put_u32(head + 4, message->severity);
	frame_put_u64(head + 8, message->time_ms);
	status = buffer_append(out, (struct bytes){.data = head, .len = sizeof(head)});
	for (size_t i = 0; status == STATUS_OK && i < sizeof(texts) / sizeof(*texts); i++)
		status = add_text(out, texts[i].len > LIMIT_SPOOL_HEADER_TEXT
					       ? bytes_slice(texts[i], 0, LIMIT_SPOOL_HEADER_TEXT)
					       : texts[i]);
	return status == STATUS_OK ? add_text(out, message->value) : status;
}

enum status spool_message_read(struct bytes run, struct sink_message *out_message)
{
	struct sink_message message = {0};
	struct bytes *const texts[] = {&message.key,     &message.id,      &message.type,
				       &message.subject, &message.partner, &message.value};
	struct cursor cursor = cursor_of(run);
	uint32_t form = cursor_u32(&cursor);

	message.severity = cursor_u32(&cursor);
	message.time_ms = cursor_u64(&cursor);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		*texts[i] = cursor_take(&cursor, cursor_u32(&cursor));
	if (cursor.ran_out || cursor.left > 0 || form != FORM)
		return STATUS_INVALID;
	*out_message = message;
	return STATUS_OK;
}
