#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rules/scan_context.h"
#include "rules/scan_names.h"

/* Words that are long, short, alike, or in both lists. */
static const char odd[] =
	"pack: odd\n"
	"classes:\n"
	"  - {id: odd_long, pattern: 'x1', context: "
	"[aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefff]}\n"
	"  - {id: odd_short, pattern: 'x2', context: [q, zz], not_beside: [zzz, q]}\n"
	"  - {id: odd_high, pattern: 'x3', context: ['\xc3\xa9t\xc3\xa9'], not_beside: [winterhalf]}\n";

struct bench {
	struct problems problems;
	struct packs packs;
	struct word_trie *beside;
	struct scan_names *names;
	struct json_names *known;
};

static struct bench bench;

static int bench_up(void **state)
{
	(void)state;
	problems_init(&bench.problems);
	if (packs_init(&bench.packs, &bench.problems) != STATUS_OK ||
	    packs_add(&bench.packs, bytes_of(odd), "odd", &bench.problems) != STATUS_OK)
		return -1;
	bench.beside = word_trie_new(&bench.packs, WORDS_BESIDE);
	bench.names = bench.beside == NULL ? NULL : names_new(&bench.packs, bench.beside);
	bench.known = json_names_new();
	return bench.names == NULL || bench.known == NULL;
}

static int bench_down(void **state)
{
	(void)state;
	json_names_free(bench.known);
	names_free(bench.names);
	word_trie_free(bench.beside);
	packs_finish(&bench.packs);
	problems_finish(&bench.problems);
	return 0;
}

static bool has(const uint64_t *bits, size_t index)
{
	return bits != NULL && (bits[index / 64] >> index % 64 & 1) != 0;
}

static void facts_are_same(const struct name_facts *left, const struct name_facts *right)
{
	for (size_t i = 0; i < bench.packs.count; i++) {
		assert_int_equal(has(left->classes, i), has(right->classes, i));
		assert_int_equal(has(left->others, i), has(right->others, i));
	}
	assert_int_equal(left->is_data, right->is_data);
}

/* As a name that the JSON reader knows, when it does. */
static void check_known(const char *name, const struct name_facts *facts)
{
	char text[LANE_RUN] = {0};
	int len = snprintf(text, sizeof(text), "\"%s\":", name);
	struct json_name *known;

	if (len >= (int)sizeof(text))
		return;
	known = json_names_find(bench.known, text);
	if (known == NULL)
		known = json_names_add(bench.known, text, (size_t)len);
	for (int i = 0; i < 2 && known != NULL; i++)
		facts_are_same(facts, names_known(bench.names, known));
	json_names_rest(bench.known);
}

/* The table says what asking for each word says. True: some word was there. */
static bool check(const char *name)
{
	struct scan_context context;
	const struct name_facts *facts = names_look(bench.names, bytes_of(name));
	bool is_any = false;

	context_clear(&context);
	context_add(&context, bytes_of(name));
	for (size_t i = 0; i < bench.packs.count; i++) {
		const struct data_class *class = &bench.packs.classes[i];
		bool is_beside = context_has_any(&context, class->context, class->context_count);
		bool is_against =
			!is_beside && context_has_any(&context, class->not_beside, class->not_beside_count);

		assert_int_equal(is_beside, has(facts->classes, i));
		assert_int_equal(is_against, has(facts->others, i));
		is_any = is_any || is_beside || is_against;
	}
	assert_int_equal(is_any, facts->classes != NULL || facts->others != NULL);
	check_known(name, facts);
	names_forget(bench.names);
	return is_any;
}

static void names_answer_as_each_word_does(void **state)
{
	static const char *const forms[] = {"%.*s",      "my_%.*s", "%.*ss", "%.*sId",    "x%.*sy",
					    "the%.*sOf", "%.*s7",   "7%.*s", "%.*s-%.*s", "%.*s.no.%.*s"};
	size_t found = 0;
	char name[600];

	(void)state;
	for (size_t i = 0; i < bench.packs.count; i++)
		for (size_t list = 0; list < 2; list++) {
			const struct data_class *class = &bench.packs.classes[i];
			const struct bytes *words = list == 0 ? class->context : class->not_beside;
			size_t count = list == 0 ? class->context_count : class->not_beside_count;

			for (size_t w = 0; w < count; w++)
				for (size_t form = 0; form < sizeof(forms) / sizeof(forms[0]); form++) {
					int len = (int)(form % 3 == 2 ? words[w].len - 1 : words[w].len);

/* The format is one of the table's. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
					snprintf(name, sizeof(name), forms[form], len, words[w].data, len,
						 words[w].data);
#pragma GCC diagnostic pop
					found += check(name);
				}
		}
	assert_true(found > 1000);
}

static void names_of_no_word_give_nothing(void **state)
{
	char long_name[1000];

	(void)state;
	assert_false(check(""));
	assert_false(check("-"));
	assert_false(check("things4711"));
	assert_true(check("q"));
	assert_true(check("zzz"));
	assert_true(check("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeefff"));
	assert_false(check("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeff"));
	memset(long_name, 'z', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	assert_false(check(long_name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_answer_as_each_word_does),
		cmocka_unit_test(names_of_no_word_give_nothing),
	};

	return cmocka_run_group_tests(tests, bench_up, bench_down);
}
