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
	{9, hdlc_read},     {50, hdlc_read},   {104, hdlc_read},   {51, pppoe_read},   {239, nflog_read},
};

/* AF_INET everywhere; AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, macOS. */
static const struct row family_rows[] = {
	{2, ipv4_read}, {10, ipv6_read}, {24, ipv6_read}, {28, ipv6_read}, {30, ipv6_read},
};

/* ETHERTYPE_LLC stands for all lengths. 0x9100 to 0x9300 are VLAN tags of before 802.1ad. */
#define ETHERTYPE_LLC 0
static const struct row ethertype_rows[] = {
	{ETHERTYPE_IPV4, ipv4_read}, {ETHERTYPE_IPV6, ipv6_read}, {0x8100, vlan_read},
	{0x88a8, vlan_read},         {0x9100, vlan_read},         {0x9200, vlan_read},
	{0x9300, vlan_read},         {0x8847, mpls_read},         {0x8848, mpls_read},
	{0x8864, pppoe_read},        {0x8926, vn_tag_read},       {0x893f, e_tag_read},
	{0x88e7, i_tag_read},        {0x8903, fabric_path_read},  {0x894f, nsh_read},
	{0x880b, ppp_read},          {ETHERTYPE_LLC, llc_read},   {ETHERTYPE_ETHERNET, ethernet_read},
};

static const struct row ip_rows[] = {
	{6, tcp_read},           {17, udp_read},         {47, gre_read},
	{4, ipv4_in_ip_read},    {41, ipv6_in_ip_read},  {0, ipv6_option_read},
	{43, ipv6_option_read},  {60, ipv6_option_read}, {44, ipv6_fragment_read},
	{135, ipv6_option_read}, {137, mpls_read},       {51, authentication_header_read},
};

/* 4789 is IANA's, 8472 is what Linux and older overlays use. A plan may name others: find_tunnel. */
static const struct row udp_rows[] = {
	{4789, vxlan_read},  {8472, vxlan_read}, {4790, vxlan_gpe_read},
	{6081, geneve_read}, {2152, gtp_read},   {3544, teredo_read},
	{37008, tzsp_read},  {6635, mpls_read},  {1701, l2tp_read},
};

/* Ethertypes, but only some make sense here; ERSPAN's are Cisco's. */
static const struct row gre_rows[] = {
	{ETHERTYPE_IPV4, ipv4_read}, {ETHERTYPE_IPV6, ipv6_read}, {ETHERTYPE_ETHERNET, ethernet_read},
	{0x88be, erspan2_read},      {0x22eb, erspan3_read},      {0x880b, ppp_read},
	{0x8847, mpls_read},         {0x8848, mpls_read},         {0x894f, nsh_read},
	{0x8100, vlan_read},
};

static const struct row nsh_rows[] = {
	{1, ipv4_read}, {2, ipv6_read}, {3, ethernet_read}, {4, nsh_read}, {5, mpls_read},
};

static const struct row ppp_rows[] = {
	{0x0021, ipv4_read},
	{0x0057, ipv6_read},
	{0x0281, mpls_read},
	{0x0283, mpls_read},
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
	[PLACE_NSH] = {ROWS(nsh_rows), DROP_NOT_IP},
	[PLACE_PPP] = {ROWS(ppp_rows), DROP_NOT_IP},
};

static layer_reader *find(enum place place, uint32_t number)
{
	const struct row *rows = places[place].rows;

	/* IEEE 802.3: up to 1500 it is a length. */
	if (place == PLACE_ETHERTYPE && number <= 1500)
		number = ETHERTYPE_LLC;
	for (size_t i = 0; i < places[place].count; i++)
		if (rows[i].number == number)
			return rows[i].read;
	return NULL;
}

bool layer_is_known(enum place place, uint32_t number)
{
	return find(place, number) != NULL;
}

static layer_reader *const tunnel_readers[TUNNEL_COUNT] = {
	[TUNNEL_VXLAN] = vxlan_read,
	[TUNNEL_GENEVE] = geneve_read,
	[TUNNEL_GTPU] = gtp_read,
};

/* The ports that the plan names for a tunnel take the place of the table's. */
static layer_reader *find_tunnel(const struct capture_plan *plan, uint32_t port)
{
	layer_reader *usual = find(PLACE_UDP, port);

	for (int tunnel = 0; tunnel < TUNNEL_COUNT; tunnel++) {
		const struct tunnel_ports *ports = &plan->tunnels[tunnel];

		for (size_t i = 0; i < ports->count; i++)
			if (ports->list[i] == port)
				return tunnel_readers[tunnel];
		if (ports->count > 0 && usual == tunnel_readers[tunnel])
			usual = NULL;
	}
	return usual;
}

layer_reader *layer_find(const struct walk *walk, enum drop *out_drop)
{
	layer_reader *read = walk->place == PLACE_UDP ? find_tunnel(walk->plan, walk->number)
						      : find(walk->place, walk->number);

	if (read == NULL)
		*out_drop = places[walk->place].absent;
	return read;
}
