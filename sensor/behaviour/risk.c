#include "sensor/behaviour/risk.h"

#include <math.h>

#define PART_MAX  20.0
#define SCORE_MAX 100.0

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

void risk_take(struct risk *risk, const struct judged *judged)
{
	for (size_t i = 0; i < judged->finding_count; i++) {
		const struct finding *finding = &judged->findings[i].finding;
		size_t at = 0;

		while (at < sizeof(families) / sizeof(families[0]) &&
		       !bytes_starts(bytes_of(finding->kind->id), families[at].prefix))
			at++;
		if (at == sizeof(families) / sizeof(families[0]) || judged->findings[i].is_suppressed)
			continue;
		risk->counts[families[at].category]++;
		if (finding->severity > risk->worst[families[at].category])
			risk->worst[families[at].category] = finding->severity;
	}
}

void risk_add(struct risk *risk, const struct risk *more)
{
	for (int category = 0; category < RISK_CATEGORY_COUNT; category++) {
		risk->counts[category] += more->counts[category];
		if (more->worst[category] > risk->worst[category])
			risk->worst[category] = more->worst[category];
	}
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

size_t risk_explain(const struct risk *risk, bool is_external, bool has_data, bool is_open,
		    struct contribution out_parts[RISK_CATEGORY_COUNT], double *out_score)
{
	size_t count = 0;
	double sum = 0;

	for (int category = 0; category < RISK_CATEGORY_COUNT; category++) {
		double part = part_of(risk, (enum risk_category)category);

		if (category == RISK_EXPOSURE && is_external)
			part += has_data ? is_open ? PART_MAX : PART_MAX / 2 : PART_MAX / 10;
		if (part <= 0)
			continue;
		part = round(10 * (part > PART_MAX ? PART_MAX : part)) / 10;
		out_parts[count++] = (struct contribution){.name = names[category], .score = part};
		sum += part;
	}
	*out_score = sum > SCORE_MAX ? SCORE_MAX : sum;
	return count;
}
