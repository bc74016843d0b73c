#include "parsers/held_chunks.h"

#include <stdlib.h>
#include <string.h>

static uint64_t weight(const struct held_chunk *copy)
{
	return sizeof(*copy) + copy->chunk.bytes.len;
}

bool held_chunks_add(struct held_chunks *held, const struct chunk *chunk)
{
	size_t len = chunk->kind == CHUNK_BYTES ? chunk->bytes.len : 0;
	struct held_chunk *copy = malloc(sizeof(*copy) + len);

	if (copy == NULL)
		return false;
	copy->next = NULL;
	copy->chunk = *chunk;
	copy->chunk.bytes = (struct bytes){.data = copy->data, .len = len};
	if (len > 0)
		memcpy(copy->data, chunk->bytes.data, len);
	*(held->first == NULL ? &held->first : &held->last->next) = copy;
	held->last = copy;
	held->bytes += weight(copy);
	return true;
}

struct held_chunk *held_chunks_take(struct held_chunks *held)
{
	struct held_chunk *copy = held->first;

	if (copy == NULL)
		return NULL;
	held->first = copy->next;
	if (held->first == NULL)
		held->last = NULL;
	held->bytes -= weight(copy);
	return copy;
}

void held_chunks_put_back(struct held_chunks *held, struct held_chunk *chunk)
{
	chunk->next = held->first;
	held->first = chunk;
	if (held->last == NULL)
		held->last = chunk;
	held->bytes += weight(chunk);
}

void held_chunk_free(struct held_chunk *chunk)
{
	if (chunk == NULL)
		return;
	explicit_bzero(chunk->data, chunk->chunk.bytes.len);
	free(chunk);
}

void held_chunks_finish(struct held_chunks *held)
{
	struct held_chunk *copy;

	while ((copy = held_chunks_take(held)) != NULL)
		held_chunk_free(copy);
}
