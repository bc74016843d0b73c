#include "specs/schema_format.h"

#include <string.h>

#include "parsers/base/endpoint.h"
#include "parsers/base/uuid.h"
#include "specs/schema_format_uri.h"
#include "specs/schema_pattern.h"

static const char *const names[] = {
	[FORMAT_NONE] = "",
	[FORMAT_DATE] = "date",
	[FORMAT_DATE_TIME] = "date-time",
	[FORMAT_TIME] = "time",
	[FORMAT_EMAIL] = "email",
	[FORMAT_UUID] = "uuid",
	[FORMAT_URI] = "uri",
	[FORMAT_HOSTNAME] = "hostname",
	[FORMAT_IPV4] = "ipv4",
	[FORMAT_IPV6] = "ipv6",
	[FORMAT_BYTE] = "byte",
	[FORMAT_INT32] = "int32",
	[FORMAT_INT64] = "int64",
	[FORMAT_BASE64URL] = "base64url",
	[FORMAT_DURATION] = "duration",
	[FORMAT_URI_REFERENCE] = "uri-reference",
	[FORMAT_IRI] = "iri",
	[FORMAT_IRI_REFERENCE] = "iri-reference",
	[FORMAT_URI_TEMPLATE] = "uri-template",
	[FORMAT_JSON_POINTER] = "json-pointer",
	[FORMAT_RELATIVE_JSON_POINTER] = "relative-json-pointer",
	[FORMAT_REGEX] = "regex",
};

enum format format_of(struct bytes name)
{
	for (size_t i = 1; i < sizeof(names) / sizeof(names[0]); i++)
		if (bytes_equal(name, bytes_of(names[i])))
			return (enum format)i;
	return FORMAT_NONE;
}

const char *format_name(enum format format)
{
	return names[format];
}

static char at(struct bytes text, size_t index)
{
	return index < text.len ? text.data[index] : '\0';
}

/* Eight bytes are like the sample: digits where that has 0, what it has elsewhere. */
static inline bool is_like(const char *text, const char *sample)
{
	const uint64_t ones = 0x0101010101010101, tops = ones << 7;
	uint64_t other, like, is_mark;

	memcpy(&other, text, 8);
	memcpy(&like, sample, 8);
	is_mark = (((like ^ '0' * ones) + 0x7F * ones) & tops) >> 7;
	other ^= like;
	/* its top bit says that a byte is above 9, or of a mark above 0 */
	return (((other + 0x76 * ones + 9 * is_mark) | other) & tops) == 0;
}

/* Two digits. */
static inline unsigned pair(const char *text)
{
	return (unsigned)(text[0] * 10 + text[1] - '0' * 11);
}

static bool is_leap(unsigned year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* RFC 3339 section 5.6: full-date */
static inline bool is_date(struct bytes text)
{
	static const unsigned char days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	unsigned month, day;

	if (text.len != 10 || !is_like(text.data, "0000-00-") || !is_like(text.data + 2, "00-00-00"))
		return false;
	month = pair(text.data + 5);
	day = pair(text.data + 8);
	if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
		return false;
	return day != 29 || month != 2 || is_leap(pair(text.data) * 100 + pair(text.data + 2));
}

/* time-offset; *out_minutes is what it adds to UTC */
static bool offset_read(struct bytes text, int *out_minutes)
{
	char digits[8] = "00:00:00";
	unsigned hour, minute;

	*out_minutes = 0;
	if (text.len == 1)
		return text.data[0] == 'Z' || text.data[0] == 'z';
	if (text.len != 6 || (text.data[0] != '+' && text.data[0] != '-'))
		return false;
	memcpy(digits, text.data + 1, 5);
	hour = pair(digits);
	minute = pair(digits + 3);
	if (!is_like(digits, "00:00:00") || hour > 23 || minute > 59)
		return false;
	*out_minutes = (int)(hour * 60 + minute) * (text.data[0] == '-' ? -1 : 1);
	return true;
}

/* full-time; a leap second is 23:59:60 UTC */
static inline bool is_time(struct bytes text)
{
	unsigned hour, minute, second;
	size_t end = 8;
	int offset, utc;

	if (text.len < 9 || !is_like(text.data, "00:00:00"))
		return false;
	hour = pair(text.data);
	minute = pair(text.data + 3);
	second = pair(text.data + 6);
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	if (text.data[8] == '.') {
		end = 9;
		while (ascii_is_digit(at(text, end)))
			end++;
		if (end == 9)
			return false;
	}
	if (!offset_read(bytes_from(text, end), &offset))
		return false;
	utc = ((int)(hour * 60 + minute) - offset + 1440) % 1440;
	return second < 60 || utc == 1439;
}

static bool is_date_time(struct bytes text)
{
	char letter = at(text, 10);

	return (letter == 'T' || letter == 't') && is_date(bytes_slice(text, 0, 10)) &&
	       is_time(bytes_from(text, 11));
}

/* RFC 1123 section 2.1, RFC 5890 section 2.3.1: no "--" at three and four but in xn-- */
static bool is_hostname(struct bytes text)
{
	if (text.len == 0 || text.len > 253)
		return false;
	for (struct bytes rest = text; rest.data != NULL;) {
		struct bytes label = bytes_split(&rest, '.');

		if (label.len == 0 || label.len > 63 || label.data[0] == '-' ||
		    label.data[label.len - 1] == '-')
			return false;
		for (size_t i = 0; i < label.len; i++)
			if (!ascii_is_alnum(label.data[i]) && label.data[i] != '-')
				return false;
		if (label.len >= 4 && label.data[2] == '-' && label.data[3] == '-' &&
		    !(bytes_equal_nocase(bytes_slice(label, 0, 4), BYTES("xn--")) && a_label_fits(label)))
			return false;
	}
	return true;
}

static bool is_address(struct bytes text, bool is_ipv6)
{
	struct address address;

	return bytes_find_byte(text, '\0') == BYTES_NOT_FOUND && address_read(text, &address) &&
	       address.is_ipv6 == is_ipv6;
}

/* RFC 5321 section 4.1.2: Mailbox; letters beyond ASCII too (RFC 6531) */
static bool is_email(struct bytes text)
{
	static const bool is_special[256] = {
		['('] = true, [')'] = true, ['<'] = true,   ['>'] = true, ['['] = true,
		[']'] = true, [':'] = true, [';'] = true,   ['@'] = true, ['\\'] = true,
		[','] = true, ['"'] = true, ['\x7f'] = true};
	size_t sign = BYTES_NOT_FOUND;
	struct bytes local, domain;

	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '@')
			sign = i;
	if (sign == BYTES_NOT_FOUND || sign == 0)
		return false;
	local = bytes_slice(text, 0, sign);
	domain = bytes_from(text, sign + 1);
	if (local.len >= 2 && local.data[0] == '"' && local.data[local.len - 1] == '"')
		local = BYTES("quoted");
	if (local.data[0] == '.' || local.data[local.len - 1] == '.' ||
	    bytes_find(local, BYTES("..")) != BYTES_NOT_FOUND)
		return false;
	for (size_t i = 0; i < local.len; i++)
		if ((unsigned char)local.data[i] <= ' ' || is_special[(unsigned char)local.data[i]])
			return false;
	if (domain.len > 2 && domain.data[0] == '[' && domain.data[domain.len - 1] == ']') {
		domain = bytes_slice(domain, 1, domain.len - 2);
		if (bytes_starts(domain, BYTES("IPv6:")))
			return is_address(bytes_from(domain, 5), true);
		return is_address(domain, false);
	}
	return is_hostname(domain);
}

/* RFC 4648 section 4; line breaks as in MIME are let through */
static bool is_base64(struct bytes text)
{
	size_t count = 0, padding = 0;

	for (size_t i = 0; i < text.len; i++) {
		char byte = text.data[i];

		if (byte == '\r' || byte == '\n')
			continue;
		if (byte == '=')
			padding++;
		else if (padding > 0 || (!ascii_is_alnum(byte) && byte != '+' && byte != '/'))
			return false;
		count++;
	}
	return count % 4 == 0 && padding <= 2;
}

/* RFC 4648 section 5; the padding may be left out */
static bool is_base64url(struct bytes text)
{
	size_t len = text.len;

	while (len > 0 && text.len - len < 2 && text.data[len - 1] == '=')
		len--;
	for (size_t i = 0; i < len; i++)
		if (!ascii_is_alnum(text.data[i]) && text.data[i] != '-' && text.data[i] != '_')
			return false;
	return len % 4 != 1 && (len == text.len || text.len % 4 == 0);
}

/* Numbers with the units of `units`, which follow one another; *out_count how many there were. */
static struct bytes units_read(struct bytes text, const char *units, size_t *out_count)
{
	size_t from = 0;

	for (*out_count = 0; text.len > 0; ++*out_count) {
		size_t len = 0, unit = from;

		while (ascii_is_digit(at(text, len)))
			len++;
		if (len == 0 || len == text.len)
			break;
		while (units[unit] != '\0' && units[unit] != text.data[len])
			unit++;
		if (units[unit] == '\0' || (*out_count > 0 && unit != from))
			break;
		from = unit + 1;
		text = bytes_from(text, len + 1);
	}
	return text;
}

/* RFC 3339 appendix A: no unit is left out between two others, weeks stand alone */
static bool is_duration(struct bytes text)
{
	size_t days, times = 0, weeks;

	if (at(text, 0) != 'P' || text.len < 3)
		return false;
	text = bytes_from(text, 1);
	if (units_read(text, "W", &weeks).len == 0 && weeks == 1)
		return true;
	text = units_read(text, "YMD", &days);
	if (at(text, 0) != 'T')
		return text.len == 0 && days > 0;
	text = units_read(bytes_from(text, 1), "HMS", &times);
	return text.len == 0 && times > 0;
}

bool format_fits(enum format format, struct bytes text)
{
	switch (format) {
	case FORMAT_DATE:
		return is_date(text);
	case FORMAT_DATE_TIME:
		return is_date_time(text);
	case FORMAT_TIME:
		return is_time(text);
	case FORMAT_EMAIL:
		return is_email(text);
	case FORMAT_UUID:
		return uuid_is(text);
	case FORMAT_URI:
		return uri_fits(text, false, false);
	case FORMAT_URI_REFERENCE:
		return uri_fits(text, true, false);
	case FORMAT_IRI:
		return uri_fits(text, false, true);
	case FORMAT_IRI_REFERENCE:
		return uri_fits(text, true, true);
	case FORMAT_URI_TEMPLATE:
		return uri_template_fits(text);
	case FORMAT_JSON_POINTER:
		return json_pointer_fits(text);
	case FORMAT_RELATIVE_JSON_POINTER:
		return relative_json_pointer_fits(text);
	case FORMAT_REGEX:
		return pattern_is_valid(text);
	case FORMAT_HOSTNAME:
		return is_hostname(text);
	case FORMAT_IPV4:
		return is_address(text, false);
	case FORMAT_IPV6:
		return is_address(text, true);
	case FORMAT_BYTE:
		return is_base64(text);
	case FORMAT_BASE64URL:
		return is_base64url(text);
	case FORMAT_DURATION:
		return is_duration(text);
	case FORMAT_NONE:
	case FORMAT_INT32:
	case FORMAT_INT64:
		break;
	}
	return true;
}
