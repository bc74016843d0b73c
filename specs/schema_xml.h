/*
 * schema_xml: what a schema says about XML (OpenAPI, XML Object): which property
 * an element or attribute stands for.
 *
 * Lends    names of the frozen schemas.
 */
#pragma once

#include "specs/schema.h"

struct schema_xml {
	struct bytes name, space; /* without its prefix; empty when not said */
	bool is_attribute;
	bool is_wrapped; /* of arrays: an element of its own stands around the items */
	bool is_text;    /* 3.2: the text of the element around it */
};

void schema_xml_read(const struct schema *schema, struct schema_xml *out_xml);

/* One name of an element's inside. */
struct xml_name {
	struct bytes name, space;
	bool is_attribute;
};

struct xml_member {
	struct bytes property;
	const struct schema *schema;
	bool is_list;    /* each such element is one item */
	bool is_wrapped; /* its children are the items */
};

/* The property that the name stands for; false when there is none. Adds to *steps the work done. */
bool schema_xml_member(const struct schema *schema, const struct xml_name *name, uint64_t *steps,
		       struct xml_member *out_member);

/* The property that the text of the element is; false when there is none. */
bool schema_xml_text(const struct schema *schema, struct xml_member *out_member);
