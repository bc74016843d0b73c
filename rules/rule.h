/*
 * rule: looks at the evidence of one exchange and adds findings. A rule needs
 * no past; what has one belongs to the collector.
 */
#pragma once

#include "rules/finding.h"
#include "rules/scan.h"
#include "specs/conform.h"
#include "specs/origin.h"
#include "specs/surroundings.h"

struct token_checker;

/* All that is known about one exchange when rules judge it. */
struct evidence {
	struct exchange *exchange;
	const struct contract *contract;
	uint64_t knowledge; /* the number of that of which it is a part */
	const struct credentials *credentials;
	const struct partner *partner;                          /* NULL: unidentified */
	const struct partner *partner_shown, *partner_of_place; /* whom its credential names; whom path, host
								   or network do. NULL: nobody */
	const struct match *match;
	const struct body_reading *request, *response;
	const struct departures *departures;
	const struct hits *hits;
	unsigned options; /* of enum catalogue_option: the findings that were enabled */
	const struct surroundings *surroundings;            /* NULL: nothing is known of them */
	const struct origin *client_origin, *server_origin; /* NULL: not looked up */
	const struct address
		*client_pseudonym;     /* what is told in place of the client's address; NULL: itself */
	bool hides_users;              /* names of clients and users are told as fingerprints only */
	struct token_checker *tokens;  /* of the worker; NULL: signatures are not checked */
	struct digest_memory *digests; /* of the worker; NULL: none are remembered */
	struct words_memory *words;    /* likewise */
};

typedef void rule_judge(const struct evidence *evidence, struct findings *out);

/* The families, one file a rule: rules/FAMILY/NAME.c. */
