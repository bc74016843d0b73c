/* parsers/jwt, base64: claims as presented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "parsers/jwt.h"

/* {"alg":"RS256","kid":"k1","typ":"JWT"} and eight claims. */
#define FULL                                                                                                 \
	"eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIiwidHlwIjoiSldUIn0."                                               \
	"eyJpc3MiOiJodHRwczovL2lhcy5leGFtcGxlLmNvbSIsInN1YiI6InUxIiwiYXVkIjpbIm9yZGVycy1hcGkiLCJ4IiwzXSwiZX" \
	"h"                                                                                                  \
	"wIjoxNzYwMDAwMDAwLCJuYmYiOjE3NTk5OTAwMDAuOSwiaWF0IjotNSwiYXpwIjoiYzEiLCJjbGllbnRfaWQiOiJjMiJ9.c2ln"

static void claims_are_read(void **state)
{
	struct arena arena;
	struct jwt jwt;

	(void)state;
	arena_init(&arena, MIB);
	assert_true(jwt_is_likely(BYTES(FULL)));
	assert_true(jwt_read(BYTES(FULL), &arena, &jwt));
	assert_true(bytes_equal(jwt.algorithm, BYTES("RS256")));
	assert_true(bytes_equal(jwt.key_id, BYTES("k1")));
	assert_true(bytes_equal(jwt.type, BYTES("JWT")));
	assert_true(bytes_equal(jwt.issuer, BYTES("https://ias.example.com")));
	assert_true(bytes_equal(jwt.subject, BYTES("u1")));
	assert_true(bytes_equal(jwt.client_id, BYTES("c1")));
	assert_int_equal(jwt.audience_count, 2);
	assert_true(bytes_equal(jwt.audiences[0], BYTES("orders-api")));
	assert_true(jwt.has_expiry && jwt.expiry_s == 1760000000);
	assert_true(jwt.has_not_before && jwt.not_before_s == 1759990000);
	assert_true(jwt.has_issued_at && jwt.issued_at_s == -5);
	assert_false(jwt.is_signature_empty);
	arena_finish(&arena);
}

static void unsigned_and_odd_tokens_are_read(void **state)
{
	struct arena arena;
	struct jwt jwt;

	(void)state;
	arena_init(&arena, MIB);
	assert_true(jwt_read(BYTES("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4IiwiYXVkIjoib25lIn0."), &arena, &jwt));
	assert_true(jwt.is_signature_empty && !jwt.has_expiry);
	assert_int_equal(jwt.audience_count, 1);
	/* {"exp":1,"exp":99999999999999999999,"iss":5}: the last counts, and no 64 bits hold it. */
	assert_true(jwt_read(BYTES("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjEsImV4cCI6OTk5OTk5OTk5OTk5OTk5OTk5OTksImlz"
				   "cyI6NX0.eA"),
			     &arena, &jwt));
	assert_true(jwt.has_expiry && jwt.expiry_s == INT64_MAX);
	assert_int_equal(jwt.issuer.len, 0);
	arena_finish(&arena);
}

static void what_is_no_token_is_refused(void **state)
{
	static const char *const tokens[] = {
		"",
		".",
		"..",
		"...",
		"a.b.c",
		"eyJhbGciOiJub25lIn0.e30", /* parts missing */
		"eyJhbGciOiJub25lIn0.e30.a.b",
		"eyJhbGciOiJub25lIn0.e30.a.b.c", /* JWE */
		"eyJ0eXAiOiJKV1QifQ.e30.eA",     /* no alg */
		"eyJhbGciOiJIUzI1NiJ9.WzFd.eA",  /* claims are a list */
		"eyJhbGciOiJub25lIn0.!!!!.eA",
		"eyJhbGciOiJub25lIn0.e3.eA",
		" . . ",
	};
	struct arena arena;
	struct jwt jwt;

	(void)state;
	arena_init(&arena, MIB);
	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
		assert_false(jwt_read(bytes_of(tokens[i]), &arena, &jwt));
	assert_false(jwt_is_likely(BYTES("eyJ.a")));
	assert_false(jwt_is_likely(BYTES("ABC.a.b")));
	arena_finish(&arena);
}

static void every_prefix_and_every_ceiling_is_survived(void **state)
{
	struct bytes token = BYTES(FULL);
	struct arena arena;
	struct jwt jwt;

	(void)state;
	for (size_t len = 0; len < token.len; len++) {
		char *copy = malloc(len + 1);

		assert_non_null(copy);
		memcpy(copy, token.data, len);
		arena_init(&arena, MIB);
		(void)jwt_read((struct bytes){.data = copy, .len = len}, &arena, &jwt);
		arena_finish(&arena);
		arena_init(&arena, 16 * len + 16);
		(void)jwt_read(token, &arena, &jwt);
		arena_finish(&arena);
		free(copy);
	}
}

/* A claim nested deeper than LIMIT_JSON_DEPTH: "W1tb" is "[[[" in base64. */
static void deep_claims_are_refused(void **state)
{
	static const char head[] = "eyJhbGciOiJub25lIn0.eyJh";
	char token[sizeof(head) + 4000];
	struct arena arena;
	struct jwt jwt;

	(void)state;
	memcpy(token, head, sizeof(head));
	for (size_t i = sizeof(head) - 1; i + 4 < sizeof(token); i += 4)
		memcpy(token + i, "W1tb", 5);
	token[sizeof(token) - 2] = '.';
	token[sizeof(token) - 1] = '\0';
	arena_init(&arena, MIB);
	assert_false(jwt_read(bytes_of(token), &arena, &jwt));
	arena_finish(&arena);
}

static void base64_reads_both_alphabets(void **state)
{
	static const struct {
		const char *text, *plain;
	} good[] = {{"", ""},
		    {"Zg==", "f"},
		    {"Zg", "f"},
		    {"Zm8=", "fo"},
		    {"Zm9v", "foo"},
		    {"-_-_", "\xFB\xFF\xBF"},
		    {"+/+/", "\xFB\xFF\xBF"}};
	static const char *const bad[] = {"Z", "Zm9vY", "Z===", "Zm 9v", "Zm9v\n", "====", "=Zg", "\xC3\xBC"};
	struct arena arena;

	(void)state;
	arena_init(&arena, MIB);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct bytes plain = base64_decode(bytes_of(good[i].text), &arena);

		assert_non_null(plain.data);
		assert_true(bytes_equal(plain, bytes_of(good[i].plain)));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(base64_decode(bytes_of(bad[i]), &arena).data);
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_are_read),
		cmocka_unit_test(unsigned_and_odd_tokens_are_read),
		cmocka_unit_test(what_is_no_token_is_refused),
		cmocka_unit_test(every_prefix_and_every_ceiling_is_survived),
		cmocka_unit_test(deep_claims_are_refused),
		cmocka_unit_test(base64_reads_both_alphabets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
