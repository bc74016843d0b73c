#include "sensor/outbox.h"

#include <stdlib.h>
#include <string.h>

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

static void copy_into(char **at, struct bytes *text)
{
	if (text->len > 0)
		memcpy(*at, text->data, text->len);
	text->data = *at;
	*at += text->len;
}

/* All texts of a message, side by side. */
static bool copy_message(struct arena *arena, struct sink_message *message)
{
	struct bytes *texts[] = {&message->value, &message->key,     &message->id,
				 &message->type,  &message->subject, &message->partner};
	size_t len = 0;
	char *at;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		len += texts[i]->len;
	at = arena_take(arena, len);
	for (size_t i = 0; at != NULL && i < sizeof(texts) / sizeof(texts[0]); i++)
		copy_into(&at, texts[i]);
	return at != NULL;
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
	if (!copy_message(arena, &copy) || !grow(outbox)) {
		outbox->lost++;
		return;
	}
	outbox->records[outbox->count++] = (struct outbox_record){.sink = sink, .message = copy};
}
