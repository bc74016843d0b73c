/*
 * source: where packets come from: an interface, a pcap or pcapng file, or
 * standard input; files may be compressed with gzip or zstd. pcap.h stays inside
 * this file's .c.
 *
 *	status = source_open(&plan, &problem_words, &source);
 *	while ((result = source_next(source, &packet)) == SOURCE_PACKET)
 *		...
 *	source_close(source);
 *
 * The plan's strings are needed only by source_open. packet.number and .clock_ns
 * are left 0: they go over all sources, so the caller sets them.
 *
 * Root is needed only for source_open on an interface. It never sends.
 *
 * Lends    packet.data until the next source_next of this source.
 * Thread   one source, one thread; source_stop may be called from any.
 */
#pragma once

#include "parsers/base/status.h"
#include "sensor/capture/packet.h"
#include "sensor/capture/plan.h"

struct source;

struct source_plan {
	const char *name; /* interface or file name; "-" is standard input */
	bool is_live;
	const char *filter; /* BPF expression, or NULL */
	bool is_decrypted;
	uint16_t index;
	struct capture_plan capture; /* copied: packets point to it until source_close */
};

enum source_result {
	SOURCE_PACKET,
	SOURCE_IDLE,  /* live: nothing for a moment; look at the clock and ask again */
	SOURCE_END,   /* the file is read, or source_stop was called */
	SOURCE_ERROR, /* source_error says why */
};

/* Kernel and interface drops, widened to 64 bit from the deltas of pcap_stats. */
struct source_counts {
	uint64_t packets, bytes;
	uint64_t kernel_drops, interface_drops;
	uint64_t secrets_skipped; /* blocks of a pcapng file with decryption secrets */
};

/* On failure the words at *out_error (static or until the next call) say what to do. */
MUST_CHECK enum status source_open(const struct source_plan *plan, char *error, size_t error_len,
				   struct source **out_source);
enum source_result
source_next(struct source *source,
	    struct packet *out_packet); /* fills data, lens, link_type, time_ns, source, is_decrypted, plan */
void source_stop(struct source *source);
void source_counts(struct source *source, struct source_counts *out_counts); /* from its own thread only */
const char *source_error(const struct source *source);
void source_close(struct source *source); /* accepts NULL */

/* Files: bytes in all, and those read so far, for progress; 0 when unknown. What was read is asked from the
 * source's own thread only. */
uint64_t source_len(const struct source *source);
uint64_t source_done(const struct source *source);
