/* sensor/capture/fragment: pieces become datagrams, whatever their order; what is hostile ends nowhere else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/capture/fragment.h"
#include "tests/unit/capture/frame.h"

struct bench {
	struct fragments fragments;
	struct capture_counts counts;
	uint64_t clock_ns;
};

static void bench_start(struct bench *bench)
{
	memset(bench, 0, sizeof(*bench));
	fragments_init(&bench->fragments, 42);
	bench->clock_ns = 1000 * SECONDS;
}

static void bench_end(struct bench *bench)
{
	uint64_t dropped = 0;

	for (int i = 0; i < DROP_COUNT; i++)
		dropped += bench->counts.drops[i];
	assert_int_equal(bench->counts.packets, bench->counts.segments + dropped);
	fragments_finish(&bench->fragments);
	assert_int_equal(bench->fragments.bytes, 0);
}

/* A TCP segment without its IP header. */
static void put_content(struct frame *content, size_t payload_len)
{
	put_tcp(content, 0, "");
	for (size_t i = 0; i < payload_len; i++)
		put(content, &(char){(char)('a' + i % 23)}, 1);
}

struct piece {
	size_t from, to; /* of the content */
	bool is_last;
	uint16_t id;
};

static void put_piece(struct frame *frame, const struct frame *content, const struct piece *piece,
		      bool is_ipv6)
{
	if (is_ipv6) {
		put_ipv6(frame, 44);
		put(frame, "\6\0", 2);
		put16(frame, (unsigned)(piece->from | !piece->is_last));
		put32(frame, 0x10000u + piece->id);
	} else {
		size_t start = frame->len;

		put(frame, "\x45\0", 2);
		put_length(frame, start);
		put16(frame, piece->id);
		put16(frame, (unsigned)(piece->from / 8) | (piece->is_last ? 0 : 0x2000u));
		put(frame, "\x40\6\0\0\x0a\0\0\1\x0a\0\0\2", 12);
	}
	put(frame, content->data + piece->from, piece->to - piece->from);
}

static enum drop feed(struct bench *bench, struct frame *frame, int link_type, struct segment *out_segment)
{
	struct packet packet;
	char *copy;
	enum drop drop;

	frame_finish(frame);
	packet = frame_packet(frame, link_type);
	copy = malloc(frame->len + 1);
	assert_non_null(copy);
	memcpy(copy, frame->data, frame->len);
	packet.data.data = copy;
	packet.clock_ns = bench->clock_ns;
	drop = segment_read(&packet, &bench->counts, &bench->fragments, out_segment);
	free(copy); /* what was joined must not lean on the packet */
	return drop;
}

static enum drop give(struct bench *bench, const struct frame *content, struct piece piece, bool is_ipv6,
		      struct segment *out_segment)
{
	struct frame frame = {0};

	put_piece(&frame, content, &piece, is_ipv6);
	return feed(bench, &frame, 101, out_segment);
}

static void assert_whole(const struct segment *segment, const struct frame *content)
{
	assert_int_equal(segment->payload.len, content->len - 20);
	assert_memory_equal(segment->payload.data, content->data + 20, content->len - 20);
	assert_int_equal(segment->cut_len, 0);
	assert_int_equal(segment->from.port, 40000);
}

static uint32_t noise(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* The property: any cutting, any order, any copies and overlaps give the datagram back, exactly once. */
static void any_fragmentation_gives_the_datagram_back(void **state)
{
	uint32_t seed = 1;
	struct bench bench;

	(void)state;
	bench_start(&bench);
	for (unsigned round = 0; round < 2000; round++) {
		bool is_ipv6 = round & 1;
		struct piece pieces[64];
		struct frame content = {0};
		struct segment segment;
		size_t count = 0, whole = 0;

		bench.clock_ns += SECONDS;
		put_content(&content, 30 + noise(&seed) % 1500);
		for (size_t at = 0; at < content.len && count < 48;) {
			size_t to = at + 8 * (1 + noise(&seed) % (1 + content.len / 32));

			if (to >= content.len || count == 47)
				to = content.len;
			pieces[count++] = (struct piece){at, to, to == content.len, (uint16_t)round};
			at = to;
		}
		for (unsigned extra = noise(&seed) % 12; extra > 0; extra--) { /* copies and overlaps */
			size_t from = 8 * (1 + noise(&seed) % (content.len / 8 - 1));
			size_t to = from + 8 * (1 + noise(&seed) % 20);
			bool is_last = to >= content.len;

			pieces[count++] =
				(struct piece){from, is_last ? content.len : to, is_last, (uint16_t)round};
		}
		for (size_t i = count; i > 1; i--) {
			size_t other = noise(&seed) % i;
			struct piece one = pieces[i - 1];

			pieces[i - 1] = pieces[other];
			pieces[other] = one;
		}
		for (size_t i = 0; i < count; i++) {
			enum drop drop = give(&bench, &content, pieces[i], is_ipv6, &segment);

			if (drop == DROP_NONE) {
				assert_whole(&segment, &content);
				whole++;
			} else if (drop != (whole ? DROP_FRAGMENT_JOINED : DROP_FRAGMENT)) {
				fail_msg("round %u piece %zu: %s", round, i, drop_name(drop));
			}
		}
		if (count > 1 || pieces[0].from > 0)
			assert_int_equal(whole, 1);
	}
	assert_int_equal(bench.counts.drops[DROP_FRAGMENT], 0);
	assert_int_equal(bench.counts.fragments_different, 0);
	bench_end(&bench);
}

static void a_hole_is_never_closed(void **state)
{
	struct frame content = {0};
	struct segment segment;
	struct bench bench;

	(void)state;
	put_content(&content, 300);
	bench_start(&bench);
	assert_int_equal(give(&bench, &content, (struct piece){0, 80, false, 1}, false, &segment),
			 DROP_FRAGMENT);
	assert_int_equal(give(&bench, &content, (struct piece){88, 320, true, 1}, false, &segment),
			 DROP_FRAGMENT);
	for (int i = 0; i < 5; i++) /* copies of the end complete nothing */
		assert_int_equal(give(&bench, &content, (struct piece){88, 320, true, 1}, false, &segment),
				 DROP_FRAGMENT);
	assert_int_equal(give(&bench, &content, (struct piece){80, 88, false, 1}, false, &segment),
			 DROP_NONE);
	assert_whole(&segment, &content);
	assert_int_equal(bench.counts.drops[DROP_FRAGMENT], 0);
	assert_int_equal(bench.counts.drops[DROP_FRAGMENT_JOINED], 7);
	assert_int_equal(bench.counts.datagrams_joined, 1);
	bench_end(&bench);
}

static void the_first_copy_wins_and_is_told(void **state)
{
	struct frame content = {0}, forged;
	struct segment segment;
	struct bench bench;

	(void)state;
	put_content(&content, 300);
	forged = content;
	memset(forged.data + 40, 'X', 200);
	bench_start(&bench);
	for (int is_ipv6 = 0; is_ipv6 < 2; is_ipv6++) {
		assert_int_equal(give(&bench, &content, (struct piece){0, 160, false, 1}, is_ipv6, &segment),
				 DROP_FRAGMENT);
		assert_int_equal(give(&bench, &forged, (struct piece){24, 120, false, 1}, is_ipv6, &segment),
				 DROP_FRAGMENT);
		assert_int_equal(give(&bench, &content, (struct piece){152, 320, true, 1}, is_ipv6, &segment),
				 DROP_NONE);
		assert_whole(&segment, &content);
	}
	assert_int_equal(bench.counts.fragments_different, 2);
	/* Ends that contradict one another: the first that was told holds. */
	assert_int_equal(give(&bench, &content, (struct piece){160, 320, true, 2}, false, &segment),
			 DROP_FRAGMENT);
	assert_int_equal(give(&bench, &content, (struct piece){160, 240, true, 2}, false, &segment),
			 DROP_FRAGMENT);
	assert_int_equal(give(&bench, &forged, (struct piece){312, 320, false, 2}, false, &segment),
			 DROP_FRAGMENT);
	assert_int_equal(give(&bench, &content, (struct piece){0, 160, false, 2}, false, &segment),
			 DROP_NONE);
	assert_whole(&segment, &content);
	assert_int_equal(bench.counts.fragments_different, 3);
	/* An end before what was already seen. */
	assert_int_equal(give(&bench, &content, (struct piece){160, 320, false, 3}, false, &segment),
			 DROP_FRAGMENT);
	assert_int_equal(give(&bench, &content, (struct piece){8, 100, true, 3}, false, &segment),
			 DROP_FRAGMENT);
	assert_int_equal(bench.counts.fragments_different, 4);
	bench_end(&bench);
}

static void strangers_do_not_mix(void **state)
{
	struct frame content = {0}, tagged = {0}, tunnelled = {0};
	struct segment segment;
	struct bench bench;

	(void)state;
	put_content(&content, 300);
	bench_start(&bench);
	assert_int_equal(give(&bench, &content, (struct piece){0, 160, false, 1}, false, &segment),
			 DROP_FRAGMENT);
	/* Another identification, the other family, another VLAN, inside a tunnel. */
	assert_int_equal(give(&bench, &content, (struct piece){160, 320, true, 2}, false, &segment),
			 DROP_FRAGMENT);
	assert_int_equal(give(&bench, &content, (struct piece){160, 320, true, 1}, true, &segment),
			 DROP_FRAGMENT);
	put_ethernet(&tagged, 0x8100);
	put_vlan(&tagged, 7, 0x0800);
	put_piece(&tagged, &content, &(struct piece){160, 320, true, 1}, false);
	assert_int_equal(feed(&bench, &tagged, 1, &segment), DROP_FRAGMENT);
	put_ipv4(&tunnelled, 4);
	put_piece(&tunnelled, &content, &(struct piece){160, 320, true, 1}, false);
	assert_int_equal(feed(&bench, &tunnelled, 101, &segment), DROP_FRAGMENT);
	assert_int_equal(give(&bench, &content, (struct piece){160, 320, true, 1}, false, &segment),
			 DROP_NONE);
	assert_whole(&segment, &content);
	assert_int_equal(bench.counts.drops[DROP_FRAGMENT], 4);
	bench_end(&bench);
}

static void time_runs_out(void **state)
{
	struct frame content = {0};
	struct segment segment;
	struct bench bench;

	(void)state;
	put_content(&content, 300);
	bench_start(&bench);
	assert_int_equal(give(&bench, &content, (struct piece){0, 160, false, 1}, false, &segment),
			 DROP_FRAGMENT);
	bench.clock_ns += LIMIT_FRAGMENT_NS + 1;
	assert_int_equal(give(&bench, &content, (struct piece){160, 320, true, 1}, false, &segment),
			 DROP_FRAGMENT);
	assert_int_equal(bench.counts.fragments_expired, 1);
	bench.clock_ns += LIMIT_FRAGMENT_NS;
	assert_int_equal(give(&bench, &content, (struct piece){0, 160, false, 1}, false, &segment),
			 DROP_NONE);
	assert_whole(&segment, &content);
	/* A copy right behind is one; later the identification may be used again. */
	assert_int_equal(give(&bench, &content, (struct piece){0, 160, false, 1}, false, &segment),
			 DROP_FRAGMENT_JOINED);
	bench.clock_ns += LIMIT_FRAGMENT_LATE_NS + 1;
	assert_int_equal(give(&bench, &content, (struct piece){0, 160, false, 1}, false, &segment),
			 DROP_FRAGMENT);
	assert_int_equal(give(&bench, &content, (struct piece){160, 320, true, 1}, false, &segment),
			 DROP_NONE);
	assert_int_equal(bench.counts.datagrams_joined, 2);
	bench_end(&bench);
}

/* Single pieces far into their datagrams: the most memory for the fewest packets. */
static void a_flood_has_a_ceiling(void **state)
{
	struct frame content = {0};
	struct segment segment;
	struct bench bench;

	(void)state;
	put_content(&content, 300);
	bench_start(&bench);
	for (unsigned i = 0; i < 20000; i++) {
		struct frame frame = {0};
		size_t start = frame.len;

		put(&frame, "\x45\0", 2);
		put_length(&frame, start);
		put16(&frame, i);
		put16(&frame, i % 3 == 0 ? 0x3ff8 : 0x2000); /* 65,472 bytes in */
		put(&frame, "\x40\6\0\0\x0a\0\0\1\x0a\0\0\2", 12);
		put_zero(&frame, 8);
		assert_int_equal(feed(&bench, &frame, 101, &segment), DROP_FRAGMENT);
		assert_true(bench.fragments.bytes <= LIMIT_FRAGMENT_BYTES);
		assert_true(bench.fragments.datagrams.count <= LIMIT_FRAGMENT_DATAGRAMS);
	}
	assert_int_equal(bench.counts.fragments_evicted + bench.fragments.datagrams.count, 20000);
	/* The newest are still there. */
	assert_int_equal(give(&bench, &content, (struct piece){8, 320, true, 19999}, false, &segment),
			 DROP_NONE);
	assert_int_equal(segment.from.port, 0);
	assert_int_equal(bench.counts.datagrams_joined, 1);
	bench_end(&bench);
}

static enum drop give_raw(struct bench *bench, unsigned fragment, size_t len, bool is_ipv6)
{
	struct frame frame = {0};
	struct segment segment;
	size_t start = frame.len;

	if (is_ipv6) {
		put_ipv6(&frame, 44);
		put(&frame, "\6\0", 2);
		put16(&frame, fragment);
		put32(&frame, 9);
	} else {
		put(&frame, "\x45\0", 2);
		put_length(&frame, start);
		put16(&frame, 9);
		put16(&frame, fragment);
		put(&frame, "\x40\6\0\0\x0a\0\0\1\x0a\0\0\2", 12);
	}
	for (size_t i = 0; i < len; i++)
		put(&frame, "x", 1);
	return feed(bench, &frame, 101, &segment);
}

static void hostile_pieces_end_at_once(void **state)
{
	struct frame content = {0}, cut = {0};
	struct packet packet;
	struct segment segment;
	struct bench bench;

	(void)state;
	bench_start(&bench);
	assert_int_equal(give_raw(&bench, 0x1fff, 100, false),
			 DROP_MALFORMED); /* past 65,535: ping of death */
	assert_int_equal(give_raw(&bench, 0xfff8, 100, true), DROP_MALFORMED);
	assert_int_equal(give_raw(&bench, 0x2000, 0, false), DROP_MALFORMED);
	assert_int_equal(give_raw(&bench, 0x2000, 7, false), DROP_MALFORMED); /* less than one eight */
	assert_int_equal(give_raw(&bench, 0x0001, 12, true), DROP_MALFORMED);
	assert_int_equal(give_raw(&bench, 0x2000, 12, false), DROP_FRAGMENT); /* its eights count */
	/* A piece that the capture cut would be a hole. */
	put_content(&content, 100);
	put_piece(&cut, &content, &(struct piece){0, 80, false, 1}, false);
	frame_finish(&cut);
	packet = frame_packet(&cut, 101);
	packet.data.len -= 10;
	packet.clock_ns = bench.clock_ns;
	assert_int_equal(segment_read(&packet, &bench.counts, &bench.fragments, &segment), DROP_TRUNCATED);
	bench_end(&bench);
}

/* Outer pieces that hold inner pieces: each level is joined by itself. */
static void pieces_inside_pieces(void **state)
{
	struct frame content = {0}, inner[2];
	enum drop drop = DROP_FRAGMENT;
	struct segment segment;
	struct bench bench;

	(void)state;
	memset(inner, 0, sizeof(inner));
	put_content(&content, 300);
	put_piece(&inner[0], &content, &(struct piece){0, 160, false, 5}, true);
	put_piece(&inner[1], &content, &(struct piece){160, 320, true, 5}, true);
	bench_start(&bench);
	for (unsigned i = 0; i < 2; i++) {
		frame_finish(&inner[i]);
		for (unsigned half = 0; half < 2; half++) {
			struct frame frame = {0};
			size_t start = frame.len;

			put(&frame, "\x45\0", 2);
			put_length(&frame, start);
			put16(&frame, i);
			put16(&frame, half == 0 ? 0x2000 : 8);
			put(&frame, "\x40\x29\0\0\x0a\0\0\1\x0a\0\0\2", 12);
			put(&frame, inner[i].data + half * 64, half == 0 ? 64 : inner[i].len - 64);
			drop = feed(&bench, &frame, 101, &segment);
			assert_int_equal(drop, i == 1 && half == 1 ? DROP_NONE : DROP_FRAGMENT);
		}
	}
	assert_whole(&segment, &content);
	assert_true(segment.from.address.is_ipv6);
	assert_int_equal(bench.counts.datagrams_joined, 3);
	assert_int_equal(bench.counts.drops[DROP_FRAGMENT], 0);
	assert_int_equal(bench.counts.drops[DROP_FRAGMENT_JOINED], 3);
	bench_end(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_fragmentation_gives_the_datagram_back),
		cmocka_unit_test(a_hole_is_never_closed),
		cmocka_unit_test(the_first_copy_wins_and_is_told),
		cmocka_unit_test(strangers_do_not_mix),
		cmocka_unit_test(time_runs_out),
		cmocka_unit_test(a_flood_has_a_ceiling),
		cmocka_unit_test(hostile_pieces_end_at_once),
		cmocka_unit_test(pieces_inside_pieces),
	};

	return cmocka_run_group_tests_name("capture/fragment", tests, NULL, NULL);
}
