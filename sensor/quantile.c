#include "sensor/quantile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GROWTH   1.05
#define LEAST_NS 1000.0

static void count_in(uint32_t *count, uint64_t more)
{
	*count = more > UINT32_MAX - *count ? UINT32_MAX : *count + (uint32_t)more;
}

/* False without memory. */
static bool spread(struct quantile *quantile)
{
	uint32_t *buckets = calloc(QUANTILE_BUCKETS, sizeof(*buckets));

	if (buckets == NULL)
		return false;
	for (uint32_t i = 0; i < quantile->few_count; i++)
		buckets[quantile->few[i].index] = quantile->few[i].count;
	quantile->buckets = buckets;
	return true;
}

/* Most hold what took about the same time: a few buckets are kept as a list, until there are more. Without
 * memory for all, what has no bucket counts in the next one of the list. */
static void put(struct quantile *quantile, unsigned index, uint64_t count)
{
	struct quantile_bucket *few = quantile->few;
	uint32_t at = 0;

	quantile->count += count;
	while (quantile->buckets == NULL && at < quantile->few_count && few[at].index < index)
		at++;
	if (quantile->buckets == NULL && (at == quantile->few_count || few[at].index != index)) {
		if (quantile->few_count < QUANTILE_FEW) {
			memmove(few + at + 1, few + at, (quantile->few_count++ - at) * sizeof(*few));
			few[at] = (struct quantile_bucket){.index = index};
		} else if (!spread(quantile)) {
			at -= at == QUANTILE_FEW;
		}
	}
	count_in(quantile->buckets == NULL ? &few[at].count : &quantile->buckets[index], count);
}

void quantile_add(struct quantile *quantile, uint64_t value_ns)
{
	double position = value_ns <= (uint64_t)LEAST_NS ? 0 : log((double)value_ns / LEAST_NS) / log(GROWTH);

	put(quantile, position >= QUANTILE_BUCKETS ? QUANTILE_BUCKETS - 1 : (unsigned)position, 1);
}

void quantile_finish(struct quantile *quantile)
{
	free(quantile->buckets);
	*quantile = (struct quantile){0};
}

/* The next bucket that is not empty, from `*at` on, which is behind it then; false when there is none. */
static bool next_bucket(const struct quantile *quantile, unsigned *at, struct quantile_bucket *out_bucket)
{
	if (quantile->buckets == NULL) {
		if (*at >= quantile->few_count)
			return false;
		*out_bucket = quantile->few[(*at)++];
		return true;
	}
	while (*at < QUANTILE_BUCKETS && quantile->buckets[*at] == 0)
		++*at;
	if (*at == QUANTILE_BUCKETS)
		return false;
	*out_bucket = (struct quantile_bucket){.index = *at, .count = quantile->buckets[*at]};
	++*at;
	return true;
}

double quantile_ms(const struct quantile *quantile, double share)
{
	double wanted = share * (double)quantile->count;
	struct quantile_bucket bucket;
	uint64_t seen = 0;
	unsigned at = 0;

	if (quantile->count == 0)
		return -1;
	while (next_bucket(quantile, &at, &bucket)) {
		seen += bucket.count;
		if ((double)seen >= wanted)
			return LEAST_NS * pow(GROWTH, bucket.index + 0.5) / 1e6;
	}
	return -1;
}

void quantile_pack(const struct quantile *quantile, struct pack *pack)
{
	struct quantile_bucket bucket;
	unsigned at = 0;

	pack_number(pack, quantile->count);
	while (next_bucket(quantile, &at, &bucket))
		pack_numbers(pack, (const uint64_t[]){bucket.index, bucket.count}, 2);
}

static bool has(const struct quantile *quantile, uint64_t index)
{
	uint32_t at = 0;

	if (quantile->buckets != NULL)
		return quantile->buckets[index] != 0;
	while (at < quantile->few_count && quantile->few[at].index != index)
		at++;
	return at < quantile->few_count;
}

/* The buckets add up to the count: that is where they end. */
void quantile_unpack(struct quantile *quantile, struct cursor *cursor)
{
	uint64_t left = cursor_u64(cursor);

	while (left > 0 && !cursor->ran_out) {
		uint64_t bucket = cursor_u64(cursor), count = cursor_u64(cursor);

		if (bucket >= QUANTILE_BUCKETS || count == 0 || count > left || count > UINT32_MAX ||
		    has(quantile, bucket))
			return;
		put(quantile, (unsigned)bucket, count);
		left -= count;
	}
}
