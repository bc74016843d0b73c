#include "specs/partner_hours.h"

#include "parsers/base/limits.h"

#define DAY_MINUTES  (24 * 60)
#define WEEK_MINUTES (7 * DAY_MINUTES)

struct texts countries_read(struct values *values, const struct node *table)
{
	struct texts countries = values_texts(values, table, "countries");

	for (size_t i = 0; i < countries.count; i++)
		if (countries.list[i].len != 2)
			values_error(values, node_get(table, "countries"), "write two letters: DE",
				     "countries: entry %zu is not a country", i + 1);
	return countries;
}

/* -- hours ---------------------------------------------------------------------- */

/* From Monday; 7: no day. */
static unsigned day_of(struct bytes text)
{
	static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
	unsigned day = 0;

	while (day < 7 && !bytes_equal_nocase(text, bytes_of(days[day])))
		day++;
	return day;
}

/* "08:30"; "24:00" ends a day. */
static bool minute_of(struct bytes text, unsigned *out_minute)
{
	uint64_t hour, minute;

	if (text.len != 5 || text.data[2] != ':' || !bytes_to_u64(bytes_slice(text, 0, 2), &hour) ||
	    !bytes_to_u64(bytes_from(text, 3), &minute) || hour > 24 || minute > 59 ||
	    (hour == 24 && minute > 0))
		return false;
	*out_minute = (unsigned)(hour * 60 + minute);
	return true;
}

/* What begins late and ends early goes on over midnight: "fri 22:00-06:00" ends on Saturday. */
static bool span_read(struct bytes text, unsigned *out_first, unsigned *out_last, unsigned *out_from,
		      unsigned *out_len)
{
	struct bytes times = text, days = bytes_split(&times, ' '), first, from;
	unsigned until;

	times = bytes_trim(times);
	first = bytes_split(&days, '-');
	from = bytes_split(&times, '-');
	*out_first = day_of(first);
	*out_last = days.data == NULL ? *out_first : day_of(days);
	if (*out_first > 6 || *out_last > 6 || times.data == NULL || !minute_of(from, out_from) ||
	    !minute_of(times, &until) || *out_from == until || *out_from == DAY_MINUTES)
		return false;
	*out_len = until > *out_from ? until - *out_from : until + DAY_MINUTES - *out_from;
	return true;
}

const struct hours_agreed *hours_read(struct values *values, size_t *out_count)
{
	const struct node *node = node_get(values->document->root, "hours");
	struct texts texts = values_texts(values, values->document->root, "hours");
	struct hours_agreed *hours =
		texts.count == 0 ? NULL : arena_alloc(values->arena, LIMIT_HOURS * sizeof(*hours));
	size_t count = 0;

	*out_count = 0;
	for (size_t i = 0; i < texts.count && hours != NULL; i++) {
		unsigned day, last, from, len;

		if (!span_read(bytes_trim(texts.list[i]), &day, &last, &from, &len)) {
			values_error(values, node, "write \"mon-fri 08:00-18:00\"",
				     "hours: entry %zu is no span of days and times", i + 1);
			continue;
		}
		for (;; day = (day + 1) % 7) {
			if (count == LIMIT_HOURS) {
				values_error(values, node, "join days that have the same hours",
					     "hours: more than %d spans", LIMIT_HOURS);
				return NULL;
			}
			hours[count++] = (struct hours_agreed){.from = (uint16_t)(day * DAY_MINUTES + from),
							       .len = (uint16_t)len};
			if (day == last)
				break;
		}
	}
	*out_count = count;
	return hours;
}

bool hours_contain(const struct hours_agreed *hours, size_t count, unsigned minute)
{
	for (size_t i = 0; i < count; i++)
		if ((minute + WEEK_MINUTES - hours[i].from) % WEEK_MINUTES < hours[i].len)
			return true;
	return false;
}

/* -- data ----------------------------------------------------------------------- */

void data_read(struct values *values, struct data_agreed *out_data)
{
	static const char *const known[] = {"countries", "values_max", "per"};
	const struct node *table = values_table(values, values->document->root, "data");
	struct texts countries = countries_read(values, table);

	values_keys(values, table, known, sizeof(known) / sizeof(known[0]));
	*out_data = (struct data_agreed){
		.countries = countries.list,
		.country_count = countries.count,
		.values_max = values_count(values, table, "values_max"),
		.per_ns = values_duration(values, table, "per"),
	};
	if ((node_get(table, "values_max") != NULL) != (node_get(table, "per") != NULL))
		values_error(values, table, "write {values_max: 500, per: 1h}",
			     "data: values_max and per stand together");
}
