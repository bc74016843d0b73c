#include "sensor/admin/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "parsers/base/limits.h"
#include "sensor/folder.h"
#include "sensor/publish/write_all.h"
#include "sensor/state_dir.h"

#define INDEX_LINE_MAX 256

static uint64_t now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* -- places --------------------------------------------------------------------- */

static bool join(char path[PATH_MAX], const char *folder, const char *between, const char *name)
{
	return snprintf(path, PATH_MAX, "%s/%s%s", folder, between, name) < PATH_MAX;
}

/* The folder in which the file lies, or would lie. */
static const char *folder_of(const struct store *store, const char *name)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < store->folder_count; i++)
		if (join(path, store->folders[i], "", name) && access(path, F_OK) == 0)
			return store->folders[i];
	return store->folders[0];
}

static bool current_path(const struct store *store, const char *name, char path[PATH_MAX])
{
	return join(path, folder_of(store, name), "", name);
}

/* ".../.versions/NAME/LAST" of the first folder: versions outlive the file. */
static bool version_path(const struct store *store, const char *name, const char *last, char path[PATH_MAX])
{
	char below[PATH_MAX];

	return snprintf(below, sizeof(below), "%s/%s", name, last) < (int)sizeof(below) &&
	       join(path, store->folders[0], ".versions/", below);
}

/* Either the old content or the new, whenever the power fails. */
static enum status write_whole(const char *path, struct bytes text)
{
	char aside[PATH_MAX];
	const char *slash = strrchr(path, '/');
	bool is_good;
	int file, reason;

	if (snprintf(aside, sizeof(aside), "%.*s/.new-%s", (int)(slash - path), path, slash + 1) >=
	    (int)sizeof(aside))
		return STATUS_LIMIT;
	state_make_folders(path);
	file = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (file < 0)
		return STATUS_IO;
	is_good = write_all(file, text, 0) == text.len && fsync(file) == 0;
	is_good = close(file) == 0 && is_good && rename(aside, path) == 0;
	if (is_good)
		return STATUS_OK;
	reason = errno;
	(void)unlink(aside);
	errno = reason;
	return STATUS_IO;
}

/* -- the list of versions ------------------------------------------------------- */

/* "NUMBER SHA256 TIME_MS WHO" */
static bool read_line(struct bytes line, struct store_version *version)
{
	struct bytes number = bytes_split(&line, ' ');
	struct bytes digest = bytes_split(&line, ' ');
	struct bytes time = bytes_split(&line, ' ');

	if (!bytes_to_u64(number, &version->number) || digest.len != DIGEST_TEXT_LEN ||
	    !bytes_to_u64(time, &version->time_ms) || line.len == 0 || line.len > STORE_WHO_LEN_MAX)
		return false;
	memcpy(version->sha256, digest.data, digest.len);
	memcpy(version->who, line.data, line.len);
	return true;
}

enum status store_versions(const struct store *store, const char *name, struct store_version **out_list,
			   size_t *out_count)
{
	struct store_version *list = calloc(LIMIT_VERSIONS, sizeof(*list));
	char path[PATH_MAX], *data = NULL;
	size_t len = 0, count = 0;
	enum status status;

	if (list == NULL)
		return STATUS_NO_MEMORY;
	status = version_path(store, name, "index", path) ? file_read(path, &data, &len) : STATUS_LIMIT;
	for (struct bytes rest = {.data = data, .len = len};
	     status == STATUS_OK && rest.data != NULL && count < LIMIT_VERSIONS;) {
		struct store_version version = {0};

		if (read_line(bytes_split(&rest, '\n'), &version))
			list[count++] = version;
	}
	free(data);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
		free(list);
		return status;
	}
	*out_list = list;
	*out_count = count;
	return STATUS_OK;
}

static enum status write_index(const struct store *store, const char *name, const struct store_version *list,
			       size_t count)
{
	struct buffer text = BUFFER_MAX(LIMIT_VERSIONS * INDEX_LINE_MAX);
	enum status status = STATUS_OK;
	char path[PATH_MAX], line[INDEX_LINE_MAX];

	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		snprintf(line, sizeof(line), "%llu %s %llu %s\n", (unsigned long long)list[i].number,
			 list[i].sha256, (unsigned long long)list[i].time_ms, list[i].who);
		status = buffer_append(&text, bytes_of(line));
	}
	if (status == STATUS_OK)
		status = version_path(store, name, "index", path) ? write_whole(path, buffer_bytes(&text))
								  : STATUS_LIMIT;
	buffer_finish(&text);
	return status;
}

static bool body_path(const struct store *store, const char *name, uint64_t number, char path[PATH_MAX])
{
	char last[32];

	snprintf(last, sizeof(last), "%llu", (unsigned long long)number);
	return version_path(store, name, last, path);
}

/* One version more, unless the newest is the same text. */
static enum status add_version(const struct store *store, const char *name, struct bytes text,
			       const char *who, struct store_version *out_version)
{
	struct store_version version = {.number = 1, .time_ms = now_ms()}, *list = NULL;
	char path[PATH_MAX];
	size_t count = 0;
	enum status status;

	if (!digest_sha256(text, version.sha256))
		return STATUS_IO;
	status = store_versions(store, name, &list, &count);
	if (status != STATUS_OK)
		return status;
	snprintf(version.who, sizeof(version.who), "%s", who);
	if (count > 0)
		version.number = list[count - 1].number + 1;
	if (count > 0 && strcmp(list[count - 1].sha256, version.sha256) == 0) {
		*out_version = list[count - 1];
		free(list);
		return STATUS_OK;
	}
	if (count == LIMIT_VERSIONS) {
		if (body_path(store, name, list[0].number, path))
			(void)unlink(path);
		memmove(list, list + 1, --count * sizeof(*list));
	}
	list[count++] = version;
	status = body_path(store, name, version.number, path) ? write_whole(path, text) : STATUS_LIMIT;
	if (status == STATUS_OK)
		status = write_index(store, name, list, count);
	if (status == STATUS_OK)
		*out_version = version;
	free(list);
	return status;
}

/* -- files ---------------------------------------------------------------------- */

enum status store_note(const struct store *store, const char *name)
{
	struct store_version version;
	char path[PATH_MAX], *data = NULL;
	size_t len = 0;
	enum status status = current_path(store, name, path) ? file_read(path, &data, &len) : STATUS_LIMIT;

	if (status == STATUS_OK)
		status = add_version(store, name, (struct bytes){.data = data, .len = len}, "folder",
				     &version);
	free(data);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status store_put(const struct store *store, const char *name, struct bytes text, const char *who,
		      struct store_version *out_version)
{
	struct store_version version;
	char path[PATH_MAX];
	enum status status = store_note(store, name);

	if (status == STATUS_OK)
		status = add_version(store, name, text, who, &version);
	if (status == STATUS_OK)
		status = current_path(store, name, path) ? write_whole(path, text) : STATUS_LIMIT;
	if (status == STATUS_OK)
		*out_version = version;
	return status;
}

enum status store_remove(const struct store *store, const char *name)
{
	char path[PATH_MAX];
	enum status status = store_note(store, name);

	if (status != STATUS_OK)
		return status;
	return current_path(store, name, path) && unlink(path) == 0 ? STATUS_OK : STATUS_IO;
}

enum status store_read(const struct store *store, const char *name, uint64_t version, char **out_data,
		       size_t *out_len)
{
	char path[PATH_MAX];

	if (!(version == 0 ? current_path(store, name, path) : body_path(store, name, version, path)))
		return STATUS_LIMIT;
	return file_read(path, out_data, out_len);
}
