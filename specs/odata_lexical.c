#include "specs/odata_lexical.h"

#include <string.h>

/* -- runs ------------------------------------------------------------------------------- */

static size_t digits_at(struct bytes text, size_t at)
{
	size_t count = 0;

	while (at + count < text.len && ascii_is_digit(text.data[at + count]))
		count++;
	return count;
}

static struct bytes without_sign(struct bytes text)
{
	bool has_sign = text.len > 0 && (text.data[0] == '-' || text.data[0] == '+');

	return has_sign ? bytes_from(text, 1) : text;
}

/* Within -limit - 1 .. limit; `limit` 0: not signed up to 255. */
static bool is_integer(struct bytes text, uint64_t limit)
{
	bool is_negative = text.len > 0 && text.data[0] == '-';
	uint64_t number;

	if (!bytes_to_u64(without_sign(text), &number))
		return false;
	if (limit == 0)
		return number <= 255 && (!is_negative || number == 0);
	return number <= limit + is_negative;
}

static bool is_number(struct bytes text, bool has_exponent)
{
	struct bytes rest = without_sign(text);
	size_t whole = digits_at(rest, 0), part = 0;

	rest = bytes_from(rest, whole);
	if (rest.len > 0 && rest.data[0] == '.') {
		part = digits_at(rest, 1);
		rest = bytes_from(rest, 1 + part);
	}
	if (whole + part == 0)
		return false;
	if (rest.len > 1 && has_exponent && ascii_lower(rest.data[0]) == 'e') {
		rest = without_sign(bytes_from(rest, 1));
		return rest.len > 0 && digits_at(rest, 0) == rest.len;
	}
	return rest.len == 0;
}

static bool is_float(struct bytes text)
{
	return is_number(text, true) || bytes_equal(text, BYTES("INF")) || bytes_equal(text, BYTES("-INF")) ||
	       bytes_equal(text, BYTES("NaN")) || bytes_equal(text, BYTES("Nan"));
}

static bool is_guid(struct bytes text)
{
	if (text.len != 36)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (is_dash ? text.data[i] != '-' : ascii_hex_value(text.data[i]) < 0)
			return false;
	}
	return true;
}

/* -- dates -------------------------------------------------------------------------------- */

static unsigned number_at(struct bytes text, size_t at)
{
	return (unsigned)(text.data[at] - '0') * 10 + (unsigned)(text.data[at + 1] - '0');
}

/* "YYYY-MM-DD", years of more digits and negative ones too; gives what follows. */
static bool take_date(struct bytes *text)
{
	static const unsigned char days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	struct bytes rest = text->len > 0 && text->data[0] == '-' ? bytes_from(*text, 1) : *text;
	size_t year = digits_at(rest, 0);
	unsigned month, day;

	rest = bytes_from(rest, year);
	if (year < 4 || rest.len < 6 || rest.data[0] != '-' || digits_at(rest, 1) != 2 ||
	    rest.data[3] != '-' || digits_at(rest, 4) < 2)
		return false;
	month = number_at(rest, 1);
	day = number_at(rest, 4);
	if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
		return false;
	*text = bytes_from(rest, 6);
	return true;
}

/* "HH:MM[:SS[.f]]" */
static bool take_time(struct bytes *text)
{
	struct bytes rest = *text;

	if (rest.len < 5 || digits_at(rest, 0) != 2 || rest.data[2] != ':' || digits_at(rest, 3) < 2 ||
	    number_at(rest, 0) > 23 || number_at(rest, 3) > 59)
		return false;
	rest = bytes_from(rest, 5);
	if (rest.len >= 3 && rest.data[0] == ':' && digits_at(rest, 1) >= 2) {
		if (number_at(rest, 1) > 60)
			return false;
		rest = bytes_from(rest, 3);
		if (rest.len > 1 && rest.data[0] == '.' && digits_at(rest, 1) > 0 && digits_at(rest, 1) <= 12)
			rest = bytes_from(rest, 1 + digits_at(rest, 1));
	}
	*text = rest;
	return true;
}

static bool is_zone(struct bytes text)
{
	if (bytes_equal_nocase(text, BYTES("Z")))
		return true;
	return text.len == 6 && (text.data[0] == '+' || text.data[0] == '-') && digits_at(text, 1) == 2 &&
	       text.data[3] == ':' && digits_at(text, 4) == 2 && number_at(text, 1) <= 14 &&
	       number_at(text, 4) <= 59;
}

static bool is_moment(struct bytes text, bool has_zone)
{
	if (!take_date(&text) || text.len == 0 || ascii_lower(text.data[0]) != 't')
		return false;
	text = bytes_from(text, 1);
	if (!take_time(&text))
		return false;
	/* OData 2 services write a zone behind an Edm.DateTime too, which has none */
	return has_zone ? is_zone(text) : text.len == 0 || bytes_equal(text, BYTES("Z"));
}

static bool is_date(struct bytes text)
{
	return take_date(&text) && text.len == 0;
}

static bool is_time(struct bytes text)
{
	return take_time(&text) && text.len == 0;
}

/* "/Date(1262304000000+0060)/" of OData 2 JSON. */
static bool is_ticks(struct bytes text)
{
	struct bytes rest = text;
	size_t count;

	if (!bytes_starts(rest, BYTES("/Date(")) || !bytes_ends(rest, BYTES(")/")))
		return false;
	rest = without_sign(bytes_slice(rest, 6, rest.len - 8));
	count = digits_at(rest, 0);
	rest = bytes_from(rest, count);
	return count > 0 && count < 18 &&
	       (rest.len == 0 || (rest.len == 5 && digits_at(without_sign(rest), 0) == 4));
}

/* xs:duration without years and months; "P" with at least one part. OData 2 allows those as well. */
static bool is_duration(struct bytes text)
{
	struct bytes rest = without_sign(text);
	const char *marks = "YMDTHMS";
	bool has_part = false;

	if (rest.len < 2 || rest.data[0] != 'P')
		return false;
	rest = bytes_from(rest, 1);
	while (rest.len > 0) {
		size_t count = digits_at(rest, 0);
		bool is_point = count > 0 && count < rest.len && rest.data[count] == '.';
		const char *mark;

		if (is_point)
			count += 1 + digits_at(rest, count + 1);
		if (count >= rest.len)
			return false;
		mark = strchr(marks, rest.data[count]);
		if (mark == NULL || *mark == '\0' || (*mark == 'T') != (count == 0) ||
		    (is_point && *mark != 'S'))
			return false;
		has_part = has_part || count > 0;
		marks = mark + 1;
		rest = bytes_from(rest, count + 1);
	}
	return has_part && *marks != 'H';
}

static bool is_base64(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_is_alnum(text.data[i]) &&
		    bytes_find_byte(BYTES("+/-_=\r\n"), text.data[i]) == BYTES_NOT_FOUND)
			return false;
	return true;
}

/* -- payloads ------------------------------------------------------------------------------- */

bool lexical_fits(enum edm edm, unsigned version, struct bytes text)
{
	switch (edm) {
	case EDM_BINARY:
		return is_base64(text);
	case EDM_BOOLEAN:
		return bytes_equal_nocase(text, BYTES("true")) || bytes_equal_nocase(text, BYTES("false"));
	case EDM_BYTE:
		return is_integer(text, 0);
	case EDM_SBYTE:
		return is_integer(text, INT8_MAX);
	case EDM_INT16:
		return is_integer(text, INT16_MAX);
	case EDM_INT32:
		return is_integer(text, INT32_MAX);
	case EDM_INT64:
		return is_integer(text, INT64_MAX);
	case EDM_DECIMAL:
		return is_number(text, version >= 4) || (version >= 4 && is_float(text));
	case EDM_DOUBLE:
	case EDM_SINGLE:
		return is_float(text);
	case EDM_DATE:
		return is_date(text);
	case EDM_DATETIME:
		return is_ticks(text) || is_moment(text, false);
	case EDM_DATETIMEOFFSET:
		return (version < 4 && is_ticks(text)) || is_moment(text, true);
	case EDM_DURATION:
	case EDM_TIME:
		return is_duration(text);
	case EDM_TIMEOFDAY:
		return is_time(text);
	case EDM_GUID:
		return is_guid(text);
	default:
		return true;
	}
}

bool decimal_fits(const struct csdl_value *value, struct bytes text)
{
	struct bytes rest = without_sign(text);
	size_t whole, part = 0, zeros = 0;

	if (value->edm != EDM_DECIMAL || !is_number(text, false) || value->is_scale_variable)
		return true;
	while (zeros < rest.len && rest.data[zeros] == '0')
		zeros++;
	rest = bytes_from(rest, zeros);
	whole = digits_at(rest, 0);
	rest = bytes_from(rest, whole);
	if (rest.len > 0)
		part = rest.len - 1;
	while (part > 0 && rest.data[part] == '0')
		part--;
	return (!value->has_scale || part <= value->scale) &&
	       (value->precision == 0 || whole + part <= value->precision);
}

size_t utf8_count(struct bytes text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
	return count;
}

/* -- literals ------------------------------------------------------------------------------- */

bool literal_text_len(struct bytes literal, size_t *out_len)
{
	size_t len = 0;

	if (literal.len < 2 || literal.data[0] != '\'' || literal.data[literal.len - 1] != '\'')
		return false;
	literal = bytes_slice(literal, 1, literal.len - 2);
	for (size_t i = 0; i < literal.len; i++) {
		if (literal.data[i] == '\'' && (i + 1 == literal.len || literal.data[++i] != '\''))
			return false;
		len += ((unsigned char)literal.data[i] & 0xc0) != 0x80;
	}
	*out_len = len;
	return true;
}

/* "guid'...'": the text in its quotes. */
static bool quoted(struct bytes literal, struct bytes name, struct bytes *out_text)
{
	size_t len;

	if (literal.len < name.len + 2 || !bytes_equal_nocase(bytes_slice(literal, 0, name.len), name) ||
	    !literal_text_len(bytes_from(literal, name.len), &len))
		return false;
	*out_text = bytes_slice(literal, name.len + 1, literal.len - name.len - 2);
	return true;
}

static bool is_prefixed(enum edm edm, unsigned version, struct bytes literal, const char *name)
{
	struct bytes text;

	return quoted(literal, bytes_of(name), &text) && lexical_fits(edm, version, text);
}

static bool is_hex(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (ascii_hex_value(text.data[i]) < 0)
			return false;
	return text.len % 2 == 0;
}

static struct bytes without_suffix(struct bytes literal, char suffix)
{
	bool has_it = literal.len > 1 && ascii_lower(literal.data[literal.len - 1]) == suffix &&
		      ascii_is_digit(literal.data[literal.len - 2]);

	return has_it ? bytes_slice(literal, 0, literal.len - 1) : literal;
}

static bool enum_fits(const struct csdl_type *type, struct bytes literal)
{
	size_t quote = bytes_find_byte(literal, '\'');
	struct bytes rest;
	size_t len;

	if (quote == BYTES_NOT_FOUND)
		return is_integer(literal, INT64_MAX);
	if (!literal_text_len(bytes_from(literal, quote), &len))
		return false;
	rest = bytes_slice(literal, quote + 1, literal.len - quote - 2);
	while (type != NULL && rest.data != NULL) {
		struct bytes member = bytes_trim(bytes_split(&rest, ','));
		bool is_known = is_integer(member, INT64_MAX);

		for (size_t i = 0; i < type->member_count && !is_known; i++)
			is_known = bytes_equal(type->members[i], member);
		if (!is_known)
			return false;
	}
	return true;
}

static bool old_literal_fits(enum edm edm, struct bytes literal)
{
	struct bytes text;

	switch (edm) {
	case EDM_GUID:
		return is_prefixed(edm, 2, literal, "guid");
	case EDM_DATETIME:
		return is_prefixed(edm, 2, literal, "datetime");
	case EDM_DATETIMEOFFSET:
		return is_prefixed(edm, 2, literal, "datetimeoffset");
	case EDM_TIME:
		return is_prefixed(edm, 2, literal, "time");
	case EDM_BINARY:
		return (quoted(literal, BYTES("X"), &text) || quoted(literal, BYTES("binary"), &text)) &&
		       is_hex(text);
	case EDM_INT64:
		return lexical_fits(edm, 2, without_suffix(literal, 'l'));
	case EDM_DECIMAL:
		return lexical_fits(edm, 2, without_suffix(literal, 'm'));
	case EDM_DOUBLE:
		return lexical_fits(edm, 2, without_suffix(literal, 'd'));
	case EDM_SINGLE:
		return lexical_fits(edm, 2, without_suffix(literal, 'f'));
	case EDM_BOOLEAN:
		return lexical_fits(edm, 2, literal) || bytes_equal(literal, BYTES("1")) ||
		       bytes_equal(literal, BYTES("0"));
	default:
		return lexical_fits(edm, 2, literal);
	}
}

bool literal_fits(const struct csdl_value *value, unsigned version, struct bytes literal)
{
	size_t len;

	if (bytes_starts(literal, BYTES("@")) || value->is_collection || value->edm == EDM_UNKNOWN ||
	    value->edm == EDM_STRUCTURED)
		return true;
	if (bytes_equal(literal, BYTES("null")))
		return value->is_nullable;
	if (value->edm == EDM_STRING)
		return literal_text_len(literal, &len);
	if (value->edm == EDM_ENUM)
		return enum_fits(value->type, literal);
	if (version < 4)
		return old_literal_fits(value->edm, literal);
	if (value->edm == EDM_DURATION)
		return is_prefixed(EDM_DURATION, version, literal, "duration") || is_duration(literal);
	if (value->edm == EDM_BINARY)
		return is_prefixed(EDM_BINARY, version, literal, "binary");
	return lexical_fits(value->edm, version, literal);
}
