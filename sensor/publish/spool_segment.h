/*
 * spool_segment: one append-only file of the spool. Its name says which records
 * it begins with and the seed of their checks; its head says which records were
 * already delivered when it was begun.
 *
 * A segment is written by one process only: after a restart a new one is begun,
 * so a torn end never has anything written behind it.
 *
 * Owns     its descriptor while it is written.
 * Thread   one.
 */
#pragma once

#include "sensor/publish/spool_frame.h"

#define SEGMENT_NAME_MAX 80

struct spool_segment {
	uint64_t first;    /* number of its first record */
	uint64_t seed;     /* of its checks */
	uint64_t released; /* records up to this one need not follow: they were delivered from memory */
	uint64_t len;      /* bytes of the file */
	int fd;            /* while it is written; else -1 */
};

void segment_name(const char *lane, const struct spool_segment *segment, char name[SEGMENT_NAME_MAX]);
/* False when that is no segment of this lane. */
bool segment_name_read(const char *lane, const char *name, struct spool_segment *out_segment);

/* `segment` has first, seed and released. */
MUST_CHECK enum status segment_create(int folder, const char *lane, struct spool_segment *segment);
/* All or nothing; after a failure the segment must be closed, for its end may be torn. */
MUST_CHECK enum status segment_append(struct spool_segment *segment, struct bytes frame);
void segment_close(struct spool_segment *segment);
void segment_remove(int folder, const char *lane, struct spool_segment *segment);
/* Length and head of a file found on disk. A broken head counts as one without deliveries. */
void segment_look(int folder, const char *lane, struct spool_segment *segment);

/* Reads frames of one segment, also while it grows. */
struct segment_reader {
	int fd; /* -1: reads nothing */
	struct frame_walk walk;
	uint64_t offset;    /* in the file: where `held` ends */
	struct buffer held; /* read, and not yet handed out from `held_at` on */
	size_t held_at;
};

void segment_reader_init(struct segment_reader *reader);
void segment_reader_finish(struct segment_reader *reader);
MUST_CHECK enum status segment_reader_open(struct segment_reader *reader, int folder, const char *lane,
					   const struct spool_segment *segment);
void segment_reader_close(struct segment_reader *reader);
/* False: nothing more below `len` bytes of the file. Lends the payload until the next call. */
bool segment_reader_next(struct segment_reader *reader, uint64_t len, struct frame *out_frame);
