/* sensor/key_file: one key for all who start together, and no half of one. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sensor/key_file.h"

#define ROUNDS   40
#define STARTERS 8

struct home {
	char folder[64], path[128];
	struct settings settings;
};

static void home_make(struct home *home)
{
	*home = (struct home){.folder = "/tmp/specular-key-XXXXXX"};
	assert_non_null(mkdtemp(home->folder));
	assert_true((size_t)snprintf(home->path, sizeof(home->path), "%s/key", home->folder) <
		    sizeof(home->path));
	home->settings.hmac_key_file = home->path;
}

/* Nothing else may be left in the folder. */
static void home_clear(struct home *home)
{
	assert_int_equal(unlink(home->path), 0);
	assert_int_equal(rmdir(home->folder), 0);
}

static struct fingerprint_key key_of(const struct home *home)
{
	struct fingerprint_key key;
	char error[512] = "";

	if (key_file_read(&home->settings, &key, error, sizeof(error)) != STATUS_OK)
		fail_msg("%s", error);
	return key;
}

static void test_it_is_made_once(void **state)
{
	struct fingerprint_key first, second;
	struct home home;
	struct stat file;

	(void)state;
	home_make(&home);
	first = key_of(&home);
	second = key_of(&home);
	assert_memory_equal(first.bytes, second.bytes, sizeof(first.bytes));
	assert_int_equal(stat(home.path, &file), 0);
	assert_int_equal(file.st_mode & 0777, 0600);
	assert_int_equal(file.st_size, sizeof(first.bytes));
	home_clear(&home);
}

/* Says its key to the pipe as soon as the other end of `start` is closed. */
static void start_one(const struct home *home, const int *start, int out)
{
	struct fingerprint_key key;
	char error[512], byte;

	close(start[1]);
	(void)!read(start[0], &byte, 1);
	_exit(key_file_read(&home->settings, &key, error, sizeof(error)) == STATUS_OK &&
			      write(out, key.bytes, sizeof(key.bytes)) == (ssize_t)sizeof(key.bytes)
		      ? 0
		      : 1);
}

static void start_together(const struct home *home)
{
	struct fingerprint_key key, other;
	int start[2], out[2], status;
	pid_t pids[STARTERS];

	assert_int_equal(pipe(start), 0);
	assert_int_equal(pipe(out), 0);
	for (size_t i = 0; i < STARTERS; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0)
			start_one(home, start, out[1]);
	}
	close(start[0]);
	close(start[1]);
	for (size_t i = 0; i < STARTERS; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	close(out[1]);
	key = key_of(home);
	for (size_t i = 0; i < STARTERS; i++) {
		assert_int_equal(read(out[0], other.bytes, sizeof(other.bytes)), sizeof(other.bytes));
		assert_memory_equal(key.bytes, other.bytes, sizeof(key.bytes));
	}
	close(out[0]);
}

static void test_all_who_start_together_have_the_same(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct home home;

		home_make(&home);
		start_together(&home);
		home_clear(&home);
	}
}

static void test_half_of_one_is_refused(void **state)
{
	struct fingerprint_key key;
	char error[512] = "";
	struct home home;
	int file;

	(void)state;
	home_make(&home);
	file = open(home.path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(file, "0123456789012345678901234567890", 31), 31);
	close(file);
	assert_int_equal(key_file_read(&home.settings, &key, error, sizeof(error)), STATUS_INVALID);
	assert_non_null(strstr(error, home.path));
	home_clear(&home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_is_made_once),
		cmocka_unit_test(test_all_who_start_together_have_the_same),
		cmocka_unit_test(test_half_of_one_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
