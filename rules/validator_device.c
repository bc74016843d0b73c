#include <string.h>

#include "rules/validator_table.h"

/* 3GPP TS 23.003: fifteen digits, Luhn. */
static bool accept_imei(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_read(candidate, &digits) && digits.count == 15 && !digits_all_equal(&digits) &&
	       digits_luhn(digits.list, 15);
}

/* 49 CFR 565.15: the ninth place checks the others. */
static bool accept_vin(struct bytes candidate, struct bytes argument)
{
	static const uint8_t weights[] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
	static const char letters[] = "12345678.12345.7.923456789"; /* A..Z; I, O, Q are not used */
	unsigned sum = 0, rest;

	(void)argument;
	if (candidate.len != 17)
		return false;
	for (size_t i = 0; i < 17; i++) {
		char byte = candidate.data[i];
		char value = ascii_is_digit(byte)         ? byte
			     : byte >= 'A' && byte <= 'Z' ? letters[byte - 'A']
							  : '.';

		if (value == '.')
			return false;
		sum += (unsigned)(value - '0') * weights[i];
	}
	rest = sum % 11;
	return candidate.data[8] == (rest == 10 ? 'X' : (char)('0' + rest));
}

/* ITU-T E.212: a mobile country code, and up to fifteen digits. */
static bool accept_imsi(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	uint64_t country;

	(void)argument;
	if (!digits_read(candidate, &digits) || digits.count < 14 || digits.count > 15 ||
	    digits_all_equal(&digits))
		return false;
	country = digits_number(digits.list, 3);
	return country >= 202 && country <= 750;
}

/* ITU-T E.118: 89 for telecommunication, Luhn. */
static bool accept_iccid(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_read(candidate, &digits) && (digits.count == 19 || digits.count == 20) &&
	       digits_number(digits.list, 2) == 89 && digits_luhn(digits.list, digits.count);
}

/* RFC 791: four numbers up to 255, none with a leading zero, not "this host" and not a broadcast. */
static bool accept_ipv4(struct bytes candidate, struct bytes argument)
{
	struct bytes rest = candidate;
	unsigned count = 0, first = 0;

	(void)argument;
	while (rest.data != NULL) {
		struct bytes part = bytes_split(&rest, '.');
		unsigned number = 0;

		if (part.len == 0 || part.len > 3 || (part.len > 1 && part.data[0] == '0'))
			return false;
		for (size_t i = 0; i < part.len; i++)
			if (!ascii_is_digit(part.data[i]))
				return false;
		for (size_t i = 0; i < part.len; i++)
			number = number * 10 + (unsigned)(part.data[i] - '0');
		if (number > 255)
			return false;
		if (count++ == 0)
			first = number;
	}
	return count == 4 && first != 0;
}

/* RFC 4291 section 2.2: eight groups, or fewer with one "::". */
static bool accept_ipv6(struct bytes candidate, struct bytes argument)
{
	unsigned groups = 0, digits = 0, gaps = 0;

	(void)argument;
	for (size_t i = 0; i < candidate.len; i++) {
		if (candidate.data[i] != ':') {
			groups += digits++ == 0;
			if (digits > 4)
				return false;
			continue;
		}
		digits = 0;
		if (i + 1 < candidate.len && candidate.data[i + 1] == ':') {
			gaps++;
			i++;
			if (i + 1 < candidate.len && candidate.data[i + 1] == ':')
				return false;
		} else if (i == 0 || i + 1 == candidate.len) {
			return false;
		}
	}
	return gaps == 0 ? groups == 8 : gaps == 1 && groups >= 2 && groups < 8;
}

/* IEEE 802: one kind of separator, not all zero and not all one. */
static bool accept_mac(struct bytes candidate, struct bytes argument)
{
	char first = '\0';
	bool varies = false;

	(void)argument;
	if (candidate.len != 17)
		return false;
	for (size_t i = 0; i < candidate.len; i++) {
		if (i % 3 == 2) {
			if (candidate.data[i] != candidate.data[2])
				return false;
			continue;
		}
		if (first == '\0')
			first = candidate.data[i];
		varies = varies || candidate.data[i] != first;
	}
	return varies;
}

const struct validator validators_device[] = {
	{.name = "imei", .accepts = accept_imei}, {.name = "vin", .accepts = accept_vin},
	{.name = "imsi", .accepts = accept_imsi}, {.name = "iccid", .accepts = accept_iccid},
	{.name = "ipv4", .accepts = accept_ipv4}, {.name = "ipv6", .accepts = accept_ipv6},
	{.name = "mac", .accepts = accept_mac},   {0},
};
