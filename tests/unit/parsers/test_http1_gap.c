/* Loss: what is skipped, what is cut, and that nothing is ever paired wrongly. */
#include "parsers/http1_body.h"
#include "tests/unit/parsers/talk.h"

#define OK1 "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"
#define NO1 "HTTP/1.1 204 No\r\n\r\n"

static void expect(const char *const *turns, const char *expected)
{
	struct talk talk = {0};

	talk_expect_whole(&talk, turns, expected);
}

/* Pins what http1_body_skip relies on: how the installed llhttp counts down in content_length. */
static void skip_in_the_installed_llhttp(void **state)
{
	struct http1_body_plan plan = {.framing = HTTP1_LENGTH, .length = 1000, .bytes_max = 100};
	struct http1_body *body = http1_body_new(&plan);
	size_t used;

	(void)state;
	assert_int_equal(http1_body_feed(body, BYTES("0123456789"), &used), HTTP1_BODY_MORE);
	assert_int_equal(http1_body_skip(body, 989), HTTP1_BODY_MORE);
	assert_int_equal(http1_body_feed(body, BYTES("xHTTP"), &used), HTTP1_BODY_DONE);
	assert_int_equal(used, 1);
	http1_body_free(body);
	body = http1_body_new(&plan);
	assert_int_equal(http1_body_skip(body, 1000), HTTP1_BODY_DONE);
	http1_body_free(body);
	body = http1_body_new(&plan);
	assert_int_equal(http1_body_skip(body, 1001), HTTP1_BODY_BROKEN);
	http1_body_free(body);
	plan.framing = HTTP1_CHUNKED;
	body = http1_body_new(&plan);
	assert_int_equal(http1_body_skip(body, 1), HTTP1_BODY_BROKEN);
	http1_body_free(body);
	body = http1_body_new(&plan);
	assert_int_equal(http1_body_feed(body, BYTES("64\r\nabc"), &used), HTTP1_BODY_MORE);
	assert_int_equal(http1_body_skip(body, 97), HTTP1_BODY_MORE);
	assert_int_equal(http1_body_feed(body, BYTES("\r\n5\r\n"), &used), HTTP1_BODY_MORE);
	assert_int_equal(http1_body_skip(body, 5), HTTP1_BODY_MORE);
	assert_int_equal(http1_body_skip(body, 1), HTTP1_BODY_BROKEN);
	http1_body_free(body);
	body = http1_body_new(&plan);
	assert_int_equal(http1_body_feed(body, BYTES("5\r\nabcde\r\n5"), &used), HTTP1_BODY_MORE);
	assert_int_equal(http1_body_skip(body, 1), HTTP1_BODY_BROKEN);
	http1_body_free(body);
}

static void inside_a_body(void **state)
{
	(void)state;
	for (unsigned split = 0; split < 2; split++) {
		struct talk talk = {.split = (enum talk_split)split};

		talk_expect_whole(
			&talk,
			TURNS(">POST /1 HTTP/1.1\r\nContent-Length: 20\r\n\r\nabcde", ">#5", ">fghijklmno",
			      "<HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nab", "<#4",
			      "<cd\r\n1\r\nx\r\n0\r\n\r\n", ">GET /2 HTTP/1.1\r\n\r\n", "<" NO1),
			"0 gap_request | POST /1 holed 'abcde' wire=20 gap=5 | 200 holed 'ab' wire=9 gap=4\n"
			"1 complete | GET /2 none '' | 204 none ''\n");
		assert_int_equal(talk.counts.hunts, 0);
		assert_int_equal(talk.counts.gap_bytes, 9);
	}
	expect(TURNS(">GET /1 HTTP/1.1\r\n\r\n", "<HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nabcde",
		     "<#15", ">GET /2 HTTP/1.1\r\n\r\n", "<" NO1),
	       "0 gap_response | GET /1 none '' | 200 holed 'abcde' wire=20 gap=15\n"
	       "1 complete | GET /2 none '' | 204 none ''\n");
	expect(TURNS(">GET /1 HTTP/1.0\r\n\r\n", "<HTTP/1.0 200 OK\r\n\r\nab", "<#1000", "<cd", "<$"),
	       "0 gap_response | GET /1 none '' | 200 holed 'ab' wire=1004 gap=1000\n");
}

static void past_a_body(void **state)
{
	struct talk talk = {0};

	(void)state;
	talk_expect_whole(&talk,
			  TURNS(">GET /1 HTTP/1.1\r\n\r\n",
				"<HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nabcde", "<#100",
				"<rest of something", ">GET /3 HTTP/1.1\r\n\r\n", "<" OK1 "3"),
			  "0 gap_response | GET /1 none '' | 200 holed 'abcde' wire=20 gap=100\n"
			  "1 complete | GET /3 none '' | 200 whole '3'\n");
	assert_int_equal(talk.counts.hunts, 1);
	assert_int_equal(talk.counts.resyncs, 1);
	assert_int_equal(talk.counts.mispairs_prevented, 0);
}

static void in_heads(void **state)
{
	(void)state;
	expect(TURNS(">GET /1 HTTP/1.1\r\nHo", ">#30", "<" OK1 "1", ">GET /2 HTTP/1.1\r\n\r\n", "<" OK1 "2"),
	       "0 gap_request |   none '' gap=30 | 200 whole '1'\n1 complete | GET /2 none '' | 200 whole "
	       "'2'\n");
	expect(TURNS(">GET /1 HTTP/1.1\r\n\r\n", "<HTTP/1.1 200 O", "<#30", "<abc",
		     ">GET /2 HTTP/1.1\r\n\r\n", "<" OK1 "2"),
	       "0 gap_response | GET /1 none '' | 0 none '' gap=30\n1 complete | GET /2 none '' | 200 whole "
	       "'2'\n");
	expect(TURNS(">POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab", ">#2",
		     ">5\r\nabcde\r\n0\r\n\r\n", "<" OK1 "1", ">GET /2 HTTP/1.1\r\n\r\n", "<" OK1 "2"),
	       "0 gap_request | POST /1 holed 'ab' gap=2 | 200 whole '1'\n1 complete | GET /2 none '' | 200 "
	       "whole '2'\n");
}

/* The known mistake of pairing by counting: the first request is given the second response. */
static void a_lost_request(void **state)
{
	struct talk talk = {0};

	(void)state;
	talk_expect_whole(&talk,
			  TURNS(">GET /1 HTTP/1.1\r\n\r\n", "<" OK1 "1", ">#40", "<" OK1 "2",
				">GET /3 HTTP/1.1\r\n\r\n", "<" OK1 "3"),
			  "0 complete | GET /1 none '' | 200 whole '1'\n1 no_request | 200 whole '2'\n"
			  "2 complete | GET /3 none '' | 200 whole '3'\n");
	assert_int_equal(talk.counts.orphan_responses, 1);
}

static void a_lost_response(void **state)
{
	struct talk talk = {0};

	(void)state;
	talk_expect_whole(&talk,
			  TURNS(">GET /1 HTTP/1.1\r\n\r\n", "<#39", ">GET /2 HTTP/1.1\r\n\r\n", "<" OK1 "2",
				">GET /3 HTTP/1.1\r\n\r\n", "<" OK1 "3"),
			  "0 gap_response | GET /1 none ''\n1 complete | GET /2 none '' | 200 whole '2'\n"
			  "2 complete | GET /3 none '' | 200 whole '3'\n");
	assert_int_equal(talk.counts.mispairs_prevented, 1);
}

/* Both halves of a round are lost: nothing proves what follows, until the round after it. */
static void a_lost_round(void **state)
{
	(void)state;
	expect(TURNS(">GET /1 HTTP/1.1\r\n\r\n", "<" OK1 "1", ">#30", "<#39", ">GET /3 HTTP/1.1\r\n\r\n",
		     "<" OK1 "3", ">GET /4 HTTP/1.1\r\n\r\n", "<" OK1 "4"),
	       "0 complete | GET /1 none '' | 200 whole '1'\n1 gap_pairing | GET /3 none ''\n"
	       "2 gap_pairing | 200 whole '3'\n3 complete | GET /4 none '' | 200 whole '4'\n");
}

static void lost_while_pipelined(void **state)
{
	(void)state;
	/* The first of two requests is lost: the first response is not the second's. */
	expect(TURNS(">#20", ">GET /2 HTTP/1.1\r\n\r\n", "<" OK1 "1" OK1 "2", ">GET /3 HTTP/1.1\r\n\r\n",
		     "<" OK1 "3"),
	       "0 gap_pairing | GET /2 none ''\n1 gap_pairing | 200 whole '1'\n2 gap_pairing | 200 whole "
	       "'2'\n"
	       "3 complete | GET /3 none '' | 200 whole '3'\n");
	/* The first of two responses is lost. */
	expect(TURNS(">GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n", "<#39", "<" OK1 "2",
		     ">GET /3 HTTP/1.1\r\n\r\n", "<" OK1 "3"),
	       "0 gap_response | GET /1 none ''\n1 gap_pairing | GET /2 none ''\n2 gap_pairing | 200 whole "
	       "'2'\n"
	       "3 complete | GET /3 none '' | 200 whole '3'\n");
}

static void without_acknowledgements(void **state)
{
	struct talk talk = {.hides_peer = true};

	(void)state;
	talk_expect_whole(&talk,
			  TURNS(">GET /1 HTTP/1.1\r\n\r\n", "<#39", ">GET /2 HTTP/1.1\r\n\r\n", "<" OK1 "2"),
			  "0 gap_pairing | GET /1 none ''\n2 gap_pairing | 200 whole '2'\n1 no_response | "
			  "GET /2 none ''\n");
}

static void one_sided(void **state)
{
	struct talk talk = {.hides_peer = true};

	(void)state;
	talk_expect_whole(&talk, TURNS(">GET /1 HTTP/1.1\r\n\r\n", ">GET /2 HTTP/1.1\r\n\r\n", "!"),
			  "0 no_response | GET /1 none ''\n1 no_response | GET /2 none ''\n");
	talk.hides_peer = true;
	talk_expect_whole(&talk, TURNS("<" OK1 "1", "<" OK1 "2", "!"),
			  "0 no_request | 200 whole '1'\n1 no_request | 200 whole '2'\n");
	assert_int_equal(talk.counts.http1_connections, 1);
}

static void joined_midway(void **state)
{
	struct talk talk = {.is_mid_stream = true};
	char *text;

	(void)state;
	talk_expect_whole(&talk,
			  TURNS("<half of a body that is no HTTP/1.1 200 OK\r\n", "<more of it",
				">GET /1 HTTP/1.1\r\n\r\n", "<" OK1 "1"),
			  "0 complete | GET /1 none '' | 200 whole '1'\n");
	assert_int_equal(talk.counts.hunts, 0);
	/* Put together by hand, without acknowledgements that mean anything. */
	talk.is_mid_stream = true;
	talk_tell(&talk, TURNS(">GET /1 HTTP/1.1\r\n\r\n"));
	talk_say_acking(&talk, 1, BYTES(OK1 "1"), 0);
	text = talk_end(&talk);
	assert_string_equal(text, "0 complete | GET /1 none '' | 200 whole '1'\n");
	free(text);
	/* Not so behind a loss: it may be the answer to what was lost. */
	talk.is_mid_stream = true;
	talk_tell(&talk, TURNS(">GET /1 HTTP/1.1\r\n\r\n", ">#20", ">GET /2 HTTP/1.1\r\n\r\n"));
	talk_say_acking(&talk, 1, BYTES(OK1 "1"), 0);
	talk_say_acking(&talk, 1, BYTES(OK1 "2"), 0);
	text = talk_end(&talk);
	assert_string_equal(text,
			    "0 complete | GET /1 none '' | 200 whole '1'\n2 no_request | 200 whole '2'\n"
			    "1 no_response | GET /2 none ''\n");
	free(text);
	talk.is_mid_stream = true;
	talk_expect_whole(&talk, TURNS("<" OK1 "0", ">GET /1 HTTP/1.1\r\n\r\n", "<" OK1 "1"),
			  "0 no_request | 200 whole '0'\n1 complete | GET /1 none '' | 200 whole '1'\n");
}

/* A mirror may show the response before its request. */
static void the_response_is_seen_first(void **state)
{
	struct talk talk = {0};
	struct bytes request = BYTES("GET /2 HTTP/1.1\r\n\r\n");
	char *text;

	(void)state;
	talk_tell(&talk, TURNS(">HEAD /1 HTTP/1.1\r\n\r\n", "<" OK1));
	talk_say_acking(&talk, 1, BYTES(OK1), talk.sent[0] + request.len);
	talk_say_acking(&talk, 1, BYTES("2"), talk.sent[0] + request.len);
	talk_say_acking(&talk, 0, request, talk.sent[1] - strlen(OK1) - 1);
	text = talk_end(&talk);
	assert_string_equal(
		text,
		"0 complete | HEAD /1 none '' | 200 none ''\n1 complete | GET /2 none '' | 200 whole '2'\n");
	free(text);
	talk_tell(&talk, TURNS(">GET /1 HTTP/1.1\r\n\r\n", "<" NO1));
	talk_say_acking(&talk, 1, BYTES(OK1 "2"), talk.sent[0] + request.len);
	talk_gap(&talk, 0, request.len);
	text = talk_end(&talk);
	assert_string_equal(text,
			    "0 complete | GET /1 none '' | 204 none ''\n1 no_request | 200 whole '2'\n");
	free(text);
	/* The very first one. */
	talk_begin(&talk);
	talk_say_acking(&talk, 1, BYTES(OK1 "2"), request.len);
	talk_say_acking(&talk, 0, request, 0);
	text = talk_end(&talk);
	assert_string_equal(text, "0 complete | GET /2 none '' | 200 whole '2'\n");
	free(text);
	/* Nothing comes: the end of the connection lets it go. */
	talk_tell(&talk, TURNS(">GET /1 HTTP/1.1\r\n\r\n", "<" NO1));
	talk_say_acking(&talk, 1, BYTES(OK1 "2"), talk.sent[0] + request.len);
	text = talk_end(&talk);
	assert_string_equal(text,
			    "0 complete | GET /1 none '' | 204 none ''\n1 no_request | 200 whole '2'\n");
	free(text);
}

/* An idle server says 408 to a request that it has not seen. */
static void an_unasked_response(void **state)
{
	struct talk talk = {0};
	char *text;

	(void)state;
	talk_tell(&talk, TURNS(">GET /1 HTTP/1.1\r\n\r\n", "<" NO1, ">GET /2 HTTP/1.1\r\n\r\n"));
	talk_say_acking(&talk, 1, BYTES("HTTP/1.1 408 Late\r\nContent-Length: 0\r\n\r\n"), talk.sent[0] - 19);
	text = talk_end(&talk);
	assert_string_equal(text, "0 complete | GET /1 none '' | 204 none ''\n2 no_request | 408 none ''\n"
				  "1 no_response | GET /2 none ''\n");
	free(text);
	assert_int_equal(talk.counts.mispairs_prevented, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(skip_in_the_installed_llhttp),
		cmocka_unit_test(inside_a_body),
		cmocka_unit_test(past_a_body),
		cmocka_unit_test(in_heads),
		cmocka_unit_test(a_lost_request),
		cmocka_unit_test(a_lost_response),
		cmocka_unit_test(a_lost_round),
		cmocka_unit_test(lost_while_pipelined),
		cmocka_unit_test(without_acknowledgements),
		cmocka_unit_test(one_sided),
		cmocka_unit_test(joined_midway),
		cmocka_unit_test(the_response_is_seen_first),
		cmocka_unit_test(an_unasked_response),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
