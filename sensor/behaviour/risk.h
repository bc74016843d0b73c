/*
 * risk: why an endpoint deserves attention, in named parts that add up: how bad and
 * how many its findings were in each category, and who can reach what it carries.
 *
 *	risk_take(&risk, judged);			its findings
 *	count = risk_explain(&risk, is_external, has_data, is_open, parts, &score);
 *
 * Each part is 0 to 20, the score their sum, at most 100.
 */
#pragma once

#include "sensor/publish/event.h"

enum risk_category {
	RISK_AUTHENTICATION,
	RISK_CONFORMANCE,
	RISK_DATA,
	RISK_EXPOSURE,
	RISK_INVENTORY,
	RISK_MISUSE,
	RISK_CATEGORY_COUNT
};

struct risk {
	uint64_t counts[RISK_CATEGORY_COUNT];
	unsigned worst[RISK_CATEGORY_COUNT]; /* severity */
};

void risk_take(struct risk *risk, const struct judged *judged); /* suppressed findings do not count */
void risk_add(struct risk *risk, const struct risk *more);

/* is_external: called from outside; has_data: carries sensitive classes; is_open: called without a
 * credential. The names are static. How many parts are above 0. */
size_t risk_explain(const struct risk *risk, bool is_external, bool has_data, bool is_open,
		    struct contribution out_parts[RISK_CATEGORY_COUNT], double *out_score);
