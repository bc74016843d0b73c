/*
 * pipeline: the life of a segment, in one worker. Start reading here.
 *
 *	pipeline_take(&pipeline, &segment);
 *	pipeline_tick(&pipeline, clock_ns);	idle connections and old holes are given up
 *	pipeline_shed(&pipeline);		when it is quiet
 *	pipeline_end(&pipeline);		everything still open is told
 *
 * Owns     its connections, sessions, exchanges and scanner.
 * Thread   one worker.
 */
#pragma once

#include "parsers/content_coding_whole.h"
#include "sensor/knowledge.h"
#include "sensor/profile.h"
#include "sensor/worker_record.h"

struct pipeline_plan {
	struct knowledge_shelf *shelf;
	size_t worker; /* its reader number on the shelf */
	uint64_t seed;
	size_t connections_max, held_bytes_max;
	uint64_t body_bytes_max;
	struct stock *judged; /* of JUDGED_STOCK_LEN; outlives what is sent */

	/* Takes the reference. False: lost (counted here). */
	bool (*send)(void *context, struct judged *judged);
	void *context;
	bool is_profiled, is_scan_plain;
};

struct pipeline {
	struct pipeline_plan plan;
	struct connections connections;
	struct stock exchanges;
	struct unpacker unpacker;
	struct worker_counts counts;
	const struct knowledge *known;
	const struct classes *classes; /* of known */
	struct scanner *scanner;       /* of their patterns */
	struct token_checker *tokens;  /* by the keys of known->contract */
	struct digest_memory *digests; /* of credentials that were shown */
	struct words_memory *words;    /* of what requests bring along */
	struct long_reader reader;     /* bodies too large to keep are scanned as they come */
	uint64_t clock_ns;
	struct profile profile;
};

void pipeline_init(struct pipeline *pipeline, const struct pipeline_plan *plan);
void pipeline_take(struct pipeline *pipeline, const struct segment *segment);
void pipeline_tick(struct pipeline *pipeline, uint64_t clock_ns);
void pipeline_shed(
	struct pipeline *pipeline); /* frees what is kept for what comes next, lets go what was replaced */
void pipeline_end(struct pipeline *pipeline);
void pipeline_finish(struct pipeline *pipeline);
