/*
 * pause: how a thread waits that has nothing to do: first shortly, then longer, so that an idle or a full
 *ring costs next to nothing.
 *
 *	if (took_something)
 *		pause_over(&pause);
 *	else
 *		pause_take(&pause);
 *
 * Thread   one pause, one thread.
 */
#pragma once

#include <stdint.h>
#include <time.h>

/* Long enough for much to come together: threads that take turns at one processor lose what it has in its
 * caches each time. A ring holds more than comes in meanwhile. */
#define PAUSE_FIRST_NS (500 * 1000)
#define PAUSE_LAST_NS  (2 * 1000 * 1000)

struct pause {
	uint32_t next_ns;
	uint64_t waited_ns; /* since the last thing was there */
};

static inline void pause_over(struct pause *pause)
{
	*pause = (struct pause){0};
}

static inline void pause_take(struct pause *pause)
{
	uint32_t length_ns = pause->next_ns == 0 ? PAUSE_FIRST_NS : pause->next_ns;

	nanosleep(&(struct timespec){.tv_nsec = length_ns}, NULL);
	pause->waited_ns += length_ns;
	pause->next_ns = length_ns * 2 > PAUSE_LAST_NS ? PAUSE_LAST_NS : length_ns * 2;
}
