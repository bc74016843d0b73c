/*
 * spec_files: how the specs floor gets the bytes of a file without opening one.
 * The sensor reads folders, tests and fuzzers give memory.
 */
#pragma once

#include "parsers/base/bytes.h"
#include "parsers/base/status.h"

struct spec_files {
	/* The bytes of a file, by its name relative to the contracts folder, '/' between
	 * parts. Lends them until the loading call returns. STATUS_NOT_FOUND when it
	 * is not there, STATUS_LIMIT when it is too large, STATUS_INVALID when it is
	 * a link that leads out of the folder. Names that leave the folder
	 * (absolute, "..") never come here: the specs floor refuses them first. */
	enum status (*read)(void *context, const char *name, struct bytes *out_text);

	/* All file names below the folder, relative, sorted by byte order. */
	const char *const *names;
	size_t name_count;

	void *context;

	/* A text that was read is no longer needed, before the loading call returns. May be NULL. */
	void (*done)(void *context, struct bytes text);
};
