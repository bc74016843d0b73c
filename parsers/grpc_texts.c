#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/grpc_messages.h"
#include "parsers/protobuf.h"
#include "parsers/utf8.h"

#define FIRST_TEXTS 32

/* A message that is being walked. */
struct level {
	struct cursor cursor;
	struct bytes path; /* of its own field; empty at the top */
	bool is_group;     /* ends with an end mark, in the bytes of the level above */
	uint32_t number;   /* of the field named last: repeated ones share their name */
	struct bytes number_path;
};

struct walk {
	struct grpc_texts *texts;
	struct level levels[LIMIT_GRPC_DEPTH];
	size_t depth;
	bool is_cut;
};

static bool charge(struct grpc_texts *texts, uint64_t bytes)
{
	texts->bytes_used += bytes;
	return texts->bytes_used <= LIMIT_GRPC_FIELD_BYTES;
}

static bool add(struct grpc_texts *texts, struct bytes name, struct bytes text)
{
	size_t capacity = texts->capacity == 0 ? FIRST_TEXTS : 2 * texts->capacity;
	struct form_field *list = texts->list;

	if (texts->count == texts->capacity) {
		if (!charge(texts, capacity * sizeof(*list)))
			return false;
		list = arena_alloc(texts->arena, capacity * sizeof(*list));
		if (list == NULL)
			return false;
		if (texts->count > 0)
			memcpy(list, texts->list, texts->count * sizeof(*list));
		texts->list = list;
		texts->capacity = capacity;
	}
	list[texts->count++] =
		(struct form_field){.name = name, .value = text, .raw_name = name, .raw_value = text};
	return true;
}

/* "2.1": the numbers of the fields on the way. */
static struct bytes path_of(struct walk *walk, struct level *level, uint32_t number)
{
	struct grpc_texts *texts = walk->texts;

	if (level->number == number)
		return level->number_path;
	if (!charge(texts, level->path.len + 12))
		return BYTES_NONE;
	level->number = number;
	level->number_path = arena_printf(texts->arena, BYTES_FORMAT "%s%u", BYTES_PRINT(level->path),
					  level->path.len > 0 ? "." : "", number);
	return level->number_path;
}

static bool push(struct walk *walk, const struct cursor *cursor, struct bytes path, bool is_group)
{
	if (walk->depth == LIMIT_GRPC_DEPTH)
		return false;
	walk->levels[walk->depth++] = (struct level){.cursor = *cursor, .path = path, .is_group = is_group};
	return true;
}

static bool has_control(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] < 0x20 && !ascii_is_space(text.data[i]))
			return true;
	return false;
}

/* A length-delimited field does not say what it is. What reads as text is one; what reads as a message is
 * one; what reads as both, as a hostile sender may arrange, is looked at both ways. */
static bool take_run(struct walk *walk, struct level *level, const struct protobuf_field *field)
{
	struct grpc_texts *texts = walk->texts;
	struct cursor cursor = cursor_of(field->bytes);
	bool is_utf8, is_message, has_len = false, is_clean;
	struct bytes path;

	if (field->bytes.len == 0)
		return true;
	texts->work += field->bytes.len;
	if (texts->work > LIMIT_GRPC_WORK)
		return false;
	is_utf8 = utf8_is_text(field->bytes);
	is_clean = is_utf8 && !has_control(field->bytes);
	is_message = protobuf_is_message(field->bytes, &has_len);
	path = path_of(walk, level, field->number);
	if (path.data == NULL)
		return false;
	if ((is_clean || (is_utf8 && !is_message)) && !add(texts, path, field->bytes))
		return false;
	if (is_message && (!is_clean || has_len))
		return push(walk, &cursor, path, false);
	return true;
}

/* The level above goes on behind the group. */
static void leave(struct walk *walk)
{
	const struct level *level = &walk->levels[--walk->depth];

	if (level->is_group && walk->depth > 0)
		walk->levels[walk->depth - 1].cursor = level->cursor;
}

static bool take_field(struct walk *walk, struct level *level, const struct protobuf_field *field)
{
	struct bytes path;

	switch (field->wire) {
	case PROTOBUF_LEN:
		return take_run(walk, level, field);
	case PROTOBUF_GROUP:
		path = path_of(walk, level, field->number);
		return path.data != NULL && push(walk, &level->cursor, path, true);
	case PROTOBUF_GROUP_END:
		leave(walk);
		return true;
	case PROTOBUF_VARINT:
	case PROTOBUF_FIXED64:
	case PROTOBUF_FIXED32:
		break;
	}
	return true;
}

enum grpc_outcome grpc_texts_add(struct grpc_texts *texts, struct bytes message)
{
	struct cursor cursor = cursor_of(message);
	struct walk walk;
	bool has_len;

	if (!protobuf_is_message(message, &has_len))
		return GRPC_BAD_MESSAGE;
	walk.texts = texts;
	walk.depth = 0;
	push(&walk, &cursor, BYTES_NONE, false);
	while (walk.depth > 0) {
		struct level *level = &walk.levels[walk.depth - 1];
		struct protobuf_field field;

		if (!protobuf_next(&level->cursor, &field))
			leave(&walk);
		else if (!take_field(&walk, level, &field))
			return GRPC_CEILING;
	}
	return GRPC_READ;
}

enum grpc_outcome grpc_texts_add_plain(struct grpc_texts *texts, struct bytes text)
{
	return text.len == 0 || add(texts, BYTES(""), text) ? GRPC_READ : GRPC_CEILING;
}
