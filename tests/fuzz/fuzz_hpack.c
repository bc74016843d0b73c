/*
 * fuzz_hpack: header blocks of one direction of HTTP/2, one after the other. The first byte: how many fields
 * of the table were not seen, 0 none, 1 a small table's, 2 a large one's. Then blocks, each behind two bytes
 * that say how long it is. It aborts when parsers/hpack.h and nghttp2 do not read the same.
 */
#include <stdlib.h>

#include "tests/unit/parsers/hpack_both_ways.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const size_t seeds[] = {0, HPACK_TABLE_AT_FIRST / HPACK_UNSEEN_COST,
				       LIMIT_HPACK_TABLE / HPACK_UNSEEN_COST};
	struct bytes rest = {(const char *)data + 1, len - 1};
	struct hpack_ways ways;
	bool goes_on = true;

	if (len == 0)
		return 0;
	hpack_ways_begin(&ways, seeds[data[0] % 3]);
	while (goes_on && rest.len >= 2) {
		size_t block_len = (uint8_t)rest.data[0] | (size_t)(uint8_t)rest.data[1] << 8;
		struct bytes block = bytes_slice(rest, 2, block_len);
		char *copy = malloc(block.len + 1);

		CHECK(copy != NULL);
		if (block.len > 0)
			memcpy(copy, block.data, block.len);
		goes_on = hpack_ways_read(&ways, (struct bytes){copy, block.len});
		free(copy);
		rest = bytes_from(rest, 2 + block.len);
	}
	hpack_ways_end(&ways);
	return 0;
}
