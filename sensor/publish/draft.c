#include "sensor/publish/draft.h"

#include <math.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "sensor/publish/text.h"

/* Tried in turn until the record fits. */
static const struct {
	size_t text_len_max, list_len_max;
} CEILINGS[] = {
	{LIMIT_RECORD_BYTES, LIMIT_RECORD_BYTES},
	{4 * KIB, 2000},
	{512, 400},
	{64, 64},
};

static void *take(void *context, size_t len)
{
	return arena_alloc(context, len);
}

static void *retake(void *context, void *old, size_t old_len, size_t len)
{
	void *taken;

	if (len <= old_len)
		return old;
	taken = arena_alloc(context, len);
	if (taken != NULL)
		memcpy(taken, old, old_len);
	return taken;
}

static void give_back(void *context, void *old)
{
	(void)context, (void)old; /* all at once, with the arena */
}

static enum status write_once(struct draft *draft, draft_fill *fill, const void *record, struct buffer *out)
{
	yyjson_alc memory = {.malloc = take, .realloc = retake, .free = give_back, .ctx = &draft->arena};
	yyjson_mut_val *root;
	char *text;
	size_t len;

	draft->doc = yyjson_mut_doc_new(&memory);
	root = yyjson_mut_obj(draft->doc);
	if (root == NULL)
		return STATUS_NO_MEMORY;
	yyjson_mut_doc_set_root(draft->doc, root);
	fill(draft, root, record);
	if (draft->arena.is_full) /* a member is missing */
		return STATUS_LIMIT;
	text = yyjson_mut_write_opts(draft->doc, YYJSON_WRITE_NOFLAG, &memory, &len, NULL);
	if (text == NULL || len > LIMIT_RECORD_BYTES)
		return STATUS_LIMIT;
	buffer_clear(out);
	return buffer_append(out, (struct bytes){.data = text, .len = len});
}

enum status draft_write(draft_fill *fill, const void *record, struct buffer *out)
{
	struct draft draft = {0};
	enum status status = STATUS_LIMIT;

	arena_init(&draft.arena, LIMIT_DRAFT_BYTES);
	for (size_t i = 0; i < sizeof(CEILINGS) / sizeof(CEILINGS[0]) && status == STATUS_LIMIT; i++) {
		arena_reset(&draft.arena);
		draft.text_len_max = CEILINGS[i].text_len_max;
		draft.list_len_max = CEILINGS[i].list_len_max;
		draft.is_cut = false;
		status = write_once(&draft, fill, record, out);
	}
	arena_finish(&draft.arena);
	return status;
}

static yyjson_mut_val *text_value(struct draft *draft, struct bytes value)
{
	struct bytes text = text_clean(value, draft->text_len_max, &draft->arena, &draft->is_cut);

	return text.data == NULL ? NULL : yyjson_mut_strn(draft->doc, text.data, text.len);
}

static void add(struct draft *draft, yyjson_mut_val *object, const char *key, yyjson_mut_val *value)
{
	yyjson_mut_obj_add(object, yyjson_mut_str(draft->doc, key), value);
}

void draft_text(struct draft *draft, yyjson_mut_val *object, const char *key, struct bytes value)
{
	add(draft, object, key, text_value(draft, value));
}

void draft_text_if(struct draft *draft, yyjson_mut_val *object, const char *key, struct bytes value)
{
	if (value.len > 0)
		draft_text(draft, object, key, value);
}

void draft_text_or_null(struct draft *draft, yyjson_mut_val *object, const char *key, struct bytes value)
{
	add(draft, object, key, value.len > 0 ? text_value(draft, value) : yyjson_mut_null(draft->doc));
}

void draft_number(struct draft *draft, yyjson_mut_val *object, const char *key, uint64_t value)
{
	/* OCSF long_t is signed; no honest count comes near. */
	add(draft, object, key, yyjson_mut_uint(draft->doc, value > INT64_MAX ? INT64_MAX : value));
}

void draft_real_or_null(struct draft *draft, yyjson_mut_val *object, const char *key, double value)
{
	bool is_known = isfinite(value) && value >= 0;

	add(draft, object, key, is_known ? yyjson_mut_real(draft->doc, value) : yyjson_mut_null(draft->doc));
}

void draft_bool(struct draft *draft, yyjson_mut_val *object, const char *key, bool value)
{
	add(draft, object, key, yyjson_mut_bool(draft->doc, value));
}

yyjson_mut_val *draft_object(struct draft *draft, yyjson_mut_val *object, const char *key)
{
	yyjson_mut_val *child = yyjson_mut_obj(draft->doc);

	add(draft, object, key, child);
	return child;
}

yyjson_mut_val *draft_object_named(struct draft *draft, yyjson_mut_val *object, struct bytes key)
{
	yyjson_mut_val *child = yyjson_mut_obj(draft->doc);

	yyjson_mut_obj_add(object, text_value(draft, key), child);
	return child;
}

yyjson_mut_val *draft_array(struct draft *draft, yyjson_mut_val *object, const char *key)
{
	yyjson_mut_val *child = yyjson_mut_arr(draft->doc);

	add(draft, object, key, child);
	return child;
}

yyjson_mut_val *draft_array_object(struct draft *draft, yyjson_mut_val *array)
{
	return yyjson_mut_arr_add_obj(draft->doc, array);
}

void draft_array_text(struct draft *draft, yyjson_mut_val *array, struct bytes value)
{
	yyjson_mut_arr_append(array, text_value(draft, value));
}

void draft_texts(struct draft *draft, yyjson_mut_val *object, const char *key, const struct bytes *values,
		 size_t count)
{
	yyjson_mut_val *array = draft_array(draft, object, key);
	size_t kept = draft_count(draft, count);

	for (size_t i = 0; i < kept; i++)
		draft_array_text(draft, array, values[i]);
}

size_t draft_count(struct draft *draft, size_t count)
{
	if (count <= draft->list_len_max)
		return count;
	draft->is_cut = true;
	return draft->list_len_max;
}
