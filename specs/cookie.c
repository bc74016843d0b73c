#include "specs/cookie.h"

static const struct header *next_line(const struct message *message, const struct header *line)
{
	return line == NULL ? message_header(message, BYTES("cookie")) : message_header_next(message, line);
}

/* RFC 6265 section 5.4: pairs with "; " between them; the first '=' ends the name. */
bool cookie_next(const struct message *message, struct cookie *cookie)
{
	for (;;) {
		struct bytes value;

		if (cookie->rest.data == NULL) {
			cookie->line = next_line(message, cookie->line);
			if (cookie->line == NULL)
				return false;
			cookie->rest = cookie->line->value;
			if (cookie->rest.data == NULL)
				continue;
		}
		value = bytes_trim(bytes_split(&cookie->rest, ';'));
		if (value.len == 0)
			continue;
		cookie->name = bytes_split(&value, '=');
		cookie->value = value.data == NULL ? BYTES("") : value;
		return true;
	}
}
