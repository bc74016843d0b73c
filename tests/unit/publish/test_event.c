/* sensor/publish: findings and exchanges as OCSF, and sensor/judged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <yyjson.h>

#include "parsers/base/limits.h"
#include "tests/unit/publish/sample.h"

struct fixture {
	struct judged *judged;
	struct judged_finding finding;
	struct finding_life life;
	struct buffer out;
	char uid[EVENT_UID_TEXT];
	yyjson_doc *doc;
};

static int begin(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->judged = sample_judged();
	fixture->finding = sample_finding(fixture->judged);
	fixture->life = sample_life();
	fixture->out = BUFFER_MAX(LIMIT_RECORD_BYTES);
	*state = fixture;
	return 0;
}

static int end(void **state)
{
	struct fixture *fixture = *state;

	yyjson_doc_free(fixture->doc);
	judged_release(fixture->judged);
	buffer_finish(&fixture->out);
	free(fixture);
	return 0;
}

static void parse(struct fixture *fixture)
{
	struct bytes line = buffer_bytes(&fixture->out);

	yyjson_doc_free(fixture->doc);
	assert_int_equal(bytes_find_byte(line, '\n'), BYTES_NOT_FOUND);
	fixture->doc = yyjson_read(line.data, line.len, 0);
	assert_non_null(fixture->doc);
}

static void write_finding(struct fixture *fixture)
{
	assert_int_equal(event_finding(&SAMPLE_CONTEXT, fixture->judged, &fixture->finding, &fixture->life,
				       fixture->uid, &fixture->out),
			 STATUS_OK);
	parse(fixture);
}

static void write_exchange(struct fixture *fixture)
{
	assert_int_equal(event_exchange(&SAMPLE_CONTEXT, fixture->judged, fixture->uid, &fixture->out),
			 STATUS_OK);
	parse(fixture);
}

static yyjson_val *at(const struct fixture *fixture, const char *pointer)
{
	return yyjson_doc_ptr_get(fixture->doc, pointer);
}

static void expect_text(const struct fixture *fixture, const char *pointer, const char *expected)
{
	const char *got = yyjson_get_str(at(fixture, pointer));

	if (got == NULL)
		fail_msg("no text at %s", pointer);
	assert_string_equal(got, expected);
}

static void expect_number(const struct fixture *fixture, const char *pointer, uint64_t expected)
{
	if (!yyjson_is_int(at(fixture, pointer)))
		fail_msg("no number at %s", pointer);
	assert_int_equal(yyjson_get_uint(at(fixture, pointer)), expected);
}

static void expect_bool(const struct fixture *fixture, const char *pointer, bool expected)
{
	if (!yyjson_is_bool(at(fixture, pointer)))
		fail_msg("no boolean at %s", pointer);
	assert_true(yyjson_get_bool(at(fixture, pointer)) == expected);
}

static void finding_says_what_and_how_often(void **state)
{
	struct fixture *fixture = *state;

	fixture->life = (struct finding_life){ACTIVITY_UPDATE, 10, 5 * SECONDS, 7 * SECONDS, 8 * SECONDS};
	write_finding(fixture);
	expect_number(fixture, "/class_uid", 2004);
	expect_number(fixture, "/category_uid", 2);
	expect_number(fixture, "/type_uid", 200402);
	expect_number(fixture, "/activity_id", 2);
	expect_text(fixture, "/activity_name", "Update");
	expect_number(fixture, "/severity_id", 5);
	expect_number(fixture, "/time", 8000);
	expect_number(fixture, "/count", 10);
	expect_number(fixture, "/finding_info/first_seen_time", 5000);
	expect_number(fixture, "/finding_info/last_seen_time", 7000);
	expect_text(fixture, "/finding_info/analytic/uid", "pii.response_leak");
	expect_number(fixture, "/finding_info/analytic/type_id", 8);
	expect_text(fixture, "/metadata/event_code", "pii.response_leak");
	expect_text(fixture, "/metadata/version", "1.5.0");
	expect_text(fixture, "/metadata/profiles/0", "security_control");
	expect_text(fixture, "/metadata/uid", fixture->uid);
	expect_text(fixture, "/finding_info/types/0", "OWASP:API3:2023");
	expect_text(fixture, "/finding_info/types/1", "OWASP:API8:2023");
	expect_text(fixture, "/message", "SSN in a response to partner acme");
	expect_number(fixture, "/action_id", 3);
	expect_number(fixture, "/disposition_id", 15);
	expect_number(fixture, "/unmapped/specular/severity/base", 4);
	expect_text(fixture, "/unmapped/specular/severity/modifiers/0", "accepted");
	expect_text(fixture, "/unmapped/specular/severity/modifiers/1", "class");
	assert_null(at(fixture, "/unmapped/specular/severity/modifiers/2"));
}

static void finding_says_where(void **state)
{
	struct fixture *fixture = *state;

	write_finding(fixture);
	expect_text(fixture, "/unmapped/specular/partner/id", "acme");
	expect_text(fixture, "/unmapped/specular/partner/tier", "gold");
	expect_text(fixture, "/unmapped/specular/spec/name", "Tracking");
	expect_text(fixture, "/unmapped/specular/spec/version", "2.1");
	assert_int_equal(yyjson_get_len(at(fixture, "/unmapped/specular/spec/sha256")), 64);
	expect_text(fixture, "/evidences/0/api/operation", "getShipment");
	expect_text(fixture, "/unmapped/specular/operation/method", "GET");
	expect_text(fixture, "/unmapped/specular/operation/template", "/v1/shipments/{id}");
	expect_text(fixture, "/evidences/0/src_endpoint/ip", "203.0.113.9");
	expect_number(fixture, "/evidences/0/src_endpoint/port", 51234);
	expect_text(fixture, "/evidences/0/dst_endpoint/ip", "2001:db8::5");
	expect_number(fixture, "/evidences/0/http_response/code", 200);
	expect_text(fixture, "/evidences/0/http_request/url/path", "/v1/shipments/{masked}");
	expect_text(fixture, "/evidences/0/data/in", "response.body");
	expect_text(fixture, "/evidences/0/data/pointer", "/items/0/ssn");
	expect_text(fixture, "/evidences/0/data/schema_pointer", "/components/schemas/Item");
	expect_text(fixture, "/evidences/0/data/expected", "no us_ssn");
	expect_text(fixture, "/evidences/0/data/observed", "us_ssn");
	expect_text(fixture, "/evidences/0/data/class", "us_ssn");
	expect_text(fixture, "/evidences/0/data/sample", "***-**-6789");
	expect_text(fixture, "/evidences/0/data/value_hmac", "0123456789abcdef");
	assert_null(at(fixture, "/evidences/0/data/name"));
	expect_bool(fixture, "/unmapped/specular/capture/complete", true);
	expect_bool(fixture, "/unmapped/specular/capture/mid_stream", false);
	expect_bool(fixture, "/unmapped/specular/capture/decrypted", false);
	expect_number(fixture, "/unmapped/specular/capture/gap_bytes", 0);
	assert_null(at(fixture, "/unmapped/specular/cut"));
}

static void finding_locations_have_their_names(void **state)
{
	static const struct {
		enum side side;
		enum part part;
		const char *name;
	} PLACES[] = {
		{SIDE_REQUEST, PART_PATH, "request.path"},
		{SIDE_REQUEST, PART_QUERY, "request.query"},
		{SIDE_REQUEST, PART_HEADER, "request.header"},
		{SIDE_REQUEST, PART_COOKIE, "request.cookie"},
		{SIDE_REQUEST, PART_BODY, "request.body"},
		{SIDE_RESPONSE, PART_HEADER, "response.header"},
		{SIDE_RESPONSE, PART_STATUS, "response.status"},
		{SIDE_RESPONSE, PART_BODY, "response.body"},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(PLACES) / sizeof(PLACES[0]); i++) {
		fixture->finding.finding.side = PLACES[i].side;
		fixture->finding.finding.part = PLACES[i].part;
		write_finding(fixture);
		expect_text(fixture, "/evidences/0/data/in", PLACES[i].name);
	}
	fixture->finding.finding.has_location = false;
	write_finding(fixture);
	assert_null(at(fixture, "/evidences/0/data/in"));
	assert_null(at(fixture, "/evidences/0/data/pointer"));
}

static void finding_of_nobody_known_is_still_whole(void **state)
{
	struct fixture *fixture = *state;
	struct judged *bare = judged_new(NULL);

	bare->client = fixture->judged->client;
	bare->server = fixture->judged->server;
	bare->outcome = EXCHANGE_GAP_RESPONSE;
	bare->response.gap_len = 1460;
	bare->request.is_seen = true;
	bare->method = BYTES("GET");
	bare->path = BYTES("/x");
	bare->template = BYTES("/{id}");
	judged_release(fixture->judged);
	fixture->judged = bare;
	write_finding(fixture);
	assert_true(yyjson_is_null(at(fixture, "/unmapped/specular/partner/id")));
	assert_true(yyjson_is_null(at(fixture, "/unmapped/specular/spec/sha256")));
	expect_text(fixture, "/evidences/0/api/operation", "GET /{id}");
	expect_text(fixture, "/unmapped/specular/operation/name", "GET /{id}");
	assert_null(at(fixture, "/evidences/0/http_response"));
	expect_bool(fixture, "/unmapped/specular/capture/complete", false);
	expect_text(fixture, "/unmapped/specular/capture/reason", "gap_response");
	expect_number(fixture, "/unmapped/specular/capture/gap_bytes", 1460);
	expect_number(fixture, "/confidence_id", 2);
}

static void grpc_calls_say_so(void **state)
{
	struct fixture *fixture = *state;
	struct judged_grpc *grpc = &fixture->judged->grpc;

	write_exchange(fixture);
	assert_null(at(fixture, "/unmapped/specular/grpc"));
	*grpc = (struct judged_grpc){.is_call = true,
				     .service = BYTES("shop.v1.Orders"),
				     .method = BYTES("Get"),
				     .status = 5,
				     .request = {.is_read = true, .count = 2, .bytes = 30}};
	write_exchange(fixture);
	expect_text(fixture, "/unmapped/specular/grpc/service", "shop.v1.Orders");
	expect_text(fixture, "/unmapped/specular/grpc/method", "Get");
	expect_number(fixture, "/unmapped/specular/grpc/status", 5);
	expect_text(fixture, "/unmapped/specular/grpc/status_name", "NOT_FOUND");
	expect_bool(fixture, "/unmapped/specular/grpc/web", false);
	expect_number(fixture, "/unmapped/specular/grpc/request/messages", 2);
	expect_number(fixture, "/unmapped/specular/grpc/request/bytes", 30);
	expect_text(fixture, "/unmapped/specular/grpc/request/reading", "read");
	assert_null(at(fixture, "/unmapped/specular/grpc/response"));
	grpc->status = GRPC_NO_STATUS;
	grpc->request.outcome = GRPC_BAD_PREFIX;
	write_exchange(fixture);
	assert_null(at(fixture, "/unmapped/specular/grpc/status"));
	assert_null(at(fixture, "/unmapped/specular/grpc/status_name"));
	expect_text(fixture, "/unmapped/specular/grpc/request/reading", "bad_prefix");
	grpc->status = 77;
	write_exchange(fixture);
	expect_number(fixture, "/unmapped/specular/grpc/status", 77);
	assert_null(at(fixture, "/unmapped/specular/grpc/status_name"));
}

static void same_input_gives_the_same_bytes(void **state)
{
	struct fixture *fixture = *state;
	struct buffer first = BUFFER_MAX(LIMIT_RECORD_BYTES);

	write_finding(fixture);
	assert_int_equal(buffer_append(&first, buffer_bytes(&fixture->out)), STATUS_OK);
	write_exchange(fixture);
	assert_false(bytes_equal(buffer_bytes(&first), buffer_bytes(&fixture->out)));
	write_finding(fixture);
	assert_true(bytes_equal(buffer_bytes(&first), buffer_bytes(&fixture->out)));
	buffer_finish(&first);
}

static void expect_uid(struct fixture *fixture, bool is_same)
{
	uint8_t uid[JUDGED_UID_LEN];

	assert_int_equal(event_finding_uid(fixture->judged, &fixture->finding.finding, uid), STATUS_OK);
	assert_true((memcmp(uid, fixture->finding.uid, sizeof(uid)) == 0) == is_same);
}

static void uid_depends_on_what_a_finding_is(void **state)
{
	static const struct catalogue_entry OTHER = {.id = "pii.in_url"};
	struct fixture *fixture = *state;
	const struct judged judged = *fixture->judged;
	const struct finding finding = fixture->finding.finding;

#define CHANGED(member, value)                                                                               \
	do {                                                                                                 \
		fixture->member = value;                                                                     \
		expect_uid(fixture, false);                                                                  \
		*fixture->judged = judged;                                                                   \
		fixture->finding.finding = finding;                                                          \
		expect_uid(fixture, true);                                                                   \
	} while (0)
	CHANGED(judged->partner_id, BYTES("globex"));
	CHANGED(judged->api_id, BYTES("other"));
	CHANGED(judged->operation_id, BYTES("other"));
	CHANGED(finding.finding.kind, &OTHER);
	CHANGED(finding.finding.side, SIDE_REQUEST);
	CHANGED(finding.finding.part, PART_HEADER);
	CHANGED(finding.finding.has_location, false);
	CHANGED(finding.finding.name, BYTES("x"));
	CHANGED(finding.finding.pointer, BYTES("/items/0/SSN"));
	CHANGED(finding.finding.pointer, BYTES("/items/0a/ssn"));
	CHANGED(finding.finding.pointer, BYTES("/items/0/ssn/"));
	CHANGED(finding.finding.class_id, BYTES("pan"));
#undef CHANGED
}

static void uid_ignores_what_a_finding_is_not(void **state)
{
	struct fixture *fixture = *state;
	struct finding *finding = &fixture->finding.finding;

	fixture->judged->client.port = 1;
	fixture->judged->server.port = 1;
	fixture->judged->connection = 99;
	fixture->judged->time_ns = 1;
	fixture->judged->path = BYTES("/other");
	fixture->judged->method = BYTES("HEAD"); /* the operation has an id */
	fixture->judged->tier = BYTES("bronze");
	finding->pointer = BYTES("/items/4711/ssn");
	finding->severity = 1;
	finding->observed = BYTES("other");
	finding->value_hmac[0] = 'f';
	expect_uid(fixture, true);
	fixture->judged->operation_id = BYTES_NONE;
	assert_int_equal(event_finding_uid(fixture->judged, finding, fixture->finding.uid), STATUS_OK);
	fixture->judged->method = BYTES("GET");
	expect_uid(fixture, false);
}

static void uid_folds_as_rules_do(void **state)
{
	static const struct bytes POINTERS[] = {BYTES_INIT("/items/00/ssn"),
						BYTES_INIT("/items/-/ssn"),
						BYTES_INIT("/items/9/ssn/"),
						BYTES_INIT("/1/2/3"),
						BYTES_INIT("7"),
						BYTES_INIT("/a~1b/1a//12")};
	struct fixture *fixture = *state;
	struct finding *finding = &fixture->finding.finding;
	struct arena arena;

	arena_init(&arena, MIB);
	for (size_t i = 0; i < sizeof(POINTERS) / sizeof(POINTERS[0]); i++) {
		finding->pointer = POINTERS[i];
		assert_int_equal(event_finding_uid(fixture->judged, finding, fixture->finding.uid),
				 STATUS_OK);
		finding->pointer = pointer_fold(POINTERS[i], &arena);
		expect_uid(fixture, true);
	}
	arena_finish(&arena);
}

/* Written down: the day it changes, every SIEM sees each old finding as a new one. */
static void uid_is_the_same_for_ever(void **state)
{
	struct fixture *fixture = *state;

	write_finding(fixture);
	expect_text(fixture, "/finding_info/uid", "6286eacd7bf460daedf8fbf47d78c473");
	expect_text(fixture, "/metadata/uid", "95a35d333f3dfae2882bd465ef1c0841");
	write_exchange(fixture);
	expect_text(fixture, "/metadata/uid", "b6d204c85d681dfabd36678b070a45ce");
}

static void record_uid_names_one_record(void **state)
{
	struct fixture *fixture = *state;
	char first[EVENT_UID_TEXT];

	write_finding(fixture);
	memcpy(first, fixture->uid, sizeof(first));
	fixture->life.time_ns++;
	write_finding(fixture);
	assert_string_equal(first, fixture->uid);
	fixture->life.count++;
	write_finding(fixture);
	assert_string_not_equal(first, fixture->uid);
	fixture->life.count--;
	fixture->life.activity = ACTIVITY_CLOSE;
	write_finding(fixture);
	assert_string_not_equal(first, fixture->uid);
	expect_number(fixture, "/status_id", 4);
}

static void exchange_is_an_access_log_line(void **state)
{
	struct fixture *fixture = *state;

	write_exchange(fixture);
	expect_number(fixture, "/class_uid", 4002);
	expect_number(fixture, "/category_uid", 4);
	expect_number(fixture, "/activity_id", 3);
	expect_number(fixture, "/type_uid", 400203);
	expect_number(fixture, "/time", 1760000000123);
	expect_number(fixture, "/duration", 123);
	expect_text(fixture, "/http_request/http_method", "GET");
	expect_text(fixture, "/http_request/version", "1.1");
	expect_number(fixture, "/http_request/body_length", 0);
	expect_text(fixture, "/http_request/user_agent", "curl/8.0");
	expect_text(fixture, "/http_request/url/hostname", "api.example.com");
	expect_text(fixture, "/http_request/url/path", "/v1/shipments/{masked}");
	expect_text(fixture, "/http_request/url/query_string", "expand=&limit=");
	expect_text(fixture, "/http_request/url/scheme", "http");
	expect_number(fixture, "/http_request/url/port", 8080);
	expect_number(fixture, "/http_response/code", 200);
	expect_number(fixture, "/http_response/body_length", 812);
	expect_text(fixture, "/http_response/content_type", "application/json");
	expect_number(fixture, "/http_response/latency", 43);
	expect_number(fixture, "/status_id", 1);
	expect_text(fixture, "/src_endpoint/ip", "203.0.113.9");
	expect_text(fixture, "/dst_endpoint/ip", "2001:db8::5");
	expect_text(fixture, "/unmapped/specular/capture/reason", "complete");
	expect_number(fixture, "/unmapped/specular/connection", 17);
	expect_number(fixture, "/unmapped/specular/number", 3);
	expect_text(fixture, "/unmapped/specular/sensor", "site-a");
}

static void exchange_activity_follows_the_method(void **state)
{
	static const struct {
		struct bytes method;
		unsigned activity;
		const char *name;
	} METHODS[] = {
		{BYTES_INIT("CONNECT"), 1, "Connect"}, {BYTES_INIT("DELETE"), 2, "Delete"},
		{BYTES_INIT("HEAD"), 4, "Head"},       {BYTES_INIT("OPTIONS"), 5, "Options"},
		{BYTES_INIT("POST"), 6, "Post"},       {BYTES_INIT("PUT"), 7, "Put"},
		{BYTES_INIT("TRACE"), 8, "Trace"},     {BYTES_INIT("PATCH"), 99, "Patch"},
		{BYTES_INIT("MERGE"), 99, "MERGE"},    {BYTES_INIT("get"), 99, "get"},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(METHODS) / sizeof(METHODS[0]); i++) {
		fixture->judged->method = METHODS[i].method;
		write_exchange(fixture);
		expect_number(fixture, "/activity_id", METHODS[i].activity);
		expect_number(fixture, "/type_uid", 400200 + METHODS[i].activity);
		expect_text(fixture, "/activity_name", METHODS[i].name);
	}
}

static void exchange_shows_only_what_was_seen(void **state)
{
	struct fixture *fixture = *state;

	fixture->judged->status = 503;
	write_exchange(fixture);
	expect_number(fixture, "/status_id", 2);
	fixture->judged->request = (struct judged_side){0};
	fixture->judged->method = BYTES_NONE;
	write_exchange(fixture);
	assert_null(at(fixture, "/http_request"));
	assert_null(at(fixture, "/http_response/latency"));
	expect_number(fixture, "/activity_id", 0);
	expect_number(fixture, "/duration", 77);
	fixture->judged->response = (struct judged_side){0};
	assert_int_equal(event_exchange(&SAMPLE_CONTEXT, fixture->judged, fixture->uid, &fixture->out),
			 STATUS_INVALID);
	fixture->judged->request = (struct judged_side){.is_seen = true, .first_ns = 5, .last_ns = 4};
	fixture->judged->is_decrypted = true;
	write_exchange(fixture);
	assert_null(at(fixture, "/http_response"));
	expect_number(fixture, "/status_id", 0);
	expect_number(fixture, "/duration", 0);
	expect_text(fixture, "/http_request/url/scheme", "https");
}

/* X-Forwarded-For has no ports. */
static void a_port_that_nobody_told_is_left_out(void **state)
{
	struct fixture *fixture = *state;
	struct event_context context = SAMPLE_CONTEXT;

	fixture->judged->client.port = 0;
	write_exchange(fixture);
	assert_null(at(fixture, "/src_endpoint/port"));
	context.is_ecs = true;
	assert_int_equal(event_exchange(&context, fixture->judged, fixture->uid, &fixture->out), STATUS_OK);
	parse(fixture);
	assert_non_null(at(fixture, "/source/ip"));
	assert_null(at(fixture, "/source/port"));
	assert_non_null(at(fixture, "/destination/port"));
}

static void early_response_has_no_latency_below_zero(void **state)
{
	struct fixture *fixture = *state;

	fixture->judged->response.first_ns = 1;
	write_exchange(fixture);
	expect_number(fixture, "/http_response/latency", 0);
}

static void invalid_text_becomes_valid(void **state)
{
	struct fixture *fixture = *state;

	fixture->judged->host = BYTES("a\xff\"\\\n\x01.example");
	fixture->judged->path = BYTES("/\xc0\xaf\xed\xa0\x80");
	fixture->judged->method = BYTES("G\x80T");
	fixture->judged->operation_id = BYTES_NONE;
	fixture->judged->template = BYTES("/\xfe/{id}");
	fixture->finding.finding.name = BYTES("\xf8\x88\x80\x80\x80");
	fixture->finding.finding.pointer = (struct bytes){"/a\0b", 4};
	write_finding(fixture);
	expect_text(fixture, "/evidences/0/dst_endpoint/hostname", "a\xef\xbf\xbd\"\\\n\x01.example");
	expect_text(fixture, "/evidences/0/api/operation", "G\xef\xbf\xbdT /\xef\xbf\xbd/{id}");
	assert_int_equal(yyjson_get_len(at(fixture, "/evidences/0/data/pointer")), 4);
	write_exchange(fixture);
	expect_text(fixture, "/activity_name", "G\xef\xbf\xbdT");
}

static void huge_texts_are_cut_and_said_to_be(void **state)
{
	struct fixture *fixture = *state;
	size_t len = 300 * KIB;
	char *huge = malloc(len);

	for (int fill = 0; fill < 3; fill++) {
		memset(huge, "k\x01\xff"[fill], len);
		fixture->judged->path = (struct bytes){huge, len};
		fixture->judged->operation_id = (struct bytes){huge, len};
		fixture->finding.finding.observed = (struct bytes){huge, len};
		fixture->finding.finding.pointer = (struct bytes){huge, len};
		write_finding(fixture);
		assert_true(fixture->out.len <= LIMIT_RECORD_BYTES);
		expect_bool(fixture, "/unmapped/specular/cut", true);
		assert_true(yyjson_get_len(at(fixture, "/evidences/0/data/observed")) <= 4 * KIB);
		assert_true(yyjson_get_len(at(fixture, "/evidences/0/data/observed")) >= 500);
		expect_text(fixture, "/unmapped/specular/partner/id", "acme");
	}
	/* One text that fits as it is stays as it is. */
	memset(huge, 'k', len);
	fixture->judged->operation_id = BYTES("op");
	fixture->judged->path = (struct bytes){huge, 60 * KIB};
	fixture->finding.finding.observed = fixture->finding.finding.pointer = BYTES("x");
	write_finding(fixture);
	assert_int_equal(yyjson_get_len(at(fixture, "/evidences/0/http_request/url/path")), 60 * KIB);
	assert_null(at(fixture, "/unmapped/specular/cut"));
	free(huge);
}

static void small_buffers_get_smaller_records_or_a_refusal(void **state)
{
	struct fixture *fixture = *state;
	struct buffer small = BUFFER_MAX(100);

	assert_int_equal(event_exchange(&SAMPLE_CONTEXT, fixture->judged, fixture->uid, &small),
			 STATUS_LIMIT);
	buffer_finish(&small);
}

static void judged_lives_as_long_as_it_is_held(void **state)
{
	struct judged *judged = judged_new(NULL);

	(void)state;
	assert_non_null(judged);
	assert_true(arena_copy(&judged->arena, BYTES("text")).len == 4);
	assert_ptr_equal(judged_hold(judged), judged);
	judged_release(judged);
	assert_int_equal(judged->references, 1);
	assert_null(arena_alloc(&judged->arena, LIMIT_JUDGED_BYTES));
	judged_release(judged);
	judged_release(NULL);
}

#define EVENT_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EVENT_TEST(finding_says_what_and_how_often),
		EVENT_TEST(finding_says_where),
		EVENT_TEST(finding_locations_have_their_names),
		EVENT_TEST(finding_of_nobody_known_is_still_whole),
		EVENT_TEST(grpc_calls_say_so),
		EVENT_TEST(same_input_gives_the_same_bytes),
		EVENT_TEST(uid_depends_on_what_a_finding_is),
		EVENT_TEST(uid_ignores_what_a_finding_is_not),
		EVENT_TEST(uid_folds_as_rules_do),
		EVENT_TEST(uid_is_the_same_for_ever),
		EVENT_TEST(record_uid_names_one_record),
		EVENT_TEST(exchange_is_an_access_log_line),
		EVENT_TEST(exchange_activity_follows_the_method),
		EVENT_TEST(exchange_shows_only_what_was_seen),
		EVENT_TEST(a_port_that_nobody_told_is_left_out),
		EVENT_TEST(early_response_has_no_latency_below_zero),
		EVENT_TEST(invalid_text_becomes_valid),
		EVENT_TEST(huge_texts_are_cut_and_said_to_be),
		EVENT_TEST(small_buffers_get_smaller_records_or_a_refusal),
		cmocka_unit_test(judged_lives_as_long_as_it_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
