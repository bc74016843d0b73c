/*
 * partner_value: the values of a partner file, each checked, with a problem at its
 * place and words for mending when it is not what it should be.
 *
 *	struct values values = {.document = document, .arena = &arena, .problems = &problems};
 *	values_keys(&values, table, known, sizeof(known) / sizeof(known[0]));
 *	name = values_text(&values, table, "name");
 *	if (values.has_error) ...
 *
 * Lends    texts and lists, in the arena.
 */
#pragma once

#include "parsers/base/endpoint.h"
#include "specs/document.h"

struct values {
	const struct document *document;
	const char *file; /* its name, for as long as what is read lives */
	struct arena *arena;
	struct problems *problems;
	bool has_error;
};

struct texts {
	const struct bytes *list;
	size_t count;
};

void values_error(struct values *values, const struct node *node, const char *mend, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Every key of the table must be among `known`; else an error that names the nearest. */
void values_keys(struct values *values, const struct node *table, const char *const *known,
		 size_t known_count);

/* Each gives the empty value when the key is absent. */
const struct node *values_table(struct values *values, const struct node *table, const char *key);
struct bytes values_text(struct values *values, const struct node *table, const char *key);
struct texts values_texts(struct values *values, const struct node *table,
			  const char *key); /* a list, or one */
uint64_t values_count(struct values *values, const struct node *table, const char *key);
uint64_t values_duration(struct values *values, const struct node *table, const char *key);
const struct network *values_networks(struct values *values, const struct node *table, const char *key,
				      size_t *out_count);

/* "2026-01-31" (UTC) or an RFC 3339 time, since the epoch. `is_end`: a date alone means the end of that day.
 */
uint64_t values_date(struct values *values, const struct node *table, const char *key, bool is_end);

/* "90s", "30m", "1h", "7d", "250ms". */
bool duration_read(struct bytes text, uint64_t *out_ns);
bool date_read(struct bytes text, bool is_end, uint64_t *out_ns);
