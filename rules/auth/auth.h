/*
 * auth: does the caller identify itself as agreed, and does the server insist?
 * Tokens are judged by what they claim, and by the keys that the contract names.
 */
#pragma once

#include "rules/rule.h"

rule_judge auth_mechanism;            /* auth.missing .missing_rejected .scheme_mismatch .location_mismatch */
rule_judge auth_basic_used;           /* auth.basic_used */
rule_judge auth_undeclared;           /* auth.undeclared */
rule_judge auth_credential_in_url;    /* auth.credential_in_url */
rule_judge auth_cleartext_credential; /* auth.cleartext_credential */
rule_judge auth_jwt_time;             /* auth.jwt_expired_accepted .jwt_not_yet_valid_accepted .jwt_no_exp
					 .jwt_lifetime_excessive */
rule_judge auth_jwt_agreed;           /* auth.jwt_alg_none .jwt_alg_disallowed .jwt_issuer_mismatch
					 .jwt_audience_mismatch */
rule_judge auth_jwt_header;           /* auth.jwt_header_injection */
rule_judge auth_jwt_signature; /* auth.jwt_alg_confusion .jwt_signature_invalid_accepted .jwt_weak_secret */
rule_judge auth_partner_state; /* auth.revoked_partner_active */
rule_judge auth_jwt_claims;    /* auth.jwt_sensitive_claims */
rule_judge auth_mtls;          /* auth.mtls_missing */
rule_judge auth_partner_mismatch; /* auth.partner_mismatch */
rule_judge auth_token_request;    /* auth.flow_mismatch .client_secret_exposed */
rule_judge auth_weak_credential;  /* auth.weak_credential */
rule_judge auth_scope;            /* auth.scope_insufficient */
