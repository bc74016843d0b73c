/*
 * checksum: does a segment arrive as it was sent? RFC 1071's sum over the IPv4
 * header, and over TCP with its pseudo header (RFC 9293, section 3.1).
 */
#pragma once

#include "sensor/capture/segment.h"

enum checksum_result {
	CHECKSUM_RIGHT,
	CHECKSUM_WRONG,
	CHECKSUM_OFFLOADED, /* the pseudo header's sum alone: the card was to add the rest */
};

bool checksum_of_header_is_right(struct bytes ipv4_header);

/* `tcp` is header and payload, whole; the addresses are those of the header that it came in. */
enum checksum_result checksum_of_segment(const struct address *from, const struct address *to,
					 struct bytes tcp);
