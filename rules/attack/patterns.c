#include <stdio.h>

#include "rules/attack/attack.h"
#include "rules/evidence.h"

/* MongoDB's query operators; OData's "$filter" and JSON Schema's "$ref" are others. */
static bool is_operator(struct bytes name)
{
	static const struct bytes operators[] = {
		BYTES_INIT("$ne"),    BYTES_INIT("$gt"),    BYTES_INIT("$gte"),
		BYTES_INIT("$lt"),    BYTES_INIT("$lte"),   BYTES_INIT("$nin"),
		BYTES_INIT("$regex"), BYTES_INIT("$where"), BYTES_INIT("$exists")};

	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (bytes_equal(name, operators[i]))
			return true;
	return false;
}

static struct finding *tell(const struct evidence *evidence, const char *id, enum part part,
			    struct bytes name, struct findings *out)
{
	struct finding *finding = findings_add(out, id);

	if (finding == NULL)
		return NULL;
	finding_locate(finding, SIDE_REQUEST, part, name);
	finding_say(finding, out->arena, "%s: " BYTES_FORMAT, finding->kind->title,
		    BYTES_PRINT(evidence_target(evidence, out->arena)));
	return finding;
}

static void tell_operator(const struct evidence *evidence, enum part part, struct bytes name,
			  struct bytes operator, struct findings * out)
{
	struct finding *finding = tell(evidence, "attack.nosqli", part, name, out);

	if (finding != NULL) {
		if (evidence->request->kind == BODY_JSON && part == PART_BODY) {
			finding->name = BYTES_NONE;
			finding->pointer = arena_printf(out->arena, "/" BYTES_FORMAT,
							BYTES_PRINT(bytes_slice(name, 0, 100)));
		}
		finding->expected = BYTES("a plain value");
		finding->observed =
			arena_printf(out->arena, "the operator " BYTES_FORMAT, BYTES_PRINT(operator));
	}
}

/* "user[$ne]=x" */
static void look_at_fields(const struct evidence *evidence, enum part part, const struct form_field *fields,
			   size_t count, struct findings *out)
{
	for (size_t i = 0; i < count; i++) {
		size_t bracket = bytes_find(fields[i].name, BYTES("[$"));
		struct bytes rest =
			bracket == BYTES_NOT_FOUND ? BYTES_NONE : bytes_from(fields[i].name, bracket + 1);
		struct bytes operator= bytes_split(&rest, ']');

		if (bracket != BYTES_NOT_FOUND && is_operator(operator))
			tell_operator(evidence, part, bytes_slice(fields[i].name, 0, bracket), operator, out);
	}
}

/* {"password": {"$ne": null}}: where a plain value belongs, one level deep. */
static void look_at_json(const struct evidence *evidence, yyjson_val *root, struct findings *out)
{
	yyjson_val *key, *value, *inner;
	size_t index, max;

	yyjson_obj_foreach(root, index, max, key, value)
	{
		if (yyjson_is_obj(value) && yyjson_obj_size(value) > 0) {
			yyjson_obj_iter iter = yyjson_obj_iter_with(value);
			struct bytes name;

			inner = yyjson_obj_iter_next(&iter);
			name = (struct bytes){yyjson_get_str(inner), yyjson_get_len(inner)};
			if (is_operator(name))
				tell_operator(evidence, PART_BODY,
					      (struct bytes){yyjson_get_str(key), yyjson_get_len(key)}, name,
					      out);
		}
	}
}

static void look_at_names(const struct evidence *evidence, struct findings *out)
{
	const struct exchange *exchange = evidence->exchange;
	struct form_field *fields;
	size_t count;

	if (exchange->has_query && bytes_find_byte(exchange->query, '$') != BYTES_NOT_FOUND) {
		fields = form_read(exchange->query, out->arena, &count);
		look_at_fields(evidence, PART_QUERY, fields, fields == NULL ? 0 : count, out);
	}
	if (evidence->request->kind == BODY_FORM)
		look_at_fields(evidence, PART_BODY, evidence->request->fields, evidence->request->field_count,
			       out);
	else if (evidence->request->kind == BODY_JSON && yyjson_is_obj(evidence->request->json))
		look_at_json(evidence, evidence->request->json, out);
}

/* RFC 3986 section 5.2.4: a client takes dot segments out before it sends; two in a row are sent on purpose.
 */
static void look_at_path(const struct evidence *evidence, struct findings *out)
{
	struct finding *finding;

	if (bytes_find(evidence->exchange->path, BYTES("/../../")) == BYTES_NOT_FOUND)
		return;
	finding = tell(evidence, "attack.lfi", PART_PATH, BYTES_NONE, out);
	if (finding != NULL)
		finding->observed = BYTES("/../../");
}

static void tell_hit(const struct evidence *evidence, struct hit *hit, struct findings *out)
{
	char id[64];
	struct finding *finding;

	snprintf(id, sizeof(id), "attack." BYTES_FORMAT, BYTES_PRINT(hit->class->attack));
	finding = tell(evidence, id, hit->part, hit->name, out);
	if (finding == NULL)
		return;
	hit_show(evidence->hits, hit, out->arena);
	finding->pointer = hit->pointer;
	finding->sample = hit->sample;
	finding->observed = hit->sample;
	finding->match_count = hit->count > 0 ? hit->count : 1;
}

void attack_patterns(const struct evidence *evidence, struct findings *out)
{
	struct hit *answer = NULL;
	size_t before = out->count;
	struct finding *finding;

	for (size_t i = 0; i < evidence->hits->count; i++) {
		struct hit *hit = &evidence->hits->list[i];

		if (hit->class->attack.len == 0)
			continue;
		if (hit->side == SIDE_RESPONSE)
			answer = hit;
		else if (!bytes_equal(hit->class->attack, BYTES("tell-tale")))
			tell_hit(evidence, hit, out);
	}
	if (!evidence->exchange->request.is_seen)
		return;
	look_at_names(evidence, out);
	look_at_path(evidence, out);
	if (answer == NULL || out->count == before)
		return;
	finding = findings_add(out, "attack.reflected_success");
	if (finding == NULL)
		return;
	hit_show(evidence->hits, answer, out->arena);
	finding_locate(finding, SIDE_RESPONSE, PART_BODY, BYTES_NONE);
	finding->expected = BYTES("an answer that shows nothing of the server's inside");
	finding->observed = answer->sample;
	finding_say(finding, out->arena, "%s, answered with what only a broken server says",
		    out->list[before].kind->title);
}
