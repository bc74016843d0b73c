/*
 * Floods: a million connections half open, and 200,000 with a hole each, against ceilings. All are counted,
 * memory stays under what the ceilings allow, and one well-behaved connection beside them is handed out
 * whole.
 */
#include <malloc.h>

#include "tests/unit/reassembly/play.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED /* slow, and its memory says nothing */
#define SHRINK 20
#else
#define SHRINK 1
#endif

#define HALF_OPEN       (1000000 / SHRINK)
#define ESTABLISHED     (200000 / SHRINK)
#define CONNECTIONS_MAX (250000 / SHRINK)
#define HELD_MAX        (32 * MIB / SHRINK)
#define PAYLOAD_LEN     1000
#define EVERY           (5000 / SHRINK) /* packets of the flood between two of the good one */

/* What a connection may cost with its session, its place in the map and its prints, but without what it
 * holds. */
#define CONNECTION_BYTES 4096

static struct play play;
static char payload[PAYLOAD_LEN];
static int64_t good_sent;

static size_t memory_used(void)
{
#ifdef SANITIZED
	return 0;
#else
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
#endif
}

/* The good one's next two segments, the later one first; nobody else's port is 40000. */
static void good_one(void)
{
	play.log[0] = '\0';
	client(&play, TCP_ACK, good_sent + 3, 0, "def");
	play.log[0] = '\0';
	client(&play, TCP_ACK, good_sent, 0, "abc");
	heard(&play, "0:abc 0:def");
	good_sent += 6;
	server(&play, TCP_ACK, 0, good_sent, "");
}

static struct segment flood_segment(uint32_t i, unsigned flags, uint32_t seq, size_t len)
{
	struct segment segment = segment_make(&play, false, flags, seq, 1, "");

	segment.from.address =
		(struct address){.bytes = {192, 0, (unsigned char)(i >> 24), (unsigned char)(i >> 16)}};
	segment.from.port = (uint16_t)i;
	segment.payload = (struct bytes){.data = payload, .len = len};
	return segment;
}

static void flood(uint32_t i, unsigned flags, uint32_t seq, size_t len)
{
	struct segment segment = flood_segment(i, flags, seq, len);

	play_segment(&play, &segment);
	play.log[0] = '\0';
}

static void begin(void)
{
	play_init(&play, CONNECTIONS_MAX);
	play.connections.plan.held_bytes_max = HELD_MAX;
	good_sent = 0;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "");
}

static void half_open(void **state)
{
	size_t before = memory_used(), after;

	(void)state;
	begin();
	for (uint32_t i = 0; i < HALF_OPEN; i++) {
		flood(i, TCP_SYN, i * 7, 0);
		if (i % EVERY == 0)
			good_one();
	}
	after = memory_used();
	printf("%d half open: %llu MiB for %zu connections\n", HALF_OPEN,
	       (unsigned long long)((after - before) / MIB), play.connections.map.count);
	assert_int_equal(play.connections.map.count, CONNECTIONS_MAX);
	assert_int_equal(play.counts.connections, HALF_OPEN + 1);
	assert_int_equal(play.counts.evicted, HALF_OPEN + 1 - CONNECTIONS_MAX);
	assert_true(after - before < (size_t)CONNECTIONS_MAX * CONNECTION_BYTES);
	pass(&play, LIMIT_HALF_OPEN_NS);
	play.log[0] = '\0';
	assert_int_equal(play.counts.half_open_expired, CONNECTIONS_MAX - 1);
	assert_int_equal(play.connections.map.count, 1);
	good_one();
	play_finish(&play);
}

static void a_hole_each(void **state)
{
	size_t before = memory_used(), after;
	uint64_t told = 0, bytes;

	(void)state;
	begin();
	for (uint32_t i = 0; i < ESTABLISHED; i++) {
		flood(i, TCP_SYN, i * 7, 0);
		flood(i, TCP_ACK, i * 7 + 1 + 500, PAYLOAD_LEN);
		if (i % EVERY == 0)
			good_one();
		assert_true(play.counts.held_bytes_now <= HELD_MAX);
	}
	after = memory_used();
	printf("%d with a hole: %llu MiB, %llu held of %llu\n", ESTABLISHED,
	       (unsigned long long)((after - before) / MIB), (unsigned long long)play.counts.held_bytes_now,
	       (unsigned long long)HELD_MAX);
	assert_true(play.counts.held_bytes_peak <= HELD_MAX + 2 * PAYLOAD_LEN);
	assert_true(after - before < (size_t)CONNECTIONS_MAX * CONNECTION_BYTES + HELD_MAX * 5 / 4);
	assert_int_equal(play.counts.evicted, 0);
	assert_true(play.counts.gaps[GAP_MEMORY] > 0);
	good_one();
	bytes = play.counts.bytes_delivered;
	connections_drain(&play.connections);
	play_retired(&play);
	for (int reason = 0; reason < GAP_REASON_COUNT; reason++)
		told += play.counts.gap_bytes[reason];
	assert_int_equal(told, 500ull * ESTABLISHED);
	assert_true(bytes < play.counts.bytes_delivered);
	assert_int_equal(play.counts.bytes_delivered,
			 (uint64_t)PAYLOAD_LEN * ESTABLISHED + (uint64_t)good_sent);
	play_finish(&play);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_open),
		cmocka_unit_test(a_hole_each),
	};

	return cmocka_run_group_tests_name("reassembly/flood", tests, NULL, NULL);
}
