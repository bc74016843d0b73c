#include "parsers/proxy_protocol.h"

#include <string.h>

#include "parsers/base/cursor.h"

#define SIGNATURE_LEN  12
#define LINE_LEN_MAX   107 /* version 1, section 2.1: with CR LF */
#define FIXED_LEN      16  /* version 2, section 2.2 */
#define COMMAND_PROXY  1
#define FAMILY_TCP_IP4 0x11
#define FAMILY_TCP_IP6 0x21

static bool begins_alike(struct bytes run, struct bytes prefix)
{
	size_t len = run.len < prefix.len ? run.len : prefix.len;

	return bytes_equal(bytes_slice(run, 0, len), bytes_slice(prefix, 0, len));
}

/* "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n" */
static bool line_read(struct bytes line, bool *out_has_client, struct endpoint *out_client)
{
	struct bytes rest = bytes_from(line, sizeof("PROXY ") - 1);
	struct bytes family = bytes_split(&rest, ' ');
	struct bytes source = bytes_split(&rest, ' ');
	struct bytes port;
	uint64_t number;

	*out_has_client = false;
	if (bytes_equal(family, BYTES("UNKNOWN")))
		return true;
	bytes_split(&rest, ' ');
	port = bytes_split(&rest, ' ');
	if (!bytes_equal(family, BYTES("TCP4")) && !bytes_equal(family, BYTES("TCP6")))
		return false;
	if (!address_read(source, &out_client->address) || !bytes_to_u64(port, &number) ||
	    number > UINT16_MAX)
		return false;
	out_client->port = (uint16_t)number;
	*out_has_client = true;
	return true;
}

static enum proxy_look read_text(struct bytes run, size_t *out_len, bool *out_has_client,
				 struct endpoint *out_client)
{
	size_t end = bytes_find(bytes_slice(run, 0, LINE_LEN_MAX), BYTES("\r\n"));

	if (end == BYTES_NOT_FOUND)
		return run.len < LINE_LEN_MAX ? PROXY_MORE : PROXY_NO;
	if (!line_read(bytes_slice(run, 0, end), out_has_client, out_client))
		return PROXY_NO;
	*out_len = end + 2;
	return PROXY_YES;
}

static enum proxy_look read_binary(struct bytes run, size_t *out_len, bool *out_has_client,
				   struct endpoint *out_client)
{
	struct cursor cursor = cursor_of(bytes_from(run, SIGNATURE_LEN));
	uint8_t command = cursor_u8(&cursor), family = cursor_u8(&cursor);
	size_t len = cursor_u16(&cursor), address_len = family == FAMILY_TCP_IP6 ? 16 : 4;
	struct bytes source, port;

	if (run.len > SIGNATURE_LEN && command >> 4 != 2)
		return PROXY_NO;
	if (cursor.ran_out)
		return PROXY_MORE;
	if (FIXED_LEN + len > PROXY_HEADER_MAX)
		return PROXY_NO;
	if (cursor.left < len)
		return PROXY_MORE;
	*out_len = FIXED_LEN + len;
	*out_has_client = false;
	if ((command & 15) != COMMAND_PROXY || (family != FAMILY_TCP_IP4 && family != FAMILY_TCP_IP6) ||
	    len < 2 * address_len + 4)
		return PROXY_YES;
	source = cursor_take(&cursor, address_len);
	cursor_skip(&cursor, address_len);
	port = cursor_take(&cursor, 2);
	memcpy(out_client->address.bytes, source.data, source.len);
	out_client->address.is_ipv6 = family == FAMILY_TCP_IP6;
	out_client->port = (uint16_t)((unsigned char)port.data[0] << 8 | (unsigned char)port.data[1]);
	*out_has_client = true;
	return PROXY_YES;
}

enum proxy_look proxy_protocol_read(struct bytes run, size_t *out_len, bool *out_has_client,
				    struct endpoint *out_client)
{
	const struct bytes text = BYTES("PROXY "), binary = BYTES("\r\n\r\n\0\r\nQUIT\n");

	*out_client = (struct endpoint){.port = 0};
	if (begins_alike(run, text))
		return run.len < text.len ? PROXY_MORE : read_text(run, out_len, out_has_client, out_client);
	if (begins_alike(run, binary))
		return run.len < binary.len ? PROXY_MORE
					    : read_binary(run, out_len, out_has_client, out_client);
	return PROXY_NO;
}
