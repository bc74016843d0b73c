/* Objects and arrays: their counts, and each member against what describes it. */
#include <stdlib.h>
#include <string.h>

#include "specs/schema_evaluate.h"

#define REQUIRED_SEEN_WORDS 16 /* 1024 required names; the ones beyond are looked up */

static struct bytes text_of(yyjson_val *value)
{
	return (struct bytes){.data = yyjson_get_str(value), .len = yyjson_get_len(value)};
}

/* Is the property readOnly (in a response: writeOnly) for any schema of this value? */
static bool is_one_way(const struct schema *schema, struct bytes name, enum side side, unsigned *budget)
{
	const struct schema_name *found = NULL;
	const struct schema_list *lists[3];

	if (schema == NULL || *budget == 0)
		return false;
	--*budget;
	if (schema->object != NULL)
		found = schema_name_find(schema->object->names, schema->object->name_count, name);
	if (found != NULL && found->schema != NULL &&
	    (side == SIDE_REQUEST ? found->schema->is_read_only : found->schema->is_write_only))
		return true;
	if (is_one_way(schema->reference, name, side, budget))
		return true;
	if (schema->logic == NULL)
		return false;
	lists[0] = &schema->logic->all_of;
	lists[1] = &schema->logic->any_of;
	lists[2] = &schema->logic->one_of;
	for (int i = 0; i < 3; i++)
		for (size_t j = 0; j < lists[i]->count; j++)
			if (is_one_way(lists[i]->items[j], name, side, budget))
				return true;
	return false;
}

static bool is_excused(const struct evaluation *evaluation, const struct schema *schema, struct bytes name)
{
	unsigned budget = 500;

	return is_one_way(schema, name, evaluation->checker->side, &budget) ||
	       is_one_way(evaluation->whole, name, evaluation->checker->side, &budget);
}

static bool check_required(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
			   const uint64_t *seen, const struct path *path)
{
	const struct object_rule *rule = schema->object;
	bool fits = true;

	for (size_t i = 0; i < rule->required_count; i++) {
		struct bytes name = rule->required[i], shown = bytes_slice(name, 0, 100);
		struct path missing = {.up = path, .name = name};

		if (i < REQUIRED_SEEN_WORDS * 64 ? (seen[i / 64] >> (i % 64) & 1) != 0
						 : yyjson_obj_getn(value, name.data, name.len) != NULL)
			continue;
		if (is_excused(evaluation, schema, name))
			continue;
		fits = report(evaluation, schema, KEYWORD_REQUIRED, NULL, false, &missing,
			      "property " BYTES_FORMAT, BYTES_PRINT(shown));
		if (evaluation->quiet > 0)
			return false;
	}
	return fits;
}

static bool check_count(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
			uint64_t min, uint64_t max, const char *what, const struct path *path)
{
	uint64_t count = yyjson_get_len(value);

	if (count < min)
		return report(evaluation, schema, KEYWORD_ITEMS, value, false, path, "at least %llu %s",
			      (unsigned long long)min, what);
	if (count > max)
		return report(evaluation, schema, KEYWORD_ITEMS, value, false, path, "at most %llu %s",
			      (unsigned long long)max, what);
	return true;
}

/* One member of an object, against all that its name selects. */
static bool check_member(struct evaluation *evaluation, const struct schema *schema, yyjson_val *key,
			 yyjson_val *value, uint64_t *seen, const struct path *path)
{
	const struct object_rule *rule = schema->object;
	struct path inner = {.up = path, .name = text_of(key)};
	const struct schema_name *name = schema_name_find(rule->names, rule->name_count, inner.name);
	bool is_named = name != NULL && name->schema != NULL, fits = true;

	if (name != NULL && name->required > 0 && name->required <= REQUIRED_SEEN_WORDS * 64)
		seen[(name->required - 1) / 64] |= 1ull << ((name->required - 1) % 64);
	if (is_named)
		fits = evaluate_inner(evaluation, name->schema, value, &inner);
	for (size_t i = 0; i < rule->pattern_count; i++) {
		if (!pattern_fits(evaluation, schema, rule->patterns[i].pattern, inner.name, &inner))
			continue;
		is_named = true;
		fits &= evaluate_inner(evaluation, rule->patterns[i].schema, value, &inner);
	}
	if (!is_named && rule->additional != NULL && rule->additional->is_never)
		fits = report(evaluation, schema, KEYWORD_ADDITIONAL, value, false, &inner,
			      "no property of this name");
	else if (!is_named && rule->additional != NULL)
		fits = evaluate_inner(evaluation, rule->additional, value, &inner);
	if (rule->property_names != NULL)
		fits &= evaluate_inner(evaluation, rule->property_names, key, &inner);
	return fits;
}

static bool check_dependencies(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
			       const struct path *path)
{
	const struct object_rule *rule = schema->object;
	bool fits = true;

	for (size_t i = 0; i < rule->dependency_count; i++) {
		const struct schema_dependency *dependency = &rule->dependencies[i];
		struct bytes name = dependency->name;

		if (!evaluation_step(evaluation, schema, 1 + yyjson_obj_size(value) / 16, path))
			return true;
		if (yyjson_obj_getn(value, name.data, name.len) == NULL)
			continue;
		if (dependency->schema != NULL)
			fits &= evaluate(evaluation, dependency->schema, value, path);
		for (size_t j = 0; dependency->names != NULL && j < dependency->names->count; j++) {
			struct bytes other = node_text(dependency->names->items[j]);
			struct path missing = {.up = path, .name = other};

			if (other.data == NULL || yyjson_obj_getn(value, other.data, other.len) != NULL)
				continue;
			other = bytes_slice(other, 0, 100);
			fits = report(evaluation, schema, KEYWORD_REQUIRED, NULL, false, &missing,
				      "property " BYTES_FORMAT ", as another is there", BYTES_PRINT(other));
		}
	}
	return fits;
}

bool evaluate_object(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
		     const struct path *path)
{
	const struct object_rule *rule = schema->object;
	uint64_t seen[REQUIRED_SEEN_WORDS] = {0};
	bool is_quiet = evaluation->quiet > 0, fits;
	size_t index, count;
	yyjson_val *key, *member;

	fits = check_count(evaluation, schema, value, rule->count_min, rule->count_max, "properties", path);
	yyjson_obj_foreach(value, index, count, key, member)
	{
		if (is_quiet && !fits)
			return false;
		if (!evaluation_step(evaluation, schema, 1, path))
			return true;
		fits &= check_member(evaluation, schema, key, member, seen, path);
	}
	if (rule->required_count > 0 && (fits || !is_quiet))
		fits &= check_required(evaluation, schema, value, seen, path);
	if (rule->dependency_count > 0 && (fits || !is_quiet))
		fits &= check_dependencies(evaluation, schema, value, path);
	return fits;
}

struct hashed {
	uint64_t hash;
	yyjson_val *value;
};

/* Twice as many slots as items: a power of two. */
#define UNIQUE_FEW 64

/* False when the like is there already. */
static bool take_new(struct hashed *slots, size_t mask, const struct hashed *item, uint64_t *steps)
{
	size_t at = item->hash & mask;

	for (; slots[at].value != NULL; at = (at + 1) & mask)
		if (slots[at].hash == item->hash && value_equals(slots[at].value, item->value, steps))
			return false;
	slots[at] = *item;
	return true;
}

bool array_is_unique(struct evaluation *evaluation, yyjson_val *value)
{
	struct hashed few[UNIQUE_FEW] = {0}, *slots = few;
	uint64_t *steps = &evaluation->checker->steps, seed = (uintptr_t)&few;
	size_t count = yyjson_arr_size(value), slot_count = UNIQUE_FEW, index, max;
	bool is_unique_so_far = true;
	yyjson_val *item;

	while (slot_count < 2 * count)
		slot_count *= 2;
	if (slot_count > UNIQUE_FEW)
		slots = calloc(slot_count, sizeof(*slots));
	if (slots == NULL)
		return true;
	yyjson_arr_foreach(value, index, max, item)
	{
		struct hashed next = {.hash = value_hash(item, seed), .value = item};

		is_unique_so_far = take_new(slots, slot_count - 1, &next, steps);
		if (!is_unique_so_far)
			break;
	}
	if (slots != few)
		free(slots);
	return is_unique_so_far;
}

static bool check_contains(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
			   const struct path *path)
{
	const struct array_rule *rule = schema->array;
	uint64_t found = 0;
	size_t index, count;
	yyjson_val *item;

	yyjson_arr_foreach(value, index, count, item)
	{
		struct path inner = {.up = path, .index = index, .is_index = true};

		evaluation->quiet++;
		found += evaluate_inner(evaluation, rule->contains, item, &inner);
		evaluation->quiet--;
	}
	if (found < rule->contains_min)
		return report(evaluation, schema, KEYWORD_ITEMS, value, false, path,
			      "at least %llu items of a certain kind",
			      (unsigned long long)rule->contains_min);
	if (found > rule->contains_max)
		return report(evaluation, schema, KEYWORD_ITEMS, value, false, path,
			      "at most %llu items of a certain kind", (unsigned long long)rule->contains_max);
	return true;
}

bool evaluate_array(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
		    const struct path *path)
{
	const struct array_rule *rule = schema->array;
	bool is_quiet = evaluation->quiet > 0, fits;
	size_t index, count;
	yyjson_val *item;

	fits = check_count(evaluation, schema, value, rule->count_min, rule->count_max, "items", path);
	yyjson_arr_foreach(value, index, count, item)
	{
		const struct schema *inner_schema =
			index < rule->prefix.count ? rule->prefix.items[index] : rule->items;
		struct path inner = {.up = path, .index = index, .is_index = true};

		if (inner_schema == NULL || (is_quiet && !fits))
			break;
		if (!evaluation_step(evaluation, schema, 1, path))
			return true;
		fits &= evaluate_inner(evaluation, inner_schema, item, &inner);
	}
	if (rule->is_unique && (fits || !is_quiet) && !array_is_unique(evaluation, value))
		fits = report(evaluation, schema, KEYWORD_UNIQUE, value, false, path, "items all different");
	if (rule->contains != NULL && (fits || !is_quiet))
		fits &= check_contains(evaluation, schema, value, path);
	return fits;
}
