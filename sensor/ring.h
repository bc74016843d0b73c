/*
 * ring: records of any length from one thread to one other, bounded, without
 * locks: C11 atomics only, so that TSan understands it.
 *
 * The producer:				The consumer:
 *	at = ring_reserve(ring, len);			at = ring_peek(ring, &len);
 *	if (at == NULL)	-> full: wait or count		if (at == NULL) -> empty
 *	...fill...					...use...
 *	ring_commit(ring);				ring_release(ring);
 *
 * A record is contiguous and aligned for any type. What does not fit behind the
 * end of the memory starts again at its beginning.
 *
 * The producer claims room in advance, more than it needs for one record. Pages
 * that hold nothing and are not claimed may go back to the system at any time,
 * whatever the two do meanwhile: ring_give_back.
 *
 * Owns     its memory. Lends a record until ring_commit or ring_release.
 * Thread   exactly one producer and one consumer; ring_give_back and ring_moved: any.
 */
#pragma once

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parsers/base/pages.h"

struct ring {
	char *memory;
	size_t len; /* a power of two */

	/* of the producer */
	alignas(CACHE_LINE) _Atomic uint64_t head; /* bytes ever committed */
	uint64_t reserved;                         /* head after the commit */
	uint64_t claimed;                          /* up to here it may write; changes under `is_claiming` */
	_Atomic bool is_claiming;                  /* room is claimed, or given back */

	/* of the consumer */
	alignas(CACHE_LINE) _Atomic uint64_t tail; /* bytes ever released */
	uint64_t released;                         /* tail after the release */
	uint64_t head_seen;
};

/* `len` is rounded up to a power of two. False without memory. */
bool ring_init(struct ring *ring, size_t len);
void ring_finish(struct ring *ring);

/* NULL when there is no room now. A record longer than half the ring never has room. */
void *ring_reserve(struct ring *ring, size_t len);
void ring_commit(struct ring *ring);

void *ring_peek(struct ring *ring, size_t *out_len); /* NULL when empty */
void ring_call_next(const struct ring *ring); /* what stands behind the record peeked at: it is wanted soon */
void ring_release(struct ring *ring);
bool ring_is_empty(const struct ring *ring); /* for anybody: all that was committed by now was released */
bool ring_is_half_full(struct ring *ring);   /* as the consumer sees it */

uint64_t ring_moved(const struct ring *ring); /* bytes ever put in, and taken out */
void ring_give_back(struct ring *ring); /* what is free; it is asked for again where it is needed again */
