#include "rules/validator_table.h"

/* Legea 105/1996: sex and century, birth date, county, serial; a rest of 10 is written 1. */
static bool accept_cnp(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	unsigned rest;

	(void)argument;
	if (!digits_exactly(candidate, 13, &digits) || digits.list[0] == 0 ||
	    !is_birthday(digits_number(digits.list + 5, 2), digits_number(digits.list + 3, 2)))
		return false;
	rest = digits_rest(digits.list, "279146358279", 11);
	return digits.list[12] == (rest == 10 ? 1 : rest) && digits_number(digits.list + 7, 2) >= 1 &&
	       digits_number(digits.list + 7, 2) <= 52;
}

/* Zákon 133/2000: months of women plus 50, of full days plus 20; ten digits divide by 11. Nine digits,
 * given before 1954, have no check and are not taken. */
static bool accept_rc(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	uint64_t month;

	(void)argument;
	if (!digits_exactly(candidate, 10, &digits))
		return false;
	month = digits_number(digits.list + 2, 2) % 50;
	month = month > 20 ? month - 20 : month;
	return is_birthday(digits_number(digits.list + 4, 2), month) &&
	       (digits_number(digits.list, 10) % 11 == 0 ||
		(digits_number(digits.list, 9) % 11 == 10 && digits.list[9] == 0));
}

/* ESGRAON: months of the 19th century plus 20, of the 21st plus 40. */
static bool accept_egn(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	uint64_t month;

	(void)argument;
	if (!digits_exactly(candidate, 10, &digits))
		return false;
	month = digits_number(digits.list + 2, 2);
	return month <= 52 && is_birthday(digits_number(digits.list + 4, 2), month % 20) &&
	       digits_rest(digits.list, "2485A9736", 11) % 10 == digits.list[9];
}

/* AMKA: birth date, serial, Luhn. */
static bool accept_amka(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_exactly(candidate, 11, &digits) &&
	       is_birthday(digits_number(digits.list, 2), digits_number(digits.list + 2, 2)) &&
	       digits_luhn(digits.list, 11);
}

const struct validator validators_east[] = {
	{.name = "ro_cnp", .accepts = accept_cnp},
	{.name = "cz_rc", .accepts = accept_rc},
	{.name = "bg_egn", .accepts = accept_egn},
	{.name = "gr_amka", .accepts = accept_amka},
	{0},
};
