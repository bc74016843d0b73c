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

/* Most bodies are small in everything. Their values stand one behind another: with the bits of all lengths
 * together no text and no container is larger than what is agreed, and there are no more containers than
 * levels. */
static bool is_small(yyjson_val *root, const struct resources_agreed *agreed)
{
	uint64_t containers = 0, len = 0;

	for (yyjson_val *at = root, *end = unsafe_yyjson_get_next(root); at < end; at++) {
		containers += unsafe_yyjson_is_ctn(at);
		len |= unsafe_yyjson_get_len(at);
	}
	return containers <= agreed->json_depth && len <= agreed->json_entries &&
	       len <= agreed->array_items && len <= agreed->string_bytes && len <= agreed->name_bytes;
}

/* As deep as the body, which its reader takes up to LIMIT_JSON_DEPTH; measure_text tells of deeper ones. */
static void measure_tree(yyjson_val *value, uint64_t depth, struct measure *measure)
{
	yyjson_val *key, *item;
	size_t index, max;

	switch (yyjson_get_type(value)) {
	case YYJSON_TYPE_STR:
		grow(&measure->string, yyjson_get_len(value));
		return;
	case YYJSON_TYPE_ARR:
		grow(&measure->depth, depth);
		grow(&measure->items, yyjson_arr_size(value));
		yyjson_arr_foreach(value, index, max, item) measure_tree(item, depth + 1, measure);
		return;
	case YYJSON_TYPE_OBJ:
		grow(&measure->depth, depth);
		grow(&measure->entries, yyjson_obj_size(value));
		yyjson_obj_foreach(value, index, max, key, item)
		{
			grow(&measure->name, yyjson_get_len(key));
			measure_tree(item, depth + 1, measure);
		}
		return;
	default:
		return;
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

	if (reading->kind == BODY_JSON && is_small(reading->json, agreed))
		return;
	if (reading->kind == BODY_JSON)
		measure_tree(reading->json, 1, &measure);
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
