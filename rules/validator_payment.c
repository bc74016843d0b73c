#include <string.h>

#include "rules/validator_table.h"

/* Issuer ranges by their leading digits, with the lengths in use: bit n stands for n digits. */
struct issuer {
	unsigned from, to; /* four leading digits */
	unsigned lengths;
};

#define LENGTH(n) (1u << (n))

/* Short and rare lengths are left out on purpose where they collide with trade and tracking numbers. */
static const struct issuer issuers[] = {
	{3000, 3059, LENGTH(14) | LENGTH(16)},                           /* Diners Club */
	{3090, 3099, LENGTH(14) | LENGTH(16)},                           /* Diners Club */
	{3400, 3499, LENGTH(15)},                                        /* American Express */
	{3528, 3589, LENGTH(16) | LENGTH(19)},                           /* JCB */
	{3600, 3699, LENGTH(14) | LENGTH(16)},                           /* Diners Club */
	{3700, 3799, LENGTH(15)},                                        /* American Express */
	{3800, 3999, LENGTH(14) | LENGTH(16)},                           /* Diners Club */
	{4000, 4999, LENGTH(13) | LENGTH(16) | LENGTH(19)},              /* Visa */
	{5018, 5018, LENGTH(16) | LENGTH(18) | LENGTH(19)},              /* Maestro */
	{5020, 5020, LENGTH(16) | LENGTH(18) | LENGTH(19)},              /* Maestro */
	{5038, 5038, LENGTH(16) | LENGTH(18) | LENGTH(19)},              /* Maestro */
	{5100, 5599, LENGTH(16)},                                        /* Mastercard */
	{5893, 5893, LENGTH(16) | LENGTH(18) | LENGTH(19)},              /* Maestro */
	{6011, 6011, LENGTH(16) | LENGTH(19)},                           /* Discover */
	{6200, 6299, LENGTH(16) | LENGTH(17) | LENGTH(18) | LENGTH(19)}, /* UnionPay */
	{6304, 6304, LENGTH(16) | LENGTH(18) | LENGTH(19)},              /* Maestro */
	{6440, 6599, LENGTH(16) | LENGTH(19)},                           /* Discover */
	{6759, 6763, LENGTH(16) | LENGTH(18) | LENGTH(19)},              /* Maestro */
	{2221, 2720, LENGTH(16)},                                        /* Mastercard */
	{2200, 2204, LENGTH(16) | LENGTH(19)},                           /* Mir */
};

static bool is_issued(const struct digits *digits)
{
	unsigned head = (unsigned)digits_number(digits->list, 4);

	for (size_t i = 0; i < sizeof(issuers) / sizeof(issuers[0]); i++)
		if (head >= issuers[i].from && head <= issuers[i].to)
			return (issuers[i].lengths & LENGTH(digits->count)) != 0;
	return false;
}

/* ISO/IEC 7812: issuer, length of that issuer, Luhn; one kind of separator; not one digit repeated. */
static bool accept_pan(struct bytes candidate, struct bytes argument)
{
	struct digits digits;

	(void)argument;
	return digits_read(candidate, &digits) && digits.count >= 13 && digits.count <= 19 &&
	       !digits.is_mixed &&
	       (digits.separator == 0 || digits.separator == ' ' || digits.separator == '-') &&
	       is_issued(&digits) && !digits_all_equal(&digits) && digits_luhn(digits.list, digits.count);
}

/* SWIFT IBAN registry: country, then runs of digits (n), letters (a) or either (c). */
static const char *const iban_structures[] = {
	"AD 8n12c",    "AE 19n",     "AL 8n16c",    "AT 16n",     "AZ 4a20c",   "BA 16n",      "BE 12n",
	"BG 4a6n8c",   "BH 4a14c",   "BI 23n",      "BR 23n1a1c", "BY 4c4n16c", "CH 5n12c",    "CR 18n",
	"CY 8n16c",    "CZ 20n",     "DE 18n",      "DJ 23n",     "DK 14n",     "DO 4c20n",    "EE 16n",
	"EG 25n",      "ES 20n",     "FI 14n",      "FK 2a12n",   "FO 14n",     "FR 10n11c2n", "GB 4a14n",
	"GE 2a16n",    "GI 4a15c",   "GL 14n",      "GR 7n16c",   "GT 4c20c",   "HN 4a20n",    "HR 17n",
	"HU 24n",      "IE 4a14n",   "IL 19n",      "IQ 4a15n",   "IS 22n",     "IT 1a10n12c", "JO 4a4n18c",
	"KW 4a22c",    "KZ 3n13c",   "LB 4n20c",    "LC 4a24c",   "LI 5n12c",   "LT 16n",      "LU 3n13c",
	"LV 4a13c",    "LY 21n",     "MC 10n11c2n", "MD 2c18c",   "ME 18n",     "MK 3n10c2n",  "MN 16n",
	"MR 23n",      "MT 4a5n18c", "MU 4a19n3a",  "NI 4a20n",   "NL 4a10n",   "NO 11n",      "OM 3n16c",
	"PK 4a16c",    "PL 24n",     "PS 4a21c",    "PT 21n",     "QA 4a21c",   "RO 4a16c",    "RS 18n",
	"RU 14n15c",   "SA 2n18c",   "SC 4a20n3a",  "SD 14n",     "SE 20n",     "SI 15n",      "SK 20n",
	"SM 1a10n12c", "SO 19n",     "ST 21n",      "SV 4a20n",   "TL 19n",     "TN 20n",      "TR 6n16c",
	"UA 6n19c",    "VA 18n",     "VG 4a16n",    "XK 16n",     "YE 4a4n18c",
};

static bool fits(char byte, char kind)
{
	return kind == 'n' ? ascii_is_digit(byte) : kind == 'a' ? ascii_is_alpha(byte) : ascii_is_alnum(byte);
}

/* The account behind country and check digits. */
static bool has_structure(const char *structure, const char *text, size_t len)
{
	size_t at = 4;

	while (*structure != '\0') {
		size_t count = 0;

		for (; ascii_is_digit(*structure); structure++)
			count = count * 10 + (size_t)(*structure - '0');
		for (; count > 0; count--)
			if (at == len || !fits(text[at++], *structure))
				return false;
		structure++;
	}
	return at == len;
}

static bool is_account(const char *text, size_t len)
{
	for (size_t i = 0; i < sizeof(iban_structures) / sizeof(iban_structures[0]); i++)
		if (memcmp(iban_structures[i], text, 2) == 0)
			return has_structure(iban_structures[i] + 3, text, len);
	return false;
}

/* ISO 13616: structure of the country, check digits 02..98, rest 1 by ISO 7064 mod 97-10. */
static bool accept_iban(struct bytes candidate, struct bytes argument)
{
	char text[40];
	size_t len;
	unsigned check;

	(void)argument;
	if (!compact_read(candidate, text, sizeof(text), &len) || len < 15 || !ascii_is_digit(text[2]) ||
	    !ascii_is_digit(text[3]) || !is_account(text, len))
		return false;
	check = (unsigned)(text[2] - '0') * 10 + (unsigned)(text[3] - '0');
	return check >= 2 && check <= 98 && text_mod97(text, len, 4) == 1;
}

/* American Bankers Association: prefix of a Federal Reserve district, 3-7-1. */
static bool accept_aba(struct bytes candidate, struct bytes argument)
{
	static const uint8_t weights[] = {3, 7, 1, 3, 7, 1, 3, 7, 1};
	struct digits digits;
	unsigned head;

	(void)argument;
	if (!digits_read(candidate, &digits) || digits.count != 9)
		return false;
	head = (unsigned)digits_number(digits.list, 2);
	if (!((head >= 1 && head <= 12) || (head >= 21 && head <= 32) || (head >= 61 && head <= 72) ||
	      head == 80))
		return false;
	return digits_weighted(digits.list, weights, 9) % 10 == 0;
}

/* ISO/IEC 7813: the card number stands before the separator. */
static bool accept_track2(struct bytes candidate, struct bytes argument)
{
	struct bytes text = bytes_starts(candidate, BYTES(";")) ? bytes_from(candidate, 1) : candidate;
	size_t end = 0;

	while (end < text.len && ascii_is_digit(text.data[end]))
		end++;
	return accept_pan(bytes_slice(text, 0, end), argument);
}

/* ISO 9362: the fifth and sixth letter are a country of ISO 3166. */
static bool accept_bic(struct bytes candidate, struct bytes argument)
{
	static const char countries[] =
		"AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ "
		"BR BS "
		"BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ "
		"EC EE "
		"EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY "
		"HK HM "
		"HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA "
		"LB LC "
		"LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY "
		"MZ NA "
		"NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS "
		"RU RW "
		"SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
		"TN TO "
		"TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

	(void)argument;
	for (const char *at = countries; candidate.len >= 8; at += 3) {
		if (memcmp(at, candidate.data + 4, 2) == 0)
			return true;
		if (at[2] == '\0')
			break;
	}
	return false;
}

const struct validator validators_payment[] = {
	{.name = "pan", .accepts = accept_pan},    {.name = "iban", .explains = true, .accepts = accept_iban},
	{.name = "us_aba", .accepts = accept_aba}, {.name = "pan_track2", .accepts = accept_track2},
	{.name = "bic", .accepts = accept_bic},    {0},
};
