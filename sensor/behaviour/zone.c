#include "sensor/behaviour/zone.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parsers/base/cursor.h"
#include "parsers/base/limits.h"

#define DAY_S    86400
#define FOLDER   "/usr/share/zoneinfo/"
#define HEAD_LEN 44

int64_t zone_month_day(int64_t year, int month)
{
	int64_t all = year * 12 + month - 1, shifted, day_of_year, m;

	year = all / 12;
	m = all % 12 + 1;
	shifted = m > 2 ? year : year - 1;
	day_of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5;
	return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + day_of_year - 719468;
}

int64_t zone_month_of(int64_t day)
{
	int64_t month = day / 31; /* never too late, a few months early at most per century */

	while (zone_month_day(1970, (int)month + 2) <= day)
		month++;
	return month;
}

/* -- the rule at the end of a file: POSIX TZ, "CET-1CEST,M3.5.0,M10.5.0/3" ------------------- */

static bool number_take(struct bytes *text, int *out)
{
	size_t len = 0;
	int value = 0;

	while (len < text->len && len < 6 && ascii_is_digit(text->data[len]))
		value = value * 10 + (text->data[len++] - '0');
	*text = bytes_from(*text, len);
	*out = value;
	return len > 0;
}

static bool byte_take(struct bytes *text, char byte)
{
	if (text->len == 0 || text->data[0] != byte)
		return false;
	*text = bytes_from(*text, 1);
	return true;
}

/* "[+-]hh[:mm[:ss]]" */
static bool time_take(struct bytes *text, int32_t *out)
{
	int parts[3] = {0}, sign = byte_take(text, '-') ? -1 : 1;

	if (sign == 1)
		byte_take(text, '+');
	if (!number_take(text, &parts[0]))
		return false;
	for (int i = 1; i < 3 && byte_take(text, ':'); i++)
		if (!number_take(text, &parts[i]))
			return false;
	if (parts[0] > 167 || parts[1] > 59 || parts[2] > 59)
		return false;
	*out = sign * (parts[0] * 3600 + parts[1] * 60 + parts[2]);
	return true;
}

static bool name_take(struct bytes *text)
{
	size_t len = 0;

	if (byte_take(text, '<')) {
		len = bytes_find_byte(*text, '>');
		if (len == BYTES_NOT_FOUND)
			return false;
		*text = bytes_from(*text, len + 1);
		return true;
	}
	while (len < text->len && ascii_is_alpha(text->data[len]))
		len++;
	*text = bytes_from(*text, len);
	return len >= 3;
}

static bool day_take(struct bytes *text, struct zone_day *out)
{
	*out = (struct zone_day){.time_s = 7200};
	if (!byte_take(text, ',') || !byte_take(text, 'M') || !number_take(text, &out->month) ||
	    !byte_take(text, '.') || !number_take(text, &out->week) || !byte_take(text, '.') ||
	    !number_take(text, &out->weekday))
		return false;
	if (out->month < 1 || out->month > 12 || out->week < 1 || out->week > 5 || out->weekday > 6)
		return false;
	return !byte_take(text, '/') || time_take(text, &out->time_s);
}

static void rule_read(struct zone *zone, struct bytes text)
{
	int32_t west = 0;

	if (!name_take(&text) || !time_take(&text, &west))
		return;
	zone->standard = -west;
	if (text.len == 0) {
		zone->has_rule = true;
		return;
	}
	zone->summer = zone->standard + 3600;
	if (!name_take(&text))
		return;
	if (text.len > 0 && text.data[0] != ',') {
		if (!time_take(&text, &west))
			return;
		zone->summer = -west;
	}
	zone->has_summer = day_take(&text, &zone->begins) && day_take(&text, &zone->ends);
	zone->has_rule = zone->has_summer;
}

/* -- the file -------------------------------------------------------------------------------- */

struct counts {
	uint32_t is_utc, is_std, leap, changes, types, names;
};

static bool counts_read(struct cursor *cursor, struct counts *out)
{
	struct bytes magic = cursor_take(cursor, 4);

	cursor_skip(cursor, 16);
	*out = (struct counts){0};
	out->is_utc = cursor_u32(cursor);
	out->is_std = cursor_u32(cursor);
	out->leap = cursor_u32(cursor);
	out->changes = cursor_u32(cursor);
	out->types = cursor_u32(cursor);
	out->names = cursor_u32(cursor);
	return !cursor->ran_out && bytes_equal(magic, BYTES("TZif")) && out->changes <= LIMIT_ZONE_CHANGES &&
	       out->types >= 1 && out->types <= 256 && out->names <= 4096 && out->leap <= 1000 &&
	       out->is_utc <= 256 && out->is_std <= 256;
}

static size_t block_len(const struct counts *counts, size_t time_len)
{
	return counts->changes * (time_len + 1) + counts->types * 6 + counts->names +
	       counts->leap * (time_len + 4) + counts->is_std + counts->is_utc;
}

static enum status changes_read(struct zone *zone, struct cursor *cursor, const struct counts *counts)
{
	struct bytes times = cursor_take(cursor, counts->changes * 8), indexes, types;

	indexes = cursor_take(cursor, counts->changes);
	types = cursor_take(cursor, counts->types * 6);
	if (cursor->ran_out)
		return STATUS_INVALID;
	zone->changes = calloc(counts->changes + 1, sizeof(*zone->changes));
	zone->offsets = calloc(counts->changes + 1, sizeof(*zone->offsets));
	if (zone->changes == NULL || zone->offsets == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i <= counts->changes; i++) {
		size_t type = i == counts->changes ? 0 : (uint8_t)indexes.data[i];
		struct cursor at = cursor_of(bytes_slice(types, type * 6, 6));
		int32_t offset = (int32_t)cursor_u32(&at);

		if (at.ran_out || offset < -DAY_S || offset > DAY_S)
			return STATUS_INVALID;
		if (i == counts->changes) {
			zone->first = offset;
			break;
		}
		at = cursor_of(bytes_slice(times, i * 8, 8));
		zone->changes[i] = (int64_t)cursor_u64(&at);
		zone->offsets[i] = offset;
	}
	zone->count = counts->changes;
	return STATUS_OK;
}

enum status zone_read(struct zone *zone, struct bytes file)
{
	struct cursor cursor = cursor_of(file);
	struct counts counts;
	struct bytes rule;
	enum status status;
	size_t end;

	*zone = (struct zone){0};
	/* Version 1 has 32 bits only; its block is passed over. */
	if (!counts_read(&cursor, &counts) || file.data[4] < '2')
		return STATUS_INVALID;
	cursor_skip(&cursor, block_len(&counts, 4));
	if (cursor.ran_out || !counts_read(&cursor, &counts))
		return STATUS_INVALID;
	status = changes_read(zone, &cursor, &counts);
	if (status != STATUS_OK) {
		zone_finish(zone);
		return status;
	}
	cursor_skip(&cursor, block_len(&counts, 8) - counts.changes * 9 - counts.types * 6);
	rule = cursor.ran_out ? BYTES_NONE : cursor_rest(&cursor);
	end = rule.len < 2 || rule.data[0] != '\n' ? BYTES_NOT_FOUND
						   : bytes_find_byte(bytes_from(rule, 1), '\n');
	if (end != BYTES_NOT_FOUND)
		rule_read(zone, bytes_slice(rule, 1, end));
	return STATUS_OK;
}

static bool is_name(struct bytes name)
{
	if (name.len == 0 || name.len > 64 || name.data[0] == '/' ||
	    bytes_find(name, BYTES("..")) != BYTES_NOT_FOUND)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!ascii_is_alnum(name.data[i]) && strchr("/_+-", name.data[i]) == NULL)
			return false;
	return true;
}

enum status zone_load(struct zone *zone, struct bytes name)
{
	char path[sizeof(FOLDER) + 64], content[LIMIT_ZONE_BYTES];
	ssize_t len;
	int file;

	*zone = (struct zone){0};
	if (!is_name(name))
		return STATUS_INVALID;
	snprintf(path, sizeof(path), FOLDER BYTES_FORMAT, BYTES_PRINT(name));
	file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (file < 0)
		return STATUS_INVALID;
	len = read(file, content, sizeof(content));
	close(file);
	if (len <= HEAD_LEN)
		return STATUS_INVALID;
	return zone_read(zone, (struct bytes){.data = content, .len = (size_t)len});
}

void zone_finish(struct zone *zone)
{
	free(zone->changes);
	free(zone->offsets);
	*zone = (struct zone){0};
}

/* -- asking ---------------------------------------------------------------------------------- */

static int64_t year_of(int64_t day)
{
	return 1970 + zone_month_of(day) / 12;
}

/* Local seconds (standard or summer, as it was before the change) since 1970. */
static int64_t moment_of(const struct zone_day *rule, int64_t year)
{
	int64_t first = zone_month_day(year, rule->month), next = zone_month_day(year, rule->month + 1);
	int64_t day = first + (rule->weekday - (first + 4) % 7 + 7) % 7 + 7 * (rule->week - 1);

	while (day >= next)
		day -= 7;
	return day * DAY_S + rule->time_s;
}

static int32_t rule_offset(const struct zone *zone, int64_t time_s)
{
	int64_t year, begins, ends;
	bool is_summer;

	if (!zone->has_summer)
		return zone->standard;
	year = year_of((time_s + zone->standard) / DAY_S);
	begins = moment_of(&zone->begins, year) - zone->standard;
	ends = moment_of(&zone->ends, year) - zone->summer;
	is_summer = begins < ends ? time_s >= begins && time_s < ends : time_s >= begins || time_s < ends;
	return is_summer ? zone->summer : zone->standard;
}

int32_t zone_offset(const struct zone *zone, int64_t time_s)
{
	size_t low = 0, high = zone->count;

	if (time_s < 0)
		return zone->first;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (zone->changes[middle] <= time_s)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == zone->count && zone->has_rule)
		return rule_offset(zone, time_s);
	return low == 0 ? zone->first : zone->offsets[low - 1];
}
