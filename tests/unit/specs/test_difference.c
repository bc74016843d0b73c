#include "specs/difference.h"
#include "tests/unit/specs/contract_fixture.h"

#define HEAD                                                                                                 \
	"openapi: 3.0.3\ncomponents: {securitySchemes: {k: {type: apiKey, in: header, name: K}, "            \
	"o: {type: oauth2, flows: {}}}}\npaths:\n"

static void find(const char *old_text, const char *new_text, struct differences *out)
{
	struct folder old = {0}, new = {0};
	struct problems problems;

	folder_add(&old, "old.yaml", old_text);
	folder_add(&new, "new.yaml", new_text);
	problems_init(&problems);
	differences_init(out);
	assert_int_equal(differences_find(&(struct spec_name){&old.files, "old.yaml"},
					  &(struct spec_name){&new.files, "new.yaml"}, &problems, out),
			 STATUS_OK);
	problems_finish(&problems);
}

/* One difference, of these words, that breaks or does not; none when `words` is NULL. */
static void expect(const char *old_text, const char *new_text, const char *words, bool is_breaking)
{
	struct differences differences;
	bool is_good;

	find(old_text, new_text, &differences);
	is_good = words == NULL ? differences.count == 0
				: differences.count == 1 && strcmp(differences.list[0].what, words) == 0 &&
					  differences.list[0].is_breaking == is_breaking;
	if (!is_good)
		for (size_t i = 0; i < differences.count; i++)
			print_message("%s: %s (%d)\n", words == NULL ? "nothing" : words,
				      differences.list[i].what, differences.list[i].is_breaking);
	assert_true(is_good);
	assert_int_equal(differences.breaking_count, words != NULL && is_breaking);
	differences_finish(&differences);
}

static void operations_come_and_go(void **state)
{
	(void)state;
	expect(HEAD "  /a: {get: {}}\n", HEAD "  /a: {get: {}}\n", NULL, false);
	expect(HEAD "  /a/{x}: {get: {}}\n", HEAD "  /a/{y}: {get: {}}\n", NULL, false);
	expect(HEAD "  /a: {get: {}}\n", HEAD "  /a: {get: {}, put: {}}\n", "was added", false);
	expect(HEAD "  /a: {get: {}, put: {}}\n", HEAD "  /a: {get: {}}\n", "was removed", true);
	expect(HEAD "  /a: {get: {}}\n", HEAD "  /a: {get: {deprecated: true}}\n", "is deprecated now",
	       false);
}

static void parameters_are_compared(void **state)
{
	static const struct {
		const char *old, *new, *words;
		bool is_breaking;
	} rows[] = {
		{"", "{name: q, in: query}", "optional parameter was added: q", false},
		{"", "{name: q, in: query, required: true}", "required parameter was added: q", true},
		{"{name: q, in: query}", "", "parameter was removed: q", false},
		{"{name: q, in: query}", "{name: q, in: query, required: true}", "is required now", true},
		{"{name: q, in: query, required: true}", "{name: q, in: query}", "is not required any more",
		 false},
		{"{name: q, in: query}", "{name: q, in: query, explode: false}",
		 "is written in another style now", true},
		{"{name: q, in: query, schema: {type: string}}",
		 "{name: q, in: query, schema: {type: integer}}", "", true},
		{"{name: q, in: query, schema: {type: number}}",
		 "{name: q, in: query, schema: {type: integer}}", "type takes less than before: integer",
		 true},
		{"{name: q, in: query, schema: {type: integer}}",
		 "{name: q, in: query, schema: {type: number}}", "type takes more than before: number",
		 false},
		{"{name: q, in: query, schema: {enum: [a, b]}}", "{name: q, in: query, schema: {enum: [a]}}",
		 "value left the enum: b", true},
		{"{name: q, in: query, schema: {enum: [a]}}", "{name: q, in: query, schema: {enum: [a, b]}}",
		 "value joined the enum: b", false},
		{"{name: q, in: query, schema: {maximum: 9}}", "{name: q, in: query, schema: {maximum: 8}}",
		 "bound was lowered: maximum", true},
		{"{name: q, in: query, schema: {minLength: 2}}",
		 "{name: q, in: query, schema: {minLength: 1}}", "bound was lowered: minLength", false},
		{"{name: q, in: query, schema: {pattern: a}}", "{name: q, in: query, schema: {pattern: b}}",
		 "is held to something else: pattern", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char old[512], new[512];

		snprintf(old, sizeof(old), HEAD "  /a: {get: {parameters: [%s]}}\n", rows[i].old);
		snprintf(new, sizeof(new), HEAD "  /a: {get: {parameters: [%s]}}\n", rows[i].new);
		if (rows[i].words[0] == '\0') { /* narrowed and widened at once */
			struct differences differences;

			find(old, new, &differences);
			assert_int_equal(differences.count, 2);
			assert_int_equal(differences.breaking_count, 1);
			differences_finish(&differences);
		} else {
			expect(old, new, rows[i].words, rows[i].is_breaking);
		}
	}
}

static void frame(int side, const char *schema, char *out_text, size_t text_max)
{
	snprintf(out_text, text_max,
		 side == 0 ? HEAD
			 "  /a: {post: {requestBody: {content: {application/json: {schema: {%s}}}}}}\n"
			   : HEAD "  /a: {get: {responses: {200: {content: {application/json: {schema: "
				  "{%s}}}}}}}\n",
		 schema);
}

/* What a request may lack a response must have, and the other way round. */
static void direction_decides_what_breaks(void **state)
{
	static const struct {
		const char *old, *new, *words;
		bool breaks_requests, breaks_responses;
	} rows[] = {
		{"properties: {a: {}}", "properties: {a: {}}, required: [a]", "property is required now: a",
		 true, false},
		{"properties: {a: {}}, required: [a]", "properties: {a: {}}",
		 "property is not required any more: a", false, true},
		{"properties: {a: {}}", "properties: {a: {}, b: {}}", "optional property was added: b", false,
		 false},
		{"properties: {a: {}}", "properties: {a: {}, b: {}}, required: [b]",
		 "required property was added: b", true, false},
		{"properties: {a: {}, b: {}}", "properties: {a: {}}", "property was removed: b", false, true},
		{"properties: {a: {enum: [x]}}", "properties: {a: {enum: [x, y]}}",
		 "value joined the enum: y", false, true},
		{"properties: {a: {enum: [x, y]}}", "properties: {a: {enum: [x]}}", "value left the enum: y",
		 true, false},
		{"properties: {a: {type: string}}", "properties: {a: {type: string, nullable: true}}",
		 "type takes more than before: string", false, true},
		{"items: {maxLength: 5}", "items: {maxLength: 4}", "bound was lowered: maxLength", true,
		 false},
		{"properties: {a: {}}", "properties: {a: {}}, additionalProperties: false",
		 "takes no other properties now", true, false},
		{"allOf: [{properties: {a: {}}}, {required: [a]}]", "properties: {a: {}}, required: [a]",
		 NULL, false, false},
		{"oneOf: [{title: A}, {title: B}]", "oneOf: [{title: A}]", "alternative was removed: B", true,
		 false},
		{"oneOf: [{title: A}]", "oneOf: [{title: A}, {title: B}]", "alternative was added: B", false,
		 true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int side = 0; side < 2; side++) {
			char old[512], new[512];

			frame(side, rows[i].old, old, sizeof(old));
			frame(side, rows[i].new, new, sizeof(new));
			expect(old, new, rows[i].words,
			       side == 0 ? rows[i].breaks_requests : rows[i].breaks_responses);
		}
	}
}

static void bodies_responses_and_security_are_compared(void **state)
{
	static const struct {
		const char *old, *new, *words;
		bool is_breaking;
	} rows[] = {
		{"requestBody: {content: {a/b: {}}}", "requestBody: {required: true, content: {a/b: {}}}",
		 "is required now", true},
		{"requestBody: {content: {a/b: {}, a/c: {}}}", "requestBody: {content: {a/b: {}}}",
		 "media type was removed: a/c", true},
		{"requestBody: {content: {a/b: {}}}", "requestBody: {content: {a/b: {}, a/c: {}}}",
		 "media type was added: a/c", false},
		{"responses: {200: {}, 404: {}}", "responses: {200: {}}", "was removed", true},
		{"responses: {200: {}}", "responses: {200: {}, 4XX: {}}", "was added", false},
		{"responses: {200: {content: {a/b: {}, a/c: {}}}}", "responses: {200: {content: {a/b: {}}}}",
		 "media type was removed: a/c", true},
		{"responses: {200: {headers: {X-A: {}}}}", "responses: {200: {}}", "header was removed: x-a",
		 true},
		{"responses: {200: {headers: {X-A: {required: true}}}}",
		 "responses: {200: {headers: {X-A: {}}}}", "header is not required any more: x-a", true},
		{"security: []", "security: [{k: []}]", "asks for a credential now", true},
		{"security: [{k: []}]", "security: []", NULL, false},
		{"security: [{k: []}]", "security: [{k: []}, {o: []}]", NULL, false},
		{"security: [{k: []}, {o: []}]", "security: [{k: []}]", "is not satisfied any more by o",
		 true},
		{"security: [{o: [r]}]", "security: [{o: [r, w]}]", "is not satisfied any more by o", true},
		{"security: [{o: [r, w]}]", "security: [{o: [r]}]", NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char old[512], new[512];

		snprintf(old, sizeof(old), HEAD "  /a: {post: {%s}}\n", rows[i].old);
		snprintf(new, sizeof(new), HEAD "  /a: {post: {%s}}\n", rows[i].new);
		expect(old, new, rows[i].words, rows[i].is_breaking);
	}
}

/* Schemas that hold themselves, two dialects, and files that are no specs. */
static void survives_circles_and_rubbish(void **state)
{
	static const char circle[] =
		"openapi: 3.1.0\npaths: {/a: {post: {requestBody: {content: {application/json: {schema: "
		"{$ref: "
		"'#/components/schemas/A'}}}}}}}\n"
		"components: {schemas: {A: {properties: {a: {$ref: '#/components/schemas/A'}, b: {allOf: "
		"[{$ref: "
		"'#/components/schemas/A'}]}, c: {$ref: '#/components/schemas/C'}}}, C: {$ref: "
		"'#/components/schemas/C'}}}\n";
	struct differences differences = {0};
	struct folder folder = {0};
	struct problems problems;

	(void)state;
	expect(circle, circle, NULL, false);
	expect("swagger: '2.0'\npaths: {/a: {get: {parameters: [{name: q, in: query, type: string}]}}}\n",
	       "openapi: 3.0.0\npaths: {/a: {get: {parameters: [{name: q, in: query, explode: false, schema: "
	       "{type: string}}]}}}\n",
	       NULL, false);
	folder_add(&folder, "a.yaml", "partner: x\n");
	folder_add(&folder, "b.yaml", "openapi: 3.0.0\npaths: {}\n");
	problems_init(&problems);
	differences_init(&differences);
	assert_int_equal(differences_find(&(struct spec_name){&folder.files, "a.yaml"},
					  &(struct spec_name){&folder.files, "c.yaml"}, &problems,
					  &differences),
			 STATUS_INVALID);
	assert_int_equal(problems.error_count, 2);
	assert_int_equal(differences_find(&(struct spec_name){&folder.files, "b.yaml"},
					  &(struct spec_name){&folder.files, "b.yaml"}, &problems,
					  &differences),
			 STATUS_OK);
	differences_finish(&differences);
	problems_finish(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operations_come_and_go),
		cmocka_unit_test(parameters_are_compared),
		cmocka_unit_test(direction_decides_what_breaks),
		cmocka_unit_test(bodies_responses_and_security_are_compared),
		cmocka_unit_test(survives_circles_and_rubbish),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
