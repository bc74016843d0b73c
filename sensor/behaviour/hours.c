#include "sensor/behaviour/hours.h"

#include "parsers/base/limits.h"
#include "sensor/behaviour/raise.h"
#include "specs/partner_hours.h"

#define DAY_MINUTES (24 * 60)

void hours_take(const struct zone *zone, struct judged *judged)
{
	static const char *const days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
					   "Friday", "Saturday", "Sunday"};
	const struct judged_past *past = &judged->past;
	int64_t time_s = (int64_t)(judged->request.first_ns / SECONDS), minutes;
	struct finding finding;
	unsigned minute;

	if (past->hour_count == 0 || !judged->request.is_seen || judged->request.first_ns == 0)
		return;
	minutes = (time_s + zone_offset(zone, time_s)) / 60;
	/* 1970-01-01 was a Thursday. */
	minute = (unsigned)((minutes + 3 * DAY_MINUTES) % (7 * DAY_MINUTES));
	if (hours_contain(past->hours, past->hour_count, minute))
		return;
	finding = raise_of("access.outside_window");
	finding.is_partner_wide = false;
	raise_by_answer(&finding, judged);
	finding.expected = BYTES("a call in the agreed hours");
	finding.observed = arena_printf(&judged->arena, "%s %02u:%02u", days[minute / DAY_MINUTES],
					minute % DAY_MINUTES / 60, minute % 60);
	judged_raise(judged, &finding);
}
