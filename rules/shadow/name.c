#include "rules/evidence.h"
#include "rules/shadow/shadow.h"
#include "rules/words.h"

/* Undeclared header fields and cookies: see field.c. */
static const char *id_of(const struct departure *departure)
{
	if (departure->keyword == KEYWORD_UNDECLARED_TYPE)
		return "shadow.content_type";
	if (departure->keyword != KEYWORD_UNDECLARED)
		return NULL;
	switch (departure->part) {
	case PART_QUERY:
		return "shadow.query_param";
	case PART_BODY:
		return departure->side == SIDE_REQUEST ? "shadow.request_field" : "shadow.response_field";
	case PART_STATUS:
		return "shadow.status";
	default:
		return NULL;
	}
}

static void tell(const struct evidence *evidence, const struct departure *departure, const char *id,
		 struct findings *out)
{
	struct bytes target = evidence_target(evidence, out->arena);
	struct bytes pointer = words_path(departure->pointer, out->arena), name = words_name(departure->name);
	struct finding *finding = findings_add(out, id);

	if (finding == NULL)
		return;
	finding_locate(finding, departure->side, departure->part, departure->name);
	finding->pointer = departure->pointer;
	finding->schema_pointer = departure->schema_pointer;
	finding->expected = departure->expected;
	finding->observed = departure->part == PART_BODY && departure->keyword == KEYWORD_UNDECLARED_TYPE
				    ? words_text(departure->observed, out->arena)
				    : departure->observed;
	finding_say(finding, out->arena, "%s%s" BYTES_FORMAT BYTES_FORMAT " (" BYTES_FORMAT ")",
		    finding->kind->title, name.len + pointer.len > 0 ? ": " : "", BYTES_PRINT(name),
		    BYTES_PRINT(pointer), BYTES_PRINT(target));
}

void shadow_name(const struct evidence *evidence, struct findings *out)
{
	for (size_t i = 0; i < evidence->departures->count; i++) {
		const struct departure *departure = &evidence->departures->list[i];
		const char *id = id_of(departure);

		if (id != NULL)
			tell(evidence, departure, id, out);
	}
}
