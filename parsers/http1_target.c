#include "parsers/http1_target.h"

/* [2001:db8::1]:443, 10.0.0.1:80, example.com. Without brackets where there were some. */
static void read_authority(struct exchange *exchange, struct bytes authority)
{
	size_t user = bytes_find_byte(authority, '@');
	struct bytes host, port;
	uint64_t number = 0;
	char *letters;

	if (user != BYTES_NOT_FOUND)
		authority = bytes_from(authority, user + 1);
	port = authority;
	if (bytes_starts(authority, BYTES("[")) && bytes_find_byte(authority, ']') != BYTES_NOT_FOUND) {
		port = bytes_from(authority, 1);
		host = bytes_split(&port, ']');
		if (bytes_starts(port, BYTES(":")))
			port = bytes_from(port, 1);
	} else {
		host = bytes_split(&port, ':');
	}
	exchange->host = arena_copy(&exchange->arena, host);
	letters = (char *)(uintptr_t)exchange->host.data;
	for (size_t i = 0; i < exchange->host.len; i++)
		letters[i] = ascii_lower(letters[i]);
	if (port.data != NULL && bytes_to_u64(port, &number) && number <= UINT16_MAX)
		exchange->host_port = (uint16_t)number;
}

static void read_path(struct exchange *exchange, struct bytes text)
{
	struct bytes rest = text;

	text = bytes_split(&rest, '#');
	rest = text;
	exchange->path = bytes_split(&rest, '?');
	exchange->has_query = rest.data != NULL;
	exchange->query = rest;
}

/* RFC 3986 section 3.1, then "://". */
static size_t scheme_len(struct bytes target)
{
	size_t len = 0;

	while (len < target.len && (ascii_is_alnum(target.data[len]) || target.data[len] == '+' ||
				    target.data[len] == '-' || target.data[len] == '.'))
		len++;
	return len > 0 && ascii_is_alpha(target.data[0]) &&
			       bytes_starts(bytes_from(target, len), BYTES("://"))
		       ? len
		       : 0;
}

static void read_absolute(struct exchange *exchange, size_t scheme)
{
	struct bytes rest = bytes_from(exchange->target, scheme + 3);
	size_t end = 0;

	exchange->scheme = bytes_slice(exchange->target, 0, scheme);
	while (end < rest.len && rest.data[end] != '/' && rest.data[end] != '?' && rest.data[end] != '#')
		end++;
	read_authority(exchange, bytes_slice(rest, 0, end));
	read_path(exchange, bytes_from(rest, end));
	if (exchange->path.len == 0)
		exchange->path = BYTES("/"); /* RFC 9110 section 4.2.3 */
}

void http1_target_read(struct exchange *exchange)
{
	const struct header *host = message_header(&exchange->request, BYTES("host"));
	size_t scheme = scheme_len(exchange->target);

	if (bytes_equal(exchange->method, BYTES("CONNECT"))) {
		read_authority(exchange, exchange->target);
		return;
	}
	if (scheme > 0)
		read_absolute(exchange, scheme);
	else
		read_path(exchange, exchange->target);
	if (exchange->host.len == 0 && host != NULL)
		read_authority(exchange, host->value);
}

void http1_target_read_parts(struct exchange *exchange, struct bytes authority)
{
	if (!bytes_equal(exchange->method, BYTES("CONNECT")))
		read_path(exchange, exchange->target);
	read_authority(exchange, authority);
}
