#include "specs/json_path.h"

#include <string.h>

struct path_reader {
	struct bytes rest;
	const char *why;
};

static bool fail(struct path_reader *reader, const char *why)
{
	reader->why = why;
	return false;
}

static void space_skip(struct path_reader *reader)
{
	while (reader->rest.len > 0 && ascii_is_space(reader->rest.data[0]))
		reader->rest = bytes_from(reader->rest, 1);
}

static bool take(struct path_reader *reader, const char *text)
{
	space_skip(reader);
	if (!bytes_starts(reader->rest, bytes_of(text)))
		return false;
	reader->rest = bytes_from(reader->rest, strlen(text));
	return true;
}

static bool is_name_byte(char byte)
{
	return ascii_is_alnum(byte) || byte == '_' || byte == '-' || byte == '$' ||
	       (unsigned char)byte >= 0x80;
}

static bool name_read(struct path_reader *reader, struct bytes *out_name)
{
	size_t len = 0;

	while (len < reader->rest.len && is_name_byte(reader->rest.data[len]))
		len++;
	*out_name = bytes_slice(reader->rest, 0, len);
	reader->rest = bytes_from(reader->rest, len);
	return len > 0 || fail(reader, "a name is missing");
}

/* Text in quotes; escapes are outside of the part that is read. */
static bool quoted_read(struct path_reader *reader, struct bytes *out_text)
{
	size_t end;
	char quote;

	space_skip(reader);
	if (reader->rest.len == 0 || (reader->rest.data[0] != '\'' && reader->rest.data[0] != '"'))
		return false;
	quote = reader->rest.data[0];
	reader->rest = bytes_from(reader->rest, 1);
	end = bytes_find_byte(reader->rest, quote);
	if (end == BYTES_NOT_FOUND)
		return fail(reader, "a quote is not closed");
	*out_text = bytes_slice(reader->rest, 0, end);
	reader->rest = bytes_from(reader->rest, end + 1);
	return bytes_find_byte(*out_text, '\\') == BYTES_NOT_FOUND ||
	       fail(reader, "escapes in quotes are not known here");
}

/* -- filters ---------------------------------------------------------------------- */

static bool members_read(struct path_reader *reader, struct json_path_test *test)
{
	if (!take(reader, "@"))
		return fail(reader, "a filter compares a member of @ with a text or number");
	while (reader->rest.len > 0 && (reader->rest.data[0] == '.' || reader->rest.data[0] == '[')) {
		bool is_bracket = reader->rest.data[0] == '[';
		struct bytes *name = &test->members[test->member_count];

		if (test->member_count == sizeof(test->members) / sizeof(test->members[0]))
			return fail(reader, "a filter looks too deep");
		reader->rest = bytes_from(reader->rest, 1);
		if (is_bracket ? !quoted_read(reader, name) || !take(reader, "]") : !name_read(reader, name))
			return reader->why != NULL ? false
						   : fail(reader, "a filter has brackets without a name");
		test->member_count++;
	}
	return true;
}

static bool test_read(struct path_reader *reader, struct json_path_test *test)
{
	size_t len = 0;

	test->is_absent = take(reader, "!");
	if (!members_read(reader, test))
		return false;
	test->is_unequal = take(reader, "!=");
	test->has_value = test->is_unequal || take(reader, "==");
	if (!test->has_value)
		return test->member_count > 0 || fail(reader, "a filter looks at nothing");
	if (test->is_absent)
		return fail(reader, "a filter negates a comparison: write !=");
	if (quoted_read(reader, &test->value) || reader->why != NULL)
		return reader->why == NULL;
	while (len < reader->rest.len && (ascii_is_alnum(reader->rest.data[len]) ||
					  reader->rest.data[len] == '.' || reader->rest.data[len] == '-'))
		len++;
	test->value = bytes_slice(reader->rest, 0, len);
	reader->rest = bytes_from(reader->rest, len);
	return len > 0 || fail(reader, "a filter compares with a text, a number, true, false or null");
}

static bool filter_read(struct path_reader *reader, struct json_path_step *step)
{
	bool is_round = take(reader, "(");

	step->kind = STEP_FILTER;
	do {
		if (step->test_count == sizeof(step->tests) / sizeof(step->tests[0]))
			return fail(reader, "a filter has too many comparisons");
		if (!test_read(reader, &step->tests[step->test_count++]))
			return false;
	} while (take(reader, "&&"));
	return (!is_round || take(reader, ")")) ||
	       fail(reader, "only comparisons joined by && are known in a filter");
}

/* -- steps ------------------------------------------------------------------------ */

static bool bracket_read(struct path_reader *reader, struct json_path_step *step)
{
	size_t digits = 0;

	if (take(reader, "*")) {
		step->kind = STEP_ALL;
	} else if (take(reader, "?")) {
		if (!filter_read(reader, step))
			return false;
	} else {
		space_skip(reader);
		while (digits < reader->rest.len && ascii_is_digit(reader->rest.data[digits]))
			digits++;
		if (digits > 0) {
			step->kind = STEP_INDEX;
			if (!bytes_to_u64(bytes_slice(reader->rest, 0, digits), &step->index))
				return fail(reader, "an index is too large");
			reader->rest = bytes_from(reader->rest, digits);
		} else {
			do {
				if (step->name_count == sizeof(step->names) / sizeof(step->names[0]))
					return fail(reader, "too many names in brackets");
				if (!quoted_read(reader, &step->names[step->name_count++]))
					return reader->why != NULL
						       ? false
						       : fail(reader,
							      "brackets hold a name in quotes, an index, * "
							      "or a filter");
			} while (take(reader, ","));
		}
	}
	return take(reader, "]") || fail(reader, "a bracket is not closed");
}

static bool step_read(struct path_reader *reader, struct json_path_step *step)
{
	step->is_deep = take(reader, "..");
	if (take(reader, "["))
		return bracket_read(reader, step);
	if (!step->is_deep && !take(reader, "."))
		return fail(reader, "a step begins with a dot or a bracket");
	if (take(reader, "*")) {
		step->kind = STEP_ALL;
		return true;
	}
	step->name_count = 1;
	return name_read(reader, &step->names[0]);
}

bool json_path_read(struct bytes text, struct arena *arena, struct json_path *out_path, const char **out_why)
{
	struct path_reader reader = {.rest = bytes_trim(text)};
	struct json_path path = {.steps = arena_alloc(arena, JSON_PATH_STEPS_MAX * sizeof(*path.steps))};
	bool is_read =
		path.steps != NULL && (take(&reader, "$") || fail(&reader, "it does not begin with $"));

	while (is_read && reader.rest.len > 0) {
		is_read = path.count < JSON_PATH_STEPS_MAX ? step_read(&reader, &path.steps[path.count++])
							   : fail(&reader, "it has too many steps");
		space_skip(&reader);
	}
	*out_why = reader.why == NULL ? "no memory" : reader.why;
	if (is_read)
		*out_path = path;
	return is_read;
}

/* -- taking ----------------------------------------------------------------------- */

static bool is_value(const struct node *node, struct bytes value)
{
	if (node_is(node, NODE_BOOLEAN))
		return bytes_equal(value, node->boolean ? BYTES("true") : BYTES("false"));
	return node_is(node, NODE_NULL) ? bytes_equal(value, BYTES("null"))
					: bytes_equal(node_text(node), value);
}

static bool test_holds(const struct json_path_test *test, const struct node *node)
{
	for (size_t i = 0; i < test->member_count; i++)
		node = node_get_bytes(node, test->members[i]);
	if (!test->has_value)
		return (node != NULL) != test->is_absent;
	return (node != NULL && node->kind < NODE_LIST && is_value(node, test->value)) != test->is_unequal;
}

bool json_path_takes(const struct json_path_step *step, struct bytes key, size_t index,
		     const struct node *child)
{
	if (step->kind == STEP_ALL)
		return true;
	if (step->kind == STEP_INDEX)
		return key.data == NULL && index == step->index;
	for (size_t i = 0; i < step->name_count; i++)
		if (key.data != NULL && bytes_equal(step->names[i], key))
			return true;
	for (size_t i = 0; i < step->test_count; i++)
		if (!test_holds(&step->tests[i], child))
			return false;
	return step->kind == STEP_FILTER;
}
