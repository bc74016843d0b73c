#include "sensor/behaviour/traffic.h"

#include "parsers/base/limits.h"
#include "sensor/behaviour/raise.h"

#define HOUR_NS     (3600 * SECONDS)
#define LEARN_SHARE 0.3f /* of each new week in what is usual */

void traffic_clock_take(struct traffic_clock *clock, const struct judged *judged)
{
	uint64_t hour = judged->time_ns / HOUR_NS, at = hour % TRAFFIC_CLOCK_HOURS;

	if (clock->hours[at] != hour)
		clock->calls[at] = 0;
	clock->hours[at] = hour;
	clock->calls[at] += clock->calls[at] < UINT32_MAX;
}

/* Somebody else was heard in that hour. */
static bool was_watched(const struct traffic_clock *clock, uint64_t hour, uint32_t own)
{
	uint64_t at = hour % TRAFFIC_CLOCK_HOURS;

	return clock->hours[at] == hour && clock->calls[at] > own;
}

/* What is odd teaches nothing. */
static bool is_drop(struct traffic *traffic, uint64_t hour, uint32_t calls)
{
	uint64_t at = hour % TRAFFIC_WEEK_HOURS;
	float *usual = &traffic->usual[at];

	if (traffic->weeks[at] >= TRAFFIC_LEARN_WEEKS && *usual >= TRAFFIC_LEAST &&
	    (float)calls * TRAFFIC_FALL < *usual)
		return true;
	*usual += traffic->weeks[at] == 0 ? (float)calls : LEARN_SHARE * ((float)calls - *usual);
	traffic->weeks[at] += traffic->weeks[at] < UINT8_MAX;
	return false;
}

static void tell(const struct traffic *traffic, uint64_t hour, uint32_t calls, unsigned hours,
		 struct judged *judged)
{
	struct finding finding = raise_of("sla.traffic_drop");
	struct arena *arena = &judged->arena;

	finding.expected = arena_printf(arena, "%.0f calls in an hour, as usual at this time of the week",
					(double)traffic->usual[hour % TRAFFIC_WEEK_HOURS]);
	finding.observed = hours == 1 ? arena_printf(arena, "%u calls", calls)
				      : arena_printf(arena, "%u calls, and so for %u hours", calls, hours);
	finding.message =
		arena_printf(arena, "%s: " BYTES_FORMAT, finding.kind->title, BYTES_PRINT(finding.observed));
	judged_raise(judged, &finding);
}

static void hours_end(struct traffic *traffic, const struct traffic_clock *clock, uint64_t now,
		      struct judged *judged)
{
	uint64_t last = traffic->hour + TRAFFIC_WEEK_HOURS < now ? traffic->hour + TRAFFIC_WEEK_HOURS : now;
	uint64_t told_hour = 0;
	uint32_t told_calls = 0;
	unsigned hours = 0;

	for (uint64_t hour = traffic->hour; hour < last; hour++) {
		uint32_t calls = hour == traffic->hour ? traffic->calls : 0;

		/* The first hour was seen in part. */
		if (hour == traffic->first_hour || !was_watched(clock, hour, calls) ||
		    !is_drop(traffic, hour, calls))
			continue;
		if (hours++ == 0) {
			told_hour = hour;
			told_calls = calls;
		}
	}
	if (hours > 0)
		tell(traffic, told_hour, told_calls, hours, judged);
}

void traffic_take(struct traffic *traffic, const struct traffic_clock *clock, struct judged *judged)
{
	uint64_t now = judged->time_ns / HOUR_NS;

	if (!judged->request.is_seen)
		return;
	if (traffic->first_hour == 0)
		traffic->first_hour = traffic->hour = now;
	if (now > traffic->hour) {
		hours_end(traffic, clock, now, judged);
		traffic->hour = now;
		traffic->calls = 0;
	}
	traffic->calls++;
}

/* -- across restarts ------------------------------------------------------------------ */

void traffic_clock_pack(const struct traffic_clock *clock, struct pack *pack)
{
	for (size_t i = 0; i < TRAFFIC_CLOCK_HOURS; i++)
		if (clock->calls[i] > 0)
			pack_numbers(pack, (const uint64_t[]){clock->hours[i], clock->calls[i]}, 2);
}

void traffic_clock_unpack(struct traffic_clock *clock, struct cursor *cursor)
{
	while (cursor->left >= 2 * sizeof(uint64_t)) {
		uint64_t hour = cursor_u64(cursor);

		clock->hours[hour % TRAFFIC_CLOCK_HOURS] = hour;
		clock->calls[hour % TRAFFIC_CLOCK_HOURS] = (uint32_t)cursor_u64(cursor);
	}
}

/* Of each hour that was seen: which, how often, and what is usual in it. */
void traffic_pack(const struct traffic *traffic, struct pack *pack)
{
	pack_numbers(pack, (const uint64_t[]){traffic->first_hour, traffic->hour, traffic->calls}, 3);
	for (size_t i = 0; i < TRAFFIC_WEEK_HOURS; i++)
		if (traffic->weeks[i] > 0)
			pack_numbers(pack,
				     (const uint64_t[]){i << 8 | traffic->weeks[i],
							pack_bits((double)traffic->usual[i])},
				     2);
}

void traffic_unpack(struct traffic *traffic, struct cursor *cursor)
{
	struct traffic read = {.first_hour = cursor_u64(cursor)};

	read.hour = cursor_u64(cursor);
	read.calls = (uint32_t)cursor_u64(cursor);
	if (cursor->ran_out)
		return;
	while (cursor->left >= 2 * sizeof(uint64_t)) {
		uint64_t which = cursor_u64(cursor);
		size_t hour = (size_t)(which >> 8) % TRAFFIC_WEEK_HOURS;

		read.weeks[hour] = (uint8_t)which;
		read.usual[hour] = unpack_float(cursor);
	}
	*traffic = read;
}
