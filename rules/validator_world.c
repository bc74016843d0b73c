#include <string.h>

#include "rules/validator_table.h"

/* India, UIDAI: twelve digits, first 2 to 9, Verhoeff, no palindrome. */
static bool accept_aadhaar(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	bool is_palindrome = true;

	if (!digits_read(candidate, &digits) || digits.count != 12 || digits.is_mixed || digits.list[0] < 2)
		return false;
	for (size_t i = 0; i < 6; i++)
		is_palindrome = is_palindrome && digits.list[i] == digits.list[11 - i];
	return !is_palindrome && validator_find(BYTES("verhoeff"))->accepts(candidate, argument);
}

/* India, Income Tax Department: the fourth letter is the kind of holder; the serial is not 0000. */
static bool accept_in_pan(struct bytes candidate, struct bytes argument)
{
	(void)argument;
	return candidate.len == 10 && memchr("ABCFGHJLPTK", candidate.data[3], 11) != NULL &&
	       memcmp(candidate.data + 5, "0000", 4) != 0;
}

/* Australian Taxation Office: weights, mod 11. */
static bool accept_tfn(struct bytes candidate, struct bytes argument)
{
	static const uint8_t weights[] = {1, 4, 3, 7, 5, 8, 6, 9, 10};
	struct digits digits;

	(void)argument;
	return digits_read(candidate, &digits) && digits.count == 9 && !digits.is_mixed &&
	       !digits_all_equal(&digits) && digits_weighted(digits.list, weights, 9) % 11 == 0;
}

/* Australian Business Register: the first digit less one, weights, mod 89. */
static bool accept_abn(struct bytes candidate, struct bytes argument)
{
	static const uint8_t weights[] = {10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19};
	struct digits digits;

	(void)argument;
	if (!digits_read(candidate, &digits) || digits.count != 11 || digits.is_mixed || digits.list[0] == 0)
		return false;
	digits.list[0]--;
	return digits_weighted(digits.list, weights, 11) % 89 == 0;
}

/* Singapore: weights, then a letter table by the first letter. */
static bool accept_nric(struct bytes candidate, struct bytes argument)
{
	static const uint8_t weights[] = {2, 7, 6, 5, 4, 3, 2};
	struct digits digits;
	unsigned sum;
	char first;

	(void)argument;
	if (candidate.len != 9 || !digits_read(bytes_slice(candidate, 1, 7), &digits) || digits.count != 7)
		return false;
	first = candidate.data[0];
	sum = digits_weighted(digits.list, weights, 7) + (first == 'T' || first == 'G' ? 4
							  : first == 'M'               ? 3
										       : 0);
	if (first == 'M')
		return candidate.data[8] == "KLJNPQRTUWX"[10 - sum % 11];
	if (first == 'S' || first == 'T')
		return candidate.data[8] == "JZIHGFEDCBA"[sum % 11];
	return (first == 'F' || first == 'G') && candidate.data[8] == "XWUTRQPNMLK"[sum % 11];
}

/* Services Australia: the ninth digit checks the eight before it. */
static bool accept_medicare(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_read(candidate, &digits) && (digits.count == 10 || digits.count == 11) &&
	       digits.list[0] >= 2 && digits.list[0] <= 6 && !digits_all_equal(&digits) &&
	       digits_rest(digits.list, "13791379", 10) == digits.list[8];
}

/* Inland Revenue: mod 11, a second set of weights where the first leaves no digit. */
static bool accept_ird(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	uint8_t list[9] = {0};
	unsigned check;

	(void)argument;
	if (!digits_read(candidate, &digits) || digits.count < 8 || digits.count > 9)
		return false;
	for (size_t i = 0; i < digits.count; i++)
		list[9 - digits.count + i] = digits.list[i];
	if (digits_number(list, 9) < 10000000 || digits_number(list, 9) > 150000000)
		return false;
	check = (11 - digits_rest(list, "32765432", 11)) % 11;
	if (check == 10)
		check = (11 - digits_rest(list, "74325276", 11)) % 11;
	return check == list[8];
}

/* Department of Home Affairs: birth date, sex, citizenship, Luhn. */
static bool accept_za_id(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_exactly(candidate, 13, &digits) &&
	       is_birthday(digits_number(digits.list + 4, 2), digits_number(digits.list + 2, 2)) &&
	       digits.list[10] <= 2 && digits_luhn(digits.list, 13);
}

const struct validator validators_world[] = {
	{.name = "in_aadhaar", .accepts = accept_aadhaar},
	{.name = "in_pan", .accepts = accept_in_pan},
	{.name = "au_tfn", .accepts = accept_tfn},
	{.name = "au_abn", .accepts = accept_abn},
	{.name = "sg_nric", .accepts = accept_nric},
	{.name = "au_medicare", .accepts = accept_medicare},
	{.name = "nz_ird", .accepts = accept_ird},
	{.name = "za_id", .accepts = accept_za_id},
	{0},
};
