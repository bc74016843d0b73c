#include "specs/schema.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "specs/schema_plan.h"
#include "specs/schema_resource.h"

/* Schemas of one set: every value of the largest document. */
#define SCHEMAS_MAX LIMIT_DOCUMENT_NODES

/* Components looked at for heirs, over all discriminators: a second's work. */
#define HEIRS_SEARCHED_MAX 10000000

void *schema_alloc(struct schema_set *set, size_t len)
{
	void *at = arena_alloc(&set->arena, len);

	if (at == NULL)
		set->is_full = true;
	return at;
}

enum status schema_set_new(enum schema_dialect dialect, const struct schema_resolver *resolver,
			   struct problems *problems, struct schema_set **out_set)
{
	struct schema_set *set = calloc(1, sizeof(*set));

	if (set == NULL)
		return STATUS_NO_MEMORY;
	arena_init(&set->arena, LIMIT_CONTRACT_BYTES);
	set->arena.block_len = LIMIT_SPEC_BLOCK;
	set->dialect = dialect;
	set->resolver = *resolver;
	set->problems = problems;
	set->heirs_left = HEIRS_SEARCHED_MAX;
	set->plan_names_left = PLAN_NAMES_ALL_MAX;
	set->asserts_formats = dialect != DIALECT_2020_12;
	for (int i = 0; i < 2; i++)
		map_init(i == 0 ? &set->uris : &set->roots,
			 &(struct map_plan){.entries_max = SCHEMAS_MAX,
					    .value_len = sizeof(struct schema_resource *),
					    .seed = (uintptr_t)set});
	map_init(&set->one_way, &(struct map_plan){.entries_max = SCHEMAS_MAX,
						   .value_len = sizeof(bool),
						   .seed = (uintptr_t)set});
	map_init(&set->schemas, &(struct map_plan){.entries_max = SCHEMAS_MAX,
						   .value_len = sizeof(struct schema *),
						   .seed = (uintptr_t)set});
	set->anything = schema_alloc(set, sizeof(struct schema));
	set->unchecked = schema_alloc(set, sizeof(struct schema));
	if (set->anything == NULL || set->unchecked == NULL) {
		schema_set_free(set);
		return STATUS_NO_MEMORY;
	}
	*set->anything = (struct schema){.types = SCHEMA_ANY, .joint_types = SCHEMA_ANY, .color = COLOR_DONE};
	*set->unchecked = *set->anything;
	set->unchecked->is_unchecked = true;
	*out_set = set;
	return STATUS_OK;
}

void schema_set_formats(struct schema_set *set, bool is_asserted)
{
	set->asserts_formats = is_asserted;
}

void schema_set_offer(struct schema_set *set, const struct document *document, struct bytes uri)
{
	if (set->dialect != DIALECT_OPENAPI_3_0 && document->root != NULL)
		(void)resource_of_document(set, document, uri);
}

void schema_set_free(struct schema_set *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; i < set->pattern_count; i++)
		pattern_free(set->patterns[i]);
	free(set->patterns);
	map_finish(&set->schemas);
	map_finish(&set->one_way);
	map_finish(&set->uris);
	map_finish(&set->roots);
	for (size_t i = 0; i < set->metaschema_count; i++)
		document_finish(set->metaschemas[i]);
	arena_finish(&set->arena);
	free(set);
}

void schema_note(struct schema_set *set, const struct schema *schema, const struct node *node,
		 enum problem_level level, const char *mend, const char *format, ...)
{
	char words[400];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	problems_add(set->problems, level, "spec.unenforceable", node_place(schema->document, node), mend,
		     "%s", words);
}

static struct schema *add(struct schema_set *set, const struct document *document,
			  struct schema_resource *resource, const struct node *node, struct bytes pointer)
{
	struct bytes key = {.data = (const char *)&node, .len = sizeof(node)};
	struct schema **place;
	struct schema *schema;
	bool is_new;

	place = map_find(&set->schemas, key);
	if (place != NULL)
		return *place;
	if (set->schemas.count >= SCHEMAS_MAX)
		return set->unchecked;
	schema = schema_alloc(set, sizeof(*schema));
	place = schema == NULL ? NULL : map_put(&set->schemas, key, &is_new);
	if (place == NULL) {
		set->is_full = true;
		return set->anything;
	}
	*place = schema;
	schema->document = document;
	schema->node = node;
	schema->resource = resource;
	schema->dialect = resource == NULL ? set->dialect : resource->dialect;
	schema->pointer = pointer;
	schema->types = SCHEMA_ANY;
	if (set->queue_end == NULL)
		set->queue = schema;
	else
		set->queue_end->next = schema;
	set->queue_end = schema;
	return schema;
}

struct schema *schema_at(struct schema_set *set, const struct document *document, const struct node *node,
			 struct bytes pointer)
{
	struct schema_resource *resource = NULL;

	if (set->dialect != DIALECT_OPENAPI_3_0) {
		resource = resource_of_document(set, document, BYTES(""));
		resource = resource_at(set, node, resource);
	}
	return add(set, document, resource, node, pointer);
}

struct schema *schema_at_resource(struct schema_set *set, struct schema_resource *resource,
				  const struct node *node, struct bytes pointer)
{
	return add(set, resource->document, resource, node, pointer);
}

static size_t special_count(struct bytes token)
{
	size_t count = 0;

	for (size_t i = 0; i < token.len; i++)
		count += token.data[i] == '~' || token.data[i] == '/';
	return count;
}

/* RFC 6901 section 3: ~ is ~0, / is ~1 */
static size_t token_put(char *text, struct bytes token)
{
	size_t len = 0;

	text[len++] = '/';
	for (size_t i = 0; i < token.len; i++) {
		bool is_special = token.data[i] == '~' || token.data[i] == '/';

		text[len++] = is_special ? '~' : token.data[i];
		if (is_special)
			text[len++] = token.data[i] == '~' ? '0' : '1';
	}
	return len;
}

/* A second token whose data is NULL is none. */
static struct bytes pointer_extend(struct schema_set *set, struct bytes base, struct bytes token,
				   struct bytes second)
{
	size_t len = base.len;
	char *text = schema_alloc(set, base.len + token.len + special_count(token) + second.len +
					       special_count(second) + 2);

	if (text == NULL)
		return BYTES_NONE;
	if (base.len > 0)
		memcpy(text, base.data, base.len);
	len += token_put(text + len, token);
	if (second.data != NULL)
		len += token_put(text + len, second);
	return (struct bytes){.data = text, .len = len};
}

struct bytes schema_pointer_extend(struct schema_set *set, struct bytes base, struct bytes token)
{
	return pointer_extend(set, base, token, BYTES_NONE);
}

struct schema *schema_below(struct schema_set *set, const struct schema *parent, const struct node *node,
			    const char *keyword, struct bytes name)
{
	struct bytes pointer = pointer_extend(set, parent->pointer, bytes_of(keyword), name);
	struct schema_resource *resource =
		parent->resource == NULL ? NULL : resource_at(set, node, parent->resource);

	return add(set, parent->document, resource, node, pointer);
}

/* By the resolver: files, and what stands outside of the resource. */
static struct schema *resolved(struct schema_set *set, const struct schema *from, struct bytes reference)
{
	size_t hash = bytes_find_byte(reference, '#');
	struct bytes pointer = hash == BYTES_NOT_FOUND ? BYTES("") : bytes_from(reference, hash + 1);
	const struct document *document = NULL;
	const struct node *node =
		set->resolver.resolve(set->resolver.context, from->document, reference, &document);
	struct schema_resource *resource;
	struct schema_spot spot;

	if (node == NULL || document == NULL)
		return set->unchecked; /* the resolver said what is wrong: unchecked */
	if (from->resource == NULL)
		return schema_at(set, document, node, pointer);
	resource = resource_of_document(set, document, BYTES(""));
	if (resource != NULL && hash != BYTES_NOT_FOUND &&
	    resource_find(set, resource, bytes_from(reference, hash), &spot) && spot.node == node)
		return schema_at_resource(set, spot.resource, node, spot.pointer);
	return schema_at(set, document, node, pointer);
}

struct schema *schema_referred(struct schema_set *set, const struct schema *from, struct bytes reference)
{
	struct schema_spot spot;

	if (from->resource != NULL && resource_find(set, from->resource, reference, &spot))
		return schema_at_resource(set, spot.resource, spot.node, spot.pointer);
	return resolved(set, from, reference);
}

/* JSON Schema 2020-12 section 8.2.3.2: dynamic only when it leads to a dynamic anchor at first. */
void schema_referred_dynamically(struct schema_set *set, struct schema *from, struct bytes reference)
{
	struct schema_spot spot;

	if (!resource_find(set, from->resource, reference, &spot)) {
		from->dynamic = resolved(set, from, reference);
		return;
	}
	from->dynamic = schema_at_resource(set, spot.resource, spot.node, spot.pointer);
	if (spot.anchor != NULL && spot.anchor->is_dynamic)
		from->dynamic_anchor = spot.anchor->name;
}

const struct pattern *schema_pattern_add(struct schema_set *set, const struct schema *schema,
					 const struct node *node)
{
	struct bytes expression = node->text;
	char reason[200];
	struct pattern *pattern;

	if (set->pattern_count == set->pattern_capacity) {
		size_t capacity = set->pattern_capacity == 0 ? 32 : set->pattern_capacity * 2;
		struct pattern **patterns = realloc(set->patterns, capacity * sizeof(struct pattern *));

		if (patterns == NULL) {
			set->is_full = true;
			return NULL;
		}
		set->patterns = patterns;
		set->pattern_capacity = capacity;
	}
	pattern = pattern_new(expression, reason, sizeof(reason));
	if (pattern == NULL) {
		expression = bytes_slice(expression, 0, 100);
		schema_note(set, schema, node, PROBLEM_WARNING, "write a regular expression of ECMA-262",
			    "the pattern \"" BYTES_FORMAT "\" is not checked: %s", BYTES_PRINT(expression),
			    reason);
		return NULL;
	}
	set->patterns[set->pattern_count++] = pattern;
	return pattern;
}

const struct schema *schema_compile(struct schema_set *set, const struct document *document,
				    const struct node *node, struct bytes pointer)
{
	struct bytes key = {.data = (const char *)&node, .len = sizeof(node)};
	struct schema *const *known = map_find(&set->schemas, key);
	const struct schema *schema;
	struct schema *first;

	if (known != NULL && !set->is_full)
		return *known;
	pointer = arena_copy(&set->arena, pointer);
	schema = schema_at(set, document, node, pointer);
	/* a queue, not recursion: a chain of references may be longer than any stack */
	first = set->queue;
	for (struct schema *next = first; next != NULL; next = next->next)
		schema_fill(set, next);
	schema_circles_cut(set, first);
	schema_plans_make(set, first);
	set->queue = set->queue_end = NULL;
	return set->is_full || pointer.data == NULL ? NULL : schema;
}

/* What schema_class.c and schema_xml.c ask for when values are checked, as a table of its own. */
static bool keep_said(struct schema_set *set, struct schema *schema)
{
	static const char *const keys[] = {"format", "x-specular-sensitive", "x-specular-masked", "xml"};
	struct node said = {.kind = NODE_TABLE};
	struct node_entry entries[sizeof(keys) / sizeof(keys[0])];
	const struct node *node = schema->node;

	schema->node = NULL;
	said.entries = entries;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct node_entry *entry = node_entry(node, bytes_of(keys[i]));

		if (entry != NULL)
			entries[said.count++] = *entry;
	}
	set->masks_any |= node_get(node, "x-specular-masked") != NULL;
	if (said.count > 0)
		schema->node = node_copy(&said, &set->arena);
	return said.count == 0 || schema->node != NULL;
}

static bool keep_choice(struct schema_set *set, struct choice_rule *choice)
{
	const struct node **values;

	if (choice == NULL)
		return true;
	values = arena_take(&set->arena, choice->count * sizeof(*values));
	for (size_t i = 0; values != NULL && i < choice->count; i++) {
		values[i] = node_copy(choice->values[i], &set->arena);
		if (values[i] == NULL)
			return false;
	}
	choice->values = values;
	return values != NULL;
}

static bool keep_dependencies(struct schema_set *set, struct object_rule *object)
{
	for (size_t i = 0; object != NULL && i < object->dependency_count; i++) {
		struct schema_dependency *dependency = &object->dependencies[i];

		if (dependency->names == NULL)
			continue;
		dependency->names = node_copy(dependency->names, &set->arena);
		if (dependency->names == NULL)
			return false;
	}
	return true;
}

bool schema_set_seal(struct schema_set *set)
{
	for (void *place = map_oldest(&set->schemas); place != NULL; place = map_newer(place)) {
		struct schema *schema = *(struct schema **)place;

		if (!keep_said(set, schema) || !keep_choice(set, schema->choice) ||
		    !keep_choice(set, schema->constant) || !keep_dependencies(set, schema->object))
			return false;
	}
	map_finish(&set->schemas);
	map_finish(&set->uris);
	map_finish(&set->roots);
	return true;
}

bool schema_set_masks(const struct schema_set *set)
{
	return set->masks_any;
}

struct bytes schema_pointer(const struct schema *schema)
{
	return schema->pointer;
}

const struct node *schema_node(const struct schema *schema, const struct document **out_document)
{
	*out_document = schema->document;
	return schema->node;
}

unsigned schema_types(const struct schema *schema)
{
	return schema->joint_types;
}

/* Where a schema leads that holds for the same value: `index` 0, 1, ...; NULL behind the last. Branches
 * that need not hold come last. */
static const struct schema *beside(const struct schema *schema, size_t index)
{
	const struct logic_rule *logic = schema->logic;
	const struct schema_list *lists[3];

	if (schema->reference != NULL && index-- == 0)
		return schema->reference;
	if (logic == NULL)
		return NULL;
	lists[0] = &logic->all_of;
	lists[1] = &logic->any_of;
	lists[2] = &logic->one_of;
	for (size_t i = 0; i < 3; i++) {
		if (index < lists[i]->count)
			return lists[i]->items[index];
		index -= lists[i]->count;
	}
	return NULL;
}

/* `budget` bounds the walk: nobody spreads one list, or one object, over that many. */
static const struct schema *items_of(const struct schema *schema, unsigned *budget)
{
	const struct schema *found = NULL, *next;

	if (*budget == 0)
		return NULL;
	--*budget;
	if (schema->array != NULL && schema->array->items != NULL)
		return schema->array->items;
	for (size_t i = 0; found == NULL && (next = beside(schema, i)) != NULL; i++)
		found = items_of(next, budget);
	return found;
}

const struct schema *schema_items(const struct schema *schema)
{
	unsigned budget = 200;

	return items_of(schema, &budget);
}

static const struct schema *property_of(const struct schema *schema, struct bytes name, unsigned *budget)
{
	const struct schema_name *named = NULL;
	const struct schema *found = NULL, *next;

	if (*budget == 0)
		return NULL;
	--*budget;
	if (schema->object != NULL)
		named = schema_name_find(schema->object->names, schema->object->name_count, name);
	if (named != NULL && named->schema != NULL)
		return named->schema;
	for (size_t i = 0; found == NULL && (next = beside(schema, i)) != NULL; i++)
		found = property_of(next, name, budget);
	return found;
}

const struct schema *schema_property(const struct schema *schema, struct bytes name)
{
	unsigned budget = 200;

	return property_of(schema, name, &budget);
}

static enum schema_others others_of(const struct schema *schema, unsigned *budget)
{
	const struct schema *others = schema->object == NULL ? NULL : schema->object->additional, *next;
	enum schema_others said = others == NULL     ? SCHEMA_OTHERS_UNSAID
				  : others->is_never ? SCHEMA_OTHERS_NONE
						     : SCHEMA_OTHERS_ANY;

	if (*budget == 0)
		return said;
	--*budget;
	for (size_t i = 0; said == SCHEMA_OTHERS_UNSAID && (next = beside(schema, i)) != NULL; i++)
		said = others_of(next, budget);
	return said;
}

enum schema_others schema_others(const struct schema *schema)
{
	unsigned budget = 200;

	return others_of(schema, &budget);
}

const struct schema_name *schema_name_find(const struct schema_name *names, size_t count, struct bytes name)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = bytes_compare(name, names[middle].name);

		if (order == 0)
			return &names[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static int name_compare(const void *a, const void *b)
{
	const struct schema_name *left = a, *right = b;

	return bytes_compare(left->name, right->name);
}

void schema_names_sort(struct schema_name *names, size_t count)
{
	if (count > 1)
		qsort(names, count, sizeof(*names), name_compare);
}
