#include "parsers/http1_look.h"

#include <string.h>

#include "parsers/base/limits.h"

#define METHOD_LEN_MAX 64
#define VERSION_LEN    8 /* HTTP/1.1 */
#define STATUS_LEN     3

/* RFC 9110 section 5.6.2, tchar: letters, digits and !#$%&'*+-.^_`|~, a bit for each byte below 128. */
static bool is_token_char(char byte)
{
	static const uint64_t token[2] = {0x03ff6cfa00000000, 0x57ffffffc7fffffe};
	unsigned char at = (unsigned char)byte;

	return at < 128 && (token[at / 64] >> at % 64 & 1) != 0;
}

bool http1_is_token(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_token_char(text.data[i]))
			return false;
	return text.len > 0;
}

size_t http1_blank_len(struct bytes run)
{
	size_t len = 0;

	while (len < run.len && (run.data[len] == '\r' || run.data[len] == '\n'))
		len++;
	return len;
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

static struct bytes trim_blanks(struct bytes run)
{
	while (run.len > 0 && is_blank(run.data[0]))
		run = bytes_from(run, 1);
	while (run.len > 0 && is_blank(run.data[run.len - 1]))
		run.len--;
	return run;
}

static bool is_version(struct bytes text)
{
	return text.len == VERSION_LEN && bytes_starts(text, BYTES("HTTP/")) &&
	       ascii_is_digit(text.data[5]) && text.data[6] == '.' && ascii_is_digit(text.data[7]);
}

/* "HTTP/1.01" and "HTTP/1.10" are 1.1: a lenient reader takes them for it. */
static enum http_version version_of(struct bytes text)
{
	if (bytes_starts(text, BYTES("HTTP/1.1")))
		return HTTP_1_1;
	if (bytes_starts(text, BYTES("HTTP/1.0")))
		return text.len > VERSION_LEN && text.data[VERSION_LEN] == '1' ? HTTP_1_1 : HTTP_1_0;
	return bytes_equal(text, BYTES("HTTP/0.9")) ? HTTP_0_9 : HTTP_UNKNOWN;
}

/* HTTP/d.d SP NNN, then anything but a digit. A shorter run may still become one. */
enum http1_start http1_look_response(struct bytes run)
{
	size_t at = VERSION_LEN;

	for (size_t i = 0; i < run.len && i < VERSION_LEN; i++) {
		char wanted = "HTTP/0.0"[i];

		if (wanted == '0' ? !ascii_is_digit(run.data[i]) : run.data[i] != wanted)
			return HTTP1_START_NOT;
	}
	while (at < run.len && is_blank(run.data[at]) && at < METHOD_LEN_MAX)
		at++;
	if (run.len > VERSION_LEN && at == VERSION_LEN)
		return HTTP1_START_NOT;
	for (size_t i = at; i < run.len && i < at + 3; i++)
		if (!ascii_is_digit(run.data[i]))
			return HTTP1_START_NOT;
	if (run.len <= at + 3)
		return HTTP1_START_MORE;
	return ascii_is_digit(run.data[at + 3]) ? HTTP1_START_NOT : HTTP1_START_RESPONSE;
}

static bool method_is_possible(struct bytes run)
{
	size_t len = 0;

	while (len < run.len && len <= METHOD_LEN_MAX && is_token_char(run.data[len]))
		len++;
	return len == run.len ? len <= METHOD_LEN_MAX
			      : len > 0 && len <= METHOD_LEN_MAX && is_blank(run.data[len]);
}

bool http1_look_known_method(struct bytes run)
{
	static const char *const known[] = {"GET",
					    "POST",
					    "PUT",
					    "PATCH",
					    "DELETE",
					    "HEAD",
					    "OPTIONS",
					    "MERGE",
					    "CONNECT",
					    "TRACE",
					    "QUERY",
					    "ACL",
					    "BIND",
					    "CHECKIN",
					    "CHECKOUT",
					    "COPY",
					    "LABEL",
					    "LINK",
					    "LOCK",
					    "MKCALENDAR",
					    "MKCOL",
					    "MKACTIVITY",
					    "MKWORKSPACE",
					    "MOVE",
					    "PROPFIND",
					    "PROPPATCH",
					    "REBIND",
					    "REPORT",
					    "SEARCH",
					    "UNBIND",
					    "UNLINK",
					    "UNLOCK",
					    "UPDATE",
					    "ORDERPATCH",
					    "BASELINE-CONTROL",
					    "UNCHECKOUT",
					    "VERSION-CONTROL",
					    "MKREDIRECTREF",
					    "UPDATEREDIRECTREF",
					    "M-SEARCH",
					    "NOTIFY",
					    "SUBSCRIBE",
					    "UNSUBSCRIBE",
					    "PURGE"};
	size_t len = 0;

	while (len < run.len && is_token_char(run.data[len]))
		len++;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (bytes_equal(bytes_slice(run, 0, len), bytes_of(known[i])))
			return true;
	return false;
}

static bool line_is_request(struct bytes line)
{
	struct http1_line parts;

	line = trim_blanks(line);
	if (line.len <= VERSION_LEN || !is_version(bytes_from(line, line.len - VERSION_LEN)) ||
	    !is_blank(line.data[line.len - VERSION_LEN - 1]))
		return false;
	http1_line_read(line, true, &parts);
	return parts.target.len > 0 && !bytes_equal(parts.method, BYTES("PRI"));
}

/* Of all bytes, without a jump at each and in one byte, so that the compiler takes many at once. */
static bool has_control(struct bytes run)
{
	uint8_t has = 0;

	for (size_t i = 0; i < run.len; i++) {
		unsigned char byte = (unsigned char)run.data[i];

		has |= (byte < 0x20) & (byte != '\t') & (byte != '\r');
	}
	return has != 0;
}

static enum http1_start look_request(struct bytes run, size_t *scanned)
{
	struct bytes fresh = bytes_from(bytes_slice(run, 0, LIMIT_START_LINE_BYTES + 1), *scanned);
	size_t len = bytes_find_byte(fresh, '\n');
	struct bytes line;

	if (!method_is_possible(run) || has_control(bytes_slice(fresh, 0, len)))
		return HTTP1_START_NOT;
	if (len == BYTES_NOT_FOUND) {
		*scanned = run.len;
		return run.len > LIMIT_START_LINE_BYTES ? HTTP1_START_NOT : HTTP1_START_MORE;
	}
	*scanned += len;
	line = bytes_slice(run, 0, *scanned);
	while (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	return line_is_request(line) ? HTTP1_START_REQUEST : HTTP1_START_NOT;
}

enum http1_start http1_look_due(struct bytes run)
{
	struct bytes name = BYTES("HTTP/");
	size_t at = name.len;

	if (run.len < name.len)
		return bytes_starts(name, run) ? HTTP1_START_MORE : HTTP1_START_NOT;
	if (!bytes_starts(run, name))
		return HTTP1_START_NOT;
	while (at < run.len && at < METHOD_LEN_MAX && !ascii_is_space(run.data[at]))
		at++;
	if (at < run.len && !is_blank(run.data[at]))
		return HTTP1_START_NOT;
	while (at < run.len && at < 2 * METHOD_LEN_MAX && is_blank(run.data[at]))
		at++;
	if (at == run.len)
		return HTTP1_START_MORE;
	return ascii_is_digit(run.data[at]) ? HTTP1_START_RESPONSE : HTTP1_START_NOT;
}

enum http1_start http1_look(struct bytes run, size_t *scanned)
{
	enum http1_start response = http1_look_response(run);

	return response != HTTP1_START_NOT ? response : look_request(run, scanned);
}

static void status_line_read(struct bytes line, struct http1_line *out_line)
{
	struct http1_line parts = {0};
	struct bytes version, digits;
	size_t at = 0, count = 0;

	while (at < line.len && !is_blank(line.data[at]))
		at++;
	version = bytes_slice(line, 0, at);
	digits = trim_blanks(bytes_from(line, at));
	parts.version = version_of(version);
	for (; count < STATUS_LEN && count < digits.len && ascii_is_digit(digits.data[count]); count++)
		parts.status = parts.status * 10 + (unsigned)(digits.data[count] - '0');
	parts.is_status_odd =
		count < STATUS_LEN || (digits.len > count && ascii_is_digit(digits.data[count]));
	parts.is_odd = parts.is_status_odd || !is_version(version);
	*out_line = parts;
}

void http1_line_read(struct bytes line, bool is_request, struct http1_line *out_line)
{
	struct http1_line parts = {0};
	size_t at = 0;

	line = trim_blanks(line);
	if (!is_request) {
		status_line_read(line, out_line);
		return;
	}
	while (at < line.len && !is_blank(line.data[at]))
		at++;
	parts.method = bytes_slice(line, 0, at);
	if (line.len >= at + VERSION_LEN) {
		parts.version = version_of(bytes_from(line, line.len - VERSION_LEN));
		parts.target = trim_blanks(bytes_slice(line, at, line.len - VERSION_LEN - at));
	}
	*out_line = parts;
}
