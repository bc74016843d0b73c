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
#include "sensor/capture/plan.h"
#include "sensor/capture/segment.h"

/* What kind of number names the next header. */
enum place {
	PLACE_LINK,      /* link type of the source */
	PLACE_FAMILY,    /* address family of a BSD loopback */
	PLACE_ETHERTYPE, /* IEEE 802 numbers */
	PLACE_IP,        /* IANA protocol numbers, IPv6 extension headers included */
	PLACE_UDP,       /* destination port */
	PLACE_GRE,       /* protocol type of RFC 2784 */
	PLACE_NSH,       /* next protocol of RFC 8300, VXLAN-GPE's too */
	PLACE_PPP,       /* PPP's numbers */
	PLACE_COUNT,
};

struct walk {
	struct cursor at; /* what was captured of this layer */
	size_t cut;       /* bytes of it that were on the wire behind that */
	enum place place; /* of the header at `at` */
	uint32_t number;
	unsigned depth;      /* encapsulations undone */
	unsigned extensions; /* behind the IP header at hand */
	bool is_inside_ip;   /* an IP header was read */
	uint64_t scope;      /* of the VLANs and tunnels so far: fragments of two do not mix */
	uint32_t vlans;      /* ids of the last two VLAN tags */
	bool is_verified;    /* checksums are looked at */
	bool is_header_bad;  /* the innermost IPv4 header has a wrong one */
	bool is_done;        /* the segment is read */
	const struct capture_plan *plan;
	struct segment segment;
	struct capture_counts *counts;
	struct fragments *fragments; /* NULL: they are not joined */
};

typedef enum drop layer_reader(struct walk *walk);

/* The reader for walk->place and walk->number; NULL with the reason why there is none. */
layer_reader *layer_find(const struct walk *walk, enum drop *out_drop);

/* The header at hand is shorter than it must be: cut by the capture, or broken. */
enum drop walk_ran_out(const struct walk *walk);

/* The layer holds `len` bytes in all: what follows is padding, what is missing was cut. */
void walk_narrow(struct walk *walk, size_t len);

/* A header was read: what stands behind it. */
enum drop walk_next(struct walk *walk, enum place place, uint32_t number);

/* The same where the header was an encapsulation's, which `count` counts. */
enum drop walk_enter(struct walk *walk, uint64_t *count, enum place place, uint32_t number);

/* Mixes what names a VLAN, a tunnel or an outer conversation into the scope. */
void walk_scope(struct walk *walk, const void *name, size_t len);

/* Is there a row for it? */
bool layer_is_known(enum place place, uint32_t number);

#define LINK_ETHERNET      1
#define LINK_RAW_IP        101
#define ETHERTYPE_IPV4     0x0800
#define ETHERTYPE_IPV6     0x86dd
#define ETHERTYPE_ETHERNET 0x6558 /* transparent bridging, RFC 1701 */
#define IPV4_HEADER_LEN    20     /* without options */

/* link.c */
layer_reader ethernet_read, sll_read, sll2_read, loopback_read, raw_ip_read, hdlc_read, nflog_read;
/* tag.c */
layer_reader vlan_read, vn_tag_read, e_tag_read, i_tag_read, fabric_path_read, mpls_read, llc_read, nsh_read,
	pppoe_read, ppp_read;
/* ip.c */
layer_reader ipv4_read, ipv6_read, ipv6_option_read, ipv6_fragment_read, authentication_header_read;
/* tunnel.c */
layer_reader gre_read, erspan2_read, erspan3_read, ipv4_in_ip_read, ipv6_in_ip_read;
/* tunnel_udp.c */
layer_reader udp_read, vxlan_read, vxlan_gpe_read, geneve_read, gtp_read, teredo_read, tzsp_read, l2tp_read;
/* segment.c */
layer_reader tcp_read;
