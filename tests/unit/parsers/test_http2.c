/* HTTP/2 without loss: every split of the bytes gives the same exchanges; and what is odd about frames. */
#include <dirent.h>
#include <yyjson.h>

#include "parsers/http2_headers.h"
#include "tests/unit/parsers/http2_made.h"

typedef void story(struct made *made, struct talk *talk);

/* Whole, byte by byte and in twenty random splits: always `expected`. */
static void expect(story *tell, const char *expected)
{
	for (unsigned seed = 0; seed < 22; seed++) {
		struct talk talk = {.split = seed == 0   ? TALK_WHOLE
					     : seed == 1 ? TALK_BYTES
							 : TALK_RANDOM,
				    .seed = seed};
		struct made made;
		char *text;

		made_begin(&made, 4096);
		made_start(&made);
		tell(&made, &talk);
		made_say(&made, &talk, 0);
		made_say(&made, &talk, 1);
		text = talk_end(&talk);
		assert_string_equal(text, expected);
		assert_int_equal(talk.counts.http2_connections, 1);
		free(text);
		made_end(&made);
	}
}

static void tell_plain(struct made *made, struct talk *talk)
{
	made_headers(made, 0, 1, MADE_OPEN,
		     FIELDS(":method", "POST", ":scheme", "https", ":authority", "Api.Example:8080", ":path",
			    "/a%20b?x=1", "cookie", "a=1", "x-y", " z ", "cookie", "b=2"));
	made_frame(made, 0, HTTP2_DATA, 0, 1, BYTES("hel"));
	made_headers(made, 0, 3, MADE_END, GET("/two"));
	made_frame(made, 0, HTTP2_DATA, HTTP2_END_STREAM, 1, BYTES("lo"));
	made_say(made, talk, 0);
	talk->is_verbose = true;
	made_headers(made, 1, 3, MADE_END, FIELDS(":status", "204"));
	made_headers(made, 1, 1, MADE_OPEN, FIELDS(":status", "103", "link", "x"));
	made_headers(made, 1, 1, MADE_OPEN, OK200);
	made_frame(made, 1, HTTP2_DATA, 0, 1, BYTES("abc"));
	made_headers(made, 1, 1, MADE_END, FIELDS("grpc-status", "0"));
	made_say(made, talk, 1);
	talk->is_verbose = false;
}

static void plain(void **state)
{
	struct talk talk = {.is_verbose = false};
	struct made made;
	char *text;

	(void)state;
	made_begin(&made, 4096);
	made_start(&made);
	tell_plain(&made, &talk);
	text = talk_end(&talk);
	assert_string_equal(text,
			    "1 complete | GET /two none ''\n  at 1001 1001 1001 | 204 none ''\n"
			    "  at 1002 1002 1002\n"
			    "0 complete | POST /a%20b?x=1 whole 'hello'\n  cookie=[a=1; b=2]\n  x-y=[z]\n"
			    "  at 1001 1001 1001 | 200 whole 'abc'\n  content-type=[text/plain]\n"
			    "  grpc-status=[0] trailer\n  at 1002 1002 1002 interim=1\n");
	free(text);
	made_end(&made);
}

static void tell_split(struct made *made, struct talk *talk)
{
	tell_plain(made, talk);
	talk->is_verbose = false;
}

static void splits(void **state)
{
	struct talk whole = {.split = TALK_WHOLE};
	struct made made;
	char *text;

	(void)state;
	made_begin(&made, 4096);
	made_start(&made);
	tell_split(&made, &whole);
	text = talk_end(&whole);
	expect(tell_split, text);
	free(text);
	made_end(&made);
}

static void tell_padded(struct made *made, struct talk *talk)
{
	struct bytes block = made_block(made, 0, GET("/p")), padding = BYTES("\0\0\0\0");
	struct buffer padded = BUFFER_MAX(1000);

	assert_int_equal(buffer_append(&padded, (struct bytes){"\4\x80\0\0\7\xff", 6}), STATUS_OK);
	assert_int_equal(buffer_append(&padded, block), STATUS_OK);
	assert_int_equal(buffer_append(&padded, padding), STATUS_OK);
	made_frame(made, 0, HTTP2_HEADERS, HTTP2_PADDED | HTTP2_WITH_PRIORITY, 1,
		   bytes_slice(buffer_bytes(&padded), 0, padded.len));
	made_frame(made, 0, HTTP2_CONTINUATION, HTTP2_END_HEADERS | 0x28, 1, BYTES_NONE);
	made_frame(made, 0, HTTP2_DATA, HTTP2_PADDED, 1, BYTES("\2ab\0\0"));
	made_frame(made, 0, HTTP2_DATA, HTTP2_PADDED, 1, (struct bytes){"\0", 1});
	made_frame(made, 0, 0xfa, 0xff, 77, BYTES("an extension"));
	made_frame(made, 0, HTTP2_PRIORITY, 0, 9, BYTES("\0\0\0\0\1"));
	made_frame(made, 0, HTTP2_DATA, HTTP2_END_STREAM, 1, BYTES_NONE);
	made_say(made, talk, 0);
	made_headers(made, 1, 1, MADE_END, OK200);
	buffer_finish(&padded);
	free((char *)(uintptr_t)block.data);
}

static void padding(void **state)
{
	(void)state;
	expect(tell_padded, "0 complete | GET /p whole 'ab' | 200 none ''\n");
}

static void tell_continued(struct made *made, struct talk *talk)
{
	struct bytes block = made_block(made, 0, GET("/a/long/path/in/three/frames"));

	made_frame(made, 0, HTTP2_HEADERS, HTTP2_END_STREAM, 1, bytes_slice(block, 0, 3));
	made_frame(made, 0, HTTP2_CONTINUATION, 0, 1, bytes_slice(block, 3, 4));
	made_frame(made, 0, HTTP2_CONTINUATION, 0, 1, BYTES_NONE);
	made_frame(made, 0, HTTP2_CONTINUATION, HTTP2_END_HEADERS, 1, bytes_from(block, 7));
	made_say(made, talk, 0);
	made_headers(made, 1, 1, MADE_END, OK200);
	free((char *)(uintptr_t)block.data);
}

static void tell_pushed(struct made *made, struct talk *talk)
{
	struct bytes block;
	struct buffer promise = BUFFER_MAX(1000);

	made_headers(made, 0, 1, MADE_END, GET("/"));
	made_say(made, talk, 0);
	block = made_block(made, 1, GET("/style"));
	assert_int_equal(buffer_append(&promise, (struct bytes){"\0\0\0\2", 4}), STATUS_OK);
	assert_int_equal(buffer_append(&promise, block), STATUS_OK);
	made_frame(made, 1, HTTP2_PUSH_PROMISE, HTTP2_END_HEADERS, 1, buffer_bytes(&promise));
	made_headers(made, 1, 1, MADE_END, OK200);
	made_headers(made, 1, 2, MADE_OPEN, OK200);
	made_frame(made, 1, HTTP2_DATA, HTTP2_END_STREAM, 2, BYTES("css"));
	buffer_finish(&promise);
	free((char *)(uintptr_t)block.data);
}

static void tell_resets(struct made *made, struct talk *talk)
{
	for (uint32_t id = 1; id < 10; id += 2)
		made_headers(made, 0, id, id == 5 ? MADE_OPEN : MADE_END, GET("/"));
	made_frame(made, 0, HTTP2_RST_STREAM, 0, 1, BYTES("\0\0\0\10"));
	made_say(made, talk, 0);
	made_headers(made, 1, 1, MADE_END, OK200); /* crossed the reset */
	made_headers(made, 1, 3, MADE_OPEN, OK200);
	made_frame(made, 1, HTTP2_RST_STREAM, 0, 3, BYTES("\0\0\0\2"));
	made_headers(made, 1, 5, MADE_END, OK200);
	made_frame(made, 1, HTTP2_RST_STREAM, 0, 5, BYTES("\0\0\0\0"));
	made_frame(made, 1, HTTP2_GOAWAY, 0, 0, BYTES("\0\0\0\7\0\0\0\0bye"));
}

static void frames(void **state)
{
	(void)state;
	expect(tell_continued, "0 complete | GET /a/long/path/in/three/frames none '' | 200 none ''\n");
	expect(tell_pushed, "0 complete | GET / none '' | 200 none ''\n"
			    "1 complete | GET /style none '' | 200 whole 'css'\n");
	expect(tell_resets,
	       "0 complete | GET / none '' | 200 none ''\n1 response_cut | GET / none '' | 200 unended ''\n"
	       "2 request_cut | GET / unended '' | 200 none ''\n4 no_response | GET / none ''\n"
	       "3 no_response | GET / none ''\n");
}

/* A response that the mirror shows before its request waits for it. */
static void swapped(void **state)
{
	struct talk talk = {0};
	struct made made;
	char *text;

	(void)state;
	made_begin(&made, 4096);
	made_start(&made);
	made_say(&made, &talk, 0);
	made_headers(&made, 0, 1, MADE_END, GET("/late"));
	made_headers(&made, 1, 1, MADE_END, OK200);
	talk_say_acking(&talk, 1, buffer_bytes(&made.out[1]), talk.sent[0] + made.out[0].len);
	assert_int_equal(talk.handed_out, 0);
	made_say(&made, &talk, 0);
	text = talk_end(&talk);
	assert_string_equal(text, "0 complete | GET /late none '' | 200 none ''\n");
	free(text);
	made_end(&made);
}

static void upgrade(void **state)
{
	struct talk talk = {0};
	struct made made;
	char *text;

	(void)state;
	made_begin(&made, 4096);
	made_start(&made);
	talk_tell(&talk,
		  TURNS(">POST /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
			"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: 2\r\n\r\nhi"));
	made_headers(&made, 1, 1, MADE_OPEN, OK200);
	made_frame(&made, 1, HTTP2_DATA, HTTP2_END_STREAM, 1, BYTES("yes"));
	talk_tell(&talk,
		  TURNS("<HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"));
	made_say(&made, &talk, 1);
	made_headers(&made, 0, 3, MADE_END, GET("/next"));
	made_say(&made, &talk, 0);
	made_headers(&made, 1, 3, MADE_END, OK200);
	made_say(&made, &talk, 1);
	text = talk_end(&talk);
	assert_string_equal(text, "0 complete | POST /up whole 'hi' | 200 whole 'yes' interim=1\n"
				  "1 complete | GET /next none '' | 200 none ''\n");
	assert_int_equal(talk.counts.exchanges[EXCHANGE_COMPLETE], 2);
	free(text);
	made_end(&made);
}

/* The peer's table may grow and shrink as the encoder says, whatever SETTINGS we saw. */
static void table_sizes(void **state)
{
	static const size_t sizes[] = {0, 4096, 65536, 100, 65536, 4096};
	struct made made;
	struct talk talk = {0};
	char *text, path[64];
	uint32_t id = 1;

	(void)state;
	made_begin(&made, 65536);
	made_start(&made);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(nghttp2_hd_deflate_change_table_size(made.encoders[0], sizes[i]), 0);
		for (int j = 0; j < 300; j++, id += 2) {
			snprintf(path, sizeof(path), "/a/path/with/a/number/%d", j % 150);
			made_headers(&made, 0, id, MADE_END, GET(path));
			made_headers(&made, 1, id, MADE_END, OK200);
			made_say(&made, &talk, 0);
			made_say(&made, &talk, 1);
		}
	}
	text = talk_end(&talk);
	free(text);
	assert_int_equal(talk.counts.exchanges[EXCHANGE_COMPLETE], 1800);
	assert_int_equal(talk.counts.http2_undecoded, 0);
	made_end(&made);
}

/* -- hpack-test-case ------------------------------------------------------------------ */

static size_t from_hex(const char *text, char *out)
{
	size_t len = strlen(text) / 2;

	for (size_t i = 0; i < len; i++)
		out[i] = (char)(ascii_hex_value(text[2 * i]) << 4 | ascii_hex_value(text[2 * i + 1]));
	return len;
}

static size_t check_case(struct http2_headers *headers, yyjson_val *one)
{
	const char *wire = yyjson_get_str(yyjson_obj_get(one, "wire"));
	yyjson_val *wanted = yyjson_obj_get(one, "headers"), *field, *key;
	char *block = malloc(strlen(wire) + 1);
	struct http2_fields fields;
	struct arena arena;
	size_t i, max;

	arena_init(&arena, MIB);
	assert_true(http2_headers_decode(headers, (struct bytes){block, from_hex(wire, block)}, 0, &arena,
					 &fields));
	assert_int_equal(fields.count, yyjson_arr_size(wanted));
	yyjson_arr_foreach(wanted, i, max, field)
	{
		key = unsafe_yyjson_get_first(field);
		assert_true(bytes_equal(fields.list[i].name->text, bytes_of(yyjson_get_str(key))));
		assert_true(bytes_equal(fields.list[i].value, bytes_of(yyjson_get_str(key + 1))));
	}
	http2_headers_forget(headers);
	arena_finish(&arena);
	free(block);
	return 1;
}

static size_t check_stories(const char *corpus, const char *name)
{
	char folder[512], path[1024];
	struct dirent *entry;
	size_t cases = 0, i, max;
	DIR *list;

	snprintf(folder, sizeof(folder), "%s/hpack-test-case/%s", corpus, name);
	list = opendir(folder);
	if (list == NULL)
		return 0;
	while ((entry = readdir(list)) != NULL) {
		struct session_counts counts = {0};
		struct http2_headers *headers;
		yyjson_doc *doc;
		yyjson_val *one;

		if (strstr(entry->d_name, ".json") == NULL)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		doc = yyjson_read_file(path, 0, NULL, NULL);
		assert_non_null(doc);
		headers = http2_headers_new(false, &counts);
		yyjson_arr_foreach(yyjson_obj_get(yyjson_doc_get_root(doc), "cases"), i, max, one) cases +=
			check_case(headers, one);
		http2_headers_free(headers);
		yyjson_doc_free(doc);
	}
	closedir(list);
	return cases;
}

static void hpack_stories(void **state)
{
	const char *corpus = getenv("SPECULAR_CORPUS");
	size_t cases;

	(void)state;
	if (corpus == NULL) {
		print_message("SPECULAR_CORPUS is not set: skipped\n");
		skip();
	}
	cases = check_stories(corpus, "nghttp2") + check_stories(corpus, "nghttp2-change-table-size");
	print_message("%zu header blocks of hpack-test-case\n", cases);
	assert_true(cases > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),       cmocka_unit_test(splits),        cmocka_unit_test(padding),
		cmocka_unit_test(frames),      cmocka_unit_test(swapped),       cmocka_unit_test(upgrade),
		cmocka_unit_test(table_sizes), cmocka_unit_test(hpack_stories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
