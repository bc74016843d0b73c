#include "sensor/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "sensor/version.h"

struct writing {
	const struct collector *collector;
	struct buffer *out;
	struct buffer record;
	size_t skip, count, left_out;
	bool is_full;
	enum status status; /* the first failure */
};

static void put(struct writing *writing, struct bytes text)
{
	enum status status = buffer_append(writing->out, text);

	if (writing->status == STATUS_OK)
		writing->status = status;
}

/* An item that does not fit any more is left out and counted, with all behind it. */
static void put_item(struct writing *writing, enum status made)
{
	struct bytes line = bytes_trim(buffer_bytes(&writing->record));

	writing->is_full |=
		made == STATUS_OK && writing->out->len + line.len + 4 * KIB > writing->out->bytes_max;
	if (made != STATUS_OK || writing->is_full) {
		writing->left_out++;
		return;
	}
	put(writing, writing->count++ == 0 ? BYTES("\n") : BYTES(",\n"));
	put(writing, line);
}

/* Those before the newest `items_max`, and those for which there is no room, are only counted. */
static bool is_skipped(struct writing *writing)
{
	bool is_no_room = writing->is_full || writing->status != STATUS_OK;

	if (writing->skip == 0 && !is_no_room)
		return false;
	writing->skip -= writing->skip > 0;
	writing->left_out++;
	return true;
}

static void put_endpoint(void *context, const struct inventory_line *line)
{
	struct writing *writing = context;
	char uid[EVENT_UID_TEXT];

	if (!is_skipped(writing))
		put_item(writing,
			 event_inventory(&writing->collector->plan.event, line, uid, &writing->record));
}

static void put_usage(void *context, const struct usage_line *line)
{
	struct writing *writing = context;
	char uid[EVENT_UID_TEXT];

	if (!is_skipped(writing))
		put_item(writing, collector_usage(writing->collector, line, uid, &writing->record));
}

static void put_findings(struct writing *writing)
{
	const struct collector *collector = writing->collector;
	struct ledger_entry *entry = NULL;

	while ((entry = ledger_next(&collector->lives.ledger, entry)) != NULL) {
		const struct judged *judged = entry->evidence;
		char uid[EVENT_UID_TEXT];

		if (judged == NULL || is_skipped(writing))
			continue;
		put_item(writing,
			 event_finding(&collector->plan.event, judged, &judged->findings[entry->index],
				       &(struct finding_life){.activity = ACTIVITY_UPDATE,
							      .count = entry->count,
							      .first_ns = entry->first_ns,
							      .last_ns = entry->last_ns,
							      .time_ns = entry->last_ns},
				       uid, &writing->record));
	}
}

static void put_coverage(struct writing *writing)
{
	const struct collector *collector = writing->collector;
	struct health_line line = {.time_ns = collector->clock_ns,
				   .id = "sensor.coverage",
				   .severity = 1,
				   .message = BYTES("what share of each partner's traffic could be judged")};
	struct coverage_line *coverage = coverage_lines(&collector->coverage, &line.coverage_count);
	struct counter counters[HEALTH_COUNTERS_MAX];
	struct health health;
	char uid[EVENT_UID_TEXT];

	collector_health(collector, &health);
	line.counters = counters;
	line.counter_count = health_counters(&health, counters);
	line.coverage = coverage;
	put_item(writing, event_health(&collector->plan.event, &line, uid, &writing->record));
	free(coverage);
}

/* -- OpenMetrics 1.0 ---------------------------------------------------------------- */

static void put_family(struct writing *writing, const char *name, const char *type, const char *help)
{
	char text[512];

	snprintf(text, sizeof(text), "# TYPE %s %s\n# HELP %s %s\n", name, type, name, help);
	put(writing, bytes_of(text));
}

static void put_gauge(struct writing *writing, const char *name, const char *help, uint64_t value)
{
	char text[512];

	put_family(writing, name, "gauge", help);
	snprintf(text, sizeof(text), "%s %llu\n", name, (unsigned long long)value);
	put(writing, bytes_of(text));
}

static void put_counter(struct writing *writing, const struct counter *counter)
{
	char name[128], text[256];

	snprintf(name, sizeof(name), "specular_%s", counter->name);
	for (size_t i = 0; name[i] != '\0'; i++)
		if (!ascii_is_alnum(name[i]))
			name[i] = '_';
	put_family(writing, name, "counter", counter->name);
	snprintf(text, sizeof(text), "%s_total %llu\n", name, (unsigned long long)counter->value);
	put(writing, bytes_of(text));
}

static void put_sinks(struct writing *writing)
{
	const struct collector_sinks *sinks = &writing->collector->plan.sinks;
	const struct {
		const char *records;
		struct sink *sink;
	} all[] = {{"findings", sinks->findings},
		   {"exchanges", sinks->exchanges},
		   {"usage", sinks->usage},
		   {"inventory", sinks->inventory},
		   {"health", sinks->health}};
	static const char *const states[] = {"queued", "delivered", "failed", "dropped"};

	for (size_t state = 0; state < sizeof(states) / sizeof(*states); state++) {
		char name[64], text[256];

		snprintf(name, sizeof(name), "specular_sink_%s", states[state]);
		put_family(writing, name, "counter", "records of the sink that these records go to");
		for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
			struct sink_counts counts;

			if (all[i].sink == NULL)
				continue;
			sink_counts(all[i].sink, &counts);
			snprintf(text, sizeof(text), "%s_total{records=\"%s\"} %llu\n", name, all[i].records,
				 (unsigned long long)(state == 0   ? counts.queued
						      : state == 1 ? counts.delivered
						      : state == 2 ? counts.failed
								   : counts.dropped));
			put(writing, bytes_of(text));
		}
	}
}

static void put_webhooks(struct writing *writing)
{
	const struct collector_sinks *sinks = &writing->collector->plan.sinks;
	static const struct {
		const char *name, *type, *unit, *help;
	} families[] = {
		{"specular_webhook_sent", "counter", "_total", "findings that the webhook was sent and took"},
		{"specular_webhook_failed", "counter", "_total", "findings that it never took"},
		{"specular_webhook_dropped", "counter", "_total", "findings for which its queue had no room"},
		{"specular_webhook_queue", "gauge", "", "findings that wait for it"},
	};

	for (size_t family = 0; family < sizeof(families) / sizeof(*families); family++) {
		char text[128];

		put_family(writing, families[family].name, families[family].type, families[family].help);
		for (size_t i = 0; i < sinks->webhook_count; i++) {
			struct sink_counts counts;
			uint64_t over, values[4];

			sink_counts(sinks->webhooks[i], &counts);
			over = counts.delivered + counts.failed + counts.dropped;
			values[0] = counts.delivered;
			values[1] = counts.failed;
			values[2] = counts.dropped;
			values[3] = counts.queued > over ? counts.queued - over : 0;
			snprintf(text, sizeof(text), "%s%s{webhook=\"%zu\"} %llu\n", families[family].name,
				 families[family].unit, i + 1, (unsigned long long)values[family]);
			put(writing, bytes_of(text));
		}
	}
}

static void put_metrics(struct writing *writing)
{
	const struct collector *collector = writing->collector;
	struct counter counters[HEALTH_COUNTERS_MAX];
	struct health health;
	size_t count;

	put_family(writing, "specular_build", "info", "the program");
	put(writing, BYTES("specular_build_info{version=\"" SPECULAR_VERSION "\"} 1\n"));
	collector_health(collector, &health);
	count = health_counters(&health, counters);
	for (size_t i = 0; i < count; i++)
		put_counter(writing, &counters[i]);
	put_sinks(writing);
	if (collector->plan.sinks.webhook_count > 0)
		put_webhooks(writing);
	put_gauge(writing, "specular_inventory_endpoints", "endpoints known", collector->inventory.map.count);
	put_gauge(writing, "specular_findings_open", "findings remembered",
		  collector->lives.ledger.map.count);
	put_gauge(writing, "specular_usage_lines", "usage lines of the current window",
		  collector->usage.map.count);
	put(writing, BYTES("# EOF\n"));
}

/* -- all ---------------------------------------------------------------------------- */

static size_t item_count(const struct collector *collector, enum view_kind kind)
{
	switch (kind) {
	case VIEW_INVENTORY:
		return collector->inventory.map.count;
	case VIEW_FINDINGS:
		return collector->lives.ledger.map.count;
	case VIEW_USAGE:
		return collector->usage.map.count;
	default:
		return 0;
	}
}

static void put_items(struct writing *writing, enum view_kind kind)
{
	const struct collector *collector = writing->collector;
	char end[64];

	put(writing, BYTES("{\"items\":["));
	if (kind == VIEW_INVENTORY)
		inventory_walk(&collector->inventory, put_endpoint, writing);
	else if (kind == VIEW_FINDINGS)
		put_findings(writing);
	else if (kind == VIEW_USAGE)
		usage_walk(&collector->usage, put_usage, writing);
	else
		put_coverage(writing);
	snprintf(end, sizeof(end), "],\"left_out\":%zu}\n", writing->left_out);
	put(writing, bytes_of(end));
}

enum status view_write(const struct collector *collector, const struct view_question *question,
		       struct buffer *out)
{
	struct writing writing = {
		.collector = collector, .out = out, .record = BUFFER_MAX(2 * LIMIT_RECORD_BYTES)};
	size_t count = item_count(collector, question->kind);

	writing.skip = count > question->items_max ? count - question->items_max : 0;
	if (question->kind == VIEW_METRICS)
		put_metrics(&writing);
	else if (question->kind == VIEW_HEALTH)
		put(&writing, BYTES("{\"status\":\"ok\",\"version\":\"" SPECULAR_VERSION "\"}\n"));
	else
		put_items(&writing, question->kind);
	buffer_finish(&writing.record);
	return writing.status;
}
