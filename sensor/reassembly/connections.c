#include "sensor/reassembly/connections.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "parsers/base/zeroed.h"

static const uint64_t patience_ns[AGE_COUNT] = {
	[AGE_HALF_OPEN] = LIMIT_HALF_OPEN_NS,
	[AGE_OPEN] = LIMIT_CONNECTION_IDLE_NS,
	[AGE_QUIET] = LIMIT_CONNECTION_IDLE_NS,
	[AGE_CLOSED] = LIMIT_CLOSED_NS,
};

/* -- leaving ----------------------------------------------------------------- */

/* Out of all lists and to the end of the queue for connections_retired. */
static void queue_retired(struct connection *connection, enum abort_reason reason, uint64_t clock_ns)
{
	struct connections *home = connection->home;

	connection->is_retired = true;
	connection->over = reason;
	connection->over_ns = clock_ns;
	if (connection_is_closed(connection)) {
		connection->over = ABORT_CLOSED;
	} else if (connection_is_reset(connection)) {
		connection->over = ABORT_RESET;
		connection->over_ns = connection->odd->reset.last_ns;
		/* a lone RST resets nothing */
		home->plan.counts->resets +=
			connection->odd->reset.number != connection->session.plan.connection;
	}
	connection_list_leave(connection, LINK_WAITING);
	connection_list_add(&home->retired, connection);
}

static void retire(struct connection *connection, enum abort_reason reason, uint64_t clock_ns)
{
	queue_retired(connection, reason, clock_ns);
	map_remove(&connection->home->map, connection->map_value);
}

/* The map lets one go: because we said so, or because it is full. */
static void leave(void *context, void *value)
{
	struct connections *connections = context;
	struct connection *connection = *(struct connection **)value;

	if (connection->is_retired)
		return;
	connections->plan.counts->evicted++;
	queue_retired(connection, ABORT_EVICTED, connections->at_hand_ns);
}

struct connection *connections_retired(struct connections *connections)
{
	struct connection *connection = connections->retired.oldest;

	if (connection != NULL)
		connection_list_leave(connection, LINK_AGE);
	return connection;
}

void connection_free(struct connection *connection)
{
	if (connection == NULL)
		return;
	CHECK(connection->is_retired);
	session_finish(&connection->session);
	stream_finish(&connection->streams[0]);
	stream_finish(&connection->streams[1]);
	free(connection->odd);
	free(connection);
}

/* -- where a living one stands ------------------------------------------------- */

void connections_place(struct connection *connection)
{
	struct connections *home = connection->home;
	enum connection_age age = AGE_HALF_OPEN;

	if (connection->is_retired)
		return;
	if (connection_is_reset(connection))
		connections_close(connection);
	if (connection_is_reset(connection) || connection_is_closed(connection))
		return; /* connections_close has put it where it is */
	if (connection->state & (CONNECTION_SYN_ACK | CONNECTION_DATA))
		age = AGE_OPEN;
	connection_list_add(&home->ages[age], connection);
}

void connections_close(struct connection *connection)
{
	struct connection_list *closed = &connection->home->ages[AGE_CLOSED];

	if (connection->is_retired || connection->links[LINK_AGE].list == closed)
		return;
	connection->touched_ns = connection->clock_ns;
	connection_list_add(closed, connection);
}

void connections_wait(struct connection *connection)
{
	bool is_waiting = connection_is_waiting(connection) && !connection->is_retired;

	if (is_waiting && connection->links[LINK_WAITING].list != &connection->home->waiting)
		connection_list_add(&connection->home->waiting, connection);
	else if (!is_waiting)
		connection_list_leave(connection, LINK_WAITING);
}

/* -- time ---------------------------------------------------------------------- */

static bool is_stale(const struct connection *connection, uint64_t clock_ns)
{
	enum connection_age age =
		(enum connection_age)(connection->links[LINK_AGE].list - connection->home->ages);

	return clock_ns >= connection->touched_ns + patience_ns[age];
}

static void retire_stale(struct connection *connection, uint64_t clock_ns)
{
	struct connections *home = connection->home;

	if (connection->links[LINK_AGE].list == &home->ages[AGE_HALF_OPEN])
		home->plan.counts->half_open_expired++;
	else if (connection->links[LINK_AGE].list != &home->ages[AGE_CLOSED])
		home->plan.counts->idle++;
	retire(connection, ABORT_IDLE, clock_ns);
}

/* Nothing will come any more that is a copy of what it saw last. */
static void make_quiet(struct connection *connection)
{
	prints_finish(&connection->streams[0].prints);
	prints_finish(&connection->streams[1].prints);
	connection_list_add(&connection->home->ages[AGE_QUIET], connection);
}

void connections_expire(struct connections *connections, uint64_t clock_ns)
{
	struct connection *connection, *newer;

	connections->clock_ns = clock_ns;
	/* Each list is in the order of touched_ns, so the first that may stay ends it. */
	for (int age = 0; age < AGE_COUNT; age++)
		while ((connection = connections->ages[age].oldest) != NULL && is_stale(connection, clock_ns))
			retire_stale(connection, clock_ns);
	while ((connection = connections->ages[AGE_OPEN].oldest) != NULL &&
	       clock_ns >= connection->touched_ns + LIMIT_QUIET_NS)
		make_quiet(connection);
	for (connection = connections->waiting.oldest; connection != NULL; connection = newer) {
		newer = connection->links[LINK_WAITING].newer;
		if (connection_review(connection, clock_ns))
			connection_list_add(&connections->ready, connection);
	}
}

/* At the ceiling: who has waited longest for holes gives them up, until the rest fits again. */
static struct connection *longest_waiting(struct connections *connections)
{
	const struct connection *last = connections->waiting.newest;
	struct connection *connection;

	while (connections->plan.counts->held_bytes_now > connections->plan.held_bytes_max &&
	       (connection = connections->waiting.oldest) != NULL) {
		if (connection_let_go(connection))
			return connection;
		connection_list_add(&connections->waiting,
				    connection); /* it holds nothing: behind the others */
		if (connection == last)
			return NULL;
	}
	return NULL;
}

struct connection *connections_ready(struct connections *connections)
{
	struct connection *connection = connections->ready.oldest;

	if (connection == NULL)
		connection = longest_waiting(connections);
	if (connection != NULL)
		connection_list_leave(connection, LINK_WAITING);
	return connection;
}

/* -- finding --------------------------------------------------------------------- */

static struct connection *connection_new(struct connections *home, const struct segment *segment)
{
	struct connection *connection = zeroed(sizeof(*connection));
	bool is_syn = (segment->flags & TCP_SYN) != 0;
	bool is_answer = is_syn && (segment->flags & TCP_ACK);
	struct session_plan plan = {
		.counts = home->plan.session_counts,
		.connection = segment->number,
		.ends = {is_answer ? segment->to : segment->from, is_answer ? segment->from : segment->to},
		.is_mid_stream = !is_syn,
		.is_decrypted = segment->is_decrypted,
		.body_bytes_max = home->plan.body_bytes_max,
		.exchanges = home->plan.exchanges,
		.unpacker = home->plan.unpacker,
		.reader = home->plan.reader,
	};

	if (connection == NULL)
		return NULL;
	connection->home = home;
	connection->touched_ns = segment->clock_ns;
	stream_init(&connection->streams[0], &home->streams);
	stream_init(&connection->streams[1], &home->streams);
	session_init(&connection->session, &plan);
	return connection;
}

static struct connection *add(struct connections *connections, struct bytes key,
			      const struct segment *segment)
{
	struct connection *connection = connection_new(connections, segment);
	struct connection **value;
	bool is_new;

	if (connection == NULL)
		return NULL;
	value = map_put(&connections->map, key, &is_new);
	if (value == NULL) {
		connection->is_retired = true;
		connection_free(connection);
		return NULL;
	}
	CHECK(is_new);
	*value = connection;
	connection->map_value = value;
	connections_place(connection);
	connections->plan.counts->connections++;
	if ((segment->flags & (TCP_SYN | TCP_RST)) == 0)
		connections->plan.counts->mid_stream++;
	return connection;
}

/*
 * A SYN for ports that are remembered, with its own initial sequence number (a
 * repeated SYN belongs to the connection it opened):
 *
 *	the old connection			what the SYN does
 *	reset, or a FIN was seen		takes the ports
 *	only SYNs so far			the later SYN counts; the SYN-ACK decides
 *	alive, the other side never seen	takes the ports: nobody could answer it here
 *	alive					waits for its SYN-ACK, which takes the ports; it may be forged
 *
 * A SYN-ACK takes the ports when it answers a SYN that waits, or when the old
 * connection is reset or has a FIN and the SYN-ACK is not its own.
 */
static bool takes_ports(struct connection *connection, const struct segment *segment)
{
	enum direction direction = connection_direction(connection, segment);
	const struct stream *own = &connection->streams[direction];
	const struct stream *other = &connection->streams[!direction];
	bool is_ending = connection_is_reset(connection) || own->has_fin || other->has_fin;
	bool is_own = own->has_base && own->base_seq == segment->seq + 1;
	bool is_alive = (connection->state & (CONNECTION_SYN_ACK | CONNECTION_DATA)) != 0;

	if (segment->flags & TCP_ACK)
		return (is_alive && connection_has_candidate(connection, !direction, segment->ack - 1)) ||
		       (is_ending && !is_own);
	if (is_own)
		return false;
	if (is_ending)
		return true;
	if (!is_alive)
		return false;
	if (!other->is_seen)
		return true;
	connection_add_candidate(connection, direction, segment->seq);
	return false;
}

struct connection *connections_find(struct connections *connections, const struct segment *segment)
{
	char key_bytes[SEGMENT_KEY_MAX];
	struct bytes key = {.data = key_bytes, .len = segment_key(segment, key_bytes)};
	struct connection **value, *connection;

	connections->at_hand_ns = segment->clock_ns;
	value = map_find(&connections->map, key);
	connection = value == NULL ? NULL : *value;
	if (connection != NULL && is_stale(connection, segment->clock_ns)) {
		retire_stale(connection, segment->clock_ns);
		connection = NULL;
	}
	if (connection != NULL && (segment->flags & (TCP_SYN | TCP_RST)) == TCP_SYN &&
	    takes_ports(connection, segment)) {
		connections->plan.counts->reused++;
		retire(connection, ABORT_REUSED, segment->clock_ns);
		connection = NULL;
	}
	if (connection == NULL)
		return add(connections, key, segment);
	map_touch(&connections->map, connection->map_value);
	return connection;
}

/* -- all of them ------------------------------------------------------------------ */

void connections_init(struct connections *connections, const struct connections_plan *plan)
{
	*connections = (struct connections){.plan = *plan};
	for (int age = 0; age < AGE_COUNT; age++)
		connections->ages[age].kind = LINK_AGE;
	connections->retired.kind = LINK_AGE;
	connections->waiting.kind = LINK_WAITING;
	connections->ready.kind = LINK_WAITING;
	stream_home_init(&connections->streams, plan->counts);
	map_init(&connections->map, &(struct map_plan){.entries_max = plan->connections_max,
						       .value_len = sizeof(struct connection *),
						       .seed = plan->seed,
						       .leave = leave,
						       .context = connections});
}

static struct connection *oldest(const struct connections *connections)
{
	struct connection **value = map_oldest(&connections->map);

	return value == NULL ? NULL : *value;
}

static int number_compare(const void *a, const void *b)
{
	const struct connection *first = *(struct connection *const *)a;
	const struct connection *second = *(struct connection *const *)b;

	return (first->session.plan.connection > second->session.plan.connection) -
	       (first->session.plan.connection < second->session.plan.connection);
}

/* The time of the end is the same for any number of workers: its last packet's or the last tick's. */
static void drain(struct connection *connection)
{
	uint64_t tick_ns = connection->home->clock_ns;

	retire(connection, ABORT_DRAINED, tick_ns > connection->clock_ns ? tick_ns : connection->clock_ns);
}

void connections_drain(struct connections *connections)
{
	size_t count = connections->map.count;
	struct connection **all = count == 0 ? NULL : calloc(count, sizeof(*all));
	size_t len = 0;

	for (void *value = map_oldest(&connections->map); all != NULL && value != NULL;
	     value = map_newer(value))
		all[len++] = *(struct connection **)value;
	if (len > 0)
		qsort(all, len, sizeof(*all), number_compare);
	for (size_t i = 0; i < len; i++)
		drain(all[i]);
	free(all);
	/* Without memory for the list: in the order they were touched. */
	while (oldest(connections) != NULL)
		drain(oldest(connections));
}

void connections_finish(struct connections *connections)
{
	struct connection *connection;

	if (connections->map.plan.entries_max == 0)
		return;
	while (oldest(connections) != NULL)
		drain(oldest(connections));
	while ((connection = connections_retired(connections)) != NULL)
		connection_free(connection);
	map_finish(&connections->map);
	stream_home_finish(&connections->streams);
}
