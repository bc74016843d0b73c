/* sensor/capture: every wrapping, whole, cut at every byte, and as noise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "tests/unit/capture/frame.h"

#define OFFSET(member) offsetof(struct capture_counts, member)

enum inner { INNER_IPV4, INNER_IPV6, INNER_ETHERNET };

/* What stands outside the inner packet, as bytes or as a carrier with bytes behind it. */
enum carrier {
	CARRIER_NONE,
	CARRIER_ETHERTYPE, /* Ethernet with `number` */
	CARRIER_IP,        /* Ethernet, IPv4 with the protocol */
	CARRIER_IPV6,
	CARRIER_UDP, /* Ethernet, IPv4, UDP to the port */
	CARRIER_GRE, /* Ethernet, IPv4, GRE with the protocol */
	CARRIER_GRE_NUMBERED,
};

static const struct wrapping {
	const char *name;
	enum carrier carrier;
	unsigned number;
	struct bytes head;
	enum inner inner;
	size_t count; /* offset of the counter that moves */
	int link_type;
} wrappings[] = {
	{"mpls", CARRIER_ETHERTYPE, 0x8847, BYTES_INIT("\0\1\0\x40\0\2\1\x40"), INNER_IPV4, OFFSET(mpls), 1},
	{"mpls multicast", CARRIER_ETHERTYPE, 0x8848, BYTES_INIT("\0\2\1\x40"), INNER_IPV6, OFFSET(mpls), 1},
	{"mpls control", CARRIER_ETHERTYPE, 0x8847, BYTES_INIT("\0\2\1\x40\0\0\0\7"), INNER_ETHERNET,
	 OFFSET(mpls), 1},
	{"mpls ethernet", CARRIER_ETHERTYPE, 0x8847, BYTES_INIT("\0\2\1\x40"), INNER_ETHERNET, OFFSET(mpls),
	 1},
	{"mpls in ip", CARRIER_IP, 137, BYTES_INIT("\0\2\1\x40"), INNER_IPV4, OFFSET(mpls), 1},
	{"mpls in udp", CARRIER_UDP, 6635, BYTES_INIT("\0\2\1\x40"), INNER_IPV4, OFFSET(mpls), 1},
	{"mpls in gre", CARRIER_GRE, 0x8847, BYTES_INIT("\0\2\1\x40"), INNER_IPV4, OFFSET(mpls), 1},
	{"vn-tag", CARRIER_ETHERTYPE, 0x8926, BYTES_INIT("\x80\1\0\2\x08\0"), INNER_IPV4, OFFSET(tag), 1},
	{"e-tag", CARRIER_ETHERTYPE, 0x893f, BYTES_INIT("\0\1\0\2\0\0\x86\xdd"), INNER_IPV6, OFFSET(tag), 1},
	{"i-tag", CARRIER_ETHERTYPE, 0x88e7, BYTES_INIT("\0\1\0\2"), INNER_ETHERNET, OFFSET(tag), 1},
	{"fabric path", CARRIER_ETHERTYPE, 0x8903, BYTES_INIT("\0\x60"), INNER_ETHERNET, OFFSET(tag), 1},
	{"ppp", CARRIER_NONE, 0, BYTES_INIT("\xff\3\0\x21"), INNER_IPV4, OFFSET(ppp), 9},
	{"ppp short", CARRIER_NONE, 0, BYTES_INIT("\x57"), INNER_IPV6, OFFSET(ppp), 9},
	{"hdlc", CARRIER_NONE, 0, BYTES_INIT("\xff\3\0\x21"), INNER_IPV4, OFFSET(ppp), 50},
	{"cisco hdlc", CARRIER_NONE, 0, BYTES_INIT("\x0f\0\x08\0"), INNER_IPV4, OFFSET(segments), 104},
	{"nsh", CARRIER_ETHERTYPE, 0x894f, BYTES_INIT("\0\3\1\1\0\0\1\2\0\0\0\7"), INNER_IPV4, OFFSET(nsh),
	 1},
	{"nsh ethernet", CARRIER_ETHERTYPE, 0x894f, BYTES_INIT("\0\2\2\3\0\0\1\2"), INNER_ETHERNET,
	 OFFSET(nsh), 1},
	{"vxlan-gpe", CARRIER_UDP, 4790, BYTES_INIT("\x0c\0\0\2\0\0\7\0"), INNER_IPV6, OFFSET(vxlan), 1},
	{"vxlan-gpe ethernet", CARRIER_UDP, 4790, BYTES_INIT("\x08\0\0\0\0\0\7\0"), INNER_ETHERNET,
	 OFFSET(vxlan), 1},
	{"geneve", CARRIER_UDP, 6081, BYTES_INIT("\2\0\x65\x58\0\0\7\0\0\1\0\1\1\2\3\4"), INNER_ETHERNET,
	 OFFSET(geneve), 1},
	{"geneve ip", CARRIER_UDP, 6081, BYTES_INIT("\0\0\x08\0\0\0\7\0"), INNER_IPV4, OFFSET(geneve), 1},
	{"gtp", CARRIER_UDP, 2152, BYTES_INIT("\x30\xff\xff\xff\0\0\0\7"), INNER_IPV4, OFFSET(gtp), 1},
	{"gtp extended", CARRIER_UDP, 2152,
	 BYTES_INIT("\x34\xff\xff\xff\0\0\0\7\0\0\0\x85\1\x10\x01\x85\2\0\0\0\0\0\0\0"), INNER_IPV6,
	 OFFSET(gtp), 1},
	{"teredo", CARRIER_UDP, 3544, BYTES_INIT(""), INNER_IPV6, OFFSET(teredo), 1},
	{"teredo origin", CARRIER_UDP, 3544, BYTES_INIT("\0\0\1\2\3\4\5\6"), INNER_IPV6, OFFSET(teredo), 1},
	{"teredo authentication", CARRIER_UDP, 3544,
	 BYTES_INIT("\0\1\2\3iivvv\1\1\1\1\1\1\1\1\0\0\0\1\2\3\4\5\6"), INNER_IPV6, OFFSET(teredo), 1},
	{"tzsp", CARRIER_UDP, 37008, BYTES_INIT("\1\0\0\1\0\x0a\2\1\2\1"), INNER_ETHERNET, OFFSET(tzsp), 1},
	{"erspan I", CARRIER_GRE, 0x88be, BYTES_INIT(""), INNER_ETHERNET, OFFSET(gre), 1},
	{"erspan II", CARRIER_GRE_NUMBERED, 0x88be, BYTES_INIT("\x10\1\0\2\0\0\0\3"), INNER_ETHERNET,
	 OFFSET(erspan), 1},
	{"erspan III", CARRIER_GRE_NUMBERED, 0x22eb, BYTES_INIT("\x20\1\0\2\0\0\0\3\0\0\0\0"), INNER_ETHERNET,
	 OFFSET(erspan), 1},
	{"erspan III more", CARRIER_GRE_NUMBERED, 0x22eb,
	 BYTES_INIT("\x20\1\0\2\0\0\0\3\0\0\x08\1\0\0\0\0\0\0\0\0"), INNER_IPV4, OFFSET(erspan), 1},
	{"pptp", CARRIER_IP, 47, BYTES_INIT("\x30\x81\x88\x0b\0\x50\0\7\0\0\0\1\0\0\0\2\xff\3\0\x21"),
	 INNER_IPV4, OFFSET(ppp), 1},
	{"l2tp", CARRIER_UDP, 1701, BYTES_INIT("\0\2\0\1\0\2\xff\3\0\x21"), INNER_IPV4, OFFSET(l2tp), 1},
	{"l2tp full", CARRIER_UDP, 1701, BYTES_INIT("\x4a\2\0\0\0\1\0\2\0\1\0\0\0\2\0\0\0\x57"), INNER_IPV6,
	 OFFSET(l2tp), 1},
	{"gre vlan", CARRIER_GRE, 0x8100, BYTES_INIT("\0\7\x08\0"), INNER_IPV4, OFFSET(vlan), 1},
	{"ip in ip", CARRIER_IP, 4, BYTES_INIT(""), INNER_IPV4, OFFSET(ip_in_ip), 1},
	{"6in4", CARRIER_IP, 41, BYTES_INIT(""), INNER_IPV6, OFFSET(ip_in_ip), 1},
	{"4in6", CARRIER_IPV6, 4, BYTES_INIT(""), INNER_IPV4, OFFSET(ip_in_ip), 1},
	{"authentication", CARRIER_IP, 51, BYTES_INIT("\4\4\0\0\0\0\0\1\0\0\0\2vvvvvvvvvvvv"), INNER_IPV4,
	 OFFSET(authentication_header), 1},
	{"authentication 6", CARRIER_IPV6, 51, BYTES_INIT("\x29\4\0\0\0\0\0\1\0\0\0\2vvvvvvvvvvvv"),
	 INNER_IPV6, OFFSET(authentication_header), 1},
};

static void put_carrier(struct frame *frame, const struct wrapping *wrapping)
{
	bool is_ipv6 = wrapping->carrier == CARRIER_IPV6;

	switch (wrapping->carrier) {
	case CARRIER_NONE:
		break;
	case CARRIER_ETHERTYPE:
		put_ethernet(frame, wrapping->number);
		break;
	case CARRIER_IP:
	case CARRIER_IPV6:
		put_ethernet(frame, is_ipv6 ? 0x86dd : 0x0800);
		if (is_ipv6)
			put_ipv6(frame, wrapping->number);
		else
			put_ipv4(frame, wrapping->number);
		break;
	case CARRIER_UDP:
		put_ethernet(frame, 0x0800);
		put_ipv4(frame, 17);
		put_udp(frame, wrapping->number);
		break;
	case CARRIER_GRE:
	case CARRIER_GRE_NUMBERED:
		put_ethernet(frame, 0x0800);
		put_ipv4(frame, 47);
		put_gre(frame, wrapping->carrier == CARRIER_GRE ? 0x2000 : 0x1000, wrapping->number);
		break;
	}
}

static void put_inner(struct frame *frame, enum inner inner, const char *payload)
{
	if (inner == INNER_ETHERNET)
		put_ethernet(frame, 0x0800);
	if (inner == INNER_IPV6)
		put_ipv6(frame, 6);
	else
		put_ipv4(frame, 6);
	put_tcp(frame, 0, payload);
}

static enum drop read_exact(const struct packet *packet, struct capture_counts *counts,
			    struct segment *out_segment)
{
	char *copy = malloc(packet->data.len + 1);
	struct packet exact = *packet;
	enum drop drop;

	assert_non_null(copy);
	memcpy(copy, packet->data.data, packet->data.len);
	exact.data.data = copy;
	*counts = (struct capture_counts){0};
	drop = segment_read(&exact, counts, NULL, out_segment);
	assert_int_equal(counts->segments + counts->drops[drop], 1);
	if (drop == DROP_NONE)
		out_segment->payload.data = packet->data.data + (out_segment->payload.data - copy);
	free(copy);
	return drop;
}

static uint64_t counter(const struct capture_counts *counts, size_t offset)
{
	uint64_t value;

	memcpy(&value, (const char *)counts + offset, sizeof(value));
	return value;
}

static void every_wrapping_is_undone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrappings) / sizeof(*wrappings); i++) {
		const struct wrapping *wrapping = &wrappings[i];
		struct capture_counts counts;
		struct segment segment;
		struct frame frame = {0};
		struct packet packet;
		enum drop drop;

		put_carrier(&frame, wrapping);
		put(&frame, wrapping->head.data, wrapping->head.len);
		put_inner(&frame, wrapping->inner, "hello");
		frame_finish(&frame);
		packet = frame_packet(&frame, wrapping->link_type);
		drop = read_exact(&packet, &counts, &segment);
		if (drop != DROP_NONE || !bytes_equal(segment.payload, BYTES("hello")) ||
		    segment.from.port != 40000 ||
		    segment.from.address.is_ipv6 != (wrapping->inner == INNER_IPV6) ||
		    counter(&counts, wrapping->count) != 1)
			fail_msg("%s: %s", wrapping->name, drop_name(drop));
	}
}

static void every_cut_has_a_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrappings) / sizeof(*wrappings); i++) {
		const struct wrapping *wrapping = &wrappings[i];
		struct segment segment = {.number = 99};
		struct capture_counts counts;
		struct frame frame = {0};
		struct packet packet;

		put_carrier(&frame, wrapping);
		put(&frame, wrapping->head.data, wrapping->head.len);
		put_inner(&frame, wrapping->inner, "");
		frame_finish(&frame);
		packet = frame_packet(&frame, wrapping->link_type);
		for (size_t len = 0; len < frame.len; len++) {
			enum drop drop;

			packet.data.len = len;
			packet.wire_len = (uint32_t)frame.len;
			drop = read_exact(&packet, &counts, &segment);
			if (drop != DROP_TRUNCATED)
				fail_msg("%s cut at %zu: %s", wrapping->name, len, drop_name(drop));
			packet.wire_len = (uint32_t)len;
			drop = read_exact(&packet, &counts, &segment);
			if (drop == DROP_NONE || segment.number != 99)
				fail_msg("%s ends at %zu: %s", wrapping->name, len, drop_name(drop));
		}
	}
}

/* Any byte of any header may be anything: one outcome, no read past the end. */
static void every_byte_may_be_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrappings) / sizeof(*wrappings); i++) {
		struct capture_counts counts;
		struct segment segment;
		struct frame frame = {0};
		struct packet packet;

		put_carrier(&frame, &wrappings[i]);
		put(&frame, wrappings[i].head.data, wrappings[i].head.len);
		put_inner(&frame, wrappings[i].inner, "hello");
		frame_finish(&frame);
		packet = frame_packet(&frame, wrappings[i].link_type);
		for (size_t at = 0; at < frame.len; at++) {
			static const unsigned char values[] = {0x00, 0x01, 0x3f, 0x40, 0x60, 0x80, 0xff};
			unsigned char right = frame.data[at];

			for (size_t value = 0; value < sizeof(values); value++) {
				frame.data[at] = values[value];
				(void)read_exact(&packet, &counts, &segment);
			}
			frame.data[at] = right;
		}
	}
}

static enum drop read_number(enum carrier carrier, unsigned number, const void *head, size_t len,
			     int link_type)
{
	struct wrapping wrapping = {.carrier = carrier, .number = number};
	struct capture_counts counts;
	struct segment segment;
	struct frame frame = {0};
	struct packet packet;

	put_carrier(&frame, &wrapping);
	put(&frame, head, len);
	put_inner(&frame, INNER_IPV4, "hello");
	frame_finish(&frame);
	packet = frame_packet(&frame, link_type);
	return read_exact(&packet, &counts, &segment);
}

static void what_only_uses_the_number_is_named(void **state)
{
	(void)state;
	assert_int_equal(read_number(CARRIER_UDP, 4790, "\0\0\0\0\0\0\0\0", 8, 1), DROP_NOT_TCP);
	assert_int_equal(read_number(CARRIER_UDP, 4790, "\x0c\0\0\x09\0\0\0\0", 8, 1), DROP_NOT_IP);
	assert_int_equal(read_number(CARRIER_UDP, 6081, "\x40\0\x65\x58\0\0\7\0", 8, 1), DROP_NOT_TCP);
	assert_int_equal(read_number(CARRIER_UDP, 6081, "\0\0\x88\xcc\0\0\7\0", 8, 1), DROP_NOT_IP);
	assert_int_equal(read_number(CARRIER_UDP, 2152, "\x30\1\0\4\0\0\0\0", 8, 1), DROP_NOT_TCP); /* echo */
	assert_int_equal(read_number(CARRIER_UDP, 2152, "\x34\xff\xff\xff\0\0\0\7\0\0\0\x85\0\0\0\0", 16, 1),
			 DROP_MALFORMED); /* an extension without end */
	assert_int_equal(read_number(CARRIER_UDP, 3544, "\x50\1", 2, 1), DROP_NOT_TCP);
	assert_int_equal(read_number(CARRIER_UDP, 37008, "\1\0\0\x12\1", 5, 1), DROP_NOT_TCP); /* 802.11 */
	assert_int_equal(read_number(CARRIER_GRE_NUMBERED, 0x88be, "\x70\0\0\0\0\0\0\0", 8, 1), DROP_NOT_TCP);
	assert_int_equal(read_number(CARRIER_GRE_NUMBERED, 0x22eb, "\x20\1\0\2\0\0\0\3\0\0\x0c\0", 12, 1),
			 DROP_NOT_IP); /* a kind of frame that is not read */
	assert_int_equal(read_number(CARRIER_GRE, 0x1234, "", 0, 1), DROP_NOT_TCP);
	assert_int_equal(read_number(CARRIER_ETHERTYPE, 0x8863, "\x11\x09\0\0\0\0", 6, 1), DROP_NOT_IP);
	assert_int_equal(read_number(CARRIER_ETHERTYPE, 0x8864, "\x11\xa7\0\1\0\0", 6, 1), DROP_NOT_IP);
	assert_int_equal(read_number(CARRIER_ETHERTYPE, 0x8864, "\x21\0\0\1\0\0", 6, 1), DROP_MALFORMED);
	assert_int_equal(read_number(CARRIER_ETHERTYPE, 0x894f, "\0\1\1\1\0\0\0\0", 8, 1), DROP_MALFORMED);
	assert_int_equal(read_number(CARRIER_NONE, 0, "\xff\3\xc0\x21", 4, 9), DROP_NOT_IP); /* LCP */
	assert_int_equal(read_number(CARRIER_IP, 47, "\x20\x81\x88\x0b\0\0\0\7\0\0\0\1", 12, 1),
			 DROP_NOT_TCP);
	assert_int_equal(read_number(CARRIER_IP, 50, "", 0, 1), DROP_NOT_TCP); /* ESP */
}

/* Lengths of 802.3 and of PPPoE tell padding from data. */
static void lengths_of_the_link_hold(void **state)
{
	struct frame llc = {0}, pppoe = {0}, tree = {0};
	struct capture_counts counts;
	struct segment segment;
	struct packet packet;

	(void)state;
	put_zero(&llc, 12);
	put_length(&llc, 14);
	put(&llc, "\xaa\xaa\3\0\0\0\x08\0", 8);
	put_inner(&llc, INNER_IPV4, "hello");
	frame_finish(&llc);
	put_zero(&llc, 4);
	packet = frame_packet(&llc, 1);
	assert_int_equal(read_exact(&packet, &counts, &segment), DROP_NONE);
	assert_true(bytes_equal(segment.payload, BYTES("hello")));
	assert_int_equal(counts.llc, 1);

	put_ethernet(&pppoe, 0x8864);
	put(&pppoe, "\x11\0\0\7", 4);
	put_length(&pppoe, pppoe.len + 2);
	put(&pppoe, "\0\x57", 2);
	put_inner(&pppoe, INNER_IPV6, "hello");
	frame_finish(&pppoe);
	put_zero(&pppoe, 9);
	packet = frame_packet(&pppoe, 1);
	assert_int_equal(read_exact(&packet, &counts, &segment), DROP_NONE);
	assert_true(bytes_equal(segment.payload, BYTES("hello")));
	packet.data = bytes_from(packet.data, 14);
	packet.link_type = 51;
	assert_int_equal(read_exact(&packet, &counts, &segment), DROP_NONE);

	put_ethernet(&tree, 38);
	put(&tree, "\x42\x42\3", 3);
	put_zero(&tree, 43);
	packet = frame_packet(&tree, 1);
	assert_int_equal(read_exact(&packet, &counts, &segment), DROP_NOT_IP);
}

static void tunnels_in_tunnels_have_an_end(void **state)
{
	struct capture_counts counts;
	struct segment segment;

	(void)state;
	for (unsigned depth = LIMIT_TUNNEL_DEPTH; depth <= LIMIT_TUNNEL_DEPTH + 1; depth++) {
		struct frame frame = {0};
		struct packet packet;

		put_ethernet(&frame, 0x0800);
		for (unsigned i = 0; i < depth; i++)
			put_ipv4(&frame, 4);
		put_inner(&frame, INNER_IPV4, "hello");
		frame_finish(&frame);
		packet = frame_packet(&frame, 1);
		assert_int_equal(read_exact(&packet, &counts, &segment),
				 depth > LIMIT_TUNNEL_DEPTH ? DROP_TUNNEL_DEPTH : DROP_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_wrapping_is_undone),
		cmocka_unit_test(every_cut_has_a_reason),
		cmocka_unit_test(every_byte_may_be_wrong),
		cmocka_unit_test(what_only_uses_the_number_is_named),
		cmocka_unit_test(lengths_of_the_link_hold),
		cmocka_unit_test(tunnels_in_tunnels_have_an_end),
	};

	return cmocka_run_group_tests_name("capture/tunnel", tests, NULL, NULL);
}
