/*
 * conform: an exchange of an OData service against its model. The path is walked again, this time to say what
 * is odd about it.
 */
#include "specs/conform_odata.h"

#include "parsers/batch.h"
#include "specs/odata_payload.h"
#include "specs/odata_query.h"
#include "specs/path.h"

/* An identifier is shown, anything else may be a value. */
static bool is_plain(struct bytes name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!ascii_is_alpha(name.data[i]) && name.data[i] != '_' && name.data[i] != '.' &&
		    name.data[i] != '$' && name.data[i] != '-')
			return false;
	return name.len <= 64;
}

static void tell_notes(const struct checking *checking, const struct odata_notes *notes)
{
	for (size_t i = 0; i < notes->count; i++) {
		const struct odata_note *note = &notes->list[i];
		struct bytes name = is_plain(note->name) ? note->name : BYTES("");

		departure_add(checking, &(struct departure){
						.part = note->part,
						.keyword = note->keyword,
						.name = name,
						.pointer = BYTES(""),
						.expected = note->expected,
						.observed = note->value.len == 0
								    ? BYTES("absent")
								    : observed_shape(checking, note->value)});
	}
}

static bool is_read(const struct message *message, const struct body_reading *reading)
{
	return message->is_seen && message->body.state == BODY_WHOLE && reading->kind == BODY_JSON;
}

static void tell_malformed(const struct checking *checking, const struct body_reading *reading)
{
	departure_add(checking,
		      &(struct departure){
			      .part = PART_BODY,
			      .keyword = KEYWORD_MALFORMED,
			      .pointer = BYTES(""),
			      .expected = BYTES("a body as its media type says"),
			      .observed = arena_printf(&checking->exchange->arena, "%s at byte %zu",
						       reading->error == NULL ? "unreadable" : reading->error,
						       reading->error_offset)});
}

static void check_request(const struct odata_payload *payload, const struct odata_path *path,
			  const struct body_reading *reading, struct bytes method)
{
	const struct checking *checking = payload->checking;
	struct odata_payload inner = *payload;

	if (reading->kind == BODY_MALFORMED && path->end != ODATA_BATCH)
		tell_malformed(checking, reading);
	if (!is_read(&checking->exchange->request, reading))
		return;
	inner.is_create = bytes_equal(method, BYTES("POST"));
	if (path->end == ODATA_ACTION)
		odata_arguments_check(payload, path->function, reading->json);
	else if (path->end == ODATA_COLLECTION || path->end == ODATA_ENTITY || path->end == ODATA_PROPERTY)
		odata_payload_check(&inner, path, reading->json);
}

/* OData 4.01 JSON Format section 21: an error body is no entity. Neither is what a proxy answers. */
static void check_response(const struct odata_payload *payload, const struct odata_path *path,
			   const struct body_reading *reading)
{
	const struct checking *checking = payload->checking;
	const struct exchange *exchange = checking->exchange;

	if (exchange->status < 200 || exchange->status > 299 || exchange->status == 206)
		return;
	if (reading->kind == BODY_MALFORMED && path->end != ODATA_BATCH)
		tell_malformed(checking, reading);
	if (!is_read(&exchange->response, reading) || yyjson_obj_get(reading->json, "error") != NULL)
		return;
	if (path->end == ODATA_COLLECTION || path->end == ODATA_ENTITY || path->end == ODATA_PROPERTY ||
	    ((path->end == ODATA_FUNCTION || path->end == ODATA_ACTION) && path->function->has_return &&
	     path->function->next == NULL))
		odata_payload_check(payload, path, reading->json);
}

/* $apply and $compute make new names; $crossjoin and $all have several types: then no name is judged. */
static bool has_own_names(const struct exchange *exchange)
{
	return bytes_find(exchange->query, BYTES("apply=")) != BYTES_NOT_FOUND ||
	       bytes_find(exchange->query, BYTES("compute=")) != BYTES_NOT_FOUND;
}

static size_t base_count(struct bytes base_path)
{
	size_t count = 0;

	for (size_t i = 0; i < base_path.len; i++)
		count += base_path.data[i] == '/';
	return count;
}

/* Parts are judged on their own; here is told which are none. */
static void check_batch(const struct checking *checking, const struct body_reading *request,
			const struct body_reading *response)
{
	struct exchange *part;
	struct batch batch;

	batch_open(&batch, checking->exchange, request->json, response->json);
	while ((part = batch_next(&batch)) != NULL)
		exchange_free(part);
	if (batch.broken_count == 0 && !batch.is_cut)
		return;
	departure_add(checking,
		      &(struct departure){
			      .part = PART_BODY,
			      .keyword = KEYWORD_ODATA_BATCH,
			      .pointer = BYTES(""),
			      .expected = batch.is_cut ? BYTES("fewer parts")
						       : BYTES("an HTTP message in each part"),
			      .observed = arena_printf(&checking->exchange->arena, "%zu broken of %u parts",
						       batch.broken_count, (unsigned)batch.part_count)});
}

void odata_check(struct checking *checking, const struct body_reading *request,
		 const struct body_reading *response)
{
	const struct match *match = checking->match;
	const struct odata *odata = match->api->spec->odata;
	struct exchange *exchange = checking->exchange;
	struct arena *arena = &exchange->arena;
	struct odata_notes notes = {.count = 0};
	struct odata_payload payload = {.checking = checking, .csdl = odata_csdl(odata)};
	struct odata_context context = {.csdl = payload.csdl, .notes = &notes, .arena = arena};
	size_t used = base_count(match->base_path);
	struct path_segments *segments = arena_alloc(arena, sizeof(*segments));
	struct odata_path *path = arena_alloc(arena, sizeof(*path));

	if (segments == NULL || path == NULL || !path_split(exchange->path, arena, segments) ||
	    segments->count < used)
		return;
	odata_path_read(odata, segments->list + used, segments->count - used, arena, path, &notes);
	if (path->end != ODATA_UNKNOWN && match->kind == MATCH_OPERATION) {
		context.type = has_own_names(exchange) ? NULL : path->value.type;
		context.child =
			path->navigation_count == 0 && path->end != ODATA_ANYTHING ? path->child : NULL;
		odata_query_check(&context, path, exchange);
	}
	tell_notes(checking, &notes);
	if (match->kind != MATCH_OPERATION || path->end == ODATA_UNKNOWN || path->end == ODATA_ANYTHING)
		return;
	if (path->end == ODATA_BATCH && exchange->part == 0)
		check_batch(checking, request, response);
	check_request(&payload, path, request, odata_method(exchange));
	checking->side = SIDE_RESPONSE;
	if (exchange->response.is_seen && !has_own_names(exchange))
		check_response(&payload, path, response);
}
