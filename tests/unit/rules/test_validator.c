#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <yyjson.h>

#include "rules/validator.h"

static bool accepts(const char *name, const char *argument, const char *candidate)
{
	const struct validator *validator = validator_find(bytes_of(name));

	assert_non_null(validator);
	return validator->accepts(bytes_of(candidate), bytes_of(argument));
}

static void common_validators(void **state)
{
	(void)state;
	assert_true(accepts("none", NULL, ""));
	assert_true(accepts("luhn", NULL, "79927398713"));
	assert_true(accepts("luhn", NULL, "7992-7398-713"));
	assert_false(accepts("luhn", NULL, "79927398710"));
	assert_false(accepts("luhn", NULL, "7992739871x"));
	assert_false(accepts("luhn", NULL, "7992--7398713"));
	assert_true(accepts("mod97", NULL, "79444"));
	assert_false(accepts("mod97", NULL, "79445"));
	assert_true(accepts("verhoeff", NULL, "2363"));
	assert_false(accepts("verhoeff", NULL, "2364"));
	assert_true(accepts("mod11", "87654321", "AC12345678"));
	assert_false(accepts("mod11", "87654321", "AC12345677"));
	assert_false(accepts("mod11", "87654321", "AC1234567"));
	assert_true(accepts("mod11", "X987654321", "0306406152"));
	assert_true(accepts("entropy", "3.5", "a1B2c3D4e5F6g7H8"));
	assert_false(accepts("entropy", "3.5", "aaaaaaaabbbbbbbb"));
	assert_true(accepts("in-list", "A\nBC", "bc"));
	assert_false(accepts("in-list", "A\nBC", "B"));
}

static void payment_and_contact(void **state)
{
	(void)state;
	assert_true(accepts("pan", NULL, "4111111111111111"));
	assert_false(accepts("pan", NULL, "411111111111111"));
	assert_false(accepts("pan", NULL, "1234567812345670"));
	assert_false(accepts("pan", NULL, "4111 1111-1111 1111"));
	assert_false(accepts("pan", NULL, "0000000000000000"));
	assert_true(accepts("us_ssn", NULL, "123-45-6789"));
	assert_true(accepts("us_ssn", NULL, "123456789"));
	assert_false(accepts("us_ssn", NULL, "078-05-1120"));
	assert_false(accepts("us_ssn", NULL, "219 09 9999"));
	assert_false(accepts("us_ssn", NULL, "123-45 6789"));
	assert_false(accepts("us_ssn", NULL, "900-45-6789"));
	assert_false(accepts("us_ssn", NULL, "666-45-6789"));
	assert_true(accepts("iban", NULL, "DE89 3704 0044 0532 0130 00"));
	assert_false(accepts("iban", NULL, "DE89 3704 0044 0532 0130 01"));
	assert_false(accepts("iban", NULL, "QQ89370400440532013000"));
	assert_true(accepts("email", NULL, "a.b+c@example.museum"));
	assert_false(accepts("email", NULL, "a.b.@example.com"));
	assert_false(accepts("email", NULL, "a@example.c0m"));
	assert_true(accepts("phone", NULL, "+49 (0)30 6368827"));
	assert_true(accepts("phone", NULL, "+1 234 901 7019"));
	assert_false(accepts("phone", NULL, "+1 034 901 7019"));
	assert_false(accepts("phone", NULL, "+49 3"));
	assert_true(accepts("jwt", NULL, "eyJhbGciOiJub25lIn0.e30."));
	assert_false(accepts("jwt", NULL, "eyJ0eXAiOiJKV1QifQ.e30."));
	assert_true(accepts("github", NULL, "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"));
	assert_false(accepts("github", NULL, "ghp_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18"));
}

/* Every validator, on what no pattern would ever hand it. */
static void hostile_candidates(void **state)
{
	static char text[5000];
	static const char bytes[] = {0, '0', '9', ' ', '-', '.', '@', 'A', 'Z', 'a', '+', '(', (char)0xff};

	(void)state;
	for (size_t i = 0; i < validator_count(); i++) {
		const struct validator *validator = validator_at(i);

		assert_ptr_equal(validator_find(bytes_of(validator->name)), validator);
		for (size_t b = 0; b < sizeof(bytes); b++) {
			memset(text, bytes[b], sizeof(text));
			for (size_t len = 0; len < 60; len++)
				(void)validator->accepts((struct bytes){text, len}, BYTES("3"));
			(void)validator->accepts((struct bytes){text, sizeof(text)}, BYTES("3"));
		}
		for (unsigned seed = 1; seed < 3000; seed++) {
			unsigned random = seed * 2654435761u;

			for (size_t at = 0; at < 48; at++) {
				random = random * 1103515245u + 12345u;
				text[at] = "0123456789-. ABZXeyJ@_"[random >> 16 & 15];
			}
			(void)validator->accepts((struct bytes){text, seed % 48}, BYTES("3"));
		}
	}
	assert_null(validator_at(validator_count()));
	assert_null(validator_find(BYTES("")));
}

/* The corpus's names of what is checked here. */
static const struct {
	const char *file, *validator;
} vectors[] = {
	{"luhn", "luhn"},
	{"verhoeff", "verhoeff"},
	{"iban", "iban"},
	{"es.dni", "es_dni"},
	{"es.nie", "es_dni"},
	{"us.itin", "us_itin"},
	{"de.idnr", "de_steuer_id"},
	{"fr.nir", "fr_nir"},
	{"nl.bsn", "nl_bsn"},
	{"gb.nhs", "uk_nhs"},
	{"au.abn", "au_abn"},
};

static void vector_check(const char *validator, yyjson_val *row)
{
	const char *text = yyjson_get_str(yyjson_obj_get(row, "text"));
	bool is_valid = yyjson_get_bool(yyjson_obj_get(row, "valid"));

	if (accepts(validator, NULL, text) != is_valid)
		print_message("%s: %s should be %s\n", validator, text, is_valid ? "valid" : "invalid");
	assert_int_equal(accepts(validator, NULL, text), is_valid);
}

static unsigned file_check(const char *path, const char *validator)
{
	char line[4096];
	FILE *file = fopen(path, "rb");
	unsigned count = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		yyjson_doc *doc = yyjson_read(line, strlen(line), 0);

		assert_non_null(doc);
		vector_check(validator, yyjson_doc_get_root(doc));
		yyjson_doc_free(doc);
		count++;
	}
	fclose(file);
	return count;
}

static void published_vectors(void **state)
{
	const char *folder = getenv("SPECULAR_CORPUS");
	char path[4096];
	unsigned count = 0;

	(void)state;
	if (folder == NULL) {
		print_message("skipped: SPECULAR_CORPUS is not set\n");
		skip();
	}
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		snprintf(path, sizeof(path), "%s/pii/validators/stdnum.%s.jsonl", folder, vectors[i].file);
		count += file_check(path, vectors[i].validator);
	}
	print_message("%u vectors\n", count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(common_validators),
		cmocka_unit_test(payment_and_contact),
		cmocka_unit_test(hostile_candidates),
		cmocka_unit_test(published_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
