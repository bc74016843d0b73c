/* HTTP/2 joined midway and with lost segments: what is told is true, what is not known is said to be. */
#include "tests/unit/parsers/http2_made.h"

#define REQUESTS 400

static uint32_t random_state;

static uint32_t below(uint32_t max)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 8) % max;
}

/* What request `index` and its answer say; each value names where it belongs. */
struct truth {
	char path[64], tenant[64], trace[64], tag[64], body[64];
};

static struct truth truth_of(uint32_t index)
{
	struct truth truth;

	snprintf(truth.path, sizeof(truth.path), "/items/%u", index % 37);
	snprintf(truth.tenant, sizeof(truth.tenant), "tenant-%u", index % 5);
	snprintf(truth.trace, sizeof(truth.trace), "trace-%u", index);
	snprintf(truth.tag, sizeof(truth.tag), "tag-%u", index % 11);
	snprintf(truth.body, sizeof(truth.body), "body of %u ..............................", index);
	return truth;
}

static void tell_one(struct made *made, uint32_t index)
{
	struct truth truth = truth_of(index);
	uint32_t id = 2 * index + 1;

	made_headers(made, 0, id, MADE_OPEN,
		     FIELDS(":method", index % 3 == 0 ? "PUT" : "POST", ":scheme", "http", ":authority",
			    "api.example", ":path", truth.path, "x-tenant", truth.tenant, "x-trace",
			    truth.trace));
	made_frame(made, 0, HTTP2_DATA, HTTP2_END_STREAM, id, bytes_of(truth.body));
	made_headers(made, 1, id, MADE_OPEN,
		     FIELDS(":status", index % 4 == 0 ? "201" : "200", "x-tag", truth.tag, "x-trace",
			    truth.trace));
	made_frame(made, 1, HTTP2_DATA, 0, id, bytes_of(truth.body));
	made_headers(made, 1, id, MADE_END, FIELDS("x-trace", truth.trace));
}

struct tally {
	uint64_t exchanges, complete, exact, partial, wrong;
};

static void check_message(const struct message *message, const char *const *truth, struct tally *tally)
{
	size_t found = 0;

	for (size_t i = 0; i < message->header_count; i++) {
		const struct header *header = &message->headers[i];
		size_t j = 0;

		while (truth[j] != NULL && !(bytes_equal(header->name, bytes_of(truth[j])) &&
					     bytes_equal(header->value, bytes_of(truth[j + 1]))))
			j += 2;
		tally->wrong += truth[j] == NULL;
		found += !header->is_trailer;
	}
	if (message->is_seen && !message->has_unknown_fields)
		tally->wrong += found != 2;
	*(message->has_unknown_fields ? &tally->partial : &tally->exact) += 1;
}

static void check(const struct exchange *exchange, struct tally *tally)
{
	struct bytes body = exchange->request.body.content;
	struct truth truth;
	uint64_t index = 0;

	tally->exchanges++;
	tally->complete += exchange->outcome == EXCHANGE_COMPLETE;
	if (body.len < 20)
		body = exchange->response.body.content;
	body = bytes_from(body, strlen("body of "));
	if (!bytes_to_u64(bytes_split(&body, ' '), &index)) /* the bodies tell which one it is */
		return;
	truth = truth_of((uint32_t)index);
	if (exchange->request.is_seen) {
		check_message(&exchange->request, FIELDS("x-tenant", truth.tenant, "x-trace", truth.trace),
			      tally);
		tally->wrong += !bytes_equal(exchange->path, bytes_of(truth.path));
		tally->wrong += !bytes_equal(exchange->method, index % 3 == 0 ? BYTES("PUT") : BYTES("POST"));
		tally->wrong += exchange->host.len > 0 && !bytes_equal(exchange->host, BYTES("api.example"));
	}
	if (exchange->response.is_seen) {
		check_message(&exchange->response, FIELDS("x-tag", truth.tag, "x-trace", truth.trace), tally);
		tally->wrong += exchange->status != (index % 4 == 0 ? 201u : 200u);
	}
	if (exchange->outcome != EXCHANGE_COMPLETE)
		return;
	tally->wrong += !bytes_equal(exchange->request.body.content, bytes_of(truth.body));
	tally->wrong += !bytes_equal(exchange->response.body.content, bytes_of(truth.body));
}

struct link {
	struct session session;
	struct session_counts counts;
	uint64_t sent[2], time_ns;
	struct tally tally;
};

static void link_feed(struct link *link, struct chunk chunk)
{
	struct exchange *exchange;

	chunk.offset = link->sent[chunk.direction];
	chunk.peer_offset = link->sent[!chunk.direction];
	chunk.is_peer_offset_known = true;
	chunk.is_segment_start = true;
	chunk.time_ns = link->time_ns += SECONDS / 100;
	link->sent[chunk.direction] += chunk.bytes.len + chunk.gap_len;
	session_feed(&link->session, &chunk);
	while ((exchange = session_next(&link->session)) != NULL) {
		check(exchange, &link->tally);
		exchange_free(exchange);
	}
}

/* What was made for that direction, in segments, of which some are lost. */
static void link_say(struct link *link, struct made *made, int direction, uint32_t segment_max,
		     uint32_t lost_of_thousand)
{
	struct bytes run = buffer_bytes(&made->out[direction]);

	while (run.len > 0) {
		struct chunk chunk = {.direction = (enum direction)direction,
				      .bytes = bytes_slice(run, 0, 1 + below(segment_max))};

		run = bytes_from(run, chunk.bytes.len);
		if (below(1000) < lost_of_thousand) {
			chunk.kind = CHUNK_GAP;
			chunk.gap_len = chunk.bytes.len;
			chunk.bytes = BYTES_NONE;
		}
		link_feed(link, chunk);
	}
	buffer_clear(&made->out[direction]);
}

static void link_end(struct link *link)
{
	uint64_t outcomes = 0;

	link_feed(link, (struct chunk){.kind = CHUNK_ABORTED});
	session_finish(&link->session);
	for (int i = 0; i < EXCHANGE_OUTCOME_COUNT; i++)
		outcomes += link->counts.exchanges[i];
	assert_int_equal(outcomes, link->tally.exchanges);
	assert_int_equal(link->tally.wrong, 0);
}

/* Joined after `before` requests; the answerer is the client when `is_turned`. */
static struct link join(uint32_t before, size_t table_len, bool is_turned)
{
	struct link link = {0};
	struct session_plan plan = {.counts = &link.counts, .is_mid_stream = true, .body_bytes_max = 1000};
	struct made made;

	made_begin(&made, table_len);
	for (uint32_t i = 0; i < REQUESTS; i++) {
		if (i == before) {
			session_init(&link.session, &plan);
			link.session.plan.counts = &link.counts;
		}
		tell_one(&made, i);
		if (is_turned) {
			struct buffer swapped = made.out[0];

			made.out[0] = made.out[1];
			made.out[1] = swapped;
		}
		if (i < before) {
			buffer_clear(&made.out[0]);
			buffer_clear(&made.out[1]);
		} else {
			link_say(&link, &made, is_turned, 2000, 0);
			link_say(&link, &made, !is_turned, 2000, 0);
		}
	}
	link_end(&link);
	made_end(&made);
	return link;
}

static void joins_late(void **state)
{
	static const size_t tables[] = {4096, 65536, 200};

	(void)state;
	for (size_t table = 0; table < 3; table++)
		for (uint32_t before = 1; before < 380; before += 47) {
			struct link link = join(before, tables[table], before % 2 == 0);

			assert_int_equal(link.counts.http2_seeded, 2);
			assert_int_equal(link.counts.http2_undecoded, 0);
			/* Some answers, or the whole exchange, may stay unknown; nothing is lost in silence.
			 */
			assert_in_range(link.tally.exchanges, REQUESTS - before, REQUESTS - before);
			if (before == 95)
				print_message(
					"table %zu: %llu exchanges, %llu complete, messages %llu exact %llu "
					"partial, %llu wrong\n",
					tables[table], (unsigned long long)link.tally.exchanges,
					(unsigned long long)link.tally.complete,
					(unsigned long long)link.tally.exact,
					(unsigned long long)link.tally.partial,
					(unsigned long long)link.tally.wrong);
		}
}

static void loses_segments(void **state)
{
	struct session_counts all_counts = {0};
	struct tally all = {0};

	(void)state;
	for (uint32_t seed = 0; seed < 60; seed++) {
		struct link link = {0};
		struct session_plan plan = {.counts = &link.counts, .body_bytes_max = 1000};
		struct made made;

		random_state = seed;
		session_init(&link.session, &plan);
		link.session.plan.counts = &link.counts;
		made_begin(&made, seed % 2 == 0 ? 4096 : 65536);
		made_start(&made);
		for (uint32_t i = 0; i < REQUESTS; i++) {
			tell_one(&made, i);
			if (below(3) == 0)
				tell_one(&made, ++i);
			link_say(&link, &made, 0, seed % 3 == 0 ? 60 : 600, seed % 20);
			link_say(&link, &made, 1, seed % 3 == 0 ? 60 : 600, seed % 20);
		}
		link_end(&link);
		made_end(&made);
		assert_true(seed % 20 != 0 || link.tally.complete >= REQUESTS);
		all_counts.http2_hunts += link.counts.http2_hunts;
		all_counts.http2_resyncs += link.counts.http2_resyncs;
		all.exchanges += link.tally.exchanges;
		all.complete += link.tally.complete;
		all.exact += link.tally.exact;
		all.partial += link.tally.partial;
	}
	print_message("%llu hunts, %llu found\n", (unsigned long long)all_counts.http2_hunts,
		      (unsigned long long)all_counts.http2_resyncs);
	print_message(
		"with loss: %llu exchanges, %llu complete, messages %llu exact %llu partial, none wrong\n",
		(unsigned long long)all.exchanges, (unsigned long long)all.complete,
		(unsigned long long)all.exact, (unsigned long long)all.partial);
	assert_true(all.complete * 2 > all.exchanges);
	assert_true(all_counts.http2_hunts > 100 && all_counts.http2_resyncs * 2 > all_counts.http2_hunts);
}

/* A gap wholly inside DATA takes nothing but the bytes. */
static void data_gaps(void **state)
{
	struct talk talk = {0};
	struct made made;
	char *text;

	(void)state;
	made_begin(&made, 4096);
	made_start(&made);
	made_headers(&made, 0, 1, MADE_END, GET("/1"));
	made_say(&made, &talk, 0);
	made_headers(&made, 1, 1, MADE_OPEN, OK200);
	made_bytes(&made, 1, (struct bytes){"\0\0\x14\0\0\0\0\0\1abcd", 13});
	made_say(&made, &talk, 1);
	talk_gap(&talk, 1, 10);
	made_bytes(&made, 1, BYTES("efghij"));
	made_frame(&made, 1, HTTP2_DATA, HTTP2_END_STREAM, 1, BYTES("k"));
	made_say(&made, &talk, 1);
	made_headers(&made, 0, 3, MADE_END, GET("/2"));
	made_say(&made, &talk, 0);
	made_headers(&made, 1, 3, MADE_END, OK200);
	made_say(&made, &talk, 1);
	text = talk_end(&talk);
	assert_string_equal(text, "0 gap_response | GET /1 none '' | 200 holed 'abcd' wire=21 gap=10\n"
				  "1 complete | GET /2 none '' | 200 none ''\n");
	assert_int_equal(talk.counts.http2_hunts + talk.counts.http2_reseeded, 0);
	free(text);
	made_end(&made);
}

/* A gap inside HEADERS: the next frame is found, the table begins anew, the request is not known. */
static void header_gaps(void **state)
{
	struct talk talk = {0};
	struct made made;
	struct bytes block;
	char *text;

	(void)state;
	made_begin(&made, 4096);
	made_start(&made);
	block = made_block(&made, 0, FIELDS(":method", "PUT", ":scheme", "http", ":path", "/1"));
	made_frame(&made, 0, HTTP2_HEADERS, MADE_END, 1, block);
	made.out[0].len -= 5;
	made_say(&made, &talk, 0);
	talk_gap(&talk, 0, 5);
	made_headers(&made, 0, 3, MADE_END, GET("/2"));
	made_headers(&made, 0, 5, MADE_END, FIELDS(":method", "PUT", ":scheme", "http", ":path", "/1"));
	made_say(&made, &talk, 0);
	for (uint32_t id = 1; id < 7; id += 2)
		made_headers(&made, 1, id, MADE_END, OK200);
	made_say(&made, &talk, 1);
	text = talk_end(&talk);
	assert_string_equal(text, "0 gap_request |   holed '' gap=5 | 200 none ''\n"
				  "1 complete | GET /2 none '' | 200 none ''\n"
				  "2 unknown_head |   none '' | 200 none ''\n");
	assert_int_equal(talk.counts.http2_hunts, 0);
	assert_int_equal(talk.counts.http2_reseeded, 1);
	free((char *)(uintptr_t)block.data);
	free(text);
	made_end(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_late),
		cmocka_unit_test(loses_segments),
		cmocka_unit_test(data_gaps),
		cmocka_unit_test(header_gaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
