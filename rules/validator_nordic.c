#include <string.h>

#include "rules/validator_table.h"

/* Skatteverket, SKV 704: birth date and Luhn over the last ten digits; coordination numbers add 60 to
 * the day. */
static bool accept_personnummer(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	const uint8_t *list;

	(void)argument;
	/* "+" separates from the hundredth birthday on; digits_read knows it not. */
	if (candidate.len == 11 && candidate.data[6] == '+') {
		char text[11];

		memcpy(text, candidate.data, sizeof(text));
		text[6] = '-';
		return accept_personnummer((struct bytes){text, sizeof(text)}, argument);
	}
	if (!digits_read(candidate, &digits) || digits_all_equal(&digits) ||
	    (digits.count != 10 && digits.count != 12))
		return false;
	list = digits.list + (digits.count - 10);
	return is_birthday((digits_number(list + 4, 2) - 1) % 60 + 1, digits_number(list + 2, 2)) &&
	       digits_luhn(list, 10);
}

/* Väestörekisterikeskus: date, sign of the century, serial, and a character by the number mod 31. */
static bool accept_hetu(struct bytes candidate, struct bytes argument)
{
	uint8_t list[9];
	size_t count = 0;

	(void)argument;
	if (candidate.len != 11)
		return false;
	for (size_t i = 0; i < 10; i++) {
		if (i == 6)
			continue;
		if (!ascii_is_digit(candidate.data[i]))
			return false;
		list[count++] = (uint8_t)(candidate.data[i] - '0');
	}
	return is_birthday(digits_number(list, 2), digits_number(list + 2, 2)) &&
	       digits_number(list + 6, 3) >= 2 &&
	       ascii_lower("0123456789ABCDEFHJKLMNPRSTUVWXY"[digits_number(list, 9) % 31]) ==
		       ascii_lower(candidate.data[10]);
}

/* CPR-kontoret: since 2007 numbers that fail mod 11 are given too: the date alone. */
static bool accept_cpr(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_exactly(candidate, 10, &digits) &&
	       is_birthday(digits_number(digits.list, 2), digits_number(digits.list + 2, 2));
}

/* Skatteetaten: two check digits mod 11; D numbers add 40 to the day, H numbers 40 to the month. */
static bool accept_fnr(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_exactly(candidate, 11, &digits) &&
	       is_birthday((digits_number(digits.list, 2) - 1) % 40 + 1,
			   (digits_number(digits.list + 2, 2) - 1) % 40 + 1) &&
	       digits_rest(digits.list, "3761894521", 11) == 0 &&
	       digits_rest(digits.list, "54327654321", 11) == 0;
}

const struct validator validators_nordic[] = {
	{.name = "se_personnummer", .accepts = accept_personnummer},
	{.name = "fi_hetu", .accepts = accept_hetu},
	{.name = "dk_cpr", .accepts = accept_cpr},
	{.name = "no_fnr", .accepts = accept_fnr},
	{0},
};
