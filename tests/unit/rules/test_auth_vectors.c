/* rules/auth over recorded transactions and tokens: what other tools' verdicts are called here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "parsers/json_read.h"
#include "rules/auth/auth.h"
#include "rules/token_checker.h"

#define SCHEMES_MAX 8

/* The one table from verdicts of other tools to ids; NULL: nothing is told. */
static const struct {
	const char *verdict, *id;
} names[] = {
	{"credential_missing_accepted", "auth.missing"},
	{"credential_missing_rejected", "auth.missing_rejected"},
	{"credential_missing_unproven", NULL},
	{"credential_empty_accepted", "auth.missing"},
	{"credential_malformed_accepted", "auth.missing"},
	{"credential_partial_accepted", "auth.missing"},
	{"scheme_mismatch_accepted", "auth.scheme_mismatch"},
	{"scheme_mismatch_rejected", "auth.scheme_mismatch"},
	{"credential_in_wrong_place_accepted", "auth.location_mismatch"},
	{"credential_in_url", "auth.credential_in_url"},
	{"credential_cleartext", "auth.cleartext_credential"},
	{"undeclared_credential", NULL},     /* off: auth.undeclared */
	{"credential_valid_rejected", NULL}, /* needs the signature */
	{"credential_weak", NULL},           /* needs a list of passwords */
	{"jwt_expired", "auth.jwt_expired_accepted"},
	{"jwt_not_yet_valid", "auth.jwt_not_yet_valid_accepted"},
	{"jwt_no_expiry", "auth.jwt_no_exp"},
	{"jwt_lifetime_excessive", "auth.jwt_lifetime_excessive"},
	{"jwt_iss_mismatch", "auth.jwt_issuer_mismatch"},
	{"jwt_aud_mismatch", "auth.jwt_audience_mismatch"},
	{"jwt_alg_none", "auth.jwt_alg_none"},
	{"jwt_alg_confusion", "auth.jwt_alg_confusion"},
	{"jwt_signature_invalid", "auth.jwt_signature_invalid_accepted"},
	{"jwt_embedded_key", "auth.jwt_header_injection"},
	{"scope_missing", "auth.scope_insufficient"},
	{"scope_unknown", NULL},
	{"jwt_weak_key", NULL}, /* told when the key file is loaded */
	{"jwt_crit_unknown", NULL},
	{"jwt_malformed", NULL},
};

static const struct {
	const char *key;
	struct security_scheme scheme;
} schemes[] = {
	{"basic", {.kind = SECURITY_BASIC}},
	{"bearer", {.kind = SECURITY_BEARER}},
	{"digest", {.kind = SECURITY_DIGEST}},
	{"oa", {.kind = SECURITY_OAUTH2}},
	{"oidc", {.kind = SECURITY_OPENID}},
	{"mtls", {.kind = SECURITY_MUTUAL_TLS}},
	{"kh", {.kind = SECURITY_API_KEY, .name = BYTES_INIT("x-api-key"), .part = PART_HEADER}},
	{"kq", {.kind = SECURITY_API_KEY, .name = BYTES_INIT("api_key"), .part = PART_QUERY}},
	{"kc", {.kind = SECURITY_API_KEY, .name = BYTES_INIT("sid"), .part = PART_COOKIE}},
};

static rule_judge *const rules[] = {auth_mechanism, auth_basic_used, auth_credential_in_url,
				    auth_cleartext_credential};

struct asked {
	struct security_scheme schemes[SCHEMES_MAX][SCHEMES_MAX];
	struct security_requirement requirements[SCHEMES_MAX];
	struct operation operation;
	bool has_basic, has_certificate;
};

static void ask(yyjson_val *security, struct asked *asked)
{
	yyjson_val *requirement, *key, *value;
	size_t i, max, j, key_max;

	memset(asked, 0, sizeof(*asked));
	asked->operation.has_security = yyjson_is_arr(security);
	asked->operation.requirements = asked->requirements;
	yyjson_arr_foreach(security, i, max, requirement)
	{
		struct security_requirement *to = &asked->requirements[i];

		assert_true(i < SCHEMES_MAX);
		to->schemes = asked->schemes[i];
		yyjson_obj_foreach(requirement, j, key_max, key, value)
		{
			for (size_t k = 0; k < sizeof(schemes) / sizeof(schemes[0]); k++) {
				if (yyjson_equals_str(key, schemes[k].key))
					asked->schemes[i][to->count] = schemes[k].scheme;
			}
			asked->has_basic |= asked->schemes[i][to->count].kind == SECURITY_BASIC;
			asked->has_certificate |= asked->schemes[i][to->count].kind == SECURITY_MUTUAL_TLS;
			to->count++;
		}
		asked->operation.requirement_count++;
	}
}

static struct bytes lower(const char *text, struct arena *arena)
{
	struct bytes copy = arena_copy(arena, bytes_of(text));
	char *at = (char *)(uintptr_t)copy.data;

	for (size_t i = 0; i < copy.len; i++)
		at[i] = ascii_lower(at[i]);
	return copy;
}

static void send(yyjson_val *vector, struct exchange *exchange)
{
	yyjson_val *request = yyjson_obj_get(vector, "request");
	yyjson_val *headers = yyjson_obj_get(request, "headers"), *key, *value;
	struct bytes url = bytes_of(yyjson_get_str(yyjson_obj_get(request, "url")));
	struct header *list = arena_alloc(&exchange->arena, (yyjson_obj_size(headers) + 1) * sizeof(*list));
	size_t index, max;

	assert_non_null(list);
	exchange->method = bytes_of(yyjson_get_str(yyjson_obj_get(request, "method")));
	exchange->path = bytes_split(&url, '?');
	exchange->query = url;
	exchange->is_decrypted = yyjson_get_bool(yyjson_obj_get(request, "tls"));
	exchange->status = (unsigned)yyjson_get_uint(yyjson_obj_get(vector, "status"));
	exchange->request.is_seen = exchange->response.is_seen = true;
	exchange->request.headers = list;
	yyjson_obj_foreach(headers, index, max, key, value) list[exchange->request.header_count++] =
		(struct header){.name = lower(yyjson_get_str(key), &exchange->arena),
				.value = bytes_trim(bytes_of(yyjson_get_str(value)))};
}

static size_t count_of(const struct findings *found, const char *id)
{
	size_t count = 0;

	for (size_t i = 0; i < found->count; i++)
		count += strcmp(found->list[i].kind->id, id) == 0;
	return count;
}

/* Every id expected is found, once; beside them only Basic where nobody agreed on it. */
static void compare(yyjson_val *vector, const struct asked *asked, const struct findings *found)
{
	const char *name = yyjson_get_str(yyjson_obj_get(vector, "id"));
	size_t expected = 0, index, max, basic = count_of(found, "auth.basic_used");
	yyjson_val *verdict;

	yyjson_arr_foreach(yyjson_obj_get(vector, "findings"), index, max, verdict)
	{
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			if (!yyjson_equals_str(verdict, names[i].verdict) || names[i].id == NULL)
				continue;
			expected++;
			if (count_of(found, names[i].id) != 1)
				fail_msg("%s: no %s", name, names[i].id);
		}
	}
	if (asked->has_basic && basic > 0)
		fail_msg("%s: Basic is agreed", name);
	if (found->count - basic != expected)
		fail_msg("%s: %zu findings, not %zu: %s", name, found->count - basic, expected,
			 found->list[0].kind->id);
}

static void judge(yyjson_val *vector)
{
	struct exchange *exchange = exchange_new(NULL);
	struct credentials credentials;
	struct asked asked;
	struct match match = {.kind = MATCH_OPERATION, .operation = &asked.operation};
	struct hits hits = {.count = 0};
	struct evidence evidence = {
		.exchange = exchange, .credentials = &credentials, .match = &match, .hits = &hits};
	struct findings found;

	assert_non_null(exchange);
	ask(yyjson_obj_get(vector, "security"), &asked);
	send(vector, exchange);
	credential_find(exchange, &credentials);
	assert_true(findings_init(&found, &exchange->arena));
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		rules[i](&evidence, &found);
	/* A certificate is shown in the handshake, which no message holds. */
	if (!asked.has_certificate)
		compare(vector, &asked, &found);
	exchange_free(exchange);
}

/* What the checker says of the signature is what the vector says. */
static void compare_signature(yyjson_val *vector, struct token_checker *checker,
			      const struct partner *partner, const struct credentials *credentials,
			      struct exchange *exchange)
{
	const char *name = yyjson_get_str(yyjson_obj_get(vector, "id"));
	yyjson_val *expected = yyjson_obj_get(vector, "signature");
	struct token_check check =
		token_checker_check(checker, &partner->tokens, &credentials->list[0], &exchange->arena);

	if (yyjson_equals_str(expected, "valid") && check.signature != JWKS_VALID)
		fail_msg("%s: a good signature is told as %d", name, check.signature);
	if (yyjson_equals_str(expected, "invalid") && check.signature != JWKS_INVALID)
		fail_msg("%s: a wrong signature is told as %d", name, check.signature);
	if (!yyjson_equals_str(expected, "valid") && check.signature == JWKS_VALID)
		fail_msg("%s: no signature is told as good", name);
}

/* The keys of the vectors: a document that holds the set. */
static struct jwks *keys_of_corpus(void)
{
	const char *corpus = getenv("SPECULAR_CORPUS");
	struct problems problems;
	struct jwks *jwks = NULL;
	char path[4096], *text;
	size_t len = 0;
	yyjson_doc *doc;

	snprintf(path, sizeof(path), "%s/oracles/jwt-jwks.json", corpus == NULL ? "" : corpus);
	doc = yyjson_read_file(path, 0, NULL, NULL);
	if (doc == NULL)
		return NULL;
	text = yyjson_val_write(yyjson_obj_get(yyjson_doc_get_root(doc), "jwks"), 0, &len);
	problems_init(&problems);
	assert_int_equal(jwks_read((struct bytes){.data = text, .len = len},
				   (struct place){.file = "jwks.json"}, &problems, &jwks),
			 STATUS_OK);
	assert_int_equal(jwks_count(jwks), 4); /* one is for encryption */
	assert_int_equal(problems.count, 1);   /* one has 1024 bits */
	problems_finish(&problems);
	free(text);
	yyjson_doc_free(doc);
	return jwks;
}

/* One token as a bearer, accepted at `now` by a partner whose contract names issuer and audience. */
static void judge_token(yyjson_val *vector)
{
	yyjson_val *context = yyjson_obj_get(vector, "context");
	struct exchange *exchange = exchange_new(NULL);
	struct bytes issuer = bytes_of(yyjson_get_str(yyjson_obj_get(context, "expected_iss")));
	struct bytes audience = bytes_of(yyjson_get_str(yyjson_obj_get(context, "expected_aud")));
	struct jwks *keys = keys_of_corpus();
	struct token_checker *checker = token_checker_new(1);
	struct bytes scopes[4];
	struct security_scheme scheme = {.kind = SECURITY_OAUTH2, .scopes = scopes};
	struct security_requirement requirement = {.schemes = &scheme, .count = 1};
	struct partner partner = {.tokens = {.keys = keys,
					     .issuers = &issuer,
					     .issuer_count = issuer.len > 0,
					     .audiences = &audience,
					     .audience_count = audience.len > 0,
					     .lifetime_max_ns = 24 * 3600 * SECONDS}};
	struct header header = {.name = BYTES("authorization")};
	struct credentials credentials;
	struct asked asked = {.has_basic = false};
	struct match match = {.kind = MATCH_OPERATION, .operation = &asked.operation};
	struct hits hits = {.count = 0};
	struct evidence evidence = {.exchange = exchange,
				    .credentials = &credentials,
				    .partner = &partner,
				    .match = &match,
				    .hits = &hits,
				    .tokens = checker};
	struct findings found;
	const char *token = yyjson_get_str(yyjson_obj_get(vector, "token"));
	yyjson_val *scope;
	size_t index, max;

	assert_non_null(exchange);
	memset(&asked.operation, 0, sizeof(asked.operation));
	asked.operation.has_security = true;
	asked.operation.requirements = &requirement;
	asked.operation.requirement_count = 1;
	yyjson_arr_foreach(yyjson_obj_get(context, "required_scopes"), index, max, scope)
		scopes[scheme.scope_count++] = json_text(scope);
	header.value = arena_printf(&exchange->arena, "Bearer %s", token != NULL ? token : "");
	exchange->request.headers = &header;
	exchange->request.header_count = 1;
	exchange->request.is_seen = true;
	exchange->request.first_ns = yyjson_get_uint(yyjson_obj_get(context, "now")) * SECONDS;
	exchange->status = 200;
	credential_find(exchange, &credentials);
	assert_true(findings_init(&found, &exchange->arena));
	auth_jwt_time(&evidence, &found);
	auth_jwt_agreed(&evidence, &found);
	auth_jwt_header(&evidence, &found);
	auth_jwt_signature(&evidence, &found);
	auth_scope(&evidence, &found);
	compare(vector, &asked, &found);
	compare_signature(vector, checker, &partner, &credentials, exchange);
	token_checker_free(checker);
	jwks_free(keys);
	exchange_free(exchange);
}

/* Every line of a file of the open test data. */
static void for_each_vector(const char *name, void (*use)(yyjson_val *vector))
{
	const char *corpus = getenv("SPECULAR_CORPUS");
	char path[4096], *line = NULL;
	size_t capacity = 0, count = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/oracles/%s", corpus == NULL ? "" : corpus, name);
	file = corpus == NULL ? NULL : fopen(path, "r");
	if (file == NULL) {
		print_message("%s: skipped\n", corpus == NULL ? "SPECULAR_CORPUS is not set" : path);
		skip();
		return;
	}
	while (getline(&line, &capacity, file) > 0) {
		yyjson_doc *doc = yyjson_read(line, strlen(line), 0);

		assert_non_null(doc);
		use(yyjson_doc_get_root(doc));
		yyjson_doc_free(doc);
		count++;
	}
	free(line);
	fclose(file);
	assert_true(count > 0);
}

static void transactions_get_their_ids(void **state)
{
	(void)state;
	for_each_vector("auth-transactions.jsonl", judge);
}

static void tokens_get_their_ids(void **state)
{
	(void)state;
	for_each_vector("jwt-vectors.jsonl", judge_token);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transactions_get_their_ids),
		cmocka_unit_test(tokens_get_their_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
