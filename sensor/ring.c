#include "sensor/ring.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"

/* Before each record. SKIP: the rest of the memory up to its end is unused. */
struct record {
	uint64_t len;
	uint64_t stride;
};

#define SKIP      UINT64_MAX
#define ALIGNMENT 16

/* Hundreds of records are put in before more is claimed; so much is never given back. */
#define CLAIM_BYTES (256 * KIB)

/* Of a record that another processor wrote: its head, and the head of a message in it. */
#define CALLED_BYTES 1024

static uint64_t stride_of(size_t len)
{
	return (sizeof(struct record) + len + ALIGNMENT - 1) & ~(uint64_t)(ALIGNMENT - 1);
}

bool ring_init(struct ring *ring, size_t len)
{
	size_t rounded = 4096;

	while (rounded < len)
		rounded *= 2;
	memset(ring, 0, sizeof(*ring));
	ring->memory = aligned_alloc(CACHE_LINE, rounded);
	ring->len = rounded;
	return ring->memory != NULL;
}

void ring_finish(struct ring *ring)
{
	free(ring->memory);
	ring->memory = NULL;
}

static struct record *record_at(struct ring *ring, uint64_t position)
{
	return (struct record *)(void *)(ring->memory + (position & (ring->len - 1)));
}

/* Nobody holds it for long: a claim is two numbers, giving back is a millisecond, and only when all is quiet.
 */
static void hold(struct ring *ring)
{
	while (atomic_exchange_explicit(&ring->is_claiming, true, memory_order_acquire))
		sched_yield();
}

static void let_go(struct ring *ring)
{
	atomic_store_explicit(&ring->is_claiming, false, memory_order_release);
}

static bool has_room(struct ring *ring, uint64_t end)
{
	uint64_t free_to, claimed;

	if (end <= ring->claimed)
		return true;
	free_to = atomic_load_explicit(&ring->tail, memory_order_acquire) + ring->len;
	if (end > free_to)
		return false;
	claimed = end + CLAIM_BYTES;
	hold(ring);
	ring->claimed = claimed < free_to ? claimed : free_to;
	let_go(ring);
	return true;
}

void *ring_reserve(struct ring *ring, size_t len)
{
	uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	uint64_t stride = stride_of(len);
	uint64_t to_end = ring->len - (head & (ring->len - 1));
	struct record *record;

	if (stride < len || stride > ring->len / 2)
		return NULL;
	if (to_end < stride) {
		if (!has_room(ring, head + to_end + stride))
			return NULL;
		*record_at(ring, head) = (struct record){.len = SKIP, .stride = to_end};
		head += to_end;
	} else if (!has_room(ring, head + stride)) {
		return NULL;
	}
	record = record_at(ring, head);
	*record = (struct record){.len = len, .stride = stride};
	ring->reserved = head + stride;
	return record + 1;
}

void ring_commit(struct ring *ring)
{
	atomic_store_explicit(&ring->head, ring->reserved, memory_order_release);
}

void *ring_peek(struct ring *ring, size_t *out_len)
{
	uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	struct record *record;

	if (tail == ring->head_seen)
		ring->head_seen = atomic_load_explicit(&ring->head, memory_order_acquire);
	if (tail == ring->head_seen)
		return NULL;
	record = record_at(ring, tail);
	if (record->len == SKIP) {
		tail += record->stride;
		record = record_at(ring, tail);
	}
	CHECK(record->len <= ring->len);
	ring->released = tail + record->stride;
	*out_len = record->len;
	return record + 1;
}

void ring_call_next(const struct ring *ring)
{
	const char *next = ring->memory + (ring->released & (ring->len - 1));

	for (size_t at = 0; at < CALLED_BYTES; at += CACHE_LINE)
		__builtin_prefetch(next + at);
}

void ring_release(struct ring *ring)
{
	atomic_store_explicit(&ring->tail, ring->released, memory_order_release);
}

bool ring_is_empty(const struct ring *ring)
{
	uint64_t head = atomic_load_explicit(&ring->head, memory_order_acquire);

	return atomic_load_explicit(&ring->tail, memory_order_acquire) == head;
}

bool ring_is_half_full(struct ring *ring)
{
	uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	uint64_t head = atomic_load_explicit(&ring->head, memory_order_acquire);

	return head - tail > ring->len / 2;
}

uint64_t ring_moved(const struct ring *ring)
{
	return atomic_load_explicit(&ring->head, memory_order_relaxed) +
	       atomic_load_explicit(&ring->tail, memory_order_relaxed);
}

/* Whole pages only, of memory that nobody may touch now. */
static void give_back_run(char *from, char *to)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	size_t before = (page - (uintptr_t)from % page) % page;
	size_t behind = (uintptr_t)to % page;

	if ((size_t)(to - from) > before + behind)
		(void)madvise(from + before, (size_t)(to - from) - before - behind, MADV_DONTNEED);
}

void ring_give_back(struct ring *ring)
{
	uint64_t from, to;
	size_t at, len;

	hold(ring);
	from = ring->claimed;
	to = atomic_load_explicit(&ring->tail, memory_order_acquire) + ring->len;
	at = from & (ring->len - 1);
	len = to - from;
	if (len > ring->len - at) {
		give_back_run(ring->memory, ring->memory + (len - (ring->len - at)));
		len = ring->len - at;
	}
	give_back_run(ring->memory + at, ring->memory + at + len);
	let_go(ring);
}
