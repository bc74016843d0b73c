/*
 * report: what record files say, added up for one page that a person looks at.
 *
 * Takes findings and exchanges (OCSF or ECS), usage, inventory and health, one
 * line at a time, in any mix and order, and keeps sums and the newest state of
 * each thing, never the records. What is no record is counted.
 *
 *	report_init(&report, partner_or_empty, seed);
 *	report_take(&report, line);
 *	report_close(&report);
 *	report_write(&report, file);		page.h
 *	report_finish(&report);
 *
 * Owns     everything; texts are kept once each, so that they may be compared by address.
 * Thread   one.
 */
#pragma once

#include "parsers/base/bytes.h"
#include "parsers/base/map.h"
#include "parsers/exchange.h"
#include "sensor/report/report_uids.h"
#include "sensor/report/trend.h"

#define REPORT_SEVERITIES 6 /* 0 unknown, 1 informational ... 5 critical */
#define REPORT_STATUSES   6 /* 0 no response, 1..5: 1xx..5xx */

struct report_finding {
	uint64_t time_ms, first_ms, last_ms, count;
	unsigned severity;
	bool is_closed;
	double risk; /* below 0: not known */
	struct bytes id, title, message, owasp;
	struct bytes partner, api, operation, owner, source, host;
	struct bytes in, name, pointer, expected, observed, class;
};

struct report_endpoint {
	uint64_t time_ms, first_ms, last_ms, calls, by_status[REPORT_STATUSES];
	struct bytes host, method, template, operation, api, exposure;
	struct bytes partners, auth, classes; /* "a, b" */
	struct bytes partner_marks;           /* "|a|b|" */
	bool is_documented, is_deprecated;
	double risk;
};

struct report_usage {
	struct bytes partner, api, operation;
	uint64_t calls, by_status[REPORT_STATUSES], bytes_in, bytes_out, billable, over_limit;
	double latency_ms, latency_calls; /* p95 of the windows, weighed by their calls */
	double latency_worst_ms;
	double slo_latency_ms, slo_error_rate, slo_availability; /* the strictest agreed; 0: none */
};

struct report_partner {
	struct bytes id, name, tier;
	uint64_t named_ms, tier_ms; /* of the records that said so */
	struct report_usage usage;  /* of all operations */
	struct trend calls;
	uint64_t exchanges;
	uint64_t findings[REPORT_SEVERITIES], closed; /* open ones, by severity */
	uint64_t leaks;                               /* findings of sensitive data */
	uint64_t complete, partial[EXCHANGE_OUTCOME_COUNT], opaque, unpaired;
	bool has_coverage;
};

/* One class of data in one partner's traffic with one API. */
struct report_leak {
	struct bytes partner, api, class;
	unsigned severity;          /* of its worst open finding; 0: seen, and allowed */
	uint64_t findings, count;   /* open ones, and how often they occurred */
	uint64_t returned, sent;    /* of count, by direction */
	uint64_t exchanges;         /* in which the class was seen */
	struct bytes id, operation; /* of the worst one */
};

struct report_class {
	struct bytes class;
	struct trend occurrences;
	unsigned severity;
	uint64_t count, exchanges, partners;
};

/* What one sensor says of one partner, or of itself; the newest record counts. */
struct report_coverage {
	struct bytes partner;
	uint64_t time_ms, complete, partial[EXCHANGE_OUTCOME_COUNT], opaque, unpaired;
};

struct report_notice {
	struct bytes sensor, id, message;
	uint64_t time_ms;
	unsigned severity;
};

struct report_counter {
	struct bytes sensor, name;
	uint64_t time_ms, value;
};

struct report_counts {
	uint64_t lines, findings, exchanges, usage, inventory, health;
	uint64_t unknown;  /* no JSON, or no record that this program writes */
	uint64_t left_out; /* records, or texts of them, past a ceiling */
	uint64_t repeated; /* had the uid of an earlier one: not taken */
};

struct report {
	struct bytes only; /* this partner's alone; empty: everybody's */
	struct map texts;
	struct map findings, endpoints, usage, partners, leaks, classes;
	struct map coverage, notices, counters, sensors, risks;
	struct report_uids uids;
	struct trend_axis axis;
	struct report_counts counts;
	uint64_t first_ms, last_ms;
};

void report_init(struct report *report, struct bytes only, uint64_t seed);
void report_take(struct report *report, struct bytes line); /* empty lines are ignored */
void report_close(struct report *report);                   /* what follows from all of it */
void report_finish(struct report *report);
const struct report_partner *report_partner_of(const struct report *report, struct bytes id); /* or NULL */

/* For the files report_*.c. A text that is kept (cut to LIMIT_REPORT_TEXT), and the entry of a key made of
 * the parts; NULL past the ceiling, counted. */
struct bytes report_text(struct report *report, struct bytes text);
void *report_entry(struct report *report, struct map *map, const struct bytes *parts, size_t count,
		   bool *out_is_new);
struct report_partner *report_partner(struct report *report, struct bytes id);
struct report_leak *report_leak(struct report *report, struct bytes partner, struct bytes api,
				struct bytes class);
struct report_class *report_class(struct report *report, struct bytes class);
void report_moment(struct report *report, uint64_t time_ms);
