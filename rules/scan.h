/*
 * scan: data and attacks in the values of an exchange: path, query, fields,
 * cookies and bodies of both directions. A hit is mapped to where it stands:
 * JSON pointer, parameter or field name. rules/sieve.h says which patterns could
 * match in a value; the others are not tried.
 *
 * The values that something could match in are laid out one after another in
 * one text, decoded; each is looked at alone.
 *
 * Thread   a pattern_set is frozen and shared; a scanner is one worker's.
 */
#pragma once

#include "parsers/base/sketch.h"
#include "parsers/body.h"
#include "rules/fingerprint.h"
#include "rules/pack.h"
#include "rules/scan_layer.h"
#include "specs/departure.h"

struct pattern_set; /* compiled; hs.h stays inside pattern.c */

/* Each pattern was tried when its pack was loaded; here they are measured. */
MUST_CHECK enum status pattern_set_new(const struct packs *packs, struct problems *problems,
				       struct pattern_set **out_set);
void pattern_set_free(struct pattern_set *set);

struct hit {
	const struct data_class *class;
	enum side side;
	enum part part;
	struct bytes name;    /* parameter, field or cookie name */
	struct bytes pointer; /* RFC 6901, bodies only */
	struct bytes sample;  /* masked */
	char value_hmac[FINGERPRINT_TEXT_LEN + 1];
	size_t offset, len;    /* PART_PATH: inside the path as sent, to mask it there */
			       /* PART_BODY of one scanned as it came: the offset in it, decoded */
	bool is_placed;        /* where it stands is known, although the body was too large to keep */
	enum scan_layer layer; /* where in the value: in it, or inside what it encodes */
	unsigned count;        /* how often this class at this place in this exchange, array indexes folded */
};

struct hits {
	struct hit *list; /* in the exchange's arena; LIMIT_HITS of them */
	size_t count;
	uint64_t left_out;
	struct sketch *given; /* of the sensitive values that the response's body gave; NULL: none */
	bool is_body_cut;     /* likewise of a body that was scanned as it came */
	bool is_cut; /* a ceiling (LIMIT_SCAN_BYTES, LIMIT_SCAN_WORK, values, depth): the rest was not looked
			at */
};

struct scanner;

struct scanner *scanner_new(const struct pattern_set *set,
			    const struct fingerprint_key *key); /* NULL without memory */
void scanner_free(struct scanner *scanner);

/* Every pattern over every value, without the sieve: the reference, with the same hits. */
void scanner_set_plain(struct scanner *scanner, bool is_plain);

void scanner_scan(struct scanner *scanner, struct exchange *exchange, const struct body_reading *request,
		  const struct body_reading *response, struct hits *out_hits);

/* All matches of one class in a text alone, for `pack test`. */
bool scanner_matches(struct scanner *scanner, const struct data_class *class, struct bytes text);
