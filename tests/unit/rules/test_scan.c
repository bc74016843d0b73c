#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "rules/scan.h"
#include "tests/unit/rules/both_ways.h"
#include "tests/unit/rules/workbench.h"

static const char own[] =
	"pack: t\nclasses:\n  - {id: lines, pattern: '^zz[^q]+$'}\n"
	"  - {id: wide, pattern: '[a-z.]{1,64}#[a-z.]{1,255}[.][a-z]{2,24}'}\n"
	"  - {id: code, pattern: 'AC[0-9]{8}', locations: [request.query], mask: {keep_last: 3}}\n";

static struct workbench bench;

static int bench_up(void **state)
{
	(void)state;
	return workbench_up(&bench, own) ? 0 : -1;
}

static int bench_down(void **state)
{
	(void)state;
	workbench_down(&bench);
	return 0;
}

static struct body_reading json_of(const char *text, size_t len, yyjson_doc **out_doc)
{
	*out_doc = yyjson_read(text, len, 0);
	assert_non_null(*out_doc);
	return (struct body_reading){.kind = BODY_JSON, .json = yyjson_doc_get_root(*out_doc)};
}

static const struct hit *hit_of(const struct hits *hits, const char *class_id, size_t nth)
{
	for (size_t i = 0; i < hits->count; i++)
		if (bytes_equal(hits->list[i].class->id, bytes_of(class_id)) && nth-- == 0)
			return &hits->list[i];
	return NULL;
}

static void assert_bytes(struct bytes run, const char *text)
{
	if (!bytes_equal(run, bytes_of(text)))
		print_message("\"" BYTES_FORMAT "\" is not \"%s\"\n", BYTES_PRINT(run),
			      text == NULL ? "" : text);
	assert_true(bytes_equal(run, bytes_of(text)));
}

static void json_hits_point_at_their_values(void **state)
{
	static const char text[] = "{\"a/"
				   "b\":{\"c~d\":[1,{\"ssn\":\"799-08-6684\"}]},\"mails\":[\"ann@example."
				   "com\",\"bob@example.com\",\"x\"],"
				   "\"n\":4111111111111111,\"taxIds\":[536221234],\"order\":536221234,\"t\":"
				   "\"see 799-08-6684.\"}";
	struct exchange *exchange = exchange_new(NULL);
	const struct hit *hit;
	struct body_reading reading;
	struct hits hits;
	yyjson_doc *doc;

	(void)state;
	reading = json_of(text, sizeof(text) - 1, &doc);
	exchange->request.is_seen = exchange->response.is_seen = true;
	scanner_scan(bench.scanner, exchange, NULL, &reading, &hits);
	show_all(&hits, exchange);
	assert_int_equal(hits.count, 5);
	hit = hit_of(&hits, "us_ssn", 0);
	assert_bytes(hit->pointer, "/a~1b/c~0d/1/ssn");
	assert_bytes(hit->sample, "***-**-6684");
	assert_int_equal(hit->side, SIDE_RESPONSE);
	assert_int_equal(hit->part, PART_BODY);
	assert_bytes(hit_of(&hits, "us_ssn", 2)->pointer, "/taxIds/0");
	assert_bytes(hit_of(&hits, "us_ssn", 1)->pointer, "/t");
	assert_string_equal(hit->value_hmac, hit_of(&hits, "us_ssn", 1)->value_hmac);
	hit = hit_of(&hits, "email", 0);
	assert_bytes(hit->pointer, "/mails/0");
	assert_int_equal(hit->count, 2);
	assert_bytes(hit->sample, "a***@example.com");
	assert_bytes(hit_of(&hits, "pan", 0)->pointer, "/n");
	assert_bytes(hit_of(&hits, "pan", 0)->sample, "411111******1111");
	assert_false(hits.is_cut);
	yyjson_doc_free(doc);
	exchange_free(exchange);
}

static void a_lone_json_value_has_the_empty_pointer(void **state)
{
	struct exchange *exchange = exchange_new(NULL);
	struct body_reading reading;
	struct hits hits;
	yyjson_doc *doc;

	(void)state;
	reading = json_of("\"ann@example.com\"", 17, &doc);
	scanner_scan(bench.scanner, exchange, &reading, NULL, &hits);
	assert_int_equal(hits.count, 1);
	assert_int_equal(hits.list[0].pointer.len, 0);
	yyjson_doc_free(doc);
	exchange_free(exchange);
}

static void request_line_and_fields_are_scanned(void **state)
{
	static struct header request[] = {
		{.name = BYTES_INIT("authorization"), .value = BYTES_INIT("Bearer ann@example.com")},
		{.name = BYTES_INIT("x-customer-ssn"), .value = BYTES_INIT("536221234")},
		{.name = BYTES_INIT("x-order"), .value = BYTES_INIT("536221234")},
		{.name = BYTES_INIT("cookie"), .value = BYTES_INIT("a=1; mail=ann@example.com; b")},
	};
	static struct header response[] = {
		{.name = BYTES_INIT("set-cookie"),
		 .value = BYTES_INIT("m=ann@example.com; Path=/; Domain=bob@example.com")},
		{.name = BYTES_INIT("x-owner"), .value = BYTES_INIT("ann@example.com")},
	};
	struct exchange *exchange = exchange_new(NULL);
	struct hits hits;
	const struct hit *hit;

	(void)state;
	exchange->path = BYTES("/u/ann%40example.com/ssn/799-08-6684/bob@example.com,x");
	exchange->query = BYTES("q=AC12345678&m=ann%40example.com&z=XAC12345678Z&c=5555+5555+5555+4444");
	exchange->request = (struct message){.is_seen = true, .headers = request, .header_count = 4};
	exchange->response = (struct message){.is_seen = true, .headers = response, .header_count = 2};
	scanner_scan(bench.scanner, exchange, NULL, NULL, &hits);
	show_all(&hits, exchange);
	hit = hit_of(&hits, "email", 0);
	assert_int_equal(hit->part, PART_PATH);
	assert_bytes(bytes_slice(exchange->path, hit->offset, hit->len), "ann%40example.com");
	hit = hit_of(&hits, "us_ssn", 0);
	assert_bytes(bytes_slice(exchange->path, hit->offset, hit->len), "799-08-6684");
	hit = hit_of(&hits, "email", 1);
	assert_bytes(bytes_slice(exchange->path, hit->offset, hit->len), "bob@example.com");
	hit = hit_of(&hits, "email", 2);
	assert_int_equal(hit->part, PART_QUERY);
	assert_bytes(hit->name, "m");
	assert_bytes(hit_of(&hits, "code", 0)->name, "q");
	assert_bytes(hit_of(&hits, "code", 0)->sample, "*******678");
	assert_null(hit_of(&hits, "code", 1));
	assert_bytes(hit_of(&hits, "pan", 0)->name, "c");
	hit = hit_of(&hits, "us_ssn", 1);
	assert_int_equal(hit->part, PART_HEADER);
	assert_bytes(hit->name, "x-customer-ssn");
	assert_null(hit_of(&hits, "us_ssn", 2));
	hit = hit_of(&hits, "email", 3);
	assert_int_equal(hit->part, PART_COOKIE);
	assert_bytes(hit->name, "mail");
	hit = hit_of(&hits, "email", 4);
	assert_int_equal(hit->part, PART_COOKIE);
	assert_int_equal(hit->side, SIDE_RESPONSE);
	assert_bytes(hit->name, "m");
	assert_bytes(hit_of(&hits, "email", 5)->name, "x-owner");
	assert_null(hit_of(&hits, "email", 6));
	exchange_free(exchange);
}

static void forms_and_texts_are_scanned(void **state)
{
	struct exchange *exchange = exchange_new(NULL);
	struct form_field fields[] = {{.name = BYTES("mail"), .value = BYTES("ann@example.com")}};
	struct body_reading form = {.kind = BODY_FORM, .fields = fields, .field_count = 1};
	struct body_reading text = {
		.kind = BODY_TEXT,
		.text = BYTES(
			"<a><ssn>536221234</ssn><order>536221234</order></a>\nssn\n536221235, 536221236")};
	struct hits hits;

	(void)state;
	scanner_scan(bench.scanner, exchange, &form, &text, &hits);
	assert_int_equal(hits.count, 2);
	assert_bytes(hits.list[0].name, "mail");
	assert_int_equal(hit_of(&hits, "us_ssn", 0)->count, 2);
	assert_int_equal(hit_of(&hits, "us_ssn", 0)->side, SIDE_RESPONSE);
	text.kind = BODY_OPAQUE;
	scanner_scan(bench.scanner, exchange, NULL, &text, &hits);
	assert_int_equal(hits.count, 0);
	exchange_free(exchange);
}

/* Parts, elements and items are values with a place, like those of JSON. */
static void values_of_other_bodies_are_scanned(void **state)
{
	static const struct {
		const char *type, *content, *pointer;
	} rows[] = {
		{"multipart/form-data; boundary=x",
		 "--x\r\nContent-Disposition: form-data; name=\"mail\"\r\n\r\nann@example.com\r\n--x--",
		 "/mail"},
		{"multipart/form-data; boundary=x",
		 "--x\r\nContent-Disposition: form-data; name=\"j\"\r\nContent-Type: application/json\r\n\r\n"
		 "{\"a\":[\"ann@example.com\"]}\r\n--x--",
		 "/j/a/0"},
		{"application/xml", "<order mail='ann@example.com'/>", "/mail"},
		{"application/soap+xml", "<e><b><mail>ann@example.com</mail></b></e>", "/b/mail"},
		{"application/jsonl", "1\n{\"mail\":\"ann@example.com\"}\n", "/1/mail"},
		{"text/event-stream", "data: ann@example.com\n\n", "/0/data"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct exchange *exchange = exchange_new(NULL);
		struct header type = {.name = BYTES("content-type"), .value = bytes_of(rows[i].type)};
		struct body_reading reading;
		struct hits hits;

		exchange->request.is_seen = true;
		exchange->request.headers = &type;
		exchange->request.header_count = 1;
		exchange->request.body.content = bytes_of(rows[i].content);
		exchange->request.body.state = BODY_WHOLE;
		body_read(exchange, &exchange->request, NULL, &reading);
		scanner_scan(bench.scanner, exchange, &reading, NULL, &hits);
		assert_int_equal(hits.count, 1);
		assert_bytes(hits.list[0].pointer, rows[i].pointer);
		exchange_free(exchange);
	}
}

/* Names are data too, and what a value encodes; each is told where it stands. */
static void names_and_layers_are_scanned(void **state)
{
	static const struct {
		const char *json, *class_id, *pointer;
		enum scan_layer layer;
		unsigned count;
	} rows[] = {
		{"{\"a\":{\"ann@example.com\":{}}}", "email", "/a/ann@example.com", SCAN_LAYER_NONE, 1},
		{"{\"799-08-6684\":1}", "us_ssn", "/799-08-6684", SCAN_LAYER_NONE, 1},
		{"{\"AKIAQYLPMN5HHHFPZAM2\":1}", "aws_access_key", "/AKIAQYLPMN5HHHFPZAM2", SCAN_LAYER_NONE,
		 1},
		{"{\"a\":\"ann%40example.com\"}", "email", "/a", SCAN_LAYER_PERCENT, 1},
		{"{\"a\":\"ann@example.com%20\"}", "email", "/a", SCAN_LAYER_NONE, 1},
		{"{\"b\":\"bWFpbCBhbm5AZXhhbXBsZS5jb20gbm93\"}", "email", "/b", SCAN_LAYER_BASE64, 1},
		{"{\"b\":\"data:text/plain;base64,bWFpbCBhbm5AZXhhbXBsZS5jb20gbm93\"}", "email", "/b",
		 SCAN_LAYER_BASE64, 1},
		{"[\"x\",\"eyJhbGciOiJIUzI1NiJ9.eyJzc24iOiI1MzYyMjEyMzQiLCJtYWlsIjoiYW5uQGV4YW1wbGUuY29tIn0."
		 "x\"]",
		 "email", "/1", SCAN_LAYER_TOKEN, 1},
		{"[\"x\",\"eyJhbGciOiJIUzI1NiJ9.eyJzc24iOiI1MzYyMjEyMzQiLCJtYWlsIjoiYW5uQGV4YW1wbGUuY29tIn0."
		 "x\"]",
		 "us_ssn", "/1", SCAN_LAYER_TOKEN, 1},
		{"{\"a\":\"\\u0061nn@example.com\"}", "email", "/a", SCAN_LAYER_NONE, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct exchange *exchange = exchange_new(NULL);
		struct body_reading reading;
		const struct hit *hit;
		struct hits hits;
		yyjson_doc *doc;

		reading = json_of(rows[i].json, strlen(rows[i].json), &doc);
		scanner_scan(bench.scanner, exchange, NULL, &reading, &hits);
		hit = hit_of(&hits, rows[i].class_id, 0);
		if (hit == NULL)
			fail_msg("no %s in %s", rows[i].class_id, rows[i].json);
		assert_bytes(hit->pointer, rows[i].pointer);
		assert_int_equal(hit->layer, rows[i].layer);
		assert_int_equal(hit->count, rows[i].count);
		assert_false(hits.is_cut);
		yyjson_doc_free(doc);
		exchange_free(exchange);
	}
}

static void what_is_no_layer_stays_closed(void **state)
{
	static const char *const texts[] = {
		"",
		"%",
		"%4",
		"%zz@example",
		"JVBERi0xLjQKJeLjz9MKMyAwIG9iago8PC9MZW5ndGg", /* a PDF */
		"8f14e45fceea167a5a36dedd4bea2543",            /* hexadecimal */
		"00340434161094027318000000",                  /* digits */
		"bWFpbCBhbm5AZXhhbXBsZS5jb20gbm93A",           /* no length of base64 */
		"eyJhbGciOiJIUzI1NiJ9.!!!.x",
		"eyJhbGciOiJIUzI1NiJ9..",
		"========================",
	};
	struct exchange *exchange = exchange_new(NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (int layer = SCAN_LAYER_NONE; layer < SCAN_LAYER_COUNT; layer++)
			if (layer_open((enum scan_layer)layer, bytes_of(texts[i]), &exchange->arena).len > 0)
				fail_msg("'%s' opened as %d", texts[i], layer);
	exchange_free(exchange);
}

static void texts_in_other_bytes_are_scanned(void **state)
{
	static const char file[] = "\x7f\x00\x01 owner ann@example.com\x00\xff\x12short\x00 799-08-6684 \x01";
	struct exchange *exchange = exchange_new(NULL);
	struct header type = {.name = BYTES("content-type"), .value = BYTES("application/octet-stream")};
	struct body_reading opaque = {.kind = BODY_OPAQUE};
	struct hits hits;

	(void)state;
	exchange->response.is_seen = true;
	exchange->response.headers = &type;
	exchange->response.header_count = 1;
	exchange->response.body.content = (struct bytes){file, sizeof(file) - 1};
	scanner_scan(bench.scanner, exchange, NULL, &opaque, &hits);
	assert_int_equal(hits.count, 2);
	assert_non_null(hit_of(&hits, "email", 0));
	assert_non_null(hit_of(&hits, "us_ssn", 0));
	type.value = BYTES("image/jpeg");
	scanner_scan(bench.scanner, exchange, NULL, &opaque, &hits);
	assert_int_equal(hits.count, 0);
	exchange_free(exchange);
}

static unsigned count_in(const char *text, const char *class_id)
{
	struct exchange *exchange = exchange_new(NULL);
	struct body_reading reading = {.kind = BODY_TEXT, .text = bytes_of(text)};
	const struct hit *hit;
	struct hits hits;
	unsigned count;

	scanner_scan(bench.scanner, exchange, &reading, NULL, &hits);
	hit = hit_of(&hits, class_id, 0);
	count = hit == NULL ? 0 : hit->count;
	exchange_free(exchange);
	return count;
}

static void edges_and_overlaps(void **state)
{
	(void)state;
	assert_int_equal(count_in("799-08-6684", "us_ssn"), 1);
	assert_int_equal(count_in("1799-08-6684", "us_ssn"), 0);
	assert_int_equal(count_in("799-08-66841", "us_ssn"), 0);
	assert_int_equal(count_in("1-799-08-6684", "us_ssn"), 0);
	assert_int_equal(count_in("799-08-6684.5", "us_ssn"), 0);
	assert_int_equal(count_in("(799-08-6684).", "us_ssn"), 1);
	assert_int_equal(count_in("799-08-6684 799-08-6685\n166-42-3622", "us_ssn"), 3);
	/* The leftmost start belongs to another number; the later one holds. */
	assert_int_equal(count_in("DE12 GB29 NWBK 6016 1331 9268 19", "iban"), 1);
	assert_int_equal(count_in("ann@example.com,bob@example.com", "email"), 2);
	assert_int_equal(count_in("ann@mail.example.co.uk", "email"), 1);
	assert_int_equal(count_in("\xc3\xa4"
				  "799-08-6684\xc3\xa4",
				  "us_ssn"),
			 1);
	/* A card number by chance inside an IBAN is none. */
	assert_int_equal(count_in("AT46 4747 6117 2421 8270", "iban"), 1);
	assert_int_equal(count_in("AT46 4747 6117 2421 8270", "pan"), 0);
	assert_int_equal(count_in("phone: +1 (234) 901-7019", "phone_e164"), 1);
}

/* Hyperscan keeps no starts of a pattern as large as "wide". */
static void large_patterns_have_starts_too(void **state)
{
	struct exchange *exchange = exchange_new(NULL);
	struct form_field fields[] = {
		{.name = BYTES("a"), .value = BYTES("see 1x, ann.b#mail.example, Xbob#y.zz")},
		{.name = BYTES("b"), .value = BYTES("ann#mail")}};
	struct body_reading form = {.kind = BODY_FORM, .fields = fields, .field_count = 2};
	struct hits hits;

	(void)state;
	scanner_scan(bench.scanner, exchange, &form, NULL, &hits);
	assert_int_equal(hits.count, 1);
	assert_int_equal(hits.list[0].count, 1);
	show_all(&hits, exchange);
	assert_bytes(hits.list[0].sample, "***.******.*******");
	exchange_free(exchange);
}

static void matches_never_cross_values(void **state)
{
	struct exchange *exchange = exchange_new(NULL);
	struct form_field fields[] = {{.name = BYTES("a"), .value = BYTES("zz12345")},
				      {.name = BYTES("b"), .value = BYTES("zz45678")},
				      {.name = BYTES("c"), .value = BYTES("4111 1111 1111")},
				      {.name = BYTES("d"), .value = BYTES("1111 12345")}};
	struct body_reading form = {.kind = BODY_FORM, .fields = fields, .field_count = 4};
	struct hits hits;

	(void)state;
	scanner_scan(bench.scanner, exchange, &form, NULL, &hits);
	assert_int_equal(hits.count, 2);
	assert_bytes(hit_of(&hits, "lines", 0)->name, "a");
	assert_bytes(hit_of(&hits, "lines", 1)->name, "b");
	exchange_free(exchange);
}

static void nothing_is_lost_in_silence(void **state)
{
	struct exchange *exchange = exchange_new(NULL);
	struct form_field *fields = calloc(LIMIT_HITS + 10, sizeof(*fields));
	struct body_reading form = {.kind = BODY_FORM, .fields = fields, .field_count = LIMIT_HITS + 10};
	struct body_reading large = {.kind = BODY_TEXT,
				     .text = {calloc(1, LIMIT_SCAN_BYTES + 10), LIMIT_SCAN_BYTES + 10}};
	char names[LIMIT_HITS + 10][8];
	struct hits hits;

	(void)state;
	for (size_t i = 0; i < LIMIT_HITS + 10; i++) {
		snprintf(names[i], sizeof(names[i]), "f%zu", i);
		fields[i] =
			(struct form_field){.name = bytes_of(names[i]), .value = BYTES("ann@example.com")};
	}
	scanner_scan(bench.scanner, exchange, &form, NULL, &hits);
	assert_int_equal(hits.count, LIMIT_HITS);
	assert_int_equal(hits.left_out, 10);
	assert_false(hits.is_cut);
	scanner_scan(bench.scanner, exchange, &large, &form, &hits);
	assert_true(hits.is_cut);
	free((void *)(uintptr_t)large.text.data);
	free(fields);
	exchange_free(exchange);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* One text repeated; said to take how long. */
static void flood(const char *part, size_t times)
{
	struct exchange *exchange = exchange_new(NULL);
	size_t len = strlen(part);
	char *text = malloc(len * times);
	struct body_reading reading = {.kind = BODY_TEXT, .text = {text, len * times}};
	double start = seconds();
	struct hits hits;

	for (size_t i = 0; i < times; i++)
		memcpy(text + i * len, part, len);
	scanner_scan(bench.scanner, exchange, &reading, NULL, &hits);
	print_message("%-24s %5.2f s%s\n", part, seconds() - start, hits.is_cut ? ", cut" : "");
	assert_true(seconds() - start < 60);
	free(text);
	exchange_free(exchange);
}

static void hostile_texts_end(void **state)
{
	(void)state;
	flood("1", 1000000);
	flood("4", 1000000);
	flood("1 ", 500000);
	flood("1.", 500000);
	flood("eyJ-.", 200000);
	flood("eyJhbGciOi-", 100000);
	flood("a@a.", 250000);
	flood("a.a-", 250000);
	flood("GB29 ", 50000);
	flood("+1 ", 300000);
	flood("-----BEGIN PRIVATE KEY-----", 40000);
	flood("\n", 1000000);
	flood("\xff\x00", 1000000);
	flood("a#a.", 20000);
	flood("a.a.#", 20000);
	flood("ssn 536221234\n", 70000);
}

static void many_values_and_deep_nesting_end(void **state)
{
	struct exchange *exchange = exchange_new(NULL);
	size_t count = 100000, len = 0;
	char *text = malloc(count * 24);
	struct body_reading reading;
	struct hits hits;
	yyjson_doc *doc;
	double start = seconds();

	(void)state;
	text[len++] = '[';
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(text + len, 24, "%s%zu", i == 0 ? "" : ",",
					(size_t)41111111111111 + i);
	text[len++] = ']';
	reading = json_of(text, len, &doc);
	scanner_scan(bench.scanner, exchange, &reading, NULL, &hits);
	print_message("100,000 numbers %.2f s\n", seconds() - start);
	assert_true(seconds() - start < 60);
	yyjson_doc_free(doc);
	for (size_t depth = LIMIT_JSON_DEPTH - 1; depth <= 20000;
	     depth = depth == LIMIT_JSON_DEPTH - 1 ? 20000 : 20001) {
		memset(text, '[', depth);
		memcpy(text + depth, "\"ann@example.com\"", 17);
		memset(text + depth + 17, ']', depth);
		reading = json_of(text, depth * 2 + 17, &doc);
		scanner_scan(bench.scanner, exchange, &reading, NULL, &hits);
		assert_int_equal(hits.count, depth < LIMIT_JSON_DEPTH);
		assert_int_equal(hits.is_cut, depth >= LIMIT_JSON_DEPTH);
		yyjson_doc_free(doc);
	}
	free(text);
	exchange_free(exchange);
}

/* Digits beside a name that says what else they are; a name that says card goes before it, and so do
 * separators. */
static void names_of_other_numbers(void **state)
{
	static const struct {
		const char *text;
		unsigned count;
	} cases[] = {
		{"{\"trackingNumber\":\"4111111111111111\"}", 0},
		{"{\"trackingNumber\":4111111111111111}", 0},
		{"{\"parcels\":[\"4111111111111111\",4111111111111111]}", 0},
		{"{\"note\":\"tracking number 4111111111111111, SSCC 4111111111111111\"}", 0},
		{"{\"order\":{\"value\":\"4111111111111111\"}}", 1}, /* the nearest name alone */
		{"{\"orderCard\":\"4111111111111111\"}", 1},
		{"{\"order\":\"4111 1111 1111 1111\"}", 1},
		{"{\"order\":\"paid with card 4111111111111111\"}", 1},
		{"{\"note\":\"order AB1 paid; card 4111111111111111\"}", 1},
		{"{\"value\":\"4111111111111111\"}", 1},
		{"{\"value\":\"30569309025904\"}", 0}, /* a rare length needs a word */
		{"{\"dinersCard\":\"30569309025904\"}", 1},
		{"{\"value\":\"6304000000000000000\"}", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct exchange *exchange = exchange_new(NULL);
		struct body_reading reading;
		struct hits hits;
		yyjson_doc *doc;

		reading = json_of(cases[i].text, strlen(cases[i].text), &doc);
		scanner_scan(bench.scanner, exchange, NULL, &reading, &hits);
		if ((hit_of(&hits, "pan", 0) != NULL) != (cases[i].count > 0))
			print_message("%s\n", cases[i].text);
		assert_true((hit_of(&hits, "pan", 0) != NULL) == (cases[i].count > 0));
		yyjson_doc_free(doc);
		exchange_free(exchange);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_hits_point_at_their_values),
		cmocka_unit_test(a_lone_json_value_has_the_empty_pointer),
		cmocka_unit_test(request_line_and_fields_are_scanned),
		cmocka_unit_test(forms_and_texts_are_scanned),
		cmocka_unit_test(values_of_other_bodies_are_scanned),
		cmocka_unit_test(names_and_layers_are_scanned),
		cmocka_unit_test(what_is_no_layer_stays_closed),
		cmocka_unit_test(texts_in_other_bytes_are_scanned),
		cmocka_unit_test(edges_and_overlaps),
		cmocka_unit_test(large_patterns_have_starts_too),
		cmocka_unit_test(matches_never_cross_values),
		cmocka_unit_test(nothing_is_lost_in_silence),
		cmocka_unit_test(names_of_other_numbers),
		cmocka_unit_test(hostile_texts_end),
		cmocka_unit_test(many_values_and_deep_nesting_end),
	};

	return cmocka_run_group_tests(tests, bench_up, bench_down);
}
