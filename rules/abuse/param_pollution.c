#include <inttypes.h>
#include <stdio.h>

#include "parsers/json_read.h"
#include "rules/abuse/abuse.h"
#include "rules/evidence.h"
#include "rules/words.h"

/* A parameter that the contract has in one place, sent with another value in a place where the contract does
 * not have it: two programs on the way may each take another one. (The same name twice in its own place is
 * conform.request.query.style.) */

struct sent {
	struct bytes name, value;
	enum part part;
	bool is_found;
};

/* "/orderId" -> "orderId"; empty for what lies deeper. */
static struct bytes name_of(const struct departure *departure)
{
	struct bytes pointer = departure->pointer;

	if (departure->part == PART_QUERY)
		return departure->name;
	if (pointer.len > 1 && bytes_find_byte(bytes_from(pointer, 1), '/') == BYTES_NOT_FOUND &&
	    bytes_find_byte(pointer, '~') == BYTES_NOT_FOUND)
		return bytes_from(pointer, 1);
	return departure->name;
}

static struct sent in_fields(const struct form_field *fields, size_t count, struct bytes name, enum part part)
{
	for (size_t i = 0; fields != NULL && i < count; i++)
		if (bytes_equal(fields[i].name, name))
			return (struct sent){name, fields[i].value, part, true};
	return (struct sent){0};
}

static struct sent in_path(const struct evidence *evidence, struct bytes name)
{
	const struct match *match = evidence->match;

	for (size_t i = 0; match->value_names != NULL && i < match->value_count; i++)
		if (bytes_equal(match->value_names[i], name))
			return (struct sent){
				name, percent_decode(match->values[i], false, &evidence->exchange->arena),
				PART_PATH, true};
	return (struct sent){0};
}

static struct sent in_body(const struct evidence *evidence, struct bytes name, struct arena *arena)
{
	const struct body_reading *body = evidence->request;
	struct sent place = {.name = name, .part = PART_BODY};
	yyjson_val *value;

	if (body->kind == BODY_FORM)
		return in_fields(body->fields, body->field_count, name, PART_BODY);
	value = body->kind == BODY_JSON ? yyjson_obj_getn(body->json, name.data, name.len) : NULL;
	place.is_found = yyjson_is_str(value) || yyjson_is_int(value);
	if (yyjson_is_str(value))
		place.value = json_text(value);
	else if (yyjson_is_uint(value))
		place.value = arena_printf(arena, "%" PRIu64, yyjson_get_uint(value));
	else if (yyjson_is_int(value))
		place.value = arena_printf(arena, "%" PRId64, yyjson_get_sint(value));
	return place;
}

static bool is_declared(const struct operation *operation, enum part part, struct bytes name)
{
	for (size_t i = 0; i < operation->parameter_count; i++)
		if (operation->parameters[i].part == part && bytes_equal(operation->parameters[i].name, name))
			return true;
	return false;
}

static bool is_undeclared(const struct departure *departure)
{
	return departure->side == SIDE_REQUEST &&
	       (departure->keyword == KEYWORD_UNDECLARED || departure->keyword == KEYWORD_ADDITIONAL) &&
	       (departure->part == PART_QUERY || departure->part == PART_BODY);
}

static void judge(const struct evidence *evidence, const struct sent *declared, const struct sent *other,
		  struct findings *out)
{
	struct finding *finding;

	if (!declared->is_found || !other->is_found || bytes_equal(declared->value, other->value))
		return;
	finding = findings_add(out, "abuse.param_pollution");
	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_REQUEST, other->part,
		       other->part == PART_BODY ? BYTES_NONE : other->name);
	if (other->part == PART_BODY)
		finding->pointer =
			arena_printf(out->arena, "/" BYTES_FORMAT, BYTES_PRINT(words_name(other->name)));
	finding->expected = arena_printf(out->arena, "in the %s only", part_name(declared->part));
	finding->observed = arena_printf(out->arena, "in the %s and, with another value, in the %s",
					 part_name(declared->part), part_name(other->part));
	finding_say(finding, out->arena, BYTES_FORMAT " %.*s: " BYTES_FORMAT,
		    BYTES_PRINT(words_name(other->name)), (int)finding->observed.len, finding->observed.data,
		    BYTES_PRINT(evidence_target(evidence, out->arena)));
}

void abuse_param_pollution(const struct evidence *evidence, struct findings *out)
{
	const struct operation *operation = evidence_operation(evidence);
	const struct form_field *query = NULL;
	size_t query_count = 0;

	if (operation == NULL || operation->is_lookalike)
		return;
	for (size_t i = 0; i < evidence->departures->count; i++) {
		const struct departure *departure = &evidence->departures->list[i];
		struct bytes name = name_of(departure);
		struct sent other, declared;
		bool is_of_path = is_declared(operation, PART_PATH, name);

		if (!is_undeclared(departure) || name.len == 0 ||
		    (!is_of_path &&
		     (departure->part != PART_BODY || !is_declared(operation, PART_QUERY, name))))
			continue;
		if (query == NULL) /* once: a hostile one is long */
			query = form_read(evidence->exchange->query, &evidence->exchange->arena,
					  &query_count);
		other = departure->part == PART_QUERY ? in_fields(query, query_count, name, PART_QUERY)
						      : in_body(evidence, name, out->arena);
		declared = is_of_path ? in_path(evidence, name)
				      : in_fields(query, query_count, name, PART_QUERY);
		judge(evidence, &declared, &other, out);
	}
}
