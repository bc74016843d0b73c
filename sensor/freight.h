/*
 * freight: how many bytes the judged records take that are on their way from one worker to the collector: in
 *the ring between them, and in merge until the other workers' clocks have passed them. The ring holds
 *pointers, so its own length bounds nothing.
 *
 *	if (!freight_load(&freight, judged->bytes))	the worker: no room now: wait, or drop and count
 *	freight_unload(&freight, judged->bytes);	the collector: it left merge
 *
 * Owns     nothing.
 * Thread   one worker loads, the collector unloads, anybody looks.
 */
#pragma once

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sensor/ring.h"

struct freight {
	size_t bytes_max;

	/* of the worker */
	alignas(CACHE_LINE) _Atomic uint64_t loaded; /* bytes ever */
	_Atomic uint64_t wanted;                     /* what it waits to load; 0: it does not wait */
	uint64_t unloaded_seen;

	/* of the collector */
	alignas(CACHE_LINE) _Atomic uint64_t unloaded; /* bytes ever */
};

void freight_init(struct freight *freight, size_t bytes_max);

/* False: there is no room now, which others see from then on until there was. One record always has room. */
bool freight_load(struct freight *freight, size_t bytes);
void freight_unload(struct freight *freight, size_t bytes);

/* The worker cannot go on before more is unloaded. For the collector. */
bool freight_is_short(struct freight *freight);
uint64_t freight_waiting(const struct freight *freight); /* about so many bytes, now */
