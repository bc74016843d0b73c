#include <string.h>

#include "rules/validator_table.h"

/* HM Revenue & Customs, NIM39110: prefixes that are never given. */
static bool accept_nino(struct bytes candidate, struct bytes argument)
{
	static const char *const never[] = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"};
	char text[9];
	size_t len;

	(void)argument;
	if (!compact_read(candidate, text, sizeof(text), &len) || len != 9)
		return false;
	if (strchr("DFIQUV", text[0]) != NULL || strchr("DFIOQUV", text[1]) != NULL || text[8] > 'D')
		return false;
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (memcmp(text, never[i], 2) == 0)
			return false;
	return ascii_is_alpha(text[0]) && ascii_is_alpha(text[1]) && ascii_is_alpha(text[8]);
}

/* NHS Data Dictionary: mod 11, a check digit of 10 is not given. */
static bool accept_nhs(struct bytes candidate, struct bytes argument)
{
	static const uint8_t weights[] = {10, 9, 8, 7, 6, 5, 4, 3, 2, 1};
	struct digits digits;

	(void)argument;
	return digits_read(candidate, &digits) && digits.count == 10 && !digits.is_mixed &&
	       !digits_all_equal(&digits) && digits_weighted(digits.list, weights, 10) % 11 == 0;
}

/* ISO 7064 mod 11,10 over all digits, the last being the check digit. */
static bool is_mod_11_10(const uint8_t *list, size_t count)
{
	unsigned product = 10;

	for (size_t i = 0; i + 1 < count; i++) {
		unsigned sum = (list[i] + product) % 10;

		product = (sum == 0 ? 10 : sum) * 2 % 11;
	}
	return (product + list[count - 1]) % 10 == 1;
}

/* Bundeszentralamt für Steuern: in the first ten digits exactly one digit stands twice or three
 * times, the others once or not at all. */
static bool accept_steuer_id(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	unsigned counts[10] = {0}, repeated = 0;

	(void)argument;
	if (!digits_read(candidate, &digits) || digits.count != 11 || digits.list[0] == 0)
		return false;
	for (size_t i = 0; i < 10; i++)
		counts[digits.list[i]]++;
	for (size_t i = 0; i < 10; i++) {
		if (counts[i] > 3)
			return false;
		repeated += counts[i] > 1;
	}
	return repeated == 1 && is_mod_11_10(digits.list, 11);
}

/* INSEE: 97 minus the number mod 97; Corsica's 2A and 2B count as 19 and 18. */
static bool accept_nir(struct bytes candidate, struct bytes argument)
{
	char text[15];
	uint8_t list[15];
	size_t len;
	unsigned month;

	(void)argument;
	if (!compact_read(candidate, text, sizeof(text), &len) || len != 15)
		return false;
	if (text[5] == '2' && (text[6] == 'A' || text[6] == 'B')) {
		text[5] = '1';
		text[6] = text[6] == 'A' ? '9' : '8';
	}
	for (size_t i = 0; i < 15; i++) {
		if (!ascii_is_digit(text[i]))
			return false;
		list[i] = (uint8_t)(text[i] - '0');
	}
	month = (unsigned)digits_number(list + 3, 2);
	if ((list[0] != 1 && list[0] != 2 && list[0] != 7 && list[0] != 8) || month == 0 ||
	    (month > 12 && month < 20) || (month > 42 && month < 50))
		return false;
	return 97 - digits_number(list, 13) % 97 == digits_number(list + 13, 2);
}

/* Decreto ministeriale 23/12/1976: odd places by a table, even ones by value, a check letter. */
static bool accept_codice_fiscale(struct bytes candidate, struct bytes argument)
{
	static const uint8_t odd[] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
				      20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
	char text[16];
	size_t len;
	unsigned sum = 0;

	(void)argument;
	if (!compact_read(candidate, text, sizeof(text), &len) || len != 16 ||
	    strchr("ABCDEHLMPRST", text[8]) == NULL)
		return false;
	for (size_t i = 0; i < 15; i++) {
		unsigned value = (unsigned)(ascii_is_digit(text[i]) ? text[i] - '0' : text[i] - 'A');

		sum += i % 2 == 0 ? odd[value] : value;
	}
	return text[15] == (char)('A' + sum % 26);
}

/* Ministerio del Interior: the letter is the number mod 23; X, Y, Z of foreigners are 0, 1, 2. */
static bool accept_dni(struct bytes candidate, struct bytes argument)
{
	char text[9];
	uint8_t list[8];
	size_t len;

	(void)argument;
	if (!compact_read(candidate, text, sizeof(text), &len) || len != 9)
		return false;
	if (text[0] >= 'X' && text[0] <= 'Z')
		text[0] = (char)('0' + (text[0] - 'X'));
	for (size_t i = 0; i < 8; i++) {
		if (!ascii_is_digit(text[i]))
			return false;
		list[i] = (uint8_t)(text[i] - '0');
	}
	return text[8] == "TRWAGMYFPDXBNJZSQVHLCKE"[digits_number(list, 8) % 23];
}

/* The eleven test, last weight -1. */
static bool accept_bsn(struct bytes candidate, struct bytes argument)
{
	static const uint8_t weights[] = {9, 8, 7, 6, 5, 4, 3, 2, 10};
	struct digits digits;

	(void)argument;
	return digits_read(candidate, &digits) && digits.count == 9 && !digits_all_equal(&digits) &&
	       digits_weighted(digits.list, weights, 9) % 11 == 0;
}

/* Weights, and a date whose month tells the century. */
static bool accept_pesel(struct bytes candidate, struct bytes argument)
{
	static const uint8_t weights[] = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1};
	struct digits digits;
	uint64_t month, day;

	(void)argument;
	if (!digits_read(candidate, &digits) || digits.count != 11)
		return false;
	month = digits_number(digits.list + 2, 2) % 20;
	day = digits_number(digits.list + 4, 2);
	return month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
	       digits_weighted(digits.list, weights, 11) % 10 == 0;
}

/* Rijksregister: 97 minus the first nine digits mod 97; a 2 stands before them for births from 2000 on.
 * Months of foreigners (BIS) add 20 or 40. */
static bool accept_rrn(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	uint64_t head, check;

	(void)argument;
	if (!digits_exactly(candidate, 11, &digits) || digits_number(digits.list + 2, 2) > 52 ||
	    digits_number(digits.list + 4, 2) > 31)
		return false;
	head = digits_number(digits.list, 9);
	check = digits_number(digits.list + 9, 2);
	return 97 - head % 97 == check || 97 - (2000000000 + head) % 97 == check;
}

/* Department of Social Protection: mod 23 over seven digits and the second letter, a letter. */
static bool accept_pps(struct bytes candidate, struct bytes argument)
{
	char text[9];
	uint8_t list[7];
	size_t len;
	unsigned sum;

	(void)argument;
	if (!compact_read(candidate, text, sizeof(text), &len) ||
	    (!text_has_shape((struct bytes){text, len}, "nnnnnnnA") &&
	     !text_has_shape((struct bytes){text, len}, "nnnnnnnAA")))
		return false;
	for (size_t i = 0; i < 7; i++)
		list[i] = (uint8_t)(text[i] - '0');
	sum = digits_rest(list, "8765432", 1000);
	if (len == 9 && text[8] != 'W')
		sum += 9 * (unsigned)(text[8] - 'A' + 1);
	return "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23] == text[7];
}

/* Autoridade Tributária: 11 minus the rest, 0 for 10 and 11. */
static bool accept_nif(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	unsigned rest;

	(void)argument;
	if (!digits_exactly(candidate, 9, &digits) || digits.list[0] == 0 || digits.list[0] == 4)
		return false;
	rest = digits_rest(digits.list, "98765432", 11);
	return digits.list[8] == (rest <= 1 ? 0 : 11 - rest);
}

/* Driver and Vehicle Licensing Agency: the birth date, decade, month (women plus 50), day, year. */
static bool accept_uk_driving(struct bytes candidate, struct bytes argument)
{
	uint8_t list[6];

	(void)argument;
	if (candidate.len != 16 || !text_has_shape(bytes_slice(candidate, 5, 6), "nnnnnn"))
		return false;
	for (size_t i = 0; i < 6; i++)
		list[i] = (uint8_t)(candidate.data[5 + i] - '0');
	return is_birthday(digits_number(list + 3, 2), digits_number(list + 1, 2) % 50);
}

const struct validator validators_europe[] = {
	{.name = "uk_nino", .accepts = accept_nino},
	{.name = "uk_nhs", .accepts = accept_nhs},
	{.name = "de_steuer_id", .accepts = accept_steuer_id},
	{.name = "fr_nir", .accepts = accept_nir},
	{.name = "it_codice_fiscale", .accepts = accept_codice_fiscale},
	{.name = "es_dni", .accepts = accept_dni},
	{.name = "nl_bsn", .accepts = accept_bsn},
	{.name = "pl_pesel", .accepts = accept_pesel},
	{.name = "be_rrn", .accepts = accept_rrn},
	{.name = "ie_pps", .accepts = accept_pps},
	{.name = "pt_nif", .accepts = accept_nif},
	{.name = "uk_driving_licence", .accepts = accept_uk_driving},
	{0},
};
