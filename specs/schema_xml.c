#include "specs/schema_xml.h"

#include "parsers/base/limits.h"
#include "specs/schema_program.h"

/* Nobody spreads one element over that many schemas. */
#define WALK_MAX 200

/* "smp:name" is written with its prefix by some: prefixes are the document's own business. */
static struct bytes local_name(struct bytes name)
{
	size_t colon = bytes_find_byte(name, ':');

	return colon == BYTES_NOT_FOUND ? name : bytes_from(name, colon + 1);
}

void schema_xml_read(const struct schema *schema, struct schema_xml *out_xml)
{
	const struct node *xml = NULL;
	struct bytes type;

	*out_xml = (struct schema_xml){0};
	for (int i = 0; i < LIMIT_REF_CHAIN && schema != NULL && xml == NULL; i++) {
		xml = node_get(schema->node, "xml");
		schema = schema->reference;
	}
	if (xml == NULL)
		return;
	type = node_text(node_get(xml, "nodeType"));
	out_xml->name = local_name(node_text(node_get(xml, "name")));
	out_xml->space = node_text(node_get(xml, "namespace"));
	out_xml->is_attribute =
		node_bool(node_get(xml, "attribute"), false) || bytes_equal(type, BYTES("attribute"));
	out_xml->is_wrapped =
		node_bool(node_get(xml, "wrapped"), false) || bytes_equal(type, BYTES("element"));
	out_xml->is_text = bytes_equal(type, BYTES("text")) || bytes_equal(type, BYTES("cdata"));
}

static bool is_array(const struct schema *schema)
{
	unsigned types = schema_types(schema);

	return (types & SCHEMA_ARRAY) != 0 && (types & (SCHEMA_STRING | SCHEMA_OBJECT)) == 0;
}

struct search {
	const struct xml_name *name; /* NULL: the text of the element */
	struct xml_member found;
	uint64_t steps;
	unsigned budget;
};

/* OpenAPI, XML Object: where nothing is said the property's own name is the element's. */
static bool is_it(struct search *search, const struct schema_name *property)
{
	const struct schema *items = is_array(property->schema) ? schema_items(property->schema) : NULL;
	struct bytes wanted = property->name;
	struct schema_xml xml, inner = {0};
	bool is_list;

	schema_xml_read(property->schema, &xml);
	if (search->name == NULL || xml.is_text)
		return search->name == NULL && xml.is_text;
	is_list = is_array(property->schema) && !xml.is_wrapped;
	if (xml.is_attribute != search->name->is_attribute)
		return false;
	if (is_list && items != NULL)
		schema_xml_read(items, &inner);
	if (inner.name.len > 0)
		wanted = inner.name;
	else if (xml.name.len > 0)
		wanted = xml.name;
	if (xml.space.len == 0)
		xml.space = inner.space;
	search->found = (struct xml_member){.property = property->name,
					    .schema = property->schema,
					    .is_list = is_list && !xml.is_attribute,
					    .is_wrapped = xml.is_wrapped && is_array(property->schema)};
	return bytes_equal(wanted, search->name->name) &&
	       (xml.space.len == 0 || xml.is_attribute || bytes_equal(xml.space, search->name->space));
}

static bool look(struct search *search, const struct schema *schema);

static bool look_into(struct search *search, const struct schema_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (look(search, list->items[i]))
			return true;
	return false;
}

static bool look(struct search *search, const struct schema *schema)
{
	if (schema == NULL || search->budget == 0)
		return false;
	search->budget--;
	for (size_t i = 0; schema->object != NULL && i < schema->object->name_count; i++) {
		const struct schema_name *property = &schema->object->names[i];

		search->steps++;
		if (property->schema != NULL && is_it(search, property)) {
			search->found.property = property->name;
			search->found.schema = property->schema;
			return true;
		}
	}
	if (look(search, schema->reference))
		return true;
	return schema->logic != NULL &&
	       (look_into(search, &schema->logic->all_of) || look_into(search, &schema->logic->any_of) ||
		look_into(search, &schema->logic->one_of));
}

bool schema_xml_member(const struct schema *schema, const struct xml_name *name, uint64_t *steps,
		       struct xml_member *out_member)
{
	struct search search = {.name = name, .budget = WALK_MAX};
	bool is_found = look(&search, schema);

	*steps += search.steps + 1;
	if (is_found)
		*out_member = search.found;
	return is_found;
}

bool schema_xml_text(const struct schema *schema, struct xml_member *out_member)
{
	struct search search = {.budget = WALK_MAX};

	if (!look(&search, schema))
		return false;
	*out_member = search.found;
	return true;
}
