/* What is read where: one table a place, the usual rows first. */
#include "sensor/capture/walk.h"

struct row {
	uint32_t number;
	layer_reader *read;
};

/* LINKTYPE_ values, tcpdump.org/linktypes.html; 12 and 14 are DLT_RAW as Linux and OpenBSD number it. */
static const struct row link_rows[] = {
	{1, ethernet_read}, {113, sll_read},   {276, sll2_read},   {0, loopback_read}, {108, loopback_read},
	{12, raw_ip_read},  {14, raw_ip_read}, {101, raw_ip_read}, {228, raw_ip_read}, {229, raw_ip_read},
};

/* AF_INET everywhere; AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, macOS. */
static const struct row family_rows[] = {
	{2, ipv4_read}, {10, ipv6_read}, {24, ipv6_read}, {28, ipv6_read}, {30, ipv6_read},
};

static const struct row ethertype_rows[] = {
	{0x0800, ipv4_read}, {0x86dd, ipv6_read}, {0x8100, vlan_read},
	{0x88a8, vlan_read}, {0x9100, vlan_read},
};

static const struct row ip_rows[] = {
	{6, tcp_read},          {17, udp_read},         {47, gre_read},           {0, ipv6_option_read},
	{43, ipv6_option_read}, {60, ipv6_option_read}, {44, ipv6_fragment_read},
};

/* 4789 is IANA's, 8472 is what Linux and older overlays use. */
static const struct row udp_rows[] = {{4789, vxlan_read}, {8472, vxlan_read}};

static const struct row gre_rows[] = {
	{0x0800, gre_ipv4_read},
	{0x86dd, gre_ipv6_read},
	{0x6558, gre_ethernet_read},
};

#define ROWS(rows) rows, sizeof(rows) / sizeof((rows)[0])

static const struct {
	const struct row *rows;
	size_t count;
	enum drop absent; /* what a number means that is in no row */
} places[PLACE_COUNT] = {
	[PLACE_LINK] = {ROWS(link_rows), DROP_LINK_TYPE},
	[PLACE_FAMILY] = {ROWS(family_rows), DROP_NOT_IP},
	[PLACE_ETHERTYPE] = {ROWS(ethertype_rows), DROP_NOT_IP},
	[PLACE_IP] = {ROWS(ip_rows), DROP_NOT_TCP},
	[PLACE_UDP] = {ROWS(udp_rows), DROP_NOT_TCP},
	[PLACE_GRE] = {ROWS(gre_rows), DROP_NOT_TCP},
};

layer_reader *layer_find(const struct walk *walk, enum drop *out_drop)
{
	const struct row *rows = places[walk->place].rows;

	for (size_t i = 0; i < places[walk->place].count; i++)
		if (rows[i].number == walk->number)
			return rows[i].read;
	*out_drop = places[walk->place].absent;
	return NULL;
}
