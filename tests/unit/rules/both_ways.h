/*
 * both_ways: a text scanned through the sieve and without it, the way that is the reference: the hits must be
 * the same, in the same order.
 */
#pragma once

#include <stdio.h>
#include <string.h>

#include "rules/scan.h"

static inline void show_all(const struct hits *hits, struct exchange *exchange)
{
	for (size_t i = 0; i < hits->count; i++)
		hit_show(hits, &hits->list[i], &exchange->arena);
}

static inline bool hit_is_same(const struct hit *a, const struct hit *b)
{
	return a->class == b->class && a->side == b->side && a->part == b->part && a->offset == b->offset &&
	       a->len == b->len && a->layer == b->layer && a->count == b->count &&
	       bytes_equal(a->name, b->name) && bytes_equal(a->pointer, b->pointer) &&
	       bytes_equal(a->sample, b->sample) && strcmp(a->value_hmac, b->value_hmac) == 0;
}

/* A scan that ran into a ceiling is no reference: the sieve gets further. */
static inline bool ways_agree(struct scanner *scanner, struct exchange *exchange,
			      const struct body_reading *request, const struct body_reading *response)
{
	struct hits sieved, plain;
	bool is_same;

	scanner_set_plain(scanner, true);
	scanner_scan(scanner, exchange, request, response, &plain);
	show_all(&plain, exchange);
	scanner_set_plain(scanner, false);
	scanner_scan(scanner, exchange, request, response, &sieved);
	show_all(&sieved, exchange);
	is_same = plain.is_cut || (plain.count == sieved.count && plain.left_out == sieved.left_out);
	for (size_t i = 0; i < plain.count && is_same && !plain.is_cut; i++)
		is_same = hit_is_same(&plain.list[i], &sieved.list[i]);
	if (!is_same)
		for (size_t i = 0; i < plain.count || i < sieved.count; i++)
			printf("plain " BYTES_FORMAT ", sieved " BYTES_FORMAT "\n",
			       BYTES_PRINT(i < plain.count ? plain.list[i].class->id : BYTES_NONE),
			       BYTES_PRINT(i < sieved.count ? sieved.list[i].class->id : BYTES_NONE));
	return is_same;
}

/* As a text body of its own and as fields of a form, under a name that gives no context and under `name`. */
static inline bool ways_agree_on(struct scanner *scanner, struct bytes name, struct bytes text)
{
	struct form_field fields[] = {{.name = name, .value = text}, {.name = BYTES("q"), .value = text}};
	struct body_reading form = {.kind = BODY_FORM, .fields = fields, .field_count = 2};
	struct body_reading whole = {.kind = BODY_TEXT, .text = text};
	struct exchange *exchange = exchange_new(NULL);
	bool is_same;

	if (exchange == NULL)
		return false;
	exchange->request.is_seen = exchange->response.is_seen = true;
	is_same = ways_agree(scanner, exchange, &form, &whole);
	if (!is_same)
		printf("in \"" BYTES_FORMAT "\": \"" BYTES_FORMAT "\"\n", BYTES_PRINT(name),
		       BYTES_PRINT(text));
	exchange_free(exchange);
	return is_same;
}
