#include "sensor/feeder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parsers/base/limits.h"
#include "sensor/pause.h"

#define TICK_NS (SECONDS / 10)
/* An idle interface has shown all packets of so long ago: its buffer is looked at every 50 ms. */
#define SETTLED_NS     (SECONDS / 10)
#define PROGRESS_EVERY 1024

static void *reserve(struct ring *ring, size_t len, bool waits)
{
	void *at = ring_reserve(ring, len);
	struct pause pause = {0};

	while (at == NULL && waits) {
		pause_take(&pause);
		at = ring_reserve(ring, len);
	}
	return at;
}

/* Clocks and ends always arrive, also live: a worker takes them sooner or later. */
static void send_clock(struct feeder *feeder, enum inbound_kind kind)
{
	for (size_t worker = 0; worker < feeder->plan.worker_count; worker++) {
		struct ring *ring = &feeder->plan.rings[worker];
		struct inbound *inbound = reserve(ring, sizeof(*inbound), true);

		*inbound = (struct inbound){
			.kind = kind, .clock_ns = feeder->clock.now_ns, .report = feeder->report};
		ring_commit(ring);
	}
}

static void count_sources(struct feeder *feeder)
{
	struct source_counts sum = {0}, one;
	uint64_t done = 0;

	for (size_t i = 0; i < feeder->plan.source_count; i++) {
		source_counts(feeder->plan.sources[i], &one);
		sum.packets += one.packets;
		sum.bytes += one.bytes;
		sum.kernel_drops += one.kernel_drops;
		sum.interface_drops += one.interface_drops;
		sum.secrets_skipped += one.secrets_skipped;
		done += source_done(feeder->plan.sources[i]);
	}
	feeder->report.source = sum;
	atomic_store_explicit(&feeder->bytes_done, done, memory_order_relaxed);
}

static void tick(struct feeder *feeder)
{
	if (feeder->clock.now_ns / TICK_NS == feeder->tick_ns / TICK_NS)
		return;
	feeder->tick_ns = feeder->clock.now_ns;
	count_sources(feeder);
	send_clock(feeder, INBOUND_TICK);
}

static size_t worker_of(const struct feeder *feeder, const struct segment *segment)
{
	size_t count = feeder->plan.worker_count;

	return count == 1 ? 0 : segment_hash(segment, feeder->plan.seed) % count;
}

static void put(struct feeder *feeder, const struct segment *segment)
{
	size_t worker = worker_of(feeder, segment);
	struct ring *ring = &feeder->plan.rings[worker];
	size_t len = INBOUND_SEGMENT_LEN + segment->payload.len;
	/* Live, one slow worker does not hold up the others; where there is but one, more waits in the
	 * kernel's ring, and nothing is read only to be dropped. */
	struct inbound *inbound = reserve(ring, len, !feeder->plan.is_live || feeder->plan.worker_count == 1);
	char *payload;

	if (inbound == NULL) {
		feeder->report.ring_drops++;
		return;
	}
	profile_begin(&feeder->profile); /* a full ring is no work */
	payload = (char *)inbound + INBOUND_SEGMENT_LEN;
	inbound->kind = INBOUND_SEGMENT;
	inbound->segment = *segment;
	inbound->segment.payload.data = payload;
	if (segment->payload.len > 0)
		memcpy(payload, segment->payload.data, segment->payload.len);
	ring_commit(ring);
}

static void take(struct feeder *feeder, struct packet *packet)
{
	struct segment segment;

	packet->number = ++feeder->number;
	if (feeder->plan.is_live) /* several feeders number apart: the low bits say which */
		packet->number = packet->number << 8 | (uint64_t)feeder->plan.index;
	packet_clock_take(&feeder->clock, packet->time_ns);
	feeder->report.packets_behind += feeder->clock.behind_ns != 0;
	tick(feeder);
	packet->clock_ns = feeder->clock.now_ns;
	atomic_store_explicit(&feeder->fed_ns, feeder->clock.now_ns, memory_order_release);
	profile_begin(&feeder->profile); /* ticks may have waited */
	if (segment_read(packet, &feeder->report.capture, &feeder->fragments, &segment) != DROP_NONE) {
		profile_lap(&feeder->profile, STAGE_LAYERS);
		return;
	}
	profile_lap(&feeder->profile, STAGE_LAYERS);
	put(feeder, &segment);
	profile_lap(&feeder->profile, STAGE_RING);
}

static void fail(struct feeder *feeder, const struct source *source)
{
	const char *words = source_error(source);

	if (feeder->error[0] == '\0')
		snprintf(feeder->error, sizeof(feeder->error), "%s",
			 words == NULL ? "a source failed" : words);
}

/* The next packet of source `i` becomes its head; false when it has none now. */
static bool fill(struct feeder *feeder, size_t i)
{
	struct source *source = feeder->plan.sources[i];

	if (feeder->has_head[i] || feeder->is_ended[i])
		return feeder->has_head[i];
	switch (source_next(source, &feeder->heads[i])) {
	case SOURCE_PACKET:
		feeder->has_head[i] = true;
		break;
	case SOURCE_IDLE:
		break;
	case SOURCE_ERROR:
		fail(feeder, source);
		feeder->is_ended[i] = true;
		break;
	case SOURCE_END:
		feeder->is_ended[i] = true;
		break;
	}
	return feeder->has_head[i];
}

/* The earliest head of all files: their packets merge by time. */
static struct packet *earliest(struct feeder *feeder, size_t *out_source)
{
	struct packet *first = NULL;

	for (size_t i = 0; i < feeder->plan.source_count; i++) {
		if (!fill(feeder, i))
			continue;
		if (first == NULL || feeder->heads[i].time_ns < first->time_ns) {
			first = &feeder->heads[i];
			*out_source = i;
		}
	}
	return first;
}

static bool all_ended(const struct feeder *feeder)
{
	for (size_t i = 0; i < feeder->plan.source_count; i++)
		if (!feeder->is_ended[i])
			return false;
	return true;
}

static uint64_t wall_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * SECONDS + (uint64_t)now.tv_nsec;
}

/* Packets may be stamped by another clock, ahead of this one: theirs counts. */
static void idle(struct feeder *feeder)
{
	uint64_t settled_ns = wall_clock_ns() - SETTLED_NS;

	if (settled_ns > feeder->clock.now_ns)
		packet_clock_take(&feeder->clock, settled_ns);
	tick(feeder);
}

static void *run(void *context)
{
	struct feeder *feeder = context;
	size_t source = 0;

	while (!atomic_load_explicit(&feeder->is_stopped, memory_order_relaxed)) {
		struct packet *packet;

		profile_begin(&feeder->profile);
		packet = earliest(feeder, &source);
		profile_lap(&feeder->profile, STAGE_READ);
		if (packet != NULL) {
			take(feeder, packet);
			feeder->has_head[source] = false;
			if (feeder->number % PROGRESS_EVERY == 0)
				count_sources(feeder);
		} else if (all_ended(feeder)) {
			break;
		} else if (feeder->plan.is_live) {
			idle(feeder);
		}
	}
	count_sources(feeder);
	send_clock(feeder, INBOUND_END);
	atomic_store_explicit(&feeder->is_done, true, memory_order_release);
	return NULL;
}

enum status feeder_start(struct feeder *feeder, const struct feeder_plan *plan)
{
	*feeder = (struct feeder){.plan = *plan, .profile.is_on = plan->is_profiled};
	fragments_init(&feeder->fragments, plan->seed);
	feeder->heads = calloc(plan->source_count, sizeof(*feeder->heads));
	feeder->has_head = calloc(plan->source_count, sizeof(*feeder->has_head));
	feeder->is_ended = calloc(plan->source_count, sizeof(*feeder->is_ended));
	if (feeder->heads == NULL || feeder->has_head == NULL || feeder->is_ended == NULL)
		return STATUS_NO_MEMORY;
	if (pthread_create(&feeder->thread, NULL, run, feeder) != 0)
		return STATUS_NO_MEMORY;
	feeder->is_started = true;
	return STATUS_OK;
}

void feeder_stop(struct feeder *feeder)
{
	atomic_store_explicit(&feeder->is_stopped, true, memory_order_relaxed);
	for (size_t i = 0; i < feeder->plan.source_count; i++)
		source_stop(feeder->plan.sources[i]);
}

void feeder_join(struct feeder *feeder)
{
	if (feeder->is_started)
		pthread_join(feeder->thread, NULL);
	feeder->is_started = false;
}

void feeder_finish(struct feeder *feeder)
{
	for (size_t i = 0; i < feeder->plan.source_count; i++)
		source_close(feeder->plan.sources[i]);
	fragments_finish(&feeder->fragments);
	free(feeder->heads);
	free(feeder->has_head);
	free(feeder->is_ended);
}
