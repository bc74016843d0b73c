#include "sensor/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/base/limits.h"

/* Folders within folders; real contract trees have three or four. */
#define DEPTH_MAX 16

enum status file_read(const char *path, char **out_data, size_t *out_len)
{
	FILE *file = fopen(path, "rbe");
	struct stat about;
	size_t len;
	char *data;

	if (file == NULL)
		return errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
	if (fstat(fileno(file), &about) != 0 || !S_ISREG(about.st_mode) ||
	    (uint64_t)about.st_size > LIMIT_SPEC_BYTES) {
		fclose(file);
		return STATUS_LIMIT;
	}
	data = malloc((size_t)about.st_size + 1);
	len = data == NULL ? 0 : fread(data, 1, (size_t)about.st_size, file);
	fclose(file);
	if (data == NULL)
		return STATUS_NO_MEMORY;
	data[len] = '\0';
	*out_data = data;
	*out_len = len;
	return STATUS_OK;
}

static enum status add_name(struct folder *folder, const char *name)
{
	if (folder->name_count == LIMIT_CONTRACT_FILES)
		return STATUS_LIMIT;
	if (folder->name_count == folder->name_capacity) {
		size_t capacity = folder->name_capacity == 0 ? 64 : folder->name_capacity * 2;
		char **names = realloc(folder->names, capacity * sizeof(*names));

		if (names == NULL)
			return STATUS_NO_MEMORY;
		folder->names = names;
		folder->name_capacity = capacity;
	}
	folder->names[folder->name_count] = strdup(name);
	if (folder->names[folder->name_count] == NULL)
		return STATUS_NO_MEMORY;
	folder->name_count++;
	return STATUS_OK;
}

static enum status walk(struct folder *folder, const char *root, const char *below, unsigned depth);

static enum status visit(struct folder *folder, const char *root, const char *below, const char *entry,
			 unsigned depth)
{
	char name[PATH_MAX], path[PATH_MAX];
	struct stat about;

	if (entry[0] == '.')
		return STATUS_OK;
	if (snprintf(name, sizeof(name), "%s%s%s", below, below[0] == '\0' ? "" : "/", entry) >=
		    (int)sizeof(name) ||
	    snprintf(path, sizeof(path), "%s/%s", root, name) >= (int)sizeof(path))
		return STATUS_OK;
	if (stat(path, &about) != 0)
		return STATUS_OK;
	if (S_ISDIR(about.st_mode) && depth < DEPTH_MAX)
		return walk(folder, root, name, depth + 1);
	return S_ISREG(about.st_mode) ? add_name(folder, name) : STATUS_OK;
}

static enum status walk(struct folder *folder, const char *root, const char *below, unsigned depth)
{
	char path[PATH_MAX];
	enum status status = STATUS_OK;
	struct dirent *entry;
	DIR *dir;

	if (snprintf(path, sizeof(path), "%s/%s", root, below) >= (int)sizeof(path))
		return STATUS_OK;
	if (folder->walked_count++ == LIMIT_SPEC_FOLDERS)
		return STATUS_LIMIT;
	dir = opendir(path);
	if (dir == NULL) /* half of a folder is never taken for all of it */
		return depth == 0 && errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
	while (status == STATUS_OK && (entry = readdir(dir)) != NULL)
		status = visit(folder, root, below, entry->d_name, depth);
	closedir(dir);
	return status;
}

static int compare(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The first folder that has a name gives it; whoever put the other file there should know. */
static void sort_names(struct folder *folder, struct problems *problems)
{
	size_t kept = 0;

	if (folder->name_count > 0)
		qsort(folder->names, folder->name_count, sizeof(*folder->names), compare);
	for (size_t i = 0; i < folder->name_count; i++) {
		if (kept == 0 || strcmp(folder->names[kept - 1], folder->names[i]) != 0) {
			folder->names[kept++] = folder->names[i];
			continue;
		}
		if (problems != NULL)
			problems_add(
				problems, PROBLEM_WARNING, "spec.conflict",
				(struct place){.file = folder->names[kept - 1]},
				"give one of them another name",
				"two contracts folders hold a file of this name: the first folder's counts");
		free(folder->names[i]);
	}
	folder->name_count = kept;
}

/* Does the path, with all links followed, stand below the root? Who may write into the folder could else have
 * the sensor read any file. */
static bool is_below(const char *root, const char *path)
{
	char real_root[PATH_MAX], real_path[PATH_MAX];
	size_t len;

	if (realpath(root, real_root) == NULL || realpath(path, real_path) == NULL)
		return false;
	len = strlen(real_root);
	return strncmp(real_path, real_root, len) == 0 && (real_path[len] == '/' || len == 1);
}

static enum status read_below(const char *root, const char *name, struct folder_text *text)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", root, name) >= (int)sizeof(path) || access(path, F_OK) != 0)
		return STATUS_NOT_FOUND;
	return is_below(root, path) ? file_read(path, &text->data, &text->len) : STATUS_INVALID;
}

static enum status read_name(void *context, const char *name, struct bytes *out_text)
{
	struct folder *folder = context;
	enum status status = STATUS_NOT_FOUND;
	struct folder_text *text;

	for (size_t i = 0; i < folder->patch_count; i++) {
		const struct folder_patch *patch = &folder->patches[i];

		if (strcmp(patch->name, name) != 0)
			continue;
		if (!patch->is_removed)
			*out_text = patch->text;
		return patch->is_removed ? STATUS_NOT_FOUND : STATUS_OK;
	}
	text = calloc(1, sizeof(*text));
	if (text == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < folder->path_count && status == STATUS_NOT_FOUND; i++)
		status = read_below(folder->paths[i], name, text);
	if (status != STATUS_OK) {
		free(text);
		return status;
	}
	text->next = folder->texts;
	folder->texts = text;
	*out_text = (struct bytes){.data = text->data, .len = text->len};
	return STATUS_OK;
}

/* The text read last; others wait for folder_close. */
static void text_done(void *context, struct bytes text)
{
	struct folder *folder = context;
	struct folder_text *newest = folder->texts;

	if (newest == NULL || newest->data != text.data)
		return;
	folder->texts = newest->next;
	free(newest->data);
	free(newest);
}

static void begin(struct folder *folder, const char *const *paths, size_t path_count)
{
	*folder = (struct folder){.paths = paths, .path_count = path_count};
	folder->files = (struct spec_files){.read = read_name, .done = text_done, .context = folder};
}

static void lend_names(struct folder *folder, struct problems *problems)
{
	sort_names(folder, problems);
	folder->files.names = (const char *const *)folder->names;
	folder->files.name_count = folder->name_count;
}

enum status folder_open_beside(struct folder *folder, const char *const *path)
{
	begin(folder, path, 1);
	if (walk(folder, path[0], "", DEPTH_MAX) == STATUS_NO_MEMORY) {
		folder_close(folder);
		return STATUS_NO_MEMORY;
	}
	lend_names(folder, NULL);
	return STATUS_OK;
}

enum status folder_open(struct folder *folder, const char *const *paths, size_t path_count, bool is_optional,
			struct problems *problems)
{
	begin(folder, paths, path_count);
	for (size_t i = 0; i < path_count; i++) {
		enum status status = walk(folder, paths[i], "", 0);

		if (status == STATUS_NOT_FOUND && is_optional)
			continue;
		if (status != STATUS_OK) {
			problems_add(problems, PROBLEM_ERROR, "spec.invalid",
				     (struct place){.file = paths[i]},
				     status == STATUS_LIMIT
					     ? "remove what is no contract, and links to folders above"
					     : "name an existing folder that the sensor's user may "
					       "read, with all below it",
				     status == STATUS_LIMIT ? "more than %llu files or %llu folders"
							    : "cannot read the folder",
				     LIMIT_CONTRACT_FILES + 0ull, LIMIT_SPEC_FOLDERS + 0ull);
			folder_close(folder);
			return STATUS_INVALID;
		}
	}
	lend_names(folder, problems);
	return STATUS_OK;
}

static void remove_name(struct folder *folder, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < folder->name_count; i++)
		if (strcmp(folder->names[i], name) == 0)
			free(folder->names[i]);
		else
			folder->names[kept++] = folder->names[i];
	folder->name_count = kept;
}

enum status folder_apply(struct folder *folder, const struct folder_patch *patches, size_t patch_count)
{
	enum status status = STATUS_OK;

	folder->patches = patches;
	folder->patch_count = patch_count;
	for (size_t i = 0; i < patch_count && status == STATUS_OK; i++)
		if (patches[i].is_removed)
			remove_name(folder, patches[i].name);
		else
			status = add_name(folder, patches[i].name);
	lend_names(folder, NULL);
	return status;
}

void folder_close(struct folder *folder)
{
	while (folder->texts != NULL) {
		struct folder_text *next = folder->texts->next;

		free(folder->texts->data);
		free(folder->texts);
		folder->texts = next;
	}
	for (size_t i = 0; i < folder->name_count; i++)
		free(folder->names[i]);
	free(folder->names);
	*folder = (struct folder){0};
}
