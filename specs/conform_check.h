/*
 * conform_check: what the files of conform share: where departures go, and how
 * one is told. For conform*.c and parameter*.c only.
 */
#pragma once

#include "parsers/body.h"
#include "specs/contract.h"

struct checking {
	const struct match *match;
	struct exchange *exchange;
	struct departures *out;
	enum side side;
};

/* -- conform_departure.c ---------------------------------------------------------- */
/* `observed` is what was sent: it is masked here. */
void departure_add(const struct checking *checking, const struct departure *departure);
struct bytes observed_shape(const struct checking *checking, struct bytes value);
bool is_utf8(struct bytes text);

/* -- parameter.c ------------------------------------------------------------------- */
void parameters_check(const struct checking *checking);

/* -- parameter_value.c ------------------------------------------------------------- */
/* One parameter as it came: still encoded, one entry an occurrence. */
struct occurrence {
	struct bytes name, value;
	yyjson_val *tree; /* of a form: its value was read already; else NULL */
};

/* The value that the occurrences are, as its style and schema say; NULL when there is none: what is wrong was
 * told, or nothing can be said. */
yyjson_val *parameter_read(const struct checking *checking, const struct parameter *parameter,
			   const struct occurrence *list, size_t count);

void parameter_check(const struct checking *checking, const struct parameter *parameter,
		     const struct occurrence *list, size_t count);

/* -- parameter_pairs.c ------------------------------------------------------------- */
/* Names with texts as a JSON object or array, each text as what the schema makes of it; NULL without memory,
 * or where the schema wants what texts cannot show. */
yyjson_val *pairs_to_object(const struct occurrence *list, size_t count, const struct schema *schema,
			    struct arena *arena);
yyjson_val *texts_to_array(const struct occurrence *list, size_t count, const struct schema *schema,
			   struct arena *arena);

struct bytes number_text(unsigned types, struct bytes text);

/* Bytes that are no text, as a string of as many characters. */
yyjson_val *octets_value(struct bytes content, struct arena *arena);

/* -- parameter.c: names on the wire --------------------------------------------------- */
/* "filter[id]" of "filter" is "id"; BYTES_NONE when it is something else. */
struct bytes deep_name(struct bytes field, struct bytes name);

/* -- conform_form.c ---------------------------------------------------------------- */
struct judging {
	const struct checking *checking;
	const struct media *media; /* NULL: none fits */
	const struct body_reading *reading;
	bool is_text; /* the message says so: text/... */
};

void form_check(const struct judging *judging);
void tell_body(const struct judging *judging, enum keyword keyword, struct bytes expected,
	       struct bytes observed);

/* Checks a value that stands at `pointer` of the body. */
void value_check(const struct judging *judging, const struct schema *schema, yyjson_val *value,
		 struct bytes pointer);

/* -- conform_multipart.c, conform_xml.c, conform_items.c ---------------------------- */
void multipart_check(const struct judging *judging);
void multipart_items_check(const struct judging *judging); /* each part by itemSchema */
void xml_check(const struct judging *judging);
void items_check(const struct judging *judging);

/* -- conform_media.c ---------------------------------------------------------------- */
/* Does the type, perhaps with parameters, fit one of a list like "image/png, image/jpeg; text" with stars? */
bool media_type_fits(struct bytes type, struct bytes list);

/* -- conform_body.c ---------------------------------------------------------------- */
void content_check(const struct checking *checking, const struct content *content,
		   const struct body_reading *reading, const struct message *message);

/* The declared media type that a message's fits best; NULL when none does. */
const struct media *content_media(const struct content *content, const struct message *message);
