/* multipart and xml_read, each with its hostile twin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "parsers/multipart.h"
#include "parsers/xml_read.h"

static struct bytes show(struct bytes text)
{
	return text.data == NULL ? BYTES("-") : text;
}

/* Parts as "name|file|type|content;", then "!" with the error. */
static const char *parts_of(struct bytes content, const char *type)
{
	static char out[4096];
	struct multipart multipart;
	struct multipart_part part;
	size_t len = 0;

	out[0] = '\0';
	multipart_open(&multipart, content, bytes_of(type));
	while (multipart_next(&multipart, &part)) {
		struct bytes name = show(part.name), file = show(part.file_name),
			     own = show(part.content_type);

		len += (size_t)snprintf(out + len, sizeof(out) - len, "%.*s|%.*s|%.*s|%.*s;",
					BYTES_PRINT(name), BYTES_PRINT(file), BYTES_PRINT(own),
					BYTES_PRINT(part.content));
		assert_true(len < sizeof(out));
	}
	if (multipart.error != NULL)
		snprintf(out + len, sizeof(out) - len, "!%s", multipart.error);
	return out;
}

#define FORM "multipart/form-data; boundary=x"

static void reads_parts(void **state)
{
	static const struct {
		const char *type, *content, *expected;
	} rows[] = {
		{FORM, "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n", "a|-|-|1;"},
		{FORM,
		 "preamble\r\n--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--\r\nepilogue",
		 "a|-|-|1;"},
		{FORM, "--x\nContent-Disposition: form-data; name=a\n\n1\n--x--", "a|-|-|1;"},
		{FORM,
		 "--x\r\ncontent-disposition: form-data; filename=\"a;b.png\"; name=\"f\"\r\n"
		 "Content-Type: image/png\r\n\r\nP\r\nQ\r\n--x\r\n\r\n\r\n--x--",
		 "f|a;b.png|image/png|P\r\nQ;-|-|-|;"},
		{"multipart/mixed; charset=\"a;b\"; Boundary=\"a b\"",
		 "--a b\r\n\r\n1\r\n--a b  \r\n\r\n2\r\n--a b--", "-|-|-|1;-|-|-|2;"},
		/* a line that only begins like the boundary is content */
		{FORM, "--x\r\n\r\n--xy\r\n--x--", "-|-|-|--xy;"},
		{FORM, "--x\r\n\r\n--x--", "-|-|-|;"},
		/* a multipart inside stays one part */
		{FORM,
		 "--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\n1\r\n--y--\r\n--x--",
		 "-|-|multipart/mixed; boundary=y|--y\r\n\r\n1\r\n--y--;"},
		{FORM, "--x--", ""},
		{FORM, "", "!the boundary is not there"},
		{FORM, "a=b", "!the boundary is not there"},
		{FORM, "--x", "!the last boundary is missing"},
		{FORM, "--x\r\n\r\n1\r\n--x\r\n\r\n2", "-|-|-|1;!the last boundary is missing"},
		{FORM, "--x\r\nno head\r\n--x--", "!a part's head has no end"},
		{"multipart/form-data", "--x--", "!no boundary"},
		{"multipart/form-data; boundary=", "--x--", "!no boundary"},
		{"multipart/form-data; boundary=\"", "--x--", "!the boundary is not there"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(parts_of(bytes_of(rows[i].content), rows[i].type), rows[i].expected);
}

static void bounds_parts(void **state)
{
	size_t count = LIMIT_MULTIPART_PARTS + 2, len = 0;
	char *text = malloc(count * 16 + LIMIT_PART_HEAD_BYTES);
	struct multipart multipart;
	struct multipart_part part;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(text + len, 16, "--x\r\n\r\n\r\n");
	multipart_open(&multipart, (struct bytes){text, len}, BYTES(FORM));
	while (multipart_next(&multipart, &part))
		;
	assert_true(multipart.is_ceiling);
	assert_int_equal(multipart.count, LIMIT_MULTIPART_PARTS);
	assert_false(multipart_next(&multipart, &part));
	len = (size_t)snprintf(text, 16, "--x\r\n");
	memset(text + len, 'h', LIMIT_PART_HEAD_BYTES + 10);
	len += LIMIT_PART_HEAD_BYTES + 10;
	len += (size_t)snprintf(text + len, 32, "\r\n\r\n1\r\n--x--");
	multipart_open(&multipart, (struct bytes){text, len}, BYTES(FORM));
	assert_false(multipart_next(&multipart, &part));
	assert_true(multipart.is_ceiling);
	free(text);
}

/* Every cut of a good one: it ends, and says what is missing. */
static void survives_every_cut(void **state)
{
	static const char whole[] = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
				    "--x\r\nContent-Type: text/plain\r\n\r\n2\r\n--x--\r\n";

	(void)state;
	for (size_t len = 0; len < sizeof(whole); len++) {
		char *copy = malloc(len + 1);
		const char *shown;

		assert_non_null(copy);
		memcpy(copy, whole, len);
		shown = parts_of((struct bytes){copy, len}, FORM);
		if (len < sizeof(whole) - 3)
			assert_non_null(strchr(shown, '!'));
		free(copy);
	}
}

/* -- XML ----------------------------------------------------------------------- */

static size_t element_show(const struct xml_element *element, char *out, size_t size)
{
	size_t len = (size_t)snprintf(out, size, "<%.*s", BYTES_PRINT(element->name));

	for (const struct xml_attribute *at = element->attributes; at != NULL; at = at->next)
		len += (size_t)snprintf(out + len, size - len, " %.*s=%.*s", BYTES_PRINT(at->name),
					BYTES_PRINT(at->value));
	len += (size_t)snprintf(out + len, size - len, ">%.*s", BYTES_PRINT(element->text));
	for (const struct xml_element *child = element->children; child != NULL; child = child->next)
		len += element_show(child, out + len, size - len);
	return len + (size_t)snprintf(out + len, size - len, "/");
}

static enum xml_outcome outcome_of(struct bytes text, char *out, size_t size)
{
	struct xml_reading reading;
	struct arena arena;
	enum xml_outcome outcome;

	arena_init(&arena, 16 * MIB);
	xml_read(text, &arena, &reading);
	outcome = reading.outcome;
	out[0] = '\0';
	if (outcome == XML_READ)
		element_show(reading.root, out, size);
	else
		snprintf(out, size, "%s", reading.error);
	arena_finish(&arena);
	return outcome;
}

/* A tag of more attributes than libxml2 gets through in time, in plain sight and hidden by an encoding. */
static void crowds_are_refused(void **state)
{
	static const char *const declarations[] = {"", "<?xml version='1.0' encoding='ISO-8859-1'?>",
						   "<?xml version='1.0' encoding='IBM037'?>",
						   "<?xml version='1.0' encoding='UTF-7'?>", "\xff\xfe<"};
	const size_t room = 128 * KIB;
	char *text = malloc(room), shown[64];

	(void)state;
	for (size_t i = 0; i < sizeof(declarations) / sizeof(declarations[0]); i++) {
		size_t len = (size_t)snprintf(text, room, "%s<a", declarations[i]);

		for (unsigned number = 0; len + 32 < room; number++)
			len += (size_t)snprintf(text + len, room - len, " a%x = ''", number);
		len += (size_t)snprintf(text + len, room - len, "/>");
		assert_int_equal(outcome_of((struct bytes){text, len}, shown, sizeof(shown)), XML_CEILING);
		assert_string_equal(shown, "too many attributes");
	}
	free(text);
	/* Many elements of few attributes, and text full of "=", are nothing odd. */
	assert_false(xml_is_crowded(BYTES("<a b='1' c=\"2\">x = y = z ====== <d e='f'/></a>")));
	assert_false(xml_is_crowded(BYTES("<?xml version='1.0' encoding='utf-8'?><a/>")));
}

static void reads_elements(void **state)
{
	static const struct {
		const char *text;
		enum xml_outcome outcome;
		const char *shown;
	} rows[] = {
		{"<a/>", XML_READ, "<a>/"},
		{"<?xml version='1.0'?><!-- c --><a b='1' c='&lt;2'>x<d/>y&amp;<![CDATA[<z>]]></a>", XML_READ,
		 "<a b=1 c=<2>xy&<z><d>//"},
		{"<p:a xmlns:p='urn:x'><p:b>1</p:b><b>2</b></p:a>", XML_READ, "<a><b>1/<b>2//"},
		{"<a>&#x41;&#66;</a>", XML_READ, "<a>AB/"},
		{"<a><b></a>", XML_MALFORMED, "not well-formed"},
		{"<a>", XML_MALFORMED, "not well-formed"},
		{"", XML_MALFORMED, "not well-formed"},
		{"text", XML_MALFORMED, "not well-formed"},
		{"<a/><b/>", XML_MALFORMED, "not well-formed"},
		{"<a>&unknown;</a>", XML_MALFORMED, "not well-formed"},
		{"<a b='1' b='2'/>", XML_MALFORMED, "not well-formed"},
		{"<!DOCTYPE a><a/>", XML_MALFORMED, "a document type"},
		{"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", XML_MALFORMED,
		 "a document type"},
		{"<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '&x;&x;&x;&x;'>]><a>&y;</a>", XML_MALFORMED,
		 "a document type"},
	};
	char out[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(outcome_of(bytes_of(rows[i].text), out, sizeof(out)), rows[i].outcome);
		assert_string_equal(out, rows[i].shown);
	}
}

static void bounds_elements(void **state)
{
	size_t size = 4 * MIB, len = 0;
	char *text = malloc(size), out[64];

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < LIMIT_XML_DEPTH + 1; i++)
		len += (size_t)snprintf(text + len, 4, "<a>");
	assert_int_equal(outcome_of((struct bytes){text, len}, out, sizeof(out)), XML_CEILING);
	/* more elements than the arena holds */
	len = (size_t)snprintf(text, 8, "<a>");
	while (len + 16 < size)
		len += (size_t)snprintf(text + len, 5, "<b/>");
	len += (size_t)snprintf(text + len, 5, "</a>");
	assert_int_equal(outcome_of((struct bytes){text, len}, out, sizeof(out)), XML_CEILING);
	free(text);
}

static size_t tag_write(char *text, size_t size, size_t space_count)
{
	size_t len = (size_t)snprintf(text, size, "<a");

	for (size_t i = 0; i < space_count; i++)
		len += (size_t)snprintf(text + len, size - len, " xmlns:a%zu='u'", i);
	return len + (size_t)snprintf(text + len, size - len, ">");
}

/* Namespaces count where they are in force: side by side any number, inside one another so many. */
static void counts_namespaces(void **state)
{
	size_t size = 1 * MIB, len = 3;
	char *text = malloc(size), out[128];

	(void)state;
	assert_non_null(text);
	memcpy(text, "<r>", len);
	for (int i = 0; i < 4; i++) {
		len += tag_write(text + len, size - len, LIMIT_XML_NAMESPACES);
		len += (size_t)snprintf(text + len, size - len, "</a>");
	}
	len += (size_t)snprintf(text + len, size - len, "</r>");
	assert_int_equal(outcome_of((struct bytes){text, len}, out, sizeof(out)), XML_READ);
	assert_string_equal(out, "<r><a>/<a>/<a>/<a>//");
	len = tag_write(text, size, LIMIT_XML_NAMESPACES);
	len += tag_write(text + len, size - len, 1);
	assert_int_equal(outcome_of((struct bytes){text, len}, out, sizeof(out)), XML_CEILING);
	assert_string_equal(out, "too many namespaces");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_parts),        cmocka_unit_test(bounds_parts),
		cmocka_unit_test(survives_every_cut), cmocka_unit_test(crowds_are_refused),
		cmocka_unit_test(reads_elements),     cmocka_unit_test(bounds_elements),
		cmocka_unit_test(counts_namespaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
