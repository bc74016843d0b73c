/*
 * hpack_huffman: the texts of HTTP/2 header blocks that are Huffman coded (RFC 7541 section 5.2, appendix B).
 */
#pragma once

#include "parsers/base/bytes.h"

/* The shortest codes have five bits. */
#define HPACK_HUFFMAN_ROOM(coded_len) ((coded_len)*8 / 5)

/* Into `text`, which has HPACK_HUFFMAN_ROOM; how long it is: false when that is no code. */
bool hpack_huffman_decode(struct bytes coded, char *text, size_t *out_len);
