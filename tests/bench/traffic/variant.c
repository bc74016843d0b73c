#include "tests/bench/traffic/variant.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tests/bench/traffic/wire.h"

#define KEY       "bench-0123456789abcdef"
#define MORE_MAX  60 /* fields beside the usual ones */
#define HEAD_MAX  (24 + MORE_MAX)
#define CHUNK_LEN 1000
#define VALUE_LEN 96
#define TURN_MAX  8

/* A full segment without the head, nonce and tag of the one record in it (RFC 5246, 6.2.3.3). */
#define DECRYPTED_LEN (WIRE_SEGMENT_MAX - 5 - 8 - 16)

#define JSON  .exchanges_max = 46, .segment_len = WIRE_SEGMENT_MAX, .shape = SHAPE_JSON
#define WORST .exchanges_max = 46, .segment_len = WIRE_SEGMENT_MAX, .shape = SHAPE_WORST

static const struct variant VARIANTS[] = {
	{"json", JSON},
	{"h2", JSON, .is_h2 = true},
	{"small", .exchanges_max = 46, .segment_len = WIRE_SEGMENT_MAX, .shape = SHAPE_SMALL},
	{"large", .exchanges_max = 28, .segment_len = WIRE_SEGMENT_MAX, .shape = SHAPE_LARGE},
	{"short", .exchanges_max = 1, .segment_len = WIRE_SEGMENT_MAX, .shape = SHAPE_PING},
	{"gzip", JSON, .is_gzip = true},
	{"tls-ready", .exchanges_max = 46, .segment_len = DECRYPTED_LEN, .shape = SHAPE_JSON,
	 .is_tls_ready = true},
	{"hostile", WORST, .worst = WORST_KINDS},
	{"deep", WORST, .worst = WORST_DEEP},
	{"nearly", WORST, .worst = WORST_NEARLY},
	{"digits", WORST, .worst = WORST_DIGITS},
	{"escapes", WORST, .worst = WORST_ESCAPES},
	{"numbers", WORST, .worst = WORST_NUMBERS},
	{"keys", WORST, .worst = WORST_KEYS},
	{"values", WORST, .worst = WORST_SHORT},
	{"shapes", .exchanges_max = 46, .segment_len = WIRE_SEGMENT_MAX, .shape = SHAPE_SHAPES},
	{"packed", .exchanges_max = 46, .segment_len = WIRE_SEGMENT_MAX, .shape = SHAPE_REPEATED,
	 .is_gzip = true},
	{"fields", .exchanges_max = 46, .segment_len = WIRE_SEGMENT_MAX, .shape = SHAPE_SMALL,
	 .more_fields = MORE_MAX},
	{"table", .exchanges_max = 46, .segment_len = WIRE_SEGMENT_MAX, .shape = SHAPE_SMALL, .is_h2 = true,
	 .more_fields = MORE_MAX},
	{"frames", JSON, .is_h2 = true, .chunk_len = 1},
	{"chunks", JSON, .chunk_len = 1},
	{"backwards", JSON, .is_backwards = true},
	{"tiny", .exchanges_max = 46, .segment_len = 64, .shape = SHAPE_JSON},
	{"bytes", .exchanges_max = 46, .segment_len = 1, .shape = SHAPE_JSON},
};

const struct variant *variant_find(const char *name)
{
	for (size_t i = 0; i < sizeof(VARIANTS) / sizeof(VARIANTS[0]); i++)
		if (strcmp(VARIANTS[i].name, name) == 0)
			return &VARIANTS[i];
	return NULL;
}

/* What a browser or a partner's client sends along: about a kilobyte. */
static const struct h2_field CLIENT_FIELDS[] = {
	{"user-agent",
	 "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"},
	{"accept", "application/json, application/problem+json;q=0.9, */*;q=0.1"},
	{"accept-language", "de-DE,de;q=0.9,en-GB;q=0.8,en;q=0.7"},
	{"accept-encoding", "gzip, deflate, br"},
	{"x-api-key", KEY},
	{"cache-control", "no-cache"},
	{"x-client-build",
	 "partner-gateway/4.18.2 (release; cluster=eu-central-1; pod=orders-7d9f8b6c4-x2k9p)"},
	{"via", "1.1 gateway-a.partner.example, 1.1 gateway-b.partner.example"},
	{"referer", "https://portal.partner.example/shipments/overview?view=compact&sort=newest&filter=open"},
};

static const struct h2_field SERVER_FIELDS[] = {
	{"server", "nginx"},
	{"cache-control", "no-store, max-age=0"},
	{"strict-transport-security", "max-age=31536000; includeSubDomains"},
	{"x-content-type-options", "nosniff"},
	{"vary", "Accept-Encoding, Origin"},
};

struct call {
	char method[8], path[64], request_id[VALUE_LEN];
	char more[MORE_MAX][2][VALUE_LEN]; /* names and values that nobody else has */
	const char *status;
	struct text request, response; /* bodies, as sent */
	bool is_chunked;
};

static void write_worst(const struct turn *turn, struct text *body)
{
	enum worst kind = turn->variant->worst;

	if (turn->variant->shape == SHAPE_SHAPES)
		worst_shapes(body, turn->chance);
	else if (turn->variant->shape == SHAPE_REPEATED)
		worst_repeated(body);
	else
		worst_body(body, turn->chance,
			   kind == WORST_KINDS ? (enum worst)chance_below(turn->chance, WORST_KINDS) : kind);
}

static void write_bodies(const struct turn *turn, struct call *call, struct text *request,
			 struct text *response)
{
	struct chance *chance = turn->chance;
	const char *method = "GET";

	call->status = "200";
	switch (turn->variant->shape) {
	case SHAPE_JSON:
		body_order(request, chance, turn->hand, turn->planted);
		body_receipt(response, chance, turn->hand, turn->planted);
		(void)snprintf(call->path, sizeof(call->path), "/v1/orders");
		call->status = "201";
		method = "POST";
		break;
	case SHAPE_SMALL:
		body_status(response, chance, turn->hand);
		(void)snprintf(call->path, sizeof(call->path), "/v1/orders/ord-%05" PRIu64,
			       chance_below(chance, 100000));
		break;
	case SHAPE_LARGE:
		body_catalogue(response, chance, turn->hand, turn->planted);
		(void)snprintf(call->path, sizeof(call->path), "/v1/catalogue?page=%" PRIu64,
			       chance_below(chance, 1000));
		break;
	case SHAPE_PING:
		body_ping(response, chance);
		(void)snprintf(call->path, sizeof(call->path), "/v1/ping");
		break;
	case SHAPE_WORST:
	case SHAPE_SHAPES:
	case SHAPE_REPEATED:
		write_worst(turn, request);
		write_worst(turn, response);
		(void)snprintf(call->path, sizeof(call->path), "%s",
			       turn->variant->shape == SHAPE_SHAPES ? "/v1/shapes" : "/v1/anything");
		method = "POST";
		break;
	}
	(void)snprintf(call->method, sizeof(call->method), "%s", method);
}

static void write_call(const struct turn *turn, struct call *call)
{
	struct text request = {0}, response = {0};

	write_bodies(turn, call, &request, &response);
	(void)snprintf(call->request_id, sizeof(call->request_id), "%016" PRIx64, chance_next(turn->chance));
	call->is_chunked = chance_one_in(turn->chance, 5) || turn->variant->chunk_len > 0;
	for (unsigned i = 0; i < turn->variant->more_fields; i++) {
		(void)snprintf(call->more[i][0], VALUE_LEN, "x-more-%02u", i);
		(void)snprintf(call->more[i][1], VALUE_LEN, "%016" PRIx64 "%016" PRIx64,
			       chance_next(turn->chance), chance_next(turn->chance));
	}
	turn->planted->exchanges++;
	if (!turn->variant->is_gzip) {
		call->request = request;
		call->response = response;
		return;
	}
	if (request.len > 0)
		text_gzip(&call->request, &request);
	text_gzip(&call->response, &response);
	text_free(&request);
	text_free(&response);
}

static void free_call(struct call *call)
{
	text_free(&call->request);
	text_free(&call->response);
}

/* -- HTTP/1 ------------------------------------------------------------------------ */

static void put_fields(struct text *text, const struct h2_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		text_print(text, "%s: %s\r\n", fields[i].name, fields[i].value);
}

static void put_more(struct text *text, const struct turn *turn, const struct call *call)
{
	for (unsigned i = 0; i < turn->variant->more_fields; i++)
		text_print(text, "%s: %s\r\n", call->more[i][0], call->more[i][1]);
}

static size_t chunk_len(const struct turn *turn)
{
	return turn->variant->chunk_len > 0 ? turn->variant->chunk_len : CHUNK_LEN;
}

static void put_chunks(struct text *text, const struct text *body, size_t len_max)
{
	text_print(text, "transfer-encoding: chunked\r\n\r\n");
	for (size_t at = 0; at < body->len; at += len_max) {
		size_t len = body->len - at < len_max ? body->len - at : len_max;

		text_print(text, "%zx\r\n", len);
		text_add(text, body->data + at, len);
		text_add(text, "\r\n", 2);
	}
	text_print(text, "0\r\n\r\n");
}

static void put_body(struct text *text, const struct turn *turn, const struct text *body, bool is_chunked)
{
	text_print(text, "content-type: application/json\r\n");
	if (turn->variant->is_gzip)
		text_print(text, "content-encoding: gzip\r\n");
	if (is_chunked) {
		put_chunks(text, body, chunk_len(turn));
		return;
	}
	text_print(text, "content-length: %zu\r\n\r\n", body->len);
	text_add(text, body->data, body->len);
}

static void say_http1(const struct turn *turn, const struct call *call)
{
	text_print(turn->request, "%s %s HTTP/1.1\r\nhost: api.bench.example\r\nx-request-id: %s\r\n",
		   call->method, call->path, call->request_id);
	put_fields(turn->request, CLIENT_FIELDS, sizeof(CLIENT_FIELDS) / sizeof(CLIENT_FIELDS[0]));
	put_more(turn->request, turn, call);
	if (call->request.len > 0)
		put_body(turn->request, turn, &call->request, turn->variant->chunk_len > 0);
	else
		text_print(turn->request, "\r\n");
	text_print(turn->response, "HTTP/1.1 %s OK\r\nx-request-id: %s\r\n", call->status, call->request_id);
	put_fields(turn->response, SERVER_FIELDS, sizeof(SERVER_FIELDS) / sizeof(SERVER_FIELDS[0]));
	put_more(turn->response, turn, call);
	put_body(turn->response, turn, &call->response, call->is_chunked);
}

/* -- HTTP/2 ------------------------------------------------------------------------ */

static size_t body_fields(struct h2_field *fields, size_t count, char length[24], size_t len)
{
	(void)snprintf(length, 24, "%zu", len);
	fields[count++] = (struct h2_field){"content-type", "application/json"};
	fields[count++] = (struct h2_field){"content-length", length};
	return count;
}

static size_t more_fields(struct h2_field *fields, size_t count, const struct turn *turn,
			  const struct call *call)
{
	for (unsigned i = 0; i < turn->variant->more_fields; i++)
		fields[count++] = (struct h2_field){call->more[i][0], call->more[i][1]};
	return count;
}

static void ask(const struct turn *turn, const struct call *call, uint32_t stream)
{
	struct h2_field fields[HEAD_MAX] = {{":method", call->method},
					    {":scheme", turn->variant->is_tls_ready ? "https" : "http"},
					    {":authority", "api.bench.example"},
					    {":path", call->path},
					    {"x-request-id", call->request_id}};
	size_t count = 5;
	char length[24];

	memcpy(fields + count, CLIENT_FIELDS, sizeof(CLIENT_FIELDS));
	count += sizeof(CLIENT_FIELDS) / sizeof(CLIENT_FIELDS[0]);
	count = more_fields(fields, count, turn, call);
	if (call->request.len > 0)
		count = body_fields(fields, count, length, call->request.len);
	h2_headers(&turn->sides[0], turn->request, stream, fields, count, call->request.len == 0);
	for (size_t at = 0, len; at < call->request.len; at += len) {
		len = turn->variant->chunk_len > 0 ? turn->variant->chunk_len : call->request.len;
		h2_data(turn->request, stream, call->request.data + at, len, at + len == call->request.len);
	}
}

static void answer_head(const struct turn *turn, const struct call *call, uint32_t stream)
{
	struct h2_field fields[HEAD_MAX] = {{":status", call->status}, {"x-request-id", call->request_id}};
	size_t count = 2;
	char length[24];

	memcpy(fields + count, SERVER_FIELDS, sizeof(SERVER_FIELDS));
	count += sizeof(SERVER_FIELDS) / sizeof(SERVER_FIELDS[0]);
	count = more_fields(fields, count, turn, call);
	count = body_fields(fields, count, length, call->response.len);
	h2_headers(&turn->sides[1], turn->response, stream, fields, count, false);
}

/* Bodies of one turn in pieces, in turn: that is what multiplexing looks like. */
static void answer_bodies(const struct turn *turn, const struct call *calls, uint32_t first)
{
	size_t len_max = chunk_len(turn);
	bool goes_on = true;

	for (size_t at = 0; goes_on; at += len_max) {
		goes_on = false;
		for (unsigned i = 0; i < turn->count; i++) {
			const struct text *body = &calls[i].response;
			size_t len;

			if (at >= body->len)
				continue;
			len = body->len - at < len_max ? body->len - at : len_max;
			h2_data(turn->response, first + 2 * i, body->data + at, len, at + len == body->len);
			goes_on = true;
		}
	}
}

static void say_h2(const struct turn *turn)
{
	struct call calls[TURN_MAX];
	uint32_t first = *turn->stream;

	memset(calls, 0, sizeof(calls));
	for (unsigned i = 0; i < turn->count; i++) {
		write_call(turn, &calls[i]);
		ask(turn, &calls[i], first + 2 * i);
	}
	for (unsigned i = 0; i < turn->count; i++)
		answer_head(turn, &calls[i], first + 2 * i);
	answer_bodies(turn, calls, first);
	for (unsigned i = 0; i < turn->count; i++)
		free_call(&calls[i]);
	*turn->stream = first + 2 * turn->count;
}

void variant_turn(const struct turn *turn)
{
	struct call call;

	if (turn->sides != NULL) {
		say_h2(turn);
		return;
	}
	memset(&call, 0, sizeof(call));
	write_call(turn, &call);
	say_http1(turn, &call);
	free_call(&call);
}
