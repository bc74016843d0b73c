#include "rules/evidence.h"
#include "rules/pii/pii.h"

struct bytes pii_name(const struct evidence *evidence, const struct hit *hit)
{
	const struct match *match = evidence->match;
	const char *path = evidence->exchange->path.data;

	if (hit->part != PART_PATH || match->value_names == NULL)
		return hit->name;
	for (size_t i = 0; i < match->value_count; i++) {
		const struct bytes value = match->values[i];

		if (value.data <= path + hit->offset && path + hit->offset < value.data + value.len)
			return match->value_names[i];
	}
	return hit->name;
}

static const char *place_words(const struct hit *hit)
{
	switch (hit->part) {
	case PART_PATH:
		return "path";
	case PART_QUERY:
		return "query";
	case PART_COOKIE:
		return "cookies";
	case PART_HEADER:
		return hit->side == SIDE_REQUEST ? "request header" : "response header";
	default:
		return hit->side == SIDE_REQUEST ? "request" : "response";
	}
}

struct finding *pii_tell(const struct evidence *evidence, struct hit *hit, const char *id,
			 struct findings *out)
{
	struct finding *finding = findings_add(out, id);
	struct bytes target;

	if (finding == NULL)
		return NULL;
	hit_show(evidence->hits, hit, out->arena);
	finding_locate(finding, hit->side, hit->part, pii_name(evidence, hit));
	finding->pointer = hit->pointer;
	finding->class_id = hit->class->id;
	finding->sample = hit->sample;
	for (size_t i = 0; i < sizeof(finding->value_hmac); i++)
		finding->value_hmac[i] = hit->value_hmac[i];
	finding->match_count = hit->count > 0 ? hit->count : 1;
	finding->observed = hit->sample;
	target = evidence_target(evidence, out->arena);
	if (hit->is_placed && hit->pointer.len == 0)
		finding_say(finding, out->arena, BYTES_FORMAT " in the %s of " BYTES_FORMAT " at byte %zu",
			    BYTES_PRINT(hit->class->id), place_words(hit), BYTES_PRINT(target), hit->offset);
	else
		finding_say(finding, out->arena, BYTES_FORMAT " in the %s of " BYTES_FORMAT,
			    BYTES_PRINT(hit->class->id), place_words(hit), BYTES_PRINT(target));
	return finding;
}
