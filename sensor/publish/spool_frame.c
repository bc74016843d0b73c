#include "sensor/publish/spool_frame.h"

#include <string.h>
#include <xxhash.h>

#include "parsers/base/cursor.h"

#define HEAD_LEN  16
#define CHECK_LEN 8

/* The first byte is in no UTF-8 text. */
static const struct bytes MAGIC = BYTES_INIT("\xffREC");

void frame_put_u32(char out[4], uint32_t value)
{
	for (int i = 0; i < 4; i++)
		out[i] = (char)(value >> (24 - 8 * i));
}

void frame_put_u64(char out[8], uint64_t value)
{
	frame_put_u32(out, (uint32_t)(value >> 32));
	frame_put_u32(out + 4, (uint32_t)value);
}

uint64_t frame_check(uint64_t seed, struct bytes run)
{
	return XXH3_64bits_withSeed(run.data, run.len, seed);
}

enum status frame_write(uint64_t seed, uint64_t number, struct bytes payload, struct buffer *out)
{
	size_t start = out->len;
	enum status status;
	char *at;

	if (payload.len > FRAME_PAYLOAD_MAX)
		return STATUS_LIMIT;
	status = buffer_reserve(out, FRAME_OVERHEAD + payload.len);
	if (status != STATUS_OK)
		return status;
	at = out->data + start;
	memcpy(at, MAGIC.data, MAGIC.len);
	frame_put_u32(at + 4, (uint32_t)payload.len);
	frame_put_u64(at + 8, number);
	if (payload.len > 0)
		memcpy(at + HEAD_LEN, payload.data, payload.len);
	frame_put_u64(at + HEAD_LEN + payload.len,
		      frame_check(seed, (struct bytes){.data = at, .len = HEAD_LEN + payload.len}));
	out->len += FRAME_OVERHEAD + payload.len;
	return STATUS_OK;
}

/* At the start of the run: FRAME_END when no frame begins here. */
static enum frame_outcome read_here(const struct frame_walk *walk, struct bytes run, struct frame *out_frame)
{
	struct bytes start = bytes_slice(run, 0, run.len < MAGIC.len ? run.len : MAGIC.len);
	struct cursor cursor = cursor_of(bytes_from(run, start.len));
	struct frame frame;
	uint64_t check;
	uint32_t len;

	if (!bytes_starts(MAGIC, start))
		return FRAME_END;
	len = cursor_u32(&cursor);
	frame.number = cursor_u64(&cursor);
	if (cursor.ran_out)
		return FRAME_SHORT;
	if (len > FRAME_PAYLOAD_MAX || frame.number < walk->number_min)
		return FRAME_END;
	frame.payload = cursor_take(&cursor, len);
	check = cursor_u64(&cursor);
	if (cursor.ran_out)
		return FRAME_SHORT;
	if (check != frame_check(walk->seed, bytes_slice(run, 0, HEAD_LEN + len)))
		return FRAME_END;
	*out_frame = frame;
	return FRAME_WHOLE;
}

enum frame_outcome frame_next(struct frame_walk *walk, struct bytes run, bool is_all, struct frame *out_frame,
			      size_t *out_used)
{
	size_t at = 0;

	while (at < run.len) {
		enum frame_outcome outcome = read_here(walk, bytes_from(run, at), out_frame);
		size_t next;

		if (outcome == FRAME_WHOLE) {
			walk->number_min = out_frame->number + 1;
			*out_used = at + FRAME_OVERHEAD + out_frame->payload.len;
			return FRAME_WHOLE;
		}
		if (outcome == FRAME_SHORT && !is_all)
			break;
		next = bytes_find_byte(bytes_from(run, at + 1), MAGIC.data[0]);
		next = next == BYTES_NOT_FOUND ? run.len : at + 1 + next;
		walk->broken_bytes += next - at;
		at = next;
	}
	*out_used = at;
	return at < run.len ? FRAME_SHORT : FRAME_END;
}
