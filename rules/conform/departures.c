#include <stdio.h>

#include "rules/conform/conform_rules.h"
#include "rules/evidence.h"
#include "rules/words.h"

/* Longest: "conform.response.header.discriminator". */
#define ID_LEN_MAX 64

static void tell(const struct evidence *evidence, const struct departure *departure, struct findings *out)
{
	struct bytes target = evidence_target(evidence, out->arena);
	struct bytes pointer = words_path(departure->pointer, out->arena), name = words_name(departure->name);
	struct finding *finding;
	char id[ID_LEN_MAX];

	if (departure->keyword >= KEYWORD_ODATA_ENTITY)
		snprintf(id, sizeof(id), "conform.odata.%s", keyword_name(departure->keyword));
	else
		snprintf(id, sizeof(id), "conform.%s.%s.%s",
			 departure->side == SIDE_REQUEST ? "request" : "response", part_name(departure->part),
			 keyword_name(departure->keyword));
	if (catalogue_find(bytes_of(id)) == NULL) {
		out->left_out++;
		return;
	}
	finding = findings_add(out, id);
	if (finding == NULL)
		return;
	finding_locate(finding, departure->side, departure->part, departure->name);
	finding->pointer = departure->pointer;
	finding->schema_pointer = departure->schema_pointer;
	finding->expected = departure->expected;
	finding->observed = departure->observed;
	finding_say(finding, out->arena, "%s%s" BYTES_FORMAT "%s" BYTES_FORMAT " (" BYTES_FORMAT ")",
		    finding->kind->title, name.len > 0 ? ", " : "", BYTES_PRINT(name),
		    pointer.len > 0 ? ", at " : "", BYTES_PRINT(pointer), BYTES_PRINT(target));
}

void conform_departures(const struct evidence *evidence, struct findings *out)
{
	for (size_t i = 0; i < evidence->departures->count; i++) {
		enum keyword keyword = evidence->departures->list[i].keyword;

		if (keyword < KEYWORD_CONFORM_COUNT || keyword >= KEYWORD_ODATA_ENTITY)
			tell(evidence, &evidence->departures->list[i], out);
	}
}
