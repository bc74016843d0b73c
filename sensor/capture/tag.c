/* What stands between a link's header and IP: tags, labels, PPP, LLC, service headers. */
#include "sensor/capture/walk.h"

/* 802.1Q and 802.1ad: priority and id, then what stands behind. */
enum drop vlan_read(struct walk *walk)
{
	uint16_t id = cursor_u16(&walk->at) & 0x0fff;
	uint16_t ethertype = cursor_u16(&walk->at);

	if (walk->at.ran_out)
		return walk_ran_out(walk);
	if (walk->segment.vlan == 0)
		walk->segment.vlan = id;
	walk->vlans = (walk->vlans << 12 | id) & 0xffffff;
	walk_scope(walk, &id, sizeof(id));
	return walk_enter(walk, &walk->counts->vlan, PLACE_ETHERTYPE, ethertype);
}

/* Cisco's VN-Tag: interfaces of a fabric extender, 4 bytes. */
enum drop vn_tag_read(struct walk *walk)
{
	cursor_skip(&walk->at, 4);
	return walk_enter(walk, &walk->counts->tag, PLACE_ETHERTYPE, cursor_u16(&walk->at));
}

/* 802.1BR E-Tag: 6 bytes. */
enum drop e_tag_read(struct walk *walk)
{
	cursor_skip(&walk->at, 6);
	return walk_enter(walk, &walk->counts->tag, PLACE_ETHERTYPE, cursor_u16(&walk->at));
}

/* 802.1ah I-Tag: flags and service id, then the customer's frame. */
enum drop i_tag_read(struct walk *walk)
{
	uint32_t service = cursor_u32(&walk->at) & 0xffffff;

	walk_scope(walk, &service, sizeof(service));
	return walk_enter(walk, &walk->counts->tag, PLACE_LINK, LINK_ETHERNET);
}

/* Cisco's FabricPath: tree and hops, then the customer's frame. */
enum drop fabric_path_read(struct walk *walk)
{
	cursor_skip(&walk->at, 2);
	return walk_enter(walk, &walk->counts->tag, PLACE_LINK, LINK_ETHERNET);
}

static bool is_ethernet_behind(struct cursor at, size_t len)
{
	uint16_t ethertype;

	cursor_skip(&at, len + 12);
	ethertype = cursor_u16(&at);
	return !at.ran_out && ethertype > 1500 && layer_is_known(PLACE_ETHERTYPE, ethertype);
}

/* The header's own lengths fit into what is there. */
static bool is_ip_behind(struct cursor at, size_t left)
{
	unsigned first = cursor_u8(&at);
	size_t len;

	cursor_skip(&at, first >> 4 == 6 ? 3 : 1);
	len = cursor_u16(&at);
	if (at.ran_out)
		return false;
	if (first >> 4 == 6)
		return len + 40 <= left;
	return first >> 4 == 4 && (first & 15) >= 5 && len >= 20 && len <= left;
}

/*
 * RFC 3032: labels until the bottom of the stack. Nothing says what they carry: IP shows its version, and a
 * pseudowire (RFC 4448) has an Ethernet frame, with or without a control word of which the first four bits
 * are zero. Hardware addresses may start with any of these, so lengths and the ethertype decide.
 */
enum drop mpls_read(struct walk *walk)
{
	struct cursor peek;
	unsigned version;
	uint32_t label;
	bool is_bottom;

	do {
		label = cursor_u32(&walk->at);
		is_bottom = (label & 0x100) != 0;
		label >>= 12; /* without class, bottom and time to live */
		walk_scope(walk, &label, sizeof(label));
	} while (!walk->at.ran_out && !is_bottom);
	peek = walk->at;
	version = cursor_u8(&peek) >> 4;
	if (peek.ran_out)
		return walk_ran_out(walk);
	if (is_ip_behind(walk->at, walk->at.left + walk->cut) ||
	    ((version == 4 || version == 6) && !is_ethernet_behind(walk->at, 0)))
		return walk_enter(walk, &walk->counts->mpls, PLACE_LINK, LINK_RAW_IP);
	if (version == 0 && (is_ethernet_behind(walk->at, 4) || !is_ethernet_behind(walk->at, 0)))
		cursor_skip(&walk->at, 4);
	return walk_enter(walk, &walk->counts->mpls, PLACE_LINK, LINK_ETHERNET);
}

/* IEEE 802.2: SNAP with an ethertype (RFC 1042), or IP's own address 6. Everything else is spanning trees. */
enum drop llc_read(struct walk *walk)
{
	size_t len = walk->number;
	uint32_t head;
	uint32_t organisation;
	uint16_t ethertype;

	walk_narrow(walk, len);
	head = cursor_u24(&walk->at);
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	if (head == 0x060603)
		return walk_enter(walk, &walk->counts->llc, PLACE_ETHERTYPE, ETHERTYPE_IPV4);
	if (head != 0xaaaa03)
		return DROP_NOT_IP;
	organisation = cursor_u24(&walk->at);
	ethertype = cursor_u16(&walk->at);
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	if (organisation != 0 || ethertype <= 1500)
		return DROP_NOT_IP;
	return walk_enter(walk, &walk->counts->llc, PLACE_ETHERTYPE, ethertype);
}

/* RFC 8300: a base header with the length of all in words, the path, then metadata. */
enum drop nsh_read(struct walk *walk)
{
	uint16_t base = cursor_u16(&walk->at);
	uint32_t next;
	size_t len = (size_t)(base & 0x3f) * 4;

	cursor_skip(&walk->at, 1);
	next = cursor_u8(&walk->at);
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	if (base >> 14 != 0 || len < 8)
		return DROP_MALFORMED;
	cursor_skip(&walk->at, len - 4);
	return walk_enter(walk, &walk->counts->nsh, PLACE_NSH, next);
}

/* RFC 2516: version, code, session, length; the code of a session's data is 0. */
enum drop pppoe_read(struct walk *walk)
{
	uint16_t head = cursor_u16(&walk->at);
	uint16_t session = cursor_u16(&walk->at);
	size_t len = cursor_u16(&walk->at);

	if (walk->at.ran_out)
		return walk_ran_out(walk);
	if (head != 0x1100)
		return (head >> 8) == 0x11 ? DROP_NOT_IP : DROP_MALFORMED;
	walk_narrow(walk, len);
	walk_scope(walk, &session, sizeof(session));
	return ppp_read(walk);
}

/* RFC 1661 and 1662: address and control may be left out, and so may the first byte of the protocol. */
enum drop ppp_read(struct walk *walk)
{
	struct cursor peek = walk->at;
	uint32_t protocol;

	if (cursor_u8(&peek) == 0xff)
		cursor_skip(&walk->at, 2);
	protocol = cursor_u8(&walk->at);
	if ((protocol & 1) == 0)
		protocol = protocol << 8 | cursor_u8(&walk->at);
	return walk_enter(walk, &walk->counts->ppp, PLACE_PPP, protocol);
}
