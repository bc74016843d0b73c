#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "specs/openapi_read.h"

/* RFC 6901 section 3. */
static struct bytes pointer_add(struct arena *arena, struct bytes pointer, struct bytes key)
{
	char *text = arena_alloc(arena, pointer.len + 1 + 2 * key.len);
	size_t len = pointer.len;

	if (text == NULL)
		return pointer;
	if (len > 0)
		memcpy(text, pointer.data, len);
	text[len++] = '/';
	for (size_t i = 0; i < key.len; i++) {
		bool is_escaped = key.data[i] == '~' || key.data[i] == '/';

		if (is_escaped)
			text[len++] = '~';
		text[len++] = !is_escaped ? key.data[i] : key.data[i] == '~' ? '0' : '1';
	}
	return (struct bytes){.data = text, .len = len};
}

static struct spot spot_at(const struct reader *reader, struct spot parent, struct bytes key,
			   const struct node *node)
{
	struct spot spot = {.document = parent.document, .node = node, .pointer = parent.pointer};

	if (node != NULL)
		spot.pointer = pointer_add(reader->scratch, parent.pointer, key);
	return spot;
}

struct spot spot_child(const struct reader *reader, struct spot parent, const char *key)
{
	return spot_at(reader, parent, bytes_of(key), node_get(parent.node, key));
}

struct spot spot_entry(const struct reader *reader, struct spot parent, size_t index)
{
	char digits[24];

	if (parent.node->kind == NODE_TABLE)
		return spot_at(reader, parent, parent.node->entries[index].key,
			       parent.node->entries[index].value);
	snprintf(digits, sizeof(digits), "%zu", index);
	return spot_at(reader, parent, bytes_of(digits), parent.node->items[index]);
}

struct spot spot_follow(const struct reader *reader, struct spot spot)
{
	const struct node *reference = node_get(spot.node, "$ref");
	size_t hash;

	if (!node_is(reference, NODE_STRING))
		return spot;
	spot.node = reference_follow(reader->references, spot.document, spot.node, &spot.document);
	hash = bytes_find_byte(reference->text, '#');
	spot.pointer = hash == BYTES_NOT_FOUND ? BYTES("") : bytes_from(reference->text, hash + 1);
	return spot;
}

struct spot spot_get(const struct reader *reader, struct spot parent, const char *key)
{
	return spot_follow(reader, spot_child(reader, parent, key));
}

struct bytes spot_pointer(const struct reader *reader, struct spot spot, const struct schema *schema)
{
	struct bytes pointer = schema == NULL ? BYTES_NONE : schema_pointer(schema);

	return bytes_equal(pointer, spot.pointer) ? pointer : arena_copy(reader->arena, spot.pointer);
}

void spot_problem(const struct reader *reader, struct spot spot, enum problem_level level, const char *mend,
		  const char *format, ...)
{
	const char *id = level == PROBLEM_ERROR ? "spec.invalid" : "spec.unenforceable";
	char words[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	problems_add(reader->problems, level, id,
		     spot.node == NULL ? (struct place){.file = spot.document->file}
				       : node_place(spot.document, spot.node),
		     mend, "%s", words);
}

struct bytes text_lower(struct arena *arena, struct bytes text)
{
	char *copy = arena_alloc(arena, text.len + 1);

	for (size_t i = 0; copy != NULL && i < text.len; i++)
		copy[i] = ascii_lower(text.data[i]);
	return (struct bytes){.data = copy, .len = copy == NULL ? 0 : text.len};
}

const struct bytes *spot_texts(const struct reader *reader, const struct node *node, size_t *out_count)
{
	size_t count = node == NULL ? 0 : node->kind == NODE_LIST ? node->count : 1;
	struct bytes *list = arena_alloc(reader->arena, (count + 1) * sizeof(*list));

	*out_count = 0;
	for (size_t i = 0; list != NULL && i < count; i++) {
		struct bytes text = node_text(node->kind == NODE_LIST ? node->items[i] : node);

		if (text.len > 0)
			list[(*out_count)++] = text;
	}
	return list;
}

const struct schema *spot_schema(const struct reader *reader, struct spot spot)
{
	if (spot.node == NULL)
		return NULL;
	reader->out->schema_count++;
	return schema_compile(reader->schemas, spot.document, spot.node, spot.pointer);
}
