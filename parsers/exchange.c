#include "parsers/exchange.h"

struct exchange *exchange_new(struct stock *stock)
{
	struct exchange *exchange;
	struct arena arena;

	arena_init(&arena, LIMIT_EXCHANGE_BYTES);
	arena.stock = stock;
	exchange = arena_alloc(&arena, sizeof(*exchange));
	if (exchange == NULL)
		return NULL;
	exchange->arena = arena;
	return exchange;
}

void exchange_free(struct exchange *exchange)
{
	struct arena arena;

	if (exchange == NULL)
		return;
	for (unsigned i = 0; i < exchange->body_count; i++)
		buffer_wipe(&exchange->bodies[i]);
	arena = exchange->arena; /* it stands in the memory that goes */
	arena_wipe(&arena);
}

static const struct header *find_from(const struct message *message, size_t from, struct bytes name)
{
	for (size_t i = from; i < message->header_count; i++)
		if (bytes_equal(message->headers[i].name, name))
			return &message->headers[i];
	return NULL;
}

const struct header *message_header(const struct message *message, struct bytes name)
{
	return find_from(message, 0, name);
}

const struct header *message_header_next(const struct message *message, const struct header *header)
{
	return find_from(message, (size_t)(header - message->headers) + 1, header->name);
}

void message_note(struct message *message)
{
	message->is_noted = false; /* it may have been before */
	message->media_type = message_media_type(message);
	message->is_noted = true;
}

struct bytes message_media_type(const struct message *message)
{
	const struct header *header;
	struct bytes rest;

	if (message->is_noted)
		return message->media_type;
	header = message_header(message, BYTES("content-type"));
	if (header == NULL)
		return BYTES_NONE;
	rest = header->value;
	return bytes_trim(bytes_split(&rest, ';'));
}

const char *exchange_outcome_name(enum exchange_outcome outcome)
{
	switch (outcome) {
	case EXCHANGE_COMPLETE:
		return "complete";
	case EXCHANGE_NO_RESPONSE:
		return "no_response";
	case EXCHANGE_NO_REQUEST:
		return "no_request";
	case EXCHANGE_REQUEST_CUT:
		return "request_cut";
	case EXCHANGE_RESPONSE_CUT:
		return "response_cut";
	case EXCHANGE_GAP_REQUEST:
		return "gap_request";
	case EXCHANGE_GAP_RESPONSE:
		return "gap_response";
	case EXCHANGE_GAP_PAIRING:
		return "gap_pairing";
	case EXCHANGE_MALFORMED:
		return "malformed";
	case EXCHANGE_OVERFLOW:
		return "overflow";
	case EXCHANGE_UNKNOWN_HEAD:
		return "unknown_head";
	case EXCHANGE_OUTCOME_COUNT:
		break;
	}
	return "unknown";
}

const char *http_version_name(enum http_version version)
{
	switch (version) {
	case HTTP_UNKNOWN:
		break;
	case HTTP_0_9:
		return "0.9";
	case HTTP_1_0:
		return "1.0";
	case HTTP_1_1:
		return "1.1";
	case HTTP_2:
		return "2";
	}
	return "unknown";
}
