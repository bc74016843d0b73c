#include "sensor/packet_clock.h"

#include "parsers/base/limits.h"

void packet_clock_take(struct packet_clock *clock, uint64_t time_ns)
{
	const uint64_t behind_ns = clock->behind_ns;

	if (time_ns >= clock->now_ns)
		clock->now_ns = time_ns;
	if (clock->now_ns - time_ns <= LIMIT_DISORDER_NS) {
		clock->behind_ns = 0;
		return;
	}
	/* The first one, or they jumped back once more: from here on. */
	if (behind_ns == 0 || (behind_ns > time_ns && behind_ns - time_ns > LIMIT_DISORDER_NS)) {
		clock->behind_ns = time_ns;
		return;
	}
	if (time_ns <= behind_ns)
		return;
	if (__builtin_add_overflow(clock->now_ns, (time_ns - behind_ns) / 2, &clock->now_ns))
		clock->now_ns = UINT64_MAX;
	clock->behind_ns = time_ns;
}
