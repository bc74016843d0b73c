#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rules/scan.h"

static const struct fingerprint_key key = {.bytes = {1, 2, 3}};

static void print(const struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		print_message("%s:%u:%u: %s [%s]\n", problems->list[i].place.file,
			      problems->list[i].place.line, problems->list[i].place.column,
			      problems->list[i].what, problems->list[i].mend);
}

static void built_in_packs_hold_their_own_strings(void **state)
{
	struct problems problems;
	struct packs packs;
	struct pattern_set *set = NULL;
	struct scanner *scanner;
	enum status status;

	(void)state;
	problems_init(&problems);
	status = packs_init(&packs, &problems);
	print(&problems);
	assert_int_equal(status, STATUS_OK);
	assert_true(packs.count >= 30);
	status = pattern_set_new(&packs, &problems, &set);
	print(&problems);
	assert_int_equal(status, STATUS_OK);
	scanner = scanner_new(set, &key);
	assert_non_null(scanner);
	for (size_t i = 0; i < packs.count; i++) {
		assert_true(packs.classes[i].match_count > 0);
		assert_true(packs.classes[i].no_match_count > 0);
		assert_int_equal(packs.classes[i].fold.len, 8);
	}
	assert_true(pack_test(&packs, BYTES_NONE, scanner, &problems) > 100);
	print(&problems);
	assert_int_equal(problems.count, 0);
	scanner_free(scanner);
	pattern_set_free(set);
	packs_finish(&packs);
	problems_finish(&problems);
}

/* Adds one pack to none; the problems' first words, or "" when it was taken. */
static void refused(const char *text, const char *what, unsigned line)
{
	struct problems problems;
	struct packs packs = {0};
	enum status status;
	bool is_told = false;

	problems_init(&problems);
	arena_init(&packs.arena, 1 << 24);
	status = packs_add(&packs, bytes_of(text), "acme.yaml", &problems);
	assert_int_not_equal(status, STATUS_OK);
	assert_int_equal(packs.count, 0);
	for (size_t i = 0; i < problems.count; i++) {
		const struct problem *problem = &problems.list[i];

		if (strstr(problem->what, what) == NULL && strstr(problem->mend, what) == NULL)
			continue;
		is_told = true;
		assert_string_equal(problem->place.file, "acme.yaml");
		assert_int_equal(problem->place.line, line);
		assert_true(problem->place.column > 0);
		assert_true(problem->mend[0] != '\0');
	}
	if (!is_told)
		print(&problems);
	assert_true(is_told);
	packs_finish(&packs);
	problems_finish(&problems);
}

#define HEAD "pack: acme\nclasses:\n  - id: a\n"

static void mistakes_are_named_with_their_place(void **state)
{
	(void)state;
	refused("pack: acme\nclasses:\n  - title: x\n    pattern: abc\n", "id", 3);
	refused(HEAD "    pattern: abc\n    colour: red\n", "colour", 5);
	refused(HEAD "    pattern: abc\n    validator: lune\n", "lune", 5);
	refused(HEAD "    pattern: abc\n    validator: mod11\n", "mod11", 5);
	refused(HEAD "    pattern: abc\n    validator: mod11:12a\n", "mod11", 5);
	refused(HEAD "    pattern: abc\n    validator: luhn:3\n", "luhn", 5);
	refused(HEAD "    pattern: abc\n    validator: entropy:99\n", "entropy", 5);
	refused(HEAD "    pattern: abc\n    validator: in-list:names.txt\n", "list:", 5);
	refused(HEAD "    pattern: '(abc'\n", "Hyperscan says", 4);
	refused(HEAD "    pattern: 'a*'\n", "Hyperscan says", 4);
	refused(HEAD "    pattern: '\\A'\n", "nothing", 4);
	refused(HEAD "    pattern: '(a)\\1'\n", "Hyperscan says", 4);
	refused(HEAD "    pattern: '(?=a)b'\n", "Hyperscan says", 4);
	refused(HEAD "    pattern: 'a.{0,4096}b'\n", "too slowly", 4);
	refused(HEAD "    pattern: '((a{100}){100}){100}'\n", "too slowly", 4);
	refused(HEAD "    pattern: abc\n    severity: 9\n", "severity", 5);
	refused(HEAD "    pattern: abc\n    locations: [request.body, request.boddy]\n", "boddy", 5);
	refused(HEAD "    pattern: abc\n    locations: body\n", "locations", 5);
	refused(HEAD "    pattern: abc\n    mask: {keep_lost: 3}\n", "keep_lost", 5);
	refused(HEAD "    pattern: abc\n    mask: {keep_last: -3}\n", "keep_last", 5);
	refused(HEAD "    pattern: abc\n    mask: 3\n", "mask", 5);
	refused(HEAD "    pattern: abc\n    context_required: true\n", "context", 3);
	refused(HEAD "    pattern: abc\n    sensitive: perhaps\n", "sensitive", 5);
	refused(HEAD "    pattern: abc\n    match: abc\n", "list", 5);
	refused(HEAD "    pattern: abc\n  - id: a\n    pattern: b\n", "twice", 5);
	refused("pack: acme\nclasses:\n  - id: Ab-c\n    pattern: b\n", "id", 3);
	refused("classes: []\n", "pack", 1);
	refused("pack: acme\n", "classes", 1);
	refused("[1]\n", "table", 1);
}

static void pack_of_the_manual(struct packs *packs, struct problems *problems)
{
	static const char text[] = "pack: acme\n"
				   "classes:\n"
				   "  - id: acme_member_no\n"
				   "    title: Acme member number\n"
				   "    pattern: 'AC[0-9]{8}'\n"
				   "    validator: mod11:87654321\n"
				   "    context: [member, membership]\n"
				   "    locations: [request.body, response.body, request.query]\n"
				   "    severity: 4\n"
				   "    mask: {keep_last: 3}\n"
				   "    sensitive: true\n"
				   "    match: [\"AC12345678\"]\n"
				   "    no_match: [\"AC1234567\", \"XAC12345678Z\"]\n"
				   "  - id: acme_site\n"
				   "    pattern: '(?i)site-[a-z]{3}'\n"
				   "    validator: in-list\n"
				   "    list: [SITE-FRA, SITE-HKG]\n"
				   "    match: [site-fra]\n"
				   "    no_match: [site-ams, site-frankfurt, site-hkg]\n";

	assert_int_equal(packs_add(packs, BYTES(text), "acme.yaml", problems), STATUS_OK);
}

static void own_packs_have_the_same_powers(void **state)
{
	struct problems problems;
	struct packs packs;
	struct pattern_set *set = NULL;
	struct scanner *scanner;
	const struct data_class *class;

	(void)state;
	problems_init(&problems);
	assert_int_equal(packs_init(&packs, &problems), STATUS_OK);
	pack_of_the_manual(&packs, &problems);
	class = packs_class(&packs, BYTES("acme_member_no"));
	assert_non_null(class);
	assert_int_equal(class->severity, 4);
	assert_int_equal(class->places, SCAN_REQUEST_BODY | SCAN_RESPONSE_BODY | SCAN_REQUEST_QUERY);
	assert_int_equal(class->mask.keep_last, 3);
	assert_true(class->is_sensitive);
	assert_false(class->is_secret);
	assert_int_equal(pattern_set_new(&packs, &problems, &set), STATUS_OK);
	scanner = scanner_new(set, &key);
	assert_int_equal(pack_test(&packs, BYTES("acme"), scanner, &problems), 7);
	/* Only the one that is wrong on purpose. */
	assert_int_equal(problems.count, 1);
	assert_non_null(strstr(problems.list[0].what, "site-hkg"));
	/* The same ids once more: refused, and nothing changed. */
	assert_int_equal(packs_add(&packs, BYTES("pack: x\nclasses:\n  - id: pan\n    pattern: abc\n"),
				   "x.yaml", &problems),
			 STATUS_INVALID);
	assert_non_null(strstr(problems.list[1].what, "taken"));
	scanner_free(scanner);
	pattern_set_free(set);
	packs_finish(&packs);
	problems_finish(&problems);
}

static void hostile_packs_are_refused(void **state)
{
	static char text[200000];
	struct problems problems;
	struct packs packs = {0};

	(void)state;
	problems_init(&problems);
	arena_init(&packs.arena, 1 << 24);
	memset(text, '[', sizeof(text));
	assert_int_not_equal(packs_add(&packs, (struct bytes){text, sizeof(text)}, "x", &problems),
			     STATUS_OK);
	assert_int_not_equal(packs_add(&packs, BYTES(""), "x", &problems), STATUS_OK);
	assert_int_not_equal(packs_add(&packs, BYTES("\0\0\0"), "x", &problems), STATUS_OK);
	assert_int_not_equal(
		packs_add(&packs, BYTES("pack: a\nclasses: [1, null, [], {}]\n"), "x", &problems), STATUS_OK);
	assert_int_not_equal(packs_add(&packs,
				       BYTES("pack: [a]\nclasses: [{id: {}, pattern: [], mask: [], list: 3, "
					     "context: {}}]\n"),
				       "x", &problems),
			     STATUS_OK);
	assert_int_equal(packs.count, 0);
	packs_finish(&packs);
	problems_finish(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_in_packs_hold_their_own_strings),
		cmocka_unit_test(mistakes_are_named_with_their_place),
		cmocka_unit_test(own_packs_have_the_same_powers),
		cmocka_unit_test(hostile_packs_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
