/*
 * Expressions of $filter and $orderby (OData URL Conventions 2.0 section 4.5, OData 4.01 section 5.1.1): a
 * recursive descent whose depth is bounded. Names are checked against the type, functions by name alone.
 */
#include "specs/odata_lexical.h"
#include "specs/odata_query.h"

#define EXPRESSION_DEPTH_MAX 100

/* Variables of any() and all() that may stand in one expression. */
#define VARIABLES_MAX 8

struct parser {
	const struct odata_context *context;
	struct bytes text;
	size_t at;
	unsigned depth;
	struct bytes variables[VARIABLES_MAX];
	size_t variable_count;
};

static bool expression(struct parser *parser);

static char peek(const struct parser *parser)
{
	return parser->at < parser->text.len ? parser->text.data[parser->at] : '\0';
}

static void skip_spaces(struct parser *parser)
{
	while (parser->at < parser->text.len && ascii_is_space(parser->text.data[parser->at]))
		parser->at++;
}

static bool take(struct parser *parser, char byte)
{
	skip_spaces(parser);
	if (peek(parser) != byte)
		return false;
	parser->at++;
	return true;
}

static bool is_word_byte(char byte)
{
	return ascii_is_alnum(byte) || byte == '_' || byte == '.' || byte == '$' || byte == '@' ||
	       byte == '-' || byte == ':' || byte == '+' || (unsigned char)byte >= 0x80;
}

/* A name, a number, a date: what stands together; "/" joins the parts of a path. */
static struct bytes word(struct parser *parser)
{
	size_t from = parser->at;

	while (parser->at < parser->text.len &&
	       (is_word_byte(peek(parser)) || (peek(parser) == '/' && parser->at > from)))
		parser->at++;
	return bytes_slice(parser->text, from, parser->at - from);
}

static bool quoted(struct parser *parser)
{
	parser->at++;
	while (parser->at < parser->text.len) {
		if (parser->text.data[parser->at++] != '\'')
			continue;
		if (peek(parser) != '\'')
			return true;
		parser->at++;
	}
	return false;
}

static bool arguments(struct parser *parser)
{
	if (take(parser, ')'))
		return true;
	do {
		if (!expression(parser))
			return false;
	} while (take(parser, ','));
	return take(parser, ')');
}

/* "name=value,name=value)" of a function of the service, or plain arguments. */
static bool named_arguments(struct parser *parser)
{
	if (take(parser, ')'))
		return true;
	do {
		size_t from;

		skip_spaces(parser);
		from = parser->at;
		(void)word(parser);
		if (!take(parser, '='))
			parser->at = from;
		if (!expression(parser))
			return false;
	} while (take(parser, ','));
	return take(parser, ')');
}

/* -- names -------------------------------------------------------------------------------------- */

static bool is_function(struct bytes name)
{
	static const char *const names[] = {"substringof",
					    "endswith",
					    "startswith",
					    "length",
					    "indexof",
					    "replace",
					    "substring",
					    "tolower",
					    "toupper",
					    "trim",
					    "concat",
					    "contains",
					    "year",
					    "month",
					    "day",
					    "hour",
					    "minute",
					    "second",
					    "fractionalseconds",
					    "date",
					    "time",
					    "totaloffsetminutes",
					    "now",
					    "maxdatetime",
					    "mindatetime",
					    "totalseconds",
					    "round",
					    "floor",
					    "ceiling",
					    "cast",
					    "isof",
					    "hassubset",
					    "hassubsequence",
					    "matchesPattern",
					    "case",
					    "any",
					    "all",
					    "geo.distance",
					    "geo.length",
					    "geo.intersects",
					    "$count",
					    "years",
					    "months",
					    "days",
					    "hours",
					    "minutes",
					    "seconds",
					    "exists"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (bytes_equal(name, bytes_of(names[i])))
			return true;
	return false;
}

static bool is_variable(const struct parser *parser, struct bytes name)
{
	for (size_t i = 0; i < parser->variable_count; i++)
		if (bytes_equal(parser->variables[i], name))
			return true;
	return false;
}

static bool is_literal_word(struct bytes name)
{
	return ascii_is_digit(name.data[0]) || name.data[0] == '-' || name.data[0] == '+' ||
	       name.data[0] == '.' || bytes_equal(name, BYTES("true")) || bytes_equal(name, BYTES("false")) ||
	       bytes_equal(name, BYTES("null")) || bytes_equal(name, BYTES("INF")) ||
	       bytes_equal(name, BYTES("NaN")) || lexical_fits(EDM_GUID, 4, name);
}

static void check_name(const struct parser *parser, struct bytes path)
{
	const struct odata_context *context = parser->context;
	const struct csdl_child *child = context->child;
	struct bytes rest = path, first = bytes_split(&rest, '/');
	const struct csdl_property *property;

	if (is_variable(parser, first) || first.data[0] == '$' || first.data[0] == '@')
		return;
	property = odata_name_check(context, path);
	if (!bytes_equal(context->option, BYTES("$filter")) || property == NULL)
		return;
	if (property->is_unfilterable)
		odata_option_note(context, "nothing: the property is not filterable", path);
	for (size_t i = 0; child != NULL && i < child->unfilterable_count; i++)
		if (bytes_equal(child->unfilterable[i], path))
			odata_option_note(context, "nothing: the property is not filterable", path);
}

/* -- primaries ----------------------------------------------------------------------------------- */

static struct bytes last_part(struct bytes path, struct bytes *out_before)
{
	for (size_t i = path.len; i > 0; i--)
		if (path.data[i - 1] == '/') {
			*out_before = bytes_slice(path, 0, i - 1);
			return bytes_from(path, i);
		}
	*out_before = BYTES_NONE;
	return path;
}

/* "Items/any(i:i/Price gt 5)" */
static bool lambda(struct parser *parser)
{
	struct bytes head;
	size_t from = parser->at, colon;
	bool is_good;

	if (take(parser, ')'))
		return true;
	skip_spaces(parser);
	head = word(parser);
	colon = bytes_find_byte(head, ':');
	if (colon == BYTES_NOT_FOUND) {
		skip_spaces(parser);
		if (peek(parser) != ':') {
			parser->at = from;
			return arguments(parser);
		}
		parser->at++;
	} else {
		parser->at = (size_t)(head.data - parser->text.data) + colon + 1;
		head = bytes_slice(head, 0, colon);
	}
	if (parser->variable_count == VARIABLES_MAX)
		return false;
	parser->variables[parser->variable_count++] = head;
	is_good = expression(parser) && take(parser, ')');
	parser->variable_count--;
	return is_good;
}

static bool call(struct parser *parser, struct bytes path)
{
	struct bytes before, name = last_part(path, &before);
	bool is_good;

	parser->at++; /* the parenthesis */
	if (before.data != NULL)
		check_name(parser, before);
	if (bytes_equal(name, BYTES("any")) || bytes_equal(name, BYTES("all")))
		is_good = lambda(parser);
	else if (bytes_equal(name, BYTES("$count")) || bytes_find_byte(name, '.') != BYTES_NOT_FOUND)
		is_good = named_arguments(parser);
	else if (is_function(name) && before.data == NULL)
		is_good = arguments(parser);
	else if (bytes_equal(name, BYTES("in")) || bytes_equal(name, BYTES("not")))
		is_good = arguments(parser);
	else { /* a navigation with a key, or a function that nobody knows */
		if (parser->context->type != NULL)
			check_name(parser, path);
		is_good = named_arguments(parser);
	}
	if (is_good && peek(parser) == '/') { /* composed: what follows is of another type */
		parser->at++;
		(void)word(parser);
		if (peek(parser) == '(') {
			parser->at++;
			return lambda(parser);
		}
	}
	return is_good;
}

/* JSON in a URL: "[1,2]" or "{...}"; only where it ends is found. */
static bool json(struct parser *parser)
{
	int depth = 0;
	bool is_text = false;

	while (parser->at < parser->text.len) {
		char byte = parser->text.data[parser->at++];

		is_text = is_text != (byte == '"');
		depth += !is_text && (byte == '[' || byte == '{');
		depth -= !is_text && (byte == ']' || byte == '}');
		if (depth == 0)
			return true;
	}
	return false;
}

static bool primary(struct parser *parser)
{
	struct bytes name;

	skip_spaces(parser);
	if (peek(parser) == '\'')
		return quoted(parser);
	if (peek(parser) == '[' || peek(parser) == '{')
		return json(parser);
	if (peek(parser) == '(') {
		parser->at++;
		return arguments(parser); /* also the list of "in" */
	}
	name = word(parser);
	if (name.len == 0)
		return false;
	if (peek(parser) == '\'') /* guid'...', Namespace.Enum'...' */
		return quoted(parser);
	if (peek(parser) == '(')
		return call(parser, name);
	if (bytes_equal(name, BYTES("-")))
		return primary(parser);
	if (!is_literal_word(name))
		check_name(parser, name);
	return true;
}

/* -- operators -------------------------------------------------------------------------------------- */

/* "with" stands in aggregate() alone, of OData Data Aggregation. */
static bool is_operator(struct bytes name)
{
	static const char *const names[] = {"eq",  "ne",  "gt",  "ge",    "lt",  "le",  "and", "or",  "add",
					    "sub", "mul", "div", "divby", "mod", "has", "in",  "with"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (bytes_equal(name, bytes_of(names[i])))
			return true;
	return false;
}

static bool operand(struct parser *parser)
{
	size_t from;

	for (;;) {
		skip_spaces(parser);
		from = parser->at;
		if (!bytes_equal(word(parser), BYTES("not")) || (peek(parser) != ' ' && peek(parser) != '('))
			break;
	}
	parser->at = from;
	return primary(parser);
}

/* Which operator binds tighter says nothing about whether it is an expression. */
static bool expression(struct parser *parser)
{
	bool is_good;

	if (++parser->depth > EXPRESSION_DEPTH_MAX)
		return false;
	is_good = operand(parser);
	while (is_good) {
		size_t from = parser->at;

		skip_spaces(parser);
		if (parser->at == from || !is_operator(word(parser))) {
			parser->at = from;
			break;
		}
		is_good = (peek(parser) == ' ' || peek(parser) == '(') && operand(parser);
	}
	parser->depth--;
	return is_good;
}

bool odata_expression_check(const struct odata_context *context, struct bytes text)
{
	struct parser parser = {.context = context, .text = text};

	if (!expression(&parser))
		return false;
	skip_spaces(&parser);
	return parser.at == text.len;
}
