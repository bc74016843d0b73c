#include "sensor/profile.h"

#include "sensor/log.h"

static const char *const names[STAGE_COUNT] = {
	[STAGE_READ] = "read",     [STAGE_LAYERS] = "layers",
	[STAGE_RING] = "ring",     [STAGE_REASSEMBLY] = "reassembly",
	[STAGE_PARSE] = "parse",   [STAGE_IDENTIFY] = "identify",
	[STAGE_BODY] = "body",     [STAGE_CONFORM] = "conform",
	[STAGE_SCAN] = "scan",     [STAGE_RULES] = "rules",
	[STAGE_RECORD] = "record", [STAGE_COLLECT] = "collect",
	[STAGE_TELL] = "tell",
};

void profile_add(struct profile *sum, const struct profile *part)
{
	for (size_t i = 0; i < STAGE_COUNT; i++)
		sum->ticks[i] += part->ticks[i];
}

void profile_print(const struct profile *sum, uint64_t exchanges)
{
	uint64_t all = 0;

	for (size_t i = 0; i < STAGE_COUNT; i++)
		all += sum->ticks[i];
	if (exchanges == 0 || all == 0)
		return;
	log_line("%-12s %16s %7s", "stage", "ticks/exchange", "share");
	for (size_t i = 0; i < STAGE_COUNT; i++)
		log_line("%-12s %16llu %5.1f %%", names[i], (unsigned long long)(sum->ticks[i] / exchanges),
			 100.0 * (double)sum->ticks[i] / (double)all);
	log_line("%-12s %16llu", "all", (unsigned long long)(all / exchanges));
}
