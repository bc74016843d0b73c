#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules/glance.h"
#include "rules/pattern.h"
#include "rules/places.h"
#include "rules/scan_layer.h"
#include "rules/sieve.h"
#include "rules/skeleton.h"
#include "tests/unit/rules/both_ways.h"
#include "tests/unit/rules/workbench.h"

static struct workbench bench;
static struct sieve *sieve;

static int bench_up(void **state)
{
	(void)state;
	if (!workbench_up(&bench, NULL))
		return -1;
	sieve = sieve_new(bench.set);
	return sieve == NULL;
}

static int bench_down(void **state)
{
	(void)state;
	sieve_free(sieve);
	workbench_down(&bench);
	return 0;
}

static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* In memory of its own, so that a byte read too far is found. */
static void counts_are_true(struct bytes text)
{
	char *copy = malloc(text.len + 1);
	unsigned digits = 0, letters = 0;
	struct glance glance;

	assert_non_null(copy);
	memcpy(copy + 1, text.data, text.len);
	glance = glance_at((struct bytes){copy + 1, text.len});
	for (size_t i = 0; i < text.len; i++) {
		digits += ascii_is_digit(text.data[i]);
		letters += ascii_is_alpha(text.data[i]);
	}
	assert_int_equal(glance.digits, digits);
	assert_int_equal(glance.letters, letters);
	assert_int_equal(glance.others, text.len - digits - letters);
	free(copy);
}

static void every_length_is_counted(void **state)
{
	uint64_t seed = 1;
	char text[GLANCE_LEN_MAX];

	(void)state;
	for (size_t len = 0; len <= GLANCE_LEN_MAX; len++)
		for (unsigned round = 0; round < 200; round++) {
			for (size_t i = 0; i < len; i++)
				text[i] = round % 2 == 0 ? (char)next_random(&seed)
							 : "0a9zAZ /:@[`{"[next_random(&seed) % 13];
			counts_are_true((struct bytes){text, len});
		}
}

static void every_byte_is_told(void **state)
{
	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		char text[17];

		memset(text, (int)byte, sizeof(text));
		for (size_t len = 1; len <= sizeof(text); len++)
			counts_are_true((struct bytes){text, len});
	}
}

static bool is_out(unsigned digits)
{
	return (sieve_numbers_out(sieve) >> digits & 1) != 0;
}

static void letters_and_digits_are_told_at_a_glance(void **state)
{
	(void)state;
	assert_int_equal(sieve_glance(sieve, BYTES("parcel")), SIEVE_EMPTY);
	assert_int_equal(sieve_glance(sieve, BYTES("1234567890123")), SIEVE_EMPTY);
	assert_true(is_out(13));
	assert_int_equal(sieve_glance(sieve, BYTES("4111111111111111")), SIEVE_UNSURE); /* as a card's */
	assert_false(is_out(16));
	/* a word may stand before a match */
	assert_int_equal(sieve_glance(sieve, BYTES("ring twice")), SIEVE_UNSURE);
	assert_int_equal(sieve_glance(sieve, BYTES("caf\xc3\xa9")), SIEVE_UNSURE);
	assert_int_equal(sieve_glance(sieve, BYTES("DE89370400440532013000")), SIEVE_UNSURE);
	assert_int_equal(sieve_glance(sieve, BYTES("2026-11-22T12:34:56%2E78")), SIEVE_CLEAR);
	assert_int_equal(sieve_glance(sieve, BYTES("2026-11-22T12:34:56.789Z")), SIEVE_EMPTY);
}

/* What a glance lets go, the plain way finds nothing in: strings of the classes without their signs, under
 * names that give context and under one that gives none. */
static void what_is_let_go_holds_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < bench.packs.count; i++) {
		const struct data_class *class = &bench.packs.classes[i];
		struct bytes name = class->context_count > 0 ? class->context[0] : BYTES("q");

		for (size_t m = 0; m < class->match_count; m++) {
			char text[256];
			size_t len = 0;

			for (size_t at = 0; at < class->match[m].len && len < sizeof(text); at++)
				if (ascii_is_alnum(class->match[m].data[at]))
					text[len++] = class->match[m].data[at];
			for (size_t cut = 0; cut < 3 && cut < len; cut++)
				assert_true(ways_agree_on(bench.scanner, name,
							  (struct bytes){text + cut, len - cut}));
		}
	}
}

/* The digits of a text made anew: those of a number anybody may have, or not. */
static void change_digits(char *text, size_t len, uint64_t *seed)
{
	for (size_t i = 0; i < len; i++)
		if (ascii_is_digit(text[i]) && next_random(seed) % 3 != 0)
			text[i] = (char)('0' + next_random(seed) % 10);
}

/* Of strings of the classes, alone and behind a word, and of what traffic is full of. */
static void texts_of_one_skeleton_agree(void **state)
{
	static const char *const common[] = {"2026-11-22T12:34:56.789Z",
					     "2026-11-22T12:34:56+02:00",
					     "SKU-26798-L",
					     "2026-11-22",
					     "user55869@example.com",
					     "1Z 999 AA1 01 2345 6784",
					     "192.168.110.112:8080",
					     "v10.20.30.40-rc5",
					     "gate 1234, dock 56",
					     "ssn 536-22-1234",
					     "12:34:56.789012",
					     "+49 30 12345678"};
	uint64_t seed = 3;
	char text[SKELETON_LEN_MAX + 8];

	(void)state;
	for (size_t i = 0; i < bench.packs.count + sizeof(common) / sizeof(common[0]); i++) {
		size_t own = i < bench.packs.count ? bench.packs.classes[i].match_count : 1;

		for (size_t m = 0; m < own; m++) {
			struct bytes from = i < bench.packs.count ? bench.packs.classes[i].match[m]
								  : bytes_of(common[i - bench.packs.count]);

			if (from.len > sizeof(text))
				continue;
			memcpy(text, from.data, from.len);
			for (unsigned round = 0; round < 12; round++) {
				assert_true(ways_agree_on(bench.scanner, BYTES("id"),
							  (struct bytes){text, from.len}));
				change_digits(text, from.len, &seed);
			}
		}
	}
}

static bool is_clear(const char *text)
{
	return sieve_glance(sieve, bytes_of(text)) != SIEVE_UNSURE;
}

static struct skeleton skeleton_of_text(const char *text)
{
	struct glance_ends ends = glance_ends(bytes_of(text));

	return skeleton_of(&ends, strlen(text));
}

static bool are_same(const char *one, const char *other)
{
	struct skeleton first = skeleton_of_text(one), second = skeleton_of_text(other);

	return skeleton_is(&first, &second);
}

static void what_differs_in_digits_is_one_skeleton(void **state)
{
	char folded[SKELETON_LEN_MAX], text[SKELETON_LEN_MAX + 1];
	struct bytes as_text = skeleton_text(BYTES("A-12:39"), folded);

	(void)state;
	assert_true(bytes_equal(as_text, BYTES("A-00:00")));
	assert_true(are_same("A-12:3", "A-90:7"));
	assert_false(are_same("A-12:3", "A-12:34"));
	assert_false(are_same("A-12:3", "A-12:a"));
	/* Every byte counts, of every length. */
	for (size_t len = 1; len <= SKELETON_LEN_MAX; len++) {
		struct skeleton was;

		memset(text, '7', len);
		text[len] = 0;
		was = skeleton_of_text(text);
		for (size_t at = 0; at < len; at++) {
			struct skeleton changed;

			for (unsigned byte = 1; byte < 256; byte++) {
				text[at] = (char)byte;
				changed = skeleton_of_text(text);
				assert_int_equal(skeleton_is(&was, &changed), ascii_is_digit((char)byte));
			}
			text[at] = '3';
		}
	}
}

/* Whatever digits a text has, the same layers are likely. */
static void layers_do_not_hang_on_digits(void **state)
{
	static const char bytes[] = "09abZ%=+/-_.:edB7 ";
	char text[SKELETON_LEN_MAX], folded[SKELETON_LEN_MAX];
	uint64_t seed = 11;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		size_t len = 1 + next_random(&seed) % sizeof(text), kinds = 1 + round % (sizeof(bytes) - 1);
		struct bytes value = {text, len};

		for (size_t i = 0; i < len; i++)
			text[i] = bytes[next_random(&seed) % kinds];
		assert_int_equal(layers_likely(value), layers_likely(skeleton_text(value, folded)));
	}
}

static void skeletons_are_kept_in_mind(void **state)
{
	struct skeletons *skeletons = calloc(1, sizeof(*skeletons));
	struct skeleton one = skeleton_of_text("A-12:3"), same = skeleton_of_text("A-90:7");
	struct skeleton other = skeleton_of_text("A-12:a");

	(void)state;
	assert_non_null(skeletons);
	assert_false(skeleton_is(skeletons_slot(skeletons, &one), &one));
	*skeletons_slot(skeletons, &one) = one;
	assert_true(skeleton_is(skeletons_slot(skeletons, &same), &same));
	assert_false(skeleton_is(skeletons_slot(skeletons, &other), &other));
	free(skeletons);

	for (unsigned round = 0; round < 2; round++) {
		assert_true(is_clear("2026-11-22T12:34:56.789Z"));
		assert_true(is_clear("SKU-26798-L"));
		assert_false(
			is_clear("536-22-1234")); /* a number that nobody has, but its form is a number's */
		assert_false(is_clear("000-00-0000"));
		assert_false(is_clear("passport 12345678")); /* a word, and what may stand behind it */
		assert_false(is_clear("2026-11-22T12:34:56.789Z 2026-11-22T12:34:56.789Z")); /* too long */
		assert_false(is_clear("a-12")); /* too few digits */
	}
}

static void numbers_agree(const char *name, uint64_t number)
{
	struct exchange *exchange = exchange_new(NULL);
	struct body_reading tree = {.kind = BODY_JSON};
	char text[160];
	yyjson_doc *doc;

	snprintf(text, sizeof(text), "{\"%s\": %llu, \"q\": [%llu, -%llu], \"in\": {\"%s\": {\"q\": %llu}}}",
		 name, (unsigned long long)number, (unsigned long long)number,
		 (unsigned long long)(number >> 1), name, (unsigned long long)number);
	doc = yyjson_read(text, strlen(text), 0);
	assert_non_null(exchange);
	assert_non_null(doc);
	exchange->request.is_seen = exchange->response.is_seen = true;
	tree.json = yyjson_doc_get_root(doc);
	assert_true(ways_agree(bench.scanner, exchange, &tree, &tree));
	yyjson_doc_free(doc);
	exchange_free(exchange);
}

/* Card and identity numbers among them, each length of digits, and what lies beside a power of ten. */
static void numbers_are_let_go_by_their_length(void **state)
{
	static const uint64_t known[] = {4111111111111111, 5555555555554444, 371449635398431,
					 536221234,        799086684,        1234567893};
	static const char *const names[] = {"q", "card", "ssn", "npi", "phone", "imei", "account"};
	uint64_t power = 1, seed = 7;

	(void)state;
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			numbers_agree(names[n], known[i]);
		power = 1;
		for (unsigned digits = 1; digits <= 20; digits++) {
			numbers_agree(names[n], power - 1);
			numbers_agree(names[n], power);
			numbers_agree(names[n],
				      power + next_random(&seed) * next_random(&seed) % (9 * power));
			power = digits < 20 ? power * 10 : power;
		}
	}
}

static size_t count_hits(const char *text)
{
	struct exchange *exchange = exchange_new(NULL);
	struct body_reading reading = {.kind = BODY_TEXT, .text = bytes_of(text)};
	struct hits hits;

	assert_non_null(exchange);
	exchange->request.is_seen = true;
	scanner_scan(bench.scanner, exchange, &reading, NULL, &hits);
	exchange_free(exchange);
	assert_true(ways_agree_on(bench.scanner, BYTES("iban"), bytes_of(text)));
	return hits.count;
}

static void a_uuid_holds_no_data(void **state)
{
	(void)state;
	assert_int_equal(count_hits("be710961-2345-6769-abcd-0123456789ab"), 0);
	assert_int_equal(count_hits("BE710961-2345-6769-ABCD-0123456789AB"), 0);
	/* It begins with an account number, as one that is no UUID may. */
	assert_int_equal(count_hits("BE710961-2345-6769-ABCD-0123456789AX"), 1);
	assert_int_equal(count_hits("BE710961-2345-6769-ABCD-0123456789A"), 1);
	assert_int_equal(count_hits("BE710961-2345-6769 ABCD-0123456789AB"), 1);
	assert_int_equal(count_hits("BE710961-2345-6769-ABCD-0123456789AB."), 1);
}

static void the_shortest_text_is_known(void **state)
{
	static const struct {
		const char *pattern;
		size_t len;
	} patterns[] = {{"a", 1}, {"ab?c*d", 2}, {"(?:abc|de)[0-9]{3,5}", 5}, {"a{100}", 48}, {"x+|yz", 1}};
	struct places *places = calloc(1, sizeof(*places));

	(void)state;
	assert_non_null(places);
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		assert_true(places_read(bytes_of(patterns[i].pattern), places));
		assert_int_equal(places_len_min(places), patterns[i].len);
	}
	free(places);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_length_is_counted),
		cmocka_unit_test(every_byte_is_told),
		cmocka_unit_test(letters_and_digits_are_told_at_a_glance),
		cmocka_unit_test(what_is_let_go_holds_nothing),
		cmocka_unit_test(texts_of_one_skeleton_agree),
		cmocka_unit_test(what_differs_in_digits_is_one_skeleton),
		cmocka_unit_test(layers_do_not_hang_on_digits),
		cmocka_unit_test(skeletons_are_kept_in_mind),
		cmocka_unit_test(numbers_are_let_go_by_their_length),
		cmocka_unit_test(a_uuid_holds_no_data),
		cmocka_unit_test(the_shortest_text_is_known),
	};

	return cmocka_run_group_tests(tests, bench_up, bench_down);
}
