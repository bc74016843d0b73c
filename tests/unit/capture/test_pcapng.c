/* sensor/capture: pcapng files of every shape, compressed captures, and broken ones of both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>
#include <zstd.h>

#include "parsers/base/limits.h"
#include "sensor/capture/source.h"
#include "tests/unit/capture/frame.h"

static char path[64];
static char words[512];
static bool is_big; /* byte order of what is put */

static void put_u16(struct frame *file, unsigned value)
{
	put(file, &(uint16_t){is_big ? __builtin_bswap16((uint16_t)value) : (uint16_t)value}, 2);
}

static void put_u32(struct frame *file, uint32_t value)
{
	put(file, &(uint32_t){is_big ? __builtin_bswap32(value) : value}, 4);
}

static void put_block(struct frame *file, uint32_t type, const struct frame *body)
{
	uint32_t len = (uint32_t)(body->len + 3) & ~3u;

	put_u32(file, type);
	put_u32(file, len + 12);
	put(file, body->data, body->len);
	put_zero(file, len - body->len);
	put_u32(file, len + 12);
}

static void put_section(struct frame *file)
{
	struct frame body = {0};

	put_u32(&body, 0x1a2b3c4d);
	put_u16(&body, 1);
	put_u16(&body, 0);
	put_u32(&body, 0xffffffff);
	put_u32(&body, 0xffffffff);
	put_block(file, 0x0a0d0d0a, &body);
}

static void put_interface(struct frame *file, unsigned link_type, uint32_t snaplen, int resolution,
			  int64_t offset)
{
	struct frame body = {0};

	put_u16(&body, link_type);
	put_u16(&body, 0);
	put_u32(&body, snaplen);
	put_u16(&body, 2); /* a name, to be stepped over */
	put_u16(&body, 5);
	put(&body, "eth0\0\0\0\0", 8);
	if (resolution >= 0) {
		put_u16(&body, 9);
		put_u16(&body, 1);
		put(&body, (unsigned char[]){(unsigned char)resolution, 0, 0, 0}, 4);
	}
	if (offset != 0) {
		put_u16(&body, 14);
		put_u16(&body, 8);
		put(&body, &(uint64_t){is_big ? __builtin_bswap64((uint64_t)offset) : (uint64_t)offset}, 8);
	}
	put_u32(&body, 0);
	put_block(file, 1, &body);
}

static void put_packet(struct frame *file, uint32_t interface, uint64_t ticks, uint32_t len,
		       uint32_t wire_len)
{
	struct frame body = {0};

	put_u32(&body, interface);
	put_u32(&body, (uint32_t)(ticks >> 32));
	put_u32(&body, (uint32_t)ticks);
	put_u32(&body, len);
	put_u32(&body, wire_len);
	for (uint32_t i = 0; i < len; i++)
		put(&body, "x", 1);
	put_block(file, 6, &body);
}

static void file_write(const void *data, size_t len)
{
	int descriptor;

	snprintf(path, sizeof(path), "/tmp/test_pcapng_XXXXXX");
	descriptor = mkstemp(path);
	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, data, len), (ssize_t)len);
	close(descriptor);
}

static enum status open_bytes(const void *data, size_t len, const char *filter, struct source **out_source)
{
	struct source_plan plan = {.name = path, .filter = filter, .index = 4};
	enum status status;

	file_write(data, len);
	words[0] = '\0';
	status = source_open(&plan, words, sizeof(words), out_source);
	unlink(path);
	return status;
}

static void assert_packet(struct source *source, int link_type, uint64_t time_ns, size_t len,
			  uint32_t wire_len)
{
	struct packet packet;

	assert_int_equal(source_next(source, &packet), SOURCE_PACKET);
	assert_int_equal(packet.link_type, link_type);
	assert_true(packet.time_ns == time_ns);
	assert_int_equal(packet.data.len, len);
	assert_int_equal(packet.wire_len, wire_len);
	assert_int_equal(packet.source, 4);
}

/* Interfaces that differ in everything, and a second section in the other byte order. */
static void put_motley(struct frame *file)
{
	struct frame secrets = {0}, simple = {0}, old = {0};

	put_section(file);
	put_interface(file, 1, 65535, -1, 0);
	put_interface(file, 101, 40, 9, 0);
	put_interface(file, 113, 0, 0x80 | 10, 1000);
	put_interface(file, 1, 0, 0, -10);
	put_packet(file, 0, 1700000000123456, 60, 90);
	put_packet(file, 1, 1700000000123456789, 13, 13);
	put(&secrets, "secret", 6);
	put_block(file, 10, &secrets);
	put_packet(file, 2, 5 * 1024 + 512, 20, 20);
	put_packet(file, 3, 5, 1, 1); /* before the epoch: not below 0 */
	put_packet(file, 3, 15, 1, 1);
	is_big = !is_big;
	put_section(file);
	put_interface(file, 276, 16, 6, 0);
	put_u32(&simple, 100);
	put_zero(&simple, 16);
	put_block(file, 3, &simple);
	put_u16(&old, 0);
	put_u16(&old, 7);
	put_u32(&old, 0);
	put_u32(&old, 2000000);
	put_u32(&old, 5);
	put_u32(&old, 6);
	put(&old, "abcde", 5);
	put_block(file, 2, &old);
	is_big = !is_big;
}

static void assert_motley(struct source *source)
{
	struct source_counts counts;
	struct packet packet;
	uint64_t done, total;

	assert_packet(source, 1, 1700000000123456000ull, 60, 90);
	assert_packet(source, 101, 1700000000123456789ull, 13, 13);
	assert_packet(source, 113, 1005500000000ull, 20, 20);
	assert_packet(source, 1, 0, 1, 1);
	assert_packet(source, 1, 5 * SECONDS, 1, 1);
	assert_packet(source, 276, 5 * SECONDS, 16, 100);
	assert_packet(source, 276, 2 * SECONDS, 5, 6);
	assert_int_equal(source_next(source, &packet), SOURCE_END);
	assert_int_equal(source_next(source, &packet), SOURCE_END);
	source_counts(source, &counts);
	assert_int_equal(counts.packets, 7);
	assert_int_equal(counts.secrets_skipped, 1);
	done = source_done(source);
	total = source_len(source);
	assert_true(total > 0);
	assert_int_equal(done, total);
}

static void every_shape_is_read(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct source *source = NULL;
		struct frame file = {0};

		is_big = big;
		put_motley(&file);
		assert_int_equal(open_bytes(file.data, file.len, NULL, &source), STATUS_OK);
		assert_motley(source);
		source_close(source);
	}
	is_big = false;
}

static void standard_input_may_be_pcapng(void **state)
{
	struct source_plan plan = {.name = "-", .index = 4};
	struct source *source = NULL;
	struct frame file = {0};
	struct packet packet;

	(void)state;
	put_section(&file);
	put_interface(&file, 1, 65535, -1, 0);
	put_packet(&file, 0, 7, 60, 60);
	file_write(file.data, file.len);
	assert_non_null(freopen(path, "rb", stdin));
	unlink(path);
	assert_int_equal(source_open(&plan, words, sizeof(words), &source), STATUS_OK);
	assert_packet(source, 1, 7000, 60, 60);
	assert_int_equal(source_next(source, &packet), SOURCE_END);
	source_close(source);
}

static void filters_hold_for_every_link_type(void **state)
{
	struct frame file = {0}, ethernet = {0}, raw = {0}, body = {0}, raw_body = {0};
	struct source *source = NULL;
	struct packet packet;

	(void)state;
	put_ethernet(&ethernet, 0x0800);
	put_ipv4(&ethernet, 6);
	put_tcp(&ethernet, 0, "hello");
	frame_finish(&ethernet);
	put_ipv4(&raw, 6);
	put_tcp(&raw, 0, "hello");
	frame_finish(&raw);
	put_section(&file);
	put_interface(&file, 1, 65535, -1, 0);
	put_interface(&file, 101, 65535, -1, 0);
	for (int i = 0; i < 5; i++)
		put_u32(&body, i < 3 ? 0 : (uint32_t)ethernet.len);
	put(&body, ethernet.data, ethernet.len);
	put_u32(&raw_body, 1);
	for (int i = 1; i < 5; i++)
		put_u32(&raw_body, i < 3 ? 0 : (uint32_t)raw.len);
	put(&raw_body, raw.data, raw.len);
	put_block(&file, 6, &body);
	put_block(&file, 6, &raw_body);
	put_packet(&file, 0, 0, 60, 60);
	assert_int_equal(open_bytes(file.data, file.len, "tcp port 80", &source), STATUS_OK);
	assert_packet(source, 1, 0, ethernet.len, (uint32_t)ethernet.len);
	assert_packet(source, 101, 0, raw.len, (uint32_t)raw.len);
	assert_int_equal(source_next(source, &packet), SOURCE_END);
	source_close(source);
	assert_int_equal(open_bytes(file.data, file.len, "tcp prot 80", &source), STATUS_INVALID);
	assert_non_null(strstr(words, "tcp prot 80"));
}

static size_t gzip(const void *data, size_t len, void *out, size_t room)
{
	z_stream stream = {0};

	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	stream.next_in = (unsigned char *)(uintptr_t)data;
	stream.avail_in = (unsigned)len;
	stream.next_out = out;
	stream.avail_out = (unsigned)room;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return room - stream.avail_out;
}

static void compressed_files_are_read(void **state)
{
	struct frame file = {0}, big = {0};
	struct source *source = NULL;
	unsigned char packed[8192];
	size_t len;

	(void)state;
	put_motley(&file);
	len = gzip(file.data, 100, packed, sizeof(packed)); /* two members */
	len += gzip(file.data + 100, file.len - 100, packed + len, sizeof(packed) - len);
	assert_int_equal(open_bytes(packed, len, NULL, &source), STATUS_OK);
	assert_motley(source);
	source_close(source);
	len = ZSTD_compress(packed, sizeof(packed), file.data, 200, 3);
	len += ZSTD_compress(packed + len, sizeof(packed) - len, file.data + 200, file.len - 200, 3);
	assert_int_equal(open_bytes(packed, len, NULL, &source), STATUS_OK);
	assert_motley(source);
	source_close(source);
	/* Plain pcap too. */
	put(&big, "\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\xff\xff\0\0\1\0\0\0", 24);
	put(&big, "\5\0\0\0\0\0\0\0\x10\0\0\0\x10\0\0\0", 16);
	put_zero(&big, 16);
	len = gzip(big.data, big.len, packed, sizeof(packed));
	assert_int_equal(open_bytes(packed, len, NULL, &source), STATUS_OK);
	assert_packet(source, 1, 5 * SECONDS, 16, 16);
	source_close(source);
}

/* What was read stays read, and the rest has a name. */
static void garbage_behind_the_compressed_is_named(void **state)
{
	static const char *const garbage[] = {"no gzip at all", "\x1f\x8b broken"};
	struct frame big = {0};
	unsigned char packed[8192];

	(void)state;
	put(&big, "\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\xff\xff\0\0\1\0\0\0", 24);
	put(&big, "\5\0\0\0\0\0\0\0\x10\0\0\0\x10\0\0\0", 16);
	put_zero(&big, 16);
	for (size_t i = 0; i < 2; i++) {
		size_t len = gzip(big.data, big.len, packed, sizeof(packed));
		struct source *source = NULL;
		struct packet packet;

		memcpy(packed + len, garbage[i], strlen(garbage[i]));
		assert_int_equal(open_bytes(packed, len + strlen(garbage[i]), NULL, &source), STATUS_OK);
		assert_int_equal(source_next(source, &packet), SOURCE_PACKET);
		assert_int_equal(packet.data.len, 16);
		assert_int_equal(source_next(source, &packet), SOURCE_ERROR);
		assert_non_null(strstr(source_error(source), "behind packet 1"));
		assert_non_null(strstr(source_error(source), "followed by something else"));
		source_close(source);
	}
}

/* Much more than one buffer's worth, of few bytes: what is inside comes out to the last byte. */
static void what_swells_is_read_to_its_end(void **state)
{
	size_t len = 24 + 200 * (16 + 65536), room = 1 << 20;
	unsigned char *data = calloc(1, len), *packed = malloc(room);

	(void)state;
	assert_true(data != NULL && packed != NULL);
	memcpy(data, "\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0", 24);
	for (size_t i = 0; i < 200; i++)
		memcpy(data + 24 + i * (16 + 65536), "\5\0\0\0\0\0\0\0\0\0\1\0\0\0\1\0", 16);
	for (int is_zstd = 0; is_zstd < 2; is_zstd++) {
		struct source *source = NULL;
		struct packet packet;
		size_t packed_len =
			is_zstd ? ZSTD_compress(packed, room, data, len, 3) : gzip(data, len, packed, room);

		assert_int_equal(open_bytes(packed, packed_len, NULL, &source), STATUS_OK);
		for (size_t i = 0; i < 200; i++)
			assert_int_equal(source_next(source, &packet), SOURCE_PACKET);
		assert_int_equal(source_next(source, &packet), SOURCE_END);
		source_close(source);
	}
	free(data);
	free(packed);
}

/* However it is cut or changed: words, or fewer packets, and an end. */
static void read_through(const void *data, size_t len, bool must_fail)
{
	struct source *source = NULL;
	enum source_result result;
	struct packet packet;
	unsigned count = 0;

	if (open_bytes(data, len, NULL, &source) != STATUS_OK) {
		assert_true(strlen(words) > strlen(path));
		return;
	}
	while ((result = source_next(source, &packet)) == SOURCE_PACKET) {
		uint64_t sum = 0;

		for (size_t i = 0; i < packet.data.len; i++)
			sum += (unsigned char)packet.data.data[i];
		assert_true(sum <= 255 * LIMIT_SNAPLEN && ++count < 1000);
	}
	assert_true(!must_fail || result == SOURCE_ERROR);
	assert_true(result != SOURCE_ERROR || strlen(source_error(source)) > strlen(path));
	source_close(source);
}

static void broken_files_end(void **state)
{
	struct frame file = {0};
	unsigned char packed[8192];
	size_t len;

	(void)state;
	put_motley(&file);
	for (size_t cut = 0; cut < file.len; cut++)
		read_through(file.data, cut, cut % 4 != 0);
	for (size_t at = 0; at < file.len; at++) {
		unsigned char right = file.data[at];

		file.data[at] = 0xff;
		read_through(file.data, file.len, false);
		file.data[at] = 0;
		read_through(file.data, file.len, false);
		file.data[at] = right;
	}
	for (int is_zstd = 0; is_zstd < 2; is_zstd++) {
		len = is_zstd ? ZSTD_compress(packed, sizeof(packed), file.data, file.len, 3)
			      : gzip(file.data, file.len, packed, sizeof(packed));
		for (size_t cut = 0; cut < len; cut++)
			read_through(packed, cut, true);
		for (size_t at = 0; at < len; at++) {
			packed[at] ^= 0x55;
			read_through(packed, len, false);
			packed[at] ^= 0x55;
		}
	}
}

static void refuse(struct frame *file, const char *expected)
{
	struct source *source = NULL;
	struct packet packet;

	assert_int_equal(open_bytes(file->data, file->len, NULL, &source), STATUS_OK);
	assert_int_equal(source_next(source, &packet), SOURCE_ERROR);
	if (strstr(source_error(source), expected) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", source_error(source), expected);
	source_close(source);
}

static void what_is_wrong_is_said(void **state)
{
	struct frame file = {0}, order = {0}, len = {0}, huge = {0}, end = {0};

	(void)state;
	put_section(&file);
	put_packet(&file, 0, 0, 4, 4);
	refuse(&file, "interface");
	put(&order, "\x0a\x0d\x0d\x0a\x1c\0\0\0\1\2\3\4", 12);
	refuse(&order, "byte order");
	put_section(&len);
	put_u32(&len, 1);
	put_u32(&len, 8);
	refuse(&len, "impossible length");
	put_section(&huge);
	put_interface(&huge, 1, 65535, -1, 0);
	put_u32(&huge, 6);
	put_u32(&huge, 36);
	for (int i = 0; i < 3; i++)
		put_u32(&huge, 0);
	put_u32(&huge, 0xfffffff0); /* more than its block */
	put_zero(&huge, 12);
	refuse(&huge, "shorter");
	put_section(&end);
	put_u32(&end, 11);
	put_u32(&end, 12);
	put_u32(&end, 16);
	refuse(&end, "another length");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shape_is_read),
		cmocka_unit_test(standard_input_may_be_pcapng),
		cmocka_unit_test(filters_hold_for_every_link_type),
		cmocka_unit_test(compressed_files_are_read),
		cmocka_unit_test(garbage_behind_the_compressed_is_named),
		cmocka_unit_test(what_swells_is_read_to_its_end),
		cmocka_unit_test(broken_files_end),
		cmocka_unit_test(what_is_wrong_is_said),
	};

	return cmocka_run_group_tests_name("capture/pcapng", tests, NULL, NULL);
}
