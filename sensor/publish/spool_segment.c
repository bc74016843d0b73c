#include "sensor/publish/spool_segment.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/base/cursor.h"
#include "sensor/publish/write_all.h"

#define HEAD_LEN  24
#define READ_LEN  (256 * KIB)
#define FILE_MODE 0600

static const struct bytes HEAD_MAGIC = BYTES_INIT("\xffSPOOL1\n");

void segment_name(const char *lane, const struct spool_segment *segment, char name[SEGMENT_NAME_MAX])
{
	snprintf(name, SEGMENT_NAME_MAX, "%s-%020" PRIu64 "-%016" PRIx64 ".segment", lane, segment->first,
		 segment->seed);
}

bool segment_name_read(const char *lane, const char *name, struct spool_segment *out_segment)
{
	struct spool_segment segment = {.fd = -1};
	char again[SEGMENT_NAME_MAX];
	const char *dash = strchr(name, '-');

	if (dash == NULL || sscanf(dash, "-%20" SCNu64 "-%16" SCNx64, &segment.first, &segment.seed) != 2 ||
	    segment.first == 0)
		return false;
	segment_name(lane, &segment, again);
	if (strcmp(name, again) != 0)
		return false;
	*out_segment = segment;
	return true;
}

enum status segment_create(int folder, const char *lane, struct spool_segment *segment)
{
	char name[SEGMENT_NAME_MAX], head[HEAD_LEN];

	segment_name(lane, segment, name);
	segment->fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, FILE_MODE);
	if (segment->fd < 0)
		return STATUS_IO;
	memcpy(head, HEAD_MAGIC.data, HEAD_MAGIC.len);
	frame_put_u64(head + 8, segment->released);
	frame_put_u64(head + 16, frame_check(segment->seed, (struct bytes){.data = head, .len = 16}));
	segment->len = HEAD_LEN;
	if (write_all(segment->fd, (struct bytes){.data = head, .len = HEAD_LEN}, 0) == HEAD_LEN)
		return STATUS_OK;
	segment_remove(folder, lane, segment);
	return STATUS_IO;
}

enum status segment_append(struct spool_segment *segment, struct bytes frame)
{
	size_t done = write_all(segment->fd, frame, 0);

	if (done == frame.len) {
		segment->len += done;
		return STATUS_OK;
	}
	/* What cannot be cut off is found broken by the reader. */
	if (done > 0 && ftruncate(segment->fd, (off_t)segment->len) != 0)
		segment->len += done;
	return STATUS_IO;
}

void segment_close(struct spool_segment *segment)
{
	if (segment->fd >= 0)
		close(segment->fd);
	segment->fd = -1;
}

void segment_remove(int folder, const char *lane, struct spool_segment *segment)
{
	char name[SEGMENT_NAME_MAX];

	segment_close(segment);
	segment_name(lane, segment, name);
	(void)unlinkat(folder, name, 0); /* what stays is delivered again after a restart */
}

void segment_look(int folder, const char *lane, struct spool_segment *segment)
{
	char name[SEGMENT_NAME_MAX], head[HEAD_LEN];
	struct bytes run = {.data = head, .len = HEAD_LEN};
	struct stat kind;
	struct cursor cursor;
	int fd;

	segment_name(lane, segment, name);
	fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return;
	if (fstat(fd, &kind) == 0 && S_ISREG(kind.st_mode))
		segment->len = (uint64_t)kind.st_size;
	if (read(fd, head, HEAD_LEN) == HEAD_LEN && bytes_starts(run, HEAD_MAGIC)) {
		cursor = cursor_of(bytes_from(run, 8));
		segment->released = cursor_u64(&cursor);
		if (cursor_u64(&cursor) != frame_check(segment->seed, bytes_slice(run, 0, 16)))
			segment->released = 0;
	}
	close(fd);
}

void segment_reader_init(struct segment_reader *reader)
{
	*reader = (struct segment_reader){.fd = -1, .held = BUFFER_MAX(FRAME_BYTES_MAX + READ_LEN)};
}

void segment_reader_finish(struct segment_reader *reader)
{
	segment_reader_close(reader);
	buffer_finish(&reader->held);
}

enum status segment_reader_open(struct segment_reader *reader, int folder, const char *lane,
				const struct spool_segment *segment)
{
	char name[SEGMENT_NAME_MAX];

	segment_reader_close(reader);
	segment_name(lane, segment, name);
	reader->fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (reader->fd < 0)
		return STATUS_IO;
	reader->walk = (struct frame_walk){.seed = segment->seed, .number_min = segment->first};
	reader->offset = HEAD_LEN;
	return STATUS_OK;
}

void segment_reader_close(struct segment_reader *reader)
{
	if (reader->fd >= 0)
		close(reader->fd);
	reader->fd = -1;
	reader->held_at = 0;
	buffer_clear(&reader->held);
}

/* False at `len`, or when the disk does not give more: what is held is then all there is. */
static bool fill(struct segment_reader *reader, uint64_t len)
{
	struct buffer *held = &reader->held;
	ssize_t count;

	if (reader->offset >= len)
		return false;
	if (reader->held_at > 0)
		memmove(held->data, held->data + reader->held_at, held->len - reader->held_at);
	held->len -= reader->held_at;
	reader->held_at = 0;
	if (buffer_reserve(held, READ_LEN) != STATUS_OK)
		return false;
	count = pread(reader->fd, held->data + held->len,
		      len - reader->offset < READ_LEN ? len - reader->offset : READ_LEN,
		      (off_t)reader->offset);
	if (count <= 0)
		return false;
	held->len += (size_t)count;
	reader->offset += (uint64_t)count;
	return true;
}

bool segment_reader_next(struct segment_reader *reader, uint64_t len, struct frame *out_frame)
{
	bool is_all = false;

	while (reader->fd >= 0) {
		struct bytes run = bytes_from(buffer_bytes(&reader->held), reader->held_at);
		size_t used = 0;
		enum frame_outcome outcome = frame_next(&reader->walk, run, is_all, out_frame, &used);

		reader->held_at += used;
		if (outcome == FRAME_WHOLE)
			return true;
		if (is_all)
			return false;
		is_all = !fill(reader, len);
	}
	return false;
}
