/*
 * profile: what each stage costs, in ticks of the processor's clock. Always compiled; off, it costs one look
 *at a flag. A thread has its own, and they are added up at the end.
 *
 *	profile_begin(&profile);
 *	conform_check(...);
 *	profile_lap(&profile, STAGE_CONFORM);	what passed since the last lap counts for that stage
 *
 * What the thread did not run counts too: profile a machine that has a processor for each thread.
 *
 * Thread   one profile, one thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#else
#include <time.h>
#endif

enum stage {
	STAGE_READ,   /* feeder: a packet from the source */
	STAGE_LAYERS, /* its layers */
	STAGE_RING,   /* into the worker's ring */
	STAGE_REASSEMBLY,
	STAGE_PARSE,    /* conversations: heads, framing, unpacking */
	STAGE_IDENTIFY, /* credential, partner, operation */
	STAGE_BODY,
	STAGE_CONFORM,
	STAGE_SCAN,
	STAGE_RULES,
	STAGE_RECORD,  /* the judged record; the exchange is freed */
	STAGE_COLLECT, /* collector: order, learning, what has a past */
	STAGE_TELL,    /* records as JSON, and out */
	STAGE_COUNT,
};

struct profile {
	bool is_on;
	uint64_t last;
	uint64_t ticks[STAGE_COUNT];
};

static inline uint64_t profile_now(void)
{
#if defined(__x86_64__)
	return __rdtsc();
#else
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
#endif
}

static inline void profile_begin(struct profile *profile)
{
	if (profile->is_on)
		profile->last = profile_now();
}

static inline void profile_lap(struct profile *profile, enum stage stage)
{
	uint64_t now;

	if (!profile->is_on)
		return;
	now = profile_now();
	profile->ticks[stage] += now - profile->last;
	profile->last = now;
}

void profile_add(struct profile *sum, const struct profile *part);

/* One line a stage, to the log. */
void profile_print(const struct profile *sum, uint64_t exchanges);
