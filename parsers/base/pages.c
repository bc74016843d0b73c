#include "parsers/base/pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

static size_t round_up(size_t len)
{
	return (len + PAGES_HUGE - 1) & ~(size_t)(PAGES_HUGE - 1);
}

/* The system gives any page: of one piece more than is wanted, what lies before and behind goes back. */
static void *take_huge(size_t len)
{
	char *memory =
		mmap(NULL, len + PAGES_HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t before;

	if (memory == MAP_FAILED)
		return NULL;
	before = round_up((uintptr_t)memory) - (uintptr_t)memory;
	if (before > 0)
		(void)munmap(memory, before);
	if (before < PAGES_HUGE)
		(void)munmap(memory + before + len, PAGES_HUGE - before);
	(void)madvise(memory + before, len, MADV_HUGEPAGE);
	return memory + before;
}

void *pages_take(size_t len)
{
	return len < PAGES_HUGE ? malloc(len) : len > SIZE_MAX / 2 ? NULL : take_huge(round_up(len));
}

void pages_give(void *memory, size_t len)
{
	if (memory != NULL && len >= PAGES_HUGE)
		(void)munmap(memory, round_up(len));
	else
		free(memory);
}
