/*
 * access: does the caller come from where, when and for what the contract says?
 */
#pragma once

#include "rules/rule.h"

rule_judge access_source;         /* access.ip_not_allowed .geo_not_allowed .anonymizer */
rule_judge access_gateway_bypass; /* access.gateway_bypass */
rule_judge access_tier;           /* access.tier_violation */
