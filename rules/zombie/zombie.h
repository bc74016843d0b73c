/*
 * zombie: what should be gone and is still called.
 */
#pragma once

#include "rules/rule.h"

rule_judge zombie_deprecated;
