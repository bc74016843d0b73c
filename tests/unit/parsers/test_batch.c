/* OData batches: which exchanges come out of one body, and what is counted as broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/batch.h"

static struct exchange *batch_of(struct header *type, const char *body)
{
	struct exchange *exchange = exchange_new();

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_into_change_sets),
		cmocka_unit_test(counts_what_is_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
