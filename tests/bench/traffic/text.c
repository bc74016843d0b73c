#include "tests/bench/traffic/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define GZIP_WINDOW   (15 + 16) /* zlib.h: 16 more makes it gzip */
#define GZIP_MEMORY   8
#define PRINT_LEN_MAX 4096

static void give_up(const char *words)
{
	fprintf(stderr, "bench_traffic: %s\n", words);
	exit(1);
}

static void reserve(struct text *text, size_t len)
{
	if (text->capacity - text->len >= len)
		return;
	text->capacity = (text->len + len) * 2;
	text->data = realloc(text->data, text->capacity);
	if (text->data == NULL)
		give_up("no memory");
}

void text_add(struct text *text, const void *data, size_t len)
{
	reserve(text, len);
	if (len > 0)
		memcpy(text->data + text->len, data, len);
	text->len += len;
}

void text_print(struct text *text, const char *format, ...)
{
	va_list list;
	int len;

	reserve(text, PRINT_LEN_MAX);
	va_start(list, format);
	len = vsnprintf(text->data + text->len, PRINT_LEN_MAX, format, list);
	va_end(list);
	if (len < 0 || len >= PRINT_LEN_MAX)
		give_up("a text is too long");
	text->len += (size_t)len;
}

void text_gzip(struct text *text, const struct text *plain)
{
	z_stream stream = {0};

	if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		give_up("zlib does not start");
	reserve(text, deflateBound(&stream, plain->len));
	stream.next_in = (unsigned char *)plain->data;
	stream.avail_in = (unsigned)plain->len;
	stream.next_out = (unsigned char *)text->data + text->len;
	stream.avail_out = (unsigned)(text->capacity - text->len);
	if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
		give_up("zlib does not end");
	text->len += stream.total_out;
	deflateEnd(&stream);
}

void text_free(struct text *text)
{
	free(text->data);
	*text = (struct text){0};
}
