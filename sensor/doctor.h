/*
 * doctor: what arrives at the mirror, and why (no) API traffic is seen. It looks
 * at packets alone, before reassembly, so that it has an answer even where the
 * sensor sees nothing.
 *
 *	doctor_init(&doctor, seed);
 *	doctor_take(&doctor, &packet);
 *	doctor_print(&doctor, stdout);
 *	doctor_finish(&doctor);
 *
 * Owns     one line a server (address and port) and one a pair of hosts, at most LIMIT_DOCTOR_LINES of each.
 * Thread   one.
 */
#pragma once

#include <stdio.h>

#include "parsers/base/map.h"
#include "sensor/capture/fragment.h"
#include "sensor/capture/segment.h"
#include "sensor/capture/source.h"

#define DOCTOR_NAMES_MAX 4
#define DOCTOR_NAME_LEN  64

struct doctor_line {
	struct endpoint server;
	struct address client; /* of a pair of hosts */
	bool is_pair;
	uint64_t packets[2], bytes[2]; /* to the server, from it */
	uint64_t cut, duplicates;
	unsigned tunnels; /* a bit set of the layers it came in */
	uint64_t tls, http1, http2,
		other; /* segments that begin so; other: data that begins like none of them */
	char names[DOCTOR_NAMES_MAX][DOCTOR_NAME_LEN]; /* TLS server names */
	size_t name_count;
};

#define DOCTOR_RECENT 65536

struct doctor {
	struct map servers, pairs;
	struct capture_counts counts;
	struct fragments fragments;
	struct source_counts source;
	uint64_t *recent; /* prints of segments, DOCTOR_RECENT of them */
	uint64_t seed, payload_bytes, duplicates;
	uint64_t first_ns, last_ns;
};

bool doctor_init(struct doctor *doctor, uint64_t seed); /* false without memory */
void doctor_take(struct doctor *doctor, const struct packet *packet);
void doctor_print(const struct doctor *doctor, FILE *out); /* the table, then plain sentences */
void doctor_finish(struct doctor *doctor);
