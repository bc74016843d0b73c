/*
 * risk: why an endpoint or a partner deserves attention, in named parts that add
 * up: how bad and how many its findings were in each category, who can reach what
 * it carries, and the categories of risk.yaml that hold.
 *
 *	risk_take(&risk, policy, judged);		its findings
 *	risk_explain(&risk, policy, &subject, &story);
 *
 * Each part is 0 to 20, the score their sum, at most 100.
 *
 * Owns     what the policy counts, until risk_finish. Thread: the collector's.
 */
#pragma once

#include "rules/risk_policy.h"
#include "sensor/pack.h"
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

#define RISK_PARTS_MAX (RISK_CATEGORY_COUNT + LIMIT_RISK_CATEGORIES)
#define RISK_WORDS_LEN 96

struct risk {
	uint64_t counts[RISK_CATEGORY_COUNT];
	unsigned worst[RISK_CATEGORY_COUNT]; /* severity */
	uint32_t *counted;                   /* policy->counts.count of them; NULL: nothing yet */
};

/* The parts that are above 0, and why. Lends itself: it must not move. */
struct risk_story {
	struct contribution parts[RISK_PARTS_MAX];
	size_t count;
	double score;
	unsigned severity; /* the worst; a category of risk.yaml that holds is one of 3, or 4 from weight 10
			      on */
	struct bytes worst[RISK_PARTS_MAX]; /* names of the parts that are so bad */
	size_t worst_count;
	char words[RISK_CATEGORY_COUNT][RISK_WORDS_LEN];
};

/* `policy` may be NULL everywhere: the built-in categories alone. Suppressed findings do not count. */
void risk_take(struct risk *risk, const struct risk_policy *policy, const struct judged *judged);
void risk_add(struct risk *risk, const struct risk_policy *policy, const struct risk *more);
void risk_finish(struct risk *risk);

/* For the state that outlives the process: the categories, and what the policy counts, each under a name that
 * is the same in every run: risk.yaml may be another after the restart. Of what is not there nothing is
 * known. */
void risk_pack(const struct risk *risk, struct pack *pack);
void risk_unpack(struct risk *risk, struct cursor *cursor);
void risk_pack_counts(const struct risk *risk, const struct risk_policy *policy, struct pack *pack);
void risk_unpack_counts(struct risk *risk, const struct risk_policy *policy, struct cursor *cursor);

/* What the subject lacks of counts and severity is filled in from `risk`. */
void risk_explain(const struct risk *risk, const struct risk_policy *policy,
		  const struct risk_subject *subject, struct risk_story *out_story);
/* How many thresholds of the policy the score has reached. */
size_t risk_band(const struct risk_policy *policy, double score);
