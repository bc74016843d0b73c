#include "sensor/judged.h"

#include "parsers/base/check.h"
#include "parsers/base/limits.h"

struct judged *judged_new(struct stock *stock)
{
	struct arena arena;
	struct judged *judged;

	arena_init(&arena, LIMIT_JUDGED_BYTES);
	arena.block_len = LIMIT_JUDGED_BLOCK;
	arena.stock = stock;
	judged = arena_alloc(&arena, sizeof(*judged));
	if (judged == NULL) {
		arena_finish(&arena);
		return NULL;
	}
	judged->arena = arena;
	judged->references = 1;
	return judged;
}

struct judged *judged_hold(struct judged *judged)
{
	CHECK(judged->references > 0);
	judged->references++;
	return judged;
}

void judged_release(struct judged *judged)
{
	struct arena arena;

	if (judged == NULL)
		return;
	CHECK(judged->references > 0);
	if (--judged->references > 0)
		return;
	arena = judged->arena; /* the record lives in the memory that goes */
	arena_finish(&arena);
}

uint64_t judged_source_hash(const struct judged_source *source)
{
	uint64_t hash = (uintptr_t)source->partner * 0x9E3779B97F4A7C15ull;

	hash = (hash ^ hash >> 32 ^ (uintptr_t)source->operation) * 0x9E3779B97F4A7C15ull;
	return hash >> 32;
}

bool judged_source_equal(const struct judged_source *one, const struct judged_source *other)
{
	return one->knowledge == other->knowledge && one->partner == other->partner &&
	       one->api == other->api && one->operation == other->operation &&
	       one->base_path == other->base_path;
}
