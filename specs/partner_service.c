#include "specs/partner_service.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"

#define NUMBER_LEN_MAX 32

/* A number from `low` to `high`; 0 when it is absent or none. */
static double number_read(struct values *values, const struct node *table, const char *key, double low,
			  double high)
{
	const struct node *node = node_get(table, key);
	struct bytes text = node_text(node);
	char digits[NUMBER_LEN_MAX] = "", *end = digits;
	double number = 0;

	if (node == NULL)
		return 0;
	if (text.len > 0 && text.len < sizeof(digits) && ascii_is_digit(text.data[0])) {
		memcpy(digits, text.data, text.len);
		number = strtod(digits, &end);
	}
	if (end == digits || *end != '\0' || number < low || number > high) {
		values_error(values, node, "write a plain number", "%s is not a number from %g to %g", key,
			     low, high);
		return 0;
	}
	return number;
}

void slo_read(struct values *values, struct slo_agreed *out_slo)
{
	const struct node *table = values_table(values, values->document->root, "slo");
	static const char *const known[] = {"latency_ms_p95", "error_rate_max", "availability"};

	values_keys(values, table, known, sizeof(known) / sizeof(known[0]));
	*out_slo = (struct slo_agreed){
		.latency_ms_p95 = number_read(values, table, "latency_ms_p95", 0.001, 86400e3),
		.error_rate_max = number_read(values, table, "error_rate_max", 0.000001, 1),
		.availability = number_read(values, table, "availability", 0.01, 1),
	};
}

/* Labels and documents travel as base64 in JSON, lists of a day's shipments in one array: what passes these
 * is far from everyday traffic. */
static const struct resources_agreed resources_usual = {
	.payload_bytes = 4 * MIB,
	.json_depth = 40,
	.json_entries = 5000,
	.array_items = 10000,
	.string_bytes = 3 * MIB,
	.name_bytes = 256,
	.xml_depth = 60,
	.page_rows = 10000,
};

const struct resources_agreed *resources_of(const struct partner *partner)
{
	return partner == NULL ? &resources_usual : &partner->resources;
}

void resources_read(struct values *values, struct resources_agreed *out_resources)
{
	const struct node *table = values_table(values, values->document->root, "resources");
	struct resources_agreed agreed = resources_usual;
	const struct {
		const char *key;
		uint64_t *to;
	} keys[] = {
		{"payload_bytes", &agreed.payload_bytes}, {"json_depth", &agreed.json_depth},
		{"json_entries", &agreed.json_entries},   {"array_items", &agreed.array_items},
		{"string_bytes", &agreed.string_bytes},   {"name_bytes", &agreed.name_bytes},
		{"xml_depth", &agreed.xml_depth},         {"page_rows", &agreed.page_rows},
	};
	const char *known[sizeof(keys) / sizeof(keys[0])];

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		uint64_t count = values_count(values, table, keys[i].key);

		known[i] = keys[i].key;
		if (count > 0)
			*keys[i].to = count;
	}
	values_keys(values, table, known, sizeof(known) / sizeof(known[0]));
	*out_resources = agreed;
}

static struct suppression suppression_read(struct values *values, const struct node *node)
{
	static const char *const known[] = {"id", "operation", "until", "owner", "reason"};
	struct suppression entry;

	values_keys(values, node, known, sizeof(known) / sizeof(known[0]));
	entry = (struct suppression){
		.id = values_text(values, node, "id"),
		.operation = values_text(values, node, "operation"),
		.owner = values_text(values, node, "owner"),
		.reason = values_text(values, node, "reason"),
		.until_ns = values_date(values, node, "until", true),
	};
	if (entry.id.len == 0)
		values_error(values, node, "add id: auth.missing", "suppress: an entry without an id");
	/* What nobody answers for, or what never ends, is a blind spot and not a decision. */
	if (entry.owner.len == 0 || entry.until_ns == 0)
		values_error(values, node, "add owner: NAME and until: 2026-12-31",
			     "suppress: an entry needs an owner and an end date");
	return entry;
}

const struct suppression *suppressions_read(struct values *values, size_t *out_count)
{
	const struct node *node = node_get(values->document->root, "suppress");
	struct suppression *list;

	*out_count = 0;
	if (node == NULL)
		return NULL;
	if (!node_is(node, NODE_LIST)) {
		values_error(values, node, "write - {id: auth.missing, until: 2026-12-31, owner: NAME}",
			     "suppress is not a list");
		return NULL;
	}
	list = arena_alloc(values->arena, (node->count + 1) * sizeof(*list));
	for (size_t i = 0; list != NULL && i < node->count; i++)
		list[(*out_count)++] = suppression_read(values, node->items[i]);
	return list;
}
