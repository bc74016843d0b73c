/*
 * fuzz_head: the lines of an HTTP/1 head, behind a byte whose lowest bit says that it is a request's. It
 * aborts when the short way and the way line by line do not read the same.
 */
#include "tests/unit/parsers/http1_both_ways.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len >= 2 && len < LIMIT_HEAD_BYTES && data[len - 1] == '\n')
		http1_read_both_ways((struct bytes){.data = (const char *)data + 1, .len = len - 1},
				     data[0] & 1);
	return 0;
}
