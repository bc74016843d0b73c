#include "sensor/worker.h"

#include <string.h>

#include "parsers/base/check.h"
#include "sensor/heap.h"

/* Records taken before the rings are looked at again from the start. */
#define RECORDS_A_TURN 256

/* The allocator tidies up when it is asked for so much: not each time. */
#define TURNS_A_REACH 8

/* A quiet interface ticks every tenth of a second; a source that is silent for longer is not waited for. */
#define WAIT_NS_MAX (3 * SECONDS / 10)

/* Room in the ring, and for what the record takes; NULL: there is none now. */
static struct outbound *room_for(struct worker *worker, const struct judged *judged)
{
	struct outbound *outbound = ring_reserve(worker->plan.outbound, offsetof(struct outbound, clock_ns));

	return outbound != NULL && freight_load(worker->plan.freight, judged->bytes) ? outbound : NULL;
}

static bool send_judged(void *context, struct judged *judged)
{
	struct worker *worker = context;
	struct outbound *outbound;
	struct pause pause = {0};

	judged->bytes = arena_held(&judged->arena);
	judged->worker = (unsigned)worker->plan.index;
	judged->arena.is_away = true; /* the collector adds to records, and the stock is this thread's */
	while ((outbound = room_for(worker, judged)) == NULL && worker->plan.is_lossless)
		pause_take(&pause);
	if (outbound == NULL) {
		judged_release(judged);
		return false;
	}
	outbound->kind = OUTBOUND_JUDGED;
	outbound->judged = judged;
	ring_commit(worker->plan.outbound);
	return true;
}

/* Clocks and counts always arrive: without them the collector could not go on. */
static void send_tick(struct worker *worker, enum outbound_kind kind, uint64_t clock_ns, size_t source,
		      const struct source_report *report)
{
	struct outbound *outbound;
	struct pause pause = {0};

	while ((outbound = ring_reserve(worker->plan.outbound, sizeof(*outbound))) == NULL)
		pause_take(&pause);
	*outbound = (struct outbound){.kind = kind,
				      .clock_ns = clock_ns,
				      .worker = worker->plan.index,
				      .source_index = source,
				      .has_report = worker->plan.index == 0 && report != NULL,
				      .counts = worker->pipeline.counts};
	if (outbound->has_report)
		outbound->report = *report;
	ring_commit(worker->plan.outbound);
}

static void advance(struct worker *worker, uint64_t clock_ns)
{
	if (clock_ns < worker->clock_ns) /* several live sources: the latest clock counts */
		return;
	worker->clock_ns = clock_ns;
	pipeline_tick(&worker->pipeline, clock_ns);
}

static void take(struct worker *worker, size_t source, const struct inbound *inbound)
{
	switch (inbound->kind) {
	case INBOUND_SEGMENT:
		if (inbound->segment.clock_ns > worker->clock_ns)
			worker->clock_ns = inbound->segment.clock_ns;
		pipeline_take(&worker->pipeline, &inbound->segment);
		return;
	case INBOUND_TICK:
		advance(worker, inbound->clock_ns);
		send_tick(worker, OUTBOUND_TICK, worker->clock_ns, source, &inbound->report);
		return;
	case INBOUND_END:
		worker->ended_count++;
		advance(worker, inbound->clock_ns);
		send_tick(worker, OUTBOUND_TICK, worker->clock_ns, source, &inbound->report);
		return;
	}
}

static uint64_t time_of(const struct inbound *inbound)
{
	return inbound->kind == INBOUND_SEGMENT ? inbound->segment.clock_ns : inbound->clock_ns;
}

/*
 * The source whose next record is the oldest. A source that has nothing to give may still come
 * with something older, until its clock (which ticks even when it is idle) has passed that record:
 * until then the others wait, but not when their ring fills or after WAIT_NS_MAX.
 */
static bool choose(struct worker *worker, size_t *out_source, const struct inbound **out_inbound)
{
	uint64_t oldest = UINT64_MAX, behind = UINT64_MAX;
	bool is_pressed = worker->pause.waited_ns >= WAIT_NS_MAX;
	size_t len;

	*out_inbound = NULL;
	for (size_t source = 0; source < worker->plan.source_count; source++) {
		struct ring *ring = worker->plan.inbound[source];
		const struct inbound *inbound = ring_peek(ring, &len);

		if (inbound == NULL) {
			if (worker->clocks[source] < behind)
				behind = worker->clocks[source];
			continue;
		}
		is_pressed = is_pressed || ring_is_half_full(ring);
		if (*out_inbound != NULL && time_of(inbound) >= oldest)
			continue;
		oldest = time_of(inbound);
		*out_inbound = inbound;
		*out_source = source;
	}
	return *out_inbound != NULL && (oldest <= behind || is_pressed);
}

/* How many were taken. */
static int take_some(struct worker *worker)
{
	const struct inbound *inbound;
	size_t source = 0;
	int count = 0;

	while (count < RECORDS_A_TURN && choose(worker, &source, &inbound)) {
		worker->clocks[source] = inbound->kind == INBOUND_END ? UINT64_MAX : time_of(inbound);
		ring_call_next(worker->plan.inbound[source]);
		take(worker, source, inbound);
		ring_release(worker->plan.inbound[source]);
		pause_over(&worker->pause);
		count++;
	}
	return count;
}

/* Nothing is to be done: a good time to free what is spare, if that was asked for. */
static void shed(struct worker *worker)
{
	unsigned sheds = atomic_load_explicit(worker->plan.sheds, memory_order_relaxed);

	if (sheds == worker->sheds_seen)
		return;
	worker->sheds_seen = sheds;
	stock_shed(&worker->judged);
	pipeline_shed(&worker->pipeline);
	heap_shed();
}

static void *run(void *context)
{
	struct worker *worker = context;
	unsigned turns = 0;

	while (worker->ended_count < worker->plan.source_count) {
		if (take_some(worker) > 0) {
			if (turns++ % TURNS_A_REACH == 0)
				heap_reach();
			continue;
		}
		shed(worker);
		pause_take(&worker->pause);
	}
	pipeline_end(&worker->pipeline);
	send_tick(worker, OUTBOUND_END, worker->clock_ns, 0, NULL);
	pipeline_finish(&worker->pipeline);
	return NULL;
}

enum status worker_start(struct worker *worker, const struct worker_plan *plan)
{
	CHECK(plan->source_count <= WORKER_SOURCES_MAX);
	*worker = (struct worker){.plan = *plan};
	stock_init(&worker->judged, JUDGED_STOCK_LEN, LIMIT_SPARE_JUDGED);
	pipeline_init(&worker->pipeline, &(struct pipeline_plan){.shelf = plan->shelf,
								 .worker = plan->index,
								 .seed = plan->seed,
								 .connections_max = plan->connections_max,
								 .held_bytes_max = plan->held_bytes_max,
								 .body_bytes_max = plan->body_bytes_max,
								 .judged = &worker->judged,
								 .send = send_judged,
								 .is_profiled = plan->is_profiled,
								 .is_scan_plain = plan->is_scan_plain,
								 .context = worker});
	if (pthread_create(&worker->thread, NULL, run, worker) != 0) {
		pipeline_finish(&worker->pipeline);
		return STATUS_NO_MEMORY;
	}
	worker->is_started = true;
	return STATUS_OK;
}

void worker_join(struct worker *worker)
{
	if (worker->is_started)
		pthread_join(worker->thread, NULL);
	worker->is_started = false;
}

void worker_finish(struct worker *worker)
{
	stock_finish(&worker->judged);
}
