/*
 * The property that matters after loss: no request is ever given the response of another. Random
 * conversations, in which each response names its request, lose random segments.
 */
#include "tests/unit/parsers/talk.h"

struct model {
	struct session session;
	struct session_counts counts;
	uint64_t sent[2];
	unsigned seed, loss_percent;
	uint64_t paired, wrong, handed_out;
};

static unsigned roll(struct model *model, unsigned sides)
{
	return (unsigned)rand_r(&model->seed) % sides;
}

static void check(struct model *model)
{
	struct exchange *exchange;

	while ((exchange = session_next(&model->session)) != NULL) {
		const struct header *asked = message_header(&exchange->request, BYTES("x-id"));
		const struct header *answered = message_header(&exchange->response, BYTES("x-id"));

		model->handed_out++;
		if (asked != NULL && answered != NULL) {
			model->paired++;
			model->wrong += !bytes_equal(asked->value, answered->value);
		}
		exchange_free(exchange);
	}
}

/* One message in one to three segments, each of which may be lost. */
static void send(struct model *model, int direction, struct bytes message)
{
	while (message.len > 0) {
		struct chunk chunk = {.direction = (enum direction)direction,
				      .is_segment_start = true,
				      .is_peer_offset_known = true,
				      .time_ns = 1,
				      .offset = model->sent[direction],
				      .peer_offset = model->sent[!direction]};

		chunk.bytes = bytes_slice(message, 0, roll(model, 3) == 0 ? 1 + roll(model, 60) : SIZE_MAX);
		message = bytes_from(message, chunk.bytes.len);
		model->sent[direction] += chunk.bytes.len;
		if (roll(model, 100) < model->loss_percent) {
			chunk.kind = CHUNK_GAP;
			chunk.gap_len = chunk.bytes.len;
			chunk.bytes = BYTES_NONE;
		}
		session_feed(&model->session, &chunk);
		check(model);
	}
}

static void send_request(struct model *model, unsigned id)
{
	char text[200];

	if (roll(model, 3) == 0)
		snprintf(text, sizeof(text),
			 "POST /%u HTTP/1.1\r\nX-Id: %u\r\nContent-Length: 5\r\n\r\nhello", id, id);
	else
		snprintf(text, sizeof(text), "GET /%u HTTP/1.1\r\nX-Id: %u\r\n\r\n", id, id);
	send(model, 0, bytes_of(text));
}

static void send_response(struct model *model, unsigned id)
{
	char text[200];

	if (roll(model, 3) == 0)
		snprintf(text, sizeof(text),
			 "HTTP/1.1 200 OK\r\nX-Id: %u\r\nTransfer-Encoding: "
			 "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
			 id);
	else
		snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\nX-Id: %u\r\nContent-Length: 5\r\n\r\nhello",
			 id);
	send(model, 1, bytes_of(text));
}

static struct model converse(unsigned seed, unsigned loss_percent, unsigned pipelined_percent)
{
	struct model model = {.seed = seed, .loss_percent = loss_percent};
	struct session_plan plan = {.counts = &model.counts, .body_bytes_max = 1000};
	struct chunk end = {.kind = CHUNK_ABORTED};
	unsigned asked = 0, answered = 0;

	session_init(&model.session, &plan);
	while (answered < 100) {
		unsigned burst = roll(&model, 100) < pipelined_percent ? 2 + roll(&model, 3) : 1;

		while (burst-- > 0)
			send_request(&model, asked++);
		while (answered < asked)
			send_response(&model, answered++);
	}
	session_feed(&model.session, &end);
	check(&model);
	session_finish(&model.session);
	return model;
}

/* A client that keeps `depth` requests on their way and sends the next at each answer, like h2load: after a
 * loss every request acknowledges just the answer before somebody else's. */
static struct model keep_asking(unsigned seed, unsigned loss_percent, unsigned depth)
{
	struct model model = {.seed = seed, .loss_percent = loss_percent};
	struct session_plan plan = {.counts = &model.counts, .body_bytes_max = 1000};
	struct chunk end = {.kind = CHUNK_ABORTED};
	unsigned asked = 0;

	session_init(&model.session, &plan);
	while (asked < depth)
		send_request(&model, asked++);
	for (unsigned answered = 0; answered < 100; answered++) {
		send_response(&model, answered);
		if (asked < 100)
			send_request(&model, asked++);
	}
	session_feed(&model.session, &end);
	check(&model);
	session_finish(&model.session);
	return model;
}

static void never_a_wrong_pair_in_a_full_pipeline(void **state)
{
	static const unsigned losses[] = {1, 5, 20};
	uint64_t paired = 0;

	(void)state;
	for (unsigned seed = 0; seed < 60; seed++)
		for (int loss = 0; loss < 3; loss++) {
			struct model model = keep_asking(seed + 1, losses[loss], 8);

			assert_int_equal(model.wrong, 0);
			paired += model.paired;
		}
	assert_true(paired > 1000);
}

static void never_a_wrong_pair(void **state)
{
	static const unsigned losses[] = {1, 5, 20, 50}, pipelined[] = {0, 5, 50, 100};
	uint64_t paired = 0, prevented = 0, wrong = 0;

	(void)state;
	for (unsigned seed = 0; seed < 60; seed++)
		for (int loss = 0; loss < 4; loss++)
			for (int way = 0; way < 4; way++) {
				struct model model = converse(seed + 1, losses[loss], pipelined[way]);

				paired += model.paired;
				wrong += model.wrong;
				prevented += model.counts.mispairs_prevented;
			}
	print_message("%llu pairs, %llu wrong\n", (unsigned long long)paired, (unsigned long long)wrong);
	assert_int_equal(wrong, 0);
	assert_true(paired > 10000);
	assert_true(prevented > 100);
}

static void most_pairs_survive(void **state)
{
	uint64_t paired = 0;

	(void)state;
	assert_int_equal(converse(7, 0, 30).paired, converse(7, 0, 30).handed_out);
	for (unsigned seed = 0; seed < 50; seed++)
		paired += converse(seed + 1, 1, 0).paired;
	assert_true(paired > 50 * 90);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_a_wrong_pair),
		cmocka_unit_test(never_a_wrong_pair_in_a_full_pipeline),
		cmocka_unit_test(most_pairs_survive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
