/*
 * abuse: misuse that one exchange shows by itself. What needs a past stands in
 * sensor/behaviour.
 */
#pragma once

#include "rules/rule.h"

rule_judge abuse_param_pollution; /* abuse.param_pollution */
