#include "specs/conform_check.h"

/* A form while its fields become one object. */
struct form {
	const struct judging *judging;
	struct occurrence *list; /* of the object */
	size_t count;
	struct occurrence *own; /* of the property at hand */
	bool *is_taken;         /* by field */
};

static const struct encoding *styled(const struct judging *judging, size_t *index)
{
	const struct media *media = judging->media;

	for (; *index < media->encoding_count; ++*index)
		if (media->encodings[*index].has_style && media->encodings[*index].parameter.schema != NULL)
			return &media->encodings[(*index)++];
	return NULL;
}

static bool is_field_of(const struct parameter *parameter, const struct form_field *field,
			struct occurrence *out_occurrence)
{
	struct bytes inner = BYTES_NONE;

	*out_occurrence = (struct occurrence){.name = field->raw_name, .value = field->raw_value};
	if (parameter->is_deep_object) {
		inner = deep_name(field->name, parameter->name);
		out_occurrence->name = inner;
		return inner.data != NULL && bytes_find_byte(inner, '[') == BYTES_NOT_FOUND;
	}
	if (parameter->style == STYLE_FORM && parameter->is_exploded &&
	    (schema_types(parameter->schema) & (SCHEMA_OBJECT | SCHEMA_ARRAY)) == SCHEMA_OBJECT)
		return schema_property(parameter->schema, field->name) != NULL;
	return bytes_equal(field->name, parameter->name);
}

/* OpenAPI 3, Encoding Object: a property with a style is written as a query parameter of that name. */
static bool take_styled(struct form *form, const struct encoding *encoding)
{
	const struct body_reading *reading = form->judging->reading;
	size_t count = 0;
	yyjson_val *tree;

	for (size_t i = 0; i < reading->field_count; i++) {
		if (form->is_taken[i] ||
		    !is_field_of(&encoding->parameter, &reading->fields[i], &form->own[count]))
			continue;
		form->is_taken[i] = true;
		count++;
	}
	if (count == 0)
		return true;
	tree = parameter_read(form->judging->checking, &encoding->parameter, form->own, count);
	if (tree == NULL)
		return false;
	form->list[form->count++] = (struct occurrence){.name = encoding->name, .tree = tree};
	return true;
}

/* Names in brackets follow no standard: such a form is not judged. */
static bool take_plain(struct form *form)
{
	const struct judging *judging = form->judging;

	for (size_t i = 0; i < judging->reading->field_count; i++) {
		const struct form_field *field = &judging->reading->fields[i];

		if (form->is_taken[i])
			continue;
		if (bytes_find_byte(field->name, '[') != BYTES_NOT_FOUND &&
		    schema_property(judging->media->schema, field->name) == NULL)
			return false;
		if (!is_utf8(field->name) || !is_utf8(field->value)) {
			tell_body(judging, KEYWORD_ENCODING, BYTES("UTF-8"),
				  BYTES("bytes that are not UTF-8"));
			return false;
		}
		form->list[form->count++] = (struct occurrence){.name = field->name, .value = field->value};
	}
	return true;
}

void form_check(const struct judging *judging)
{
	struct arena *arena = &judging->checking->exchange->arena;
	size_t room = judging->reading->field_count + judging->media->encoding_count + 1, index = 0;
	struct form form = {.judging = judging,
			    .list = arena_alloc(arena, room * sizeof(*form.list)),
			    .own = arena_alloc(arena, room * sizeof(*form.own)),
			    .is_taken = arena_alloc(arena, room)};
	bool is_ok = form.list != NULL && form.own != NULL && form.is_taken != NULL;

	for (const struct encoding *encoding; is_ok && (encoding = styled(judging, &index)) != NULL;)
		is_ok = take_styled(&form, encoding);
	if (is_ok && take_plain(&form))
		value_check(judging, judging->media->schema,
			    pairs_to_object(form.list, form.count, judging->media->schema, arena), BYTES(""));
}
