/* YAML 1.2.2 section 10.3.2: tag resolution of the core schema. */
#include "specs/document_build.h"

static bool is_one_of(struct bytes plain, const char *const *words)
{
	for (size_t i = 0; words[i] != NULL; i++)
		if (bytes_equal(plain, bytes_of(words[i])))
			return true;
	return false;
}

static size_t digits_len(struct bytes run)
{
	size_t len = 0;

	while (len < run.len && ascii_is_digit(run.data[len]))
		len++;
	return len;
}

/* 0o17 and 0x1F, as far as 64 bits go. */
static bool radix_read(struct bytes plain, uint64_t *out_value)
{
	bool is_hex = bytes_starts(plain, BYTES("0x"));
	unsigned bits = is_hex ? 4 : 3;
	uint64_t value = 0;

	if ((!is_hex && !bytes_starts(plain, BYTES("0o"))) || plain.len == 2)
		return false;
	for (size_t i = 2; i < plain.len; i++) {
		int digit = ascii_hex_value(plain.data[i]);

		if (digit < 0 || digit >= 1 << bits || value >> (64 - bits) != 0)
			return false;
		value = value << bits | (uint64_t)digit;
	}
	*out_value = value;
	return true;
}

/* The parts of [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
struct decimal {
	bool is_negative;
	struct bytes whole, fraction, exponent;
	bool has_point, has_exponent;
};

static bool decimal_read(struct bytes plain, struct decimal *out)
{
	struct bytes rest = plain;

	if (rest.len > 0 && (rest.data[0] == '-' || rest.data[0] == '+')) {
		out->is_negative = rest.data[0] == '-';
		rest = bytes_from(rest, 1);
	}
	out->whole = bytes_slice(rest, 0, digits_len(rest));
	rest = bytes_from(rest, out->whole.len);
	if (rest.len > 0 && rest.data[0] == '.') {
		out->has_point = true;
		rest = bytes_from(rest, 1);
		out->fraction = bytes_slice(rest, 0, digits_len(rest));
		rest = bytes_from(rest, out->fraction.len);
	}
	if (out->whole.len == 0 && out->fraction.len == 0)
		return false;
	if (rest.len > 0 && (rest.data[0] == 'e' || rest.data[0] == 'E')) {
		size_t sign;

		out->has_exponent = true;
		out->exponent = bytes_from(rest, 1);
		sign = out->exponent.len > 0 &&
		       (out->exponent.data[0] == '-' || out->exponent.data[0] == '+');
		rest = bytes_from(out->exponent, sign);
		if (rest.len == 0)
			return false;
		rest = bytes_from(rest, digits_len(rest));
	}
	return rest.len == 0;
}

static bool is_json_number(struct bytes plain, const struct decimal *decimal)
{
	return plain.data[0] != '+' && decimal->whole.len > 0 &&
	       (decimal->whole.len == 1 || decimal->whole.data[0] != '0') &&
	       (!decimal->has_point || decimal->fraction.len > 0);
}

static struct bytes decimal_to_json(const struct decimal *decimal, struct arena *arena)
{
	struct bytes whole = decimal->whole;

	while (whole.len > 1 && whole.data[0] == '0')
		whole = bytes_from(whole, 1);
	if (whole.len == 0)
		whole = BYTES("0");
	return arena_printf(arena, "%s" BYTES_FORMAT "%s" BYTES_FORMAT "%s" BYTES_FORMAT,
			    decimal->is_negative ? "-" : "", BYTES_PRINT(whole),
			    decimal->fraction.len > 0 ? "." : "", BYTES_PRINT(decimal->fraction),
			    decimal->has_exponent ? "e" : "", BYTES_PRINT(decimal->exponent));
}

enum node_kind scalar_kind(struct bytes plain, struct arena *arena, struct bytes *out_text, bool *out_boolean)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
	static const char *const trues[] = {"true", "True", "TRUE", NULL};
	static const char *const falses[] = {"false", "False", "FALSE", NULL};
	struct decimal decimal = {0};
	struct bytes text = plain;
	uint64_t value;

	*out_text = plain;
	if (plain.len <= 5) {
		bool is_true = is_one_of(plain, trues);

		if (is_one_of(plain, nulls))
			return NODE_NULL;
		*out_boolean = is_true;
		if (is_true || is_one_of(plain, falses))
			return NODE_BOOLEAN;
	}
	if (plain.len > INT16_MAX || plain.len == 0)
		return NODE_STRING;
	if (radix_read(plain, &value))
		text = arena_printf(arena, "%llu", (unsigned long long)value);
	else if (!decimal_read(plain, &decimal))
		return NODE_STRING;
	else if (!is_json_number(plain, &decimal))
		text = decimal_to_json(&decimal, arena);
	if (text.data == NULL)
		return NODE_STRING;
	*out_text = text;
	return NODE_NUMBER;
}
