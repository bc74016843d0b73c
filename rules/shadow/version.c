#include "rules/evidence.h"
#include "rules/shadow/shadow.h"

#define VERSIONS_ASKED 9

/* "v2", "v2.1", "V3". */
static bool is_version(struct bytes segment)
{
	bool has_digit = false;

	if (segment.len < 2 || segment.len > 8 || ascii_lower(segment.data[0]) != 'v')
		return false;
	for (size_t i = 1; i < segment.len; i++) {
		has_digit |= ascii_is_digit(segment.data[i]);
		if (!ascii_is_digit(segment.data[i]) && segment.data[i] != '.')
			return false;
	}
	return has_digit;
}

/* Where the version stands; an empty one when there is none. */
static struct bytes version_of(struct bytes path)
{
	struct bytes rest = path;

	while (rest.data != NULL) {
		struct bytes segment = bytes_split(&rest, '/');

		if (is_version(segment))
			return segment;
	}
	return BYTES_NONE;
}

bool shadow_version_known(const struct evidence *evidence, struct bytes *out_seen, struct bytes *out_known)
{
	struct exchange *exchange = evidence->exchange;
	const struct bytes path = exchange->path;
	struct bytes seen = version_of(path), known = BYTES_NONE;
	size_t from = seen.len == 0 ? 0 : (size_t)(seen.data - path.data);

	for (int i = 1; seen.len > 0 && i <= VERSIONS_ASKED && known.len == 0; i++) {
		struct bytes other = arena_printf(&exchange->arena, "%c%d", seen.data[0], i);
		struct match match = {0};

		if (other.data == NULL || bytes_equal(other, seen))
			continue;
		exchange->path = arena_printf(&exchange->arena, BYTES_FORMAT BYTES_FORMAT BYTES_FORMAT,
					      BYTES_PRINT(bytes_slice(path, 0, from)), BYTES_PRINT(other),
					      BYTES_PRINT(bytes_from(path, from + seen.len)));
		if (exchange->path.data != NULL)
			contract_operation(evidence->contract, evidence->partner, exchange, &match);
		if (match.kind == MATCH_OPERATION && match.operation != NULL && match.other == NULL)
			known = other;
	}
	exchange->path = path;
	if (known.len == 0)
		return false;
	*out_seen = seen;
	*out_known = known;
	return true;
}
