/*
 * spool: records that must not be lost wait here, on disk, until their delivery
 * is reported. At least once: across an absent broker, a full disk, and SIGKILL.
 *
 * A record is taken when the write to its segment returned: it survives the death
 * of the process (not that of the machine: nothing waits for the disk's own
 * cache). Each kind of record has its lane, numbered from 1 for ever and read in
 * that order. All lanes share `bytes_max`; when that is reached, the oldest unread
 * segment of the least worthy lane goes, and which numbers it held is told through
 * `lost`. While the disk refuses, records wait in memory, up to a ceiling.
 *
 *	spool_open(&plan, error, sizeof(error), &spool);
 *	spool_put(spool, SPOOL_FINDINGS, payload);
 *	while (spool_next(spool, SPOOL_FINDINGS, &frame))
 *		...send frame.payload...
 *	spool_release(spool, SPOOL_FINDINGS, number);	its delivery report came
 *
 * Owns     its folder (one process at a time), segments and memory.
 * Lends    frame.payload, until the next call on the same lane.
 * Thread   one.
 */
#pragma once

#include "parsers/base/status.h"
#include "sensor/publish/spool_frame.h"
#include "sensor/publish/spool_ranges.h"

/* The worthiest first. */
enum spool_lane_name { SPOOL_FINDINGS, SPOOL_HEALTH, SPOOL_INVENTORY, SPOOL_USAGE, SPOOL_LANES };

enum spool_loss {
	SPOOL_LOSS_FULL,    /* the ceiling: let go before it was sent */
	SPOOL_LOSS_MEMORY,  /* the disk refused and memory was at its ceiling */
	SPOOL_LOSS_BROKEN,  /* its bytes on disk are not those that were written */
	SPOOL_LOSS_REFUSED, /* the broker will never take it */
	SPOOL_LOSSES,
};

struct spool_plan {
	const char *folder;
	uint64_t bytes_max;
	uint64_t segment_bytes; /* 0: by bytes_max */
	uint64_t memory_bytes;  /* of each lane */
	uint64_t random;        /* for the checks of the segments */
	void (*lost)(void *context, enum spool_lane_name lane, struct spool_range range, enum spool_loss why);
	void *context;
};

struct spool_counts {
	uint64_t taken;         /* numbered by this process */
	uint64_t waiting;       /* not yet delivered, of earlier processes too */
	uint64_t lost;          /* told through `lost` */
	uint64_t disk_refusals; /* writes that failed */
	uint64_t bytes;         /* on disk, all lanes */
	uint64_t memory_bytes;  /* of this lane, waiting for the disk */
};

struct spool;

MUST_CHECK enum status spool_open(const struct spool_plan *plan, char *error, size_t error_len,
				  struct spool **out_spool);
void spool_close(struct spool *spool); /* accepts NULL */

/* Gives the record its number. Never fails: what cannot be kept is told as lost. */
void spool_put(struct spool *spool, enum spool_lane_name lane, struct bytes payload);
/* The next record that was not handed out yet; false when there is none now, or too many are out. */
bool spool_next(struct spool *spool, enum spool_lane_name lane, struct frame *out_frame);
void spool_release(struct spool *spool, enum spool_lane_name lane, uint64_t number);
/* The broker will never take it: lost, told, and not in the way of the others. */
void spool_refuse(struct spool *spool, enum spool_lane_name lane, uint64_t number);
/* Whatever is out and not released is handed out again, in order. */
void spool_rewind(struct spool *spool, enum spool_lane_name lane);
/* Now and then: writes down what was released, and tries the disk again. */
void spool_poll(struct spool *spool);
void spool_counts(const struct spool *spool, enum spool_lane_name lane, struct spool_counts *out_counts);
const char *spool_lane_text(enum spool_lane_name lane); /* "findings" ... */
/* Why the disk refused last, in words; NULL while it does not. */
const char *spool_trouble(const struct spool *spool);
