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

void quantile_pack(const struct quantile *quantile, struct pack *pack)
{
	pack_number(pack, quantile->count);
	for (uint64_t i = 0; i < QUANTILE_BUCKETS; i++)
		if (quantile->buckets[i] > 0)
			pack_numbers(pack, (const uint64_t[]){i, quantile->buckets[i]}, 2);
}

/* The buckets add up to the count: that is where they end. */
void quantile_unpack(struct quantile *quantile, struct cursor *cursor)
{
	uint64_t left = cursor_u64(cursor);

	while (left > 0 && !cursor->ran_out) {
		uint64_t bucket = cursor_u64(cursor), count = cursor_u64(cursor);

		if (bucket >= QUANTILE_BUCKETS || count == 0 || count > left || count > UINT32_MAX ||
		    quantile->buckets[bucket] != 0)
			return;
		quantile->buckets[bucket] = (uint32_t)count;
		quantile->count += quantile->buckets[bucket];
		left -= count;
	}
}
