/*
 * pack: data classes as data: pattern, validator, context words, mask. The
 * built-in packs under rules/packs/ and a user's own have the same powers.
 *
 * Frozen after loading. Built-in packs are compiled into the program as text.
 */
#pragma once

#include "parsers/base/problem.h"
#include "parsers/base/status.h"

/* Where a class is looked for; a bit set. */
enum scan_place {
	SCAN_REQUEST_PATH = 1 << 0,
	SCAN_REQUEST_QUERY = 1 << 1,
	SCAN_REQUEST_HEADER = 1 << 2,
	SCAN_REQUEST_COOKIE = 1 << 3,
	SCAN_REQUEST_BODY = 1 << 4,
	SCAN_RESPONSE_HEADER = 1 << 5,
	SCAN_RESPONSE_COOKIE = 1 << 6, /* Set-Cookie */
	SCAN_RESPONSE_BODY = 1 << 7,
	SCAN_ANYWHERE = (1 << 8) - 1,
	SCAN_REQUEST_AGENT = 1 << 8, /* User-Agent: classes of attacks that look at request headers */
};

struct mask_plan {
	unsigned keep_first, keep_last; /* characters shown in clear */
	bool is_email;                  /* first character and the domain */
};

struct validator; /* validator.h */

struct data_class {
	struct bytes id, title, pack;
	struct bytes pattern;
	struct bytes context_pattern; /* a weaker form that counts only beside a context word; or empty */
	const struct validator *validator; /* NULL: none */
	struct bytes validator_argument;   /* "87654321" of mod11:87654321 */
	const struct bytes *context;       /* lower case, letters and digits alone: "socialsecurity" */
	size_t context_count;
	bool is_context_required;
	const struct bytes *not_beside; /* words beside which digits alone are something else; likewise */
	size_t not_beside_count;
	unsigned places; /* of enum scan_place */
	unsigned severity;
	struct mask_plan mask;
	bool is_sensitive;   /* false: only where it is asked for */
	bool is_builtin;     /* of a pack of our own: not looked for in UUIDs */
	struct bytes attack; /* "sqli": attack.sqli, and no data; "tell-tale": an answer that proves one */
	bool is_secret;      /* a credential of a machine: secret.* instead of pii.* */
	const struct bytes *match, *no_match;
	size_t match_count, no_match_count;
	struct bytes fold; /* version of the pattern: first 8 hex digits of its hash */
};

struct packs {
	struct arena arena;
	struct data_class *classes;
	size_t count;
	bool has_own; /* packs that are not built in */
};

/* All built-in packs; then add the user's. A pack with a problem is refused whole, with the reason. An
 * unchanged copy of a built-in pack is that pack: nothing is added. */
MUST_CHECK enum status packs_init(struct packs *packs, struct problems *problems);
MUST_CHECK enum status packs_add(struct packs *packs, struct bytes text, const char *file,
				 struct problems *problems);
void packs_finish(struct packs *packs);
const struct data_class *packs_class(const struct packs *packs, struct bytes id); /* NULL when unknown */

struct scanner;

/* Runs the match and no_match strings of the classes of `pack` (all packs when empty); each
 * that does not hold is a problem. How many were run. */
size_t pack_test(const struct packs *packs, struct bytes pack, struct scanner *scanner,
		 struct problems *problems);
