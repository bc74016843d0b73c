/*
 * fuzz_multipart: the first line is a Content-Type, the rest the body. It aborts
 * when a part lies outside the body, or reading does not end.
 */
#include <stdint.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "parsers/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_inside(struct bytes whole, struct bytes part)
{
	CHECK(part.data == NULL ||
	      (part.data >= whole.data && part.data + part.len <= whole.data + whole.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes body = {.data = (const char *)data, .len = len};
	struct bytes type = bytes_split(&body, '\n');
	struct multipart multipart;
	struct multipart_part part;
	size_t count = 0;

	if (body.data == NULL)
		return 0;
	multipart_open(&multipart, body, type);
	while (multipart_next(&multipart, &part)) {
		CHECK(++count <= LIMIT_MULTIPART_PARTS && count <= len);
		check_inside(body, part.head);
		check_inside(body, part.content);
		check_inside(part.head, part.name);
		check_inside(part.head, part.file_name);
		check_inside(part.head, part.content_type);
	}
	CHECK(multipart.error == NULL || multipart.error_offset <= len);
	CHECK(!multipart_next(&multipart, &part));
	return 0;
}
