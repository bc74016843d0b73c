/* Who called, by proxies' fields and by the PROXY protocol; and by those who only claim to be proxies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/forwarded.h"
#include "parsers/proxy_protocol.h"

static struct network proxies[2];
static struct forwarded_policy policy;

static int set_up(void **state)
{
	(void)state;
	assert_true(network_read(BYTES("10.0.0.0/24"), &proxies[0]));
	assert_true(network_read(BYTES("2001:db8::/64"), &proxies[1]));
	policy = (struct forwarded_policy){.proxies = proxies, .proxy_count = 2};
	return 0;
}

/* NULL: nobody but the peer is known. */
static void assert_client(const char *name, const char *value, const char *peer, const char *expected)
{
	struct header header = {.name = bytes_of(name), .value = bytes_of(value)};
	struct message request = {.headers = &header, .header_count = 1};
	struct address from, client = {.is_ipv6 = false};
	char text[ADDRESS_TEXT_MAX];
	bool is_found;

	assert_true(address_read(bytes_of(peer), &from));
	is_found = forwarded_client(&request, &policy, &from, &client);
	address_print(&client, text);
	if (is_found != (expected != NULL) || (expected != NULL && strcmp(text, expected) != 0))
		fail_msg("%s: %s from %s: %s", name, value, peer, is_found ? text : "nobody");
}

static void only_trusted_peers_are_believed(void **state)
{
	(void)state;
	assert_client("x-forwarded-for", "203.0.113.5", "10.0.0.7", "203.0.113.5");
	assert_client("x-forwarded-for", "203.0.113.5", "10.0.1.7", NULL);
	assert_client("x-forwarded-for", "203.0.113.5", "2001:db8::1", "203.0.113.5");
	assert_client("x-real-ip", "203.0.113.5", "10.0.0.7", NULL);
}

static void the_last_untrusted_address_is_the_client(void **state)
{
	(void)state;
	assert_client("x-forwarded-for", "1.2.3.4, 203.0.113.5, 10.0.0.9", "10.0.0.7", "203.0.113.5");
	assert_client("x-forwarded-for", "10.0.0.8, 10.0.0.9", "10.0.0.7", "10.0.0.8");
	assert_client("x-forwarded-for", "1.2.3.4, unknown, 10.0.0.9", "10.0.0.7", NULL);
	assert_client("x-forwarded-for", "203.0.113.5:4711", "10.0.0.7", "203.0.113.5");
	assert_client("x-forwarded-for", "[2001:db8:a::7]:4711", "10.0.0.7", "2001:db8:a::7");
	assert_client("forwarded", "for=192.0.2.60;proto=http;by=10.0.0.7", "10.0.0.7", "192.0.2.60");
	assert_client("forwarded", "for=1.2.3.4, proto=https; For=\"[2001:db8:a::17]:47011\"", "10.0.0.7",
		      "2001:db8:a::17");
	assert_client("forwarded", "for=_hidden", "10.0.0.7", NULL);
}

static void other_places_can_be_chosen(void **state)
{
	(void)state;
	policy.which = FORWARDED_LEFTMOST;
	assert_client("x-forwarded-for", "1.2.3.4, 203.0.113.5", "10.0.0.7", "1.2.3.4");
	policy.which = FORWARDED_HOPS;
	policy.hops = 2;
	assert_client("x-forwarded-for", "1.2.3.4, 203.0.113.5, 192.0.2.1", "10.0.0.7", "203.0.113.5");
	assert_client("x-forwarded-for", "203.0.113.5", "10.0.0.7", NULL);
}

static void broken_lists_name_nobody(void **state)
{
	static const char *const values[] = {"",          ",",       ",,,,",       "[",     "[]",
					     "[::",       "]:",      "\"",         "\"\"",  "1.2.3",
					     "1.2.3.4.5", ":",       "::::::::::", "=;=,=", "for=",
					     "for=\"[",   "for;for", "999.1.1.1",  "-1"};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		assert_client("x-forwarded-for", values[i], "10.0.0.7", NULL);
		assert_client("forwarded", values[i], "10.0.0.7", NULL);
	}
}

static void endless_lists_keep_their_end(void **state)
{
	char text[4096] = "";

	(void)state;
	for (int i = 0; i < 200; i++)
		strncat(text, "1.2.3.4, ", sizeof(text) - strlen(text) - 1);
	strncat(text, "203.0.113.5", sizeof(text) - strlen(text) - 1);
	assert_client("x-forwarded-for", text, "10.0.0.7", "203.0.113.5");
}

/* -- the PROXY protocol --------------------------------------------------------- */

static enum proxy_look look(struct bytes run, size_t *out_len, bool *out_has, char text[ADDRESS_TEXT_MAX])
{
	struct endpoint client;
	enum proxy_look verdict;

	*out_len = 0;
	*out_has = false;
	verdict = proxy_protocol_read(run, out_len, out_has, &client);
	address_print(&client.address, text);
	return verdict;
}

static void headers_of_both_versions_are_read(void **state)
{
	const struct bytes line = BYTES("PROXY TCP4 203.0.113.5 10.0.0.5 4711 80\r\nGET / HTTP/1.1\r\n");
	const struct bytes binary = BYTES(
		"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0f\xcb\0\x71\x05\x0a\0\0\x05\x12\x67\0\x50\x04\0\0GET");
	char text[ADDRESS_TEXT_MAX];
	size_t len;
	bool has;

	(void)state;
	assert_int_equal(look(line, &len, &has, text), PROXY_YES);
	assert_int_equal(len, 41);
	assert_true(has);
	assert_string_equal(text, "203.0.113.5");
	assert_int_equal(look(binary, &len, &has, text), PROXY_YES);
	assert_int_equal(len, 31);
	assert_true(has);
	assert_string_equal(text, "203.0.113.5");
	assert_int_equal(look(BYTES("PROXY UNKNOWN\r\n"), &len, &has, text), PROXY_YES);
	assert_false(has);
	/* Cut anywhere, it may still become one. */
	for (size_t i = 1; i < 41; i++)
		assert_int_equal(look(bytes_slice(line, 0, i), &len, &has, text), PROXY_MORE);
	for (size_t i = 1; i < 31; i++)
		assert_int_equal(look(bytes_slice(binary, 0, i), &len, &has, text), PROXY_MORE);
}

static void other_beginnings_are_no_header(void **state)
{
	static const struct bytes runs[] = {
		BYTES_INIT("GET / HTTP/1.1\r\n"),
		BYTES_INIT("PROPFIND / HTTP/1.1\r\n"),
		BYTES_INIT("PROXY TCP4 1.2.3 10.0.0.5 1 2\r\n"),
		BYTES_INIT("PROXY TCP4 1.2.3.4 10.0.0.5 65536 2\r\n"),
		BYTES_INIT("PROXY UDP4 1.2.3.4 10.0.0.5 1 2\r\n"),
		BYTES_INIT("PROXY \r\n"),
		BYTES_INIT("PROXY TCP4 1.2.3.4 10.0.0.5 1 2 and so on and on and on and on and on and on and "
			   "on and "
			   "on and on and on and on\r\n"),
		BYTES_INIT("\r\n\r\nGET"),
		BYTES_INIT("\r\n\r\n\0\r\nQUIT\n\x11\x11\0\x0c"),
		BYTES_INIT("\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff"),
		BYTES_INIT("\x16\x03\x01"),
	};
	char text[ADDRESS_TEXT_MAX];
	size_t len;
	bool has;

	(void)state;
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		assert_int_equal(look(runs[i], &len, &has, text), PROXY_NO);
		assert_false(has);
	}
	/* Addresses that do not fit into what it says is its length. */
	assert_int_equal(look(BYTES("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x04\1\2\3\4"), &len, &has, text),
			 PROXY_YES);
	assert_false(has);
	assert_int_equal(len, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(only_trusted_peers_are_believed, set_up),
		cmocka_unit_test_setup(the_last_untrusted_address_is_the_client, set_up),
		cmocka_unit_test_setup(other_places_can_be_chosen, set_up),
		cmocka_unit_test_setup(broken_lists_name_nobody, set_up),
		cmocka_unit_test_setup(endless_lists_keep_their_end, set_up),
		cmocka_unit_test(headers_of_both_versions_are_read),
		cmocka_unit_test(other_beginnings_are_no_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
