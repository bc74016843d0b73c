#include "parsers/body_read.h"
#include "parsers/tree.h"

static bool is_leaf(const struct xml_element *element)
{
	return element->children == NULL && element->attributes == NULL;
}

/* Attributes and elements by their names; text beside them as "#text". Depth is bounded by the reader. */
static yyjson_mut_val *value_of(struct tree *tree, const struct xml_element *element)
{
	yyjson_mut_val *object;
	struct bytes text = bytes_trim(element->text);

	if (is_leaf(element))
		return tree_text(tree, element->text);
	object = yyjson_mut_obj(tree->doc);
	for (const struct xml_attribute *at = element->attributes; at != NULL && object != NULL;
	     at = at->next)
		if (!tree_add(tree, object, at->name, tree_text(tree, at->value)))
			return NULL;
	for (const struct xml_element *child = element->children; child != NULL && object != NULL;
	     child = child->next)
		if (!tree_add(tree, object, child->name, value_of(tree, child)))
			return NULL;
	if (object != NULL && text.len > 0 && !tree_add(tree, object, BYTES("#text"), tree_text(tree, text)))
		return NULL;
	return object;
}

struct body_reading body_read_xml(struct bytes content, struct arena *arena)
{
	struct body_reading reading = {.kind = BODY_XML};
	struct xml_reading xml;
	struct tree tree;

	xml_read(content, arena, &xml);
	if (xml.outcome != XML_READ)
		return body_not_read(xml.outcome == XML_CEILING ? BODY_UNREAD : BODY_MALFORMED, content,
				     xml.error, xml.error_offset);
	reading.xml = xml.root;
	if (tree_start(&tree, arena))
		reading.json = tree_end(&tree, value_of(&tree, xml.root));
	return reading.json == NULL ? body_not_read(BODY_UNREAD, content, "memory ceiling", 0) : reading;
}
