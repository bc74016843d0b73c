/*
 * frame: builds packets byte by byte for the tests of capture. Layers are put
 * from the outside in; lengths that depend on what follows are mended by
 * frame_finish, innermost last.
 */
#pragma once

#include <string.h>

#include "parsers/base/check.h"
#include "sensor/capture/segment.h"

struct frame {
	unsigned char data[4096];
	size_t len;
	/* Where 16-bit lengths stand and from where they count. */
	struct {
		size_t at, from;
	} lengths[16];
	size_t length_count;
};

static inline void put(struct frame *frame, const void *data, size_t len)
{
	CHECK(frame->len + len <= sizeof(frame->data));
	memcpy(frame->data + frame->len, data, len);
	frame->len += len;
}

static inline void put16(struct frame *frame, unsigned value)
{
	put(frame, (unsigned char[]){(unsigned char)(value >> 8), (unsigned char)value}, 2);
}

static inline void put32(struct frame *frame, uint32_t value)
{
	put16(frame, value >> 16);
	put16(frame, value & 0xffff);
}

static inline void put_zero(struct frame *frame, size_t len)
{
	static const unsigned char zeroes[64];

	put(frame, zeroes, len);
}

static inline void put_length(struct frame *frame, size_t from)
{
	CHECK(frame->length_count < 16);
	frame->lengths[frame->length_count].at = frame->len;
	frame->lengths[frame->length_count++].from = from;
	put16(frame, 0);
}

static inline void put_ethernet(struct frame *frame, unsigned ethertype)
{
	put_zero(frame, 12);
	put16(frame, ethertype);
}

static inline void put_vlan(struct frame *frame, unsigned id, unsigned ethertype)
{
	put16(frame, id);
	put16(frame, ethertype);
}

static inline void put_ipv4_options(struct frame *frame, unsigned protocol, unsigned fragment,
				    size_t options_len)
{
	size_t start = frame->len;

	put(frame, (unsigned char[]){(unsigned char)(0x40 | (5 + options_len / 4)), 0}, 2);
	put_length(frame, start);
	put16(frame, 7);
	put16(frame, fragment);
	put(frame, (unsigned char[]){64, (unsigned char)protocol, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}, 12);
	for (size_t i = 0; i < options_len; i++)
		put(frame, "\1", 1);
}

static inline void put_ipv4(struct frame *frame, unsigned protocol)
{
	put_ipv4_options(frame, protocol, 0x4000, 0);
}

static inline void put_ipv6(struct frame *frame, unsigned next)
{
	put32(frame, 0x60000000);
	put_length(frame, frame->len + 2 + 2 + 32);
	put(frame, (unsigned char[]){(unsigned char)next, 64}, 2);
	put(frame, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	put(frame, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\2", 16);
}

static inline void put_udp(struct frame *frame, unsigned port)
{
	size_t start = frame->len;

	put16(frame, 50000);
	put16(frame, port);
	put_length(frame, start);
	put16(frame, 0);
}

static inline void put_vxlan(struct frame *frame, uint32_t vni)
{
	put32(frame, 0x08000000);
	put32(frame, vni << 8);
}

static inline void put_gre(struct frame *frame, unsigned flags, unsigned protocol)
{
	put16(frame, flags);
	put16(frame, protocol);
	put_zero(frame, 4u * (!!(flags & 0x8000) + !!(flags & 0x2000) + !!(flags & 0x1000)));
}

static inline void put_tcp(struct frame *frame, size_t options_len, const char *payload)
{
	put16(frame, 40000);
	put16(frame, 80);
	put32(frame, 1000);
	put32(frame, 2000);
	put16(frame, (unsigned)(((20 + options_len) / 4) << 12 | TCP_ACK | TCP_PUSH));
	put_zero(frame, 6 + options_len);
	put(frame, payload, strlen(payload));
}

static inline void frame_finish(struct frame *frame)
{
	for (size_t i = 0; i < frame->length_count; i++) {
		size_t len = frame->len - frame->lengths[i].from;

		frame->data[frame->lengths[i].at] = (unsigned char)(len >> 8);
		frame->data[frame->lengths[i].at + 1] = (unsigned char)len;
	}
	frame->length_count = 0;
}

static inline struct packet frame_packet(const struct frame *frame, int link_type)
{
	return (struct packet){
		.data = {.data = (const char *)frame->data, .len = frame->len},
		.wire_len = (uint32_t)frame->len,
		.link_type = link_type,
		.time_ns = 5,
		.clock_ns = 6,
		.number = 7,
		.source = 3,
		.is_decrypted = true,
	};
}
