/*
 * walk: the way through a frame's layers to its innermost TCP segment. Each
 * reader takes its own header off the front and says what stands behind it:
 * in which place (what kind of number names it) and which number.
 *
 * A new encapsulation is one row in a table of layers.c and one reader.
 *
 * Private to sensor/capture.
 */
#pragma once

#include "parsers/base/cursor.h"
#include "sensor/capture/segment.h"

/* What kind of number names the next header. */
enum place {
	PLACE_LINK,      /* link type of the source */
	PLACE_FAMILY,    /* address family of a BSD loopback */
	PLACE_ETHERTYPE, /* IEEE 802 numbers */
	PLACE_IP,        /* IANA protocol numbers, IPv6 extension headers included */
	PLACE_UDP,       /* destination port */
	PLACE_GRE,       /* protocol type of RFC 2784 */
	PLACE_COUNT,
};

struct walk {
	struct cursor at; /* what was captured of this layer */
	size_t cut;       /* bytes of it that were on the wire behind that */
	enum place place; /* of the header at `at` */
	uint32_t number;
	unsigned depth;      /* encapsulations undone */
	unsigned extensions; /* IPv6 extension headers of the IP header at hand */
	bool is_done;        /* the segment is read */
	struct segment segment;
	struct capture_counts *counts;
};

typedef enum drop layer_reader(struct walk *walk);

/* The reader for walk->place and walk->number; NULL with the reason why there is none. */
layer_reader *layer_find(const struct walk *walk, enum drop *out_drop);

/* The header at hand is shorter than it must be: cut by the capture, or broken. */
enum drop walk_ran_out(const struct walk *walk);

/* The layer holds `len` bytes in all: what follows is padding, what is missing was cut. */
void walk_narrow(struct walk *walk, size_t len);

/* One more encapsulation is undone; DROP_NONE, or DROP_TUNNEL_DEPTH. */
enum drop walk_descend(struct walk *walk);

/* link.c */
layer_reader ethernet_read, sll_read, sll2_read, loopback_read, raw_ip_read, vlan_read;
/* ip.c */
layer_reader ipv4_read, ipv6_read, ipv6_option_read, ipv6_fragment_read;
/* tunnel.c */
layer_reader udp_read, vxlan_read, gre_read, gre_ethernet_read, gre_ipv4_read, gre_ipv6_read;
/* segment.c */
layer_reader tcp_read;
