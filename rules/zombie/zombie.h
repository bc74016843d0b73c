/*
 * zombie: what should be gone and is still called.
 */
#pragma once

#include "rules/rule.h"

rule_judge zombie_deprecated;
rule_judge zombie_removed;
rule_judge zombie_sunset_passed;

/* Then zombie.deprecated says no more. */
bool zombie_is_past_sunset(const struct evidence *evidence);

/* Then it is no shadow too: one fact, one id. */
bool zombie_is_removed(const struct evidence *evidence);
