/*
 * http2_made: HTTP/2 as a client and a server would send it, with nghttp2's
 * encoder: the one place of the tests that knows it.
 *
 *	made_headers(&made, 0, 1, MADE_END, FIELDS(":method", "GET", ":path", "/"));
 *	made_say(&made, &talk, 0);		what was made for that direction, as one segment
 */
#pragma once

#include "tests/unit/parsers/talk.h"

#include <nghttp2/nghttp2.h>

#include "parsers/base/buffer.h"
#include "parsers/http2_frame.h"

#define MADE_END     (HTTP2_END_STREAM | HTTP2_END_HEADERS)
#define MADE_OPEN    HTTP2_END_HEADERS
#define MADE_PREFACE BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
#define FIELDS(...)  ((const char *const[]){__VA_ARGS__, NULL})
#define GET(path)    FIELDS(":method", "GET", ":scheme", "http", ":authority", "Api.Example:8080", ":path", path)
#define OK200        FIELDS(":status", "200", "content-type", "text/plain")
#define MADE_BLOCK   300000

struct made {
	nghttp2_hd_deflater *encoders[2];
	struct buffer out[2];
};

static inline void made_begin(struct made *made, size_t table_len)
{
	for (int i = 0; i < 2; i++) {
		assert_int_equal(nghttp2_hd_deflate_new(&made->encoders[i], table_len), 0);
		assert_int_equal(nghttp2_hd_deflate_change_table_size(made->encoders[i], table_len), 0);
		made->out[i] = BUFFER_MAX(64 * MIB);
	}
}

static inline void made_end(struct made *made)
{
	for (int i = 0; i < 2; i++) {
		nghttp2_hd_deflate_del(made->encoders[i]);
		buffer_finish(&made->out[i]);
	}
}

static inline void made_bytes(struct made *made, int direction, struct bytes bytes)
{
	assert_int_equal(buffer_append(&made->out[direction], bytes), STATUS_OK);
}

static inline void made_frame(struct made *made, int direction, unsigned type, unsigned flags,
			      uint32_t stream, struct bytes payload)
{
	char head[HTTP2_HEAD_LEN] = {(char)(payload.len >> 16),
				     (char)(payload.len >> 8),
				     (char)payload.len,
				     (char)type,
				     (char)flags,
				     (char)(stream >> 24),
				     (char)(stream >> 16),
				     (char)(stream >> 8),
				     (char)stream};

	made_bytes(made, direction, (struct bytes){head, sizeof(head)});
	made_bytes(made, direction, payload);
}

/* An encoded block; free() its data. */
static inline struct bytes made_block(struct made *made, int direction, const char *const *fields)
{
	static nghttp2_nv list[1000];
	uint8_t *block = malloc(MADE_BLOCK);
	size_t count = 0;
	ssize_t len;

	for (; fields[2 * count] != NULL; count++)
		list[count] = (nghttp2_nv){(uint8_t *)(uintptr_t)fields[2 * count],
					   (uint8_t *)(uintptr_t)fields[2 * count + 1],
					   strlen(fields[2 * count]), strlen(fields[2 * count + 1]), 0};
	len = nghttp2_hd_deflate_hd(made->encoders[direction], block, MADE_BLOCK, list, count);
	assert_true(len >= 0);
	return (struct bytes){(char *)block, (size_t)len};
}

static inline void made_headers(struct made *made, int direction, uint32_t stream, unsigned flags,
				const char *const *fields)
{
	struct bytes block = made_block(made, direction, fields);

	made_frame(made, direction, HTTP2_HEADERS, flags, stream, block);
	free((char *)(uintptr_t)block.data);
}

static inline void made_start(struct made *made)
{
	made_bytes(made, 0, MADE_PREFACE);
	made_frame(made, 0, HTTP2_SETTINGS, 0, 0, BYTES_NONE);
	made_frame(made, 1, HTTP2_SETTINGS, 0, 0, BYTES_NONE);
	made_frame(made, 1, HTTP2_SETTINGS, HTTP2_END_STREAM, 0, BYTES_NONE);
}

static inline void made_say(struct made *made, struct talk *talk, int direction)
{
	talk_say(talk, direction, buffer_bytes(&made->out[direction]));
	buffer_clear(&made->out[direction]);
}
