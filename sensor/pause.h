/*
 * pause: how a thread waits that has nothing to do, so that an idle or a full ring costs next to nothing.
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
 * caches each time. A full ring is work for longer, and a ring holds more than comes in meanwhile. */
#define PAUSE_NS (2 * 1000 * 1000)

struct pause {
	uint64_t waited_ns; /* since the last thing was there */
};

static inline void pause_over(struct pause *pause)
{
	*pause = (struct pause){0};
}

static inline void pause_take(struct pause *pause)
{
	nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
	pause->waited_ns += PAUSE_NS;
}
