/*
 * credential_names: by which names APIs usually carry keys, tokens and sessions.
 * Data, kept apart from the code that uses it.
 */
#pragma once

#include "parsers/base/bytes.h"

/* Field lines, in lower case. */
bool name_is_key_header(struct bytes name);         /* x-api-key, ocp-apim-subscription-key ... */
bool name_is_certificate_header(struct bytes name); /* x-forwarded-client-cert ... */

/* Query parameters, in any case. */
bool name_is_token_parameter(struct bytes name);                   /* access_token: RFC 6750 section 2.3 */
bool name_is_key_parameter(struct bytes name, struct bytes value); /* api_key, token ...; "key" when long */
bool name_is_password_parameter(struct bytes name);                /* password, pwd ... */

/* Session cookies, in any case, with or without __Host- and __Secure-. */
bool name_is_session_cookie(struct bytes name);
