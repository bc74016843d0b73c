#include "sensor/outputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/folder.h"
#include "sensor/log.h"
#include "sensor/publish/sink_webhook.h"

static bool open_one(struct outputs *outputs, const char *where, const struct sink_plan *plan,
		     struct sink **out_sink, char *error, size_t error_len)
{
	if (where == NULL)
		return true;
	for (size_t i = 0; i < outputs->count; i++)
		if (strcmp(outputs->where[i], where) == 0) {
			*out_sink = outputs->opened[i];
			return true;
		}
	if (sink_open(where, plan, error, error_len, out_sink) != STATUS_OK)
		return false;
	outputs->opened[outputs->count] = *out_sink;
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

bool outputs_open(struct outputs *outputs, const struct settings *settings, const char *sensor,
		  bool is_lossless, char *error, size_t error_len)
{
	const struct sink_plan plan = {
		.sensor = sensor, .is_lossless = is_lossless, .rotate_bytes = settings->rotate_bytes};
	struct collector_sinks *sinks = &outputs->sinks;
	const char *findings = settings->findings;

	for (size_t i = 0; i < settings->webhook_count; i++)
		if (!open_webhook(outputs, &settings->webhooks[i], error, error_len))
			return false;
	if (findings == NULL && settings->webhook_count == 0 && settings->exchanges == NULL &&
	    settings->usage == NULL && settings->inventory == NULL && settings->health == NULL)
		findings = "-";
	return open_one(outputs, findings, &plan, &sinks->findings, error, error_len) &&
	       open_one(outputs, settings->exchanges, &plan, &sinks->exchanges, error, error_len) &&
	       open_one(outputs, settings->usage, &plan, &sinks->usage, error, error_len) &&
	       open_one(outputs, settings->inventory, &plan, &sinks->inventory, error, error_len) &&
	       open_one(outputs, settings->health, &plan, &sinks->health, error, error_len);
}

bool outputs_flush(struct outputs *outputs, int timeout_ms)
{
	bool all = true;

	for (size_t i = 0; i < outputs->count; i++) {
		enum status status = sink_flush(outputs->opened[i], timeout_ms);
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
	return all;
}

void outputs_close(struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++)
		sink_close(outputs->opened[i]);
	outputs->count = 0;
}
