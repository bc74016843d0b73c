/* discriminator: which schema a value's own word names (OpenAPI 3.0.4, 3.1.1 section "Discriminator Object").
 */
#include <string.h>

#include "specs/schema_program.h"

static struct bytes last_segment(struct bytes reference)
{
	size_t from = 0;

	for (size_t i = 0; i < reference.len; i++)
		if (reference.data[i] == '/' || reference.data[i] == '#')
			from = i + 1;
	return bytes_from(reference, from);
}

static const struct node *components_of(const struct document *document)
{
	const struct node *components = node_get(node_get(document->root, "components"), "schemas");

	return components != NULL ? components : node_get(document->root, "definitions");
}

struct targets {
	struct schema_name *list;
	size_t count, capacity;
};

static void target_add(struct targets *targets, struct bytes value, struct schema *schema)
{
	for (size_t i = 0; i < targets->count; i++)
		if (bytes_equal(targets->list[i].name, value))
			return; /* the mapping was first, and wins */
	if (schema != NULL && targets->count < targets->capacity)
		targets->list[targets->count++] = (struct schema_name){.name = value, .schema = schema};
}

/* A mapping names a component, or else is a reference: the name goes first. */
static struct schema *mapped(struct schema_set *set, const struct schema *schema, struct bytes target)
{
	const struct node *components = components_of(schema->document);
	const struct node *component = node_get_bytes(components, target);
	struct bytes pointer;

	if (component == NULL)
		return schema_referred(set, schema, target);
	pointer = arena_printf(&set->arena,
			       components == node_get(schema->document->root, "definitions")
				       ? "/definitions/" BYTES_FORMAT
				       : "/components/schemas/" BYTES_FORMAT,
			       BYTES_PRINT(target));
	return schema_at(set, schema->document, component, pointer);
}

static void mapping_add(struct schema_set *set, struct schema *schema, const struct node *mapping,
			struct targets *targets)
{
	for (size_t i = 0; node_is(mapping, NODE_TABLE) && i < mapping->count; i++) {
		struct bytes target = node_text(mapping->entries[i].value);

		if (target.len > 0)
			target_add(targets, mapping->entries[i].key, mapped(set, schema, target));
	}
}

/* Implicit names: the last part of each branch's $ref. */
static void branches_add(const struct schema *schema, const struct schema_list *list, const char *keyword,
			 struct targets *targets)
{
	const struct node *nodes = node_get(schema->node, keyword);

	for (size_t i = 0; i < list->count; i++) {
		struct bytes reference = node_text(node_get(nodes->items[i], "$ref"));

		if (reference.len > 0)
			target_add(targets, last_segment(reference), list->items[i]);
	}
}

static bool extends(const struct node *component, const struct bytes *names, size_t count)
{
	const struct node *all_of = node_get(component, "allOf");

	for (size_t i = 0; node_is(all_of, NODE_LIST) && i < all_of->count; i++) {
		struct bytes reference = node_text(node_get(all_of->items[i], "$ref"));
		struct bytes name = last_segment(reference);

		for (size_t j = 0; reference.len > 0 && j < count; j++)
			if (bytes_equal(name, names[j]))
				return true;
	}
	return false;
}

/* Azure's contracts give the value that stands for an heir beside its name. */
static struct bytes heir_value(const struct node *component, struct bytes name)
{
	struct bytes value = node_text(node_get(component, "x-ms-discriminator-value"));

	return value.len > 0 ? value : name;
}

/* Values that one discriminator tells apart; more is no contract. */
#define TARGETS_MAX 4096

/* Inheritance: the components whose allOf names this schema, and those that name them. */
#define GENERATIONS_MAX 4
static void heirs_add(struct schema_set *set, struct schema *schema, struct discriminator_rule *rule,
		      struct targets *targets)
{
	const struct node *components = components_of(schema->document);
	struct bytes *names;
	size_t count = 0, from = 0;

	if (!node_is(components, NODE_TABLE))
		return;
	if (components->count > set->heirs_left) {
		schema_note(set, schema, schema->node, PROBLEM_NOTE, "list the heirs in a mapping",
			    "too many discriminators without a mapping: the heirs are not checked");
		return;
	}
	set->heirs_left -= components->count;
	names = schema_alloc(set, (components->count + 1) * sizeof(*names));
	if (names == NULL)
		return;
	for (size_t i = 0; i < components->count; i++)
		if (components->entries[i].value == schema->node)
			rule->own_name = components->entries[i].key;
	if (rule->own_name.len == 0)
		return;
	rule->is_own_name_fine = true;
	names[count++] = rule->own_name;
	rule->own_name = heir_value(schema->node, rule->own_name);
	for (int generation = 0; generation < GENERATIONS_MAX && from < count; generation++) {
		size_t end = count;

		for (size_t i = 0; i < components->count && count <= components->count; i++) {
			struct bytes name = components->entries[i].key;
			size_t before = targets->count;

			if (!extends(components->entries[i].value, names + from, end - from))
				continue;
			target_add(targets, heir_value(components->entries[i].value, name),
				   mapped(set, schema, name));
			if (targets->count > before)
				names[count++] = name;
		}
		from = end;
	}
}

static size_t room_of(const struct schema *schema, const struct logic_rule *logic, const struct node *mapping)
{
	const struct node *components = components_of(schema->document);
	size_t room = logic->one_of.count + logic->any_of.count;

	if (room == 0 && node_is(components, NODE_TABLE))
		room = components->count;
	room += node_is(mapping, NODE_TABLE) ? mapping->count : 0;
	return room < TARGETS_MAX ? room : TARGETS_MAX;
}

void schema_fill_discriminator(struct schema_set *set, struct schema *schema, struct logic_rule *logic)
{
	const struct node *node = node_get(schema->node, "discriminator");
	const struct node *mapping = node_get(node, "mapping");
	/* Swagger 2.0 has the property's name alone */
	struct bytes property = node_text(node_is(node, NODE_STRING) ? node : node_get(node, "propertyName"));
	struct bytes other = node_text(node_get(node, "defaultMapping"));
	struct targets targets = {0};
	struct discriminator_rule *rule;

	if (property.len == 0)
		return;
	rule = schema_alloc(set, sizeof(*rule));
	targets.capacity = room_of(schema, logic, mapping);
	targets.list = schema_alloc(set, targets.capacity * sizeof(*targets.list));
	if (rule == NULL || targets.list == NULL)
		return;
	rule->property = property;
	mapping_add(set, schema, mapping, &targets);
	branches_add(schema, &logic->one_of, "oneOf", &targets);
	branches_add(schema, &logic->any_of, "anyOf", &targets);
	if (logic->one_of.count == 0 && logic->any_of.count == 0)
		heirs_add(set, schema, rule, &targets);
	if (other.len > 0)
		rule->other = mapped(set, schema, other);
	schema_names_sort(targets.list, targets.count);
	rule->targets = targets.list;
	rule->target_count = targets.count;
	logic->discriminator = rule;
}
