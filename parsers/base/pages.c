#include "parsers/base/pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define CACHE_LINE 64

static size_t round_up(size_t len, size_t to)
{
	return (len + to - 1) & ~(to - 1);
}

/* The system gives any page: of one piece more than is wanted, what lies before and behind goes back. */
static void *take_huge(size_t len)
{
	char *memory =
		mmap(NULL, len + PAGES_HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t before;

	if (memory == MAP_FAILED)
		return NULL;
	before = round_up((uintptr_t)memory, PAGES_HUGE) - (uintptr_t)memory;
	if (before > 0)
		(void)munmap(memory, before);
	if (before < PAGES_HUGE)
		(void)munmap(memory + before + len, PAGES_HUGE - before);
	(void)madvise(memory + before, len, MADV_HUGEPAGE);
	return memory + before;
}

void *pages_take(size_t len)
{
	if (len < PAGES_HUGE)
		return aligned_alloc(CACHE_LINE, round_up(len, CACHE_LINE));
	return len > SIZE_MAX / 2 ? NULL : take_huge(round_up(len, PAGES_HUGE));
}

void pages_give(void *memory, size_t len)
{
	if (memory != NULL && len >= PAGES_HUGE)
		(void)munmap(memory, round_up(len, PAGES_HUGE));
	else
		free(memory);
}
