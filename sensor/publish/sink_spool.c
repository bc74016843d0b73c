/* A Kafka topic behind the spool: at least once. Whatever goes wrong, the record stays in the spool, the
 * producer is made anew after a while, and all that was not reported as delivered is sent again, in order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parsers/base/limits.h"
#include "sensor/publish/kafka_client.h"
#include "sensor/publish/kafka_url.h"
#include "sensor/publish/sink_kind.h"
#include "sensor/publish/spool_message.h"

#define AGAIN_NS_MIN  (SECONDS / 4)
#define AGAIN_NS_MAX  (15 * SECONDS)
#define STUCK_NS_MAX  (300 * SECONDS) /* records are out, and no report came: a new producer may do better */
#define FLUSH_WAIT_MS 20

struct sink_spool {
	struct sink sink;
	struct spool *spool;
	enum spool_lane_name lane;
	struct kafka_plan plan;
	struct kafka_client *client; /* NULL: is made at again_ns */
	char *where;                 /* plan.brokers and plan.topic are parts of it */
	struct buffer payload;
	size_t out_count, out_bytes; /* with the broker */
	uint64_t careful_count;      /* so many one by one: one of them was refused */
	uint64_t again_ns, wait_ns;
	uint64_t moved_ns; /* the last report, or the first record that is out */
	bool is_failed;    /* the producer must be made anew */
	bool is_closing;
};

static struct sink_spool *spooled_of(struct sink *sink)
{
	return (struct sink_spool *)(void *)sink;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECONDS + (uint64_t)now.tv_nsec;
}

static void report_refusal(struct sink_spool *spooled, const struct kafka_report *report)
{
	sink_failed(&spooled->sink, "the broker refuses a record: %s", report->words);
	/* A refusal holds for all that was sent in one request: only alone it is this record's. */
	if (spooled->careful_count > 0) {
		spooled->careful_count--;
		spool_refuse(spooled->spool, spooled->lane, report->number);
		return;
	}
	spooled->careful_count = spooled->out_count + 1;
	spooled->is_failed = true;
}

static void report(void *context, const struct kafka_report *report)
{
	struct sink_spool *spooled = context;

	if (report->outcome == KAFKA_DELIVERED)
		spool_release(spooled->spool, spooled->lane, report->number);
	if (spooled->is_closing || spooled->is_failed)
		return; /* whatever else is out is sent again */
	spooled->moved_ns = now_ns();
	if (report->outcome == KAFKA_REFUSED)
		report_refusal(spooled, report);
	spooled->out_count--;
	spooled->out_bytes -= report->len;
	if (report->outcome == KAFKA_NOT_NOW) {
		sink_failed(&spooled->sink, "a record is not delivered yet: %s", report->words);
		spooled->is_failed = true;
	}
	if (report->outcome != KAFKA_DELIVERED)
		return;
	spooled->careful_count -= spooled->careful_count > 0;
	spooled->wait_ns = 0;
	spooled->sink.counts.delivered++;
	spooled->sink.is_troubled = false;
}

static void trouble(void *context, const char *words)
{
	struct sink_spool *spooled = context;

	if (!spooled->is_closing)
		sink_failed(&spooled->sink, "%s", words);
}

static void give_up_client(struct sink_spool *spooled)
{
	spooled->is_closing = true;
	kafka_client_close(spooled->client);
	spooled->is_closing = spooled->is_failed = false;
	spooled->client = NULL;
	spooled->out_count = spooled->out_bytes = 0;
	spool_rewind(spooled->spool, spooled->lane);
	spooled->wait_ns = spooled->wait_ns == 0 ? AGAIN_NS_MIN : 2 * spooled->wait_ns;
	if (spooled->wait_ns > AGAIN_NS_MAX)
		spooled->wait_ns = AGAIN_NS_MAX;
	spooled->again_ns = now_ns() + spooled->wait_ns;
}

static bool has_client(struct sink_spool *spooled)
{
	char error[SINK_ERROR_MAX];

	if (spooled->client != NULL &&
	    (spooled->is_failed || kafka_client_is_dead(spooled->client) ||
	     (spooled->out_count > 0 && now_ns() - spooled->moved_ns > STUCK_NS_MAX)))
		give_up_client(spooled);
	if (spooled->client != NULL)
		return true;
	if (now_ns() < spooled->again_ns)
		return false;
	if (kafka_client_open(&spooled->plan, error, sizeof(error), &spooled->client) == STATUS_OK)
		return true;
	sink_failed(&spooled->sink, "%s", error);
	spooled->again_ns = now_ns() + AGAIN_NS_MAX;
	return false;
}

/* False: no more for now. */
static bool send_next(struct sink_spool *spooled)
{
	size_t count_max = spooled->careful_count > 0 ? 1 : LIMIT_SPOOL_FLIGHT;
	struct sink_message message;
	struct frame frame;
	const char *words = "";

	if (spooled->is_failed || spooled->out_count >= count_max ||
	    spooled->out_bytes >= LIMIT_SPOOL_FLIGHT_BYTES ||
	    !spool_next(spooled->spool, spooled->lane, &frame))
		return false;
	if (spool_message_read(frame.payload, &message) != STATUS_OK) { /* of another version */
		spool_refuse(spooled->spool, spooled->lane, frame.number);
		return true;
	}
	if (spooled->out_count == 0)
		spooled->moved_ns = now_ns();
	switch (kafka_client_send(spooled->client, &message, frame.number, &words)) {
	case KAFKA_SENT:
		spooled->out_count++;
		spooled->out_bytes += message.value.len;
		return true;
	case KAFKA_NEVER:
		sink_failed(&spooled->sink, "a record cannot be sent: %s", words);
		spool_refuse(spooled->spool, spooled->lane, frame.number);
		return true;
	case KAFKA_QUEUE_FULL:
		break;
	}
	sink_failed(&spooled->sink, "a record is not sent yet: %s", words);
	spooled->is_failed = true;
	return false;
}

static void turn(struct sink_spool *spooled, int wait_ms)
{
	struct spool_counts counts;

	if (has_client(spooled)) {
		while (send_next(spooled))
			;
		kafka_client_poll(spooled->client, wait_ms);
	}
	spool_poll(spooled->spool);
	spool_counts(spooled->spool, spooled->lane, &counts);
	spooled->sink.counts.dropped = counts.lost;
}

static void put(struct sink *sink, const struct sink_message *message)
{
	struct sink_spool *spooled = spooled_of(sink);

	if (spool_message_write(message, &spooled->payload) != STATUS_OK) {
		sink_failed(sink, "a record is too large, or there is no memory for it");
		sink->counts.failed++;
		return;
	}
	spool_put(spooled->spool, spooled->lane, buffer_bytes(&spooled->payload));
	if (spooled->client != NULL && !spooled->is_failed)
		(void)send_next(spooled);
}

static void poll_spooled(struct sink *sink)
{
	turn(spooled_of(sink), 0);
}

/* What stays is on disk: the next start sends it. */
static enum status flush(struct sink *sink, int timeout_ms)
{
	struct sink_spool *spooled = spooled_of(sink);
	uint64_t end_ns = now_ns() + (uint64_t)timeout_ms * (SECONDS / 1000);
	struct spool_counts counts;

	do {
		turn(spooled, FLUSH_WAIT_MS);
		spool_counts(spooled->spool, spooled->lane, &counts);
	} while (counts.waiting > 0 && now_ns() < end_ns);
	if (counts.memory_bytes == 0)
		return STATUS_OK;
	sink_failed(sink, "%s", spool_trouble(spooled->spool));
	return STATUS_IO;
}

static void close_spooled(struct sink *sink)
{
	struct sink_spool *spooled = spooled_of(sink);

	if (spooled->client != NULL)
		give_up_client(spooled);
	buffer_finish(&spooled->payload);
	free(spooled->where);
	free(spooled);
}

static const struct sink_kind SPOOL_KIND = {
	.put = put, .poll = poll_spooled, .flush = flush, .close = close_spooled};

enum status sink_spool_open(const char *where, const struct sink_plan *plan, char *error, size_t error_len,
			    struct sink **out_sink)
{
	struct sink_spool *spooled = calloc(1, sizeof(*spooled));
	struct spool_counts counts;
	enum status status = STATUS_NO_MEMORY;
	struct kafka_url url;
	const char *why = "no memory";

	if (spooled != NULL)
		spooled->where = strdup(where);
	if (spooled != NULL && spooled->where != NULL)
		status = kafka_url_read(bytes_of(spooled->where), &url, &why);
	if (status != STATUS_OK) {
		snprintf(error, error_len, "%s", why);
	} else {
		spooled->sink.kind = &SPOOL_KIND;
		spooled->spool = plan->spool;
		spooled->lane = plan->lane;
		spooled->payload = BUFFER_MAX(FRAME_PAYLOAD_MAX);
		spooled->plan = (struct kafka_plan){.brokers = url.brokers,
						    .topic = url.topic,
						    .sensor = plan->sensor,
						    .options = plan->kafka,
						    .is_patient = true,
						    .report = report,
						    .trouble = trouble,
						    .context = spooled};
		status = kafka_client_open(&spooled->plan, error, error_len, &spooled->client);
	}
	if (status != STATUS_OK) {
		if (spooled != NULL)
			free(spooled->where);
		free(spooled);
		return status;
	}
	spool_counts(plan->spool, plan->lane, &counts);
	spooled->sink.counts.queued = counts.waiting;
	*out_sink = &spooled->sink;
	return STATUS_OK;
}
