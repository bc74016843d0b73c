#include <stdlib.h>
#include <string.h>

#include "specs/csdl_read.h"

static const char *const edm_names[EDM_COUNT] = {
	[EDM_UNKNOWN] = "a value",
	[EDM_STRUCTURED] = "an object",
	[EDM_ENUM] = "a member of the enumeration",
	[EDM_BINARY] = "Edm.Binary",
	[EDM_BOOLEAN] = "Edm.Boolean",
	[EDM_BYTE] = "Edm.Byte",
	[EDM_SBYTE] = "Edm.SByte",
	[EDM_INT16] = "Edm.Int16",
	[EDM_INT32] = "Edm.Int32",
	[EDM_INT64] = "Edm.Int64",
	[EDM_DECIMAL] = "Edm.Decimal",
	[EDM_DOUBLE] = "Edm.Double",
	[EDM_SINGLE] = "Edm.Single",
	[EDM_DATE] = "Edm.Date",
	[EDM_DATETIME] = "Edm.DateTime",
	[EDM_DATETIMEOFFSET] = "Edm.DateTimeOffset",
	[EDM_DURATION] = "Edm.Duration",
	[EDM_TIME] = "Edm.Time",
	[EDM_TIMEOFDAY] = "Edm.TimeOfDay",
	[EDM_GUID] = "Edm.Guid",
	[EDM_STRING] = "Edm.String",
	[EDM_STREAM] = "Edm.Stream",
};

const char *edm_name(enum edm edm)
{
	return edm_names[edm];
}

/* -- values ------------------------------------------------------------------------------- */

static enum edm edm_of(struct bytes name)
{
	for (enum edm edm = EDM_BINARY; edm < EDM_COUNT; edm++)
		if (bytes_equal(name, bytes_of(edm_names[edm])))
			return edm;
	return EDM_UNKNOWN;
}

struct csdl_value csdl_value_of_type(const struct csdl *csdl, struct bytes name)
{
	struct csdl_value value = {.is_nullable = true};
	const struct csdl_type *type;

	if (bytes_starts(name, BYTES("Collection(")) && bytes_ends(name, BYTES(")"))) {
		name = bytes_slice(name, strlen("Collection("), name.len - strlen("Collection()"));
		value.is_collection = true;
	}
	value.edm = edm_of(name);
	type = value.edm == EDM_UNKNOWN ? csdl_type(csdl, name) : NULL;
	if (type == NULL)
		return value;
	if (type->kind == CSDL_DEFINITION) {
		bool is_collection = value.is_collection;

		value = type->underlying;
		value.is_collection = is_collection;
		value.is_nullable = true;
		return value;
	}
	value.type = type;
	value.edm = type->kind == CSDL_ENUM ? EDM_ENUM : EDM_STRUCTURED;
	return value;
}

static void read_number(const struct node *element, const char *name, uint32_t *out_number)
{
	uint64_t number;

	if (bytes_to_u64(element_text(element, name), &number) && number <= UINT32_MAX)
		*out_number = (uint32_t)number;
}

static void read_facets(const struct node *element, struct csdl_value *value)
{
	struct bytes scale = element_text(element, "Scale");
	uint64_t number;

	value->is_nullable = element_flag(element, "Nullable", true);
	read_number(element, "MaxLength", &value->length_max);
	read_number(element, "Precision", &value->precision);
	if (bytes_to_u64(scale, &number) && number < 1000) {
		value->scale = (uint32_t)number;
		value->has_scale = true;
	} else if (scale.len > 0) {
		value->is_scale_variable = true;
	}
}

struct csdl_value csdl_value_read(const struct csdl_reader *reader, const struct node *element)
{
	struct bytes type = element_text(element, "Type");
	struct csdl_value value = csdl_value_of_type(reader->csdl, type);

	read_facets(element, &value);
	if (type.len == 0)
		csdl_warn(reader, element, "give it a Type", BYTES_FORMAT " has no Type",
			  BYTES_PRINT(bytes_slice(element_text(element, "Name"), 0, 100)));
	else if (value.edm == EDM_UNKNOWN && csdl_has_namespace(reader->csdl, type))
		csdl_warn(reader, element, "define the type, or mend its name",
			  "type " BYTES_FORMAT " is not defined; values of it are not checked",
			  BYTES_PRINT(bytes_slice(type, 0, 200)));
	return value;
}

/* -- types -------------------------------------------------------------------------------- */

static bool kind_of(const struct node *element, enum csdl_kind *out_kind)
{
	static const struct {
		const char *name;
		enum csdl_kind kind;
	} kinds[] = {{"EntityType", CSDL_ENTITY},
		     {"ComplexType", CSDL_COMPLEX},
		     {"EnumType", CSDL_ENUM},
		     {"TypeDefinition", CSDL_DEFINITION}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (element_is(element, kinds[i].name)) {
			*out_kind = kinds[i].kind;
			return true;
		}
	return false;
}

void csdl_type_register(const struct csdl_reader *reader, const struct node *element, struct bytes space)
{
	struct csdl *csdl = reader->csdl;
	struct csdl_type *type;
	enum csdl_kind kind;
	struct bytes name = element_text(element, "Name"), underlying;
	bool is_new = false;

	if (!kind_of(element, &kind))
		return;
	if (name.len == 0) {
		csdl_refuse(reader, element, "give it a Name", "a type without Name");
		return;
	}
	type = csdl_alloc(csdl, sizeof(*type));
	if (type == NULL)
		return;
	*type = (struct csdl_type){.kind = kind,
				   .name = csdl_join(csdl, space, name),
				   .is_open = element_flag(element, "OpenType", false),
				   .is_abstract = element_flag(element, "Abstract", false),
				   .has_stream = element_flag(element, "HasStream", false) ||
						 element_flag(element, "m:HasStream", false),
				   .node = element};
	underlying = element_text(element, "UnderlyingType");
	type->underlying = (struct csdl_value){
		.edm = underlying.len == 0 && kind == CSDL_ENUM ? EDM_INT32 : edm_of(underlying)};
	read_facets(element, &type->underlying);
	csdl_put(csdl, &csdl->types, type->name, type, &is_new);
	if (!is_new)
		csdl_warn(reader, element, "give each type a name of its own",
			  "type " BYTES_FORMAT " is defined twice; the first counts",
			  BYTES_PRINT(bytes_slice(type->name, 0, 200)));
}

void csdl_association_take(const struct csdl_reader *reader, const struct node *element, struct bytes space)
{
	bool is_new;

	if (element_is(element, "Association"))
		csdl_put(reader->csdl, &reader->csdl->associations,
			 csdl_join(reader->csdl, space, element_text(element, "Name")),
			 (void *)(uintptr_t)element, &is_new);
}

/* OData 2 and 3: a navigation names an association, whose ends have types. */
static struct csdl_value navigation_value(const struct csdl_reader *reader, const struct node *element)
{
	struct csdl *csdl = reader->csdl;
	const struct node *association =
		csdl_look(&csdl->associations, csdl_qualified(csdl, element_text(element, "Relationship")));
	struct csdl_value value = {.is_nullable = true};

	for (size_t i = 0; i < element_count(association); i++) {
		const struct node *end = element_at(association, i);

		if (!element_is(end, "End") ||
		    !bytes_equal(element_text(end, "Role"), element_text(element, "ToRole")))
			continue;
		value = csdl_value_of_type(csdl, element_text(end, "Type"));
		value.is_collection = bytes_equal(element_text(end, "Multiplicity"), BYTES("*"));
	}
	if (association == NULL)
		csdl_warn(reader, element, "define the association, or mend its name",
			  "navigation " BYTES_FORMAT " names an association that is not defined",
			  BYTES_PRINT(bytes_slice(element_text(element, "Name"), 0, 100)));
	return value;
}

static void read_property(const struct csdl_reader *reader, const struct node *element,
			  struct csdl_property *property)
{
	property->name = element_text(element, "Name");
	property->node = element;
	property->is_navigation = element_is(element, "NavigationProperty");
	property->value = property->is_navigation && element_text(element, "Relationship").len > 0
				  ? navigation_value(reader, element)
				  : csdl_value_read(reader, element);
	property->is_required =
		!property->is_navigation && !property->value.is_nullable && !property->value.is_collection &&
		element_text(element, "DefaultValue").data == NULL && property->value.edm != EDM_STREAM;
	if (property->name.len == 0)
		csdl_warn(reader, element, "give it a Name", "a property without Name");
	csdl_property_annotate(reader, element, property);
}

static int by_name(const void *a, const void *b)
{
	return bytes_compare(((const struct csdl_property *)a)->name,
			     ((const struct csdl_property *)b)->name);
}

static void read_keys(struct csdl *csdl, const struct node *element, struct csdl_type *type)
{
	struct bytes *keys = csdl_alloc(csdl, element_count(element) * sizeof(*keys));

	type->keys = keys;
	type->key_count = 0; /* of a second Key, which no type should have, the last one counts */
	for (size_t i = 0; keys != NULL && i < element_count(element); i++) {
		struct bytes alias = element_text(element_at(element, i), "Alias");

		keys[type->key_count++] =
			alias.len > 0 ? alias : element_text(element_at(element, i), "Name");
	}
}

static void fill_members(struct csdl *csdl, const struct node *element, struct csdl_type *type)
{
	size_t count = element_count(element);
	struct bytes *members = csdl_alloc(csdl, count * sizeof(*members));
	struct bytes *values = csdl_alloc(csdl, count * sizeof(*values));

	if (members == NULL || values == NULL)
		return;
	type->is_flags = element_flag(element, "IsFlags", false);
	type->members = members;
	type->member_values = values;
	for (size_t i = 0; i < count; i++) {
		const struct node *member = element_at(element, i);
		struct bytes value = element_text(member, "Value");

		if (!element_is(member, "Member"))
			continue;
		members[type->member_count] = element_text(member, "Name");
		values[type->member_count] =
			value.data != NULL ? value : arena_printf(&csdl->arena, "%zu", type->member_count);
		type->member_count++;
	}
}

void csdl_type_fill(const struct csdl_reader *reader, const struct node *element, struct bytes space)
{
	struct csdl *csdl = reader->csdl;
	enum csdl_kind kind;
	size_t count = element_count(element);
	struct bytes base = element_text(element, "BaseType");
	struct csdl_type *type;

	(void)space;
	if (!kind_of(element, &kind))
		return;
	type = (struct csdl_type *)(uintptr_t)csdl_look(
		&csdl->types, csdl_join(csdl, space, element_text(element, "Name")));
	if (type == NULL || type->node != element)
		return;
	if (kind == CSDL_ENUM)
		fill_members(csdl, element, type);
	if (kind == CSDL_ENUM || kind == CSDL_DEFINITION)
		return;
	type->base = base.len == 0 ? NULL : csdl_look(&csdl->types, csdl_qualified(csdl, base));
	if (base.len > 0 && type->base == NULL) {
		csdl_warn(reader, element, "define the base type",
			  "base type " BYTES_FORMAT " is not defined; its properties are not known",
			  BYTES_PRINT(bytes_slice(base, 0, 200)));
		type->is_open = true;
	}
	type->properties = csdl_alloc(csdl, count * sizeof(*type->properties));
	for (size_t i = 0; type->properties != NULL && i < count; i++) {
		const struct node *child = element_at(element, i);

		if (element_is(child, "Key"))
			read_keys(csdl, child, type);
		else if (element_is(child, "Property") || element_is(child, "NavigationProperty"))
			read_property(reader, child, &type->properties[type->property_count++]);
	}
	if (type->property_count > 1)
		qsort(type->properties, type->property_count, sizeof(*type->properties), by_name);
}

/* Keys are inherited; a circle of bases is cut. */
void csdl_bases_check(const struct csdl_reader *reader)
{
	for (void **at = map_oldest(&reader->csdl->types); at != NULL; at = map_newer(at)) {
		struct csdl_type *type = *at;
		const struct csdl_type *base = type->base;
		size_t depth = 0;

		while (base != NULL && base != type && ++depth < CSDL_BASES_MAX)
			base = base->base;
		if (base != NULL) {
			csdl_warn(reader, type->node, "cut the circle",
				  "the base types of " BYTES_FORMAT " never end",
				  BYTES_PRINT(bytes_slice(type->name, 0, 200)));
			type->base = NULL;
		}
		if (type->base != NULL) {
			type->sibling = type->base->derived;
			type->base->derived = type;
		}
	}
	for (void **at = map_oldest(&reader->csdl->types); at != NULL; at = map_newer(at)) {
		struct csdl_type *type = *at;
		const struct csdl_type *base = type->base;

		while (type->key_count == 0 && base != NULL) {
			type->keys = base->keys;
			type->key_count = base->key_count;
			base = base->base;
		}
	}
}
