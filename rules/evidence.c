#include "rules/evidence.h"

#include <stdarg.h>
#include <stdio.h>

#include "parsers/base/limits.h"
#include "parsers/grpc.h"
#include "rules/words.h"

#define TEMPLATE_LEN_MAX 300

/* A finding's sentence: what a table shows in one row. */
#define MESSAGE_LEN_MAX 512

/* What gRPC says under a status that is nearly always 200, in the words of HTTP (grpc/grpc,
 * "HTTP to gRPC Status Code Mapping"). */
static unsigned status_of(const struct exchange *exchange)
{
	enum { OK = 0, NOT_FOUND = 5, DENIED = 7, EXHAUSTED = 8, UNIMPLEMENTED = 12, UNAUTHENTICATED = 16 };

	if (exchange->grpc == NULL || exchange->grpc->status == GRPC_NO_STATUS || exchange->status != 200)
		return exchange->status;
	switch (exchange->grpc->status) {
	case OK:
		return 200;
	case NOT_FOUND:
	case UNIMPLEMENTED:
		return 404;
	case DENIED:
		return 403;
	case EXHAUSTED:
		return 429;
	case UNAUTHENTICATED:
		return 401;
	default:
		return 500;
	}
}

const struct address *evidence_client(const struct evidence *evidence)
{
	return evidence->client_pseudonym != NULL ? evidence->client_pseudonym
						  : &evidence->exchange->client.address;
}

bool evidence_is_accepted(const struct evidence *evidence)
{
	unsigned status = status_of(evidence->exchange);

	return status >= 200 && status <= 299;
}

bool evidence_is_refused(const struct evidence *evidence)
{
	switch (status_of(evidence->exchange)) {
	case 401:
	case 403:
	case 404:
	case 405:
	case 429:
		return true;
	default:
		return false;
	}
}

bool evidence_is_complete(const struct evidence *evidence)
{
	const struct exchange *exchange = evidence->exchange;

	return exchange->outcome == EXCHANGE_COMPLETE && exchange->request.gap_len == 0 &&
	       exchange->response.gap_len == 0;
}

bool evidence_has_request(const struct evidence *evidence)
{
	const struct message *request = &evidence->exchange->request;

	return request->is_seen && evidence->match->kind != MATCH_UNKNOWABLE &&
	       (request->oddities & ODDITY_HEAD_CUT) == 0 && !request->has_unknown_fields;
}

const struct operation *evidence_operation(const struct evidence *evidence)
{
	return evidence->match->kind == MATCH_OPERATION ? evidence->match->operation : NULL;
}

/* A learned template folds numbers, not names: none is shown where data was found in the path. */
static bool has_data_in_path(const struct evidence *evidence)
{
	for (size_t i = 0; i < evidence->hits->count; i++) {
		if (evidence->hits->list[i].part == PART_PATH)
			return true;
	}
	return false;
}

struct bytes evidence_target(const struct evidence *evidence, struct arena *arena)
{
	const struct match *match = evidence->match;
	struct bytes method = words_method(evidence->exchange->method);
	struct bytes template = match->template;

	if (!evidence->exchange->request.is_seen)
		return BYTES("a request that was not seen");
	if (match->kind != MATCH_OPERATION && match->removed == NULL) {
		template = words_path(template, arena);
		if (template.len == 0 || has_data_in_path(evidence))
			template = BYTES("an undocumented path");
	}
	return arena_printf(arena, BYTES_FORMAT " " BYTES_FORMAT, BYTES_PRINT(method),
			    BYTES_PRINT(bytes_slice(template, 0, TEMPLATE_LEN_MAX)));
}

int64_t evidence_time_s(const struct evidence *evidence)
{
	const struct exchange *exchange = evidence->exchange;
	uint64_t time_ns = exchange->request.first_ns != 0 ? exchange->request.first_ns : exchange->time_ns;

	return (int64_t)(time_ns / SECONDS);
}

void finding_locate(struct finding *finding, enum side side, enum part part, struct bytes name)
{
	finding->has_location = true;
	finding->side = side;
	finding->part = part;
	finding->name = name;
}

void finding_say(struct finding *finding, struct arena *arena, const char *format, ...)
{
	char text[MESSAGE_LEN_MAX];
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (len < 0)
		return;
	finding->message = arena_copy(
		arena, (struct bytes){.data = text,
				      .len = (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1});
}
