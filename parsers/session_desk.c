#include "parsers/session_desk.h"

#include <stdlib.h>

#include "parsers/base/limits.h"
#include "parsers/grpc.h"

struct exchange *desk_open(struct session_desk *desk, enum direction client)
{
	struct exchange *exchange = exchange_new(desk->plan->exchanges);

	if (exchange == NULL)
		return NULL;
	exchange->connection = desk->plan->connection;
	exchange->number = desk->next_number++;
	exchange->client = desk->plan->ends[client];
	exchange->server =
		desk->plan->ends[client == DIRECTION_OPENER ? DIRECTION_ANSWERER : DIRECTION_OPENER];
	if (desk->announced != NULL) {
		exchange->is_announced = client == DIRECTION_OPENER;
		exchange->announced = *desk->announced;
	}
	exchange->is_mid_stream = desk->plan->is_mid_stream;
	exchange->is_decrypted = desk->plan->is_decrypted;
	return exchange;
}

void desk_close(struct session_desk *desk, struct exchange *exchange, enum exchange_outcome outcome,
		uint64_t time_ns)
{
	exchange->outcome = outcome;
	exchange->time_ns = time_ns;
	exchange->next = NULL;
	message_note(&exchange->request);
	message_note(&exchange->response);
	grpc_note(exchange, desk->plan);
	desk->plan->counts->exchanges[outcome]++;
	*(desk->first == NULL ? &desk->first : &desk->last->next) = exchange;
	desk->last = exchange;
	desk->ready_count++;
}

bool desk_is_full(const struct session_desk *desk)
{
	return desk->ready_count >= LIMIT_SESSION_READY;
}

struct exchange *desk_next(struct session_desk *desk)
{
	struct exchange *exchange = desk->first;

	if (exchange == NULL)
		return NULL;
	desk->first = exchange->next;
	exchange->next = NULL;
	desk->ready_count--;
	return exchange;
}

struct exchange *desk_take_upgraded(struct session_desk *desk, struct bytes name)
{
	struct exchange *exchange = desk->last, *before = NULL;
	const struct header *upgrade;

	if (desk->first == NULL || !exchange->is_upgrade || exchange->status != 101)
		return NULL;
	upgrade = message_header(&exchange->response, BYTES("upgrade"));
	if (upgrade == NULL || !bytes_equal_nocase(upgrade->value, name))
		return NULL;
	exchange->response.is_noted = false; /* there will be another */
	for (struct exchange *other = desk->first; other != exchange; other = other->next)
		before = other;
	if (before == NULL)
		desk->first = NULL;
	else
		before->next = NULL;
	desk->last = before;
	desk->ready_count--;
	desk->plan->counts->exchanges[exchange->outcome]--;
	return exchange;
}

void desk_finish(struct session_desk *desk)
{
	struct exchange *exchange;

	while ((exchange = desk_next(desk)) != NULL)
		exchange_free(exchange);
	free(desk->announced);
	desk->announced = NULL;
}
