/*
 * xml_read: XML text (XML 1.0, with namespaces) into a small tree of elements in
 * an arena. libxml2 does the reading; nobody else includes it.
 *
 * A document type is refused where it begins, so there are no entities but the
 * five of the language, no files and no network. Depth and number of values are
 * bounded.
 *
 *	struct xml_reading reading;
 *	xml_read(text, &exchange->arena, &reading);
 *	if (reading.outcome == XML_READ)
 *		use(reading.root->name);
 *
 * Owns     nothing; the tree lives in the arena.
 */
#pragma once

#include "parsers/base/arena.h"

enum xml_outcome {
	XML_READ,
	XML_MALFORMED, /* also a document type: no API sends one, attacks do */
	XML_CEILING,   /* LIMIT_XML_*, LIMIT_BODY_VALUES or the arena's ceiling */
};

struct xml_attribute {
	struct bytes name, space, value; /* space: the URI of its namespace; empty when it has none */
	struct xml_attribute *next;
};

struct xml_element {
	struct bytes name, space; /* local name */
	struct bytes text;        /* all that stands directly in it */
	struct xml_attribute *attributes;
	struct xml_element *children, *next;
};

struct xml_reading {
	enum xml_outcome outcome;
	const struct xml_element *root;
	size_t error_offset;
	const char *error; /* static; NULL when it was read */
};

/* Could an element have more than LIMIT_XML_ATTRIBUTES? To be asked before libxml2 is given the text. Says so
 * too, rarely, of a long run of text that quotes attributes, and of more than LIMIT_XML_HIDDEN_BYTES in an
 * encoding that hides them. */
bool xml_is_crowded(struct bytes text);

void xml_read(struct bytes text, struct arena *arena, struct xml_reading *out_reading);
