/* rules/auth: each finding and its silent twin. */
#include "made.h"

#define TOKEN "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4IiwiYXVkIjoib25lIn0."

/* Packet time of the call: 1760000000. */
#define NOW 1760000000

static const struct bytes ones[] = {BYTES_INIT("RS256"), BYTES_INIT("ES256")};
static const struct bytes issuers[] = {BYTES_INIT("https://ias.example.com")};
static const struct bytes audiences[] = {BYTES_INIT("orders-api")};
static const struct bytes shown_audiences[] = {BYTES_INIT("other"), BYTES_INIT("orders-api")};

static struct jwt *show_token(void)
{
	struct credential *bearer = show((struct credential){.kind = CREDENTIAL_BEARER,
							     .name = BYTES("authorization"),
							     .scheme = BYTES("Bearer"),
							     .value = BYTES(TOKEN),
							     .has_jwt = true});

	bearer->jwt = (struct jwt){.algorithm = BYTES("RS256"),
				   .issuer = BYTES("https://ias.example.com"),
				   .audiences = shown_audiences,
				   .audience_count = 2,
				   .has_expiry = true,
				   .expiry_s = NOW + 1800,
				   .has_not_before = true,
				   .not_before_s = NOW - 1800,
				   .has_issued_at = true,
				   .issued_at_s = NOW - 1800};
	return &bearer->jwt;
}

static void agree_on_tokens(void)
{
	made.partner.tokens = (struct tokens_agreed){.issuers = issuers,
						     .issuer_count = 1,
						     .audiences = audiences,
						     .audience_count = 1,
						     .algorithms = ones,
						     .algorithm_count = 2,
						     .lifetime_max_ns = 3600 * SECONDS};
}

static void verdict(enum security_outcome outcome)
{
	made.verdict =
		(struct security_verdict){.outcome = outcome,
					  .expected = BYTES("oauth2"),
					  .used = outcome == SECURITY_MISSING ? BYTES_NONE : BYTES("basic"),
					  .name = BYTES("authorization")};
}

static void agree_on(enum security_kind kind)
{
	static struct security_scheme scheme;
	static struct security_requirement requirement;

	scheme = (struct security_scheme){.kind = kind, .name = BYTES("api_key"), .part = PART_QUERY};
	requirement = (struct security_requirement){.schemes = &scheme, .count = 1};
	made.operation.has_security = true;
	made.operation.requirements = &requirement;
	made.operation.requirement_count = 1;
}

static void missing_depends_on_the_answer(void **state)
{
	static const struct {
		unsigned status;
		const char *id;
		unsigned severity;
	} cases[] = {{200, "auth.missing", 5},
		     {204, "auth.missing", 5},
		     {304, "auth.missing", 5},
		     {401, "auth.missing_rejected", 1},
		     {403, "auth.missing_rejected", 1},
		     {302, NULL, 0},
		     {400, NULL, 0},
		     {404, NULL, 0},
		     {405, NULL, 0},
		     {500, NULL, 0},
		     {0, NULL, 0}};

	(void)state;
	verdict(SECURITY_MISSING);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		made.exchange->status = cases[i].status;
		assert_judged(cases[i].id);
		if (cases[i].id != NULL)
			assert_int_equal(made.findings.list[0].severity, cases[i].severity);
	}
	made.exchange->status = 200;
	assert_judged("auth.missing");
	assert_text(made.findings.list[0].expected, "oauth2");
	assert_text(made.findings.list[0].observed, "no credential");
}

static void missing_needs_the_whole_head(void **state)
{
	(void)state;
	verdict(SECURITY_MISSING);
	made.exchange->request.oddities = ODDITY_HEAD_CUT;
	assert_judged(NULL);
	made.exchange->request.oddities = 0;
	made.exchange->request.has_unknown_fields = true;
	assert_judged(NULL);
	made.exchange->request.has_unknown_fields = false;
	made.exchange->request.is_seen = false;
	assert_judged(NULL);
	made.exchange->request.is_seen = true;
	made.exchange->method = BYTES("OPTIONS");
	assert_judged(NULL);
	made.exchange->method = BYTES("GET");
	made.operation.is_token_endpoint = true;
	assert_judged(NULL);
	made.operation.is_token_endpoint = false;
	made.match.kind = MATCH_PREFLIGHT;
	assert_judged(NULL);
}

static void other_schemes_and_places(void **state)
{
	(void)state;
	show((struct credential){.kind = CREDENTIAL_DIGEST, .value = BYTES("x")});
	verdict(SECURITY_OTHER_SCHEME);
	assert_judged("auth.scheme_mismatch");
	assert_text(made.findings.list[0].observed, "basic");
	assert_int_equal(made.findings.list[0].severity, 5);
	verdict(SECURITY_WRONG_PLACE);
	assert_judged("auth.location_mismatch");
	assert_text(made.findings.list[0].name, "authorization");
	verdict(SECURITY_PUBLIC);
	assert_judged(NULL);
	verdict(SECURITY_NOT_DECLARED);
	assert_judged(NULL);
}

static void a_key_in_the_query_is_located_there(void **state)
{
	(void)state;
	show((struct credential){.kind = CREDENTIAL_KEY,
				 .place = CREDENTIAL_IN_QUERY,
				 .name = BYTES("api_key"),
				 .value = BYTES("k1")});
	verdict(SECURITY_WRONG_PLACE);
	made.verdict.name = BYTES("api_key");
	made.verdict.used = BYTES("apiKey in query api_key");
	made.exchange->query = BYTES("api_key=");
	assert_judged("auth.location_mismatch");
	assert_int_equal(made.findings.list[0].part, PART_QUERY);
}

static void a_malformed_credential_is_missing(void **state)
{
	(void)state;
	show((struct credential){.kind = CREDENTIAL_DIGEST, .value = BYTES("!!!"), .is_malformed = true});
	verdict(SECURITY_OTHER_SCHEME);
	made.verdict.used = BYTES("digest");
	assert_judged("auth.missing");
	assert_text(made.findings.list[0].observed, "malformed or empty digest");
	made.exchange->status = 400;
	assert_judged(NULL);
}

static void a_key_by_another_name_is_missing(void **state)
{
	(void)state;
	show((struct credential){.kind = CREDENTIAL_KEY, .name = BYTES("x-token"), .value = BYTES("k")});
	verdict(SECURITY_OTHER_SCHEME);
	agree_on(SECURITY_API_KEY);
	assert_judged("auth.missing");
	agree_on(SECURITY_OAUTH2);
	assert_judged("auth.scheme_mismatch");
}

static void basic_is_told_where_nobody_agreed_on_it(void **state)
{
	(void)state;
	show((struct credential){.kind = CREDENTIAL_BASIC,
				 .name = BYTES("authorization"),
				 .scheme = BYTES("Basic"),
				 .value = BYTES("dTpw"),
				 .user = BYTES("u"),
				 .password = BYTES("a long and good one")});
	assert_judged("auth.basic_used"); /* the contract says nothing */
	agree_on(SECURITY_OAUTH2);
	assert_judged("auth.basic_used");
	verdict(SECURITY_OTHER_SCHEME);
	judge();
	assert_int_equal(made.findings.count, 2);
	assert_text(found("auth.basic_used")->observed, "basic");
	assert_text(found("auth.scheme_mismatch")->expected, "oauth2");
	verdict(SECURITY_SATISFIED);
	agree_on(SECURITY_BASIC);
	assert_judged(NULL);
	agree_on(SECURITY_UNKNOWN);
	assert_judged(NULL);
	made.operation.requirement_count = 0; /* public */
	assert_judged(NULL);
	agree_on(SECURITY_OAUTH2);
	made.operation.is_token_endpoint = true;
	assert_judged(NULL);
}

static void credentials_in_the_url(void **state)
{
	static const struct {
		struct bytes query;
		const char *what;
	} cases[] = {{BYTES_INIT("access_token=abc"), "token"},
		     {BYTES_INIT("a=1&api_key=k1"), "key"},
		     {BYTES_INIT("Password=x"), "password"},
		     {BYTES_INIT("refresh_token=x"), "token"},
		     {BYTES_INIT("t=" TOKEN), "token"},
		     {BYTES_INIT("key=DE&page=3"), NULL},
		     {BYTES_INIT("api_key="), NULL}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		made.exchange->query = cases[i].query;
		assert_judged(cases[i].what == NULL ? NULL : "auth.credential_in_url");
		if (cases[i].what != NULL)
			assert_text(made.findings.list[0].observed, cases[i].what);
	}
	made.exchange->query = BYTES("api_key=k1");
	agree_on(SECURITY_API_KEY);
	assert_judged(NULL);
	made.exchange->query = BYTES_NONE;
	made.exchange->path = BYTES("/v1/" TOKEN "/x");
	assert_judged("auth.credential_in_url");
	assert_int_equal(made.findings.list[0].part, PART_PATH);
}

static void no_value_of_a_query_leaves(void **state)
{
	(void)state;
	made.exchange->query = BYTES("access_token=s3cr3tvalue&password=hunter2");
	judge();
	assert_int_equal(made.findings.count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct finding *finding = &made.findings.list[i];

		assert_true(bytes_find(finding->message, BYTES("s3cr3t")) == BYTES_NOT_FOUND);
		assert_true(bytes_find(finding->message, BYTES("hunter2")) == BYTES_NOT_FOUND);
		assert_true(bytes_find(finding->observed, BYTES("hunter2")) == BYTES_NOT_FOUND);
	}
}

static void cleartext_only_where_the_source_is_not_decrypted(void **state)
{
	(void)state;
	show((struct credential){.kind = CREDENTIAL_KEY, .name = BYTES("x-api-key"), .value = BYTES("k")});
	assert_judged(NULL);
	made.exchange->is_decrypted = false;
	assert_judged("auth.cleartext_credential");
	assert_text(made.findings.list[0].observed, "api_key without TLS");
	made.credentials.list[0].kind = CREDENTIAL_CERTIFICATE;
	assert_judged(NULL);
	made.credentials.count = 0;
	assert_judged(NULL);
}

static void a_good_token_is_silent(void **state)
{
	(void)state;
	agree_on_tokens();
	show_token();
	assert_judged(NULL);
}

static void expired_tokens(void **state)
{
	struct jwt *jwt = show_token();

	(void)state;
	jwt->expiry_s = NOW - 7500;
	assert_judged("auth.jwt_expired_accepted");
	assert_text(made.findings.list[0].observed, "expired 2 h 5 min before the call");
	assert_int_equal(made.findings.list[0].severity, 5);
	jwt->expiry_s = NOW - 60;
	assert_judged(NULL);
	jwt->expiry_s = NOW - 61;
	assert_judged("auth.jwt_expired_accepted");
	jwt->expiry_s = INT64_MIN;
	assert_judged("auth.jwt_expired_accepted");
	made.exchange->status = 401;
	assert_judged(NULL);
	made.exchange->status = 200;
	made.operation.has_security = true; /* public: the token opened nothing */
	assert_judged(NULL);
	made.operation.has_security = false;
	made.credentials.list[0].place = CREDENTIAL_IN_COOKIE;
	assert_judged(NULL);
}

static void tokens_of_the_future(void **state)
{
	struct jwt *jwt = show_token();

	(void)state;
	jwt->not_before_s = NOW + 61;
	assert_judged("auth.jwt_not_yet_valid_accepted");
	jwt->not_before_s = NOW + 60;
	assert_judged(NULL);
	jwt->not_before_s = INT64_MAX;
	assert_judged("auth.jwt_not_yet_valid_accepted");
	made.exchange->status = 403;
	assert_judged(NULL);
}

static void lifetimes(void **state)
{
	struct jwt *jwt = show_token();

	(void)state;
	agree_on_tokens();
	jwt->expiry_s = jwt->issued_at_s + 3601;
	assert_judged("auth.jwt_lifetime_excessive");
	assert_text(made.findings.list[0].expected, "at most 1 h 0 min");
	jwt->issued_at_s = INT64_MIN;
	jwt->expiry_s = INT64_MAX;
	assert_judged("auth.jwt_lifetime_excessive");
	made.partner.tokens.lifetime_max_ns = 0;
	assert_judged(NULL);
	jwt->has_expiry = false;
	assert_judged("auth.jwt_no_exp");
}

static void algorithms(void **state)
{
	struct jwt *jwt = show_token();

	(void)state;
	agree_on_tokens();
	jwt->algorithm = BYTES("NoNe");
	assert_judged("auth.jwt_alg_none");
	jwt->algorithm = BYTES("HS256");
	assert_judged("auth.jwt_alg_disallowed");
	assert_text(made.findings.list[0].expected, "RS256, ES256");
	assert_text(made.findings.list[0].observed, "HS256");
	made.evidence.partner = NULL;
	assert_judged(NULL);
}

static void issuers_and_audiences(void **state)
{
	struct jwt *jwt = show_token();

	(void)state;
	agree_on_tokens();
	jwt->issuer = BYTES("https://evil.example");
	assert_judged("auth.jwt_issuer_mismatch");
	assert_text(made.findings.list[0].observed, "https://evil.example");
	made.exchange->status = 401;
	assert_judged(NULL);
	made.exchange->status = 200;
	jwt->issuer = BYTES_NONE;
	assert_judged("auth.jwt_issuer_mismatch");
	jwt->issuer = BYTES("jane@example.com");
	assert_judged("auth.jwt_issuer_mismatch");
	assert_true(bytes_find(made.findings.list[0].observed, BYTES("jane")) == BYTES_NOT_FOUND);
	jwt->issuer = issuers[0];
	jwt->audience_count = 1;
	assert_judged("auth.jwt_audience_mismatch");
	jwt->audience_count = 0;
	assert_judged("auth.jwt_audience_mismatch");
	assert_text(made.findings.list[0].observed, "none");
	made.evidence.partner = NULL;
	assert_judged(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(missing_depends_on_the_answer, make, unmake),
		cmocka_unit_test_setup_teardown(missing_needs_the_whole_head, make, unmake),
		cmocka_unit_test_setup_teardown(other_schemes_and_places, make, unmake),
		cmocka_unit_test_setup_teardown(a_key_by_another_name_is_missing, make, unmake),
		cmocka_unit_test_setup_teardown(a_malformed_credential_is_missing, make, unmake),
		cmocka_unit_test_setup_teardown(a_key_in_the_query_is_located_there, make, unmake),
		cmocka_unit_test_setup_teardown(basic_is_told_where_nobody_agreed_on_it, make, unmake),
		cmocka_unit_test_setup_teardown(credentials_in_the_url, make, unmake),
		cmocka_unit_test_setup_teardown(no_value_of_a_query_leaves, make, unmake),
		cmocka_unit_test_setup_teardown(cleartext_only_where_the_source_is_not_decrypted, make,
						unmake),
		cmocka_unit_test_setup_teardown(a_good_token_is_silent, make, unmake),
		cmocka_unit_test_setup_teardown(expired_tokens, make, unmake),
		cmocka_unit_test_setup_teardown(tokens_of_the_future, make, unmake),
		cmocka_unit_test_setup_teardown(lifetimes, make, unmake),
		cmocka_unit_test_setup_teardown(algorithms, make, unmake),
		cmocka_unit_test_setup_teardown(issuers_and_audiences, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
