#include "specs/odata_query.h"

#include "parsers/base/limits.h"
#include "parsers/body.h"
#include "specs/odata_lexical.h"

/* $expand in $expand in ...; deeper is refused by every service known. */
#define NESTED_MAX 16

enum option_kind {
	OPTION_TEXT,
	OPTION_NUMBER,
	OPTION_FLAG,
	OPTION_FILTER,
	OPTION_ORDER,
	OPTION_SELECT,
	OPTION_EXPAND
};

static const struct option {
	struct bytes name;
	enum option_kind kind;
	unsigned from_version, until_version;
} options[] = {
	{BYTES_INIT("$filter"), OPTION_FILTER, 2, 4},    {BYTES_INIT("$select"), OPTION_SELECT, 2, 4},
	{BYTES_INIT("$expand"), OPTION_EXPAND, 2, 4},    {BYTES_INIT("$orderby"), OPTION_ORDER, 2, 4},
	{BYTES_INIT("$top"), OPTION_NUMBER, 2, 4},       {BYTES_INIT("$skip"), OPTION_NUMBER, 2, 4},
	{BYTES_INIT("$format"), OPTION_TEXT, 2, 4},      {BYTES_INIT("$skiptoken"), OPTION_TEXT, 2, 4},
	{BYTES_INIT("$inlinecount"), OPTION_TEXT, 2, 3}, {BYTES_INIT("$count"), OPTION_FLAG, 4, 4},
	{BYTES_INIT("$search"), OPTION_TEXT, 4, 4},      {BYTES_INIT("$apply"), OPTION_TEXT, 4, 4},
	{BYTES_INIT("$compute"), OPTION_TEXT, 4, 4},     {BYTES_INIT("$deltatoken"), OPTION_TEXT, 4, 4},
	{BYTES_INIT("$index"), OPTION_TEXT, 4, 4},       {BYTES_INIT("$schemaversion"), OPTION_TEXT, 4, 4},
	{BYTES_INIT("$id"), OPTION_TEXT, 4, 4},          {BYTES_INIT("$levels"), OPTION_TEXT, 4, 4},
	{BYTES_INIT("$callback"), OPTION_TEXT, 2, 4},
};

static const struct option *option_find(struct bytes name, unsigned version)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (bytes_equal(options[i].name, name) && version >= options[i].from_version &&
		    version <= options[i].until_version)
			return &options[i];
	return NULL;
}

void odata_option_note(const struct odata_context *context, const char *expected, struct bytes value)
{
	odata_note(context->notes, &(struct odata_note){.part = PART_QUERY,
							.keyword = KEYWORD_ODATA_OPTION,
							.name = context->option,
							.expected = bytes_of(expected),
							.value = value});
}

/* -- names ---------------------------------------------------------------------------------- */

static void note_property(const struct odata_context *context, struct bytes name)
{
	odata_note(context->notes, &(struct odata_note){.part = PART_QUERY,
							.keyword = KEYWORD_ODATA_PROPERTY,
							.name = context->option,
							.expected = BYTES("a property of $metadata"),
							.value = name});
}

const struct csdl_property *odata_name_check(const struct odata_context *context, struct bytes path)
{
	const struct csdl_type *type = context->type;
	const struct csdl_property *property = NULL;

	for (struct bytes rest = path; rest.data != NULL && type != NULL;) {
		struct bytes name = bytes_trim(bytes_split(&rest, '/'));

		if (name.len == 0 || name.data[0] == '$' || name.data[0] == '@' ||
		    bytes_equal(name, BYTES("*")))
			return NULL;
		if (bytes_find_byte(name, '.') != BYTES_NOT_FOUND) {
			type = csdl_type(context->csdl, name);
			continue;
		}
		property = csdl_property(type, name);
		if (property == NULL) {
			if (!csdl_is_open(type))
				note_property(context, name);
			return NULL;
		}
		type = property->value.type;
		if (type == NULL && rest.data != NULL && property->value.edm != EDM_UNKNOWN &&
		    !bytes_starts(rest, BYTES("$")))
			note_property(context, rest);
	}
	return type == NULL && property != NULL && property->value.type != NULL ? NULL : property;
}

static bool is_listed(const struct bytes *list, size_t count, struct bytes path)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(list[i], path))
			return true;
	return false;
}

/* -- lists: commas outside quotes and parentheses ------------------------------------------------ */

static struct bytes item_split(struct bytes *rest, char separator)
{
	bool is_quoted = false;
	size_t at = 0;
	int depth = 0;
	struct bytes item;

	for (; at < rest->len; at++) {
		char byte = rest->data[at];

		is_quoted = is_quoted != (byte == '\'');
		depth += !is_quoted && byte == '(';
		depth -= !is_quoted && byte == ')';
		if (byte == separator && !is_quoted && depth == 0)
			break;
	}
	item = bytes_slice(*rest, 0, at);
	*rest = at < rest->len ? bytes_from(*rest, at + 1) : BYTES_NONE;
	return item;
}

static void check_option(const struct odata_context *context, struct bytes value);

/* "Items($filter=Price gt 5;$expand=Product)" of OData 4: the options of what is expanded. */
static void check_nested(const struct odata_context *context, const struct csdl_property *property,
			 struct bytes list)
{
	struct odata_context inner = *context;

	inner.type = property == NULL ? NULL : property->value.type;
	inner.child = NULL;
	inner.depth++;
	if (inner.depth > NESTED_MAX) {
		odata_option_note(context, "options that are nested less", list);
		return;
	}
	while (list.data != NULL) {
		struct bytes value = item_split(&list, ';'), name = bytes_trim(bytes_split(&value, '='));

		/* a parameter alias, or the rest of a text with a semicolon */
		if (name.len == 0 || name.data[0] == '@' || value.data == NULL)
			continue;
		inner.option = name;
		if (name.data[0] != '$' &&
		    option_find(arena_printf(context->arena, "$" BYTES_FORMAT, BYTES_PRINT(name)), 4) == NULL)
			odata_option_note(&inner, "a query option of OData", name);
		else if (name.data[0] == '$')
			check_option(&inner, bytes_trim(value));
	}
}

static void check_item(const struct odata_context *context, struct bytes item, bool is_expand)
{
	size_t open = bytes_find_byte(item, '(');
	bool has_options = open != BYTES_NOT_FOUND && context->csdl != NULL && item.data[item.len - 1] == ')';
	struct bytes path = has_options ? bytes_slice(item, 0, open) : item;
	const struct csdl_property *property;
	const struct csdl_child *child = context->child;

	if (path.len == 0) {
		odata_option_note(context, "a list of names", item);
		return;
	}
	property = odata_name_check(context, path);
	if (is_expand && property != NULL && !property->is_navigation && property->value.edm != EDM_STREAM &&
	    csdl_version(context->csdl) < 4)
		odata_option_note(context, "a navigation property", path);
	if (is_expand && child != NULL &&
	    (child->is_not_expandable || is_listed(child->unexpandable, child->unexpandable_count, path)))
		odata_option_note(context, "nothing: it is not expandable", path);
	if (has_options)
		check_nested(context, property, bytes_slice(item, open + 1, item.len - open - 2));
}

static void check_list(const struct odata_context *context, struct bytes value, bool is_expand)
{
	while (value.data != NULL)
		check_item(context, bytes_trim(item_split(&value, ',')), is_expand);
}

/* "Name desc, substringof('a',City)" */
static void check_order(const struct odata_context *context, struct bytes value)
{
	const struct csdl_child *child = context->child;

	while (value.data != NULL) {
		struct bytes item = bytes_trim(item_split(&value, ','));
		const struct csdl_property *property;

		if (bytes_ends(item, BYTES(" asc")))
			item = bytes_trim(bytes_slice(item, 0, item.len - 4));
		else if (bytes_ends(item, BYTES(" desc")))
			item = bytes_trim(bytes_slice(item, 0, item.len - 5));
		if (item.len == 0 || !odata_expression_check(context, item)) {
			odata_option_note(context, "a list of expressions, each with asc or desc", item);
			continue;
		}
		property = context->type == NULL ? NULL : csdl_property(context->type, item);
		if ((property != NULL && property->is_unsortable) ||
		    (child != NULL && is_listed(child->unsortable, child->unsortable_count, item)))
			odata_option_note(context, "nothing: the property is not sortable", item);
	}
}

/* -- options --------------------------------------------------------------------------------------- */

static void check_allowed(const struct odata_context *context)
{
	const struct csdl_child *child = context->child;
	struct bytes name = context->option;

	if (child == NULL)
		return;
	if ((child->is_not_filterable && bytes_equal(name, BYTES("$filter"))) ||
	    (child->is_not_sortable && bytes_equal(name, BYTES("$orderby"))) ||
	    (child->is_not_searchable && bytes_equal(name, BYTES("$search"))) ||
	    (child->is_not_countable &&
	     (bytes_equal(name, BYTES("$count")) || bytes_equal(name, BYTES("$inlinecount")))) ||
	    (child->is_not_topped && bytes_equal(name, BYTES("$top"))) ||
	    (child->is_not_skipped && bytes_equal(name, BYTES("$skip"))))
		odata_option_note(context, "nothing: the entity set does not allow it", name);
}

static void check_option(const struct odata_context *context, struct bytes value)
{
	const struct option *option = option_find(context->option, csdl_version(context->csdl));
	uint64_t number;

	if (option == NULL) {
		odata_option_note(context, "a query option of this version of OData", context->option);
		return;
	}
	check_allowed(context);
	switch (option->kind) {
	case OPTION_NUMBER:
		if (!bytes_to_u64(value, &number))
			odata_option_note(context, "a number that is not negative", value);
		break;
	case OPTION_FLAG:
		/* "$count($filter=...)" stands inside $expand; outside it is a flag */
		if (!bytes_equal(value, BYTES("true")) && !bytes_equal(value, BYTES("false")))
			odata_option_note(context, "true or false", value);
		break;
	case OPTION_FILTER:
		if (!odata_expression_check(context, value))
			odata_option_note(context, "an expression", value);
		break;
	case OPTION_ORDER:
		check_order(context, value);
		break;
	case OPTION_SELECT:
	case OPTION_EXPAND:
		check_list(context, value, option->kind == OPTION_EXPAND);
		break;
	case OPTION_TEXT:
		if (bytes_equal(option->name, BYTES("$inlinecount")) && !bytes_equal(value, BYTES("none")) &&
		    !bytes_equal(value, BYTES("allpages")))
			odata_option_note(context, "none or allpages", value);
		break;
	}
}

static bool is_parameter(const struct csdl_operation *operation, struct bytes name)
{
	for (; operation != NULL; operation = operation->next)
		for (size_t i = 0; i < operation->parameter_count; i++)
			if (bytes_equal(operation->parameters[i].name, name))
				return true;
	return false;
}

/* OData 2 and 3: what a function takes stands in the query. */
static void check_parameters(const struct odata_context *context, const struct csdl_operation *operation,
			     const struct form_field *fields, size_t count)
{
	for (size_t i = 0; i < operation->parameter_count; i++) {
		const struct csdl_property *parameter = &operation->parameters[i];
		const struct form_field *field = NULL;

		for (size_t j = 0; j < count && field == NULL; j++)
			if (bytes_equal(fields[j].name, parameter->name))
				field = &fields[j];
		if (field == NULL && operation->method.len == 3 && !parameter->value.is_nullable)
			odata_note(context->notes, &(struct odata_note){.part = PART_QUERY,
									.keyword = KEYWORD_REQUIRED,
									.name = parameter->name,
									.expected = BYTES("a value")});
		if (field != NULL &&
		    !literal_fits(&parameter->value, csdl_version(context->csdl), field->value))
			odata_note(context->notes,
				   &(struct odata_note){.part = PART_QUERY,
							.keyword = KEYWORD_TYPE,
							.name = parameter->name,
							.expected = bytes_of(edm_name(parameter->value.edm)),
							.value = field->value});
	}
}

void odata_query_check(const struct odata_context *context, const struct odata_path *path,
		       const struct exchange *exchange)
{
	struct odata_context inner = *context;
	size_t count;
	const struct form_field *fields = form_read(exchange->query, context->arena, &count);
	bool has_filter = false;

	for (size_t i = 0; i < count; i++) {
		struct bytes name = fields[i].name;

		/* OData 4.01 section 11.2.1: the dollar may be left out; only services of 4.01 know that */
		if (name.len == 0 || name.data[0] != '$' || is_parameter(path->function, name))
			continue;
		inner.option = name;
		has_filter = has_filter || bytes_equal(name, BYTES("$filter"));
		check_option(&inner, bytes_trim(fields[i].value));
	}
	if (path->function != NULL && csdl_version(context->csdl) < 4)
		check_parameters(context, path->function, fields, count);
	if (context->child != NULL && context->child->must_filter && !has_filter &&
	    path->end == ODATA_COLLECTION && bytes_equal(exchange->method, BYTES("GET"))) {
		inner.option = BYTES("$filter");
		odata_option_note(&inner, "a $filter: the entity set requires one", BYTES(""));
	}
}
