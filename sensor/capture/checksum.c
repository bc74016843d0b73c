#include "sensor/capture/checksum.h"

#include <string.h>

#define CHECKSUM_AT 16 /* in the TCP header */
#define PROTOCOL    6

/* In the machine's order: RFC 1071, section 2 (B). Four bytes a step; carries gather above. */
static uint64_t add(uint64_t sum, const char *data, size_t len)
{
	uint16_t pair = 0;
	uint32_t word;

	for (; len >= sizeof(word); data += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, data, sizeof(word));
		sum += word;
	}
	for (; len >= sizeof(pair); data += sizeof(pair), len -= sizeof(pair)) {
		memcpy(&pair, data, sizeof(pair));
		sum += pair;
	}
	pair = 0;
	if (len > 0) {
		memcpy(&pair, data, 1);
		sum += pair;
	}
	return sum;
}

static uint16_t fold(uint64_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint64_t pseudo_header(const struct address *from, const struct address *to, size_t len)
{
	size_t address_len = from->is_ipv6 ? 16 : 4;
	const unsigned char end[8] = {(unsigned char)(len >> 24),
				      (unsigned char)(len >> 16),
				      (unsigned char)(len >> 8),
				      (unsigned char)len,
				      0,
				      0,
				      0,
				      PROTOCOL};
	uint64_t sum = add(0, (const char *)from->bytes, address_len);

	sum = add(sum, (const char *)to->bytes, address_len);
	return add(sum, (const char *)end, sizeof(end));
}

bool checksum_of_header_is_right(struct bytes ipv4_header)
{
	return fold(add(0, ipv4_header.data, ipv4_header.len)) == 0xffff;
}

enum checksum_result checksum_of_segment(const struct address *from, const struct address *to,
					 struct bytes tcp)
{
	uint64_t outside = pseudo_header(from, to, tcp.len);
	uint16_t told;

	if (fold(add(outside, tcp.data, tcp.len)) == 0xffff)
		return CHECKSUM_RIGHT;
	memcpy(&told, tcp.data + CHECKSUM_AT, sizeof(told));
	/* Linux sums the length too, some drivers leave it to the card. */
	return told == fold(outside) || told == fold(pseudo_header(from, to, 0)) ? CHECKSUM_OFFLOADED
										 : CHECKSUM_WRONG;
}
