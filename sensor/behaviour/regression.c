#include "sensor/behaviour/regression.h"

#include "sensor/behaviour/raise.h"

#define LEARN_SHARE 0.1f /* of each new window in what is usual */

static bool is_broken(const struct judged *judged)
{
	for (size_t i = 0; i < judged->finding_count; i++)
		if (bytes_starts(bytes_of(judged->findings[i].finding.kind->id), BYTES("conform.")))
			return true;
	return false;
}

static void tell(const struct regression *regression, float share, struct judged *judged)
{
	struct finding finding = raise_of("conform.regression");
	struct arena *arena = &judged->arena;

	finding.is_partner_wide = false;
	finding.expected = arena_printf(arena, "%.1f %% of calls keep the contract, as usual",
					100.0 * (1 - (double)regression->usual));
	finding.observed =
		arena_printf(arena, "%.1f %% of %u calls", 100.0 * (1 - (double)share), regression->calls);
	finding.message =
		arena_printf(arena, "%s: " BYTES_FORMAT, finding.kind->title, BYTES_PRINT(finding.observed));
	judged_raise(judged, &finding);
}

/* What is odd teaches as well: a new version that stays is what is usual from then on. */
static void window_ends(struct regression *regression, struct judged *judged)
{
	float share;

	if (regression->calls < REGRESSION_LEAST)
		return;
	share = (float)regression->broken / (float)regression->calls;
	if (regression->learned >= REGRESSION_LEARN_WINDOWS &&
	    share > regression->usual + (float)REGRESSION_FALL)
		tell(regression, share, judged);
	if (regression->learned == 0)
		regression->usual = share;
	regression->usual += LEARN_SHARE * (share - regression->usual);
	regression->learned += regression->learned < UINT32_MAX;
}

void regression_take(struct regression *regression, struct judged *judged)
{
	uint64_t start_ns = judged->time_ns - judged->time_ns % REGRESSION_WINDOW_NS;

	if (!judged->is_documented)
		return;
	if (start_ns != regression->start_ns) {
		window_ends(regression, judged);
		regression->calls = regression->broken = 0;
		regression->start_ns = start_ns;
	}
	regression->calls++;
	regression->broken += is_broken(judged);
}

/* -- across restarts ------------------------------------------------------------------ */

void regression_pack(const struct regression *regression, struct pack *pack)
{
	pack_numbers(pack,
		     (const uint64_t[]){regression->start_ns, regression->calls, regression->broken,
					regression->learned},
		     4);
	pack_real(pack, (double)regression->usual);
}

void regression_unpack(struct regression *regression, struct cursor *cursor)
{
	uint64_t numbers[4];
	float usual;

	unpack_numbers(cursor, numbers, 4);
	usual = unpack_float(cursor);
	if (!cursor->ran_out)
		*regression = (struct regression){.start_ns = numbers[0],
						  .calls = (uint32_t)numbers[1],
						  .broken = (uint32_t)numbers[2],
						  .learned = (uint32_t)numbers[3],
						  .usual = usual};
}
