/*
 * fuzz_xml: bytes as an XML body. It aborts when the tree is deeper or larger
 * than its ceilings.
 */
#include <stdint.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "parsers/xml_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static size_t count_values(const struct xml_element *element, size_t depth)
{
	size_t count = 1;

	CHECK(depth < LIMIT_XML_DEPTH && element->name.len > 0 && element->text.data != NULL);
	for (const struct xml_attribute *at = element->attributes; at != NULL; at = at->next)
		count++;
	for (const struct xml_element *child = element->children; child != NULL; child = child->next)
		count += count_values(child, depth + 1);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct xml_reading reading;
	struct arena arena;

	arena_init(&arena, 16 * MIB);
	xml_read((struct bytes){.data = (const char *)data, .len = len}, &arena, &reading);
	CHECK((reading.outcome == XML_READ) == (reading.error == NULL));
	if (reading.outcome == XML_READ)
		CHECK(count_values(reading.root, 0) <= LIMIT_BODY_VALUES);
	arena_finish(&arena);
	return 0;
}
