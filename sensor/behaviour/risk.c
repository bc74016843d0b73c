#include "sensor/behaviour/risk.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

#define PART_MAX     20.0
#define SCORE_MAX    100.0
#define WEIGHT_HEAVY 10.0 /* from here on a category of risk.yaml is as bad as a finding of severity 4 */

/* By the beginning of a finding's id; the first that fits. */
static const struct {
	struct bytes prefix;
	enum risk_category category;
} families[] = {
	{BYTES_INIT("auth."), RISK_AUTHENTICATION},
	{BYTES_INIT("access."), RISK_AUTHENTICATION},
	{BYTES_INIT("conform."), RISK_CONFORMANCE},
	{BYTES_INIT("sla."), RISK_CONFORMANCE},
	{BYTES_INIT("pii."), RISK_DATA},
	{BYTES_INIT("secret."), RISK_DATA},
	{BYTES_INIT("leak."), RISK_DATA},
	{BYTES_INIT("transport."), RISK_EXPOSURE},
	{BYTES_INIT("config."), RISK_EXPOSURE},
	{BYTES_INIT("shadow.host"), RISK_INVENTORY},
	{BYTES_INIT("shadow.path"), RISK_INVENTORY},
	{BYTES_INIT("shadow.method"), RISK_INVENTORY},
	{BYTES_INIT("shadow.base"), RISK_INVENTORY},
	{BYTES_INIT("shadow.version"), RISK_INVENTORY},
	{BYTES_INIT("shadow.api"), RISK_INVENTORY},
	{BYTES_INIT("shadow."), RISK_CONFORMANCE},
	{BYTES_INIT("zombie."), RISK_INVENTORY},
	{BYTES_INIT("inventory."), RISK_INVENTORY},
	{BYTES_INIT("abuse."), RISK_MISUSE},
	{BYTES_INIT("attack."), RISK_MISUSE},
	{BYTES_INIT("rate."), RISK_MISUSE},
	{BYTES_INIT("quota."), RISK_MISUSE},
	{BYTES_INIT("resource."), RISK_MISUSE},
};

static const struct bytes names[RISK_CATEGORY_COUNT] = {
	[RISK_AUTHENTICATION] = BYTES_INIT("authentication"),
	[RISK_CONFORMANCE] = BYTES_INIT("conformance"),
	[RISK_DATA] = BYTES_INIT("data_exposure"),
	[RISK_EXPOSURE] = BYTES_INIT("exposure"),
	[RISK_INVENTORY] = BYTES_INIT("inventory"),
	[RISK_MISUSE] = BYTES_INIT("misuse"),
};

static bool has_counts(struct risk *risk, const struct risk_policy *policy)
{
	if (policy == NULL || policy->counts.count == 0)
		return false;
	if (risk->counted == NULL)
		risk->counted = calloc(policy->counts.count, sizeof(*risk->counted));
	return risk->counted != NULL;
}

void risk_take(struct risk *risk, const struct risk_policy *policy, const struct judged *judged)
{
	for (size_t i = 0; i < judged->finding_count; i++) {
		const struct finding *finding = &judged->findings[i].finding;
		size_t at = 0;

		if (judged->findings[i].is_suppressed)
			continue;
		if (has_counts(risk, policy))
			risk_policy_count(policy, finding->kind, finding->severity, risk->counted);
		while (at < sizeof(families) / sizeof(families[0]) &&
		       !bytes_starts(bytes_of(finding->kind->id), families[at].prefix))
			at++;
		if (at == sizeof(families) / sizeof(families[0]))
			continue;
		risk->counts[families[at].category]++;
		if (finding->severity > risk->worst[families[at].category])
			risk->worst[families[at].category] = finding->severity;
	}
}

void risk_add(struct risk *risk, const struct risk_policy *policy, const struct risk *more)
{
	for (int category = 0; category < RISK_CATEGORY_COUNT; category++) {
		risk->counts[category] += more->counts[category];
		if (more->worst[category] > risk->worst[category])
			risk->worst[category] = more->worst[category];
	}
	if (more->counted == NULL || !has_counts(risk, policy))
		return;
	for (size_t i = 0; i < policy->counts.count; i++)
		risk->counted[i] = more->counted[i] > UINT32_MAX - risk->counted[i]
					   ? UINT32_MAX
					   : risk->counted[i] + more->counted[i];
}

void risk_finish(struct risk *risk)
{
	free(risk->counted);
	risk->counted = NULL;
}

/* -- across restarts ------------------------------------------------------------------ */

#define SEVERITY_MAX 5

static uint64_t name_of(const struct risk_policy *policy, size_t index)
{
	const struct risk_count *count = &policy->counts.list[index];

	return XXH3_64bits_withSeed(count->glob.data, count->glob.len,
				    8 * (uint64_t)count->severity_min + count->severity_max);
}

static void restore(struct risk *risk, const struct risk_policy *policy, uint64_t name, uint64_t count)
{
	if (!has_counts(risk, policy))
		return;
	for (size_t i = 0; i < policy->counts.count; i++)
		if (name_of(policy, i) == name)
			risk->counted[i] = count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

void risk_pack(const struct risk *risk, struct pack *pack)
{
	for (int category = 0; category < RISK_CATEGORY_COUNT; category++)
		pack_numbers(pack, (const uint64_t[]){risk->counts[category], risk->worst[category]}, 2);
}

void risk_unpack(struct risk *risk, struct cursor *cursor)
{
	for (int category = 0; category < RISK_CATEGORY_COUNT && cursor->left > 0; category++) {
		uint64_t numbers[2];

		unpack_numbers(cursor, numbers, 2);
		if (cursor->ran_out)
			return;
		risk->counts[category] = numbers[0];
		risk->worst[category] = numbers[1] > SEVERITY_MAX ? SEVERITY_MAX : (unsigned)numbers[1];
	}
}

void risk_pack_counts(const struct risk *risk, const struct risk_policy *policy, struct pack *pack)
{
	size_t count = policy == NULL || risk->counted == NULL ? 0 : policy->counts.count;

	pack_number(pack, count);
	for (size_t i = 0; i < count; i++)
		pack_numbers(pack, (const uint64_t[]){name_of(policy, i), risk->counted[i]}, 2);
}

void risk_unpack_counts(struct risk *risk, const struct risk_policy *policy, struct cursor *cursor)
{
	uint64_t left = cursor->left > 0 ? cursor_u64(cursor) : 0;

	for (; left > 0 && !cursor->ran_out; left--) {
		uint64_t numbers[2];

		unpack_numbers(cursor, numbers, 2);
		if (!cursor->ran_out)
			restore(risk, policy, numbers[0], numbers[1]);
	}
}

/* -- why -------------------------------------------------------------------------- */

static void add_part(struct risk_story *story, struct bytes name, double score, unsigned severity,
		     struct bytes because)
{
	if (score <= 0)
		return;
	score = round(10 * (score > PART_MAX ? PART_MAX : score)) / 10;
	story->parts[story->count++] =
		(struct contribution){.name = name, .score = score, .because = because};
	story->score += score;
	if (severity > story->severity) {
		story->severity = severity;
		story->worst_count = 0;
	}
	if (severity == story->severity)
		story->worst[story->worst_count++] = name;
}

/* Three for each step of severity, and up to five for how often. */
static double part_of(const struct risk *risk, enum risk_category category)
{
	double often;

	if (risk->counts[category] == 0)
		return 0;
	often = 2 * log10((double)risk->counts[category]);
	return 3.0 * risk->worst[category] + (often > 5 ? 5 : often);
}

static bool is_open(const struct risk_subject *subject)
{
	for (size_t i = 0; i < subject->auth_count; i++)
		if (bytes_equal(subject->auth[i], BYTES("none")))
			return true;
	return false;
}

/* Who can reach what it carries. */
static double reach_of(const struct risk_subject *subject)
{
	if (!bytes_equal(subject->exposure, BYTES("external")))
		return 0;
	if (subject->class_count == 0)
		return PART_MAX / 10;
	return is_open(subject) ? PART_MAX : PART_MAX / 2;
}

static struct bytes words_of(const struct risk *risk, const struct risk_subject *subject,
			     enum risk_category category, char words[RISK_WORDS_LEN])
{
	bool is_reached = category == RISK_EXPOSURE && reach_of(subject) > 0;
	int len = 0;

	if (risk->counts[category] > 0)
		len = snprintf(words, RISK_WORDS_LEN, "%llu findings, worst severity %u%s",
			       (unsigned long long)risk->counts[category], risk->worst[category],
			       is_reached ? "; " : "");
	if (is_reached)
		len += snprintf(words + len, RISK_WORDS_LEN - (size_t)len, "called from outside%s%s",
				subject->class_count > 0 ? ", sensitive data" : "",
				is_open(subject) ? ", without a credential" : "");
	return (struct bytes){.data = words, .len = (size_t)len};
}

static void explain_own(const struct risk_policy *policy, const struct risk_subject *subject,
			struct risk_story *story)
{
	for (size_t i = 0; policy != NULL && i < policy->category_count; i++) {
		const struct risk_rule *rule = &policy->categories[i];

		add_part(story, rule->name, rule->weight * risk_evaluate(&rule->when, subject),
			 rule->weight >= WEIGHT_HEAVY ? 4 : 3, rule->text);
	}
}

void risk_explain(const struct risk *risk, const struct risk_policy *policy, const struct risk_subject *given,
		  struct risk_story *out_story)
{
	struct risk_subject subject = *given;

	*out_story = (struct risk_story){.count = 0};
	subject.counts = risk->counted;
	for (int category = 0; category < RISK_CATEGORY_COUNT; category++) {
		double part = part_of(risk, (enum risk_category)category);

		if (risk->worst[category] > subject.severity)
			subject.severity = risk->worst[category];
		if (category == RISK_EXPOSURE)
			part += reach_of(&subject);
		add_part(out_story, names[category], part, risk->worst[category],
			 words_of(risk, &subject, (enum risk_category)category, out_story->words[category]));
	}
	explain_own(policy, &subject, out_story);
	if (out_story->score > SCORE_MAX)
		out_story->score = SCORE_MAX;
}

size_t risk_band(const struct risk_policy *policy, double score)
{
	size_t band = 0;

	while (policy != NULL && band < policy->threshold_count && score >= policy->thresholds[band])
		band++;
	return band;
}
