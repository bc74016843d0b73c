/*
 * XML as a document (XML 1.0 with namespaces): an element is a table of its name ("$element"),
 * its attributes, its text ("$text") and its children ("$children"). A document type is refused,
 * so there are no entities but the five of the language, no files and no network.
 */
#include <libxml/parser.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/xml_read.h"
#include "specs/document_build.h"

/* Text directly in an element; longer text is no value of a contract and is cut. */
#define TEXT_BYTES_MAX 4096

struct xml_document_reader {
	struct build *build;
	xmlParserCtxt *context;
	char text[TEXT_BYTES_MAX]; /* of the element that was opened last */
	size_t text_len;
	bool has_failed;
};

/* Attributes of these namespaces keep a prefix, whichever the file writes; those of others are left out. */
static const struct {
	const char *space, *prefix;
} spaces[] = {
	{"http://www.sap.com/Protocols/SAPData", "sap:"},
	{"http://schemas.microsoft.com/ado/2007/08/dataservices/metadata", "m:"},
};

static struct spot spot_now(const struct xml_document_reader *reader)
{
	int line = xmlSAX2GetLineNumber(reader->context), column = xmlSAX2GetColumnNumber(reader->context);

	return (struct spot){.line = line > 0 ? (uint32_t)line : 1,
			     .column = column > 0 ? (uint32_t)column : 1};
}

static void keep(struct xml_document_reader *reader, bool is_done)
{
	if (is_done || reader->has_failed)
		return;
	reader->has_failed = true;
	xmlStopParser(reader->context);
}

static bool add_text(struct xml_document_reader *reader, const char *key, struct bytes text)
{
	struct build *build = reader->build;
	struct bytes copy = text.len == 0 ? BYTES("") : arena_copy(&build->document->arena, text);

	if (copy.data == NULL)
		return build_fail(build, STATUS_NO_MEMORY, spot_now(reader), "give the sensor more memory",
				  "no memory for this file");
	build_key(build, bytes_of(key), spot_now(reader), false);
	return build_add(build, build_scalar(build, NODE_STRING, copy, spot_now(reader)), 1, 0);
}

static const char *prefix_of(const xmlChar *space)
{
	if (space == NULL)
		return "";
	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++)
		if (strcmp((const char *)space, spaces[i].space) == 0)
			return spaces[i].prefix;
	return NULL;
}

/* libxml2 lends five runs an attribute: name, prefix, URI, value and its end. */
static bool add_attribute(struct xml_document_reader *reader, const xmlChar *const *attribute)
{
	const char *prefix = prefix_of(attribute[2]);
	struct bytes name;

	if (prefix == NULL)
		return true;
	name = arena_printf(&reader->build->document->arena, "%s%s", prefix, (const char *)attribute[0]);
	return add_text(reader, name.data == NULL ? "" : name.data,
			(struct bytes){(const char *)attribute[3], (size_t)(attribute[4] - attribute[3])});
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *space,
		     int space_count, const xmlChar **namespaces, int attribute_count, int defaulted_count,
		     const xmlChar **attributes)
{
	struct xml_document_reader *reader = context;
	bool is_done;

	(void)prefix;
	(void)space;
	(void)space_count;
	(void)namespaces;
	(void)defaulted_count;
	if (reader->has_failed)
		return;
	is_done = build_open(reader->build, NODE_TABLE, spot_now(reader)) &&
		  add_text(reader, "$element", bytes_of((const char *)name));
	for (int i = 0; i < attribute_count && is_done; i++)
		is_done = add_attribute(reader, attributes + (ptrdiff_t)5 * i);
	if (is_done) {
		build_key(reader->build, BYTES("$children"), spot_now(reader), false);
		is_done = build_open(reader->build, NODE_LIST, spot_now(reader));
	}
	reader->text_len = 0;
	keep(reader, is_done);
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
	struct xml_document_reader *reader = context;
	struct bytes text = bytes_trim((struct bytes){reader->text, reader->text_len});
	bool is_done;

	(void)name;
	(void)prefix;
	(void)space;
	if (reader->has_failed)
		return;
	is_done = build_close(reader->build) != NULL && (text.len == 0 || add_text(reader, "$text", text)) &&
		  build_close(reader->build) != NULL;
	reader->text_len = 0;
	keep(reader, is_done);
}

static void on_text(void *context, const xmlChar *text, int len)
{
	struct xml_document_reader *reader = context;
	size_t room = TEXT_BYTES_MAX - reader->text_len;
	size_t taken = len <= 0 ? 0 : (size_t)len < room ? (size_t)len : room;

	memcpy(reader->text + reader->text_len, text, taken);
	reader->text_len += taken;
}

static void on_document_type(void *context, const xmlChar *name, const xmlChar *public_id,
			     const xmlChar *system_id)
{
	struct xml_document_reader *reader = context;

	(void)name;
	(void)public_id;
	(void)system_id;
	keep(reader, build_fail(reader->build, STATUS_INVALID, spot_now(reader), "take the DOCTYPE out",
				"a document type is not read"));
}

/* The first line of what libxml2 says, which names elements and not the user's values. */
static bool tell_broken(struct xml_document_reader *reader)
{
	const xmlError *error = xmlCtxtGetLastError(reader->context);
	struct bytes words = bytes_of(error == NULL ? NULL : error->message);
	struct spot spot = spot_now(reader);

	if (error != NULL && error->line > 0)
		spot.line = (uint32_t)error->line;
	words = bytes_slice(bytes_trim(bytes_split(&words, '\n')), 0, 200);
	return build_fail(reader->build, STATUS_INVALID, spot, "mend the XML", "not well-formed: %.*s",
			  BYTES_PRINT(words));
}

bool xml_document_is(struct bytes text)
{
	struct bytes trimmed = bytes_trim(text);

	return trimmed.len > 1 && trimmed.data[0] == '<' &&
	       (trimmed.data[1] == '?' || trimmed.data[1] == '!' || ascii_is_alpha(trimmed.data[1]));
}

bool xml_document_read(struct bytes text, struct build *build)
{
	xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
				 .startElementNs = on_start,
				 .endElementNs = on_end,
				 .characters = on_text,
				 .cdataBlock = on_text,
				 .ignorableWhitespace = on_text,
				 .internalSubset = on_document_type};
	struct xml_document_reader *reader = arena_alloc(&build->document->arena, sizeof(*reader));
	int result;

	text = bytes_trim(text);
	if (xml_is_crowded(text))
		return build_fail(build, STATUS_LIMIT, (struct spot){.line = 1, .column = 1},
				  "give an element fewer attributes",
				  "an element with more than %d attributes is not read",
				  LIMIT_XML_ATTRIBUTES);
	if (reader != NULL)
		*reader = (struct xml_document_reader){
			.build = build, .context = xmlCreatePushParserCtxt(&handler, reader, NULL, 0, NULL)};
	if (reader == NULL || reader->context == NULL)
		return build_fail(build, STATUS_NO_MEMORY, (struct spot){0}, "give the sensor more memory",
				  "no memory for this file");
	xmlCtxtUseOptions(reader->context, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	result = xmlParseChunk(reader->context, text.data, (int)text.len, 1);
	if (!reader->has_failed && (result != 0 || !reader->context->wellFormed || build->depth > 0 ||
				    build->document->root == NULL))
		reader->has_failed = !tell_broken(reader);
	xmlFreeParserCtxt(reader->context);
	return !reader->has_failed;
}
