/*
 * pages: memory in large pieces. What is read all over, such as a table of a hundred thousand entries, costs
 * the processor less in large pages (Linux: transparent huge pages, asked for by madvise(2)): one entry of
 * its address cache stands for 512 small ones, and the system hands out so many at a time.
 *
 *	memory = pages_take(len);	not zeroed; NULL without memory
 *	pages_give(memory, len);
 *
 * A piece begins with a cache line. Those of PAGES_HUGE bytes or more lie in huge pages, if the system has
 * them.
 */
#pragma once

#include <stddef.h>

#define PAGES_HUGE (2u * 1024 * 1024)
#define CACHE_LINE 64

void *pages_take(size_t len);
void pages_give(void *memory, size_t len); /* accepts NULL */
