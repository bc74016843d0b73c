/*
 * fuzz_json: a JSON text. It aborts when json_tree reads what yyjson does not, or otherwise.
 */
#include <stdint.h>

#include "tests/unit/parsers/json_both_ways.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	json_both_ways((struct bytes){.data = (const char *)data, .len = len});
	return 0;
}
