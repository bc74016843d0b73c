/*
 * csdl_read: what the files of the CSDL reader share: elements, and what was found so far. For csdl*.c only.
 *
 * An element is a table as document_xml makes it: "$element" is its name, attributes stand by name,
 * "$children" is the list of elements in it. JSON CSDL is made into such elements first.
 */
#pragma once

#include "specs/csdl.h"

/* A base type of a base type ...; more is a circle. */
#define CSDL_BASES_MAX 64

struct csdl {
	struct arena arena;
	struct map types;        /* qualified name -> struct csdl_type * */
	struct map operations;   /* qualified name -> struct csdl_operation *, the first overload */
	struct map children;     /* name -> struct csdl_child * */
	struct map aliases;      /* alias -> namespace */
	struct map namespaces;   /* of this file */
	struct map associations; /* qualified name -> const struct node * */
	struct csdl_child **child_list;
	size_t child_count;
	struct bytes name;
	unsigned version;
	bool is_sap, has_key_segments, has_failed;
};

struct csdl_reader {
	struct csdl *csdl;
	const struct document *document;
	struct problems *problems;
};

/* -- csdl.c ------------------------------------------------------------------------- */
struct bytes element_name(const struct node *element);
struct bytes element_text(const struct node *element, const char *attribute); /* data NULL when absent */
bool element_is(const struct node *element, const char *name);
bool element_flag(const struct node *element, const char *attribute, bool other);
size_t element_count(const struct node *element);
const struct node *element_at(const struct node *element, size_t index);

void csdl_warn(const struct csdl_reader *reader, const struct node *node, const char *mend,
	       const char *format, ...) __attribute__((format(printf, 4, 5)));
void csdl_refuse(const struct csdl_reader *reader, const struct node *node, const char *mend,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* "Namespace.Name" of a name with an alias, or of the same. */
struct bytes csdl_qualified(struct csdl *csdl, struct bytes name);
void *csdl_look(const struct map *map, struct bytes key);
void csdl_put(struct csdl *csdl, struct map *map, struct bytes key, void *value, bool *out_is_new);
void *csdl_alloc(struct csdl *csdl, size_t len);
struct bytes csdl_join(struct csdl *csdl, struct bytes space, struct bytes name);

/* Every element of that name in each schema. */
typedef void csdl_take(const struct csdl_reader *reader, const struct node *element, struct bytes space);

/* -- csdl_type.c --------------------------------------------------------------------- */
csdl_take csdl_type_register, csdl_type_fill, csdl_association_take;
struct csdl_value csdl_value_read(const struct csdl_reader *reader, const struct node *element);
void csdl_bases_check(const struct csdl_reader *reader);

/* -- csdl_container.c ----------------------------------------------------------------- */
csdl_take csdl_operation_take, csdl_container_take;

/* -- csdl_annotation.c ----------------------------------------------------------------- */
csdl_take csdl_annotations_take; /* with a Target */
void csdl_child_annotate(const struct csdl_reader *reader, const struct node *element,
			 struct csdl_child *child);
void csdl_property_annotate(const struct csdl_reader *reader, const struct node *element,
			    struct csdl_property *property);

/* -- csdl_json.c ------------------------------------------------------------------------ */
/* The same as elements; NULL without memory. */
const struct node *csdl_elements(struct arena *arena, const struct node *root);
