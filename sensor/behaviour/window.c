#include "sensor/behaviour/window.h"

#include <stdio.h>
#include <stdlib.h>

#include "parsers/base/limits.h"

#define STEPS_A_PERIOD 4096
#define ROOM_FIRST     64
#define STEPS_A_FRAME  8192
#define DAY_S          86400ll
#define HOUR_NS        (3600 * SECONDS)
#define DAY_NS         (24 * HOUR_NS)

void window_init(struct window *window, const struct limit_agreed *agreed, struct window_budget *budget)
{
	*window = (struct window){.agreed = *agreed, .budget = budget};
}

void window_finish(struct window *window)
{
	if (window->budget != NULL)
		window->budget->steps_left += window->room;
	free(window->steps);
	*window = (struct window){0};
}

/* -- rolling --------------------------------------------------------------------------------- */

static struct window_step *step_at(const struct window *window, size_t index)
{
	return &window->steps[(window->first + index) % window->room];
}

static void forget_oldest(struct window *window)
{
	window->total -= step_at(window, 0)->amount;
	window->first = (window->first + 1) % window->room;
	window->count--;
}

/* Twice the room, as far as the ceiling allows and there is memory. */
static void make_room(struct window *window)
{
	size_t room = window->room == 0 ? ROOM_FIRST : 2 * window->room;
	struct window_step *steps;

	if (room > LIMIT_WINDOW_STEPS || room - window->room > window->budget->steps_left)
		return;
	steps = calloc(room, sizeof(*steps));
	if (steps == NULL)
		return;
	window->budget->steps_left -= room - window->room;
	for (size_t i = 0; i < window->count; i++)
		steps[i] = *step_at(window, i);
	free(window->steps);
	window->steps = steps;
	window->room = room;
	window->first = 0;
}

/* False without any memory: nothing of it is known. */
static bool add_step(struct window *window, uint64_t time_ns, uint64_t amount)
{
	if (window->count == window->room)
		make_room(window);
	if (window->count == window->room) {
		window->budget->forgotten++;
		if (window->room == 0)
			return false;
		forget_oldest(window);
	}
	window->count++;
	*step_at(window, window->count - 1) = (struct window_step){.time_ns = time_ns, .amount = amount};
	window->total += amount;
	return true;
}

static uint64_t roll(struct window *window, uint64_t time_ns, uint64_t amount)
{
	const struct limit_agreed *agreed = &window->agreed;
	bool is_exact = agreed->requests > 0 && agreed->requests <= LIMIT_WINDOW_EXACT;
	uint64_t grain_ns = is_exact ? 0 : agreed->per_ns / STEPS_A_PERIOD;
	struct window_step *newest;

	while (window->count > 0 && step_at(window, 0)->time_ns + agreed->per_ns <= time_ns)
		forget_oldest(window);
	newest = window->count == 0 ? NULL : step_at(window, window->count - 1);
	if (newest != NULL && newest->time_ns + grain_ns >= time_ns) {
		newest->amount += amount;
		window->total += amount;
		return window->total;
	}
	return add_step(window, time_ns, amount) ? window->total : amount;
}

/* -- calendar and flexi ---------------------------------------------------------------------- */

/* Which window of the local calendar a local moment is in: a number that changes where a new one begins.
 * Weeks begin on Monday; 28 to 31 days are a month of the calendar, 365 or 366 a year. */
static int64_t calendar_number(uint64_t per_ns, int64_t local_s)
{
	int64_t day = local_s / DAY_S, days = (int64_t)(per_ns / DAY_NS);

	if (per_ns < DAY_NS)
		return local_s * 1000 / (int64_t)(per_ns / 1000000 == 0 ? 1 : per_ns / 1000000);
	if (days == 7)
		return (day + 3) / 7; /* 1970-01-01 was a Thursday */
	if (days >= 28 && days <= 31)
		return zone_month_of(day);
	if (days == 365 || days == 366)
		return zone_month_of(day) / 12;
	return day / days;
}

static uint64_t calendar(struct window *window, const struct zone *zone, uint64_t time_ns, uint64_t amount)
{
	int64_t time_s = (int64_t)(time_ns / SECONDS);
	int64_t number = 1 + calendar_number(window->agreed.per_ns, time_s + zone_offset(zone, time_s));

	if (window->number != number) {
		window->number = number;
		window->total = 0;
	}
	window->total += amount;
	return window->total;
}

static uint64_t flexi(struct window *window, uint64_t time_ns, uint64_t amount)
{
	if (window->end_ns == 0 || time_ns >= window->end_ns) {
		window->end_ns = time_ns + window->agreed.per_ns;
		window->total = 0;
	}
	window->total += amount;
	return window->total;
}

uint64_t window_add(struct window *window, const struct zone *zone, uint64_t time_ns, uint64_t amount)
{
	switch (window->agreed.window) {
	case WINDOW_ROLLING:
		return roll(window, time_ns, amount);
	case WINDOW_CALENDAR:
		return calendar(window, zone, time_ns, amount);
	case WINDOW_FLEXI:
		break;
	}
	return flexi(window, time_ns, amount);
}

/* -- across restarts -------------------------------------------------------------------------- */

void window_pack(const struct window *window, size_t *step, struct pack *pack)
{
	const struct limit_agreed *agreed = &window->agreed;
	size_t end = *step + STEPS_A_FRAME < window->count ? *step + STEPS_A_FRAME : window->count;

	pack_numbers(pack,
		     (const uint64_t[]){agreed->requests, agreed->bytes, agreed->concurrent, agreed->per_ns,
					agreed->window, window->total, window->end_ns,
					(uint64_t)window->number},
		     8);
	for (; *step < end; ++*step)
		pack_numbers(
			pack,
			(const uint64_t[]){step_at(window, *step)->time_ns, step_at(window, *step)->amount},
			2);
}

bool limit_unpack(struct limit_agreed *limit, struct cursor *cursor)
{
	uint64_t numbers[5];

	unpack_numbers(cursor, numbers, 5);
	if (cursor->ran_out || numbers[3] == 0 || numbers[4] > WINDOW_FLEXI)
		return false;
	*limit = (struct limit_agreed){.requests = numbers[0],
				       .bytes = numbers[1],
				       .concurrent = numbers[2],
				       .per_ns = numbers[3],
				       .window = (unsigned)numbers[4]};
	return true;
}

/* The newest step may be there already, with less in it. */
static void restore_step(struct window *window, uint64_t time_ns, uint64_t amount)
{
	struct window_step *newest = window->count == 0 ? NULL : step_at(window, window->count - 1);

	if (newest != NULL && newest->time_ns > time_ns)
		return;
	if (newest == NULL || newest->time_ns < time_ns) {
		(void)add_step(window, time_ns, amount);
		return;
	}
	window->total += amount - newest->amount;
	newest->amount = amount;
}

void window_unpack(struct window *window, struct cursor *cursor)
{
	uint64_t total = cursor_u64(cursor), end_ns = cursor_u64(cursor), number = cursor_u64(cursor);

	if (cursor->ran_out)
		return;
	if (window->agreed.window != WINDOW_ROLLING) {
		window->total = total;
		window->end_ns = end_ns;
		window->number = (int64_t)number;
		return;
	}
	while (cursor->left >= 16) {
		uint64_t time_ns = cursor_u64(cursor);

		restore_step(window, time_ns, cursor_u64(cursor));
	}
}

/* Of coarse steps the one before may have grown. */
size_t window_step_since(const struct window *window, uint64_t time_ns)
{
	size_t step = window->count;

	while (step > 0 && step_at(window, step - 1)->time_ns >= time_ns)
		step--;
	return step == 0 ? 0 : step - 1;
}

const char *window_words(const struct limit_agreed *agreed, char *text, size_t len)
{
	static const struct {
		uint64_t ns;
		const char *unit;
	} units[] = {
		{DAY_NS, "d"}, {HOUR_NS, "h"}, {60 * SECONDS, "m"}, {SECONDS, "s"}, {SECONDS / 1000, "ms"}};
	static const char *const kinds[] = {
		[WINDOW_ROLLING] = "rolling", [WINDOW_CALENDAR] = "calendar", [WINDOW_FLEXI] = "flexi"};
	size_t unit = 0;

	if (agreed->concurrent > 0) {
		snprintf(text, len, "at once");
		return text;
	}
	while (unit < 4 && agreed->per_ns % units[unit].ns != 0)
		unit++;
	snprintf(text, len, "per %llu%s %s", (unsigned long long)(agreed->per_ns / units[unit].ns),
		 units[unit].unit, kinds[agreed->window]);
	return text;
}
