#include "parsers/json_read.h"

#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/json_tree.h"

/* What yyjson allocates comes from the arena and is never given back. The tree's
 * block grows at most once, straight to the size that the outline foretells. */
struct json_memory {
	struct arena *arena;
	size_t tree_len;
	void *newest;
	size_t newest_len;
};

/* The most values and the deepest nesting that a text can have. Follows the text
 * exactly as far as it is JSON, so it holds up to the first error. */
struct outline {
	size_t value_count;
	size_t depth;
};

static void *memory_take(void *context, size_t len)
{
	struct json_memory *memory = context;

	memory->newest = arena_take(memory->arena, len);
	memory->newest_len = len;
	return memory->newest;
}

static void *memory_grow(void *context, void *old, size_t old_len, size_t len)
{
	struct json_memory *memory = context;
	void *at;

	if (old == memory->newest && len <= memory->newest_len)
		return old;
	at = memory_take(memory, len > memory->tree_len ? len : memory->tree_len);
	if (at != NULL)
		memcpy(at, old, old_len < len ? old_len : len);
	return at;
}

static void memory_leave(void *context, void *at)
{
	(void)context;
	(void)at;
}

/* From behind an opening quote to behind the closing one. */
static size_t string_end(struct bytes text, size_t at)
{
	while (at < text.len && text.data[at] != '"')
		at += text.data[at] == '\\' ? 2 : 1;
	return at + 1;
}

static struct outline outline_of(struct bytes text)
{
	struct outline outline = {.value_count = 1};
	size_t depth = 0;

	for (size_t i = 0; i < text.len; i++) {
		switch (text.data[i]) {
		case '"':
			i = string_end(text, i + 1) - 1;
			break;
		case '{':
		case '[':
			outline.value_count++;
			depth++;
			if (depth > outline.depth)
				outline.depth = depth;
			break;
		case '}':
		case ']':
			depth -= depth > 0;
			break;
		case ',':
		case ':':
			outline.value_count++;
			break;
		default:
			break;
		}
	}
	return outline;
}

static struct json_reading refused(enum json_outcome outcome, const char *error, size_t offset)
{
	return (struct json_reading){.outcome = outcome, .error = error, .error_offset = offset};
}

/* Whatever it is; without its BOM. */
static struct json_reading read_slowly(struct bytes text, struct arena *arena)
{
	struct outline outline = outline_of(text);
	struct json_memory memory = {.arena = arena};
	yyjson_alc allocator = {memory_take, memory_grow, memory_leave, &memory};
	yyjson_read_err error = {0};
	yyjson_doc *doc;

	if (outline.depth > LIMIT_JSON_DEPTH)
		return refused(JSON_CEILING, "nested too deeply", 0);
	if (outline.value_count > LIMIT_BODY_VALUES)
		return refused(JSON_CEILING, "too many values", 0);
	if (text.len == 0)
		return refused(JSON_MALFORMED, "no content", 0);
	/* yyjson grows by half of what it has; 64 values more cover its own header. */
	memory.tree_len = (outline.value_count + outline.value_count / 2 + 64) * 2 * sizeof(uint64_t);
	/* Without YYJSON_READ_INSITU the text is only read; yyjson's signature is not const. */
	doc = yyjson_read_opts((char *)(uintptr_t)text.data, text.len, YYJSON_READ_BIGNUM_AS_RAW, &allocator,
			       &error);
	if (doc == NULL && error.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
		return refused(JSON_CEILING, "memory ceiling", 0);
	if (doc == NULL)
		return refused(JSON_MALFORMED, error.msg, error.pos);
	return (struct json_reading){.outcome = JSON_READ, .root = yyjson_doc_get_root(doc)};
}

void json_read_named(struct bytes text, struct arena *arena, struct json_names *names,
		     struct json_reading *out_reading)
{
	const size_t bom_len = bytes_starts(text, BYTES("\xEF\xBB\xBF")) ? 3 : 0;
	yyjson_val *root = json_tree_read(bytes_from(text, bom_len), arena, names);

	if (root != NULL) {
		*out_reading = (struct json_reading){.outcome = JSON_READ, .root = root};
		return;
	}
	*out_reading = read_slowly(bytes_from(text, bom_len), arena);
	if (out_reading->outcome == JSON_MALFORMED)
		out_reading->error_offset += bom_len;
}

void json_read(struct bytes text, struct arena *arena, struct json_reading *out_reading)
{
	json_read_named(text, arena, NULL, out_reading);
}

struct bytes json_text(yyjson_val *value)
{
	if (!yyjson_is_str(value))
		return BYTES_NONE;
	return (struct bytes){.data = yyjson_get_str(value), .len = yyjson_get_len(value)};
}

yyjson_val *json_last(yyjson_val *object, const char *name)
{
	yyjson_val *last = NULL, *key, *value;
	size_t index, max;

	if (!yyjson_is_obj(object))
		return NULL;
	yyjson_obj_foreach(object, index, max, key, value)
	{
		if (yyjson_equals_str(key, name))
			last = value;
	}
	return last;
}
