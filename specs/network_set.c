#include "specs/network_set.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"

/* Bytes of the address, behind one that tells IPv4 from IPv6. */
#define KEY_LEN 17

struct network_range {
	uint8_t first[KEY_LEN], last[KEY_LEN];
};

static void make_key(const struct address *address, uint8_t key[KEY_LEN])
{
	key[0] = address->is_ipv6;
	memcpy(key + 1, address->bytes, KEY_LEN - 1);
}

static bool grow(struct network_set *set)
{
	size_t capacity = set->capacity == 0 ? 64 : 2 * set->capacity;
	struct network_range *ranges = realloc(set->ranges, capacity * sizeof(*ranges));

	if (ranges == NULL)
		return false;
	set->ranges = ranges;
	set->capacity = capacity;
	return true;
}

static void add(struct network_set *set, const struct network *network)
{
	struct network_range *range = &set->ranges[set->count++];
	unsigned bits = network->address.is_ipv6 ? 128 : 32;

	make_key(&network->address, range->first);
	memcpy(range->last, range->first, KEY_LEN);
	for (unsigned bit = network->prefix_len; bit < bits; bit++)
		range->last[1 + bit / 8] |= (uint8_t)(0x80 >> (bit % 8));
}

/* Up to white space or a remark. */
static struct bytes first_word(struct bytes line)
{
	size_t len = 0;

	line = bytes_trim(line);
	while (len < line.len && !ascii_is_space(line.data[len]) && line.data[len] != '#' &&
	       line.data[len] != ';')
		len++;
	return bytes_slice(line, 0, len);
}

enum status network_set_read(struct network_set *set, struct bytes text, const char *file,
			     struct problems *problems)
{
	uint32_t line = 0;

	for (struct bytes rest = text; rest.data != NULL;) {
		struct bytes word = first_word(bytes_split(&rest, '\n'));
		struct place place = {.file = file, .line = ++line};
		struct network network;

		if (word.len == 0)
			continue;
		if (!network_read(word, &network)) {
			problems_add(problems, PROBLEM_WARNING, "sensor.config_error", place,
				     "write 192.0.2.0/24, host bits zero, or an address alone",
				     "this line is no network");
			continue;
		}
		if (set->count == LIMIT_NETWORKS) {
			problems_add(problems, PROBLEM_WARNING, "sensor.config_error", place,
				     "join neighbouring networks", "the rest is left out: too many networks");
			return STATUS_OK;
		}
		if (set->count == set->capacity && !grow(set))
			return STATUS_NO_MEMORY;
		add(set, &network);
	}
	return STATUS_OK;
}

static int compare(const void *a, const void *b)
{
	return memcmp(((const struct network_range *)a)->first, ((const struct network_range *)b)->first,
		      KEY_LEN);
}

void network_set_close(struct network_set *set)
{
	size_t kept = 0;

	if (set->count == 0)
		return;
	qsort(set->ranges, set->count, sizeof(*set->ranges), compare);
	for (size_t i = 1; i < set->count; i++) {
		struct network_range *before = &set->ranges[kept];

		if (memcmp(set->ranges[i].first, before->last, KEY_LEN) > 0)
			set->ranges[++kept] = set->ranges[i];
		else if (memcmp(set->ranges[i].last, before->last, KEY_LEN) > 0)
			memcpy(before->last, set->ranges[i].last, KEY_LEN);
	}
	set->count = kept + 1;
}

bool network_set_has(const struct network_set *set, const struct address *address)
{
	size_t low = 0, high = set->count;
	uint8_t key[KEY_LEN];

	make_key(address, key);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(set->ranges[middle].last, key, KEY_LEN) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < set->count && memcmp(set->ranges[low].first, key, KEY_LEN) <= 0;
}

void network_set_finish(struct network_set *set)
{
	free(set->ranges);
	*set = (struct network_set){.count = 0};
}
