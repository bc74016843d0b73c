/*
 * risk_policy: what risk.yaml says: categories of one's own beside the built-in
 * ones, and the scores at which risk.threshold_crossed is told.
 *
 *	categories:
 *	  partner_breach: {weight: 3, when: "count(auth.*, severity >= 4) > 0 and exposure == external"}
 *	thresholds: [50, 75]
 *
 *	risk_policy_read(text, "risk.yaml", &problems, &policy);
 *	risk_policy_count(policy, kind, severity, counts);		a finding
 *	risk_evaluate(&policy->categories[i].when, &subject);
 *
 * Owns     its texts. Thread: frozen once read.
 */
#pragma once

#include "rules/catalogue.h"
#include "rules/risk_expression.h"

#define RISK_THRESHOLDS_MAX 4
#define RISK_WEIGHT_MAX     20.0 /* what one category may add to a score */

struct risk_rule {
	struct bytes name;
	double weight;     /* what it adds when it holds; of a number: for each 1 */
	struct bytes text; /* of the expression, as written */
	struct risk_expression when;
};

struct risk_policy {
	struct arena arena;
	struct risk_rule categories[LIMIT_RISK_CATEGORIES];
	size_t category_count;
	double thresholds[RISK_THRESHOLDS_MAX]; /* rising */
	size_t threshold_count;
	struct risk_counts counts;
	uint64_t *kinds; /* one an entry of the catalogue: a bit a count that its findings may belong to */
};

/* Without a risk.yaml: no category, 50 and 75. */
MUST_CHECK enum status risk_policy_default(struct risk_policy **out_policy);
MUST_CHECK enum status risk_policy_read(struct bytes text, const char *file, struct problems *problems,
					struct risk_policy **out_policy);
void risk_policy_free(struct risk_policy *policy); /* accepts NULL */

/* Adds a finding to the counts, counts.count of them. */
void risk_policy_count(const struct risk_policy *policy, const struct catalogue_entry *kind,
		       unsigned severity, uint32_t *counts);

/* Is a file of this name a risk.yaml? */
bool risk_policy_is(const char *file);
