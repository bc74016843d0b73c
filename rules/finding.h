/*
 * finding: one departure worth telling, masked already. Rules make them, the
 * collector counts them, the publisher writes them.
 *
 * Lends    its texts, in the exchange's arena or in frozen knowledge.
 */
#pragma once

#include "parsers/base/arena.h"
#include "rules/catalogue.h"
#include "rules/fingerprint.h"
#include "specs/departure.h"

/* Why the severity differs from the catalogue's; a bit set. */
enum severity_modifier {
	SEVERITY_ACCEPTED = 1 << 0,  /* +1: the server answered 2xx */
	SEVERITY_REFUSED = 1 << 1,   /* -1: 401, 403, 404, 405, 429 */
	SEVERITY_SENSITIVE = 1 << 2, /* +1: the operation carries a sensitive class */
	SEVERITY_CAPTURE = 1 << 3,   /* -1: the capture is not complete */
	SEVERITY_CLASS = 1 << 4,     /* the data class's own severity */
	SEVERITY_OBSERVED = 1 << 5,  /* 1: the partner is only observed */
};

struct finding {
	const struct catalogue_entry *kind;
	unsigned severity;    /* 1..5, after modifiers */
	unsigned modifiers;   /* of enum severity_modifier */
	bool is_doubtful;     /* the answer speaks against it: less sure */
	bool is_partner_wide; /* about the caller, not about one operation */
	struct bytes subject; /* what tells two findings of one caller apart: a limit, a client */
	bool has_location;
	enum side side;
	enum part part;
	struct bytes name, pointer, schema_pointer;
	struct bytes expected, observed; /* masked */
	struct bytes class_id, sample;   /* sensitive data; sample masked */
	char value_hmac[FINGERPRINT_TEXT_LEN + 1];
	unsigned match_count; /* in this exchange, at this location */
	struct bytes message; /* one sentence; the catalogue's title when empty */
};

struct findings {
	struct arena *arena;  /* the exchange's */
	struct finding *list; /* LIMIT_FINDINGS of them */
	size_t count;
	uint64_t left_out;
};

bool findings_init(struct findings *findings, struct arena *arena); /* false without memory */

/* A zeroed finding of that id to fill in, or NULL at the ceiling (counted). The
 * same (id, location with array indexes folded, class) once an exchange: a
 * repeat is merged by findings_settle. */
struct finding *findings_add(struct findings *findings, const char *id);
void findings_settle(struct findings *findings);

/* Array indexes of a pointer folded: "/items/12/sku" -> "/items/-/sku". */
struct bytes pointer_fold(struct bytes pointer, struct arena *arena);
