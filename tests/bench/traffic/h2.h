/*
 * h2: what one side of an HTTP/2 connection says, with a real header encoder.
 *
 * Owns     the encoder.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "tests/bench/traffic/text.h"

struct nghttp2_hd_deflater;

struct h2 {
	struct nghttp2_hd_deflater *deflater;
};

struct h2_field {
	const char *name, *value;
};

void h2_start(struct h2 *h2, struct text *out, bool is_client);
void h2_headers(struct h2 *h2, struct text *out, uint32_t stream, const struct h2_field *fields, size_t count,
		bool is_end);
void h2_data(struct text *out, uint32_t stream, const char *data, size_t len, bool is_end);
void h2_end(struct h2 *h2);
