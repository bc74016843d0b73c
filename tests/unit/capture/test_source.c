/* sensor/capture/source: files, what is said when they cannot be read, and the open captures. */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sensor/capture/fragment.h"
#include "sensor/capture/source.h"
#include "tests/unit/capture/frame.h"

static char path[64];
static char words[512];

static void file_write(const void *data, size_t len)
{
	int descriptor;

	snprintf(path, sizeof(path), "/tmp/test_source_XXXXXX");
	descriptor = mkstemp(path);
	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, data, len), (ssize_t)len);
	close(descriptor);
}

static void put_host32(struct frame *file, uint32_t value)
{
	put(file, &value, sizeof(value));
}

static void put_pcap_header(struct frame *file, uint32_t magic, uint32_t link_type)
{
	put_host32(file, magic);
	put(file, &(uint16_t[]){2, 4}, 4);
	put_zero(file, 8);
	put_host32(file, 65535);
	put_host32(file, link_type);
}

static void put_pcap_packet(struct frame *file, uint32_t seconds, uint32_t part, uint32_t len,
			    uint32_t wire_len)
{
	put_host32(file, seconds);
	put_host32(file, part);
	put_host32(file, len);
	put_host32(file, wire_len);
	for (uint32_t i = 0; i < len; i++)
		put(file, "x", 1);
}

static enum status open_named(const char *name, const char *filter, struct source **out_source)
{
	struct source_plan plan = {.name = name, .filter = filter, .is_decrypted = true, .index = 4};

	words[0] = '\0';
	return source_open(&plan, words, sizeof(words), out_source);
}

static void a_file_is_read_to_its_end(void **state)
{
	struct frame file = {0};
	struct source *source = NULL;
	struct source_counts counts;
	struct packet packet;
	uint64_t done, total;

	(void)state;
	put_pcap_header(&file, 0xa1b23c4d, 1);
	put_pcap_packet(&file, 1700000000, 123456789, 60, 90);
	put_pcap_packet(&file, 1700000001, 1, 20, 20);
	file_write(file.data, file.len);
	assert_int_equal(open_named(path, NULL, &source), STATUS_OK);
	unlink(path);
	assert_int_equal(source_next(source, &packet), SOURCE_PACKET);
	assert_int_equal(packet.data.len, 60);
	assert_int_equal(packet.wire_len, 90);
	assert_int_equal(packet.link_type, 1);
	assert_int_equal(packet.source, 4);
	assert_true(packet.is_decrypted);
	assert_true(packet.time_ns == 1700000000123456789ull);
	assert_int_equal(source_next(source, &packet), SOURCE_PACKET);
	assert_int_equal(source_next(source, &packet), SOURCE_END);
	assert_int_equal(source_next(source, &packet), SOURCE_END);
	source_counts(source, &counts);
	assert_int_equal(counts.packets, 2);
	assert_int_equal(counts.bytes, 80);
	assert_int_equal(counts.kernel_drops, 0);
	done = source_done(source);
	total = source_len(source);
	assert_int_equal(total, file.len);
	assert_int_equal(done, total);
	source_close(source);
}

static void what_came_before_a_cut_record_counts(void **state)
{
	struct frame file = {0};
	struct source *source = NULL;
	struct packet packet;

	(void)state;
	put_pcap_header(&file, 0xa1b2c3d4, 1);
	put_pcap_packet(&file, 5, 999999, 30, 30);
	put_pcap_packet(&file, 6, 0, 30, 30);
	file_write(file.data, file.len - 7);
	assert_int_equal(open_named(path, NULL, &source), STATUS_OK);
	unlink(path);
	assert_int_equal(source_next(source, &packet), SOURCE_PACKET);
	assert_true(packet.time_ns == 5999999000ull);
	assert_int_equal(source_next(source, &packet), SOURCE_ERROR);
	assert_non_null(strstr(source_error(source), "truncated"));
	assert_non_null(strstr(source_error(source), path));
	assert_int_equal(source_next(source, &packet), SOURCE_ERROR);
	source_close(source);
}

static void absurd_times_do_not_wrap(void **state)
{
	struct frame file = {0};
	struct source *source = NULL;
	struct packet packet;

	(void)state;
	put_pcap_header(&file, 0xa1b2c3d4, 1);
	put_pcap_packet(&file, 0xffffffff, 0xffffffff, 1, 1);
	put_pcap_packet(&file, 0x7fffffff, 0x7fffffff, 1, 1);
	file_write(file.data, file.len);
	assert_int_equal(open_named(path, NULL, &source), STATUS_OK);
	unlink(path);
	while (source_next(source, &packet) == SOURCE_PACKET)
		assert_true(packet.time_ns < UINT64_MAX / 2);
	source_close(source);
}

static void standard_input_is_a_file_too(void **state)
{
	struct frame file = {0};
	struct source *source = NULL;
	struct packet packet;

	(void)state;
	put_pcap_header(&file, 0xa1b2c3d4, 101);
	put_pcap_packet(&file, 1, 2, 40, 40);
	file_write(file.data, file.len);
	assert_non_null(freopen(path, "rb", stdin));
	unlink(path);
	assert_int_equal(open_named("-", NULL, &source), STATUS_OK);
	assert_int_equal(source_next(source, &packet), SOURCE_PACKET);
	assert_int_equal(packet.link_type, 101);
	assert_int_equal(source_next(source, &packet), SOURCE_END);
	source_close(source);
}

static void a_filter_is_kept_to(void **state)
{
	struct frame file = {0};
	struct source *source = NULL;
	struct packet packet;

	(void)state;
	put_pcap_header(&file, 0xa1b2c3d4, 1);
	put_pcap_packet(&file, 1, 2, 40, 40);
	file_write(file.data, file.len);
	assert_int_equal(open_named(path, "tcp port 80", &source), STATUS_OK);
	assert_int_equal(source_next(source, &packet), SOURCE_END);
	source_close(source);
	source = NULL;
	assert_int_equal(open_named(path, "tcp prot 80", &source), STATUS_INVALID);
	assert_non_null(strstr(words, "tcp prot 80"));
	assert_null(source);
	unlink(path);
}

static void put_record(struct frame *file, const struct frame *frame)
{
	put_host32(file, 1);
	put_host32(file, 0);
	put_host32(file, (uint32_t)frame->len);
	put_host32(file, (uint32_t)frame->len);
	put(file, frame->data, frame->len);
}

static size_t count_with(const char *filter)
{
	struct source *source = NULL;
	struct packet packet;
	size_t count = 0;

	assert_int_equal(open_named(path, filter, &source), STATUS_OK);
	while (source_next(source, &packet) == SOURCE_PACKET)
		count++;
	source_close(source);
	return count;
}

/* The examples of the README: a filter sees the frame from outside. */
static void filters_reach_into_tunnels(void **state)
{
	struct frame file = {0}, plain = {0}, tagged = {0}, wrapped = {0};

	(void)state;
	put_ethernet(&plain, 0x0800);
	put_ipv4(&plain, 6);
	put_tcp(&plain, 0, "plain");
	frame_finish(&plain);
	put_ethernet(&tagged, 0x8100);
	put_vlan(&tagged, 7, 0x0800);
	put_ipv4(&tagged, 6);
	put_tcp(&tagged, 0, "tagged");
	frame_finish(&tagged);
	put_ethernet(&wrapped, 0x0800);
	put_ipv4(&wrapped, 17);
	put_udp(&wrapped, 4789);
	put_vxlan(&wrapped, 7);
	put_ethernet(&wrapped, 0x0800);
	put_ipv4(&wrapped, 6);
	put_tcp(&wrapped, 0, "wrapped");
	frame_finish(&wrapped);
	put_pcap_header(&file, 0xa1b2c3d4, 1);
	put_record(&file, &plain);
	put_record(&file, &tagged);
	put_record(&file, &wrapped);
	file_write(file.data, file.len);
	assert_int_equal(count_with("tcp port 80"), 1);
	assert_int_equal(count_with("tcp port 80 or (vlan and tcp port 80)"), 2);
	assert_int_equal(count_with("udp port 4789"), 1);
	assert_int_equal(count_with("udp port 4789 and (udp[50:2] = 80 or udp[52:2] = 80)"), 1);
	assert_int_equal(count_with("udp port 4789 and (udp[50:2] = 443 or udp[52:2] = 443)"), 0);
	assert_int_equal(count_with("udp port 4789 and udp[42:4] = 0x0a000001"), 1);
	assert_int_equal(count_with("udp port 4789 and udp[42:4] = 0x0a000009"), 0);
	assert_int_equal(count_with("udp port 4789 or tcp port 80 or (vlan and tcp port 80)"), 3);
	unlink(path);
}

static void a_stopped_source_ends(void **state)
{
	struct frame file = {0};
	struct source *source = NULL;
	struct packet packet;

	(void)state;
	put_pcap_header(&file, 0xa1b2c3d4, 1);
	put_pcap_packet(&file, 1, 2, 40, 40);
	file_write(file.data, file.len);
	assert_int_equal(open_named(path, NULL, &source), STATUS_OK);
	unlink(path);
	source_stop(source);
	assert_int_equal(source_next(source, &packet), SOURCE_END);
	source_close(source);
	source_close(NULL);
}

static void refuse(const void *data, size_t len, const char *expected)
{
	struct source *source = NULL;

	file_write(data, len);
	assert_int_equal(open_named(path, NULL, &source), STATUS_INVALID);
	unlink(path);
	assert_null(source);
	if (strstr(words, expected) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", words, expected);
}

static void what_is_no_capture_is_named(void **state)
{
	struct source *source = NULL;
	struct source_plan plan = {.name = "no-such-interface", .is_live = true};

	(void)state;
	refuse("\x1f\x8b\x08\0\0\0\0\0\0\0", 10, "damaged");
	refuse("{\"a\": 1, \"b\": 2, \"c\": 3}", 24, "7b 22 61");
	refuse("", 0, "pcap or pcapng");
	refuse("\xd4\xc3\xb2\xa1\2\0\4", 7, "pcap or pcapng");
	refuse("x", 1, "starts with the bytes 78");
	refuse("\xd4\xc3\xb2\xa1\1\0\4\0\0\0\0\0\0\0\0\0\xff\xff\0\0\1\0\0\0", 24, "version");
	refuse("\xd4\xc3\xb2\xa1\2\0\5\0\0\0\0\0\0\0\0\0\xff\xff\0\0\1\0\0\0", 24, "version");
	assert_int_equal(open_named("/nonexistent/file.pcap", NULL, &source), STATUS_NOT_FOUND);
	assert_non_null(strstr(words, "/nonexistent/file.pcap"));
	assert_int_equal(open_named("/tmp", NULL, &source), STATUS_INVALID);
	assert_int_not_equal(source_open(&plan, words, sizeof(words), &source), STATUS_OK);
	assert_non_null(strstr(words, "no-such-interface"));
	assert_null(source);
}

/* As root on loopback: nothing to read gives SOURCE_IDLE, and soon. */
static void a_quiet_interface_is_idle(void **state)
{
	struct source_plan plan = {
		.name = "lo", .is_live = true, .filter = "host 127.254.253.252 and tcp port 7"};
	struct source_counts counts;
	struct source *source = NULL;
	struct packet packet;

	(void)state;
	if (source_open(&plan, words, sizeof(words), &source) != STATUS_OK) {
		assert_true(strlen(words) > 0);
		print_message("skipped: %s\n", words);
		skip();
	}
	assert_int_equal(source_next(source, &packet), SOURCE_IDLE);
	source_counts(source, &counts);
	assert_int_equal(counts.packets, 0);
	source_stop(source);
	assert_int_equal(source_next(source, &packet), SOURCE_END);
	source_close(source);
}

/* -- the open captures --------------------------------------------------------- */

static struct capture_counts total;
static uint64_t files_read, files_refused;

static int capture_read(const char *name, const struct stat *stat, int type, struct FTW *where)
{
	struct source *source = NULL;
	struct segment segment;
	struct fragments fragments;
	struct packet packet;
	size_t len = strlen(name);

	(void)stat;
	(void)where;
	if (type != FTW_F || ((len < 5 || strcmp(name + len - 5, ".pcap") != 0) &&
			      (len < 7 || strcmp(name + len - 7, ".pcapng") != 0) &&
			      (len < 4 || strcmp(name + len - 4, ".cap") != 0) &&
			      (len < 6 || strcmp(name + len - 6, ".trace") != 0)))
		return 0;
	if (open_named(name, NULL, &source) != STATUS_OK) {
		assert_true(strlen(words) > strlen(name));
		files_refused++;
		return 0;
	}
	fragments_init(&fragments, 1);
	while (source_next(source, &packet) == SOURCE_PACKET) {
		packet.clock_ns = packet.time_ns; /* the joiner never goes back */
		(void)segment_read(&packet, &total, &fragments, &segment);
	}
	source_close(source);
	fragments_finish(&fragments);
	files_read++;
	return 0;
}

static void the_open_captures_are_accounted_for(void **state)
{
	const char *corpus = getenv("SPECULAR_CORPUS");
	uint64_t dropped = 0;
	char folder[4096];

	(void)state;
	if (corpus == NULL) {
		print_message("skipped: SPECULAR_CORPUS is not set\n");
		skip();
	}
	snprintf(folder, sizeof(folder), "%s/pcaps", corpus);
	assert_int_equal(nftw(folder, capture_read, 16, FTW_PHYS), 0);
	for (int i = 0; i < DROP_COUNT; i++) {
		dropped += total.drops[i];
		print_message("%s %llu\n", drop_name((enum drop)i), (unsigned long long)total.drops[i]);
	}
	print_message(
		"files %llu refused %llu packets %llu segments %llu vlan %llu vxlan %llu gre %llu cut %llu\n",
		(unsigned long long)files_read, (unsigned long long)files_refused,
		(unsigned long long)total.packets, (unsigned long long)total.segments,
		(unsigned long long)total.vlan, (unsigned long long)total.vxlan,
		(unsigned long long)total.gre, (unsigned long long)total.cut);
	assert_true(files_read > 0);
	assert_int_equal(total.packets, total.segments + dropped);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_to_its_end),
		cmocka_unit_test(what_came_before_a_cut_record_counts),
		cmocka_unit_test(absurd_times_do_not_wrap),
		cmocka_unit_test(standard_input_is_a_file_too),
		cmocka_unit_test(a_filter_is_kept_to),
		cmocka_unit_test(filters_reach_into_tunnels),
		cmocka_unit_test(a_stopped_source_ends),
		cmocka_unit_test(what_is_no_capture_is_named),
		cmocka_unit_test(a_quiet_interface_is_idle),
		cmocka_unit_test(the_open_captures_are_accounted_for),
	};

	return cmocka_run_group_tests_name("capture/source", tests, NULL, NULL);
}
