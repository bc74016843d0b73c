/*
 * folder: folders on disk as the specs floor reads them: names, and bytes on
 * demand. Several folders look like one; the first that has a name gives it,
 * and a warning says so.
 * Patches show them as they would be after an upload, before it is stored.
 *
 *	folder_open(&folder, paths, count, is_optional, &problems);
 *	contract_load(&folder.files, ...);
 *	folder_close(&folder);
 *
 * Owns     names and bytes, until folder_close.
 */
#pragma once

#include "parsers/base/problem.h"
#include "specs/spec_files.h"

struct folder_text {
	char *data;
	size_t len;
	struct folder_text *next;
};

/* One file as it would be. */
struct folder_patch {
	const char *name; /* relative, as in the folder */
	struct bytes text;
	bool is_removed; /* it would be gone */
};

struct folder {
	struct spec_files files;
	const char *const *paths;
	size_t path_count;
	const struct folder_patch *patches;
	size_t patch_count;
	char **names;
	size_t name_count, name_capacity;
	size_t walked_count; /* folders looked into */
	struct folder_text *texts;
};

/* Names below the folders, sorted. A folder that is missing is a problem unless optional. */
MUST_CHECK enum status folder_open(struct folder *folder, const char *const *paths, size_t path_count,
				   bool is_optional, struct problems *problems);
/* The folder of one file that is checked alone: names are those beside it, as many as there is room for, and
 * none at all where it cannot be listed. */
MUST_CHECK enum status folder_open_beside(struct folder *folder, const char *const *path);
/* Shows the folder with the patches applied; borrowed until folder_close. */
MUST_CHECK enum status folder_apply(struct folder *folder, const struct folder_patch *patches,
				    size_t patch_count);
void folder_close(struct folder *folder);

/* The bytes of one file, malloc'ed, the caller frees; at most LIMIT_SPEC_BYTES. */
MUST_CHECK enum status file_read(const char *path, char **out_data, size_t *out_len);
