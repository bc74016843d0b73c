/* sensor/reassembly/connections: which connection a segment belongs to, and when one ends. */
#include "tests/unit/reassembly/play.h"

static struct play play;

static int setup(void **state)
{
	(void)state;
	play_init(&play, 4);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	play_finish(&play);
	return 0;
}

/* A segment of another client port. */
static struct connection *other_port(uint16_t port, unsigned flags, const char *payload)
{
	struct segment segment = segment_make(&play, false, flags, 77, 0, payload);

	segment.from.port = port;
	return play_segment(&play, &segment);
}

static void roles_follow_the_flags(void **state)
{
	struct connection *connection;

	(void)state;
	server(&play, TCP_SYN | TCP_ACK, -1, 0, "");
	connection = client(&play, TCP_ACK, 0, 0, "request");
	client(&play, TCP_SYN, -1, 0, ""); /* late */
	server(&play, TCP_ACK, 0, 7, "response");
	heard(&play, "0:request 1:response");
	assert_int_equal(connection->session.plan.ends[0].port, 40000);
	assert_int_equal(connection->session.plan.connection, 1);
	assert_false(connection->session.plan.is_mid_stream);
	assert_int_equal(connection->session.plan.ends[1].port, 80);
	assert_int_equal(play.counts.connections, 1);
	assert_int_equal(play.counts.mid_stream, 0);
}

static void joined_midway(void **state)
{
	struct connection *connection;

	(void)state;
	connection = server(&play, TCP_ACK, 1000, 500, "response");
	heard(&play, "0:response");
	assert_int_equal(play.last.offset, 0);
	assert_true(play.last.is_peer_offset_known);
	assert_int_equal(play.last.peer_offset, 0);
	client(&play, TCP_ACK, 500, 1008, "request");
	heard(&play, "1:request");
	assert_int_equal(play.last.offset, 0);
	assert_int_equal(play.last.peer_offset, 8);
	server(&play, TCP_ACK, 1008, 507, "more");
	assert_int_equal(play.last.peer_offset, 7);
	server(&play, TCP_ACK, 990, 500, "before"); /* too late: later bytes went out */
	heard(&play, "0:more");
	assert_int_equal(play.counts.retransmitted, 1);
	assert_int_equal(play.counts.mid_stream, 1);
	assert_true(connection->session.plan.is_mid_stream);
}

static void joined_at_an_ack_lower_bytes_still_count(void **state)
{
	(void)state;
	client(&play, TCP_ACK, 500, 1000, "");
	client(&play, TCP_ACK, 490, 1000, "0123456789");
	heard(&play, "0:0123456789");
	assert_int_equal(play.last.offset, 0);
	server(&play, TCP_ACK, 1000, 500, "yes");
	assert_int_equal(play.last.peer_offset, 10);
}

static void joined_at_a_keep_alive(void **state)
{
	(void)state;
	client(&play, TCP_ACK, 499, 1000, "");
	server(&play, TCP_ACK, 1000, 500, "");
	pass(&play, SECONDS);
	client(&play, TCP_ACK, 500, 1000, "request");
	server(&play, TCP_ACK, 1000, 507, "response");
	pass(&play, SECONDS);
	heard(&play, "0:request 1:response");
}

static void one_direction_alone(void **state)
{
	(void)state;
	server(&play, TCP_ACK, 1000, 500, "one");
	server(&play, TCP_ACK, 1003, 900, "two");
	heard(&play, "0:one 0:two");
	assert_int_equal(play.last.peer_offset, 400);
	pass(&play, SECONDS);
	heard(&play, "");
}

static void ports_are_used_again_after_the_end(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "old");
	client(&play, TCP_SYN, -1, 0, ""); /* the same one again */
	assert_int_equal(play.counts.reused, 0);
	client(&play, TCP_ACK | TCP_FIN, 3, 0, "");
	heard(&play, "0:old 0.");
	play.client_isn = 900000;
	play.server_isn = 800000;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "new");
	heard(&play, "!reused 0:new");
	assert_int_equal(play.counts.reused, 1);
	assert_int_equal(play.counts.connections, 2);
}

static void a_syn_ack_alone_takes_ended_ports(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "old");
	server(&play, TCP_RST, 0, 0, "");
	server(&play, TCP_SYN | TCP_ACK, -1, 0, ""); /* its own, late */
	assert_int_equal(play.counts.reused, 0);
	play.client_isn = 900000;
	play.server_isn = 800000;
	server(&play, TCP_SYN | TCP_ACK, -1, 0, "");
	client(&play, TCP_ACK, 0, 0, "new");
	heard(&play, "0:old !reset 0:new");
	assert_int_equal(play.counts.reused, 1);
}

static void a_living_connection_gives_way_to_an_answered_syn_only(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "old");
	server(&play, TCP_ACK, 0, 3, "yes");
	client(&play, TCP_SYN, 500000, 0, ""); /* forged */
	client(&play, TCP_ACK, 3, 3, "alive");
	heard(&play, "0:old 1:yes 0:alive");
	assert_int_equal(play.counts.reused, 0);
	play.client_isn = 900000;
	play.server_isn = 800000;
	handshake(&play);
	client(&play, TCP_ACK, 0, 0, "new");
	heard(&play, "!reused 0:new");
	assert_int_equal(play.counts.reused, 1);
}

static void of_two_syns_the_answered_one_counts(void **state)
{
	(void)state;
	client(&play, TCP_SYN, -1, 0, "");
	client(&play, TCP_SYN, 70000, 0, ""); /* forged, later */
	server(&play, TCP_SYN | TCP_ACK, -1, 0, "");
	client(&play, TCP_ACK, 0, 0, "request");
	heard(&play, "0:request");
	assert_int_equal(play.last.offset, 0);
	assert_int_equal(play.counts.connections, 1);
}

static void a_syn_ack_that_answers_nothing_is_ignored(void **state)
{
	struct segment segment;

	(void)state;
	client(&play, TCP_SYN, -1, 0, "");
	segment = segment_make(&play, true, TCP_SYN | TCP_ACK, 444444, 333333, "");
	play_segment(&play, &segment);
	server(&play, TCP_SYN | TCP_ACK, -1, 0, "");
	client(&play, TCP_ACK, 0, 0, "request");
	server(&play, TCP_ACK, 0, 7, "response");
	heard(&play, "0:request 1:response");
	assert_int_equal(play.counts.out_of_window, 1);
}

static void one_sided_reuse_needs_no_answer(void **state)
{
	(void)state;
	client(&play, TCP_SYN, -1, 0, "");
	client(&play, TCP_ACK, 0, 0, "old");
	play.client_isn = 900000;
	client(&play, TCP_SYN, -1, 0, "");
	client(&play, TCP_ACK, 0, 0, "new");
	heard(&play, "0:old !reused 0:new");
}

static void expiry_knows_how_far_each_came(void **state)
{
	(void)state;
	handshake(&play);
	other_port(50001, TCP_SYN, "");
	pass(&play, LIMIT_HALF_OPEN_NS - 1);
	heard(&play, "");
	pass(&play, 1);
	heard(&play, "!idle");
	assert_int_equal(play.counts.half_open_expired, 1);
	client(&play, TCP_ACK, 5, 0, "held");
	pass(&play, LIMIT_CONNECTION_IDLE_NS - 1);
	heard(&play, "");
	pass(&play, 1);
	heard(&play, "0[5 close] 0:held !idle");
	assert_int_equal(play.counts.idle, 1);
	assert_int_equal(play.connections.map.count, 0);
}

/* The tick decides nothing that the connection's own times do not. */
static void a_stale_connection_is_not_continued(void **state)
{
	(void)state;
	client(&play, TCP_ACK, 0, 0, "old");
	play.clock_ns += LIMIT_CONNECTION_IDLE_NS;
	client(&play, TCP_ACK, 3, 0, "new");
	assert_int_equal(play.counts.connections, 2);
	assert_int_equal(play.counts.idle, 1);
	assert_int_equal(play.last.aborted, ABORT_IDLE);
}

static void the_longest_untouched_is_evicted(void **state)
{
	(void)state;
	handshake(&play);
	for (uint16_t port = 1; port <= 3; port++)
		other_port(port, TCP_ACK, "x");
	client(&play, TCP_ACK, 5, 0, "held");
	play.log[0] = '\0';
	other_port(4, TCP_ACK, "y");
	heard(&play, "0:y !evicted");
	other_port(5, TCP_ACK, "y");
	other_port(6, TCP_ACK, "y");
	play.log[0] = '\0';
	other_port(7, TCP_ACK, "y");
	heard(&play, "0:y 0[5 close] 0:held !evicted");
	assert_int_equal(play.counts.evicted, 4);
	assert_int_equal(play.connections.map.count, 4);
}

static void draining_goes_by_number(void **state)
{
	struct connection *connection;
	uint64_t last = 0, count = 0;
	struct chunk chunk;

	(void)state;
	for (uint16_t port = 1; port <= 4; port++)
		other_port(port, TCP_ACK, "x");
	other_port(2, TCP_ACK, "x");
	other_port(1, TCP_ACK, "x");
	connections_drain(&play.connections);
	while ((connection = connections_retired(&play.connections)) != NULL) {
		assert_true(connection->session.plan.connection > last);
		last = connection->session.plan.connection;
		assert_true(connection_next(connection, &chunk));
		assert_int_equal(chunk.kind, CHUNK_ABORTED);
		assert_int_equal(chunk.aborted, ABORT_DRAINED);
		assert_false(connection_next(connection, &chunk));
		connection_free(connection);
		count++;
	}
	assert_int_equal(count, 4);
}

static void a_hole_that_was_acked_is_told_so_at_the_end(void **state)
{
	(void)state;
	handshake(&play);
	client(&play, TCP_ACK, 5, 0, "held");
	server(&play, TCP_ACK, 0, 9, "");
	connections_drain(&play.connections);
	play_retired(&play);
	heard(&play, "0[5 acked] 0:held !drained");
}

static void a_lone_reset_leaves_nothing(void **state)
{
	(void)state;
	server(&play, TCP_RST, 5, 0, "");
	pass(&play, LIMIT_CLOSED_NS);
	heard(&play, "!reset");
	assert_int_equal(play.counts.resets, 0);
	assert_int_equal(play.counts.mid_stream, 0);
	assert_int_equal(play.connections.map.count, 0);
}

/* Both ends the same address and port: hostile, and still one connection. */
static void a_connection_to_itself(void **state)
{
	struct segment segment;

	(void)state;
	for (int i = 0; i < 3; i++) {
		segment = segment_make(&play, false, i == 0 ? TCP_SYN : TCP_ACK, 100 + (uint32_t)i * 2, 100,
				       "ab");
		segment.to = segment.from;
		play_segment(&play, &segment);
	}
	assert_int_equal(play.counts.connections, 1);
	play.log[0] = '\0';
}

static void unused_memory_is_finished(void **state)
{
	struct connections nothing = {0};

	(void)state;
	connections_finish(&nothing);
	connection_free(NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(roles_follow_the_flags),
		TEST(joined_midway),
		TEST(joined_at_an_ack_lower_bytes_still_count),
		TEST(joined_at_a_keep_alive),
		TEST(one_direction_alone),
		TEST(ports_are_used_again_after_the_end),
		TEST(a_syn_ack_alone_takes_ended_ports),
		TEST(a_living_connection_gives_way_to_an_answered_syn_only),
		TEST(of_two_syns_the_answered_one_counts),
		TEST(a_syn_ack_that_answers_nothing_is_ignored),
		TEST(one_sided_reuse_needs_no_answer),
		TEST(expiry_knows_how_far_each_came),
		TEST(a_stale_connection_is_not_continued),
		TEST(the_longest_untouched_is_evicted),
		TEST(draining_goes_by_number),
		TEST(a_hole_that_was_acked_is_told_so_at_the_end),
		TEST(a_lone_reset_leaves_nothing),
		TEST(a_connection_to_itself),
		TEST(unused_memory_is_finished),
	};

	return cmocka_run_group_tests_name("reassembly/connections", tests, NULL, NULL);
}
