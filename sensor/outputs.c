#include "sensor/outputs.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "parsers/base/limits.h"
#include "sensor/folder.h"
#include "sensor/log.h"
#include "sensor/privileges.h"
#include "sensor/publish/sink_webhook.h"
#include "sensor/state_dir.h"

/* -- opening ---------------------------------------------------------------- */

static bool has_lane(enum settings_output output, enum spool_lane_name *out_lane)
{
	static const enum spool_lane_name lanes[OUTPUT_COUNT] = {[OUTPUT_FINDINGS] = SPOOL_FINDINGS,
								 [OUTPUT_HEALTH] = SPOOL_HEALTH,
								 [OUTPUT_INVENTORY] = SPOOL_INVENTORY,
								 [OUTPUT_USAGE] = SPOOL_USAGE};

	*out_lane = lanes[output];
	return output != OUTPUT_EXCHANGES;
}

static bool needs_spool(const struct settings *settings)
{
	enum spool_lane_name lane;

	for (int i = 0; i < OUTPUT_COUNT; i++) {
		const char *where = settings_where(settings, (enum settings_output)i);

		if (where != NULL && sink_is_kafka(where) && has_lane((enum settings_output)i, &lane))
			return true;
	}
	return false;
}

static bool open_spool(struct outputs *outputs, char *error, size_t error_len)
{
	const struct settings *settings = outputs->settings;
	struct spool_plan plan = {.bytes_max = settings->spool_bytes_max,
				  .memory_bytes = LIMIT_SPOOL_MEMORY_BYTES,
				  .lost = delivery_lost,
				  .context = &outputs->delivery};
	char path[PATH_MAX];

	if (settings->spool_dir != NULL)
		snprintf(path, sizeof(path), "%s", settings->spool_dir);
	else if (!state_path(settings, "spool", path)) {
		snprintf(error, error_len, "the path of the spool is too long");
		return false;
	}
	if (getrandom(&plan.random, sizeof(plan.random), 0) != (ssize_t)sizeof(plan.random)) {
		snprintf(error, error_len, "no random numbers");
		return false;
	}
	plan.folder = path;
	state_make_folders(path);
	if (spool_open(&plan, error, error_len, &outputs->delivery.spool) != STATUS_OK)
		return false;
	if (privileges_give(path, settings->user))
		return true;
	snprintf(error, error_len, "the spool %s cannot be given to the user that the sensor becomes", path);
	return false;
}

static bool open_one(struct outputs *outputs, enum settings_output output, const char *where,
		     struct sink_plan plan, char *error, size_t error_len)
{
	struct sink **sink = &outputs->delivery.sinks[output];

	if (where == NULL)
		return true;
	for (size_t i = 0; !sink_is_kafka(where) && i < outputs->count; i++)
		if (strcmp(outputs->where[i], where) == 0) {
			*sink = outputs->opened[i];
			return true;
		}
	plan.kafka = &outputs->settings->kafka[output];
	plan.spool = has_lane(output, &plan.lane) ? outputs->delivery.spool : NULL;
	if (sink_open(where, &plan, error, error_len, sink) != STATUS_OK)
		return false;
	outputs->opened[outputs->count] = *sink;
	outputs->where[outputs->count++] = where;
	return true;
}

/* Its text, or NULL for no file. */
static bool read_text(const char *path, char **out_text, char *error, size_t error_len)
{
	size_t len = 0;

	*out_text = NULL;
	if (path == NULL || file_read(path, out_text, &len) == STATUS_OK)
		return true;
	snprintf(error, error_len, "%s: cannot be read, and a webhook needs it", path);
	return false;
}

static void forget(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

static bool open_webhook(struct outputs *outputs, const struct webhook_setting *setting, char *error,
			 size_t error_len)
{
	static const char *const names[LIMIT_WEBHOOKS] = {"webhook 1", "webhook 2", "webhook 3", "webhook 4",
							  "webhook 5", "webhook 6", "webhook 7", "webhook 8"};
	struct webhook_plan plan = {.url = setting->url,
				    .owner = setting->owner,
				    .severity_min =
					    setting->severity_min > 0 ? (unsigned)setting->severity_min : 4,
				    .per_minute = setting->per_minute};
	struct collector_sinks *sinks = &outputs->sinks;
	char *url = NULL, *headers = NULL, *template = NULL;
	struct sink *sink = NULL;
	bool is_good = read_text(setting->url_file, &url, error, error_len) &&
		       read_text(setting->headers_file, &headers, error, error_len) &&
		       read_text(setting->template_file, &template, error, error_len);

	if (url != NULL) {
		url[strcspn(url, "\r\n")] = '\0';
		plan.url = url;
	}
	plan.headers = headers;
	plan.template = template;
	is_good = is_good && sink_webhook_open(&plan, error, error_len, &sink) == STATUS_OK;
	forget(url);
	forget(headers);
	free(template);
	if (!is_good)
		return false;
	outputs->opened[outputs->count] = sink;
	outputs->where[outputs->count++] = names[sinks->webhook_count];
	sinks->webhooks[sinks->webhook_count++] = sink;
	return true;
}

bool outputs_open(struct outputs *outputs, const struct settings *settings, const char *sensor, bool is_live,
		  char *error, size_t error_len)
{
	const struct sink_plan plan = {.sensor = sensor,
				       .is_lossless = !is_live,
				       .is_continued = is_live,
				       .rotate_bytes = settings->rotate_bytes};
	struct sink *const *opened = outputs->delivery.sinks;
	bool is_nothing = settings->webhook_count == 0;

	outputs->settings = settings;
	if (is_live && needs_spool(settings) && !open_spool(outputs, error, error_len))
		return false;
	for (int i = 0; i < OUTPUT_COUNT; i++)
		is_nothing &= settings_where(settings, (enum settings_output)i) == NULL;
	for (int i = 0; i < OUTPUT_COUNT; i++) {
		const char *where = settings_where(settings, (enum settings_output)i);

		if (is_nothing && i == OUTPUT_FINDINGS)
			where = "-";
		if (!open_one(outputs, (enum settings_output)i, where, plan, error, error_len))
			return false;
	}
	for (size_t i = 0; i < settings->webhook_count; i++)
		if (!open_webhook(outputs, &settings->webhooks[i], error, error_len))
			return false;
	outputs->sinks.findings = opened[OUTPUT_FINDINGS];
	outputs->sinks.exchanges = opened[OUTPUT_EXCHANGES];
	outputs->sinks.usage = opened[OUTPUT_USAGE];
	outputs->sinks.inventory = opened[OUTPUT_INVENTORY];
	outputs->sinks.health = opened[OUTPUT_HEALTH];
	return true;
}

/* -- watching --------------------------------------------------------------- */

static void watch_one(struct outputs *outputs, size_t index)
{
	const struct sink *sink = outputs->opened[index];
	const char *trouble = sink_trouble(sink);
	char *told = outputs->told[index];
	struct sink_counts counts;
	char words[sizeof(outputs->told[0])];

	snprintf(words, sizeof(words), "%s", trouble != NULL ? trouble : "");
	if (strcmp(told, words) != 0) {
		if (trouble != NULL)
			log_line("%s: %s", outputs->where[index], trouble);
		else
			log_line("%s: records are delivered again", outputs->where[index]);
		memcpy(told, words, sizeof(words));
	}
	sink_counts(sink, &counts);
	if (counts.dropped != outputs->told_lost[index])
		log_line("%s: %llu records are lost since the start", outputs->where[index],
			 (unsigned long long)counts.dropped);
	outputs->told_lost[index] = counts.dropped;
}

void outputs_watch(struct outputs *outputs)
{
	struct timespec now;
	uint64_t now_ns;

	clock_gettime(CLOCK_MONOTONIC, &now);
	now_ns = (uint64_t)now.tv_sec * SECONDS + (uint64_t)now.tv_nsec;
	if (now_ns - outputs->watched_ns < SECONDS)
		return;
	outputs->watched_ns = now_ns;
	for (size_t i = 0; i < outputs->count; i++)
		watch_one(outputs, i);
}

/* -- the end ---------------------------------------------------------------- */

static int left_ms(const struct timespec *start, int timeout_ms)
{
	struct timespec now;
	long long spent_ms;

	clock_gettime(CLOCK_MONOTONIC, &now);
	spent_ms = (now.tv_sec - start->tv_sec) * 1000ll + (now.tv_nsec - start->tv_nsec) / 1000000;
	return spent_ms >= timeout_ms ? 0 : (int)(timeout_ms - spent_ms);
}

/* In the spool they are safe: the next start sends them. */
static void tell_waiting(const struct outputs *outputs)
{
	uint64_t waiting = 0;

	for (int i = 0; outputs->delivery.spool != NULL && i < SPOOL_LANES; i++) {
		struct spool_counts counts;

		spool_counts(outputs->delivery.spool, (enum spool_lane_name)i, &counts);
		waiting += counts.waiting;
	}
	if (waiting > 0)
		log_line("%llu records wait in the spool for the next start", (unsigned long long)waiting);
}

bool outputs_flush(struct outputs *outputs, int timeout_ms)
{
	struct timespec start;
	bool all = true;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (size_t i = 0; i < outputs->count; i++) {
		enum status status = sink_flush(outputs->opened[i], left_ms(&start, timeout_ms));
		const char *words = sink_error(outputs->opened[i]);
		struct sink_counts counts;

		sink_counts(outputs->opened[i], &counts);
		if (status == STATUS_OK && counts.failed == 0 && counts.dropped == 0)
			continue;
		log_line("%s: %llu of %llu records were not delivered: %s", outputs->where[i],
			 (unsigned long long)(counts.queued - counts.delivered),
			 (unsigned long long)counts.queued,
			 words == NULL ? "the sink did not say why" : words);
		all = false;
	}
	tell_waiting(outputs);
	return all;
}

void outputs_close(struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++)
		sink_close(outputs->opened[i]);
	outputs->count = 0;
	spool_close(outputs->delivery.spool);
	outputs->delivery.spool = NULL;
}
