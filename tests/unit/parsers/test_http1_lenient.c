/* What clients accept of an odd response, and that the same oddity changes nothing where the connection goes
 * on. */
#include "parsers/http1_head.h"
#include "tests/unit/parsers/talk.h"

#define ASK   ">GET /1 HTTP/1.1\r\n\r\n"
#define NEXT  ">GET /2 HTTP/1.1\r\n\r\n", "<HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2", "<$"
#define CLOSE "<HTTP/1.1 200 OK\r\nConnection: close\r\n"
#define ALIVE "<HTTP/1.1 200 OK\r\n"
#define SAME  "1 complete | GET /2 none '' | 200 whole '2'\n"

static void chunk_sizes(void **state)
{
	static const char *const odd[] = {"2,", " 2", "\t\v\f\0332", "2 ", "02 ;x", "2\t9", "2g"};
	static const char *const plain[] = {"2;x=\"y", "2; foobar", "0000000000000000000000002"};
	char turn[200];

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		snprintf(turn, sizeof(turn), ALIVE "Transfer-Encoding: chunked\r\n\r\n%s\r\nab\r\n0\r\n\r\n",
			 odd[i]);
		talk_expect(TURNS(ASK, turn, NEXT),
			    "0 complete | GET /1 none '' | 200 whole 'ab' odd=400\n" SAME);
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		snprintf(turn, sizeof(turn), ALIVE "Transfer-Encoding: chunked\r\n\r\n%s\r\nab\r\n0\r\n\r\n",
			 plain[i]);
		talk_expect(TURNS(ASK, turn, NEXT), "0 complete | GET /1 none '' | 200 whole 'ab'\n" SAME);
	}
	/* Between data and size; a CR alone; and with trailers behind it. */
	talk_expect(TURNS(ASK, ALIVE "Transfer-Encoding: chunked\r\n\r\n2\r\nab2\r\ncd\r2\r9\r\nef\n0;\n\n",
			  NEXT),
		    "0 complete | GET /1 none '' | 200 whole 'abcdef' odd=430\n" SAME);
}

static void chunk_sizes_that_are_none(void **state)
{
	static const char *const none[] = {"\r\n2", "\r2", "x", "\x0b\r\n", ";x", "10000000000000000", "-2"};
	struct talk talk = {0};
	char turn[200];

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		snprintf(turn, sizeof(turn),
			 ALIVE "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n%s\r\nab\r\n0\r\n\r\n",
			 none[i]);
		talk_expect_whole(&talk, TURNS(ASK, turn, NEXT),
				  "0 malformed | GET /1 none '' | 200 unended 'abc' odd=2400\n" SAME);
	}
}

static void status_lines(void **state)
{
	static const struct {
		const char *line, *status;
	} odd[] = {{"HTTP/1.01 200 ok", "200"}, {"HTTP/1.10 200", "200"},    {"HTTP/1.1 2xx ok", "2"},
		   {"HTTP/1.1 20x", "20"},      {"HTTP/1.1 0200", "20"},     {"HTTP/1.1 2040 ok", "204"},
		   {"HTTP/x 200 ok", "200"},    {"HTTP/1.1 1000 ok", "100"}, {"HTTP/ 200", "200"}};
	char turn[200], expected[200];

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		snprintf(turn, sizeof(turn), "<%s\r\nContent-Length: 2\r\n\r\nok", odd[i].line);
		snprintf(expected, sizeof(expected),
			 "0 complete | GET /1 none '' | %s whole 'ok' odd=8000\n" SAME, odd[i].status);
		talk_expect(TURNS(ASK, turn, NEXT), expected);
	}
	/* What a status of more than three digits means is unknown: no tunnel, no upgrade. */
	talk_expect(TURNS(">CONNECT a:1 HTTP/1.1\r\n\r\n", "<HTTP/1.1 2000 ok\r\nContent-Length: 0\r\n\r\n",
			  NEXT),
		    "0 complete | CONNECT a:1 none '' | 200 none '' odd=8000\n" SAME);
}

static void no_status_lines(void **state)
{
	static const char *const none[] = {"<HTTP/1.1 ok\r\n\r\n", "<HTTP/1.1\r\n200 ok\r\n\r\n",
					   "<HTTQ/1.1 200\r\n\r\n"};
	struct talk talk = {0};
	char turn[300] = "<HTTP/";

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		talk_expect_whole(&talk, TURNS(ASK, none[i], NEXT),
				  "0 malformed | GET /1 none '' | 0 none '' odd=2000\n" SAME);
	memset(turn + 6, 'x', 200);
	memcpy(turn + 206, " 200 ok\r\n\r\n", sizeof(" 200 ok\r\n\r\n"));
	talk_expect_whole(&talk, TURNS(ASK, turn, NEXT),
			  "0 malformed | GET /1 none '' | 0 none '' odd=2000\n" SAME);
	/* Behind a loss only a proper one is believed. */
	talk_expect_whole(&talk, TURNS(ASK, "<#10", "<HTTP/1.01 200 ok\r\n\r\n", NEXT),
			  "0 gap_response | GET /1 none ''\n" SAME);
}

static void lengths(void **state)
{
	static const char *const none[] = {"2 1", "(2) 1", "2.0", "x"};
	struct talk talk = {0};
	char turn[200];

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		snprintf(turn, sizeof(turn), CLOSE "Content-Length: %s\r\n\r\nabcd", none[i]);
		talk_expect(TURNS(ASK, turn, "<$"),
			    "0 complete | GET /1 none '' | 200 whole 'abcd' odd=10000\n");
		snprintf(turn, sizeof(turn), ALIVE "Content-Length: %s\r\n\r\nabcd", none[i]);
		talk_expect_whole(&talk, TURNS(ASK, turn, NEXT),
				  "0 malformed | GET /1 none '' | 200 none '' odd=12000\n" SAME);
	}
}

static void codings(void **state)
{
	static const char *const chunked[] = {"Transfer-Encoding: chunked x",
					      "Transfer-Encoding: chunked\t;x"};
	char turn[200];

	(void)state;
	for (size_t i = 0; i < sizeof(chunked) / sizeof(chunked[0]); i++) {
		snprintf(turn, sizeof(turn), ALIVE "%s\r\n\r\n2\r\nab\r\n0\r\n\r\n", chunked[i]);
		talk_expect(TURNS(ASK, turn, NEXT),
			    i == 0 ? "0 complete | GET /1 none '' | 200 whole 'ab' odd=80\n" SAME
				   : "0 complete | GET /1 none '' | 200 whole 'ab'\n" SAME);
	}
	talk_expect(TURNS(ASK,
			  ALIVE
			  "Transfer-Encoding: x\r\nTransfer-Encoding: chunked, x\r\n\r\n2\r\nab\r\n0\r\n\r\n",
			  NEXT),
		    "0 complete | GET /1 none '' | 200 whole 'ab' unsupported odd=80\n" SAME);
	/* A request is still taken at its word. */
	talk_expect(TURNS(">POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked x\r\nContent-Length: 2\r\n\r\nab",
			  "<HTTP/1.1 204 No\r\n\r\n", NEXT),
		    "0 complete | POST /1 whole 'ab' unsupported odd=81 | 204 none ''\n" SAME);
}

/* "identity" was once a coding: it changes nothing, and another server may let it undo chunked. */
static void identity(void **state)
{
	(void)state;
	talk_expect(
		TURNS(">POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked, identity\r\n\r\n1\r\na\r\n0\r\n\r\n",
		      ALIVE "Content-Length: 1\r\n\r\nb", NEXT),
		"0 complete | POST /1 whole 'a' odd=80 | 200 whole 'b'\n" SAME);
	talk_expect(
		TURNS(">POST /1 HTTP/1.1\r\nTransfer-Encoding: identity, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
		      ALIVE "Content-Length: 1\r\n\r\nb", NEXT),
		"0 complete | POST /1 whole 'a' | 200 whole 'b'\n" SAME);
}

static void bare_cr(void **state)
{
	(void)state;
	talk_expect(TURNS(ASK, ALIVE "X: y\rContent-Length: 1\r\n\r\na", NEXT),
		    "0 complete | GET /1 none '' | 200 whole 'a' odd=20\n" SAME);
	talk_expect(TURNS(ASK, "<HTTP/1.1 200\rContent-Length: 1\r\n\na", NEXT),
		    "0 complete | GET /1 none '' | 200 whole 'a' odd=30\n" SAME);
	/* CR CR LF is one line end: some servers write it. */
	talk_expect(TURNS(ASK, "<HTTP/1.1 200 OK\r\r\nX: y\r\r\nContent-Length: 1\r\r\n\r\r\na", NEXT),
		    "0 complete | GET /1 none '' | 200 whole 'a' odd=20\n" SAME);
	talk_expect(TURNS(ASK, CLOSE "X: y\r\r\nContent-Length: 1\r\n\r\na", "<$"),
		    "0 complete | GET /1 none '' | 200 whole 'a' odd=20\n");
	/* An empty line of CR alone ends a head, when nothing comes after this response. */
	talk_expect(TURNS(ASK, CLOSE "\r\r\nX: y\r\n\r\na", "<$"),
		    "0 complete | GET /1 none '' | 200 whole '\r\nX: y\r\n\r\na' odd=20\n");
	talk_expect(TURNS(ASK, ALIVE "Content-Length: 1\r\n\rX: y\r\n\r\na", NEXT),
		    "0 complete | GET /1 none '' | 200 whole 'a' odd=20\n" SAME);
}

static void blank_before_the_colon(void **state)
{
	struct talk talk = {.is_verbose = true};

	(void)state;
	talk_expect(TURNS(ASK, CLOSE "Content-Length\t : 1\r\n\r\nabc", "<$"),
		    "0 complete | GET /1 none '' | 200 whole 'abc' odd=40\n");
	talk_expect(TURNS(ASK, ALIVE "Content-Length\t : 1\r\n\r\na", NEXT),
		    "0 complete | GET /1 none '' | 200 whole 'a' odd=40\n" SAME);
	talk_expect(TURNS(ASK, "<HTTP/1.0 200 OK\r\nContent-Length : 1\r\n\r\nabc", "<$"),
		    "0 complete | GET /1 none '' | 200 whole 'abc' odd=40\n");
	talk_expect(
		TURNS(ASK, "<HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length : 1\r\n\r\na", NEXT),
		"0 complete | GET /1 none '' | 200 whole 'a' odd=40\n" SAME);
	talk_expect_whole(&talk, TURNS(ASK, CLOSE "Content-Length : 1\r\n\r\nabc", "<$"),
			  "0 complete | GET /1 none ''\n  at 1001 1001 1001 | 200 whole 'abc' odd=40\n"
			  "  connection=[close]\n  content-length=[1]\n  at 1002 1002 1002\n");
}

static void lines_of_junk(void **state)
{
	static const char *const junk[] = {"\x7f\r\n", "Foo\r\n :x\r\n", "junk\r\n", "\x0b\n"};
	char turn[200], expected[200];

	(void)state;
	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		unsigned odd = (i == 1 ? ODDITY_OBS_FOLD : 0) | (i == 3 ? ODDITY_BARE_LF : 0) |
			       (unsigned)ODDITY_FIELD_INVALID;

		snprintf(turn, sizeof(turn), CLOSE "%sContent-Length: 2\r\n\r\nab", junk[i]);
		snprintf(expected, sizeof(expected),
			 "0 complete | GET /1 none '' | 200 whole '%sContent-Length: 2\r\n\r\nab' odd=%x\n",
			 junk[i], (unsigned)(odd & ~(unsigned)ODDITY_BARE_LF));
		talk_expect(TURNS(ASK, turn, "<$"), expected);
		snprintf(turn, sizeof(turn), ALIVE "%sContent-Length: 2\r\n\r\nab", junk[i]);
		snprintf(expected, sizeof(expected),
			 "0 complete | GET /1 none '' | 200 whole 'ab' odd=%x\n" SAME, odd);
		talk_expect(TURNS(ASK, turn, NEXT), expected);
	}
	talk_expect(
		TURNS(ASK, ALIVE "Transfer-Encoding:\r\n \r\n chunked\r\nConnection: close\r\n\r\nab", "<$"),
		"0 complete | GET /1 none '' | 200 whole ' \r\n chunked\r\nConnection: close\r\n\r\nab' "
		"odd=8\n");
	/* A line that goes on with the one before is no junk, a blank one is. */
	talk_expect(TURNS(ASK, CLOSE "X: y\r\n z\r\nContent-Length: 2\r\n\r\nab", "<$"),
		    "0 complete | GET /1 none '' | 200 whole 'ab' odd=8\n");
	talk_expect(TURNS(ASK, CLOSE "Transfer-Encoding: chunked\r\n \r\n\r\n2\r\nab\r\n0\r\n\r\n", "<$"),
		    "0 malformed | GET /1 none '' | 200 unended '' odd=2408\n");
	talk_expect(TURNS(ASK, ALIVE "Transfer-Encoding: chunked\r\n \r\n\r\n2\r\nab\r\n0\r\n\r\n", NEXT),
		    "0 complete | GET /1 none '' | 200 whole 'ab' odd=8\n" SAME);
	/* The body may be over before the bytes that were read are: the rest is handed out as what it is. */
	talk_expect(TURNS(ASK, CLOSE "Content-Length: 4\r\njunk\r\nX: y\r\n\r\nab", "<$"),
		    "0 complete | GET /1 none '' | 200 whole 'junk' odd=4000\n"
		    "1 malformed | 0 none '' odd=2200\n");
	talk_expect(
		TURNS(">HEAD /1 HTTP/1.1\r\n\r\n", CLOSE "\x7f\r\n\r\n", "<$"),
		"0 complete | HEAD /1 none '' | 200 none '' odd=4000\n1 malformed | 0 none '' odd=2200\n");
	/* In a request it is a line that says nothing. */
	talk_expect(TURNS(">POST /1 HTTP/1.1\r\nConnection: close\r\njunk\r\nContent-Length : 2\r\n\r\nab",
			  "<HTTP/1.1 204 No\r\n\r\n"),
		    "0 complete | POST /1 whole 'ab' odd=4040 | 204 none ''\n");
}

/* Nothing is looked at again and again: neither for each byte that comes nor for each line. */
static void a_head_of_carriage_returns(void **state)
{
	static const char *const starts[] = {CLOSE, ALIVE, CLOSE "\r\nx", ALIVE "X: y"};
	size_t len = LIMIT_HEAD_BYTES - 1000;
	char *turn = malloc(LIMIT_HEAD_BYTES);

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct talk talk = {.split = TALK_BYTES};
		char *text;

		memset(turn, '\r', len);
		memcpy(turn, starts[i], strlen(starts[i]));
		memcpy(turn + len, "\nContent-Length: 1\n\na", sizeof("\nContent-Length: 1\n\na"));
		talk_tell(&talk, TURNS(ASK, turn, "<$"));
		text = talk_end(&talk);
		assert_non_null(strstr(text, "0 complete | GET /1 none '' | 200 whole '"));
		free(text);
	}
	free(turn);
}

static struct http1_head head_of(struct bytes run, struct arena *arena, struct bytes *out_rest)
{
	struct http1_head head;
	size_t scanned = 0;

	assert_int_equal(http1_head_len(run, false, &scanned), run.len);
	assert_true(http1_head_read(run, false, arena, &head));
	assert_true(http1_head_read_last(run, arena, &head, out_rest));
	return head;
}

static void versions(void **state)
{
	static const struct {
		struct bytes line;
		enum http_version version;
	} lines[] = {
		{BYTES_INIT("HTTP/1.1 200 a"), HTTP_1_1},       {BYTES_INIT("HTTP/1.01 200 a"), HTTP_1_1},
		{BYTES_INIT("HTTP/1.10 200 a"), HTTP_1_1},      {BYTES_INIT("HTTP/1.00 200 a"), HTTP_1_0},
		{BYTES_INIT("HTTP/1\0.1 200 a"), HTTP_UNKNOWN}, {BYTES_INIT("HTTP/1.1\0 200 a"), HTTP_1_1}};
	struct http1_line line;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		http1_line_read(lines[i].line, false, &line);
		assert_int_equal(line.version, lines[i].version);
		assert_int_equal(line.status, 200);
		assert_int_equal(line.is_odd, i > 0);
		assert_false(line.is_status_odd);
		assert_int_equal(http1_look_due(lines[i].line), HTTP1_START_RESPONSE);
	}
}

static void the_rest_of_a_last_head(void **state)
{
	struct arena arena;
	struct bytes rest;

	(void)state;
	arena_init(&arena, 100000);
	head_of(BYTES("HTTP/1.1 200 OK\r\nConnection: close\r\nab\r\n\r\n"), &arena, &rest);
	assert_true(bytes_equal(rest, BYTES("ab\r\n\r\n")));
	head_of(BYTES("HTTP/1.1 200 OK\r\nab\r\nConnection: close\r\n\r\n"), &arena, &rest);
	assert_true(bytes_equal(rest, BYTES("ab\r\nConnection: close\r\n\r\n")));
	head_of(BYTES("HTTP/1.1 200 OK\r\nX: y\r z\r\nConnection: close\r\n\r\n"), &arena, &rest);
	assert_true(bytes_equal(rest, BYTES(" z\r\nConnection: close\r\n\r\n")));
	head_of(BYTES("HTTP/1.1 200 OK\r\nX: y\r\n z\r\nConnection: close\r\n\r\n"), &arena, &rest);
	assert_int_equal(rest.len, 0);
	head_of(BYTES("HTTP/1.1 200 OK\r\nab\r\nConnection: keep-alive\r\n\r\n"), &arena, &rest);
	assert_int_equal(rest.len, 0);
	arena_wipe(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunk_sizes),
		cmocka_unit_test(chunk_sizes_that_are_none),
		cmocka_unit_test(status_lines),
		cmocka_unit_test(no_status_lines),
		cmocka_unit_test(lengths),
		cmocka_unit_test(codings),
		cmocka_unit_test(identity),
		cmocka_unit_test(bare_cr),
		cmocka_unit_test(blank_before_the_colon),
		cmocka_unit_test(lines_of_junk),
		cmocka_unit_test(a_head_of_carriage_returns),
		cmocka_unit_test(versions),
		cmocka_unit_test(the_rest_of_a_last_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
