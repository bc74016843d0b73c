#include "sensor/pipeline.h"

#include "parsers/base/limits.h"
#include "rules/ruleset.h"
#include "sensor/judged_make.h"

void pipeline_init(struct pipeline *pipeline, const struct pipeline_plan *plan)
{
	*pipeline = (struct pipeline){.plan = *plan};
	connections_init(&pipeline->connections,
			 &(struct connections_plan){.counts = &pipeline->counts.reassembly,
						    .session_counts = &pipeline->counts.sessions,
						    .seed = plan->seed,
						    .connections_max = plan->connections_max,
						    .held_bytes_max = plan->held_bytes_max,
						    .body_bytes_max = plan->body_bytes_max});
}

void pipeline_finish(struct pipeline *pipeline)
{
	connections_finish(&pipeline->connections);
	scanner_free(pipeline->scanner);
	knowledge_leave(pipeline->plan.shelf, pipeline->plan.worker);
}

/* New contracts or packs take over between two segments, never inside an exchange's judgement. */
static void refresh(struct pipeline *pipeline)
{
	const struct knowledge *known = knowledge_current(pipeline->plan.shelf, pipeline->plan.worker);

	if (known == pipeline->known)
		return;
	pipeline->known = known;
	scanner_free(pipeline->scanner);
	pipeline->scanner = scanner_new(known->classes->patterns, &known->key);
}

static void judge(struct pipeline *pipeline, struct exchange *exchange)
{
	const struct contract *contract = pipeline->known->contract;
	struct credentials credentials = {0};
	struct body_reading request = {0}, response = {0};
	struct departure room[LIMIT_DEPARTURES];
	struct departures departures = {.list = room};
	struct match match = {0};
	struct hits hits = {0};
	struct findings findings = {0};
	struct evidence seen = {.exchange = exchange,
				.contract = contract,
				.credentials = &credentials,
				.match = &match,
				.request = &request,
				.response = &response,
				.departures = &departures,
				.hits = &hits};
	struct judged *judged;

	exchange->time_ns = pipeline->clock_ns;
	credential_find(exchange, &credentials);
	seen.partner = contract_partner(contract, exchange, &credentials);
	contract_operation(contract, seen.partner, exchange, &match);
	body_read(exchange, &exchange->request, &request);
	body_read(exchange, &exchange->response, &response);
	if (match.kind == MATCH_OPERATION)
		conform_check(&match, exchange, &request, &response, &departures);
	if (pipeline->scanner != NULL)
		scanner_scan(pipeline->scanner, exchange, &request, &response, &hits);
	if (findings_init(&findings, &exchange->arena))
		ruleset_judge(&seen, &findings);

	pipeline->counts.departures_left_out += departures.left_out;
	pipeline->counts.hits_left_out += hits.left_out;
	pipeline->counts.findings_left_out += findings.left_out;
	judged = judged_make(&seen, &findings, &pipeline->known->key);
	if (judged != NULL && pipeline->plan.send(pipeline->plan.context, judged))
		pipeline->counts.judged++;
	else
		pipeline->counts.judged_lost++;
	exchange_free(exchange);
}

/* Everything that reassembly can hand out of this connection now. */
static void follow(struct pipeline *pipeline, struct connection *connection)
{
	struct exchange *exchange;
	struct chunk chunk;

	while (connection_next(connection, &chunk)) { /* bytes in order, or a gap, or an end */
		session_feed(&connection->session, &chunk);
		while ((exchange = session_next(&connection->session)) != NULL) {
			pipeline->counts.exchanges++;
			judge(pipeline, exchange);
		}
	}
}

/* Data went one way, and not so much as an acknowledgement came back: the mirror shows half of it. */
static bool is_one_sided(const struct connection *connection)
{
	const struct stream *streams = connection->streams;

	return (streams[0].is_seen && streams[0].next > 0 && !streams[1].is_seen) ||
	       (streams[1].is_seen && streams[1].next > 0 && !streams[0].is_seen);
}

/* What cannot be read is somebody's all the same. False: lost. */
static bool tell_opaque(struct pipeline *pipeline, const struct connection *connection)
{
	const struct contract *contract = pipeline->known->contract;
	struct exchange unseen = {.client = connection->ends[0], .server = connection->ends[1]};
	struct credentials credentials = {0};
	const struct partner *partner = contract_partner(contract, &unseen, &credentials);
	struct judged *judged = judged_new();

	if (judged == NULL)
		return false;
	judged->is_opaque = true;
	judged->time_ns = pipeline->clock_ns;
	judged->connection = connection->number;
	judged->number = UINT64_MAX; /* behind its exchanges */
	judged->client = unseen.client;
	judged->server = unseen.server;
	if (partner != NULL)
		judged->partner_id = arena_copy(&judged->arena, partner->id);
	return pipeline->plan.send(pipeline->plan.context, judged);
}

static void retire(struct pipeline *pipeline)
{
	struct connection *connection;

	while ((connection = connections_retired(&pipeline->connections)) != NULL) {
		follow(pipeline, connection);
		pipeline->counts.one_sided += is_one_sided(connection);
		if (session_is_opaque(&connection->session) && !tell_opaque(pipeline, connection))
			pipeline->counts.opaque_lost++;
		connection_free(connection);
	}
}

/* Holes were given up, for time or for want of memory: what waited behind them comes out. */
static void relieve(struct pipeline *pipeline)
{
	struct connection *connection;

	while ((connection = connections_ready(&pipeline->connections)) != NULL)
		follow(pipeline, connection);
}

void pipeline_take(struct pipeline *pipeline, const struct segment *segment)
{
	struct connection *connection;

	refresh(pipeline);
	pipeline->clock_ns = segment->clock_ns;
	connection = connections_find(&pipeline->connections, segment);
	retire(pipeline); /* the ports were taken over, or the oldest had to go */
	if (connection == NULL) {
		pipeline->counts.connections_lost++;
		return;
	}
	connection_take(connection, segment);
	follow(pipeline, connection);
	relieve(pipeline);
}

void pipeline_tick(struct pipeline *pipeline, uint64_t clock_ns)
{
	refresh(pipeline);
	pipeline->clock_ns = clock_ns;
	connections_expire(&pipeline->connections, clock_ns);
	retire(pipeline);
	relieve(pipeline);
}

void pipeline_end(struct pipeline *pipeline)
{
	refresh(pipeline);
	connections_drain(&pipeline->connections);
	retire(pipeline);
}
