/* Runs a plan. Follows schema_check*.c in what fits and schema_applied.c in what is to be reported. */
#include "parsers/json_names.h"
#include "specs/schema_plan.h"

/* A check that takes longer than this is left to the full walk, which has its own ceiling. */
#define QUICK_STEPS_MAX (LIMIT_SCHEMA_STEPS / 4)
#define QUICK_DEPTH_MAX (LIMIT_SCHEMA_DEPTH / 2)

struct quick {
	struct evaluation *evaluation;
	uint64_t steps;
	unsigned depth;
	bool is_request;
	bool are_names_once; /* of all objects, as far as their plans know the names */
};

static enum quick_outcome quick_container(struct quick *quick, const struct schema *schema, yyjson_val *value,
					  bool is_chosen);
static enum quick_outcome quick_branches(struct quick *quick, const struct plan *plan, yyjson_val *value,
					 bool is_chosen);

static inline enum quick_outcome worse(enum quick_outcome a, enum quick_outcome b)
{
	return a > b ? a : b;
}

static inline struct bytes text_of(yyjson_val *value)
{
	return (struct bytes){.data = unsafe_yyjson_get_str(value), .len = unsafe_yyjson_get_len(value)};
}

static enum quick_outcome quick_scalars(struct quick *quick, const struct plan *plan, yyjson_val *value)
{
	struct evaluation *evaluation = quick->evaluation;

	for (size_t i = 0; i < plan->scalar_count; i++)
		if (!evaluate_scalar(evaluation, plan->scalars[i], value, NULL))
			return QUICK_FAILS;
	return evaluation->is_pattern_over || evaluation->is_broken ? QUICK_UNSURE : QUICK_FITS;
}

static inline enum quick_outcome quick_value(struct quick *quick, const struct schema *schema,
					     yyjson_val *value, bool is_chosen)
{
	const struct plan *plan = schema->plan;
	uint32_t tag = 1u << (value->tag & 31);
	enum quick_outcome outcome = QUICK_FITS;

	if (plan == NULL || ++quick->steps > QUICK_STEPS_MAX || (plan->unsure_tags & tag) != 0)
		return QUICK_UNSURE;
	if ((plan->tags & tag) == 0)
		return QUICK_FAILS;
	if (plan->scalar_count > 0)
		outcome = quick_scalars(quick, plan, value);
	if (outcome != QUICK_FITS)
		return outcome;
	if (unsafe_yyjson_is_ctn(value)) {
		if (quick->depth >= QUICK_DEPTH_MAX)
			return QUICK_UNSURE;
		quick->depth++;
		outcome = quick_container(quick, schema, value, is_chosen);
		quick->depth--;
	} else if (plan->branches != NULL) {
		outcome = quick_branches(quick, plan, value, is_chosen);
	}
	return outcome;
}

/* A required name is missing: unless it may be readOnly there, that is that. */
static enum quick_outcome missing(const struct plan *plan, uint64_t bits)
{
	for (; bits != 0; bits &= bits - 1)
		if (!*plan->excuses[__builtin_ctzll(bits)])
			return QUICK_FAILS;
	return QUICK_UNSURE;
}

static __attribute__((noinline)) enum quick_outcome other_name(struct quick *quick, const struct plan *plan,
							       yyjson_val *member)
{
	quick->are_names_once = false;
	if (plan->is_closed)
		return QUICK_FAILS;
	if (plan->additional == NULL)
		return plan->lists_names ? QUICK_UNSURE : QUICK_FITS;
	if (quick->is_request ? plan->additional->is_read_only : plan->additional->is_write_only)
		return QUICK_UNSURE;
	return quick_value(quick, plan->additional, member, false);
}

static __attribute__((noinline)) enum quick_outcome
quick_member(struct quick *quick, const struct plan_name *name, yyjson_val *member)
{
	enum quick_outcome outcome = quick_value(quick, name->schema, member, false);

	if (!name->is_more)
		return outcome;
	if (name->second != NULL && outcome != QUICK_FAILS)
		outcome = worse(outcome, quick_value(quick, name->second, member, false));
	if (quick->is_request ? name->is_read_only : name->is_write_only)
		outcome = worse(outcome, QUICK_UNSURE);
	return outcome;
}

/* The name is found by its text, and noted where `note` is, unless that is NULL. */
static __attribute__((noinline)) const struct plan_name *name_search(const struct plan *plan, yyjson_val *key,
								     const void **note)
{
	size_t at = words_find(&plan->words, plan->names, sizeof(*plan->names), text_of(key));

	if (at == SIZE_MAX)
		return NULL;
	if (note != NULL)
		*note = &plan->names[at];
	return &plan->names[at];
}

/* Which name of the plan it is; NULL: another one. A name that is known has noted which it was the last time.
 */
static inline const struct plan_name *name_find(const struct plan *plan, yyjson_val *key)
{
	struct json_name *known = json_name_of(key);
	const void **note = known != NULL ? json_name_note(known, plan->note) : NULL;

	if (note != NULL && (uintptr_t)*note - (uintptr_t)plan->names < plan->names_len)
		return *note;
	return name_search(plan, key, note);
}

static enum quick_outcome quick_object(struct quick *quick, const struct plan *plan, yyjson_val *value)
{
	const size_t count = unsafe_yyjson_get_len(value);
	yyjson_val *key = unsafe_yyjson_get_first(value);
	enum quick_outcome outcome = QUICK_FITS;
	uint64_t seen = 0, twice = 0;

	if (count < plan->count_min || count > plan->count_max)
		return QUICK_FAILS;
	quick->steps += count;
	for (size_t left = count; left > 0; left--) {
		const struct plan_name *name = name_find(plan, key);
		yyjson_val *member = key + 1;

		if (name != NULL) {
			twice |= seen & name->bit;
			seen |= name->bit;
			key = member + 1;
			if (schema_sure_fits(name->sure, member))
				continue;
		}
		key = unsafe_yyjson_get_next(member);
		outcome = worse(outcome, name != NULL && name->schema != NULL
						 ? quick_member(quick, name, member)
						 : other_name(quick, plan, member));
		if (outcome == QUICK_FAILS)
			return outcome;
	}
	quick->are_names_once &= twice == 0;
	if ((plan->required & ~seen) != 0)
		outcome = worse(outcome, missing(plan, plan->required & ~seen));
	return outcome;
}

static enum quick_outcome quick_array(struct quick *quick, const struct plan *plan, yyjson_val *value)
{
	size_t left = unsafe_yyjson_get_len(value);
	yyjson_val *item = unsafe_yyjson_get_first(value);
	enum quick_outcome outcome = QUICK_FITS;

	if (left < plan->items_min || left > plan->items_max)
		return QUICK_FAILS;
	quick->steps += left;
	for (; left > 0 && plan->items != NULL && outcome != QUICK_FAILS; left--) {
		if (plan->items->plan == NULL || !schema_sure_fits(&plan->items->plan->sure, item))
			outcome = worse(outcome, quick_value(quick, plan->items, item, false));
		item = unsafe_yyjson_get_next(item);
	}
	if (outcome == QUICK_FITS && plan->is_unique && !array_is_unique(quick->evaluation, value))
		return QUICK_FAILS;
	return outcome;
}

/* The only branch that can fit what the object says it is; NULL when it says nothing known. */
static const struct schema *told_branch(const struct plan_telling *telling, yyjson_val *value)
{
	yyjson_val *key = unsafe_yyjson_get_first(value);

	for (size_t left = unsafe_yyjson_get_len(value); left > 0; left--) {
		size_t at;

		if (!word_equal(telling->name, text_of(key))) {
			key = unsafe_yyjson_get_next(key + 1);
			continue;
		}
		if (!unsafe_yyjson_is_str(key + 1))
			return NULL;
		at = words_find(&telling->words, telling->told, sizeof(*telling->told), text_of(key + 1));
		return at == SIZE_MAX ? NULL : telling->told[at].branch;
	}
	return NULL;
}

/* An object that is another branch's: told by the names alone, before any value is looked at. */
static bool names_rule_out(struct quick *quick, const struct plan *plan, yyjson_val *value)
{
	yyjson_val *key = unsafe_yyjson_get_first(value);
	size_t left = unsafe_yyjson_get_len(value);
	uint64_t seen = 0;

	if (!plan->has_object || plan->discriminator != NULL ||
	    (plan->unsure_tags & 1u << YYJSON_TYPE_OBJ) != 0)
		return false;
	quick->steps += left;
	for (; left > 0; left--, key = unsafe_yyjson_get_next(key + 1)) {
		const struct plan_name *name = name_find(plan, key);

		if (name == NULL && plan->is_closed)
			return true;
		seen |= name != NULL ? name->bit : 0;
	}
	return missing(plan, plan->required & ~seen) == QUICK_FAILS;
}

/* All branches are tried: a second one may have something to say as well. */
static enum quick_outcome quick_branches(struct quick *quick, const struct plan *plan, yyjson_val *value,
					 bool is_chosen)
{
	bool is_object = unsafe_yyjson_is_obj(value);
	size_t fitting = 0;

	if (plan->telling != NULL && plan->telling->told_count > 0 && is_object) {
		const struct schema *branch = told_branch(plan->telling, value);

		return branch == NULL ? QUICK_FAILS : quick_value(quick, branch, value, is_chosen);
	}
	for (size_t i = 0; i < plan->branches->count; i++) {
		const struct schema *branch = plan->branches->items[i];
		enum quick_outcome outcome;

		if (is_object && branch->plan != NULL && names_rule_out(quick, branch->plan, value))
			continue;
		outcome = quick_value(quick, branch, value, is_chosen);
		if (outcome == QUICK_UNSURE)
			return QUICK_UNSURE;
		fitting += outcome == QUICK_FITS;
	}
	return fitting == 1 || (fitting > 1 && !plan->is_one_of) ? QUICK_FITS : QUICK_FAILS;
}

static bool has_part(const struct plan *plan, const struct schema *part)
{
	for (size_t i = 0; plan != NULL && i < plan->part_count; i++)
		if (plan->parts[i] == part)
			return true;
	return false;
}

/* The schema that the value's own word names; NULL with *out_is_sure when the plain keywords decide. */
static const struct schema *chosen_of(const struct discriminator_rule *rule, yyjson_val *value,
				      bool *out_is_sure)
{
	yyjson_val *named = yyjson_obj_getn(value, rule->property.data, rule->property.len);
	const struct schema_name *target;

	*out_is_sure = false;
	if (!yyjson_is_str(named))
		return NULL;
	target = schema_name_find(rule->targets, rule->target_count, text_of(named));
	*out_is_sure = target == NULL && rule->other == NULL && rule->is_own_name_fine &&
		       bytes_equal(text_of(named), rule->own_name);
	return target != NULL ? target->schema : rule->other;
}

static enum quick_outcome quick_container(struct quick *quick, const struct schema *schema, yyjson_val *value,
					  bool is_chosen)
{
	const struct plan *plan = schema->plan;
	enum quick_outcome outcome = QUICK_FITS;
	bool is_object = unsafe_yyjson_is_obj(value), is_decided = false, is_sure;

	if (is_object && plan->discriminator != NULL && !is_chosen && plan->discriminator->target_count > 0) {
		const struct schema *chosen = chosen_of(plan->discriminator, value, &is_sure);

		if (chosen == NULL && !is_sure)
			return QUICK_UNSURE;
		is_decided = chosen != NULL;
		if (is_decided && !has_part(plan, chosen)) {
			outcome = quick_value(quick, chosen, value, true);
			if (has_part(chosen->plan, schema))
				return outcome; /* an heir: it has all of this schema in its own plan */
		}
	}
	if (is_object && plan->has_object && outcome != QUICK_FAILS)
		outcome = worse(outcome, quick_object(quick, plan, value));
	if (!is_object && plan->has_array && outcome != QUICK_FAILS)
		outcome = worse(outcome, quick_array(quick, plan, value));
	if (!(is_object ? plan->has_object : plan->items != NULL) && unsafe_yyjson_get_len(value) > 0)
		quick->are_names_once = false; /* what is in it was not looked at */
	if (plan->branches != NULL && !is_decided && outcome != QUICK_FAILS)
		outcome = worse(outcome, quick_branches(quick, plan, value, is_chosen));
	return outcome;
}

bool quick_fits(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value)
{
	struct quick quick = {.evaluation = evaluation,
			      .is_request = evaluation->checker->side == SIDE_REQUEST,
			      .are_names_once = true};
	enum quick_outcome outcome;

	evaluation->quiet++;
	outcome = quick_value(&quick, schema, value, false);
	evaluation->quiet--;
	evaluation->checker->steps += quick.steps;
	evaluation->checker->are_names_once = outcome == QUICK_FITS && quick.are_names_once;
	evaluation->is_pattern_over = evaluation->is_broken = evaluation->is_over = false;
	return outcome == QUICK_FITS;
}
