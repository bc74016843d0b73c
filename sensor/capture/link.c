/* Link layers. */
#include "sensor/capture/walk.h"

enum drop ethernet_read(struct walk *walk)
{
	struct bytes header = cursor_take(&walk->at, 14);

	if (walk->at.ran_out)
		return walk_ran_out(walk);
	return walk_next(walk, PLACE_ETHERTYPE, bytes_u16(header, 12));
}

/* LINKTYPE_LINUX_SLL: packet type, ARPHRD_, address length, address, protocol. */
enum drop sll_read(struct walk *walk)
{
	cursor_skip(&walk->at, 14);
	return walk_next(walk, PLACE_ETHERTYPE, cursor_u16(&walk->at));
}

/* LINKTYPE_LINUX_SLL2: the protocol stands first, of 20 bytes. */
enum drop sll2_read(struct walk *walk)
{
	uint16_t protocol = cursor_u16(&walk->at);

	cursor_skip(&walk->at, 18);
	return walk_next(walk, PLACE_ETHERTYPE, protocol);
}

/* LINKTYPE_NULL has the byte order of the machine that captured, LINKTYPE_LOOP network order. */
enum drop loopback_read(struct walk *walk)
{
	uint32_t family = cursor_u32(&walk->at);

	if (family > 0xffff)
		family = __builtin_bswap32(family);
	return walk_next(walk, PLACE_FAMILY, family);
}

enum drop raw_ip_read(struct walk *walk)
{
	struct cursor peek = walk->at;
	unsigned version = cursor_u8(&peek) >> 4;

	if (peek.ran_out)
		return walk_ran_out(walk);
	if (version != 4 && version != 6)
		return DROP_NOT_IP;
	return walk_next(walk, PLACE_ETHERTYPE, version == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
}

/*
 * LINKTYPE_PPP, _PPP_HDLC and _C_HDLC: the first byte tells PPP in HDLC framing (RFC 1662) and Cisco's HDLC
 * apart (unicast 0x0f, multicast 0x8f); bare PPP has no such protocol numbers.
 */
enum { NFLOG_PAYLOAD = 9 };

/* LINKTYPE_NFLOG: family, version, group; then lengths and types in the byte order of the machine that
 * captured. A length counts its own four bytes, and the next one starts at a multiple of four. */
enum drop nflog_read(struct walk *walk)
{
	uint8_t family = cursor_u8(&walk->at);
	uint8_t version = cursor_u8(&walk->at);

	cursor_skip(&walk->at, 2);
	if (!walk->at.ran_out && version != 0)
		return DROP_NOT_IP;
	while (!walk->at.ran_out) {
		uint16_t len = cursor_u16(&walk->at);
		uint16_t type = cursor_u16(&walk->at);

		if (type > 0xff) { /* types are small: the other order */
			len = __builtin_bswap16(len);
			type = __builtin_bswap16(type);
		}
		if (len < 4)
			break;
		if (type == NFLOG_PAYLOAD) {
			walk_narrow(walk, len - 4);
			return walk_enter(walk, &walk->counts->nflog, PLACE_FAMILY, family);
		}
		cursor_skip(&walk->at, (len - 1u) / 4 * 4);
	}
	return walk->at.ran_out ? walk_ran_out(walk) : DROP_MALFORMED;
}

enum drop hdlc_read(struct walk *walk)
{
	struct cursor peek = walk->at;
	unsigned address = cursor_u8(&peek);

	if (address != 0x0f && address != 0x8f)
		return ppp_read(walk);
	cursor_skip(&walk->at, 2);
	return walk_next(walk, PLACE_ETHERTYPE, cursor_u16(&walk->at));
}
