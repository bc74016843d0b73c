#include "parsers/base/endpoint.h"

#include <arpa/inet.h>
#include <string.h>

static size_t len_of(const struct address *address)
{
	return address->is_ipv6 ? 16 : 4;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->is_ipv6 == b->is_ipv6 && memcmp(a->bytes, b->bytes, len_of(a)) == 0;
}

/* inet_ntop goes through printf, several times an exchange. */
static void print_ipv4(const uint8_t bytes[4], char *text)
{
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			*text++ = '.';
		if (bytes[i] >= 100)
			*text++ = (char)('0' + bytes[i] / 100);
		if (bytes[i] >= 10)
			*text++ = (char)('0' + bytes[i] / 10 % 10);
		*text++ = (char)('0' + bytes[i] % 10);
	}
	*text = '\0';
}

void address_print(const struct address *address, char text[ADDRESS_TEXT_MAX])
{
	if (address->is_ipv6)
		inet_ntop(AF_INET6, address->bytes, text, ADDRESS_TEXT_MAX);
	else
		print_ipv4(address->bytes, text);
}

bool address_read(struct bytes text, struct address *out_address)
{
	struct address address = {0};
	char copy[ADDRESS_TEXT_MAX];

	if (text.len == 0 || text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	address.is_ipv6 = strchr(copy, ':') != NULL;
	if (inet_pton(address.is_ipv6 ? AF_INET6 : AF_INET, copy, address.bytes) != 1)
		return false;
	*out_address = address;
	return true;
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && address_equal(&a->address, &b->address);
}

static bool bits_equal(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8;
	uint8_t mask = (uint8_t)(0xff00u >> (bits % 8));

	if (memcmp(a, b, whole) != 0)
		return false;
	return bits % 8 == 0 || ((a[whole] ^ b[whole]) & mask) == 0;
}

bool network_contains(const struct network *network, const struct address *address)
{
	return network->address.is_ipv6 == address->is_ipv6 &&
	       bits_equal(network->address.bytes, address->bytes, network->prefix_len);
}

static bool host_bits_are_zero(const struct network *network)
{
	for (unsigned bit = network->prefix_len; bit < len_of(&network->address) * 8; bit++)
		if (network->address.bytes[bit / 8] & (0x80u >> (bit % 8)))
			return false;
	return true;
}

bool network_read(struct bytes text, struct network *out_network)
{
	struct bytes rest = text;
	struct bytes host = bytes_split(&rest, '/');
	struct network network = {0};
	uint64_t prefix;

	if (!address_read(host, &network.address))
		return false;
	prefix = len_of(&network.address) * 8;
	if (rest.data != NULL && (!bytes_to_u64(rest, &prefix) || prefix > len_of(&network.address) * 8))
		return false;
	network.prefix_len = (unsigned)prefix;
	if (!host_bits_are_zero(&network))
		return false;
	*out_network = network;
	return true;
}
