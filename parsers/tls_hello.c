#include "parsers/tls_hello.h"

#include "parsers/base/cursor.h"

#define RECORD_HANDSHAKE       22
#define HANDSHAKE_CLIENT_HELLO 1
#define HANDSHAKE_SERVER_HELLO 2
#define EXTENSION_SERVER_NAME  0
#define SERVER_NAME_HOST       0
#define SERVER_NAME_LEN_MAX    255

/* RFC 6066 section 3: a list of names, of which only host_name was ever defined. */
static struct bytes name_read(struct bytes extension)
{
	struct cursor cursor = cursor_of(extension);
	struct bytes name;
	uint8_t kind;

	cursor_skip(&cursor, 2);
	kind = cursor_u8(&cursor);
	name = cursor_take(&cursor, cursor_u16(&cursor));
	return kind == SERVER_NAME_HOST && name.len <= SERVER_NAME_LEN_MAX ? name : BYTES_NONE;
}

/* A hello that goes on in the next segment has no name here. */
static struct bytes server_name_read(struct cursor *cursor)
{
	struct cursor extensions;

	cursor_skip(cursor, 32);                 /* random */
	cursor_skip(cursor, cursor_u8(cursor));  /* legacy_session_id */
	cursor_skip(cursor, cursor_u16(cursor)); /* cipher_suites */
	cursor_skip(cursor, cursor_u8(cursor));  /* legacy_compression_methods */
	(void)cursor_u16(cursor);                /* length of extensions */
	extensions = *cursor;
	while (!extensions.ran_out && extensions.left > 0) {
		uint16_t kind = cursor_u16(&extensions);
		struct bytes extension = cursor_take(&extensions, cursor_u16(&extensions));

		if (kind == EXTENSION_SERVER_NAME && !extensions.ran_out)
			return name_read(extension);
	}
	return BYTES_NONE;
}

bool tls_hello_read(struct bytes run, struct tls_hello *out_hello)
{
	struct cursor cursor = cursor_of(run);
	struct tls_hello hello = {0};
	uint8_t kind = cursor_u8(&cursor), handshake;
	uint16_t record_version = cursor_u16(&cursor);

	cursor_skip(&cursor, 2); /* length of the record */
	handshake = cursor_u8(&cursor);
	cursor_skip(&cursor, 3); /* length of the message */
	hello.version = cursor_u16(&cursor);
	if (cursor.ran_out || kind != RECORD_HANDSHAKE || record_version >> 8 != 3 || hello.version >> 8 != 3)
		return false;
	if (handshake != HANDSHAKE_CLIENT_HELLO && handshake != HANDSHAKE_SERVER_HELLO)
		return false;
	hello.is_client = handshake == HANDSHAKE_CLIENT_HELLO;
	if (hello.is_client)
		hello.server_name = server_name_read(&cursor);
	*out_hello = hello;
	return true;
}
