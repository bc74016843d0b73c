#include "specs/schema_format_uri.h"

#include "parsers/base/endpoint.h"

static char at(struct bytes text, size_t index)
{
	return index < text.len ? text.data[index] : '\0';
}

static bool is_among(struct bytes set, char byte)
{
	return bytes_find_byte(set, byte) != BYTES_NOT_FOUND;
}

/* "%41" at `index`? */
static bool is_encoded(struct bytes text, size_t index)
{
	return at(text, index) == '%' && ascii_hex_value(at(text, index + 1)) >= 0 &&
	       ascii_hex_value(at(text, index + 2)) >= 0;
}

/* -- URI and IRI ------------------------------------------------------------------- */

static bool is_ipv6(struct bytes text)
{
	struct address address;

	return bytes_find_byte(text, '\0') == BYTES_NOT_FOUND && address_read(text, &address) &&
	       address.is_ipv6;
}

static bool is_authority(struct bytes text)
{
	size_t sign = bytes_find_byte(text, '@');
	struct bytes host = text, port = BYTES_NONE;
	size_t colon;

	if (sign != BYTES_NOT_FOUND) {
		if (bytes_find_byte(bytes_slice(text, 0, sign), '[') != BYTES_NOT_FOUND)
			return false;
		host = bytes_from(text, sign + 1);
	}
	if (host.len > 0 && host.data[0] == '[') {
		size_t end = bytes_find_byte(host, ']');

		if (end == BYTES_NOT_FOUND || !is_ipv6(bytes_slice(host, 1, end - 1)))
			return false;
		port = bytes_from(host, end + 1);
	} else {
		colon = bytes_find_byte(host, ':');
		port = colon == BYTES_NOT_FOUND ? BYTES_NONE : bytes_from(host, colon);
	}
	for (size_t i = 1; i < port.len; i++)
		if (!ascii_is_digit(port.data[i]))
			return false;
	return port.len == 0 || port.data[0] == ':';
}

/* Behind "scheme:"; 0 when there is none. */
static size_t scheme_end(struct bytes text)
{
	size_t colon = bytes_find_byte(text, ':');

	if (colon == BYTES_NOT_FOUND || colon == 0 || !ascii_is_alpha(text.data[0]))
		return 0;
	for (size_t i = 0; i < colon; i++)
		if (!ascii_is_alnum(text.data[i]) && !is_among(BYTES("+-."), text.data[i]))
			return 0;
	return colon + 1;
}

static bool has_good_bytes(struct bytes text, bool is_iri)
{
	size_t hash = bytes_find_byte(text, '#');

	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.data[i];

		if (byte <= ' ' || byte == 0x7f || (byte > 0x7f && !is_iri) ||
		    is_among(BYTES("\"<>\\^`{|}"), (char)byte) || (byte == '%' && !is_encoded(text, i)) ||
		    (byte == '#' && i != hash))
			return false;
	}
	return true;
}

static size_t find_any(struct bytes text, size_t from, struct bytes set)
{
	while (from < text.len && !is_among(set, text.data[from]))
		from++;
	return from;
}

bool uri_fits(struct bytes text, bool is_reference, bool is_iri)
{
	size_t end = scheme_end(text), segment;
	struct bytes rest = bytes_from(text, end);

	if ((end == 0 && !is_reference) || !has_good_bytes(rest, is_iri))
		return false;
	/* RFC 3986 section 4.2: no colon in the first segment, which would look like a scheme */
	segment = find_any(rest, 0, BYTES("/?#"));
	if (end == 0 && bytes_find_byte(bytes_slice(rest, 0, segment), ':') != BYTES_NOT_FOUND)
		return false;
	if (bytes_starts(rest, BYTES("//"))) {
		end = find_any(rest, 2, BYTES("/?#"));
		if (!is_authority(bytes_slice(rest, 2, end - 2)))
			return false;
		rest = bytes_from(rest, end);
	}
	return !is_among(rest, '[') && !is_among(rest, ']');
}

/* -- URI templates ------------------------------------------------------------------ */

/* RFC 6570 section 2.3: a variable, perhaps with ":3" or "*". */
static bool is_variable(struct bytes text)
{
	size_t colon = bytes_find_byte(text, ':');
	struct bytes digits = colon == BYTES_NOT_FOUND ? BYTES("1") : bytes_from(text, colon + 1);
	struct bytes name = bytes_slice(text, 0, colon == BYTES_NOT_FOUND ? text.len : colon);
	uint64_t length;

	if (colon == BYTES_NOT_FOUND && bytes_ends(name, BYTES("*")))
		name.len--;
	if (digits.len == 0 || digits.len > 4 || digits.data[0] == '0' || !bytes_to_u64(digits, &length))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char byte = name.data[i];
		bool is_dot = byte == '.' && i > 0 && i + 1 < name.len && name.data[i - 1] != '.';

		if (is_encoded(name, i))
			i += 2;
		else if (!ascii_is_alnum(byte) && byte != '_' && !is_dot)
			return false;
	}
	return name.len > 0;
}

static bool is_expression(struct bytes text)
{
	if (text.len > 0 && is_among(BYTES("+#./;?&=,!@|"), text.data[0]))
		text = bytes_from(text, 1);
	if (text.len == 0)
		return false;
	for (struct bytes rest = text; rest.data != NULL;)
		if (!is_variable(bytes_split(&rest, ',')))
			return false;
	return true;
}

bool uri_template_fits(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.data[i];

		if (byte == '{') {
			size_t end = find_any(text, i, BYTES("}"));

			if (end == text.len || !is_expression(bytes_slice(text, i + 1, end - i - 1)))
				return false;
			i = end;
		} else if (byte <= ' ' || byte == 0x7f || is_among(BYTES("\"<>\\^`|}"), (char)byte) ||
			   (byte == '%' && !is_encoded(text, i))) {
			return false;
		}
	}
	return true;
}

/* -- JSON pointers ------------------------------------------------------------------ */

bool json_pointer_fits(struct bytes text)
{
	if (text.len > 0 && text.data[0] != '/')
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '~' && at(text, i + 1) != '0' && at(text, i + 1) != '1')
			return false;
	return true;
}

/* draft-bhutton-relative-json-pointer-00: steps up, perhaps another index, then a pointer or "#" */
static size_t number_end(struct bytes text, size_t from)
{
	size_t end = from;

	while (ascii_is_digit(at(text, end)))
		end++;
	return end - from > 1 && text.data[from] == '0' ? from : end;
}

bool relative_json_pointer_fits(struct bytes text)
{
	size_t end = number_end(text, 0);

	if (end == 0)
		return false;
	if (at(text, end) == '+' || at(text, end) == '-') {
		size_t index = number_end(text, end + 1);

		if (index == end + 1 || at(text, end + 1) == '0')
			return false;
		end = index;
	}
	text = bytes_from(text, end);
	return bytes_equal(text, BYTES("#")) || json_pointer_fits(text);
}

/* -- host names --------------------------------------------------------------------- */

#define PUNYCODE_BASE 36

/* RFC 3492 section 6.1 */
static uint32_t adapt(uint32_t delta, uint32_t count, bool is_first)
{
	uint32_t k = 0;

	delta = is_first ? delta / 700 : delta / 2;
	for (delta += delta / count; delta > ((PUNYCODE_BASE - 1) * 26) / 2; k += PUNYCODE_BASE)
		delta /= PUNYCODE_BASE - 1;
	return k + PUNYCODE_BASE * delta / (delta + 38);
}

/* One variable-length integer (section 3.3); false when it breaks off or overflows. */
static bool integer_read(struct bytes *rest, uint32_t bias, uint32_t *value)
{
	uint64_t weight = 1, sum = *value;

	for (uint32_t k = PUNYCODE_BASE;; k += PUNYCODE_BASE) {
		char byte = rest->len > 0 ? ascii_lower(rest->data[0]) : '\0';
		uint32_t least = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias, digit;

		if (!ascii_is_alnum(byte))
			return false;
		digit = ascii_is_digit(byte) ? (uint32_t)(byte - '0') + 26 : (uint32_t)(byte - 'a');
		*rest = bytes_from(*rest, 1);
		sum += digit * weight;
		if (sum > UINT32_MAX / 2)
			return false;
		if (digit < least)
			break;
		weight *= PUNYCODE_BASE - least;
		if (weight > UINT32_MAX)
			return false;
	}
	*value = (uint32_t)sum;
	return true;
}

bool a_label_fits(struct bytes label)
{
	struct bytes rest = bytes_from(label, 4);
	uint32_t count = 0, code = 0x80, bias = 72, value = 0;

	for (size_t i = 0; i < rest.len; i++)
		if (rest.data[i] == '-')
			count = (uint32_t)i;
	if (count > 0)
		rest = bytes_from(rest, count + 1);
	if (rest.len == 0)
		return false;
	for (bool is_first = true; rest.len > 0; is_first = false) {
		uint32_t before = value;

		if (!integer_read(&rest, bias, &value))
			return false;
		count++;
		bias = adapt(value - before, count, is_first);
		code += value / count;
		value %= count;
		if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
			return false;
		value++;
	}
	return true;
}
