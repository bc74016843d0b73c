/*
 * severity: the modifiers of the catalogue's rule, in one place: what the server
 * did with the request, what the operation carries, how much was seen.
 */
#pragma once

#include "rules/rule.h"

/* Sets severity and modifiers of every finding; call once, before findings_settle. */
void severity_apply(const struct evidence *evidence, struct findings *findings);
