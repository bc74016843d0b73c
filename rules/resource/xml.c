#include "rules/evidence.h"
#include "rules/resource/resource.h"

struct measure {
	uint64_t depth;
	bool has_type, has_entity, has_external;
};

/* Where a run that ends with `end` ends, from `from`; the whole text when it never does. */
static size_t behind(struct bytes text, size_t from, struct bytes end)
{
	size_t at = bytes_find(bytes_from(text, from), end);

	return at == BYTES_NOT_FOUND ? text.len : from + at + end.len;
}

/* XML 1.0, section 2.8: a document type comes before the root element. It may hold "[...]" with '>' inside.
 */
static size_t document_type(struct bytes text, size_t from, struct measure *measure)
{
	size_t end = behind(text, from, BYTES(">"));
	size_t bracket = bytes_find_byte(bytes_slice(text, from, end - from), '[');
	struct bytes type;

	/* Never back before what was looked through: a text of nothing but types would take hours. */
	if (bracket != BYTES_NOT_FOUND)
		end = behind(text, behind(text, from + bracket, BYTES("]")), BYTES(">"));
	type = bytes_slice(text, from, end - from);
	measure->has_type = true;
	measure->has_entity |= bytes_find(type, BYTES("<!ENTITY")) != BYTES_NOT_FOUND;
	measure->has_external |= bytes_find(type, BYTES("SYSTEM")) != BYTES_NOT_FOUND ||
				 bytes_find(type, BYTES("PUBLIC")) != BYTES_NOT_FOUND;
	return end;
}

static void measure_xml(struct bytes text, struct measure *measure)
{
	uint64_t depth = 0;
	size_t at = 0;

	while (at < text.len) {
		size_t open = bytes_find_byte(bytes_from(text, at), '<');
		struct bytes rest;

		if (open == BYTES_NOT_FOUND)
			return;
		at += open;
		rest = bytes_from(text, at);
		if (bytes_starts(rest, BYTES("<!--"))) {
			at = behind(text, at, BYTES("-->"));
		} else if (bytes_starts(rest, BYTES("<![CDATA["))) {
			at = behind(text, at, BYTES("]]>"));
		} else if (bytes_starts(rest, BYTES("<!DOCTYPE"))) {
			at = document_type(text, at, measure);
		} else if (rest.len > 1 && rest.data[1] == '/') {
			depth -= depth > 0;
			at = behind(text, at, BYTES(">"));
		} else if (rest.len > 1 && (rest.data[1] == '?' || rest.data[1] == '!')) {
			at = behind(text, at, BYTES(">"));
		} else {
			at = behind(text, at, BYTES(">"));
			if (text.data[at - 1] == '>' && text.data[at - 2] != '/' && ++depth > measure->depth)
				measure->depth = depth;
		}
	}
}

static struct finding *tell(const char *id, struct findings *out)
{
	struct finding *finding = findings_add(out, id);

	if (finding != NULL)
		finding_locate(finding, SIDE_REQUEST, PART_BODY, BYTES_NONE);
	return finding;
}

void resource_xml(const struct evidence *evidence, struct findings *out)
{
	const struct message *request = &evidence->exchange->request;
	const struct resources_agreed *agreed = resources_of(evidence->partner);
	struct measure measure = {0};
	struct finding *finding;

	if (bytes_find_nocase(message_media_type(request), BYTES("xml")) == BYTES_NOT_FOUND)
		return;
	measure_xml(request->body.content, &measure);
	if (measure.has_type && (measure.has_entity || measure.has_external)) {
		finding = tell("resource.xml_entity", out);
		if (finding != NULL) {
			finding->expected = BYTES("no document type that defines or fetches anything");
			finding->observed = measure.has_external
						    ? BYTES("an external document type or entity")
						    : BYTES("an entity definition");
		}
	}
	if (measure.depth > agreed->xml_depth) {
		finding = tell("resource.xml_depth", out);
		if (finding != NULL) {
			finding->expected = arena_printf(out->arena, "at most %llu levels",
							 (unsigned long long)agreed->xml_depth);
			finding->observed =
				arena_printf(out->arena, "%llu levels", (unsigned long long)measure.depth);
		}
	}
}
