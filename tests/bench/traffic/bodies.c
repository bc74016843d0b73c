#include "tests/bench/traffic/bodies.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMBERS_MAX    16
#define MEMBER_LEN_MAX 1024

#define VIOLATION_ONE_IN 50
#define VALUE_ONE_IN     200

struct members {
	char text[MEMBERS_MAX][MEMBER_LEN_MAX];
	unsigned count;
};

__attribute__((format(printf, 2, 3))) static void member(struct members *members, const char *format, ...)
{
	va_list list;

	if (members->count == MEMBERS_MAX)
		abort();
	va_start(list, format);
	if (vsnprintf(members->text[members->count++], MEMBER_LEN_MAX, format, list) >= MEMBER_LEN_MAX)
		abort();
	va_end(list);
}

/* Every client has an order of its own: where it begins, and which way it goes. */
static void write_object(struct text *text, const struct members *members, struct hand hand)
{
	text_add(text, "{", 1);
	for (unsigned i = 0; i < members->count; i++) {
		unsigned at = (i + hand.order) % members->count;

		if (hand.order % 2 == 1)
			at = members->count - 1 - at;
		if (i > 0)
			text_print(text, hand.is_spaced ? ", " : ",");
		text_print(text, "%s", members->text[at]);
	}
	text_add(text, "}", 1);
}

static const char *const WORDS[] = {
	"bag",     "Stra\u00dfe",  "deliver", "fragile",      "handle with \\\"care\\\"",
	"box",     "M\u00fcnchen", "bell",    "ring twice",   "leave",
	"door",    "caf\\u00e9",   "back",    "\u6771\u4eac", "line\\nbreak",
	"gate 12", "left"};

static const char *a_word(struct chance *chance)
{
	return WORDS[chance_below(chance, sizeof(WORDS) / sizeof(WORDS[0]))];
}

static void write_words(struct chance *chance, unsigned count, char *out, size_t len)
{
	size_t at = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < count && at < len; i++)
		at += (size_t)snprintf(out + at, len - at, "%s%s", i > 0 ? " " : "", a_word(chance));
}

/* -- data values ------------------------------------------------------------------- */

static void write_card(struct chance *chance, char out[17])
{
	unsigned sum = 0;

	(void)snprintf(out, 17, "411111%09" PRIu64 "0", chance_below(chance, 1000000000));
	for (unsigned i = 0; i < 15; i++) { /* ISO/IEC 7812-1, annex B */
		unsigned digit = (unsigned)(out[i] - '0') * (i % 2 == 0 ? 2 : 1);

		sum += digit > 9 ? digit - 9 : digit;
	}
	out[15] = (char)('0' + (10 - sum % 10) % 10);
}

static void write_iban(struct chance *chance, char out[23])
{
	char account[19];
	unsigned rest = 0;

	(void)snprintf(account, sizeof(account), "37040044%010" PRIu64, chance_below(chance, 10000000000u));
	for (unsigned i = 0; i < 18; i++)
		rest = (rest * 10 + (unsigned)(account[i] - '0')) % 97;
	for (const char *at = "131400"; *at != '\0'; at++) /* D, E, 00: ISO 13616 */
		rest = (rest * 10 + (unsigned)(*at - '0')) % 97;
	(void)snprintf(out, 23, "DE%02u%s", 98 - rest, account);
}

/* A note, in one of many with what must not stand there. */
static void write_note(struct chance *chance, struct planted *planted, char *out, size_t len)
{
	char words[256], value[32];

	write_words(chance, 6, words, sizeof(words));
	switch (chance_below(chance, VALUE_ONE_IN)) {
	case 0:
		(void)snprintf(value, sizeof(value), "%03" PRIu64 "-%02" PRIu64 "-%04" PRIu64,
			       chance_from(chance, 130, 660), chance_from(chance, 10, 99),
			       chance_from(chance, 1000, 9999));
		planted->us_ssn++;
		break;
	case 1:
		write_card(chance, value);
		planted->pan++;
		break;
	case 2:
		write_iban(chance, value);
		planted->iban++;
		break;
	default:
		(void)snprintf(value, sizeof(value), "%" PRIu64, chance_below(chance, 100000));
		break;
	}
	(void)snprintf(out, len, "%s %s.", words, value);
}

/* -- objects ----------------------------------------------------------------------- */

static void write_address(struct text *text, struct chance *chance, struct hand hand)
{
	struct members members = {.count = 0};
	char words[256];

	write_words(chance, 2, words, sizeof(words));
	member(&members, "\"name\":\"%s\"", words);
	write_words(chance, 3, words, sizeof(words));
	member(&members, "\"street\":\"%s\"", words);
	member(&members, "\"houseNumber\":\"%" PRIu64 "\"", chance_from(chance, 1, 300));
	member(&members, "\"postalCode\":\"%05" PRIu64 "\"", chance_from(chance, 10000, 99999));
	member(&members, "\"city\":\"%s\"", a_word(chance));
	member(&members, "\"country\":\"%.2s\"", &"DEFRGBUSPLNLBEAT"[2 * chance_below(chance, 8)]);
	if (!chance_one_in(chance, 8))
		member(&members, "\"email\":\"user%" PRIu64 "@example.com\"", chance_below(chance, 100000));
	write_object(text, &members, hand);
}

static void write_item(struct text *text, struct chance *chance, struct hand hand, bool is_wrong)
{
	struct members members = {.count = 0};
	char words[256];

	write_words(chance, 4, words, sizeof(words));
	member(&members, "\"sku\":\"SKU-%05" PRIu64 "-%c\"", chance_below(chance, 100000),
	       (char)('A' + chance_below(chance, 26)));
	if (is_wrong)
		member(&members, "\"quantity\":\"three\"");
	else
		member(&members, "\"quantity\":%" PRIu64, chance_from(chance, 1, 20));
	member(&members, "\"price\":%" PRIu64 ".%02" PRIu64, chance_below(chance, 500),
	       chance_below(chance, 100));
	member(&members, "\"weightGrams\":%" PRIu64, chance_from(chance, 1, 30000));
	member(&members, "\"title\":\"%s\"", words);
	if (chance_one_in(chance, 2))
		member(&members, "\"fragile\":%s", chance_one_in(chance, 2) ? "true" : "false");
	write_object(text, &members, hand);
}

static void write_event(struct text *text, struct chance *chance, struct hand hand)
{
	static const char *const KINDS[] = {"scan", "delay", "load", "delivery"};
	struct members members = {.count = 0};
	char words[256];

	write_words(chance, 3, words, sizeof(words));
	member(&members, "\"kind\":\"%s\"", KINDS[chance_below(chance, 4)]);
	member(&members, "\"time\":\"2026-%02" PRIu64 "-%02" PRIu64 "T%02" PRIu64 ":%02" PRIu64 ":27.123Z\"",
	       chance_from(chance, 1, 12), chance_from(chance, 1, 28), chance_below(chance, 24),
	       chance_below(chance, 60));
	member(&members, "\"at\":%" PRIu64, 1750000000000 + chance_below(chance, 1000000000));
	member(&members, "\"site\":\"%s\"", words);
	member(&members, "\"lat\":%" PRIu64 ".%06" PRIu64, chance_below(chance, 60),
	       chance_below(chance, 1000000));
	member(&members, "\"device\":\"%08" PRIx64 "-4a7b-4c1d-8e2f-%012" PRIx64 "\"",
	       chance_below(chance, UINT32_MAX), chance_next(chance) >> 16);
	write_object(text, &members, hand);
}

static void write_list(struct text *text, const char *name, struct chance *chance, struct hand hand,
		       unsigned count, bool is_wrong)
{
	text_print(text, ",\"%s\":[", name);
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			text_add(text, ",", 1);
		if (strcmp(name, "events") == 0)
			write_event(text, chance, hand);
		else
			write_item(text, chance, hand, is_wrong && i == 0);
	}
	text_add(text, "]", 1);
}

void body_order(struct text *text, struct chance *chance, struct hand hand, struct planted *planted)
{
	bool is_wrong = chance_one_in(chance, VIOLATION_ONE_IN);

	planted->violations += is_wrong;
	text_print(text, "{\"reference\":\"R%09" PRIu64 "\",\"from\":", chance_below(chance, 1000000000));
	write_address(text, chance, hand);
	text_print(text, ",\"to\":");
	write_address(text, chance, hand);
	write_list(text, "items", chance, hand, (unsigned)chance_from(chance, 8, 12), is_wrong);
	text_add(text, "}", 1);
}

void body_receipt(struct text *text, struct chance *chance, struct hand hand, struct planted *planted)
{
	char note[512];

	write_note(chance, planted, note, sizeof(note));
	text_print(text,
		   "{\"id\":\"ord-%05" PRIu64 "\",\"tracking\":\"JD0146%014" PRIu64 "\",\"notes\":\"%s\"",
		   chance_below(chance, 100000), chance_below(chance, 100000000000000), note);
	write_list(text, "events", chance, hand, (unsigned)chance_from(chance, 10, 14), false);
	write_list(text, "items", chance, hand, (unsigned)chance_from(chance, 8, 14), false);
	text_add(text, "}", 1);
}

void body_status(struct text *text, struct chance *chance, struct hand hand)
{
	text_print(text, "{\"id\":\"ord-%05" PRIu64 "\",\"status\":\"shipped\",\"last\":",
		   chance_below(chance, 100000));
	write_event(text, chance, hand);
	text_add(text, "}", 1);
}

void body_catalogue(struct text *text, struct chance *chance, struct hand hand, struct planted *planted)
{
	char note[512];

	write_note(chance, planted, note, sizeof(note));
	text_print(text, "{\"page\":%" PRIu64 ",\"notes\":\"%s\"", chance_below(chance, 100), note);
	write_list(text, "items", chance, hand, (unsigned)chance_from(chance, 420, 470), false);
	text_add(text, "}", 1);
}

void body_ping(struct text *text, struct chance *chance)
{
	text_print(text, "{\"status\":\"ok\",\"at\":%" PRIu64 ",\"load\":0.%02" PRIu64 "}",
		   1750000000000 + chance_below(chance, 1000000000), chance_below(chance, 100));
}
