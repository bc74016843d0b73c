/* Precision and recall over labelled payloads; the folder is named by SPECULAR_CORPUS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <yyjson.h>

#include "parsers/base/limits.h"
#include "tests/unit/rules/workbench.h"

/* The corpus's names of the classes. `is_bound`: these have to reach the figures. */
struct tally {
	const char *type, *class_id;
	bool is_bound;
	unsigned planted, found, hits;
};

static struct tally tallies[] = {
	{"US_SSN", "us_ssn", true},
	{"CREDIT_CARD", "pan", true},
	{"IBAN", "iban", true},
	{"EMAIL", "email", true},
	{"JWT", "jwt", true},
	{"PEM_PRIVATE_KEY", "private_key", true},
	{"PHONE", "phone_e164", true},
	{"US_ABA", "us_aba_routing", true},
	{"US_NPI", "us_npi", true},
	{"US_DEA", "us_dea", true},
	{"CA_SIN", "ca_sin", true},
	{"BR_CPF", "br_cpf", true},
	{"BR_CNPJ", "br_cnpj", true},
	{"UK_NHS", "uk_nhs", true},
	{"DE_STEUER_ID", "de_steuer_id", true},
	{"IT_CF", "it_codice_fiscale", true},
	{"ES_DNI", "es_dni", true},
	{"ES_NIE", "es_nie", true},
	{"PL_PESEL", "pl_pesel", true},
	{"IN_AADHAAR", "in_aadhaar", true},
	{"AU_TFN", "au_tfn", true},
	{"AU_ABN", "au_abn", true},
	{"SG_NRIC", "sg_nric", true},
	{"IMEI", "imei", true},
	{"VIN", "vin", true},
	{"PASSPORT_MRZ", "passport_mrz", false}, /* some are escaped as XML */
	{"ICD10", "health_icd10", true},
	{"DOB", "dob", true},
	{"IPV4", "ipv4", true},
	{"IPV6", "ipv6", true},
	{"MAC", "mac", true},
	{"GEO", "geo_coordinates", true},
};
#define TALLY_COUNT (sizeof(tallies) / sizeof(tallies[0]))

static char *file_read(const char *folder, const char *name, size_t *out_len)
{
	char path[4096], *text;
	FILE *file;
	long len;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (file == NULL)
		return NULL;
	fseek(file, 0, SEEK_END);
	len = ftell(file);
	rewind(file);
	text = malloc((size_t)len + 1);
	*out_len = fread(text, 1, (size_t)len, file);
	fclose(file);
	return text;
}

/* The payload as the request body or query that it is. */
static void payload_read(struct exchange *exchange, const char *format, struct bytes text,
			 struct body_reading *reading)
{
	yyjson_alc alc;

	*reading = (struct body_reading){.kind = BODY_TEXT, .text = text};
	exchange->request.is_seen = true;
	if (strcmp(format, "json") == 0) {
		char *pool = arena_alloc(&exchange->arena, 1 << 20),
		     *copy = arena_alloc(&exchange->arena, text.len + 8);

		memcpy(copy, text.data, text.len);
		yyjson_alc_pool_init(&alc, pool, 1 << 20);
		reading->json =
			yyjson_doc_get_root(yyjson_read_opts(copy, text.len, YYJSON_READ_NOFLAG, &alc, NULL));
		assert_non_null(reading->json);
		reading->kind = BODY_JSON;
	} else if (strcmp(format, "form") == 0) {
		reading->kind = BODY_FORM;
		reading->fields = form_read(text, &exchange->arena, &reading->field_count);
	} else if (strcmp(format, "query") == 0) {
		reading->kind = BODY_EMPTY;
		exchange->query = text;
		exchange->has_query = true;
	}
}

static unsigned planted(yyjson_val *spans, const char *type)
{
	yyjson_val *span;
	size_t index, max;
	unsigned count = 0;

	yyjson_arr_foreach(spans, index, max, span)
	{
		count += strcmp(yyjson_get_str(yyjson_obj_get(span, "type")), type) == 0;
	}
	return count;
}

static void row_run(struct scanner *scanner, yyjson_val *row)
{
	struct exchange *exchange = exchange_new(NULL);
	yyjson_val *text = yyjson_obj_get(row, "text"), *spans = yyjson_obj_get(row, "spans");
	struct body_reading reading;
	struct hits hits;

	payload_read(exchange, yyjson_get_str(yyjson_obj_get(row, "format")),
		     (struct bytes){yyjson_get_str(text), yyjson_get_len(text)}, &reading);
	scanner_scan(scanner, exchange, &reading, NULL, &hits);
	assert_false(hits.is_cut);
	for (size_t i = 0; i < TALLY_COUNT; i++) {
		unsigned count = planted(spans, tallies[i].type), hit = 0;

		for (size_t h = 0; h < hits.count; h++)
			if (bytes_equal(hits.list[h].class->id, bytes_of(tallies[i].class_id)))
				hit += hits.list[h].count;
		tallies[i].planted += count;
		tallies[i].hits += hit;
		tallies[i].found += hit < count ? hit : count;
		if (hit != count && getenv("SPECULAR_CORPUS_VERBOSE") != NULL)
			print_message("%s %s: %u planted, %u hits\n",
				      yyjson_get_str(yyjson_obj_get(row, "id")), tallies[i].class_id, count,
				      hit);
	}
	exchange_free(exchange);
}

static void rows_run(struct scanner *scanner, struct bytes text)
{
	for (struct bytes rest = text; rest.data != NULL;) {
		struct bytes line = bytes_split(&rest, '\n');
		yyjson_doc *doc = yyjson_read(line.data, line.len, 0);

		if (doc != NULL)
			row_run(scanner, yyjson_doc_get_root(doc));
		yyjson_doc_free(doc);
	}
}

static void figures_are_reached(void)
{
	for (size_t i = 0; i < TALLY_COUNT; i++) {
		const struct tally *tally = &tallies[i];
		double recall = tally->planted == 0 ? 1 : (double)tally->found / tally->planted;
		double precision = tally->hits == 0 ? 1 : (double)tally->found / tally->hits;

		print_message("%-18s planted %3u  hits %3u  recall %.3f  precision %.3f\n", tally->class_id,
			      tally->planted, tally->hits, recall, precision);
	}
	for (size_t i = 0; i < TALLY_COUNT; i++) {
		const struct tally *tally = &tallies[i];

		assert_true(tally->planted > 0);
		assert_true(!tally->is_bound || tally->found * 100 >= tally->planted * 98);
		assert_true(!tally->is_bound || tally->found * 100 >= tally->hits * 99);
	}
}

static void labelled_payloads(void **state)
{
	const char *folder = getenv("SPECULAR_CORPUS");
	struct workbench bench;
	size_t len = 0;
	char *text = folder == NULL ? NULL : file_read(folder, "pii/synthetic-payloads.jsonl", &len);

	(void)state;
	if (text == NULL) {
		print_message("skipped: SPECULAR_CORPUS does not name a folder with "
			      "pii/synthetic-payloads.jsonl\n");
		skip();
	}
	assert_true(workbench_up(&bench, NULL));
	rows_run(bench.scanner, (struct bytes){text, len});
	free(text);
	workbench_down(&bench);
	figures_are_reached();
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(labelled_payloads)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
