#include "sensor/behaviour/spike.h"

#include <math.h>

#include "parsers/base/limits.h"
#include "sensor/behaviour/raise.h"

#define MINUTE_NS    (60 * SECONDS)
#define WEEK_MINUTES 10080.0

static bool is_learned(const struct spike *spike, uint64_t time_ns)
{
	return time_ns - spike->first_ns >= SPIKE_LEARN_NS;
}

/* A spike teaches nothing: else the second one would be usual. */
static void learn(struct spike *spike, uint64_t minute)
{
	bool was_spike = is_learned(spike, spike->minute * MINUTE_NS) && spike->calls >= SPIKE_LEAST &&
			 (double)spike->calls > SPIKE_FACTOR * spike->busiest;

	if ((double)spike->calls > spike->busiest && !was_spike)
		spike->busiest = (double)spike->calls;
	spike->busiest *= pow(0.5, (double)(minute - spike->minute) / WEEK_MINUTES);
	spike->minute = minute;
	spike->calls = 0;
}

void spike_take(struct spike *spike, struct judged *judged)
{
	uint64_t minute = judged->time_ns / MINUTE_NS;
	struct finding finding;

	if (spike->first_ns == 0) {
		spike->first_ns = judged->time_ns;
		spike->minute = minute;
	}
	if (minute > spike->minute)
		learn(spike, minute);
	spike->calls++;
	if (spike->calls < SPIKE_LEAST || !is_learned(spike, judged->time_ns) ||
	    (double)spike->calls <= SPIKE_FACTOR * spike->busiest)
		return;
	finding = raise_of("rate.spike");
	finding.expected = arena_printf(&judged->arena, "at most %.0f calls a minute, the busiest known",
					spike->busiest);
	finding.observed =
		arena_printf(&judged->arena, "%llu calls within a minute", (unsigned long long)spike->calls);
	judged_raise(judged, &finding);
}

void spike_pack(const struct spike *spike, struct pack *pack)
{
	pack_numbers(pack, (const uint64_t[]){spike->first_ns, spike->minute, spike->calls}, 3);
	pack_real(pack, spike->busiest);
}

void spike_unpack(struct spike *spike, struct cursor *cursor)
{
	spike->first_ns = cursor_u64(cursor);
	spike->minute = cursor_u64(cursor);
	spike->calls = cursor_u64(cursor);
	spike->busiest = unpack_real(cursor);
}
