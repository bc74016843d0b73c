/* Heads read by the short way, against the same heads read line by line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/parsers/http1_both_ways.h"

static void everyday(void **state)
{
	struct bytes lines =
		BYTES("GET /orders?x=1 HTTP/1.1\r\nHost: a.example\r\nX-Empty:\r\nX-Blanks: \t \r\n"
		      "X-Padded:  \tv a l \t\r\nContent-Length: 5, 5\r\nConnection: Upgrade, close\r\n"
		      "Upgrade: h2c\r\nTransfer-Encoding: gzip, Chunked\r\n!#$%&'*+-.^_`|~09AZaz: x\r\n");
	struct http1_head head;
	struct arena arena;

	(void)state;
	http1_read_both_ways(lines, true);
	http1_read_both_ways(lines, false);
	arena_init(&arena, MIB);
	assert_true(http1_head_read(ARENA_JOIN(&arena, lines, BYTES("\r\n")), true, &arena, &head));
	assert_int_equal(head.fields.header_count, 9);
	assert_true(bytes_equal(head.fields.headers[3].name, BYTES("x-padded")));
	assert_true(bytes_equal(head.fields.headers[3].value, BYTES("v a l")));
	assert_true(bytes_equal(head.fields.headers[8].name, BYTES("!#$%&'*+-.^_`|~09azaz")));
	assert_int_equal(head.fields.headers[1].value.len, 0);
	assert_true(head.fields.is_close && head.fields.wants_upgrade && head.fields.is_chunked);
	assert_int_equal(head.fields.oddities, ODDITY_LENGTH_TWICE);
	arena_finish(&arena);
}

static void hostile(void **state)
{
	static const char *const lines[] = {
		"Name : x\r\n",
		" folded\r\n",
		"\tfolded\r\n",
		": no name\r\n",
		"no colon\r\n",
		"N\xc3\xa4me: x\r\n",
		"Na\x01me: x\r\n",
		"N(): x\r\n",
		"a\rb: c\r\n",
		"a: b\rc\r\n",
		"a: b\nc: d\r\n",
		"a: b\r\r\n",
		"\r\n",
		"\n",
		"\ra: b\r\n",
	};
	char head[300];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		for (size_t j = 0; j < sizeof(lines) / sizeof(lines[0]); j++)
			for (int is_request = 0; is_request < 2; is_request++) {
				int len = snprintf(head, sizeof(head), "%s\r\nA: 1\r\n%sB: 2\r\n%sC: 3\r\n",
						   is_request ? "GET / HTTP/1.1" : "HTTP/1.1 200 OK",
						   lines[i], lines[j]);

				http1_read_both_ways((struct bytes){head, (size_t)len}, is_request);
			}
}

/* More fields than are kept: the rest still counts for the framing. */
static void too_many(void **state)
{
	char *head = malloc(64 * KIB);
	size_t len = (size_t)snprintf(head, 64, "GET / HTTP/1.1\r\n");
	struct http1_head out;
	struct arena arena;

	(void)state;
	for (int i = 0; i < LIMIT_HEAD_FIELDS; i++)
		len += (size_t)snprintf(head + len, 64, "X-%d: %d\r\n", i, i);
	len += (size_t)snprintf(head + len, 64, "Content-Length: 7\r\n\r\n");
	arena_init(&arena, MIB);
	assert_true(http1_head_read((struct bytes){head, len}, true, &arena, &out));
	assert_int_equal(out.fields.header_count, LIMIT_HEAD_FIELDS);
	assert_int_equal(out.fields.oddities, ODDITY_HEAD_CUT);
	assert_int_equal(out.fields.length, 7);
	arena_finish(&arena);
	free(head);
}

/* Marsaglia's xorshift: the same numbers everywhere. */
static unsigned below(uint64_t *seed, unsigned count)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (unsigned)(*seed % count);
}

/* Any mixture of what a head is made of. */
static void mixtures(void **state)
{
	static const char *const parts[] = {"\r\n",
					    "\r\n",
					    "\r\n",
					    "\n",
					    "\r",
					    ": ",
					    ":",
					    "Host",
					    "x",
					    " ",
					    "\t",
					    "close",
					    ",",
					    "5",
					    "Content-Length: ",
					    "Transfer-Encoding: chunked",
					    "Connection: ",
					    "\x80",
					    "\""};
	uint64_t seed = 7;
	char head[2000];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t len = (size_t)snprintf(head, sizeof(head), "GET / HTTP/1.1\r\n");

		for (unsigned i = below(&seed, 30); i > 0; i--)
			len += (size_t)snprintf(head + len, 64, "%s",
						parts[below(&seed, sizeof(parts) / sizeof(parts[0]))]);
		len += (size_t)snprintf(head + len, 64, "\r\n");
		http1_read_both_ways((struct bytes){head, len}, below(&seed, 2));
	}
}

/* The first LF with at most `cr_max` CRs and an LF behind it ends the head. */
static size_t head_end(const char *head, size_t len, size_t cr_max)
{
	for (size_t i = 0; i < len; i++) {
		size_t at = i + 1;

		while (head[i] == '\n' && at < len && at - i - 1 < cr_max && head[at] == '\r')
			at++;
		if (head[i] == '\n' && at < len && head[at] == '\n')
			return at + 1;
	}
	return 0;
}

/* However much of it comes at once, the head ends where it ends. */
static void ends(void **state)
{
	static const char *const parts[] = {
		"\r\n", "\r\n", "\n", "\r", "\r\r", "a: b", "X-Some-Longer-Name: value"};
	uint64_t seed = 11;
	char head[1000];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		bool is_request = below(&seed, 2);
		size_t len = 0, scanned = 0, found = 0, end;

		for (unsigned i = below(&seed, 20); i > 0; i--)
			len += (size_t)snprintf(head + len, 64, "%s",
						parts[below(&seed, sizeof(parts) / sizeof(parts[0]))]);
		end = head_end(head, len, is_request ? 1 : 4);
		for (size_t had = 0; had < len && found == 0;) {
			had += 1 + below(&seed, 40);
			had = had < len ? had : len;
			found = http1_head_len((struct bytes){head, had}, is_request, &scanned);
			assert_in_range(scanned, 0, had);
		}
		assert_int_equal(found, end);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everyday), cmocka_unit_test(hostile), cmocka_unit_test(too_many),
		cmocka_unit_test(mixtures), cmocka_unit_test(ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
