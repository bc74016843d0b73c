/*
 * segment: the innermost TCP segment of a packet, after link layer, VLAN tags,
 * tunnels and IP. A view: it lives as long as the packet's bytes.
 *
 *	drop = segment_read(&packet, &counts, &fragments, &segment);
 *	if (drop != DROP_NONE)
 *		...counted already
 */
#pragma once

#include "parsers/base/endpoint.h"
#include "sensor/capture/packet.h"

/* Every packet that does not become a segment has one of these. */
enum drop {
	DROP_NONE,
	DROP_NOT_IP,          /* ARP, LLDP, ... */
	DROP_NOT_TCP,         /* UDP that is no tunnel, ICMP, ... */
	DROP_FRAGMENT,        /* of a datagram that is not yet whole, or never will be */
	DROP_FRAGMENT_JOINED, /* of a datagram that another packet made whole */
	DROP_TRUNCATED,       /* headers are cut by the capture */
	DROP_MALFORMED,       /* a header contradicts itself */
	DROP_LINK_TYPE,       /* a link type that is not read */
	DROP_TUNNEL_DEPTH,    /* more than LIMIT_TUNNEL_DEPTH encapsulations */
	DROP_CHECKSUM,        /* wrong, and the source is told to drop those */
	DROP_COUNT,
};

const char *drop_name(enum drop drop); /* "not_ip" ... */

enum tcp_flag { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PUSH = 8, TCP_ACK = 16, TCP_URG = 32 };

struct segment {
	struct endpoint from, to;
	uint32_t seq, ack;
	uint8_t flags; /* of enum tcp_flag */
	struct bytes payload;
	uint32_t cut_len; /* payload bytes that were on the wire but not captured, behind payload */
	uint64_t time_ns, clock_ns;
	uint64_t number; /* of the packet */
	uint16_t source;
	bool is_decrypted;
	uint16_t vlan; /* outermost VLAN id, 0 none: for doctor and evidence, never for the key */
	uint32_t vni;  /* innermost network of VXLAN or GENEVE, 0 none */
	uint32_t tenant_vlan, tenant_vni; /* part of the key where the source says so, else 0 */

	/* What a copy of the packet shares with it and a retransmission does not: see segment_print. */
	uint16_t ip_id; /* of IPv4; 0: none */
	uint16_t window, checksum;
	uint32_t stamp, stamp_echo; /* RFC 7323 */
	bool has_stamp;
	bool is_signed; /* with RFC 2385's or RFC 5925's option */
};

/* What was seen on the way in. Packets in = segments + sum of drops. */
struct capture_counts {
	uint64_t packets, bytes;
	uint64_t segments;
	uint64_t drops[DROP_COUNT];
	/* Encapsulations undone. */
	uint64_t vlan, vxlan, gre, l2tp, nflog;
	uint64_t llc, tag, mpls, ppp, nsh;          /* tag: VN-Tag, E-Tag, I-Tag, FabricPath */
	uint64_t erspan, geneve, gtp, teredo, tzsp; /* erspan with its header: II and III */
	uint64_t ip_in_ip, authentication_header;
	/* Datagrams made whole; let go when their time was up, or for want of room. Overlaps that differ. */
	uint64_t datagrams_joined, fragments_expired, fragments_evicted, fragments_different;
	uint64_t cut; /* packets of which the capture holds only the start */
	uint64_t checksum_checked, checksum_bad, checksum_offloaded; /* of the segments that were verified */
};

struct fragments;

/*
 * `fragments` holds what waits for the rest of its datagram, between calls with the same counts;
 * with NULL every fragment is a drop. The payload of a datagram made whole lives until the next call.
 */
enum drop segment_read(const struct packet *packet, struct capture_counts *counts,
		       struct fragments *fragments, struct segment *out_segment);

/* Both ends in one order for both directions: what names a connection. Its length: short for IPv4. */
#define SEGMENT_KEY_MAX 44
size_t segment_key(const struct segment *segment, char out_key[SEGMENT_KEY_MAX]);

/* Symmetric: both directions of a connection give the same. Keyed by `seed`. */
uint64_t segment_hash(const struct segment *segment, uint64_t seed);

/*
 * The same for a packet and its copies, whatever VLAN, hops or hardware addresses they came with, and another
 * for a retransmission: that has a new identification or a new time stamp. Where it has neither, the 20 ms in
 * which it was seen tell, because nobody sends again so soon; `before`: as if seen in the 20 ms before. Never
 * 0.
 */
uint32_t segment_print(const struct segment *segment, uint64_t seed, bool before);
bool segment_is_marked(const struct segment *segment); /* it has an identification or a time stamp */
