/* gRPC calls: methods, boundaries, statuses, texts of messages; and what only looks like it. */
#include <zlib.h>

#include "parsers/base/buffer.h"
#include "parsers/body.h"
#include "tests/unit/parsers/http2_made.h"

#define CALL(path)                                                                                           \
	FIELDS(":method", "POST", ":scheme", "http", ":authority", "shop", ":path", path, "content-type",    \
	       "application/grpc", "te", "trailers")
#define CALL_GZIP(path)                                                                                      \
	FIELDS(":method", "POST", ":scheme", "http", ":authority", "shop", ":path", path, "content-type",    \
	       "application/grpc+proto", "grpc-encoding", "gzip")
#define ANSWER  FIELDS(":status", "200", "content-type", "application/grpc")
#define GOOD    FIELDS("grpc-status", "0")
#define MESSAGE "\x00\x00\x00\x00\x07\x0a\x05hello"

typedef void story(struct made *made);

/* Whole, byte by byte and in random splits: always `expected`, which leaves out the exchange itself. */
static struct session_counts expect(story *tell, const char *expected)
{
	struct session_counts counts = {0};

	for (unsigned seed = 0; seed < 12; seed++) {
		struct talk talk = {.split = seed == 0   ? TALK_WHOLE
					     : seed == 1 ? TALK_BYTES
							 : TALK_RANDOM,
				    .seed = seed,
				    .is_grpc_only = true};
		struct made made;
		char *text;

		made_begin(&made, 4096);
		made_start(&made);
		tell(&made);
		made_say(&made, &talk, 0);
		made_say(&made, &talk, 1);
		text = talk_end(&talk);
		counts = talk.counts;
		assert_string_equal(text, expected);
		free(text);
		made_end(&made);
	}
	return counts;
}

static void say(struct made *made, const char *const *call, struct bytes content)
{
	made_headers(made, 0, 1, MADE_OPEN, call);
	made_frame(made, 0, HTTP2_DATA, HTTP2_END_STREAM, 1, content);
}

static void answer(struct made *made, struct bytes content)
{
	made_headers(made, 1, 1, MADE_OPEN, ANSWER);
	made_frame(made, 1, HTTP2_DATA, 0, 1, content);
	made_headers(made, 1, 1, MADE_END, GOOD);
}

static void tell_streams(struct made *made)
{
	made_headers(made, 0, 1, MADE_OPEN, CALL("/shop.v1.Orders/Get"));
	made_frame(made, 0, HTTP2_DATA, 0, 1, BYTES("\x00\x00"));
	made_frame(made, 0, HTTP2_DATA, 0, 1, BYTES("\x00\x00\x07\x0a\x05he"));
	made_frame(made, 0, HTTP2_DATA, HTTP2_END_STREAM, 1, BYTES("llo\x00\x00\x00\x00\x00" MESSAGE));
	made_headers(made, 1, 1, MADE_OPEN, ANSWER);
	made_frame(made, 1, HTTP2_DATA, 0, 1, BYTES("\x00\x00\x00\x00\x0b\x12\x09\x0a\x03"));
	made_frame(made, 1, HTTP2_DATA, 0, 1, BYTES("abc\x10\x01\x18\x02"));
	made_headers(made, 1, 1, MADE_END, FIELDS("grpc-status", "5", "grpc-message", "no such order"));
}

static void streams(void **state)
{
	struct session_counts counts =
		expect(tell_streams, "\n  grpc shop.v1.Orders Get status 5"
				     "\n  request read 3 messages 14 bytes longest 7 1=[hello] 1=[hello]"
				     "\n  response read 1 messages 11 bytes longest 11 2.1=[abc]");

	(void)state;
	assert_int_equal(counts.grpc_calls, 1);
	assert_int_equal(counts.grpc_malformed, 0);
}

static void tell_trailers_only(struct made *made)
{
	say(made, CALL("/shop.v1.Orders/Steal"), BYTES(MESSAGE));
	made_headers(made, 1, 1, MADE_END,
		     FIELDS(":status", "200", "content-type", "application/grpc", "grpc-status", "12"));
}

static void trailers_only(void **state)
{
	(void)state;
	expect(tell_trailers_only, "\n  grpc shop.v1.Orders Steal status 12"
				   "\n  request read 1 messages 7 bytes longest 7 1=[hello]"
				   "\n  response none");
}

static struct buffer gzipped(struct bytes content)
{
	struct buffer out = BUFFER_MAX(MIB);
	z_stream stream = {0};

	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(buffer_reserve(&out, deflateBound(&stream, content.len) + 64), STATUS_OK);
	stream.next_in = (unsigned char *)(uintptr_t)content.data;
	stream.avail_in = (unsigned)content.len;
	stream.next_out = (unsigned char *)out.data;
	stream.avail_out = (unsigned)out.capacity;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	out.len = stream.total_out;
	deflateEnd(&stream);
	return out;
}

static void put(struct buffer *out, char flag, struct bytes message)
{
	const char prefix[5] = {flag, 0, 0, (char)(message.len >> 8), (char)message.len};

	assert_int_equal(buffer_append(out, (struct bytes){prefix, sizeof(prefix)}), STATUS_OK);
	assert_int_equal(buffer_append(out, message), STATUS_OK);
}

static void tell_packed(struct made *made)
{
	struct buffer packed = gzipped(BYTES("\x0a\x05hello")), content = BUFFER_MAX(MIB);

	put(&content, 1, buffer_bytes(&packed));
	put(&content, 0, BYTES("\x0a\x05plain"));
	put(&content, 1, BYTES(""));
	say(made, CALL_GZIP("/shop.v1.Orders/Put"), buffer_bytes(&content));
	answer(made, BYTES(MESSAGE));
	buffer_finish(&packed);
	buffer_finish(&content);
}

static void packed_messages(void **state)
{
	(void)state;
	expect(tell_packed, "\n  grpc shop.v1.Orders Put status 0"
			    "\n  request read 3 messages 34 bytes longest 27 1=[hello] 1=[plain]"
			    "\n  response read 1 messages 7 bytes longest 7 1=[hello]");
}

static void tell_bad_packing(struct made *made)
{
	say(made, CALL_GZIP("/a.B/C"), BYTES("\x01\x00\x00\x00\x04rubb" MESSAGE));
	answer(made, BYTES("\x01\x00\x00\x00\x04rubb" MESSAGE));
}

static void bad_packing(void **state)
{
	struct session_counts counts =
		expect(tell_bad_packing, "\n  grpc a.B C status 0"
					 "\n  request bad_coding 2 messages 11 bytes longest 7 1=[hello]"
					 "\n  response bad_coding 2 messages 11 bytes longest 7 1=[hello]");

	(void)state;
	assert_int_equal(counts.grpc_malformed, 1);
}

/* What stands in a broken body is still shown to the scan. */
static void tell_broken(struct made *made)
{
	say(made, CALL("/a.B/C"), BYTES(MESSAGE "{\"json\":1}"));
	answer(made, BYTES(MESSAGE "\x00\x00\x00\x00\x63the rest"));
}

static void broken_boundaries(void **state)
{
	(void)state;
	expect(tell_broken, "\n  grpc a.B C status 0"
			    "\n  request bad_prefix 1 messages 7 bytes longest 7 1=[hello] =[{\"json\":1}]"
			    "\n  response truncated 1 messages 7 bytes longest 7 1=[hello] =[the rest]");
}

static void tell_no_protobuf(struct made *made)
{
	say(made, CALL("nonsense"), BYTES("\x00\x00\x00\x00\x0bhello world" MESSAGE));
	answer(made, BYTES("\x00\x00\x00"));
}

static void no_protobuf(void **state)
{
	struct session_counts counts =
		expect(tell_no_protobuf,
		       "\n  grpc   status 0"
		       "\n  request bad_message 2 messages 18 bytes longest 11 =[hello world] 1=[hello]"
		       "\n  response truncated 0 messages 0 bytes longest 0");

	(void)state;
	assert_int_equal(counts.grpc_malformed, 1);
}

static void tell_json(struct made *made)
{
	say(made,
	    FIELDS(":method", "POST", ":scheme", "http", ":authority", "shop", ":path", "/proxy/a.B/C",
		   "content-type", "application/grpc+json"),
	    BYTES("\x00\x00\x00\x00\x07{\"a\":1}"));
	made_headers(made, 1, 1, MADE_OPEN, FIELDS(":status", "502", "content-type", "text/html"));
	made_frame(made, 1, HTTP2_DATA, HTTP2_END_STREAM, 1, BYTES("<p>bad gateway"));
}

static void json_messages(void **state)
{
	(void)state;
	expect(tell_json, "\n  grpc a.B C status -1"
			  "\n  request read 1 messages 7 bytes longest 7 =[{\"a\":1}]"
			  "\n  response none");
}

static void what_is_no_grpc(void **state)
{
	static const char *const types[] = {"application/grpcx", "application/grp", "text/plain",
					    "application/grpc-webber"};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct talk talk = {0};
		char head[200];
		char *text;

		snprintf(head, sizeof(head),
			 "POST /a.B/C HTTP/1.1\r\nContent-Type: %s\r\nContent-Length: 2\r\n\r\nhi", types[i]);
		talk_say(&talk, 0, bytes_of(head));
		text = talk_end(&talk);
		assert_int_equal(talk.counts.grpc_calls, 0);
		free(text);
	}
}

static void web_over_http1(const char *type, struct bytes request, struct bytes response,
			   const char *expected)
{
	struct talk talk = {.split = TALK_BYTES, .is_grpc_only = true};
	char head[300];
	char *text;

	snprintf(head, sizeof(head),
		 "POST /a.B/C HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", type,
		 request.len);
	talk_say(&talk, 0, bytes_of(head));
	talk_say(&talk, 0, request);
	snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
		 type, response.len);
	talk_say(&talk, 1, bytes_of(head));
	talk_say(&talk, 1, response);
	text = talk_end(&talk);
	assert_string_equal(text, expected);
	free(text);
}

static void web(void **state)
{
	const char *good = "\n  grpc-web a.B C status 7"
			   "\n  request read 1 messages 7 bytes longest 7 1=[hello]"
			   "\n  response read 1 messages 7 bytes longest 7 1=[hello]";

	(void)state;
	web_over_http1("application/grpc-web+proto", BYTES(MESSAGE),
		       BYTES(MESSAGE "\x80\x00\x00\x00\x10grpc-status: 7\r\n"), good);
	/* The same as base64, the trailers as a piece of their own. */
	web_over_http1("application/grpc-web-text", BYTES("AAAAAAcKBWhlbGxv"),
		       BYTES("AAAAAAcKBWhlbGxvgAAAABBncnBjLXN0YXR1czogNw0K"), good);
	web_over_http1("application/grpc-web-text", BYTES("AAAAAA==BwoFaGVsbG8="),
		       BYTES("AAAAAAcKBWhlbGxvgAAAABBncnBjLXN0YXR1czogNw0K"), good);
	web_over_http1("application/grpc-web-text", BYTES("AAAAAAc=CgVoZWxsbw=="),
		       BYTES("AAAAAAcKBWhlbGxv!!!"),
		       "\n  grpc-web a.B C status -1"
		       "\n  request read 1 messages 7 bytes longest 7 1=[hello]"
		       "\n  response bad_coding 0 messages 0 bytes longest 0");
}

/* -- texts in one message ----------------------------------------------------------------- */

static void texts_of(struct bytes message, const char *expected)
{
	struct buffer content = BUFFER_MAX(MIB);
	struct talk talk = {.is_grpc_only = true};
	char head[200], *text, *from;

	put(&content, 0, message);
	snprintf(head, sizeof(head),
		 "POST /a.B/C HTTP/1.1\r\nContent-Type: application/grpc\r\nContent-Length: %zu\r\n\r\n",
		 content.len);
	talk_say(&talk, 0, bytes_of(head));
	talk_say(&talk, 0, buffer_bytes(&content));
	text = talk_end(&talk);
	from = strstr(text, " longest ");
	assert_non_null(from);
	from += 9;
	from += strspn(from, "0123456789");
	*strstr(from, "\n  response") = '\0';
	assert_string_equal(from, expected);
	free(text);
	buffer_finish(&content);
}

static void texts(void **state)
{
	(void)state;
	texts_of(BYTES("\x0a\x02\xc3\xa4\x12\x02\xff\xfe\x1a\x00\x22\x01z"), " 1=[\xc3\xa4] 4=[z]");
	texts_of(BYTES("\x0b\x12\x03one\x0c\x12\x03two"), " 1.2=[one] 2=[two]"); /* a group */
	texts_of(BYTES("\xa2\x06\x03"
		       "abc"),
		 " 100=[abc]");
	/* A text of digits may pass for numbers; a message of readable bytes is looked at both ways. */
	texts_of(BYTES("\x0a\x12"
		       "111111111111111111"),
		 " 1=[111111111111111111]");
	texts_of(BYTES("\x0a\x22\x0a\x20"
		       "12345678901234567890123456789012"),
		 " 1=[\n 12345678901234567890123456789012] 1.1=[12345678901234567890123456789012]");
}

static void hostile_depth(void **state)
{
	struct buffer message = BUFFER_MAX(MIB), wrapped = BUFFER_MAX(MIB);
	struct talk talk = {.is_grpc_only = true};
	char head[200], *text;

	(void)state;
	assert_int_equal(buffer_append(&message, BYTES("\x0a\x01x")), STATUS_OK);
	for (int i = 0; i < 100; i++) {
		char prefix[3] = {0x0a, (char)(0x80 | (message.len & 0x7f)), (char)(message.len >> 7)};

		buffer_clear(&wrapped);
		assert_int_equal(buffer_append(&wrapped, (struct bytes){prefix, 3}), STATUS_OK);
		assert_int_equal(buffer_append(&wrapped, buffer_bytes(&message)), STATUS_OK);
		buffer_clear(&message);
		assert_int_equal(buffer_append(&message, buffer_bytes(&wrapped)), STATUS_OK);
	}
	buffer_clear(&wrapped);
	put(&wrapped, 0, buffer_bytes(&message));
	snprintf(head, sizeof(head),
		 "POST /a.B/C HTTP/1.1\r\nContent-Type: application/grpc\r\nContent-Length: %zu\r\n\r\n",
		 wrapped.len);
	talk_say(&talk, 0, bytes_of(head));
	talk_say(&talk, 0, buffer_bytes(&wrapped));
	text = talk_end(&talk);
	assert_non_null(strstr(text, "request ceiling 1 messages"));
	assert_int_equal(talk.counts.grpc_cut, 1);
	free(text);
	buffer_finish(&message);
	buffer_finish(&wrapped);
}

/* Many texts with long names: the memory of their places has its ceiling, and what is there stays. */
static void hostile_count(void **state)
{
	struct buffer content = BUFFER_MAX(8 * MIB);
	struct talk talk = {.is_grpc_only = true};
	char head[200], *text;

	(void)state;
	assert_int_equal(buffer_append(&content, BYTES("\x00\x00\x0a\xae\x60")), STATUS_OK);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(buffer_append(&content, i % 2 ? BYTES("\x82\x80\x40\x03"
								       "abc")
							       : BYTES("\x8a\x80\x40\x03"
								       "abc")),
				 STATUS_OK);
	assert_int_equal(content.len, 700005);
	content.data[2] = (char)(700000 >> 16);
	content.data[3] = (char)(700000 >> 8);
	content.data[4] = (char)700000;
	snprintf(head, sizeof(head),
		 "POST /a.B/C HTTP/1.1\r\nContent-Type: application/grpc\r\nContent-Length: %zu\r\n\r\n",
		 content.len);
	talk_say(&talk, 0, bytes_of(head));
	talk_say(&talk, 0, buffer_bytes(&content));
	text = talk_end(&talk);
	assert_non_null(strstr(text, "request ceiling 1 messages 700000 bytes longest 700000 131073=[abc]"));
	free(text);
	buffer_finish(&content);
}

static void a_hole(void **state)
{
	struct talk talk = {.is_grpc_only = true};
	struct made made;
	char *text;

	(void)state;
	made_begin(&made, 4096);
	made_start(&made);
	made_headers(&made, 0, 1, MADE_OPEN, CALL("/a.B/C"));
	made_say(&made, &talk, 0);
	made_say(&made, &talk, 1);
	made_frame(&made, 0, HTTP2_DATA, HTTP2_END_STREAM, 1, BYTES(MESSAGE MESSAGE));
	talk_say(&talk, 0, bytes_slice(buffer_bytes(&made.out[0]), 0, 23));
	talk_gap(&talk, 0, 5);
	talk_say(&talk, 0, bytes_from(buffer_bytes(&made.out[0]), 28));
	buffer_clear(&made.out[0]);
	answer(&made, BYTES(MESSAGE));
	made_say(&made, &talk, 1);
	text = talk_end(&talk);
	assert_string_equal(text, "\n  grpc a.B C status 0"
				  "\n  request not_whole 1 messages 7 bytes longest 7 1=[hello]"
				  "\n  response read 1 messages 7 bytes longest 7 1=[hello]");
	assert_int_equal(talk.counts.grpc_malformed, 0);
	free(text);
	made_end(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams),
		cmocka_unit_test(trailers_only),
		cmocka_unit_test(packed_messages),
		cmocka_unit_test(bad_packing),
		cmocka_unit_test(broken_boundaries),
		cmocka_unit_test(no_protobuf),
		cmocka_unit_test(json_messages),
		cmocka_unit_test(what_is_no_grpc),
		cmocka_unit_test(web),
		cmocka_unit_test(texts),
		cmocka_unit_test(hostile_depth),
		cmocka_unit_test(hostile_count),
		cmocka_unit_test(a_hole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
