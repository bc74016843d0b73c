#include "parsers/base/limits.h"
#include "rules/evidence.h"
#include "rules/resource/resource.h"

/* The most of each that one body holds. */
struct measure {
	uint64_t depth, entries, items, string, name;
};

static void grow(uint64_t *most, uint64_t seen)
{
	if (seen > *most)
		*most = seen;
}

/* A container that is being walked through. */
struct level {
	yyjson_val *end; /* behind all that is in it */
	bool is_object;
};

/* A tree lies in one list: what is in a value comes behind it, a name before its value. It is no deeper than
 * its reader takes; measure_text tells of deeper ones. */
static void measure_tree(yyjson_val *root, struct measure *measure)
{
	struct level levels[LIMIT_JSON_DEPTH + 1], *level = levels;
	yyjson_val *at = root;

	*level = (struct level){.end = unsafe_yyjson_get_next(root)};
	while (true) {
		for (; at == level->end; level--)
			if (level == levels)
				return;
		if (level->is_object)
			grow(&measure->name, unsafe_yyjson_get_len(at++));
		if (unsafe_yyjson_is_ctn(at)) {
			bool is_object = unsafe_yyjson_is_obj(at);

			grow(is_object ? &measure->entries : &measure->items, unsafe_yyjson_get_len(at));
			*++level = (struct level){.end = unsafe_yyjson_get_next(at), .is_object = is_object};
			grow(&measure->depth, (uint64_t)(level - levels));
		} else if (unsafe_yyjson_is_str(at)) {
			grow(&measure->string, unsafe_yyjson_get_len(at));
		}
		at++;
	}
}

/* A body that no reader took: its depth at least, brackets outside of strings. */
static void measure_text(struct bytes text, struct measure *measure)
{
	uint64_t depth = 0;
	bool is_string = false;

	for (size_t i = 0; i < text.len; i++) {
		char byte = text.data[i];

		if (is_string) {
			i += byte == '\\';
			is_string = byte != '"';
		} else if (byte == '"') {
			is_string = true;
		} else if (byte == '[' || byte == '{') {
			grow(&measure->depth, ++depth);
		} else if (byte == ']' || byte == '}') {
			depth -= depth > 0;
		}
	}
}

static void tell(const char *id, const char *what, uint64_t seen, uint64_t most, struct findings *out)
{
	struct finding *finding = seen <= most ? NULL : findings_add(out, id);

	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_REQUEST, PART_BODY, BYTES_NONE);
	finding->expected = arena_printf(out->arena, "at most %llu %s", (unsigned long long)most, what);
	finding->observed = arena_printf(out->arena, "%llu %s", (unsigned long long)seen, what);
}

static bool is_json(const struct message *message)
{
	return bytes_find_nocase(message_media_type(message), BYTES("json")) != BYTES_NOT_FOUND;
}

void resource_json(const struct evidence *evidence, struct findings *out)
{
	const struct resources_agreed *agreed = resources_of(evidence->partner);
	const struct body_reading *reading = evidence->request;
	struct measure measure = {0};

	if (reading->kind == BODY_JSON)
		measure_tree(reading->json, &measure);
	else if ((reading->kind == BODY_MALFORMED || reading->kind == BODY_UNREAD) &&
		 is_json(&evidence->exchange->request))
		measure_text(reading->text, &measure);
	else
		return;
	tell("resource.json_depth", "levels", measure.depth, agreed->json_depth, out);
	tell("resource.json_entries", "members in one object", measure.entries, agreed->json_entries, out);
	tell("resource.array_items", "items in one array", measure.items, agreed->array_items, out);
	tell("resource.string_length", "bytes in one string", measure.string, agreed->string_bytes, out);
	tell("resource.name_length", "bytes in one name", measure.name, agreed->name_bytes, out);
}
