/*
 * traffic: a partner that calls far less than it does at this hour of the week.
 * What is usual is learned from earlier weeks, hour by hour; nothing is said of
 * an hour before TRAFFIC_LEARN_WEEKS of it were seen, nor of one in which nobody
 * else called either: then it is the mirror that was silent.
 *
 *	traffic_clock_take(&clock, judged);		every exchange
 *	traffic_take(&traffic, &clock, judged);		an hour that is over is told with the next call
 *
 * Thread   the collector's.
 */
#pragma once

#include "sensor/judged.h"
#include "sensor/pack.h"

#define TRAFFIC_WEEK_HOURS  168
#define TRAFFIC_CLOCK_HOURS (2 * TRAFFIC_WEEK_HOURS) /* a partner may look back over a week */
#define TRAFFIC_LEARN_WEEKS 2
#define TRAFFIC_LEAST       100 /* calls that are usual in the hour; of fewer nothing is said */
#define TRAFFIC_FALL        5   /* times fewer */

/* Of everybody. */
struct traffic_clock {
	uint64_t hours[TRAFFIC_CLOCK_HOURS]; /* since the epoch */
	uint32_t calls[TRAFFIC_CLOCK_HOURS];
};

struct traffic {
	uint64_t first_hour, hour;
	uint32_t calls; /* of the hour */
	uint8_t weeks[TRAFFIC_WEEK_HOURS];
	float usual[TRAFFIC_WEEK_HOURS];
};

void traffic_clock_take(struct traffic_clock *clock, const struct judged *judged);
void traffic_take(struct traffic *traffic, const struct traffic_clock *clock, struct judged *judged);

/* For the state that outlives the process. */
void traffic_clock_pack(const struct traffic_clock *clock, struct pack *pack);
void traffic_clock_unpack(struct traffic_clock *clock, struct cursor *cursor);
void traffic_pack(const struct traffic *traffic, struct pack *pack);
void traffic_unpack(struct traffic *traffic, struct cursor *cursor);
