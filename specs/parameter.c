#include <string.h>

#include "parsers/base/limits.h"
#include "specs/conform_check.h"
#include "specs/cookie.h"

/* Parts of a request that find room beside the stack; all do but the longest queries and heads. */
#define OCCURRENCES_FEW 64

struct occurrences {
	struct occurrence *list; /* room for all there can be: the whole query, all fields, all cookies */
	size_t count;
	bool is_nested; /* deepObject inside deepObject: its shape is not defined, nothing is checked */
};

struct query {
	struct form_field *fields;
	size_t count;
};

static void take(struct occurrences *occurrences, struct bytes name, struct bytes value)
{
	occurrences->list[occurrences->count++] = (struct occurrence){.name = name, .value = value};
}

/* -- names ------------------------------------------------------------------------ */

struct bytes deep_name(struct bytes field, struct bytes name)
{
	struct bytes inner;

	if (!bytes_starts(field, name) || field.len < name.len + 3 || field.data[name.len] != '[' ||
	    field.data[field.len - 1] != ']')
		return BYTES_NONE;
	inner = bytes_from(field, name.len + 1);
	inner.len--;
	return inner;
}

/* "ids[]" is how some clients write the list "ids". */
static bool is_name(struct bytes field, const struct parameter *parameter)
{
	if (bytes_equal(field, parameter->name))
		return true;
	return parameter->schema != NULL && (schema_types(parameter->schema) & SCHEMA_ARRAY) != 0 &&
	       schema_types(parameter->schema) != SCHEMA_ANY && field.len == parameter->name.len + 2 &&
	       bytes_starts(field, parameter->name) && bytes_ends(field, BYTES("[]"));
}

/* An exploded form writes the members of its object as parameters of their own. */
static bool is_spread(const struct parameter *parameter)
{
	return parameter->schema != NULL && !parameter->is_json && !parameter->is_plain &&
	       (parameter->style == STYLE_FORM || parameter->style == STYLE_COOKIE) &&
	       parameter->is_exploded && (schema_types(parameter->schema) & SCHEMA_OBJECT) != 0 &&
	       schema_types(parameter->schema) != SCHEMA_ANY;
}

static bool is_member(const struct parameter *parameter, struct bytes name)
{
	return is_spread(parameter) && schema_property(parameter->schema, name) != NULL;
}

/* An object spread over the query takes every name that it does not forbid. */
static enum schema_others others_taken(const struct parameter *parameter)
{
	return is_spread(parameter) ? schema_others(parameter->schema) : SCHEMA_OTHERS_NONE;
}

static bool is_of_template(struct bytes pairs, struct bytes name)
{
	while (pairs.data != NULL && pairs.len > 0) {
		struct bytes pair = bytes_split(&pairs, '&');

		if (bytes_equal(bytes_split(&pair, '='), name))
			return true;
	}
	return false;
}

/* An API key in the query is declared by `security`; one in the wrong place is told elsewhere. */
static bool is_key(const struct operation *operation, struct bytes name)
{
	for (size_t i = 0; i < operation->requirement_count; i++)
		for (size_t j = 0; j < operation->requirements[i].count; j++)
			if (operation->requirements[i].schemes[j].kind == SECURITY_API_KEY &&
			    bytes_equal_nocase(operation->requirements[i].schemes[j].name, name))
				return true;
	return false;
}

/* By a parameter, other than `one`, that says so with this name. */
static bool is_named(const struct operation *operation, struct bytes name, const struct parameter *one)
{
	for (size_t i = 0; i < operation->parameter_count; i++) {
		const struct parameter *parameter = &operation->parameters[i];

		if (parameter->part != PART_QUERY || parameter == one)
			continue;
		if (parameter->is_whole || is_name(name, parameter) || is_member(parameter, name) ||
		    (parameter->is_deep_object && deep_name(name, parameter->name).data != NULL))
			return true;
	}
	return is_key(operation, name) || is_of_template(operation->query_template, name);
}

static bool is_declared(const struct operation *operation, struct bytes name)
{
	for (size_t i = 0; i < operation->parameter_count; i++)
		if (operation->parameters[i].part == PART_QUERY &&
		    others_taken(&operation->parameters[i]) != SCHEMA_OTHERS_NONE)
			return true;
	return is_named(operation, name, NULL);
}

/* -- gathering -------------------------------------------------------------------- */

static void gather_path(const struct match *match, const struct parameter *parameter, struct occurrences *out)
{
	for (size_t i = 0; i < match->value_count; i++)
		if (bytes_equal(match->value_names[i], parameter->name))
			take(out, parameter->name, match->values[i]);
}

static void gather_query(const struct operation *operation, const struct query *query,
			 const struct parameter *parameter, struct occurrences *out)
{
	bool takes_others = others_taken(parameter) == SCHEMA_OTHERS_ANY;

	for (size_t i = 0; i < query->count; i++) {
		const struct form_field *field = &query->fields[i];
		struct bytes inner;

		if (is_name(field->name, parameter) && !parameter->is_deep_object)
			take(out, parameter->name, field->raw_value);
		else if (is_member(parameter, field->name) || (takes_others && field->name.len > 0 &&
							       !is_named(operation, field->name, parameter)))
			take(out, field->raw_name, field->raw_value);
		if (!parameter->is_deep_object)
			continue;
		inner = deep_name(field->name, parameter->name);
		out->is_nested = out->is_nested || bytes_find_byte(inner, '[') != BYTES_NOT_FOUND;
		if (inner.data != NULL)
			take(out, inner, field->raw_value);
	}
}

/* OpenAPI 3.2, "querystring": all of it is one value. */
static void gather_whole(const struct exchange *exchange, const struct query *query,
			 const struct parameter *parameter, struct occurrences *out)
{
	if (parameter->is_json || parameter->is_plain) {
		if (exchange->query.len > 0)
			take(out, parameter->name, exchange->query);
		return;
	}
	for (size_t i = 0; i < query->count; i++)
		take(out, query->fields[i].raw_name, query->fields[i].raw_value);
}

static void gather_header(const struct message *message, const struct parameter *parameter,
			  struct occurrences *out)
{
	for (size_t i = 0; i < message->header_count; i++)
		if (!message->headers[i].is_trailer && bytes_equal(message->headers[i].name, parameter->name))
			take(out, parameter->name, message->headers[i].value);
}

static void gather_cookie(const struct message *message, const struct parameter *parameter,
			  struct occurrences *out)
{
	struct cookie cookie = {0};

	while (cookie_next(message, &cookie))
		if (bytes_equal(cookie.name, parameter->name))
			take(out, parameter->name, cookie.value);
		else if (is_member(parameter, cookie.name))
			take(out, cookie.name, cookie.value);
}

static void gather(const struct checking *checking, const struct query *query,
		   const struct parameter *parameter, struct occurrences *out)
{
	out->count = 0;
	out->is_nested = false;
	switch (parameter->part) {
	case PART_PATH:
		gather_path(checking->match, parameter, out);
		break;
	case PART_QUERY:
		if (parameter->is_whole)
			gather_whole(checking->exchange, query, parameter, out);
		else
			gather_query(checking->match->operation, query, parameter, out);
		break;
	case PART_HEADER:
		gather_header(&checking->exchange->request, parameter, out);
		break;
	case PART_COOKIE:
		gather_cookie(&checking->exchange->request, parameter, out);
		break;
	default:
		break;
	}
}

/* -- undeclared ------------------------------------------------------------------- */

static bool is_earlier(const struct query *query, size_t index)
{
	for (size_t i = 0; i < index && i < LIMIT_DEPARTURES * 4; i++)
		if (bytes_equal(query->fields[i].name, query->fields[index].name))
			return true;
	return false;
}

static void check_undeclared(const struct checking *checking, const struct query *query)
{
	for (size_t i = 0; i < query->count && checking->out->count < LIMIT_DEPARTURES; i++) {
		const struct form_field *field = &query->fields[i];

		if (field->name.len == 0 || is_declared(checking->match->operation, field->name) ||
		    is_earlier(query, i))
			continue;
		departure_add(checking,
			      &(struct departure){.part = PART_QUERY,
						  .keyword = KEYWORD_UNDECLARED,
						  .name = field->name,
						  .pointer = BYTES(""),
						  .expected = BYTES("a declared parameter"),
						  .observed = observed_shape(checking, field->value)});
	}
}

/* -- all --------------------------------------------------------------------------- */

static void check_one(const struct checking *checking, const struct query *query,
		      const struct parameter *parameter, struct occurrences *occurrences)
{
	gather(checking, query, parameter, occurrences);
	if (occurrences->is_nested)
		return;
	if (occurrences->count > 0) {
		parameter_check(checking, parameter, occurrences->list, occurrences->count);
		return;
	}
	/* HTTP/2 seen from the middle: the field may be one of those that are unknown. */
	if ((parameter->part == PART_HEADER || parameter->part == PART_COOKIE) &&
	    checking->exchange->request.has_unknown_fields)
		return;
	/* A path parameter that the template does not name cannot be there (a broken spec). */
	if (parameter->is_required && parameter->part != PART_PATH)
		departure_add(checking, &(struct departure){.part = parameter->part,
							    .keyword = KEYWORD_REQUIRED,
							    .name = parameter->name,
							    .pointer = BYTES(""),
							    .schema_pointer = parameter->schema_pointer,
							    .expected = BYTES("a value"),
							    .observed = BYTES("absent")});
}

static size_t count_cookies(const struct message *message)
{
	struct cookie cookie = {0};
	size_t count = 0;

	while (cookie_next(message, &cookie))
		count++;
	return count;
}

/* No parameter takes a part of the request twice. */
static size_t occurrences_max(const struct checking *checking, const struct query *query)
{
	const struct message *request = &checking->exchange->request;

	return query->count + request->header_count + checking->match->value_count + count_cookies(request);
}

void parameters_check(const struct checking *checking)
{
	struct exchange *exchange = checking->exchange;
	const struct operation *operation = checking->match->operation;
	struct query query = {0};
	struct occurrence few[OCCURRENCES_FEW];
	struct occurrences occurrences = {.list = few};
	size_t max;

	query.fields = form_read(exchange->query, &exchange->arena, &query.count);
	max = occurrences_max(checking, &query) + 1;
	if (max > OCCURRENCES_FEW)
		occurrences.list = arena_take(&exchange->arena, max * sizeof(*few));
	if (occurrences.list == NULL)
		return;
	for (size_t i = 0; i < operation->parameter_count; i++)
		check_one(checking, &query, &operation->parameters[i], &occurrences);
	check_undeclared(checking, &query);
}
