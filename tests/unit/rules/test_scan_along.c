/* Bodies too large to keep, scanned as they come: the same hits as if they lay there whole, however they are
 * cut into parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include <cmocka.h>

#include "parsers/grpc.h"
#include "rules/scan_along.h"
#include "tests/unit/rules/both_ways.h"
#include "tests/unit/rules/workbench.h"

static struct workbench bench;

static int bench_up(void **state)
{
	(void)state;
	return workbench_up(&bench, NULL) ? 0 : -1;
}

static int bench_down(void **state)
{
	(void)state;
	workbench_down(&bench);
	return 0;
}

static struct exchange *exchange_of(const char *media_type)
{
	struct exchange *exchange = exchange_new(NULL);
	struct header *header;

	assert_non_null(exchange);
	header = arena_alloc(&exchange->arena, sizeof(*header));
	*header = (struct header){.name = BYTES("content-type"), .value = bytes_of(media_type)};
	exchange->request.is_seen = exchange->response.is_seen = true;
	exchange->response.headers = header;
	exchange->response.header_count = 1;
	return exchange;
}

/* The response's body in parts of so many bytes, then what all of it gave. */
static struct exchange *scan_in_parts(const char *media_type, struct bytes text, size_t len,
				      struct hits *hits)
{
	struct exchange *exchange = exchange_of(media_type);
	struct scan_along *along = along_new(exchange, &exchange->response);

	assert_non_null(along);
	assert_true(along_wants(&exchange->response));
	exchange->response.body.read_along = along;
	for (size_t at = 0; at < text.len; at += len) {
		/* Each part is gone when the next one comes. */
		struct bytes piece = bytes_slice(text, at, len);
		char *part = malloc(piece.len);

		assert_non_null(part);
		memcpy(part, piece.data, piece.len);
		along_take(along, bench.scanner, (struct bytes){part, piece.len});
		memset(part, 'x', piece.len);
		free(part);
	}
	along_end(along, bench.scanner);
	scanner_scan(bench.scanner, exchange, NULL, &(struct body_reading){.kind = BODY_UNREAD, .text = text},
		     hits);
	show_all(hits, exchange);
	return exchange;
}

static bool is_same(const struct hit *a, const struct hit *b)
{
	return a->class == b->class && a->side == b->side && a->part == b->part && a->count == b->count &&
	       a->layer == b->layer && bytes_equal(a->pointer, b->pointer) &&
	       bytes_equal(a->sample, b->sample) && strcmp(a->value_hmac, b->value_hmac) == 0;
}

/* What needs a word comes last in a whole scan, and last in each part of another: the order says nothing. */
static void assert_same(const struct hits *whole, const struct hits *parts, size_t len)
{
	size_t found = 0;

	for (size_t i = 0; i < whole->count; i++)
		for (size_t k = 0; k < parts->count; k++)
			if (bytes_equal(whole->list[i].class->id, parts->list[k].class->id) &&
			    is_same(&whole->list[i], &parts->list[k])) {
				found++;
				break;
			}
	if (found != whole->count || parts->count != whole->count)
		print_message("parts of %zu: %zu hits for %zu, %zu of them the same\n", len, parts->count,
			      whole->count, found);
	assert_int_equal(parts->count, whole->count);
	assert_int_equal(found, whole->count);
}

static const char json[] =
	" {\"a/b\": {\"c~d\": [1, {\"ssn\": \"799-08-6684\", \"x\": -12.5}, null, true, []]},\r\n"
	"\"mails\":[\"ann@example.com\",\"bob@example.com\",\"x\"],\"n\":4111111111111111,\"taxIds\":["
	"536221234],"
	"\"order\":536221234,\"t\":\"see 799-08-6684.\",\"esc\":\"k\\u0069m\\u0040exa\\u006dple.com "
	"\\ud83d\\ude00 "
	"\\\"q\\\" \\\\ "
	"\\n\",\"tom@example.org\":{},\"m\\u0061il\":{\"deep\":[[{\"k\":\"DE89370400440532013000\"}]]},"
	"\"b64\":\"cG9zdCB0byBlbW1hQGV4YW1wbGUuY29tIG5vdw==\",\"social\":{\"security\":{\"number\":\"536-22-"
	"1234\"}},"
	"\"last\":\"4111 1111 1111 1111\"}";

static void json_in_parts_is_json(void **state)
{
	struct exchange *exchange = exchange_of("application/json"), *parted;
	struct body_reading reading = {.kind = BODY_JSON};
	yyjson_doc *doc = yyjson_read(json, sizeof(json) - 1, 0);
	struct hits whole, hits;

	(void)state;
	assert_non_null(doc);
	reading.json = yyjson_doc_get_root(doc);
	scanner_scan(bench.scanner, exchange, NULL, &reading, &whole);
	show_all(&whole, exchange);
	assert_true(whole.count >= 10);
	for (size_t len = 1; len < sizeof(json); len += len < 40 ? 1 : 53) {
		parted = scan_in_parts("application/json", bytes_of(json), len, &hits);
		assert_same(&whole, &hits, len);
		for (size_t i = 0; i < hits.count; i++)
			assert_true(hits.list[i].is_placed);
		assert_false(hits.is_body_cut);
		exchange_free(parted);
	}
	yyjson_doc_free(doc);
	exchange_free(exchange);
}

static void lines_are_items(void **state)
{
	static const char text[] =
		"{\"a\":1}\n{\"ssn\":\"799-08-6684\"}\n[\"x\",\"ann@example.com\"]\n\"kim@example.com\"\n";
	struct exchange *exchange;
	struct hits hits;

	(void)state;
	for (size_t len = 1; len < sizeof(text); len++) {
		exchange = scan_in_parts("application/x-ndjson", bytes_of(text), len, &hits);
		assert_int_equal(hits.count, 3);
		for (size_t i = 0; i < hits.count; i++)
			assert_true(bytes_equal(hits.list[i].pointer, BYTES("/1/ssn")) ||
				    bytes_equal(hits.list[i].pointer, BYTES("/2/1")) ||
				    bytes_equal(hits.list[i].pointer, BYTES("/3")));
		exchange_free(exchange);
	}
}

static unsigned count_of(const struct hits *hits, const char *class_id)
{
	unsigned count = 0;

	for (size_t i = 0; i < hits->count; i++)
		if (bytes_equal(hits->list[i].class->id, bytes_of(class_id)))
			count += hits->list[i].count;
	return count;
}

/* Around the end of what is the first window's own. */
static bool is_near(size_t at)
{
	return at >= 61380 && at <= 61444;
}

/* A value at each place around the border of two windows: found once, where it stands. */
static void a_value_across_a_border_is_found_once(void **state)
{
	static const char *const types[] = {"text/csv", "application/xml", "application/octet-stream",
					    "application/json"};
	struct bytes value = BYTES("\nann@example.com;4111 1111 1111 1111;ssn: 799-08-6684\n");
	size_t len = 80000;
	char *text = malloc(len);
	struct exchange *exchange;
	struct hits hits;

	(void)state;
	assert_non_null(text);
	for (size_t type = 0; type < 4; type++)
		for (size_t at = 57200; at < 65600; at += is_near(at) ? 1 : 419) {
			memset(text, '-', len);
			if (type == 2)
				memset(text, '\1', 100);
			if (type == 3)
				memcpy(text, "[\"", 2);
			memcpy(text + at, value.data, value.len);
			exchange = scan_in_parts(types[type], (struct bytes){text, len}, 16384, &hits);
			assert_int_equal(count_of(&hits, "email"), 1);
			assert_int_equal(count_of(&hits, "pan"), 1);
			assert_int_equal(count_of(&hits, "us_ssn"), 1);
			if (type != 3)
				for (size_t i = 0; i < hits.count; i++)
					if (bytes_equal(hits.list[i].class->id, BYTES("email")))
						assert_int_equal(hits.list[i].offset, at + 1);
			exchange_free(exchange);
		}
	free(text);
}

/* The packs are loaded anew while a body comes. */
static void other_packs_take_over(void **state)
{
	struct exchange *exchange = exchange_of("application/json");
	struct scan_along *along = along_new(exchange, &exchange->response);
	struct scanner *other;
	struct pattern_set *set;
	struct packs packs;
	struct hits hits;

	(void)state;
	exchange->response.body.read_along = along;
	along_take(along, bench.scanner, BYTES("{\"mails\":[\"ann@example.com\","));
	assert_int_equal(packs_init(&packs, &bench.problems), STATUS_OK);
	assert_int_equal(pattern_set_new(&packs, &bench.problems, &set), STATUS_OK);
	other = scanner_new(set, &workbench_key);
	along_take(along, other, BYTES("\"bob@example.com\"],\"n\":\"4111 1111 1111 1111\"}"));
	along_end(along, other);
	scanner_scan(other, exchange, NULL, NULL, &hits);
	assert_int_equal(hits.count, 2);
	assert_int_equal(count_of(&hits, "email"), 2);
	for (size_t i = 0; i < hits.count; i++)
		assert_ptr_equal(hits.list[i].class, packs_class(&packs, hits.list[i].class->id));
	scanner_free(other);
	pattern_set_free(set);
	packs_finish(&packs);
	exchange_free(exchange);
}

/* -- the hostile twins ------------------------------------------------------------------------- */

/* What is no JSON is text from there on; what does not end is looked at all the same. */
static void broken_json_is_text(void **state)
{
	static const char *const texts[] = {
		"{\"a\":1]} ann@example.com",
		"}ann@example.com",
		"{\"a\": <ann@example.com>",
		"\"ann@example.com",
		"{\"ann@example.com",
		"[[[\"ann@example.com\\",
		"{\"k\":[\"ann@example.com\\u00",
		"{{{{,,,::\"ann@example.com\"",
	};
	struct exchange *exchange;
	struct hits hits;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (size_t len = 1; len < 40; len += 4) {
			exchange = scan_in_parts("application/json", bytes_of(texts[i]), len, &hits);
			assert_int_equal(count_of(&hits, "email"), 1);
			exchange_free(exchange);
		}
}

static void deep_wide_and_endless(void **state)
{
	size_t len = 400000;
	char *text = malloc(len);
	struct exchange *exchange;
	struct hits hits;

	(void)state;
	assert_non_null(text);
	memset(text, '[', len); /* deeper than is read */
	memcpy(text + len - 20, "\"ann@example.com\"", 17);
	exchange = scan_in_parts("application/json", (struct bytes){text, len}, 16384, &hits);
	assert_int_equal(count_of(&hits, "email"), 1);
	exchange_free(exchange);

	for (size_t at = 0; at < len; at += 1000) { /* keys that are longer than what is kept of keys */
		memset(text + at, 'k', 1000);
		memcpy(text + at, "{\"", 2);
		memcpy(text + at + 997, "\":", 2);
		text[at + 999] = ' ';
	}
	exchange = scan_in_parts("application/json", (struct bytes){text, len}, 16384, &hits);
	exchange_free(exchange);

	for (size_t at = 0; at < len; at += 40) { /* more places than hits are kept */
		char line[64];

		snprintf(line, sizeof(line), "{\"a%05zu\":\"ann%05zu@example.com\"}\n      ", at / 40,
			 at / 40);
		memcpy(text + at, line, 40);
	}
	exchange = scan_in_parts("application/x-ndjson", (struct bytes){text, len}, 16384, &hits);
	assert_int_equal(hits.count, LIMIT_HITS);
	assert_int_equal(hits.left_out, len / 40 - LIMIT_HITS);
	exchange_free(exchange);
	free(text);
}

static void noise_is_not_wanted(void **state)
{
	static const char *const types[] = {"image/png", "video/mp4", "font/woff2"};
	struct exchange *exchange;

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		exchange = exchange_of(types[i]);
		assert_false(along_wants(&exchange->response));
		exchange_free(exchange);
	}
}

/* A field of a message: its number, and a text of less than 16 KiB ... */
static size_t field_write(char *at, unsigned number, struct bytes text)
{
	size_t len = 0;

	at[len++] = (char)(number << 3 | 2);
	at[len++] = (char)(0x80 | (text.len & 0x7F));
	at[len++] = (char)(0x80 | (text.len >> 7 & 0x7F));
	at[len++] = (char)(text.len >> 14);
	memcpy(at + len, text.data, text.len);
	return len + text.len;
}

/* ... and a message of two of them, one of which stands in a field of its own. */
static size_t message_write(char *at, unsigned flag, struct bytes first, struct bytes second)
{
	size_t len = GRPC_PREFIX_LEN;

	len += field_write(at + len, 4, first);
	len += field_write(at + len, 6, second);
	at[0] = (char)flag;
	for (int i = 0; i < 4; i++)
		at[1 + i] = (char)((len - GRPC_PREFIX_LEN) >> (24 - 8 * i));
	return len;
}

static void hits_are(const char *text, size_t text_len, const char *const *ids, size_t count)
{
	static const size_t lens[] = {1, 2, 3, 5, 7, 64, 4096, 200 * KIB};

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		struct hits hits;
		struct exchange *exchange = scan_in_parts("application/grpc+proto",
							  (struct bytes){text, text_len}, lens[i], &hits);

		assert_int_equal(hits.count, count);
		for (size_t k = 0; k < count; k++) {
			size_t found = 0;

			for (size_t h = 0; h < hits.count; h++)
				found += bytes_equal(hits.list[h].class->id, bytes_of(ids[k]));
			assert_true(found > 0);
		}
		exchange_free(exchange);
	}
}

static void grpc_messages_are_read_one_by_one(void **state)
{
	static const char *const all[] = {"pan", "email", "us_ssn"};
	char *text = malloc(256 * KIB), *large = malloc(100 * KIB);
	size_t len = 0, from;

	(void)state;
	assert_non_null(text);
	assert_non_null(large);
	len += message_write(text + len, 0, BYTES("parcel"), BYTES("Hamburg"));
	/* The byte behind the number is a '2': the next field's. */
	len += message_write(text + len, 0, BYTES("4111111111111111"), BYTES("no"));
	len += message_write(text + len, 0, BYTES("x"), BYTES("ann@example.com"));
	/* Too large to hold: the text of it is looked at in runs. */
	memset(large, 'a', 100 * KIB);
	memcpy(large + 80 * KIB, " ssn 536-22-1234 ", 17);
	from = len;
	len += GRPC_PREFIX_LEN + 4;
	memcpy(text + len, large, 100 * KIB);
	len += 100 * KIB;
	memcpy(text + from, "\0\0\1\x90\4\x0a\x80\xa0\6", 9);
	len += message_write(text + len, 0, BYTES("last"), BYTES("line"));
	hits_are(text, len, all, 3);
	free(text);
	free(large);
}

/* No flag where one should stand, a message that ends too soon, one that says it is endless: what text there
 * is is looked at, and nothing is read beyond. */
static void broken_grpc_is_runs(void **state)
{
	static const char *const mail[] = {"email"};
	static const char bad[] = "\x42oops, ann@example.com \x01\x02",
			  endless[] = "\0\xff\xff\xff\xff\x0a\x10 ann@example.com ",
			  cut[] = "\0\0\0\1\0\x0a\x10 ann@example.com ";
	char text[64];
	size_t len;

	(void)state;
	hits_are(bad, sizeof(bad) - 1, mail, 1);
	hits_are(endless, sizeof(endless) - 1, mail, 1);
	hits_are(cut, sizeof(cut) - 1, mail, 1);
	len = message_write(text, 0x42, BYTES("x"), BYTES(" ann@example.com "));
	hits_are(text, len, mail, 1);
	hits_are("\0\0\0\0\0\0\0\0\0\0", 10, mail, 0);
}

/* A message that unpacks to much costs what it unpacks to, not what it is as sent. */
static void packed_grpc_messages_are_work(void **state)
{
	/* 1 MiB of zeros, by gzip: 1,053 bytes. */
	char *frame = malloc(4 * KIB), *zeros = calloc(1, MIB);
	struct exchange *exchange = exchange_of("application/grpc+proto");
	struct header fields[2] = {exchange->response.headers[0],
				   {.name = BYTES("grpc-encoding"), .value = BYTES("gzip")}};
	struct scan_along *along;
	z_stream packer = {.next_in = (Bytef *)zeros, .avail_in = MIB};
	size_t len;

	(void)state;
	assert_non_null(frame);
	assert_non_null(zeros);
	assert_int_equal(deflateInit2(&packer, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
	packer.next_out = (Bytef *)frame + GRPC_PREFIX_LEN;
	packer.avail_out = 4 * KIB - GRPC_PREFIX_LEN;
	assert_int_equal(deflate(&packer, Z_FINISH), Z_STREAM_END);
	len = packer.total_out + GRPC_PREFIX_LEN;
	deflateEnd(&packer);
	memcpy(frame,
	       (const char[]){1, 0, 0, (char)((len - GRPC_PREFIX_LEN) >> 8), (char)(len - GRPC_PREFIX_LEN)},
	       GRPC_PREFIX_LEN);
	exchange->response.headers = fields;
	exchange->response.header_count = 2;
	along = along_new(exchange, &exchange->response);
	assert_non_null(along);
	for (int i = 0; i < 10; i++)
		along_take(along, bench.scanner, (struct bytes){frame, len});
	assert_true(along->work >= 10 * MIB);
	along_end(along, bench.scanner);
	exchange->response.header_count = 0;
	exchange_free(exchange);
	free(frame);
	free(zeros);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_in_parts_is_json),
		cmocka_unit_test(lines_are_items),
		cmocka_unit_test(a_value_across_a_border_is_found_once),
		cmocka_unit_test(other_packs_take_over),
		cmocka_unit_test(broken_json_is_text),
		cmocka_unit_test(deep_wide_and_endless),
		cmocka_unit_test(noise_is_not_wanted),
		cmocka_unit_test(grpc_messages_are_read_one_by_one),
		cmocka_unit_test(broken_grpc_is_runs),
		cmocka_unit_test(packed_grpc_messages_are_work),
	};

	return cmocka_run_group_tests(tests, bench_up, bench_down);
}
