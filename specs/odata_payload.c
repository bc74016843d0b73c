#include "specs/odata_payload.h"

#include <stdio.h>
#include <string.h>

#include "specs/odata_lexical.h"

/* Entities in entities; what is nested deeper is not looked at. */
#define DEPTH_MAX 64

/* Members of one object among which required ones are looked for. */
#define MEMBERS_SEARCHED 2000

/* Where the check stands: links to the root, from which a pointer is written when there is something to tell.
 */
struct place_in {
	const struct place_in *up;
	struct bytes name; /* data NULL: an item */
	size_t index;
	unsigned depth;
};

static bool is_old(const struct odata_payload *payload)
{
	return csdl_version(payload->csdl) < 4;
}

/* -- telling ---------------------------------------------------------------------------- */

/* RFC 6901: "~" and "/" are written out. */
static struct bytes escaped(struct bytes name, struct arena *arena)
{
	char *text = arena_alloc(arena, 2 * name.len + 1);
	size_t len = 0;

	for (size_t i = 0; text != NULL && i < name.len; i++) {
		bool is_odd = name.data[i] == '~' || name.data[i] == '/';

		text[len++] = is_odd ? '~' : name.data[i];
		if (is_odd)
			text[len++] = name.data[i] == '~' ? '0' : '1';
	}
	return (struct bytes){.data = text, .len = len};
}

static struct bytes pointer_of(const struct place_in *at, struct arena *arena)
{
	struct bytes pointer = BYTES("");

	for (; at != NULL; at = at->up)
		pointer = at->name.data == NULL
				  ? arena_printf(arena, "/%zu" BYTES_FORMAT, at->index, BYTES_PRINT(pointer))
				  : arena_printf(arena, "/" BYTES_FORMAT BYTES_FORMAT,
						 BYTES_PRINT(escaped(at->name, arena)), BYTES_PRINT(pointer));
	return pointer;
}

static void tell(const struct odata_payload *payload, const struct place_in *at, enum keyword keyword,
		 struct bytes expected, const char *observed)
{
	departure_add(payload->checking,
		      &(struct departure){.part = PART_BODY,
					  .keyword = keyword,
					  .pointer = pointer_of(at, &payload->checking->exchange->arena),
					  .expected = expected,
					  .observed = bytes_of(observed)});
}

static const char *kind_of(yyjson_val *json)
{
	return yyjson_is_str(json)    ? "a text"
	       : yyjson_is_bool(json) ? "true or false"
	       : yyjson_is_null(json) ? "null"
	       : yyjson_is_arr(json)  ? "an array"
	       : yyjson_is_obj(json)  ? "an object"
				      : "a number";
}

static struct bytes text_of(yyjson_val *json)
{
	return (struct bytes){.data = yyjson_get_str(json), .len = yyjson_get_len(json)};
}

/* -- primitive values ----------------------------------------------------------------------- */

/* The digits of a number; `room` holds what has to be printed. */
static struct bytes digits_of(yyjson_val *json, char room[40])
{
	int len;

	if (yyjson_is_raw(json))
		return (struct bytes){.data = yyjson_get_raw(json), .len = yyjson_get_len(json)};
	if (yyjson_is_uint(json))
		len = snprintf(room, 40, "%llu", (unsigned long long)yyjson_get_uint(json));
	else if (yyjson_is_sint(json))
		len = snprintf(room, 40, "%lld", (long long)yyjson_get_sint(json));
	else
		len = snprintf(room, 40, "%.15g", yyjson_get_real(json));
	return (struct bytes){.data = room, .len = len > 0 ? (size_t)len : 0};
}

static bool is_number(yyjson_val *json)
{
	return yyjson_is_num(json) || yyjson_is_raw(json);
}

static bool is_number_type(enum edm edm)
{
	return edm >= EDM_BYTE && edm <= EDM_SINGLE;
}

/* IEEE754Compatible (OData 4) and verbose JSON (OData 2) write what a double cannot hold as a text. */
static bool may_be_text(enum edm edm)
{
	return edm == EDM_INT64 || edm == EDM_DECIMAL || edm == EDM_DOUBLE || edm == EDM_SINGLE;
}

static void check_number(const struct odata_payload *payload, const struct place_in *at,
			 const struct csdl_value *value, yyjson_val *json)
{
	char room[40];
	struct bytes text = is_number(json) ? digits_of(json, room) : text_of(json);
	bool is_whole = value->edm <= EDM_INT64;

	if (!is_number(json) && !(yyjson_is_str(json) && may_be_text(value->edm))) {
		tell(payload, at, KEYWORD_TYPE, bytes_of(edm_name(value->edm)), kind_of(json));
		return;
	}
	if (is_number(json) && !is_whole && value->edm != EDM_DECIMAL)
		return;
	if (is_number(json) && yyjson_is_real(json) && value->edm == EDM_DECIMAL &&
	    bytes_find_byte(text, 'e') != BYTES_NOT_FOUND)
		return;
	if (!lexical_fits(value->edm, csdl_version(payload->csdl), text)) {
		bool is_integer = is_number(json) && !yyjson_is_real(json);

		tell(payload, at, is_integer ? KEYWORD_RANGE : KEYWORD_TYPE, bytes_of(edm_name(value->edm)),
		     is_integer ? "a number out of range" : kind_of(json));
	} else if (!decimal_fits(value, text)) {
		tell(payload, at, KEYWORD_RANGE,
		     arena_printf(&payload->checking->exchange->arena, "precision %u, scale %u",
				  value->precision, value->scale),
		     "a number with more digits");
	}
}

static void check_text(const struct odata_payload *payload, const struct place_in *at,
		       const struct csdl_value *value, yyjson_val *json)
{
	struct arena *arena = &payload->checking->exchange->arena;
	struct bytes text = text_of(json);
	size_t len = value->edm == EDM_BINARY ? text.len / 4 * 3 : utf8_count(text);
	size_t padding = value->edm == EDM_BINARY ? 2 : 0;

	if (!yyjson_is_str(json))
		tell(payload, at, KEYWORD_TYPE, bytes_of(edm_name(value->edm)), kind_of(json));
	else if (!lexical_fits(value->edm, csdl_version(payload->csdl), text))
		tell(payload, at, KEYWORD_FORMAT, bytes_of(edm_name(value->edm)), "a text of another form");
	else if (value->length_max > 0 && len > value->length_max + padding &&
		 (value->edm == EDM_STRING || value->edm == EDM_BINARY))
		tell(payload, at, KEYWORD_LENGTH, arena_printf(arena, "at most %u", value->length_max),
		     arena_printf(arena, "%zu", len).data);
}

static bool is_member(const struct csdl_type *type, struct bytes name)
{
	for (size_t i = 0; i < type->member_count; i++)
		if (bytes_equal(type->members[i], name) || bytes_equal(type->member_values[i], name))
			return true;
	return false;
}

static void check_enum(const struct odata_payload *payload, const struct place_in *at,
		       const struct csdl_type *type, yyjson_val *json)
{
	char room[40];
	struct bytes rest = is_number(json) ? digits_of(json, room) : text_of(json);
	uint64_t number;

	if (!is_number(json) && !yyjson_is_str(json)) {
		tell(payload, at, KEYWORD_TYPE, BYTES("a member of an enumeration"), kind_of(json));
		return;
	}
	while (rest.data != NULL) {
		struct bytes name = bytes_trim(bytes_split(&rest, ','));

		if (is_member(type, name) || (type->is_flags && bytes_to_u64(name, &number)))
			continue;
		tell(payload, at, KEYWORD_ENUM, type->name, "no member of it");
		return;
	}
}

static void check_primitive(const struct odata_payload *payload, const struct place_in *at,
			    const struct csdl_value *value, yyjson_val *json)
{
	if (value->edm == EDM_UNKNOWN || value->edm == EDM_STREAM)
		return;
	if (value->edm == EDM_ENUM)
		check_enum(payload, at, value->type, json);
	else if (is_number_type(value->edm))
		check_number(payload, at, value, json);
	else if (value->edm == EDM_BOOLEAN && !yyjson_is_bool(json))
		tell(payload, at, KEYWORD_TYPE, BYTES("Edm.Boolean"), kind_of(json));
	else if (value->edm != EDM_BOOLEAN)
		check_text(payload, at, value, json);
}

/* -- entities and complex values -------------------------------------------------------------- */

static void check_value(const struct odata_payload *payload, const struct place_in *at,
			const struct csdl_value *value, yyjson_val *json);

/* Of control information, annotations, advertised actions: "@odata.id", "Name@odata.type", "__metadata",
 * "odata.type" of OData 3, "#Namespace.Action". */
static bool is_control(const struct odata_payload *payload, struct bytes name)
{
	return bytes_find_byte(name, '@') != BYTES_NOT_FOUND || bytes_starts(name, BYTES("#")) ||
	       (is_old(payload) &&
		(bytes_starts(name, BYTES("__")) || bytes_find(name, BYTES("odata.")) != BYTES_NOT_FOUND));
}

/* The type that the object says it is of. NULL: one that the model does not know. */
static const struct csdl_type *type_said(const struct odata_payload *payload, const struct csdl_type *type,
					 yyjson_val *json, bool *out_is_said)
{
	static const char *const names[] = {"@odata.type", "@type", "odata.type"};
	yyjson_val *said = yyjson_obj_get(yyjson_obj_get(json, "__metadata"), "type");
	const struct csdl_type *found;
	struct bytes name;
	size_t hash;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && said == NULL; i++)
		said = yyjson_obj_get(json, names[i]);
	if (!yyjson_is_str(said))
		return type;
	name = text_of(said);
	hash = bytes_find_byte(name, '#');
	if (hash != BYTES_NOT_FOUND)
		name = bytes_from(name, hash + 1);
	found = csdl_type(payload->csdl, name);
	*out_is_said = true;
	return found != NULL && (found == type || csdl_derives(found, type)) ? found : NULL;
}

static void check_required(const struct odata_payload *payload, const struct place_in *at,
			   const struct csdl_type *type, yyjson_val *json)
{
	if (!payload->is_create || yyjson_obj_size(json) > MEMBERS_SEARCHED)
		return;
	for (const struct csdl_type *base = type; base != NULL; base = base->base)
		for (size_t i = 0; i < base->property_count; i++) {
			const struct csdl_property *property = &base->properties[i];

			if (property->is_required && !csdl_is_key(type, property->name) &&
			    yyjson_obj_getn(json, property->name.data, property->name.len) == NULL)
				tell(payload, &(struct place_in){.up = at, .name = property->name},
				     KEYWORD_REQUIRED, BYTES("a value"), "absent");
		}
}

static void check_object(const struct odata_payload *payload, const struct place_in *at,
			 const struct csdl_type *type, yyjson_val *json)
{
	bool is_said = false;
	yyjson_obj_iter members;
	yyjson_val *key;

	type = type_said(payload, type, json, &is_said);
	if (type == NULL)
		return;
	yyjson_obj_iter_init(json, &members);
	while ((key = yyjson_obj_iter_next(&members)) != NULL) {
		struct bytes name = text_of(key);
		const struct csdl_property *property = csdl_property(type, name);
		struct place_in inner = {.up = at, .name = name, .depth = at == NULL ? 1 : at->depth + 1};

		if (property != NULL)
			check_value(payload, &inner, &property->value, yyjson_obj_iter_get_val(key));
		else if (!is_control(payload, name) && !csdl_is_open(type) &&
			 (is_said || !csdl_derived_has(type, name)))
			tell(payload, &inner, KEYWORD_ODATA_PROPERTY, type->name, "a name it does not have");
	}
	check_required(payload, at, type, json);
}

static void check_items(const struct odata_payload *payload, const struct place_in *at,
			const struct csdl_value *value, yyjson_val *json)
{
	struct csdl_value item = *value;
	yyjson_arr_iter items;
	yyjson_val *one;
	size_t index = 0;

	item.is_collection = false;
	yyjson_arr_iter_init(json, &items);
	while ((one = yyjson_arr_iter_next(&items)) != NULL) {
		struct place_in inner = {.up = at, .index = index++, .depth = at == NULL ? 1 : at->depth + 1};

		check_value(payload, &inner, &item, one);
	}
}

static void check_value(const struct odata_payload *payload, const struct place_in *at,
			const struct csdl_value *value, yyjson_val *json)
{
	yyjson_val *results = is_old(payload) ? yyjson_obj_get(json, "results") : NULL;

	if ((at != NULL && at->depth > DEPTH_MAX) ||
	    (is_old(payload) && yyjson_obj_get(json, "__deferred") != NULL))
		return;
	if (yyjson_is_null(json)) {
		if (!value->is_nullable && !value->is_collection)
			tell(payload, at, KEYWORD_NULL, bytes_of(edm_name(value->edm)), "null");
	} else if (value->is_collection) {
		const struct place_in inner = {
			.up = at, .name = BYTES("results"), .depth = at == NULL ? 1 : at->depth + 1};

		json = results != NULL ? results : json;
		if (yyjson_is_arr(json))
			check_items(payload, results != NULL ? &inner : at, value, json);
		else if (!is_old(payload) || !yyjson_is_obj(json))
			tell(payload, at, KEYWORD_TYPE, BYTES("an array"), kind_of(json));
	} else if (value->edm != EDM_STRUCTURED) {
		check_primitive(payload, at, value, json);
	} else if (yyjson_is_obj(json)) {
		check_object(payload, at, value->type, json);
	} else {
		tell(payload, at, KEYWORD_TYPE, BYTES("an object"), kind_of(json));
	}
}

/* -- the whole -------------------------------------------------------------------------------- */

/* A POST to a collection carries a new member of it, and so does its answer. */
static bool is_member_made(const struct odata_payload *payload, const struct odata_path *path)
{
	return path->end == ODATA_COLLECTION &&
	       bytes_equal(odata_method(payload->checking->exchange), BYTES("POST"));
}

/* Verbose JSON: {"d": {...}}, {"d": {"results": [...]}}, {"d": [...]}; requests may go without the "d". */
static void check_verbose(const struct odata_payload *payload, const struct odata_path *path,
			  yyjson_val *json)
{
	yyjson_val *data = yyjson_obj_get(json, "d");
	const struct place_in at = {.name = BYTES("d")}, *place = data == NULL ? NULL : &at;
	struct csdl_value value = path->value;

	if (data == NULL && payload->checking->side == SIDE_RESPONSE)
		return;
	data = data == NULL ? json : data;
	if (path->end == ODATA_PROPERTY || (path->end == ODATA_FUNCTION && value.edm != EDM_STRUCTURED) ||
	    (path->function != NULL && yyjson_obj_get(data, "__metadata") == NULL &&
	     yyjson_obj_get(data, "results") == NULL && !yyjson_is_arr(data)))
		return; /* {"d": {"Name": ...}}: named after the property or function */
	if (is_member_made(payload, path))
		value.is_collection = false;
	check_value(payload, place, &value, data);
}

void odata_payload_check(const struct odata_payload *payload, const struct odata_path *path, yyjson_val *json)
{
	struct csdl_value value = path->value;
	yyjson_val *inner = yyjson_obj_get(json, "value");
	const struct place_in at = {.name = BYTES("value")};

	value.is_nullable = true;
	if (is_old(payload) &&
	    (payload->checking->side == SIDE_REQUEST || yyjson_obj_get(json, "odata.metadata") == NULL)) {
		check_verbose(payload, path, json);
		return;
	}
	if (is_member_made(payload, path))
		value.is_collection = false;
	if (!value.is_collection && value.edm == EDM_STRUCTURED)
		check_value(payload, NULL, &value, json);
	else if (!yyjson_is_obj(json) || inner == NULL)
		tell(payload, NULL, KEYWORD_TYPE, BYTES("an object with \"value\""), kind_of(json));
	else
		check_value(payload, &at, &value, inner);
}

void odata_arguments_check(const struct odata_payload *payload, const struct csdl_operation *action,
			   yyjson_val *json)
{
	yyjson_obj_iter members;
	yyjson_val *key;

	if (action->next != NULL || !yyjson_is_obj(json))
		return; /* overloads: which one is meant is the server's to say */
	yyjson_obj_iter_init(json, &members);
	while ((key = yyjson_obj_iter_next(&members)) != NULL) {
		struct place_in at = {.name = text_of(key), .depth = 1};
		const struct csdl_property *parameter = NULL;

		for (size_t i = 0; i < action->parameter_count && parameter == NULL; i++)
			if (bytes_equal(action->parameters[i].name, at.name))
				parameter = &action->parameters[i];
		if (parameter != NULL)
			check_value(payload, &at, &parameter->value, yyjson_obj_iter_get_val(key));
		else if (!is_control(payload, at.name))
			tell(payload, &at, KEYWORD_ODATA_PROPERTY, action->name,
			     "a parameter it does not have");
	}
}
