/* sensor/capture: what a source can be told (plan.h), and what a packet's copy shares with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/capture/checksum.h"
#include "sensor/capture/plan.h"
#include "tests/unit/capture/frame.h"

#define ETHERNET 1

static struct capture_counts counts;

static enum drop read_planned(struct frame *frame, const struct capture_plan *plan,
			      struct segment *out_segment)
{
	struct packet packet;

	frame_finish(frame);
	packet = frame_packet(frame, ETHERNET);
	packet.plan = plan;
	return segment_read(&packet, &counts, NULL, out_segment);
}

/* A straight sum, two bytes at a time in network order: written apart from the one that is tested. */
static uint32_t sum_of(const unsigned char *data, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += i % 2 == 0 ? (uint32_t)data[i] << 8 : data[i];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static void set16(unsigned char *at, uint32_t value)
{
	at[0] = (unsigned char)(value >> 8);
	at[1] = (unsigned char)value;
}

/* Ethernet, IPv4 or IPv6, TCP with a right checksum; returns where TCP begins. */
static size_t make(struct frame *frame, bool is_ipv6, const char *payload)
{
	size_t ip = 14, tcp = is_ipv6 ? 54 : 34, addresses = is_ipv6 ? 22 : 26;
	uint32_t sum;

	*frame = (struct frame){0};
	put_ethernet(frame, is_ipv6 ? 0x86dd : 0x0800);
	if (is_ipv6)
		put_ipv6(frame, 6);
	else
		put_ipv4(frame, 6);
	put_tcp(frame, 0, payload);
	frame_finish(frame);
	if (!is_ipv6)
		set16(frame->data + ip + 10, 0xffff - sum_of(frame->data + ip, 20));
	sum = sum_of(frame->data + addresses, tcp - addresses) + 6 + (uint32_t)(frame->len - tcp) +
	      sum_of(frame->data + tcp, frame->len - tcp);
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	set16(frame->data + tcp + 16, 0xffff - sum);
	return tcp;
}

static void checksums_are_told_apart(void **state)
{
	static const struct capture_plan plan = {.checksums = CHECKSUMS_DROP};
	static const char *const payloads[] = {"", "h", "hello", "hello, world"};
	struct segment segment;
	struct frame frame;

	(void)state;
	counts = (struct capture_counts){0};
	for (size_t i = 0; i < 8; i++) {
		size_t tcp = make(&frame, i % 2 == 1, payloads[i / 2]);
		uint32_t pseudo;

		assert_int_equal(read_planned(&frame, &plan, &segment), DROP_NONE);
		frame.data[frame.len - 1] ^= 1;
		assert_int_equal(read_planned(&frame, &plan, &segment), DROP_CHECKSUM);
		/* As the sending host sees it: the card adds the rest. */
		pseudo = sum_of(frame.data + (i % 2 == 1 ? 22 : 26), i % 2 == 1 ? 32 : 8) + 6 +
			 (uint32_t)(frame.len - tcp);
		set16(frame.data + tcp + 16, (pseudo & 0xffff) + (pseudo >> 16));
		assert_int_equal(read_planned(&frame, &plan, &segment), DROP_NONE);
	}
	assert_int_equal(counts.checksum_checked, 24);
	assert_int_equal(counts.checksum_bad, 8);
	assert_int_equal(counts.checksum_offloaded, 8);
	assert_int_equal(counts.drops[DROP_CHECKSUM], 8);
	assert_int_equal(counts.packets, counts.segments + 8);
	make(&frame, false, "hello");
	frame.data[14 + 8]--; /* a router that forgot the header's checksum */
	assert_int_equal(read_planned(&frame, &plan, &segment), DROP_CHECKSUM);
}

static void each_way_to_treat_them(void **state)
{
	static const struct {
		enum checksum_mode mode;
		uint64_t checked;
	} ways[] = {{CHECKSUMS_SAMPLE, 2}, {CHECKSUMS_IGNORE, 0}, {CHECKSUMS_COUNT, 2 * CHECKSUM_EVERY}};
	struct segment segment;
	struct frame frame;

	(void)state;
	make(&frame, false, "hello");
	frame.data[frame.len - 1] ^= 1;
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		struct capture_plan plan = {.checksums = ways[i].mode};

		counts = (struct capture_counts){0};
		for (int k = 0; k < 2 * CHECKSUM_EVERY; k++)
			assert_int_equal(read_planned(&frame, i == 0 ? NULL : &plan, &segment), DROP_NONE);
		assert_int_equal(counts.checksum_checked, ways[i].checked);
		assert_int_equal(counts.checksum_bad, ways[i].checked);
	}
}

static void cut_packets_are_not_verified(void **state)
{
	static const struct capture_plan plan = {.checksums = CHECKSUMS_DROP};
	struct segment segment;
	struct packet packet;
	struct frame frame;

	(void)state;
	counts = (struct capture_counts){0};
	make(&frame, false, "hello");
	packet = frame_packet(&frame, ETHERNET);
	packet.plan = &plan;
	packet.data.len -= 2;
	assert_int_equal(segment_read(&packet, &counts, NULL, &segment), DROP_NONE);
	assert_int_equal(segment.cut_len, 2);
	assert_int_equal(counts.checksum_checked, 0);
}

static void put_wrapped(struct frame *frame, unsigned port, uint32_t vni, unsigned vlan)
{
	*frame = (struct frame){0};
	put_ethernet(frame, 0x8100);
	put_vlan(frame, vlan, 0x0800);
	put_ipv4(frame, 17);
	put_udp(frame, port);
	put_vxlan(frame, vni);
	put_ethernet(frame, 0x0800);
	put_ipv4(frame, 6);
	put_tcp(frame, 0, "hello");
}

static void tunnels_may_have_other_ports(void **state)
{
	static const struct capture_plan plan = {
		.tunnels = {[TUNNEL_VXLAN] = {{5555, 6666}, 2}, [TUNNEL_GTPU] = {{4789}, 1}}};
	struct segment segment;
	struct frame frame;

	(void)state;
	put_wrapped(&frame, 6666, 7, 1);
	assert_int_equal(read_planned(&frame, &plan, &segment), DROP_NONE);
	assert_int_equal(segment.vni, 7);
	put_wrapped(&frame, 6666, 7, 1);
	assert_int_equal(read_planned(&frame, NULL, &segment), DROP_NOT_TCP);
	put_wrapped(&frame, 8472, 7, 1); /* no longer one of its ports */
	assert_int_equal(read_planned(&frame, &plan, &segment), DROP_NOT_TCP);
	put_wrapped(&frame, 4789, 7, 1); /* now another tunnel's */
	assert_int_equal(read_planned(&frame, &plan, &segment), DROP_NOT_TCP);
}

static void the_key_may_hold_the_network(void **state)
{
	static const struct capture_plan plans[] = {
		{0}, {.is_vlan_key = true}, {.is_vni_key = true}, {.is_vlan_key = true, .is_vni_key = true}};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		char keys[3][SEGMENT_KEY_MAX];
		struct bytes named[3];
		struct segment segment;
		struct frame frame;

		for (unsigned k = 0; k < 3; k++) {
			put_wrapped(&frame, 4789, k == 1 ? 8 : 7, k == 2 ? 2 : 1);
			assert_int_equal(read_planned(&frame, &plans[i], &segment), DROP_NONE);
			named[k] = (struct bytes){keys[k], segment_key(&segment, keys[k])};
		}
		assert_int_equal(!bytes_equal(named[0], named[1]), plans[i].is_vni_key);
		assert_int_equal(!bytes_equal(named[0], named[2]), plans[i].is_vlan_key);
	}
}

static void copies_have_one_print(void **state)
{
	struct frame frame = {0}, tagged = {0};
	struct segment first, second;

	(void)state;
	put_ethernet(&frame, 0x0800);
	put_ipv4(&frame, 6);
	put_tcp(&frame, 0, "hello");
	put_ethernet(&tagged, 0x8100);
	put_vlan(&tagged, 9, 0x0800);
	put_ipv4(&tagged, 6);
	tagged.data[14 + 4 + 8] = 17; /* fewer hops */
	put_tcp(&tagged, 0, "hello");
	assert_int_equal(read_planned(&frame, NULL, &first), DROP_NONE);
	assert_int_equal(read_planned(&tagged, NULL, &second), DROP_NONE);
	assert_int_equal(second.vlan, 9);
	second.time_ns += 10 * SECONDS;
	assert_true(segment_is_marked(&first));
	assert_int_equal(segment_print(&first, 3, false), segment_print(&second, 3, false));
	assert_true(segment_print(&first, 3, false) != segment_print(&first, 4, false));
	second.ip_id++;
	assert_true(segment_print(&first, 3, false) != segment_print(&second, 3, false));
	first.ip_id = second.ip_id = 0;
	assert_false(segment_is_marked(&first));
	assert_true(segment_print(&first, 3, false) != segment_print(&second, 3, false));
	second.time_ns = first.time_ns + 20 * SECONDS / 1000;
	assert_int_equal(segment_print(&first, 3, false), segment_print(&second, 3, true));
}

static void options_are_read(void **state)
{
	static const struct {
		struct bytes options;
		bool has_stamp, is_signed;
	} cases[] = {
		{BYTES_INIT("\1\1\x08\x0a\0\0\0\5\0\0\0\6"), true, false},
		{BYTES_INIT("\x1d\4\xa6\x28"), false, true},
		{BYTES_INIT("\x13\x12\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), false, true},
		{BYTES_INIT("\0\x1d\4\1\1\1\1\1"), false, false},           /* behind the end */
		{BYTES_INIT("\x08\x0b\0\0\0\0\0\0\0\0\0\0"), false, false}, /* of a wrong length */
		{BYTES_INIT("\x08\x0a\1\1"), false, false},                 /* longer than the header */
		{BYTES_INIT("\1\1\x02\0"), false, false},                   /* shorter than itself */
		{BYTES_INIT("\1\1\1\x08"), false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct frame frame = {0};
		struct segment segment;

		put_ethernet(&frame, 0x0800);
		put_ipv4(&frame, 6);
		put_tcp(&frame, cases[i].options.len, "hello");
		memcpy(frame.data + 14 + 20 + 20, cases[i].options.data, cases[i].options.len);
		assert_int_equal(read_planned(&frame, NULL, &segment), DROP_NONE);
		assert_int_equal(segment.has_stamp, cases[i].has_stamp);
		assert_int_equal(segment.is_signed, cases[i].is_signed);
		assert_int_equal(segment.stamp, cases[i].has_stamp ? 5 : 0);
		assert_true(bytes_equal(segment.payload, BYTES("hello")));
	}
}

/* RFC 2675, and what Linux calls BIG TCP: a length of its own behind an IPv6 length of zero. */
static void jumbograms_are_whole(void **state)
{
	size_t len = 200000, head = 14 + 40 + 8 + 20;
	unsigned char *data = calloc(1, head + len);
	struct frame frame = {0};
	struct segment segment;
	struct packet packet;

	(void)state;
	assert_non_null(data);
	put_ethernet(&frame, 0x86dd);
	put_ipv6(&frame, 0);
	frame.length_count = 0;
	put(&frame, "\6\0\xc2\4", 4);
	put32(&frame, (uint32_t)(len + 20 + 8));
	put_tcp(&frame, 0, "");
	memcpy(data, frame.data, frame.len);
	packet = frame_packet(&frame, ETHERNET);
	packet.data = (struct bytes){.data = (const char *)data, .len = head + len};
	packet.wire_len = (uint32_t)(head + len);
	assert_int_equal(segment_read(&packet, &counts, NULL, &segment), DROP_NONE);
	assert_int_equal(segment.payload.len, len);
	assert_int_equal(segment.cut_len, 0);
	packet.data.len -= 5000;
	assert_int_equal(segment_read(&packet, &counts, NULL, &segment), DROP_NONE);
	assert_int_equal(segment.payload.len, len - 5000);
	assert_int_equal(segment.cut_len, 5000);
	free(data);
}

/* LINKTYPE_NFLOG, in both byte orders of its lengths, and broken. */
static void nflog_is_read(void **state)
{
	static const struct {
		struct bytes head;
		bool is_big;
		enum drop drop;
	} cases[] = {
		{BYTES_INIT("\2\0\0\1\x06\0\x0a\0xx\0\0"), false, DROP_NONE},
		{BYTES_INIT("\2\0\0\1\0\x06\0\x0axx\0\0"), true, DROP_NONE},
		{BYTES_INIT("\2\1\0\1"), false, DROP_NOT_IP},            /* a later version */
		{BYTES_INIT("\7\0\0\1"), false, DROP_NOT_IP},            /* a bridge's */
		{BYTES_INIT("\2\0\0\1\3\0\1\0"), false, DROP_MALFORMED}, /* an entry shorter than itself */
		{BYTES_INIT("\2\0\0\1\xff\0\1\0"), false, DROP_MALFORMED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct frame frame = {0};
		struct segment segment;
		struct packet packet;
		unsigned len = 4 + 20 + 20 + 5;

		put(&frame, cases[i].head.data, cases[i].head.len);
		put(&frame,
		    cases[i].is_big ? (unsigned char[]){0, (unsigned char)len, 0, 9}
				    : (unsigned char[]){(unsigned char)len, 0, 9, 0},
		    4);
		put_ipv4(&frame, 6);
		put_tcp(&frame, 0, "hello");
		frame_finish(&frame);
		packet = frame_packet(&frame, 239);
		counts = (struct capture_counts){0};
		assert_int_equal(segment_read(&packet, &counts, NULL, &segment), cases[i].drop);
		if (cases[i].drop != DROP_NONE)
			continue;
		assert_true(bytes_equal(segment.payload, BYTES("hello")));
		assert_int_equal(counts.nflog, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksums_are_told_apart),
		cmocka_unit_test(each_way_to_treat_them),
		cmocka_unit_test(cut_packets_are_not_verified),
		cmocka_unit_test(tunnels_may_have_other_ports),
		cmocka_unit_test(the_key_may_hold_the_network),
		cmocka_unit_test(copies_have_one_print),
		cmocka_unit_test(options_are_read),
		cmocka_unit_test(jumbograms_are_whole),
		cmocka_unit_test(nflog_is_read),
	};

	return cmocka_run_group_tests_name("capture/plan", tests, NULL, NULL);
}
