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

#include "parsers/body.h"
#include "rules/hit.h"

struct pattern_set; /* compiled; hs.h stays inside pattern.c */

/* Each pattern was tried when its pack was loaded; here they are measured. */
MUST_CHECK enum status pattern_set_new(const struct packs *packs, struct problems *problems,
				       struct pattern_set **out_set);
void pattern_set_free(struct pattern_set *set);

struct scanner;

struct scanner *scanner_new(const struct pattern_set *set,
			    const struct fingerprint_key *key); /* NULL without memory */
void scanner_free(struct scanner *scanner);

/* Every pattern over every value, without the sieve: the reference, with the same hits. */
void scanner_set_plain(struct scanner *scanner, bool is_plain);

/* What was found is lent to the hits, until scanner_forget or the next scan. */
void scanner_scan(struct scanner *scanner, struct exchange *exchange, const struct body_reading *request,
		  const struct body_reading *response, struct hits *out_hits);
void scanner_forget(struct scanner *scanner);

/* All matches of one class in a text alone, for `pack test`. */
bool scanner_matches(struct scanner *scanner, const struct data_class *class, struct bytes text);
