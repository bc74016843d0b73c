#include "specs/conform_check.h"

#include "parsers/base/limits.h"
#include "parsers/tree.h"
#include "specs/schema_check.h"
#include "specs/schema_xml.h"

/* Where an element stands: a chain on the stack, made text only for a departure. */
struct xml_spot {
	const struct xml_spot *up;
	struct bytes name;
};

struct conversion {
	const struct judging *judging;
	struct tree tree;
	uint64_t steps;
};

/* The properties of one element that came: lists grow, others may come once. */
struct seen {
	struct bytes property;
	yyjson_mut_val *list; /* NULL: not a list */
	bool is_told;
	struct seen *next;
};

static const struct bytes schema_instance = BYTES_INIT("http://www.w3.org/2001/XMLSchema-instance");

static yyjson_mut_val *value_of(struct conversion *conversion, const struct xml_element *element,
				const struct schema *schema, const struct xml_spot *place);

static struct bytes pointer_of(const struct conversion *conversion, const struct xml_spot *place)
{
	struct arena *arena = &conversion->judging->checking->exchange->arena;

	if (place->up == NULL)
		return BYTES("");
	return arena_printf(arena, BYTES_FORMAT "/" BYTES_FORMAT,
			    BYTES_PRINT(pointer_of(conversion, place->up)), BYTES_PRINT(place->name));
}

static void tell(const struct conversion *conversion, const struct xml_spot *place, struct bytes expected,
		 struct bytes observed)
{
	departure_add(conversion->judging->checking,
		      &(struct departure){.part = PART_BODY,
					  .keyword = KEYWORD_STYLE,
					  .pointer = pointer_of(conversion, place),
					  .schema_pointer = conversion->judging->media->schema_pointer,
					  .expected = expected,
					  .observed = observed});
}

/* White space around what is no text is layout. */
static yyjson_mut_val *text_value(struct conversion *conversion, const struct schema *schema,
				  struct bytes text)
{
	unsigned types = schema == NULL ? SCHEMA_ANY : schema_types(schema);
	yyjson_val value;

	if ((types & SCHEMA_STRING) == 0)
		text = number_text(types, bytes_trim(text));
	schema_text_value(schema, text, &value);
	return yyjson_val_mut_copy(conversion->tree.doc, &value);
}

static bool is_nil(const struct xml_element *element)
{
	for (const struct xml_attribute *at = element->attributes; at != NULL; at = at->next)
		if (bytes_equal(at->space, schema_instance) && bytes_equal(at->name, BYTES("nil")) &&
		    (bytes_equal(at->value, BYTES("true")) || bytes_equal(at->value, BYTES("1"))))
			return true;
	return false;
}

static bool has_own_attributes(const struct xml_element *element)
{
	for (const struct xml_attribute *at = element->attributes; at != NULL; at = at->next)
		if (at->space.len == 0)
			return true;
	return false;
}

/* A name that no property claims, written so that it cannot be taken for one. */
static struct bytes foreign_name(struct conversion *conversion, const struct schema *schema,
				 struct bytes name)
{
	if (schema == NULL || schema_property(schema, name) == NULL)
		return name;
	return arena_printf(conversion->tree.arena, "<" BYTES_FORMAT ">", BYTES_PRINT(name));
}

/* -- objects -------------------------------------------------------------------- */

struct object {
	struct conversion *conversion;
	const struct schema *schema;
	const struct xml_spot *place;
	yyjson_mut_val *value;
	struct seen *seen;
};

static bool add(struct object *object, struct bytes name, yyjson_mut_val *value)
{
	return tree_add(&object->conversion->tree, object->value, name, value);
}

/* The note about a property; new when it came for the first time. NULL without memory. */
static struct seen *note(struct object *object, struct bytes property, bool *out_is_new)
{
	struct seen *seen = object->seen;

	for (; seen != NULL; seen = seen->next) {
		object->conversion->steps++;
		if (bytes_equal(seen->property, property))
			break;
	}
	*out_is_new = seen == NULL;
	if (seen != NULL)
		return seen;
	seen = arena_alloc(object->conversion->tree.arena, sizeof(*seen));
	if (seen == NULL)
		return NULL;
	*seen = (struct seen){.property = property, .next = object->seen};
	object->seen = seen;
	return seen;
}

static bool take_list_item(struct object *object, const struct xml_member *member, struct seen *seen,
			   const struct xml_element *element, const struct xml_spot *place)
{
	struct conversion *conversion = object->conversion;

	if (seen->list == NULL) {
		seen->list = yyjson_mut_arr(conversion->tree.doc);
		if (seen->list == NULL || !add(object, member->property, seen->list))
			return false;
	}
	return yyjson_mut_arr_append(seen->list,
				     value_of(conversion, element, schema_items(member->schema), place));
}

static bool take_child(struct object *object, const struct xml_element *element)
{
	struct conversion *conversion = object->conversion;
	const struct xml_name name = {.name = element->name, .space = element->space};
	struct xml_spot place = {.up = object->place, .name = element->name};
	struct xml_member member;
	struct seen *seen;
	bool is_new;

	if (object->schema == NULL || !schema_xml_member(object->schema, &name, &conversion->steps, &member))
		return add(object, foreign_name(conversion, object->schema, element->name),
			   value_of(conversion, element, NULL, &place));
	place.name = member.property;
	seen = note(object, member.property, &is_new);
	if (seen == NULL)
		return false;
	if (member.is_list)
		return take_list_item(object, &member, seen, element, &place);
	if (!is_new && !seen->is_told) {
		seen->is_told = true;
		tell(conversion, &place, BYTES("one element"), BYTES("several"));
	}
	return !is_new || add(object, member.property, value_of(conversion, element, member.schema, &place));
}

/* Attributes of a namespace (xsi:type, xml:lang) are not the schema's. */
static bool take_attribute(struct object *object, const struct xml_attribute *attribute)
{
	struct conversion *conversion = object->conversion;
	const struct xml_name name = {.name = attribute->name, .is_attribute = true};
	struct xml_member member;
	const struct schema *schema = NULL;
	struct bytes key;

	if (attribute->space.len > 0)
		return true;
	if (object->schema != NULL && schema_xml_member(object->schema, &name, &conversion->steps, &member)) {
		key = member.property;
		schema = member.schema;
	} else {
		key = foreign_name(conversion, object->schema, attribute->name);
	}
	return add(object, key, text_value(conversion, schema, attribute->value));
}

static yyjson_mut_val *object_of(struct conversion *conversion, const struct xml_element *element,
				 const struct schema *schema, const struct xml_spot *place)
{
	struct object object = {.conversion = conversion,
				.schema = schema,
				.place = place,
				.value = yyjson_mut_obj(conversion->tree.doc)};
	struct xml_member member;
	bool is_ok = object.value != NULL;

	for (const struct xml_attribute *at = element->attributes; at != NULL && is_ok; at = at->next)
		is_ok = take_attribute(&object, at);
	if (is_ok && schema != NULL && schema_xml_text(schema, &member))
		is_ok = add(&object, member.property, text_value(conversion, member.schema, element->text));
	for (const struct xml_element *at = element->children;
	     at != NULL && is_ok && conversion->steps < LIMIT_SCHEMA_STEPS; at = at->next)
		is_ok = take_child(&object, at);
	return is_ok ? object.value : NULL;
}

/* -- all ------------------------------------------------------------------------- */

static yyjson_mut_val *array_of(struct conversion *conversion, const struct xml_element *element,
				const struct schema *schema, const struct xml_spot *place)
{
	yyjson_mut_val *array = yyjson_mut_arr(conversion->tree.doc);

	for (const struct xml_element *at = element->children; at != NULL && array != NULL; at = at->next)
		if (!yyjson_mut_arr_append(array, value_of(conversion, at, schema_items(schema), place)))
			return NULL;
	return array;
}

/* The depth is that of the document, which the reader bounds. NULL without memory. */
static yyjson_mut_val *value_of(struct conversion *conversion, const struct xml_element *element,
				const struct schema *schema, const struct xml_spot *place)
{
	unsigned types = schema == NULL ? SCHEMA_ANY : schema_types(schema);
	bool is_leaf = element->children == NULL && !has_own_attributes(element);

	if (is_nil(element))
		return yyjson_mut_null(conversion->tree.doc);
	if ((types & SCHEMA_ARRAY) != 0 && (types & (SCHEMA_OBJECT | SCHEMA_STRING)) == 0)
		return array_of(conversion, element, schema, place);
	if (is_leaf && types != SCHEMA_OBJECT)
		return text_value(conversion, schema, element->text);
	/* What is a plain value may carry attributes, if no property wants them. */
	if (element->children == NULL && (types & SCHEMA_OBJECT) == 0)
		return text_value(conversion, schema, element->text);
	return object_of(conversion, element, schema, place);
}

void xml_check(const struct judging *judging)
{
	const struct schema *schema = judging->media->schema;
	const struct xml_element *root = judging->reading->xml;
	struct conversion conversion = {.judging = judging};
	struct xml_spot place = {0};
	struct schema_xml xml;
	yyjson_mut_val *value;

	if (!tree_start(&conversion.tree, &judging->checking->exchange->arena))
		return;
	schema_xml_read(schema, &xml);
	if (xml.name.len > 0 && (schema_types(schema) & SCHEMA_ARRAY) == 0 &&
	    !bytes_equal(xml.name, root->name))
		tell(&conversion, &place,
		     arena_printf(conversion.tree.arena, "an element " BYTES_FORMAT, BYTES_PRINT(xml.name)),
		     BYTES("an element of another name"));
	value = value_of(&conversion, root, schema, &place);
	if (conversion.steps >= LIMIT_SCHEMA_STEPS)
		tell_body(judging, KEYWORD_OVERLIMIT, BYTES("a body that can be checked"),
			  BYTES("too many elements"));
	else
		value_check(judging, schema, tree_end(&conversion.tree, value), BYTES(""));
}
