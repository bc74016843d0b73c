#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/json_read.h"
#include "specs/conform_check.h"
#include "specs/schema_check.h"

/* Items of one parameter; more are not looked at. */
#define ITEMS_MAX 10000

#define SCALARS (SCHEMA_BOOLEAN | SCHEMA_INTEGER | SCHEMA_NUMBER | SCHEMA_STRING)

enum shape { SHAPE_SCALAR, SHAPE_ARRAY, SHAPE_OBJECT };

/* One parameter while it is read. */
struct value {
	const struct checking *checking;
	const struct parameter *parameter;
	const struct occurrence *list;
	size_t count;
	struct departures *out; /* of the reading that is tried */
	bool is_unreadable;     /* nothing can be said: no memory, or over a ceiling */
	bool is_field;          /* it is a property of a form: it is read, not checked */
	yyjson_val *tree;       /* of a field: what was read */
};

static struct arena *arena_of(const struct value *value)
{
	return &value->checking->exchange->arena;
}

/* Of a field its name; one with '~' or '/' is told at the root. */
static struct bytes pointer_to(const struct value *value)
{
	struct bytes name = value->parameter->name;

	if (!value->is_field || bytes_find_byte(name, '~') != BYTES_NOT_FOUND ||
	    bytes_find_byte(name, '/') != BYTES_NOT_FOUND)
		return BYTES("");
	return arena_printf(arena_of(value), "/" BYTES_FORMAT, BYTES_PRINT(name));
}

static void tell(const struct value *value, enum keyword keyword, struct bytes expected,
		 struct bytes observed)
{
	struct checking checking = *value->checking;

	checking.out = value->out;
	departure_add(&checking,
		      &(struct departure){.part = value->is_field ? PART_BODY : value->parameter->part,
					  .keyword = keyword,
					  .name = value->is_field ? BYTES_NONE : value->parameter->name,
					  .pointer = pointer_to(value),
					  .schema_pointer = value->parameter->schema_pointer,
					  .expected = expected,
					  .observed = observed});
}

/* -- decoding --------------------------------------------------------------------- */

/* Field values, and cookies of that style, are not percent-encoded; '+' is a space in a query only. */
static bool decode(struct value *value, struct bytes text, struct bytes *out_text)
{
	enum part part = value->parameter->part;
	struct bytes decoded = text;

	if (part != PART_HEADER && value->parameter->style != STYLE_COOKIE)
		decoded = percent_decode(text, part == PART_QUERY, arena_of(value));
	if (decoded.data == NULL && text.len > 0) {
		value->is_unreadable = true;
		return false;
	}
	if (!is_utf8(decoded)) {
		tell(value, KEYWORD_ENCODING, BYTES("UTF-8"), BYTES("bytes that are not UTF-8"));
		return false;
	}
	*out_text = decoded.data == NULL ? BYTES("") : decoded;
	return true;
}

/* Bytes of the separator that stands here; 0 when none does. All but the comma may be percent-encoded: RFC
 * 3986 has them no other way in a URI. */
static size_t separator_len(struct bytes text, char separator)
{
	if (text.data[0] == separator || (separator == ' ' && text.data[0] == '+'))
		return 1;
	if ((separator != ' ' && separator != '|' && separator != '\t') || text.len < 3 ||
	    text.data[0] != '%')
		return 0;
	return ascii_hex_value(text.data[1]) * 16 == (separator & 0xf0) &&
			       ascii_hex_value(text.data[2]) == (separator & 0x0f)
		       ? 3
		       : 0;
}

/* Splits at the separator of the style, encoded or not, outside of the quotes of a field value. */
static struct bytes take_item(struct bytes *rest, char separator, bool has_quotes)
{
	struct bytes whole = *rest;
	bool is_quoted = false;

	for (size_t i = 0; i < whole.len; i++) {
		size_t width = separator_len(bytes_from(whole, i), separator);

		if (has_quotes && whole.data[i] == '"' && (i == 0 || whole.data[i - 1] != '\\'))
			is_quoted = !is_quoted;
		if (width == 0 || is_quoted)
			continue;
		*rest = bytes_from(whole, i + width);
		return bytes_slice(whole, 0, i);
	}
	*rest = BYTES_NONE;
	return whole;
}

struct items {
	struct occurrence *list;
	size_t count, capacity;
};

static bool items_add(struct value *value, struct items *items, struct bytes name, struct bytes text)
{
	struct occurrence item = {0};

	if (value->parameter->part == PART_HEADER)
		text = bytes_trim(text);
	if (!decode(value, name, &item.name) || !decode(value, text, &item.value))
		return false;
	if (items->count == items->capacity) {
		size_t capacity = items->capacity == 0 ? 8 : items->capacity * 2;
		struct occurrence *list = arena_alloc(arena_of(value), capacity * sizeof(*list));

		if (list == NULL || capacity > 2 * ITEMS_MAX) {
			value->is_unreadable = true;
			return false;
		}
		if (items->count > 0)
			memcpy(list, items->list, items->count * sizeof(*list));
		items->list = list;
		items->capacity = capacity;
	}
	items->list[items->count++] = item;
	return true;
}

/* The text behind what label and matrix put before it; false (told) when that is not there. */
static bool strip_style(const struct value *value, struct bytes *text)
{
	const struct parameter *parameter = value->parameter;
	bool is_label = parameter->style == STYLE_LABEL;

	if (!is_label && parameter->style != STYLE_MATRIX)
		return true;
	if (text->len == 0 || text->data[0] != (is_label ? '.' : ';')) {
		tell(value, KEYWORD_STYLE,
		     is_label ? BYTES("a value after a dot") : BYTES("a value after ;name="),
		     observed_shape(value->checking, *text));
		return false;
	}
	*text = bytes_from(*text, 1);
	return true;
}

/* "name=value" gives the value; false (told) when the name is another. */
static bool strip_name(const struct value *value, struct bytes *text)
{
	struct bytes rest = *text;
	struct bytes name = bytes_split(&rest, '=');

	if (!bytes_equal(name, value->parameter->name)) {
		tell(value, KEYWORD_STYLE, BYTES("a value after ;name="),
		     observed_shape(value->checking, *text));
		return false;
	}
	*text = rest.data == NULL ? BYTES("") : rest;
	return true;
}

static char separator_of(const struct parameter *parameter)
{
	if (!parameter->is_exploded)
		return parameter->separator;
	return parameter->style == STYLE_LABEL ? '.' : parameter->style == STYLE_MATRIX ? ';' : ',';
}

static bool is_repeated_style(const struct parameter *parameter)
{
	return parameter->is_exploded && parameter->style != STYLE_SIMPLE &&
	       parameter->style != STYLE_LABEL && parameter->style != STYLE_MATRIX;
}

/* "a,b,c" */
static bool read_list(struct value *value, struct bytes text, struct items *items)
{
	const struct parameter *parameter = value->parameter;
	bool is_matrix = parameter->style == STYLE_MATRIX;

	if (!strip_style(value, &text) || (is_matrix && !parameter->is_exploded && !strip_name(value, &text)))
		return false;
	while (text.data != NULL) {
		struct bytes item = take_item(&text, separator_of(parameter), parameter->part == PART_HEADER);

		if (is_matrix && parameter->is_exploded && !strip_name(value, &item))
			return false;
		if (!items_add(value, items, BYTES(""), item))
			return false;
	}
	return true;
}

/* "R=100,G=200" exploded, else "R,100,G,200" */
static bool read_object(struct value *value, struct bytes text, struct items *items)
{
	const struct parameter *parameter = value->parameter;

	if (!strip_style(value, &text) ||
	    (parameter->style == STYLE_MATRIX && !parameter->is_exploded && !strip_name(value, &text)))
		return false;
	while (text.data != NULL) {
		struct bytes item = take_item(&text, separator_of(parameter), parameter->part == PART_HEADER);
		struct bytes name = parameter->is_exploded ? bytes_split(&item, '=') : item;

		if (!parameter->is_exploded)
			item = text.data == NULL ? BYTES_NONE
						 : take_item(&text, separator_of(parameter),
							     parameter->part == PART_HEADER);
		if (item.data == NULL) {
			tell(value, KEYWORD_STYLE, BYTES("names with values"),
			     BYTES("a name without a value"));
			return false;
		}
		if (!items_add(value, items, name, item))
			return false;
	}
	return true;
}

/* -- checking --------------------------------------------------------------------- */

static struct schema_checker checker_of(const struct value *value)
{
	return (struct schema_checker){.arena = arena_of(value),
				       .out = value->out,
				       .side = value->checking->side,
				       .part = value->parameter->part,
				       .name = value->parameter->name,
				       .is_text = true};
}

static void check_tree(struct value *value, yyjson_val *tree)
{
	struct schema_checker checker = checker_of(value);

	if (tree == NULL)
		value->is_unreadable = true;
	else if (value->is_field)
		value->tree = tree;
	else
		schema_check(value->parameter->schema, tree, &checker);
}

static void check_scalar(struct value *value, struct bytes text)
{
	struct schema_checker checker = checker_of(value);

	if (!strip_style(value, &text) ||
	    (value->parameter->style == STYLE_MATRIX && !strip_name(value, &text)) ||
	    !decode(value, text, &text))
		return;
	if (text.len == 0 && value->parameter->is_empty_allowed)
		return;
	text = number_text(schema_types(value->parameter->schema), text);
	schema_check_text(value->parameter->schema, text, &checker);
}

static void tell_repeated(const struct value *value)
{
	if (value->count > 1)
		tell(value, KEYWORD_STYLE, BYTES("one value"),
		     arena_printf(arena_of(value), "%zu values", value->count));
}

static void read_scalar(struct value *value)
{
	unsigned types = schema_types(value->parameter->schema);

	if (types != SCHEMA_ANY)
		tell_repeated(value);
	for (size_t i = 0; i < value->count && value->out->count < LIMIT_DEPARTURES && i < ITEMS_MAX; i++)
		check_scalar(value, value->list[i].value);
}

static void read_array(struct value *value)
{
	struct items items = {0};
	bool is_ok = true;

	if (!is_repeated_style(value->parameter) && value->parameter->part != PART_HEADER)
		tell_repeated(value);
	for (size_t i = 0; i < value->count && is_ok; i++)
		is_ok = is_repeated_style(value->parameter)
				? items_add(value, &items, BYTES(""), value->list[i].value)
				: read_list(value, value->list[i].value, &items);
	if (is_ok)
		check_tree(value, texts_to_array(items.list, items.count, value->parameter->schema,
						 arena_of(value)));
}

/* Of deepObject and exploded forms the occurrences are the members already. */
static void read_members(struct value *value)
{
	const struct parameter *parameter = value->parameter;
	bool is_split = parameter->is_deep_object || parameter->is_whole || is_repeated_style(parameter);
	struct items items = {0};
	bool is_ok = true;

	for (size_t i = 0; i < value->count && is_ok; i++)
		is_ok = is_split ? items_add(value, &items, value->list[i].name, value->list[i].value)
				 : read_object(value, value->list[i].value, &items);
	if (is_ok)
		check_tree(value,
			   pairs_to_object(items.list, items.count, parameter->schema, arena_of(value)));
}

static void read_json(struct value *value)
{
	struct schema_checker checker = checker_of(value);
	struct json_reading reading;
	struct bytes text;

	checker.is_text = false;
	if (!decode(value, value->list[0].value, &text))
		return;
	json_read(text, arena_of(value), &reading);
	if (reading.outcome == JSON_READ)
		schema_check(value->parameter->schema, reading.root, &checker);
	else if (reading.outcome == JSON_MALFORMED)
		tell(value, KEYWORD_MALFORMED, BYTES("JSON"), observed_shape(value->checking, text));
}

/* -- readings --------------------------------------------------------------------- */

/* Tries one reading aside. True when it fits, or nothing can be said. */
static bool try(struct value *value, enum shape shape)
{
	static void (*const readings[])(struct value *) = {
		[SHAPE_SCALAR] = read_scalar,
		[SHAPE_ARRAY] = read_array,
		[SHAPE_OBJECT] = read_members,
	};

	value->out->count = 0;
	value->out->left_out = 0;
	readings[shape](value);
	return value->out->count == 0 || value->is_unreadable;
}

static void keep(const struct checking *checking, const struct departures *departures)
{
	for (size_t i = 0; i < departures->count; i++)
		departure_add(checking, &departures->list[i]);
	checking->out->left_out += departures->left_out;
}

/* Which readings the schema leaves open, the likeliest first. */
static size_t shapes_of(unsigned types, enum shape *out_shapes)
{
	size_t count = 0;

	if ((types & SCALARS) != 0)
		out_shapes[count++] = SHAPE_SCALAR;
	if ((types & SCHEMA_ARRAY) != 0)
		out_shapes[count++] = SHAPE_ARRAY;
	if ((types & SCHEMA_OBJECT) != 0)
		out_shapes[count++] = SHAPE_OBJECT;
	if ((types & SCALARS) == 0 && (types & SCHEMA_NULL) != 0)
		out_shapes[count++] = SHAPE_SCALAR;
	return count;
}

void parameter_check(const struct checking *checking, const struct parameter *parameter,
		     const struct occurrence *list, size_t count)
{
	struct departure first_list[LIMIT_DEPARTURES], other_list[LIMIT_DEPARTURES];
	struct departures first = {.list = first_list}, other = {.list = other_list};
	struct value value = {.checking = checking, .parameter = parameter, .list = list, .count = count};
	enum shape shapes[3];
	size_t shape_count;

	if (parameter->schema == NULL || count == 0)
		return;
	value.out = &first;
	if (parameter->is_json || parameter->is_plain || parameter->is_whole) {
		if (parameter->is_json)
			read_json(&value);
		else if (parameter->is_whole && !parameter->is_plain)
			read_members(&value);
		else
			check_scalar(&value, list[0].value);
		keep(checking, &first);
		return;
	}
	shape_count = shapes_of(schema_types(parameter->schema), shapes);
	for (size_t i = 0; i < shape_count; i++) {
		value.out = i == 0 ? &first : &other;
		if (try(&value, shapes[i]))
			return;
	}
	keep(checking, &first);
}

static void read_field(struct value *value, struct bytes text)
{
	yyjson_val *tree = arena_alloc(arena_of(value), sizeof(*tree));

	if (tree == NULL || !decode(value, text, &text))
		return;
	schema_text_value(value->parameter->schema, number_text(schema_types(value->parameter->schema), text),
			  tree);
	value->tree = tree;
}

yyjson_val *parameter_read(const struct checking *checking, const struct parameter *parameter,
			   const struct occurrence *list, size_t count)
{
	unsigned types = schema_types(parameter->schema);
	struct value value = {.checking = checking,
			      .parameter = parameter,
			      .list = list,
			      .count = count,
			      .out = checking->out,
			      .is_field = true};

	if ((types & SCALARS) != 0 || (types & (SCHEMA_ARRAY | SCHEMA_OBJECT)) == 0)
		read_field(&value, list[count - 1].value);
	else if ((types & SCHEMA_ARRAY) != 0)
		read_array(&value);
	else
		read_members(&value);
	return value.tree;
}
