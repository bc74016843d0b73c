/* JSON Lines in a file, a FIFO or standard output. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "parsers/base/buffer.h"
#include "parsers/base/limits.h"
#include "sensor/publish/sink_kind.h"
#include "sensor/publish/write_all.h"

#define HELD_NS_MAX   (1 * SECONDS) /* a reader of the file is never further behind */
#define STUCK_MS_MAX  10000         /* a non-blocking pipe that nobody empties */
#define CREATION_MODE 0640
#define OLD_FILES_MAX 9 /* FILE.1 is the newest */

struct sink_file {
	struct sink sink;
	int fd;
	char *path;            /* NULL: standard output */
	uint64_t rotate_bytes; /* 0: never */
	uint64_t looked_ns;
	struct buffer held; /* whole lines */
	uint64_t held_count, held_since_ns;
	bool is_torn; /* the last line in the file is not whole */
};

static struct sink_file *file_of(struct sink *sink)
{
	return (struct sink_file *)(void *)sink;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECONDS + (uint64_t)now.tv_nsec;
}

static uint64_t count_lines(struct bytes run)
{
	uint64_t count = 0;

	while (bytes_find_byte(run, '\n') != BYTES_NOT_FOUND) {
		run = bytes_from(run, bytes_find_byte(run, '\n') + 1);
		count++;
	}
	return count;
}

static enum status write_held(struct sink_file *file)
{
	struct bytes held = buffer_bytes(&file->held);
	uint64_t whole;
	size_t done;

	if (held.len == 0)
		return STATUS_OK;
	/* Half a line from a write that failed must not swallow the next one. */
	if (file->is_torn && write_all(file->fd, BYTES("\n"), STUCK_MS_MAX) == 1)
		file->is_torn = false;
	done = file->is_torn ? 0 : write_all(file->fd, held, STUCK_MS_MAX);
	whole = done == held.len ? file->held_count : count_lines(bytes_slice(held, 0, done));
	if (done < held.len)
		sink_failed(&file->sink, "cannot write: %s", strerror(errno));
	if (done > 0)
		file->is_torn = held.data[done - 1] != '\n';
	file->sink.counts.delivered += whole;
	file->sink.counts.failed += file->held_count - whole;
	file->held_count = 0;
	file->sink.is_troubled = done < held.len;
	buffer_clear(&file->held);
	return done == held.len ? STATUS_OK : STATUS_IO;
}

static void put(struct sink *sink, const struct sink_message *message)
{
	struct sink_file *file = file_of(sink);

	if (message->value.len + 1 > file->held.bytes_max - file->held.len)
		(void)!write_held(file); /* counted there */
	if (buffer_reserve(&file->held, message->value.len + 1) != STATUS_OK) {
		sink_failed(sink, "no memory for a record");
		sink->counts.failed++;
		return;
	}
	if (file->held_count == 0)
		file->held_since_ns = now_ns();
	(void)!buffer_append(&file->held, message->value); /* there is room */
	(void)!buffer_append_byte(&file->held, '\n');
	file->held_count++;
}

/* Goes on in a new file of the same name; in the old one when there can be none. */
static void reopen(struct sink_file *file)
{
	int fd = open(file->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, CREATION_MODE);

	if (fd < 0) {
		sink_failed(&file->sink, "cannot reopen %s: %s", file->path, strerror(errno));
		return;
	}
	close(file->fd);
	file->fd = fd;
	file->is_torn = false;
}

/* FILE.8 becomes FILE.9, ... FILE becomes FILE.1; the oldest goes. */
static void rotate(struct sink_file *file)
{
	char from[PATH_MAX], to[PATH_MAX];

	for (int i = OLD_FILES_MAX; i > 0; i--) {
		int len = i > 1 ? snprintf(from, sizeof(from), "%s.%d", file->path, i - 1)
				: snprintf(from, sizeof(from), "%s", file->path);

		if (len < 0 || (size_t)len >= sizeof(from) ||
		    snprintf(to, sizeof(to), "%s.%d", file->path, i) >= (int)sizeof(to))
			return;
		if (rename(from, to) != 0 && errno != ENOENT) {
			sink_failed(&file->sink, "cannot rename %s: %s", from, strerror(errno));
			return;
		}
	}
	reopen(file);
}

/* Somebody moved the file away (logrotate does), or it is large enough. */
static void look_at_file(struct sink_file *file)
{
	struct stat ours, there;

	if (file->path == NULL || fstat(file->fd, &ours) != 0 || !S_ISREG(ours.st_mode))
		return;
	if (stat(file->path, &there) != 0 || there.st_ino != ours.st_ino || there.st_dev != ours.st_dev)
		reopen(file);
	else if (file->rotate_bytes > 0 && (uint64_t)ours.st_size >= file->rotate_bytes)
		rotate(file);
}

static void poll_file(struct sink *sink)
{
	struct sink_file *file = file_of(sink);
	uint64_t now = now_ns();

	if (file->held_count > 0 && now - file->held_since_ns >= HELD_NS_MAX)
		(void)!write_held(file); /* counted there */
	if (now - file->looked_ns < HELD_NS_MAX)
		return;
	file->looked_ns = now;
	(void)!write_held(file); /* lines that were told before belong to the file before */
	look_at_file(file);
}

static void settle(struct sink *sink)
{
	(void)!write_held(file_of(sink)); /* counted there */
}

static enum status flush(struct sink *sink, int timeout_ms)
{
	(void)timeout_ms;
	return write_held(file_of(sink));
}

static void close_file(struct sink *sink)
{
	struct sink_file *file = file_of(sink);

	(void)!write_held(file); /* who wants to know flushes first */
	if (file->fd != STDOUT_FILENO)
		close(file->fd);
	buffer_finish(&file->held);
	free(file->path);
	free(file);
}

static const struct sink_kind FILE_KIND = {
	.put = put, .poll = poll_file, .settle = settle, .flush = flush, .close = close_file};

/* What a sensor that was killed wrote last is perhaps not whole: its line ends here. */
static bool end_line(const char *path, int fd, const struct stat *kind)
{
	int old = kind->st_size == 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	char last = '\n';
	bool is_read = kind->st_size == 0 || (old >= 0 && pread(old, &last, 1, kind->st_size - 1) == 1);

	if (old >= 0)
		close(old);
	return is_read && (last == '\n' || write_all(fd, BYTES("\n"), 0) == 1);
}

/* Appending, so that two outputs into one file keep each other's lines; a FIFO or a device has nothing
 * to truncate. */
static int open_path(const char *path, bool is_continued)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, CREATION_MODE);
	struct stat kind;

	if (fd < 0)
		return -1;
	if (fstat(fd, &kind) == 0 &&
	    (!S_ISREG(kind.st_mode) || (is_continued ? end_line(path, fd, &kind) : ftruncate(fd, 0) == 0)))
		return fd;
	close(fd);
	return -1;
}

enum status sink_file_open(const char *where, const struct sink_plan *plan, char *error, size_t error_len,
			   struct sink **out_sink)
{
	bool is_stdout = strcmp(where, "-") == 0;
	struct sink_file *file = calloc(1, sizeof(*file));

	if (file != NULL && !is_stdout)
		file->path = strdup(where);
	if (file == NULL || (!is_stdout && file->path == NULL)) {
		snprintf(error, error_len, "no memory");
		free(file);
		return STATUS_NO_MEMORY;
	}
	file->sink.kind = &FILE_KIND;
	file->held = BUFFER_MAX(LIMIT_FILE_BUFFER_BYTES);
	file->rotate_bytes = plan->rotate_bytes;
	file->looked_ns = now_ns();
	file->fd = is_stdout ? STDOUT_FILENO : open_path(where, plan->is_continued);
	if (file->fd < 0) {
		snprintf(error, error_len, "%s: %s", where, strerror(errno));
		free(file->path);
		free(file);
		return STATUS_IO;
	}
	*out_sink = &file->sink;
	return STATUS_OK;
}
