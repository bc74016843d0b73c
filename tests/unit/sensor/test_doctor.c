/* sensor/doctor: what it says of a mirror that shows one direction, everything twice, TLS, or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/doctor.h"

#define FRAME_HEAD 54 /* Ethernet, IPv4, TCP without options */

struct frame {
	unsigned char bytes[FRAME_HEAD + 200];
	size_t len;
};

static void put16(unsigned char *at, size_t value)
{
	at[0] = (unsigned char)(value >> 8);
	at[1] = (unsigned char)value;
}

static struct frame make(bool to_server, uint32_t seq, const char *payload, size_t len)
{
	struct frame frame = {.len = FRAME_HEAD + len};
	unsigned char *at = frame.bytes;

	put16(at + 12, 0x0800);
	at[14] = 0x45;
	put16(at + 16, 40 + len);
	at[22] = 64;
	at[23] = 6;
	memcpy(at + 26, to_server ? "\xcb\x00\x71\x01\x0a\x00\x00\x05" : "\x0a\x00\x00\x05\xcb\x00\x71\x01",
	       8);
	put16(at + 34, to_server ? 40000 : 80);
	put16(at + 36, to_server ? 80 : 40000);
	put16(at + 40, seq);
	at[46] = 0x50;
	at[47] = TCP_ACK;
	memcpy(at + FRAME_HEAD, payload, len);
	return frame;
}

static void feed(struct doctor *doctor, const struct frame *frame, uint64_t time_ns)
{
	doctor_take(doctor, &(struct packet){.data = {.data = (const char *)frame->bytes, .len = frame->len},
					     .wire_len = (uint32_t)frame->len,
					     .link_type = 1,
					     .time_ns = time_ns});
}

static char *words_of(struct doctor *doctor)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	doctor_print(doctor, out);
	fclose(out);
	doctor_finish(doctor);
	return text;
}

static void expect(char *text, const char *words, bool is_there)
{
	if ((strstr(text, words) != NULL) != is_there)
		fail_msg("%s \"%s\" in:\n%s", is_there ? "no" : "unexpected", words, text);
}

static void talk(struct doctor *doctor, bool both, bool twice)
{
	for (uint32_t i = 0; i < 20; i++) {
		struct frame request = make(true, i * 16, "GET / HTTP/1.1\r\n", 16);
		struct frame response = make(false, i * 17, "HTTP/1.1 200 OK\r\n", 17);

		for (int copy = 0; copy < (twice ? 2 : 1); copy++) {
			feed(doctor, &request, 1000000000ull + i * 1000000);
			if (both)
				feed(doctor, &response, 1000000000ull + i * 1000000 + 10);
		}
	}
}

static void a_good_mirror_is_called_good(void **state)
{
	struct doctor doctor;
	char *text;

	(void)state;
	assert_true(doctor_init(&doctor, 1));
	talk(&doctor, true, false);
	text = words_of(&doctor);
	expect(text, "10.0.0.5:80", true);
	expect(text, "100 % of the bytes belong to servers that speak HTTP in clear", true);
	expect(text, "203.0.113.1 > 10.0.0.5", true);
	expect(text, "Of 40 packets 40 are TCP.", true);
	expect(text, "Only one direction", false);
	expect(text, "arrive twice", false);
	expect(text, "twice", false);
	expect(text, "cut", false);
	expect(text, "in VLAN", false);
	free(text);
}

static void one_direction_and_duplicates_are_said(void **state)
{
	struct doctor doctor;
	char *text;

	(void)state;
	assert_true(doctor_init(&doctor, 1));
	talk(&doctor, false, true);
	text = words_of(&doctor);
	expect(text, "Only one direction of 10.0.0.5:80 is mirrored", true);
	expect(text, "50 % of the segments arrive twice", true);
	expect(text, "HTTP/1, one direction only, 50 % twice", true);
	free(text);
}

static void what_the_mirror_cuts_and_wraps_is_said(void **state)
{
	struct frame frame = make(true, 1, "GET / HTTP/1.1\r\n", 16);
	unsigned char *at = frame.bytes;
	struct doctor doctor;
	char *text;

	(void)state;
	assert_true(doctor_init(&doctor, 1));
	feed(&doctor, &frame, 1);
	memmove(at + 16, at + 12, frame.len - 12); /* IEEE 802.1Q */
	put16(at + 12, 0x8100);
	put16(at + 14, 42);
	put16(at + 20, 40 + 100); /* the IP length says that 84 more bytes were there */
	doctor_take(&doctor, &(struct packet){.data = {.data = (const char *)at, .len = frame.len + 4},
					      .wire_len = (uint32_t)frame.len + 88,
					      .link_type = 1,
					      .time_ns = 1000000000});
	text = words_of(&doctor);
	expect(text, "50.0 % of the packets are cut short", true);
	expect(text, "HTTP/1, in VLAN, 50 % cut", true);
	free(text);
}

static void tls_is_said_with_its_share(void **state)
{
	static const char hello[] = "\x16\x03\x01\x00\x4a\x01\x00\x00\x46\x03\x03"
				    "0123";
	struct frame frame = make(true, 1, hello, sizeof(hello) - 1);
	struct doctor doctor;
	char *text;

	(void)state;
	assert_true(doctor_init(&doctor, 1));
	feed(&doctor, &frame, 1);
	text = words_of(&doctor);
	expect(text, "100 % of the bytes are TLS without keys", true);
	expect(text, "No HTTP in clear was seen", true);
	free(text);
}

static void silence_and_noise_are_said(void **state)
{
	struct frame noise = {.len = 10};
	struct doctor doctor;
	char *text;

	(void)state;
	assert_true(doctor_init(&doctor, 1));
	text = words_of(&doctor);
	expect(text, "Nothing arrives", true);
	free(text);
	assert_true(doctor_init(&doctor, 1));
	feed(&doctor, &noise, 1);
	text = words_of(&doctor);
	expect(text, "none is TCP", true);
	expect(text, "not read: malformed", true);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_mirror_is_called_good),
		cmocka_unit_test(one_direction_and_duplicates_are_said),
		cmocka_unit_test(what_the_mirror_cuts_and_wraps_is_said),
		cmocka_unit_test(tls_is_said_with_its_share),
		cmocka_unit_test(silence_and_noise_are_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
