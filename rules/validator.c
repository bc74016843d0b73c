#include "rules/validator.h"

#include <math.h>
#include <string.h>

#include "rules/validator_table.h"

static bool is_separator(char byte)
{
	return byte == ' ' || byte == '-' || byte == '.' || byte == '/';
}

bool digits_read(struct bytes text, struct digits *out_digits)
{
	struct digits digits = {0};

	for (size_t i = 0; i < text.len; i++) {
		char byte = text.data[i];

		if (ascii_is_digit(byte)) {
			if (digits.count == DIGITS_MAX)
				return false;
			digits.list[digits.count++] = (uint8_t)(byte - '0');
			continue;
		}
		if (!is_separator(byte) || i == 0 || i + 1 == text.len || !ascii_is_digit(text.data[i - 1]))
			return false;
		if (digits.separator != 0 && digits.separator != byte)
			digits.is_mixed = true;
		digits.separator = byte;
	}
	*out_digits = digits;
	return digits.count > 0;
}

bool compact_read(struct bytes text, char *out_text, size_t size, size_t *out_len)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		char byte = text.data[i];

		if (is_separator(byte))
			continue;
		if (!ascii_is_alnum(byte) || len == size)
			return false;
		out_text[len++] = byte >= 'a' ? (char)(byte - 'a' + 'A') : byte;
	}
	*out_len = len;
	return true;
}

bool digits_all_equal(const struct digits *digits)
{
	for (size_t i = 1; i < digits->count; i++)
		if (digits->list[i] != digits->list[0])
			return false;
	return true;
}

/* ISO/IEC 7812-1, annex B. */
bool digits_luhn(const uint8_t *list, size_t count)
{
	unsigned sum = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned digit = list[count - 1 - i];

		if (i % 2 == 1)
			digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
		sum += digit;
	}
	return sum % 10 == 0;
}

unsigned digits_weighted(const uint8_t *list, const uint8_t *weights, size_t count)
{
	unsigned sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += (unsigned)list[i] * weights[i];
	return sum;
}

bool text_has_shape(struct bytes text, const char *shape)
{
	for (size_t i = 0; i < text.len; i++) {
		char byte = text.data[i];
		bool is_upper = byte >= 'A' && byte <= 'Z', is_digit = ascii_is_digit(byte);

		switch (shape[i]) {
		case 'n':
			if (!is_digit)
				return false;
			break;
		case 'A':
			if (!is_upper)
				return false;
			break;
		case 'X':
			if (!is_digit && !is_upper)
				return false;
			break;
		case '\0':
			return false;
		default:
			if (byte != shape[i])
				return false;
		}
	}
	return shape[text.len] == '\0';
}

bool digits_exactly(struct bytes text, size_t count, struct digits *out_digits)
{
	struct digits digits;

	if (!digits_read(text, &digits) || digits.count != count || digits_all_equal(&digits))
		return false;
	*out_digits = digits;
	return true;
}

unsigned digits_rest(const uint8_t *list, const char *weights, unsigned modulus)
{
	unsigned sum = 0;

	for (size_t i = 0; weights[i] != '\0'; i++)
		sum += list[i] * (unsigned)(weights[i] <= '9' ? weights[i] - '0' : weights[i] - 'A' + 10);
	return sum % modulus;
}

bool is_birthday(uint64_t day, uint64_t month)
{
	static const uint8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

uint64_t digits_number(const uint8_t *list, size_t count)
{
	uint64_t number = 0;

	for (size_t i = 0; i < count; i++)
		number = number * 10 + list[i];
	return number;
}

unsigned text_mod97(const char *text, size_t len, size_t from)
{
	unsigned rest = 0;

	for (size_t i = 0; i < len; i++) {
		char byte = text[(from + i) % len];

		if (ascii_is_digit(byte))
			rest = (rest * 10 + (unsigned)(byte - '0')) % 97;
		else
			rest = (rest * 100 + (unsigned)(ascii_lower(byte) - 'a' + 10)) % 97;
	}
	return rest;
}

static bool accept_all(struct bytes candidate, struct bytes argument)
{
	(void)candidate;
	(void)argument;
	return true;
}

static bool accept_luhn(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_read(candidate, &digits) && digits.count >= 2 && digits_luhn(digits.list, digits.count);
}

static bool accept_mod97(struct bytes candidate, struct bytes argument)
{
	char text[128];
	size_t len;

	(void)argument;
	return compact_read(candidate, text, sizeof(text), &len) && len >= 3 && text_mod97(text, len, 0) == 1;
}

static const uint8_t verhoeff_multiply[10][10] = {
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 0, 6, 7, 8, 9, 5}, {2, 3, 4, 0, 1, 7, 8, 9, 5, 6},
	{3, 4, 0, 1, 2, 8, 9, 5, 6, 7}, {4, 0, 1, 2, 3, 9, 5, 6, 7, 8}, {5, 9, 8, 7, 6, 0, 4, 3, 2, 1},
	{6, 5, 9, 8, 7, 1, 0, 4, 3, 2}, {7, 6, 5, 9, 8, 2, 1, 0, 4, 3}, {8, 7, 6, 5, 9, 3, 2, 1, 0, 4},
	{9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
};
static const uint8_t verhoeff_permute[8][10] = {
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4}, {5, 8, 0, 3, 7, 9, 6, 1, 4, 2},
	{8, 9, 1, 6, 0, 4, 3, 5, 2, 7}, {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
	{2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8},
};

static bool accept_verhoeff(struct bytes candidate, struct bytes argument)
{
	struct digits digits;
	unsigned check = 0;

	(void)argument;
	if (!digits_read(candidate, &digits) || digits.count < 2)
		return false;
	for (size_t i = 0; i < digits.count; i++)
		check = verhoeff_multiply[check][verhoeff_permute[i % 8][digits.list[digits.count - 1 - i]]];
	return check == 0;
}

/* Weights are single digits, X is ten; as many as the candidate has digits. The weighted
 * sum must leave no rest; a rest of 10 counts as none, as in the schemes that have no digit for it. */
static bool accept_mod11(struct bytes candidate, struct bytes argument)
{
	size_t used = 0;
	unsigned sum = 0;

	for (size_t i = 0; i < candidate.len; i++) {
		char weight;

		if (!ascii_is_digit(candidate.data[i]))
			continue;
		if (used == argument.len)
			return false;
		weight = argument.data[used++];
		sum = (sum + (weight == 'X' ? 10u : (unsigned)(weight - '0')) *
				     (unsigned)(candidate.data[i] - '0')) %
		      11;
	}
	return used == argument.len && (sum == 0 || sum == 10);
}

static bool is_weights(struct bytes argument)
{
	for (size_t i = 0; i < argument.len; i++)
		if (!ascii_is_digit(argument.data[i]) && argument.data[i] != 'X')
			return false;
	return argument.len >= 2 && argument.len <= 64;
}

/* "3.5" as tenths; false when it is no number below 8 with at most one decimal. */
static bool tenths_read(struct bytes text, unsigned *out_tenths)
{
	bool has_decimal = text.len == 3 && text.data[1] == '.' && ascii_is_digit(text.data[2]);

	if ((text.len != 1 && !has_decimal) || !ascii_is_digit(text.data[0]) || text.data[0] > '8')
		return false;
	*out_tenths =
		(unsigned)(text.data[0] - '0') * 10 + (has_decimal ? (unsigned)(text.data[2] - '0') : 0);
	return true;
}

static bool is_bits(struct bytes argument)
{
	unsigned tenths;

	return tenths_read(argument, &tenths);
}

/* Shannon entropy of the bytes, in bits a byte. */
static bool accept_entropy(struct bytes candidate, struct bytes argument)
{
	unsigned counts[256] = {0}, tenths;
	double bits = 0;

	if (!tenths_read(argument, &tenths) || candidate.len == 0)
		return false;
	for (size_t i = 0; i < candidate.len; i++)
		counts[(unsigned char)candidate.data[i]]++;
	for (size_t i = 0; i < 256; i++) {
		double share = (double)counts[i] / (double)candidate.len;

		if (counts[i] > 0)
			bits -= share * log2(share);
	}
	return bits * 10 >= tenths;
}

/* The argument holds the values, one a line. */
static bool accept_in_list(struct bytes candidate, struct bytes argument)
{
	for (struct bytes rest = argument; rest.data != NULL;)
		if (bytes_equal_nocase(bytes_split(&rest, '\n'), candidate))
			return true;
	return false;
}

static const struct validator validators_common[] = {
	{.name = "none", .accepts = accept_all},
	{.name = "luhn", .accepts = accept_luhn},
	{.name = "mod97", .accepts = accept_mod97},
	{.name = "verhoeff", .accepts = accept_verhoeff},
	{.name = "mod11", .has_argument = true, .accepts = accept_mod11, .accepts_argument = is_weights},
	{.name = "entropy", .has_argument = true, .accepts = accept_entropy, .accepts_argument = is_bits},
	{.name = "in-list", .has_argument = true, .accepts = accept_in_list},
	{0},
};

static const struct validator *const tables[] = {
	validators_common,   validators_payment, validators_contact,   validators_secret,
	validators_america,  validators_europe,  validators_germany,   validators_nordic,
	validators_east,     validators_vat,     validators_asia,      validators_world,
	validators_document, validators_device,  validators_logistics, validators_coin,
};

const struct validator *validator_at(size_t index)
{
	for (size_t table = 0; table < sizeof(tables) / sizeof(tables[0]); table++)
		for (const struct validator *at = tables[table]; at->name != NULL; at++)
			if (index-- == 0)
				return at;
	return NULL;
}

size_t validator_count(void)
{
	size_t count = 0;

	while (validator_at(count) != NULL)
		count++;
	return count;
}

const struct validator *validator_find(struct bytes name)
{
	const struct validator *validator;

	for (size_t i = 0; (validator = validator_at(i)) != NULL; i++)
		if (bytes_equal(bytes_of(validator->name), name))
			return validator;
	return NULL;
}
