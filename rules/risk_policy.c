#include "rules/risk_policy.h"

#include <stdlib.h>
#include <string.h>

#include "specs/document.h"
#include "specs/partner.h"

static const struct bytes taken[] = {
	BYTES_INIT("authentication"), BYTES_INIT("conformance"), BYTES_INIT("data_exposure"),
	BYTES_INIT("exposure"),       BYTES_INIT("inventory"),   BYTES_INIT("misuse"),
};

struct reading {
	struct risk_policy *policy;
	const struct document *document;
	struct problems *problems;
	enum status status;
};

static void complain(struct reading *reading, struct place place, const char *mend, const char *what,
		     struct bytes text)
{
	problems_add(reading->problems, PROBLEM_ERROR, "sensor.config_error", place, mend, "%s: \"%.*s\"",
		     what, (int)(text.len > 60 ? 60 : text.len), text.data == NULL ? "" : text.data);
	reading->status = STATUS_INVALID;
}

static struct place place_of(const struct reading *reading, const struct node_entry *entry)
{
	return (struct place){.file = reading->document->file, .line = entry->line, .column = entry->column};
}

static bool number_of(const struct node *node, double least, double most, double *out)
{
	struct bytes text = node_text(node);
	char copy[32] = "", *end;
	double number;

	if (!node_is(node, NODE_NUMBER) || text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.len);
	number = strtod(copy, &end);
	if (*end != '\0' || !(number >= least && number <= most))
		return false;
	*out = number;
	return true;
}

/* -- categories ------------------------------------------------------------------- */

static bool is_name(struct bytes name)
{
	bool is_plain = name.len > 0 && name.len <= 64 && ascii_is_alpha(name.data[0]);

	for (size_t i = 0; is_plain && i < name.len; i++)
		is_plain = ascii_is_alnum(name.data[i]) || name.data[i] == '_';
	for (size_t i = 0; is_plain && i < sizeof(taken) / sizeof(taken[0]); i++)
		is_plain = !bytes_equal(taken[i], name);
	return is_plain;
}

static void read_when(struct reading *reading, const struct node *node, struct risk_rule *rule)
{
	struct risk_policy *policy = reading->policy;
	struct risk_source source = {.place = node_place(reading->document, node),
				     .arena = &policy->arena,
				     .problems = reading->problems};
	enum status status;

	rule->text = arena_copy(&policy->arena, node_text(node));
	source.text = rule->text;
	status = rule->text.data == NULL ? STATUS_NO_MEMORY
					 : risk_compile(&source, &policy->counts, &rule->when);
	if (status != STATUS_OK)
		reading->status = status;
}

static void read_category(struct reading *reading, const struct node_entry *entry)
{
	static const char mend[] = "write NAME: {weight: 3, when: \"count(auth.*) > 0\"}";
	struct risk_policy *policy = reading->policy;
	const struct node *when = node_get(entry->value, "when"), *weight = node_get(entry->value, "weight");
	struct risk_rule rule = {.name = arena_copy(&policy->arena, entry->key)};

	for (size_t i = 0; node_is(entry->value, NODE_TABLE) && i < entry->value->count; i++) {
		const struct node_entry *key = &entry->value->entries[i];

		if (!bytes_equal(key->key, BYTES("when")) && !bytes_equal(key->key, BYTES("weight")))
			complain(reading, place_of(reading, key), mend, "unknown key", key->key);
	}
	if (!is_name(entry->key))
		complain(reading, place_of(reading, entry),
			 "a name of letters, digits and _, other than those of the built-in categories",
			 "no name for a category", entry->key);
	else if (!number_of(weight, 0.01, RISK_WEIGHT_MAX, &rule.weight))
		complain(reading, place_of(reading, entry), "write weight: 3 (above 0, at most 20)",
			 "a category without a good weight", entry->key);
	else if (!node_is(when, NODE_STRING))
		complain(reading, place_of(reading, entry), mend, "a category without when", entry->key);
	else if (policy->category_count == LIMIT_RISK_CATEGORIES)
		complain(reading, place_of(reading, entry), "at most 32", "too many categories", entry->key);
	else
		read_when(reading, when, &rule);
	if (reading->status == STATUS_OK)
		policy->categories[policy->category_count++] = rule;
}

static void read_thresholds(struct reading *reading, const struct node_entry *entry)
{
	struct risk_policy *policy = reading->policy;
	const struct node *list = entry->value;
	double last = 0;

	policy->threshold_count = 0;
	for (size_t i = 0; node_is(list, NODE_LIST) && i < list->count && i < RISK_THRESHOLDS_MAX; i++) {
		double *threshold = &policy->thresholds[policy->threshold_count];

		if (!number_of(list->items[i], 1, 100, threshold) || *threshold <= last)
			break;
		last = *threshold;
		policy->threshold_count++;
	}
	if (!node_is(list, NODE_LIST) || policy->threshold_count != list->count)
		complain(reading, place_of(reading, entry),
			 "write one to four rising scores from 1 to 100: [50, 75]", "no thresholds",
			 entry->key);
}

static void read_root(struct reading *reading)
{
	const struct node *root = reading->document->root;

	if (!node_is(root, NODE_TABLE))
		complain(reading, node_place(reading->document, root), "write categories: {...}",
			 "the file is no table", BYTES(""));
	for (size_t i = 0; node_is(root, NODE_TABLE) && i < root->count; i++) {
		const struct node_entry *entry = &root->entries[i];

		if (bytes_equal(entry->key, BYTES("thresholds"))) {
			read_thresholds(reading, entry);
		} else if (bytes_equal(entry->key, BYTES("categories")) &&
			   node_is(entry->value, NODE_TABLE)) {
			for (size_t j = 0; j < entry->value->count; j++)
				read_category(reading, &entry->value->entries[j]);
		} else {
			complain(reading, place_of(reading, entry), "it has categories and thresholds",
				 "this means nothing in a risk.yaml", entry->key);
		}
	}
}

/* -- the whole -------------------------------------------------------------------- */

static enum status make_kinds(struct reading *reading)
{
	struct risk_policy *policy = reading->policy;

	policy->kinds = arena_alloc(&policy->arena, catalogue_count() * sizeof(*policy->kinds));
	if (policy->kinds == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < policy->counts.count; i++) {
		bool is_known = false;

		for (size_t kind = 0; kind < catalogue_count(); kind++) {
			if (!glob_match(policy->counts.list[i].glob, bytes_of(catalogue_at(kind)->id)))
				continue;
			policy->kinds[kind] |= UINT64_C(1) << i;
			is_known = true;
		}
		if (!is_known)
			complain(reading, node_place(reading->document, reading->document->root),
				 "`specular rules list` has all ids", "count() names no finding",
				 policy->counts.list[i].glob);
	}
	return reading->status;
}

static enum status policy_new(struct risk_policy **out_policy)
{
	struct risk_policy *policy = calloc(1, sizeof(*policy));

	if (policy == NULL)
		return STATUS_NO_MEMORY;
	arena_init(&policy->arena, LIMIT_RISK_BYTES);
	policy->thresholds[0] = 50;
	policy->thresholds[1] = 75;
	policy->threshold_count = 2;
	*out_policy = policy;
	return STATUS_OK;
}

enum status risk_policy_default(struct risk_policy **out_policy)
{
	return policy_new(out_policy);
}

enum status risk_policy_read(struct bytes text, const char *file, struct problems *problems,
			     struct risk_policy **out_policy)
{
	struct document document = {0};
	struct reading reading = {.document = &document, .problems = problems};
	enum status status = policy_new(&reading.policy);

	if (status != STATUS_OK)
		return status;
	status = document_read(text, file, &document, problems);
	if (status == STATUS_OK) {
		read_root(&reading);
		status = reading.status;
	}
	if (status == STATUS_OK)
		status = make_kinds(&reading);
	document_finish(&document);
	if (status == STATUS_OK)
		*out_policy = reading.policy;
	else
		risk_policy_free(reading.policy);
	return status;
}

void risk_policy_free(struct risk_policy *policy)
{
	if (policy == NULL)
		return;
	arena_finish(&policy->arena);
	free(policy);
}

void risk_policy_count(const struct risk_policy *policy, const struct catalogue_entry *kind,
		       unsigned severity, uint32_t *counts)
{
	uint64_t bits = policy->kinds == NULL ? 0 : policy->kinds[kind - catalogue_at(0)];

	for (size_t i = 0; bits != 0; i++, bits >>= 1)
		if ((bits & 1) != 0 && severity >= policy->counts.list[i].severity_min &&
		    severity <= policy->counts.list[i].severity_max && counts[i] < UINT32_MAX)
			counts[i]++;
}

bool risk_policy_is(const char *file)
{
	const char *slash = strrchr(file, '/');

	return strncmp(slash == NULL ? file : slash + 1, "risk.", strlen("risk.")) == 0;
}
