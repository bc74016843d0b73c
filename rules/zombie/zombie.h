/*
 * zombie: what should be gone and is still called.
 */
#pragma once

#include "rules/rule.h"

rule_judge zombie_deprecated;
rule_judge zombie_removed;

/* Then it is no shadow too: one fact, one id. */
bool zombie_is_removed(const struct evidence *evidence);
