/* sensor/outbox: records of one moment leave sorted by uid, earlier moments first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sensor/outbox.h"

static void put(struct outbox *outbox, struct sink *sink, uint64_t time_ns, const char *uid,
		const char *value)
{
	outbox_put(outbox, sink, time_ns,
		   &(struct sink_message){.value = bytes_of(value), .id = bytes_of(uid), .key = BYTES("k")});
}

static void moments_leave_in_order(void **state)
{
	char path[] = "/tmp/specular-outbox-XXXXXX", text[256] = "", error[256];
	struct sink *sink = NULL;
	struct outbox outbox;
	FILE *file;
	int made = mkstemp(path);

	(void)state;
	assert_true(made >= 0);
	close(made);
	assert_int_equal(sink_open(path, &(struct sink_plan){.sensor = "test"}, error, sizeof(error), &sink),
			 STATUS_OK);
	outbox_init(&outbox);
	put(&outbox, NULL, 1, "a", "nobody wants it");
	put(&outbox, sink, 1, "c", "3");
	put(&outbox, sink, 1, "a", "1");
	put(&outbox, sink, 1, "b", "2");
	put(&outbox, sink, 2, "a", "4");
	outbox_send(&outbox);
	assert_int_equal(sink_flush(sink, 1000), STATUS_OK);
	sink_close(sink);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	unlink(path);
	assert_string_equal(text, "1\n2\n3\n4\n");
	assert_int_equal(outbox.lost, 0);
	outbox_finish(&outbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moments_leave_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
