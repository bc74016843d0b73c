/*
 * hit: what the data scan found in an exchange (rules/scan.h). Most of it may stand
 * where it stands and is told nobody: what a record would say of it, a masked sample
 * and a fingerprint, is made when it is asked for.
 *
 *	hit_show(hits, &hits->list[i], &exchange->arena);
 *	finding->sample = hits->list[i].sample;
 */
#pragma once

#include "parsers/base/sketch.h"
#include "rules/fingerprint.h"
#include "rules/pack.h"
#include "rules/scan_layer.h"
#include "specs/departure.h"

struct hit {
	const struct data_class *class;
	enum side side;
	enum part part;
	struct bytes name;    /* parameter, field or cookie name */
	struct bytes pointer; /* RFC 6901, bodies only */
	struct bytes value;   /* as found, lent by the scanner; empty once it was shown */
	struct bytes sample;  /* masked, */
	char value_hmac[FINGERPRINT_TEXT_LEN + 1]; /* and the fingerprint: once it was shown */
	size_t offset, len;                        /* PART_PATH: inside the path as sent, to mask it there */
	/* PART_BODY of one scanned as it came: the offset in it, decoded */
	bool is_placed;        /* where it stands is known, although the body was too large to keep */
	enum scan_layer layer; /* where in the value: in it, or inside what it encodes */
	unsigned count;        /* how often this class at this place in this exchange, array indexes folded */
};

struct hits {
	struct hit *list; /* in the exchange's arena; LIMIT_HITS of them */
	size_t count;
	uint64_t left_out;
	const struct fingerprint_key *key;
	struct sketch *given; /* of the sensitive values that the response's body gave; NULL: none */
	bool is_body_cut;     /* likewise of a body that was scanned as it came */
	bool is_cut; /* a ceiling (LIMIT_SCAN_BYTES, LIMIT_SCAN_WORK, values, depth): the rest was not looked
			at */
};

/* Sample and fingerprint. Again: nothing. */
void hit_show(const struct hits *hits, struct hit *hit, struct arena *arena);

/* One value written in several ways is one value: numbers without their separators, letters in lower case.
 * What does not fit into the text stays as it is. */
struct bytes hit_normal(struct bytes match, const struct data_class *class, char *text, size_t size);
