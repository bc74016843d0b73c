/*
 * fuzz_capture: packets of one link type (first two bytes), each with a byte of
 * seconds since the one before and two of length, through segment_read with
 * fragments. It aborts when a packet is not accounted for once, or what was
 * joined is more than its ceiling.
 */
#include <stdlib.h>
#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "sensor/capture/fragment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void feed(struct fragments *fragments, struct capture_counts *counts, struct packet *packet,
		 const uint8_t *data, size_t len)
{
	char *copy = malloc(len == 0 ? 1 : len); /* so that reading past its end is noticed */
	struct segment segment;
	uint64_t sum = 0;

	CHECK(copy != NULL);
	if (len > 0)
		memcpy(copy, data, len);
	packet->data = (struct bytes){.data = copy, .len = len};
	packet->number++;
	if (segment_read(packet, counts, fragments, &segment) == DROP_NONE)
		for (size_t i = 0; i < segment.payload.len; i++)
			sum += (unsigned char)segment.payload.data[i];
	CHECK(sum <= 255ull * LIMIT_SNAPLEN);
	sum = counts->segments;
	for (int drop = DROP_NONE + 1; drop < DROP_COUNT; drop++)
		sum += counts->drops[drop];
	CHECK(sum == counts->packets && counts->packets == packet->number);
	CHECK(fragments->bytes <= LIMIT_FRAGMENT_BYTES);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct capture_counts counts = {0};
	struct fragments fragments;
	struct packet packet = {0};

	if (len < 2)
		return 0;
	packet.link_type = data[0] << 8 | data[1];
	fragments_init(&fragments, 1);
	for (size_t at = 2; at + 3 <= len;) {
		size_t wanted = (size_t)data[at + 1] << 8 | data[at + 2];
		size_t left = len - at - 3;
		size_t taken = wanted < left ? wanted : left;

		packet.clock_ns += data[at] * SECONDS;
		packet.time_ns = packet.clock_ns;
		packet.wire_len = (uint32_t)wanted;
		feed(&fragments, &counts, &packet, data + at + 3, taken);
		at += 3 + taken;
	}
	fragments_finish(&fragments);
	CHECK(fragments.bytes == 0);
	return 0;
}
