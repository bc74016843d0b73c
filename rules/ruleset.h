/*
 * ruleset: the one table of rules, and what turns evidence into findings.
 * Severity modifiers are applied here, in one place.
 */
#pragma once

#include "rules/rule.h"

void ruleset_judge(const struct evidence *evidence, struct findings *out);
