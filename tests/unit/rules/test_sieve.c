#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "rules/places.h"
#include "rules/sieve.h"
#include "rules/sieve_bound.h"
#include "rules/sieve_needs.h"
#include "tests/unit/rules/both_ways.h"
#include "tests/unit/rules/workbench.h"

/* Patterns written in ways that the built-in packs are not. */
static const char odd[] =
	"pack: odd\n"
	"classes:\n"
	"  - {id: odd_start, pattern: '\\Ahead[0-9]{3}'}\n"
	"  - {id: odd_posix, pattern: '[[:digit:]]{4}_[[:upper:]]{4}'}\n"
	"  - {id: odd_edge, pattern: '\\bkey\\b=\\B[+-]{2}$'}\n"
	"  - {id: odd_case, pattern: '(?i)na(?:me|ma)[ -]x{2,40}y'}\n"
	"  - {id: odd_long, pattern: 'z[a-f]{100}'}\n"
	"  - {id: odd_space, pattern: '[^\\S ][\\w.]{1,3}!'}\n"
	"  - {id: odd_word, pattern: '[a-z]+', context_pattern: '[0-9]+', context: [zebra, ox]}\n"
	"  - {id: odd_ticket, pattern: '5e7a[0-9a-f]{4}-[0-9a-f-]{27}'}\n"
	"  - {id: odd_lines, pattern: '^[a-z]{4} [0-9]{2}$', context: [zebra], context_required: true}\n";

static struct workbench bench;

static int bench_up(void **state)
{
	(void)state;
	return workbench_up(&bench, odd) ? 0 : -1;
}

static int bench_down(void **state)
{
	(void)state;
	workbench_down(&bench);
	return 0;
}

/* A string of a class: alone, between words, behind the class's word, twice, and cut short. */
static void string_agrees(const struct data_class *class, struct bytes text)
{
	static const char *const around[][2] = {{"", ""},   {"left at ", " the door."}, {"a-", "-b"},
						{"1", "2"}, {"{\"a\": \"", "\"}\n"},    {"%20", "%20"}};
	struct bytes word = class->context_count > 0 ? class->context[0] : BYTES("q");
	char line[8192];

	for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
		int len = snprintf(line, sizeof(line), "%s" BYTES_FORMAT "%s" BYTES_FORMAT, around[i][0],
				   BYTES_PRINT(text), around[i][1],
				   BYTES_PRINT(bytes_slice(text, 0, text.len / 2)));

		assert_true(len > 0 && (size_t)len < sizeof(line));
		assert_true(ways_agree_on(bench.scanner, word, bytes_of(line)));
	}
	snprintf(line, sizeof(line), BYTES_FORMAT ": " BYTES_FORMAT " and " BYTES_FORMAT, BYTES_PRINT(word),
		 BYTES_PRINT(text), BYTES_PRINT(text));
	assert_true(ways_agree_on(bench.scanner, BYTES("note"), bytes_of(line)));
	snprintf(line, sizeof(line), BYTES_FORMAT "\n" BYTES_FORMAT, BYTES_PRINT(word), BYTES_PRINT(text));
	assert_true(ways_agree_on(bench.scanner, BYTES("note"), bytes_of(line)));
}

static void strings_of_the_packs_agree(void **state)
{
	(void)state;
	for (size_t i = 0; i < bench.packs.count; i++) {
		const struct data_class *class = &bench.packs.classes[i];

		for (size_t m = 0; m < class->match_count; m++)
			string_agrees(class, class->match[m]);
		for (size_t m = 0; m < class->no_match_count; m++)
			string_agrees(class, class->no_match[m]);
	}
}

static void odd_patterns_agree(void **state)
{
	static const char *const texts[] = {"head123",
					    "a\nhead123",
					    "1234_ABCD",
					    "1234_abcd",
					    "key=+-",
					    "a key=-+\nb",
					    "NAMA-xxxxy",
					    "nAmE xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxy",
					    "name xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxy",
					    "a\v.b!",
					    "a\tb!",
					    "zebra 12",
					    "ox 7",
					    "oxen 7",
					    "zebra\nabcd 12",
					    "zebra: abcd 12"};
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_true(ways_agree_on(bench.scanner, BYTES("zebra"), bytes_of(texts[i])));
	/* One letter short, right, and one too many. */
	for (size_t len = 99; len <= 101; len++) {
		snprintf(
			text, sizeof(text), "z%.*s", (int)len,
			"abcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdefabcdef"
			"abcdefabcdefabcdefabcdef");
		assert_true(ways_agree_on(bench.scanner, BYTES("q"), bytes_of(text)));
	}
}

/* xorshift64 */
static uint64_t next(uint64_t *random, uint64_t below)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random % below;
}

/* Strings of the packs, joined by signs and with bytes changed: what nearly matches. */
static void near_misses_agree(void **state)
{
	static const char signs[] = " .-:/@\"'<>{}()=+,;\n\t%_#0a1A\x80";
	uint64_t random = 88172645463325252ull;
	char text[600];

	(void)state;
	for (int round = 0; round < 3000; round++) {
		size_t len = 0;

		for (uint64_t parts = 1 + next(&random, 3); parts > 0;) {
			const struct data_class *class =
				&bench.packs.classes[next(&random, bench.packs.count)];
			struct bytes part =
				bytes_slice(class->match_count == 0 ? BYTES("x") : class->match[0], 0, 120);

			if (next(&random, 4) == 0 && class->context_count > 0)
				part = class->context[0];
			memcpy(text + len, part.data, part.len);
			len += part.len;
			text[len++] = signs[next(&random, sizeof(signs) - 1)];
			parts--;
		}
		for (uint64_t changes = next(&random, 3); changes > 0; changes--)
			text[next(&random, len)] = signs[next(&random, sizeof(signs) - 1)];
		assert_true(ways_agree_on(bench.scanner, BYTES("note"), (struct bytes){text, len}));
	}
}

/* More states than there is room for, again and again: all is found all the same. */
static void hostile_texts_agree(void **state)
{
	uint64_t random = 42;
	size_t len = 64 * KIB;
	char *text = malloc(len + 1);

	(void)state;
	assert_non_null(text);
	for (int round = 0; round < 4; round++) {
		for (size_t i = 0; i < len; i++)
			text[i] = "abcdef0123456789-.@ AKIA{\"'<=:/"[next(&random, 30)];
		memcpy(text + len - 40, " kim@example.com AKIAIOSFODNN7EXAMPLE ", 38);
		assert_true(ways_agree_on(bench.scanner, BYTES("note"), (struct bytes){text, len}));
	}
	free(text);
}

static char *file_read(const char *folder, const char *name, size_t *out_len)
{
	char path[4096], *text = NULL;
	FILE *file;
	long len;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (file == NULL)
		return NULL;
	if (fseek(file, 0, SEEK_END) == 0 && (len = ftell(file)) > 0) {
		rewind(file);
		text = malloc((size_t)len);
		*out_len = text == NULL ? 0 : fread(text, 1, (size_t)len, file);
	}
	fclose(file);
	return text;
}

static void open_payloads_agree(void **state)
{
	const char *folder = getenv("SPECULAR_CORPUS");
	size_t len = 0;
	char *text = folder == NULL ? NULL : file_read(folder, "pii/synthetic-payloads.jsonl", &len);

	(void)state;
	if (text == NULL) {
		print_message("skipped: SPECULAR_CORPUS does not name a folder with "
			      "pii/synthetic-payloads.jsonl\n");
		skip();
	}
	for (struct bytes rest = {text, len}; rest.data != NULL;) {
		struct bytes line = bytes_split(&rest, '\n');
		yyjson_doc *doc = yyjson_read(line.data, line.len, 0);
		struct exchange *exchange = exchange_new(NULL);
		struct body_reading tree = {.kind = BODY_JSON, .json = yyjson_doc_get_root(doc)};

		assert_true(ways_agree_on(bench.scanner, BYTES("payload"), line));
		assert_true(doc == NULL || ways_agree(bench.scanner, exchange, &tree, NULL));
		exchange_free(exchange);
		yyjson_doc_free(doc);
	}
	free(text);
}

/* Our own classes are not looked for in UUIDs; the user's are, since it may be UUIDs that they look for. */
static void uuids_are_for_the_users_classes(void **state)
{
	struct form_field fields[] = {
		{.name = BYTES("a"), .value = BYTES("5e7a0000-1111-4222-8333-444455556666")},
		{.name = BYTES("b"), .value = BYTES("be710961-2345-6769-abcd-0123456789ab")},
		{.name = BYTES("c"), .value = BYTES("BE710961-2345-6769-ABCD-")},
	};
	struct body_reading form = {.kind = BODY_FORM, .fields = fields, .field_count = 3};
	struct exchange *exchange = exchange_new(NULL);
	unsigned tickets = 0, accounts = 0;
	struct hits hits;

	(void)state;
	assert_non_null(exchange);
	exchange->request.is_seen = exchange->response.is_seen = true;
	assert_true(ways_agree(bench.scanner, exchange, &form, NULL));
	scanner_scan(bench.scanner, exchange, &form, NULL, &hits);
	for (size_t i = 0; i < hits.count; i++) {
		tickets += bytes_equal(hits.list[i].class->id, BYTES("odd_ticket"));
		accounts += bytes_equal(hits.list[i].class->id, BYTES("iban"));
	}
	assert_int_equal(tickets, 1);
	assert_int_equal(accounts, 1);
	exchange_free(exchange);
}

static void needs_are(const char *pattern, unsigned len, unsigned digits, unsigned others, const char *signs)
{
	struct places *places = calloc(1, sizeof(*places));
	struct needs needs = {0};
	struct shaper shaper;
	uint64_t kinds = 0;

	assert_non_null(places);
	assert_true(places_read(bytes_of(pattern), places));
	shaper_init(&shaper);
	needs_read(places, &shaper, &needs);
	for (size_t i = 0; signs[i] != '\0'; i++)
		kinds |= KIND(kind_of((unsigned char)signs[i]));
	assert_int_equal(needs.least.len, len);
	assert_int_equal(needs.least.digits, digits);
	assert_int_equal(needs.least.others, others);
	assert_int_equal(needs.least.kinds, kinds);
	free(places);
}

static void needs_are_told_from_the_pattern(void **state)
{
	(void)state;
	needs_are("[0-9]{9}", 9, 9, 0, "0");
	needs_are("[a-z]+@[a-z]+", 3, 0, 1, "a@");
	needs_are("[0-8][0-9]{2}(?:-[0-9]{2}-| [0-9]{2} )[0-9]{4}", 11, 9, 2, "0");
	needs_are("a?b*c{0,9}d", 1, 0, 0, "a");
	needs_are("(?i)a", 1, 0, 0, "");
	needs_are("x{100}", 48, 0, 0, "a");
	needs_are("[^a]", 1, 0, 0, "");
}

static size_t class_named(const char *id)
{
	for (size_t i = 0; i < bench.packs.count; i++)
		if (bytes_equal(bench.packs.classes[i].id, bytes_of(id)))
			return i;
	fail_msg("no class %s", id);
	return 0;
}

/* How many matches of the class's own pattern are followed, and the last one; SIZE_MAX where it is not. */
static size_t follow(struct sieve *sieve, const char *id, struct bytes value, size_t *out_from,
		     size_t *out_to)
{
	struct sieve_ends list[SIEVE_FOLLOW_MAX];
	size_t starts, count = 0;

	if (!sieve_follow(sieve, class_named(id) * 2, value, list, &starts))
		return SIZE_MAX;
	for (size_t i = 0; i < starts; i++)
		for (size_t to = 0; to <= value.len; to++)
			if ((list[i].bits[to / 64] >> to % 64 & 1) != 0) {
				count++;
				*out_from = list[i].from;
				*out_to = to;
			}
	return count;
}

static void short_values_are_followed(void **state)
{
	struct sieve *sieve = sieve_new(bench.set);
	size_t from, to;
	char text[400];

	(void)state;
	assert_non_null(sieve);
	assert_int_equal(follow(sieve, "email", BYTES("to ana@example.com."), &from, &to), 1);
	assert_int_equal(from, 3);
	assert_int_equal(to, 18);
	assert_int_equal(follow(sieve, "email", BYTES("to ana at example.com."), &from, &to), 0);
	assert_int_equal(follow(sieve, "odd_lines", BYTES("abcd 12"), &from, &to), 1);
	assert_int_equal(follow(sieve, "odd_lines", BYTES("x abcd 12"), &from, &to), 0);
	assert_int_equal(follow(sieve, "odd_lines", BYTES("x\nabcd 12\ny"), &from, &to), 1);
	assert_int_equal(follow(sieve, "odd_lines", BYTES("abcd 12 y"), &from, &to), 0);
	/* A long repeat that is cut, an edge inside, too long a value, too many places to begin. */
	assert_int_equal(follow(sieve, "odd_long", BYTES("zabc"), &from, &to), SIZE_MAX);
	assert_int_equal(follow(sieve, "odd_edge", BYTES("key=+-"), &from, &to), SIZE_MAX);
	memset(text, 'a', sizeof(text));
	assert_int_equal(follow(sieve, "email", (struct bytes){text, 255}, &from, &to), 0);
	assert_int_equal(follow(sieve, "email", (struct bytes){text, 256}, &from, &to), SIZE_MAX);
	memset(text, '.', sizeof(text));
	assert_int_equal(follow(sieve, "email", (struct bytes){text, 64}, &from, &to), 0);
	assert_int_equal(follow(sieve, "email", (struct bytes){text, 65}, &from, &to), SIZE_MAX);
	sieve_free(sieve);
}

static void a_look_tells_patterns_and_words(void **state)
{
	struct sieve *sieve = sieve_new(bench.set);
	unsigned place = (unsigned)__builtin_ctz((unsigned)SCAN_RESPONSE_BODY);
	size_t email = class_named("email"), word = class_named("odd_word");
	struct sieve_found found;

	(void)state;
	assert_non_null(sieve);
	assert_true(sieve_look(sieve, place, BYTES("4711"), &found));
	assert_false(found.is_any_word); /* the odd patterns that nobody can follow are always there */
	assert_true(found.is_any && (found.lanes[email / 64] >> email % 64 & 1) == 0);
	assert_true(sieve_look(sieve, place, BYTES("ana@example.com"), &found));
	assert_true(found.is_any && (found.lanes[email / 64] >> email % 64 & 1) != 0);
	assert_true(sieve_look(sieve, place, BYTES("a Ze-Bra!"), &found));
	assert_true(found.is_any_word && (found.words[word / 64] >> word % 64 & 1) != 0);
	sieve_free(sieve);
}

static void a_run_without_letters(void **state)
{
	(void)state;
	assert_true(bound_has_run(BYTES("1"), 1));
	assert_false(bound_has_run(BYTES("a"), 1));
	assert_false(bound_has_run(BYTES_NONE, 1));
	assert_false(bound_has_run(BYTES("123"), 4));
	assert_true(bound_has_run(BYTES("ab1234"), 4));
	assert_true(bound_has_run(BYTES("1234ab"), 4));
	assert_true(bound_has_run(BYTES("a-. 4Z"), 4));
	assert_false(bound_has_run(BYTES("123a456z78"), 4));
	assert_true(bound_has_run(BYTES("123a4567z8"), 4));
	assert_true(bound_has_run(BYTES("a\xc3\xa4\xc3\xa4z"), 4));
	assert_false(bound_has_run(BYTES("b32ef114-4a7b-4c1d-8e2f-43896ad196d9"), 15));
}

/* Could the class match, where a name gives context to it? */
static bool could_be(struct sieve *sieve, const char *id, struct bytes value)
{
	unsigned place = (unsigned)__builtin_ctz((unsigned)SCAN_RESPONSE_BODY);
	uint64_t classes[16] = {0};
	size_t index = class_named(id);
	struct sieve_found found;

	classes[index / 64] = 1ull << index % 64;
	assert_true(sieve_look_bound(sieve, classes, classes, place, value, &found));
	return found.is_any && (found.lanes[index / 64] >> index % 64 & 1) != 0;
}

static void a_number_needs_a_run_without_letters(void **state)
{
	struct sieve *sieve = sieve_new(bench.set);

	(void)state;
	assert_non_null(sieve);
	assert_true(could_be(sieve, "imei", BYTES("490154203237518")));
	assert_true(could_be(sieve, "imei", BYTES("imei 35-209900-176148-1")));
	assert_false(could_be(sieve, "imei", BYTES("b32ef114-4a7b-4c1d-8e2f-43896ad196d9")));
	assert_false(could_be(sieve, "imei", BYTES("35-209900a176148-1")));
	assert_false(could_be(sieve, "imei", BYTES("35-209900 176148-1")));
	assert_true(could_be(sieve, "vin", BYTES("1M8GDM9AXKP042788")));
	sieve_free(sieve);
}

/* Could the lines of odd_lines match, where the names in hand and the words in the value give these classes?
 */
static bool looks_like_lines(struct sieve *sieve, const uint64_t *named, const uint64_t *worded,
			     struct bytes value)
{
	unsigned place = (unsigned)__builtin_ctz((unsigned)SCAN_RESPONSE_BODY);
	size_t lines = class_named("odd_lines");
	struct sieve_found found;

	assert_true(sieve_look_bound(sieve, named, worded, place, value, &found));
	return found.is_any && (found.lanes[lines / 64] >> lines % 64 & 1) != 0;
}

static void behind_a_word_no_first_line_begins(void **state)
{
	uint64_t none[16] = {0}, lines[16] = {0};
	struct sieve *sieve = sieve_new(bench.set);
	size_t index = class_named("odd_lines");

	(void)state;
	assert_non_null(sieve);
	assert_true(bench.packs.count / 64 < 16);
	lines[index / 64] = 1ull << index % 64;
	assert_true(looks_like_lines(sieve, lines, lines, BYTES("abcd 12")));
	assert_true(looks_like_lines(sieve, lines, none, BYTES("abcd 12")));
	assert_false(looks_like_lines(sieve, none, lines, BYTES("abcd 12")));
	assert_false(looks_like_lines(sieve, none, none, BYTES("abcd 12")));
	assert_true(looks_like_lines(sieve, none, lines, BYTES("zebra\nabcd 12")));
	assert_false(looks_like_lines(sieve, lines, lines, BYTES("abcd")));
	sieve_free(sieve);
	for (size_t i = 0; i < 2; i++) {
		struct bytes name = i == 0 ? BYTES("zebra") : BYTES("note");

		assert_true(ways_agree_on(bench.scanner, name, BYTES("abcd 12")));
		assert_true(ways_agree_on(bench.scanner, name, BYTES("zebra abcd 12")));
		assert_true(ways_agree_on(bench.scanner, name, BYTES("zebra\nabcd 12")));
		assert_true(ways_agree_on(bench.scanner, name, BYTES("abcd 12\nzebra")));
		assert_true(ways_agree_on(bench.scanner, name, BYTES("abcd 12\nzebra abcd 34")));
		assert_true(ways_agree_on(bench.scanner, name, BYTES("zebra\nabcd 12\n")));
		assert_true(ways_agree_on(bench.scanner, name, BYTES("abcd 12\nzebra\n \nefgh 34")));
	}
}

/* ... where a word in the value alone gives context to the class? */
static bool is_worth_keeping(struct sieve *sieve, const char *id, struct bytes value)
{
	unsigned place = (unsigned)__builtin_ctz((unsigned)SCAN_RESPONSE_BODY);
	uint64_t classes[16] = {0};
	size_t index = class_named(id);

	classes[index / 64] = 1ull << index % 64;
	return !sieve_rules_out(sieve, classes, place, value);
}

static void a_word_alone_keeps_no_value(void **state)
{
	struct sieve *sieve = sieve_new(bench.set);

	(void)state;
	assert_non_null(sieve);
	assert_true(is_worth_keeping(sieve, "imei", BYTES("imei 35-209900-176148-1")));
	assert_true(is_worth_keeping(sieve, "imei", BYTES("imei: 490154203237518")));
	assert_false(is_worth_keeping(sieve, "imei", BYTES("imei")));
	assert_false(is_worth_keeping(sieve, "imei", BYTES("the imei is not known")));
	assert_false(is_worth_keeping(sieve, "imei", BYTES("imei 4901542032375")));
	assert_false(is_worth_keeping(sieve, "odd_lines", BYTES("zebra abcd 12")));
	assert_true(is_worth_keeping(sieve, "odd_lines", BYTES("zebra\nabcd 12")));
	assert_false(is_worth_keeping(sieve, "odd_lines", BYTES("zebra\nabcd")));
	assert_false(is_worth_keeping(sieve, "odd_lines", BYTES("abcd 12\nzebra abcd 34")));
	assert_false(is_worth_keeping(sieve, "odd_lines", BYTES("\nzebra abcd 12")));
	assert_true(is_worth_keeping(sieve, "odd_lines", BYTES("abcd 12\nzebra\nabcd 34")));
	assert_true(is_worth_keeping(sieve, "odd_lines", BYTES("zebra\nabcd 12\n")));
	assert_false(is_worth_keeping(sieve, "email", BYTES("ana@example.com"))); /* needs no word */
	sieve_free(sieve);
	assert_true(ways_agree_on(bench.scanner, BYTES("q"), BYTES("imei 490154203237518")));
	assert_true(ways_agree_on(bench.scanner, BYTES("q"), BYTES("the imei is not known")));
	assert_true(ways_agree_on(bench.scanner, BYTES("imei"),
				  BYTES("the imei is not known, the other is "
					"490154203237518")));
}

static void what_is_not_followed_is_said(void **state)
{
	static const char *const strange[] = {
		"\\Aa", "a\\z", "(?=a)b", "(a)\\1",   "[[:digit:]]", "a++",   "a*",       "(a",
		"a)",   "[a",   "\\",     "(?P<n>a)", "\\pL",        "a{,3}", "(?i)\xc3", "((){1000}){1000}"};
	struct places *places = calloc(1, sizeof(*places));

	(void)state;
	assert_non_null(places);
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++)
		assert_false(places_read(bytes_of(strange[i]), places));
	free(places);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_of_the_packs_agree),
		cmocka_unit_test(odd_patterns_agree),
		cmocka_unit_test(near_misses_agree),
		cmocka_unit_test(hostile_texts_agree),
		cmocka_unit_test(open_payloads_agree),
		cmocka_unit_test(uuids_are_for_the_users_classes),
		cmocka_unit_test(needs_are_told_from_the_pattern),
		cmocka_unit_test(short_values_are_followed),
		cmocka_unit_test(a_run_without_letters),
		cmocka_unit_test(a_number_needs_a_run_without_letters),
		cmocka_unit_test(behind_a_word_no_first_line_begins),
		cmocka_unit_test(a_look_tells_patterns_and_words),
		cmocka_unit_test(a_word_alone_keeps_no_value),
		cmocka_unit_test(what_is_not_followed_is_said),
	};

	return cmocka_run_group_tests(tests, bench_up, bench_down);
}
