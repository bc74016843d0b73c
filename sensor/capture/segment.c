#include "sensor/capture/segment.h"

#include <string.h>
#define XXH_INLINE_ALL /* of a packet's few bytes the call would cost as much as the hash */
#include <xxhash.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "sensor/capture/checksum.h"
#include "sensor/capture/fragment.h"
#include "sensor/capture/walk.h"

static const char *const drop_names[DROP_COUNT] = {
	[DROP_NONE] = "none",
	[DROP_NOT_IP] = "not_ip",
	[DROP_NOT_TCP] = "not_tcp",
	[DROP_FRAGMENT] = "fragment",
	[DROP_FRAGMENT_JOINED] = "fragment_joined",
	[DROP_TRUNCATED] = "truncated",
	[DROP_MALFORMED] = "malformed",
	[DROP_LINK_TYPE] = "link_type",
	[DROP_TUNNEL_DEPTH] = "tunnel_depth",
	[DROP_CHECKSUM] = "checksum",
};

const char *drop_name(enum drop drop)
{
	return drop < DROP_COUNT ? drop_names[drop] : "unknown";
}

enum drop walk_ran_out(const struct walk *walk)
{
	return walk->cut > 0 ? DROP_TRUNCATED : DROP_MALFORMED;
}

/*
 * Some mirrors cut frames and report the cut length as the whole (a VXLAN
 * target's MTU): where IP promises more than the frame has, the rest was cut.
 */
void walk_narrow(struct walk *walk, size_t len)
{
	if (len <= walk->at.left) {
		walk->at.left = len;
		walk->cut = 0;
	} else {
		walk->cut = len - walk->at.left;
	}
}

static enum drop descend(struct walk *walk)
{
	return ++walk->depth > LIMIT_TUNNEL_DEPTH ? DROP_TUNNEL_DEPTH : DROP_NONE;
}

enum drop walk_next(struct walk *walk, enum place place, uint32_t number)
{
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	walk->place = place;
	walk->number = number;
	return DROP_NONE;
}

enum drop walk_enter(struct walk *walk, uint64_t *count, enum place place, uint32_t number)
{
	enum drop drop = walk_next(walk, place, number);

	if (drop != DROP_NONE)
		return drop;
	++*count;
	return descend(walk);
}

void walk_scope(struct walk *walk, const void *name, size_t len)
{
	walk->scope = XXH3_64bits_withSeed(name, len, walk->scope);
}

enum { OPTION_END, OPTION_NONE, OPTION_STAMP = 8, OPTION_MD5 = 19, OPTION_AUTHENTICATION = 29 };

#define STAMP_LEN      8
#define TCP_HEADER_LEN 20

static void stamp_set(struct segment *segment, struct bytes stamp)
{
	segment->has_stamp = true;
	segment->stamp = bytes_u32(stamp, 0);
	segment->stamp_echo = bytes_u32(stamp, 4);
}

/* Two of nothing and a stamp: RFC 7323, appendix A, and so does everybody. */
static bool is_usual(struct bytes options)
{
	static const char start[] = {OPTION_NONE, OPTION_NONE, OPTION_STAMP, 10};

	return options.len == 12 && memcmp(options.data, start, sizeof(start)) == 0;
}

/* RFC 9293, section 3.2: only what tells a copy from a retransmission, and what is signed. */
static void options_read(struct bytes options, struct segment *segment)
{
	struct cursor at = cursor_of(options);

	if (is_usual(options)) {
		stamp_set(segment, bytes_from(options, 4));
		return;
	}
	while (at.left > 0) {
		unsigned kind = cursor_u8(&at);
		size_t len;

		if (kind == OPTION_END)
			return;
		if (kind == OPTION_NONE)
			continue;
		len = cursor_u8(&at);
		if (kind == OPTION_MD5 || kind == OPTION_AUTHENTICATION)
			segment->is_signed = true;
		if (at.ran_out || len < 2 || len - 2 > at.left)
			return;
		if (kind == OPTION_STAMP && len == 2 + STAMP_LEN)
			stamp_set(segment, cursor_take(&at, STAMP_LEN));
		else
			cursor_skip(&at, len - 2);
	}
}

/* Behind extension headers other addresses may count (a routing header, a home address): not looked at. */
static enum drop verify(struct walk *walk)
{
	const struct segment *segment = &walk->segment;
	struct capture_counts *counts = walk->counts;
	enum checksum_result result;

	if (walk->cut > 0 || walk->extensions > 0)
		return DROP_NONE;
	counts->checksum_checked++;
	result = checksum_of_segment(&segment->from.address, &segment->to.address, cursor_rest(&walk->at));
	if (result == CHECKSUM_OFFLOADED && !walk->is_header_bad)
		counts->checksum_offloaded++;
	else if (result == CHECKSUM_WRONG || walk->is_header_bad)
		counts->checksum_bad++;
	return walk->plan->checksums == CHECKSUMS_DROP && (result == CHECKSUM_WRONG || walk->is_header_bad)
		       ? DROP_CHECKSUM
		       : DROP_NONE;
}

/* RFC 9293, section 3.1. The urgent pointer is not read: urgent bytes stay where they are (connection.h). */
enum drop tcp_read(struct walk *walk)
{
	struct cursor start = walk->at;
	struct bytes header = cursor_take(&walk->at, TCP_HEADER_LEN);
	struct segment *segment = &walk->segment;
	uint16_t offset_flags;
	size_t header_len;

	if (walk->at.ran_out)
		return walk_ran_out(walk);
	segment->from.port = bytes_u16(header, 0);
	segment->to.port = bytes_u16(header, 2);
	segment->seq = bytes_u32(header, 4);
	segment->ack = bytes_u32(header, 8);
	offset_flags = bytes_u16(header, 12);
	segment->window = bytes_u16(header, 14);
	segment->checksum = bytes_u16(header, 16);
	header_len = (size_t)(offset_flags >> 12) * 4;
	if (header_len < TCP_HEADER_LEN)
		return DROP_MALFORMED;
	options_read(cursor_take(&walk->at, header_len - TCP_HEADER_LEN), segment);
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	segment->flags = offset_flags & 0x3f;
	segment->payload = cursor_rest(&walk->at);
	segment->cut_len = (uint32_t)walk->cut;
	walk->is_done = true;
	if (!walk->is_verified)
		return DROP_NONE;
	walk->at = start;
	return verify(walk);
}

static enum drop walk_layers(struct walk *walk)
{
	enum drop drop = DROP_NONE;

	while (drop == DROP_NONE && !walk->is_done) {
		layer_reader *read = layer_find(walk, &drop);

		if (read == NULL)
			return drop;
		drop = read(walk);
	}
	return drop;
}

static bool is_to_verify(const struct capture_plan *plan, const struct capture_counts *counts)
{
	if (plan->checksums == CHECKSUMS_SAMPLE)
		return counts->packets % CHECKSUM_EVERY == 0;
	return plan->checksums != CHECKSUMS_IGNORE;
}

static void tenant_write(struct walk *walk)
{
	if (walk->plan->is_vlan_key)
		walk->segment.tenant_vlan = walk->vlans;
	if (walk->plan->is_vni_key)
		walk->segment.tenant_vni = walk->segment.vni;
}

#define ETHERNET_HEADER_LEN 14
#define IP_TCP              6

/*
 * Nearly every packet: IPv4 without options in an Ethernet frame, all of it captured, and TCP with a time
 * stamp or without options. The walk would read the same, header by header. False: it has to.
 */
static bool read_straight(const struct packet *packet, struct segment *out_segment)
{
	struct bytes ip = bytes_from(packet->data, ETHERNET_HEADER_LEN), tcp, options;
	size_t len, header_len;

	if (packet->link_type != LINK_ETHERNET || ip.len < IPV4_HEADER_LEN + TCP_HEADER_LEN ||
	    bytes_u16(packet->data, 12) != ETHERTYPE_IPV4 || ip.data[0] != 0x45 ||
	    (bytes_u16(ip, 6) & 0x3fff) != 0 || ip.data[9] != IP_TCP)
		return false;
	len = bytes_u16(ip, 2);
	if (len < IPV4_HEADER_LEN + TCP_HEADER_LEN || len > ip.len)
		return false;
	tcp = bytes_from(bytes_slice(ip, 0, len), IPV4_HEADER_LEN);
	header_len = (size_t)((uint8_t)tcp.data[12] >> 4) * 4;
	if (header_len < TCP_HEADER_LEN || header_len > tcp.len)
		return false;
	options = bytes_slice(tcp, TCP_HEADER_LEN, header_len - TCP_HEADER_LEN);
	if (options.len > 0 && !is_usual(options))
		return false;
	*out_segment = (struct segment){.time_ns = packet->time_ns,
					.clock_ns = packet->clock_ns,
					.number = packet->number,
					.source = packet->source,
					.is_decrypted = packet->is_decrypted,
					.from.port = bytes_u16(tcp, 0),
					.to.port = bytes_u16(tcp, 2),
					.seq = bytes_u32(tcp, 4),
					.ack = bytes_u32(tcp, 8),
					.flags = (uint8_t)tcp.data[13] & 0x3f,
					.window = bytes_u16(tcp, 14),
					.checksum = bytes_u16(tcp, 16),
					.ip_id = bytes_u16(ip, 4),
					.payload = bytes_from(tcp, header_len)};
	memcpy(out_segment->from.address.bytes, ip.data + 12, 4);
	memcpy(out_segment->to.address.bytes, ip.data + 16, 4);
	if (options.len > 0)
		stamp_set(out_segment, bytes_from(options, 4));
	return true;
}

/* Header by header, whatever they are. */
static enum drop read_layers(const struct packet *packet, const struct capture_plan *plan, bool is_verified,
			     struct capture_counts *counts, struct fragments *fragments,
			     struct segment *out_segment)
{
	size_t wire_len = packet->wire_len;
	struct walk walk = {
		.at = cursor_of(packet->data),
		.cut = wire_len > packet->data.len ? wire_len - packet->data.len : 0,
		.place = PLACE_LINK,
		.number = (uint32_t)packet->link_type,
		.counts = counts,
		.fragments = fragments,
		.plan = plan,
		.is_verified = is_verified,
		.segment = {.time_ns = packet->time_ns,
			    .clock_ns = packet->clock_ns,
			    .number = packet->number,
			    .source = packet->source,
			    .is_decrypted = packet->is_decrypted},
	};
	enum drop drop = walk_layers(&walk);

	if (drop != DROP_NONE)
		return drop;
	tenant_write(&walk);
	*out_segment = walk.segment;
	return DROP_NONE;
}

enum drop segment_read(const struct packet *packet, struct capture_counts *counts,
		       struct fragments *fragments, struct segment *out_segment)
{
	static const struct capture_plan usual = {0};
	const struct capture_plan *plan = packet->plan == NULL ? &usual : packet->plan;
	enum drop drop = DROP_NONE;
	bool is_verified;

	counts->packets++;
	counts->bytes += packet->data.len;
	counts->cut += packet->wire_len > packet->data.len;
	is_verified = is_to_verify(plan, counts);
	if (fragments != NULL)
		fragments_begin(fragments, packet->clock_ns, counts);
	if (is_verified || !read_straight(packet, out_segment))
		drop = read_layers(packet, plan, is_verified, counts, fragments, out_segment);
	counts->drops[drop] += drop != DROP_NONE;
	counts->segments += drop == DROP_NONE;
	return drop;
}

/* Address and port as one number that is in the order of both. */
static uint64_t ipv4_end(const struct endpoint *end)
{
	struct bytes address = {.data = (const char *)end->address.bytes, .len = 4};

	return (uint64_t)bytes_u32(address, 0) << 16 | end->port;
}

static size_t ipv4_ends_write(const struct segment *segment, char *out)
{
	uint64_t from = ipv4_end(&segment->from), to = ipv4_end(&segment->to);
	uint64_t first = htobe64((from < to ? from : to) << 16),
		 second = htobe64((from < to ? to : from) << 16);

	memcpy(out, &first, 6);
	memcpy(out + 6, &second, 6);
	return 12;
}

static size_t ipv6_end_write(const struct endpoint *end, char *out)
{
	memcpy(out, end->address.bytes, 16);
	out[16] = (char)(end->port >> 8);
	out[17] = (char)end->port;
	return 18;
}

static size_t ipv6_ends_write(const struct segment *segment, char *out)
{
	const struct endpoint *from = &segment->from, *to = &segment->to;
	int order = memcmp(from->address.bytes, to->address.bytes, 16);
	bool is_turned = order > 0 || (order == 0 && from->port > to->port);

	ipv6_end_write(is_turned ? to : from, out);
	return 18 + ipv6_end_write(is_turned ? from : to, out + 18);
}

/* Each kind has its own length: no key is another kind's. Both ends are of one kind, of one IP header. */
size_t segment_key(const struct segment *segment, char out_key[SEGMENT_KEY_MAX])
{
	size_t len = segment->from.address.is_ipv6 ? ipv6_ends_write(segment, out_key)
						   : ipv4_ends_write(segment, out_key);

	if (segment->tenant_vlan == 0 && segment->tenant_vni == 0)
		return len;
	memcpy(out_key + len, &segment->tenant_vlan, 4);
	memcpy(out_key + len + 4, &segment->tenant_vni, 4);
	return len + 8;
}

uint64_t segment_hash(const struct segment *segment, uint64_t seed)
{
	char key[SEGMENT_KEY_MAX];
	size_t len = segment_key(segment, key);

	CHECK(len <= sizeof(key));
	return XXH3_64bits_withSeed(key, len, seed);
}

/* Nobody sends again so soon: RFC 6298 asks for a second, Linux waits at least 200 ms. */
#define PRINT_NS (20 * 1000 * 1000ull)

bool segment_is_marked(const struct segment *segment)
{
	return segment->ip_id != 0 || segment->has_stamp;
}

uint32_t segment_print(const struct segment *segment, uint64_t seed, bool before)
{
	const struct {
		uint64_t moment, len, ports;
		uint32_t seq, ack, stamp, stamp_echo;
		uint16_t ip_id, window, checksum, flags;
	} shared = {
		.moment = segment_is_marked(segment) ? 0 : segment->time_ns / PRINT_NS - before,
		.len = segment->payload.len + (uint64_t)segment->cut_len,
		.ports = (uint64_t)segment->from.port << 16 | segment->to.port,
		.seq = segment->seq,
		.ack = segment->ack,
		.stamp = segment->stamp,
		.stamp_echo = segment->stamp_echo,
		.ip_id = segment->ip_id,
		.window = segment->window,
		.checksum = segment->checksum,
		.flags = segment->flags,
	};
	uint32_t print = (uint32_t)XXH3_64bits_withSeed(&shared, sizeof(shared), seed);

	return print == 0 ? 1 : print;
}
