/*
 * spool_lane: the records of one kind in the spool: segments on disk, then what
 * waits in memory; how far they were handed out and how far released. For the
 * files spool*.c alone.
 *
 * Numbers up to `released` are done. Those from there to `reading` are out, their
 * reports in `done`. The rest waits: in segments, and behind them in memory.
 *
 * Thread   one.
 */
#pragma once

#include "sensor/publish/spool.h"
#include "sensor/publish/spool_segment.h"

#define LANE_OUT_MAX LIMIT_SPOOL_FLIGHT

/* A record that waits in memory. */
struct lane_held {
	struct lane_held *next;
	uint64_t number;
	size_t len;
	char payload[];
};

struct spool_lane {
	enum spool_lane_name name;
	const struct spool_plan *plan;
	int folder;

	struct spool_segment *segments; /* by number */
	size_t segment_count, segment_capacity;
	struct segment_reader reader;
	uint64_t reader_first; /* `first` of the segment that is read; 0: none */
	uint64_t segment_from; /* segments that begin before it were read */
	struct frame ahead;    /* read, but records before it are missing */
	bool has_ahead;

	struct lane_held *held, **held_end;
	size_t held_bytes;

	uint64_t next;     /* number of the next record */
	uint64_t reading;  /* number of the next to hand out */
	uint64_t released; /* this and all before are done */
	uint64_t released_written;
	int released_file;
	unsigned released_slot;
	bool done[LANE_OUT_MAX]; /* number % LANE_OUT_MAX */

	struct spool_ranges told; /* lost, told, and still ahead of `reading` */
	uint64_t taken, lost;
};

MUST_CHECK enum status lane_open(struct spool_lane *lane, enum spool_lane_name name,
				 const struct spool_plan *plan, int folder);
void lane_close(struct spool_lane *lane); /* accepts what lane_open did not open */

/* Writes the record at the end: into a new segment when the newest is full or closed. STATUS_IO: errno says
 * why. */
MUST_CHECK enum status lane_append(struct spool_lane *lane, uint64_t number, struct bytes payload,
				   uint64_t segment_bytes, struct buffer *scratch);
/* Lets the oldest unread segment go. False when there is none. */
bool lane_evict(struct spool_lane *lane);
void lane_hold(struct spool_lane *lane, uint64_t number, struct bytes payload);
/* Lets the oldest of memory go that was not handed out. False when there is none. */
bool lane_unhold_unread(struct spool_lane *lane);
/* One that was not handed out: told, and passed over later. */
void lane_lose(struct spool_lane *lane, uint64_t number, enum spool_loss why);
void lane_unhold(struct spool_lane *lane); /* forgets the oldest of memory */

bool lane_next(struct spool_lane *lane, struct frame *out_frame);
void lane_release(struct spool_lane *lane, uint64_t number);
/* Files whose records are all done go, once it is written down that they are. */
void lane_drop_done(struct spool_lane *lane);
void lane_rewind(struct spool_lane *lane);
void lane_write_released(struct spool_lane *lane);
void lane_tell_lost(struct spool_lane *lane, struct spool_range range, enum spool_loss why);
uint64_t lane_bytes(const struct spool_lane *lane);
