#include "parsers/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"

struct arena_block {
	struct arena_block *older;
	size_t len;
	size_t used;
	_Alignas(max_align_t) char data[];
};

#define ALIGNMENT _Alignof(max_align_t)

_Static_assert(sizeof(struct arena_block) == ARENA_HEADER_LEN, "what a stock's blocks have to hold beside");

void arena_init(struct arena *arena, size_t bytes_max)
{
	*arena = (struct arena){.bytes_max = bytes_max};
}

static bool is_of_stock(const struct arena *arena, size_t block_len)
{
	return arena->stock != NULL && arena->stock->block_len == ARENA_STOCK_LEN(block_len);
}

static void free_block(const struct arena *arena, struct arena_block *block)
{
	if (!is_of_stock(arena, block->len))
		free(block);
	else if (arena->is_away)
		stock_give(arena->stock, block);
	else
		stock_put_back(arena->stock, block);
}

/* This block and those that are older. */
static void free_blocks(const struct arena *arena, struct arena_block *block)
{
	while (block != NULL) {
		struct arena_block *older = block->older;

		free_block(arena, block);
		block = older;
	}
}

void arena_finish(struct arena *arena)
{
	free_blocks(arena, arena->newest);
	*arena = (struct arena){
		.bytes_max = arena->bytes_max, .block_len = arena->block_len, .stock = arena->stock};
}

size_t arena_held(const struct arena *arena)
{
	size_t held = 0;

	for (const struct arena_block *block = arena->newest; block != NULL; block = block->older)
		held += sizeof(*block) + block->len;
	return held;
}

void arena_reset(struct arena *arena)
{
	struct arena_block *kept = arena->newest;

	for (struct arena_block *block = kept, *older; block != NULL; block = older) {
		older = block->older;
		if (block->len > kept->len) {
			free_block(arena, kept);
			kept = block;
		} else if (block != kept) {
			free_block(arena, block);
		}
	}
	if (kept != NULL) {
		kept->older = NULL;
		kept->used = 0;
	}
	arena->newest = kept;
	arena->used = 0;
	arena->is_full = false;
}

void arena_wipe(struct arena *arena)
{
	for (struct arena_block *block = arena->newest; block != NULL; block = block->older)
		explicit_bzero(block->data, block->used);
	arena_finish(arena);
}

struct arena_mark arena_mark(const struct arena *arena)
{
	return (struct arena_mark){.block = arena->newest,
				   .block_used = arena->newest == NULL ? 0 : arena->newest->used,
				   .used = arena->used,
				   .is_full = arena->is_full};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
	struct arena_block *oldest = NULL; /* of those that came after the mark */

	for (struct arena_block *block = arena->newest; block != mark.block; block = block->older) {
		explicit_bzero(block->data, block->used);
		oldest = block;
	}
	if (oldest != NULL) {
		oldest->older = NULL;
		free_blocks(arena, arena->newest);
	}
	if (mark.block != NULL) {
		explicit_bzero(mark.block->data + mark.block_used, mark.block->used - mark.block_used);
		mark.block->used = mark.block_used;
	}
	arena->newest = mark.block;
	arena->used = mark.used;
	arena->is_full = mark.is_full;
}

/* A fifth of it, at most, is never used. */
static size_t next_block_len(const struct arena *arena)
{
	size_t len = arena->used / 4;

	if (arena->block_len == 0 || len >= LIMIT_ARENA_BLOCK)
		return LIMIT_ARENA_BLOCK;
	return len > arena->block_len ? len : arena->block_len;
}

static struct arena_block *grow(struct arena *arena, size_t len)
{
	size_t wanted = next_block_len(arena);
	size_t block_len = len > wanted ? len : wanted;
	struct arena_block *block;

	block = is_of_stock(arena, block_len) && !arena->is_away ? stock_take(arena->stock)
								 : malloc(sizeof(*block) + block_len);
	if (block == NULL)
		return NULL;
	*block = (struct arena_block){.older = arena->newest, .len = block_len};
	arena->newest = block;
	return block;
}

/* Of a block of its own. */
static __attribute__((noinline)) void *take_anew(struct arena *arena, size_t len)
{
	struct arena_block *block;

	CHECK(arena->bytes_max > 0);
	block = len > arena->bytes_max - arena->used ? NULL : grow(arena, len);
	if (block == NULL) {
		arena->is_full = true;
		return NULL;
	}
	block->used = len;
	arena->used += len;
	return block->data;
}

/* From a place that `alignment`, a power of two, divides. */
static inline void *take(struct arena *arena, size_t len, size_t alignment)
{
	struct arena_block *block = arena->newest;
	size_t at, taken;

	if (block == NULL)
		return take_anew(arena, len);
	at = (block->used + alignment - 1) & ~(alignment - 1);
	taken = at - block->used + len;
	if (taken < len || taken > block->len - block->used || taken > arena->bytes_max - arena->used)
		return take_anew(arena, len);
	block->used += taken;
	arena->used += taken;
	return block->data + at;
}

void *arena_take(struct arena *arena, size_t len)
{
	return take(arena, len, ALIGNMENT);
}

void arena_keep(struct arena *arena, const void *end)
{
	struct arena_block *block = arena->newest;
	size_t kept = (size_t)((const char *)end - (const char *)block->data);

	CHECK(kept <= block->used);
	arena->used -= block->used - kept;
	block->used = kept;
}

void *arena_alloc(struct arena *arena, size_t len)
{
	void *at = arena_take(arena, len);

	if (at != NULL)
		memset(at, 0, len);
	return at;
}

struct bytes arena_copy(struct arena *arena, struct bytes run)
{
	char *text = run.len == SIZE_MAX ? NULL : take(arena, run.len + 1, 1);

	if (text == NULL)
		return BYTES_NONE;
	if (run.len > 0)
		memcpy(text, run.data, run.len);
	text[run.len] = '\0';
	return (struct bytes){.data = text, .len = run.len};
}

struct bytes arena_join(struct arena *arena, const struct bytes *parts, size_t count)
{
	size_t len = 0, at = 0;
	bool is_too_long = false;
	char *text;

	for (size_t i = 0; i < count; i++)
		is_too_long |= __builtin_add_overflow(len, parts[i].len, &len);
	text = is_too_long || len == SIZE_MAX ? NULL : take(arena, len + 1, 1);
	if (text == NULL)
		return BYTES_NONE;
	for (size_t i = 0; i < count; at += parts[i++].len)
		if (parts[i].len > 0)
			memcpy(text + at, parts[i].data, parts[i].len);
	text[len] = '\0';
	return (struct bytes){.data = text, .len = len};
}

struct bytes arena_printf(struct arena *arena, const char *format, ...)
{
	struct arena_block *block = arena->newest;
	size_t room = block == NULL ? 0 : block->len - block->used;
	char *free_from = room == 0 ? NULL : block->data + block->used;
	va_list arguments;
	char *at;
	int len;

	/* First into what is free, which mostly is enough. */
	va_start(arguments, format);
	len = vsnprintf(free_from, room, format, arguments);
	va_end(arguments);
	CHECK(len >= 0);
	at = take(arena, (size_t)len + 1, 1);
	if (at == NULL)
		return BYTES_NONE;
	if (at == free_from)
		return (struct bytes){.data = at, .len = (size_t)len};
	va_start(arguments, format);
	vsnprintf(at, (size_t)len + 1, format, arguments);
	va_end(arguments);
	return (struct bytes){.data = at, .len = (size_t)len};
}
