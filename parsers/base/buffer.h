/*
 * buffer: bytes that grow, with a ceiling set at birth.
 *
 *	struct buffer line = BUFFER_MAX(LIMIT_HEAD_BYTES);
 *	status = buffer_append(&line, part);	STATUS_LIMIT past the ceiling; what it held stays
 *	buffer_finish(&line);
 *
 * Owns its memory. Lends buffer_bytes() until the next append.
 */
#pragma once

#include "parsers/base/bytes.h"
#include "parsers/base/status.h"

struct buffer {
	char *data;
	size_t len;
	size_t capacity;
	size_t bytes_max;
};

#define BUFFER_MAX(max) ((struct buffer){.bytes_max = (max)})

void buffer_finish(struct buffer *buffer); /* accepts zeroed memory */
void buffer_wipe(struct buffer *buffer);   /* likewise, and overwrites what it held */
void buffer_clear(struct buffer *buffer);  /* keeps the memory */
struct bytes buffer_bytes(const struct buffer *buffer);

/* All of `run` or nothing. */
MUST_CHECK enum status buffer_append(struct buffer *buffer, struct bytes run);
MUST_CHECK enum status buffer_append_byte(struct buffer *buffer, char byte);

/* As much of `run` as fits under the ceiling; how much that was. 0 also when there is no memory. */
size_t buffer_append_some(struct buffer *buffer, struct bytes run);

/* Room for `len` more bytes at the end, to be filled by the caller, who then adds to ->len. */
MUST_CHECK enum status buffer_reserve(struct buffer *buffer, size_t len);
