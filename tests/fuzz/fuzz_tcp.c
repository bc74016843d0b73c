/*
 * fuzz_tcp: one pair of ports, both directions, whose packets are structure: after a byte of options, each
 * packet is six bytes (flags and kind, offset, length, time, acknowledgement). It aborts when a byte is
 * handed out twice, out of order or wrong, when gaps do not account for the rest, when counters do not add
 * up, or when more is held than the ceiling allows.
 */
#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "sensor/reassembly/connections.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The first byte. */
enum { OPTION_TAME = 1, OPTION_SMALL = 2, OPTION_LATE = 4, OPTION_UNMARKED = 8 };

/* The first byte of a packet. A tame conversation begins with a handshake and never lies. */
enum {
	PACKET_ANSWERER = 1,
	PACKET_FIN = 2,
	PACKET_SYN = 4,
	PACKET_RST = 8,
	PACKET_NO_ACK = 16,
	PACKET_COPY = 32,
	PACKET_CUT = 64,
	PACKET_WRONG = 128,
};

#define PACKET_LEN 6
#define TEXT_LEN   70000
#define CUT_LEN    40
#define HELD_SMALL 3000

struct world {
	struct connections connections;
	struct reassembly_counts counts;
	struct session_counts session_counts;
	uint64_t number, clock_ns;
	uint32_t isn[2];
	bool is_tame, is_marked;
	bool is_shown[2][TEXT_LEN], is_cut[2][TEXT_LEN];
	struct segment last;
	char last_bytes[256];

	/* Of the connection at hand: each is handed out whole before the next one begins. */
	uint64_t at_hand, at[2];
	bool is_over[2];
	uint64_t bytes, gaps, ends;
};

static char text_at(size_t offset)
{
	return (char)(offset * 31 + offset / 251);
}

static void chunk_check(struct world *world, const struct connection *connection, const struct chunk *chunk)
{
	enum direction direction = chunk->direction;
	bool is_known = world->is_tame && connection->session.plan.connection == 1;

	if (chunk->kind == CHUNK_ABORTED) {
		world->ends++;
		return;
	}
	CHECK(!world->is_over[direction]);
	CHECK(chunk->offset == world->at[direction]);
	world->is_over[direction] = chunk->kind == CHUNK_END;
	if (chunk->kind == CHUNK_GAP) {
		CHECK(chunk->gap_len > 0 && chunk->gap > GAP_NONE && chunk->gap < GAP_REASON_COUNT);
		for (uint64_t i = chunk->offset;
		     is_known && i < chunk->offset + chunk->gap_len && i < TEXT_LEN; i++)
			CHECK(!world->is_shown[direction][i] || world->is_cut[direction][i]);
		world->gaps += chunk->gap_len;
		world->at[direction] += chunk->gap_len;
	} else if (chunk->kind == CHUNK_BYTES) {
		CHECK(chunk->bytes.len > 0);
		for (size_t i = 0; is_known && i < chunk->bytes.len; i++)
			CHECK(chunk->bytes.data[i] == text_at(chunk->offset + i));
		world->bytes += chunk->bytes.len;
		world->at[direction] += chunk->bytes.len;
	}
}

static void drain(struct world *world, struct connection *connection)
{
	struct chunk chunk;

	if (connection->session.plan.connection != world->at_hand) {
		world->at_hand = connection->session.plan.connection;
		memset(world->at, 0, sizeof(world->at));
		memset(world->is_over, 0, sizeof(world->is_over));
	}
	while (connection_next(connection, &chunk))
		chunk_check(world, connection, &chunk);
}

static void relieve(struct world *world)
{
	struct connection *connection;

	while ((connection = connections_retired(&world->connections)) != NULL) {
		drain(world, connection);
		connection_free(connection);
	}
	while ((connection = connections_ready(&world->connections)) != NULL)
		drain(world, connection);
	CHECK(world->counts.held_bytes_now <= world->connections.plan.held_bytes_max);
}

static void shown(struct world *world, const struct segment *segment)
{
	int direction = segment->from.port == 80;
	uint32_t offset = segment->seq - world->isn[direction] - 1;

	for (size_t i = 0; i < segment->payload.len + segment->cut_len; i++)
		(i < segment->payload.len ? world->is_shown : world->is_cut)[direction][offset + i] = true;
}

static void feed(struct world *world, struct segment *segment)
{
	struct connection *connection;

	segment->number = ++world->number;
	segment->time_ns = segment->clock_ns = world->clock_ns;
	connection = connections_find(&world->connections, segment);
	CHECK(connection != NULL);
	while (world->connections.retired.oldest != NULL) {
		struct connection *retired = connections_retired(&world->connections);

		drain(world, retired);
		connection_free(retired);
	}
	shown(world, segment);
	connection_take(connection, segment);
	drain(world, connection);
	relieve(world);
}

static struct segment make(const struct world *world, bool is_answerer, unsigned flags, uint32_t offset,
			   uint32_t acked)
{
	const struct endpoint ends[2] = {{.address.bytes = {10, 0, 0, 1}, .port = 40000},
					 {.address.bytes = {10, 0, 0, 2}, .port = 80}};

	return (struct segment){
		.from = ends[is_answerer],
		.to = ends[!is_answerer],
		.flags = (uint8_t)flags,
		.seq = world->isn[is_answerer] + 1 + offset,
		.ack = world->isn[!is_answerer] + 1 + acked,
		.ip_id = world->is_marked ? (uint16_t)(world->number + 1) : 0,
	};
}

static void handshake(struct world *world)
{
	struct segment syn = make(world, false, TCP_SYN, UINT32_MAX, 0);
	struct segment answer = make(world, true, TCP_SYN | TCP_ACK, UINT32_MAX, 0);
	struct segment last = make(world, false, TCP_ACK, 0, 0);

	feed(world, &syn);
	feed(world, &answer);
	feed(world, &last);
}

static void show(struct world *world, const uint8_t *packet)
{
	unsigned kind =
		world->is_tame ? packet[0] & ~(unsigned)(PACKET_SYN | PACKET_RST | PACKET_WRONG) : packet[0];
	bool is_answerer = (kind & PACKET_ANSWERER) != 0;
	uint32_t offset = (uint32_t)packet[1] << 8 | packet[2];
	unsigned flags = (kind & PACKET_NO_ACK ? 0 : TCP_ACK) | (kind & PACKET_FIN ? TCP_FIN : 0) |
			 (kind & PACKET_SYN ? TCP_SYN : 0) | (kind & PACKET_RST ? TCP_RST : 0);
	struct segment segment;
	char bytes[256];

	world->clock_ns += packet[4] == 0 ? 0 : 1000ull << (packet[4] % 32);
	if (packet[4] & 32)
		connections_expire(&world->connections, world->clock_ns);
	relieve(world);
	if ((kind & PACKET_COPY) && world->last.number != 0) {
		segment = world->last;
		segment.payload.data = memcpy(bytes, world->last_bytes, sizeof(bytes));
		feed(world, &segment);
		return;
	}
	segment = make(world, is_answerer, flags, offset, (uint32_t)packet[5] * 64);
	for (size_t i = 0; i < packet[3]; i++) {
		bytes[i] = text_at(offset + i);
		if (kind & PACKET_WRONG)
			bytes[i] = (char)~bytes[i];
	}
	segment.payload = (struct bytes){.data = bytes, .len = packet[3]};
	segment.cut_len = kind & PACKET_CUT ? CUT_LEN : 0;
	memcpy(world->last_bytes, bytes, packet[3]);
	feed(world, &segment);
	world->last = segment;
	memset(bytes, 'z', sizeof(bytes)); /* nothing may be lent for longer */
}

static void end(struct world *world)
{
	uint64_t gap_bytes = 0;

	connections_drain(&world->connections);
	relieve(world);
	for (int reason = 0; reason < GAP_REASON_COUNT; reason++)
		gap_bytes += world->counts.gap_bytes[reason];
	CHECK(world->counts.segments == world->number);
	CHECK(world->counts.connections == world->ends);
	CHECK(world->counts.bytes_delivered == world->bytes);
	CHECK(gap_bytes == world->gaps);
	CHECK(world->counts.duplicates + world->counts.retransmitted <= world->number);
	connections_finish(&world->connections);
	CHECK(world->counts.held_bytes_now == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct world world;

	if (len < 1)
		return 0;
	memset(&world, 0, sizeof(world));
	world.is_tame = data[0] & OPTION_TAME;
	world.is_marked = !(data[0] & OPTION_UNMARKED);
	world.clock_ns = 1000 * SECONDS;
	world.isn[0] = data[0] & OPTION_LATE ? UINT32_MAX - 100 : 1000;
	world.isn[1] = data[0] & OPTION_LATE ? 0x7fffff00 : 5000;
	connections_init(&world.connections,
			 &(struct connections_plan){
				 .counts = &world.counts,
				 .session_counts = &world.session_counts,
				 .seed = 7,
				 .connections_max = 2,
				 .held_bytes_max = data[0] & OPTION_SMALL ? HELD_SMALL : LIMIT_HELD_TOTAL,
				 .body_bytes_max = LIMIT_BODY_BYTES});
	if (world.is_tame)
		handshake(&world);
	for (size_t at = 1; at + PACKET_LEN <= len; at += PACKET_LEN)
		show(&world, data + at);
	end(&world);
	return 0;
}
