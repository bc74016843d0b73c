/* allOf, anyOf, oneOf, not, if, discriminator. */
#include <stdio.h>
#include <string.h>

#include "specs/schema_evaluate.h"

#define PROBE_DEPARTURES 2 /* kept of each branch: the first tells how to mend it */

struct closest {
	size_t number; /* of the branch, from 1; 0: none */
	uint64_t count;
	struct departure first;
};

/* How far a failed branch is from fitting: its departures, in full. */
static void probe(struct evaluation *evaluation, const struct schema *branch, size_t number,
		  yyjson_val *value, const struct path *path, struct closest *closest)
{
	struct departure list[LIMIT_DEPARTURES];
	struct departures found = {.list = list};
	struct departures *out = evaluation->out;
	uint64_t count;

	evaluation->out = &found;
	evaluate(evaluation, branch, value, path);
	evaluation->out = out;
	count = found.count + found.left_out;
	if (found.count > 0 && (closest->number == 0 || count < closest->count))
		*closest = (struct closest){.number = number, .count = count, .first = list[0]};
}

static struct closest closest_find(struct evaluation *evaluation, const struct schema_list *list,
				   yyjson_val *value, const struct path *path)
{
	struct closest closest = {0};

	if (evaluation->is_probing)
		return closest;
	evaluation->is_probing = true;
	for (size_t i = 0; i < list->count && !evaluation->is_over; i++)
		probe(evaluation, list->items[i], i + 1, value, path, &closest);
	evaluation->is_probing = false;
	return closest;
}

/* No branch fits: one departure, with words on the branch that nearly does. */
static bool report_none(struct evaluation *evaluation, const struct schema *schema,
			const struct schema_list *list, const char *keyword, yyjson_val *value,
			const struct path *path)
{
	struct closest closest;

	if (evaluation->quiet > 0)
		return false;
	closest = closest_find(evaluation, list, value, path);
	if (closest.number == 0)
		return report(evaluation, schema, KEYWORD_COMPOSITION, value, false, path,
			      "one of the %zu shapes of %s", list->count, keyword);
	return report(evaluation, schema, KEYWORD_COMPOSITION, value, false, path,
		      "one of the %zu shapes of %s; the closest (number %zu) wants at \"" BYTES_FORMAT
		      "\": " BYTES_FORMAT,
		      list->count, keyword, closest.number, BYTES_PRINT(closest.first.pointer),
		      BYTES_PRINT(closest.first.expected));
}

static bool evaluate_any_of(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
			    const struct path *path)
{
	const struct schema_list *list = &schema->logic->any_of;

	for (size_t i = 0; i < list->count; i++)
		if (evaluate_quietly(evaluation, list->items[i], value, path))
			return true;
	return report_none(evaluation, schema, list, "anyOf", value, path);
}

static bool evaluate_one_of(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
			    const struct path *path)
{
	const struct schema_list *list = &schema->logic->one_of;
	size_t count = 0;
	bool has_unchecked = false;

	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i]->is_unchecked) /* it may fit, or not */
			has_unchecked = true;
		else
			count += evaluate_quietly(evaluation, list->items[i], value, path);
		if (count > 1)
			break;
	}
	if (count == 1 || (count == 0 && has_unchecked) || evaluation->is_over)
		return true;
	if (count > 1)
		return report(evaluation, schema, KEYWORD_COMPOSITION, value, false, path,
			      "exactly one of the %zu shapes of oneOf; several fit", list->count);
	return report_none(evaluation, schema, list, "oneOf", value, path);
}

static bool evaluate_if(struct evaluation *evaluation, const struct logic_rule *logic, yyjson_val *value,
			const struct path *path)
{
	const struct schema *next;

	if (logic->if_schema->is_unchecked)
		return true;
	next = evaluate_quietly(evaluation, logic->if_schema, value, path) ? logic->then_schema
									   : logic->else_schema;
	return next == NULL || evaluate(evaluation, next, value, path);
}

static bool evaluate_chosen(struct evaluation *evaluation, const struct schema *target, yyjson_val *value,
			    const struct path *path)
{
	bool fits;

	evaluation->is_chosen = true;
	fits = evaluate(evaluation, target, value, path);
	evaluation->is_chosen = false;
	return fits;
}

/* True when the discriminator decides, in *out_fits, in place of oneOf and anyOf. */
static bool discriminate(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
			 const struct path *path, bool *out_fits)
{
	const struct discriminator_rule *rule = schema->logic->discriminator;
	struct path inner = {.up = path, .name = rule->property};
	const struct schema_name *target = NULL;
	const struct schema *chosen;
	struct bytes word;
	yyjson_val *named;

	if (!yyjson_is_obj(value) || evaluation->is_chosen || rule->target_count == 0)
		return false;
	named = yyjson_obj_getn(value, rule->property.data, rule->property.len);
	word = (struct bytes){.data = yyjson_get_str(named), .len = yyjson_get_len(named)};
	if (yyjson_is_str(named))
		target = schema_name_find(rule->targets, rule->target_count, word);
	chosen = target != NULL ? target->schema : rule->other;
	if (rule->is_own_name_fine && chosen == NULL &&
	    (named == NULL || (yyjson_is_str(named) && bytes_equal(word, rule->own_name))))
		return false;
	if (chosen != NULL)
		*out_fits = evaluate_chosen(evaluation, chosen, value, path);
	else
		*out_fits = report(evaluation, schema, KEYWORD_DISCRIMINATOR, named, true, &inner,
				   "the name of one of %zu shapes", rule->target_count);
	return true;
}

bool evaluate_logic(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
		    const struct path *path)
{
	const struct logic_rule *logic = schema->logic;
	bool is_quiet = evaluation->quiet > 0, fits = true, is_decided = false;

	for (size_t i = 0; i < logic->all_of.count && (fits || !is_quiet); i++)
		fits &= evaluate(evaluation, logic->all_of.items[i], value, path);
	if (is_quiet && !fits)
		return false;
	if (logic->discriminator != NULL) {
		bool fits_chosen = true;

		is_decided = discriminate(evaluation, schema, value, path, &fits_chosen);
		fits &= fits_chosen;
	}
	if (logic->any_of.count > 0 && !is_decided)
		fits &= evaluate_any_of(evaluation, schema, value, path);
	if (logic->one_of.count > 0 && !is_decided)
		fits &= evaluate_one_of(evaluation, schema, value, path);
	if (logic->not_schema != NULL && !logic->not_schema->is_unchecked &&
	    evaluate_quietly(evaluation, logic->not_schema, value, path) && !evaluation->is_over)
		fits = report(evaluation, schema, KEYWORD_COMPOSITION, value, false, path,
			      "a value that does not fit the schema of not");
	if (logic->if_schema != NULL)
		fits &= evaluate_if(evaluation, logic, value, path);
	return fits;
}
