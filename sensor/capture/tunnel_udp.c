/* What travels in UDP. A port is no proof: what does not look like the tunnel is DROP_NOT_TCP. */
#include "sensor/capture/walk.h"

#define TEREDO_PORT 3544

enum drop udp_read(struct walk *walk)
{
	uint16_t from = cursor_u16(&walk->at);
	uint16_t to = cursor_u16(&walk->at);
	size_t len = cursor_u16(&walk->at);

	cursor_skip(&walk->at, 2);
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	if (len != 0 && len < 8)
		return DROP_MALFORMED;
	/* Never more than IP said: a longer UDP length is the header's lie. 0: a jumbogram, or TSO. */
	if (len != 0 && len - 8 < walk->at.left + walk->cut)
		walk_narrow(walk, len - 8);
	/* Teredo's relays answer from its port; the other tunnels always send to theirs. */
	return walk_next(walk, PLACE_UDP, from == TEREDO_PORT ? from : to);
}

#define VXLAN_HAS_NETWORK  0x08
#define VXLAN_HAS_PROTOCOL 0x04

static void network_take(struct walk *walk)
{
	walk->segment.vni = cursor_u24(&walk->at);
	walk_scope(walk, &walk->segment.vni, sizeof(walk->segment.vni));
}

/* RFC 7348 */
enum drop vxlan_read(struct walk *walk)
{
	uint8_t flags = cursor_u8(&walk->at);

	cursor_skip(&walk->at, 3);
	network_take(walk);
	cursor_skip(&walk->at, 1);
	if (!walk->at.ran_out && (flags & VXLAN_HAS_NETWORK) == 0)
		return DROP_NOT_TCP; /* something else uses the port */
	return walk_enter(walk, &walk->counts->vxlan, PLACE_LINK, LINK_ETHERNET);
}

/* draft-ietf-nvo3-vxlan-gpe: the same with a next protocol. */
enum drop vxlan_gpe_read(struct walk *walk)
{
	uint8_t flags = cursor_u8(&walk->at);
	uint32_t next;

	cursor_skip(&walk->at, 2);
	next = cursor_u8(&walk->at);
	network_take(walk);
	cursor_skip(&walk->at, 1);
	if (!walk->at.ran_out && (flags & (VXLAN_HAS_NETWORK | VXLAN_HAS_PROTOCOL)) == 0)
		return DROP_NOT_TCP;
	if ((flags & VXLAN_HAS_PROTOCOL) == 0)
		next = 3; /* Ethernet, as in VXLAN */
	return walk_enter(walk, &walk->counts->vxlan, PLACE_NSH, next);
}

/* RFC 8926: version and length of the options in words, flags, ethertype, network. */
enum drop geneve_read(struct walk *walk)
{
	uint8_t first = cursor_u8(&walk->at);
	uint16_t ethertype;

	cursor_skip(&walk->at, 1);
	ethertype = cursor_u16(&walk->at);
	network_take(walk);
	cursor_skip(&walk->at, 1);
	if (!walk->at.ran_out && (first >> 6 != 0 || ethertype <= 1500))
		return DROP_NOT_TCP;
	cursor_skip(&walk->at, (size_t)(first & 0x3f) * 4);
	return walk_enter(walk, &walk->counts->geneve, PLACE_ETHERTYPE, ethertype);
}

enum {
	GTP_FIXED = 0xf0,
	GTP_VERSION_1 = 0x30,
	GTP_HAS_EXTENSION = 0x04,
	GTP_HAS_MORE = 0x07,
	GTP_DATA = 0xff
};

/* 3GPP TS 29.281, section 5: extensions tell their lengths in words, and in their last byte what follows. */
enum drop gtp_read(struct walk *walk)
{
	uint8_t flags = cursor_u8(&walk->at);
	uint8_t type = cursor_u8(&walk->at);
	size_t len = cursor_u16(&walk->at);
	uint32_t tunnel = cursor_u32(&walk->at);
	unsigned next = 0;

	if (walk->at.ran_out)
		return walk_ran_out(walk);
	if ((flags & GTP_FIXED) != GTP_VERSION_1 || type != GTP_DATA)
		return DROP_NOT_TCP;
	if (len < walk->at.left + walk->cut)
		walk_narrow(walk, len);
	if (flags & GTP_HAS_MORE) {
		cursor_skip(&walk->at, 3);
		next = cursor_u8(&walk->at);
	}
	while ((flags & GTP_HAS_EXTENSION) && next != 0 && !walk->at.ran_out) {
		size_t words = cursor_u8(&walk->at);

		if (!walk->at.ran_out && words == 0)
			return DROP_MALFORMED;
		cursor_skip(&walk->at, words * 4 - 2);
		next = cursor_u8(&walk->at);
	}
	walk_scope(walk, &tunnel, sizeof(tunnel));
	return walk_enter(walk, &walk->counts->gtp, PLACE_LINK, LINK_RAW_IP);
}

enum {
	L2TP_CONTROL = 0x8000,
	L2TP_LENGTH = 0x4000,
	L2TP_SEQUENCE = 0x0800,
	L2TP_OFFSET = 0x0200,
	L2TP_VERSION = 0x000f
};

/* RFC 2661, section 3.1: data messages carry PPP. Version 3 (RFC 3931) does not say what it carries. */
enum drop l2tp_read(struct walk *walk)
{
	uint16_t flags = cursor_u16(&walk->at);
	uint32_t session;

	if (!walk->at.ran_out && ((flags & L2TP_CONTROL) || (flags & L2TP_VERSION) != 2))
		return DROP_NOT_TCP;
	if (flags & L2TP_LENGTH)
		cursor_skip(&walk->at, 2);
	session = cursor_u32(&walk->at);
	if (flags & L2TP_SEQUENCE)
		cursor_skip(&walk->at, 4);
	if (flags & L2TP_OFFSET)
		cursor_skip(&walk->at, cursor_u16(&walk->at));
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	walk_scope(walk, &session, sizeof(session));
	++walk->counts->l2tp;
	return ppp_read(walk);
}

/* RFC 4380, section 5.1.1: perhaps an authentication, perhaps an origin, then IPv6. */
enum drop teredo_read(struct walk *walk)
{
	struct cursor peek = walk->at;
	uint16_t kind = cursor_u16(&peek);

	if (kind == 1) {
		size_t id_len, value_len;

		cursor_skip(&walk->at, 2);
		id_len = cursor_u8(&walk->at);
		value_len = cursor_u8(&walk->at);
		cursor_skip(&walk->at, id_len + value_len + 9);
		peek = walk->at;
		kind = cursor_u16(&peek);
	}
	if (kind == 0) {
		cursor_skip(&walk->at, 8);
		peek = walk->at;
		kind = cursor_u16(&peek);
	}
	if (!walk->at.ran_out && !peek.ran_out && kind >> 12 != 6)
		return DROP_NOT_TCP;
	return walk_enter(walk, &walk->counts->teredo, PLACE_ETHERTYPE, ETHERTYPE_IPV6);
}

/* TaZmen Sniffer Protocol, of wireless and small routers: version 1, type, what is carried, then tags. */
enum drop tzsp_read(struct walk *walk)
{
	uint16_t head = cursor_u16(&walk->at);
	uint16_t carried = cursor_u16(&walk->at);
	unsigned tag;

	if (!walk->at.ran_out && (head > 0x0101 || head < 0x0100 || carried != 1))
		return DROP_NOT_TCP;
	while ((tag = cursor_u8(&walk->at)) != 1 && !walk->at.ran_out)
		if (tag != 0) /* padding is one byte alone */
			cursor_skip(&walk->at, cursor_u8(&walk->at));
	return walk_enter(walk, &walk->counts->tzsp, PLACE_LINK, LINK_ETHERNET);
}
