/* A lane as an earlier process left it: its segments, and how far its records were delivered. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parsers/base/cursor.h"
#include "sensor/publish/spool_lane.h"

#define SLOT_LEN  16
#define SLOT_STEP 512 /* a torn write spoils one of the two */
#define FILE_MODE 0600

void lane_write_released(struct spool_lane *lane)
{
	char slot[SLOT_LEN];

	if (lane->released == lane->released_written)
		return;
	frame_put_u64(slot, lane->released);
	frame_put_u64(slot + 8, frame_check(0, (struct bytes){.data = slot, .len = 8}));
	lane->released_slot ^= 1;
	/* A write that fails costs repeats after a restart, which their uid tells. */
	if (pwrite(lane->released_file, slot, SLOT_LEN, lane->released_slot * SLOT_STEP) == SLOT_LEN)
		lane->released_written = lane->released;
}

static void read_released(struct spool_lane *lane)
{
	for (unsigned i = 0; i < 2; i++) {
		char slot[SLOT_LEN];
		struct cursor cursor = cursor_of((struct bytes){.data = slot, .len = SLOT_LEN});
		uint64_t released;

		if (pread(lane->released_file, slot, SLOT_LEN, i * SLOT_STEP) != SLOT_LEN)
			continue;
		released = cursor_u64(&cursor);
		if (cursor_u64(&cursor) != frame_check(0, (struct bytes){.data = slot, .len = 8}) ||
		    released < lane->released || released >= UINT64_MAX / 2)
			continue;
		lane->released = released;
		lane->released_slot = i;
	}
	lane->released_written = lane->released;
}

static int compare(const void *left, const void *right)
{
	const struct spool_segment *a = left, *b = right;

	return a->first < b->first ? -1 : a->first > b->first;
}

static enum status add(struct spool_lane *lane, struct spool_segment segment)
{
	struct spool_segment *segments;

	if (lane->segment_count == LIMIT_SPOOL_SEGMENTS || segment.first >= UINT64_MAX / 2)
		return STATUS_OK; /* never written by us: stays where it is */
	segments = realloc(lane->segments, (lane->segment_count + 1) * sizeof(*segments));
	if (segments == NULL)
		return STATUS_NO_MEMORY;
	segment_look(lane->folder, spool_lane_text(lane->name), &segment);
	segments[lane->segment_count++] = segment;
	lane->segments = segments;
	lane->segment_capacity = lane->segment_count;
	return STATUS_OK;
}

static enum status find_segments(struct spool_lane *lane)
{
	int folder = openat(lane->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *names = folder < 0 ? NULL : fdopendir(folder);
	enum status status = STATUS_OK;
	struct spool_segment segment;

	if (names == NULL) {
		if (folder >= 0)
			close(folder);
		return STATUS_IO;
	}
	for (struct dirent *entry; status == STATUS_OK && (entry = readdir(names)) != NULL;)
		if (segment_name_read(spool_lane_text(lane->name), entry->d_name, &segment))
			status = add(lane, segment);
	closedir(names);
	if (lane->segment_count > 1)
		qsort(lane->segments, lane->segment_count, sizeof(*lane->segments), compare);
	return status;
}

/* Numbers go on behind the last record; one is left out for a torn end, so that it is told. */
static uint64_t find_next(struct spool_lane *lane)
{
	const struct spool_segment *newest;
	struct frame frame;
	uint64_t next;

	if (lane->segment_count == 0)
		return 1;
	newest = &lane->segments[lane->segment_count - 1];
	next = newest->first;
	if (segment_reader_open(&lane->reader, lane->folder, spool_lane_text(lane->name), newest) !=
	    STATUS_OK)
		return next + 1;
	while (segment_reader_next(&lane->reader, newest->len, &frame))
		next = frame.number + 1;
	next += lane->reader.walk.broken_bytes > 0;
	segment_reader_close(&lane->reader);
	return next;
}

enum status lane_open(struct spool_lane *lane, enum spool_lane_name name, const struct spool_plan *plan,
		      int folder)
{
	char text[SEGMENT_NAME_MAX];
	enum status status;

	lane->name = name;
	lane->plan = plan;
	lane->folder = folder;
	lane->held_end = &lane->held;
	segment_reader_init(&lane->reader);
	snprintf(text, sizeof(text), "%s.released", spool_lane_text(name));
	lane->released_file = openat(folder, text, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	if (lane->released_file < 0)
		return STATUS_IO;
	read_released(lane);
	status = find_segments(lane);
	if (status != STATUS_OK)
		return status;
	/* Without a word about deliveries, what lies there is what was not delivered. */
	if (lane->released == 0 && lane->segment_count > 0)
		lane->released = lane->segments[0].first - 1;
	lane->next = find_next(lane);
	if (lane->next <= lane->released)
		lane->next = lane->released + 1;
	lane_rewind(lane);
	lane_drop_done(lane);
	return STATUS_OK;
}

void lane_close(struct spool_lane *lane)
{
	if (lane->plan == NULL)
		return;
	if (lane->released_file >= 0) {
		lane_write_released(lane);
		close(lane->released_file);
	}
	segment_reader_finish(&lane->reader);
	for (size_t i = 0; i < lane->segment_count; i++)
		segment_close(&lane->segments[i]);
	free(lane->segments);
	while (lane->held != NULL)
		lane_unhold(lane);
}
