/*
 * judged_make: from evidence and findings to the compact, masked record that
 * leaves the worker. After this nothing raw is left but the exchange, which is
 * wiped.
 */
#pragma once

#include "rules/rule.h"
#include "sensor/judged.h"

/* Adds a finding that only the past could show; its texts are copied. False at a ceiling or without memory,
 * counted in findings_left_out. */
bool judged_raise(struct judged *judged, const struct finding *finding);

/* One reference, the caller's; NULL without memory. */
struct judged *judged_make(const struct evidence *seen, const struct findings *findings,
			   const struct fingerprint_key *key, struct stock *stock);
