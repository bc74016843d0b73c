#include "sensor/admin/route.h"

static bool is_plain(struct bytes text, size_t len_max)
{
	if (text.len == 0 || text.len > len_max || !ascii_is_alnum(text.data[0]))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char byte = text.data[i];

		if (!ascii_is_alnum(byte) && byte != '.' && byte != '-' && byte != '_')
			return false;
		if (byte == '.' && text.data[i - 1] == '.')
			return false;
	}
	return true;
}

bool route_is_id(struct bytes text)
{
	return is_plain(text, ROUTE_ID_LEN_MAX);
}

bool route_is_spec(struct bytes text)
{
	static const char *const suffixes[] = {".yaml", ".yml", ".json", ".xml"};
	static const char *const taken[] = {"tiers", "risk"};

	if (!is_plain(text, ROUTE_SPEC_LEN_MAX))
		return false;
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		struct bytes suffix = bytes_of(suffixes[i]);
		struct bytes stem;

		if (text.len <= suffix.len || !bytes_ends(text, suffix))
			continue;
		stem = bytes_slice(text, 0, text.len - suffix.len);
		for (size_t k = 0; k < sizeof(taken) / sizeof(*taken); k++)
			if (bytes_equal_nocase(stem, bytes_of(taken[k])))
				return false;
		return true;
	}
	return false;
}

/* Behind /v1/partners/: ID, ID/versions, ID/specs/NAME, ID/specs/NAME/versions. */
static bool read_partner(struct bytes rest, struct route *route)
{
	struct bytes part;

	route->kind = ROUTE_PARTNER;
	route->partner = bytes_split(&rest, '/');
	if (!route_is_id(route->partner))
		return false;
	if (rest.data == NULL)
		return true;
	part = bytes_split(&rest, '/');
	if (bytes_equal(part, BYTES("specs")) && rest.data != NULL) {
		route->kind = ROUTE_SPEC;
		route->spec = bytes_split(&rest, '/');
		if (!route_is_spec(route->spec))
			return false;
		if (rest.data == NULL)
			return true;
		part = bytes_split(&rest, '/');
	}
	route->is_versions = bytes_equal(part, BYTES("versions"));
	return route->is_versions && rest.data == NULL;
}

bool route_read(struct bytes path, struct route *out_route)
{
	static const struct {
		const char *path;
		enum route_kind kind;
	} plain[] = {
		{"/v1/partners", ROUTE_PARTNERS}, {"/v1/inventory", ROUTE_INVENTORY},
		{"/v1/findings", ROUTE_FINDINGS}, {"/v1/usage", ROUTE_USAGE},
		{"/v1/coverage", ROUTE_COVERAGE}, {"/metrics", ROUTE_METRICS},
		{"/healthz", ROUTE_HEALTH},
	};
	const struct bytes partners = BYTES("/v1/partners/");
	struct route route = {0};

	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (bytes_equal(path, bytes_of(plain[i].path))) {
			*out_route = (struct route){.kind = plain[i].kind};
			return true;
		}
	if (!bytes_starts(path, partners) || !read_partner(bytes_from(path, partners.len), &route))
		return false;
	*out_route = route;
	return true;
}
