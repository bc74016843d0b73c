/*
 * attack: requests that are made to be misread, or to wear a server out.
 */
#pragma once

#include "rules/rule.h"

rule_judge attack_h2_abuse;
rule_judge attack_patterns; /* of the packs, and what stands in names and paths */
rule_judge attack_request_smuggling;
