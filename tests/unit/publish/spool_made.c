#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/publish/spool_made.h"

static void lost(void *context, enum spool_lane_name lane, struct spool_range range, enum spool_loss why)
{
	struct made *made = context;

	assert_true(range.first <= range.last && range.last < MADE_NUMBERS_MAX);
	made->why[why]++;
	for (uint64_t number = range.first; number <= range.last; number++)
		made->lost[lane][number]++;
}

struct made *made_new(void)
{
	struct made *made = calloc(1, sizeof(*made));

	snprintf(made->folder, sizeof(made->folder), "/tmp/spool_XXXXXX");
	assert_non_null(mkdtemp(made->folder));
	made->plan = (struct spool_plan){.folder = made->folder,
					 .bytes_max = LIMIT_SPOOL_BYTES_MIN,
					 .memory_bytes = 64 * KIB,
					 .random = 42,
					 .lost = lost,
					 .context = made};
	return made;
}

void made_open(struct made *made)
{
	char error[200];

	if (spool_open(&made->plan, error, sizeof(error), &made->spool) != STATUS_OK)
		fail_msg("%s", error);
}

void made_close(struct made *made)
{
	spool_close(made->spool);
	made->spool = NULL;
}

void made_free(struct made *made)
{
	DIR *names;
	char path[400];

	made_close(made);
	names = opendir(made->folder);
	for (struct dirent *entry; names != NULL && (entry = readdir(names)) != NULL;) {
		snprintf(path, sizeof(path), "%s/%s", made->folder, entry->d_name);
		(void)unlink(path);
	}
	closedir(names);
	rmdir(made->folder);
	free(made);
}

static size_t print_record(enum spool_lane_name lane, uint64_t number, char text[64])
{
	return (size_t)snprintf(text, 64, "record %llu of %s", (unsigned long long)number,
				spool_lane_text(lane));
}

void made_put(struct made *made, enum spool_lane_name lane, uint64_t number, size_t padding)
{
	char *text = malloc(64 + padding);
	size_t len = print_record(lane, number, text);

	memset(text + len, 'x', padding);
	spool_put(made->spool, lane, (struct bytes){.data = text, .len = len + padding});
	free(text);
}

void made_read(struct made *made, enum spool_lane_name lane, bool is_released)
{
	struct frame frame;
	char text[64];

	made->got_count = 0;
	while (spool_next(made->spool, lane, &frame)) {
		struct bytes expected = {.data = text, .len = print_record(lane, frame.number, text)};

		assert_true(bytes_starts(frame.payload, expected));
		for (size_t i = expected.len; i < frame.payload.len; i++)
			assert_int_equal(frame.payload.data[i], 'x');
		if (made->got_count > 0)
			assert_true(frame.number > made->got[made->got_count - 1]);
		made->got[made->got_count++] = frame.number;
		if (is_released)
			spool_release(made->spool, lane, frame.number);
	}
}
