/* OData batches: which exchanges come out of one body, and what is counted as broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "parsers/batch.h"
#include "parsers/json_read.h"

static struct exchange *batch_of(struct header *type, const char *body)
{
	struct exchange *exchange = exchange_new(NULL);

	assert_non_null(exchange);
	*type = (struct header){.name = BYTES("content-type"), .value = BYTES("multipart/mixed; boundary=b")};
	exchange->path = BYTES("/s/$batch");
	exchange->host = BYTES("h");
	exchange->request.headers = type;
	exchange->request.header_count = 1;
	exchange->request.body =
		(struct body){.content = bytes_of(body), .wire_len = strlen(body), .state = BODY_WHOLE};
	return exchange;
}

static void expect_parts(const char *body, const char *const *paths, size_t broken_count)
{
	struct header type;
	struct exchange *exchange = batch_of(&type, body), *part;
	struct batch batch;

	batch_open(&batch, exchange, NULL, NULL);
	while ((part = batch_next(&batch)) != NULL) {
		if (*paths != NULL && part->request.is_seen)
			assert_true(bytes_equal(part->path, bytes_of(*paths++)));
		exchange_free(part);
	}
	assert_null(*paths);
	assert_int_equal(batch.broken_count, broken_count);
	exchange_free(exchange);
}

#define HTTP "Content-Type: application/http\r\n\r\n"

static void goes_into_change_sets(void **state)
{
	static const char *const paths[] = {"/s/A(1)", "/s/B", "/s/B(@new)/C", "/x/D", NULL};

	(void)state;
	expect_parts("--b\r\n" HTTP "GET A(1)?$top=1 HTTP/1.1\r\n\r\n\r\n--b\r\n"
		     "Content-Type: multipart/mixed; boundary=c\r\n\r\n"
		     "--c\r\nContent-ID: 1\r\n" HTTP "POST B HTTP/1.1\r\nContent-Type: a\r\n\r\n{}\r\n"
		     "--c\r\n" HTTP "POST $1/C HTTP/1.1\r\n\r\n{}\r\n--c--\r\n"
		     "--b\r\n" HTTP "GET http://h/x/D HTTP/1.1\r\n\r\n\r\n--b--",
		     paths, 0);
}

static void counts_what_is_broken(void **state)
{
	static const char *const none[] = {NULL}, *const one[] = {"/s/A", NULL};

	(void)state;
	expect_parts("", none, 1);
	expect_parts("--b\r\n" HTTP "nonsense\r\n--b\r\n" HTTP "GET A HTTP/1.1\r\n\r\n\r\n--b--", one, 1);
	expect_parts("--b\r\nContent-Type: multipart/mixed\r\n\r\nx\r\n--b--", none, 1);
}

/* -- what a hostile client sends ------------------------------------------------------------ */

static struct exchange *json_batch_of(const char *request, const char *response, struct batch *batch)
{
	struct exchange *exchange = exchange_new(NULL);
	struct json_reading readings[2];

	assert_non_null(exchange);
	exchange->path = BYTES("/s/$batch");
	json_read(bytes_of(request), &exchange->arena, &readings[0]);
	json_read(bytes_of(response), &exchange->arena, &readings[1]);
	assert_int_equal(readings[0].outcome, JSON_READ);
	assert_int_equal(readings[1].outcome, JSON_READ);
	batch_open(batch, exchange, readings[0].root, readings[1].root);
	return exchange;
}

/* Answers in another order, names that are too long, and many references. */
static void joins_json_by_id(void **state)
{
	static const unsigned statuses[] = {201, 200, 0};
	struct exchange *exchange, *part;
	struct batch batch;

	(void)state;
	exchange = json_batch_of(
		"{\"requests\":[{\"id\":\"a\",\"method\":\"POST\",\"url\":\"A\"},"
		"{\"id\":\"b\",\"method\":\"GET\",\"url\":\"$a/B\"},"
		"{\"id\":\"c\",\"method\":\"GET\",\"url\":\"C\"}]}",
		"{\"responses\":[{\"id\":\"b\",\"status\":200},{\"status\":201,\"id\":\"a\"}]}", &batch);
	for (size_t i = 0; i < 3; i++) {
		part = batch_next(&batch);
		assert_non_null(part);
		assert_int_equal(part->status, statuses[i]);
		if (i == 1)
			assert_true(bytes_equal(part->path, BYTES("/s/A(@new)/B")));
		exchange_free(part);
	}
	assert_null(batch_next(&batch));
	assert_int_equal(batch.broken_count, 0);
	exchange_free(exchange);
}

/* A URL of megabytes that a thousand parts name was copied a thousand times. */
static void bounds_urls(void **state)
{
	size_t size = 4 * MIB, len, broken = 0, count = 0;
	char *text = malloc(size), *url = malloc(size);
	struct exchange *exchange, *part;
	struct batch batch;

	(void)state;
	assert_true(text != NULL && url != NULL);
	memset(url, 'a', size);
	url[LIMIT_START_LINE_BYTES + 1] = '\0';
	len = (size_t)snprintf(text, size,
			       "{\"requests\":[{\"id\":\"1\",\"method\":\"GET\",\"url\":\"%s\"},"
			       "{\"id\":\"1\",\"method\":\"POST\",\"url\":\"%s\"}",
			       url, url + 1);
	for (size_t i = 0; i < LIMIT_BATCH_PARTS; i++)
		len += (size_t)snprintf(text + len, size - len,
					",{\"id\":\"%zu\",\"method\":\"POST\",\"url\":\"$%zu/%.*s\"}", i + 2,
					i + 1, 2000, url);
	snprintf(text + len, size - len, "]}");
	exchange = json_batch_of(text, "{}", &batch);
	while ((part = batch_next(&batch)) != NULL) {
		assert_true(part->path.len <= 2 * LIMIT_START_LINE_BYTES + 100);
		broken += part->outcome == EXCHANGE_MALFORMED;
		count++;
		exchange_free(part);
	}
	assert_int_equal(broken, 1);
	assert_int_equal(batch.broken_count, 1);
	assert_int_equal(count, LIMIT_BATCH_PARTS);
	assert_true(batch.is_cut);
	exchange_free(exchange);
	free(text);
	free(url);
}

/* Fields beyond the ceiling are told: one of them may have been the credential. */
static void tells_cut_heads(void **state)
{
	char text[8 * KIB];
	size_t len = (size_t)snprintf(text, sizeof(text), "--b\r\n" HTTP "GET A HTTP/1.1\r\n");
	struct header type;
	struct exchange *exchange, *part;
	struct batch batch;

	(void)state;
	for (size_t i = 0; i < LIMIT_HEAD_FIELDS + 1; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "f%zu: 1\r\n", i);
	snprintf(text + len, sizeof(text) - len, "\r\n\r\n--b--");
	exchange = batch_of(&type, text);
	batch_open(&batch, exchange, NULL, NULL);
	part = batch_next(&batch);
	assert_non_null(part);
	assert_int_equal(part->request.header_count, LIMIT_HEAD_FIELDS);
	assert_true(part->request.oddities & ODDITY_HEAD_CUT);
	exchange_free(part);
	exchange_free(exchange);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_into_change_sets), cmocka_unit_test(counts_what_is_broken),
		cmocka_unit_test(joins_json_by_id),      cmocka_unit_test(bounds_urls),
		cmocka_unit_test(tells_cut_heads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
