/* What a connection costs that talks no more: there may be hundreds of thousands. */
#include <malloc.h>
#include <stddef.h>

#include "play.h"

#if defined(__has_feature) /* clang */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1 /* as gcc says it */
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
size_t __sanitizer_get_current_allocated_bytes(void); /* not every compiler brings its header */

static size_t allocated(void)
{
	return __sanitizer_get_current_allocated_bytes();
}
#else
static size_t allocated(void)
{
	return mallinfo2().uordblks;
}
#endif

#define CONNECTIONS 8000
#define EXCHANGES   40

static struct play play;

static int start(void **state)
{
	(void)state;
	play_init(&play, LIMIT_CONNECTIONS);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	play_finish(&play);
	return 0;
}

static void give(unsigned port, bool is_server, unsigned flags, uint32_t seq, uint32_t ack,
		 struct bytes payload)
{
	struct segment segment = segment_make(&play, is_server, flags, seq, ack, "");
	struct connection *connection;
	struct exchange *exchange;
	struct chunk chunk;

	segment.payload = payload;
	*(is_server ? &segment.to.port : &segment.from.port) = (uint16_t)port;
	connection = connections_find(&play.connections, &segment);
	assert_non_null(connection);
	connection_take(connection, &segment);
	while (connection_next(connection, &chunk)) {
		session_feed(&connection->session, &chunk);
		while ((exchange = session_next(&connection->session)) != NULL)
			exchange_free(exchange);
	}
}

static void greet(unsigned port)
{
	give(port, false, TCP_SYN, CLIENT_ISN, 0, BYTES_NONE);
	give(port, true, TCP_SYN | TCP_ACK, SERVER_ISN, CLIENT_ISN + 1, BYTES_NONE);
}

/* Each has its handshake, and so many exchanges. */
static void talk(unsigned port)
{
	const struct bytes ask = BYTES("GET /things/12 HTTP/1.1\r\nHost: api.example.com\r\n\r\n");
	const struct bytes answer = BYTES("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
	uint32_t asked = CLIENT_ISN + 1, answered = SERVER_ISN + 1;

	greet(port);
	for (unsigned i = 0; i < EXCHANGES; i++) {
		give(port, false, TCP_ACK, asked, answered, ask);
		asked += (uint32_t)ask.len;
		give(port, true, TCP_ACK, answered, asked, answer);
		answered += (uint32_t)answer.len;
	}
}

static void a_quiet_one_costs_less_than_1_kb(void **state)
{
	size_t before = allocated(), each;

	(void)state;
	for (unsigned port = 1; port <= CONNECTIONS; port++)
		talk(port);
	assert_int_equal(play.session_counts.exchanges[EXCHANGE_COMPLETE], CONNECTIONS * EXCHANGES);
	pass(&play, LIMIT_QUIET_NS);
	assert_int_equal(play.counts.idle, 0);
	each = (allocated() - before) / CONNECTIONS;
	print_message("%zu bytes each\n", each);
	assert_true(each < 1000);
	assert_true(each > 500); /* it was measured */
}

static void a_fresh_http2_one_has_no_tables(void **state)
{
	static const char settings[] = {0, 0, 0, 4, 0, 0, 0, 0, 0};
	char preface[24 + sizeof(settings)];
	size_t before = allocated(), each;

	(void)state;
	memcpy(preface, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24);
	memcpy(preface + 24, settings, sizeof(settings));
	for (unsigned port = 1; port <= CONNECTIONS; port++) {
		greet(port);
		give(port, false, TCP_ACK, CLIENT_ISN + 1, SERVER_ISN + 1,
		     (struct bytes){preface, sizeof(preface)});
		give(port, true, TCP_ACK, SERVER_ISN + 1, CLIENT_ISN + 1 + sizeof(preface),
		     (struct bytes){settings, sizeof(settings)});
	}
	assert_int_equal(play.session_counts.http2_connections, CONNECTIONS);
	each = (allocated() - before) / CONNECTIONS;
	print_message("%zu bytes each\n", each);
	assert_true(each < 1700);
}

static void a_quiet_one_goes_on(void **state)
{
	struct connection *connection;

	(void)state;
	handshake(&play);
	connection = client(&play, TCP_ACK, 0, 0, "one");
	server(&play, TCP_ACK, 0, 3, "two");
	assert_int_not_equal(connection->streams[0].prints.capacity, 0);
	pass(&play, LIMIT_QUIET_NS);
	assert_int_equal(connection->streams[0].prints.capacity, 0);
	assert_int_equal(connection->streams[1].prints.capacity, 0);
	client(&play, TCP_ACK, 3, 3, "three");
	heard(&play, "0:one 1:two 0:three");
	assert_int_not_equal(connection->streams[0].prints.capacity, 0);
	pass(&play, LIMIT_CONNECTION_IDLE_NS - 1); /* since the last packet */
	heard(&play, "");
	pass(&play, 1);
	heard(&play, "!idle");
	assert_int_equal(play.counts.idle, 1);
}

static void one_that_is_not_quiet_knows_copies(void **state)
{
	struct segment segment;

	(void)state;
	handshake(&play);
	segment = segment_make(&play, false, TCP_ACK, CLIENT_ISN + 1, SERVER_ISN + 1, "one");
	play_segment(&play, &segment);
	pass(&play, LIMIT_QUIET_NS - 1);
	play_segment(&play, &segment);
	assert_int_equal(play.counts.duplicates, 1);
	assert_int_equal(play.counts.retransmitted, 0);
}

static void what_was_missing_is_given_back(void **state)
{
	struct connection *connection;

	(void)state;
	handshake(&play);
	connection = client(&play, TCP_ACK, 3, 0, "def");
	assert_non_null(connection->streams[0].unsettled);
	client(&play, TCP_ACK, 0, 0, "abc");
	heard(&play, "0:abc 0:def");
	assert_null(connection->streams[0].unsettled);
	client(&play, TCP_ACK, 10, 0, "klm"); /* a hole that is given up */
	server(&play, TCP_ACK, 0, 13, "");
	pass(&play, LIMIT_GRACE_NS);
	heard(&play, "0[4 acked] 0:klm");
	assert_null(connection->streams[0].unsettled);
	client(&play, TCP_ACK | TCP_FIN, 13, 0, "");
	heard(&play, "0.");
	assert_null(connection->streams[0].unsettled);
	server(&play, TCP_ACK | TCP_FIN, 0, 14, "");
	heard(&play, "1.");
	assert_true(connection_is_closed(connection));
}

static void a_fin_that_waits_is_kept(void **state)
{
	struct connection *connection;

	(void)state;
	handshake(&play);
	connection = client(&play, TCP_ACK | TCP_FIN, 3, 0, "");
	heard(&play, "");
	assert_non_null(connection->streams[0].unsettled);
	client(&play, TCP_ACK, 0, 0, "abc");
	heard(&play, "0:abc 0.");
	assert_null(connection->streams[0].unsettled);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_quiet_one_costs_less_than_1_kb, start, stop),
		cmocka_unit_test_setup_teardown(a_fresh_http2_one_has_no_tables, start, stop),
		cmocka_unit_test_setup_teardown(a_quiet_one_goes_on, start, stop),
		cmocka_unit_test_setup_teardown(one_that_is_not_quiet_knows_copies, start, stop),
		cmocka_unit_test_setup_teardown(what_was_missing_is_given_back, start, stop),
		cmocka_unit_test_setup_teardown(a_fin_that_waits_is_kept, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
