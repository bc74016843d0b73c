/* specs/digest_memory: what it says is what was put there for that value and use, or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "specs/digest_memory.h"

static void a_value_is_known_again_for_the_same_use(void **state)
{
	struct digest_memory *memory = digest_memory_new(1);
	char digest[DIGEST_LEN], again[DIGEST_LEN] = "";

	(void)state;
	assert_non_null(memory);
	assert_false(digest_memory_find(memory, DIGEST_OF_KEY, BYTES("k1"), again));
	digest_sha256_bytes(BYTES("k1"), digest);
	digest_memory_put(memory, DIGEST_OF_KEY, BYTES("k1"), digest);
	assert_true(digest_memory_find(memory, DIGEST_OF_KEY, BYTES("k1"), again));
	assert_memory_equal(again, digest, DIGEST_LEN);
	assert_false(digest_memory_find(memory, DIGEST_OF_CREDENTIAL, BYTES("k1"), again));
	assert_false(digest_memory_find(memory, DIGEST_OF_KEY, BYTES("k2"), again));
	assert_false(digest_memory_find(memory, DIGEST_OF_KEY, BYTES_NONE, again));
	digest_memory_free(memory);
}

/* More values than it has room for, and those that differ in little: what is found is right. */
static void what_is_found_is_always_right(void **state)
{
	struct digest_memory *memory = digest_memory_new(2);
	char value[64], digest[DIGEST_LEN], found[DIGEST_LEN];
	unsigned found_count = 0;

	(void)state;
	assert_non_null(memory);
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < 3 * LIMIT_DIGESTS; i++) {
			int len = snprintf(value, sizeof(value), "%0*u", (int)(i % 40), i);
			struct bytes text = {value, (size_t)len};

			digest_sha256_bytes(text, digest);
			if (digest_memory_find(memory, DIGEST_OF_KEY, text, found)) {
				assert_memory_equal(found, digest, DIGEST_LEN);
				found_count++;
			}
			digest_memory_put(memory, DIGEST_OF_KEY, text, digest);
		}
	assert_true(found_count > 0);
	digest_memory_free(memory);
}

static void none_remembers_nothing(void **state)
{
	char digest[DIGEST_LEN] = "";

	(void)state;
	digest_memory_put(NULL, DIGEST_OF_KEY, BYTES("k1"), digest);
	assert_false(digest_memory_find(NULL, DIGEST_OF_KEY, BYTES("k1"), digest));
	digest_memory_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_known_again_for_the_same_use),
		cmocka_unit_test(what_is_found_is_always_right),
		cmocka_unit_test(none_remembers_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
