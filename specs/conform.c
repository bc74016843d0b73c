#include "specs/conform.h"

#include "parsers/base/limits.h"
#include "specs/conform_check.h"
#include "specs/conform_odata.h"
#include "specs/path.h"
#include "specs/routes.h"

/* Operations that cross the one found, that are tried for one exchange. */
#define CROSSING_MAX 8

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

/* RFC 9110 section 8.6: 204 has no Content-Length. In HTTP/1 what it announces is never read as its body. */
static void check_bodiless(const struct checking *checking)
{
	const struct exchange *exchange = checking->exchange;
	const struct header *announced = message_header(&exchange->response, BYTES("content-length"));
	uint64_t len = exchange->response.body.wire_len;

	if (len == 0 && announced != NULL)
		(void)bytes_to_u64(announced->value, &len);
	if (len > 0 && exchange->status == 204)
		departure_add(checking, &(struct departure){.part = PART_BODY,
							    .keyword = KEYWORD_UNEXPECTED,
							    .pointer = BYTES(""),
							    .expected = BYTES("no body"),
							    .observed = arena_printf(
								    &checking->exchange->arena, "%llu bytes",
								    (unsigned long long)len)});
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

/* RFC 3986 sections 2.1 and 6.2.2.3: a path that reads otherwise to those who resolve it and those who do
 * not. */
static void check_path(const struct checking *checking)
{
	struct departure departure = {.part = PART_PATH, .pointer = BYTES("")};
	struct bytes path = checking->exchange->path;
	bool has_dots = false;

	if (bytes_find_byte(path, '%') == BYTES_NOT_FOUND &&
	    (bytes_find_byte(path, '.') == BYTES_NOT_FOUND ||
	     bytes_find(path, BYTES("/.")) == BYTES_NOT_FOUND))
		return;
	for (size_t at; (at = bytes_find_byte(path, '%')) != BYTES_NOT_FOUND;
	     path = bytes_from(path, at + 1)) {
		if (at + 2 < path.len && ascii_hex_value(path.data[at + 1]) >= 0 &&
		    ascii_hex_value(path.data[at + 2]) >= 0)
			continue;
		departure.keyword = KEYWORD_MALFORMED;
		departure.expected = BYTES("two hexadecimal digits behind each percent sign");
		departure.observed = BYTES("a percent sign that stands alone");
		departure_add(checking, &departure);
		break;
	}
	path = checking->exchange->path;
	while (path.data != NULL && !has_dots) {
		struct bytes segment = path_normalise(bytes_split(&path, '/'), &checking->exchange->arena);

		has_dots = bytes_equal(segment, BYTES(".")) || bytes_equal(segment, BYTES(".."));
	}
	if (!has_dots)
		return;
	departure.keyword = KEYWORD_STYLE;
	departure.expected = BYTES("a path without dot segments");
	departure.observed = BYTES("dot segments");
	departure_add(checking, &departure);
}

static void check_both(struct checking *checking, const struct body_reading *request,
		       const struct body_reading *response)
{
	const struct exchange *exchange = checking->exchange;

	checking->side = SIDE_REQUEST;
	if (exchange->request.is_seen) {
		check_path(checking);
		check_request(checking, request);
	}
	checking->side = SIDE_RESPONSE;
	if (exchange->response.is_seen && exchange->status >= 200)
		check_response(checking, response);
}

/* Operations that look alike on the wire: what fits one of them fits. What fits none is held to the one that
 * it departs from least; past a ceiling nothing is said. */
static void check_alike(const struct checking *checking, const struct body_reading *request,
			const struct body_reading *response)
{
	const struct routes *routes = checking->match->api->spec->routes;
	struct departure lists[2][LIMIT_DEPARTURES];
	struct departures best = {.list = lists[0]};
	struct match match = *checking->match;
	size_t name_count, tries = 0;

	for (; match.operation != NULL; match.operation = routes_next_alike(routes, match.operation)) {
		struct departures found = {.list = best.list == lists[0] ? lists[1] : lists[0]};
		struct checking one = {.match = &match, .exchange = checking->exchange, .out = &found};

		if (++tries > LIMIT_ALIKE)
			return;
		match.value_names = routes_names(routes, match.operation, &name_count);
		check_both(&one, request, response);
		if (found.count == 0)
			return;
		if (tries == 1 || found.count + found.left_out < best.count + best.left_out)
			best = found;
	}
	for (size_t i = 0; i < best.count; i++) {
		struct checking told = {
			.exchange = checking->exchange, .out = checking->out, .side = best.list[i].side};

		departure_add(&told, &best.list[i]);
	}
	checking->out->left_out += best.left_out;
}

/* OpenAPI, Paths Object: where the standard leaves open which of several operations is meant, what fits one
 * of them fits. Only asked when something departs. */
static void check_crossing(const struct checking *checking, const struct body_reading *request,
			   const struct body_reading *response)
{
	const struct match *match = checking->match;
	struct exchange *exchange = checking->exchange;
	struct route_found others[CROSSING_MAX];
	struct path_segments segments;
	size_t count = 0, names;

	if (match->api->spec->routes == NULL || !path_split(exchange->path, &exchange->arena, &segments) ||
	    segments.count < match->base_segments)
		return;
	count = routes_others(match->api->spec->routes,
			      &(struct route_request){.segments = segments.list + match->base_segments,
						      .segment_count = segments.count - match->base_segments,
						      .method = exchange->method,
						      .query = exchange->query,
						      .agreed = match->api->agreed},
			      match->operation, others, CROSSING_MAX);
	for (size_t i = 0; i < count; i++) {
		struct departure list[LIMIT_DEPARTURES];
		struct departures found = {.list = list};
		struct match other = *match;
		struct checking one = {.match = &other, .exchange = exchange, .out = &found};

		other.operation = others[i].operation;
		other.value_names = routes_names(match->api->spec->routes, other.operation, &names);
		other.values = others[i].values;
		other.value_count = names == others[i].value_count ? names : 0;
		check_both(&one, request, response);
		if (found.count == 0) {
			checking->out->count = checking->out->left_out = 0;
			return;
		}
	}
}

void conform_check(const struct match *match, struct exchange *exchange, const struct body_reading *request,
		   const struct body_reading *response, struct departures *out)
{
	struct checking checking = {.match = match, .exchange = exchange, .out = out, .side = SIDE_REQUEST};

	if (match->api != NULL && match->api->spec->odata != NULL && exchange->request.is_seen &&
	    (match->kind == MATCH_OPERATION || match->kind == MATCH_NO_PATH)) {
		odata_check(&checking, request, response);
		return;
	}
	if (match->kind != MATCH_OPERATION)
		return;
	if (match->operation->is_lookalike)
		check_alike(&checking, request, response);
	else
		check_both(&checking, request, response);
	if (out->count > 0)
		check_crossing(&checking, request, response);
}
