/* sensor/publish/spool, hostile twin: torn ends and flipped bits. Never a wrong record, always the rest. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/publish/spool_made.h"

#define RECORDS  6
#define FILE_MAX 4096

/* A small spool on disk, kept as bytes so that it can be laid down again and again. */
struct original {
	char name[300];
	char data[FILE_MAX];
	size_t len;
};

static struct original keep(struct made *made)
{
	struct original original = {.len = 0};
	DIR *names;
	char path[400];
	int fd;

	made_open(made);
	for (uint64_t i = 1; i <= RECORDS; i++)
		made_put(made, SPOOL_FINDINGS, i, 3 * i);
	made_close(made);
	names = opendir(made->folder);
	for (struct dirent *entry; (entry = readdir(names)) != NULL;)
		if (strstr(entry->d_name, ".segment") != NULL)
			snprintf(original.name, sizeof(original.name), "%s", entry->d_name);
	closedir(names);
	snprintf(path, sizeof(path), "%s/%s", made->folder, original.name);
	fd = open(path, O_RDONLY);
	original.len = (size_t)read(fd, original.data, sizeof(original.data));
	close(fd);
	assert_true(original.len > 100 && original.len < FILE_MAX);
	return original;
}

static void lay_down(struct made *made, const struct original *original, size_t len)
{
	char path[400];
	DIR *names = opendir(made->folder);
	int fd;

	for (struct dirent *entry; (entry = readdir(names)) != NULL;) {
		snprintf(path, sizeof(path), "%s/%s", made->folder, entry->d_name);
		(void)unlink(path);
	}
	closedir(names);
	snprintf(path, sizeof(path), "%s/%s", made->folder, original->name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_int_equal(write(fd, original->data, len), len);
	close(fd);
	memset(made->lost, 0, sizeof(made->lost));
}

static size_t last_frame_at(const struct original *original)
{
	size_t at = 0;

	for (size_t i = 0; i + 4 <= original->len; i++)
		if (memcmp(original->data + i, "\xffREC", 4) == 0)
			at = i;
	return at;
}

static void a_torn_end_is_cut_wherever_it_is_torn(void **state)
{
	struct made *made = made_new();
	struct original original = keep(made);

	(void)state;
	for (size_t len = last_frame_at(&original); len < original.len; len++) {
		bool is_torn = len > last_frame_at(&original);

		lay_down(made, &original, len);
		made_open(made);
		made_put(made, SPOOL_FINDINGS, RECORDS + is_torn, 0);
		made_read(made, SPOOL_FINDINGS, true);
		assert_int_equal(made->got_count, RECORDS - 1 + !is_torn + is_torn);
		assert_int_equal(made->got[made->got_count - 1], RECORDS + is_torn);
		assert_int_equal(made->lost[SPOOL_FINDINGS][RECORDS], is_torn);
		made_close(made);
	}
	made_free(made);
}

static void each_flipped_bit_is_found(void **state)
{
	struct made *made = made_new();
	struct original original = keep(made);

	(void)state;
	for (size_t bit = 0; bit < original.len * 8; bit++) {
		size_t missing = 0;

		original.data[bit / 8] = (char)(original.data[bit / 8] ^ (1 << bit % 8));
		lay_down(made, &original, original.len);
		original.data[bit / 8] = (char)(original.data[bit / 8] ^ (1 << bit % 8));
		made_open(made);
		made_read(made, SPOOL_FINDINGS, true); /* checks every record */
		for (uint64_t number = 1, at = 0; number <= RECORDS; number++) {
			bool is_there = at < made->got_count && made->got[at] == number;

			at += is_there;
			missing += !is_there;
			assert_int_equal(made->lost[SPOOL_FINDINGS][number], !is_there);
		}
		assert_true(missing <= 1);
		assert_int_equal(made->got_count, RECORDS - missing);
		if (bit / 8 >= 24)
			assert_int_equal(missing, 1);
		made_close(made);
	}
	made_free(made);
}

static void flips_among_deliveries_repeat_at_worst(void **state)
{
	struct made *made = made_new();
	char path[100], kept[1024], bad[1024];
	ssize_t len;
	int fd;

	(void)state;
	made_open(made);
	for (uint64_t i = 1; i <= RECORDS; i++)
		made_put(made, SPOOL_FINDINGS, i, 0);
	made_read(made, SPOOL_FINDINGS, false);
	spool_release(made->spool, SPOOL_FINDINGS, 1);
	spool_release(made->spool, SPOOL_FINDINGS, 2);
	made_close(made);
	snprintf(path, sizeof(path), "%s/findings.released", made->folder);
	fd = open(path, O_RDWR);
	len = pread(fd, kept, sizeof(kept), 0);
	assert_true(len > 0);
	for (ssize_t bit = 0; bit < len * 8; bit++) {
		memcpy(bad, kept, sizeof(bad));
		bad[bit / 8] = (char)(bad[bit / 8] ^ (1 << bit % 8));
		assert_int_equal(pwrite(fd, bad, (size_t)len, 0), len);
		made_open(made);
		made_read(made, SPOOL_FINDINGS, false);
		assert_true(made->got_count == RECORDS || made->got_count == RECORDS - 2);
		made_close(made);
	}
	close(fd);
	made_free(made);
}

static size_t next_random(uint64_t *random)
{
	*random = *random * 6364136223846793005ull + 1442695040888963407ull;
	return (size_t)(*random >> 33);
}

/* Random rubbish from somewhere in a segment on. */
static void rubbish_is_passed_over(void **state)
{
	struct made *made = made_new();
	struct original original = keep(made);
	uint64_t random = 7;

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct original rubbish = original;
		size_t from = next_random(&random) % original.len;

		for (size_t i = from; i < original.len; i++)
			rubbish.data[i] = (char)next_random(&random);
		lay_down(made, &rubbish, original.len);
		made_open(made);
		made_read(made, SPOOL_FINDINGS, true);
		made_close(made);
	}
	made_free(made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_torn_end_is_cut_wherever_it_is_torn),
		cmocka_unit_test(each_flipped_bit_is_found),
		cmocka_unit_test(flips_among_deliveries_repeat_at_worst),
		cmocka_unit_test(rubbish_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
