/* Prints records as JSON Lines for the checks in Python: `print_events ocsf` or `print_events rollup`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "tests/unit/publish/sample.h"

static void print(enum status status, struct buffer *out)
{
	CHECK(status == STATUS_OK);
	printf(BYTES_FORMAT "\n", BYTES_PRINT(buffer_bytes(out)));
}

static void print_ocsf(const struct judged *judged, const struct judged_finding *finding, struct buffer *out)
{
	struct finding_life life = sample_life();
	char uid[EVENT_UID_TEXT];

	for (int activity = ACTIVITY_CREATE; activity <= ACTIVITY_CLOSE; activity++) {
		life.activity = (enum activity)activity;
		print(event_finding(&SAMPLE_CONTEXT, judged, finding, &life, uid, out), out);
	}
	print(event_exchange(&SAMPLE_CONTEXT, judged, uid, out), out);
}

static void print_methods(struct judged *judged, struct buffer *out)
{
	static const struct bytes METHODS[] = {BYTES_INIT("CONNECT"), BYTES_INIT("PATCH"),
					       BYTES_INIT("M\xff")};
	const struct event_context nameless = {0};
	char uid[EVENT_UID_TEXT];

	for (size_t i = 0; i < sizeof(METHODS) / sizeof(METHODS[0]); i++) {
		judged->method = METHODS[i];
		print(event_exchange(&nameless, judged, uid, out), out);
	}
}

/* Nobody known, nothing answered, the path empty; then only an answer. */
static void print_bare(const struct judged *full, const struct judged_finding *finding, struct buffer *out)
{
	struct judged *bare = judged_new(NULL);
	struct judged_finding nowhere = *finding;
	const struct catalogue_entry kind = {.id = "inventory.unknown_partner", .title = "x", .owasp = ""};

	CHECK(bare != NULL);
	bare->client = full->client;
	bare->server = full->server;
	bare->outcome = EXCHANGE_NO_RESPONSE;
	bare->request.is_seen = true;
	nowhere.finding = (struct finding){.kind = &kind, .severity = 1};
	print_ocsf(bare, &nowhere, out);
	bare->request.is_seen = false;
	bare->response.is_seen = true;
	print_ocsf(bare, &nowhere, out);
	judged_release(bare);
}

static void print_hostile(struct judged *judged, struct judged_finding *finding, struct buffer *out)
{
	static char noise[300 * KIB];

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (char)(i * 7 + i / 256);
	judged->path = judged->query = judged->host = (struct bytes){noise, sizeof(noise)};
	judged->partner_id = judged->operation_id = judged->template = judged->method = judged->path;
	judged->request.user_agent = judged->response.content_type = judged->owner = judged->path;
	judged->request.body_len = judged->response.gap_len = UINT64_MAX;
	finding->finding.name = finding->finding.sample = finding->finding.message = judged->path;
	print_ocsf(judged, finding, out);
}

static void print_rollups(struct buffer *out)
{
	static const struct bytes NAMES[] = {BYTES_INIT("acme"), BYTES_INIT("\xff")};
	static const struct counter COUNTERS[] = {{"packets", 7}, {"bytes", UINT64_MAX}};
	static const struct contribution RISKS[] = {{BYTES_INIT("exposure"), 2.5}};
	struct coverage_line coverage[] = {{.partner = NAMES[0], .complete = 5, .opaque = 1},
					   {.unpaired = 2}};
	struct usage_line usage = {
		.end_ns = 300 * SECONDS, .partner = NAMES[1], .calls = 3, .latency_p99_ms = 1.5};
	struct inventory_line inventory = {.host = NAMES[0],
					   .partners = NAMES,
					   .partner_count = 2,
					   .risk_score = 2.5,
					   .contributions = RISKS,
					   .contribution_count = 1};
	struct health_line health = {.id = "sensor.coverage",
				     .severity = 1,
				     .message = NAMES[1],
				     .counters = COUNTERS,
				     .counter_count = 2,
				     .coverage = coverage,
				     .coverage_count = 2};
	char uid[EVENT_UID_TEXT];

	coverage[0].partial[EXCHANGE_GAP_REQUEST] = 3;
	usage.latency_p50_ms = -1;
	print(event_usage(&SAMPLE_CONTEXT, &usage, uid, out), out);
	print(event_usage(&SAMPLE_CONTEXT, &(struct usage_line){0}, uid, out), out);
	print(event_inventory(&SAMPLE_CONTEXT, &inventory, uid, out), out);
	print(event_inventory(&SAMPLE_CONTEXT, &(struct inventory_line){0}, uid, out), out);
	print(event_health(&SAMPLE_CONTEXT, &health, uid, out), out);
	print(event_health(&SAMPLE_CONTEXT, &(struct health_line){.id = "sensor.blind_spot"}, uid, out), out);
}

int main(int argc, char **argv)
{
	struct judged *judged = sample_judged();
	struct judged_finding finding = sample_finding(judged);
	struct buffer out = BUFFER_MAX(LIMIT_RECORD_BYTES);

	if (argc == 2 && strcmp(argv[1], "rollup") == 0) {
		print_rollups(&out);
	} else {
		print_ocsf(judged, &finding, &out);
		print_bare(judged, &finding, &out);
		print_methods(judged, &out);
		print_hostile(judged, &finding, &out);
	}
	buffer_finish(&out);
	judged_release(judged);
	return 0;
}
