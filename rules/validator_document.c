#include <string.h>

#include "rules/validator_table.h"

/* -- machine-readable zones, ICAO Doc 9303 ----------------------------------- */

#define ZONE_LEN 90

static unsigned zone_value(char byte)
{
	return ascii_is_digit(byte) ? (unsigned)(byte - '0') : byte == '<' ? 0 : (unsigned)(byte - 'A' + 10);
}

/* Part 3, 4.9: weights 7, 3, 1. */
static bool zone_holds(const char *text, size_t from, size_t len)
{
	static const uint8_t weights[] = {7, 3, 1};
	unsigned sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += zone_value(text[from + i]) * weights[i % 3];
	return sum % 10 == zone_value(text[from + len]);
}

/* The zone without its line ends, which may be written "\n" in text that is not decoded. */
static bool zone_read(struct bytes candidate, char *out_text, size_t *out_len)
{
	size_t len = 0;

	for (size_t i = 0; i < candidate.len; i++) {
		char byte = candidate.data[i];

		if (byte == '\\' && i + 1 < candidate.len) {
			i++;
			continue;
		}
		if (ascii_is_space(byte))
			continue;
		if (len == ZONE_LEN || (!ascii_is_digit(byte) && byte != '<' && (byte < 'A' || byte > 'Z')))
			return false;
		out_text[len++] = byte;
	}
	*out_len = len;
	return true;
}

/* Part 4: two lines of 44; part 5: three lines of 30. Number, birth and expiry each have a check digit. */
static bool accept_mrz(struct bytes candidate, struct bytes argument)
{
	char text[ZONE_LEN];
	size_t len;

	(void)argument;
	if (!zone_read(candidate, text, &len))
		return false;
	if (len == 88)
		return zone_holds(text, 44, 9) && zone_holds(text, 44 + 13, 6) &&
		       zone_holds(text, 44 + 21, 6);
	return len == 90 && zone_holds(text, 5, 9) && zone_holds(text, 30, 6) && zone_holds(text, 38, 6);
}

/* -- dates ------------------------------------------------------------------- */

/* A calendar date of a living person: YYYY-MM-DD, DD.MM.YYYY, MM/DD/YYYY and their like. */
static bool accept_birth_date(struct bytes candidate, struct bytes argument)
{
	unsigned parts[3] = {0}, count = 0, year, low, high;
	bool is_year_first;

	(void)argument;
	for (size_t i = 0; i < candidate.len && count < 3; i++) {
		if (!ascii_is_digit(candidate.data[i])) {
			count++;
			continue;
		}
		parts[count] = parts[count] * 10 + (unsigned)(candidate.data[i] - '0');
	}
	is_year_first = parts[0] > 31;
	if (count == 0 && candidate.len == 8) { /* YYYYMMDD */
		parts[2] = parts[0] % 100;
		parts[1] = parts[0] / 100 % 100;
		parts[0] /= 10000;
	}
	year = is_year_first ? parts[0] : parts[2];
	low = is_year_first ? parts[2] : parts[0];
	high = parts[1];
	if (year < 1900 || year > 2099)
		return false;
	return is_birthday(low, high) || (!is_year_first && is_birthday(high, low));
}

/* "MM/YY", "MM/YYYY", "YYYY-MM". */
static bool accept_card_expiry(struct bytes candidate, struct bytes argument)
{
	size_t at = candidate.len == 7 && candidate.data[4] == '-' ? 5 : 0;
	unsigned month;

	(void)argument;
	if (!text_has_shape(bytes_slice(candidate, at, 2), "nn"))
		return false;
	month = (unsigned)(candidate.data[at] - '0') * 10 + (unsigned)(candidate.data[at + 1] - '0');
	return month >= 1 && month <= 12;
}

/* -- codes of health --------------------------------------------------------- */

/* Regenstrief: LOINC parts end in a Luhn check digit. */
static bool accept_loinc(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_read(candidate, &digits) && digits.count >= 3 && digits_luhn(digits.list, digits.count);
}

/* World Health Organization: letters of chapters; U is for provisional use, most of it not given. */
static bool accept_icd10(struct bytes candidate, struct bytes argument)
{
	(void)argument;
	return candidate.len >= 3 && (candidate.data[0] != 'U' || candidate.data[1] == '0');
}

const struct validator validators_document[] = {
	{.name = "mrz", .explains = true, .accepts = accept_mrz},
	{.name = "birth_date", .accepts = accept_birth_date},
	{.name = "card_expiry", .accepts = accept_card_expiry},
	{.name = "loinc", .accepts = accept_loinc},
	{.name = "icd10", .accepts = accept_icd10},
	{0},
};
