/* What a crash or a bad disk left in a segment of the spool. A frame that is found must hash to itself;
 * written behind whatever came, a whole one is always found. */
#include <stdlib.h>

#include "parsers/base/check.h"
#include "sensor/publish/spool_frame.h"
#include "sensor/publish/spool_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t walk(struct bytes run, struct frame *out_last)
{
	struct frame_walk walk = {.seed = 1, .number_min = 1};
	size_t used, count = 0;

	while (frame_next(&walk, run, true, out_last, &used) == FRAME_WHOLE) {
		struct sink_message message;

		CHECK(used <= run.len && out_last->number >= 1);
		run = bytes_from(run, used);
		(void)!spool_message_read(out_last->payload, &message);
		count++;
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes run = {.data = (const char *)data, .len = size};
	struct buffer more = BUFFER_MAX(4 * MIB);
	struct sink_message message;
	struct frame frame;
	size_t count = walk(run, &frame);

	(void)!spool_message_read(run, &message);
	if (buffer_append(&more, run) == STATUS_OK &&
	    frame_write(1, UINT64_MAX - 1, BYTES("the last"), &more) == STATUS_OK) {
		CHECK(walk(buffer_bytes(&more), &frame) >= 1 && count < SIZE_MAX);
		CHECK(frame.number == UINT64_MAX - 1 && bytes_equal(frame.payload, BYTES("the last")));
	}
	buffer_finish(&more);
	return 0;
}
