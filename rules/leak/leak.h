/*
 * leak: what an answer tells about the inside of a provider. The texts are
 * classes of the pack "leak", found by the same scan as data.
 */
#pragma once

#include "rules/rule.h"

rule_judge leak_text;   /* leak.stack_trace .debug .internal_address */
rule_judge leak_banner; /* leak.server_banner: a field that tells software and its version; leak.debug: a
			   field that only a debugger sends */
