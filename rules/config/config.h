/*
 * config: what the response's head says of how the server is set up.
 */
#pragma once

#include "rules/rule.h"

rule_judge config_cors_wildcard;
rule_judge config_cookie_flags;
rule_judge config_method_trace;
rule_judge config_hsts_missing;
