#include "sensor/capture/intake.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parsers/base/check.h"

/* So much at a time stays in the processor's cache until it is used. */
#define READ_LEN   (128 * KIB)
#define BUFFER_LEN (INTAKE_RUN_MAX + READ_LEN)

bool intake_init(struct intake *intake, intake_reader *read, void *context)
{
	*intake = (struct intake){.read = read, .context = context, .buffer = malloc(BUFFER_LEN)};
	return intake->buffer != NULL;
}

void intake_finish(struct intake *intake)
{
	free(intake->buffer);
	*intake = (struct intake){0};
}

ssize_t intake_read_file(void *context, char *out, size_t room)
{
	ssize_t len;

	do {
		len = read(*(const int *)context, out, room);
	} while (len < 0 && errno == EINTR);
	return len;
}

void intake_fill(struct intake *intake, size_t len)
{
	size_t left = intake->len - intake->at;

	CHECK(len <= INTAKE_RUN_MAX);
	memmove(intake->buffer, intake->buffer + intake->at, left);
	intake->at = 0;
	intake->len = left;
	while (intake->len < len && !intake->is_over) {
		ssize_t more = intake->read(intake->context, intake->buffer + intake->len, READ_LEN);

		intake->is_over = more <= 0;
		if (more < 0)
			intake->error = errno;
		if (more <= 0)
			return;
		intake->len += (size_t)more;
		intake->read_len += (size_t)more;
	}
}
