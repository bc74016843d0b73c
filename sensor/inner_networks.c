#include "sensor/inner_networks.h"

#include "parsers/base/check.h"

static const char *const usual[INNER_NETWORKS_USUAL] = {"10.0.0.0/8",  "172.16.0.0/12",  "192.168.0.0/16",
							"127.0.0.0/8", "169.254.0.0/16", "fc00::/7",
							"fe80::/10",   "::1/128"};

void inner_networks_init(struct inner_networks *inner, const struct network *named, size_t named_count)
{
	*inner = (struct inner_networks){.named = named, .named_count = named_count};
	for (size_t i = 0; i < INNER_NETWORKS_USUAL; i++)
		CHECK(network_read(bytes_of(usual[i]), &inner->usual[i]));
}

bool inner_networks_have(const struct inner_networks *inner, const struct address *address)
{
	const struct network *list = inner->named_count > 0 ? inner->named : inner->usual;
	size_t count = inner->named_count > 0 ? inner->named_count : INNER_NETWORKS_USUAL;

	for (size_t i = 0; i < count; i++)
		if (network_contains(&list[i], address))
			return true;
	return false;
}
