/*
 * judged_past: fills what the collector compares with earlier traffic: what the
 * caller agreed to, who it is, which objects it named and was given.
 */
#pragma once

#include "rules/rule.h"
#include "sensor/judged.h"

void judged_actor_make(struct judged *judged, const struct evidence *seen, const struct fingerprint_key *key);
void judged_past_make(struct judged *judged, const struct evidence *seen, const struct fingerprint_key *key);
