#include "sensor/publish/sink_webhook.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <yyjson.h>

#include "parsers/base/buffer.h"
#include "parsers/base/limits.h"
#include "sensor/publish/sink_kind.h"
#include "sensor/publish/webhook_post.h"
#include "sensor/publish/webhook_template.h"

#define ATTEMPTS_MAX    6
#define BACK_OFF_NS     (1 * SECONDS) /* doubles with each attempt */
#define BACK_OFF_NS_MAX (60 * SECONDS)

struct sink_webhook {
	struct sink sink;
	char *url, *headers, *template, *owner;
	unsigned severity_min;
	uint64_t pause_ns; /* between two posts */

	pthread_t thread;
	pthread_mutex_t lock; /* of all that follows */
	pthread_cond_t changed;
	char *queue[LIMIT_WEBHOOK_QUEUE]; /* a ring of records, each ended by a NUL */
	size_t first, count;
	bool is_busy; /* one more is being posted */
	uint64_t delivered, failed, unwanted;
	char error[SINK_ERROR_MAX];
	_Atomic bool is_over;
};

static struct sink_webhook *webhook_of(struct sink *sink)
{
	return (struct sink_webhook *)(void *)sink;
}

static struct timespec after(uint64_t ns)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	ns += (uint64_t)at.tv_nsec;
	at.tv_sec += (time_t)(ns / SECONDS);
	at.tv_nsec = (long)(ns % SECONDS);
	return at;
}

/* -- the collector's thread ---------------------------------------------------- */

static void take_counts(struct sink_webhook *webhook)
{
	struct sink_counts *counts = &webhook->sink.counts;

	pthread_mutex_lock(&webhook->lock);
	counts->queued -= webhook->unwanted; /* nothing that was meant to go out */
	webhook->unwanted = 0;
	counts->delivered = webhook->delivered;
	counts->failed = webhook->failed;
	if (webhook->error[0] != '\0')
		memcpy(webhook->sink.error, webhook->error, sizeof(webhook->sink.error));
	pthread_mutex_unlock(&webhook->lock);
}

/* Both formats tell a finding's creation so. */
static bool is_wanted(const struct sink_webhook *webhook, const struct sink_message *message)
{
	return message->severity >= webhook->severity_min &&
	       bytes_find(message->value, BYTES("\"activity_id\":1,")) != BYTES_NOT_FOUND;
}

static void put(struct sink *sink, const struct sink_message *message)
{
	struct sink_webhook *webhook = webhook_of(sink);
	char *copy;

	if (!is_wanted(webhook, message)) {
		sink->counts.queued--;
		sink->counts.bytes -= message->value.len;
		return;
	}
	copy = strndup(message->value.data, message->value.len);
	if (copy == NULL) {
		sink->counts.dropped++;
		return;
	}
	pthread_mutex_lock(&webhook->lock);
	if (webhook->count < LIMIT_WEBHOOK_QUEUE) {
		webhook->queue[(webhook->first + webhook->count++) % LIMIT_WEBHOOK_QUEUE] = copy;
		copy = NULL;
		pthread_cond_broadcast(&webhook->changed);
	}
	pthread_mutex_unlock(&webhook->lock);
	if (copy != NULL) {
		sink->counts.dropped++;
		sink_failed(sink, "the queue is full: the other side is slow, or away");
	}
	free(copy);
}

static void poll_webhook(struct sink *sink)
{
	take_counts(webhook_of(sink));
}

static enum status flush(struct sink *sink, int timeout_ms)
{
	struct sink_webhook *webhook = webhook_of(sink);
	struct timespec end = after((uint64_t)timeout_ms * 1000000);
	uint64_t failed = sink->counts.failed;
	bool is_empty;

	pthread_mutex_lock(&webhook->lock);
	while (webhook->count > 0 || webhook->is_busy)
		if (pthread_cond_timedwait(&webhook->changed, &webhook->lock, &end) != 0)
			break;
	is_empty = webhook->count == 0 && !webhook->is_busy;
	pthread_mutex_unlock(&webhook->lock);
	take_counts(webhook);
	return is_empty && sink->counts.failed == failed ? STATUS_OK : STATUS_IO;
}

static void free_webhook(struct sink_webhook *webhook)
{
	for (size_t i = 0; i < webhook->count; i++)
		free(webhook->queue[(webhook->first + i) % LIMIT_WEBHOOK_QUEUE]);
	if (webhook->url != NULL)
		explicit_bzero(webhook->url, strlen(webhook->url));
	if (webhook->headers != NULL)
		explicit_bzero(webhook->headers, strlen(webhook->headers));
	free(webhook->url);
	free(webhook->headers);
	free(webhook->template);
	free(webhook->owner);
	pthread_cond_destroy(&webhook->changed);
	pthread_mutex_destroy(&webhook->lock);
	free(webhook);
}

static void close_webhook(struct sink *sink)
{
	struct sink_webhook *webhook = webhook_of(sink);

	atomic_store(&webhook->is_over, true);
	pthread_mutex_lock(&webhook->lock);
	pthread_cond_broadcast(&webhook->changed);
	pthread_mutex_unlock(&webhook->lock);
	pthread_join(webhook->thread, NULL);
	free_webhook(webhook);
}

static const struct sink_kind WEBHOOK_KIND = {
	.put = put, .poll = poll_webhook, .flush = flush, .close = close_webhook};

/* -- its own thread -------------------------------------------------------------- */

/* Sleeps, unless all is over. */
static void rest(struct sink_webhook *webhook, uint64_t ns)
{
	struct timespec end = after(ns);

	pthread_mutex_lock(&webhook->lock);
	while (!atomic_load(&webhook->is_over) &&
	       pthread_cond_timedwait(&webhook->changed, &webhook->lock, &end) == 0)
		;
	pthread_mutex_unlock(&webhook->lock);
}

static char *next(struct sink_webhook *webhook)
{
	char *record = NULL;

	pthread_mutex_lock(&webhook->lock);
	while (webhook->count == 0 && !atomic_load(&webhook->is_over))
		pthread_cond_wait(&webhook->changed, &webhook->lock);
	if (webhook->count > 0 && !atomic_load(&webhook->is_over)) {
		record = webhook->queue[webhook->first];
		webhook->first = (webhook->first + 1) % LIMIT_WEBHOOK_QUEUE;
		webhook->count--;
		webhook->is_busy = true;
	}
	pthread_mutex_unlock(&webhook->lock);
	return record;
}

static bool try_to_post(struct sink_webhook *webhook, struct webhook_post *post, struct bytes body,
			char words[WEBHOOK_WORDS_MAX])
{
	uint64_t wait_ns = BACK_OFF_NS, retry_after_s;

	for (int attempt = 1; !atomic_load(&webhook->is_over); attempt++) {
		enum webhook_outcome outcome = webhook_post(post, body, &retry_after_s, words);
		uint64_t asked_ns = retry_after_s < 60 ? retry_after_s * SECONDS : BACK_OFF_NS_MAX;

		if (outcome != WEBHOOK_LATER || attempt == ATTEMPTS_MAX)
			return outcome == WEBHOOK_TAKEN;
		rest(webhook, asked_ns > wait_ns ? asked_ns : wait_ns);
		wait_ns = wait_ns * 2 > BACK_OFF_NS_MAX ? BACK_OFF_NS_MAX : wait_ns * 2;
	}
	return false;
}

static bool has_owner(const struct sink_webhook *webhook, yyjson_val *record)
{
	yyjson_val *owner = yyjson_ptr_get(record, "/unmapped/specular/api/owner");

	if (owner == NULL)
		owner = yyjson_ptr_get(record, "/specular/api/owner");
	return webhook->owner == NULL || yyjson_equals_str(owner, webhook->owner);
}

enum fate { FATE_DELIVERED, FATE_FAILED, FATE_UNWANTED };

static enum fate post_record(struct sink_webhook *webhook, struct webhook_post *post, const char *text,
			     char words[WEBHOOK_WORDS_MAX])
{
	struct buffer filled = BUFFER_MAX(2 * LIMIT_RECORD_BYTES);
	yyjson_doc *document = yyjson_read(text, strlen(text), YYJSON_READ_NOFLAG);
	yyjson_val *record = yyjson_doc_get_root(document);
	struct bytes body = bytes_of(text);
	enum fate fate = FATE_FAILED;

	snprintf(words, WEBHOOK_WORDS_MAX, "given up at the end");
	if (!has_owner(webhook, record)) {
		fate = FATE_UNWANTED;
	} else if (webhook->template != NULL &&
		   webhook_template_fill(bytes_of(webhook->template), record, &filled) != STATUS_OK) {
		snprintf(words, WEBHOOK_WORDS_MAX, "the template becomes too large, or no memory");
	} else {
		if (webhook->template != NULL)
			body = buffer_bytes(&filled);
		fate = try_to_post(webhook, post, body, words) ? FATE_DELIVERED : FATE_FAILED;
	}
	yyjson_doc_free(document);
	buffer_finish(&filled);
	return fate;
}

static void count(struct sink_webhook *webhook, enum fate fate, const char *words)
{
	pthread_mutex_lock(&webhook->lock);
	webhook->is_busy = false;
	webhook->delivered += fate == FATE_DELIVERED;
	webhook->failed += fate == FATE_FAILED;
	webhook->unwanted += fate == FATE_UNWANTED;
	if (fate == FATE_FAILED)
		snprintf(webhook->error, sizeof(webhook->error), "a finding was not posted: %s", words);
	pthread_cond_broadcast(&webhook->changed);
	pthread_mutex_unlock(&webhook->lock);
}

static void *work(void *context)
{
	struct sink_webhook *webhook = context;
	struct webhook_post *post = webhook_post_new(webhook->url, webhook->headers, &webhook->is_over);
	char words[WEBHOOK_WORDS_MAX] = "no memory";
	char *record;

	while ((record = next(webhook)) != NULL) {
		enum fate fate = post == NULL ? FATE_FAILED : post_record(webhook, post, record, words);

		free(record);
		count(webhook, fate, words);
		if (fate != FATE_UNWANTED)
			rest(webhook, webhook->pause_ns);
	}
	webhook_post_free(post);
	return NULL;
}

/* -- opening ------------------------------------------------------------------------ */

static bool copy_text(const char *text, char **out_copy)
{
	*out_copy = text == NULL ? NULL : strdup(text);
	return text == NULL || *out_copy != NULL;
}

static void init_lock(struct sink_webhook *webhook)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&webhook->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&webhook->lock, NULL);
}

enum status sink_webhook_open(const struct webhook_plan *plan, char *error, size_t error_len,
			      struct sink **out_sink)
{
	uint64_t per_minute = plan->per_minute > 0 ? plan->per_minute : LIMIT_WEBHOOK_PER_MINUTE;
	struct bytes url = bytes_of(plan->url);
	struct sink_webhook *webhook;

	if (!bytes_starts(url, BYTES("https://")) && !bytes_starts(url, BYTES("http://"))) {
		snprintf(error, error_len, "a webhook is an address of https or http");
		return STATUS_INVALID;
	}
	webhook = calloc(1, sizeof(*webhook));
	if (webhook == NULL) {
		snprintf(error, error_len, "no memory");
		return STATUS_NO_MEMORY;
	}
	init_lock(webhook);
	webhook->sink.kind = &WEBHOOK_KIND;
	webhook->severity_min = plan->severity_min;
	webhook->pause_ns = 60 * SECONDS / per_minute;
	if (!copy_text(plan->url, &webhook->url) || !copy_text(plan->headers, &webhook->headers) ||
	    !copy_text(plan->template, &webhook->template) || !copy_text(plan->owner, &webhook->owner) ||
	    pthread_create(&webhook->thread, NULL, work, webhook) != 0) {
		snprintf(error, error_len, "no memory, or no thread");
		free_webhook(webhook);
		return STATUS_NO_MEMORY;
	}
	*out_sink = &webhook->sink;
	return STATUS_OK;
}
