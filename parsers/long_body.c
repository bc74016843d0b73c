#include "parsers/long_body.h"

#include <stdlib.h>

#include "parsers/base/limits.h"
#include "parsers/content_coding_stream.h"
#include "parsers/message_body.h"

struct long_body {
	const struct long_reader *reader;
	struct session_counts *counts;
	void *reading; /* the exchange's */
	struct coding_stream *codings;
	uint64_t taken, given; /* as sent, decoded */
	size_t memory;         /* of LIMIT_LONG_MEMORY */
	bool is_over;          /* nothing more is given */
};

/* The decoded bytes go to the reader, up to the ceilings. */
static bool give(void *context, struct bytes part)
{
	struct long_body *body = context;

	if (body->given > LIMIT_RATIO_FROM && body->given / LIMIT_LONG_RATIO > body->taken)
		return false;
	while (part.len > 0) {
		uint64_t room = LIMIT_LONG_BYTES - body->given;
		struct bytes next = bytes_slice(part, 0, room < LIMIT_LONG_PART ? room : LIMIT_LONG_PART);

		if (next.len == 0)
			return false;
		body->reader->take(body->reader->context, body->reading, next);
		body->given += next.len;
		body->counts->long_bytes += next.len;
		part = bytes_from(part, next.len);
	}
	return true;
}

/* False: a coding that nobody reads. */
static bool is_decodable(struct long_body *body, const struct long_body_plan *plan)
{
	struct bytes codings[MESSAGE_CODINGS_MAX];
	size_t count =
		message_codings(plan->message, plan->transfer_codings, plan->transfer_coding_count, codings);
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		if (codings[i].len > 0 && !bytes_equal_nocase(codings[i], BYTES("identity")))
			codings[used++] = codings[i];
	if (used > 0)
		body->codings = coding_stream_new(codings, used, give, body);
	return used == 0 || body->codings != NULL;
}

struct long_body *long_body_new(const struct long_body_plan *plan)
{
	struct session_counts *counts = plan->counts;
	struct long_body *body;

	if (plan->reader == NULL || !plan->reader->wants(plan->reader->context, plan->message))
		return NULL;
	body = calloc(1, sizeof(*body));
	if (body == NULL)
		return NULL;
	*body = (struct long_body){.reader = plan->reader, .counts = counts, .memory = LIMIT_LONG_COST};
	if (is_decodable(body, plan)) {
		body->memory += body->codings == NULL ? 0 : coding_stream_memory(body->codings);
		if (counts->long_memory_now + body->memory <= LIMIT_LONG_MEMORY)
			body->reading =
				body->reader->open(body->reader->context, plan->exchange, plan->message);
	}
	if (body->reading == NULL) {
		counts->long_unread++;
		coding_stream_free(body->codings);
		free(body);
		return NULL;
	}
	counts->long_bodies++;
	counts->long_memory_now += body->memory;
	plan->message->body.read_along = body->reading;
	return body;
}

void long_body_take(struct long_body *body, struct bytes part)
{
	if (body == NULL || body->is_over || part.len == 0)
		return;
	body->taken += part.len;
	body->is_over = body->codings == NULL ? !give(body, part) : !coding_stream_take(body->codings, part);
}

void long_body_free(struct long_body *body, bool is_whole)
{
	if (body == NULL)
		return;
	if (body->codings != NULL)
		is_whole = coding_stream_free(body->codings) && is_whole;
	is_whole = is_whole && !body->is_over;
	body->counts->long_unread += !is_whole;
	body->counts->long_memory_now -= body->memory;
	body->reader->close(body->reader->context, body->reading, is_whole);
	free(body);
}
