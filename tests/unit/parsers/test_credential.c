/* parsers/credential: what a request shows to say who it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/credential.h"
#include "parsers/credential_names.h"

#define TOKEN "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4IiwiYXVkIjoib25lIn0."

static struct header fields[16];
static struct exchange *exchange;
static struct credentials found;

static int make(void **state)
{
	(void)state;
	exchange = exchange_new(NULL);
	if (exchange == NULL)
		return -1;
	exchange->request.is_seen = true;
	exchange->request.headers = fields;
	return 0;
}

static int drop(void **state)
{
	(void)state;
	exchange_free(exchange);
	return 0;
}

static void field(const char *name, const char *value)
{
	fields[exchange->request.header_count++] =
		(struct header){.name = bytes_of(name), .value = bytes_of(value)};
}

static const struct credential *only(const char *name, const char *value)
{
	exchange->request.header_count = 0;
	field(name, value);
	credential_find(exchange, &found);
	assert_int_equal(found.count, 1);
	return &found.list[0];
}

static void basic_is_opened(void **state)
{
	const struct credential *basic = only("authorization", "bAsIc dXNlcjpwYTpzcw==");

	(void)state;
	assert_int_equal(basic->kind, CREDENTIAL_BASIC);
	assert_true(bytes_equal(basic->user, BYTES("user")));
	assert_true(bytes_equal(basic->password, BYTES("pa:ss")));
	assert_true(bytes_equal(basic->value, BYTES("dXNlcjpwYTpzcw==")));
	assert_false(basic->is_malformed);
	assert_true(only("authorization", "Basic !!!")->is_malformed);
	assert_true(only("authorization", "Basic dXNlcg==")->is_malformed); /* no colon */
	assert_true(only("authorization", "Basic")->is_malformed);
	assert_int_equal(found.list[0].value.len, 0);
}

static void bearer_is_opened(void **state)
{
	const struct credential *bearer = only("authorization", "Bearer " TOKEN);

	(void)state;
	assert_int_equal(bearer->kind, CREDENTIAL_BEARER);
	assert_true(bearer->has_jwt);
	assert_true(bytes_equal(bearer->jwt.algorithm, BYTES("none")));
	assert_false(only("authorization", "Bearer opaque.token.x")->has_jwt);
	assert_false(found.list[0].is_malformed);
	assert_true(only("authorization", "Bearer ")->is_malformed);
	assert_true(only("authorization", "Bearer a\"b")->is_malformed);
}

static void schemes_are_told_apart(void **state)
{
	(void)state;
	assert_int_equal(only("authorization", "Digest realm=\"r\", username=\"bob\", uri=\"/\"")->kind,
			 CREDENTIAL_DIGEST);
	assert_true(bytes_equal(found.list[0].user, BYTES("bob")));
	assert_true(only("authorization", "Digest x")->is_malformed);
	assert_int_equal(only("authorization", "Negotiate YII=")->kind, CREDENTIAL_NEGOTIATE);
	assert_int_equal(only("authorization", "Negotiate TlRMTVNTUAAB")->kind, CREDENTIAL_NTLM);
	assert_int_equal(only("authorization", "AWS4-HMAC-SHA256 Credential=x")->kind, CREDENTIAL_AWS);
	assert_int_equal(only("authorization", "Signature keyId=\"x\"")->kind, CREDENTIAL_HMAC);
	assert_int_equal(only("authorization", "hmac-auth-v1 x")->kind, CREDENTIAL_HMAC);
	assert_int_equal(only("authorization", "Token abc")->kind, CREDENTIAL_SCHEME);
	assert_true(bytes_equal(found.list[0].scheme, BYTES("Token")));
}

/* A secret without a scheme must not land in `scheme`, which may be told. */
static void a_bare_secret_is_a_key(void **state)
{
	const struct credential *key = only("authorization", "s3cr3tS3cr3t");

	(void)state;
	assert_int_equal(key->kind, CREDENTIAL_KEY);
	assert_int_equal(key->scheme.len, 0);
	assert_true(bytes_equal(key->value, BYTES("s3cr3tS3cr3t")));
	assert_int_equal(only("authorization", "p@ss word")->kind, CREDENTIAL_KEY);
	assert_true(only("authorization", TOKEN)->has_jwt);
}

static void keys_cookies_and_certificates(void **state)
{
	(void)state;
	assert_int_equal(only("x-api-key", "k")->kind, CREDENTIAL_KEY);
	assert_int_equal(only("ocp-apim-subscription-key", "k")->kind, CREDENTIAL_KEY);
	assert_int_equal(only("x-forwarded-client-cert", "Hash=x")->kind, CREDENTIAL_CERTIFICATE);
	assert_int_equal(only("cookie", "theme=dark; JSESSIONID=abc;")->kind, CREDENTIAL_COOKIE);
	assert_true(bytes_equal(found.list[0].name, BYTES("JSESSIONID")));
	assert_true(bytes_equal(found.list[0].value, BYTES("abc")));
	assert_int_equal(only("cookie", "SAP_SESSIONID_ABC_100=x")->kind, CREDENTIAL_COOKIE);
	assert_int_equal(only("cookie", "__Host-session=x")->kind, CREDENTIAL_COOKIE);

	exchange->request.header_count = 0;
	field("x-api-key", "");
	field("cookie", "sid=; theme=x; ;=;");
	field("accept", "x");
	field("authorization", "");
	credential_find(exchange, &found);
	assert_int_equal(found.count, 0);
}

static void the_query_is_searched(void **state)
{
	(void)state;
	exchange->query = BYTES("page=2&API_KEY=a%20b&access_token=" TOKEN "&key=DE&token=");
	credential_find(exchange, &found);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.list[0].kind, CREDENTIAL_KEY);
	assert_int_equal(found.list[0].place, CREDENTIAL_IN_QUERY);
	assert_true(bytes_equal(found.list[0].value, BYTES("a b")));
	assert_int_equal(found.list[1].kind, CREDENTIAL_BEARER);
	assert_true(found.list[1].has_jwt);
	exchange->query = BYTES("refresh_token=x");
	credential_find(exchange, &found);
	assert_int_equal(found.list[0].kind, CREDENTIAL_KEY); /* does not open a call */
	exchange->query = BYTES("key=0123456789abcdef");
	credential_find(exchange, &found);
	assert_int_equal(found.count, 1);
}

static void several_keep_their_order_up_to_the_ceiling(void **state)
{
	(void)state;
	field("x-api-key", "k");
	field("authorization", "Basic dTpw");
	field("authorization", "Bearer x");
	credential_find(exchange, &found);
	assert_int_equal(found.count, 3);
	assert_int_equal(found.list[0].kind, CREDENTIAL_BASIC);
	assert_int_equal(found.list[1].kind, CREDENTIAL_BEARER);
	assert_non_null(credentials_of(&found, CREDENTIAL_KEY));
	assert_null(credentials_of(&found, CREDENTIAL_COOKIE));
	for (size_t i = 0; i < 12; i++)
		field("authorization", "Basic dTpw");
	credential_find(exchange, &found);
	assert_int_equal(found.count, CREDENTIALS_MAX);
	assert_string_equal(credential_kind_name(CREDENTIAL_BASIC), "basic");
}

/* Each of them, in any case; a letter more or less is another name. */
static void names_of_fields(void **state)
{
	static const char *const keys[] = {
		"x-api-key",
		"api-key",
		"apikey",
		"x-apikey",
		"api_key",
		"x-api-token",
		"api-token",
		"x-auth-token",
		"x-access-token",
		"x-auth-key",
		"x-api-secret",
		"auth-token",
		"access-token",
		"x-goog-api-key",
		"x-functions-key",
		"private-token",
		"x-gitlab-token",
		"x-vault-token",
		"x-subscription-key",
		"x-client-secret",
		"x-token",
		"X-Api-Key",
		"Ocp-Apim-Subscription-Key",
	};
	static const char *const certificates[] = {
		"x-forwarded-client-cert", "client-cert",   "x-ssl-client-cert", "ssl-client-cert",
		"x-ssl-client-s-dn",       "x-client-cert", "x-arr-clientcert",  "X-Amzn-Mtls-Clientcert",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct bytes name = bytes_of(keys[i]);

		assert_true(name_is_key_header(name));
		assert_false(name_is_certificate_header(name));
		assert_false(name_is_key_header((struct bytes){keys[i], name.len + 1}));
	}
	for (size_t i = 0; i < sizeof(certificates) / sizeof(certificates[0]); i++) {
		struct bytes name = bytes_of(certificates[i]);

		assert_true(name_is_certificate_header(name));
		assert_false(name_is_key_header(name));
		assert_false(name_is_certificate_header((struct bytes){certificates[i], name.len + 1}));
	}
	assert_false(name_is_key_header(BYTES_NONE));
	assert_false(name_is_certificate_header(BYTES("user-agent!")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_fields),
		cmocka_unit_test_setup_teardown(basic_is_opened, make, drop),
		cmocka_unit_test_setup_teardown(bearer_is_opened, make, drop),
		cmocka_unit_test_setup_teardown(schemes_are_told_apart, make, drop),
		cmocka_unit_test_setup_teardown(a_bare_secret_is_a_key, make, drop),
		cmocka_unit_test_setup_teardown(keys_cookies_and_certificates, make, drop),
		cmocka_unit_test_setup_teardown(the_query_is_searched, make, drop),
		cmocka_unit_test_setup_teardown(several_keep_their_order_up_to_the_ceiling, make, drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
