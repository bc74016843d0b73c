/*
 * fuzz_sieve: a pattern, a line feed, and a text. The built-in packs, and the pattern alone, are looked for
 * with the sieve and without: it aborts when the hits differ.
 */
#include <stdint.h>
#include <stdlib.h>

#include "parsers/base/check.h"
#include "rules/pattern.h"
#include "tests/unit/rules/both_ways.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct fingerprint_key key = {.bytes = {4}};

static struct scanner *scanner_of_packs(void)
{
	static struct scanner *scanner;
	static struct packs packs;
	static struct pattern_set *set;
	struct problems problems;

	if (scanner != NULL)
		return scanner;
	problems_init(&problems);
	CHECK(packs_init(&packs, &problems) == STATUS_OK);
	CHECK(pattern_set_new(&packs, &problems, &set) == STATUS_OK);
	scanner = scanner_new(set, &key);
	CHECK(scanner != NULL);
	problems_finish(&problems);
	return scanner;
}

static void pattern_agrees(struct bytes pattern, struct bytes text)
{
	static const struct bytes words[] = {BYTES_INIT("zebra")};
	struct data_class classes[] = {
		{.id = BYTES("free"), .pattern = pattern, .places = SCAN_ANYWHERE},
		{.id = BYTES("bound"),
		 .pattern = pattern,
		 .places = SCAN_ANYWHERE,
		 .context = words,
		 .context_count = 1,
		 .is_context_required = true},
		{.id = BYTES("weak"),
		 .pattern = BYTES("[0-9]{3}"),
		 .context_pattern = pattern,
		 .places = SCAN_ANYWHERE,
		 .context = words,
		 .context_count = 1},
	};
	struct packs packs = {.classes = classes, .count = sizeof(classes) / sizeof(classes[0])};
	struct pattern_set *set = NULL;
	struct problems problems;
	char reason[256];

	if (!pattern_is_usable(pattern, reason, sizeof(reason)))
		return;
	problems_init(&problems);
	if (pattern_set_new(&packs, &problems, &set) == STATUS_OK) {
		struct scanner *scanner = scanner_new(set, &key);

		CHECK(scanner != NULL && ways_agree_on(scanner, BYTES("zebra"), text));
		scanner_free(scanner);
		pattern_set_free(set);
	}
	problems_finish(&problems);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes text = {.data = (const char *)data, .len = len}, pattern;
	char copy[256];

	if (len > 65536)
		return 0;
	CHECK(ways_agree_on(scanner_of_packs(), BYTES("iban"), text));
	pattern = bytes_split(&text, '\n');
	if (text.data == NULL || pattern.len == 0 || pattern.len >= 64)
		return 0;
	memcpy(copy, pattern.data, pattern.len);
	copy[pattern.len] = '\0';
	pattern_agrees((struct bytes){copy, pattern.len}, text);
	return 0;
}
