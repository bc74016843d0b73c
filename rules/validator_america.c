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

/* Internal Revenue Service: the campus prefixes in use. */
static bool accept_ein(struct bytes candidate, struct bytes argument)
{
	static const char never[] = "00 07 08 09 17 18 19 28 29 49 69 70 78 79 89 96 97";
	struct digits digits;
	char prefix[3];

	(void)argument;
	if (!digits_exactly(candidate, 9, &digits))
		return false;
	prefix[0] = (char)('0' + digits.list[0]);
	prefix[1] = (char)('0' + digits.list[1]);
	prefix[2] = '\0';
	return strstr(never, prefix) == NULL;
}

/* RENAPO: 18 places, the alphabet with the letter that follows N, weights 18 down to 2. */
static bool accept_curp(struct bytes candidate, struct bytes argument)
{
	unsigned sum = 0;

	(void)argument;
	if (!text_has_shape(candidate, "AAAAnnnnnnAAAAAAXn"))
		return false;
	for (size_t i = 0; i < 17; i++) {
		char byte = candidate.data[i];
		unsigned value = (unsigned)(ascii_is_digit(byte) ? byte - '0' : byte - 'A' + 10);

		sum += (value + (byte > 'N')) * (unsigned)(18 - i);
	}
	return (char)('0' + (10 - sum % 10) % 10) == candidate.data[17];
}

/* AFIP: kind of holder, mod 11; 11 is written 0 and 10 is written 9. */
static bool accept_cuit(struct bytes candidate, struct bytes argument)
{
	static const char kinds[] = "20 23 24 27 30 33 34 50 51 55";
	struct digits digits;
	unsigned check;
	char kind[3];

	(void)argument;
	if (!digits_exactly(candidate, 11, &digits))
		return false;
	kind[0] = (char)('0' + digits.list[0]);
	kind[1] = (char)('0' + digits.list[1]);
	kind[2] = '\0';
	check = 11 - digits_rest(digits.list, "5432765432", 11);
	return strstr(kinds, kind) != NULL && digits.list[10] == (check == 11 ? 0 : check == 10 ? 9 : check);
}

/* Servicio de Impuestos Internos: weights 2 to 7 from the right; 10 is written K. */
static bool accept_rut(struct bytes candidate, struct bytes argument)
{
	char text[10];
	size_t len;
	unsigned sum = 0, check;

	(void)argument;
	if (!compact_read(candidate, text, sizeof(text), &len) || len < 8)
		return false;
	for (size_t i = 0; i + 1 < len; i++)
		if (!ascii_is_digit(text[i]))
			return false;
	for (size_t i = 0; i + 1 < len; i++)
		sum += (unsigned)(text[len - 2 - i] - '0') * (unsigned)(2 + i % 6);
	check = 11 - sum % 11;
	return text[len - 1] == (check == 11 ? '0' : check == 10 ? 'K' : (char)('0' + check));
}

/* DIAN: weights of primes from the right. */
static bool accept_nit(struct bytes candidate, struct bytes argument)
{
	static const uint8_t weights[] = {3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71};
	struct digits digits;
	unsigned sum = 0;

	(void)argument;
	if (!digits_read(candidate, &digits) || digits_all_equal(&digits) || digits.count < 8 ||
	    digits.count > 11)
		return false;
	for (size_t i = 0; i + 1 < digits.count; i++)
		sum += (unsigned)digits.list[digits.count - 2 - i] * weights[i];
	return "01987654321"[sum % 11] == (char)('0' + digits.list[digits.count - 1]);
}

const struct validator validators_america[] = {
	{.name = "us_ssn", .accepts = accept_ssn},
	{.name = "us_itin", .accepts = accept_itin},
	{.name = "us_npi", .accepts = accept_npi},
	{.name = "us_dea", .accepts = accept_dea},
	{.name = "ca_sin", .accepts = accept_sin},
	{.name = "br_cpf", .accepts = accept_cpf},
	{.name = "br_cnpj", .accepts = accept_cnpj},
	{.name = "us_ein", .accepts = accept_ein},
	{.name = "mx_curp", .accepts = accept_curp},
	{.name = "ar_cuit", .accepts = accept_cuit},
	{.name = "cl_rut", .accepts = accept_rut},
	{.name = "co_nit", .accepts = accept_nit},
	{0},
};
