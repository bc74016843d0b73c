/* sensor/capture: from a frame to its innermost TCP segment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/capture/plan.h"
#include "tests/unit/capture/frame.h"

#define ETHERNET 1

/* Each read starts with fresh counts and checks that the packet is accounted for once. */
static enum drop read_packet(const struct packet *packet, struct segment *out_segment,
			     struct capture_counts *out_counts)
{
	struct capture_counts counts = {0};
	enum drop drop;
	uint64_t dropped = 0;
	char *copy = malloc(packet->data.len + 1);
	struct packet exact = *packet;

	/* In memory of exactly its size, so that the sanitizer sees a read past the end. */
	assert_non_null(copy);
	memcpy(copy + 1, packet->data.data, packet->data.len);
	exact.data.data = copy + 1;
	drop = segment_read(&exact, &counts, NULL, out_segment);
	for (int i = 0; i < DROP_COUNT; i++)
		dropped += counts.drops[i];
	assert_int_equal(counts.packets, 1);
	assert_int_equal(counts.segments + dropped, 1);
	assert_int_equal(counts.segments, drop == DROP_NONE);
	if (out_counts != NULL)
		*out_counts = counts;
	if (drop == DROP_NONE) /* the caller looks at the payload in the packet it owns */
		out_segment->payload.data = packet->data.data + (out_segment->payload.data - exact.data.data);
	free(copy);
	return drop;
}

static enum drop read_frame(struct frame *frame, int link_type, struct segment *out_segment,
			    struct capture_counts *out_counts)
{
	struct packet packet;

	frame_finish(frame);
	packet = frame_packet(frame, link_type);
	return read_packet(&packet, out_segment, out_counts);
}

static void assert_hello(const struct segment *segment)
{
	assert_true(bytes_equal(segment->payload, BYTES("hello")));
	assert_int_equal(segment->from.port, 40000);
	assert_int_equal(segment->to.port, 80);
	assert_int_equal(segment->cut_len, 0);
}

static void ethernet_ipv4_is_read_whole(void **state)
{
	struct frame frame = {0};
	struct segment segment;
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	put_ethernet(&frame, 0x0800);
	put_ipv4_options(&frame, 6, 0x4000, 8);
	put_tcp(&frame, 12, "hello");
	assert_int_equal(read_frame(&frame, ETHERNET, &segment, NULL), DROP_NONE);
	assert_hello(&segment);
	address_print(&segment.from.address, text);
	assert_string_equal(text, "10.0.0.1");
	assert_int_equal(segment.seq, 1000);
	assert_int_equal(segment.ack, 2000);
	assert_int_equal(segment.flags, TCP_ACK | TCP_PUSH);
	assert_int_equal(segment.time_ns, 5);
	assert_int_equal(segment.clock_ns, 6);
	assert_int_equal(segment.number, 7);
	assert_int_equal(segment.source, 3);
	assert_true(segment.is_decrypted);
	assert_int_equal(segment.vlan, 0);
}

static void padding_is_not_data(void **state)
{
	struct frame frame = {0};
	struct segment segment;

	(void)state;
	put_ethernet(&frame, 0x0800);
	put_ipv4(&frame, 6);
	put_tcp(&frame, 0, "hi");
	frame_finish(&frame);
	put_zero(&frame, 10);
	assert_int_equal(read_frame(&frame, ETHERNET, &segment, NULL), DROP_NONE);
	assert_true(bytes_equal(segment.payload, BYTES("hi")));
	assert_int_equal(segment.cut_len, 0);
}

static void length_zero_means_the_frame(void **state)
{
	struct frame frame = {0}, six = {0};
	struct segment segment;

	(void)state;
	put_ethernet(&frame, 0x0800);
	put_ipv4(&frame, 6);
	put_tcp(&frame, 0, "hello");
	frame.length_count = 0;
	assert_int_equal(read_frame(&frame, ETHERNET, &segment, NULL), DROP_NONE);
	assert_hello(&segment);
	put_ethernet(&six, 0x86dd);
	put_ipv6(&six, 6);
	put_tcp(&six, 0, "hello");
	six.length_count = 0;
	assert_int_equal(read_frame(&six, ETHERNET, &segment, NULL), DROP_NONE);
	assert_hello(&segment);
}

static void cut_bytes_are_told(void **state)
{
	struct frame frame = {0};
	struct capture_counts counts;
	struct segment segment;
	struct packet packet;

	(void)state;
	put_ethernet(&frame, 0x0800);
	put_ipv4(&frame, 6);
	put_tcp(&frame, 0, "hello");
	frame_finish(&frame);
	packet = frame_packet(&frame, ETHERNET);
	packet.data.len -= 3;
	assert_int_equal(read_packet(&packet, &segment, &counts), DROP_NONE);
	assert_true(bytes_equal(segment.payload, BYTES("he")));
	assert_int_equal(segment.cut_len, 3);
	assert_int_equal(counts.cut, 1);
	/* A mirror that cuts and calls the rest the whole: IP knows better. */
	packet.wire_len = (uint32_t)packet.data.len;
	assert_int_equal(read_packet(&packet, &segment, &counts), DROP_NONE);
	assert_int_equal(segment.cut_len, 3);
	assert_int_equal(counts.cut, 0);
	/* Cut padding is nobody's loss. */
	packet.data.len += 3;
	packet.wire_len = (uint32_t)packet.data.len + 9;
	assert_int_equal(read_packet(&packet, &segment, &counts), DROP_NONE);
	assert_hello(&segment);
}

static void every_cut_has_a_reason(void **state)
{
	struct frame frame = {0};
	struct segment segment = {.number = 99};
	struct packet packet;
	size_t whole;

	(void)state;
	put_ethernet(&frame, 0x8100);
	put_vlan(&frame, 5, 0x0800);
	put_ipv4(&frame, 17);
	put_udp(&frame, 4789);
	put_vxlan(&frame, 77);
	put_ethernet(&frame, 0x86dd);
	put_ipv6(&frame, 0);
	put(&frame, "\x06\0\0\0\0\0\0\0", 8);
	put_tcp(&frame, 8, "");
	frame_finish(&frame);
	packet = frame_packet(&frame, ETHERNET);
	whole = packet.data.len;
	for (size_t len = 0; len < whole; len++) {
		packet.data.len = len;
		packet.wire_len = (uint32_t)whole;
		assert_int_equal(read_packet(&packet, &segment, NULL), DROP_TRUNCATED);
		packet.wire_len = (uint32_t)len;
		assert_int_not_equal(read_packet(&packet, &segment, NULL), DROP_NONE);
		assert_int_equal(segment.number, 99); /* untouched on failure */
	}
	packet.data.len = whole;
	assert_int_equal(read_packet(&packet, &segment, NULL), DROP_NONE);
	assert_int_equal(segment.vni, 77);
	assert_int_equal(segment.vlan, 5);
}

static void tags_and_tunnels_are_undone(void **state)
{
	struct frame qinq = {0}, vxlan = {0}, gre = {0}, gre6 = {0};
	struct capture_counts counts;
	struct segment segment;

	(void)state;
	put_ethernet(&qinq, 0x88a8);
	put_vlan(&qinq, 0x2000 | 100, 0x8100);
	put_vlan(&qinq, 200, 0x86dd);
	put_ipv6(&qinq, 6);
	put_tcp(&qinq, 0, "hello");
	assert_int_equal(read_frame(&qinq, ETHERNET, &segment, &counts), DROP_NONE);
	assert_hello(&segment);
	assert_int_equal(segment.vlan, 100);
	assert_true(segment.from.address.is_ipv6);
	assert_int_equal(counts.vlan, 2);

	put_ethernet(&vxlan, 0x86dd);
	put_ipv6(&vxlan, 17);
	put_udp(&vxlan, 8472);
	put_vxlan(&vxlan, 0xabcdef);
	put_ethernet(&vxlan, 0x0800);
	put_ipv4(&vxlan, 6);
	put_tcp(&vxlan, 0, "hello");
	assert_int_equal(read_frame(&vxlan, ETHERNET, &segment, &counts), DROP_NONE);
	assert_hello(&segment);
	assert_int_equal(segment.vni, 0xabcdef);
	assert_false(segment.from.address.is_ipv6);
	assert_int_equal(counts.vxlan, 1);

	put_ethernet(&gre, 0x0800);
	put_ipv4(&gre, 47);
	put_gre(&gre, 0xb000, 0x6558);
	put_ethernet(&gre, 0x8100);
	put_vlan(&gre, 9, 0x0800);
	put_ipv4(&gre, 6);
	put_tcp(&gre, 0, "hello");
	assert_int_equal(read_frame(&gre, ETHERNET, &segment, &counts), DROP_NONE);
	assert_hello(&segment);
	assert_int_equal(counts.gre, 1);
	assert_int_equal(segment.vlan, 9);

	put_ethernet(&gre6, 0x0800);
	put_ipv4(&gre6, 47);
	put_gre(&gre6, 0x2000, 0x86dd);
	put_ipv6(&gre6, 6);
	put_tcp(&gre6, 0, "hello");
	assert_int_equal(read_frame(&gre6, ETHERNET, &segment, NULL), DROP_NONE);
	assert_hello(&segment);
}

static enum drop read_link(int link_type, const void *header, size_t len, bool is_ipv6)
{
	struct frame frame = {0};
	struct segment segment;
	enum drop drop;

	put(&frame, header, len);
	if (is_ipv6)
		put_ipv6(&frame, 6);
	else
		put_ipv4(&frame, 6);
	put_tcp(&frame, 0, "hello");
	drop = read_frame(&frame, link_type, &segment, NULL);
	if (drop == DROP_NONE)
		assert_hello(&segment);
	return drop;
}

static void every_link_type_is_read(void **state)
{
	(void)state;
	assert_int_equal(read_link(113, "\0\0\0\1\0\6\0\0\0\0\0\0\0\0\x08\x00", 16, false), DROP_NONE);
	assert_int_equal(read_link(276, "\x86\xdd\0\0\0\0\0\1\0\1\0\6\0\0\0\0\0\0\0\0", 20, true), DROP_NONE);
	assert_int_equal(read_link(0, "\2\0\0\0", 4, false), DROP_NONE);
	assert_int_equal(read_link(0, "\0\0\0\2", 4, false), DROP_NONE);
	assert_int_equal(read_link(0, "\x1e\0\0\0", 4, true), DROP_NONE);
	assert_int_equal(read_link(108, "\0\0\0\x18", 4, true), DROP_NONE);
	assert_int_equal(read_link(0, "\7\0\0\0", 4, true), DROP_NOT_IP);
	assert_int_equal(read_link(12, "", 0, false), DROP_NONE);
	assert_int_equal(read_link(101, "", 0, true), DROP_NONE);
	assert_int_equal(read_link(228, "", 0, false), DROP_NONE);
	assert_int_equal(read_link(229, "", 0, true), DROP_NONE);
	assert_int_equal(read_link(101, "\0", 1, true), DROP_NOT_IP);
	assert_int_equal(read_link(147, "", 0, false), DROP_LINK_TYPE);
	assert_int_equal(read_link(-1, "", 0, false), DROP_LINK_TYPE);
}

static void what_is_not_tcp_is_named(void **state)
{
	struct frame arp = {0}, udp = {0}, unknown = {0}, other = {0}, pptp = {0};
	struct segment segment;

	(void)state;
	put_ethernet(&arp, 0x0806);
	put_zero(&arp, 28);
	assert_int_equal(read_frame(&arp, ETHERNET, &segment, NULL), DROP_NOT_IP);
	put_ethernet(&udp, 0x0800);
	put_ipv4(&udp, 17);
	put_udp(&udp, 53);
	assert_int_equal(read_frame(&udp, ETHERNET, &segment, NULL), DROP_NOT_TCP);
	put_ethernet(&unknown, 0x0800);
	put_ipv4(&unknown, 47);
	put_gre(&unknown, 0x1000, 0x9999);
	put_zero(&unknown, 30);
	assert_int_equal(read_frame(&unknown, ETHERNET, &segment, NULL), DROP_NOT_TCP);
	put_ethernet(&other, 0x0800);
	put_ipv4(&other, 17);
	put_udp(&other, 4789);
	put_zero(&other, 40); /* no network flag: something else on VXLAN's port */
	assert_int_equal(read_frame(&other, ETHERNET, &segment, NULL), DROP_NOT_TCP);
	put_ethernet(&pptp, 0x0800);
	put_ipv4(&pptp, 47);
	put_gre(&pptp, 0x2001, 0x0800);
	put_zero(&pptp, 40);
	assert_int_equal(read_frame(&pptp, ETHERNET, &segment, NULL), DROP_NOT_TCP);
}

static enum drop read_ipv6_chain(const void *chain, size_t len, unsigned first)
{
	struct frame frame = {0};
	struct segment segment;
	enum drop drop;

	put_ethernet(&frame, 0x86dd);
	put_ipv6(&frame, first);
	put(&frame, chain, len);
	put_tcp(&frame, 0, "hello");
	drop = read_frame(&frame, ETHERNET, &segment, NULL);
	if (drop == DROP_NONE)
		assert_hello(&segment);
	return drop;
}

static void fragments_and_extension_headers(void **state)
{
	struct frame first = {0}, later = {0}, four = {0};
	struct segment segment;
	unsigned char many[80];

	(void)state;
	put_ethernet(&first, 0x0800);
	put_ipv4_options(&first, 6, 0x2000, 0);
	put_tcp(&first, 0, "hello");
	assert_int_equal(read_frame(&first, ETHERNET, &segment, NULL), DROP_FRAGMENT);
	put_ethernet(&later, 0x0800);
	put_ipv4_options(&later, 6, 0x0005, 0);
	put_zero(&later, 4);
	assert_int_equal(read_frame(&later, ETHERNET, &segment, NULL), DROP_FRAGMENT);
	put_ethernet(&four, 0x0800);
	put_ipv4(&four, 60); /* an IPv6 option behind IPv4 */
	put(&four, "\6\0\0\0\0\0\0\0", 8);
	put_tcp(&four, 0, "hello");
	assert_int_equal(read_frame(&four, ETHERNET, &segment, NULL), DROP_NOT_TCP);

	assert_int_equal(
		read_ipv6_chain("\x2b\0\0\0\0\0\0\0\x3c\0\0\0\0\0\0\0\6\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32,
				0),
		DROP_NONE);
	assert_int_equal(read_ipv6_chain("\6\0\0\0\0\0\0\1", 8, 44), DROP_NONE); /* atomic */
	assert_int_equal(read_ipv6_chain("\6\0\0\1\0\0\0\1", 8, 44), DROP_FRAGMENT);
	assert_int_equal(read_ipv6_chain("\6\0\1\0\0\0\0\1", 8, 44), DROP_FRAGMENT);
	assert_int_equal(read_ipv6_chain("\6\xff\0\0\0\0\0\0", 8, 0), DROP_MALFORMED);
	memset(many, 0, sizeof(many));
	for (size_t i = 0; i < sizeof(many); i += 8)
		many[i] = 60;
	many[sizeof(many) - 8] = 6;
	assert_int_equal(read_ipv6_chain(many, 80, 60), DROP_MALFORMED);
}

static void headers_that_contradict_themselves(void **state)
{
	struct frame frame = {0};
	struct segment segment;
	struct packet packet;

	(void)state;
	put_ethernet(&frame, 0x0800);
	put_ipv4(&frame, 6);
	put_tcp(&frame, 0, "hello");
	frame_finish(&frame);
	packet = frame_packet(&frame, ETHERNET);
	frame.data[14] = 0x44; /* header length 16 */
	assert_int_equal(read_packet(&packet, &segment, NULL), DROP_MALFORMED);
	frame.data[14] = 0x65; /* version 6 */
	assert_int_equal(read_packet(&packet, &segment, NULL), DROP_MALFORMED);
	frame.data[14] = 0x45;
	frame.data[17] = 19; /* shorter than its header */
	assert_int_equal(read_packet(&packet, &segment, NULL), DROP_MALFORMED);
	frame.data[17] = 30; /* half a TCP header */
	assert_int_equal(read_packet(&packet, &segment, NULL), DROP_MALFORMED);
	frame.data[17] = 45;
	frame.data[46] = 0x40; /* data offset 16 */
	assert_int_equal(read_packet(&packet, &segment, NULL), DROP_MALFORMED);
	frame.data[46] = 0xf0; /* options longer than the packet */
	assert_int_equal(read_packet(&packet, &segment, NULL), DROP_MALFORMED);
	frame.data[46] = 0x50;
	assert_int_equal(read_packet(&packet, &segment, NULL), DROP_NONE);
	assert_hello(&segment);
}

static void nesting_has_an_end(void **state)
{
	struct segment segment;

	(void)state;
	for (unsigned depth = LIMIT_TUNNEL_DEPTH - 1; depth <= LIMIT_TUNNEL_DEPTH + 1; depth++) {
		struct frame frame = {0};

		put_ethernet(&frame, 0x8100);
		for (unsigned i = 1; i < depth; i++)
			put_vlan(&frame, i, 0x8100);
		put_vlan(&frame, 1, 0x0800);
		put_ipv4(&frame, 6);
		put_tcp(&frame, 0, "hello");
		assert_int_equal(read_frame(&frame, ETHERNET, &segment, NULL),
				 depth > LIMIT_TUNNEL_DEPTH ? DROP_TUNNEL_DEPTH : DROP_NONE);
	}
}

static void the_hash_is_symmetric_and_keyed(void **state)
{
	struct segment there = {.from = {.port = 40000}, .to = {.port = 80}}, back, other;

	(void)state;
	memcpy(there.from.address.bytes, "\x0a\0\0\1", 4);
	memcpy(there.to.address.bytes, "\x0a\0\0\2", 4);
	back = there;
	back.from = there.to;
	back.to = there.from;
	back.vlan = 7;
	other = there;
	other.from.port++;
	assert_true(segment_hash(&there, 1) == segment_hash(&back, 1));
	assert_true(segment_hash(&there, 1) != segment_hash(&there, 2));
	assert_true(segment_hash(&there, 1) != segment_hash(&other, 1));
	/* The ports must not be swappable without the addresses. */
	other = there;
	other.from.port = 80;
	other.to.port = 40000;
	assert_true(segment_hash(&there, 1) != segment_hash(&other, 1));
}

static void the_key_is_as_long_as_it_must_be(void **state)
{
	char key[SEGMENT_KEY_MAX], other[SEGMENT_KEY_MAX];
	struct segment segment = {.from = {.port = 40000}, .to = {.port = 80}}, back;

	(void)state;
	memcpy(segment.from.address.bytes, "\x0a\0\0\2", 4);
	memcpy(segment.to.address.bytes, "\x0a\0\0\1", 4);
	back = segment;
	back.from = segment.to;
	back.to = segment.from;
	assert_int_equal(segment_key(&segment, key), 12);
	assert_int_equal(segment_key(&back, other), 12);
	assert_memory_equal(key, other, 12);
	segment.tenant_vni = 7;
	assert_int_equal(segment_key(&segment, key), 20);
	segment.from.address.is_ipv6 = true;
	segment.to.address.is_ipv6 = true;
	assert_int_equal(segment_key(&segment, key), SEGMENT_KEY_MAX);
	segment.tenant_vni = 0;
	segment.tenant_vlan = 0;
	assert_int_equal(segment_key(&segment, key), 36);
}

/* Any bytes, any link type: one outcome, no read past the end. */
static void noise_is_survived(void **state)
{
	static const int links[] = {1, 113, 276, 0, 108, 12, 101, 228, 229};
	struct segment segment;
	uint32_t random = 12345;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct frame frame = {0};
		struct packet packet;

		put_ethernet(&frame, 0x0800);
		put_ipv4(&frame, round % 2 ? 17 : 47);
		if (round % 2)
			put_udp(&frame, 4789), put_vxlan(&frame, 1);
		else
			put_gre(&frame, 0x2000, 0x6558);
		put_ethernet(&frame, 0x86dd);
		put_ipv6(&frame, 60);
		put(&frame, "\6\0\0\0\0\0\0\0", 8);
		put_tcp(&frame, 4, "hello");
		frame_finish(&frame);
		for (int flips = 0; flips < 4; flips++) {
			random = random * 1664525 + 1013904223;
			frame.data[(random >> 8) % frame.len] = (unsigned char)(random >> 24);
		}
		packet = frame_packet(&frame, links[(random >> 4) % 40 < 9 ? (random >> 4) % 40 : 0]);
		packet.data.len -= random % 8 == 0 ? (random >> 16) % frame.len : 0;
		(void)read_packet(&packet, &segment, NULL);
	}
}

static void assert_same_segment(const struct segment *one, const struct segment *other)
{
	assert_true(endpoint_equal(&one->from, &other->from) && endpoint_equal(&one->to, &other->to));
	assert_true(one->payload.data == other->payload.data && one->payload.len == other->payload.len);
	assert_int_equal(one->cut_len, other->cut_len);
	assert_true(segment_print(one, 1, false) == segment_print(other, 1, false)); /* what TCP says */
	assert_int_equal(one->has_stamp, other->has_stamp);
	assert_int_equal(one->is_signed, other->is_signed);
	assert_int_equal(one->time_ns, other->time_ns);
	assert_int_equal(one->clock_ns, other->clock_ns);
	assert_int_equal(one->number, other->number);
	assert_int_equal(one->source, other->source);
	assert_int_equal(one->is_decrypted, other->is_decrypted);
	assert_int_equal(one->vlan | one->vni | one->tenant_vlan | one->tenant_vni,
			 other->vlan | other->vni | other->tenant_vlan | other->tenant_vni);
}

/* Usual packets are read in one look. A plan that verifies each of them has them read header by header. */
static void one_look_reads_what_the_layers_do(void **state)
{
	static const struct capture_plan one_look = {.checksums = CHECKSUMS_IGNORE},
					 layers = {.checksums = CHECKSUMS_COUNT};
	uint32_t random = 54321;
	unsigned read_count = 0;

	(void)state;
	for (unsigned round = 0; round < 40000; round++) {
		struct segment one, other;
		struct frame frame = {0};
		struct packet packet;
		enum drop drop;

		put_ethernet(&frame, 0x0800);
		put_ipv4(&frame, 6);
		put_tcp(&frame, round % 2 * 12, "hello");
		frame_finish(&frame);
		if (round % 2)
			memcpy(frame.data + 54, "\1\1\10\12time echo", 12);
		for (unsigned flips = 0; flips < round % 4; flips++) {
			random = random * 1664525 + 1013904223;
			frame.data[12 + (random >> 8) % (frame.len - 12)] ^= (unsigned char)(random >> 24);
		}
		packet = frame_packet(&frame, ETHERNET);
		packet.data.len += round % 3 == 0 ? 2 : 0; /* padding */
		packet.data.len -= random % 8 == 0 ? (random >> 16) % frame.len : 0;
		packet.plan = &one_look;
		drop = read_packet(&packet, &one, NULL);
		packet.plan = &layers;
		assert_int_equal(drop, read_packet(&packet, &other, NULL));
		if (drop != DROP_NONE)
			continue;
		assert_same_segment(&one, &other);
		read_count++;
	}
	assert_in_range(read_count, 20000, 39000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ethernet_ipv4_is_read_whole),
		cmocka_unit_test(padding_is_not_data),
		cmocka_unit_test(length_zero_means_the_frame),
		cmocka_unit_test(cut_bytes_are_told),
		cmocka_unit_test(every_cut_has_a_reason),
		cmocka_unit_test(tags_and_tunnels_are_undone),
		cmocka_unit_test(every_link_type_is_read),
		cmocka_unit_test(what_is_not_tcp_is_named),
		cmocka_unit_test(fragments_and_extension_headers),
		cmocka_unit_test(headers_that_contradict_themselves),
		cmocka_unit_test(nesting_has_an_end),
		cmocka_unit_test(the_hash_is_symmetric_and_keyed),
		cmocka_unit_test(the_key_is_as_long_as_it_must_be),
		cmocka_unit_test(noise_is_survived),
		cmocka_unit_test(one_look_reads_what_the_layers_do),
	};

	return cmocka_run_group_tests_name("capture/segment", tests, NULL, NULL);
}
