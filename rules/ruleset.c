#include "rules/ruleset.h"

#include "rules/attack/attack.h"
#include "rules/auth/auth.h"
#include "rules/conform/conform_rules.h"
#include "rules/pii/pii.h"
#include "rules/resource/resource.h"
#include "rules/severity.h"
#include "rules/shadow/shadow.h"
#include "rules/zombie/zombie.h"

/* In reading order, which is also the order of findings. */
static const struct {
	const char *family;
	rule_judge *judge;
} rules[] = {
	{"shadow", shadow_target},
	{"shadow", shadow_name},
	{"zombie", zombie_deprecated},
	{"conform", conform_departures},
	{"auth", auth_mechanism},
	{"auth", auth_basic_used},
	{"auth", auth_credential_in_url},
	{"auth", auth_cleartext_credential},
	{"auth", auth_jwt_time},
	{"auth", auth_jwt_agreed},
	{"pii", pii_data},
	{"attack", attack_request_smuggling},
	{"attack", attack_h2_abuse},
	{"attack", attack_patterns},
	{"resource", resource_payload},
	{"resource", resource_json},
	{"resource", resource_xml},
	{"resource", resource_page},
};

void ruleset_judge(const struct evidence *evidence, struct findings *out)
{
	/* A browser asks on its own behalf: no contract binds a preflight. */
	if (evidence->match->kind == MATCH_PREFLIGHT)
		return;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		rules[i].judge(evidence, out);
	severity_apply(evidence, out);
	findings_settle(out);
}
