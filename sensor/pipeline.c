#include "sensor/pipeline.h"

#include "parsers/base/limits.h"
#include "parsers/batch.h"
#include "rules/ruleset.h"
#include "rules/scan_along.h"
#include "rules/token_checker.h"
#include "rules/words_memory.h"
#include "sensor/judged_make.h"
#include "specs/digest_memory.h"

/* -- bodies too large to keep ----------------------------------------------------------------- */

static bool long_wants(void *context, const struct message *message)
{
	const struct pipeline *pipeline = context;

	return pipeline->scanner != NULL && along_wants(message);
}

static void *long_open(void *context, struct exchange *exchange, const struct message *message)
{
	(void)context;
	return along_new(exchange, message);
}

static void long_take(void *context, void *reading, struct bytes part)
{
	struct pipeline *pipeline = context;

	profile_lap(&pipeline->profile, STAGE_PARSE);
	if (pipeline->scanner != NULL)
		along_take(reading, pipeline->scanner, part);
	profile_lap(&pipeline->profile, STAGE_SCAN);
}

static void long_close(void *context, void *reading, bool is_whole)
{
	struct pipeline *pipeline = context;

	(void)is_whole; /* the body itself says so */
	if (pipeline->scanner != NULL)
		along_end(reading, pipeline->scanner);
}

/* --------------------------------------------------------------------------------------------- */

void pipeline_init(struct pipeline *pipeline, const struct pipeline_plan *plan)
{
	*pipeline = (struct pipeline){.plan = *plan, .profile.is_on = plan->is_profiled};
	pipeline->digests = digest_memory_new(plan->seed); /* without: each is worked out */
	pipeline->words = words_memory_new();              /* without: each is looked at */
	stock_init(&pipeline->exchanges, EXCHANGE_STOCK_LEN, LIMIT_SPARE_EXCHANGES);
	pipeline->reader = (struct long_reader){.context = pipeline,
						.wants = long_wants,
						.open = long_open,
						.take = long_take,
						.close = long_close};
	connections_init(&pipeline->connections,
			 &(struct connections_plan){.counts = &pipeline->counts.reassembly,
						    .session_counts = &pipeline->counts.sessions,
						    .seed = plan->seed,
						    .connections_max = plan->connections_max,
						    .held_bytes_max = plan->held_bytes_max,
						    .body_bytes_max = plan->body_bytes_max,
						    .exchanges = &pipeline->exchanges,
						    .unpacker = &pipeline->unpacker,
						    .reader = &pipeline->reader});
}

void pipeline_finish(struct pipeline *pipeline)
{
	connections_finish(&pipeline->connections);
	stock_finish(&pipeline->exchanges);
	unpacker_finish(&pipeline->unpacker);
	scanner_free(pipeline->scanner);
	token_checker_free(pipeline->tokens);
	digest_memory_free(pipeline->digests);
	words_memory_free(pipeline->words);
	knowledge_leave(pipeline->plan.shelf, pipeline->plan.worker);
}

/* With the same packs it goes on with what it has learned; the key is the same as long as the sensor runs.
 * They were held until now, so that others do not stand where they stood. */
static void refresh_scanner(struct pipeline *pipeline, const struct knowledge *known)
{
	if (pipeline->scanner != NULL && pipeline->classes == known->classes)
		return;
	scanner_free(pipeline->scanner);
	pipeline->classes = known->classes;
	pipeline->scanner = scanner_new(known->classes->patterns, &known->key);
	if (pipeline->scanner != NULL)
		scanner_set_plain(pipeline->scanner, pipeline->plan.is_scan_plain);
}

/* New contracts or packs take over between two segments, never inside an exchange's judgement. */
static void refresh(struct pipeline *pipeline)
{
	const struct knowledge *known = knowledge_current(pipeline->plan.shelf, pipeline->plan.worker);

	if (known == pipeline->known)
		return;
	pipeline->known = known;
	refresh_scanner(pipeline, known);
	token_checker_free(pipeline->tokens); /* other keys, other verdicts */
	pipeline->tokens = token_checker_new(pipeline->plan.seed);
}

/* Who called, as far as the proxies that the configuration trusts tell it. */
static void find_client(const struct forwarded_policy *policy, struct exchange *exchange)
{
	const struct endpoint peer = exchange->client;
	struct endpoint client = peer;

	if (exchange->is_announced && forwarded_is_proxy(policy, &peer.address))
		client = exchange->announced;
	if (forwarded_client(&exchange->request, policy, &client.address, &client.address))
		client.port = 0;
	if (endpoint_equal(&client, &peer))
		return;
	exchange->client = client;
	exchange->proxy = peer;
	exchange->is_proxied = true;
}

/* NULL: clients are told as they are. */
static const struct address *find_pseudonym(const struct knowledge *known, const struct address *client,
					    struct address *out_pseudonym)
{
	if (!known->hides_clients)
		return NULL;
	fingerprint_address(&known->key, client, out_pseudonym);
	return out_pseudonym;
}

static void count_judged(struct worker_counts *counts, bool is_part, bool is_sent)
{
	counts->judged += is_sent && !is_part;
	counts->judged_lost += !is_sent && !is_part;
	counts->batch_parts += is_sent && is_part;
	counts->batch_parts_lost += !is_sent && is_part;
}

static void judge(struct pipeline *pipeline, struct exchange *exchange, const struct partner *partner);

/* What an OData batch carries is judged as if it had come alone. A batch in a batch is not opened. */
static void judge_parts(struct pipeline *pipeline, const struct evidence *batch_seen)
{
	struct exchange *part;
	struct batch batch;

	if (batch_seen->exchange->part > 0 || batch_seen->match->kind != MATCH_OPERATION ||
	    !bytes_equal(batch_seen->match->operation->template, BYTES("/$batch")))
		return;
	batch_open(&batch, batch_seen->exchange, batch_seen->request->json, batch_seen->response->json);
	while ((part = batch_next(&batch)) != NULL)
		judge(pipeline, part, batch_seen->partner);
	pipeline->counts.batch_parts_broken += batch.broken_count;
	pipeline->counts.batches_cut += batch.is_cut;
}

/* `partner` is who sent the batch that the exchange is a part of; NULL: it is none, or nobody knows. */
static void judge(struct pipeline *pipeline, struct exchange *exchange, const struct partner *partner)
{
	const struct contract *contract = pipeline->known->contract;
	struct credentials credentials;
	struct body_reading request = {0}, response = {0};
	struct departure room[LIMIT_DEPARTURES];
	struct departures departures = {.list = room};
	struct match match = {0};
	struct hits hits = {0};
	struct findings findings = {0};
	struct origin client_origin, server_origin;
	struct address pseudonym;
	struct evidence seen = {.exchange = exchange,
				.contract = contract,
				.knowledge = pipeline->known->number,
				.credentials = &credentials,
				.match = &match,
				.request = &request,
				.response = &response,
				.departures = &departures,
				.hits = &hits,
				.options = pipeline->known->options,
				.hides_users = pipeline->known->hides_users,
				.surroundings = &pipeline->known->surroundings,
				.client_origin = &client_origin,
				.server_origin = &server_origin,
				.tokens = pipeline->tokens,
				.digests = pipeline->digests,
				.words = pipeline->words};
	struct profile *profile = &pipeline->profile;
	struct judged *judged;

	profile_lap(profile, STAGE_PARSE);
	exchange->time_ns = pipeline->clock_ns;
	find_client(&pipeline->known->surroundings.forwarded, exchange);
	seen.client_pseudonym = find_pseudonym(pipeline->known, &exchange->client.address, &pseudonym);
	geo_find(pipeline->known->geo, &exchange->client.address, &client_origin);
	geo_find(pipeline->known->geo, &exchange->server.address, &server_origin);
	credential_find(exchange, &credentials);
	contract_partners(contract, exchange, &credentials, pipeline->digests, &seen.partner_shown,
			  &seen.partner_of_place);
	seen.partner = partner != NULL              ? partner
		       : seen.partner_shown != NULL ? seen.partner_shown
						    : seen.partner_of_place;
	contract_operation(contract, seen.partner, exchange, &match);
	profile_lap(profile, STAGE_IDENTIFY);
	body_read(exchange, &exchange->request, &request);
	body_read(exchange, &exchange->response, &response);
	profile_lap(profile, STAGE_BODY);
	conform_check(&match, exchange, &request, &response, &departures);
	profile_lap(profile, STAGE_CONFORM);
	if (pipeline->scanner != NULL)
		scanner_scan(pipeline->scanner, exchange, &request, &response, &hits);
	profile_lap(profile, STAGE_SCAN);
	if (findings_init(&findings, &exchange->arena))
		ruleset_judge(&seen, &findings);
	if (pipeline->scanner != NULL)
		scanner_forget(pipeline->scanner);
	profile_lap(profile, STAGE_RULES);

	pipeline->counts.departures_left_out += departures.left_out;
	pipeline->counts.hits_left_out += hits.left_out;
	pipeline->counts.scans_cut += hits.is_cut || hits.is_body_cut;
	pipeline->counts.findings_left_out += findings.left_out;
	judged = judged_make(&seen, &findings, &pipeline->known->key, pipeline->plan.judged);
	count_judged(&pipeline->counts, exchange->part > 0,
		     judged != NULL && pipeline->plan.send(pipeline->plan.context, judged));
	judge_parts(pipeline, &seen);
	exchange_free(exchange);
	profile_lap(profile, STAGE_RECORD);
}

/* Everything that reassembly can hand out of this connection now. */
static void follow(struct pipeline *pipeline, struct connection *connection)
{
	struct exchange *exchange;
	struct chunk chunk;

	while (connection_next(connection, &chunk)) { /* bytes in order, or a gap, or an end */
		profile_lap(&pipeline->profile, STAGE_REASSEMBLY);
		session_feed(&connection->session, &chunk);
		while ((exchange = session_next(&connection->session)) != NULL) {
			pipeline->counts.exchanges++;
			judge(pipeline, exchange, NULL);
		}
		profile_lap(&pipeline->profile, STAGE_PARSE);
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
	struct exchange unseen = {.client = connection->session.plan.ends[0],
				  .server = connection->session.plan.ends[1]};
	struct credentials credentials = {0};
	const struct partner *partner = contract_partner(contract, &unseen, &credentials);
	struct judged *judged = judged_new(pipeline->plan.judged);

	if (judged == NULL)
		return false;
	judged->is_opaque = true;
	judged->time_ns = pipeline->clock_ns;
	judged->connection = connection->session.plan.connection;
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

	profile_begin(&pipeline->profile);
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
	profile_lap(&pipeline->profile, STAGE_REASSEMBLY);
}

void pipeline_tick(struct pipeline *pipeline, uint64_t clock_ns)
{
	profile_begin(&pipeline->profile);
	refresh(pipeline);
	pipeline->clock_ns = clock_ns;
	connections_expire(&pipeline->connections, clock_ns);
	retire(pipeline);
	relieve(pipeline);
	profile_lap(&pipeline->profile, STAGE_REASSEMBLY);
}

void pipeline_shed(struct pipeline *pipeline)
{
	refresh(pipeline); /* what was replaced is let go, though no segment comes */
	stock_shed(&pipeline->exchanges);
}

void pipeline_end(struct pipeline *pipeline)
{
	profile_begin(&pipeline->profile);
	refresh(pipeline);
	connections_drain(&pipeline->connections);
	retire(pipeline);
}
