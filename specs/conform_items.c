#include "specs/conform_check.h"

/* OpenAPI 3.2, Sequential Media Types: itemSchema is of each item, schema of all as an array. */
void items_check(const struct judging *judging)
{
	const struct media *media = judging->media;
	struct arena *arena = &judging->checking->exchange->arena;
	yyjson_val *item;
	size_t index, count;

	if (media->schema != NULL && (schema_types(media->schema) & SCHEMA_ARRAY) != 0)
		value_check(judging, media->schema, judging->reading->json, BYTES(""));
	if (media->item_schema == NULL)
		return;
	yyjson_arr_foreach(judging->reading->json, index, count, item)
	{
		size_t before = judging->checking->out->left_out;

		value_check(judging, media->item_schema, item, arena_printf(arena, "/%zu", index));
		if (judging->checking->out->left_out > before)
			return;
	}
}
