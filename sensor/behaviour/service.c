#include "sensor/behaviour/service.h"

#include "parsers/base/limits.h"
#include "sensor/behaviour/raise.h"

#define DAY_NS        (86400 * SECONDS)
#define LEARN_SHARE   0.02    /* of each new window in what is usual */
#define ANOMALY       3.0     /* times what is usual */
#define ERRORS_LEAST  0.05    /* share of errors; less is no anomaly whatever was usual */
#define BUSY          1.5     /* times as many calls as usual */
#define SLOW_AND_BUSY 2.0     /* times as slow as usual, where there are so many calls */
#define LARGE         5.0     /* times as large as usual */
#define BYTES_LEAST   16384.0 /* of an answer; smaller ones are no anomaly whatever was usual */

static void tell(struct judged *judged, const char *id, struct bytes expected, struct bytes observed)
{
	struct finding finding = raise_of(id);

	finding.expected = expected;
	finding.observed = observed;
	finding.message =
		arena_printf(&judged->arena, "%s: " BYTES_FORMAT, finding.kind->title, BYTES_PRINT(observed));
	judged_raise(judged, &finding);
}

static void judge_agreed(const struct service *service, struct judged *judged, double share, double server_ms)
{
	const struct slo_agreed *slo = &judged->past.slo;
	struct arena *arena = &judged->arena;

	if (slo->latency_ms_p95 > 0 && server_ms > slo->latency_ms_p95)
		tell(judged, "sla.latency_breach",
		     arena_printf(arena, "95 %% of calls within %g ms", slo->latency_ms_p95),
		     arena_printf(arena, "95 %% within %.1f ms of the server and %.1f ms of the network",
				  server_ms, quantile_ms(&service->network, 0.95)));
	if (slo->error_rate_max > 0 && share > slo->error_rate_max)
		tell(judged, "sla.error_rate_breach",
		     arena_printf(arena, "at most %g %% errors", 100 * slo->error_rate_max),
		     arena_printf(arena, "%llu of %llu calls within five minutes",
				  (unsigned long long)service->errors, (unsigned long long)service->calls));
}

static double bytes_of_answer(const struct service *service)
{
	return (double)service->bytes / (double)service->calls;
}

static void tell_slow(const struct service *service, struct judged *judged, double server_ms, bool is_busy)
{
	struct arena *arena = &judged->arena;

	if (is_busy)
		tell(judged, "sla.saturation",
		     arena_printf(arena, "95 %% within %.1f ms at %.0f calls in five minutes, as usual",
				  service->usual_ms, service->usual_calls),
		     arena_printf(arena, "95 %% within %.1f ms of the server at %llu calls", server_ms,
				  (unsigned long long)service->calls));
	else
		tell(judged, "sla.latency_anomaly",
		     arena_printf(arena, "95 %% within %.1f ms, as usual", service->usual_ms),
		     arena_printf(arena, "95 %% within %.1f ms of the server", server_ms));
}

/* True when the window was odd in some way. */
static bool is_odd(const struct service *service, struct judged *judged, double share, double server_ms)
{
	struct arena *arena = &judged->arena;
	double bytes = bytes_of_answer(service);
	bool is_busy = (double)service->calls >= BUSY * service->usual_calls;
	bool is_slow = server_ms > (is_busy ? SLOW_AND_BUSY : ANOMALY) * service->usual_ms;
	bool is_failing = share >= ERRORS_LEAST && share > ANOMALY * service->usual_error_share;
	bool is_large = bytes >= BYTES_LEAST && bytes > LARGE * service->usual_bytes;

	if (is_slow)
		tell_slow(service, judged, server_ms, is_busy);
	if (is_failing)
		tell(judged, "sla.error_anomaly",
		     arena_printf(arena, "%.2f %% errors, as usual", 100 * service->usual_error_share),
		     arena_printf(arena, "%.2f %% errors", 100 * share));
	if (is_large)
		tell(judged, "sla.size_anomaly",
		     arena_printf(arena, "%.0f bytes an answer, as usual", service->usual_bytes),
		     arena_printf(arena, "%.0f bytes an answer", bytes));
	return is_slow || is_failing || is_large;
}

static void learn(double *usual, double seen, bool is_first)
{
	*usual = is_first ? seen : *usual + LEARN_SHARE * (seen - *usual);
}

/* What is odd teaches nothing: else it would soon be usual. */
static void judge_usual(struct service *service, struct judged *judged, double share, double server_ms)
{
	bool is_first = service->learned == 0;

	if (service->learned >= SERVICE_LEARN_WINDOWS && is_odd(service, judged, share, server_ms))
		return;
	service->learned++;
	learn(&service->usual_ms, server_ms, is_first);
	learn(&service->usual_error_share, share, is_first);
	learn(&service->usual_calls, (double)service->calls, is_first);
	learn(&service->usual_bytes, bytes_of_answer(service), is_first);
}

static void window_ends(struct service *service, struct judged *judged)
{
	double share = (double)service->errors / (double)service->calls;
	double server_ms = quantile_ms(&service->server, 0.95);

	if (service->calls < SERVICE_LEAST || service->server.count < SERVICE_LEAST)
		return;
	judge_agreed(service, judged, share, server_ms);
	judge_usual(service, judged, share, server_ms);
}

static void day_ends(const struct service *service, struct judged *judged)
{
	double served = 1 - (double)service->day_unserved / (double)service->day_calls;
	double agreed = judged->past.slo.availability;

	if (service->day_calls < SERVICE_LEAST || agreed <= 0 || served >= agreed)
		return;
	tell(judged, "sla.availability_breach",
	     arena_printf(&judged->arena, "%g %% of a day's calls served", 100 * agreed),
	     arena_printf(&judged->arena, "%.3f %%: %llu of %llu not served", 100 * served,
			  (unsigned long long)service->day_unserved, (unsigned long long)service->day_calls));
}

/* Loss in the mirror is ours, not the server's. */
static bool is_unserved(const struct judged *judged)
{
	return judged->status >= 500 || judged->outcome == EXCHANGE_NO_RESPONSE ||
	       judged->outcome == EXCHANGE_RESPONSE_CUT;
}

static void count(struct service *service, const struct judged *judged)
{
	const struct judged_side *request = &judged->request, *response = &judged->response;

	service->calls++;
	service->day_calls++;
	service->errors += judged->status >= 500;
	service->bytes += response->body_len;
	service->day_unserved += is_unserved(judged);
	if (!request->is_complete || !response->is_complete || response->first_ns < request->last_ns)
		return;
	quantile_add(&service->server, response->first_ns - request->last_ns);
	quantile_add(&service->network,
		     request->last_ns - request->first_ns + response->last_ns - response->first_ns);
}

void service_take(struct service *service, struct judged *judged)
{
	uint64_t start_ns = judged->time_ns - judged->time_ns % SERVICE_WINDOW_NS;
	uint64_t day = judged->time_ns / DAY_NS;

	if (!judged->request.is_seen)
		return;
	if (start_ns != service->start_ns) {
		if (service->calls > 0)
			window_ends(service, judged);
		service->calls = service->errors = service->bytes = 0;
		quantile_finish(&service->server);
		quantile_finish(&service->network);
		service->start_ns = start_ns;
	}
	if (day != service->day) {
		if (service->day_calls > 0)
			day_ends(service, judged);
		service->day_calls = service->day_unserved = 0;
		service->day = day;
	}
	count(service, judged);
}

void service_finish(struct service *service)
{
	quantile_finish(&service->server);
	quantile_finish(&service->network);
}

void service_pack(const struct service *service, struct pack *pack)
{
	pack_numbers(pack,
		     (const uint64_t[]){service->start_ns, service->calls, service->errors, service->day,
					service->day_calls, service->day_unserved, service->learned},
		     7);
	pack_real(pack, service->usual_ms);
	pack_real(pack, service->usual_error_share);
	quantile_pack(&service->server, pack);
	quantile_pack(&service->network, pack);
	pack_number(pack, service->bytes);
	pack_real(pack, service->usual_calls);
	pack_real(pack, service->usual_bytes);
}

void service_unpack(struct service *service, struct cursor *cursor)
{
	uint64_t numbers[7];

	unpack_numbers(cursor, numbers, 7);
	service_finish(service);
	*service = (struct service){.start_ns = numbers[0],
				    .calls = numbers[1],
				    .errors = numbers[2],
				    .day = numbers[3],
				    .day_calls = numbers[4],
				    .day_unserved = numbers[5],
				    .learned = (unsigned)numbers[6]};
	service->usual_ms = unpack_real(cursor);
	service->usual_error_share = unpack_real(cursor);
	quantile_unpack(&service->server, cursor);
	quantile_unpack(&service->network, cursor);
	service->bytes = cursor_u64(cursor);
	service->usual_calls = unpack_real(cursor);
	service->usual_bytes = unpack_real(cursor);
	if (cursor->ran_out) /* nothing is usual before all of it is known */
		service->learned = 0;
}
