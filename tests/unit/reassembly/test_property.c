/*
 * Property: a random conversation of two known byte strings, cut into segments,
 * shown shuffled, repeated and cut differently, comes out as those strings.
 * Where the mirror loses segments, gaps stand exactly where the bytes are missing.
 */
#include "tests/unit/reassembly/play.h"

#define SCRIPT_MAX 4000
#define STRING_MAX 40000
#define SEEDS      400

struct line {
	struct segment segment;
	uint64_t place; /* in the order of showing */
	enum direction direction;
	size_t from, len;
	bool is_lost;
};

static struct {
	uint64_t random;
	char text[2][STRING_MAX];
	bool shown[2][STRING_MAX];
	size_t sent[2];
	size_t heard[2]; /* handed out, gaps included */
	size_t gaps[2];
	bool ended[2];
	size_t too_early; /* chunks handed out before what they acknowledge */
	struct line lines[SCRIPT_MAX];
	size_t count;
	bool loses, repeats;
	bool copies;   /* some packets come twice */
	bool is_long;  /* no packet goes the straight way */
	uint64_t told; /* what all chunks said, mixed */
} world;

static struct play play;

static uint64_t pick(uint64_t below)
{
	world.random ^= world.random << 13;
	world.random ^= world.random >> 7;
	world.random ^= world.random << 17;
	return (world.random >> 11) % below;
}

static void send_range(enum direction direction, size_t from, size_t len, unsigned flags, bool is_lost)
{
	struct line *line = &world.lines[world.count++];
	uint32_t own = direction == DIRECTION_OPENER ? play.client_isn : play.server_isn;
	uint32_t other = direction == DIRECTION_OPENER ? play.server_isn : play.client_isn;

	assert_true(world.count < SCRIPT_MAX);
	*line = (struct line){.direction = direction, .from = from, .len = len, .is_lost = is_lost};
	line->segment =
		segment_make(&play, direction == DIRECTION_ANSWERER, flags | TCP_ACK,
			     own + 1 + (uint32_t)from, other + 1 + (uint32_t)world.sent[!direction], "");
	line->segment.payload = (struct bytes){.data = world.text[direction] + from, .len = len};
}

static void send_more(enum direction direction)
{
	size_t len = pick(4) == 0 ? 1 + pick(3) : 1 + pick(300);

	if (world.sent[direction] + len > STRING_MAX)
		return;
	send_range(direction, world.sent[direction], len, 0, world.loses && pick(12) == 0);
	world.sent[direction] += len;
}

static void send_again(enum direction direction)
{
	size_t back = 1 + pick(600), len = 1 + pick(400), from;

	from = world.sent[direction] > back ? world.sent[direction] - back : 0;
	if (from + len > world.sent[direction])
		len = world.sent[direction] - from;
	if (len > 0)
		send_range(direction, from, len, 0, false);
}

static int place_compare(const void *a, const void *b)
{
	const struct line *first = a, *second = b;

	return (first->place > second->place) - (first->place < second->place);
}

/* Nothing moves by more than `window` packets: fewer than the grace. */
static void script_write(uint64_t seed, size_t window)
{
	world.random = seed * 0x9e3779b97f4a7c15ull + 1;
	world.count = 0;
	memset(world.sent, 0, sizeof(world.sent));
	memset(world.shown, 0, sizeof(world.shown));
	for (size_t i = 0; i < STRING_MAX; i++) {
		world.text[0][i] = (char)('a' + pick(26));
		world.text[1][i] = (char)('A' + pick(26));
	}
	for (size_t turns = 10 + pick(60); turns > 0; turns--) {
		enum direction direction = pick(2) == 0 ? DIRECTION_OPENER : DIRECTION_ANSWERER;

		for (uint64_t burst = 1 + pick(8); burst > 0; burst--)
			send_more(direction);
		if (world.repeats && pick(3) == 0)
			send_again(pick(2) == 0 ? DIRECTION_OPENER : DIRECTION_ANSWERER);
		if (pick(2) == 0) /* a bare acknowledgement */
			send_range(!direction, world.sent[!direction], 0, 0, false);
	}
	send_range(DIRECTION_OPENER, world.sent[0], 0, TCP_FIN, false);
	send_range(DIRECTION_ANSWERER, world.sent[1], 0, TCP_FIN, false);
	for (size_t i = 0; i < world.count; i++)
		world.lines[i].place = i * 16 + pick(16 * window + 1);
	qsort(world.lines, world.count, sizeof(world.lines[0]), place_compare);
}

static void chunk_check(const struct chunk *chunk)
{
	enum direction direction = chunk->direction;

	if (chunk->kind == CHUNK_ABORTED)
		return;
	assert_int_equal(chunk->offset, world.heard[direction]);
	assert_false(world.ended[direction]);
	if (chunk->is_peer_offset_known && chunk->peer_offset > world.heard[!direction])
		world.too_early++;
	if (chunk->kind == CHUNK_END) {
		world.ended[direction] = true;
	} else if (chunk->kind == CHUNK_GAP) {
		for (size_t i = 0; i < chunk->gap_len; i++)
			assert_false(world.shown[direction][chunk->offset + i]);
		world.gaps[direction] += chunk->gap_len;
		world.heard[direction] += chunk->gap_len;
	} else {
		assert_memory_equal(chunk->bytes.data, world.text[direction] + chunk->offset,
				    chunk->bytes.len);
		world.heard[direction] += chunk->bytes.len;
	}
}

static void mix(uint64_t value)
{
	world.told = (world.told ^ value) * 0x9e3779b97f4a7c15ull;
	world.told ^= world.told >> 29;
}

static void chunk_note(const struct chunk *chunk)
{
	mix((uint64_t)chunk->kind << 8 | (uint64_t)chunk->direction << 4 |
	    (uint64_t)chunk->is_segment_start << 1 | chunk->is_peer_offset_known);
	mix(chunk->offset);
	mix(chunk->bytes.len + chunk->gap_len);
	mix(chunk->peer_offset);
	mix(chunk->time_ns);
	mix(chunk->packet_number);
}

static void drain(struct connection *connection)
{
	struct chunk chunk;

	while (connection_next(connection, &chunk)) {
		chunk_check(&chunk);
		chunk_note(&chunk);
	}
}

static void show(const struct line *line)
{
	/* In memory that is gone afterwards: nothing may be lent for longer. */
	struct segment segment = line->segment;
	char *copy = malloc(line->len + 1);
	struct connection *connection;

	assert_non_null(copy);
	memcpy(copy, line->segment.payload.data, line->len);
	segment.payload.data = copy;
	play.clock_ns += MILLISECOND / 10;
	segment.time_ns = segment.clock_ns = play.clock_ns;
	segment.number = ++play.number;
	for (size_t i = 0; i < line->len; i++)
		world.shown[line->direction][line->from + i] = true;
	connection = connections_find(&play.connections, &segment);
	connection_take(connection, &segment);
	drain(connection);
	free(copy);
}

static void run(uint64_t seed, size_t window)
{
	struct connection *connection;

	play_init(&play, 10);
	play.client_isn = (uint32_t)(seed * 2654435761u);
	play.server_isn = UINT32_MAX - 5000;
	memset(world.heard, 0, sizeof(world.heard));
	memset(world.gaps, 0, sizeof(world.gaps));
	memset(world.ended, 0, sizeof(world.ended));
	world.too_early = 0;
	script_write(seed, window);
	handshake(&play);
	world.told = 0;
	if (world.is_long) /* one that waits for the answer to another SYN */
		connection_add_candidate(client(&play, TCP_ACK, 0, 0, ""), DIRECTION_OPENER, 1);
	else
		client(&play, TCP_ACK, 0, 0, "");
	/* What is repeated or lost later must not be called missing before: show first what was not lost. */
	for (size_t i = 0; i < world.count; i++)
		for (int times = world.copies && pick(5) == 0 ? 2 : 1; times > 0 && !world.lines[i].is_lost;
		     times--)
			show(&world.lines[i]);
	connections_expire(&play.connections, play.clock_ns + SECONDS);
	while ((connection = connections_ready(&play.connections)) != NULL)
		drain(connection);
	connections_drain(&play.connections);
	while ((connection = connections_retired(&play.connections)) != NULL) {
		drain(connection);
		connection_free(connection);
	}
	play_finish(&play);
}

/* Packets in step are taken by a straight way of their own: it has to say and count what the other does. */
static void both_ways_say_the_same(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct reassembly_counts counts;
		uint64_t told;

		world.loses = seed % 3 == 0;
		world.repeats = seed % 2 == 0;
		world.copies = seed % 5 != 0;
		world.is_long = true;
		run(seed, seed % 4);
		told = world.told;
		counts = play.counts;
		world.is_long = false;
		run(seed, seed % 4);
		assert_true(world.told == told);
		assert_memory_equal(&play.counts, &counts, sizeof(counts));
	}
	world.loses = world.repeats = world.copies = false;
}

static void nothing_lost_nothing_missing(void **state)
{
	(void)state;
	world.loses = false;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		world.repeats = seed % 2 == 0;
		run(seed, seed % 5);
		for (int i = 0; i < 2; i++) {
			assert_int_equal(world.heard[i], world.sent[i]);
			assert_int_equal(world.gaps[i], 0);
			assert_true(world.ended[i]);
		}
		assert_int_equal(world.too_early, 0);
		assert_int_equal(play.counts.overlap_different, 0);
		assert_int_equal(play.counts.out_of_window, 0);
		assert_int_equal(play.counts.bytes_delivered, world.sent[0] + world.sent[1]);
	}
}

static void what_is_lost_is_a_gap(void **state)
{
	uint64_t gaps = 0;

	(void)state;
	world.loses = true;
	world.repeats = false;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		uint64_t told = 0;

		run(seed, seed % 5);
		for (int i = 0; i < 2; i++) {
			size_t missing = 0;

			for (size_t at = 0; at < world.sent[i]; at++)
				missing += !world.shown[i][at];
			assert_int_equal(world.gaps[i], missing);
			assert_int_equal(world.heard[i], world.sent[i]);
			assert_true(world.ended[i]);
		}
		for (int reason = 0; reason < GAP_REASON_COUNT; reason++)
			told += play.counts.gap_bytes[reason];
		assert_int_equal(told, world.gaps[0] + world.gaps[1]);
		gaps += told;
	}
	assert_true(gaps > 10000);
}

/* Hostile: any flags, any numbers; whatever comes out is in order and ends. */
static void noise_is_survived(void **state)
{
	static const uint32_t near[] = {0, 1, 1000, 1001, 5000, 5001, 0x7fffffff, 0x80000000, 0xffffffff};
	struct connection *connection;
	struct chunk chunk;

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		uint64_t ends = 0;

		play_init(&play, 3);
		play.connections.plan.held_bytes_max = 4000;
		world.random = seed * 0x9e3779b97f4a7c15ull + 1;
		for (int i = 0; i < 400; i++) {
			struct segment segment = segment_make(&play, pick(2) == 0, (unsigned)pick(64),
							      near[pick(9)] + (uint32_t)pick(200),
							      near[pick(9)] + (uint32_t)pick(200), "");
			char payload[64];

			if (pick(3) != 0)
				segment.flags &= (uint8_t) ~(TCP_RST | TCP_SYN | TCP_FIN);
			segment.payload = (struct bytes){.data = payload, .len = pick(64)};
			memset(payload, (int)pick(256), sizeof(payload));
			segment.cut_len = pick(10) == 0 ? (uint32_t)pick(UINT32_MAX) >> pick(32) : 0;
			play.clock_ns += pick(20) == 0 ? pick(400) * SECONDS : pick(SECONDS / 100);
			segment.clock_ns = segment.time_ns = play.clock_ns;
			if (pick(8) == 0)
				segment.from.port ^= (uint16_t)pick(4);
			connection = connections_find(&play.connections, &segment);
			connection_take(connection, &segment);
			while (connection_next(connection, &chunk))
				ends += chunk.kind == CHUNK_ABORTED;
			if (pick(4) == 0)
				connections_expire(&play.connections, play.clock_ns);
			while ((connection = connections_ready(&play.connections)) != NULL)
				while (connection_next(connection, &chunk))
					assert_true(chunk.kind != CHUNK_ABORTED);
			assert_true(play.counts.held_bytes_now < 8000);
			if (i == 399)
				connections_drain(&play.connections);
			while ((connection = connections_retired(&play.connections)) != NULL) {
				while (connection_next(connection, &chunk))
					ends += chunk.kind == CHUNK_ABORTED;
				connection_free(connection);
			}
		}
		assert_int_equal(ends, play.counts.connections);
		assert_int_equal(play.counts.segments, 400);
		play_finish(&play);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_lost_nothing_missing),
		cmocka_unit_test(what_is_lost_is_a_gap),
		cmocka_unit_test(noise_is_survived),
		cmocka_unit_test(both_ways_say_the_same),
	};

	return cmocka_run_group_tests_name("reassembly/property", tests, NULL, NULL);
}
