#include <string.h>

#include "rules/validator_table.h"

/* The digits of a product added up: 14 is 5. */
static unsigned cross_sum(unsigned product)
{
	return product / 10 + product % 10;
}

/* A letter as two digits: A is 01, Z is 26. */
static void letter_write(char letter, uint8_t *out_digits)
{
	out_digits[0] = (uint8_t)((letter - 'A' + 1) / 10);
	out_digits[1] = (uint8_t)((letter - 'A' + 1) % 10);
}

/* Sozialgesetzbuch VI, VKVV section 2: area, birth date, letter of the name at birth, serial, check. */
static bool accept_rvnr(struct bytes candidate, struct bytes argument)
{
	static const uint8_t weights[] = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
	char text[12];
	uint8_t list[12];
	size_t len;
	unsigned sum = 0;

	(void)argument;
	if (!compact_read(candidate, text, sizeof(text), &len) || len != 12 || !ascii_is_alpha(text[8]))
		return false;
	for (size_t i = 0, at = 0; i < 11; i++) {
		if (i == 8) {
			letter_write(text[i], list + at);
			at += 2;
			continue;
		}
		if (!ascii_is_digit(text[i]))
			return false;
		list[at++] = (uint8_t)(text[i] - '0');
	}
	for (size_t i = 0; i < 12; i++)
		sum += cross_sum((unsigned)list[i] * weights[i]);
	/* Days above 50 are given when serials run out. */
	return digits_number(list, 2) >= 2 && digits_number(list, 2) <= 89 &&
	       is_birthday((digits_number(list + 2, 2) - 1) % 50 + 1, digits_number(list + 4, 2)) &&
	       (char)('0' + sum % 10) == text[11];
}

/* GKV-Spitzenverband: the letter as two digits, weights 1 and 2 in turn, cross sums. */
static bool accept_kvnr(struct bytes candidate, struct bytes argument)
{
	uint8_t list[10];
	unsigned sum = 0;

	(void)argument;
	if (!text_has_shape(candidate, "Annnnnnnnn"))
		return false;
	letter_write(candidate.data[0], list);
	for (size_t i = 1; i < 9; i++)
		list[i + 1] = (uint8_t)(candidate.data[i] - '0');
	for (size_t i = 0; i < 10; i++)
		sum += cross_sum((unsigned)list[i] * (i % 2 == 0 ? 1 : 2));
	return (char)('0' + sum % 10) == candidate.data[9];
}

/* ICAO 9303 weights 7, 3, 1 over nine characters. */
static bool accept_personalausweis(struct bytes candidate, struct bytes argument)
{
	static const uint8_t weights[] = {7, 3, 1};
	unsigned sum = 0;

	(void)argument;
	if (!text_has_shape(bytes_slice(candidate, 0, 10), "XXXXXXXXXn"))
		return false;
	for (size_t i = 0; i < 9; i++) {
		char byte = candidate.data[i];

		sum += (unsigned)(ascii_is_digit(byte) ? byte - '0' : byte - 'A' + 10) * weights[i % 3];
	}
	return (char)('0' + sum % 10) == candidate.data[9];
}

/* Allgemeines Sozialversicherungsgesetz: the fourth digit checks the others; months 13 to 15 are given
 * when serials run out. */
static bool accept_svnr(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_exactly(candidate, 10, &digits) && digits.list[0] != 0 &&
	       is_birthday(digits_number(digits.list + 4, 2),
			   (digits_number(digits.list + 6, 2) - 1) % 12 + 1) &&
	       digits_number(digits.list + 6, 2) <= 15 &&
	       digits_rest(digits.list, "3790584216", 11) == digits.list[3];
}

/* AHVN13: country 756, and the check digit of an EAN-13. */
static bool accept_ahv(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_exactly(candidate, 13, &digits) && digits_number(digits.list, 3) == 756 &&
	       digits_rest(digits.list, "1313131313131", 10) == 0;
}

const struct validator validators_germany[] = {
	{.name = "de_rvnr", .accepts = accept_rvnr},
	{.name = "de_kvnr", .accepts = accept_kvnr},
	{.name = "de_personalausweis", .accepts = accept_personalausweis},
	{.name = "at_svnr", .accepts = accept_svnr},
	{.name = "ch_ahv", .accepts = accept_ahv},
	{0},
};
