/* rules/finding, catalogue, words: ids, merging, masking. */
#include <stdio.h>

#include "made.h"

#include "rules/words.h"

static void the_catalogue_is_in_order_and_findable(void **state)
{
	(void)state;
	assert_true(catalogue_count() > 200);
	for (size_t i = 0; i < catalogue_count(); i++) {
		const struct catalogue_entry *entry = catalogue_at(i);

		assert_true(entry->severity >= 1 && entry->severity <= 5);
		assert_true(entry->title[0] != '\0');
		assert_ptr_equal(catalogue_find(bytes_of(entry->id)), entry);
		if (i > 0)
			assert_true(strcmp(catalogue_at(i - 1)->id, entry->id) < 0);
	}
	assert_null(catalogue_find(BYTES("auth.unheard_of")));
	assert_null(catalogue_find(BYTES("")));
	assert_null(catalogue_at(catalogue_count()));
}

static void every_departure_has_its_id(void **state)
{
	static const enum part parts[] = {PART_PATH, PART_QUERY, PART_HEADER, PART_COOKIE, PART_BODY};

	(void)state;
	for (unsigned keyword = 0; keyword < KEYWORD_CONFORM_COUNT; keyword++) {
		for (size_t i = 0; i < 5; i++) {
			bool is_body_only = keyword == KEYWORD_MISSING || keyword == KEYWORD_UNEXPECTED;
			struct bytes id;

			if (is_body_only && parts[i] != PART_BODY)
				continue;
			id = arena_printf(&made.exchange->arena, "conform.request.%s.%s", part_name(parts[i]),
					  keyword_name(keyword));
			if (catalogue_find(id) == NULL)
				fail_msg("no " BYTES_FORMAT, BYTES_PRINT(id));
		}
	}
	assert_int_equal(catalogue_find(BYTES("conform.request.body.read_only"))->severity, 4);
	assert_int_equal(catalogue_find(BYTES("conform.response.body.write_only"))->severity, 5);
	assert_int_equal(catalogue_find(BYTES("conform.request.path.type"))->severity, 3);
	assert_int_equal(catalogue_find(BYTES("conform.request.query.required"))->severity, 2);
	assert_null(catalogue_find(BYTES("conform.response.status.enum")));
}

static void indexes_are_folded(void **state)
{
	struct arena *arena = &made.exchange->arena;
	struct bytes plain = BYTES("/items/a1/sku");

	(void)state;
	assert_text(pointer_fold(BYTES("/items/12/sku/0"), arena), "/items/-/sku/-");
	assert_text(pointer_fold(BYTES("/0"), arena), "/-");
	assert_text(pointer_fold(BYTES(""), arena), "");
	assert_ptr_equal(pointer_fold(plain, arena).data, plain.data);
}

static struct finding *add(const char *id, const char *pointer, const char *class_id)
{
	struct finding *finding = findings_add(&made.findings, id);

	assert_non_null(finding);
	finding_locate(finding, SIDE_RESPONSE, PART_BODY, BYTES_NONE);
	finding->pointer = bytes_of(pointer);
	finding->class_id = bytes_of(class_id);
	return finding;
}

static void one_fact_is_one_finding(void **state)
{
	(void)state;
	add("pii.response_leak", "/a/0/x", "email")->match_count = 2;
	add("pii.response_leak", "/a/1/x", "phone");
	add("pii.response_leak", "/a/9/x", "email")->severity = 5;
	add("pii.response_leak", "/b/0/x", "email");
	add("secret.leak", "/a/0/x", "email");
	findings_settle(&made.findings);
	assert_int_equal(made.findings.count, 4);
	assert_int_equal(made.findings.list[0].match_count, 3);
	assert_int_equal(made.findings.list[0].severity, 5);
	assert_text(made.findings.list[0].pointer, "/a/0/x");
	assert_text(made.findings.list[1].class_id, "phone");
}

static void the_ceiling_is_counted(void **state)
{
	(void)state;
	for (size_t i = 0; i < LIMIT_FINDINGS; i++)
		assert_non_null(findings_add(&made.findings, "shadow.path"));
	assert_null(findings_add(&made.findings, "shadow.path"));
	assert_int_equal(made.findings.left_out, 1);
	findings_settle(&made.findings);
	assert_int_equal(made.findings.count, 1);
}

static void without_memory_nothing_is_added(void **state)
{
	struct findings findings;
	struct arena arena;

	(void)state;
	arena_init(&arena, 64);
	assert_true(findings_init(&findings, &arena));
	assert_null(findings_add(&findings, "shadow.path"));
	assert_int_equal(findings.left_out, 1);
	findings_settle(&findings);
	arena_finish(&arena);
}

static void names_that_hold_data_are_masked(void **state)
{
	struct finding *finding = add("shadow.response_field", "/by/jane@example.com/123456/x", "");

	(void)state;
	finding->name = BYTES("078-05-1120");
	findings_settle(&made.findings);
	assert_text(finding->pointer, "/by/{masked}/{masked}/x");
	assert_text(finding->name, "{masked}");
	assert_text(words_name(BYTES("address_line_2")), "address_line_2");
	assert_text(words_name(BYTES("jane%40example")), "{masked}");
	assert_text(words_name(BYTES("a\nb")), "{masked}");
	assert_text(words_path(BYTES("@/@/@"), &made.exchange->arena), "{masked}/{masked}/{masked}");
}

static void tokens_and_keys_are_no_names(void **state)
{
	struct arena *arena = &made.exchange->arena;

	(void)state;
	assert_text(words_name(BYTES("eyJzdWIiOiJqYW5lIn0x")), "{masked}");
	assert_text(words_name(BYTES("AKIAQYLPMN5HHHFPZAM2")), "{masked}");
	assert_text(words_name(BYTES("sk_live_4eC39HqLyjWDarjtT1zdp7dc")), "{masked}");
	assert_text(words_path(BYTES("/map/AKIAQYLPMN5HHHFPZAM2/x"), arena), "/map/{masked}/x");
	assert_text(words_name(BYTES("billingAddressLine2")), "billingAddressLine2");
	assert_text(words_name(BYTES("x-amz-content-sha256")), "x-amz-content-sha256");
	assert_text(words_method(BYTES("VERSION-CONTROL")), "VERSION-CONTROL");
	assert_text(words_method(BYTES("AKIAQYLPMN5HHHFPZAM2")), "?");
	assert_text(words_method(BYTES("")), "?");
}

static void words_of_strangers_are_shown_one_by_one(void **state)
{
	static const char *const plain[] = {
		("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
		 "Chrome/120.0.6099.109"),
		"curl/7.88.1",
		"Dalvik/2.1.0 (Linux; U; Android 14; Pixel 7 Build/UQ1A.240105.004)",
		"python-requests/2.31",
		"application/vnd.github.2022-11-28+json",
		""};
	struct arena *arena = &made.exchange->arena;

	(void)state;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		assert_text(words_text(bytes_of(plain[i]), arena), plain[i]);
	assert_text(words_text(BYTES("bot/1 (+mailto:a.b@example.com; 078-05-1120)"), arena),
		    "bot/1 (+mailto:{masked}; {masked})");
	assert_text(words_text(BYTES("@@ @"), arena), "{masked} {masked}");
	assert_text(words_host(BYTES("api.example.com"), arena), "api.example.com");
	assert_text(words_host(BYTES("10.20.130.240"), arena), "10.20.130.240");
	assert_text(words_host(BYTES("2001:db8::10:20"), arena), "2001:db8::10:20");
	assert_text(words_host(BYTES("ec2-203-0-113-110.example.com"), arena),
		    "ec2-203-0-113-110.example.com");
	assert_text(words_host(BYTES("078-05-1120.example.com"), arena), "{masked}.example.com");
	assert_text(words_host(BYTES("a b.example.com"), arena), "{masked}.example.com");
	assert_true(words_look_personal(BYTES("078-05-1120")));
	assert_false(words_look_personal(BYTES("550e8400-e29b-41d4-a716-446655440000")));
}

/* Wherever a word stands, and whatever stands before and behind it. */
static void words_are_masked_at_every_place(void **state)
{
	static const struct {
		const char *word;
		bool is_masked;
	} cases[] = {
		{"ann@example.com", true},
		{"ann%40example.com", true},
		{"078-05-1120", true},
		{"0781-05-11", false},
		{"eyJhbGciOiJIUzI1NiJ9", true},
		{"a1b2c3d4e5f6g7h8", true},
		{"a1b2c3d4e5f6g7h", false},
		{"JJJJ", false},
		{"100%", false},
		{"x86_64", false},
		{"\xc3\xa4"
		 "1234567890",
		 true},
		{"12345678", false},
	};
	struct arena *arena = &made.exchange->arena;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (int before = 0; before < 36; before++)
			for (int behind = 0; behind < 36; behind += 7) {
				char text[128], wanted[128];
				const char *told = cases[i].is_masked ? "{masked}" : cases[i].word;

				snprintf(text, sizeof(text), "%.*s %s/%.*s", before,
					 "Mozilla/5.0 (Linux x86_64) AppleWebKit/537", cases[i].word, behind,
					 "abcdefgh 12 ijklm (nopqrstuvwxyz) 5.0");
				snprintf(wanted, sizeof(wanted), "%.*s %s/%.*s", before,
					 "Mozilla/5.0 (Linux x86_64) AppleWebKit/537", told, behind,
					 "abcdefgh 12 ijklm (nopqrstuvwxyz) 5.0");
				assert_text(words_text(bytes_of(text), arena), wanted);
			}
}

static void claims_are_shown_only_when_plain(void **state)
{
	struct arena *arena = &made.exchange->arena;

	(void)state;
	assert_text(words_claim(BYTES("https://ias.example.com/x"), arena), "https://ias.example.com/x");
	assert_false(bytes_equal(words_claim(BYTES("078-05-1120"), arena), BYTES("078-05-1120")));
	assert_false(bytes_equal(words_claim(BYTES("jane@example.com"), arena), BYTES("jane@example.com")));
	assert_text(words_duration(7500, arena), "2 h 5 min");
	assert_text(words_duration(61, arena), "61 s");
	assert_text(words_duration(180, arena), "3 min");
	assert_text(words_duration(90000, arena), "1 d 1 h");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_catalogue_is_in_order_and_findable),
		cmocka_unit_test_setup_teardown(every_departure_has_its_id, make, unmake),
		cmocka_unit_test_setup_teardown(indexes_are_folded, make, unmake),
		cmocka_unit_test_setup_teardown(one_fact_is_one_finding, make, unmake),
		cmocka_unit_test_setup_teardown(the_ceiling_is_counted, make, unmake),
		cmocka_unit_test(without_memory_nothing_is_added),
		cmocka_unit_test_setup_teardown(names_that_hold_data_are_masked, make, unmake),
		cmocka_unit_test_setup_teardown(tokens_and_keys_are_no_names, make, unmake),
		cmocka_unit_test_setup_teardown(words_of_strangers_are_shown_one_by_one, make, unmake),
		cmocka_unit_test_setup_teardown(words_are_masked_at_every_place, make, unmake),
		cmocka_unit_test_setup_teardown(claims_are_shown_only_when_plain, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
