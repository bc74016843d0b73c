#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "parsers/base/buffer.h"
#include "parsers/base/limits.h"
#include "specs/document.h"

struct fixture {
	struct document document;
	struct problems problems;
	enum status status;
};

static void read_text(struct fixture *fixture, struct bytes text)
{
	*fixture = (struct fixture){0};
	problems_init(&fixture->problems);
	fixture->status = document_read(text, "api.yaml", &fixture->document, &fixture->problems);
	if (fixture->status != STATUS_OK)
		assert_true(fixture->problems.error_count > 0);
	else
		assert_int_equal(fixture->problems.error_count, 0);
}

static void done(struct fixture *fixture)
{
	document_finish(&fixture->document);
	problems_finish(&fixture->problems);
}

static void assert_text(const struct node *table, const char *key, enum node_kind kind, const char *text)
{
	const struct node *node = node_get(table, key);

	assert_non_null(node);
	assert_int_equal(node->kind, kind);
	assert_int_equal(node->text.len, strlen(text));
	assert_memory_equal(node->text.data, text, strlen(text));
}

static void test_core_schema(void **state)
{
	struct fixture fixture;
	const struct node *root;

	(void)state;
	read_text(&fixture,
		  BYTES("a: NO\nb: 0123\nc: 0x1F\nd: 0o17\ne: +1\nf: .5\ng: 1.\nh: 2020-01-01\n"
			"i: 1_000\nj: .inf\nk: '12'\nl: True\nm: ~\nn:\no: 9007199254740993.10\n"
			"p: 12:30:45\nq: !!str 5\nr: 1e3\ns: -007.50e+2\n200: x\nnull: y\ntrue: z\n"));
	assert_int_equal(fixture.status, STATUS_OK);
	root = fixture.document.root;
	assert_false(fixture.document.is_json);
	assert_text(root, "a", NODE_STRING, "NO");
	assert_text(root, "b", NODE_NUMBER, "123");
	assert_text(root, "c", NODE_NUMBER, "31");
	assert_text(root, "d", NODE_NUMBER, "15");
	assert_text(root, "e", NODE_NUMBER, "1");
	assert_text(root, "f", NODE_NUMBER, "0.5");
	assert_text(root, "g", NODE_NUMBER, "1");
	assert_text(root, "h", NODE_STRING, "2020-01-01");
	assert_text(root, "i", NODE_STRING, "1_000");
	assert_text(root, "j", NODE_STRING, ".inf");
	assert_text(root, "k", NODE_STRING, "12");
	assert_true(node_bool(node_get(root, "l"), false));
	assert_true(node_is(node_get(root, "m"), NODE_NULL));
	assert_true(node_is(node_get(root, "n"), NODE_NULL));
	assert_text(root, "o", NODE_NUMBER, "9007199254740993.10");
	assert_text(root, "p", NODE_STRING, "12:30:45");
	assert_text(root, "q", NODE_STRING, "5");
	assert_text(root, "r", NODE_NUMBER, "1e3");
	assert_text(root, "s", NODE_NUMBER, "-7.50e+2");
	assert_text(root, "200", NODE_STRING, "x");
	assert_text(root, "null", NODE_STRING, "y");
	assert_text(root, "true", NODE_STRING, "z");
	assert_null(node_get(root, "absent"));
	done(&fixture);
}

/* Quotes that stand for one: many of them together cost libfyaml memory, said the leak sanitizer. */
static void test_quotes(void **state)
{
	struct fixture fixture;
	const struct node *root;

	(void)state;
	read_text(&fixture, BYTES("\xef\xbb\xbf"
				  "\xc3\xbc: '\xc3\xbc'\r\na: 'it''s'\nb: ''''''''''''\nc: '''''x'''''\n"
				  "'k''''''''''y': {d: '''', e: '', 'f''''''''''g': 'h '''' i'}\n"
				  "j: 'one''''''''''  \n  two \n\n  three '\nl: 'x''''\r\n   y'\n"));
	assert_int_equal(fixture.status, STATUS_OK);
	root = fixture.document.root;
	assert_text(root, "\xc3\xbc", NODE_STRING, "\xc3\xbc");
	assert_text(root, "a", NODE_STRING, "it's");
	assert_text(root, "b", NODE_STRING, "'''''");
	assert_text(root, "c", NODE_STRING, "''x''");
	assert_text(root, "j", NODE_STRING, "one''''' two\nthree ");
	assert_text(root, "l", NODE_STRING, "x'' y");
	root = node_get(root, "k'''''y");
	assert_text(root, "d", NODE_STRING, "'");
	assert_text(root, "e", NODE_STRING, "");
	assert_text(root, "f'''''g", NODE_STRING, "h '' i");
	done(&fixture);
}

static void test_places(void **state)
{
	struct fixture fixture;
	const struct node *node;
	struct place place;

	(void)state;
	read_text(&fixture, BYTES("\xef\xbb\xbf"
				  "openapi: 3.0.0\r\npaths:\r\n  /a:\r\n    get: {x: 1}\r\n"));
	assert_int_equal(fixture.status, STATUS_OK);
	node = node_get(node_get(node_get(fixture.document.root, "paths"), "/a"), "get");
	place = node_place(&fixture.document, node_get(node, "x"));
	assert_string_equal(place.file, "api.yaml");
	assert_int_equal(place.line, 4);
	assert_int_equal(place.column, 14);
	assert_int_equal(node->entries[0].column, 11);
	done(&fixture);
	read_text(&fixture, BYTES("{\n  \"a\": [1,\n    true]\n}"));
	assert_true(fixture.document.is_json);
	place = node_place(&fixture.document, node_get(fixture.document.root, "a")->items[1]);
	assert_int_equal(place.line, 3);
	assert_int_equal(place.column, 5);
	done(&fixture);
}

static void test_anchors(void **state)
{
	struct fixture fixture;
	const struct node *root, *merged;

	(void)state;
	read_text(&fixture, BYTES("b: &b {x: 1, y: 2}\nc: &c {y: 3, z: 4}\nd:\n  <<: [*b, *c]\n  x: 9\n"
				  "e: *b\n'<<': plain\n"));
	assert_int_equal(fixture.status, STATUS_OK);
	root = fixture.document.root;
	merged = node_get(root, "d");
	assert_ptr_equal(node_get(root, "e"), node_get(root, "b"));
	assert_int_equal(merged->count, 3);
	assert_text(merged, "x", NODE_NUMBER, "9");
	assert_text(merged, "y", NODE_NUMBER, "2");
	assert_text(merged, "z", NODE_NUMBER, "4");
	assert_text(root, "<<", NODE_STRING, "plain");
	done(&fixture);
}

static void test_duplicates(void **state)
{
	struct fixture fixture;

	(void)state;
	read_text(&fixture, BYTES("a: 1\nb: 2\na: 3\n"));
	assert_int_equal(fixture.status, STATUS_OK);
	assert_text(fixture.document.root, "a", NODE_NUMBER, "3");
	assert_int_equal(fixture.document.root->count, 2);
	assert_int_equal(fixture.problems.count, 1);
	assert_int_equal(fixture.problems.list[0].level, PROBLEM_WARNING);
	assert_int_equal(fixture.problems.list[0].place.line, 3);
	done(&fixture);
}

static void test_tabs(void **state)
{
	struct fixture fixture;

	(void)state;
	read_text(&fixture, BYTES("a:\n\t# comment\n  b:\t1\n \t\n  c: |\n    x\n\t\n    y\n"));
	assert_int_equal(fixture.status, STATUS_OK);
	assert_int_equal(fixture.problems.count, 0);
	assert_text(node_get(fixture.document.root, "a"), "b", NODE_NUMBER, "1");
	done(&fixture);
	read_text(&fixture, BYTES("a: \"long\n\ttext\"\nb: 1\n"));
	assert_int_equal(fixture.status, STATUS_OK);
	assert_text(fixture.document.root, "a", NODE_STRING, "long text");
	done(&fixture);
}

static void test_json_text(void **state)
{
	struct fixture fixture;

	(void)state;
	read_text(&fixture,
		  BYTES("{\"a\":\"\\u00e9\\ud83d\\ude00\\/\\n\",\"b\":-0.50E+3,\"c\":\"\\ud800x\"}"));
	assert_int_equal(fixture.status, STATUS_OK);
	assert_text(fixture.document.root, "a", NODE_STRING, "\xc3\xa9\xf0\x9f\x98\x80/\n");
	assert_text(fixture.document.root, "b", NODE_NUMBER, "-0.50E+3");
	assert_text(fixture.document.root, "c", NODE_STRING, "\xef\xbf\xbdx");
	done(&fixture);
	read_text(&fixture, BYTES("{a: 1, b: [x, yes]}"));
	assert_int_equal(fixture.status, STATUS_OK);
	assert_false(fixture.document.is_json);
	assert_int_equal(fixture.problems.count, 0);
	done(&fixture);
}

static void test_large_table(void **state)
{
	struct buffer text = BUFFER_MAX(8 * MIB);
	struct fixture fixture;
	char line[64];

	(void)state;
	for (int i = 0; i < 50000; i++) {
		snprintf(line, sizeof(line), "key%d: %d\n", i, i);
		assert_int_equal(buffer_append(&text, bytes_of(line)), STATUS_OK);
	}
	read_text(&fixture, buffer_bytes(&text));
	assert_int_equal(fixture.status, STATUS_OK);
	for (int i = 0; i < 50000; i++) {
		snprintf(line, sizeof(line), "key%d", i);
		assert_text(fixture.document.root, line, NODE_NUMBER, line + 3);
	}
	assert_null(node_get(fixture.document.root, "key50000"));
	done(&fixture);
	buffer_finish(&text);
}

static void refused(struct bytes text, enum status status, uint32_t line, uint32_t column)
{
	struct fixture fixture;

	read_text(&fixture, text);
	assert_int_equal(fixture.status, status);
	if (line > 0) {
		assert_int_equal(fixture.problems.list[0].place.line, line);
		assert_int_equal(fixture.problems.list[0].place.column, column);
	}
	done(&fixture);
}

static void test_hostile_text(void **state)
{
	(void)state;
	refused(BYTES(""), STATUS_INVALID, 1, 1);
	refused(BYTES("a: \xff"), STATUS_INVALID, 1, 4);
	refused(BYTES("\xff\xfe"
		      "a\0"),
		STATUS_INVALID, 1, 1);
	refused(BYTES("{\"a\":1,\n \"b\" 2}"), STATUS_INVALID, 2, 6);
	refused(BYTES("{\"a\":\"\\q\"}"), STATUS_INVALID, 1, 8);
	refused(BYTES("[\"\\u12"), STATUS_INVALID, 0, 0);
	refused(BYTES("[\"abc\\"), STATUS_INVALID, 0, 0);
	refused(BYTES("{"), STATUS_INVALID, 0, 0);
	refused(BYTES("a:\n  b: 1\n c: 2\n"), STATUS_INVALID, 3, 2);
	refused(BYTES("a: &a\n  b: *a\n"), STATUS_INVALID, 2, 6);
	refused(BYTES("a: *nobody\n"), STATUS_INVALID, 1, 4);
	refused(BYTES("? [a]\n: b\n"), STATUS_INVALID, 1, 3);
	refused(BYTES("a: \"never ends"), STATUS_INVALID, 0, 0);
}

static void test_hostile_shapes(void **state)
{
	struct buffer text = BUFFER_MAX(8 * MIB);
	char line[256];

	(void)state;
	for (int i = 0; i < 10000; i++)
		assert_int_equal(buffer_append(&text, BYTES("[")), STATUS_OK);
	refused(buffer_bytes(&text), STATUS_LIMIT, 1, 201);
	buffer_clear(&text);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(buffer_append(&text, BYTES("- ")), STATUS_OK);
	refused(buffer_bytes(&text), STATUS_LIMIT, 0, 0);
	buffer_clear(&text);
	/* YAML whose brackets never close: refused before the reader keeps something for each of them */
	assert_int_equal(buffer_append(&text, BYTES("a: ")), STATUS_OK);
	for (int i = 0; i < 1000000; i++)
		assert_int_equal(buffer_append(&text, BYTES("[a,")), STATUS_OK);
	refused(buffer_bytes(&text), STATUS_LIMIT, 1, 30004);
	buffer_clear(&text);
	/* billion laughs */
	assert_int_equal(buffer_append(&text, BYTES("a0: &a0 [x,x,x,x,x,x,x,x,x]\n")), STATUS_OK);
	for (int i = 1; i < 30; i++) {
		int b = i - 1;

		snprintf(line, sizeof(line), "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i, b,
			 b, b, b, b, b, b, b);
		assert_int_equal(buffer_append(&text, bytes_of(line)), STATUS_OK);
	}
	refused(buffer_bytes(&text), STATUS_LIMIT, 0, 0);
	buffer_clear(&text);
	/* a chain of aliases: shallow as written, deep as meant */
	assert_int_equal(buffer_append(&text, BYTES("a0: &a0 [x]\n")), STATUS_OK);
	for (int i = 1; i < 5000; i++) {
		snprintf(line, sizeof(line), "a%d: &a%d [*a%d]\n", i, i, i - 1);
		assert_int_equal(buffer_append(&text, bytes_of(line)), STATUS_OK);
	}
	refused(buffer_bytes(&text), STATUS_LIMIT, 0, 0);
	buffer_finish(&text);
}

static void test_truncated(void **state)
{
	static const char json[] = "{\"a\":[1,2.5e3,\"\\u00e9\\\"\",null,true],\"b\":{\"c\":false}}";
	static const char yaml[] = "a: &x [1, 'q', \"d\\n\"]\nb: {c: *x}\nd: |\n  text\n? k\n: v\n";

	(void)state;
	for (size_t len = 0; len < sizeof(json) + sizeof(yaml); len++) {
		bool is_json = len < sizeof(json);
		size_t cut = is_json ? len : len - sizeof(json);
		char *copy = malloc(cut + 1); /* exact size: the sanitizer sees each byte too far */
		struct fixture fixture;

		assert_non_null(copy);
		memcpy(copy, is_json ? json : yaml, cut);
		copy = realloc(copy, cut == 0 ? 1 : cut);
		read_text(&fixture, (struct bytes){.data = copy, .len = cut});
		done(&fixture);
		free(copy);
	}
}

static void test_to_json(void **state)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	struct fixture fixture;
	char *text;

	(void)state;
	read_text(&fixture, BYTES("a: [1, -2, 0.5, ~, true, x]\nb: 123456789012345678901234567890\n"));
	yyjson_mut_doc_set_root(doc, node_to_json(fixture.document.root, doc));
	text = yyjson_mut_write(doc, 0, NULL);
	assert_string_equal(text, "{\"a\":[1,-2,0.5,null,true,\"x\"],\"b\":123456789012345678901234567890}");
	free(text);
	yyjson_mut_doc_free(doc);
	done(&fixture);
}

static void test_corpus(void **state)
{
	const char *corpus = getenv("SPECULAR_CORPUS");
	char path[1024], *text;
	double slowest = 0;
	char slowest_name[256] = "";
	size_t count = 0, refused_count = 0;
	struct dirent *entry;
	DIR *directory;

	(void)state;
	if (corpus == NULL) {
		printf("SPECULAR_CORPUS is not set: skipped\n");
		skip();
	}
	snprintf(path, sizeof(path), "%s/specs", corpus);
	directory = opendir(path);
	text = malloc(LIMIT_SPEC_BYTES);
	assert_non_null(directory);
	assert_non_null(text);
	while ((entry = readdir(directory)) != NULL) {
		struct timespec from, to;
		struct fixture fixture;
		double seconds;
		FILE *file;
		size_t len;

		snprintf(path, sizeof(path), "%s/specs/%s", corpus, entry->d_name);
		file = entry->d_name[0] == '.' ? NULL : fopen(path, "rb");
		if (file == NULL)
			continue;
		len = fread(text, 1, LIMIT_SPEC_BYTES, file);
		fclose(file);
		clock_gettime(CLOCK_MONOTONIC, &from);
		read_text(&fixture, (struct bytes){.data = text, .len = len});
		clock_gettime(CLOCK_MONOTONIC, &to);
		seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
		count++;
		refused_count += fixture.status != STATUS_OK;
		if (seconds > slowest) {
			slowest = seconds;
			snprintf(slowest_name, sizeof(slowest_name), "%.200s", entry->d_name);
		}
		done(&fixture);
	}
	closedir(directory);
	free(text);
	printf("%zu specs, %zu refused; slowest %s, %.3f s\n", count, refused_count, slowest_name, slowest);
	assert_true(count > 0);
	assert_true(refused_count * 20 <= count);
	assert_true(slowest < 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_core_schema),  cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_places),       cmocka_unit_test(test_anchors),
		cmocka_unit_test(test_duplicates),   cmocka_unit_test(test_tabs),
		cmocka_unit_test(test_json_text),    cmocka_unit_test(test_large_table),
		cmocka_unit_test(test_hostile_text), cmocka_unit_test(test_hostile_shapes),
		cmocka_unit_test(test_truncated),    cmocka_unit_test(test_to_json),
		cmocka_unit_test(test_corpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
