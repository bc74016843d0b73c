#include "sensor/report/trend.h"

#define WIDTH_MIN_MS (60 * 1000ull)

static uint64_t lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t greater(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Slots are numbered from the epoch on, so that two of them always make one of twice the width. */
static void stretch(struct trend_axis *axis, uint64_t time_ms)
{
	uint64_t slot;

	if (axis->width_ms == 0) {
		axis->width_ms = WIDTH_MIN_MS;
		axis->first = axis->last = time_ms / WIDTH_MIN_MS;
		return;
	}
	slot = time_ms / axis->width_ms;
	while (greater(axis->last, slot) - lesser(axis->first, slot) >= TREND_SLOTS) {
		axis->width_ms *= 2;
		axis->first /= 2;
		axis->last /= 2;
		slot = time_ms / axis->width_ms;
	}
	axis->first = lesser(axis->first, slot);
	axis->last = greater(axis->last, slot);
}

void trend_settle(const struct trend_axis *axis, struct trend *trend)
{
	const struct trend old = *trend;

	if (old.width_ms == axis->width_ms && old.first == axis->first)
		return;
	*trend = (struct trend){.width_ms = axis->width_ms, .first = axis->first};
	for (size_t i = 0; old.width_ms != 0 && i < TREND_SLOTS; i++)
		if (old.slots[i] > 0)
			trend->slots[(old.first + i) * old.width_ms / axis->width_ms - axis->first] +=
				old.slots[i];
}

void trend_add(struct trend_axis *axis, struct trend *trend, uint64_t time_ms, uint64_t count)
{
	stretch(axis, time_ms);
	trend_settle(axis, trend);
	trend->slots[time_ms / axis->width_ms - axis->first] += count;
}
