/* rules/risk_*: what expressions mean, what is refused with its place, and what must never happen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules/risk_policy.h"

static const struct bytes partners[] = {BYTES_INIT("acme"), BYTES_INIT("borealis")};
static const struct bytes classes[] = {BYTES_INIT("us_ssn"), BYTES_INIT("email")};
static const struct bytes auth[] = {BYTES_INIT("basic"), BYTES_INIT("none")};

static const struct risk_subject subject = {.calls = 200,
					    .errors = 30,
					    .severity = 4,
					    .partners = partners,
					    .partner_count = 2,
					    .classes = classes,
					    .class_count = 2,
					    .auth = auth,
					    .auth_count = 2,
					    .exposure = BYTES_INIT("external"),
					    .method = BYTES_INIT("GET"),
					    .host = BYTES_INIT("api.example.com"),
					    .path = BYTES_INIT("/v1/orders/{id}"),
					    .operation = BYTES_INIT("getOrder"),
					    .api = BYTES_INIT("orders"),
					    .is_documented = true};

static enum status compile(struct bytes text, struct arena *arena, struct problems *problems,
			   struct risk_expression *out)
{
	struct risk_counts counts = {.count = 0};
	struct risk_source source = {.text = text,
				     .place = {.file = "risk.yaml", .line = 3, .column = 7},
				     .arena = arena,
				     .problems = problems};

	return risk_compile(&source, &counts, out);
}

static void expressions_mean_what_they_say(void **state)
{
	static const struct {
		const char *text;
		double value;
	} cases[] = {
		{"true", 1},
		{"not true", 0},
		{"not not true", 1},
		{"1 + 2 * 3", 7},
		{"(1 + 2) * 3", 9},
		{"10 - 3 - 2", 5},
		{"-2 * -3", 6},
		{"calls/100", 2},
		{"errors / calls > 0.1", 1},
		{"errors / calls > 0.2", 0},
		{"1 / 0", 0},
		{"0 / 0 == 0", 1},
		{"exposure == external", 1},
		{"exposure != \"external\"", 0},
		{"exposure == internal or documented", 1},
		{"documented and deprecated", 0},
		{"not deprecated and open", 1},
		{"class(us_ssn) or class(pan)", 1},
		{"class(pan)", 0},
		{"class('us_*')", 1},
		{"auth(basic) and not auth(bearer)", 1},
		{"partner(acme)", 1},
		{"partner(\"a*e\") and partners == 2", 1},
		{"path == '/v1/*'", 1},
		{"host == '*.example.com' and method == 'GET' and operation == 'get*' and api == 'orders'",
		 1},
		{"severity >= 4 and severity < 5 and severity <= 4 and severity > 3", 1},
		{"classes != 2", 0},
		{"count(auth.*) + 1", 1},
		{"true or true and false", 1}, /* and binds tighter */
		{"1 < 2 == true", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct risk_expression expression = {0};
		struct problems problems;
		struct arena arena;
		double value;

		problems_init(&problems);
		arena_init(&arena, LIMIT_RISK_BYTES);
		if (compile(bytes_of(cases[i].text), &arena, &problems, &expression) == STATUS_OK)
			value = risk_evaluate(&expression, &subject);
		else
			value = -1;
		if (value < cases[i].value - 1e-9 || value > cases[i].value + 1e-9)
			fail_msg("%s: %g, not %g", cases[i].text, value, cases[i].value);
		arena_finish(&arena);
		problems_finish(&problems);
	}
}

/* Each with what is complained of, and where. */
static void what_is_wrong_is_told_with_its_place(void **state)
{
	static const char *const cases[][2] = {
		{"", "a value is missing, at character 1"},
		{"   ", "a value is missing, at character 4"},
		{"exposur == external", "no such name, at character 1: \"exposur"},
		{"calls > 1 and nope", "no such name, at character 15"},
		{"sum(auth.*)", "no such function, at character 1"},
		{"count(auth.*, severity > 9)", "from 1 to 5, at character 26"},
		{"count(auth.*, calls > 9)", "only severity may stand here, at character 15"},
		{"count()", "an id is missing, at character 7"},
		{"count(auth.*", "something is missing, at character 13"},
		{"(calls > 1", "something is missing, at character 11"},
		{"calls > 1)", "should end here, at character 10"},
		{"calls calls", "should end here, at character 7"},
		{"exposure", "this is a text, and has to be true or false, at character 1"},
		{"calls and open", "this is a number, and has to be true or false, at character 1"},
		{"not calls", "this is a number, and has to be true or false, at character 1"},
		{"open + 1", "has to be a number, at character 1"},
		{"calls == 'x'", "this is a text, and has to be a number, at character 10"},
		{"exposure < external", "has to be a number, at character 1"},
		{"-open", "has to be a number, at character 1"},
		{"calls = 1", "this means nothing here, at character 7"},
		{"calls > 1.2.3", "this is no number, at character 9"},
		{"exposure == 'external", "this text has no end, at character 13"},
		{"calls > 1 && open", "this means nothing here, at character 11"},
		{"class(us_*)", "something is missing, at character 10"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct risk_expression expression = {0};
		struct problems problems;
		struct arena arena;

		problems_init(&problems);
		arena_init(&arena, LIMIT_RISK_BYTES);
		assert_int_equal(compile(bytes_of(cases[i][0]), &arena, &problems, &expression),
				 STATUS_INVALID);
		assert_int_equal(problems.count, 1);
		assert_int_equal(problems.list[0].place.line, 3);
		if (strstr(problems.list[0].what, cases[i][1]) == NULL || problems.list[0].mend[0] == '\0')
			fail_msg("%s: %s", cases[i][0], problems.list[0].what);
		arena_finish(&arena);
		problems_finish(&problems);
	}
}

static char *append(char *end, const char *text)
{
	size_t len = strlen(text);

	memcpy(end, text, len + 1);
	return end + len;
}

/* Depth, length, different counts: each has its ceiling, and one below it compiles. */
static void hostile_expressions_are_refused(void **state)
{
	static const char *const parts[][3] = {{"(", "1", ")"},
					       {"-", "1", ""},
					       {"", "1", "+1"},
					       {"", "1", " or 1 == 1"},
					       {"not ", "open", ""}};
	static const int most[] = {LIMIT_RISK_DEPTH - 1, LIMIT_RISK_DEPTH - 1, LIMIT_RISK_STEPS / 2 - 1, 0,
				   100000};
	char *text = malloc(2000000);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (int times = most[i]; times <= 100000; times = times == most[i] ? times + 2 : 100001) {
			struct risk_expression expression = {0};
			struct problems problems;
			struct arena arena;
			char *end = text;

			problems_init(&problems);
			arena_init(&arena, LIMIT_RISK_BYTES);
			for (int j = 0; j < times; j++)
				end = append(end, parts[i][0]);
			end = append(end, parts[i][1]);
			for (int j = 0; j < times; j++)
				end = append(end, parts[i][2]);
			if (compile(bytes_of(text), &arena, &problems, &expression) == STATUS_OK)
				assert_int_equal(times, most[i]);
			else
				assert_true(times > most[i]);
			arena_finish(&arena);
			problems_finish(&problems);
		}
	}
	free(text);
}

static size_t read_policy(const char *text, char *what, size_t what_len)
{
	struct risk_policy *policy = NULL;
	struct problems problems;
	size_t line = 0;

	problems_init(&problems);
	if (risk_policy_read(bytes_of(text), "risk.yaml", &problems, &policy) != STATUS_OK) {
		assert_true(problems.count > 0);
		assert_null(policy);
		line = problems.list[0].place.line;
		snprintf(what, what_len, "%s", problems.list[0].what);
	}
	risk_policy_free(policy);
	problems_finish(&problems);
	return line;
}

static void files_are_read_or_refused(void **state)
{
	static const struct {
		const char *text;
		size_t line;
		const char *what;
	} cases[] = {
		{"categories: {a: {weight: 3, when: 'count(auth.*) > 0'}}\nthresholds: [10, 20.5, 90]\n", 0,
		 ""},
		{"{\"categories\": {\"a\": {\"weight\": 20, \"when\": \"open\"}}}", 0, ""},
		{"thresholds: [60]\n", 0, ""},
		{"categories:\n  a: {weight: 3, when: 'count(auth.*) >'}\n", 2, "a value is missing"},
		{"categories:\n  a: {weight: 30, when: 'open'}\n", 2, "good weight"},
		{"categories:\n  a: {weight: 0, when: 'open'}\n", 2, "good weight"},
		{"categories:\n  a: {weight: nan, when: 'open'}\n", 2, "good weight"},
		{"categories:\n  a: {when: 'open'}\n", 2, "good weight"},
		{"categories:\n  a: {weight: 1}\n", 2, "without when"},
		{"categories:\n  a: {weight: 1, when: open, then: x}\n", 2, "unknown key"},
		{"categories:\n  misuse: {weight: 1, when: open}\n", 2, "no name for a category"},
		{"categories:\n  a-b: {weight: 1, when: open}\n", 2, "no name for a category"},
		{"categories:\n  a: {weight: 1, when: 'count(no.such) > 0'}\n", 1, "names no finding"},
		{"categories: [a]\n", 1, "means nothing"},
		{"\nweights: 1\n", 2, "means nothing"},
		{"thresholds: [50, 40]\n", 1, "no thresholds"},
		{"thresholds: []\ncategories: {}\n", 0, ""}, /* tell none */
		{"thresholds: [1, 2, 3, 4, 5]\n", 1, "no thresholds"},
		{"- a\n", 1, "no table"},
		{"a: [", 2, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char what[512] = "";
		size_t line = read_policy(cases[i].text, what, sizeof(what));

		if (line != cases[i].line || strstr(what, cases[i].what) == NULL)
			fail_msg("%s: line %zu: %s", cases[i].text, line, what);
	}
}

/* As many categories and counts as there may be, and one more of each. */
static void too_many_are_refused(void **state)
{
	char text[32768], what[512];

	(void)state;
	for (int extra = 0; extra < 2; extra++) {
		char *end = append(text, "categories:\n");

		for (int i = 0; i < LIMIT_RISK_CATEGORIES + extra; i++)
			end += snprintf(end, 64, "  a%d: {weight: 1, when: open}\n", i);
		assert_int_equal(read_policy(text, what, sizeof(what)) != 0, extra);
		end = append(text, "categories:\n  a: {weight: 1, when: 'count(auth.*) == ");
		for (int i = 0; i < LIMIT_RISK_COUNTS - 1 + extra; i++)
			end += snprintf(
				end, 128, "count(\"%.*s\") + ", i + 1,
				"********************************************************************");
		append(end, "0'}\n");
		assert_int_equal(read_policy(text, what, sizeof(what)) != 0, extra);
	}
}

static void findings_are_counted_by_id_and_severity(void **state)
{
	static const char text[] =
		"categories:\n"
		"  a: {weight: 1, when: 'count(auth.*) > 0'}\n"
		"  b: {weight: 1, when: 'count(auth.*, severity >= 4) > 0'}\n"
		"  c: {weight: 1, when: 'count(\"*\", severity < 3) > 0 and count(auth.*) > 1'}\n";
	struct risk_policy *policy = NULL;
	uint32_t counts[3] = {0, 0, UINT32_MAX};
	struct problems problems;

	(void)state;
	problems_init(&problems);
	assert_int_equal(risk_policy_read(BYTES(text), "risk.yaml", &problems, &policy), STATUS_OK);
	assert_int_equal(policy->counts.count, 3);
	risk_policy_count(policy, catalogue_find(BYTES("auth.missing")), 5, counts);
	risk_policy_count(policy, catalogue_find(BYTES("auth.missing_rejected")), 1, counts);
	risk_policy_count(policy, catalogue_find(BYTES("pii.in_url")), 4, counts);
	assert_int_equal(counts[0], 2);
	assert_int_equal(counts[1], 1);
	assert_int_equal(counts[2], UINT32_MAX); /* no way around */
	risk_policy_free(policy);
	problems_finish(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expressions_mean_what_they_say),
		cmocka_unit_test(what_is_wrong_is_told_with_its_place),
		cmocka_unit_test(hostile_expressions_are_refused),
		cmocka_unit_test(files_are_read_or_refused),
		cmocka_unit_test(too_many_are_refused),
		cmocka_unit_test(findings_are_counted_by_id_and_severity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
