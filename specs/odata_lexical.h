/*
 * odata_lexical: how values of the primitive types are written: in URLs (OData 2.0 "Primitive Types",
 * OData 4.01 ABNF "Literal Data Values") and as plain text in payloads.
 */
#pragma once

#include "specs/csdl.h"

/* The text as it stands in a payload's string or a $value: "2024-01-01", "12.50". */
bool lexical_fits(enum edm edm, unsigned version, struct bytes text);

/* A literal of a URL, percent-decoded: "'ABC'", "guid'...'", "12L". */
bool literal_fits(const struct csdl_value *value, unsigned version, struct bytes literal);

/* The text between quotes, doubled quotes as one character; false when it is no string literal. */
bool literal_text_len(struct bytes literal, size_t *out_len);

/* Digits before and after the point fit precision and scale. */
bool decimal_fits(const struct csdl_value *value, struct bytes text);
size_t utf8_count(struct bytes text); /* characters */
