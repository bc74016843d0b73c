#include "parsers/xml_read.h"

#include <libxml/parser.h>
#include <string.h>

#include "parsers/base/limits.h"

/* Text comes in pieces: an element's are joined when it ends. */
struct piece {
	struct bytes text;
	struct piece *next;
};

struct open_element {
	struct xml_element *element;
	struct xml_element **last_child; /* where the next child is hung in */
	struct piece *pieces, **last_piece;
	size_t text_len;
	size_t space_count; /* namespaces in force: its own and those around it */
};

struct reading {
	xmlParserCtxt *context;
	struct arena *arena;
	struct open_element open[LIMIT_XML_DEPTH];
	size_t depth, value_count;
	struct xml_element *root;
	const char *error;
	bool is_ceiling;
};

static void stop(struct reading *reading, bool is_ceiling, const char *error)
{
	if (reading->error == NULL) {
		reading->error = error;
		reading->is_ceiling = is_ceiling;
	}
	xmlStopParser(reading->context);
}

/* A copy of what libxml2 lends; false (stopped) without memory. */
static bool copy(struct reading *reading, const xmlChar *text, size_t len, struct bytes *out_text)
{
	*out_text = text == NULL || len == 0
			    ? BYTES("")
			    : arena_copy(reading->arena, (struct bytes){(const char *)text, len});
	if (out_text->data != NULL)
		return true;
	stop(reading, true, "memory ceiling");
	return false;
}

static bool copy_name(struct reading *reading, const xmlChar *text, struct bytes *out_text)
{
	return copy(reading, text, text == NULL ? 0 : strlen((const char *)text), out_text);
}

static bool count_value(struct reading *reading)
{
	if (++reading->value_count <= LIMIT_BODY_VALUES)
		return true;
	stop(reading, true, "too many values");
	return false;
}

/* Adds those around it; false (stopped) at the ceiling. */
static bool count_spaces(struct reading *reading, size_t *space_count)
{
	if (reading->depth > 0)
		*space_count += reading->open[reading->depth - 1].space_count;
	if (*space_count <= LIMIT_XML_NAMESPACES)
		return true;
	stop(reading, true, "too many namespaces");
	return false;
}

/* libxml2 lends five runs an attribute: name, prefix, URI, value and its end. */
static bool take_attributes(struct reading *reading, const xmlChar **list, size_t count,
			    struct xml_element *element)
{
	struct xml_attribute **last = &element->attributes;

	for (size_t i = 0; i < count; i++, list += 5) {
		struct xml_attribute *attribute = arena_alloc(reading->arena, sizeof(*attribute));

		if (attribute == NULL) {
			stop(reading, true, "memory ceiling");
			return false;
		}
		if (!count_value(reading) || !copy_name(reading, list[0], &attribute->name) ||
		    !copy_name(reading, list[2], &attribute->space) ||
		    !copy(reading, list[3], (size_t)(list[4] - list[3]), &attribute->value))
			return false;
		*last = attribute;
		last = &attribute->next;
	}
	return true;
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *space,
		     int space_count, const xmlChar **spaces, int attribute_count, int defaulted_count,
		     const xmlChar **attributes)
{
	struct reading *reading = context;
	size_t in_force = (size_t)space_count;
	struct xml_element *element;
	struct open_element *up;

	(void)prefix;
	(void)spaces;
	(void)defaulted_count;
	if (reading->error != NULL)
		return;
	element = arena_alloc(reading->arena, sizeof(*element));
	if (element == NULL || reading->depth == LIMIT_XML_DEPTH) {
		stop(reading, true, element == NULL ? "memory ceiling" : "nested too deeply");
		return;
	}
	element->text = BYTES("");
	if (!count_spaces(reading, &in_force) || !count_value(reading) ||
	    !copy_name(reading, name, &element->name) || !copy_name(reading, space, &element->space) ||
	    !take_attributes(reading, attributes, (size_t)attribute_count, element))
		return;
	if (reading->depth == 0) {
		reading->root = element;
	} else {
		up = &reading->open[reading->depth - 1];
		*up->last_child = element;
		up->last_child = &element->next;
	}
	up = &reading->open[reading->depth++];
	*up = (struct open_element){
		.element = element, .last_child = &element->children, .space_count = in_force};
	up->last_piece = &up->pieces;
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
	struct reading *reading = context;
	struct open_element *open;
	size_t len = 0;
	char *text;

	(void)name;
	(void)prefix;
	(void)space;
	if (reading->error != NULL || reading->depth == 0)
		return;
	open = &reading->open[--reading->depth];
	if (open->pieces == NULL)
		return;
	if (open->pieces->next == NULL) {
		open->element->text = open->pieces->text;
		return;
	}
	text = arena_alloc(reading->arena, open->text_len + 1);
	if (text == NULL) {
		stop(reading, true, "memory ceiling");
		return;
	}
	for (const struct piece *piece = open->pieces; piece != NULL; piece = piece->next) {
		memcpy(text + len, piece->text.data, piece->text.len);
		len += piece->text.len;
	}
	open->element->text = (struct bytes){.data = text, .len = len};
}

static void on_text(void *context, const xmlChar *text, int len)
{
	struct reading *reading = context;
	struct open_element *open;
	struct piece *piece;

	if (reading->error != NULL || reading->depth == 0 || len <= 0)
		return;
	open = &reading->open[reading->depth - 1];
	piece = arena_alloc(reading->arena, sizeof(*piece));
	if (piece == NULL) {
		stop(reading, true, "memory ceiling");
		return;
	}
	if (!copy(reading, text, (size_t)len, &piece->text))
		return;
	*open->last_piece = piece;
	open->last_piece = &piece->next;
	open->text_len += piece->text.len;
}

static void on_document_type(void *context, const xmlChar *name, const xmlChar *public_id,
			     const xmlChar *system_id)
{
	(void)name;
	(void)public_id;
	(void)system_id;
	stop(context, false, "a document type");
}

static struct xml_reading refused(const struct reading *reading)
{
	long at = xmlByteConsumed(reading->context);
	int code = reading->context->errNo;
	bool is_ceiling = reading->is_ceiling || code == XML_ERR_NO_MEMORY;

	return (struct xml_reading){.outcome = is_ceiling ? XML_CEILING : XML_MALFORMED,
				    .error_offset = at > 0 ? (size_t)at : 0,
				    .error = reading->error != NULL ? reading->error : "not well-formed"};
}

static bool is_quoted(struct bytes text, size_t at)
{
	while (at < text.len && ascii_is_space(text.data[at]))
		at++;
	return at < text.len && (text.data[at] == '"' || text.data[at] == '\'');
}

/* What the declaration says; empty when it says nothing. */
static struct bytes encoding_of(struct bytes text)
{
	size_t end = bytes_find(text, BYTES("?>")), at;
	struct bytes declaration = bytes_slice(text, 0, end == BYTES_NOT_FOUND ? text.len : end);
	char quote;

	if (!bytes_starts(text, BYTES("<?xml")))
		return BYTES("");
	at = bytes_find(declaration, BYTES("encoding"));
	declaration = at == BYTES_NOT_FOUND ? BYTES("") : bytes_from(declaration, at);
	at = 0;
	while (at < declaration.len && declaration.data[at] != '"' && declaration.data[at] != '\'')
		at++;
	if (at == declaration.len)
		return BYTES("");
	quote = declaration.data[at];
	declaration = bytes_from(declaration, at + 1);
	return bytes_split(&declaration, quote);
}

/* Are "<", "=" and quotes the bytes they are in ASCII? */
static bool is_open(struct bytes text)
{
	static const struct bytes families[] = {BYTES_INIT("utf-8"), BYTES_INIT("us-ascii"),
						BYTES_INIT("iso-8859-"), BYTES_INIT("windows-125")};
	struct bytes encoding;

	if (bytes_starts(text, BYTES("\xef\xbb\xbf")))
		text = bytes_from(text, 3);
	if (text.len == 0 || (text.data[0] != '<' && !ascii_is_space(text.data[0])) ||
	    bytes_find_byte(bytes_slice(text, 0, 4), '\0') != BYTES_NOT_FOUND)
		return false;
	encoding = encoding_of(text);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (encoding.len >= families[i].len &&
		    bytes_equal_nocase(bytes_slice(encoding, 0, families[i].len), families[i]))
			return true;
	return encoding.len == 0;
}

/* XML 1.0 section 3.1: no "<" stands inside a tag, so a tag lies between two of them, whatever else is
 * around it; and each attribute has its "=" and a quote. */
bool xml_is_crowded(struct bytes text)
{
	if (!is_open(text))
		return text.len > LIMIT_XML_HIDDEN_BYTES;
	for (struct bytes rest = text; rest.data != NULL;) {
		struct bytes run = bytes_split(&rest, '<');
		size_t count = 0, at;

		while ((at = bytes_find_byte(run, '=')) != BYTES_NOT_FOUND) {
			count += is_quoted(run, at + 1);
			if (count > LIMIT_XML_ATTRIBUTES)
				return true;
			run = bytes_from(run, at + 1);
		}
	}
	return false;
}

void xml_read(struct bytes text, struct arena *arena, struct xml_reading *out_reading)
{
	xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
				 .startElementNs = on_start,
				 .endElementNs = on_end,
				 .characters = on_text,
				 .cdataBlock = on_text,
				 .ignorableWhitespace = on_text,
				 .internalSubset = on_document_type};
	struct reading *reading = arena_alloc(arena, sizeof(*reading));
	xmlParserCtxt *context;
	int result;

	*out_reading = (struct xml_reading){.outcome = XML_CEILING, .error = "memory ceiling"};
	if (reading == NULL)
		return;
	if (xml_is_crowded(text)) {
		out_reading->error = "too many attributes";
		return;
	}
	context = xmlCreatePushParserCtxt(&handler, reading, NULL, 0, NULL);
	if (context == NULL)
		return;
	*reading = (struct reading){.context = context, .arena = arena};
	xmlCtxtUseOptions(context, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	result = xmlParseChunk(context, text.data, (int)text.len, 1);
	if (result == 0 && reading->error == NULL && context->wellFormed && reading->root != NULL &&
	    reading->depth == 0)
		*out_reading = (struct xml_reading){.outcome = XML_READ, .root = reading->root};
	else
		*out_reading = refused(reading);
	xmlFreeParserCtxt(context);
}
