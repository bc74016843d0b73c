/*
 * attack: requests that are made to be misread.
 */
#pragma once

#include "rules/rule.h"

rule_judge attack_request_smuggling;
