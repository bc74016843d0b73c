#include <string.h>

#include "rules/validator_table.h"

/* What stands behind an '@' in file names ("icon@2x.png") and is no top level domain. */
static const struct bytes file_suffixes[] = {
	BYTES_INIT("png"),  BYTES_INIT("jpg"), BYTES_INIT("jpeg"), BYTES_INIT("gif"),  BYTES_INIT("svg"),
	BYTES_INIT("webp"), BYTES_INIT("css"), BYTES_INIT("html"), BYTES_INIT("json"), BYTES_INIT("xml"),
	BYTES_INIT("txt"),  BYTES_INIT("pdf"), BYTES_INIT("tiff"), BYTES_INIT("bmp"),  BYTES_INIT("ico"),
	BYTES_INIT("woff"), BYTES_INIT("php"), BYTES_INIT("yaml"), BYTES_INIT("yml")};

static bool is_domain(struct bytes domain)
{
	struct bytes label = BYTES_NONE;

	/* "Price@odata.type" is an annotation (OData JSON Format 4.01, section 4.5). */
	if (domain.len < 4 || domain.len > 253 ||
	    bytes_equal_nocase(bytes_slice(domain, 0, 6), BYTES("odata.")) ||
	    bytes_equal_nocase(bytes_slice(domain, 0, 10), BYTES("org.odata.")))
		return false;
	for (struct bytes rest = domain; rest.data != NULL;) {
		label = bytes_split(&rest, '.');
		if (label.len == 0 || label.len > 63 || label.data[0] == '-' ||
		    label.data[label.len - 1] == '-')
			return false;
	}
	for (size_t i = 0; i < label.len; i++)
		if (!ascii_is_alpha(label.data[i]))
			return false;
	for (size_t i = 0; i < sizeof(file_suffixes) / sizeof(file_suffixes[0]); i++)
		if (bytes_equal_nocase(label, file_suffixes[i]))
			return false;
	return label.len >= 2 && label.len < domain.len;
}

/* RFC 5321 section 4.5.3.1 (lengths), RFC 5322 section 3.4.1 (dot-atom). */
static bool accept_email(struct bytes candidate, struct bytes argument)
{
	size_t at = bytes_find_byte(candidate, '@');
	struct bytes local = bytes_slice(candidate, 0, at);

	(void)argument;
	if (at == BYTES_NOT_FOUND || at == 0 || at > 64 || candidate.len > 254)
		return false;
	if (local.data[0] == '.' || local.data[at - 1] == '.' ||
	    bytes_find(local, BYTES("..")) != BYTES_NOT_FOUND)
		return false;
	return is_domain(bytes_from(candidate, at + 1));
}

/* ITU-T E.164 country codes with the lengths of the national number. */
struct country_code {
	uint16_t code;
	uint8_t digits_min, digits_max;
};

static const struct country_code country_codes[] = {
	{1, 10, 10},   {7, 10, 10},   {20, 8, 10},  {27, 9, 9},   {30, 10, 10}, {31, 9, 9},   {32, 8, 9},
	{33, 9, 9},    {34, 9, 9},    {36, 8, 9},   {39, 6, 12},  {40, 9, 9},   {41, 9, 9},   {43, 4, 13},
	{44, 9, 10},   {45, 8, 8},    {46, 7, 10},  {47, 8, 8},   {48, 9, 9},   {49, 6, 12},  {51, 8, 9},
	{52, 10, 11},  {53, 6, 8},    {54, 10, 11}, {55, 10, 11}, {56, 9, 9},   {57, 8, 10},  {58, 10, 10},
	{60, 8, 10},   {61, 9, 9},    {62, 8, 12},  {63, 8, 10},  {64, 8, 10},  {65, 8, 8},   {66, 8, 9},
	{81, 9, 10},   {82, 8, 10},   {84, 9, 10},  {86, 10, 11}, {90, 10, 10}, {91, 10, 10}, {92, 9, 10},
	{93, 9, 9},    {94, 9, 9},    {95, 7, 10},  {98, 10, 10}, {211, 9, 9},  {212, 9, 9},  {213, 8, 9},
	{216, 8, 8},   {218, 8, 10},  {220, 7, 7},  {221, 9, 9},  {222, 8, 8},  {223, 8, 8},  {224, 8, 9},
	{225, 8, 10},  {226, 8, 8},   {227, 8, 8},  {228, 8, 8},  {229, 8, 10}, {230, 7, 8},  {231, 7, 9},
	{232, 8, 8},   {233, 9, 9},   {234, 8, 10}, {235, 8, 8},  {236, 8, 8},  {237, 8, 9},  {238, 7, 7},
	{239, 7, 7},   {240, 9, 9},   {241, 7, 8},  {242, 9, 9},  {243, 9, 9},  {244, 9, 9},  {245, 7, 9},
	{246, 7, 7},   {248, 7, 7},   {249, 9, 9},  {250, 9, 9},  {251, 9, 9},  {252, 7, 9},  {253, 8, 8},
	{254, 9, 9},   {255, 9, 9},   {256, 9, 9},  {257, 8, 8},  {258, 8, 9},  {260, 9, 9},  {261, 9, 9},
	{262, 9, 9},   {263, 8, 9},   {264, 8, 9},  {265, 7, 9},  {266, 8, 8},  {267, 7, 8},  {268, 8, 8},
	{269, 7, 7},   {290, 4, 5},   {291, 7, 7},  {297, 7, 7},  {298, 6, 6},  {299, 6, 6},  {350, 8, 8},
	{351, 9, 9},   {352, 6, 11},  {353, 7, 9},  {354, 7, 9},  {355, 8, 9},  {356, 8, 8},  {357, 8, 8},
	{358, 6, 11},  {359, 7, 9},   {370, 8, 8},  {371, 8, 8},  {372, 7, 8},  {373, 8, 8},  {374, 8, 8},
	{375, 9, 9},   {376, 6, 9},   {377, 8, 9},  {378, 6, 10}, {380, 9, 9},  {381, 8, 9},  {382, 8, 8},
	{383, 8, 8},   {385, 8, 9},   {386, 8, 8},  {387, 8, 9},  {389, 8, 8},  {420, 9, 9},  {421, 9, 9},
	{423, 7, 9},   {500, 5, 5},   {501, 7, 7},  {502, 8, 8},  {503, 8, 8},  {504, 8, 8},  {505, 8, 8},
	{506, 8, 8},   {507, 7, 8},   {508, 6, 6},  {509, 8, 8},  {590, 9, 9},  {591, 8, 8},  {592, 7, 7},
	{593, 8, 9},   {594, 9, 9},   {595, 9, 9},  {596, 9, 9},  {597, 6, 7},  {598, 8, 8},  {599, 7, 8},
	{670, 7, 8},   {672, 6, 6},   {673, 7, 7},  {674, 7, 7},  {675, 7, 8},  {676, 5, 7},  {677, 5, 7},
	{678, 5, 7},   {679, 7, 7},   {680, 7, 7},  {681, 6, 6},  {682, 5, 5},  {683, 4, 7},  {685, 5, 7},
	{686, 5, 8},   {687, 6, 6},   {688, 5, 6},  {689, 6, 8},  {690, 4, 7},  {691, 7, 7},  {692, 7, 7},
	{800, 8, 8},   {808, 8, 8},   {850, 8, 10}, {852, 8, 8},  {853, 8, 8},  {855, 8, 9},  {856, 8, 10},
	{870, 9, 9},   {878, 12, 12}, {880, 8, 10}, {881, 8, 8},  {882, 7, 12}, {883, 7, 12}, {886, 8, 9},
	{888, 11, 11}, {960, 7, 7},   {961, 7, 8},  {962, 8, 9},  {963, 8, 9},  {964, 8, 10}, {965, 8, 8},
	{966, 8, 9},   {967, 7, 9},   {968, 8, 8},  {970, 8, 9},  {971, 8, 9},  {972, 8, 9},  {973, 8, 8},
	{974, 7, 8},   {975, 7, 8},   {976, 7, 8},  {977, 8, 10}, {979, 9, 9},  {992, 9, 9},  {993, 8, 8},
	{994, 9, 9},   {995, 9, 9},   {996, 9, 9},  {998, 9, 9},
};

/* North American Numbering Plan: neither area nor exchange begins with 0 or 1. */
static bool is_north_american(const uint8_t *national)
{
	return national[0] >= 2 && national[3] >= 2;
}

static bool is_international(const uint8_t *list, size_t count)
{
	for (size_t len = 1; len <= 3 && len < count; len++) {
		uint64_t code = digits_number(list, len);

		for (size_t i = 0; i < sizeof(country_codes) / sizeof(country_codes[0]); i++) {
			const struct country_code *country = &country_codes[i];

			if (country->code == code)
				return count - len >= country->digits_min &&
				       count - len <= country->digits_max &&
				       (code != 1 || is_north_american(list + 1));
		}
	}
	return false;
}

/* With '+' by country code; without it (a form that its context vouches for) a North American
 * number, or one with a trunk zero. */
static bool accept_phone(struct bytes candidate, struct bytes argument)
{
	uint8_t list[20];
	size_t count = 0, trunk = bytes_find(candidate, BYTES("(0)"));
	bool has_plus = candidate.len > 0 && candidate.data[0] == '+';

	(void)argument;
	for (size_t i = has_plus ? 1 : 0; i < candidate.len; i++) {
		char byte = candidate.data[i];

		if (trunk != BYTES_NOT_FOUND && i == trunk + 1)
			continue; /* "+49 (0)30": the zero is not dialled */
		if (!ascii_is_digit(byte))
			continue;
		if (count == 15)
			return false;
		list[count++] = (uint8_t)(byte - '0');
	}
	if (has_plus)
		return is_international(list, count);
	if (count == 10 && list[0] != 0)
		return is_north_american(list);
	if (count == 11 && list[0] == 1)
		return is_north_american(list + 1);
	return list[0] == 0 && count >= 8 && count <= 13;
}

const struct validator validators_contact[] = {
	{.name = "email", .accepts = accept_email},
	{.name = "phone", .accepts = accept_phone},
	{0},
};
