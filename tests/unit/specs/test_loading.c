/* What a partner may upload, and how a request finds its operation: one row a case. */
#include "tests/unit/specs/contract_fixture.h"

#define PATHS                                                                                                \
	"paths: {/a: {get: {operationId: a, parameters: [{name: q, in: query, schema: {type: "               \
	"integer}}]}}}\n"

struct loading {
	const char *text;
	size_t operation_count; /* NOT_LOADED: refused */
	const char *problem;    /* words of one of its problems; NULL: none */
};

#define NOT_LOADED SIZE_MAX

static const struct loading loadings[] = {
	{"openapi: 3.0.4\n" PATHS, 1, NULL},
	{"openapi: 3.1.2\n" PATHS, 1, NULL},
	{"openapi: 3.2.0\n" PATHS, 1, NULL},
	{"openapi: 3.3.0\n" PATHS, 1, "read as 3.2"},
	{"openapi: 4.0.0\n" PATHS, NOT_LOADED, "not known"},
	{"swagger: 2.0\n" PATHS, 1, "is a number"},
	{"\xef\xbb\xbfopenapi: 3.0.0\r\npaths:\r\n  /a:\r\n    get:\t{}\r\n", 1, NULL},
	{"openapi: 3.0.0\n\t# a comment\n" PATHS, 1, NULL},
	{"openapi: 3.0.0\npaths:\n  /a:\n  \tget: {}\n", 1, "tabs"},
	{"openapi: 3.0.0\npaths:\n  /a\n    get: {}\n", NOT_LOADED, ""},
	{"openapi: 3.0.0\ninfo:\n  description: \"one\n two\"\n" PATHS, 1, NULL},
	{"openapi: 3.0.0\npaths: {/a: {get: {responses: {200: {}, 200: {}, 4XX: {}}}}}\n", 1,
	 "key \"200\" again"},
	{"openapi: 3.0.0\nno: 2020-01-01\nx: [no, yes, 12:30:45, 0123, 1_000, .inf]\n" PATHS, 1, NULL},
	{"x-get: &g {get: {}}\nopenapi: 3.0.0\npaths: {/a: *g, /b: {<<: *g, put: {}}}\n", 3, NULL},
	{"openapi: 3.0.0\npaths: {/a: {$ref: '../x.yaml'}, /b: {get: {}}}\n", 1, "leads out"},
	{"openapi: 3.0.0\npaths: {/a: {$ref: '/etc/passwd'}, /b: {get: {}}}\n", 1, "leads out"},
	{"openapi: 3.0.0\npaths: {/a: {$ref: 'https://h/x.yaml'}, /b: {get: {}}}\n", 1,
	 "nothing is ever fetched"},
	{"openapi: 3.0.0\npaths: {/a: {$ref: '#/paths/~1b', put: {}}, /b: {get: {}}}\n", 3,
	 "stands beside $ref"},
	{"openapi: 3.0.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {$ref: '#/x'}}]}}}\n",
	 1, "leads nowhere"},
	{"openapi: 3.1.0\nwebhooks: {w: {post: {}}}\n", 0, NULL},
	{"openapi: 3.1.0\ncomponents: {}\n", 0, NULL},
	{"openapi: 3.0.0\npaths: {/a: {get: {operationId: x}, put: {operationId: x}}}\n", 2, NULL},
	{"openapi: 3.1.0\npaths: {/a: {get: {}}}\n", 1, NULL},
	{"openapi: 3.0.0\nx-a: 1\npaths: {x-b: 2, /a: {x-c: 3, get: {x-d: 4, odd: 5}}}\n", 1, NULL},
	{"swagger: '2.0'\nx-ms-paths: {'/a?b=c': {get: {}}}\npaths: {/a: {get: {}}}\n", 2, NULL},
	{"openapi: 3.0.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {type: date}}]}}}\n",
	 1, "type"},
	{"openapi: 3.0.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {required: "
	 "true}}]}}}\n",
	 1, "required is not checked"},
	{"openapi: 3.0.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {minLength: "
	 "'3'}}]}}}\n",
	 1, "minLength is not checked"},
	{"openapi: 3.0.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {pattern: '('}}]}}}\n",
	 1, "pattern"},
	{"openapi: 3.0.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {pattern: "
	 "'^.{0,4096}$'}}]}}}\n",
	 1, NULL},
	{"openapi: 3.0.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {$ref: "
	 "'#/components/schemas/a%20b~1c~0d'}}]}}}\ncomponents: {schemas: {'a b/c~d': {type: integer}}}\n",
	 1, NULL},
	{"openapi: 3.0.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {$ref: "
	 "'#/paths/~1b/put/parameters/1/schema/properties/x'}}]}}, /b: {put: {parameters: [{name: p, in: "
	 "query, schema: {}}, {name: r, in: query, schema: {type: object, properties: {x: {type: "
	 "integer}}}}]}}}\n",
	 2, NULL},
	{"openapi: 3.0.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {$ref: "
	 "'#/components/schemas/A'}}]}}}\ncomponents: {schemas: {A: {$ref: '#/components/schemas/B'}, B: "
	 "{$ref: '#/components/schemas/A'}}}\n",
	 1, "refers to itself"},
	{"openapi: 3.0.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {$ref: "
	 "'#/components/schemas/A'}}]}}}\ncomponents: {schemas: {A: {allOf: [{$ref: "
	 "'#/components/schemas/B'}]}, B: {type: array, items: {$ref: '#/components/schemas/A'}}}}\n",
	 1, NULL},
	{"openapi: 3.0.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {$ref: "
	 "'#/components/schemas/A', minimum: 3}}]}}}\ncomponents: {schemas: {A: {type: integer}}}\n",
	 1, "beside"},
	{"openapi: 3.1.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {$ref: "
	 "'#/components/schemas/A', minimum: 3}}]}}}\ncomponents: {schemas: {A: {type: integer}}}\n",
	 1, NULL},
	{"openapi: 3.1.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {$ref: "
	 "'https://h/a'}}]}}}\ncomponents: {schemas: {A: {$id: 'https://h/a', type: integer}}}\n",
	 1, NULL},
	{"openapi: 3.1.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {$ref: "
	 "'#here'}}]}}}\ncomponents: {schemas: {A: {$anchor: here, type: integer}}}\n",
	 1, NULL},
	{"openapi: 3.2.0\n$self: https://h/api.yaml\npaths: {/a: {get: {parameters: [{name: q, in: query, "
	 "schema: {$ref: 'https://h/api.yaml#/components/schemas/A'}}]}}}\ncomponents: {schemas: {A: {type: "
	 "integer}}}\n",
	 1, NULL},
	{"openapi: 3.1.0\njsonSchemaDialect: https://h/mine\npaths: {/a: {get: {parameters: [{name: q, in: "
	 "query, schema: {type: integer}}]}}}\n",
	 1, "dialect"},
	{"openapi: 3.1.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {$schema: "
	 "'http://json-schema.org/draft-07/schema#', type: integer}}]}}}\n",
	 1, NULL},
	{"openapi: 3.0.0\npaths: {/a: {get: {parameters: [{name: q, in: query, schema: {type: integer, "
	 "minimum: .inf}}]}}}\n",
	 1, "minimum is not checked"},
	{"swagger: '2.0'\npaths: {/a: {post: {consumes: [multipart/form-data], parameters: [{name: f, in: "
	 "formData, type: file}], responses: {'200': {description: d, schema: {type: file}}}}}}\n",
	 1, NULL},
	{"openapi: 3.0.0\npaths: {/a: {get: {responses: {20X: {description: d}}}}}\n", 1, "20X"},
	{"openapi: 3.0.0\npaths: {'/a/{id}': {get: {}}}\n", 1, NULL},
	{"openapi: 3.0.0\nsecurity: [{ghost: []}]\n" PATHS, 1, "\"ghost\" is not defined"},
};

static void files_load_or_say_why_not(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(loadings) / sizeof(loadings[0]); i++) {
		const struct loading *row = &loadings[i];
		struct contract *contract = NULL;
		struct folder folder = {0};
		struct problems problems;
		size_t count = NOT_LOADED;

		folder_add(&folder, "a.yaml", row->text);
		problems_init(&problems);
		assert_int_equal(contract_load(&folder.files, &problems, &contract), STATUS_OK);
		if (contract_api_count(contract) > 0)
			count = contract_api_at(contract, 0)->spec->operation_count;
		if (count != row->operation_count ||
		    (row->problem == NULL ? problems.count > 0
					  : problem_with(&problems, row->problem) == NULL)) {
			problems_print(&problems);
			print_message("%zu operations of %s\n", count, row->text);
			wrong++;
		}
		contract_free(contract);
		problems_finish(&problems);
	}
	assert_int_equal(wrong, 0);
}

/* OpenAPI 3.2 section 4.1.2.2.1: files of the folder that say their own URI are found by it. */
static void files_are_found_by_the_uri_they_say(void **state)
{
#define SAYS                                                                                                 \
	"openapi: 3.2.0\n$self: https://h/v1/api.yaml\npaths: {/a: {get: {parameters: [{name: q, in: "       \
	"query, "                                                                                            \
	"schema: {$ref: '"
	static const struct {
		const char *reference;
		bool is_found;
	} rows[] = {
		{"https://h/v1/parts.yaml#/components/schemas/A", true},
		{"parts.yaml#/components/schemas/A", true}, /* no file has that name: by $self */
		{"../v1/parts.yaml#/components/schemas/A", true},
		{"/v1/parts.yaml#/components/schemas/A", true},
		{"//h/v1/parts.yaml#/components/schemas/A", true},
		{"https://h/v1/api.yaml#/paths/~1a/get/parameters/0/schema/default", true},
		{"api.yaml#/paths/~1a/get/parameters/0/schema/default", true},
		{"b.yaml#/components/schemas/A", true}, /* by its file's name */
		{"https://h/schemas/size.json", true},  /* a schema's $id */
		{"../schemas/size.json#/$defs/B", true},
		{"https://h/v2/parts.yaml#/components/schemas/A", false},
		{"http://h/v1/parts.yaml#/components/schemas/A", false},
		{"https://h/v1/parts.yaml#/components/schemas/Z", false},
		{"../../../../etc/passwd", false},
		{"file:///etc/passwd", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct contract *contract = NULL;
		struct folder folder = {0};
		struct problems problems;
		char text[512];

		snprintf(text, sizeof(text), SAYS "%s', default: {}}}], responses: {}}}}\n",
			 rows[i].reference);
		folder_add(&folder, "a.yaml", text);
		folder_add(&folder, "b.yaml",
			   "openapi: 3.2.0\n$self: https://h/v1/parts.yaml#top\ncomponents: {schemas: {A: "
			   "{$ref: "
			   "'../schemas/size.json#/$defs/B'}}}\n");
		folder_add(&folder, "c.json",
			   "{\"$id\": \"https://h/schemas/size.json\", \"$ref\": \"#/$defs/B\", "
			   "\"$defs\": {\"B\": {\"type\": \"integer\"}}}");
		problems_init(&problems);
		assert_int_equal(contract_load(&folder.files, &problems, &contract), STATUS_OK);
		if ((problem_with(&problems, "what it stands for is not checked") == NULL) !=
		    rows[i].is_found) {
			problems_print(&problems);
			fail_msg("%s", rows[i].reference);
		}
		contract_free(contract);
		problems_finish(&problems);
	}
#undef SAYS
}

/* A spec's nodes go when it is understood; a file that others name is read again, once. */
static void specs_may_name_each_other(void **state)
{
#define BODY(name, file)                                                                                     \
	"openapi: 3.0.3\nservers: [{url: 'https://h/" name "'}]\npaths: {/x: {get: {responses: {'200': "     \
	"{description: x, content: {application/json: {schema: {$ref: '" file                                \
	"#/components/schemas/A'}}}}}}}}\ncomponents: {schemas: {A: {type: string, enum: [" name "]}}}\n"
	struct folder folder = {0};
	struct contract *contract = NULL;
	struct problems problems;

	(void)state;
	folder_add(&folder, "a.yaml", BODY("a", "b.yaml"));
	folder_add(&folder, "b.yaml", BODY("b", "a.yaml"));
	folder_add(&folder, "c.yaml", BODY("c", "a.yaml"));
	folder_add(&folder, "d.yaml", BODY("d", "a.yaml"));
	folder_add(&folder, "p.yaml", "partner: p\napis: [{spec: d.yaml, formats: assert}]\n");
	problems_init(&problems);
	assert_int_equal(contract_load(&folder.files, &problems, &contract), STATUS_OK);
	problems_print(&problems);
	assert_int_equal(problems.count, 0);
	assert_int_equal(contract_api_count(contract), 4);
	contract_free(contract);
	problems_finish(&problems);
#undef BODY
}

/* -- routing -------------------------------------------------------------------- */

struct routing {
	const char *servers, *paths; /* of a 3.0 spec; an operation's id is its template */
	const char *method, *url;
	const char *template; /* NULL: none */
};

static const struct routing routings[] = {
	{"", "'/p/{id}': {get: {}}, /p/mine: {get: {}}", "GET", "http://h/p/mine", "/p/mine"},
	{"", "/p/mine: {put: {}}, '/p/{id}': {get: {}}", "GET", "http://h/p/mine", "/p/{id}"},
	{"", "'/{e}/me': {get: {}}, '/books/{id}': {get: {}}", "GET", "http://h/books/me", "/books/{id}"},
	{"", "/Users: {get: {}}, /users: {get: {}}", "GET", "http://h/users", "/users"},
	{"", "'/b/{id}': {get: {}}, '/b/{id}.json': {get: {}}", "GET", "http://h/b/a.b.json", "/b/{id}.json"},
	{"", "'/b/{id}': {get: {}}, '/b/{id}:clone': {post: {}}", "POST", "http://h/b/1:clone",
	 "/b/{id}:clone"},
	{"", "'/b/{x}-{y}': {get: {}}", "GET", "http://h/b/1-2", "/b/{x}-{y}"},
	{"", "'/b/v{v}': {get: {}}", "GET", "http://h/b/v2", "/b/v{v}"},
	{"", "'/b/{id}': {get: {}}", "GET", "http://h/b/a%2Fb", "/b/{id}"},
	{"", "/caf\xc3\xa9: {get: {}}", "GET", "http://h/caf%c3%a9", "/caf\xc3\xa9"},
	{"", "/a~b: {get: {}}", "GET", "http://h/a%7Eb", "/a~b"},
	{"", "/a+b: {get: {}}", "GET", "http://h/a+b", "/a+b"},
	{"", "'/b/{id}': {get: {}}", "GET", "http://h/b/%zz", "/b/{id}"},
	{"", "/a: {get: {}}", "GET", "http://h/a/", NULL},
	{"", "/a/: {get: {}}", "GET", "http://h/a/", "/a/"},
	{"", "'/b/{id}/c': {get: {}}", "GET", "http://h/b//c", NULL},
	{"", "'/b/{id}': {get: {}}", "GET", "http://h/b/1;v=2", "/b/{id}"},
	{"", "/b: {get: {}}", "GET", "http://h/a/../b", "/b"},
	{"", "'/x?action=y': {get: {}}, '/x?action=z': {get: {}}", "GET", "http://h/x?q=1&action=z",
	 "/x?action=z"},
	{"", "'/x?action=y': {get: {}}", "GET", "http://h/x?action=n", NULL},
	{"", "'/x?action=y&id={id}': {get: {}}, '/x?action=z&id={id}': {get: {}}", "GET",
	 "http://h/x?id=7&action=z", "/x?action=z&id={id}"},
	{"", "'/x?id={id}&n={n}': {get: {}}", "GET", "http://h/x", "/x?id={id}&n={n}"},
	{"", "'/x?action=y&id={id}': {get: {}}", "GET", "http://h/x?id=7", NULL},
	{"", "'/x#Action=A': {post: {}}, '/x#Action=B': {post: {}}", "POST", "http://h/x", "/x#Action=A"},
	{"", "\"/Foo('{id}')\": {get: {}}", "GET", "http://h/Foo('7')", "/Foo('{id}')"},
	{"", "'/f(a={a},b={b})': {get: {}}", "GET", "http://h/f(a=1,b=2)", "/f(a={a},b={b})"},
	{"", "'/r/{path*}': {get: {}}", "GET", "http://h/r/a/b/c", "/r/{path*}"},
	{"", "'/r/{path}': {get: {}}", "GET", "http://h/r/a/b", NULL},
	{"[{url: 'https://h/v1'}]", "/a: {get: {}}", "GET", "http://h/v1/a", "/a"},
	{"[{url: 'https://h/v1/'}]", "/a: {get: {}}", "GET", "http://h/v1/a", "/a"},
	{"[{url: 'https://h/v1'}]", "/a: {get: {}}", "GET", "http://h/v10/a", NULL},
	{"[{url: 'https://h/'}]", "/a: {get: {}}", "GET", "http://h/a", "/a"},
	{"[{url: 'https://h/v1'}, {url: 'https://h/v1/x'}]", "/a: {get: {}}", "GET", "http://h/v1/x/a", "/a"},
	{"[{url: 'https://{e}.h/v1', variables: {e: {enum: [dev, prod], default: dev}}}]", "/a: {get: {}}",
	 "GET", "http://prod.h/v1/a", "/a"},
	{"[{url: 'https://{e}.h/v1', variables: {e: {enum: [dev, prod], default: dev}}}]", "/a: {get: {}}",
	 "GET", "http://test.h/v1/a", NULL},
	{"[{url: 'https://{t}.h/{v}', variables: {t: {default: x}, v: {default: v1}}}]", "/a: {get: {}}",
	 "GET", "http://y.h/v7/a", "/a"},
	{"[{url: '{server}'}]", "/a: {get: {}}", "GET", "http://any/a", "/a"},
	{"[{url: '{apiRoot}/nudm/v2'}]", "/a: {get: {}}", "GET", "http://any/nudm/v2/a", "/a"},
	{"[{url: ./v1}]", "/a: {get: {}}", "GET", "http://any/v1/a", "/a"},
	{"[{url: 'https://h/'}]", "/a: {get: {}}", "HEAD", "http://h/a", "/a"},
	{"", "/a: {get: {}}", "POST", "http://h/a", NULL},
	{"", "/a: {query: {}}", "QUERY", "http://h/a", "/a"},
	{"", "/a: {additionalOperations: {PURGE: {}}}", "PURGE", "http://h/a", "/a"},
	{"", "/a: {additionalOperations: {PURGE: {}}}", "purge", "http://h/a", NULL},
};

static void requests_find_their_operation(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(routings) / sizeof(routings[0]); i++) {
		const struct routing *row = &routings[i];
		struct exchange *exchange = request_of(row->method, row->url);
		struct contract *contract;
		struct match match;
		char text[1024];

		snprintf(text, sizeof(text), "openapi: 3.0.3\nservers: %s\npaths: {%s}\n",
			 row->servers[0] == '\0' ? "[]" : row->servers, row->paths);
		contract = contract_of_text(text);
		contract_operation(contract, NULL, exchange, &match);
		if ((match.kind == MATCH_OPERATION) != (row->template != NULL) ||
		    (row->template != NULL && !bytes_equal(match.template, bytes_of(row->template))))
			fail_msg("%s %s of %s: kind %d, %.*s", row->method, row->url, row->paths,
				 (int)match.kind, (int)match.template.len, match.template.data);
		exchange_free(exchange);
		contract_free(contract);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_load_or_say_why_not),
		cmocka_unit_test(files_are_found_by_the_uri_they_say),
		cmocka_unit_test(specs_may_name_each_other),
		cmocka_unit_test(requests_find_their_operation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
