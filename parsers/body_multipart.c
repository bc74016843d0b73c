#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/body_read.h"
#include "parsers/tree.h"
#include "parsers/utf8.h"

/* One part by its own type. A multipart inside stays as it is. */
static void part_read(struct body_part *part, struct arena *arena)
{
	struct bytes type = part->part.content_type;
	struct bytes content = part->part.content;

	type = bytes_trim(bytes_slice(type, 0, bytes_find_byte(type, ';')));
	if (content.len == 0) {
		part->kind = BODY_EMPTY;
	} else if (body_is_json_type(type)) {
		struct body_reading json = body_read_json(content, arena, NULL);

		part->kind = json.kind == BODY_UNREAD ? BODY_OPAQUE : json.kind;
		part->json = json.json;
	} else {
		part->kind = utf8_is_text(content) ? BODY_TEXT : BODY_OPAQUE;
	}
}

static yyjson_mut_val *part_value(struct tree *tree, const struct body_part *part)
{
	if (part->kind == BODY_JSON)
		return yyjson_val_mut_copy(tree->doc, part->json);
	return tree_text(tree, part->kind == BODY_OPAQUE ? BYTES("") : part->part.content);
}

/* What the data scan walks: values by name where all have one. */
static yyjson_val *tree_of(const struct body_reading *reading, struct arena *arena)
{
	bool is_object = true;
	yyjson_mut_val *root;
	struct tree tree;

	for (size_t i = 0; i < reading->part_count; i++)
		is_object = is_object && reading->parts[i].part.name.data != NULL;
	if (!tree_start(&tree, arena))
		return NULL;
	root = is_object ? yyjson_mut_obj(tree.doc) : yyjson_mut_arr(tree.doc);
	for (size_t i = 0; i < reading->part_count && root != NULL; i++) {
		const struct body_part *part = &reading->parts[i];
		yyjson_mut_val *value = part_value(&tree, part);
		bool is_added = is_object ? tree_add(&tree, root, part->part.name, value)
					  : yyjson_mut_arr_append(root, value);

		if (!is_added)
			return NULL;
	}
	return tree_end(&tree, root);
}

static size_t count_parts(struct bytes content, struct bytes content_type)
{
	struct multipart multipart;
	struct multipart_part part;

	multipart_open(&multipart, content, content_type);
	while (multipart_next(&multipart, &part))
		;
	return multipart.count;
}

struct body_reading body_read_multipart(struct bytes content, struct bytes content_type, struct arena *arena)
{
	struct body_reading reading = {.kind = BODY_MULTIPART};
	size_t count = count_parts(content, content_type);
	struct multipart multipart;

	reading.parts = arena_alloc(arena, (count + 1) * sizeof(*reading.parts));
	if (reading.parts == NULL)
		return body_not_read(BODY_UNREAD, content, "memory ceiling", 0);
	multipart_open(&multipart, content, content_type);
	while (reading.part_count < count &&
	       multipart_next(&multipart, &reading.parts[reading.part_count].part))
		part_read(&reading.parts[reading.part_count++], arena);
	if (multipart.error == NULL && !multipart.is_over) {
		struct multipart_part none;

		multipart_next(&multipart, &none);
	}
	if (multipart.error != NULL)
		return body_not_read(multipart.is_ceiling ? BODY_UNREAD : BODY_MALFORMED, content,
				     multipart.error, multipart.error_offset);
	reading.json = tree_of(&reading, arena);
	return reading.json == NULL ? body_not_read(BODY_UNREAD, content, "memory ceiling", 0) : reading;
}
