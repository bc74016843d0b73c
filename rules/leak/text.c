#include "rules/evidence.h"
#include "rules/leak/leak.h"
#include "rules/pii/pii.h"

static const char *id_of(struct bytes class_id)
{
	if (bytes_equal(class_id, BYTES("stack_trace")))
		return "leak.stack_trace";
	if (bytes_equal(class_id, BYTES("debug_output")))
		return "leak.debug";
	return bytes_equal(class_id, BYTES("internal_address")) ? "leak.internal_address" : NULL;
}

/* A field of addresses may hold one: the contract says so with `format: ipv4`, `uri` and the like. */
static bool is_agreed(const struct evidence *evidence, const struct hit *hit)
{
	return evidence_operation(evidence) != NULL &&
	       conform_allows_class(evidence->match, evidence->exchange, hit->side, hit->part, hit->name,
				    hit->pointer, hit->class->id);
}

void leak_text(const struct evidence *evidence, struct findings *out)
{
	for (size_t i = 0; i < evidence->hits->count; i++) {
		struct hit *hit = &evidence->hits->list[i];
		const char *id = id_of(hit->class->id);
		struct finding *finding;

		if (id == NULL || hit->side != SIDE_RESPONSE || pii_is_place_unknown(evidence, hit) ||
		    is_agreed(evidence, hit))
			continue;
		finding = pii_tell(evidence, hit, id, out);
		if (finding != NULL)
			finding->expected = BYTES("nothing about the inside of the provider");
	}
}
