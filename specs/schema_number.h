/*
 * schema_number: JSON numbers, exact. Value = 0.DIGITS x 10^exponent, digits
 * without zeros at either end; zero has none. 1, 1.0 and 10e-1 are one number.
 *
 * Lends    its digits: in the text given, or in the scratch.
 */
#pragma once

#include <yyjson.h>

#include "parsers/base/bytes.h"

/* `small` holds integers up to this. */
#define NUMBER_SMALL_MAX 999999999999999999ll

#define NUMBER_DIGITS_MAX 1024 /* longer ones are not compared; no contract has them */

struct number {
	bool is_negative;
	bool is_small; /* an integer that `small` holds */
	int64_t small;
	int64_t exponent;
	struct bytes digits;
};

struct number_scratch {
	char digits[NUMBER_DIGITS_MAX];
};

/* JSON's grammar, nothing around it; false also when it has too many digits. */
bool number_read(struct bytes text, struct number_scratch *scratch, struct number *out_number);
bool number_is_text(struct bytes text); /* the grammar alone */

/* Of a JSON number, or a raw one; false when it is neither. */
bool number_of(yyjson_val *value, struct number_scratch *scratch, struct number *out_number);
bool value_is_number(yyjson_val *value);

int number_compare(const struct number *a, const struct number *b);
bool number_is_integer(const struct number *number);

/* `step` has at most 18 digits. */
#define NUMBER_STEP_DIGITS_MAX 18
bool number_is_multiple(const struct number *number, const struct number *step);
