/*
 * validator_table: what the validators share: reading digits, and the tables
 * that validator.c joins into one.
 *
 * Thread   pure functions and constants.
 */
#pragma once

#include "rules/validator.h"

#define DIGITS_MAX 40

/* The digits of a candidate, separators skipped. */
struct digits {
	uint8_t list[DIGITS_MAX];
	size_t count;
	char separator; /* the one used, 0 when there was none */
	bool is_mixed;  /* more than one kind of separator */
};

/* False when there is anything but digits and single separators (space . - /), or too many digits. */
bool digits_read(struct bytes text, struct digits *out_digits);

/* The letters and digits alone, in upper case; false when they do not fit or something else but a separator
 * is there. */
bool compact_read(struct bytes text, char *out_text, size_t size, size_t *out_len);

/* Does the text have the shape? n is a digit, A an upper-case letter, X either, others stand for themselves.
 */
bool text_has_shape(struct bytes text, const char *shape);

bool digits_all_equal(const struct digits *digits);

/* Reads exactly `count` digits that are not all the same. */
bool digits_exactly(struct bytes text, size_t count, struct digits *out_digits);

/* Sum of digits times weights, modulo. A weight is '0' to '9', then 'A' for ten and so on; as many
 * digits as there are weights. */
unsigned digits_rest(const uint8_t *list, const char *weights, unsigned modulus);

/* A day and a month as they stand in a birth number; no more is known of the year than its two digits. */
bool is_birthday(uint64_t day, uint64_t month);
bool digits_luhn(const uint8_t *list, size_t count);
unsigned digits_weighted(const uint8_t *list, const uint8_t *weights, size_t count); /* sum of products */
uint64_t digits_number(const uint8_t *list, size_t count);                           /* at most 19 digits */

/* ISO 7064 mod 97-10 over letters (10..35) and digits, beginning at `from` and wrapping round. */
unsigned text_mod97(const char *text, size_t len, size_t from);

/* Each table ends with an entry without a name. */
extern const struct validator validators_payment[];
extern const struct validator validators_contact[];
extern const struct validator validators_secret[];
extern const struct validator validators_america[];
extern const struct validator validators_europe[];
extern const struct validator validators_germany[]; /* and Austria, Switzerland */
extern const struct validator validators_nordic[];
extern const struct validator validators_east[]; /* of Europe */
extern const struct validator validators_vat[];
extern const struct validator validators_asia[];
extern const struct validator validators_world[];
extern const struct validator validators_document[]; /* travel documents, dates, codes of health */
extern const struct validator validators_device[];
extern const struct validator validators_logistics[];
extern const struct validator validators_coin[];
