/*
 * scan_layer: what is written inside a value, one level deep: percent-encoding
 * (RFC 3986), base64 of text (RFC 4648) and the claims of a token (RFC 7519).
 *
 *	inner = layer_open(SCAN_LAYER_BASE64, value, &exchange->arena);
 *	if (inner.data != NULL) ...
 */
#pragma once

#include "parsers/base/arena.h"

enum scan_layer {
	SCAN_LAYER_NONE, /* the value itself */
	SCAN_LAYER_PERCENT,
	SCAN_LAYER_BASE64,
	SCAN_LAYER_TOKEN,
	SCAN_LAYER_COUNT,
};

/* Shorter base64 holds nothing that a class would match: 18 bytes. */
#define SCAN_BASE64_LEN_MIN 24

/* Seen at a glance: the layers that the value could hold anything in, a bit for each. */
unsigned layers_likely(struct bytes value);

/* What the value holds in that layer; {NULL, 0} when it is not written so, or holds no text. */
struct bytes layer_open(enum scan_layer layer, struct bytes value, struct arena *arena);
