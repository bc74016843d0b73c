/* What an HTTP/1 conversation without loss becomes; each trap of the parser has its test. */
#include "tests/unit/parsers/talk.h"

static void one_exchange(void **state)
{
	(void)state;
	talk_expect(TURNS(">GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n",
			  "<HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
		    "0 complete | GET /a?b=c none '' | 200 whole 'ok'\n");
}

static void the_answerer_may_be_the_client(void **state)
{
	(void)state;
	talk_expect(TURNS("<POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
			  ">HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"),
		    "0 complete | POST /a whole 'abc' | 201 none ''\n");
}

static void kept_alive_and_pipelined(void **state)
{
	(void)state;
	talk_expect(TURNS(">GET /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi\r\nGET /3 "
			  "HTTP/1.1\r\n\r\n",
			  "<HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1HTTP/1.1 200 OK\r\nContent-Length: "
			  "1\r\n\r\n2",
			  "<HTTP/1.1 304 Not\r\nContent-Length: 9\r\n\r\n", ">GET /4 HTTP/1.1\r\n\r\n",
			  "<HTTP/1.1 204 No\r\n\r\n"),
		    "0 complete | GET /1 none '' | 200 whole '1'\n"
		    "1 complete | POST /2 whole 'hi' | 200 whole '2'\n"
		    "2 complete | GET /3 none '' | 304 none ''\n"
		    "3 complete | GET /4 none '' | 204 none ''\n");
}

static void chunked_with_trailers(void **state)
{
	(void)state;
	for (unsigned split = 0; split < 3; split++) {
		struct talk talk = {.split = (enum talk_split)split, .seed = 7, .is_verbose = true};

		talk_expect_whole(
			&talk,
			TURNS(">PUT /a HTTP/1.1\r\nTransfer-Encoding: "
			      "chunked\r\n\r\n4;x=\"y\"\r\nabcd\r\n3\r\nefg\r\n0\r\nX-Sum: 7 \r\n\r\n",
			      "<HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
			"0 complete | PUT /a whole 'abcdefg'\n  transfer-encoding=[chunked]\n  x-sum=[7] "
			"trailer\n"
			"  at 1001 1001 1001 | 200 none ''\n  transfer-encoding=[chunked]\n  at 1002 1002 "
			"1002\n");
	}
}

static void interim_responses_do_not_answer(void **state)
{
	(void)state;
	talk_expect(TURNS(">POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
			  "<HTTP/1.1 100 Continue\r\n\r\n", ">ok",
			  "<HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 199 X\r\nContent-Length: 5\r\n\r\n"
			  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
			  ">GET /b HTTP/1.1\r\n\r\n", "<HTTP/1.1 204 No\r\n\r\n"),
		    "0 complete | POST /a whole 'ok' | 200 whole 'hi' odd=800 interim=3\n"
		    "1 complete | GET /b none '' | 204 none ''\n");
}

static void responses_without_a_body(void **state)
{
	(void)state;
	talk_expect(TURNS(">HEAD /a HTTP/1.1\r\n\r\n", "<HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n",
			  ">GET /b HTTP/1.1\r\n\r\n",
			  "<HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n",
			  ">GET /c HTTP/1.1\r\n\r\n", "<HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nc"),
		    "0 complete | HEAD /a none '' | 200 none ''\n"
		    "1 complete | GET /b none '' | 204 none '' odd=800\n"
		    "2 complete | GET /c none '' | 200 whole 'c'\n");
}

static void a_body_to_the_close(void **state)
{
	(void)state;
	talk_expect(TURNS(">GET /a HTTP/1.0\r\n\r\n", "<HTTP/1.0 200 OK\r\n\r\nabc", "<def", "<$"),
		    "0 complete | GET /a none '' | 200 whole 'abcdef'\n");
	talk_expect(TURNS(">GET /a HTTP/1.0\r\n\r\n", "<HTTP/1.0 200 OK\r\n\r\nabc", "!R"),
		    "0 response_cut | GET /a none '' | 200 unended 'abc'\n");
}

static void upgrades(void **state)
{
	(void)state;
	struct talk talk = {0};

	talk_expect(
		TURNS(">GET /ws HTTP/1.1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n",
		      "<HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n\x81\x01x",
		      ">\x81\x02xyGET / HTTP/1.1\r\n\r\n"),
		"0 complete | GET /ws none '' | 101 none '' upgrade\n");
	/* The client's first frame is seen before the 101. */
	talk_expect(TURNS(">GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
			  ">\x81\x02xy", "<HTTP/1.1 101 Switching\r\n\r\n"),
		    "0 complete | GET /ws none '' | 101 none '' upgrade\n");
	/* Declined: the connection goes on. */
	talk_expect(TURNS(">POST /a HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
			  "Content-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n\r\n",
			  "<HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\nContent-Length: "
			  "1\r\n\r\nb"),
		    "0 complete | POST /a whole 'abc' | 200 whole 'a'\n1 complete | GET /b none '' | 200 "
		    "whole 'b'\n");
	talk_expect_whole(&talk,
			  TURNS(">GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
				"<HTTP/1.1 101 Switching\r\n\r\n", ">12345", "<678"),
			  "0 complete | GET /ws none '' | 101 none '' upgrade\n");
	assert_int_equal(talk.counts.upgraded_connections, 1);
	assert_int_equal(talk.counts.opaque_bytes, 8);
	assert_int_equal(talk.counts.http1_connections, 1);
}

static void tunnels(void **state)
{
	(void)state;
	struct talk talk = {0};

	talk_expect(TURNS(">CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n",
			  "<HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\n\r\n",
			  ">GET /inside HTTP/1.1\r\n\r\n", "<HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
		    "0 complete | CONNECT a.example:443 none '' | 200 none '' upgrade\n"
		    "1 complete | GET /inside none '' | 200 whole 'ok'\n");
	talk_expect(TURNS(">CONNECT a:443 HTTP/1.1\r\n\r\n",
			  "<HTTP/1.1 407 No\r\nContent-Length: 2\r\n\r\nno",
			  ">CONNECT a:443 HTTP/1.1\r\nX: y\r\n\r\n", "<HTTP/1.1 200 OK\r\n\r\n"),
		    "0 complete | CONNECT a:443 none '' | 407 whole 'no'\n"
		    "1 complete | CONNECT a:443 none '' | 200 none '' upgrade\n");
	talk_tell(&talk, TURNS(">CONNECT a:443 HTTP/1.1\r\n\r\n", "<HTTP/1.1 200 OK\r\n\r\n"));
	talk_say(&talk, 0, (struct bytes){.data = "\x16\x03\x01\x00\x40\x01\x00\x00", .len = 8});
	free(talk_end(&talk));
	assert_int_equal(talk.counts.tls_connections, 1);
	assert_int_equal(talk.counts.opaque_bytes, 8);
}

static void bytes_after_close(void **state)
{
	(void)state;
	talk_expect(TURNS(">GET /1 HTTP/1.1\r\nConnection: close\r\n\r\n", "<HTTP/1.1 204 No\r\n\r\n",
			  ">GET /2 HTTP/1.1\r\n\r\n", "<HTTP/1.1 204 No\r\n\r\n"),
		    "0 complete | GET /1 none '' | 204 none ''\n1 complete | GET /2 none '' odd=200 | 204 "
		    "none ''\n");
}

static void ambiguous_lengths(void **state)
{
	(void)state;
	talk_expect(TURNS(">POST /1 HTTP/1.1\r\nContent-Length: 99\r\nTransfer-Encoding: "
			  "chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
			  "<HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: "
			  "1\r\n\r\n2\r\nab\r\n0\r\n\r\n",
			  ">POST /2 HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
			  "<HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\n\r\nabc",
			  ">POST /3 HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
			  "<HTTP/1.1 204 No\r\n\r\n"),
		    "0 complete | POST /1 whole 'ab' odd=1 | 200 whole 'ab' odd=1\n"
		    "1 complete | POST /2 whole 'abc' odd=2 | 200 whole 'abc' odd=2\n"
		    "2 complete | POST /3 whole 'abc' odd=6 | 204 none ''\n");
	talk_expect(
		TURNS(">POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked, x\r\nContent-Length: 2\r\n\r\nab",
		      "<HTTP/1.1 200 OK\r\nTransfer-Encoding: x\r\nContent-Length: 1\r\n\r\nabcd", "<$"),
		"0 complete | POST /1 whole 'ab' unsupported odd=81 | 200 whole 'abcd' unsupported odd=81\n");
}

static void odd_lines(void **state)
{
	(void)state;
	talk_expect(TURNS(">GET /1 HTTP/1.1\nHost: a\n\n", "<HTTP/1.1 204 No\r\nX: a\r\n b\r\n\tc\r\n\r\n",
			  ">GET /2 HTTP/1.1\r\nA: b\rc\r\nD : e\r\n\r\n",
			  "<HTTP/1.1 204\r\nno colon\r\nb@d: x\r\n\r\n", ">FOOBAR /3 HTTP/1.1\r\n\r\n",
			  "<HTTP/1.1 204 No\r\n\r\n", ">MERGE /4 HTTP/1.1\r\n\r\n",
			  "<HTTP/1.1 204 No\r\n\r\n", ">QUERY  /5 a  HTTP/1.1 \r\n\r\n",
			  "<HTTP/1.1 204 No\r\n\r\n"),
		    "0 complete | GET /1 none '' odd=10 | 204 none '' odd=8\n"
		    "1 complete | GET /2 none '' odd=60 | 204 none '' odd=4000\n"
		    "2 complete | FOOBAR /3 none '' odd=100 | 204 none ''\n"
		    "3 complete | MERGE /4 none '' | 204 none ''\n"
		    "4 complete | QUERY /5 a none '' | 204 none ''\n");
}

static void odd_chunks(void **state)
{
	(void)state;
	talk_expect(TURNS(">POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2 \r\nab\r\n0\r\n\r\n",
			  "<HTTP/1.1 204 No\r\n\r\n",
			  ">POST /2 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\nab\n0\n\n",
			  "<HTTP/1.1 204 No\r\n\r\n",
			  ">POST /3 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab1\r\nc\r\n0\r\n\r\n",
			  "<HTTP/1.1 204 No\r\n\r\n"),
		    "0 complete | POST /1 whole 'ab' odd=400 | 204 none ''\n"
		    "1 complete | POST /2 whole 'ab' odd=10 | 204 none ''\n"
		    "2 complete | POST /3 whole 'abc' odd=400 | 204 none ''\n");
}

static void header_fields(void **state)
{
	(void)state;
	struct talk talk = {.is_verbose = true};

	talk_expect_whole(
		&talk,
		TURNS(">GET /1 HTTP/1.1\r\nHOST: A\r\nX-A:   one  \r\n two\r\n \r\nX-A:\r\nX-B: "
		      "\t3\t\r\n\r\n",
		      "!"),
		"0 no_response | GET /1 none '' odd=8\n  host=[A]\n  x-a=[one two]\n  x-a=[]\n  x-b=[3]\n"
		"  at 1001 1001 1001\n");
}

static void malformed(void **state)
{
	(void)state;
	struct talk talk = {0};

	talk_expect_whole(&talk,
			  TURNS(">POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab",
				"<HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n", ">GET /2 HTTP/1.1\r\n\r\n",
				"<HTTP/1.1 204 No\r\n\r\n"),
			  "0 malformed | POST /1 unended '' odd=2400 | 400 none ''\n"
			  "1 complete | GET /2 none '' | 204 none ''\n");
	assert_int_equal(talk.counts.parse_errors, 1);
	assert_int_equal(talk.counts.hunts, 1);
	assert_int_equal(talk.counts.resyncs, 1);
	talk_expect_whole(&talk,
			  TURNS(">GET /1 HTTP/1.1\r\n\r\n", "<rubbish\r\n", ">GET /2 HTTP/1.1\r\n\r\n",
				"<HTTP/1.1 204 No\r\n\r\n"),
			  "0 malformed | GET /1 none '' | 0 none '' odd=2000\n1 complete | GET /2 none '' | "
			  "204 none ''\n");
	talk_expect_whole(&talk, TURNS(">GET /1 HTTP/1.1\r\nContent-Length: 1x\r\n\r\n", "!"),
			  "0 malformed | GET /1 none '' odd=12000\n");
}

static void early_responses(void **state)
{
	(void)state;
	talk_expect(TURNS(">POST /1 HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc",
			  "<HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n", ">def", ">GET /2 HTTP/1.1\r\n\r\n",
			  "<HTTP/1.1 204 No\r\n\r\n"),
		    "0 complete | POST /1 whole 'abcdef' | 413 none ''\n1 complete | GET /2 none '' | 204 "
		    "none ''\n");
	talk_expect(TURNS(">POST /1 HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc",
			  "<HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n", "<$"),
		    "0 request_cut | POST /1 unended 'abc' | 413 none ''\n");
}

static void cut_short(void **state)
{
	(void)state;
	talk_expect(TURNS(">GET /1 HTT", ">$"), "");
	talk_expect(TURNS(">GET /1 HTTP/1.1\r\nHos", ">$"), "0 request_cut |   none ''\n");
	talk_expect(TURNS(">GET /1 HTTP/1.1\r\n\r\n", "<HTTP/1.1 2", "<$"),
		    "0 response_cut | GET /1 none '' | 0 none ''\n");
	talk_expect(
		TURNS(">GET /1 HTTP/1.1\r\n\r\n", "<HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "<$"),
		"0 response_cut | GET /1 none '' | 200 unended 'abc'\n");
	talk_expect(
		TURNS(">GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n", "<$", ">GET /3 HTTP/1.1\r\n\r\n"),
		"0 no_response | GET /1 none ''\n1 no_response | GET /2 none ''\n2 no_response | GET /3 none "
		"''\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_exchange),
		cmocka_unit_test(the_answerer_may_be_the_client),
		cmocka_unit_test(kept_alive_and_pipelined),
		cmocka_unit_test(chunked_with_trailers),
		cmocka_unit_test(interim_responses_do_not_answer),
		cmocka_unit_test(responses_without_a_body),
		cmocka_unit_test(a_body_to_the_close),
		cmocka_unit_test(upgrades),
		cmocka_unit_test(tunnels),
		cmocka_unit_test(bytes_after_close),
		cmocka_unit_test(ambiguous_lengths),
		cmocka_unit_test(odd_lines),
		cmocka_unit_test(odd_chunks),
		cmocka_unit_test(header_fields),
		cmocka_unit_test(malformed),
		cmocka_unit_test(early_responses),
		cmocka_unit_test(cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
