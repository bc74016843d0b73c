#include <string.h>

#include "rules/validator_table.h"

/* Resident Registration Act: birth date, century and sex, serial. Koreans' end in 11 minus the rest,
 * foreigners' (5 to 8) in 13 minus the rest. */
static bool accept_rrn(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	unsigned rest;

	(void)argument;
	if (!digits_exactly(candidate, 13, &digits) ||
	    !is_birthday(digits_number(digits.list + 4, 2), digits_number(digits.list + 2, 2)))
		return false;
	rest = digits_rest(digits.list, "234567892345", 11);
	/* Foreigners' numbers (5 to 8) are given with either constant. */
	return digits.list[12] == (11 - rest) % 10 ||
	       (digits.list[6] >= 5 && digits.list[6] <= 8 && digits.list[12] == (13 - rest) % 10);
}

/* Ministry of Internal Affairs and Communications, ordinance 85 of 2014. */
static bool accept_mynumber(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	unsigned rest;

	(void)argument;
	if (!digits_exactly(candidate, 12, &digits))
		return false;
	rest = digits_rest(digits.list, "65432765432", 11);
	return digits.list[11] == (rest <= 1 ? 0 : 11 - rest);
}

/* GB 11643, ISO 7064 mod 11-2: province, birth date, serial, check (X is ten). */
static bool accept_resident_id(struct bytes candidate, struct bytes argument)
{
	static const char provinces[] =
		"11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 "
		"54 61 62 63 64 65 71 81 82 83";
	uint8_t list[17];
	char province[3];

	(void)argument;
	if (candidate.len != 18)
		return false;
	for (size_t i = 0; i < 17; i++) {
		if (!ascii_is_digit(candidate.data[i]))
			return false;
		list[i] = (uint8_t)(candidate.data[i] - '0');
	}
	memcpy(province, candidate.data, 2);
	province[2] = '\0';
	return strstr(provinces, province) != NULL && digits_number(list + 6, 4) >= 1900 &&
	       digits_number(list + 6, 4) < 2100 &&
	       is_birthday(digits_number(list + 12, 2), digits_number(list + 10, 2)) &&
	       "10x98765432"[digits_rest(list, "79A584216379A5842", 11)] == ascii_lower(candidate.data[17]);
}

/* Department of Provincial Administration. */
static bool accept_th_id(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_exactly(candidate, 13, &digits) && digits.list[0] >= 1 && digits.list[0] <= 8 &&
	       (11 - digits_rest(digits.list, "DCBA98765432", 11)) % 10 == digits.list[12];
}

/* Nüfus ve Vatandaşlık İşleri. */
static bool accept_kimlik(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	unsigned odd, even;

	(void)argument;
	if (!digits_exactly(candidate, 11, &digits) || digits.list[0] == 0)
		return false;
	odd = digits_rest(digits.list, "101010101", 1000);
	even = digits_rest(digits.list, "01010101", 1000);
	return digits.list[9] == (odd * 7 + 1000 - even) % 10 &&
	       digits.list[10] == (odd + even + digits.list[9]) % 10;
}

/* Population and Immigration Authority: Luhn over nine digits. */
static bool accept_il_id(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_exactly(candidate, 9, &digits) && digits_luhn(digits.list, 9);
}

static int base36_value(char byte)
{
	if (ascii_is_digit(byte))
		return byte - '0';
	return byte >= 'A' && byte <= 'Z' ? byte - 'A' + 10 : -1;
}

/* GST Council: state, PAN, entity, Z, and a mod 36 check character. */
static bool accept_gstin(struct bytes candidate, struct bytes argument)
{
	unsigned sum = 0, state;

	(void)argument;
	if (candidate.len != 15 || !text_has_shape(bytes_slice(candidate, 0, 2), "nn"))
		return false;
	for (size_t i = 0; i < 14; i++) {
		int value = base36_value(candidate.data[i]);
		unsigned product = (unsigned)(value < 0 ? 0 : value) * (i % 2 == 0 ? 1 : 2);

		if (value < 0)
			return false;
		sum += product / 36 + product % 36;
	}
	state = (unsigned)(candidate.data[0] - '0') * 10 + (unsigned)(candidate.data[1] - '0');
	return state >= 1 && (state <= 38 || state == 97 || state == 99) &&
	       base36_value(candidate.data[14]) == (int)((36 - sum % 36) % 36);
}

/* Immigration Department: letters are 10 to 35, a missing first letter is 36; the check may be A, ten. */
static bool accept_hkid(struct bytes candidate, struct bytes argument)
{
	unsigned sum = 0, weight = 9;
	char text[10];
	size_t len = 0;

	(void)argument;
	for (size_t i = 0; i < candidate.len; i++)
		if (ascii_is_alnum(candidate.data[i]) && len < sizeof(text))
			text[len++] = candidate.data[i];
	if (len != 8 && len != 9)
		return false;
	if (len == 8)
		sum = 36 * weight--;
	else
		weight = 9;
	for (size_t i = 0; i < len; i++) {
		int value = base36_value(text[i]);

		if (value < 0)
			return false;
		sum += (unsigned)value * weight--;
	}
	return sum % 11 == 0;
}

/* Ministry of the Interior: the letter of the county as a number of two digits, then weights. */
static bool accept_tw_id(struct bytes candidate, struct bytes argument)
{
	static const uint8_t county[] = {10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21,
					 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33};
	unsigned sum;

	(void)argument;
	if (!text_has_shape(candidate, "Annnnnnnnn"))
		return false;
	sum = county[candidate.data[0] - 'A'] / 10 + county[candidate.data[0] - 'A'] % 10 * 9;
	for (size_t i = 1; i < 9; i++)
		sum += (unsigned)(candidate.data[i] - '0') * (unsigned)(9 - i);
	return (sum + (unsigned)(candidate.data[9] - '0')) % 10 == 0;
}

const struct validator validators_asia[] = {
	{.name = "kr_rrn", .accepts = accept_rrn},
	{.name = "jp_mynumber", .accepts = accept_mynumber},
	{.name = "cn_resident_id", .accepts = accept_resident_id},
	{.name = "th_id", .accepts = accept_th_id},
	{.name = "tr_kimlik", .accepts = accept_kimlik},
	{.name = "il_id", .accepts = accept_il_id},
	{.name = "in_gstin", .accepts = accept_gstin},
	{.name = "hk_hkid", .accepts = accept_hkid},
	{.name = "tw_id", .accepts = accept_tw_id},
	{0},
};
