/* What mirrors wrap frames in: VXLAN (RFC 7348) and GRE (RFC 2784, 2890). */
#include "sensor/capture/walk.h"

enum drop udp_read(struct walk *walk)
{
	size_t len;

	cursor_skip(&walk->at, 2);
	walk->number = cursor_u16(&walk->at);
	len = cursor_u16(&walk->at);
	cursor_skip(&walk->at, 2);
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	walk->place = PLACE_UDP;
	if (len == 0) /* a jumbogram, or TSO */
		return DROP_NONE;
	if (len < 8)
		return DROP_MALFORMED;
	/* Never more than IP said: a longer UDP length is the header's lie. */
	if (len - 8 < walk->at.left + walk->cut)
		walk_narrow(walk, len - 8);
	return DROP_NONE;
}

#define VXLAN_HAS_NETWORK 0x08

enum drop vxlan_read(struct walk *walk)
{
	uint8_t flags = cursor_u8(&walk->at);
	uint32_t vni;

	cursor_skip(&walk->at, 3);
	vni = cursor_u24(&walk->at);
	cursor_skip(&walk->at, 1);
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	if ((flags & VXLAN_HAS_NETWORK) == 0)
		return DROP_NOT_TCP; /* something else uses the port */
	walk->counts->vxlan++;
	walk->segment.vni = vni;
	walk->place = PLACE_LINK;
	walk->number = 1;
	return walk_descend(walk);
}

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_VERSION = 0x0007,
};

enum drop gre_read(struct walk *walk)
{
	uint16_t flags = cursor_u16(&walk->at);

	walk->number = cursor_u16(&walk->at);
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	if ((flags & (GRE_VERSION | GRE_ROUTING)) != 0)
		return DROP_NOT_TCP; /* PPTP, or the routing that RFC 2784 took away */
	if (flags & GRE_CHECKSUM)
		cursor_skip(&walk->at, 4);
	if (flags & GRE_KEY)
		cursor_skip(&walk->at, 4);
	if (flags & GRE_SEQUENCE)
		cursor_skip(&walk->at, 4);
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	walk->place = PLACE_GRE;
	return DROP_NONE;
}

static enum drop gre_enter(struct walk *walk, layer_reader *read)
{
	enum drop drop = walk_descend(walk);

	if (drop != DROP_NONE)
		return drop;
	walk->counts->gre++;
	return read(walk);
}

enum drop gre_ethernet_read(struct walk *walk)
{
	return gre_enter(walk, ethernet_read);
}

enum drop gre_ipv4_read(struct walk *walk)
{
	return gre_enter(walk, ipv4_read);
}

enum drop gre_ipv6_read(struct walk *walk)
{
	return gre_enter(walk, ipv6_read);
}
