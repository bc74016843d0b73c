#include "sensor/publish/spool_lane.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/check.h"

/* So many, and what was delivered meanwhile, are repeated after a kill at most. */
#define RELEASED_AT_ONCE 256

static struct spool_segment *segment_find(struct spool_lane *lane, uint64_t first_min)
{
	for (size_t i = 0; i < lane->segment_count; i++)
		if (lane->segments[i].first >= first_min)
			return &lane->segments[i];
	return NULL;
}

static void segment_drop(struct spool_lane *lane, size_t index)
{
	struct spool_segment *segment = &lane->segments[index];

	if (lane->reader_first == segment->first) {
		segment_reader_close(&lane->reader);
		lane->reader_first = 0;
		lane->segment_from = segment->first + 1;
		lane->has_ahead = false;
	}
	segment_remove(lane->folder, spool_lane_text(lane->name), segment);
	lane->segment_count--;
	memmove(segment, segment + 1, (lane->segment_count - index) * sizeof(*segment));
}

/* The number behind the last of this segment. */
static uint64_t segment_end(const struct spool_lane *lane, size_t index)
{
	if (index + 1 < lane->segment_count)
		return lane->segments[index + 1].first;
	return lane->held != NULL ? lane->held->number : lane->next;
}

uint64_t lane_bytes(const struct spool_lane *lane)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < lane->segment_count; i++)
		bytes += lane->segments[i].len;
	return bytes;
}

void lane_tell_lost(struct spool_lane *lane, struct spool_range range, enum spool_loss why)
{
	lane->lost += range.last - range.first + 1;
	lane->plan->lost(lane->plan->context, lane->name, range, why);
}

/* -- writing ---------------------------------------------------------------- */

static enum status segment_begin(struct spool_lane *lane, uint64_t number)
{
	struct spool_segment segment = {.first = number, .released = lane->released, .fd = -1};
	struct spool_segment *segments = lane->segments;
	size_t capacity = lane->segment_capacity == 0 ? 16 : 2 * lane->segment_capacity;
	char text[8];
	enum status status;

	if (lane->segment_count == lane->segment_capacity) {
		segments = realloc(segments, capacity * sizeof(*segments));
		if (segments == NULL)
			return STATUS_NO_MEMORY;
		lane->segments = segments;
		lane->segment_capacity = capacity;
	}
	frame_put_u64(text, number);
	segment.seed = frame_check(lane->plan->random, (struct bytes){.data = text, .len = sizeof(text)});
	status = segment_create(lane->folder, spool_lane_text(lane->name), &segment);
	if (status == STATUS_OK)
		segments[lane->segment_count++] = segment;
	return status;
}

enum status lane_append(struct spool_lane *lane, uint64_t number, struct bytes payload,
			uint64_t segment_bytes, struct buffer *scratch)
{
	struct spool_segment *newest =
		lane->segment_count > 0 ? &lane->segments[lane->segment_count - 1] : NULL;
	enum status status = STATUS_OK;
	int why;

	if (newest == NULL || newest->fd < 0 || newest->len + payload.len > segment_bytes) {
		if (newest != NULL)
			segment_close(newest);
		status = segment_begin(lane, number);
		if (status != STATUS_OK)
			return status;
		newest = &lane->segments[lane->segment_count - 1];
	}
	buffer_clear(scratch);
	status = frame_write(newest->seed, number, payload, scratch);
	if (status == STATUS_OK)
		status = segment_append(newest, buffer_bytes(scratch));
	if (status == STATUS_OK)
		return status;
	why = errno;
	if (newest->first == number) /* nothing is in it */
		segment_drop(lane, lane->segment_count - 1);
	else
		segment_close(newest);
	errno = why;
	return status;
}

void lane_hold(struct spool_lane *lane, uint64_t number, struct bytes payload)
{
	struct lane_held *held = malloc(sizeof(*held) + payload.len);

	if (held == NULL) {
		lane_lose(lane, number, SPOOL_LOSS_MEMORY);
		return;
	}
	*held = (struct lane_held){.number = number, .len = payload.len};
	memcpy(held->payload, payload.data, payload.len);
	*lane->held_end = held;
	lane->held_end = &held->next;
	lane->held_bytes += payload.len;
}

void lane_unhold(struct spool_lane *lane)
{
	struct lane_held *held = lane->held;

	lane->held = held->next;
	if (lane->held == NULL)
		lane->held_end = &lane->held;
	lane->held_bytes -= held->len;
	free(held);
}

void lane_lose(struct spool_lane *lane, uint64_t number, enum spool_loss why)
{
	struct spool_range range = {number, number};

	lane_tell_lost(lane, range, why);
	(void)ranges_add(&lane->told, range); /* no room: told once more when it is missed */
}

bool lane_unhold_unread(struct spool_lane *lane)
{
	struct lane_held **link = &lane->held, *held;

	while (*link != NULL && (*link)->number < lane->reading)
		link = &(*link)->next;
	held = *link;
	if (held == NULL)
		return false;
	*link = held->next;
	if (held->next == NULL)
		lane->held_end = link;
	lane->held_bytes -= held->len;
	lane_lose(lane, held->number, SPOOL_LOSS_MEMORY);
	free(held);
	return true;
}

bool lane_evict(struct spool_lane *lane)
{
	for (size_t i = 0; i < lane->segment_count; i++) {
		struct spool_range range = {lane->segments[i].first, segment_end(lane, i) - 1};

		if (range.first < lane->reading || lane->reader_first == range.first)
			continue;
		segment_drop(lane, i);
		lane_tell_lost(lane, range, SPOOL_LOSS_FULL);
		(void)ranges_add(&lane->told, range); /* no room: told once more when it is read */
		return true;
	}
	return false;
}

/* -- reading ---------------------------------------------------------------- */

/* Records from `reading` up to `last` are nowhere. Known once all before them are done; false until then. */
static bool pass_over(struct spool_lane *lane, uint64_t last)
{
	struct spool_range within = {lane->reading, last}, missing;

	if (lane->released + 1 != lane->reading)
		return false;
	while (within.first <= last && ranges_missing(&lane->told, within, &missing)) {
		lane_tell_lost(lane, missing, SPOOL_LOSS_BROKEN);
		within.first = missing.last + 1;
	}
	ranges_drop(&lane->told, last);
	lane->released = last;
	lane->reading = last + 1;
	return true;
}

enum step { STEP_GIVEN, STEP_AGAIN, STEP_NOTHING };

static enum step hand_out(struct spool_lane *lane, const struct frame *frame, struct frame *out_frame)
{
	if (frame->number > lane->reading && !pass_over(lane, frame->number - 1))
		return STEP_NOTHING;
	*out_frame = *frame;
	lane->reading = frame->number + 1;
	return STEP_GIVEN;
}

static enum step begin_segment(struct spool_lane *lane, const struct spool_segment *segment)
{
	if (segment->released >= lane->reading) { /* delivered from memory, while the disk was full */
		if (lane->released + 1 != lane->reading)
			return STEP_NOTHING;
		lane->released = segment->released;
		lane->reading = segment->released + 1;
	}
	if (segment->first > lane->reading && !pass_over(lane, segment->first - 1))
		return STEP_NOTHING;
	if (segment_reader_open(&lane->reader, lane->folder, spool_lane_text(lane->name), segment) !=
	    STATUS_OK) {
		if (errno != ENOENT)
			return STEP_NOTHING; /* perhaps the next time */
		lane->segment_from = segment->first + 1;
		return STEP_AGAIN;
	}
	lane->reader_first = segment->first;
	return STEP_AGAIN;
}

static enum step read_segment(struct spool_lane *lane, struct frame *out_frame)
{
	struct spool_segment *segment = segment_find(lane, lane->reader_first);
	enum step step;

	CHECK(segment != NULL && segment->first == lane->reader_first);
	while (lane->has_ahead || segment_reader_next(&lane->reader, segment->len, &lane->ahead)) {
		lane->has_ahead = lane->ahead.number >= lane->reading;
		if (!lane->has_ahead)
			continue;
		step = hand_out(lane, &lane->ahead, out_frame);
		lane->has_ahead = step != STEP_GIVEN;
		return step;
	}
	if (segment->fd >= 0)
		return STEP_NOTHING; /* it still grows */
	segment_reader_close(&lane->reader);
	lane->segment_from = segment->first + 1;
	lane->reader_first = 0;
	return STEP_AGAIN;
}

static enum step read_held(struct spool_lane *lane, struct frame *out_frame)
{
	for (struct lane_held *held = lane->held; held != NULL; held = held->next)
		if (held->number >= lane->reading) {
			struct frame frame = {.number = held->number,
					      .payload = {.data = held->payload, .len = held->len}};

			return hand_out(lane, &frame, out_frame);
		}
	(void)pass_over(lane, lane->next - 1);
	return STEP_NOTHING;
}

bool lane_next(struct spool_lane *lane, struct frame *out_frame)
{
	enum step step = STEP_AGAIN;

	while (step == STEP_AGAIN) {
		struct spool_segment *segment;

		if (lane->reading >= lane->next || lane->reading - lane->released >= LANE_OUT_MAX)
			return false;
		segment = segment_find(lane, lane->segment_from);
		if (lane->reader_first != 0)
			step = read_segment(lane, out_frame);
		else if (segment != NULL)
			step = begin_segment(lane, segment);
		else
			step = read_held(lane, out_frame);
	}
	return step == STEP_GIVEN;
}

void lane_rewind(struct spool_lane *lane)
{
	segment_reader_close(&lane->reader);
	lane->reader_first = 0;
	lane->has_ahead = false;
	lane->reading = lane->released + 1;
	lane->segment_from = 0;
	memset(lane->done, 0, sizeof(lane->done));
	for (size_t i = 0; i < lane->segment_count && lane->segments[i].first <= lane->reading; i++)
		lane->segment_from = lane->segments[i].first;
}

/* -- releasing -------------------------------------------------------------- */

void lane_drop_done(struct spool_lane *lane)
{
	while (lane->segment_count > 0 && segment_end(lane, 0) - 1 <= lane->released) {
		if (lane->segment_count == 1 && lane->segments[0].fd >= 0)
			return;
		lane_write_released(lane);
		segment_drop(lane, 0);
	}
}

void lane_release(struct spool_lane *lane, uint64_t number)
{
	if (number <= lane->released || number >= lane->reading)
		return;
	lane->done[number % LANE_OUT_MAX] = true;
	while (lane->released + 1 < lane->reading && lane->done[(lane->released + 1) % LANE_OUT_MAX]) {
		lane->released++;
		lane->done[lane->released % LANE_OUT_MAX] = false;
	}
	if (lane->released - lane->released_written >= RELEASED_AT_ONCE)
		lane_write_released(lane);
	while (lane->held != NULL && lane->held->number <= lane->released)
		lane_unhold(lane);
	lane_drop_done(lane);
}
