#include "sensor/watch.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "parsers/base/limits.h"

#define QUIET_NS (300ull * 1000000)
#define LONG_NS  (3 * SECONDS)

/* As deep as folder.c reads. */
#define DEPTH_MAX 16

#define EVENTS                                                                                               \
	(IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | \
	 IN_MOVE_SELF)

static uint64_t now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * SECONDS + (uint64_t)time.tv_nsec;
}

/* A folder that is watched already stays so; the kernel's own ceiling ends the rest. Those beyond `left` are
 * refused by folder.c too. */
static void add(struct watch *watch, const char *path, unsigned depth, size_t *left)
{
	char below[PATH_MAX];
	struct dirent *entry;
	struct stat about;
	DIR *dir;

	if (*left == 0)
		return;
	--*left;
	if (inotify_add_watch(watch->file, path, EVENTS) < 0 || depth == DEPTH_MAX)
		return;
	dir = opendir(path);
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.' &&
		    snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) < (int)sizeof(below) &&
		    stat(below, &about) == 0 && S_ISDIR(about.st_mode))
			add(watch, below, depth + 1, left);
	if (dir != NULL)
		closedir(dir);
}

static void add_all(struct watch *watch)
{
	size_t left = LIMIT_SPEC_FOLDERS;

	for (size_t i = 0; i < watch->root_count; i++)
		add(watch, watch->roots[i], 0, &left);
}

bool watch_open(struct watch *watch, const char *const *roots, size_t root_count)
{
	*watch = (struct watch){.file = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
	for (size_t i = 0; i < root_count && watch->root_count < LIMIT_WATCH_ROOTS; i++)
		watch->roots[watch->root_count++] = roots[i];
	if (watch->file >= 0)
		add_all(watch);
	return watch->file >= 0;
}

void watch_close(struct watch *watch)
{
	if (watch->file >= 0)
		close(watch->file);
	watch->file = -1;
}

/* Did anything happen that is not about a hidden file? */
static bool read_events(const struct watch *watch)
{
	_Alignas(struct inotify_event) char room[16 * KIB];
	bool was_something = false;
	ssize_t len;

	while ((len = read(watch->file, room, sizeof(room))) > 0)
		for (ssize_t at = 0; at < len;) {
			const struct inotify_event *event = (const struct inotify_event *)(room + at);

			/* Kubernetes swaps the folder ..data behind the files' names. */
			was_something |= event->len == 0 || event->name[0] != '.' || event->name[1] == '.';
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	return was_something;
}

bool watch_changed(struct watch *watch)
{
	uint64_t now;

	if (watch->file < 0)
		return false;
	now = now_ns();
	if (read_events(watch)) {
		watch->last_ns = now;
		if (watch->first_ns == 0)
			watch->first_ns = now;
	}
	if (watch->first_ns == 0 || (now - watch->last_ns < QUIET_NS && now - watch->first_ns < LONG_NS))
		return false;
	watch->first_ns = 0;
	add_all(watch); /* folders that are new */
	return true;
}
