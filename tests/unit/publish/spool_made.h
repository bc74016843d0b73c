/*
 * spool_made: a spool in a folder of its own, and what it told as lost, for the
 * tests of the spool.
 */
#pragma once

#include "sensor/publish/spool.h"

#define MADE_NUMBERS_MAX 20000

struct made {
	char folder[48];
	struct spool_plan plan;
	struct spool *spool;
	unsigned char lost[SPOOL_LANES][MADE_NUMBERS_MAX]; /* how often each number was told */
	unsigned why[4];
	uint64_t got[MADE_NUMBERS_MAX]; /* numbers read by made_read, in order */
	size_t got_count;
};

struct made *made_new(void);
void made_free(struct made *made); /* with its folder */
void made_open(struct made *made);
void made_close(struct made *made);
/* "record N of LANE" and `padding` more bytes. */
void made_put(struct made *made, enum spool_lane_name lane, uint64_t number, size_t padding);
/* All that is there; checks that each record is what made_put wrote, and that numbers rise. Releases them if
 * asked. */
void made_read(struct made *made, enum spool_lane_name lane, bool is_released);
