/*
 * fuzz_risk: the bytes as a risk.yaml, and as one expression; what compiles is
 * asked about an endpoint, and must give a number.
 */
#include <math.h>

#include "parsers/base/check.h"
#include "rules/risk_policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct bytes names[] = {BYTES_INIT("us_ssn"), BYTES_INIT("none")};

static const struct risk_subject subject = {.calls = 7,
					    .errors = 2,
					    .severity = 4,
					    .classes = names,
					    .class_count = 2,
					    .auth = names,
					    .auth_count = 2,
					    .exposure = BYTES_INIT("external"),
					    .path = BYTES_INIT("/orders/{id}")};

static void as_file(struct bytes text)
{
	struct risk_policy *policy = NULL;
	struct problems problems;

	problems_init(&problems);
	if (risk_policy_read(text, "risk.yaml", &problems, &policy) == STATUS_OK) {
		CHECK(problems.error_count == 0);
		for (size_t i = 0; i < policy->category_count; i++)
			CHECK(isfinite(risk_evaluate(&policy->categories[i].when, &subject)));
	} else {
		CHECK(problems.error_count > 0);
	}
	risk_policy_free(policy);
	problems_finish(&problems);
}

static void as_expression(struct bytes text)
{
	struct risk_expression expression;
	struct risk_counts counts = {.count = 0};
	struct problems problems;
	struct arena arena;
	struct risk_source source = {.text = text, .arena = &arena, .problems = &problems};

	problems_init(&problems);
	arena_init(&arena, LIMIT_RISK_BYTES);
	if (risk_compile(&source, &counts, &expression) == STATUS_OK)
		CHECK(isfinite(risk_evaluate(&expression, &subject)));
	else
		CHECK(problems.error_count == 1);
	arena_finish(&arena);
	problems_finish(&problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes text = {.data = (const char *)data, .len = len};

	as_expression(text);
	as_file(text);
	return 0;
}
