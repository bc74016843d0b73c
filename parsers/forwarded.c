#include "parsers/forwarded.h"

/* More proxies in a row than this are none; the addresses nearest to us are kept. */
#define ADDRESSES_MAX 32

/* From left to right; an entry that is no address keeps its place. */
struct addresses {
	struct bytes list[ADDRESSES_MAX];
	size_t count;
};

static void addresses_add(struct addresses *addresses, struct bytes text)
{
	if (addresses->count == ADDRESSES_MAX) {
		for (size_t i = 1; i < ADDRESSES_MAX; i++)
			addresses->list[i - 1] = addresses->list[i];
		addresses->count--;
	}
	addresses->list[addresses->count++] = text;
}

/* "192.0.2.1", "192.0.2.1:4711", "[2001:db8::1]:4711", "2001:db8::1", any of them in quotes. */
static bool entry_read(struct bytes text, struct address *out_address)
{
	size_t colon;

	text = bytes_trim(text);
	if (text.len >= 2 && text.data[0] == '"' && text.data[text.len - 1] == '"')
		text = bytes_slice(text, 1, text.len - 2);
	if (text.len > 0 && text.data[0] == '[') {
		colon = bytes_find_byte(text, ']');
		return colon != BYTES_NOT_FOUND && address_read(bytes_slice(text, 1, colon - 1), out_address);
	}
	colon = bytes_find_byte(text, ':');
	if (colon != BYTES_NOT_FOUND && bytes_find_byte(bytes_from(text, colon + 1), ':') == BYTES_NOT_FOUND)
		text = bytes_slice(text, 0, colon);
	return address_read(text, out_address);
}

/* RFC 7239 section 4: "for=192.0.2.60;proto=http;by=203.0.113.43". */
static struct bytes for_of(struct bytes element)
{
	for (struct bytes rest = element; rest.data != NULL;) {
		struct bytes value = bytes_split(&rest, ';');
		struct bytes name = bytes_trim(bytes_split(&value, '='));

		if (bytes_equal_nocase(name, BYTES("for")))
			return bytes_trim(value);
	}
	return BYTES_NONE;
}

static void field_read(const struct message *request, struct bytes name, struct addresses *out)
{
	const bool is_forwarded = bytes_equal(name, BYTES("forwarded"));
	const struct header *header = message_header(request, name);

	for (; header != NULL; header = message_header_next(request, header)) {
		for (struct bytes rest = header->value; rest.data != NULL;) {
			struct bytes element = bytes_split(&rest, ',');

			addresses_add(out, is_forwarded ? for_of(element) : element);
		}
	}
}

bool forwarded_is_proxy(const struct forwarded_policy *policy, const struct address *address)
{
	for (size_t i = 0; i < policy->proxy_count; i++) {
		if (network_contains(&policy->proxies[i], address))
			return true;
	}
	return false;
}

/* From the right: what a trusted proxy saw is true, and as long as that is a trusted proxy, too, so is the
 * entry before it. All of them trusted: the outermost is the client. */
static bool rightmost(const struct addresses *addresses, const struct forwarded_policy *policy,
		      struct address *out_client)
{
	for (size_t i = addresses->count; i > 0; i--) {
		if (!entry_read(addresses->list[i - 1], out_client))
			return false;
		if (!forwarded_is_proxy(policy, out_client))
			return true;
	}
	return addresses->count > 0;
}

bool forwarded_client(const struct message *request, const struct forwarded_policy *policy,
		      const struct address *peer, struct address *out_client)
{
	struct addresses addresses = {.count = 0};
	struct address client;
	bool is_found = false;

	if (!forwarded_is_proxy(policy, peer))
		return false;
	field_read(request, BYTES("x-forwarded-for"), &addresses);
	if (addresses.count == 0)
		field_read(request, BYTES("forwarded"), &addresses);
	switch (policy->which) {
	case FORWARDED_RIGHTMOST:
		is_found = rightmost(&addresses, policy, &client);
		break;
	case FORWARDED_LEFTMOST:
		is_found = addresses.count > 0 && entry_read(addresses.list[0], &client);
		break;
	case FORWARDED_HOPS:
		is_found = policy->hops > 0 && policy->hops <= addresses.count &&
			   entry_read(addresses.list[addresses.count - policy->hops], &client);
		break;
	}
	if (is_found)
		*out_client = client;
	return is_found;
}
