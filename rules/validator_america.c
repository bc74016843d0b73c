#include <string.h>

#include "rules/validator_table.h"

static bool is_one_of(uint64_t number, const uint32_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == number)
			return true;
	return false;
}

/* Social Security Administration: area not 000, 666, 9xx; group not 00; serial not 0000; and the
 * numbers that were printed in advertisements. One kind of separator or none. */
static bool accept_ssn(struct bytes candidate, struct bytes argument)
{
	static const uint32_t printed[] = {78051120, 219099999, 457555462};
	struct digits digits;
	uint64_t area;

	(void)argument;
	if (!digits_read(candidate, &digits) || digits.count != 9 || digits.is_mixed ||
	    digits_all_equal(&digits))
		return false;
	if (digits.separator != 0 && candidate.len != 11)
		return false;
	area = digits_number(digits.list, 3);
	return area != 0 && area != 666 && area < 900 && digits_number(digits.list + 3, 2) != 0 &&
	       digits_number(digits.list + 5, 4) != 0 &&
	       !is_one_of(digits_number(digits.list, 9), printed, sizeof(printed) / sizeof(printed[0]));
}

/* Internal Revenue Service: 9xx with groups 50-65, 70-88, 90-92, 94-99. */
static bool accept_itin(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	uint64_t group;

	(void)argument;
	if (!digits_read(candidate, &digits) || digits.count != 9 || digits.is_mixed || digits.list[0] != 9)
		return false;
	if (digits.separator != 0 && candidate.len != 11)
		return false;
	group = digits_number(digits.list + 3, 2);
	return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) || (group >= 90 && group <= 92) ||
	       group >= 94;
}

/* National Provider Identifier: Luhn with the issuer prefix 80840. */
static bool accept_npi(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	uint8_t list[15] = {8, 0, 8, 4, 0};

	(void)argument;
	if (!digits_read(candidate, &digits) || digits.count != 10 || digits.list[0] < 1 ||
	    digits.list[0] > 2)
		return false;
	memcpy(list + 5, digits.list, 10);
	return digits_luhn(list, 15);
}

/* Drug Enforcement Administration: d1+d3+d5 + 2(d2+d4+d6), last digit. */
static bool accept_dea(struct bytes candidate, struct bytes argument)
{
	static const uint8_t weights[] = {1, 2, 1, 2, 1, 2};
	struct digits digits;

	(void)argument;
	if (candidate.len != 9 || !digits_read(bytes_from(candidate, 2), &digits) || digits.count != 7)
		return false;
	return digits_weighted(digits.list, weights, 6) % 10 == digits.list[6];
}

/* Canada: nine digits, Luhn; 0 and 8 begin none. */
static bool accept_sin(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_read(candidate, &digits) && digits.count == 9 && !digits.is_mixed &&
	       digits.list[0] != 0 && digits.list[0] != 8 && !digits_all_equal(&digits) &&
	       digits_luhn(digits.list, 9);
}

/* The check digit of Brazil's registers: 11 minus the rest, 0 for 10 and 11. */
static unsigned brazil_check(const uint8_t *list, const uint8_t *weights, size_t count)
{
	unsigned rest = digits_weighted(list, weights, count) % 11;

	return rest < 2 ? 0 : 11 - rest;
}

static bool accept_cpf(struct bytes candidate, struct bytes argument)
{
	static const uint8_t weights[] = {11, 10, 9, 8, 7, 6, 5, 4, 3, 2};
	struct digits digits;

	(void)argument;
	return digits_read(candidate, &digits) && digits.count == 11 && !digits_all_equal(&digits) &&
	       brazil_check(digits.list, weights + 1, 9) == digits.list[9] &&
	       brazil_check(digits.list, weights, 10) == digits.list[10];
}

static bool accept_cnpj(struct bytes candidate, struct bytes argument)
{
	static const uint8_t weights[] = {6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2};
	struct digits digits;

	(void)argument;
	return digits_read(candidate, &digits) && digits.count == 14 && !digits_all_equal(&digits) &&
	       brazil_check(digits.list, weights + 1, 12) == digits.list[12] &&
	       brazil_check(digits.list, weights, 13) == digits.list[13];
}

const struct validator validators_america[] = {
	{.name = "us_ssn", .accepts = accept_ssn},   {.name = "us_itin", .accepts = accept_itin},
	{.name = "us_npi", .accepts = accept_npi},   {.name = "us_dea", .accepts = accept_dea},
	{.name = "ca_sin", .accepts = accept_sin},   {.name = "br_cpf", .accepts = accept_cpf},
	{.name = "br_cnpj", .accepts = accept_cnpj}, {0},
};
