/*
 * fuzz_descriptor: bytes as a descriptor set. It aborts when what was refused has no problem, or what was
 * taken has an operation that is not whole.
 */
#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "specs/grpc_descriptor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static enum status give(void *context, const char *name, struct bytes *out_text)
{
	(void)name;
	*out_text = *(const struct bytes *)context;
	return STATUS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes text = {.data = (const char *)data, .len = len};
	const struct spec_files files = {.read = give, .context = &text};
	struct openapi openapi = {0};
	struct problems problems;
	struct arena arena;
	enum status status;

	problems_init(&problems);
	arena_init(&arena, 64 * MIB);
	status = descriptor_load(&files, "a.pb", &arena, &problems, &openapi);
	CHECK(status == STATUS_OK || status == STATUS_NO_MEMORY || problems.error_count > 0);
	for (size_t i = 0; status == STATUS_OK && i < openapi.spec.operation_count; i++) {
		const struct operation *operation = &openapi.spec.operations[i];

		CHECK(operation->template.len > 3 && operation->template.data[0] == '/');
		CHECK(bytes_equal(operation->id, bytes_from(operation->template, 1)));
		CHECK(operation->template.len < 2000);
	}
	openapi_finish(&openapi);
	arena_finish(&arena);
	problems_finish(&problems);
	return 0;
}
