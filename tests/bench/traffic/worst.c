#include "tests/bench/traffic/worst.h"

#include <inttypes.h>

#define DEPTH 60 /* of two each */

static void write_deep(struct text *text)
{
	for (unsigned i = 0; i < 10; i++) {
		text_print(text, i == 0 ? "[" : ",");
		for (unsigned depth = 0; depth < DEPTH; depth++)
			text_print(text, "[{\"a\":");
		text_print(text, "0");
		for (unsigned depth = 0; depth < DEPTH; depth++)
			text_print(text, "}]");
	}
	text_print(text, "]");
}

static void write_nearly(struct text *text)
{
	for (unsigned i = 0; i < 80; i++)
		text_print(text,
			   "%s\"7%02u-08-%05u\",\"DE893704004405%06u\",\"411111111111%04u0x\","
			   "\"user.%u@mail.example.\",\"eyJ%04u.eyJ\",\"AKIA%u\",\"-----BEGI %u\"",
			   i == 0 ? "[" : ",", i % 100, 66840 + i, 700000 + i, i, i, i, i, i);
	text_print(text, "]");
}

static void write_digits(struct text *text, struct chance *chance)
{
	text_print(text, "[\"");
	for (unsigned i = 0; i < 1200; i++)
		text_print(text, "%03" PRIu64 "%s", chance_below(chance, 1000),
			   i % 40 == 39 ? "\",\"" : &"-\0 "[i % 2 * 2]);
	text_print(text, "\"]");
}

static void write_escapes(struct text *text)
{
	for (unsigned i = 0; i < 1500; i++)
		text_print(text, "%s\\u00%02x", i == 0 ? "[\"" : "", 0x61 + i % 26);
	text_print(text, "\"]");
}

static void write_numbers(struct text *text, struct chance *chance)
{
	for (unsigned i = 0; i < 300; i++)
		text_print(text, "%s-0.%017" PRIu64 "e-%u", i == 0 ? "[" : ",",
			   chance_below(chance, 100000000000000000), i);
	text_print(text, "]");
}

static void write_keys(struct text *text, struct chance *chance)
{
	uint64_t first = chance_below(chance, 1000000);

	for (unsigned i = 0; i < 500; i++)
		text_print(text, "%s\"%06" PRIx64 "\":\"%x\"", i == 0 ? "{" : ",", first + (uint64_t)i * 4096,
			   i);
	text_print(text, "}");
}

static void write_short(struct text *text)
{
	for (unsigned i = 0; i < 2500; i++)
		text_print(text, "%s", i == 0 ? "[1" : i % 2 == 0 ? ",1" : ",\"\"");
	text_print(text, "]");
}

void worst_body(struct text *text, struct chance *chance, enum worst kind)
{
	text_print(text, "{\"load\":");
	switch (kind) {
	case WORST_DEEP:
		write_deep(text);
		break;
	case WORST_NEARLY:
		write_nearly(text);
		break;
	case WORST_DIGITS:
		write_digits(text, chance);
		break;
	case WORST_ESCAPES:
		write_escapes(text);
		break;
	case WORST_NUMBERS:
		write_numbers(text, chance);
		break;
	case WORST_KEYS:
		write_keys(text, chance);
		break;
	case WORST_SHORT:
	case WORST_KINDS:
		write_short(text);
		break;
	}
	text_print(text, "}");
}

void worst_shapes(struct text *text, struct chance *chance)
{
	uint64_t first = chance_below(chance, 1000000);

	text_print(text, "{\"ids\":[");
	for (unsigned i = 0; i < 400; i++)
		text_print(text, "%s%" PRIu64, i == 0 ? "" : ",", first + i);
	text_print(text, "],\"shapes\":[");
	for (unsigned i = 0; i < 40; i++)
		text_print(text,
			   "%s{\"name\":\"shape "
			   "%u\",\"colour\":\"blue\",\"points\":[1,2,3,4,5,6,7,8],\"edge%u\":%u}",
			   i == 0 ? "" : ",", i, 1 + i % 6, i);
	text_print(text, "]}");
}

void worst_repeated(struct text *text)
{
	text_print(text, "{\"load\":[");
	for (unsigned i = 0; i < 6000; i++)
		text_print(text, "%s\"again and again\"", i == 0 ? "" : ",");
	text_print(text, "]}");
}
