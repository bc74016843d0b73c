#include <yyjson.h>

#include "tests/unit/specs/contract_fixture.h"

/* One row of the style matrix: a parameter, what is on the wire, and whether it fits. */
struct row {
	const char *id, *in, *wire, *expect;
	yyjson_val *parameter;
};

static bool is_fit(const struct row *row, const char **out_departures)
{
	char *parameter = yyjson_val_write(row->parameter, 0, NULL);
	bool is_path = strcmp(row->in, "path") == 0;
	struct folder folder = {0};
	struct contract *contract;
	struct exchange *exchange;
	struct bytes text, url;
	struct judged judged;
	struct arena arena;

	assert_non_null(parameter);
	arena_init(&arena, MIB);
	text = arena_printf(&arena,
			    "{\"openapi\":\"3.1.0\",\"paths\":{\"/x%s\":{\"get\":{\"parameters\":[%s]}}}}",
			    is_path ? "/{color}" : "", parameter);
	folder_add_bytes(&folder, "a.json", text);
	contract = contract_of(&folder);
	url = arena_printf(&arena, "http://h/x%s%s",
			   is_path                         ? "/"
			   : strcmp(row->in, "query") == 0 ? "?"
							   : "",
			   is_path || strcmp(row->in, "query") == 0 ? row->wire : "");
	exchange = request_of("GET", url.data);
	if (strcmp(row->in, "header") == 0 && row->wire[0] != '\0')
		message_field(exchange, &exchange->request, "color", row->wire);
	if (strcmp(row->in, "cookie") == 0)
		message_field(exchange, &exchange->request, "cookie", row->wire);
	judge(contract, exchange, &judged);
	*out_departures = departures_text(&judged);
	exchange_free(exchange);
	contract_free(contract);
	arena_finish(&arena);
	free(parameter);
	return judged.departures.count == 0;
}

static bool row_read(yyjson_val *line, struct row *out_row)
{
	yyjson_val *parameter = yyjson_obj_get(line, "param");

	*out_row = (struct row){.id = yyjson_get_str(yyjson_obj_get(line, "id")),
				.in = yyjson_get_str(yyjson_obj_get(parameter, "in")),
				.wire = yyjson_get_str(yyjson_obj_get(line, "wire")),
				.expect = yyjson_get_str(yyjson_obj_get(line, "expect")),
				.parameter = parameter};
	return out_row->in != NULL && out_row->wire != NULL && out_row->expect != NULL &&
	       strcmp(out_row->in, "querystring") != 0 && strcmp(out_row->expect, "skip") != 0;
}

/* Rows in which a parameter is written as the standard says, or breaks it. */
static void reads_every_style(void **state)
{
	const char *corpus = getenv("SPECULAR_CORPUS");
	char path[4096], line[65536];
	size_t rows = 0, wrong = 0;
	FILE *file;

	(void)state;
	if (corpus == NULL) {
		print_message("skipped: SPECULAR_CORPUS is not set\n");
		skip();
	}
	snprintf(path, sizeof(path), "%s/oracles/oas-style-matrix.jsonl", corpus);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		yyjson_doc *doc = yyjson_read(line, strlen(line), 0);
		const char *departures = "";
		struct row row;

		assert_non_null(doc);
		if (row_read(yyjson_doc_get_root(doc), &row)) {
			bool is_wanted = strcmp(row.expect, "valid") == 0;

			rows++;
			if (is_fit(&row, &departures) != is_wanted) {
				wrong++;
				print_message("%s: in %s \"%s\" is to be %s, got \"%s\"\n", row.id, row.in,
					      row.wire, row.expect, departures);
			}
		}
		yyjson_doc_free(doc);
	}
	fclose(file);
	print_message("%zu rows, %zu differ\n", rows, wrong);
	assert_true(rows > 30);
	assert_int_equal(wrong, 0);
}

/* What the mirror may bring: nothing of it may crash, whatever the style. */
static void survives_hostile_values(void **state)
{
	static const char *const styles[] = {"form", "spaceDelimited", "pipeDelimited", "deepObject"};
	static const char *const wires[] = {"color",
					    "color=",
					    "color[",
					    "color[]=%",
					    "color[a=1",
					    "color[a]",
					    "color[a][=2",
					    "color=%00%ff%",
					    "&&&=&==&",
					    "color=,,,,",
					    "color=|%7c|",
					    "color=%20%20+",
					    "color[a]=1&color[a]=2",
					    "%63olor=1",
					    "color=\"a,b",
					    "color=a=b=c"};
	static const char *const types[] = {"integer", "string", "array", "object"};

	(void)state;
	for (size_t s = 0; s < 4; s++) {
		for (size_t t = 0; t < 4; t++) {
			char text[512];
			struct contract *contract;

			snprintf(text, sizeof(text),
				 "openapi: 3.0.3\npaths: {/x: {get: {parameters: [{name: color, in: query, "
				 "style: %s, "
				 "schema: {type: %s}}]}}}\n",
				 styles[s], types[t]);
			contract = contract_of_text(text);
			for (size_t w = 0; w < sizeof(wires) / sizeof(wires[0]); w++) {
				char url[256];
				struct exchange *exchange;
				struct judged judged;

				snprintf(url, sizeof(url), "http://h/x?%s", wires[w]);
				exchange = request_of("GET", url);
				judge(contract, exchange, &judged);
				assert_true(judged.departures.count <= LIMIT_DEPARTURES);
				exchange_free(exchange);
			}
			contract_free(contract);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_style),
		cmocka_unit_test(survives_hostile_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
