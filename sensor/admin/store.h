/*
 * store: uploaded contracts and specs on disk. The current file lies in the
 * contracts folder, written aside and renamed; every version of it lies below
 * .versions/ beside a list of number, SHA-256, time and who brought it.
 *
 *	store_put(&store, "acme/orders.yaml", text, "ci", &version);
 *	store_read(&store, "acme/orders.yaml", 3, &text);	version 3; 0: the current one
 *
 * At most LIMIT_VERSIONS of a file are kept; the oldest goes. Names come from the contract or from
 * route.h and never leave the folder.
 *
 * Owns     nothing. Thread: one at a time (the loader's lock).
 */
#pragma once

#include "parsers/base/buffer.h"
#include "specs/digest.h"

struct store {
	const char *const *folders; /* the first that has a file keeps it; new ones go to the first */
	size_t folder_count;
};

#define STORE_WHO_LEN_MAX 64

struct store_version {
	uint64_t number; /* from 1 */
	uint64_t time_ms;
	char sha256[DIGEST_TEXT_LEN + 1];
	char who[STORE_WHO_LEN_MAX + 1]; /* the token's name, or "folder" */
};

/* STATUS_IO with the reason in errno. What was in the folder and no version yet becomes one, by "folder". */
MUST_CHECK enum status store_put(const struct store *store, const char *name, struct bytes text,
				 const char *who, struct store_version *out_version);
MUST_CHECK enum status store_remove(const struct store *store, const char *name);

/* malloc'ed, the caller frees. */
MUST_CHECK enum status store_read(const struct store *store, const char *name, uint64_t version,
				  char **out_data, size_t *out_len);

/* Keeps the file as it lies in the folder, unless its newest version is the same. */
MUST_CHECK enum status store_note(const struct store *store, const char *name);

/* Oldest first; malloc'ed, the caller frees. */
MUST_CHECK enum status store_versions(const struct store *store, const char *name,
				      struct store_version **out_list, size_t *out_count);
