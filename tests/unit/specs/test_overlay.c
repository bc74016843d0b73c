#include "specs/json_path.h"
#include "specs/overlay.h"
#include "tests/unit/specs/contract_fixture.h"

#define SPEC                                                                                                 \
	"openapi: 3.0.3\ninfo: {title: t}\npaths:\n  /a: {get: {operationId: a, tags: [x], parameters: "     \
	"[{name: q, in: query}, {name: h, in: header}]}}\n  /b: {get: {operationId: b}, put: {operationId: " \
	"c}}\n"

/* The spec with one action done, as JSON; NULL when it is refused. */
static char *overlaid(const char *actions, const char *problem)
{
	struct document spec, overlay;
	const struct document *out = NULL;
	struct problems problems;
	struct arena arena;
	char text[2048], *json = NULL;

	snprintf(text, sizeof(text), "overlay: 1.0.0\nactions:\n%s", actions);
	problems_init(&problems);
	arena_init(&arena, LIMIT_CONTRACT_BYTES);
	assert_int_equal(document_read(bytes_of(SPEC), "s.yaml", &spec, &problems), STATUS_OK);
	assert_int_equal(document_read(bytes_of(text), "o.yaml", &overlay, &problems), STATUS_OK);
	if (overlay_apply(&spec, &overlay, &arena, &problems, &out) == STATUS_OK) {
		yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);

		json = yyjson_mut_val_write(node_to_json(node_get(out->root, "paths"), doc), 0, NULL);
		yyjson_mut_doc_free(doc);
	}
	if (problem == NULL)
		assert_int_equal(problems.count, 0);
	else
		assert_non_null(problem_with(&problems, problem));
	document_finish(&spec);
	document_finish(&overlay);
	arena_finish(&arena);
	problems_finish(&problems);
	return json;
}

static void expect(const char *actions, const char *wanted, const char *problem)
{
	char *json = overlaid(actions, problem);

	if (wanted == NULL) {
		assert_null(json);
	} else {
		assert_non_null(json);
		if (strstr(json, wanted) == NULL)
			fail_msg("%s is not in %s", wanted, json);
	}
	free(json);
}

static void actions_change_what_they_name(void **state)
{
	(void)state;
	expect("- {target: \"$.paths['/a'].get\", update: {operationId: z, summary: s}}\n",
	       "\"operationId\":\"z\"", NULL);
	expect("- {target: \"$.paths['/a'].get.tags\", update: y}\n", "\"tags\":[\"x\",\"y\"]", NULL);
	expect("- {target: \"$.paths['/a'].get\", update: {tags: [y, z]}}\n", "\"tags\":[\"x\",\"y\",\"z\"]",
	       NULL);
	expect("- {target: \"$.paths['/b'].put\", remove: true}\n",
	       "\"/b\":{\"get\":{\"operationId\":\"b\"}}}", NULL);
	expect("- {target: \"$.paths.*.get\", update: {x-n: 1}}\n", "\"operationId\":\"b\",\"x-n\":1", NULL);
	expect("- {target: \"$.paths['/a','/b']['get']\", update: {x-n: 1}}\n",
	       "\"operationId\":\"b\",\"x-n\":1", NULL);
	expect("- {target: \"$..parameters[?(@.name=='q' && @.in == 'query')]\", remove: true}\n",
	       "\"parameters\":[{\"name\":\"h\",\"in\":\"header\"}]", NULL);
	expect("- {target: \"$..parameters[?@.in != 'query']\", update: {required: true}}\n",
	       "{\"name\":\"h\",\"in\":\"header\",\"required\":true}", NULL);
	expect("- {target: \"$.paths['/a'].get.parameters[0]\", update: {name: r}}\n", "[{\"name\":\"r\",",
	       NULL);
	expect("- {target: \"$.paths[?(@.put)]\", remove: true}\n- {target: $.paths, update: {/c: {get: "
	       "{}}}}\n",
	       "]}},\"/c\":{\"get\":{}}}", NULL);
	expect("- {target: \"$.paths['/nowhere']\", update: {a: b}}\n", "\"/a\"", "names nothing");
}

static void refuses_what_it_does_not_know(void **state)
{
	static const char *const targets[] = {"paths",
					      "$.",
					      "$.paths[",
					      "$.paths['/a",
					      "$.a[1:2]",
					      "$.a[-1]",
					      "$.a[?(@.b > 1)]",
					      "$.a[?(@.b=='x' || @.c)]",
					      "$.a[?length(@.b)==1]",
					      "$.a[?@.b=='\\\\u0041']",
					      "$.a[?]",
					      "$a",
					      "$.a[]",
					      "$"};
	char actions[128];

	(void)state;
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		snprintf(actions, sizeof(actions), "- {target: \"%s\", remove: true}\n", targets[i]);
		expect(actions, NULL,
		       strcmp(targets[i], "$") == 0 ? "whole document" : "the target is not understood");
	}
	expect("- {update: {}}\n", NULL, "without target");
	expect("- {target: $.paths}\n", NULL, "without update");
	expect("- 7\n", NULL, "without target");
	expect("{}\n", NULL, "not a list");
}

/* Each action doubles the spec: the growth ends at the ceiling, quickly. */
static void an_overlay_that_explodes_is_refused(void **state)
{
	char actions[2000] = "";
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 30; i++)
		len += (size_t)snprintf(actions + len, sizeof(actions) - len,
					"- {target: '$..*', update: {a%d: {b: {}, c: {}}}}\n", i);
	expect(actions, NULL, "cannot be done");
}

static void a_partner_has_its_own_deltas(void **state)
{
	struct folder folder = {0};
	struct contract *contract;

	(void)state;
	folder_add(&folder, "acme.yaml", "partner: acme\napis: [{spec: s.yaml, overlay: over/acme.yaml}]\n");
	folder_add(&folder, "bmce.yaml", "partner: bmce\napis: [{spec: s.yaml}]\n");
	folder_add(&folder, "over/acme.yaml",
		   "overlay: 1.0.0\nactions: [{target: \"$.paths['/b']\", remove: true}]\n");
	folder_add(&folder, "s.yaml", SPEC);
	contract = contract_of(&folder);
	assert_int_equal(contract_api_count(contract), 2);
	assert_int_equal(contract_partner_at(contract, 0)->apis[0].spec->operation_count, 1);
	assert_int_equal(contract_partner_at(contract, 1)->apis[0].spec->operation_count, 3);
	assert_string_not_equal(contract_partner_at(contract, 0)->apis[0].spec->sha256,
				contract_partner_at(contract, 1)->apis[0].spec->sha256);
	contract_free(contract);
}

static void a_broken_overlay_refuses_its_api_alone(void **state)
{
	static const char *const overlays[] = {"../acme.yaml", "none.yaml", "s.yaml", "broken.yaml"};

	(void)state;
	for (size_t i = 0; i < sizeof(overlays) / sizeof(overlays[0]); i++) {
		struct contract *contract = NULL;
		struct folder folder = {0};
		struct problems problems;
		char text[128];

		snprintf(text, sizeof(text), "partner: acme\napis: [{spec: s.yaml, overlay: %s}]\n",
			 overlays[i]);
		folder_add(&folder, "acme.yaml", text);
		folder_add(&folder, "broken.yaml", "overlay: 2.0.0\nactions: []\n");
		folder_add(&folder, "s.yaml", SPEC);
		problems_init(&problems);
		assert_int_equal(contract_load(&folder.files, &problems, &contract), STATUS_OK);
		assert_non_null(problem_with(&problems, "overlay could not be loaded"));
		assert_int_equal(contract_api_count(contract), 0);
		contract_free(contract);
		problems_finish(&problems);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(actions_change_what_they_name),
		cmocka_unit_test(refuses_what_it_does_not_know),
		cmocka_unit_test(an_overlay_that_explodes_is_refused),
		cmocka_unit_test(a_partner_has_its_own_deltas),
		cmocka_unit_test(a_broken_overlay_refuses_its_api_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
