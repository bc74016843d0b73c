/*
 * packet_clock: the one time that all workers go by, made of the times of packets. It never goes back, since
 * what was told cannot be taken back: packets a little out of order come at the time that it is.
 *
 * Where the times jump back by more (the clock of the capturing machine was set, a capture is
 * replayed behind another one, a packet came with a time of the future), it goes on at half their
 * pace until they have caught up with it. If it stood still, everything would be of one moment: no
 * record would leave, no connection would expire, and what waits for a later time would fill its
 * room.
 *
 *	packet_clock_take(&clock, packet.time_ns);	clock.now_ns
 *
 * Thread   one.
 */
#pragma once

#include <stdint.h>

struct packet_clock {
	uint64_t now_ns;
	uint64_t behind_ns; /* how far packets have come that lie behind it; 0: they do not */
};

void packet_clock_take(struct packet_clock *clock, uint64_t time_ns);
