#include "rules/validator_table.h"

/* GS1 General Specifications 7.9: weights 3 and 1 from the right, the check digit has 1. */
static bool has_gs1_check(const struct digits *digits)
{
	unsigned sum = 0;

	for (size_t i = 0; i < digits->count; i++)
		sum += (unsigned)digits->list[digits->count - 1 - i] * (i % 2 == 0 ? 1 : 3);
	return sum % 10 == 0;
}

static bool accept_gtin(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_read(candidate, &digits) && !digits_all_equal(&digits) &&
	       (digits.count == 8 || (digits.count >= 12 && digits.count <= 14)) && has_gs1_check(&digits);
}

static bool accept_sscc(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	struct bytes number = bytes_starts(candidate, BYTES("(00)")) ? bytes_from(candidate, 4) : candidate;

	(void)argument;
	return digits_exactly(number, 18, &digits) && has_gs1_check(&digits);
}

static bool accept_gsin(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_exactly(candidate, 17, &digits) && has_gs1_check(&digits);
}

/* ISO 6346 annex A: letters from 10 on without multiples of 11, doubled from place to place. */
static bool accept_container(struct bytes candidate, struct bytes argument)
{
	static const uint8_t letters[] = {10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24,
					  25, 26, 27, 28, 29, 30, 31, 32, 34, 35, 36, 37, 38};
	char text[11];
	size_t len;
	unsigned sum = 0;

	(void)argument;
	if (!compact_read(candidate, text, sizeof(text), &len) ||
	    !text_has_shape((struct bytes){text, len}, "AAAAnnnnnnn"))
		return false;
	for (size_t i = 0; i < 10; i++)
		sum += (unsigned)(i < 4 ? letters[text[i] - 'A'] : text[i] - '0') << i;
	return (char)('0' + sum % 11 % 10) == text[10];
}

/* IATA resolution 600a: the last digit is the seven before it, mod 7. */
static bool accept_awb(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_exactly(candidate, 11, &digits) &&
	       digits_number(digits.list + 3, 7) % 7 == digits.list[10];
}

/* IMO resolution A.1117(30): weights 7 to 2, the last digit of the sum. */
static bool accept_imo(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	size_t at = 0;

	(void)argument;
	while (at < candidate.len && !ascii_is_digit(candidate.data[at]))
		at++;
	return digits_exactly(bytes_from(candidate, at), 7, &digits) &&
	       digits_rest(digits.list, "765432", 10) == digits.list[6];
}

/* 1Z, account, service, serial, check: letters count 2 to 9, 0, 1 …, even places twice. */
static bool accept_ups(struct bytes candidate, struct bytes argument)
{
	unsigned sum = 0;

	(void)argument;
	if (!text_has_shape(candidate, "1ZXXXXXXXXXXXXXXXX"))
		return false;
	for (size_t i = 2; i < 17; i++) {
		char byte = candidate.data[i];
		unsigned value =
			ascii_is_digit(byte) ? (unsigned)(byte - '0') : (unsigned)(byte - 'A' + 2) % 10;

		sum += value * (i % 2 == 0 ? 1 : 2);
	}
	return (char)('0' + (10 - sum % 10) % 10) == candidate.data[17];
}

/* Twelve digits: weights 3, 1, 7, mod 11; fifteen and twenty: GS1. */
static bool accept_fedex(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	if (!digits_read(candidate, &digits) || digits_all_equal(&digits))
		return false;
	if (digits.count == 12)
		return digits_rest(digits.list, "31731731731", 11) % 10 == digits.list[11];
	return (digits.count == 15 || digits.count == 20) && has_gs1_check(&digits);
}

/* An express waybill: nine digits, and them mod 7. */
static bool accept_dhl(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_exactly(candidate, 10, &digits) && digits_number(digits.list, 9) % 7 == digits.list[9];
}

const struct validator validators_logistics[] = {
	{.name = "gtin", .accepts = accept_gtin}, {.name = "sscc", .accepts = accept_sscc},
	{.name = "gsin", .accepts = accept_gsin}, {.name = "container", .accepts = accept_container},
	{.name = "awb", .accepts = accept_awb},   {.name = "imo", .accepts = accept_imo},
	{.name = "ups", .accepts = accept_ups},   {.name = "fedex", .accepts = accept_fedex},
	{.name = "dhl", .accepts = accept_dhl},   {0},
};
