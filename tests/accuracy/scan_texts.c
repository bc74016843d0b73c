/*
 * scan_texts: the sensor's own data scan over texts, for accuracy.py. One JSON object a line comes in, the
 *classes found with their counts go out: "us_ssn 2 email 1".
 *
 *	{"format": "json|form|query|xml|text", "text": "..."}
 *	{"class": "us_ssn", "text": "..."}		the text as the value of a field named by the class's
 *first word
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/scan.h"
#include "tests/unit/rules/workbench.h"

static struct bytes text_of(yyjson_val *row, const char *name)
{
	yyjson_val *value = yyjson_obj_get(row, name);

	return (struct bytes){yyjson_get_str(value), yyjson_get_len(value)};
}

static const char *media_type(struct bytes format)
{
	if (bytes_equal(format, BYTES("json")))
		return "application/json";
	if (bytes_equal(format, BYTES("form")))
		return "application/x-www-form-urlencoded";
	return bytes_equal(format, BYTES("xml")) ? "application/xml" : "text/plain";
}

static void request_make(struct exchange *exchange, struct header *type, struct bytes format,
			 struct bytes text)
{
	struct message *request = &exchange->request;

	request->is_seen = true;
	if (bytes_equal(format, BYTES("query"))) {
		exchange->query = text;
		exchange->has_query = true;
		return;
	}
	*type = (struct header){.name = BYTES("content-type"), .value = bytes_of(media_type(format))};
	request->headers = type;
	request->header_count = 1;
	request->body.content = text;
	request->body.state = BODY_WHOLE;
}

/* Of every class, summed over places. */
static void hits_print(const struct packs *packs, const struct hits *hits)
{
	for (size_t i = 0; i < packs->count; i++) {
		unsigned count = 0;

		for (size_t h = 0; h < hits->count; h++)
			if (hits->list[h].class == &packs->classes[i])
				count += hits->list[h].count;
		if (count > 0)
			printf(BYTES_FORMAT " %u ", BYTES_PRINT(packs->classes[i].id), count);
	}
	printf("\n");
}

static void row_run(struct scanner *scanner, const struct packs *packs, yyjson_val *row)
{
	struct bytes class_id = text_of(row, "class"), text = text_of(row, "text");
	struct exchange *exchange = exchange_new(NULL);
	struct body_reading reading = {.kind = BODY_EMPTY};
	struct form_field field;
	struct header type;
	struct hits hits;

	if (exchange == NULL)
		abort();
	if (class_id.len > 0) {
		const struct data_class *class = packs_class(packs, class_id);

		field = (struct form_field){.name = class != NULL && class->context_count > 0
							    ? class->context[0]
							    : BYTES("value"),
					    .value = text};
		reading = (struct body_reading){.kind = BODY_FORM, .fields = &field, .field_count = 1};
	} else {
		request_make(exchange, &type, text_of(row, "format"), text);
		body_read(exchange, &exchange->request, NULL, &reading);
	}
	scanner_scan(scanner, exchange, &reading, NULL, &hits);
	hits_print(packs, &hits);
	exchange_free(exchange);
}

int main(void)
{
	struct workbench bench;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (!workbench_up(&bench, NULL))
		return 1;
	while ((len = getline(&line, &size, stdin)) > 0) {
		yyjson_doc *doc = yyjson_read(line, (size_t)len, 0);

		if (doc == NULL)
			printf("\n");
		else
			row_run(bench.scanner, &bench.packs, yyjson_doc_get_root(doc));
		yyjson_doc_free(doc);
	}
	free(line);
	workbench_down(&bench);
	return 0;
}
