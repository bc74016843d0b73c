/* rules/abuse: one parameter in several places. */
#include <stdlib.h>

#include "made.h"

static const struct parameter declared[] = {
	{.name = BYTES_INIT("id"), .part = PART_PATH},
	{.name = BYTES_INIT("limit"), .part = PART_QUERY},
};
static const struct bytes names[] = {BYTES_INIT("id")};
static struct bytes values[] = {BYTES_INIT("%37")};

static int make_order(void **state)
{
	int made_well = make(state);

	made.operation.parameters = declared;
	made.operation.parameter_count = 2;
	made.match.values = values;
	made.match.value_names = names;
	made.match.value_count = 1;
	return made_well;
}

static size_t pollutions(enum part part, enum keyword keyword, const char *name, const char *pointer)
{
	size_t count = 0;

	made.departure_list[0] = (struct departure){.side = SIDE_REQUEST,
						    .part = part,
						    .keyword = keyword,
						    .name = bytes_of(name),
						    .pointer = bytes_of(pointer)};
	made.departures.count = 1;
	judge();
	for (size_t i = 0; i < made.findings.count; i++)
		count += strcmp(made.findings.list[i].kind->id, "abuse.param_pollution") == 0;
	return count;
}

static void an_id_of_the_path_in_the_query_is_told(void **state)
{
	(void)state;
	made.exchange->query = BYTES("id=8");
	assert_int_equal(pollutions(PART_QUERY, KEYWORD_UNDECLARED, "id", ""), 1);
	assert_text(found("abuse.param_pollution")->observed,
		    "in the path and, with another value, in the query");
	made.exchange->query = BYTES("id=7"); /* the same, decoded */
	assert_int_equal(pollutions(PART_QUERY, KEYWORD_UNDECLARED, "id", ""), 0);
	made.exchange->query = BYTES("page=8");
	assert_int_equal(pollutions(PART_QUERY, KEYWORD_UNDECLARED, "page", ""), 0);
	made.exchange->query = BYTES("id=8");
	assert_int_equal(pollutions(PART_HEADER, KEYWORD_UNDECLARED, "id", ""), 0);
}

static void a_name_in_the_body_is_told_where_the_contract_has_it_elsewhere(void **state)
{
	static const struct {
		const char *json, *name;
		size_t told;
	} bodies[] = {{"{\"id\": 8}", "id", 1},
		      {"{\"id\": \"8\"}", "id", 1},
		      {"{\"id\": 7}", "id", 0},
		      {"{\"id\": -7}", "id", 1},
		      {"{\"id\": {\"a\": 8}}", "id", 0},
		      {"{\"limit\": 500}", "limit", 1},
		      {"{\"limit\": 20}", "limit", 0},
		      {"{\"note\": 5}", "note", 0},
		      {"[8]", "id", 0}};

	(void)state;
	made.exchange->query = BYTES("limit=20");
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		yyjson_doc *document = yyjson_read(bodies[i].json, strlen(bodies[i].json), 0);
		char pointer[16];

		snprintf(pointer, sizeof(pointer), "/%s", bodies[i].name);
		made.request =
			(struct body_reading){.kind = BODY_JSON, .json = yyjson_doc_get_root(document)};
		if (pollutions(PART_BODY, i % 2 == 0 ? KEYWORD_UNDECLARED : KEYWORD_ADDITIONAL, NULL,
			       pointer) != bodies[i].told)
			fail_msg("%s", bodies[i].json);
		yyjson_doc_free(document);
	}
}

/* A query of ten thousand of them, names that are pointers, and nothing there that was said to be. */
static void hostile_places_are_harmless(void **state)
{
	static const char *const pointers[] = {"", "/", "//", "/id/0", "/~0", "id", "/id~1x"};
	char *query = malloc(60001);

	(void)state;
	for (size_t i = 0; i < 60000; i += 6)
		memcpy(query + i, "id=99&", 6);
	made.exchange->query = (struct bytes){query, 60000};
	for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
		assert_int_equal(pollutions(PART_BODY, KEYWORD_UNDECLARED, NULL, pointers[i]), 0);
	for (size_t i = 0; i < LIMIT_DEPARTURES; i++)
		made.departure_list[i] = (struct departure){
			.part = PART_QUERY, .keyword = KEYWORD_UNDECLARED, .name = BYTES("id")};
	made.departures.count = LIMIT_DEPARTURES;
	judge();
	assert_int_equal(found("abuse.param_pollution")->match_count, LIMIT_DEPARTURES);
	made.match.value_names = NULL;
	judge();
	assert_int_equal(pollutions(PART_QUERY, KEYWORD_UNDECLARED, "id", ""), 0);
	free(query);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_id_of_the_path_in_the_query_is_told, make_order, unmake),
		cmocka_unit_test_setup_teardown(
			a_name_in_the_body_is_told_where_the_contract_has_it_elsewhere, make_order, unmake),
		cmocka_unit_test_setup_teardown(hostile_places_are_harmless, make_order, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
