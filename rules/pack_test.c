#include "rules/pack.h"
#include "rules/scan.h"

static void run(const struct data_class *class, struct scanner *scanner, const struct bytes *texts,
		size_t count, bool is_match, struct problems *problems)
{
	for (size_t i = 0; i < count; i++) {
		if (scanner_matches(scanner, class, texts[i]) == is_match)
			continue;
		problems_add(
			problems, PROBLEM_ERROR, "pack.invalid", (struct place){0},
			is_match ? "mend pattern or validator, or take the string out of match"
				 : "mend pattern or validator, or take the string out of no_match",
			"class \"" BYTES_FORMAT "\" of pack \"" BYTES_FORMAT "\" %s \"" BYTES_FORMAT "\"",
			BYTES_PRINT(class->id), BYTES_PRINT(class->pack),
			is_match ? "does not match" : "matches", BYTES_PRINT(bytes_slice(texts[i], 0, 200)));
	}
}

size_t pack_test(const struct packs *packs, struct bytes pack, struct scanner *scanner,
		 struct problems *problems)
{
	size_t count = 0;

	for (size_t i = 0; i < packs->count; i++) {
		const struct data_class *class = &packs->classes[i];

		if (pack.len > 0 && !bytes_equal(class->pack, pack))
			continue;
		run(class, scanner, class->match, class->match_count, true, problems);
		run(class, scanner, class->no_match, class->no_match_count, false, problems);
		count += class->match_count + class->no_match_count;
	}
	return count;
}
