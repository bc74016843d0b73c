#include "sensor/outputs.h"

#include <string.h>

#include "sensor/log.h"

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

bool outputs_open(struct outputs *outputs, const struct settings *settings, const char *sensor,
		  bool is_lossless, char *error, size_t error_len)
{
	const struct sink_plan plan = {.sensor = sensor, .is_lossless = is_lossless};
	struct collector_sinks *sinks = &outputs->sinks;
	const char *findings = settings->findings;

	if (findings == NULL && settings->exchanges == NULL && settings->usage == NULL &&
	    settings->inventory == NULL && settings->health == NULL)
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
