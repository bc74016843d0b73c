#include "specs/schema_plan.h"

#include "parsers/json_names.h"

/* The low five bits of a yyjson tag: type, and subtype above it. */
#define TAG(type, subtype) (1u << ((unsigned)(type) | (unsigned)(subtype)))

static uint32_t tags_of(unsigned types)
{
	static const struct {
		unsigned type;
		uint32_t tags;
	} table[] = {
		{SCHEMA_NULL, TAG(YYJSON_TYPE_NULL, 0)},
		{SCHEMA_BOOLEAN,
		 TAG(YYJSON_TYPE_BOOL, YYJSON_SUBTYPE_FALSE) | TAG(YYJSON_TYPE_BOOL, YYJSON_SUBTYPE_TRUE)},
		{SCHEMA_INTEGER,
		 TAG(YYJSON_TYPE_NUM, YYJSON_SUBTYPE_UINT) | TAG(YYJSON_TYPE_NUM, YYJSON_SUBTYPE_SINT)},
		{SCHEMA_NUMBER, TAG(YYJSON_TYPE_NUM, YYJSON_SUBTYPE_REAL)},
		{SCHEMA_STRING, TAG(YYJSON_TYPE_STR, 0) | TAG(YYJSON_TYPE_STR, YYJSON_SUBTYPE_NOESC)},
		{SCHEMA_ARRAY, TAG(YYJSON_TYPE_ARR, 0)},
		{SCHEMA_OBJECT, TAG(YYJSON_TYPE_OBJ, 0)},
	};
	uint32_t tags = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (types & table[i].type)
			tags |= table[i].tags;
	return tags;
}

/* The schema, what it refers to, its allOf, theirs. False when they are too many. */
static bool parts_collect(const struct schema *schema, const struct schema **parts, size_t *count)
{
	for (size_t i = 0; i < *count; i++)
		if (parts[i] == schema)
			return true;
	if (*count == PLAN_PARTS_MAX)
		return false;
	parts[(*count)++] = schema;
	if (schema->reference != NULL && !parts_collect(schema->reference, parts, count))
		return false;
	for (size_t i = 0; schema->logic != NULL && i < schema->logic->all_of.count; i++)
		if (!parts_collect(schema->logic->all_of.items[i], parts, count))
			return false;
	return true;
}

static bool is_anything(const struct schema *schema)
{
	return schema->types == SCHEMA_ANY && !schema->is_never && !schema->is_unchecked &&
	       schema->reference == NULL && schema->dynamic == NULL && schema->choice == NULL &&
	       schema->constant == NULL && schema->object == NULL && schema->array == NULL &&
	       schema->text == NULL && schema->number == NULL && schema->logic == NULL;
}

static void logic_join(struct plan *plan, const struct schema *part)
{
	const struct logic_rule *logic = part->logic;

	if (logic->not_schema != NULL || logic->if_schema != NULL)
		plan->is_unsure = true;
	if (logic->any_of.count > 0 || logic->one_of.count > 0) {
		plan->is_unsure |=
			plan->branches != NULL || (logic->any_of.count > 0 && logic->one_of.count > 0);
		plan->is_one_of = logic->one_of.count > 0;
		plan->branches = plan->is_one_of ? &logic->one_of : &logic->any_of;
	}
	if (logic->discriminator != NULL) {
		plan->is_unsure |= plan->discriminator != NULL;
		plan->discriminator = logic->discriminator;
		plan->discriminating = part;
	}
}

static void array_join(struct plan *plan, const struct array_rule *rule)
{
	plan->is_unsure |= plan->has_array || rule->prefix.count > 0 || rule->contains != NULL ||
			   rule->unevaluated != NULL;
	plan->has_array = true;
	plan->items = rule->items;
	plan->items_min = rule->count_min;
	plan->items_max = rule->count_max;
	plan->is_unique = rule->is_unique;
}

static struct plan_name *name_of(struct plan *plan, struct bytes name, size_t known)
{
	for (size_t i = 0; i < known; i++) /* names of earlier parts: few parts have many */
		if (bytes_equal(plan->names[i].name, name))
			return &plan->names[i];
	plan->names[plan->name_count].name = name;
	return &plan->names[plan->name_count++];
}

static void name_join(struct plan_name *name, struct plan *plan, const struct schema *schema)
{
	if (schema == NULL)
		return;
	if (name->schema == NULL)
		name->schema = schema;
	else if (name->schema != schema && name->second == NULL)
		name->second = schema;
	else if (name->schema != schema)
		plan->is_unsure = true;
	name->is_read_only |= schema->is_read_only;
	name->is_write_only |= schema->is_write_only;
	name->is_more = name->second != NULL || name->is_read_only || name->is_write_only;
}

/* Is a required name readOnly or writeOnly somewhere? Known when all is compiled: a place to look at then. */
static bool *one_way_of(struct schema_set *set, struct bytes name)
{
	bool is_new, *place = map_put(&set->one_way, name.data == NULL ? BYTES("") : name, &is_new);

	set->is_full |= place == NULL;
	return place;
}

static void require(struct schema_set *set, struct plan *plan, struct plan_name *name, size_t *count)
{
	if (name->bit != 0)
		return;
	if (*count == PLAN_REQUIRED_MAX) {
		plan->is_unsure = true;
		return;
	}
	name->bit = 1ull << *count;
	plan->required |= name->bit;
	plan->excuses[(*count)++] = one_way_of(set, name->name);
}

/* In the order in which the contract lists them. */
static void names_join(struct schema_set *set, struct plan *plan, const struct schema *part,
		       size_t *required_count)
{
	const struct object_rule *rule = part->object;
	const struct node *properties = node_get(part->node, "properties");
	size_t known = plan->name_count;

	for (size_t i = 0; rule->has_properties && i < properties->count; i++) {
		const struct schema_name *name =
			schema_name_find(rule->names, rule->name_count, properties->entries[i].key);

		if (name != NULL)
			name_join(name_of(plan, name->name, known), plan, name->schema);
	}
	for (size_t i = 0; i < rule->required_count && !plan->is_unsure; i++)
		require(set, plan, name_of(plan, rule->required[i], plan->name_count), required_count);
}

static void object_join(struct schema_set *set, struct plan *plan, const struct schema *part,
			size_t *required_count, bool *is_open)
{
	const struct object_rule *rule = part->object;

	plan->is_unsure |= rule->pattern_count > 0 || rule->dependency_count > 0 ||
			   rule->property_names != NULL || rule->unevaluated != NULL;
	if (plan->is_unsure)
		return;
	if (rule->additional != NULL && is_anything(rule->additional)) {
		*is_open = true;
	} else if (rule->additional != NULL || plan->additional != NULL || plan->is_closed) {
		plan->is_unsure |= plan->has_object; /* it is about the names of one part only */
		plan->is_closed = rule->additional != NULL && rule->additional->is_never;
		plan->additional = rule->additional;
	}
	plan->has_object = true;
	plan->lists_names |= rule->has_properties;
	if (rule->count_min > plan->count_min)
		plan->count_min = rule->count_min;
	if (rule->count_max < plan->count_max)
		plan->count_max = rule->count_max;
	names_join(set, plan, part, required_count);
}

static void part_join(struct plan *plan, const struct schema *part)
{
	plan->tags &= tags_of(part->is_never ? 0 : part->types);
	plan->is_nullable |= part->is_nullable;
	plan->is_unsure |= part->is_unchecked || part->dynamic != NULL || part->scope != NULL;
	if (part->choice != NULL || part->constant != NULL || part->text != NULL || part->number != NULL)
		plan->scalars[plan->scalar_count++] = part; /* enum, const, bounds, lengths ... */
	if (part->logic != NULL)
		logic_join(plan, part);
	if (part->array != NULL)
		array_join(plan, part->array);
}

static const bool **excuses_room(struct schema_set *set, const struct plan *plan)
{
	size_t room = 0;

	for (size_t i = 0; i < plan->part_count; i++)
		room += plan->parts[i]->object == NULL ? 0 : plan->parts[i]->object->required_count;
	return schema_alloc(set, (room < PLAN_REQUIRED_MAX ? room : PLAN_REQUIRED_MAX) * sizeof(bool *));
}

/* The names that are not required. */
static void bits_give(struct plan *plan, size_t given)
{
	for (size_t i = 0; i < plan->name_count; i++)
		if (plan->names[i].bit == 0)
			plan->names[i].bit = 1ull
					     << (given < PLAN_REQUIRED_MAX ? given++ : PLAN_REQUIRED_MAX);
}

static void objects_join(struct schema_set *set, struct plan *plan)
{
	size_t room = 0, required_count = 0, cost;
	bool is_open = false, has_some = false;

	for (size_t i = 0; i < plan->part_count; i++) {
		const struct object_rule *rule = plan->parts[i]->object;

		has_some = has_some || rule != NULL;
		room += rule == NULL ? 0 : rule->name_count + rule->required_count;
	}
	if (!has_some)
		return;
	cost = room + (plan->part_count > 1 ? room * room / 8 : 0); /* to find equal names */
	if (room > PLAN_NAMES_MAX || set->plan_names_left < cost) {
		plan->is_unsure = true;
		return;
	}
	set->plan_names_left -= cost;
	plan->names = schema_alloc(set, room * sizeof(*plan->names));
	plan->excuses = excuses_room(set, plan);
	for (size_t i = 0;
	     plan->names != NULL && plan->excuses != NULL && i < plan->part_count && !plan->is_unsure; i++)
		if (plan->parts[i]->object != NULL)
			object_join(set, plan, plan->parts[i], &required_count, &is_open);
	bits_give(plan, required_count);
	plan->note = set->plan_count++ % JSON_NAME_NOTES;
	plan->names_len = plan->name_count * sizeof(*plan->names);
	if (is_open)
		plan->lists_names = false;
	if (plan->names == NULL || plan->excuses == NULL || plan->is_unsure ||
	    !words_build(&plan->words, &set->arena, plan->names, sizeof(*plan->names), plan->name_count))
		plan->is_unsure = true;
}

/* Says no more than which types fit; then its plan is that of any other that says the same. */
static bool is_plain(const struct schema *schema)
{
	struct schema plain = *schema;

	plain.types = SCHEMA_ANY;
	return is_anything(&plain) && schema->scope == NULL;
}

static const struct plan *plain_plan(const struct schema_set *set, const struct schema *schema)
{
	for (size_t i = 0; i < set->plain_count; i++)
		if (set->plain[i]->types == schema->types &&
		    set->plain[i]->is_nullable == schema->is_nullable)
			return set->plain[i]->plan;
	return NULL;
}

static void plan_make(struct schema_set *set, struct schema *schema)
{
	const struct schema *parts[PLAN_PARTS_MAX];
	const struct plan *known = is_plain(schema) ? plain_plan(set, schema) : NULL;
	struct plan *plan = known != NULL ? NULL : schema_alloc(set, sizeof(*plan));
	size_t count = 0;

	schema->plan = known;
	if (plan == NULL)
		return;
	*plan = (struct plan){.tags = UINT32_MAX, .count_max = UINT64_MAX, .items_max = UINT64_MAX};
	plan->is_unsure = !parts_collect(schema, parts, &count);
	plan->parts = schema_alloc(set, count * sizeof(*parts));
	plan->scalars = schema_alloc(set, count * sizeof(*parts));
	if (plan->parts == NULL || plan->scalars == NULL)
		return;
	memcpy(plan->parts, parts, count * sizeof(*parts));
	plan->part_count = count;
	for (size_t i = 0; i < count; i++)
		part_join(plan, parts[i]);
	plan->unsure_tags = TAG(YYJSON_TYPE_RAW, 0);
	if (plan->tags & tags_of(SCHEMA_INTEGER) && !(plan->tags & tags_of(SCHEMA_NUMBER)))
		plan->unsure_tags |= TAG(YYJSON_TYPE_NUM, YYJSON_SUBTYPE_REAL);
	if (plan->is_nullable)
		plan->unsure_tags |= TAG(YYJSON_TYPE_NULL, 0);
	if (!plan->is_unsure)
		objects_join(set, plan);
	if (plan->is_unsure)
		plan->unsure_tags = UINT32_MAX;
	if (plan->branches == NULL && plan->scalar_count <= 1)
		schema_sure_make(&plan->sure, plan->scalar_count == 0 ? NULL : plan->scalars[0],
				 plan->tags & ~plan->unsure_tags);
	if (plan->branches != NULL && !plan->is_unsure)
		plan->telling = schema_alloc(set, sizeof(*plan->telling));
	schema->plan = plan;
	if (is_plain(schema) && set->plain_count < SCHEMA_PLAIN_MAX)
		set->plain[set->plain_count++] = schema;
}

/* -- branches that a text tells apart ------------------------------------------- */

/* The enum or const of this name, when all in it are texts. */
static const struct choice_rule *texts_of(const struct plan *object, const struct plan_name *name)
{
	const struct plan *plan = name->schema == NULL ? NULL : name->schema->plan;
	const struct choice_rule *choice;

	if ((name->bit & object->required) == 0 || plan == NULL || plan->is_unsure || plan->scalar_count == 0)
		return NULL;
	choice = plan->scalars[0]->choice != NULL ? plan->scalars[0]->choice : plan->scalars[0]->constant;
	for (size_t i = 0; choice != NULL && i < choice->count; i++)
		if (!node_is(choice->values[i], NODE_STRING))
			return NULL;
	return choice;
}

static const struct plan_name *branch_name(const struct schema *branch, struct bytes name)
{
	const struct plan *plan = branch->plan;
	size_t at;

	if (plan == NULL || plan->is_unsure || plan->name_count == 0 ||
	    (plan->tags & ~tags_of(SCHEMA_OBJECT)) != 0)
		return NULL;
	at = words_find(&plan->words, plan->names, sizeof(*plan->names), name);
	return at == SIZE_MAX ? NULL : &plan->names[at];
}

/* Gathers the texts of all branches; false when two of them share one, or when one has none. */
static bool told_gather(const struct schema_list *branches, struct bytes name, struct plan_told *told,
			size_t *out_count)
{
	size_t count = 0;

	for (size_t i = 0; i < branches->count; i++) {
		const struct plan_name *found = branch_name(branches->items[i], name);
		const struct choice_rule *choice =
			found == NULL ? NULL : texts_of(branches->items[i]->plan, found);

		if (choice == NULL || choice->count > PLAN_TOLD_MAX - count)
			return false;
		for (size_t k = 0; k < choice->count; k++) {
			for (size_t j = 0; j < count; j++)
				if (bytes_equal(told[j].text, choice->values[k]->text))
					return false;
			told[count++] = (struct plan_told){choice->values[k]->text, branches->items[i]};
		}
	}
	*out_count = count;
	return true;
}

/* Only the first few names are tried: those that tell kinds apart stand in front. */
static void telling_find(struct schema_set *set, const struct schema_list *branches,
			 struct plan_telling *telling)
{
	struct plan_told told[PLAN_TOLD_MAX];
	const struct plan *first = branches->items[0]->plan;
	size_t count = 0;

	for (size_t i = 0; first != NULL && i < first->name_count && i < PLAN_TELLS_MAX; i++) {
		if (texts_of(first, &first->names[i]) == NULL ||
		    !told_gather(branches, first->names[i].name, told, &count) || count == 0)
			continue;
		telling->told = schema_alloc(set, count * sizeof(*told));
		if (telling->told == NULL)
			return;
		memcpy(telling->told, told, count * sizeof(*told));
		telling->name = first->names[i].name;
		if (words_build(&telling->words, &set->arena, telling->told, sizeof(*told), count))
			telling->told_count = count;
		return;
	}
}

/* When all plans are made: what is asked of the scalars of each name. */
static void names_ready(const struct plan *plan)
{
	static const struct schema_sure nothing = {.tags = 0};

	for (size_t i = 0; i < plan->name_count; i++) {
		struct plan_name *name = &plan->names[i];
		bool is_all = name->schema != NULL && name->schema->plan != NULL && !name->is_more;

		name->sure = is_all ? &name->schema->plan->sure : &nothing;
	}
}

void schema_plans_make(struct schema_set *set, struct schema *first)
{
	for (struct schema *schema = first; schema != NULL && !set->is_full; schema = schema->next)
		for (size_t i = 0; schema->object != NULL && i < schema->object->name_count; i++) {
			const struct schema_name *name = &schema->object->names[i];

			if (name->schema == NULL ||
			    (!name->schema->is_read_only && !name->schema->is_write_only))
				continue;
			bool *place = one_way_of(set, name->name);

			if (place != NULL)
				*place = true;
		}
	for (struct schema *schema = first; schema != NULL && !set->is_full; schema = schema->next)
		plan_make(set, schema);
	for (struct schema *schema = first; schema != NULL; schema = schema->next)
		if (schema->plan != NULL)
			names_ready(schema->plan);
	for (struct schema *schema = first; schema != NULL && !set->is_full; schema = schema->next)
		if (schema->plan != NULL && schema->plan->telling != NULL &&
		    schema->plan->branches->count > 1)
			telling_find(set, schema->plan->branches, schema->plan->telling);
}
