#include <string.h>

#include "rules/validator_table.h"

/* VAT identification numbers: the forms of VIES, and the check digits of the countries that publish them
 * (the others: form alone). */

struct form {
	const char *country;
	const char
		*shapes; /* n digit, a letter, c either; others stand for themselves; separated by blanks */
	bool (*holds)(const char *text); /* what follows the country; NULL: form alone */
};

static void list_read(const char *text, size_t count, uint8_t *out_list)
{
	for (size_t i = 0; i < count; i++)
		out_list[i] = (uint8_t)(text[i] - '0');
}

static unsigned rest_of(const char *text, const char *weights, unsigned modulus)
{
	uint8_t list[16];

	list_read(text, strlen(weights), list);
	return digits_rest(list, weights, modulus);
}

static uint64_t number_of(const char *text, size_t count)
{
	uint8_t list[16];

	list_read(text, count, list);
	return digits_number(list, count);
}

static unsigned digit(char byte)
{
	return (unsigned)(byte - '0');
}

static bool holds_be(const char *text)
{
	return 97 - number_of(text, 8) % 97 == number_of(text + 8, 2);
}

/* ISO 7064 mod 11,10. */
static bool holds_mod_11_10(const char *text, size_t count)
{
	unsigned product = 10;

	for (size_t i = 0; i + 1 < count; i++) {
		unsigned sum = (digit(text[i]) + product) % 10;

		product = (sum == 0 ? 10 : sum) * 2 % 11;
	}
	return (product + digit(text[count - 1])) % 10 == 1;
}

static bool holds_de(const char *text)
{
	return text[0] != '0' && holds_mod_11_10(text, 9);
}

static bool holds_hr(const char *text)
{
	return holds_mod_11_10(text, 11);
}

static bool holds_dk(const char *text)
{
	return rest_of(text, "27654321", 11) == 0;
}

static bool holds_fi(const char *text)
{
	return (11 - rest_of(text, "79A5842", 11)) % 11 == digit(text[7]);
}

static bool holds_luhn(const char *text, size_t count)
{
	uint8_t list[16];

	list_read(text, count, list);
	return digits_luhn(list, count);
}

/* Two check digits over the SIREN; letters in their place are not checked. */
static bool holds_fr(const char *text)
{
	if (!ascii_is_digit(text[0]) || !ascii_is_digit(text[1]))
		return true;
	return number_of(text, 2) == (12 + 3 * (number_of(text + 2, 9) % 97)) % 97;
}

static bool holds_it(const char *text)
{
	return holds_luhn(text, 11);
}

static bool holds_lu(const char *text)
{
	return number_of(text, 6) % 89 == number_of(text + 6, 2);
}

static bool holds_pl(const char *text)
{
	return rest_of(text, "657234567", 11) == digit(text[9]);
}

static bool holds_pt(const char *text)
{
	unsigned rest = rest_of(text, "98765432", 11);

	return text[0] != '0' && digit(text[8]) == (rest <= 1 ? 0 : 11 - rest);
}

static bool holds_el(const char *text)
{
	unsigned sum = 0;

	for (size_t i = 0; i < 8; i++)
		sum += digit(text[i]) << (8 - i);
	return sum % 11 % 10 == digit(text[8]);
}

static bool holds_ee(const char *text)
{
	return rest_of(text, "371371371", 10) == 0;
}

static bool holds_hu(const char *text)
{
	return rest_of(text, "97319731", 10) == 0;
}

static bool holds_mt(const char *text)
{
	return (rest_of(text, "346789", 37) + number_of(text + 6, 2)) % 37 == 0;
}

static bool holds_si(const char *text)
{
	unsigned check = 11 - rest_of(text, "8765432", 11);

	return text[0] != '0' && check != 11 && digit(text[7]) == check % 10;
}

static bool holds_sk(const char *text)
{
	return number_of(text, 10) % 11 == 0;
}

static bool holds_se(const char *text)
{
	return holds_luhn(text, 10) && text[10] == '0';
}

static bool holds_at(const char *text)
{
	unsigned sum = 4;

	for (size_t i = 0; i < 7; i++) {
		unsigned product = digit(text[i + 1]) * (i % 2 == 0 ? 1 : 2);

		sum += product / 10 + product % 10;
	}
	return (10 - sum % 10) % 10 == digit(text[8]);
}

static const struct form forms[] = {
	{"AT", "Unnnnnnnn", holds_at},
	{"BE", "nnnnnnnnnn", holds_be},
	{"BG", "nnnnnnnnn nnnnnnnnnn", NULL},
	{"CY", "nnnnnnnna", NULL},
	{"CZ", "nnnnnnnn nnnnnnnnn nnnnnnnnnn", NULL},
	{"DE", "nnnnnnnnn", holds_de},
	{"DK", "nnnnnnnn", holds_dk},
	{"EE", "nnnnnnnnn", holds_ee},
	{"EL", "nnnnnnnnn", holds_el},
	{"ES", "cnnnnnnnc", NULL},
	{"FI", "nnnnnnnn", holds_fi},
	{"FR", "ccnnnnnnnnn", holds_fr},
	{"HR", "nnnnnnnnnnn", holds_hr},
	{"HU", "nnnnnnnn", holds_hu},
	{"IE", "ncnnnnna nnnnnnnaa", NULL},
	{"IT", "nnnnnnnnnnn", holds_it},
	{"LT", "nnnnnnnnn nnnnnnnnnnnn", NULL},
	{"LU", "nnnnnnnn", holds_lu},
	{"LV", "nnnnnnnnnnn", NULL},
	{"MT", "nnnnnnnn", holds_mt},
	{"NL", "nnnnnnnnnBnn", NULL},
	{"PL", "nnnnnnnnnn", holds_pl},
	{"PT", "nnnnnnnnn", holds_pt},
	{"RO", "nn nnn nnnn nnnnn nnnnnn nnnnnnn nnnnnnnn nnnnnnnnn nnnnnnnnnn", NULL},
	{"SE", "nnnnnnnnnnnn", holds_se},
	{"SI", "nnnnnnnn", holds_si},
	{"SK", "nnnnnnnnnn", holds_sk},
	{"XI", "nnnnnnnnn nnnnnnnnnnnn", NULL},
};

static bool fits_shape(struct bytes shape, struct bytes text)
{
	if (shape.len != text.len)
		return false;
	for (size_t i = 0; i < shape.len; i++) {
		char kind = shape.data[i], byte = text.data[i];
		bool is_right = kind == 'n'   ? ascii_is_digit(byte)
				: kind == 'a' ? ascii_is_alpha(byte)
				: kind == 'c' ? ascii_is_alnum(byte)
					      : kind == byte;

		if (!is_right)
			return false;
	}
	return true;
}

/* Belgium's old numbers have nine digits: a 0 stands before them. */
static size_t belgium_fill(char *text, size_t len)
{
	if (len != 11 || memcmp(text, "BE", 2) != 0)
		return len;
	memmove(text + 3, text + 2, 9);
	text[2] = '0';
	return 12;
}

static bool accept_eu_vat(struct bytes candidate, struct bytes argument)
{
	char text[16];
	size_t len;

	(void)argument;
	if (!compact_read(candidate, text, sizeof(text) - 1, &len) || len < 4)
		return false;
	len = belgium_fill(text, len);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct bytes shapes = bytes_of(forms[i].shapes), number = {text + 2, len - 2};

		if (memcmp(forms[i].country, text, 2) != 0)
			continue;
		while (shapes.data != NULL)
			if (fits_shape(bytes_split(&shapes, ' '), number))
				return forms[i].holds == NULL || forms[i].holds(number.data);
	}
	return false;
}

const struct validator validators_vat[] = {
	{.name = "eu_vat", .accepts = accept_eu_vat},
	{0},
};
