#include "rules/ruleset.h"

#include "rules/abuse/abuse.h"
#include "rules/access/access.h"
#include "rules/attack/attack.h"
#include "rules/auth/auth.h"
#include "rules/config/config.h"
#include "rules/conform/conform_rules.h"
#include "rules/leak/leak.h"
#include "rules/pii/pii.h"
#include "rules/resource/resource.h"
#include "rules/severity.h"
#include "rules/shadow/shadow.h"
#include "rules/zombie/zombie.h"

/* In reading order, which is also the order of findings. */
static const struct {
	const char *family;
	rule_judge *judge;
	unsigned option; /* 0: always on */
} rules[] = {
	{"shadow", shadow_target, 0},
	{"shadow", shadow_name, 0},
	{"shadow", shadow_header, OPTION_HEADER},
	{"shadow", shadow_cookie, OPTION_COOKIE},
	{"shadow", shadow_response_header, OPTION_RESPONSE_HEADER},
	{"zombie", zombie_deprecated, 0},
	{"zombie", zombie_removed, 0},
	{"zombie", zombie_sunset_passed, 0},
	{"conform", conform_departures, 0},
	{"conform", conform_grpc, 0},
	{"auth", auth_mechanism, 0},
	{"auth", auth_basic_used, 0},
	{"auth", auth_undeclared, OPTION_UNDECLARED_CREDENTIAL},
	{"auth", auth_credential_in_url, 0},
	{"auth", auth_cleartext_credential, 0},
	{"auth", auth_jwt_time, 0},
	{"auth", auth_jwt_agreed, 0},
	{"auth", auth_jwt_header, 0},
	{"auth", auth_jwt_signature, 0},
	{"auth", auth_scope, 0},
	{"auth", auth_partner_state, 0},
	{"auth", auth_partner_mismatch, 0},
	{"auth", auth_jwt_claims, 0},
	{"auth", auth_mtls, 0},
	{"auth", auth_token_request, 0},
	{"auth", auth_weak_credential, 0},
	{"access", access_source, 0},
	{"access", access_gateway_bypass, 0},
	{"access", access_tier, 0},
	{"pii", pii_data, 0},
	{"pii", pii_exposure, 0},
	{"config", config_cors_wildcard, 0},
	{"config", config_cookie_flags, 0},
	{"config", config_method_trace, 0},
	{"config", config_hsts_missing, OPTION_HSTS},
	{"leak", leak_text, 0},
	{"leak", leak_banner, 0},
	{"abuse", abuse_param_pollution, 0},
	{"attack", attack_request_smuggling, 0},
	{"attack", attack_h2_abuse, 0},
	{"attack", attack_patterns, 0},
	{"resource", resource_payload, 0},
	{"resource", resource_json, 0},
	{"resource", resource_xml, 0},
	{"resource", resource_page, 0},
};

void ruleset_judge(const struct evidence *evidence, struct findings *out)
{
	/* A browser asks on its own behalf: no contract binds a preflight. */
	if (evidence->match->kind == MATCH_PREFLIGHT)
		return;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].option == 0 || (rules[i].option & evidence->options) != 0)
			rules[i].judge(evidence, out);
	severity_apply(evidence, out);
	findings_settle(out);
}
