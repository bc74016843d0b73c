/* sensor/capture/pcap_file: classic files of every kind, and broken ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/capture/source.h"
#include "tests/unit/capture/frame.h"

static char path[64];
static char words[512];
static bool is_turned; /* byte order of what is put */

static void file_write(const void *data, size_t len)
{
	int descriptor;

	snprintf(path, sizeof(path), "/tmp/test_pcap_file_XXXXXX");
	descriptor = mkstemp(path);
	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, data, len), (ssize_t)len);
	close(descriptor);
}

static enum status open_named(const char *name, struct source **out_source)
{
	struct source_plan plan = {.name = name, .index = 4};

	words[0] = '\0';
	return source_open(&plan, words, sizeof(words), out_source);
}

static void put_u32(struct frame *file, uint32_t value)
{
	put(file, &(uint32_t){is_turned ? __builtin_bswap32(value) : value}, 4);
}

static void put_file_head(struct frame *file, uint32_t magic, uint16_t minor, uint32_t snaplen,
			  uint32_t link_type)
{
	put_u32(file, magic);
	put_u32(file, is_turned ? 2u << 16 | minor : (uint32_t)minor << 16 | 2);
	put_zero(file, 8);
	put_u32(file, snaplen);
	put_u32(file, link_type);
}

static void put_packet(struct frame *file, uint32_t part, uint32_t len, uint32_t wire_len, size_t behind_len,
		       size_t data_len)
{
	put_u32(file, 1700000000);
	put_u32(file, part);
	put_u32(file, len);
	put_u32(file, wire_len);
	put_zero(file, behind_len);
	for (size_t i = 0; i < data_len; i++)
		put(file, &(char){(char)('a' + i % 26)}, 1);
}

static void expect(struct source *source, int link_type, uint64_t part_ns, size_t len, uint32_t wire_len)
{
	struct packet packet;

	assert_int_equal(source_next(source, &packet), SOURCE_PACKET);
	assert_int_equal(packet.link_type, link_type);
	assert_true(packet.time_ns == 1700000000ull * SECONDS + part_ns);
	assert_int_equal(packet.data.len, len);
	assert_int_equal(packet.wire_len, wire_len);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(packet.data.data[i], 'a' + i % 26);
}

static struct source *open_frame(const struct frame *file)
{
	struct source *source = NULL;

	file_write(file->data, file->len);
	assert_int_equal(open_named(path, &source), STATUS_OK);
	unlink(path);
	return source;
}

static const struct {
	uint32_t magic;
	size_t behind_len; /* of what stands behind the lengths */
	uint64_t unit_ns;
} kinds[] = {{0xa1b2c3d4, 0, 1000}, {0xa1b23c4d, 0, 1}, {0xa1b2cd34, 8, 1000}};

static void every_kind_of_file_is_read(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < sizeof(kinds) / sizeof(kinds[0]); kind++) {
		for (int turned = 0; turned < 2; turned++) {
			struct frame file = {0};
			struct source *source;
			struct packet packet;

			is_turned = turned;
			/* four bytes of check sequence are announced */
			put_file_head(&file, kinds[kind].magic, 4, 50, 113 | 0x24000000);
			put_packet(&file, 77, 30, 40, kinds[kind].behind_len, 30);
			put_packet(&file, 999, 0, 0, kinds[kind].behind_len, 0);
			put_packet(&file, 78, 60, 60, kinds[kind].behind_len, 60); /* more than its snaplen */
			put_packet(&file, 79, 50, 50, kinds[kind].behind_len, 50);
			is_turned = false;
			source = open_frame(&file);
			expect(source, 113, 77 * kinds[kind].unit_ns, 30, 40);
			expect(source, 113, 999 * kinds[kind].unit_ns, 0, 0);
			expect(source, 113, 78 * kinds[kind].unit_ns, 50, 60);
			expect(source, 113, 79 * kinds[kind].unit_ns, 50, 50);
			assert_int_equal(source_next(source, &packet), SOURCE_END);
			source_close(source);
		}
	}
}

/* Before version 2.4 what was captured and what was on the wire stood the other way round, or might. */
static void old_files_have_their_lengths_turned(void **state)
{
	struct source *source;

	(void)state;
	for (uint16_t minor = 2; minor <= 4; minor++) {
		struct frame file = {0};

		put_file_head(&file, 0xa1b2c3d4, minor, 0, 1);
		if (minor == 4)
			put_packet(&file, 0, 20, 10, 0, 20); /* it says so, and is believed */
		else
			put_packet(&file, 0, 40, 30, 0, 30);
		if (minor == 3)
			put_packet(&file, 0, 30, 40, 0, 30);
		source = open_frame(&file);
		if (minor == 4)
			expect(source, 1, 0, 20, 10);
		else
			expect(source, 1, 0, 30, 40);
		if (minor == 3)
			expect(source, 1, 0, 30, 40);
		source_close(source);
	}
}

/* Packets that no buffer's end, and no refilling, cuts in two. */
static void large_packets_stay_whole(void **state)
{
	static const uint32_t lens[] = {1, 262144, 70000, 262143, 3, 131072, 262144};
	size_t room = 24 + 2 * 7 * (16 + 262144), len = 24;
	char *data = malloc(room);
	struct frame head = {0};
	struct source *source = NULL;
	struct packet packet;

	(void)state;
	assert_non_null(data);
	put_file_head(&head, 0xa1b2c3d4, 4, 262144, 1);
	memcpy(data, head.data, 24);
	for (size_t i = 0; i < 14; i++) {
		uint32_t record[4] = {1700000000, 0, lens[i % 7], lens[i % 7]};

		memcpy(data + len, record, 16);
		memset(data + len + 16, (int)('A' + i), lens[i % 7]);
		len += 16 + lens[i % 7];
	}
	file_write(data, len);
	free(data);
	assert_int_equal(open_named(path, &source), STATUS_OK);
	unlink(path);
	for (size_t i = 0; i < 14; i++) {
		assert_int_equal(source_next(source, &packet), SOURCE_PACKET);
		assert_int_equal(packet.data.len, lens[i % 7]);
		assert_int_equal(packet.data.data[0], 'A' + i);
		assert_int_equal(packet.data.data[packet.data.len - 1], 'A' + i);
	}
	assert_int_equal(source_next(source, &packet), SOURCE_END);
	source_close(source);
}

/* What a pipe has by now is not waited with for more. */
static void a_pipe_gives_what_it_has(void **state)
{
	struct source *source = NULL;
	struct frame file = {0};
	struct packet packet;
	char name[64];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	snprintf(name, sizeof(name), "/dev/fd/%d", ends[0]);
	put_file_head(&file, 0xa1b2c3d4, 4, 0, 1);
	put_packet(&file, 0, 30, 30, 0, 30);
	assert_int_equal(write(ends[1], file.data, file.len), (ssize_t)file.len);
	assert_int_equal(open_named(name, &source), STATUS_OK);
	expect(source, 1, 0, 30, 30);
	assert_int_equal(write(ends[1], file.data + 24, file.len - 24), (ssize_t)file.len - 24);
	expect(source, 1, 0, 30, 30);
	close(ends[1]);
	assert_int_equal(source_next(source, &packet), SOURCE_END);
	assert_int_equal(source_len(source), 0);
	source_close(source);
	close(ends[0]);
}

/* However it is cut or changed: words, or other packets, and an end. */
static void read_broken(const struct frame *file, size_t len, bool must_fail)
{
	struct source *source = NULL;
	enum source_result result;
	struct packet packet;
	unsigned count = 0;

	file_write(file->data, len);
	words[0] = '\0';
	if (open_named(path, &source) != STATUS_OK) {
		unlink(path);
		assert_true(strlen(words) > strlen(path));
		return;
	}
	unlink(path);
	while ((result = source_next(source, &packet)) == SOURCE_PACKET)
		assert_true(packet.data.len <= len && ++count < 100);
	assert_true(!must_fail || result == SOURCE_ERROR);
	assert_true(result != SOURCE_ERROR || strstr(source_error(source), "byte ") != NULL);
	source_close(source);
}

static void broken_classic_files_end(void **state)
{
	struct frame file = {0};

	(void)state;
	put_file_head(&file, 0xa1b2cd34, 3, 65535, 1);
	put_packet(&file, 1, 10, 12, 8, 10);
	put_packet(&file, 2, 20, 20, 8, 20);
	for (size_t cut = 0; cut < file.len; cut++)
		read_broken(&file, cut, cut != 24 && cut != 24 + 24 + 10);
	for (size_t at = 0; at < file.len; at++) {
		unsigned char right = file.data[at];

		for (unsigned wrong = 0; wrong < 256; wrong += 51) {
			file.data[at] = (unsigned char)wrong;
			read_broken(&file, file.len, false);
		}
		file.data[at] = right;
	}
}

static void a_length_that_cannot_be_is_named(void **state)
{
	struct frame file = {0};
	struct source *source;
	struct packet packet;

	(void)state;
	put_file_head(&file, 0xa1b2c3d4, 4, 65535, 1);
	put_packet(&file, 1, 10, 10, 0, 10);
	put_packet(&file, 2, 0xfffffff0, 10, 0, 10);
	source = open_frame(&file);
	expect(source, 1, 1000, 10, 10);
	assert_int_equal(source_next(source, &packet), SOURCE_ERROR);
	assert_non_null(strstr(source_error(source), "behind packet 1, byte 66"));
	assert_non_null(strstr(source_error(source), "damaged"));
	source_close(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_file_is_read),
		cmocka_unit_test(old_files_have_their_lengths_turned),
		cmocka_unit_test(large_packets_stay_whole),
		cmocka_unit_test(a_pipe_gives_what_it_has),
		cmocka_unit_test(broken_classic_files_end),
		cmocka_unit_test(a_length_that_cannot_be_is_named),
	};

	return cmocka_run_group_tests_name("capture/pcap_file", tests, NULL, NULL);
}
