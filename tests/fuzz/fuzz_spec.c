/*
 * fuzz_spec: the bytes as a contract file: read as YAML or JSON, linted, loaded as a
 * contract, laid over itself, and compared with itself. It aborts when a file is
 * refused without a reason, or differs from itself.
 */
#include <stdlib.h>
#include <string.h>

#include "parsers/base/check.h"
#include "specs/contract.h"
#include "specs/difference.h"
#include "specs/lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* A segment "..": two dots in a name are nothing. */
static bool leads_up(const char *name)
{
	for (struct bytes rest = bytes_of(name); rest.data != NULL;)
		if (bytes_equal(bytes_split(&rest, '/'), BYTES("..")))
			return true;
	return false;
}

static enum status read_only(void *context, const char *name, struct bytes *out_text)
{
	CHECK(name[0] != '/' && !leads_up(name));
	if (strcmp(name, "fuzz.yaml") != 0)
		return STATUS_NOT_FOUND;
	*out_text = *(struct bytes *)context;
	return STATUS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const names[] = {"fuzz.yaml"};
	struct bytes text = {.data = (const char *)data, .len = len};
	struct spec_files files = {.read = read_only, .names = names, .name_count = 1, .context = &text};
	struct spec_name name = {.files = &files, .name = "fuzz.yaml"};
	struct contract *contract = NULL;
	struct differences differences;
	struct lint_report report;
	struct problems problems;

	problems_init(&problems);
	if (lint_file(&files, "fuzz.yaml", &report, &problems) == STATUS_INVALID)
		CHECK(problems.error_count > 0);
	if (contract_load(&files, &problems, &contract) == STATUS_OK)
		contract_free(contract);
	differences_init(&differences);
	if (differences_find(&name, &name, &problems, &differences) == STATUS_OK)
		CHECK(differences.breaking_count == 0);
	differences_finish(&differences);
	problems_finish(&problems);
	return 0;
}
