#include "sensor/collector.h"

#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "sensor/places.h"
#include "sensor/relearn.h"

#define HEALTH_EVERY_NS (60 * SECONDS)
#define RECORDS_A_TURN  4096

static const char *const health_type = "specular.health.v1";

static void send(struct collector *collector, struct sink *sink, uint64_t time_ns, const char *uid,
		 struct sink_message message)
{
	message.value = buffer_bytes(&collector->record);
	message.id = bytes_of(uid);
	message.time_ms = time_ns / 1000000;
	outbox_put(&collector->outbox, sink, time_ns, &message);
}

void collector_tell_finding(void *context, const struct judged *judged, const struct judged_finding *finding,
			    const struct finding_life *life)
{
	struct collector *collector = context;
	char uid[EVENT_UID_TEXT], type[128], key[512];
	struct sink_message message = {.subject = judged->operation_id,
				       .partner = judged->partner_id,
				       .severity = finding->finding.severity};

	if (event_finding(&collector->plan.event, judged, finding, life, uid, &collector->record) !=
	    STATUS_OK) {
		collector->health.lost_records++;
		return;
	}
	collector->health.findings_told++;
	snprintf(type, sizeof(type), "specular.finding.%s.v1", finding->finding.kind->id);
	snprintf(key, sizeof(key), BYTES_FORMAT "|" BYTES_FORMAT, BYTES_PRINT(judged->partner_id),
		 BYTES_PRINT(judged->api_id));
	message.key = bytes_of(key);
	message.type = bytes_of(type);
	send(collector, collector->plan.sinks.findings, life->time_ns, uid, message);
	for (size_t i = 0; i < collector->plan.sinks.webhook_count; i++)
		send(collector, collector->plan.sinks.webhooks[i], life->time_ns, uid, message);
}

static struct state_tables tables_of(struct collector *collector)
{
	return (struct state_tables){.lives = &collector->lives,
				     .usage = &collector->usage,
				     .inventory = &collector->inventory,
				     .behaviour = &collector->behaviour,
				     .acquaintance = &collector->acquaintance,
				     .learner = &collector->learner,
				     .standings = &collector->standings,
				     .token_owners = &collector->token_owners};
}

static void tell_exchange(struct collector *collector, const struct judged *judged)
{
	char uid[EVENT_UID_TEXT];

	if (collector->plan.sinks.exchanges == NULL)
		return;
	if (!judged->request.is_seen &&
	    !judged->response.is_seen) /* loss took both heads: coverage tells it */
		return;
	if (event_exchange(&collector->plan.event, judged, uid, &collector->record) != STATUS_OK) {
		collector->health.lost_records++;
		return;
	}
	collector->health.exchanges_told++;
	send(collector, collector->plan.sinks.exchanges, judged->time_ns, uid,
	     (struct sink_message){.key = judged->partner_id.len > 0 ? judged->partner_id
								     : judged->past.source,
				   .type = BYTES("specular.exchange.v1"),
				   .subject = judged->operation_id,
				   .partner = judged->partner_id});
}

enum status collector_usage(const struct collector *collector, const struct usage_line *line,
			    char uid[EVENT_UID_TEXT], struct buffer *out)
{
	struct usage_line told = *line;
	struct standing_told standing;
	struct risk_story story;

	if (standings_tell(&collector->standings, line->partner, &story, &standing))
		told.standing = &standing;
	return event_usage(&collector->plan.event, &told, uid, out);
}

static void tell_usage(void *context, const struct usage_line *line)
{
	struct collector *collector = context;
	char uid[EVENT_UID_TEXT];

	if (collector_usage(collector, line, uid, &collector->record) != STATUS_OK) {
		collector->health.lost_records++;
		return;
	}
	send(collector, collector->plan.sinks.usage, line->end_ns, uid,
	     (struct sink_message){.key = line->partner,
				   .type = BYTES("specular.usage.v1"),
				   .subject = line->operation,
				   .partner = line->partner});
}

static void tell_inventory(void *context, const struct inventory_line *line)
{
	struct collector *collector = context;
	char uid[EVENT_UID_TEXT], key[1024];

	if (event_inventory(&collector->plan.event, line, uid, &collector->record) != STATUS_OK) {
		collector->health.lost_records++;
		return;
	}
	snprintf(key, sizeof(key), BYTES_FORMAT "|" BYTES_FORMAT "|" BYTES_FORMAT "|" BYTES_FORMAT,
		 BYTES_PRINT(line->api), BYTES_PRINT(line->host), BYTES_PRINT(line->method),
		 BYTES_PRINT(line->template));
	send(collector, collector->plan.sinks.inventory, line->time_ns, uid,
	     (struct sink_message){.key = bytes_of(key),
				   .type = BYTES("specular.inventory.v1"),
				   .subject = line->operation});
}

static void tell_health_line(struct collector *collector, const struct health_line *line)
{
	char uid[EVENT_UID_TEXT];

	if (event_health(&collector->plan.event, line, uid, &collector->record) != STATUS_OK) {
		collector->health.lost_records++;
		return;
	}
	send(collector, collector->plan.sinks.health, line->time_ns, uid,
	     (struct sink_message){.key = bytes_of(collector->plan.event.sensor),
				   .type = bytes_of(health_type),
				   .severity = line->severity});
}

void collector_health(const struct collector *collector, struct health *out_health)
{
	*out_health = collector->health;
	out_health->findings_forgotten = collector->lives.ledger.map.evicted;
	out_health->findings_suppressed = collector->lives.suppressed;
	out_health->limit_steps_forgotten = collector->behaviour.budget.forgotten;
	out_health->lost_records += collector->outbox.lost;
	if (collector->plan.loads != NULL) {
		out_health->reloads = atomic_load(&collector->plan.loads->reloads);
		out_health->config_errors = atomic_load(&collector->plan.loads->errors);
	}
	for (size_t i = 0; i < collector->plan.source_count; i++)
		health_add_source(out_health, &collector->source_reports[i]);
	for (size_t i = 0; i < collector->plan.worker_count; i++)
		health_add_worker(out_health, &collector->worker_counts[i]);
}

/* How the records of before were delivered, and which were not. */
static void tell_delivery(struct collector *collector, struct health_line line)
{
	struct delivery *delivery = collector->plan.delivery;
	struct delivery_event event;

	for (unsigned at = 0; delivery != NULL && delivery_next_event(delivery, &at, &event);) {
		line.id = event.id;
		line.severity = event.severity;
		line.message = bytes_of(event.words);
		tell_health_line(collector, &line);
	}
}

void collector_notice(struct collector *collector, const char *id, unsigned severity, const char *message)
{
	struct counter counters[HEALTH_COUNTERS_MAX];
	struct health_line line = {.time_ns = collector->clock_ns,
				   .id = id,
				   .severity = severity,
				   .message = bytes_of(message),
				   .counters = counters};
	struct health health;

	if (collector->plan.sinks.health == NULL)
		return;
	collector_health(collector, &health);
	line.counter_count = health_counters(&health, counters);
	tell_health_line(collector, &line);
}

static void tell_health(struct collector *collector)
{
	struct counter counters[HEALTH_COUNTERS_MAX + DELIVERY_COUNTERS_MAX];
	struct health_event events[HEALTH_EVENTS_MAX];
	struct health_line line = {.time_ns = collector->clock_ns, .counters = counters};
	struct coverage_line *coverage;
	struct health health;
	size_t event_count;

	collector->health_told_ns = collector->clock_ns;
	if (collector->plan.sinks.health == NULL)
		return;
	collector_health(collector, &health);
	line.counter_count = health_counters(&health, counters);
	if (collector->plan.delivery != NULL)
		line.counter_count +=
			delivery_counters(collector->plan.delivery, counters + line.counter_count);
	event_count = health_events(&health, events);
	for (size_t i = 0; i < event_count; i++) {
		line.id = events[i].id;
		line.severity = events[i].severity;
		line.message = bytes_of(events[i].message);
		tell_health_line(collector, &line);
	}
	tell_delivery(collector, line);
	if (collector->plan.state != NULL && state_trouble(collector->plan.state) != NULL) {
		line.id = "sensor.state_failed";
		line.severity = 3;
		line.message = bytes_of(state_trouble(collector->plan.state));
		tell_health_line(collector, &line);
	}
	coverage = coverage_lines(&collector->coverage, &line.coverage_count);
	line.coverage = coverage;
	line.id = "sensor.coverage";
	line.severity = 1;
	line.message = BYTES("what share of each partner's traffic could be judged");
	tell_health_line(collector, &line);
	free(coverage);
}

static void take(struct collector *collector, struct judged *judged)
{
	if (judged->time_ns > collector->clock_ns)
		collector->clock_ns = judged->time_ns;
	profile_begin(&collector->profile);
	relearn(collector, judged->time_ns);
	(void)learner_apply(&collector->learner, judged);
	usage_clock(&collector->usage,
		    judged->time_ns); /* a window that is over goes before what came after it */
	if (judged->is_opaque) {
		coverage_take(&collector->coverage, judged);
		judged_release(judged);
		return;
	}
	profile_lap(&collector->profile, STAGE_COLLECT);
	judged->places = places_for(collector->places, judged);
	judged->is_external = !inner_networks_have(&collector->inner, &judged->caller);
	if (token_owners_take(&collector->token_owners, judged) != STATUS_OK)
		collector->health.lost_records++;
	if (acquaintance_take(&collector->acquaintance, judged) != STATUS_OK)
		collector->health.lost_records++;
	tell_exchange(collector, judged);
	profile_lap(&collector->profile, STAGE_TELL);
	if (behaviour_take(&collector->behaviour, judged) != STATUS_OK)
		collector->health.lost_records++;
	if (inventory_take(&collector->inventory, judged) != STATUS_OK)
		collector->health.lost_records++;
	if (usage_take(&collector->usage, judged) != STATUS_OK)
		collector->health.lost_records++;
	if (standings_take(&collector->standings, judged) != STATUS_OK)
		collector->health.lost_records++;
	coverage_take(&collector->coverage, judged);
	profile_lap(&collector->profile, STAGE_COLLECT);
	lives_clock(&collector->lives, judged->time_ns);
	if (lives_take(&collector->lives, judged) != STATUS_OK)
		collector->health.lost_records++;
	profile_lap(&collector->profile, STAGE_TELL);
	judged_release(judged);
	profile_lap(&collector->profile, STAGE_COLLECT);
}

/* -- the records that wait for what comes next ------------------------------------------ */

static void take_first(struct collector *collector)
{
	struct judged *judged = collector->ahead[collector->ahead_first];

	collector->ahead_first = (collector->ahead_first + 1) % LIMIT_LOOKAHEAD_RECORDS;
	collector->ahead_count--;
	collector->ahead_bytes -= judged->bytes;
	collector->ahead_learned -= judged->is_learned;
	profile_begin(&collector->profile);
	collector_look_ahead(collector);
	profile_lap(&collector->profile, STAGE_COLLECT);
	take(collector, judged);
}

/* What comes next says something of learned templates only. It is not waited for by a record that has none,
 * unless one that has, and came before it, waits. */
static bool may_leave(const struct judged *judged, uint64_t time_ns)
{
	return !judged->is_learned || judged->time_ns + LIMIT_LOOKAHEAD_NS <= time_ns;
}

/* Those that need not wait any longer at that time, but the last `kept`. What they know of later records is
 * the same however the clock moved, since every record passes here in order. */
static void take_until(struct collector *collector, uint64_t time_ns, size_t kept)
{
	while (collector->ahead_count > kept && may_leave(collector->ahead[collector->ahead_first], time_ns))
		take_first(collector);
}

static bool is_ahead_full(const struct collector *collector, const struct judged *judged)
{
	return collector->ahead_count == LIMIT_LOOKAHEAD_RECORDS ||
	       (collector->ahead_count > 0 && collector->ahead_bytes + judged->bytes > LIMIT_LOOKAHEAD_BYTES);
}

/* It left merge. Where nobody waits for what comes next, the last few stay so long as more come at once: what
 * taking them needs is called meanwhile. */
static void look(struct collector *collector, struct judged *judged)
{
	bool is_waited_for = judged->is_learned || collector->ahead_learned > 0;

	freight_unload(&collector->plan.freights[judged->worker], judged->bytes);
	take_until(collector, judged->time_ns, is_waited_for ? 0 : CALLED_AHEAD);
	while (is_ahead_full(collector, judged))
		take_first(collector);
	collector->ahead_bytes += judged->bytes;
	collector->ahead_learned += judged->is_learned;
	learner_see(&collector->learner, judged);
	collector->ahead[(collector->ahead_first + collector->ahead_count++) % LIMIT_LOOKAHEAD_RECORDS] =
		judged;
}

static void take_outbound(struct collector *collector, size_t worker, const struct outbound *outbound)
{
	switch (outbound->kind) {
	case OUTBOUND_JUDGED:
		merge_clock(&collector->merge, worker, outbound->judged->time_ns);
		if (merge_put(&collector->merge, outbound->judged) != STATUS_OK)
			collector->health.lost_records++;
		return;
	case OUTBOUND_TICK:
	case OUTBOUND_END:
		collector->worker_counts[worker] = outbound->counts;
		if (outbound->has_report)
			collector->source_reports[outbound->source_index] = outbound->report;
		if (outbound->kind == OUTBOUND_END) {
			collector->ended_count++;
			if (outbound->clock_ns > collector->end_ns)
				collector->end_ns = outbound->clock_ns;
			merge_clock(&collector->merge, worker, UINT64_MAX);
		} else {
			merge_clock(&collector->merge, worker, outbound->clock_ns);
		}
		return;
	}
}

/* True when something was there. */
static bool take_ring(struct collector *collector, size_t worker, int records_max)
{
	struct ring *ring = &collector->plan.rings[worker];
	const struct outbound *outbound;
	size_t len;
	int count = 0;

	for (; count < records_max && (outbound = ring_peek(ring, &len)) != NULL; count++) {
		take_outbound(collector, worker, outbound);
		ring_release(ring);
	}
	return count > 0;
}

static bool take_rings(struct collector *collector)
{
	bool was_busy = false;

	for (size_t worker = 0; worker < collector->plan.worker_count; worker++)
		was_busy |= take_ring(collector, worker, RECORDS_A_TURN);
	return was_busy;
}

/*
 * A worker of a replay that has nothing left to do is as far as the packets had come before it was found so:
 * the records of others need not wait for the next tick. They might wait for ever: the one that has no room
 * for more takes no packets, so that the one which has nothing gets none either, nor a tick. True when even
 * so no worker goes on before records leave.
 */
static bool take_idle(struct collector *collector)
{
	uint64_t fed_ns;
	bool is_short = false, all_wait = true;

	if (collector->plan.fed == NULL || collector->merge.count == 0)
		return false;
	fed_ns = atomic_load_explicit(collector->plan.fed_ns, memory_order_acquire);
	for (size_t worker = 0; worker < collector->plan.worker_count; worker++) {
		bool has_no_room = freight_is_short(&collector->plan.freights[worker]);
		bool is_idle = ring_is_empty(&collector->plan.fed[worker]);

		is_short |= has_no_room;
		all_wait &= (has_no_room || is_idle) && !take_ring(collector, worker, INT_MAX);
		if (is_idle)
			merge_clock(&collector->merge, worker, fed_ns);
	}
	return is_short && all_wait;
}

/* Records of one moment leave together, in order. Where they alone are more than there is room for, half of
 * them leave, and what comes of that moment afterwards is behind them. */
static void make_room(struct collector *collector)
{
	const uint64_t time_ns = collector->merge.count == 0 ? 0 : collector->merge.heap[0]->time_ns;

	for (size_t left = (collector->merge.count + 1) / 2;
	     left > 0 && collector->merge.heap[0]->time_ns == time_ns; left--) {
		collector->health.exchanges_unordered++;
		look(collector, merge_first(&collector->merge));
	}
}

/* True when records left merge. */
static bool take_merged(struct collector *collector)
{
	struct judged *judged = merge_next(&collector->merge);

	if (judged == NULL)
		return false;
	for (; judged != NULL; judged = merge_next(&collector->merge))
		look(collector, judged);
	return true;
}

static void each_sink(const struct collector_sinks *sinks, void (*act)(struct sink *sink))
{
	struct sink *all[] = {sinks->findings, sinks->exchanges, sinks->usage, sinks->inventory,
			      sinks->health};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (all[i] != NULL)
			act(all[i]);
	for (size_t i = 0; i < sinks->webhook_count; i++)
		act(sinks->webhooks[i]);
}

static void clock_moves(struct collector *collector)
{
	uint64_t time_ns = merge_time(&collector->merge);

	if (time_ns == UINT64_MAX)
		return;
	take_until(collector, time_ns, 0);
	time_ns = time_ns > LIMIT_LOOKAHEAD_NS ? time_ns - LIMIT_LOOKAHEAD_NS : 0;
	if (time_ns <= collector->clock_ns)
		return;
	collector->clock_ns = time_ns;
	usage_clock(&collector->usage, time_ns);
	if (!collector->plan.is_live)
		return;
	lives_clock(&collector->lives, time_ns);
	outbox_send(&collector->outbox);
	if (collector->plan.state != NULL) {
		struct state_tables tables = tables_of(collector);

		/* Told is what stands in the files: the state must not know more than their reader. */
		each_sink(&collector->plan.sinks, sink_settle);
		state_turn(collector->plan.state, &tables);
	}
	if (time_ns - collector->health_told_ns >= HEALTH_EVERY_NS) {
		if (collector->health_told_ns != 0) {
			inventory_tell(&collector->inventory);
			tell_health(collector);
		}
		collector->health_told_ns = time_ns;
	}
}

bool collector_turn(struct collector *collector)
{
	bool was_busy = take_rings(collector), is_stuck = !was_busy && take_idle(collector);

	was_busy |= take_merged(collector);
	if (is_stuck && !was_busy)
		make_room(collector);
	clock_moves(collector);
	each_sink(&collector->plan.sinks, sink_poll);
	if (collector->ended_count == collector->plan.worker_count)
		return false;
	if (was_busy)
		pause_over(&collector->pause);
	else
		pause_take(&collector->pause);
	return true;
}

void collector_close(struct collector *collector)
{
	while (collector->ahead_count > 0)
		take_first(collector);
	relearn(collector, UINT64_MAX);
	if (collector->end_ns > collector->clock_ns)
		collector->clock_ns = collector->end_ns;
	usage_clock(&collector->usage,
		    collector->clock_ns); /* whether or not a tick came in time to say so */
	lives_clock(&collector->lives, collector->clock_ns);
	lives_tell(&collector->lives, collector->clock_ns);
	/* With a state the window goes on after the restart, and is told once, whole. */
	if (collector->plan.state == NULL)
		usage_close(&collector->usage);
	inventory_tell(&collector->inventory);
	tell_health(collector);
	outbox_send(&collector->outbox);
	if (collector->plan.state != NULL) {
		struct state_tables tables = tables_of(collector);

		state_close(collector->plan.state, &tables);
	}
}

enum status collector_init(struct collector *collector, const struct collector_plan *plan)
{
	*collector = (struct collector){.plan = *plan,
					.profile.is_on = plan->is_profiled,
					.record = BUFFER_MAX(2 * LIMIT_RECORD_BYTES)};
	outbox_init(&collector->outbox);
	collector->plan.event.memory = event_memory_new(); /* without: each record is written in full */
	collector->places = places_memory_new();           /* without: everything is looked up */
	coverage_init(&collector->coverage, plan->seed);
	lives_init(&collector->lives, plan->seed, collector_tell_finding, collector);
	collector->lives.state = plan->state;
	behaviour_init(&collector->behaviour, plan->seed);
	learner_init(&collector->learner, plan->seed);
	acquaintance_init(&collector->acquaintance, plan->seed);
	token_owners_init(&collector->token_owners, plan->seed);
	usage_init(&collector->usage, plan->seed, tell_usage, collector);
	inner_networks_init(&collector->inner, plan->internal, plan->internal_count);
	standings_init(&collector->standings, plan->seed, plan->policy);
	inventory_init(&collector->inventory, &(struct inventory_plan){.seed = plan->seed,
								       .policy = plan->policy,
								       .options = plan->options,
								       .tell = tell_inventory,
								       .context = collector});
	collector->worker_counts = calloc(plan->worker_count, sizeof(*collector->worker_counts));
	collector->source_reports = calloc(plan->source_count, sizeof(*collector->source_reports));
	collector->ahead = calloc(LIMIT_LOOKAHEAD_RECORDS, sizeof(struct judged *));
	if (collector->worker_counts == NULL || collector->source_reports == NULL || collector->ahead == NULL)
		return STATUS_NO_MEMORY;
	if (plan->state != NULL) {
		struct state_tables tables = tables_of(collector);

		state_load(plan->state, &tables);
	}
	return merge_init(&collector->merge, plan->worker_count);
}

void collector_finish(struct collector *collector)
{
	token_owners_finish(&collector->token_owners);
	acquaintance_finish(&collector->acquaintance);
	lives_finish(&collector->lives);
	behaviour_finish(&collector->behaviour);
	usage_finish(&collector->usage);
	inventory_finish(&collector->inventory);
	standings_finish(&collector->standings);
	coverage_finish(&collector->coverage);
	learner_finish(&collector->learner);
	while (collector->ahead_count > 0)
		judged_release(collector->ahead[(collector->ahead_first + --collector->ahead_count) %
						LIMIT_LOOKAHEAD_RECORDS]);
	free(collector->ahead);
	merge_finish(&collector->merge);
	outbox_finish(&collector->outbox);
	free(collector->worker_counts);
	free(collector->source_reports);
	buffer_finish(&collector->record);
	event_memory_free(collector->plan.event.memory);
	places_memory_free(collector->places);
}
