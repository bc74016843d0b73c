/*
 * fragment: IP fragments become whole datagrams again.
 *
 * Pieces of one datagram share a key: where they were seen (source, VLAN,
 * tunnel), the addresses, and the identification. Where pieces overlap the
 * first copy wins; time is the packet clock, so a replay says the same.
 *
 *	fragments_begin(&fragments, packet->clock_ns, &counts);	for every packet
 *	drop = fragment_join(&fragments, &piece, &counts, &whole);
 *
 * A packet whose piece does not complete its datagram ends as DROP_FRAGMENT.
 * When another one completes it, the earlier ones are counted as
 * DROP_FRAGMENT_JOINED instead: the two counts must live together.
 *
 * Owns     the pieces, at most LIMIT_FRAGMENT_BYTES; the oldest datagram leaves first.
 * Lends    whole.data until the next fragments_begin.
 * Thread   one.
 */
#pragma once

#include "parsers/base/map.h"
#include "sensor/capture/segment.h"

/* A piece completes a datagram in each IP header of a packet, at most. */
#define FRAGMENTS_LENT_MAX 12

struct fragments {
	struct map datagrams; /* not whole yet, in the order of their first pieces */
	struct map joined;    /* were whole a moment ago: what still comes is a copy */
	size_t bytes;
	uint64_t clock_ns;
	char *lent[FRAGMENTS_LENT_MAX];
	size_t lent_count;
};

struct fragment {
	struct address from, to;
	uint64_t scope; /* VLANs and tunnels around it */
	uint16_t source;
	uint32_t id;
	uint8_t protocol; /* names an IPv4 datagram; 0 for IPv6, where it does not */
	uint32_t next;    /* header behind; that of the first piece holds */
	size_t offset;    /* of the piece: a multiple of eight */
	size_t before;    /* bytes of headers that count against the 65,535 of the datagram */
	bool is_last;
	struct bytes data;
};

struct datagram_whole {
	struct bytes data;
	uint32_t next;
};

void fragments_init(struct fragments *fragments, uint64_t seed);
void fragments_finish(struct fragments *fragments); /* accepts zeroed memory */

/* A new packet: takes back what was lent, lets go what is too old. */
void fragments_begin(struct fragments *fragments, uint64_t clock_ns, struct capture_counts *counts);

/* DROP_NONE: *out_whole is the datagram's content. Else why the packet ends here. */
enum drop fragment_join(struct fragments *fragments, const struct fragment *fragment,
			struct capture_counts *counts, struct datagram_whole *out_whole);
