/*
 * intake: a file in large pieces, or what is unpacked from one. What stands next is lent where it lies. A
 * pipe is waited for only until what was asked for is there.
 *
 *	if (!intake_init(&intake, intake_read_file, &descriptor))	without memory
 *	run = intake_take(&intake, len);	shorter: the file ended, or intake.error says what failed
 *	intake_finish(&intake);
 *
 * Owns     a buffer.
 * Lends    a run until the next intake_take or intake_peek.
 * Thread   one.
 */
#pragma once

#include <sys/types.h>

#include "parsers/base/bytes.h"
#include "parsers/base/limits.h"

/* The longest run that may be asked for: a packet with what stands before it. */
#define INTAKE_RUN_MAX (LIMIT_SNAPLEN + 64)

/* As read(2): what there is now, 0 at the end, -1 with errno. */
typedef ssize_t intake_reader(void *context, char *out, size_t room);

struct intake {
	intake_reader *read;
	void *context;
	char *buffer;
	size_t at, len;    /* in the buffer: what is next, and what ends it */
	uint64_t read_len; /* of the file, so far */
	int error;         /* errno of the read that failed; 0: none did */
	bool is_over;
};

bool intake_init(struct intake *intake, intake_reader *read, void *context);
void intake_finish(struct intake *intake); /* accepts zeroed memory */

ssize_t intake_read_file(void *context, char *out, size_t room); /* of the int that `context` points to */

/* Reads until `len` bytes are in the buffer, or the file ends. */
void intake_fill(struct intake *intake, size_t len);

/* What is in the buffer, which may be nothing yet. */
static inline struct bytes intake_rest(const struct intake *intake)
{
	return (struct bytes){.data = intake->buffer + intake->at, .len = intake->len - intake->at};
}

static inline struct bytes intake_peek(struct intake *intake, size_t len)
{
	struct bytes run;

	if (intake->len - intake->at < len)
		intake_fill(intake, len);
	run = intake_rest(intake);
	if (run.len > len)
		run.len = len;
	return run;
}

static inline struct bytes intake_take(struct intake *intake, size_t len)
{
	struct bytes run = intake_peek(intake, len);

	intake->at += run.len;
	return run;
}

/* How many bytes were taken. */
static inline uint64_t intake_offset(const struct intake *intake)
{
	return intake->read_len - (intake->len - intake->at);
}
