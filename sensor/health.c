#include "sensor/health.h"

#include <string.h>

#include "parsers/base/check.h"

/* All members of these structs are uint64_t: they are added up as one run of numbers. */
static void add_all(void *sum, const void *part, size_t size)
{
	uint64_t *total = sum;
	const uint64_t *more = part;

	CHECK(size % sizeof(uint64_t) == 0);
	for (size_t i = 0; i < size / sizeof(uint64_t); i++)
		total[i] += more[i];
}

void health_add_source(struct health *health, const struct source_report *report)
{
	add_all(&health->sources, report, sizeof(*report));
}

void health_add_worker(struct health *health, const struct worker_counts *counts)
{
	add_all(&health->workers, counts, sizeof(*counts));
}

struct list {
	struct counter *counters;
	size_t count;
};

static void put(struct list *list, const char *name, uint64_t value)
{
	CHECK(list->count < HEALTH_COUNTERS_MAX);
	list->counters[list->count++] = (struct counter){.name = name, .value = value};
}

static void put_capture(struct list *list, const struct source_report *report)
{
	static const char *const drop_counters[DROP_COUNT] = {
		[DROP_NOT_IP] = "capture.drop.not_ip",
		[DROP_NOT_TCP] = "capture.drop.not_tcp",
		[DROP_FRAGMENT] = "capture.drop.fragment",
		[DROP_FRAGMENT_JOINED] = "capture.drop.fragment_joined",
		[DROP_TRUNCATED] = "capture.drop.truncated",
		[DROP_MALFORMED] = "capture.drop.malformed",
		[DROP_LINK_TYPE] = "capture.drop.link_type",
		[DROP_TUNNEL_DEPTH] = "capture.drop.tunnel_depth",
		[DROP_CHECKSUM] = "capture.drop.checksum",
	};
	const struct capture_counts *capture = &report->capture;

	put(list, "capture.packets", capture->packets);
	put(list, "capture.bytes", capture->bytes);
	put(list, "capture.segments", capture->segments);
	for (int drop = DROP_NONE + 1; drop < DROP_COUNT; drop++)
		put(list, drop_counters[drop], capture->drops[drop]);
	put(list, "capture.cut", capture->cut);
	put(list, "capture.checksum_checked", capture->checksum_checked);
	put(list, "capture.checksum_bad", capture->checksum_bad);
	put(list, "capture.checksum_offloaded", capture->checksum_offloaded);
	put(list, "capture.vlan", capture->vlan);
	put(list, "capture.vxlan", capture->vxlan);
	put(list, "capture.gre", capture->gre);
	put(list, "capture.l2tp", capture->l2tp);
	put(list, "capture.nflog", capture->nflog);
	put(list, "capture.llc", capture->llc);
	put(list, "capture.tag", capture->tag);
	put(list, "capture.mpls", capture->mpls);
	put(list, "capture.ppp", capture->ppp);
	put(list, "capture.nsh", capture->nsh);
	put(list, "capture.erspan", capture->erspan);
	put(list, "capture.geneve", capture->geneve);
	put(list, "capture.gtp", capture->gtp);
	put(list, "capture.teredo", capture->teredo);
	put(list, "capture.tzsp", capture->tzsp);
	put(list, "capture.ip_in_ip", capture->ip_in_ip);
	put(list, "capture.authentication_header", capture->authentication_header);
	put(list, "capture.datagrams_joined", capture->datagrams_joined);
	put(list, "capture.fragments_expired", capture->fragments_expired);
	put(list, "capture.fragments_evicted", capture->fragments_evicted);
	put(list, "capture.fragments_different", capture->fragments_different);
	put(list, "capture.kernel_drops", report->source.kernel_drops);
	put(list, "capture.interface_drops", report->source.interface_drops);
	put(list, "capture.secrets_skipped", report->source.secrets_skipped);
	put(list, "capture.packets_behind", report->packets_behind);
	put(list, "capture.ring_drops", report->ring_drops);
}

static void put_reassembly(struct list *list, const struct reassembly_counts *reassembly)
{
	static const char *const gap_counters[GAP_REASON_COUNT] = {
		[GAP_ACKED] = "tcp.gap.acked",         [GAP_WINDOW] = "tcp.gap.window",
		[GAP_MEMORY] = "tcp.gap.memory",       [GAP_TIMEOUT] = "tcp.gap.timeout",
		[GAP_TRUNCATED] = "tcp.gap.truncated", [GAP_CLOSE] = "tcp.gap.close",
	};
	uint64_t gap_bytes = 0;

	put(list, "tcp.segments", reassembly->segments);
	put(list, "tcp.connections", reassembly->connections);
	put(list, "tcp.mid_stream", reassembly->mid_stream);
	put(list, "tcp.half_open_expired", reassembly->half_open_expired);
	put(list, "tcp.reused", reassembly->reused);
	put(list, "tcp.evicted", reassembly->evicted);
	put(list, "tcp.resets", reassembly->resets);
	put(list, "tcp.resets_doubted", reassembly->resets_doubted);
	put(list, "tcp.idle", reassembly->idle);
	put(list, "tcp.out_of_order", reassembly->out_of_order);
	put(list, "tcp.duplicates", reassembly->duplicates);
	put(list, "tcp.retransmitted", reassembly->retransmitted);
	put(list, "tcp.overlap_same", reassembly->overlap_same);
	put(list, "tcp.overlap_different", reassembly->overlap_different);
	put(list, "tcp.out_of_window", reassembly->out_of_window);
	put(list, "tcp.keep_alives", reassembly->keep_alives);
	for (int reason = GAP_NONE + 1; reason < GAP_REASON_COUNT; reason++) {
		put(list, gap_counters[reason], reassembly->gaps[reason]);
		gap_bytes += reassembly->gap_bytes[reason];
	}
	put(list, "tcp.gap_bytes", gap_bytes);
	put(list, "tcp.bytes", reassembly->bytes_delivered);
}

static void put_sessions(struct list *list, const struct session_counts *sessions)
{
	static const char *const outcome_counters[EXCHANGE_OUTCOME_COUNT] = {
		[EXCHANGE_COMPLETE] = "exchanges.complete",
		[EXCHANGE_NO_RESPONSE] = "exchanges.no_response",
		[EXCHANGE_NO_REQUEST] = "exchanges.no_request",
		[EXCHANGE_REQUEST_CUT] = "exchanges.request_cut",
		[EXCHANGE_RESPONSE_CUT] = "exchanges.response_cut",
		[EXCHANGE_GAP_REQUEST] = "exchanges.gap_request",
		[EXCHANGE_GAP_RESPONSE] = "exchanges.gap_response",
		[EXCHANGE_GAP_PAIRING] = "exchanges.gap_pairing",
		[EXCHANGE_MALFORMED] = "exchanges.malformed",
		[EXCHANGE_OVERFLOW] = "exchanges.overflow",
		[EXCHANGE_UNKNOWN_HEAD] = "exchanges.unknown_head",
	};

	put(list, "sessions.http1", sessions->http1_connections);
	put(list, "sessions.http2", sessions->http2_connections);
	put(list, "sessions.tls", sessions->tls_connections);
	put(list, "sessions.upgraded", sessions->upgraded_connections);
	put(list, "sessions.opaque", sessions->opaque_connections);
	put(list, "sessions.opaque_bytes", sessions->opaque_bytes);
	put(list, "sessions.bytes", sessions->bytes);
	put(list, "sessions.body_bytes_now", sessions->body_bytes_now);
	put(list, "sessions.gap_bytes", sessions->gap_bytes);
	put(list, "http1.parse_errors", sessions->parse_errors);
	put(list, "http1.hunts", sessions->hunts);
	put(list, "http1.resyncs", sessions->resyncs);
	put(list, "http1.orphan_responses", sessions->orphan_responses);
	put(list, "sessions.announced", sessions->announced_connections);
	put(list, "http1.mispairs_prevented", sessions->mispairs_prevented);
	put(list, "http1.codings_failed", sessions->codings_failed);
	put(list, "http1.bodies_cut", sessions->bodies_cut);
	put(list, "bodies.long", sessions->long_bodies);
	put(list, "bodies.long_bytes", sessions->long_bytes);
	put(list, "bodies.long_unread", sessions->long_unread);
	put(list, "bodies.long_memory_now", sessions->long_memory_now);
	put(list, "http1.heads_cut", sessions->heads_cut);
	put(list, "http2.seeded", sessions->http2_seeded);
	put(list, "http2.reseeded", sessions->http2_reseeded);
	put(list, "http2.undecoded", sessions->http2_undecoded);
	put(list, "http2.blocks_cut", sessions->http2_blocks_cut);
	put(list, "http2.unknown_fields", sessions->http2_unknown_fields);
	put(list, "http2.unknown_heads", sessions->http2_unknown_heads);
	put(list, "http2.frame_errors", sessions->http2_frame_errors);
	put(list, "http2.hunts", sessions->http2_hunts);
	put(list, "http2.resyncs", sessions->http2_resyncs);
	put(list, "http2.streams_evicted", sessions->http2_streams_evicted);
	put(list, "http2.stray_frames", sessions->http2_stray_frames);
	put(list, "grpc.calls", sessions->grpc_calls);
	put(list, "grpc.malformed", sessions->grpc_malformed);
	put(list, "grpc.cut", sessions->grpc_cut);
	for (int outcome = 0; outcome < EXCHANGE_OUTCOME_COUNT; outcome++)
		put(list, outcome_counters[outcome], sessions->exchanges[outcome]);
}

size_t health_counters(const struct health *health, struct counter counters[HEALTH_COUNTERS_MAX])
{
	const struct worker_counts *workers = &health->workers;
	struct list list = {.counters = counters};

	put_capture(&list, &health->sources);
	put_reassembly(&list, &workers->reassembly);
	put_sessions(&list, &workers->sessions);
	put(&list, "exchanges.judged", workers->judged);
	put(&list, "exchanges.lost", workers->judged_lost);
	put(&list, "exchanges.batch_parts", workers->batch_parts);
	put(&list, "exchanges.batch_parts_lost", workers->batch_parts_lost);
	put(&list, "exchanges.batch_parts_broken", workers->batch_parts_broken);
	put(&list, "exchanges.batches_cut", workers->batches_cut);
	put(&list, "tcp.segments_lost", workers->connections_lost);
	put(&list, "tcp.one_sided", workers->one_sided);
	put(&list, "sessions.opaque_lost", workers->opaque_lost);
	put(&list, "findings.left_out", workers->findings_left_out);
	put(&list, "hits.left_out", workers->hits_left_out);
	put(&list, "scans.cut", workers->scans_cut);
	put(&list, "departures.left_out", workers->departures_left_out);
	put(&list, "records.findings", health->findings_told);
	put(&list, "findings.forgotten", health->findings_forgotten);
	put(&list, "findings.suppressed", health->findings_suppressed);
	put(&list, "limits.steps_forgotten", health->limit_steps_forgotten);
	put(&list, "records.exchanges", health->exchanges_told);
	put(&list, "exchanges.unordered", health->exchanges_unordered);
	put(&list, "config.reloads", health->reloads);
	put(&list, "config.errors", health->config_errors);
	put(&list, "records.lost", health->lost_records);
	return list.count;
}

bool health_adds_up(const struct health *health, const char **out_law)
{
	const struct capture_counts *capture = &health->sources.capture;
	const struct worker_counts *workers = &health->workers;
	uint64_t drops = 0, outcomes = 0;

	for (int drop = DROP_NONE + 1; drop < DROP_COUNT; drop++)
		drops += capture->drops[drop];
	for (int outcome = 0; outcome < EXCHANGE_OUTCOME_COUNT; outcome++)
		outcomes += workers->sessions.exchanges[outcome];
	*out_law = "packets = segments + drops";
	if (capture->packets != capture->segments + drops)
		return false;
	*out_law = "segments = reassembled + ring drops + lost";
	if (capture->segments !=
	    workers->reassembly.segments + health->sources.ring_drops + workers->connections_lost)
		return false;
	*out_law = "exchanges = sum of outcomes";
	if (workers->exchanges != outcomes)
		return false;
	*out_law = "exchanges = judged + lost";
	return workers->exchanges == workers->judged + workers->judged_lost;
}

/* Shares below which a few stray packets or connections mean nothing. */
#define IS_SHARE(part, whole, per_cent) ((part) > 0 && (part)*100 >= (whole) * (per_cent))

/* What makes the sensor blind to more than a few packets; NULL when nothing does. */
static const char *blindness(const struct health *health)
{
	const struct capture_counts *capture = &health->sources.capture;
	const struct session_counts *sessions = &health->workers.sessions;
	uint64_t unread = 0;

	for (int drop = DROP_NONE + 1; drop < DROP_COUNT; drop++)
		if (drop != DROP_NOT_IP && drop != DROP_NOT_TCP && drop != DROP_FRAGMENT_JOINED)
			unread += capture->drops[drop];
	if (capture->packets == 0)
		return "nothing arrives: is the mirror session on?";
	if (capture->segments == 0)
		return "packets arrive, and none of them is TCP: the mirror copies something else";
	if (IS_SHARE(unread, capture->packets, 1))
		return "packets arrive that cannot be read: see capture.drop";
	if (IS_SHARE(sessions->opaque_connections, health->workers.reassembly.connections, 10))
		return "connections are neither HTTP nor TLS: nothing is known of what they carry";
	return NULL;
}

size_t health_events(const struct health *health, struct health_event events[HEALTH_EVENTS_MAX])
{
	const struct source_report *sources = &health->sources;
	const struct worker_counts *workers = &health->workers;
	const struct reassembly_counts *tcp = &workers->reassembly;
	const struct session_counts *sessions = &workers->sessions;
	const char *blind = blindness(health);
	const struct {
		bool is_so;
		struct health_event event;
	} possible[] = {
		{sources->source.kernel_drops + sources->source.interface_drops > 0,
		 {"sensor.packet_drop", 3,
		  "the kernel or the interface dropped packets before the sensor saw them"}},
		{sources->ring_drops + workers->judged_lost + workers->connections_lost > 0,
		 {"sensor.backpressure_drop", 3,
		  "the sensor was too slow and dropped what it could not take"}},
		{sessions->gap_bytes > 0,
		 {"sensor.capture_gap", 2, "bytes of connections are missing in the mirror"}},
		{sources->capture.cut > 0,
		 {"sensor.truncated_snaplen", 2, "the mirror cuts packets short: raise its snaplen or MTU"}},
		{IS_SHARE(workers->one_sided, tcp->connections, 1),
		 {"sensor.one_sided", 2,
		  "only one direction of connections is mirrored: mirror the other one too"}},
		{IS_SHARE(tcp->duplicates, tcp->segments, 1),
		 {"sensor.duplicate_mirror", 1, "packets arrive twice: one mirror port of a path is enough"}},
		{sessions->tls_connections > 0,
		 {"sensor.opaque_tls", 2, "encrypted connections cannot be judged: mirror them decrypted"}},
		{sessions->http2_undecoded + sessions->http2_unknown_heads > 0,
		 {"sensor.h2_undecodable", 2,
		  "HTTP/2 headers refer to what was not seen: joined late, or bytes are missing"}},
		{blind != NULL, {"sensor.blind_spot", 3, blind}},
		{health->reloads > 0, {"sensor.spec_reload", 1, "contracts and packs were loaded anew"}},
		{health->config_errors > 0,
		 {"sensor.config_error", 3, "a contract, spec or pack file was refused: see the log"}},
	};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(possible) / sizeof(*possible); i++)
		if (possible[i].is_so)
			events[count++] = possible[i].event;
	return count;
}
