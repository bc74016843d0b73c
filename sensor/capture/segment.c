#include "sensor/capture/segment.h"

#include <string.h>
#include <xxhash.h>

#include "parsers/base/limits.h"
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

/* RFC 9293, section 3.1. Options are stepped over: reassembly needs none of them. */
enum drop tcp_read(struct walk *walk)
{
	struct segment *segment = &walk->segment;
	uint16_t offset_flags;
	size_t header_len;

	segment->from.port = cursor_u16(&walk->at);
	segment->to.port = cursor_u16(&walk->at);
	segment->seq = cursor_u32(&walk->at);
	segment->ack = cursor_u32(&walk->at);
	offset_flags = cursor_u16(&walk->at);
	cursor_skip(&walk->at, 6);
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	header_len = (size_t)(offset_flags >> 12) * 4;
	if (header_len < 20)
		return DROP_MALFORMED;
	cursor_skip(&walk->at, header_len - 20);
	if (walk->at.ran_out)
		return walk_ran_out(walk);
	segment->flags = offset_flags & 0x3f;
	segment->payload = cursor_rest(&walk->at);
	segment->cut_len = (uint32_t)walk->cut;
	walk->is_done = true;
	return DROP_NONE;
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

enum drop segment_read(const struct packet *packet, struct capture_counts *counts,
		       struct fragments *fragments, struct segment *out_segment)
{
	size_t wire_len = packet->wire_len;
	struct walk walk = {
		.at = cursor_of(packet->data),
		.cut = wire_len > packet->data.len ? wire_len - packet->data.len : 0,
		.place = PLACE_LINK,
		.number = (uint32_t)packet->link_type,
		.counts = counts,
		.fragments = fragments,
		.segment = {.time_ns = packet->time_ns,
			    .clock_ns = packet->clock_ns,
			    .number = packet->number,
			    .source = packet->source,
			    .is_decrypted = packet->is_decrypted},
	};
	enum drop drop;

	counts->packets++;
	counts->bytes += packet->data.len;
	if (walk.cut > 0)
		counts->cut++;
	if (fragments != NULL)
		fragments_begin(fragments, packet->clock_ns, counts);
	drop = walk_layers(&walk);
	if (drop != DROP_NONE) {
		counts->drops[drop]++;
		return drop;
	}
	counts->segments++;
	*out_segment = walk.segment;
	return DROP_NONE;
}

static void end_write(const struct endpoint *end, char *out)
{
	memcpy(out, end->address.bytes, 16);
	out[16] = (char)end->address.is_ipv6;
	out[17] = (char)(end->port >> 8);
	out[18] = (char)end->port;
}

void segment_key(const struct segment *segment, char out_key[SEGMENT_KEY_LEN])
{
	char from[SEGMENT_KEY_LEN / 2], to[SEGMENT_KEY_LEN / 2];
	bool is_from_first;

	end_write(&segment->from, from);
	end_write(&segment->to, to);
	is_from_first = memcmp(from, to, sizeof(from)) <= 0;
	memcpy(out_key, is_from_first ? from : to, sizeof(from));
	memcpy(out_key + sizeof(from), is_from_first ? to : from, sizeof(to));
}

uint64_t segment_hash(const struct segment *segment, uint64_t seed)
{
	char key[SEGMENT_KEY_LEN];

	segment_key(segment, key);
	return XXH3_64bits_withSeed(key, sizeof(key), seed);
}
