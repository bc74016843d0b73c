/*
 * Which schemas look at one value, all together: what none of them names is
 * undeclared, or unevaluated. Two passes, so that the check itself stays plain.
 */
#include <stdlib.h>
#include <string.h>

#include "specs/schema_evaluate.h"

static struct bytes text_of(yyjson_val *value)
{
	return (struct bytes){.data = yyjson_get_str(value), .len = yyjson_get_len(value)};
}

static void list_collect(struct evaluation *evaluation, const struct schema_list *list, yyjson_val *value,
			 const struct path *path, struct applied *applied)
{
	bool has_fit = false;

	for (size_t i = 0; i < list->count; i++) {
		if (!evaluate_quietly(evaluation, list->items[i], value, path))
			continue;
		has_fit = true;
		applied_collect(evaluation, list->items[i], value, path, applied);
	}
	/* a broken value was reported: its names may be those of any branch */
	for (size_t i = 0; !has_fit && i < list->count; i++)
		applied_collect(evaluation, list->items[i], value, path, applied);
}

/* True when the discriminator decides: oneOf and anyOf beside it are not asked. */
static bool chosen_collect(struct evaluation *evaluation, const struct discriminator_rule *rule,
			   yyjson_val *value, const struct path *path, struct applied *applied)
{
	yyjson_val *named = yyjson_obj_getn(value, rule->property.data, rule->property.len);
	const struct schema_name *target = NULL;

	if (yyjson_is_str(named))
		target = schema_name_find(rule->targets, rule->target_count, text_of(named));
	if (target != NULL)
		applied_collect(evaluation, target->schema, value, path, applied);
	else if (rule->other != NULL)
		applied_collect(evaluation, rule->other, value, path, applied);
	return target != NULL || rule->other != NULL;
}

static void if_collect(struct evaluation *evaluation, const struct logic_rule *logic, yyjson_val *value,
		       const struct path *path, struct applied *applied)
{
	bool fits = evaluate_quietly(evaluation, logic->if_schema, value, path);
	const struct schema *next = fits ? logic->then_schema : logic->else_schema;

	if (fits)
		applied_collect(evaluation, logic->if_schema, value, path, applied);
	if (next != NULL)
		applied_collect(evaluation, next, value, path, applied);
}

static void logic_collect(struct evaluation *evaluation, const struct logic_rule *logic, yyjson_val *value,
			  const struct path *path, struct applied *applied)
{
	bool is_decided = false;

	for (size_t i = 0; i < logic->all_of.count; i++)
		applied_collect(evaluation, logic->all_of.items[i], value, path, applied);
	if (logic->discriminator != NULL && yyjson_is_obj(value))
		is_decided = chosen_collect(evaluation, logic->discriminator, value, path, applied);
	if (logic->any_of.count > 0 && !is_decided)
		list_collect(evaluation, &logic->any_of, value, path, applied);
	if (logic->one_of.count > 0 && !is_decided)
		list_collect(evaluation, &logic->one_of, value, path, applied);
	if (logic->if_schema != NULL)
		if_collect(evaluation, logic, value, path, applied);
}

void applied_collect(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
		     const struct path *path, struct applied *applied)
{
	struct scope scope;

	if (!evaluation_step(evaluation, schema, 1, path))
		return;
	for (size_t i = 0; i < applied->count; i++)
		if (applied->list[i] == schema)
			return;
	if (schema->is_unchecked || applied->count == APPLIED_MAX)
		applied->is_cut = true;
	if (applied->count == APPLIED_MAX)
		return;
	applied->list[applied->count++] = schema;
	evaluation->depth++;
	scope_enter(evaluation, schema, &scope);
	if (schema->reference != NULL)
		applied_collect(evaluation, schema->reference, value, path, applied);
	if (schema->dynamic != NULL)
		applied_collect(evaluation, scope_target(evaluation, schema), value, path, applied);
	if (schema->logic != NULL)
		logic_collect(evaluation, schema->logic, value, path, applied);
	for (size_t i = 0; schema->object != NULL && i < schema->object->dependency_count; i++) {
		const struct schema_dependency *dependency = &schema->object->dependencies[i];

		if (dependency->schema != NULL && yyjson_is_obj(value) &&
		    yyjson_obj_getn(value, dependency->name.data, dependency->name.len) != NULL)
			applied_collect(evaluation, dependency->schema, value, path, applied);
	}
	scope_leave(evaluation, &scope);
	evaluation->depth--;
}

struct members {
	const struct schema *list[APPLIED_MAX]; /* that describe one member */
	size_t count;
	bool is_named; /* some schema speaks about it */
};

static void member_add(struct members *members, const struct schema *schema)
{
	members->is_named = true;
	for (size_t i = 0; i < members->count; i++)
		if (members->list[i] == schema)
			return;
	if (members->count < APPLIED_MAX)
		members->list[members->count++] = schema;
}

/* What one schema says about a property: true when it speaks about it. */
static void property_collect(struct evaluation *evaluation, const struct schema *schema, struct bytes name,
			     const struct path *path, struct members *members)
{
	const struct object_rule *rule = schema->object;
	const struct schema_name *found;
	bool is_named;

	if (rule == NULL)
		return;
	found = schema_name_find(rule->names, rule->name_count, name);
	is_named = found != NULL && found->schema != NULL;
	if (is_named)
		member_add(members, found->schema);
	for (size_t i = 0; i < rule->pattern_count; i++)
		if (pattern_fits(evaluation, schema, rule->patterns[i].pattern, name, path)) {
			is_named = true;
			member_add(members, rule->patterns[i].schema);
		}
	if (!is_named && rule->additional != NULL)
		member_add(members, rule->additional);
}

static bool check_unevaluated_properties(struct evaluation *evaluation, const struct schema *schema,
					 const struct applied *applied, yyjson_val *value,
					 const struct path *path)
{
	const struct schema *rule = schema->object->unevaluated;
	size_t index, count;
	yyjson_val *key, *member;
	bool fits = true;

	yyjson_obj_foreach(value, index, count, key, member)
	{
		struct path inner = {.up = path, .name = text_of(key)};
		struct members members = {0};

		for (size_t i = 0; i < applied->count; i++) {
			const struct object_rule *other = applied->list[i]->object;

			property_collect(evaluation, applied->list[i], inner.name, &inner, &members);
			members.is_named |= i > 0 && other != NULL && other->unevaluated != NULL;
		}
		if (members.is_named || applied->is_cut)
			continue;
		if (!evaluation_step(evaluation, schema, applied->count, path))
			return true;
		if (rule->is_never)
			fits = report(evaluation, schema, KEYWORD_ADDITIONAL, member, false, &inner,
				      "no property of this name");
		else
			fits &= evaluate_inner(evaluation, rule, member, &inner);
	}
	return fits;
}

/* Is this item evaluated by any of the schemas, the first one's own unevaluatedItems aside? */
static bool is_item_evaluated(struct evaluation *evaluation, const struct applied *applied, size_t index,
			      yyjson_val *item, const struct path *path)
{
	for (size_t i = 0; i < applied->count; i++) {
		const struct array_rule *rule = applied->list[i]->array;
		bool is_contained;

		if (rule == NULL)
			continue;
		if (index < rule->prefix.count || rule->items != NULL || (i > 0 && rule->unevaluated != NULL))
			return true;
		evaluation->quiet++;
		is_contained =
			rule->contains != NULL && evaluate_inner(evaluation, rule->contains, item, path);
		evaluation->quiet--;
		if (is_contained)
			return true;
	}
	return applied->is_cut;
}

static bool check_unevaluated_items(struct evaluation *evaluation, const struct schema *schema,
				    const struct applied *applied, yyjson_val *value, const struct path *path)
{
	const struct schema *rule = schema->array->unevaluated;
	size_t index, count;
	yyjson_val *item;
	bool fits = true;

	yyjson_arr_foreach(value, index, count, item)
	{
		struct path inner = {.up = path, .index = index, .is_index = true};

		if (!evaluation_step(evaluation, schema, applied->count, path))
			return true;
		if (is_item_evaluated(evaluation, applied, index, item, &inner))
			continue;
		if (rule->is_never)
			fits = report(evaluation, schema, KEYWORD_ADDITIONAL, item, false, &inner,
				      "no item at this place");
		else
			fits &= evaluate_inner(evaluation, rule, item, &inner);
	}
	return fits;
}

bool evaluate_unevaluated(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
			  const struct path *path)
{
	struct applied applied = {.count = 0};

	applied_collect(evaluation, schema, value, path, &applied);
	if (yyjson_is_obj(value) && schema->object != NULL && schema->object->unevaluated != NULL)
		return check_unevaluated_properties(evaluation, schema, &applied, value, path);
	if (yyjson_is_arr(value) && schema->array != NULL && schema->array->unevaluated != NULL)
		return check_unevaluated_items(evaluation, schema, &applied, value, path);
	return true;
}

static void report_direction(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
			     const struct path *path)
{
	bool is_request = evaluation->checker->side == SIDE_REQUEST;

	if (is_request ? !schema->is_read_only : !schema->is_write_only)
		return;
	evaluation->is_broken = true;
	report(evaluation, schema, is_request ? KEYWORD_READ_ONLY : KEYWORD_WRITE_ONLY, value, false, path,
	       is_request ? "only in responses" : "only in requests");
}

/* Says nothing where some schema is open for other names, nobody lists any, or it depends on a dynamic scope.
 */
static bool lists_names(const struct applied *applied)
{
	bool lists = false;

	for (size_t i = 0; i < applied->count; i++) {
		const struct object_rule *rule = applied->list[i]->object;

		if (applied->list[i]->scope != NULL || applied->list[i]->dynamic != NULL)
			return false;
		if (rule == NULL)
			continue;
		if (rule->additional != NULL || rule->unevaluated != NULL)
			return false;
		lists |= rule->has_properties;
	}
	return lists && !applied->is_cut;
}

static void object_undeclared(struct evaluation *evaluation, const struct applied *applied, yyjson_val *value,
			      const struct path *path)
{
	bool lists = lists_names(applied);
	size_t index, count;
	yyjson_val *key, *member;

	yyjson_obj_foreach(value, index, count, key, member)
	{
		struct path inner = {.up = path, .name = text_of(key)};
		struct members members = {.count = 0};

		for (size_t i = 0; i < applied->count; i++)
			property_collect(evaluation, applied->list[i], inner.name, &inner, &members);
		if (!members.is_named && lists)
			report(evaluation, applied->list[0], KEYWORD_UNDECLARED, member, false, &inner,
			       "a name that the contract lists");
		for (size_t i = 0; i < members.count; i++)
			report_direction(evaluation, members.list[i], member, &inner);
		if (members.count > 0)
			evaluate_undeclared(evaluation, members.list, members.count, member, &inner);
	}
}

static void array_undeclared(struct evaluation *evaluation, const struct applied *applied, yyjson_val *value,
			     const struct path *path)
{
	size_t index, count;
	yyjson_val *item;

	yyjson_arr_foreach(value, index, count, item)
	{
		struct path inner = {.up = path, .index = index, .is_index = true};
		struct members members = {.count = 0};

		for (size_t i = 0; i < applied->count; i++) {
			const struct array_rule *rule = applied->list[i]->array;

			if (rule != NULL && index < rule->prefix.count)
				member_add(&members, rule->prefix.items[index]);
			else if (rule != NULL && rule->items != NULL)
				member_add(&members, rule->items);
		}
		if (members.count > 0)
			evaluate_undeclared(evaluation, members.list, members.count, item, &inner);
	}
}

void evaluate_undeclared(struct evaluation *evaluation, const struct schema *const *schemas, size_t count,
			 yyjson_val *value, const struct path *path)
{
	const struct schema *whole = evaluation->whole;
	struct applied applied;

	if (!yyjson_is_ctn(value) || count == 0)
		return;
	if (!evaluation_step(evaluation, schemas[0], 1 + yyjson_get_len(value), path))
		return;
	applied.count = 0;
	applied.is_cut = false;
	for (size_t i = 0; i < count; i++) {
		evaluation->whole = schemas[i];
		applied_collect(evaluation, schemas[i], value, path, &applied);
	}
	evaluation->whole = whole;
	if (applied.count == 0)
		return;
	evaluation->depth++;
	if (yyjson_is_obj(value))
		object_undeclared(evaluation, &applied, value, path);
	else
		array_undeclared(evaluation, &applied, value, path);
	evaluation->depth--;
}
