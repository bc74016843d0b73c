/*
 * zone: how far a place's clock is from UTC at a moment, for limits that begin
 * anew at local midnight. Reads the system's TZif files (RFC 9636): no global
 * TZ, so that any number of places can be asked.
 *
 *	zone_load(&zone, "Europe/Berlin");
 *	local_s = time_s + zone_offset(&zone, time_s);
 *
 * Owns     its table. Thread: one.
 */
#pragma once

#include <time.h>

#include "parsers/base/bytes.h"
#include "parsers/base/status.h"

/* When clocks change within a year: "M3.5.0/2" is the last Sunday of March at 2 o'clock. */
struct zone_day {
	int month, week, weekday;
	int32_t time_s;
};

struct zone {
	size_t count;
	int64_t *changes; /* UTC seconds, rising */
	int32_t *offsets; /* east of UTC from that change on */
	int32_t first;    /* before the first change */
	bool has_rule;    /* after the last change this holds for ever */
	bool has_summer;
	int32_t standard, summer;
	struct zone_day begins, ends;
};

/* STATUS_INVALID: no such place, or its file cannot be read; the zone is UTC then. */
MUST_CHECK enum status zone_load(struct zone *zone, struct bytes name);
/* The content of a TZif file. */
MUST_CHECK enum status zone_read(struct zone *zone, struct bytes file);
void zone_finish(struct zone *zone); /* accepts zeroed memory, which is UTC */

int32_t zone_offset(const struct zone *zone, int64_t time_s);

/* Days since 1970-01-01 of the first day of that month; month 1..12, beyond it the next year. */
int64_t zone_month_day(int64_t year, int month);
/* The month of a day, counted from 1970: 0 is January 1970. */
int64_t zone_month_of(int64_t day);
