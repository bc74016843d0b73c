#include "sensor/capture/fragment.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"

#define DATAGRAM_LEN_MAX 65535
#define BLOCK_LEN        8 /* offsets count in eights: RFC 791, section 3.1 */
#define BLOCKS_MAX       (DATAGRAM_LEN_MAX / BLOCK_LEN + 1)
#define CAPACITY_MIN     4096

/* A datagram is a bit a block: holes, overlaps and copies need no list that somebody could make long. */
struct datagram {
	char *data;
	size_t capacity;
	size_t high;   /* end of the furthest piece */
	size_t total;  /* 0 until the last piece came */
	size_t blocks; /* that are there */
	uint64_t first_ns;
	uint64_t packets; /* that ended as DROP_FRAGMENT for it */
	uint32_t next;
	uint64_t there[BLOCKS_MAX / 64 + 1];
};

#define KEY_LEN 48

static void key_write(const struct fragment *fragment, char out_key[KEY_LEN])
{
	memcpy(out_key, &fragment->scope, 8);
	memcpy(out_key + 8, &fragment->id, 4);
	memcpy(out_key + 12, &fragment->source, 2);
	out_key[14] = (char)fragment->from.is_ipv6;
	out_key[15] = (char)fragment->protocol;
	memcpy(out_key + 16, fragment->from.bytes, 16);
	memcpy(out_key + 32, fragment->to.bytes, 16);
}

static void datagram_leave(void *context, void *value)
{
	struct fragments *fragments = context;
	struct datagram *datagram = value;

	fragments->bytes -= datagram->capacity;
	free(datagram->data);
}

void fragments_init(struct fragments *fragments, uint64_t seed)
{
	*fragments = (struct fragments){0};
	map_init(&fragments->datagrams, &(struct map_plan){.entries_max = LIMIT_FRAGMENT_DATAGRAMS,
							   .value_len = sizeof(struct datagram),
							   .seed = seed,
							   .leave = datagram_leave,
							   .context = fragments});
	map_init(&fragments->joined, &(struct map_plan){.entries_max = LIMIT_FRAGMENT_DATAGRAMS,
							.value_len = sizeof(uint64_t),
							.seed = seed});
}

static void take_back(struct fragments *fragments)
{
	for (size_t i = 0; i < fragments->lent_count; i++)
		free(fragments->lent[i]);
	fragments->lent_count = 0;
}

void fragments_finish(struct fragments *fragments)
{
	take_back(fragments);
	map_finish(&fragments->datagrams);
	map_finish(&fragments->joined);
}

void fragments_begin(struct fragments *fragments, uint64_t clock_ns, struct capture_counts *counts)
{
	struct datagram *oldest;
	uint64_t *joined_ns;

	if (clock_ns > fragments->clock_ns)
		fragments->clock_ns = clock_ns;
	if (fragments->lent_count == 0 && fragments->datagrams.count == 0 && fragments->joined.count == 0)
		return; /* nearly always */
	take_back(fragments);
	while ((oldest = map_oldest(&fragments->datagrams)) != NULL &&
	       fragments->clock_ns - oldest->first_ns > LIMIT_FRAGMENT_NS) {
		map_remove(&fragments->datagrams, oldest);
		counts->fragments_expired++;
	}
	while ((joined_ns = map_oldest(&fragments->joined)) != NULL &&
	       fragments->clock_ns - *joined_ns > LIMIT_FRAGMENT_LATE_NS)
		map_remove(&fragments->joined, joined_ns);
}

/* Lets the oldest other datagrams go until `more` bytes fit. */
static void make_room(struct fragments *fragments, const struct datagram *but, size_t more,
		      struct capture_counts *counts)
{
	struct datagram *oldest = map_oldest(&fragments->datagrams);

	while (oldest != NULL && fragments->bytes + more > LIMIT_FRAGMENT_BYTES) {
		struct datagram *newer = map_newer(oldest);

		if (oldest != but) {
			map_remove(&fragments->datagrams, oldest);
			counts->fragments_evicted++;
		}
		oldest = newer;
	}
}

static bool grow(struct fragments *fragments, struct datagram *datagram, size_t end,
		 struct capture_counts *counts)
{
	size_t capacity = datagram->capacity == 0 ? CAPACITY_MIN : datagram->capacity;
	char *data;

	while (capacity < end)
		capacity *= 2;
	if (capacity == datagram->capacity)
		return true;
	make_room(fragments, datagram, capacity - datagram->capacity, counts);
	data = realloc(datagram->data, capacity);
	if (data == NULL)
		return false;
	fragments->bytes += capacity - datagram->capacity;
	datagram->data = data;
	datagram->capacity = capacity;
	return true;
}

/* The first copy of each block stays; true when a later one says something else. */
static bool lay(struct datagram *datagram, size_t offset, struct bytes data)
{
	bool is_different = false;

	for (size_t at = 0; at < data.len; at += BLOCK_LEN) {
		size_t block = (offset + at) / BLOCK_LEN;
		size_t len = data.len - at < BLOCK_LEN ? data.len - at : BLOCK_LEN;
		uint64_t bit = 1ull << block % 64;

		if (datagram->there[block / 64] & bit) {
			is_different |= memcmp(datagram->data + offset + at, data.data + at, len) != 0;
			continue;
		}
		datagram->there[block / 64] |= bit;
		datagram->blocks++;
		memcpy(datagram->data + offset + at, data.data + at, len);
	}
	return is_different;
}

/* False when it ends elsewhere than the datagram, as it is known so far, does: then it is not used. */
static bool take(struct datagram *datagram, const struct fragment *fragment, struct capture_counts *counts)
{
	size_t end = fragment->offset + fragment->data.len;

	if (fragment->is_last ? end < datagram->high || (datagram->total != 0 && end != datagram->total)
			      : datagram->total != 0 && end > datagram->total) {
		counts->fragments_different++;
		return false;
	}
	if (fragment->is_last)
		datagram->total = end;
	if (end > datagram->high)
		datagram->high = end;
	if (fragment->offset == 0 && !(datagram->there[0] & 1))
		datagram->next = fragment->next;
	if (lay(datagram, fragment->offset, fragment->data))
		counts->fragments_different++;
	return datagram->total != 0 && datagram->blocks == (datagram->total + BLOCK_LEN - 1) / BLOCK_LEN;
}

static void lend(struct fragments *fragments, struct datagram *datagram, struct bytes key,
		 struct capture_counts *counts, struct datagram_whole *out_whole)
{
	uint64_t *joined_ns;
	bool is_new;

	*out_whole = (struct datagram_whole){.data = {.data = datagram->data, .len = datagram->total},
					     .next = datagram->next};
	counts->datagrams_joined++;
	counts->drops[DROP_FRAGMENT] -= datagram->packets;
	counts->drops[DROP_FRAGMENT_JOINED] += datagram->packets;
	fragments->lent[fragments->lent_count++] = datagram->data;
	fragments->bytes -= datagram->capacity;
	datagram->data = NULL;
	datagram->capacity = 0;
	map_remove(&fragments->datagrams, datagram);
	joined_ns = map_put(&fragments->joined, key, &is_new);
	if (joined_ns != NULL)
		*joined_ns = fragments->clock_ns;
}

enum drop fragment_join(struct fragments *fragments, const struct fragment *fragment,
			struct capture_counts *counts, struct datagram_whole *out_whole)
{
	size_t end = fragment->offset + fragment->data.len;
	char key_data[KEY_LEN];
	struct bytes key = {.data = key_data, .len = KEY_LEN};
	uint64_t evicted = fragments->datagrams.evicted;
	struct datagram *datagram;
	bool is_new;

	/* RFC 1858 and the "ping of death": past the largest datagram there is nothing. */
	if (fragment->data.len == 0 || end + fragment->before > DATAGRAM_LEN_MAX ||
	    fragments->lent_count == FRAGMENTS_LENT_MAX)
		return DROP_MALFORMED;
	key_write(fragment, key_data);
	if (map_find(&fragments->joined, key) != NULL)
		return DROP_FRAGMENT_JOINED;
	/* Found without a touch: the order stays that of the first pieces. */
	datagram = map_find(&fragments->datagrams, key);
	if (datagram == NULL) {
		datagram = map_put(&fragments->datagrams, key, &is_new);
		if (datagram == NULL)
			return DROP_FRAGMENT;
		counts->fragments_evicted += fragments->datagrams.evicted - evicted;
		datagram->first_ns = fragments->clock_ns;
	}
	if (!grow(fragments, datagram, end, counts) || !take(datagram, fragment, counts)) {
		datagram->packets++;
		return DROP_FRAGMENT;
	}
	lend(fragments, datagram, key, counts, out_whole);
	return DROP_NONE;
}
