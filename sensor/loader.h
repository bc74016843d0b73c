/*
 * loader: contracts and packs, loaded again while workers read them: after a
 * signal, a change in the folder or an upload. Either everything is good and all
 * of it takes over at once, or nothing changes.
 *
 *	loader_init(&loader, &plan, &shelf);
 *	loader_start(&loader, &problems);	the first time: what is broken is left out
 *	loader_reload(&loader);			true: swapped in
 *	loader_upload(&loader, &upload, &problems);
 *
 * An upload is looked at together with everything else before it is stored. What was broken already
 * when the sensor started does not stand in its way, unless it is what is uploaded.
 *
 * Owns     nothing but its lock; the shelf owns what is loaded.
 * Thread   any; one loads at a time.
 */
#pragma once

#include <pthread.h>

#include "sensor/knowledge.h"

struct loader {
	struct knowledge_plan plan;
	struct knowledge_shelf *shelf;
	pthread_mutex_t lock;
	size_t error_count; /* of what is loaded now */
	uint64_t loads;     /* swapped in since the start */
	/* Told of each result: the words of the first problem, or "" when all is good. May be NULL. */
	void (*tell)(void *context, bool is_good, const char *words);
	void *context;
};

struct loader_upload {
	const struct folder_patch *patches; /* the first is what is looked at most */
	size_t patch_count;
	/* Does the result hold what was uploaded? Adds a problem when not. */
	void (*judge)(void *context, const struct contract *contract, struct problems *problems);
	/* Makes it last, once it is known to be good. False: it could not, and nothing is swapped in. */
	bool (*store)(void *context);
	void *context;
};

void loader_init(struct loader *loader, const struct knowledge_plan *plan, struct knowledge_shelf *shelf);
void loader_finish(struct loader *loader);

/* Loads what can be loaded for `readers` workers; the problems are said on stderr. */
MUST_CHECK enum status loader_start(struct loader *loader, size_t readers);
bool loader_reload(struct loader *loader); /* problems are said on stderr and told */

/* STATUS_INVALID: the problems say why, and nothing changed. STATUS_IO: `store` could not. */
MUST_CHECK enum status loader_upload(struct loader *loader, const struct loader_upload *upload,
				     struct problems *problems);

/* What is loaded now, for as long as the lock is held. */
const struct knowledge *loader_borrow(struct loader *loader);
void loader_give_back(struct loader *loader);
void loader_sweep(struct loader *loader); /* frees what workers let go since */
