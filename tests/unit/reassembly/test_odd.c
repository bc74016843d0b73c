/* sensor/reassembly: one test for each row of the table in connection.h. */
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

/* The packet again, as a mirror copies it: later, with another number, tag and interface. */
static void copy(struct segment segment, uint64_t later_ns)
{
	play.clock_ns += later_ns;
	segment.time_ns = segment.clock_ns = play.clock_ns;
	segment.number = ++play.number;
	segment.vlan = 7;
	segment.source = 1;
	play_segment(&play, &segment);
}

static struct segment of_client(unsigned flags, int64_t offset, int64_t acked, const char *payload)
{
	return segment_make(&play, false, flags, play.client_isn + 1 + (uint32_t)offset,
			    play.server_isn + 1 + (uint32_t)acked, payload);
}

static struct segment of_server(unsigned flags, int64_t offset, int64_t acked, const char *payload)
{
	return segment_make(&play, true, flags, play.server_isn + 1 + (uint32_t)offset,
			    play.client_isn + 1 + (uint32_t)acked, payload);
}

/* A whole conversation with every packet twice, microseconds or seconds later. */
static void copy_of_a_packet(void **state)
{
	static const uint64_t later_ns[] = {0, 20000, MILLISECOND, 3 * SECONDS};

	(void)state;
	for (size_t i = 0; i < sizeof(later_ns) / sizeof(*later_ns); i++) {
		play_finish(&play);
		play_init(&play, 100);
		{
			struct segment talk[] = {
				of_client(TCP_SYN, -1, 0, ""),
				of_server(TCP_SYN | TCP_ACK, -1, 0, ""),
				of_client(TCP_ACK, 0, 0, ""),
				of_client(TCP_ACK, 0, 0, "request"),
				of_server(TCP_ACK, 0, 7, "response"),
				of_client(TCP_ACK, 7, 8, ""),
				of_client(TCP_ACK, 6, 8, ""), /* a keep-alive */
				of_client(TCP_ACK | TCP_FIN, 7, 8, ""),
				of_server(TCP_ACK | TCP_FIN, 8, 8, ""),
			};
			size_t count = sizeof(talk) / sizeof(*talk);

			for (size_t k = 0; k < count; k++) {
				copy(talk[k], MILLISECOND);
				copy(talk[k], k + 1 == count ? 0 : later_ns[i]);
			}
			assert_int_equal(play.counts.duplicates, count);
		}
		heard(&play, "0:request 1:response 0. 1.");
		assert_int_equal(play.counts.segments, 18);
		assert_int_equal(play.counts.connections, 1);
		assert_int_equal(play.counts.keep_alives, 1);
		assert_int_equal(play.counts.retransmitted + play.counts.overlap_same +
					 play.counts.out_of_window + play.counts.out_of_order +
					 play.counts.reused,
				 0);
	}
}

/* Without identification and time stamp (IPv6) time alone tells. */
static void copy_without_a_mark(void **state)
{
	struct segment segment;

	(void)state;
	handshake(&play);
	segment = of_client(TCP_ACK, 0, 0, "abc");
	segment.ip_id = 0;
	copy(segment, 0);
	copy(segment, MILLISECOND);
	assert_int_equal(play.counts.duplicates, 1);
	assert_int_equal(play.counts.retransmitted, 0);
	copy(segment, 200 * MILLISECOND); /* a retransmission */
	assert_int_equal(play.counts.duplicates, 1);
	assert_int_equal(play.counts.retransmitted, 1);
	segment.has_stamp = true;
	segment.stamp = 5;
	copy(segment, 0);
	copy(segment, SECONDS);
	assert_int_equal(play.counts.duplicates, 2);
	heard(&play, "0:abc");
}

/* Out of order and doubled: the copy waits no more than the first, and is compared with it. */
static void copy_behind_a_hole(void **state)
{
	struct segment later, other;

	(void)state;
	handshake(&play);
	later = of_client(TCP_ACK, 3, 0, "def");
	copy(later, 0);
	copy(later, 100);
	other = later;
	other.payload = BYTES("xyz"); /* a print is no proof */
	copy(other, 100);
	assert_int_equal(play.counts.duplicates, 2);
	assert_int_equal(play.counts.overlap_same, 1);
	assert_int_equal(play.counts.overlap_different, 1);
	assert_int_equal(play.counts.retransmitted, 0);
	client(&play, TCP_ACK, 0, 0, "abc");
	heard(&play, "0:abc 0:def");
}

static void retransmission(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "abc");
	client(&play, TCP_ACK, 0, 0, "abcdef");
	client(&play, TCP_ACK, 0, 0, "abc");
	heard(&play, "0:abc 0:def");
	assert_int_equal(play.counts.retransmitted, 2);
	assert_int_equal(play.counts.duplicates, 0);
}

static void overlap_with_other_bytes(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 3, 0, "def");
	client(&play, TCP_ACK, 2, 0, "xxxxxx");
	client(&play, TCP_ACK, 0, 0, "ab");
	heard(&play, "0:ab 0:x 0:def 0:xx");
	assert_int_equal(play.counts.overlap_different, 1);
}

static void syn_ack_and_data_before_syn(void **state)
{
	struct connection *connection;

	(void)state;
	server(&play, TCP_SYN | TCP_ACK, -1, 0, "");
	client(&play, TCP_ACK, 0, 0, "");
	server(&play, TCP_ACK, 0, 7, "response");
	client(&play, TCP_ACK, 0, 0, "request");
	connection = client(&play, TCP_SYN, -1, 0, "");
	heard(&play, "0:request 1:response");
	assert_int_equal(connection->session.plan.ends[DIRECTION_OPENER].port, 40000);
	assert_int_equal(play.counts.connections, 1);
}

static void both_ends_send_syn(void **state)
{
	(void)state;
	client(&play, TCP_SYN, -1, 0, "");
	server(&play, TCP_SYN, -1, 0, "");
	client(&play, TCP_SYN | TCP_ACK, -1, 0, "");
	server(&play, TCP_SYN | TCP_ACK, -1, 0, "");
	client(&play, TCP_ACK, 0, 0, "request");
	server(&play, TCP_ACK, 0, 7, "response");
	heard(&play, "0:request 1:response");
	assert_int_equal(play.counts.connections, 1);
	assert_int_equal(play.counts.out_of_window, 0);
}

/* Whichever of four the SYN-ACK picks; of five the first is forgotten. */
static void several_syns(void **state)
{
	static const uint32_t isn[] = {1000, 70000, 900000000, 3000000000u};

	(void)state;
	for (size_t picked = 0; picked < 4; picked++) {
		play_finish(&play);
		play_init(&play, 100);
		for (size_t i = 0; i < 4; i++) {
			play.client_isn = isn[i];
			client(&play, TCP_SYN, -1, 0, "");
		}
		play.client_isn = isn[picked];
		server(&play, TCP_SYN | TCP_ACK, -1, 0, "");
		client(&play, TCP_ACK, 0, 0, "request");
		server(&play, TCP_ACK, 0, 7, "response");
		heard(&play, "0:request 1:response");
		assert_int_equal(play.last.peer_offset, 7);
		assert_int_equal(play.counts.out_of_window, 0);
		play.client_isn = isn[(picked + 1) % 4];
		client(&play, TCP_SYN, -1, 0, ""); /* a refused one again */
		play.client_isn = isn[picked];
		client(&play, TCP_ACK, 7, 8, "more");
		heard(&play, "0:more");
	}
}

/* A forged SYN with data behind the real one: the answered one still has its stream. */
static void several_syns_with_data(void **state)
{
	(void)state;
	client(&play, TCP_SYN, -1, 0, "");
	client(&play, TCP_SYN, 70000, 0, "forged");
	server(&play, TCP_SYN | TCP_ACK, -1, 0, "");
	client(&play, TCP_ACK, 0, 0, "request");
	server(&play, TCP_ACK, 0, 7, "response");
	heard(&play, "0:forged !reused 0:request 1:response");
}

static void data_on_a_syn(void **state)
{
	(void)state;
	client(&play, TCP_SYN, -1, 0, "fast");
	client(&play, TCP_SYN, -1, 0, "fast"); /* sent again */
	server(&play, TCP_SYN | TCP_ACK, -1, 4, "open");
	client(&play, TCP_ACK, 4, 4, "more");
	heard(&play, "0:fast 1:open 0:more");
	play_finish(&play);
	play_init(&play, 100);
	client(&play, TCP_SYN, -1, 0, "fast");
	server(&play, TCP_SYN | TCP_ACK, -1, 0, ""); /* not taken: it comes again */
	client(&play, TCP_ACK, 0, 0, "fastmore");
	heard(&play, "0:fast 0:more");
}

static void syn_on_a_living_connection(void **state)
{
	uint32_t isn = play.client_isn;

	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "abc");
	server(&play, TCP_ACK, 0, 3, "");
	for (uint32_t i = 1; i <= 10; i++) {
		play.client_isn = isn + i * 1000000;
		client(&play, TCP_SYN, -1, 0, "");
	}
	play.client_isn = isn;
	client(&play, TCP_ACK, 3, 0, "def");
	heard(&play, "0:abc 0:def");
	assert_int_equal(play.counts.reused, 0);
}

static void syn_behind_fin_or_rst(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK | TCP_FIN, 0, 0, "old");
	server(&play, TCP_ACK | TCP_FIN, 0, 4, "");
	play.client_isn += 64000; /* as Linux does in TIME-WAIT: higher, and not by much */
	play.server_isn += 64000;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "new");
	heard(&play, "0:old 0. 1. !closed 0:new");
	server(&play, TCP_RST, 0, 0, "");
	play.client_isn += 64000;
	play.server_isn += 64000;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "third");
	heard(&play, "!reset 0:third");
	assert_int_equal(play.counts.reused, 2);
	assert_int_equal(play.counts.resets, 1);
}

static void rst_outside_the_window(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "abc");
	server(&play, TCP_RST, 1 << 20, 0, "");
	client(&play, TCP_RST, -2, 0, "");
	pass(&play, LIMIT_CLOSED_NS);
	client(&play, TCP_ACK, 3, 0, "def");
	heard(&play, "0:abc 0:def");
	assert_int_equal(play.counts.out_of_window, 2);
}

static void rst_inside_the_window(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "abc");
	client(&play, TCP_RST | TCP_ACK, 3, 0, ""); /* forged */
	client(&play, TCP_ACK, 3, 0, "def");
	server(&play, TCP_ACK, 0, 6, "response");
	server(&play, TCP_RST, 8, 6, ""); /* in the other's name too */
	server(&play, TCP_ACK, 8, 6, "more");
	heard(&play, "0:abc 0:def 1:response 1:more");
	assert_int_equal(play.counts.resets_doubted, 2);
	client(&play, TCP_RST, 6, 0,
	       ""); /* in the client's, who acknowledges what follows and says nothing */
	server(&play, TCP_ACK, 12, 6, "and");
	client(&play, TCP_ACK, 6, 15, "");
	pass(&play, LIMIT_CLOSED_NS * 2);
	heard(&play, "1:and");
	assert_int_equal(play.counts.resets_doubted, 3);
	server(&play, TCP_RST | TCP_ACK, 15, 6, ""); /* its own */
	client(&play, TCP_ACK, 6, 15, "on its way");
	pass(&play, LIMIT_CLOSED_NS);
	heard(&play, "0:on its way !reset");
	assert_int_equal(play.counts.resets, 1);
	assert_int_equal(play.counts.resets_doubted, 3);
}

static void signed_rst(void **state)
{
	struct segment segment;

	(void)state;
	handshake(&play);
	segment = of_client(TCP_RST | TCP_ACK, 0, 0, "");
	segment.is_signed = true;
	copy(segment, 0);
	pass(&play, LIMIT_CLOSED_NS);
	client(&play, TCP_ACK, 0, 0, "abc");
	heard(&play, "0:abc");
	assert_int_equal(play.counts.resets_doubted, 1);
	segment = of_client(TCP_ACK, 3, 0, "def");
	segment.is_signed = true; /* now it is a signed connection */
	copy(segment, 0);
	segment = of_client(TCP_RST | TCP_ACK, 6, 0, "");
	segment.is_signed = true;
	copy(segment, 0);
	pass(&play, LIMIT_CLOSED_NS);
	heard(&play, "0:def !reset");
}

static void fin_behind_bytes_that_follow(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK | TCP_FIN, 5, 0, "");
	client(&play, TCP_ACK, 0, 0, "abcdefgh");
	client(&play, TCP_ACK | TCP_FIN, 8, 0, "");
	heard(&play, "0:abcdefgh 0.");
}

/* The other side had acknowledged more: a lie, or the FIN is one. Nothing comes behind an end. */
static void fin_before_what_was_acknowledged(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "abc");
	server(&play, TCP_ACK, 0, 1000, "response");
	client(&play, TCP_ACK | TCP_FIN, 3, 0, "");
	pass(&play, LIMIT_GRACE_NS);
	server(&play, TCP_ACK | TCP_FIN, 8, 4, "");
	pass(&play, LIMIT_CLOSED_NS);
	heard(&play, "0:abc 0. 1:response 1. !closed");
}

static void fin_far_ahead(void **state)
{
	(void)state;
	client(&play, TCP_SYN, -1, 0, "");
	client(&play, TCP_ACK, 0, 0, "abc");
	client(&play, TCP_ACK | TCP_FIN, 3 + 2 * (int64_t)LIMIT_ACK_AHEAD, 0, "");
	assert_int_equal(play.counts.out_of_window, 1);
	pass(&play, LIMIT_GAP_NS * 2);
	client(&play, TCP_ACK, 3, 0, "def");
	heard(&play, "0:abc 0:def");
}

static void data_outside_the_window(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, (int64_t)LIMIT_SEQUENCE_AHEAD + 10, 0, "far");
	client(&play, TCP_ACK, -(int64_t)LIMIT_SEQUENCE_AHEAD - 10, 0, "far");
	client(&play, TCP_ACK, 0, 0, "abc");
	heard(&play, "0:abc");
	assert_int_equal(play.counts.out_of_window, 2);
}

static void urgent_data(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "abc");
	client(&play, TCP_ACK | TCP_URG, 3, 0, "!");
	client(&play, TCP_ACK, 4, 0, "def");
	heard(&play, "0:abc 0:! 0:def");
}

static void zero_window_probe(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "abc");
	for (int i = 0; i < 5; i++) {
		client(&play, TCP_ACK, 3, 0, "d");
		server(&play, TCP_ACK, 0, 3, "");
		pass(&play, 5 * SECONDS);
	}
	client(&play, TCP_ACK, 3, 0, "def");
	heard(&play, "0:abc 0:d 0:ef");
	assert_int_equal(play.counts.keep_alives, 0);
	assert_int_equal(play.counts.gaps[GAP_ACKED], 0);
}

static void keep_alive(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "abc");
	for (int i = 0; i < 3; i++) {
		client(&play, TCP_ACK, 2, 0, i % 2 == 0 ? "" : "\1");
		server(&play, TCP_ACK, 0, 3, "");
		pass(&play, LIMIT_CONNECTION_IDLE_NS / 2);
	}
	client(&play, TCP_ACK, 3, 0, "def");
	heard(&play, "0:abc 0:def");
	assert_int_equal(play.counts.keep_alives, 3);
}

static void sequence_numbers_come_round(void **state)
{
	(void)state;
	play.client_isn = UINT32_MAX - 2;
	play.server_isn = UINT32_MAX;
	handshake(&play);
	client(&play, TCP_ACK, 3, 0, "def");
	client(&play, TCP_ACK, 0, 0, "abc");
	server(&play, TCP_ACK, 0, 6, "response");
	client(&play, TCP_RST, 6, 8, "");
	pass(&play, LIMIT_CLOSED_NS);
	heard(&play, "0:abc 0:def 1:response !reset");
}

static void acknowledgement_of_the_unseen(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "abc");
	server(&play, TCP_ACK, 0, 10, "response");
	heard(&play, "0:abc");
	pass(&play, LIMIT_GRACE_NS);
	heard(&play, "0[7 acked] 1:response");
}

static void packet_cut_by_the_capture(void **state)
{
	struct segment segment;

	(void)state;
	handshake(&play);
	segment = of_client(TCP_ACK, 0, 0, "abc");
	segment.cut_len = 5;
	copy(segment, 0);
	client(&play, TCP_ACK, 8, 0, "ijk");
	heard(&play, "0:abc 0[5 truncated] 0:ijk");
}

/* Directions and packets of one flow come from different interfaces, each with its own delay and tag. */
static void interfaces_are_mixed(void **state)
{
	struct segment request, response, more;

	(void)state;
	handshake(&play);
	request = of_client(TCP_ACK, 0, 0, "request");
	response = of_server(TCP_ACK, 0, 7, "response");
	response.source = 2;
	more = of_client(TCP_ACK, 7, 8, "more");
	more.source = 3;
	more.vlan = 12;
	copy(more, 0);
	copy(response, 0);
	copy(request, 0);
	heard(&play, "0:request 1:response 0:more");
	assert_int_equal(play.counts.connections, 1);
	assert_int_equal(play.counts.duplicates, 0);
}

/* Tenants with the same addresses are apart where the source says so. */
static void tenants_are_apart(void **state)
{
	(void)state;
	for (uint32_t tenant = 1; tenant <= 2; tenant++) {
		struct segment syn = of_client(TCP_SYN, -1, 0, "");
		struct segment data = of_client(TCP_ACK, 0, 0, tenant == 1 ? "one" : "two");

		syn.tenant_vni = data.tenant_vni = tenant;
		copy(syn, 0);
		copy(data, 0);
	}
	heard(&play, "0:one 0:two");
	assert_int_equal(play.counts.connections, 2);
}

/* What holds is let go by the longest waiting: a flood of holes costs the others nothing. */
static void the_longest_waiting_gives_way(void **state)
{
	struct segment held;

	(void)state;
	play.connections.plan.held_bytes_max = 3 * sizeof(struct early);
	handshake(&play);
	client(&play, TCP_ACK, 100, 0, "flood");
	client(&play, TCP_ACK, 300, 0, "flood");
	held = of_client(TCP_SYN, -1, 0, "");
	held.from.port = 5;
	copy(held, 0);
	held = of_client(TCP_ACK, 3, 0, "def");
	held.from.port = 5;
	copy(held, 0);
	heard(&play, "0[100 memory] 0:flood 0[195 memory] 0:flood");
	held = of_client(TCP_ACK, 0, 0, "abc");
	held.from.port = 5;
	copy(held, 0);
	heard(&play, "0:abc 0:def");
	assert_int_equal(play.counts.gaps[GAP_MEMORY], 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(copy_of_a_packet),
		TEST(copy_without_a_mark),
		TEST(copy_behind_a_hole),
		TEST(retransmission),
		TEST(overlap_with_other_bytes),
		TEST(syn_ack_and_data_before_syn),
		TEST(both_ends_send_syn),
		TEST(several_syns),
		TEST(several_syns_with_data),
		TEST(data_on_a_syn),
		TEST(syn_on_a_living_connection),
		TEST(syn_behind_fin_or_rst),
		TEST(rst_outside_the_window),
		TEST(rst_inside_the_window),
		TEST(signed_rst),
		TEST(fin_behind_bytes_that_follow),
		TEST(fin_before_what_was_acknowledged),
		TEST(fin_far_ahead),
		TEST(data_outside_the_window),
		TEST(urgent_data),
		TEST(zero_window_probe),
		TEST(keep_alive),
		TEST(sequence_numbers_come_round),
		TEST(acknowledgement_of_the_unseen),
		TEST(packet_cut_by_the_capture),
		TEST(interfaces_are_mixed),
		TEST(tenants_are_apart),
		TEST(the_longest_waiting_gives_way),
	};

	return cmocka_run_group_tests_name("reassembly/odd", tests, NULL, NULL);
}
