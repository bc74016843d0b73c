/*
 * prints: of the last packets of one direction, so that a copy which a mirror
 * made of a packet is told from a retransmission. See segment_print for what a
 * packet and its copy share.
 *
 * Owns     at most LIMIT_STREAM_PRINTS numbers; few where few packets came.
 * Thread   one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct prints {
	uint32_t *list;
	uint32_t capacity, next; /* a ring: `next` is written next */
};

bool prints_have(const struct prints *prints, uint32_t print);
void prints_add(struct prints *prints, uint32_t print); /* without memory it is not remembered */
void prints_finish(struct prints *prints);
