#include "specs/csdl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "parsers/base/limits.h"
#include "specs/csdl_read.h"

/* Names in a contract are its author's own. */
#define CSDL_SEED 0x6373646cull

/* -- elements ------------------------------------------------------------------------ */

struct bytes element_name(const struct node *element)
{
	return node_text(node_get(element, "$element"));
}

struct bytes element_text(const struct node *element, const char *attribute)
{
	const struct node *node = node_get(element, attribute);

	return node == NULL ? BYTES_NONE : bytes_trim(node_text(node));
}

bool element_is(const struct node *element, const char *name)
{
	return bytes_equal(element_name(element), bytes_of(name));
}

bool element_flag(const struct node *element, const char *attribute, bool other)
{
	struct bytes text = element_text(element, attribute);

	if (bytes_equal_nocase(text, BYTES("true")) || bytes_equal(text, BYTES("1")))
		return true;
	return bytes_equal_nocase(text, BYTES("false")) || bytes_equal(text, BYTES("0")) ? false : other;
}

size_t element_count(const struct node *element)
{
	const struct node *children = node_get(element, "$children");

	return node_is(children, NODE_LIST) ? children->count : 0;
}

const struct node *element_at(const struct node *element, size_t index)
{
	return node_get(element, "$children")->items[index];
}

/* -- words ----------------------------------------------------------------------------- */

static void say(const struct csdl_reader *reader, enum problem_level level, const struct node *node,
		const char *mend, const char *words)
{
	struct place place = {.file = reader->document->file};

	if (node != NULL)
		place = node_place(reader->document, node);
	problems_add(reader->problems, level, level == PROBLEM_ERROR ? "spec.invalid" : "spec.unenforceable",
		     place, mend, "%s", words);
}

void csdl_warn(const struct csdl_reader *reader, const struct node *node, const char *mend,
	       const char *format, ...)
{
	char words[400];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	say(reader, PROBLEM_WARNING, node, mend, words);
}

void csdl_refuse(const struct csdl_reader *reader, const struct node *node, const char *mend,
		 const char *format, ...)
{
	char words[400];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	reader->csdl->has_failed = true;
	say(reader, PROBLEM_ERROR, node, mend, words);
}

/* -- memory and names ------------------------------------------------------------------- */

void *csdl_alloc(struct csdl *csdl, size_t len)
{
	return arena_alloc(&csdl->arena, len == 0 ? 1 : len);
}

void *csdl_look(const struct map *map, struct bytes key)
{
	void *const *value = key.data == NULL ? NULL : map_find(map, key);

	return value == NULL ? NULL : *value;
}

void csdl_put(struct csdl *csdl, struct map *map, struct bytes key, void *value, bool *out_is_new)
{
	void **place = key.data == NULL || value == NULL ? NULL : map_put(map, key, out_is_new);

	if (place == NULL)
		csdl->arena.is_full = true;
	else if (*out_is_new)
		*place = value;
}

struct bytes csdl_join(struct csdl *csdl, struct bytes space, struct bytes name)
{
	return arena_printf(&csdl->arena, BYTES_FORMAT "." BYTES_FORMAT, BYTES_PRINT(space),
			    BYTES_PRINT(name));
}

static size_t last_dot(struct bytes name)
{
	for (size_t i = name.len; i > 0; i--)
		if (name.data[i - 1] == '.')
			return i - 1;
	return BYTES_NOT_FOUND;
}

/* Looked up as "Namespace.Name" whichever way it is written; the text lives in `room`. */
static struct bytes written_out(const struct csdl *csdl, struct bytes name, char *room, size_t room_len)
{
	size_t dot = last_dot(name);
	const struct bytes *space =
		dot == BYTES_NOT_FOUND ? NULL : csdl_look(&csdl->aliases, bytes_slice(name, 0, dot));
	int len;

	if (space == NULL)
		return name;
	len = snprintf(room, room_len, BYTES_FORMAT "." BYTES_FORMAT, BYTES_PRINT(*space),
		       BYTES_PRINT(bytes_from(name, dot + 1)));
	return len < 0 || (size_t)len >= room_len ? name : (struct bytes){room, (size_t)len};
}

struct bytes csdl_qualified(struct csdl *csdl, struct bytes name)
{
	char room[1024];
	struct bytes full = written_out(csdl, name, room, sizeof(room));

	return full.data == room ? arena_copy(&csdl->arena, full) : full;
}

/* -- reading ------------------------------------------------------------------------------ */

bool csdl_is(const struct node *root)
{
	return element_is(root, "Edmx") || element_is(root, "Schema") ||
	       (node_get(root, "$Version") != NULL && node_get(root, "$element") == NULL);
}

static void add_alias(struct csdl *csdl, struct bytes alias, struct bytes space)
{
	struct bytes *kept = csdl_alloc(csdl, sizeof(*kept));
	bool is_new;

	if (alias.len == 0 || space.len == 0 || kept == NULL)
		return;
	*kept = space;
	csdl_put(csdl, &csdl->aliases, alias, kept, &is_new);
}

/* A Reference is never followed: its namespaces are known by name alone. */
static void take_reference(struct csdl *csdl, const struct node *reference)
{
	for (size_t i = 0; i < element_count(reference); i++) {
		const struct node *include = element_at(reference, i);
		struct bytes space = element_text(include, "Namespace");

		if (!element_is(include, "Include"))
			continue;
		add_alias(csdl, element_text(include, "Alias"), space);
		csdl->is_sap = csdl->is_sap || bytes_starts(space, BYTES("com.sap.vocabularies."));
	}
}

static bool is_schema_of_sap(const struct node *schema)
{
	for (size_t i = 0; i < schema->count; i++)
		if (bytes_starts(schema->entries[i].key, BYTES("sap:")))
			return true;
	return false;
}

static void take_schema(const struct csdl_reader *reader, const struct node *schema)
{
	struct csdl *csdl = reader->csdl;
	struct bytes space = element_text(schema, "Namespace");
	bool is_new;

	if (space.len == 0) {
		csdl_refuse(reader, schema, "give it Namespace=\"...\"", "a Schema without Namespace");
		return;
	}
	csdl->is_sap = csdl->is_sap || is_schema_of_sap(schema);
	add_alias(csdl, element_text(schema, "Alias"), space);
	csdl_put(csdl, &csdl->namespaces, space, (void *)(uintptr_t)schema, &is_new);
	for (size_t i = 0; i < element_count(schema); i++)
		if (element_is(element_at(schema, i), "Using"))
			add_alias(csdl, element_text(element_at(schema, i), "Alias"),
				  element_text(element_at(schema, i), "Namespace"));
}

static void each_schema(const struct csdl_reader *reader, const struct node *element, csdl_take *take)
{
	if (element_is(element, "Schema") && take == NULL)
		take_schema(reader, element);
	else if (element_is(element, "Schema"))
		for (size_t i = 0; i < element_count(element); i++)
			take(reader, element_at(element, i), element_text(element, "Namespace"));
	else if (element_is(element, "Reference") && take == NULL)
		take_reference(reader->csdl, element);
	else if (element_is(element, "Edmx") || element_is(element, "DataServices"))
		for (size_t i = 0; i < element_count(element); i++)
			each_schema(reader, element_at(element, i), take);
}

/* Edmx Version is 1.0 up to OData 3; the service says the rest. */
static bool read_version(const struct csdl_reader *reader, const struct node *root)
{
	struct bytes version = element_text(root, "Version"), service = BYTES_NONE;
	struct csdl *csdl = reader->csdl;

	for (size_t i = 0; i < element_count(root); i++)
		if (element_is(element_at(root, i), "DataServices"))
			service = element_text(element_at(root, i), "m:DataServiceVersion");
	csdl->version = 4;
	if (bytes_equal(version, BYTES("4.0")) || bytes_equal(version, BYTES("4.01")))
		return true;
	csdl->version = bytes_starts(service, BYTES("3.")) ? 3 : 2;
	if ((bytes_equal(version, BYTES("1.0")) || element_is(root, "Schema")) &&
	    (service.len == 0 || bytes_starts(service, BYTES("1.")) || bytes_starts(service, BYTES("2.")) ||
	     csdl->version == 3))
		return true;
	csdl_refuse(reader, root, "use OData 2.0, 3.0, 4.0 or 4.01", "this version of OData is not known");
	return false;
}

static void read_all(const struct csdl_reader *reader, const struct node *root)
{
	struct csdl *csdl = reader->csdl;

	if (!read_version(reader, root))
		return;
	each_schema(reader, root, NULL);
	if (csdl->has_failed)
		return;
	each_schema(reader, root, csdl_type_register);
	each_schema(reader, root, csdl_association_take);
	each_schema(reader, root, csdl_type_fill);
	csdl_bases_check(reader);
	each_schema(reader, root, csdl_operation_take);
	each_schema(reader, root, csdl_container_take);
	each_schema(reader, root, csdl_annotations_take);
	if (csdl->child_count == 0 && !csdl->has_failed)
		csdl_refuse(reader, root, "name the $metadata of a service",
			    "not a service: no EntityContainer with an EntitySet, a Singleton or an import");
}

struct csdl *csdl_read(const struct document *document, struct problems *problems)
{
	struct csdl *csdl = calloc(1, sizeof(*csdl));
	struct csdl_reader reader = {csdl, document, problems};
	const struct map_plan plan = {
		.entries_max = LIMIT_DOCUMENT_NODES, .value_len = sizeof(void *), .seed = CSDL_SEED};
	const struct node *root = document->root;

	if (csdl == NULL)
		return NULL;
	arena_init(&csdl->arena, LIMIT_CONTRACT_BYTES);
	map_init(&csdl->types, &plan);
	map_init(&csdl->operations, &plan);
	map_init(&csdl->children, &plan);
	map_init(&csdl->aliases, &plan);
	map_init(&csdl->namespaces, &plan);
	map_init(&csdl->associations, &plan);
	if (node_get(root, "$element") == NULL)
		root = csdl_elements(&csdl->arena, root);
	if (root != NULL)
		read_all(&reader, root);
	if (csdl->arena.is_full && !csdl->has_failed)
		csdl_refuse(&reader, NULL, "give the sensor more memory", "no memory for this file");
	if (csdl->has_failed) {
		csdl_free(csdl);
		return NULL;
	}
	return csdl;
}

void csdl_free(struct csdl *csdl)
{
	if (csdl == NULL)
		return;
	map_finish(&csdl->types);
	map_finish(&csdl->operations);
	map_finish(&csdl->children);
	map_finish(&csdl->aliases);
	map_finish(&csdl->namespaces);
	map_finish(&csdl->associations);
	arena_finish(&csdl->arena);
	free(csdl);
}

/* -- asking ---------------------------------------------------------------------------------- */

unsigned csdl_version(const struct csdl *csdl)
{
	return csdl->version;
}

const struct csdl_child *csdl_child(const struct csdl *csdl, struct bytes name)
{
	size_t dot = last_dot(name);
	const struct csdl_child *child = csdl_look(&csdl->children, name);

	/* v2: "Container.Set" is the same */
	return child != NULL || dot == BYTES_NOT_FOUND || csdl->version == 4
		       ? child
		       : csdl_look(&csdl->children, bytes_from(name, dot + 1));
}

const struct csdl_type *csdl_type(const struct csdl *csdl, struct bytes name)
{
	char room[1024];

	return csdl_look(&csdl->types, written_out(csdl, name, room, sizeof(room)));
}

const struct csdl_operation *csdl_operation(const struct csdl *csdl, struct bytes name)
{
	char room[1024];

	return csdl_look(&csdl->operations, written_out(csdl, name, room, sizeof(room)));
}

bool csdl_has_namespace(const struct csdl *csdl, struct bytes name)
{
	char room[1024];
	struct bytes full = written_out(csdl, name, room, sizeof(room));
	size_t dot = last_dot(full);

	return dot != BYTES_NOT_FOUND && csdl_look(&csdl->namespaces, bytes_slice(full, 0, dot)) != NULL;
}

static int by_property_name(const void *key, const void *property)
{
	return bytes_compare(*(const struct bytes *)key, ((const struct csdl_property *)property)->name);
}

const struct csdl_property *csdl_property(const struct csdl_type *type, struct bytes name)
{
	const struct csdl_property *found = NULL;

	for (; type != NULL && found == NULL; type = type->base)
		if (type->property_count > 0)
			found = bsearch(&name, type->properties, type->property_count, sizeof(*found),
					by_property_name);
	return found;
}

bool csdl_derives(const struct csdl_type *type, const struct csdl_type *base)
{
	while (type != NULL && type != base)
		type = type->base;
	return type != NULL;
}

static bool derived_has(const struct csdl_type *type, struct bytes name, unsigned *budget)
{
	for (const struct csdl_type *at = type->derived; at != NULL; at = at->sibling) {
		if (*budget == 0)
			return true; /* nobody knows */
		--*budget;
		if (at->is_open || csdl_property(at, name) != NULL || derived_has(at, name, budget))
			return true;
	}
	return false;
}

bool csdl_derived_has(const struct csdl_type *type, struct bytes name)
{
	unsigned budget = 1000;

	return derived_has(type, name, &budget);
}

bool csdl_is_key(const struct csdl_type *type, struct bytes name)
{
	for (size_t i = 0; type != NULL && i < type->key_count; i++)
		if (bytes_equal(type->keys[i], name))
			return true;
	return false;
}

bool csdl_is_open(const struct csdl_type *type)
{
	while (type != NULL && !type->is_open)
		type = type->base;
	return type != NULL;
}
