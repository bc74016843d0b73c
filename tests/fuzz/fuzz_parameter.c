/*
 * fuzz_parameter: the first byte chooses style, explode and type, the rest is
 * the request target's last segment, the query, a field and a cookie at once. It
 * aborts when departures pass their ceiling or hold what was sent.
 */
#include <stdint.h>
#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "specs/conform.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static enum status no_file(void *context, const char *name, struct bytes *out_text)
{
	*out_text = *(struct bytes *)context;
	return strcmp(name, "api.json") == 0 ? STATUS_OK : STATUS_NOT_FOUND;
}

static struct bytes spec_of(struct arena *arena, unsigned choice)
{
	static const char *const query[] = {"form", "spaceDelimited", "pipeDelimited", "deepObject"};
	static const char *const path[] = {"simple", "label", "matrix", "simple"};
	static const char *const types[] = {
		"{\"type\":\"integer\"}", "{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}",
		"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"boolean\"}}}",
		"{\"anyOf\":[{\"type\":\"array\"},{\"type\":\"number\"}]}"};
	const char *explode = (choice & 16) != 0 ? "true" : "false", *type = types[choice / 4 % 4];

	return arena_printf(
		arena,
		"{\"openapi\":\"3.2.0\",\"paths\":{\"/x/{p}\":{\"get\":{\"parameters\":["
		"{\"name\":\"p\",\"in\":\"path\",\"style\":\"%s\",\"explode\":%s,\"schema\":%s},"
		"{\"name\":\"q\",\"in\":\"query\",\"style\":\"%s\",\"explode\":%s,\"schema\":%s},"
		"{\"name\":\"j\",\"in\":\"query\",\"content\":{\"application/json\":{\"schema\":%s}}},"
		"{\"name\":\"x-h\",\"in\":\"header\",\"explode\":%s,\"schema\":%s},"
		"{\"name\":\"c\",\"in\":\"cookie\",\"style\":\"%s\",\"explode\":%s,\"schema\":%s}]}}}}",
		path[choice % 4], explode, type, query[choice % 4], explode, type, type, explode, type,
		(choice & 32) != 0 ? "cookie" : "form", explode, type);
}

static void judge(const struct contract *contract, struct bytes text)
{
	struct exchange *exchange = exchange_new(NULL);
	struct departure list[LIMIT_DEPARTURES];
	struct departures departures = {.list = list};
	struct body_reading none = {0};
	struct bytes segment = bytes_slice(text, 0, bytes_find_byte(text, '/'));
	struct header fields[2] = {{.name = BYTES("x-h"), .value = text},
				   {.name = BYTES("cookie"), .value = text}};
	struct match match;

	if (exchange == NULL)
		return;
	exchange->method = BYTES("GET");
	exchange->path = arena_printf(&exchange->arena, "/x/" BYTES_FORMAT, BYTES_PRINT(segment));
	exchange->query = text;
	exchange->has_query = true;
	exchange->request = (struct message){.is_seen = true, .headers = fields, .header_count = 2};
	contract_operation(contract, NULL, exchange, &match);
	if (match.kind == MATCH_OPERATION)
		conform_check(&match, exchange, &none, &none, &departures);
	CHECK(departures.count <= LIMIT_DEPARTURES);
	for (size_t i = 0; i < departures.count; i++)
		CHECK(list[i].observed.len < 1000 && list[i].expected.len < 1000);
	exchange_free(exchange);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const names[] = {"api.json"};
	struct contract *contract = NULL;
	struct problems problems;
	struct bytes spec;
	struct spec_files files = {no_file, names, 1, &spec};
	struct arena arena;

	if (len == 0)
		return 0;
	arena_init(&arena, MIB);
	problems_init(&problems);
	spec = spec_of(&arena, data[0]);
	CHECK(contract_load(&files, &problems, &contract) == STATUS_OK && contract != NULL);
	judge(contract, (struct bytes){.data = (const char *)data + 1, .len = len - 1});
	contract_free(contract);
	problems_finish(&problems);
	arena_finish(&arena);
	return 0;
}
