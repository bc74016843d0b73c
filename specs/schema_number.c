#include "specs/schema_number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPONENT_MAX     1000000000000ll /* larger ones are all the same to us */
#define WHOLE_DIGITS_MAX 20              /* of 64 bits */

static size_t digits_len(struct bytes run)
{
	size_t len = 0;

	while (len < run.len && ascii_is_digit(run.data[len]))
		len++;
	return len;
}

struct parts {
	struct bytes whole, fraction;
	bool is_negative;
	int64_t exponent;
};

static bool exponent_read(struct bytes text, struct parts *parts)
{
	bool is_negative = text.len > 0 && text.data[0] == '-';
	int64_t value = 0;

	if (text.len > 0 && (text.data[0] == '-' || text.data[0] == '+'))
		text = bytes_from(text, 1);
	if (text.len == 0 || digits_len(text) != text.len)
		return false;
	for (size_t i = 0; i < text.len && value < EXPONENT_MAX; i++)
		value = value * 10 + (text.data[i] - '0');
	if (value > EXPONENT_MAX)
		value = EXPONENT_MAX;
	parts->exponent = is_negative ? -value : value;
	return true;
}

/* RFC 8259 section 6 */
static bool parts_read(struct bytes text, struct parts *parts)
{
	*parts = (struct parts){.is_negative = text.len > 0 && text.data[0] == '-'};
	if (parts->is_negative)
		text = bytes_from(text, 1);
	parts->whole = bytes_slice(text, 0, digits_len(text));
	if (parts->whole.len == 0 || (parts->whole.len > 1 && parts->whole.data[0] == '0'))
		return false;
	text = bytes_from(text, parts->whole.len);
	if (text.len > 0 && text.data[0] == '.') {
		text = bytes_from(text, 1);
		parts->fraction = bytes_slice(text, 0, digits_len(text));
		if (parts->fraction.len == 0)
			return false;
		text = bytes_from(text, parts->fraction.len);
	}
	if (text.len == 0)
		return true;
	return (text.data[0] == 'e' || text.data[0] == 'E') && exponent_read(bytes_from(text, 1), parts);
}

bool number_is_text(struct bytes text)
{
	struct parts parts;

	return parts_read(text, &parts);
}

/* Cuts zeros at both ends and fills in `small`. */
static void number_settle(struct number *number)
{
	struct bytes *digits = &number->digits;
	uint64_t value = 0;

	while (digits->len > 0 && digits->data[0] == '0') {
		*digits = bytes_from(*digits, 1);
		number->exponent--;
	}
	while (digits->len > 0 && digits->data[digits->len - 1] == '0')
		digits->len--;
	if (digits->len == 0)
		*number = (struct number){.is_small = true};
	if (digits->len == 0 || number->exponent > 18 || number->exponent < (int64_t)digits->len)
		return;
	for (int64_t i = 0; i < number->exponent; i++)
		value = value * 10 + (i < (int64_t)digits->len ? (uint64_t)(digits->data[i] - '0') : 0);
	number->is_small = true;
	number->small = number->is_negative ? -(int64_t)value : (int64_t)value;
}

bool number_read(struct bytes text, struct number_scratch *scratch, struct number *out_number)
{
	struct number number;
	struct parts parts;
	size_t len;

	if (!parts_read(text, &parts))
		return false;
	len = parts.whole.len + parts.fraction.len;
	if (len > NUMBER_DIGITS_MAX)
		return false;
	memcpy(scratch->digits, parts.whole.data, parts.whole.len);
	if (parts.fraction.len > 0)
		memcpy(scratch->digits + parts.whole.len, parts.fraction.data, parts.fraction.len);
	number = (struct number){.is_negative = parts.is_negative,
				 .exponent = parts.exponent + (int64_t)parts.whole.len,
				 .digits = {.data = scratch->digits, .len = len}};
	number_settle(&number);
	*out_number = number;
	return true;
}

bool value_is_number(yyjson_val *value)
{
	return yyjson_is_num(value) || yyjson_is_raw(value);
}

/* Few decimals, at most 15 digits: both parts of the division are exact, so it gives the very double that the
 * decimal text gives (IEEE 754 section 5.4.1). A tenth of the work of printing and reading. */
static bool money_read(double real, struct number_scratch *scratch, struct number *out_number)
{
	static const double powers[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};
	double size = fabs(real);
	struct number number;
	uint64_t whole;

	for (int decimals = 0; decimals <= 6 && size * powers[decimals] < 1e15; decimals++) {
		int digits = 18;

		whole = (uint64_t)(size * powers[decimals] + 0.5);
		if ((double)whole / powers[decimals] != size)
			continue;
		for (int i = digits - 1; i >= 0; whole /= 10)
			scratch->digits[i--] = (char)('0' + whole % 10);
		number = (struct number){.is_negative = real < 0,
					 .exponent = digits - decimals,
					 .digits = {.data = scratch->digits, .len = (size_t)digits}};
		number_settle(&number);
		*out_number = number;
		return true;
	}
	return false;
}

/* The shortest text that reads back as the same double: what the sender most likely wrote. */
static bool real_read(double real, struct number_scratch *scratch, struct number *out_number)
{
	char text[40];

	if (!isfinite(real))
		return false;
	if (money_read(real, scratch, out_number))
		return true;
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, real);
		if (strtod(text, NULL) == real)
			break;
	}
	return number_read(bytes_of(text), scratch, out_number);
}

static void whole_read(uint64_t size, bool is_negative, struct number_scratch *scratch,
		       struct number *out_number)
{
	size_t at = WHOLE_DIGITS_MAX;

	for (; size > 0; size /= 10)
		scratch->digits[--at] = (char)('0' + size % 10);
	*out_number = (struct number){.is_negative = is_negative,
				      .exponent = (int64_t)(WHOLE_DIGITS_MAX - at),
				      .digits = {.data = scratch->digits + at, .len = WHOLE_DIGITS_MAX - at}};
	number_settle(out_number);
}

bool number_of(yyjson_val *value, struct number_scratch *scratch, struct number *out_number)
{
	if (yyjson_is_raw(value))
		return number_read((struct bytes){yyjson_get_raw(value), yyjson_get_len(value)}, scratch,
				   out_number);
	if (yyjson_is_real(value))
		return real_read(yyjson_get_real(value), scratch, out_number);
	if (!yyjson_is_int(value))
		return false;
	if (yyjson_is_sint(value) && yyjson_get_sint(value) < 0)
		whole_read(0 - (uint64_t)yyjson_get_sint(value), true, scratch, out_number);
	else
		whole_read(yyjson_get_uint(value), false, scratch, out_number);
	return true;
}

static int magnitude_compare(const struct number *a, const struct number *b)
{
	if (a->exponent != b->exponent && a->digits.len > 0 && b->digits.len > 0)
		return a->exponent < b->exponent ? -1 : 1;
	return bytes_compare(a->digits, b->digits);
}

int number_compare(const struct number *a, const struct number *b)
{
	int order;

	if (a->is_small && b->is_small)
		return (a->small > b->small) - (a->small < b->small);
	if (a->is_negative != b->is_negative)
		return a->is_negative ? -1 : 1;
	order = magnitude_compare(a, b);
	return a->is_negative ? -order : order;
}

bool number_is_integer(const struct number *number)
{
	return number->digits.len == 0 || number->exponent >= (int64_t)number->digits.len;
}

/* Products of two 64-bit numbers. */
__extension__ typedef unsigned __int128 wide;

static uint64_t power_mod(int64_t exponent, uint64_t modulus)
{
	wide result = 1 % modulus, base = 10 % modulus;

	for (; exponent > 0; exponent >>= 1) {
		if (exponent & 1)
			result = result * base % modulus;
		base = base * base % modulus;
	}
	return (uint64_t)result;
}

/* Of at most 18 digits. */
static uint64_t digits_value(struct bytes digits)
{
	uint64_t value = 0;

	for (size_t i = 0; i < digits.len; i++)
		value = value * 10 + (uint64_t)(digits.data[i] - '0');
	return value;
}

/* A x 10^a is a multiple of B x 10^b? Neither A nor B ends in zero, so for a < b it is not. */
bool number_is_multiple(const struct number *number, const struct number *step)
{
	int64_t shift =
		number->exponent - (int64_t)number->digits.len - (step->exponent - (int64_t)step->digits.len);
	wide rest = 0;
	uint64_t modulus;

	if (number->digits.len == 0)
		return true;
	if (step->digits.len == 0 || shift < 0)
		return false;
	modulus = digits_value(step->digits);
	if (number->digits.len <= NUMBER_STEP_DIGITS_MAX) {
		rest = digits_value(number->digits) % modulus;
	} else {
		for (size_t i = 0; i < number->digits.len; i++)
			rest = (rest * 10 + (uint64_t)(number->digits.data[i] - '0')) % modulus;
	}
	if (rest == 0 || shift == 0)
		return rest == 0;
	return rest * power_mod(shift, modulus) % modulus == 0;
}
