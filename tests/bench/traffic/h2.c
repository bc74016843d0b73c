#include "tests/bench/traffic/h2.h"

#include <nghttp2/nghttp2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TYPE_DATA = 0, TYPE_HEADERS = 1, TYPE_SETTINGS = 4, END_STREAM = 1, END_HEADERS = 4 };

#define TABLE_BYTES 4096
#define FIELDS_MAX  96
#define BLOCK_MAX   16384 /* the longest frame that needs no leave: RFC 9113, 6.5.2 */

static void frame(struct text *out, size_t len, unsigned type, unsigned flags, uint32_t stream)
{
	unsigned char head[9] = {
		(unsigned char)(len >> 16),    (unsigned char)(len >> 8),    (unsigned char)len,
		(unsigned char)type,           (unsigned char)flags,         (unsigned char)(stream >> 24),
		(unsigned char)(stream >> 16), (unsigned char)(stream >> 8), (unsigned char)stream};

	text_add(out, head, sizeof(head));
}

void h2_start(struct h2 *h2, struct text *out, bool is_client)
{
	if (nghttp2_hd_deflate_new(&h2->deflater, TABLE_BYTES) != 0)
		abort();
	if (is_client)
		text_print(out, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
	frame(out, 0, TYPE_SETTINGS, 0, 0);
}

void h2_headers(struct h2 *h2, struct text *out, uint32_t stream, const struct h2_field *fields, size_t count,
		bool is_end)
{
	nghttp2_nv list[FIELDS_MAX];
	unsigned char block[BLOCK_MAX];
	ssize_t len;

	if (count > FIELDS_MAX)
		abort();
	for (size_t i = 0; i < count; i++)
		list[i] = (nghttp2_nv){.name = (uint8_t *)(uintptr_t)fields[i].name,
				       .value = (uint8_t *)(uintptr_t)fields[i].value,
				       .namelen = strlen(fields[i].name),
				       .valuelen = strlen(fields[i].value)};
	len = nghttp2_hd_deflate_hd(h2->deflater, block, sizeof(block), list, count);
	if (len < 0)
		abort();
	frame(out, (size_t)len, TYPE_HEADERS, END_HEADERS | (is_end ? END_STREAM : 0), stream);
	text_add(out, block, (size_t)len);
}

void h2_data(struct text *out, uint32_t stream, const char *data, size_t len, bool is_end)
{
	frame(out, len, TYPE_DATA, is_end ? END_STREAM : 0, stream);
	text_add(out, data, len);
}

void h2_end(struct h2 *h2)
{
	nghttp2_hd_deflate_del(h2->deflater);
	h2->deflater = NULL;
}
