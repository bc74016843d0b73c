/* IPv4 (RFC 791) and IPv6 with its extension headers (RFC 8200). */
#include <string.h>

#include "parsers/base/limits.h"
#include "sensor/capture/checksum.h"
#include "sensor/capture/fragment.h"
#include "sensor/capture/walk.h"

#define IPV6_HEADER_LEN 40

static void address_set(struct endpoint *endpoint, const char *bytes, bool is_ipv6)
{
	*endpoint = (struct endpoint){.address.is_ipv6 = is_ipv6};
	memcpy(endpoint->address.bytes, bytes, is_ipv6 ? 16 : 4);
}

/* Another IP header: the one outside is part of where this one was seen. */
static void header_enter(struct walk *walk)
{
	if (walk->is_inside_ip) {
		walk_scope(walk, &walk->segment.from.address, sizeof(struct address));
		walk_scope(walk, &walk->segment.to.address, sizeof(struct address));
	}
	walk->is_inside_ip = true;
	walk->is_header_bad = false;
	walk->segment.ip_id = 0;
	walk->extensions = 0;
}

/* One piece of a datagram: goes on with the whole when this was the last that was missing. */
static enum drop join(struct walk *walk, struct fragment *fragment)
{
	struct datagram_whole whole;
	enum drop drop;

	if (walk->fragments == NULL)
		return DROP_FRAGMENT;
	if (walk->cut > 0)
		return DROP_TRUNCATED;
	fragment->from = walk->segment.from.address;
	fragment->to = walk->segment.to.address;
	fragment->scope = walk->scope;
	fragment->source = walk->segment.source;
	fragment->next = walk->number;
	fragment->data = cursor_rest(&walk->at);
	/* RFC 8200, section 4.5: a piece of other than eights is in error; of IPv4 Linux uses the eights. */
	if (!fragment->is_last && fragment->data.len % 8 != 0) {
		if (fragment->from.is_ipv6)
			return DROP_MALFORMED;
		fragment->data.len -= fragment->data.len % 8;
	}
	drop = fragment_join(walk->fragments, fragment, walk->counts, &whole);
	if (drop != DROP_NONE)
		return drop;
	walk->at = cursor_of(whole.data);
	walk->number = whole.next;
	return DROP_NONE;
}

enum drop ipv4_read(struct walk *walk)
{
	struct bytes start = cursor_rest(&walk->at);
	struct bytes header = cursor_take(&walk->at, IPV4_HEADER_LEN);
	size_t header_len, total_len;
	uint16_t id, fragment;

	if (walk->at.ran_out)
		return walk_ran_out(walk);
	header_enter(walk);
	header_len = (size_t)(header.data[0] & 15) * 4;
	total_len = bytes_u16(header, 2);
	id = bytes_u16(header, 4);
	fragment = bytes_u16(header, 6);
	walk->number = (uint8_t)header.data[9];
	address_set(&walk->segment.from, header.data + 12, false);
	address_set(&walk->segment.to, header.data + 16, false);
	if ((uint8_t)header.data[0] >> 4 != 4 || header_len < IPV4_HEADER_LEN ||
	    (total_len != 0 && total_len < header_len))
		return DROP_MALFORMED;
	/* Length 0: the card segments it later (TSO), so the frame's own length holds. */
	if (total_len != 0)
		walk_narrow(walk, total_len - IPV4_HEADER_LEN);
	cursor_skip(&walk->at, header_len - IPV4_HEADER_LEN);
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	walk->place = PLACE_IP;
	walk->segment.ip_id = id;
	walk->is_header_bad =
		walk->is_verified && !checksum_of_header_is_right(bytes_slice(start, 0, header_len));
	if ((fragment & 0x3fff) == 0)
		return DROP_NONE;
	return join(walk, &(struct fragment){.id = id,
					     .protocol = (uint8_t)walk->number,
					     .offset = (size_t)(fragment & 0x1fff) * 8,
					     .before = header_len,
					     .is_last = (fragment & 0x2000) == 0});
}

enum drop ipv6_read(struct walk *walk)
{
	struct bytes header = cursor_take(&walk->at, IPV6_HEADER_LEN);
	size_t payload_len;

	if (walk->at.ran_out)
		return walk_ran_out(walk);
	header_enter(walk);
	payload_len = bytes_u16(header, 4);
	walk->number = (uint8_t)header.data[6];
	address_set(&walk->segment.from, header.data + 8, true);
	address_set(&walk->segment.to, header.data + 24, true);
	if ((uint8_t)header.data[0] >> 4 != 6)
		return DROP_MALFORMED;
	/* Length 0: a jumbogram (RFC 2675) or TSO; the frame's own length holds. */
	if (payload_len != 0)
		walk_narrow(walk, payload_len);
	walk->place = PLACE_IP;
	return DROP_NONE;
}

/* IPv6 extension headers mean nothing behind IPv4. */
static enum drop extension_enter(struct walk *walk)
{
	if (!walk->segment.from.address.is_ipv6)
		return DROP_NOT_TCP;
	return ++walk->extensions > LIMIT_IPV6_EXTENSIONS ? DROP_MALFORMED : DROP_NONE;
}

/* Hop-by-hop, routing, destination options: next header, length in eights behind the first eight. */
enum drop ipv6_option_read(struct walk *walk)
{
	enum drop drop = extension_enter(walk);
	size_t len;

	if (drop != DROP_NONE)
		return drop;
	walk->number = cursor_u8(&walk->at);
	len = cursor_u8(&walk->at);
	cursor_skip(&walk->at, len * 8 + 6);
	return walk->at.ran_out ? walk_ran_out(walk) : DROP_NONE;
}

/* An atomic fragment (RFC 6946) is a whole packet that only wears the header. */
enum drop ipv6_fragment_read(struct walk *walk)
{
	enum drop drop = extension_enter(walk);
	uint16_t fragment;
	uint32_t id;

	if (drop != DROP_NONE)
		return drop;
	walk->number = cursor_u8(&walk->at);
	cursor_skip(&walk->at, 1);
	fragment = cursor_u16(&walk->at);
	id = cursor_u32(&walk->at);
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	if ((fragment & 0xfff9) == 0)
		return DROP_NONE;
	return join(walk, &(struct fragment){
				  .id = id, .offset = fragment & 0xfff8u, .is_last = (fragment & 1) == 0});
}

/* RFC 4302: next header, length in words less two. Of IPv4 as of IPv6; what it vouches for is not hidden. */
enum drop authentication_header_read(struct walk *walk)
{
	uint32_t next = cursor_u8(&walk->at);
	size_t len = cursor_u8(&walk->at);

	cursor_skip(&walk->at, len * 4 + 6);
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	if (++walk->extensions > LIMIT_IPV6_EXTENSIONS)
		return DROP_MALFORMED;
	walk->counts->authentication_header++;
	walk->number = next;
	return DROP_NONE;
}
