/* Records that are no OCSF class: usage, inventory and health. Each names itself in `record`. */
#include <string.h>

#include "sensor/publish/event_parts.h"

#define UNIDENTIFIED BYTES("unidentified") /* a member name cannot be null */

struct rollup {
	const struct event_context *context;
	const char *uid;
	const char *record;
	uint64_t time_ns;
	const void *line;
};

static void add_head(struct draft *draft, struct draft_at root, const struct rollup *rollup)
{
	draft_text(draft, root, "record", bytes_of(rollup->record));
	draft_number(draft, root, "time", rollup->time_ns / NS_PER_MS);
	draft_text_or_null(draft, root, "sensor", bytes_of(rollup->context->sensor));
	event_add_metadata(draft, root, rollup->context, rollup->uid, NULL);
}

static void add_end(struct draft *draft, struct draft_at root)
{
	if (draft->is_cut)
		draft_bool(draft, root, "cut", true);
}

/* What every rollup's name starts with. */
static void name(struct digest *digest, const struct rollup *rollup)
{
	digest_init(digest, rollup->record);
	digest_text(digest, bytes_of(rollup->context->sensor));
	digest_number(digest, rollup->time_ns);
}

static enum status finish(struct rollup *rollup, struct digest *digest, draft_fill *fill,
			  char uid[EVENT_UID_TEXT], struct buffer *out)
{
	uint8_t whole[DIGEST_LEN];
	enum status status = digest_finish(digest, whole);

	if (status != STATUS_OK)
		return status;
	digest_print(whole, uid);
	rollup->uid = uid;
	return draft_write(fill, rollup, out);
}

/* What was agreed on, and nothing when nothing was. */
static void add_slo(struct draft *draft, struct draft_at root, const struct slo_agreed *slo)
{
	const struct {
		const char *name;
		double value;
	} levels[] = {{"latency_ms_p95", slo->latency_ms_p95},
		      {"error_rate_max", slo->error_rate_max},
		      {"availability", slo->availability}};
	struct draft_at object = {0};
	bool is_agreed = false;

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (levels[i].value <= 0)
			continue;
		if (!is_agreed)
			object = draft_object(draft, root, "slo");
		is_agreed = true;
		draft_real_or_null(draft, object, levels[i].name, levels[i].value);
	}
}

static void fill_usage(struct draft *draft, struct draft_at root, const void *record)
{
	const struct rollup *rollup = record;
	const struct usage_line *line = rollup->line;
	struct draft_at latency;

	add_head(draft, root, rollup);
	draft_number(draft, root, "start", line->start_ns / NS_PER_MS);
	draft_number(draft, root, "end", line->end_ns / NS_PER_MS);
	draft_text_or_null(draft, root, "partner", line->partner);
	draft_text_or_null(draft, root, "tier", line->tier);
	draft_text_or_null(draft, root, "api", line->api);
	draft_text_or_null(draft, root, "operation", line->operation);
	draft_number(draft, root, "calls", line->calls);
	event_add_by_status(draft, root, line->by_status);
	draft_number(draft, root, "bytes_in", line->bytes_in);
	draft_number(draft, root, "bytes_out", line->bytes_out);
	latency = draft_object(draft, root, "latency_ms");
	draft_real_or_null(draft, latency, "p50", line->latency_p50_ms);
	draft_real_or_null(draft, latency, "p95", line->latency_p95_ms);
	draft_real_or_null(draft, latency, "p99", line->latency_p99_ms);
	draft_number(draft, root, "billable", line->billable);
	draft_number(draft, root, "over_limit", line->over_limit);
	draft_number(draft, root, "findings", line->findings);
	add_slo(draft, root, &line->slo);
	if (line->standing != NULL) {
		struct draft_at risk = draft_object(draft, root, "risk");

		draft_real_or_null(draft, risk, "score", line->standing->score);
		draft_number(draft, risk, "maturity", line->standing->maturity);
		draft_texts(draft, risk, "held_by", line->standing->held_by, line->standing->held_by_count);
	}
	add_end(draft, root);
}

enum status event_usage(const struct event_context *context, const struct usage_line *line,
			char uid[EVENT_UID_TEXT], struct buffer *out)
{
	struct rollup rollup = {.context = context, .record = "usage", .time_ns = line->end_ns, .line = line};
	struct digest digest;

	name(&digest, &rollup);
	digest_number(&digest, line->start_ns);
	digest_text(&digest, line->partner);
	digest_text(&digest, line->tier);
	digest_text(&digest, line->api);
	digest_text(&digest, line->operation);
	return finish(&rollup, &digest, fill_usage, uid, out);
}

static void fill_inventory(struct draft *draft, struct draft_at root, const void *record)
{
	const struct rollup *rollup = record;
	const struct inventory_line *line = rollup->line;

	add_head(draft, root, rollup);
	draft_text_or_null(draft, root, "host", line->host);
	draft_text_or_null(draft, root, "method", line->method);
	draft_text_or_null(draft, root, "template", line->template);
	draft_text_or_null(draft, root, "operation", line->operation);
	draft_text_or_null(draft, root, "api", line->api);
	draft_text_or_null(draft, root, "spec", line->spec);
	draft_bool(draft, root, "documented", line->is_documented);
	draft_bool(draft, root, "deprecated", line->is_deprecated);
	draft_texts(draft, root, "partners", line->partners, line->partner_count);
	draft_text(draft, root, "exposure", line->exposure.len > 0 ? line->exposure : BYTES("unknown"));
	draft_texts(draft, root, "auth", line->auth, line->auth_count);
	draft_texts(draft, root, "classes", line->classes, line->class_count);
	draft_number(draft, root, "first_seen", line->first_ns / NS_PER_MS);
	draft_number(draft, root, "last_seen", line->last_ns / NS_PER_MS);
	draft_number(draft, root, "calls", line->calls);
	event_add_by_status(draft, root, line->by_status);
	event_add_risk(draft, root, line->risk_score, line->contributions, line->contribution_count);
	add_end(draft, root);
}

enum status event_inventory(const struct event_context *context, const struct inventory_line *line,
			    char uid[EVENT_UID_TEXT], struct buffer *out)
{
	struct rollup rollup = {
		.context = context, .record = "inventory", .time_ns = line->time_ns, .line = line};
	struct digest digest;

	name(&digest, &rollup);
	digest_text(&digest, line->host);
	digest_text(&digest, line->method);
	digest_text(&digest, line->template);
	digest_text(&digest, line->operation);
	digest_text(&digest, line->api);
	digest_text(&digest, line->spec);
	digest_number(&digest, line->calls);
	return finish(&rollup, &digest, fill_inventory, uid, out);
}

static void add_coverage(struct draft *draft, struct draft_at root, const struct health_line *line)
{
	struct draft_at coverage = draft_object(draft, root, "coverage");
	size_t count = draft_count(draft, line->coverage_count);

	for (size_t i = 0; i < count; i++) {
		const struct coverage_line *from = &line->coverage[i];
		struct draft_at partner = draft_object_named(
			draft, coverage, from->partner.len > 0 ? from->partner : UNIDENTIFIED);
		struct draft_at partial;

		draft_number(draft, partner, "complete", from->complete);
		partial = draft_object(draft, partner, "partial");
		for (size_t reason = EXCHANGE_COMPLETE + 1; reason < EXCHANGE_OUTCOME_COUNT; reason++)
			if (from->partial[reason] > 0)
				draft_number(draft, partial,
					     exchange_outcome_name((enum exchange_outcome)reason),
					     from->partial[reason]);
		draft_number(draft, partner, "opaque", from->opaque);
		draft_number(draft, partner, "unpaired", from->unpaired);
	}
	if (count < line->coverage_count)
		draft_number(draft, root, "coverage_left_out", line->coverage_count - count);
}

static void fill_health(struct draft *draft, struct draft_at root, const void *record)
{
	const struct rollup *rollup = record;
	const struct health_line *line = rollup->line;
	struct draft_at counters;

	add_head(draft, root, rollup);
	draft_text(draft, root, "id", bytes_of(line->id));
	draft_number(draft, root, "severity", line->severity);
	draft_text(draft, root, "message", line->message);
	counters = draft_object(draft, root, "counters");
	for (size_t i = 0; i < line->counter_count; i++) /* all of them, always: they must add up */
		draft_number(draft, counters, line->counters[i].name, line->counters[i].value);
	add_coverage(draft, root, line);
	add_end(draft, root);
}

enum status event_health(const struct event_context *context, const struct health_line *line,
			 char uid[EVENT_UID_TEXT], struct buffer *out)
{
	struct rollup rollup = {
		.context = context, .record = "health", .time_ns = line->time_ns, .line = line};
	struct digest digest;

	name(&digest, &rollup);
	digest_text(&digest, bytes_of(line->id));
	digest_text(&digest, line->message);
	for (size_t i = 0; i < line->counter_count; i++) {
		digest_text(&digest, bytes_of(line->counters[i].name));
		digest_number(&digest, line->counters[i].value);
	}
	for (size_t i = 0; i < line->coverage_count; i++)
		digest_text(&digest, line->coverage[i].partner);
	return finish(&rollup, &digest, fill_health, uid, out);
}
