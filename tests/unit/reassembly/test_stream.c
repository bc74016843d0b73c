/* sensor/reassembly: the bytes of a connection, in order, or gaps. */
#include "tests/unit/reassembly/play.h"

static struct play play;

static int setup(void **state)
{
	(void)state;
	play_init(&play, 100);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	play_finish(&play);
	return 0;
}

static void in_order_is_handed_out_at_once(void **state)
{
	(void)state;
	handshake(&play);
	heard(&play, "");
	client(&play, TCP_ACK, 0, 0, "request");
	heard(&play, "0:request");
	assert_true(play.last.is_segment_start);
	assert_int_equal(play.last.offset, 0);
	assert_true(play.last.is_peer_offset_known);
	assert_int_equal(play.last.peer_offset, 0);
	server(&play, TCP_ACK, 0, 7, "response");
	heard(&play, "1:response");
	assert_int_equal(play.last.peer_offset, 7);
	client(&play, TCP_ACK, 7, 8, "again");
	heard(&play, "0:again");
	assert_int_equal(play.last.offset, 7);
	assert_int_equal(play.last.peer_offset, 8);
	assert_int_equal(play.counts.held_bytes_peak, 0);
	assert_int_equal(play.counts.bytes_delivered, 20);
	assert_int_equal(play.counts.out_of_order, 0);
}

static void early_segments_wait(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 6, 0, "ghi");
	client(&play, TCP_ACK, 9, 0, "jkl");
	client(&play, TCP_ACK, 3, 0, "def");
	heard(&play, "");
	assert_true(play.counts.held_bytes_now > 9);
	client(&play, TCP_ACK, 0, 0, "abc");
	heard(&play, "0:abc 0:def 0:ghi 0:jkl");
	assert_int_equal(play.counts.held_bytes_now, 0);
	assert_int_equal(play.counts.out_of_order, 3);
}

static void the_first_copy_wins(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 3, 0, "def");
	client(&play, TCP_ACK, 2, 0, "Xdefg"); /* the same over what is held, more on both sides */
	assert_int_equal(play.counts.overlap_same, 1);
	client(&play, TCP_ACK, 4, 0, "YY"); /* different over what is held */
	assert_int_equal(play.counts.overlap_different, 1);
	client(&play, TCP_ACK, 0, 0, "abZZZZZhi");
	assert_int_equal(play.counts.overlap_different, 4);
	heard(&play, "0:ab 0:X 0:def 0:g 0:hi");
	client(&play, TCP_ACK, 0, 0, "abcdefghi");
	client(&play, TCP_ACK, 7, 0, "hijk");
	heard(&play, "0:jk");
	assert_false(play.last.is_segment_start);
	assert_int_equal(play.counts.retransmitted, 2);
}

static void sequence_numbers_come_round(void **state)
{
	(void)state;
	play.client_isn = UINT32_MAX - 4;
	play.server_isn = UINT32_MAX;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "abc");
	client(&play, TCP_ACK, 6, 0, "ghi");
	client(&play, TCP_ACK, 3, 0, "def");
	server(&play, TCP_ACK, 0, 9, "xyz");
	client(&play, TCP_ACK, 0, 3, "abc");
	heard(&play, "0:abc 0:def 0:ghi 1:xyz");
	assert_int_equal(play.last.peer_offset, 9);
}

static void a_hole_is_acked_and_given_up_after_a_grace(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 5, 0, "later");
	server(&play, TCP_ACK, 0, 10, "");
	for (int i = 1; i < LIMIT_GRACE_PACKETS; i++)
		server(&play, TCP_ACK, 0, 10, "");
	heard(&play, "");
	server(&play, TCP_ACK, 0, 10, "");
	heard(&play, "0[5 acked] 0:later");
	assert_int_equal(play.counts.gaps[GAP_ACKED], 1);
	assert_int_equal(play.counts.gap_bytes[GAP_ACKED], 5);
	client(&play, TCP_ACK, 15, 0, "second");
	server(&play, TCP_ACK, 0, 21, "");
	pass(&play, LIMIT_GRACE_NS - 1);
	heard(&play, "");
	pass(&play, 1);
	heard(&play, "0[5 acked] 0:second");
	assert_true(play.last.time_ns < play.clock_ns);
}

static void a_packet_overtaken_by_its_ack_is_no_gap(void **state)
{
	(void)state;
	handshake(&play);
	server(&play, TCP_ACK, 0, 7, "response");
	heard(&play, "");
	client(&play, TCP_ACK, 0, 0, "request");
	heard(&play, "0:request 1:response");
	assert_int_equal(play.counts.gaps[GAP_ACKED], 0);
}

static void a_lost_request_comes_before_its_response(void **state)
{
	(void)state;
	handshake(&play);
	server(&play, TCP_ACK, 0, 7, "response");
	server(&play, TCP_ACK, 8, 7, "more");
	heard(&play, "");
	pass(&play, LIMIT_GRACE_NS);
	heard(&play, "0[7 acked] 1:response 1:more");
}

static void an_unseen_fin_is_no_gap(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "bye");
	server(&play, TCP_ACK, 0, 4, "well");
	pass(&play, SECONDS);
	heard(&play, "0:bye 1:well");
	connections_drain(&play.connections);
	play_retired(&play);
	heard(&play, "!drained");
}

static void an_absurd_ack_is_not_believed(void **state)
{
	(void)state;
	handshake(&play);
	server(&play, TCP_ACK, 0, (int64_t)LIMIT_ACK_AHEAD + 1000, "");
	server(&play, TCP_ACK, 0, -5, "");
	pass(&play, SECONDS);
	client(&play, TCP_ACK, 0, 0, "request");
	heard(&play, "0:request");
}

static void an_ack_that_is_taken_back_is_forgotten(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "request");
	server(&play, TCP_ACK, 0, 1000000, "forged");
	heard(&play, "0:request");
	server(&play, TCP_ACK, 6, 7, "response");
	pass(&play, LIMIT_GRACE_NS);
	heard(&play, "1:forged 1:response");
	client(&play, TCP_ACK, 7, 14, "again");
	heard(&play, "0:again");
	assert_int_equal(play.counts.gaps[GAP_ACKED], 0);
}

static void one_sided_holes_end_by_packets_bytes_and_time(void **state)
{
	char big[1025];

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	client(&play, TCP_SYN, -1, 0, "");
	for (int i = 0; i < LIMIT_GAP_PACKETS - 1; i++)
		client(&play, TCP_ACK, 5 + i, 0, "a");
	heard(&play, "");
	client(&play, TCP_ACK, 4 + LIMIT_GAP_PACKETS, 0, "a");
	assert_int_equal(play.counts.gap_bytes[GAP_WINDOW], 5);
	play.log[0] = '\0';

	for (int i = 0; i < 2; i++)
		client(&play, TCP_ACK, 100 + 1024 * i, 0, big);
	heard(&play, "");
	pass(&play, LIMIT_GAP_NS - 1);
	heard(&play, "");
	pass(&play, 1);
	assert_int_equal(play.counts.gap_bytes[GAP_TIMEOUT], 100 - (5 + LIMIT_GAP_PACKETS));
	play.log[0] = '\0';

	for (int i = 0; play.counts.gaps[GAP_WINDOW] == 1 && i < 64; i++)
		client(&play, TCP_ACK, 4000 + 1024 * i, 0, big);
	assert_int_equal(play.counts.gap_bytes[GAP_WINDOW], 5 + 4000 - 2148);
	play.log[0] = '\0';
}

/* Something forged far ahead is no reason to give up a stream that goes on. */
static void a_stream_that_goes_on_has_no_hole(void **state)
{
	(void)state;
	client(&play, TCP_SYN, -1, 0, "");
	client(&play, TCP_ACK, 100000, 0, "forged");
	for (int i = 0; i < 5; i++) {
		pass(&play, LIMIT_GAP_NS - 1);
		client(&play, TCP_ACK, i, 0, "a");
	}
	heard(&play, "0:a 0:a 0:a 0:a 0:a");
	pass(&play, LIMIT_GAP_NS);
	heard(&play, "0[99995 timeout] 0:forged");
}

static void a_quiet_stream_outlives_a_forged_segment(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 100000, 0, "forged");
	pass(&play, LIMIT_GAP_NS * 10);
	client(&play, TCP_ACK, 0, 0, "request");
	server(&play, TCP_ACK, 0, 7, "response");
	heard(&play, "0:request 1:response");
}

/* The other side answers and still lacks the bytes: they will be sent again. */
static void a_hole_that_is_not_acked_waits(void **state)
{
	(void)state;
	handshake(&play);
	for (int i = 0; i < LIMIT_GAP_PACKETS * 2; i++) {
		client(&play, TCP_ACK, 5 + i, 0, "a");
		server(&play, TCP_ACK, 0, 0, "");
	}
	pass(&play, LIMIT_GAP_NS * 2);
	heard(&play, "");
	client(&play, TCP_ACK, 0, 0, "lost!");
	assert_memory_equal(play.log, "0:lost! 0:a", 11);
}

static void a_stream_holds_only_so_many(void **state)
{
	(void)state;
	handshake(&play);
	for (int i = 0; i < LIMIT_STREAM_SEGMENTS + 10; i++) {
		client(&play, TCP_ACK, 1 + 2 * i, 0, "a");
		server(&play, TCP_ACK, 0, 0, "");
	}
	assert_true(play.counts.gaps[GAP_WINDOW] > 0);
	assert_true(play.counts.held_bytes_peak < (LIMIT_STREAM_SEGMENTS + 2) * (sizeof(struct early) + 1));
	play.log[0] = '\0';
}

static void the_workers_ceiling_gives_up_holes(void **state)
{
	(void)state;
	play.connections.plan.held_bytes_max = 2 * sizeof(struct early) + 3;
	handshake(&play);
	client(&play, TCP_ACK, 5, 0, "a");
	client(&play, TCP_ACK, 6, 0, "b");
	heard(&play, "");
	client(&play, TCP_ACK, 7, 0, "c");
	heard(&play, "0[5 memory] 0:a 0:b 0:c");
	assert_int_equal(play.counts.gaps[GAP_MEMORY], 1);
}

static void cut_packets_leave_a_gap(void **state)
{
	struct segment segment;

	(void)state;
	handshake(&play);
	segment = segment_make(&play, false, TCP_ACK, CLIENT_ISN + 1, SERVER_ISN + 1, "abc");
	segment.cut_len = 10;
	play_segment(&play, &segment);
	heard(&play, "0:abc 0[10 truncated]");
	client(&play, TCP_ACK, 13, 0, "def");
	heard(&play, "0:def");
	assert_int_equal(play.last.offset, 13);
	/* What is held already fills the hole. */
	client(&play, TCP_ACK, 20, 0, "xyz");
	segment = segment_make(&play, false, TCP_ACK, CLIENT_ISN + 1 + 16, SERVER_ISN + 1, "ab");
	segment.cut_len = 10;
	play_segment(&play, &segment);
	heard(&play, "0:ab 0[2 truncated] 0:xyz 0[5 truncated]");
	assert_int_equal(play.counts.gap_bytes[GAP_TRUNCATED], 17);
}

static void keep_alives_and_probes_are_not_data(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "abc");
	client(&play, TCP_ACK, 2, 0, "");
	client(&play, TCP_ACK, 2, 0, "\1");
	server(&play, TCP_ACK, 0, 3, "");
	client(&play, TCP_ACK, 3, 0, "d"); /* a zero-window probe carries the next byte */
	client(&play, TCP_ACK, 3, 0, "def");
	heard(&play, "0:abc 0:d 0:ef");
	assert_int_equal(play.counts.keep_alives, 2);
	assert_int_equal(play.counts.overlap_different, 0);
}

static void fins_end_a_direction_once(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK | TCP_FIN, 3, 0, "def"); /* early, with data */
	heard(&play, "");
	client(&play, TCP_ACK, 0, 0, "abc");
	heard(&play, "0:abc 0:def 0.");
	client(&play, TCP_ACK | TCP_FIN, 3, 0, "def");
	server(&play, TCP_ACK, 0, 7, "rest");
	server(&play, TCP_ACK | TCP_FIN, 4, 7, "");
	client(&play, TCP_ACK, 7, 5, "");
	heard(&play, "1:rest 1.");
	client(&play, TCP_ACK, 6, 5, "beyond");
	heard(&play, "");
	assert_int_equal(play.counts.out_of_window, 1);
	pass(&play, LIMIT_CLOSED_NS);
	heard(&play, "!closed");
	assert_int_equal(play.connections.map.count, 0);
	assert_int_equal(play.counts.gaps[GAP_ACKED], 0);
}

static void a_forged_fin_does_not_hide_what_follows(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK | TCP_FIN, 6, 0, "");
	client(&play, TCP_ACK, 3, 0, "defghi");
	client(&play, TCP_ACK, 0, 0, "abc");
	heard(&play, "0:abc 0:defghi");
	client(&play, TCP_ACK | TCP_FIN, 4, 0, ""); /* before what was seen */
	client(&play, TCP_ACK, 9, 0, "jkl");
	heard(&play, "0:jkl");
}

static void resets_count_only_inside_the_window(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "abc");
	server(&play, TCP_RST, 1 << 20, 0, "");
	server(&play, TCP_RST, -100, 0, "");
	client(&play, TCP_RST, -2, 0, "");
	heard(&play, "0:abc");
	assert_int_equal(play.counts.out_of_window, 3);
	client(&play, TCP_ACK, 6, 0, "ghi");
	server(&play, TCP_RST, 0, 0, "");
	client(&play, TCP_ACK, 9, 0, "late"); /* it was on its way */
	heard(&play, "");
	assert_int_equal(play.counts.connections, 1);
	pass(&play, LIMIT_CLOSED_NS - 1);
	heard(&play, "");
	pass(&play, 1);
	heard(&play, "0[3 close] 0:ghi 0:late !reset");
	assert_int_equal(play.counts.resets, 1);
	assert_int_equal(play.counts.resets_doubted, 0);
	assert_int_equal(play.connections.map.count, 0);
}

static void a_refused_syn_is_a_reset(void **state)
{
	struct segment segment;

	(void)state;
	client(&play, TCP_SYN, -1, 0, "");
	segment = segment_make(&play, true, TCP_RST | TCP_ACK, 0, CLIENT_ISN + 99, "");
	play_segment(&play, &segment);
	heard(&play, "");
	segment = segment_make(&play, true, TCP_RST | TCP_ACK, 0, CLIENT_ISN + 1, "");
	play_segment(&play, &segment);
	pass(&play, LIMIT_CLOSED_NS);
	heard(&play, "!reset");
}

static void what_is_far_off_is_ignored(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "abc");
	client(&play, TCP_ACK, (int64_t)LIMIT_SEQUENCE_AHEAD + 1000, 0, "far");
	client(&play, TCP_ACK, -(int64_t)LIMIT_SEQUENCE_AHEAD - 1000, 0, "far");
	client(&play, TCP_SYN, -1, 0, "");    /* the SYN again */
	client(&play, TCP_SYN, 12345, 0, ""); /* another one on a living connection */
	client(&play, TCP_ACK, 3, 0, "def");
	heard(&play, "0:abc 0:def");
	assert_int_equal(play.counts.out_of_window, 3);
}

static void data_may_ride_on_a_syn(void **state)
{
	(void)state;
	client(&play, TCP_SYN, -1, 0, "fast");
	server(&play, TCP_SYN | TCP_ACK, -1, 4, "open");
	heard(&play, "0:fast 1:open");
	client(&play, TCP_ACK, 0, 4, "fastmore");
	heard(&play, "0:more");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(in_order_is_handed_out_at_once),
		TEST(early_segments_wait),
		TEST(the_first_copy_wins),
		TEST(sequence_numbers_come_round),
		TEST(a_hole_is_acked_and_given_up_after_a_grace),
		TEST(a_packet_overtaken_by_its_ack_is_no_gap),
		TEST(a_lost_request_comes_before_its_response),
		TEST(an_unseen_fin_is_no_gap),
		TEST(an_absurd_ack_is_not_believed),
		TEST(an_ack_that_is_taken_back_is_forgotten),
		TEST(one_sided_holes_end_by_packets_bytes_and_time),
		TEST(a_stream_that_goes_on_has_no_hole),
		TEST(a_quiet_stream_outlives_a_forged_segment),
		TEST(a_hole_that_is_not_acked_waits),
		TEST(a_stream_holds_only_so_many),
		TEST(the_workers_ceiling_gives_up_holes),
		TEST(cut_packets_leave_a_gap),
		TEST(keep_alives_and_probes_are_not_data),
		TEST(fins_end_a_direction_once),
		TEST(a_forged_fin_does_not_hide_what_follows),
		TEST(resets_count_only_inside_the_window),
		TEST(a_refused_syn_is_a_reset),
		TEST(what_is_far_off_is_ignored),
		TEST(data_may_ride_on_a_syn),
	};

	return cmocka_run_group_tests_name("reassembly/stream", tests, NULL, NULL);
}
