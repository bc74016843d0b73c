/* What travels in IP itself: GRE (RFC 2784, 2890), with ERSPAN, and IP (RFC 2003, 4213, 2473). */
#include "sensor/capture/walk.h"

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_ACKNOWLEDGE = 0x0080, /* version 1 only */
	GRE_VERSION = 0x0007,
	GRE_PPP = 0x880b,
	GRE_ERSPAN2 = 0x88be,
};

/* Version 1 is PPTP's (RFC 2637): a key always, and an acknowledgement without a sequence number is all. */
static enum drop gre_pptp_read(struct walk *walk, uint16_t flags, uint16_t protocol)
{
	uint32_t key = cursor_u32(&walk->at);

	if (protocol != GRE_PPP || (flags & GRE_SEQUENCE) == 0)
		return DROP_NOT_TCP;
	cursor_skip(&walk->at, 4);
	if (flags & GRE_ACKNOWLEDGE)
		cursor_skip(&walk->at, 4);
	key &= 0xffff; /* the other half is a length */
	walk_scope(walk, &key, sizeof(key));
	return walk_enter(walk, &walk->counts->gre, PLACE_GRE, protocol);
}

enum drop gre_read(struct walk *walk)
{
	uint16_t flags = cursor_u16(&walk->at);
	uint16_t protocol = cursor_u16(&walk->at);
	uint32_t key;

	if (walk->at.ran_out)
		return walk_ran_out(walk);
	if ((flags & GRE_VERSION) == 1)
		return gre_pptp_read(walk, flags, protocol);
	if ((flags & (GRE_VERSION | GRE_ROUTING)) != 0)
		return DROP_NOT_TCP; /* the routing that RFC 2784 took away */
	if (flags & GRE_CHECKSUM)
		cursor_skip(&walk->at, 4);
	if (flags & GRE_KEY) {
		key = cursor_u32(&walk->at);
		walk_scope(walk, &key, sizeof(key));
	}
	if (flags & GRE_SEQUENCE)
		cursor_skip(&walk->at, 4);
	else if (protocol == GRE_ERSPAN2)
		protocol = ETHERTYPE_ETHERNET; /* ERSPAN I has neither a number nor a header */
	if (!walk->at.ran_out && !layer_is_known(PLACE_GRE, protocol))
		return DROP_NOT_TCP;
	return walk_enter(walk, &walk->counts->gre, PLACE_GRE, protocol);
}

/* draft-foschiano-erspan, type II: version 1, VLAN, session, index. */
enum drop erspan2_read(struct walk *walk)
{
	uint16_t version = cursor_u16(&walk->at) >> 12;

	cursor_skip(&walk->at, 6);
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	if (version > 1)
		return DROP_NOT_TCP;
	return walk_enter(walk, &walk->counts->erspan, PLACE_LINK, LINK_ETHERNET);
}

/* Type III: version 2, with a time stamp, the kind of frame, and 8 bytes more when the last bit says so. */
enum drop erspan3_read(struct walk *walk)
{
	uint16_t version = cursor_u16(&walk->at) >> 12;
	uint16_t kind;

	cursor_skip(&walk->at, 8);
	kind = cursor_u16(&walk->at);
	if (kind & 1)
		cursor_skip(&walk->at, 8);
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	if (version != 2)
		return DROP_NOT_TCP;
	kind = (kind >> 10) & 0x1f;
	if (kind != 0 && kind != 2)
		return DROP_NOT_IP;
	return walk_enter(walk, &walk->counts->erspan, PLACE_LINK, kind == 0 ? LINK_ETHERNET : LINK_RAW_IP);
}

enum drop ipv4_in_ip_read(struct walk *walk)
{
	return walk_enter(walk, &walk->counts->ip_in_ip, PLACE_ETHERTYPE, ETHERTYPE_IPV4);
}

enum drop ipv6_in_ip_read(struct walk *walk)
{
	return walk_enter(walk, &walk->counts->ip_in_ip, PLACE_ETHERTYPE, ETHERTYPE_IPV6);
}
