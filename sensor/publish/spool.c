#include "sensor/publish/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sensor/publish/spool_lane.h"

#define FOLDER_MODE      0700
#define RELEASED_EVERY   (SECONDS / 5)
#define DISK_AGAIN_AFTER SECONDS /* what was refused is tried again */
#define SEGMENTS_A_SPOOL 16      /* room is made in such parts */

struct spool {
	struct spool_plan plan;
	int folder, lock;
	struct spool_lane lanes[SPOOL_LANES];
	struct buffer scratch; /* one frame */
	uint64_t disk_refusals;
	uint64_t refused_ns; /* 0: the disk takes what it is given */
	uint64_t written_ns; /* what was released was written down */
	char trouble[128];
};

const char *spool_lane_text(enum spool_lane_name lane)
{
	static const char *const names[SPOOL_LANES] = {
		[SPOOL_FINDINGS] = "findings",
		[SPOOL_HEALTH] = "health",
		[SPOOL_INVENTORY] = "inventory",
		[SPOOL_USAGE] = "usage",
	};

	return names[lane];
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECONDS + (uint64_t)now.tv_nsec;
}

/* -- opening ---------------------------------------------------------------- */

static const char *open_folder(struct spool *spool, const char *path)
{
	if (mkdir(path, FOLDER_MODE) != 0 && errno != EEXIST)
		return "cannot be made";
	spool->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spool->folder < 0)
		return "cannot be opened";
	spool->lock = openat(spool->folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (spool->lock < 0)
		return "cannot be written to";
	if (flock(spool->lock, LOCK_EX | LOCK_NB) != 0)
		return "is in use by another sensor";
	return NULL;
}

static enum status open_lanes(struct spool *spool)
{
	enum status status = STATUS_OK;

	for (int i = 0; status == STATUS_OK && i < SPOOL_LANES; i++)
		status = lane_open(&spool->lanes[i], (enum spool_lane_name)i, &spool->plan, spool->folder);
	return status;
}

enum status spool_open(const struct spool_plan *plan, char *error, size_t error_len, struct spool **out_spool)
{
	struct spool *spool = calloc(1, sizeof(*spool));
	enum status status;
	const char *fault;

	if (spool == NULL) {
		snprintf(error, error_len, "no memory");
		return STATUS_NO_MEMORY;
	}
	spool->plan = *plan;
	spool->folder = spool->lock = -1;
	spool->scratch = BUFFER_MAX(FRAME_BYTES_MAX);
	if (plan->segment_bytes == 0) {
		spool->plan.segment_bytes = plan->bytes_max / SEGMENTS_A_SPOOL;
		if (spool->plan.segment_bytes > LIMIT_SPOOL_SEGMENT_BYTES)
			spool->plan.segment_bytes = LIMIT_SPOOL_SEGMENT_BYTES;
	}
	fault = open_folder(spool, plan->folder);
	if (fault != NULL) {
		snprintf(error, error_len, "the spool %s %s: %s", plan->folder, fault, strerror(errno));
		spool_close(spool);
		return STATUS_IO;
	}
	status = open_lanes(spool);
	if (status != STATUS_OK) {
		snprintf(error, error_len, "the spool %s cannot be read: %s", plan->folder, strerror(errno));
		spool_close(spool);
		return status;
	}
	*out_spool = spool;
	return STATUS_OK;
}

void spool_close(struct spool *spool)
{
	if (spool == NULL)
		return;
	for (int i = 0; i < SPOOL_LANES; i++)
		lane_close(&spool->lanes[i]);
	if (spool->lock >= 0)
		close(spool->lock);
	if (spool->folder >= 0)
		close(spool->folder);
	buffer_finish(&spool->scratch);
	free(spool);
}

/* -- writing ---------------------------------------------------------------- */

static bool is_full(const struct spool *spool, size_t more)
{
	uint64_t bytes = 0;
	size_t segments = 0;

	for (int i = 0; i < SPOOL_LANES; i++) {
		bytes += lane_bytes(&spool->lanes[i]);
		segments += spool->lanes[i].segment_count;
	}
	return bytes + more > spool->plan.bytes_max || segments >= LIMIT_SPOOL_SEGMENTS;
}

/* Lets go what is worth least, and never what is worth more than the record that comes. */
static bool make_room(struct spool *spool, enum spool_lane_name lane, size_t len)
{
	int least = SPOOL_LANES - 1;

	while (is_full(spool, len)) {
		if (lane_evict(&spool->lanes[least]))
			continue;
		if (least == (int)lane)
			return false;
		least--;
	}
	return true;
}

static bool write_record(struct spool *spool, struct spool_lane *lane, uint64_t number, struct bytes payload)
{
	const char *why = "its ceiling is reached, and all of it is with the broker";

	if (make_room(spool, lane->name, payload.len + 2 * FRAME_OVERHEAD)) {
		if (lane_append(lane, number, payload, spool->plan.segment_bytes, &spool->scratch) ==
		    STATUS_OK) {
			spool->refused_ns = 0;
			return true;
		}
		why = strerror(errno);
	}
	spool->disk_refusals++;
	spool->refused_ns = now_ns();
	snprintf(spool->trouble, sizeof(spool->trouble), "the spool cannot be written: %s", why);
	return false;
}

/* What waits in memory goes to the disk first, in order. False while something still waits. */
static bool write_held(struct spool *spool, struct spool_lane *lane)
{
	if (lane->held == NULL)
		return true;
	if (spool->refused_ns != 0 && now_ns() - spool->refused_ns < DISK_AGAIN_AFTER)
		return false;
	while (lane->held != NULL) {
		struct bytes payload = {.data = lane->held->payload, .len = lane->held->len};

		/* `ahead` and what is lent to the caller may lie in memory: lane_next is asked again. */
		if (!write_record(spool, lane, lane->held->number, payload))
			return false;
		lane_unhold(lane);
	}
	return true;
}

void spool_put(struct spool *spool, enum spool_lane_name name, struct bytes payload)
{
	struct spool_lane *lane = &spool->lanes[name];
	uint64_t number = lane->next;
	bool is_written;

	lane->taken++;
	if (payload.len > FRAME_PAYLOAD_MAX) {
		lane->next++;
		lane_lose(lane, number, SPOOL_LOSS_REFUSED);
		return;
	}
	is_written = write_held(spool, lane) && write_record(spool, lane, number, payload);
	lane->next++;
	if (is_written)
		return;
	while (lane->held_bytes + payload.len > spool->plan.memory_bytes)
		if (!lane_unhold_unread(lane)) {
			lane_lose(lane, number, SPOOL_LOSS_MEMORY);
			return;
		}
	lane_hold(lane, number, payload);
}

/* -- reading ---------------------------------------------------------------- */

bool spool_next(struct spool *spool, enum spool_lane_name lane, struct frame *out_frame)
{
	return lane_next(&spool->lanes[lane], out_frame);
}

void spool_release(struct spool *spool, enum spool_lane_name lane, uint64_t number)
{
	lane_release(&spool->lanes[lane], number);
}

void spool_refuse(struct spool *spool, enum spool_lane_name lane, uint64_t number)
{
	lane_tell_lost(&spool->lanes[lane], (struct spool_range){number, number}, SPOOL_LOSS_REFUSED);
	lane_release(&spool->lanes[lane], number);
}

void spool_rewind(struct spool *spool, enum spool_lane_name lane)
{
	lane_rewind(&spool->lanes[lane]);
}

void spool_poll(struct spool *spool)
{
	uint64_t time_ns = now_ns();

	if (time_ns - spool->written_ns < RELEASED_EVERY)
		return;
	spool->written_ns = time_ns;
	for (int i = 0; i < SPOOL_LANES; i++) {
		lane_write_released(&spool->lanes[i]);
		(void)write_held(spool, &spool->lanes[i]);
	}
}

void spool_counts(const struct spool *spool, enum spool_lane_name name, struct spool_counts *out_counts)
{
	const struct spool_lane *lane = &spool->lanes[name];

	*out_counts = (struct spool_counts){.taken = lane->taken,
					    .waiting = lane->next - 1 - lane->released,
					    .lost = lane->lost,
					    .disk_refusals = spool->disk_refusals,
					    .memory_bytes = lane->held_bytes};
	for (int i = 0; i < SPOOL_LANES; i++)
		out_counts->bytes += lane_bytes(&spool->lanes[i]);
}

const char *spool_trouble(const struct spool *spool)
{
	return spool->refused_ns != 0 ? spool->trouble : NULL;
}
