/* Key sets that are none, keys that are none, and a good one beside them; networks in great number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "specs/jwks.h"
#include "specs/network_set.h"

/* RFC 8037 appendix A.2 and A.4. */
#define KEY       "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
#define INPUT     "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
#define SIGNATURE "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

static enum status read_set(const char *text, struct jwks **out_jwks, size_t *out_problems)
{
	struct problems problems;
	enum status status;

	problems_init(&problems);
	status = jwks_read(bytes_of(text), (struct place){.file = "keys.json"}, &problems, out_jwks);
	*out_problems = problems.count;
	problems_finish(&problems);
	return status;
}

static void what_is_no_key_set_is_refused(void **state)
{
	static const char *const texts[] = {"", "{", "[]", "{}", "{\"keys\":{}}", "null", "{\"keys\":"};
	struct jwks *jwks = NULL;
	size_t problems;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(read_set(texts[i], &jwks, &problems), STATUS_INVALID);
	assert_null(jwks);
}

static void what_is_no_key_is_left_out(void **state)
{
	static const char *const keys[] = {
		"{\"kty\":\"RSA\"}",
		"{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"}",
		"{\"kty\":\"RSA\",\"n\":\"!!!\",\"e\":\"AQAB\"}",
		"{\"kty\":\"RSA\",\"n\":\"AAAA\",\"e\":\"AQAB\"}",
		"{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQABAQABAQABAQAB\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQAB\",\"y\":\"AQAB\"}",
		("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
		 "\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}"),
		"{\"kty\":\"EC\",\"crv\":\"P-1\",\"x\":\"\",\"y\":\"\"}",
		"{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
		"{\"kty\":\"OKP\",\"crv\":\"P-256\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}",
		"{\"kty\":\"oct\",\"k\":\"\"}",
		"{\"kty\":5}",
		"{}",
	};
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct jwks *jwks = NULL;
		size_t problems;

		snprintf(text, sizeof(text), "{\"keys\":[%s," KEY ",7]}", keys[i]);
		assert_int_equal(read_set(text, &jwks, &problems), STATUS_OK);
		if (jwks_count(jwks) != 1 || problems != 1)
			fail_msg("%s: %zu keys, %zu problems", keys[i], jwks_count(jwks), problems);
		jwks_free(jwks);
	}
}

static void more_keys_than_the_ceiling_are_told(void **state)
{
	static char text[64 * 1024];
	struct jwks *jwks = NULL;
	size_t problems;

	(void)state;
	strncat(text, "{\"keys\":[" KEY, sizeof(text) - 1);
	for (int i = 0; i < 2 * LIMIT_KEYS; i++)
		strncat(text, "," KEY, sizeof(text) - strlen(text) - 1);
	strncat(text, "]}", sizeof(text) - strlen(text) - 1);
	assert_int_equal(read_set(text, &jwks, &problems), STATUS_OK);
	assert_int_equal(jwks_count(jwks), LIMIT_KEYS);
	assert_int_equal(problems, 1);
	jwks_free(jwks);
}

static void the_signature_of_the_standard_is_good(void **state)
{
	struct jwt jwt = {.algorithm = BYTES("EdDSA")};
	struct jwks *jwks = NULL;
	struct arena arena;
	size_t problems;
	char token[sizeof(INPUT "." SIGNATURE)] = INPUT "." SIGNATURE;

	(void)state;
	arena_init(&arena, 1 << 20);
	assert_int_equal(read_set("{\"keys\":[" KEY "]}", &jwks, &problems), STATUS_OK);
	assert_true(jwks_is_public(jwks));
	assert_int_equal(jwks_verify(jwks, &jwt, bytes_of(token), &arena), JWKS_VALID);
	jwt.algorithm = BYTES("RS256");
	assert_int_equal(jwks_verify(jwks, &jwt, bytes_of(token), &arena), JWKS_INVALID);
	jwt.algorithm = BYTES("unheard of");
	assert_int_equal(jwks_verify(jwks, &jwt, bytes_of(token), &arena), JWKS_UNVERIFIABLE);
	jwt = (struct jwt){.algorithm = BYTES("EdDSA"), .key_id = BYTES("another")};
	assert_int_equal(jwks_verify(jwks, &jwt, bytes_of(token), &arena), JWKS_UNVERIFIABLE);
	jwt.key_id = BYTES_NONE;
	for (size_t i = 0; i < sizeof(token) - 1; i += 3) {
		char kept = token[i];

		token[i] = kept == 'A' ? 'B' : 'A';
		assert_int_not_equal(jwks_verify(jwks, &jwt, bytes_of(token), &arena), JWKS_VALID);
		token[i] = kept;
		assert_int_not_equal(jwks_verify(jwks, &jwt, bytes_slice(bytes_of(token), 0, i), &arena),
				     JWKS_VALID);
	}
	jwks_free(jwks);
	arena_finish(&arena);
}

static bool has(const struct network_set *set, const char *text)
{
	struct address address;

	assert_true(address_read(bytes_of(text), &address));
	return network_set_has(set, &address);
}

static void networks_are_found(void **state)
{
	struct network_set set = {.count = 0};
	struct problems problems;

	(void)state;
	problems_init(&problems);
	assert_int_equal(
		network_set_read(&set,
				 BYTES("# remark\n192.0.2.0/25 ; tail\n192.0.2.64/26\n\n 10.1.2.3\r\n"
				       "2001:db8::/32\nnonsense\n10.0.0.1/8\n0.0.0.0/32"),
				 "list.txt", &problems),
		STATUS_OK);
	network_set_close(&set);
	assert_int_equal(problems.count, 2);
	assert_true(has(&set, "192.0.2.0") && has(&set, "192.0.2.127") && has(&set, "10.1.2.3"));
	assert_true(has(&set, "2001:db8:ffff::1") && has(&set, "0.0.0.0"));
	assert_false(has(&set, "192.0.2.128") || has(&set, "192.0.1.255") || has(&set, "10.1.2.4"));
	assert_false(has(&set, "2001:db9::") || has(&set, "::") || has(&set, "255.255.255.255"));
	network_set_finish(&set);
	problems_finish(&problems);
	assert_false(has(&set, "192.0.2.0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_key_set_is_refused),
		cmocka_unit_test(what_is_no_key_is_left_out),
		cmocka_unit_test(more_keys_than_the_ceiling_are_told),
		cmocka_unit_test(the_signature_of_the_standard_is_good),
		cmocka_unit_test(networks_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
