#include "parsers/base/limits.h"
#include "rules/scan_values.h"

struct writer {
	char *text;
	size_t len, size;
};

static void put(struct writer *writer, char byte)
{
	if (writer->len < writer->size)
		writer->text[writer->len++] = byte;
}

/* RFC 6901 section 3: ~0 stands for '~', ~1 for '/'. */
static void put_step(struct writer *writer, bool is_index, uint32_t index, struct bytes key, bool is_folded)
{
	char digits[12];
	size_t at = sizeof(digits);

	put(writer, '/');
	if (is_index && is_folded) {
		put(writer, '-');
	} else if (is_index) {
		do {
			digits[--at] = (char)('0' + index % 10);
			index /= 10;
		} while (index > 0);
		for (; at < sizeof(digits); at++)
			put(writer, digits[at]);
	}
	for (size_t i = 0; !is_index && i < key.len; i++) {
		if (key.data[i] == '~' || key.data[i] == '/') {
			put(writer, '~');
			put(writer, key.data[i] == '~' ? '0' : '1');
		} else {
			put(writer, key.data[i]);
		}
	}
}

bool values_is_in_array(const struct scan_values *values, const struct scan_value *value)
{
	bool is_in_array = value->is_in_array;

	for (uint32_t at = value->container; at != 0 && !is_in_array; at = values->containers[at - 1].parent)
		is_in_array = values->containers[at - 1].is_in_array;
	return is_in_array;
}

size_t values_pointer(const struct scan_values *values, const struct scan_value *value, bool is_folded,
		      char *text, size_t size)
{
	uint32_t chain[LIMIT_JSON_DEPTH + 1];
	struct writer writer = {.text = text, .size = size};
	size_t depth = 0;

	if (!value->is_json || value->container == 0)
		return 0;
	/* The root has no step of its own. */
	for (uint32_t at = value->container; values->containers[at - 1].parent != 0;
	     at = values->containers[at - 1].parent)
		chain[depth++] = at;
	while (depth > 0) {
		const struct scan_container *container = &values->containers[chain[--depth] - 1];

		put_step(&writer, container->is_in_array, container->index, container->key, is_folded);
	}
	put_step(&writer, value->is_in_array, value->index, value->name, is_folded);
	return writer.len;
}
