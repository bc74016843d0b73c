/*
 * schema_program: what a schema is after compiling; shared by the files
 * schema*.c and by nobody else. Everything is frozen once compiled.
 *
 * Lends    node and texts from the documents, which outlive the set; once it is
 *          sealed, texts alone, and `node` is a table of its own with what is asked
 *          when values are checked, or NULL.
 */
#pragma once

#include "parsers/base/map.h"
#include "specs/schema.h"
#include "specs/schema_format.h"
#include "specs/schema_number.h"
#include "specs/schema_pattern.h"
#include "specs/schema_words.h"

struct schema_list {
	struct schema **items;
	size_t count;
};

/* A name that an object schema mentions, sorted by name. */
struct schema_name {
	struct bytes name;
	struct schema *schema; /* NULL: only required */
	uint32_t required;     /* 1 + its number among the required ones; 0: optional */
};

struct schema_pattern {
	const struct pattern *pattern;
	struct schema *schema;
};

struct schema_dependency {
	struct bytes name;
	struct schema *schema;    /* or */
	const struct node *names; /* a list of names that must be there too */
};

struct object_rule {
	struct schema_name *names;
	size_t name_count;
	struct bytes *required; /* by number */
	size_t required_count;
	struct schema_pattern *patterns;
	size_t pattern_count;
	struct schema *additional; /* NULL: not said */
	struct schema *unevaluated;
	struct schema *property_names;
	struct schema_dependency *dependencies;
	size_t dependency_count;
	uint64_t count_min, count_max;
	bool has_properties; /* `properties` was written: other names are undeclared */
};

struct array_rule {
	struct schema_list prefix;
	struct schema *items;
	struct schema *unevaluated;
	struct schema *contains;
	uint64_t contains_min, contains_max;
	uint64_t count_min, count_max;
	bool is_unique;
};

struct text_rule {
	uint64_t len_min, len_max; /* code points */
	const struct pattern *pattern;
	struct bytes pattern_text;
	enum format format;
};

struct number_rule {
	const struct number *min, *max, *step;
	bool is_min_exclusive, is_max_exclusive;
	bool has_range; /* all of it is that an integer lies in low .. high */
	int64_t low, high;
	enum format format;
};

struct plan;

struct choice_rule {
	const struct node *const *values; /* all, as written */
	size_t count;
	struct bytes *texts; /* the strings among them, sorted */
	size_t text_count;
	struct schema_words words; /* the same; no table when their hashes crowd */
	bool is_const;
};

struct discriminator_rule {
	struct bytes property;
	struct schema_name *targets; /* sorted by value */
	size_t target_count;
	struct schema *other;  /* 3.2 defaultMapping */
	bool is_own_name_fine; /* inheritance: the base's own name needs no further check */
	struct bytes own_name;
};

struct logic_rule {
	struct schema_list all_of, any_of, one_of;
	struct schema *not_schema;
	struct schema *if_schema, *then_schema, *else_schema;
	struct discriminator_rule *discriminator;
};

enum schema_color { COLOR_NEW, COLOR_OPEN, COLOR_DONE }; /* of the search for circles */

struct schema_resource;

struct schema {
	const struct document *document;
	const struct node *node;
	struct schema_resource *resource; /* NULL in OpenAPI 3.0 */
	struct bytes pointer;
	enum schema_dialect dialect;
	unsigned types;
	unsigned joint_types; /* with those behind $ref and allOf */
	bool is_never;        /* the schema false */
	bool is_unchecked;    /* a $ref that leads nowhere, or back here: neither fits nor fails */
	bool is_nullable;     /* 3.0: nullable without a type beside it */
	bool is_read_only;    /* here, or behind $ref and allOf */
	bool is_write_only;
	enum schema_color color;
	struct schema *reference;
	struct schema *dynamic;      /* $dynamicRef: where it leads at first */
	struct bytes dynamic_anchor; /* and the anchor that a scope outside may have instead; else empty */
	const struct schema_resource *scope; /* its resource, when that has dynamic anchors */
	struct choice_rule *choice, *constant;
	struct object_rule *object;
	struct array_rule *array;
	struct text_rule *text;
	struct number_rule *number;
	struct logic_rule *logic;
	const struct plan *plan; /* schema_plan.h */
	struct schema *next;     /* the queue of compiling */
};

#define SCHEMA_METASCHEMAS_MAX 16

/* Schemas that say a type and nothing else, whose plans are shared: one of each type, mostly. */
#define SCHEMA_PLAIN_MAX 8

struct schema_set {
	struct arena arena;
	enum schema_dialect dialect;
	struct schema_resolver resolver;
	struct problems *problems;
	struct map uris;  /* absolute URI -> struct schema_resource * */
	struct map roots; /* node pointer -> the struct schema_resource * that begins there */
	struct document *metaschemas[SCHEMA_METASCHEMAS_MAX];
	size_t metaschema_count;
	bool asserts_formats;
	struct map one_way; /* names that are required somewhere -> bool: readOnly or writeOnly anywhere */
	struct map schemas; /* node pointer -> struct schema * */
	struct pattern **patterns;
	size_t pattern_count, pattern_capacity;
	struct schema *queue, *queue_end;
	struct schema *fresh; /* compiled by this call, for the search for circles */
	bool is_full;
	bool masks_any;    /* a schema says x-specular-masked: known once it is sealed */
	size_t plan_count; /* of objects */
	size_t plan_names_left;
	const struct schema *plain[SCHEMA_PLAIN_MAX];
	size_t plain_count;
	size_t heirs_left;        /* components that may still be searched for heirs of a discriminator */
	bool is_sibling_noted;    /* $ref siblings: one note a set */
	struct schema *anything;  /* true */
	struct schema *unchecked; /* where a $ref leads nowhere */
};

/* The schema of a node, compiled later when it is new; NULL only without memory. `keyword` and `name` extend
 * the pointer of `parent`; name.data NULL when the keyword alone leads there. */
struct schema *schema_at(struct schema_set *set, const struct document *document, const struct node *node,
			 struct bytes pointer);
struct schema *schema_at_resource(struct schema_set *set, struct schema_resource *resource,
				  const struct node *node, struct bytes pointer);
struct bytes schema_pointer_extend(struct schema_set *set, struct bytes base, struct bytes token);
/* $dynamicRef: fills in `dynamic` and `dynamic_anchor`. */
void schema_referred_dynamically(struct schema_set *set, struct schema *from, struct bytes reference);
struct schema *schema_below(struct schema_set *set, const struct schema *parent, const struct node *node,
			    const char *keyword, struct bytes name);
struct schema *schema_referred(struct schema_set *set, const struct schema *from, struct bytes reference);

/* Zeroed memory of the set; NULL sets is_full. */
void *schema_alloc(struct schema_set *set, size_t len);
void schema_note(struct schema_set *set, const struct schema *schema, const struct node *node,
		 enum problem_level level, const char *mend, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
const struct pattern *schema_pattern_add(struct schema_set *set, const struct schema *schema,
					 const struct node *node);

/* One schema from its node: schema_compile.c (all), schema_compile_values.c, schema_compile_logic.c. */
void schema_fill(struct schema_set *set, struct schema *schema);
void schema_fill_values(struct schema_set *set, struct schema *schema);
void schema_fill_logic(struct schema_set *set, struct schema *schema);
void schema_fill_discriminator(struct schema_set *set, struct schema *schema, struct logic_rule *logic);

/* Cuts circles of schemas that lead back to themselves on the same value, and
 * carries readOnly up through $ref and allOf. */
void schema_circles_cut(struct schema_set *set, struct schema *first);

const struct schema_name *schema_name_find(const struct schema_name *names, size_t count, struct bytes name);
void schema_names_sort(struct schema_name *names, size_t count);

/* Deep equality; numbers by value, the order of keys free. *steps counts work. */
bool node_equals(const struct node *node, yyjson_val *value, uint64_t *steps);
bool value_equals(yyjson_val *a, yyjson_val *b, uint64_t *steps);
uint64_t value_hash(yyjson_val *value, uint64_t seed);
