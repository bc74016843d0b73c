#include "sensor/outbox.h"

#include <stdlib.h>

#include "parsers/base/limits.h"

void outbox_init(struct outbox *outbox)
{
	*outbox = (struct outbox){0};
	arena_init(&outbox->arena, LIMIT_OUTBOX_BYTES);
}

void outbox_finish(struct outbox *outbox)
{
	free(outbox->records);
	arena_finish(&outbox->arena);
}

static int compare(const void *left, const void *right)
{
	const struct outbox_record *a = left, *b = right;
	int order = bytes_compare(a->message.id, b->message.id);

	return order != 0 ? order : bytes_compare(a->message.value, b->message.value);
}

void outbox_send(struct outbox *outbox)
{
	if (outbox->count == 0)
		return;
	qsort(outbox->records, outbox->count, sizeof(*outbox->records), compare);
	for (size_t i = 0; i < outbox->count; i++)
		sink_put(outbox->records[i].sink, &outbox->records[i].message);
	outbox->count = 0;
	arena_reset(&outbox->arena);
}

static bool grow(struct outbox *outbox)
{
	size_t capacity = outbox->capacity == 0 ? 64 : outbox->capacity * 2;
	struct outbox_record *records;

	if (outbox->count < outbox->capacity)
		return true;
	records = realloc(outbox->records, capacity * sizeof(*records));
	if (records == NULL)
		return false;
	outbox->records = records;
	outbox->capacity = capacity;
	return true;
}

void outbox_put(struct outbox *outbox, struct sink *sink, uint64_t time_ns,
		const struct sink_message *message)
{
	struct arena *arena = &outbox->arena;
	struct sink_message copy = *message;

	if (sink == NULL)
		return;
	/* Full: those that wait go first, in order among themselves. */
	if (time_ns != outbox->time_ns || arena->used + message->value.len + 4 * KIB > arena->bytes_max)
		outbox_send(outbox);
	outbox->time_ns = time_ns;
	copy.value = arena_copy(arena, message->value);
	copy.key = arena_copy(arena, message->key);
	copy.id = arena_copy(arena, message->id);
	copy.type = arena_copy(arena, message->type);
	copy.subject = arena_copy(arena, message->subject);
	copy.partner = arena_copy(arena, message->partner);
	if (arena->is_full || !grow(outbox)) {
		outbox->lost++;
		return;
	}
	outbox->records[outbox->count++] = (struct outbox_record){.sink = sink, .message = copy};
}
