#include "sensor/quantile.h"

#include <math.h>

#define GROWTH   1.05
#define LEAST_NS 1000.0

void quantile_add(struct quantile *quantile, uint64_t value_ns)
{
	double position = value_ns <= (uint64_t)LEAST_NS ? 0 : log((double)value_ns / LEAST_NS) / log(GROWTH);
	unsigned bucket = position >= QUANTILE_BUCKETS ? QUANTILE_BUCKETS - 1 : (unsigned)position;

	if (quantile->buckets[bucket] < UINT32_MAX)
		quantile->buckets[bucket]++;
	quantile->count++;
}

double quantile_ms(const struct quantile *quantile, double share)
{
	double wanted = share * (double)quantile->count;
	uint64_t seen = 0;

	if (quantile->count == 0)
		return -1;
	for (unsigned i = 0; i < QUANTILE_BUCKETS; i++) {
		seen += quantile->buckets[i];
		if (quantile->buckets[i] > 0 && (double)seen >= wanted)
			return LEAST_NS * pow(GROWTH, i + 0.5) / 1e6;
	}
	return -1;
}
