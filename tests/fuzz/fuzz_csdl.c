/*
 * fuzz_csdl: the bytes up to the first NUL as an OData $metadata file, the rest as a request target, against
 * the service that it is; with its query and a body of its own name.
 */
#include <stdlib.h>
#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "parsers/body.h"
#include "specs/conform.h"
#include "specs/contract.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static enum status read_only(void *context, const char *name, struct bytes *out_text)
{
	if (strcmp(name, "m.xml") != 0)
		return STATUS_NOT_FOUND;
	*out_text = *(struct bytes *)context;
	return STATUS_OK;
}

static void ask(const struct contract *contract, struct bytes target)
{
	struct departure room[LIMIT_DEPARTURES];
	struct departures departures = {.list = room};
	struct body_reading request = {0}, response = {0};
	struct exchange *exchange = exchange_new(NULL);
	struct match match;

	if (exchange == NULL)
		return;
	exchange->method = BYTES("GET");
	exchange->path = bytes_split(&target, '?');
	exchange->query = bytes_split(&target, '\n');
	exchange->has_query = exchange->query.len > 0;
	exchange->request.is_seen = exchange->response.is_seen = true;
	exchange->status = 200;
	exchange->response.body =
		(struct body){.content = target, .wire_len = target.len, .state = BODY_WHOLE};
	body_read(exchange, &exchange->request, NULL, &request);
	body_read(exchange, &exchange->response, NULL, &response);
	contract_operation(contract, NULL, exchange, &match);
	conform_check(&match, exchange, &request, &response, &departures);
	exchange_free(exchange);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const names[] = {"m.xml"};
	struct bytes target = {.data = (const char *)data, .len = len}, text = bytes_split(&target, '\0');
	struct spec_files files = {.read = read_only, .names = names, .name_count = 1, .context = &text};
	struct contract *contract = NULL;
	struct problems problems;

	problems_init(&problems);
	if (contract_load(&files, &problems, &contract) == STATUS_OK) {
		CHECK(contract_api_count(contract) > 0 || problems.count > 0 || text.len == 0 ||
		      contract_is_empty(contract));
		if (target.data != NULL)
			ask(contract, target);
		contract_free(contract);
	}
	problems_finish(&problems);
	return 0;
}
