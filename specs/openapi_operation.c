#include <stdio.h>
#include <string.h>

#include "specs/openapi_read.h"

struct parameter_list {
	struct parameter *list;
	size_t count;
};

static bool part_read(struct bytes place, enum part *out_part)
{
	static const struct {
		struct bytes name;
		enum part part;
	} places[] = {
		{BYTES_INIT("path"), PART_PATH},         {BYTES_INIT("query"), PART_QUERY},
		{BYTES_INIT("header"), PART_HEADER},     {BYTES_INIT("cookie"), PART_COOKIE},
		{BYTES_INIT("querystring"), PART_QUERY}, /* 3.2: all of it */
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (bytes_equal(place, places[i].name)) {
			*out_part = places[i].part;
			return true;
		}
	}
	return false;
}

static enum style style_read(struct bytes text, enum part part)
{
	static const struct {
		struct bytes name;
		enum style style;
	} styles[] = {
		{BYTES_INIT("simple"), STYLE_SIMPLE},
		{BYTES_INIT("label"), STYLE_LABEL},
		{BYTES_INIT("matrix"), STYLE_MATRIX},
		{BYTES_INIT("form"), STYLE_FORM},
		{BYTES_INIT("spaceDelimited"), STYLE_SPACE_DELIMITED},
		{BYTES_INIT("pipeDelimited"), STYLE_PIPE_DELIMITED},
		{BYTES_INIT("deepObject"), STYLE_DEEP_OBJECT},
		{BYTES_INIT("cookie"), STYLE_COOKIE},
	};

	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
		if (bytes_equal(text, styles[i].name))
			return styles[i].style;
	return part == PART_QUERY || part == PART_COOKIE ? STYLE_FORM : STYLE_SIMPLE;
}

void style_apply(const struct node *node, struct parameter *parameter)
{
	static const char separators[] = {
		[STYLE_SPACE_DELIMITED] = ' ', [STYLE_PIPE_DELIMITED] = '|', [STYLE_TAB_DELIMITED] = '\t'};

	parameter->style = style_read(node_text(node_get(node, "style")), parameter->part);
	parameter->is_deep_object = parameter->style == STYLE_DEEP_OBJECT;
	parameter->is_exploded =
		node_bool(node_get(node, "explode"),
			  parameter->style == STYLE_FORM || parameter->style == STYLE_COOKIE);
	parameter->separator = separators[parameter->style] == '\0' ? ',' : separators[parameter->style];
}

bool is_json_range(struct bytes range)
{
	return bytes_starts(range, BYTES("application/json")) ||
	       bytes_find(range, BYTES("+json")) != BYTES_NOT_FOUND;
}

/* `content` has exactly one entry. JSON, text and (of a whole query) forms are looked into. */
static struct spot content_schema(const struct reader *reader, struct spot spot, struct parameter *parameter)
{
	struct spot content = spot_get(reader, spot, "content");
	struct spot none = {.document = spot.document, .pointer = spot.pointer};
	struct bytes range;

	if (!node_is(content.node, NODE_TABLE) || content.node->count == 0)
		return none;
	range = content.node->entries[0].key;
	parameter->is_json = is_json_range(range);
	parameter->is_plain = bytes_starts(range, BYTES("text/"));
	if (!parameter->is_json && !parameter->is_plain &&
	    !(parameter->is_whole && bytes_equal_nocase(range, BYTES("application/x-www-form-urlencoded"))))
		return none;
	return spot_child(reader, spot_follow(reader, spot_entry(reader, content, 0)), "schema");
}

static bool is_ignored(const struct parameter *parameter)
{
	return parameter->part == PART_HEADER && (bytes_equal(parameter->name, BYTES("accept")) ||
						  bytes_equal(parameter->name, BYTES("content-type")) ||
						  bytes_equal(parameter->name, BYTES("authorization")));
}

/* "/x?action=y&id={id}#z" has "action=y&id={id}"; a question mark inside a variable is RFC 6570's. */
static struct bytes query_template(struct bytes template)
{
	struct bytes path = bytes_slice(template, 0, bytes_find_byte(template, '#'));
	size_t at = bytes_find_byte(path, '?');

	if (at == BYTES_NOT_FOUND || at == 0 || path.data[at - 1] == '{')
		return BYTES("");
	return bytes_from(path, at + 1);
}

/* Those pairs that tell the operation from others: "action=y". */
static struct bytes query_literal(const struct reader *reader, struct bytes query)
{
	struct bytes literal = BYTES("");

	if (bytes_find_byte(query, '{') == BYTES_NOT_FOUND)
		return query;
	for (struct bytes rest = query; rest.data != NULL && rest.len > 0 && literal.data != NULL;) {
		struct bytes pair = bytes_split(&rest, '&');

		if (pair.len > 0 && bytes_find_byte(pair, '{') == BYTES_NOT_FOUND &&
		    bytes_find_byte(pair, '}') == BYTES_NOT_FOUND)
			literal = arena_printf(reader->arena, BYTES_FORMAT "%s" BYTES_FORMAT,
					       BYTES_PRINT(literal), literal.len > 0 ? "&" : "",
					       BYTES_PRINT(pair));
	}
	return literal;
}

/* A variable of the query of a path key, though it says "in: path" (what else could it say?). */
static bool is_of_query(const struct operation *operation, const struct parameter *parameter)
{
	char text[256];
	struct bytes variable = {.data = text,
				 .len = (size_t)snprintf(text, sizeof(text), "{" BYTES_FORMAT "}",
							 BYTES_PRINT(parameter->name))};

	return parameter->part == PART_PATH && variable.len < sizeof(text) &&
	       bytes_find(operation->query_template, variable) != BYTES_NOT_FOUND &&
	       bytes_find(operation->template, variable) >=
		       operation->template.len - operation->query_template.len;
}

/* Who is it? False when it is no parameter that is checked. */
static bool parameter_name(const struct reader *reader, struct spot spot, struct parameter *parameter)
{
	struct bytes name = node_text(node_get(spot.node, "name"));

	if (spot.node == NULL || (reader->is_swagger && swagger_is_body(spot.node)))
		return false;
	if (name.len == 0 || !part_read(node_text(node_get(spot.node, "in")), &parameter->part)) {
		spot_problem(reader, spot, PROBLEM_WARNING,
			     "give it a name and one of path, query, header, cookie",
			     "a parameter without name or known place; it is not checked");
		return false;
	}
	parameter->name = parameter->part == PART_HEADER ? text_lower(reader->arena, name) : name;
	return !is_ignored(parameter);
}

static void schema_read(const struct reader *reader, struct spot spot, struct parameter *parameter)
{
	struct spot schema = spot_child(reader, spot, "schema");

	/* OpenAPI 3: a path parameter is required whatever it says. */
	parameter->is_required =
		parameter->part == PART_PATH || node_bool(node_get(spot.node, "required"), false);
	parameter->is_empty_allowed = node_bool(node_get(spot.node, "allowEmptyValue"), false);
	if (reader->is_swagger) {
		swagger_style(spot.node, parameter);
		parameter->schema = swagger_schema(reader, spot);
		parameter->schema_pointer = spot_pointer(reader, spot, parameter->schema);
		return;
	}
	parameter->is_whole = bytes_equal(node_text(node_get(spot.node, "in")), BYTES("querystring"));
	style_apply(spot.node, parameter);
	if (schema.node == NULL)
		schema = content_schema(reader, spot, parameter);
	parameter->schema = spot_schema(reader, schema);
	parameter->schema_pointer = spot_pointer(reader, schema, parameter->schema);
}

/* The operation's own come first; of the path's only those it does not override by (name, in). */
static void parameters_add(const struct reader *reader, struct spot spots, const struct operation *operation,
			   struct parameter_list *parameters)
{
	for (size_t i = 0; node_is(spots.node, NODE_LIST) && i < spots.node->count; i++) {
		struct spot spot = spot_follow(reader, spot_entry(reader, spots, i));
		struct parameter parameter = {0};
		bool is_known = !parameter_name(reader, spot, &parameter), is_variable;

		for (size_t j = 0; !is_known && j < parameters->count; j++)
			is_known = parameters->list[j].part == parameter.part &&
				   bytes_equal(parameters->list[j].name, parameter.name);
		if (is_known)
			continue;
		if (parameters->count == OPENAPI_PARAMETERS_MAX) {
			spot_problem(reader, spots, PROBLEM_WARNING, "",
				     "more than %d parameters; the rest is not checked",
				     OPENAPI_PARAMETERS_MAX);
			return;
		}
		is_variable = is_of_query(operation, &parameter);
		if (is_variable)
			parameter.part = PART_QUERY;
		schema_read(reader, spot, &parameter);
		parameter.is_required &= !is_variable;
		parameters->list[parameters->count++] = parameter;
	}
}

/* "{a}{b}": nobody knows where the one ends. */
static bool is_unbounded(struct bytes template, struct bytes name)
{
	for (size_t at; (at = bytes_find(template, BYTES("}{"))) != BYTES_NOT_FOUND;
	     template = bytes_from(template, at + 1)) {
		struct bytes before = bytes_slice(template, 0, at), behind = bytes_from(template, at + 2);

		if ((bytes_ends(before, name) && before.len > name.len &&
		     before.data[before.len - name.len - 1] == '{') ||
		    (bytes_starts(behind, name) && bytes_starts(bytes_from(behind, name.len), BYTES("}"))))
			return true;
	}
	return false;
}

static bool parameters_read(const struct reader *reader, struct spot item, struct spot node,
			    struct operation *operation)
{
	struct spot own = spot_get(reader, node, "parameters");
	struct spot inherited = spot_get(reader, item, "parameters");
	size_t count = (node_is(own.node, NODE_LIST) ? own.node->count : 0) +
		       (node_is(inherited.node, NODE_LIST) ? inherited.node->count : 0);
	struct parameter_list parameters = {0};

	if (count > OPENAPI_PARAMETERS_MAX)
		count = OPENAPI_PARAMETERS_MAX;
	parameters.list = arena_alloc(reader->arena, count * sizeof(struct parameter));
	if (parameters.list == NULL)
		return false;
	parameters_add(reader, own, operation, &parameters);
	parameters_add(reader, inherited, operation, &parameters);
	for (size_t i = 0; i < parameters.count; i++)
		if (parameters.list[i].part == PART_PATH &&
		    is_unbounded(operation->template, parameters.list[i].name))
			parameters.list[i].schema = NULL;
	operation->parameters = parameters.list;
	operation->parameter_count = parameters.count;
	return true;
}

static void request_read(const struct reader *reader, struct spot node, struct operation *operation)
{
	struct spot body = spot_get(reader, node, "requestBody");

	if (body.node == NULL) {
		/* A $ref that leads nowhere still promises a body. */
		operation->request.is_declared = node_get(node.node, "requestBody") != NULL;
		return;
	}
	content_read(reader, spot_get(reader, body, "content"), &operation->request);
	operation->request.is_declared = true;
	operation->request.is_required = node_bool(node_get(body.node, "required"), false);
}

/* What tells it from others. */
static struct operation outline_of(const struct reader *reader, struct spot node, struct bytes method,
				   struct bytes template)
{
	struct operation operation = {.method = method, .template = template};

	operation.id = node_text(node_get(node.node, "operationId"));
	if (operation.id.len == 0)
		operation.id = arena_printf(reader->arena, BYTES_FORMAT " " BYTES_FORMAT, BYTES_PRINT(method),
					    BYTES_PRINT(template));
	operation.query_template = query_template(template);
	operation.query_literal = query_literal(reader, operation.query_template);
	return operation;
}

bool operation_read(const struct reader *reader, struct spot item, struct spot node, struct bytes method,
		    struct bytes template, struct operation *out_operation)
{
	struct spot security = spot_child(reader, node, "security");
	struct operation operation = outline_of(reader, node, method, template);

	if (reader->is_outline) {
		*out_operation = operation;
		return operation.id.data != NULL;
	}
	operation.is_deprecated = node_bool(node_get(node.node, "deprecated"), false);
	operation.sunset = node_text(node_get(node.node, "x-sunset"));
	operation.sensitive =
		spot_texts(reader, node_get(node.node, "x-specular-sensitive"), &operation.sensitive_count);
	operation.has_security = reader->has_security;
	operation.requirements = reader->requirements;
	operation.requirement_count = reader->requirement_count;
	if (security.node != NULL) {
		operation.has_security = true;
		operation.requirement_count = 0;
		if (!security_read(reader, security, &operation.requirements, &operation.requirement_count))
			return false;
	}
	if (!operation.has_security)
		reader->out->unsecured_count++;
	if (!reader->is_swagger)
		request_read(reader, node, &operation);
	else if (!swagger_request_read(reader, item, node, &operation.request))
		return false;
	responses_read(reader, node, &operation);
	if (!parameters_read(reader, item, node, &operation))
		return false;
	*out_operation = operation;
	return operation.id.data != NULL;
}
