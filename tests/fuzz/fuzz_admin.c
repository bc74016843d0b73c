/* The admin API without its socket: paths, the Authorization field, token files, and uploads as they are
 * read. */
#include <stdlib.h>

#include "parsers/base/check.h"
#include "sensor/admin/route.h"
#include "sensor/admin/tokens.h"
#include "specs/document.h"
#include "specs/partner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A name that is let through never leads out of a folder. */
static void check_name(struct bytes name)
{
	CHECK(name.len > 0 && name.data[0] != '.');
	CHECK(bytes_find(name, BYTES("..")) == BYTES_NOT_FOUND);
	CHECK(bytes_find_byte(name, '/') == BYTES_NOT_FOUND &&
	      bytes_find_byte(name, '\0') == BYTES_NOT_FOUND);
}

static void read_upload(struct bytes text)
{
	struct document document = {0};
	struct partner_file partner;
	struct problems problems;
	struct arena arena, scratch;

	problems_init(&problems);
	arena_init(&arena, 1 << 20);
	arena_init(&scratch, 1 << 20);
	if (document_read(text, "upload.yaml", &document, &problems) == STATUS_OK) {
		if (partner_is(document.root) &&
		    partner_read(&document, NULL, &arena, &scratch, &problems, &partner) == STATUS_INVALID)
			CHECK(problems.error_count > 0);
		document_finish(&document);
	} else {
		CHECK(problems.error_count > 0);
	}
	arena_finish(&scratch);
	arena_finish(&arena);
	problems_finish(&problems);
}

/* First line: the path. Second: Authorization. Then the body, also read as a token file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes rest = {.data = size == 0 ? "" : (const char *)data, .len = size};
	struct bytes path = bytes_split(&rest, '\n');
	struct bytes authorization = rest.data == NULL ? BYTES("") : bytes_split(&rest, '\n');
	struct tokens *tokens = calloc(1, sizeof(*tokens));
	struct route route;
	char error[256];

	if (tokens == NULL)
		return 0;
	if (route_read(path, &route) && route.partner.len > 0)
		check_name(route.partner);
	if (route_read(path, &route) && route.spec.len > 0)
		check_name(route.spec);
	if (rest.data != NULL) {
		(void)!tokens_read(rest, tokens, error, sizeof(error));
		read_upload(rest);
	}
	(void)tokens_check(tokens, authorization);
	free(tokens);
	return 0;
}
