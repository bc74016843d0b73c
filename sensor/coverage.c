#include "sensor/coverage.h"

#include <stdlib.h>

#include "parsers/base/limits.h"
#include "sensor/places.h"

void coverage_init(struct coverage *coverage, uint64_t seed)
{
	map_init(&coverage->map, &(struct map_plan){.entries_max = LIMIT_PARTNERS,
						    .value_len = sizeof(struct coverage_line),
						    .seed = seed});
}

void coverage_finish(struct coverage *coverage)
{
	map_finish(&coverage->map);
}

void coverage_take(struct coverage *coverage, const struct judged *judged)
{
	bool is_new;
	struct coverage_line *line = judged->part > 0 ? NULL
						      : places_put(judged, PLACE_COVERAGE, &coverage->map,
								   judged->partner_id, &is_new);

	if (line == NULL) /* a part of a batch was counted with the batch */
		return;
	if (judged->is_opaque) {
		line->opaque++;
		return;
	}
	if (judged->outcome == EXCHANGE_COMPLETE)
		line->complete++;
	else
		line->partial[judged->outcome]++;
	line->unpaired += judged->outcome == EXCHANGE_NO_REQUEST || judged->outcome == EXCHANGE_GAP_PAIRING;
}

void coverage_recall(const struct coverage *coverage, const struct judged *judged, struct recall *recall)
{
	recall_add(recall, &coverage->map, judged->partner_id);
}

static int compare(const void *left, const void *right)
{
	const struct coverage_line *a = left, *b = right;

	return bytes_compare(a->partner, b->partner);
}

struct coverage_line *coverage_lines(const struct coverage *coverage, size_t *out_count)
{
	struct coverage_line *lines = calloc(coverage->map.count + 1, sizeof(*lines));
	size_t count = 0;

	*out_count = 0;
	if (lines == NULL)
		return NULL;
	for (struct coverage_line *line = map_oldest(&coverage->map); line != NULL; line = map_newer(line)) {
		lines[count] = *line;
		lines[count++].partner = map_key(line);
	}
	qsort(lines, count, sizeof(*lines), compare);
	*out_count = count;
	return lines;
}
