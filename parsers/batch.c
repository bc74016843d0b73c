#include "parsers/batch.h"

#include <stdlib.h>

#include "parsers/base/limits.h"

static bool is_type(struct bytes content_type, const char *name)
{
	struct bytes rest = content_type;

	return bytes_equal_nocase(bytes_trim(bytes_split(&rest, ';')), bytes_of(name));
}

static struct bytes content_type_of(const struct message *message)
{
	const struct header *header = message_header(message, BYTES("content-type"));

	return header == NULL ? BYTES_NONE : header->value;
}

static struct bytes text_of(yyjson_val *table, const char *key)
{
	yyjson_val *value = yyjson_obj_get(table, key);

	return (struct bytes){.data = yyjson_get_str(value),
			      .len = yyjson_is_str(value) ? yyjson_get_len(value) : 0};
}

/* A longer one names nothing: all are compared with one another. */
static struct bytes id_of(yyjson_val *table)
{
	struct bytes id = text_of(table, "id");

	return id.len <= LIMIT_BATCH_ID_BYTES ? id : BYTES("");
}

/* Once: an answer may have a million members, and its id be the last. */
static void list_answers(struct batch *batch, yyjson_val *responses)
{
	yyjson_arr_iter tables;
	yyjson_val *table;

	if (!yyjson_arr_iter_init(responses, &tables))
		return;
	batch->answers = arena_alloc(&batch->exchange->arena, LIMIT_BATCH_PARTS * sizeof(*batch->answers));
	while (batch->answers != NULL && batch->answer_count < LIMIT_BATCH_PARTS &&
	       (table = yyjson_arr_iter_next(&tables)) != NULL)
		batch->answers[batch->answer_count++] =
			(struct batch_answer){.id = id_of(table), .table = table};
}

void batch_open(struct batch *batch, struct exchange *exchange, yyjson_val *request, yyjson_val *response)
{
	struct message *messages[2] = {&exchange->request, &exchange->response};
	struct batch_side *sides[2] = {&batch->request, &batch->response};
	size_t word = bytes_find(exchange->path, BYTES("/$batch"));

	*batch = (struct batch){.exchange = exchange};
	if (word == BYTES_NOT_FOUND)
		word = bytes_find_nocase(exchange->path, BYTES("/%24batch"));
	batch->base = bytes_slice(exchange->path, 0, word);
	batch->references = arena_alloc(&exchange->arena, LIMIT_BATCH_PARTS * sizeof(*batch->references));
	batch->is_json = yyjson_arr_iter_init(yyjson_obj_get(request, "requests"), &batch->requests);
	if (batch->is_json)
		list_answers(batch, yyjson_obj_get(response, "responses"));
	for (size_t i = 0; i < 2; i++) {
		struct bytes type = content_type_of(messages[i]);

		if (!is_type(type, "multipart/mixed") || messages[i]->body.state != BODY_WHOLE)
			continue;
		multipart_open(&sides[i]->outer, messages[i]->body.content, type);
		sides[i]->is_open = true;
	}
}

/* -- one HTTP message in a part ------------------------------------------------------------ */

static struct bytes line_split(struct bytes *rest)
{
	struct bytes line = bytes_split(rest, '\n');

	if (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	return line;
}

static struct bytes lower(struct bytes text, struct arena *arena)
{
	char *copy = arena_alloc(arena, text.len + 1);

	for (size_t i = 0; copy != NULL && i < text.len; i++)
		copy[i] = ascii_lower(text.data[i]);
	return (struct bytes){.data = copy, .len = copy == NULL ? 0 : text.len};
}

/* Field lines and body behind the start line. */
static bool read_message(struct bytes rest, const struct message *outer, struct arena *arena,
			 struct message *message)
{
	struct header *headers = arena_alloc(arena, LIMIT_HEAD_FIELDS * sizeof(*headers));

	if (headers == NULL)
		return false;
	message->headers = headers;
	while (rest.data != NULL) {
		struct bytes value = line_split(&rest), name;

		if (value.len == 0)
			break;
		name = bytes_split(&value, ':');
		if (value.data == NULL)
			continue;
		if (message->header_count == LIMIT_HEAD_FIELDS) {
			message->oddities |= ODDITY_HEAD_CUT;
			continue;
		}
		headers[message->header_count++] =
			(struct header){.name = lower(bytes_trim(name), arena), .value = bytes_trim(value)};
	}
	rest = bytes_trim(rest);
	message->is_seen = message->is_complete = true;
	message->version = HTTP_1_1;
	message->first_ns = outer->first_ns;
	message->head_ns = outer->head_ns;
	message->last_ns = outer->last_ns;
	message->body = (struct body){
		.content = rest, .wire_len = rest.len, .state = rest.len == 0 ? BODY_NONE : BODY_WHOLE};
	return true;
}

/* -- where a part goes ------------------------------------------------------------------------ */

static struct bytes referenced(const struct batch *batch, struct bytes name)
{
	for (size_t i = 0; i < batch->reference_count; i++)
		if (bytes_equal(batch->references[i].id, name))
			return batch->references[i].path;
	return BYTES_NONE;
}

/* "Orders(1)", "/sap/opu/odata/...", "http://host/...", and "$1/Items": what part 1 made. */
static void set_target(const struct batch *batch, struct exchange *part, struct bytes url)
{
	struct bytes first = url, made;
	size_t scheme = bytes_find(url, BYTES("://")), question;

	part->host = batch->exchange->host;
	part->host_port = batch->exchange->host_port;
	part->scheme = batch->exchange->scheme;
	if (scheme != BYTES_NOT_FOUND && scheme < 8) {
		size_t slash;

		url = bytes_from(url, scheme + 3);
		slash = bytes_find_byte(url, '/');
		url = slash == BYTES_NOT_FOUND ? BYTES("/") : bytes_from(url, slash);
	}
	question = bytes_find_byte(url, '?');
	part->has_query = question != BYTES_NOT_FOUND;
	part->query = part->has_query ? bytes_from(url, question + 1) : BYTES("");
	part->path = bytes_slice(url, 0, question);
	first = part->path;
	first = bytes_split(&first, '/');
	made = first.len > 1 && first.data[0] == '$' ? referenced(batch, bytes_from(first, 1)) : BYTES_NONE;
	if (made.data != NULL)
		part->path = arena_printf(&part->arena, BYTES_FORMAT BYTES_FORMAT, BYTES_PRINT(made),
					  BYTES_PRINT(bytes_from(part->path, first.len)));
	else if (part->path.len == 0 || part->path.data[0] != '/')
		part->path = arena_printf(&part->arena, BYTES_FORMAT "/" BYTES_FORMAT,
					  BYTES_PRINT(batch->base), BYTES_PRINT(part->path));
	part->target = part->path;
}

/* What a POST makes has a key that only the server knows: an alias stands for it. */
static void remember(struct batch *batch, const struct exchange *part, struct bytes id)
{
	struct arena *arena = &batch->exchange->arena;
	bool is_new = bytes_equal(part->method, BYTES("POST"));

	if (id.len == 0 || id.len > LIMIT_BATCH_ID_BYTES || part->path.len > LIMIT_START_LINE_BYTES ||
	    batch->references == NULL)
		return;
	batch->references[batch->reference_count++] = (struct batch_reference){
		.id = id,
		.path = arena_printf(arena, BYTES_FORMAT "%s", BYTES_PRINT(part->path),
				     is_new ? "(@new)" : "")};
}

static struct exchange *part_new(struct batch *batch)
{
	struct exchange *part = exchange_new(NULL);
	const struct exchange *outer = batch->exchange;

	if (part == NULL)
		return NULL;
	part->connection = outer->connection;
	part->number = outer->number;
	part->time_ns = outer->time_ns;
	part->client = outer->client;
	part->server = outer->server;
	part->is_mid_stream = outer->is_mid_stream;
	part->is_decrypted = outer->is_decrypted;
	part->part = ++batch->part_count;
	part->outcome = EXCHANGE_NO_RESPONSE;
	return part;
}

static bool is_request_line(struct bytes method, struct bytes url)
{
	return method.len > 0 && method.len <= 32 && url.len > 0 && url.len <= LIMIT_START_LINE_BYTES;
}

/* -- multipart ----------------------------------------------------------------------------------- */

static bool read_request(struct batch *batch, struct exchange *part, struct bytes content)
{
	struct bytes rest = content, line = line_split(&rest);
	struct bytes method = bytes_split(&line, ' '), url = bytes_split(&line, ' ');

	if (!is_request_line(method, url) || !bytes_starts(line, BYTES("HTTP/")))
		return false;
	part->method = method;
	set_target(batch, part, url);
	return read_message(rest, &batch->exchange->request, &part->arena, &part->request);
}

static bool read_response(struct batch *batch, struct exchange *part, struct bytes content)
{
	struct bytes rest = content, line = line_split(&rest), status;
	uint64_t number;

	if (!bytes_starts(bytes_split(&line, ' '), BYTES("HTTP/")))
		return false;
	status = bytes_split(&line, ' ');
	if (!bytes_to_u64(status, &number) || number < 100 || number > 999)
		return false;
	part->status = (unsigned)number;
	part->outcome = EXCHANGE_COMPLETE;
	return read_message(rest, &batch->exchange->response, &part->arena, &part->response);
}

/* The next part of a side, going into change sets; *out_is_set when it opened one. */
static bool next_part(struct batch_side *side, struct multipart_part *out_part, bool *out_is_set)
{
	*out_is_set = false;
	if (!side->is_open)
		return false;
	if (side->is_in_set && multipart_next(&side->inner, out_part))
		return true;
	side->is_in_set = false;
	if (!multipart_next(&side->outer, out_part))
		return false;
	*out_is_set = is_type(out_part->content_type, "multipart/mixed");
	return true;
}

static void open_set(struct batch_side *side, const struct multipart_part *part)
{
	multipart_open(&side->inner, part->content, part->content_type);
	side->is_in_set = true;
}

/* The answer to a request: of the change set where both are in one, or the one answer to all of it. */
static bool next_answer(struct batch *batch, bool is_first_of_set, struct multipart_part *out_part)
{
	bool is_set;

	if (batch->request.is_in_set && !is_first_of_set && batch->has_set_answer) {
		*out_part = batch->set_answer;
		return true;
	}
	if (batch->request.is_in_set && !is_first_of_set)
		return batch->response.is_in_set && multipart_next(&batch->response.inner, out_part);
	batch->response.is_in_set = batch->has_set_answer = false;
	if (!next_part(&batch->response, out_part, &is_set))
		return false;
	if (is_set) {
		open_set(&batch->response, out_part);
		return multipart_next(&batch->response.inner, out_part);
	}
	batch->has_set_answer = batch->request.is_in_set;
	batch->set_answer = *out_part;
	return true;
}

/* False at the end. A change set may be empty. */
static bool next_request(struct batch *batch, struct multipart_part *out_part, bool *out_is_first_of_set)
{
	bool is_set = false, is_found = false;

	while (!is_found && next_part(&batch->request, out_part, &is_set)) {
		is_found = !is_set;
		if (!is_set)
			continue;
		open_set(&batch->request, out_part);
		is_found = multipart_next(&batch->request.inner, out_part);
		batch->broken_count += !is_found && batch->request.inner.error != NULL;
	}
	if (!is_found)
		batch->broken_count += batch->request.is_open && batch->request.outer.error != NULL;
	batch->request.is_open = is_found;
	*out_is_first_of_set = is_set;
	return is_found;
}

static struct exchange *next_multipart(struct batch *batch)
{
	struct multipart_part part, answer;
	struct exchange *made;
	bool is_set = false;

	if (!next_request(batch, &part, &is_set))
		return NULL;
	made = part_new(batch);
	if (made == NULL)
		return NULL;
	if (!read_request(batch, made, part.content)) {
		batch->broken_count++;
		made->request = (struct message){0};
		made->outcome = EXCHANGE_MALFORMED;
	}
	remember(batch, made, bytes_trim(multipart_field(&part, BYTES("content-id"))));
	if (batch->response.is_open && next_answer(batch, is_set, &answer) &&
	    !read_response(batch, made, answer.content))
		batch->broken_count++;
	return made;
}

/* -- JSON ----------------------------------------------------------------------------------------- */

static bool read_json(yyjson_val *table, const struct message *outer, struct arena *arena,
		      struct message *message)
{
	yyjson_val *body = yyjson_obj_get(table, "body"), *key;
	struct bytes text = BYTES("");
	yyjson_obj_iter fields;

	if (!read_message(BYTES(""), outer, arena, message))
		return false;
	yyjson_obj_iter_init(yyjson_obj_get(table, "headers"), &fields);
	while ((key = yyjson_obj_iter_next(&fields)) != NULL) {
		yyjson_val *value = yyjson_obj_iter_get_val(key);
		struct bytes name = {yyjson_get_str(key), yyjson_get_len(key)};

		if (message->header_count == LIMIT_HEAD_FIELDS - 1) { /* one is kept for the type */
			message->oddities |= ODDITY_HEAD_CUT;
			break;
		}
		if (yyjson_is_str(value))
			message->headers[message->header_count++] =
				(struct header){.name = lower(name, arena),
						.value = {yyjson_get_str(value), yyjson_get_len(value)}};
	}
	if (yyjson_is_str(body)) {
		text = text_of(table, "body");
	} else if (body != NULL && !yyjson_is_null(body)) {
		char *written = yyjson_val_write(body, 0, &text.len);

		text.data = written;
		text = arena_copy(arena, text);
		free(written);
		if (message_header(message, BYTES("content-type")) == NULL)
			message->headers[message->header_count++] = (struct header){
				.name = BYTES("content-type"), .value = BYTES("application/json")};
	}
	message->body = (struct body){
		.content = text, .wire_len = text.len, .state = text.len == 0 ? BODY_NONE : BODY_WHOLE};
	return text.data != NULL;
}

/* Answers may come in another order: the id says to which request they belong. */
static yyjson_val *answer_of(const struct batch *batch, struct bytes id)
{
	size_t index = batch->part_count - 1;

	if (index < batch->answer_count && bytes_equal(batch->answers[index].id, id))
		return batch->answers[index].table;
	for (size_t i = 0; i < batch->answer_count; i++)
		if (bytes_equal(batch->answers[i].id, id))
			return batch->answers[i].table;
	return NULL;
}

static struct exchange *next_json(struct batch *batch)
{
	yyjson_val *request = yyjson_arr_iter_next(&batch->requests), *answer;
	struct bytes method = text_of(request, "method"), url = text_of(request, "url");
	struct exchange *part;
	uint64_t status;

	if (request == NULL)
		return NULL;
	part = part_new(batch);
	if (part == NULL)
		return NULL;
	if (!is_request_line(method, url)) {
		batch->broken_count++;
		part->outcome = EXCHANGE_MALFORMED;
		return part;
	}
	part->method = method;
	set_target(batch, part, url);
	if (!read_json(request, &batch->exchange->request, &part->arena, &part->request))
		part->request = (struct message){0};
	remember(batch, part, id_of(request));
	answer = answer_of(batch, id_of(request));
	status = yyjson_get_uint(yyjson_obj_get(answer, "status"));
	if (answer == NULL || status < 100 || status > 999) {
		batch->broken_count += answer != NULL;
		return part;
	}
	part->status = (unsigned)status;
	part->outcome = EXCHANGE_COMPLETE;
	if (!read_json(answer, &batch->exchange->response, &part->arena, &part->response))
		part->response = (struct message){0};
	return part;
}

struct exchange *batch_next(struct batch *batch)
{
	if (batch->part_count == LIMIT_BATCH_PARTS) {
		batch->is_cut = true;
		return NULL;
	}
	return batch->is_json ? next_json(batch) : next_multipart(batch);
}
