/* parsers/tls_hello: the server name of a ClientHello, and what is no hello. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/tls_hello.h"

/* Record header, handshake header, version, random (32), session id, one cipher suite, compression,
 * extensions. */
#define HEAD                                                                                                 \
	"\x16\x03\x01\x00\x4a\x01\x00\x00\x46\x03\x03"                                                       \
	"0123456789abcdef0123456789abcdef"                                                                   \
	"\x00"                                                                                               \
	"\x00\x02\x13\x01"                                                                                   \
	"\x01\x00"
#define EXTENSIONS                                                                                           \
	"\x00\x1b"                                                                                           \
	"\x00\x2b\x00\x03\x02\x03\x04"                                                                       \
	"\x00\x00\x00\x10\x00\x0e\x00\x00\x0b"                                                               \
	"example.com"

static const char hello_bytes[] = HEAD EXTENSIONS;

static void the_server_name_is_found(void **state)
{
	struct tls_hello hello;

	(void)state;
	assert_true(tls_hello_read(BYTES(HEAD EXTENSIONS), &hello));
	assert_true(hello.is_client);
	assert_int_equal(hello.version, 0x0303);
	assert_true(bytes_equal(hello.server_name, BYTES("example.com")));
}

/* Each prefix stands alone in its own memory, so that a read past its end is seen. */
static void a_hello_cut_anywhere_gives_no_name(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(hello_bytes) - 1; len++) {
		struct tls_hello hello = {0};
		char *copy = malloc(len + 1);

		assert_non_null(copy);
		memcpy(copy, hello_bytes, len);
		if (tls_hello_read((struct bytes){.data = copy, .len = len}, &hello))
			assert_int_equal(hello.server_name.len, 0);
		else
			assert_true(len < 11);
		free(copy);
	}
}

static void other_protocols_are_no_hello(void **state)
{
	struct tls_hello hello;

	(void)state;
	assert_false(tls_hello_read(BYTES("GET / HTTP/1.1\r\n"), &hello));
	assert_false(tls_hello_read(BYTES("\x17\x03\x03\x00\x20 application data"), &hello));
	assert_false(tls_hello_read(BYTES("\x16\x03\x01\x00\x4a\x0b\x00\x00\x46\x03\x03"), &hello));
	assert_false(tls_hello_read(BYTES("\x16\x02\x01\x00\x4a\x01\x00\x00\x46\x03\x03"), &hello));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_server_name_is_found),
		cmocka_unit_test(a_hello_cut_anywhere_gives_no_name),
		cmocka_unit_test(other_protocols_are_no_hello),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
