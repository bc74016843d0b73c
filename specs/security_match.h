/*
 * security_match: does the request show what the operation's `security` asks
 * for? One outcome, with the words that a finding needs.
 *
 *	security_match(match->operation, exchange, &credentials, &verdict);
 *	if (verdict.outcome == SECURITY_MISSING) ...
 *
 * It looks at what is shown, never at whether it is valid. mutualTLS and schemes
 * that the spec does not define cannot be seen from here and count as satisfied.
 *
 * Lends    its texts: static, of the frozen contract, or in the exchange's arena.
 */
#pragma once

#include "parsers/credential.h"
#include "specs/operation.h"

enum security_outcome {
	SECURITY_SATISFIED,    /* one alternative is shown in full */
	SECURITY_NOT_DECLARED, /* the spec says nothing about security */
	SECURITY_PUBLIC,       /* it says that no credential is needed */
	SECURITY_MISSING,      /* no credential, an empty one, or only a part of those needed together */
	SECURITY_OTHER_SCHEME, /* credentials, but none that any alternative asks for */
	SECURITY_WRONG_PLACE,  /* the right API key, but elsewhere: in the query, not in a header */
};

struct security_verdict {
	enum security_outcome outcome;
	struct bytes expected; /* "oauth2", "apiKey in header x-key or basic" */
	struct bytes used;     /* "basic", "bearer", "apiKey in query key"; empty when there is none */
	struct bytes name;     /* WRONG_PLACE: of the parameter or field where the key was seen */
};

/* One alternative is shown in full, as far as that can be seen. */
bool security_is_shown(const struct security_requirement *requirement, struct exchange *exchange,
		       const struct credentials *credentials);

void security_match(const struct operation *operation, struct exchange *exchange,
		    const struct credentials *credentials, struct security_verdict *out_verdict);
