#include "specs/conform.h"

#include "specs/conform_check.h"

/* -- responses ---------------------------------------------------------------- */

const struct response *operation_response(const struct operation *operation, unsigned status)
{
	const struct response *best = NULL;

	for (size_t i = 0; i < operation->response_count; i++) {
		const struct response *response = &operation->responses[i];

		if (status < response->status_from || status > response->status_to)
			continue;
		if (best == NULL ||
		    response->status_to - response->status_from < best->status_to - best->status_from)
			best = response;
	}
	return best;
}

static void check_header(const struct checking *checking, const struct response_header *header)
{
	const struct message *message = &checking->exchange->response;
	const struct parameter parameter = {.name = header->name,
					    .part = PART_HEADER,
					    .style = STYLE_SIMPLE,
					    .separator = ',',
					    .is_exploded = header->is_exploded,
					    .is_json = header->is_json,
					    .schema = header->schema,
					    .schema_pointer = header->schema_pointer};
	const struct header *line = message_header(message, header->name);

	if (line == NULL && header->is_required && !message->has_unknown_fields)
		departure_add(checking, &(struct departure){.part = PART_HEADER,
							    .keyword = KEYWORD_REQUIRED,
							    .name = header->name,
							    .pointer = BYTES(""),
							    .schema_pointer = header->schema_pointer,
							    .expected = BYTES("a value"),
							    .observed = BYTES("absent")});
	for (; line != NULL; line = message_header_next(message, line))
		parameter_check(checking, &parameter,
				&(struct occurrence){.name = header->name, .value = line->value}, 1);
}

static void tell_status(const struct checking *checking)
{
	struct bytes status = arena_printf(&checking->exchange->arena, "%u", checking->exchange->status);

	departure_add(checking, &(struct departure){.part = PART_STATUS,
						    .keyword = KEYWORD_UNDECLARED,
						    .name = status,
						    .pointer = BYTES(""),
						    .expected = BYTES("a declared status"),
						    .observed = status});
}

/* RFC 9110 sections 6.4.1, 9.3.2, 15.3.5 and 15.4.5: these never have content. */
static bool has_no_content(const struct exchange *exchange)
{
	return exchange->status == 204 || exchange->status == 304 ||
	       bytes_equal(exchange->method, BYTES("HEAD"));
}

static void check_bodiless(const struct checking *checking)
{
	if (checking->exchange->response.body.wire_len > 0 && checking->exchange->status == 204)
		departure_add(
			checking,
			&(struct departure){
				.part = PART_BODY,
				.keyword = KEYWORD_UNEXPECTED,
				.pointer = BYTES(""),
				.expected = BYTES("no body"),
				.observed = arena_printf(
					&checking->exchange->arena, "%llu bytes",
					(unsigned long long)checking->exchange->response.body.wire_len)});
}

static void check_response(const struct checking *checking, const struct body_reading *reading)
{
	const struct exchange *exchange = checking->exchange;
	const struct operation *operation = checking->match->operation;
	const struct response *response = operation_response(operation, exchange->status);

	/* A spec without `responses` promises nothing (legal in 3.1). */
	if (operation->response_count == 0)
		return;
	if (response == NULL) {
		/* A conditional request is the client's and the cache's business, not the contract's. */
		if (exchange->status != 304)
			tell_status(checking);
		return;
	}
	for (size_t i = 0; i < response->header_count; i++)
		check_header(checking, &response->headers[i]);
	/* RFC 9110 section 15.3.7: 206 carries a part of the content. */
	if (has_no_content(exchange))
		check_bodiless(checking);
	else if (response->content.count > 0 && exchange->status != 206)
		content_check(checking, &response->content, reading, &exchange->response);
}

/* -- requests ----------------------------------------------------------------- */

static void check_request(const struct checking *checking, const struct body_reading *reading)
{
	const struct operation *operation = checking->match->operation;
	const struct message *request = &checking->exchange->request;

	parameters_check(checking);
	if (operation->request.is_declared) {
		content_check(checking, &operation->request, reading, request);
		return;
	}
	if (request->body.wire_len == 0)
		return;
	departure_add(checking, &(struct departure){.part = PART_BODY,
						    .keyword = KEYWORD_UNEXPECTED,
						    .pointer = BYTES(""),
						    .expected = BYTES("no body"),
						    .observed = arena_printf(
							    &checking->exchange->arena, "%llu bytes",
							    (unsigned long long)request->body.wire_len)});
}

void conform_check(const struct match *match, struct exchange *exchange, const struct body_reading *request,
		   const struct body_reading *response, struct departures *out)
{
	struct checking checking = {.match = match, .exchange = exchange, .out = out, .side = SIDE_REQUEST};

	if (match->kind != MATCH_OPERATION || match->operation->is_lookalike)
		return;
	if (exchange->request.is_seen)
		check_request(&checking, request);
	checking.side = SIDE_RESPONSE;
	if (exchange->response.is_seen && exchange->status >= 200)
		check_response(&checking, response);
}
