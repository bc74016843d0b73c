/*
 * pii: sensitive data where the contract does not allow it, or on a way that is
 * not safe for it; secret: credentials of machines in bodies. The scan found
 * them; this decides whether they may stand there.
 */
#pragma once

#include "rules/rule.h"

rule_judge pii_data;     /* pii.response_leak .request_undeclared .in_url .in_header .error_leak .unmasked,
			    secret.leak .request */
rule_judge pii_exposure; /* pii.unauthenticated .cleartext .cacheable .cross_border: once a class, allowed or
			    not */

/* May it stand there, by contract or because it is not sensitive? */
bool pii_is_allowed(const struct evidence *evidence, const struct hit *hit);

/* What would say whether it may stand there was not seen. */
bool pii_is_place_unknown(const struct evidence *evidence, const struct hit *hit);

/* A credential where credentials belong; auth.* judges them there. */
bool pii_is_credential_place(const struct hit *hit);

/* The name of the path parameter that holds the hit; of other places the hit's own. */
struct bytes pii_name(const struct evidence *evidence, const struct hit *hit);

/* A finding about a hit: place, class and masked sample are set. NULL at the ceiling. */
struct finding *pii_tell(const struct evidence *evidence, struct hit *hit, const char *id,
			 struct findings *out);
