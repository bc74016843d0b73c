/* Link layers and VLAN tags. */
#include "sensor/capture/walk.h"

static enum drop next_is(struct walk *walk, enum place place, uint32_t number)
{
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	walk->place = place;
	walk->number = number;
	return DROP_NONE;
}

enum drop ethernet_read(struct walk *walk)
{
	cursor_skip(&walk->at, 12);
	return next_is(walk, PLACE_ETHERTYPE, cursor_u16(&walk->at));
}

/* LINKTYPE_LINUX_SLL: packet type, ARPHRD_, address length, address, protocol. */
enum drop sll_read(struct walk *walk)
{
	cursor_skip(&walk->at, 14);
	return next_is(walk, PLACE_ETHERTYPE, cursor_u16(&walk->at));
}

/* LINKTYPE_LINUX_SLL2: the protocol stands first, of 20 bytes. */
enum drop sll2_read(struct walk *walk)
{
	uint16_t protocol = cursor_u16(&walk->at);

	cursor_skip(&walk->at, 18);
	return next_is(walk, PLACE_ETHERTYPE, protocol);
}

/* LINKTYPE_NULL has the byte order of the machine that captured, LINKTYPE_LOOP network order. */
enum drop loopback_read(struct walk *walk)
{
	uint32_t family = cursor_u32(&walk->at);

	if (family > 0xffff)
		family = __builtin_bswap32(family);
	return next_is(walk, PLACE_FAMILY, family);
}

enum drop raw_ip_read(struct walk *walk)
{
	struct cursor peek = walk->at;
	unsigned version = cursor_u8(&peek) >> 4;

	if (peek.ran_out)
		return walk_ran_out(walk);
	if (version != 4 && version != 6)
		return DROP_NOT_IP;
	return next_is(walk, PLACE_ETHERTYPE, version == 4 ? 0x0800 : 0x86dd);
}

/* 802.1Q and 802.1ad: priority and id, then what stands behind. */
enum drop vlan_read(struct walk *walk)
{
	uint16_t id = cursor_u16(&walk->at) & 0x0fff;
	uint16_t ethertype = cursor_u16(&walk->at);

	if (walk->at.ran_out)
		return walk_ran_out(walk);
	walk->counts->vlan++;
	if (walk->segment.vlan == 0)
		walk->segment.vlan = id;
	walk->place = PLACE_ETHERTYPE;
	walk->number = ethertype;
	return walk_descend(walk);
}
