/*
 * JSON CSDL (OData 4.01, CSDL JSON Representation) made into the elements of the XML form, so that one reader
 * serves both. Types are written "$Collection" and "$Type" here, "Collection(...)" there.
 */
#include "specs/csdl_read.h"

/* Attributes and children of one element; more attributes than these are not made. */
#define ATTRIBUTES_MAX 12

struct making {
	struct arena *arena;
	bool is_full;
};

static struct node *text_node(struct making *making, struct bytes text, const struct node *at)
{
	struct node *node = arena_alloc(making->arena, sizeof(*node));

	if (node == NULL)
		making->is_full = true;
	else
		*node = (struct node){
			.kind = NODE_STRING, .text = text, .line = at->line, .column = at->column};
	return node;
}

static void attribute(struct making *making, struct node *element, const char *name, struct bytes text)
{
	if (making->is_full || text.data == NULL || element->count == ATTRIBUTES_MAX)
		return;
	element->entries[element->count++] =
		(struct node_entry){.key = bytes_of(name), .value = text_node(making, text, element)};
}

/* An element with room for so many children; they are hung in by element_add. */
static struct node *element_new(struct making *making, const char *name, size_t children_max,
				const struct node *at)
{
	struct node *element = arena_alloc(making->arena, sizeof(*element));
	struct node *children = arena_alloc(making->arena, sizeof(*children));
	struct node_entry *entries = arena_alloc(making->arena, ATTRIBUTES_MAX * sizeof(*entries));
	struct node **items = arena_alloc(making->arena, (children_max + 1) * sizeof(struct node *));

	if (element == NULL || children == NULL || entries == NULL || items == NULL) {
		making->is_full = true;
		return NULL;
	}
	*children = (struct node){.kind = NODE_LIST, .line = at->line, .column = at->column, .items = items};
	*element =
		(struct node){.kind = NODE_TABLE, .line = at->line, .column = at->column, .entries = entries};
	attribute(making, element, "$element", bytes_of(name));
	if (making->is_full)
		return NULL;
	element->entries[element->count++] =
		(struct node_entry){.key = BYTES("$children"), .value = children};
	return element;
}

static void element_add(struct node *element, struct node *child)
{
	struct node *children = element->entries[1].value;

	if (child != NULL)
		children->items[children->count++] = child;
}

static bool is_name(struct bytes key)
{
	return key.len > 0 && key.data[0] != '$' && bytes_find_byte(key, '@') == BYTES_NOT_FOUND;
}

static size_t table_len(const struct node *node)
{
	return node_is(node, NODE_TABLE) ? node->count : 0;
}

static struct bytes flag(const struct node *table, const char *key, bool other)
{
	return node_bool(node_get(table, key), other) ? BYTES("true") : BYTES("false");
}

static struct bytes text_of(const struct node *table, const char *key)
{
	struct bytes text = node_text(node_get(table, key));

	return text.len == 0 ? BYTES_NONE : text;
}

static struct bytes type_of(struct making *making, const struct node *table)
{
	struct bytes type = text_of(table, "$Type");

	if (type.data == NULL)
		type = BYTES("Edm.String");
	return node_bool(node_get(table, "$Collection"), false)
		       ? arena_printf(making->arena, "Collection(" BYTES_FORMAT ")", BYTES_PRINT(type))
		       : type;
}

static struct node *value_element(struct making *making, const char *name, struct bytes own_name,
				  const struct node *table)
{
	struct node *element = element_new(making, name, 0, table);

	if (element == NULL)
		return NULL;
	attribute(making, element, "Name", own_name);
	attribute(making, element, "Type", type_of(making, table));
	attribute(making, element, "Nullable", flag(table, "$Nullable", false));
	attribute(making, element, "MaxLength", text_of(table, "$MaxLength"));
	attribute(making, element, "Precision", text_of(table, "$Precision"));
	attribute(making, element, "Scale", text_of(table, "$Scale"));
	attribute(making, element, "DefaultValue", text_of(table, "$DefaultValue"));
	return element;
}

static struct node *key_element(struct making *making, const struct node *keys)
{
	struct node *element = element_new(making, "Key", keys->count, keys);

	for (size_t i = 0; element != NULL && i < keys->count; i++) {
		const struct node *key = keys->items[i];
		struct node *reference = element_new(making, "PropertyRef", 0, key);

		if (reference == NULL)
			return NULL;
		if (table_len(key) > 0) /* {"Alias": "Path/To"} */
			attribute(making, reference, "Alias", key->entries[0].key);
		else
			attribute(making, reference, "Name", node_text(key));
		element_add(element, reference);
	}
	return element;
}

static struct node *type_element(struct making *making, const char *kind, struct bytes name,
				 const struct node *table)
{
	const struct node *keys = node_get(table, "$Key");
	struct node *element = element_new(making, kind, table->count + 1, table);

	if (element == NULL)
		return NULL;
	attribute(making, element, "Name", name);
	attribute(making, element, "BaseType", text_of(table, "$BaseType"));
	attribute(making, element, "OpenType", flag(table, "$OpenType", false));
	attribute(making, element, "Abstract", flag(table, "$Abstract", false));
	attribute(making, element, "HasStream", flag(table, "$HasStream", false));
	attribute(making, element, "UnderlyingType", text_of(table, "$UnderlyingType"));
	attribute(making, element, "IsFlags", flag(table, "$IsFlags", false));
	attribute(making, element, "MaxLength", text_of(table, "$MaxLength"));
	if (node_is(keys, NODE_LIST))
		element_add(element, key_element(making, keys));
	for (size_t i = 0; i < table->count; i++) {
		const struct node_entry *entry = &table->entries[i];
		bool is_navigation =
			bytes_equal(node_text(node_get(entry->value, "$Kind")), BYTES("NavigationProperty"));
		struct node *member;

		if (!is_name(entry->key))
			continue;
		if (node_is(entry->value, NODE_TABLE)) {
			element_add(element,
				    value_element(making, is_navigation ? "NavigationProperty" : "Property",
						  entry->key, entry->value));
			continue;
		}
		member = element_new(making, "Member", 0, entry->value);
		if (member == NULL)
			return NULL;
		attribute(making, member, "Name", entry->key);
		attribute(making, member, "Value", node_text(entry->value));
		element_add(element, member);
	}
	return element;
}

static struct node *operation_element(struct making *making, struct bytes name, const struct node *table)
{
	const struct node *parameters = node_get(table, "$Parameter");
	const struct node *returned = node_get(table, "$ReturnType");
	size_t count = node_is(parameters, NODE_LIST) ? parameters->count : 0;
	bool is_action = bytes_equal(node_text(node_get(table, "$Kind")), BYTES("Action"));
	struct node *element = element_new(making, is_action ? "Action" : "Function", count + 1, table);

	if (element == NULL)
		return NULL;
	attribute(making, element, "Name", name);
	attribute(making, element, "IsBound", flag(table, "$IsBound", false));
	for (size_t i = 0; i < count; i++)
		element_add(element,
			    value_element(making, "Parameter", text_of(parameters->items[i], "$Name"),
					  parameters->items[i]));
	if (node_is(returned, NODE_TABLE))
		element_add(element, value_element(making, "ReturnType", BYTES_NONE, returned));
	return element;
}

static struct node *child_element(struct making *making, struct bytes name, const struct node *table)
{
	bool is_set = node_bool(node_get(table, "$Collection"), false);
	const char *kind = node_get(table, "$Function") != NULL ? "FunctionImport"
			   : node_get(table, "$Action") != NULL ? "ActionImport"
			   : is_set                             ? "EntitySet"
								: "Singleton";
	struct node *element = element_new(making, kind, 0, table);

	if (element == NULL)
		return NULL;
	attribute(making, element, "Name", name);
	attribute(making, element, is_set ? "EntityType" : "Type", text_of(table, "$Type"));
	attribute(making, element, "Function", text_of(table, "$Function"));
	attribute(making, element, "Action", text_of(table, "$Action"));
	return element;
}

static struct node *container_element(struct making *making, struct bytes name, const struct node *table)
{
	struct node *element = element_new(making, "EntityContainer", table->count, table);

	if (element == NULL)
		return NULL;
	attribute(making, element, "Name", name);
	for (size_t i = 0; i < table->count; i++)
		if (is_name(table->entries[i].key) && node_is(table->entries[i].value, NODE_TABLE))
			element_add(element,
				    child_element(making, table->entries[i].key, table->entries[i].value));
	return element;
}

static void take_member(struct making *making, struct node *schema, struct bytes name,
			const struct node *value)
{
	struct bytes kind = node_text(node_get(value, "$Kind"));
	static const char *const types[] = {"EntityType", "ComplexType", "EnumType", "TypeDefinition"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (bytes_equal(kind, bytes_of(types[i])))
			element_add(schema, type_element(making, types[i], name, value));
	if (bytes_equal(kind, BYTES("EntityContainer")))
		element_add(schema, container_element(making, name, value));
	else if (node_is(value, NODE_TABLE) && kind.len == 0 && node_get(value, "$Type") != NULL)
		element_add(schema, type_element(making, "ComplexType", name, value));
}

/* Overloads of functions and actions are a list. */
static struct node *schema_element(struct making *making, struct bytes space, const struct node *table)
{
	size_t count = table->count;
	struct node *schema;

	for (size_t i = 0; i < table->count; i++)
		count += node_is(table->entries[i].value, NODE_LIST) ? table->entries[i].value->count : 0;
	schema = element_new(making, "Schema", count, table);
	if (schema == NULL)
		return NULL;
	attribute(making, schema, "Namespace", space);
	attribute(making, schema, "Alias", text_of(table, "$Alias"));
	for (size_t i = 0; i < table->count && !making->is_full; i++) {
		const struct node *value = table->entries[i].value;

		if (!is_name(table->entries[i].key))
			continue;
		take_member(making, schema, table->entries[i].key, value);
		for (size_t j = 0; node_is(value, NODE_LIST) && j < value->count; j++)
			if (node_is(value->items[j], NODE_TABLE))
				element_add(schema, operation_element(making, table->entries[i].key,
								      value->items[j]));
	}
	return schema;
}

const struct node *csdl_elements(struct arena *arena, const struct node *root)
{
	struct making making = {.arena = arena};
	struct node *edmx = element_new(&making, "Edmx", table_len(root), root);

	if (edmx == NULL)
		return NULL;
	attribute(&making, edmx, "Version", text_of(root, "$Version"));
	for (size_t i = 0; i < table_len(root) && !making.is_full; i++)
		if (is_name(root->entries[i].key) && node_is(root->entries[i].value, NODE_TABLE))
			element_add(edmx,
				    schema_element(&making, root->entries[i].key, root->entries[i].value));
	return making.is_full ? NULL : edmx;
}
