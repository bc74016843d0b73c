/*
 * event: judged records and counts as the JSON that SIEMs read. OCSF 1.5.0:
 * findings are class 2004, exchanges class 4002 (interface of records in README). Or, where the
 * context says so, both as ECS documents (ecs.c), with the same uids.
 *
 * Gives bytes in the buffer it is handed, cleared first; the same input gives
 * the same bytes. Thread: the collector's.
 */
#pragma once

#include "parsers/base/buffer.h"
#include "sensor/publish/event_memory.h"

struct event_context {
	const char *sensor;          /* --site */
	const char *version;         /* of the program */
	bool is_ecs;                 /* findings and exchanges as ECS documents */
	struct event_memory *memory; /* NULL: nothing is kept ready */
};

enum activity { ACTIVITY_CREATE = 1, ACTIVITY_UPDATE = 2, ACTIVITY_CLOSE = 3 };

/* What the ledger knows of a finding at this moment. */
struct finding_life {
	enum activity activity;
	uint64_t count, first_ns, last_ns;
	uint64_t time_ns; /* of this record */
};

#define EVENT_UID_TEXT 33

/* metadata.uid of each is also written, hex, to `uid`. No record is larger than LIMIT_RECORD_BYTES: texts
 * and lists are cut to fit, and unmapped.specular.cut (in lines below: cut) says so. */
MUST_CHECK enum status event_finding(const struct event_context *context, const struct judged *judged,
				     const struct judged_finding *finding, const struct finding_life *life,
				     char uid[EVENT_UID_TEXT], struct buffer *out);
/* STATUS_INVALID when neither request nor response was seen: OCSF has no form for that. */
MUST_CHECK enum status event_exchange(const struct event_context *context, const struct judged *judged,
				      char uid[EVENT_UID_TEXT], struct buffer *out);

/* Fills judged->findings[].uid from (partner, api, operation or template, id, folded location, class).
 * Untouched when it fails, which only lack of memory can cause. */
enum status event_finding_uid(const struct judged *judged, const struct finding *finding,
			      uint8_t uid[JUDGED_UID_LEN]);

/* usage, inventory and health lines (interface of records). Times are epoch milliseconds; an empty text
 * is written as null. */
struct usage_line {
	uint64_t start_ns, end_ns;
	struct bytes partner, tier, api, operation;
	uint64_t calls, by_status[6]; /* index 0: no response; 1..5: 1xx..5xx */
	uint64_t bytes_in, bytes_out;
	double latency_p50_ms, latency_p95_ms, latency_p99_ms; /* below 0: unknown */
	uint64_t billable, over_limit, findings;
	struct slo_agreed slo;                /* with the partner */
	const struct standing_told *standing; /* of the partner; NULL: not known */
};

/* How a partner stands: of its last two days. */
struct standing_told {
	double score;
	unsigned maturity;           /* 1 to 5 */
	const struct bytes *held_by; /* categories that keep it from the next level */
	size_t held_by_count;
};

struct inventory_line {
	uint64_t time_ns, first_ns, last_ns, calls, by_status[6];
	struct bytes host, method, template, operation, api, spec;
	bool is_documented, is_deprecated;
	const struct bytes *partners, *auth, *classes;
	size_t partner_count, auth_count, class_count;
	struct bytes exposure; /* "internal", "external", "unknown" */
	double risk_score;
	const struct contribution *contributions; /* what risk_score is made of */
	size_t contribution_count;
};

struct counter {
	const char *name;
	uint64_t value;
};

struct coverage_line {
	struct bytes partner;
	uint64_t complete, partial[EXCHANGE_OUTCOME_COUNT], opaque, unpaired;
};

struct health_line {
	uint64_t time_ns;
	const char *id; /* "sensor.coverage", "sensor.packet_drop" ... */
	unsigned severity;
	struct bytes message;
	const struct counter *counters;
	size_t counter_count;
	const struct coverage_line *coverage;
	size_t coverage_count;
};

MUST_CHECK enum status event_usage(const struct event_context *context, const struct usage_line *line,
				   char uid[EVENT_UID_TEXT], struct buffer *out);
MUST_CHECK enum status event_inventory(const struct event_context *context, const struct inventory_line *line,
				       char uid[EVENT_UID_TEXT], struct buffer *out);
MUST_CHECK enum status event_health(const struct event_context *context, const struct health_line *line,
				    char uid[EVENT_UID_TEXT], struct buffer *out);
