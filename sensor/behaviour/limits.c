#include "sensor/behaviour/limits.h"

#include <string.h>

#include "sensor/behaviour/raise.h"

#define DAY_NS    (86400 * SECONDS)
#define WORDS_LEN 48

static bool is_same(const struct limit_agreed *a, const struct limit_agreed *b)
{
	return a->requests == b->requests && a->bytes == b->bytes && a->concurrent == b->concurrent &&
	       a->per_ns == b->per_ns && a->window == b->window;
}

/* Other limits than before: those that stay keep their windows. */
static void settle(struct limits *limits, struct window_budget *budget, const struct judged_past *past)
{
	struct limit_watch old[LIMIT_WATCHED_LIMITS];
	size_t old_count = limits->count;
	size_t count = past->limit_count < LIMIT_WATCHED_LIMITS ? past->limit_count : LIMIT_WATCHED_LIMITS;
	bool is_changed = count != old_count;

	for (size_t i = 0; i < count && !is_changed; i++)
		is_changed = !is_same(&limits->list[i].window.agreed, &past->limits[i]);
	if (!is_changed)
		return;
	memcpy(old, limits->list, sizeof(old));
	for (size_t i = 0; i < count; i++) {
		size_t at = 0;

		while (at < old_count && !is_same(&old[at].window.agreed, &past->limits[i]))
			at++;
		limits->list[i] = (struct limit_watch){0};
		if (at == old_count) {
			window_init(&limits->list[i].window, &past->limits[i], budget);
			continue;
		}
		limits->list[i] = old[at];
		old[at] = old[--old_count];
	}
	for (size_t i = 0; i < old_count; i++)
		window_finish(&old[i].window);
	limits->count = count;
}

static uint64_t agreed_amount(const struct limit_agreed *agreed)
{
	return agreed->requests > 0 ? agreed->requests
	       : agreed->bytes > 0  ? agreed->bytes
				    : agreed->concurrent;
}

static const char *unit_of(const struct limit_agreed *agreed)
{
	return agreed->requests > 0 ? "requests" : agreed->bytes > 0 ? "bytes" : "requests at once";
}

static void tell(struct judged *judged, const char *id, const struct limit_agreed *agreed, uint64_t observed,
		 const char *more)
{
	struct finding finding = raise_of(id);
	struct arena *arena = &judged->arena;
	unsigned long long amount = agreed_amount(agreed);
	char words[WORDS_LEN] = "";

	if (agreed->concurrent == 0)
		window_words(agreed, words, sizeof(words));
	finding.subject = arena_printf(arena, "%llu %s %s%s", amount, unit_of(agreed), words, more);
	finding.expected = arena_printf(arena, "at most %llu %s %s", amount, unit_of(agreed), words);
	finding.observed =
		arena_printf(arena, "%llu %s %s", (unsigned long long)observed, unit_of(agreed), words);
	finding.message = arena_printf(arena, "%s: %llu of %llu %s %s", finding.kind->title,
				       (unsigned long long)observed, amount, unit_of(agreed), words);
	judged_raise(judged, &finding);
}

static void tell_near(struct limit_watch *watch, struct judged *judged, uint64_t total)
{
	const struct limit_agreed *agreed = &watch->window.agreed;
	double share = (double)total / (double)agreed_amount(agreed);
	unsigned percent = share >= 0.95 ? 95 : share >= 0.80 ? 80 : 0;

	if (percent > watch->near_percent && share <= 1)
		tell(judged, "quota.near", agreed, total, percent == 95 ? " 95 %" : " 80 %");
	watch->near_percent = percent;
}

/* RFC 6585 section 4: 429 is how a caller is told. */
static void watch_enforcement(struct limit_watch *watch, struct judged *judged, uint64_t total)
{
	if (judged->status == 429)
		watch->unenforced = 0;
	if (judged->status / 100 != 2)
		return;
	watch->unenforced++;
	if (watch->unenforced >= LIMIT_ENFORCE_WITHIN)
		tell(judged, "rate.not_enforced", &watch->window.agreed, total, "");
}

static void watch_window(struct limit_watch *watch, const struct zone *zone, struct judged *judged)
{
	const struct limit_agreed *agreed = &watch->window.agreed;
	bool is_quota = agreed->per_ns >= DAY_NS;
	uint64_t amount = agreed->bytes > 0 ? judged->request.body_len + judged->response.body_len : 1;
	uint64_t total = window_add(&watch->window, zone, judged->time_ns, amount);

	if (is_quota)
		tell_near(watch, judged, total);
	if (total <= agreed_amount(agreed)) {
		watch->unenforced = 0;
		return;
	}
	judged->is_over_limit = true;
	tell(judged, is_quota ? "quota.exceeded" : "rate.limit_exceeded", agreed, total, "");
	watch_enforcement(watch, judged, total);
}

static void watch_in_flight(struct limits *limits, const struct limit_agreed *agreed, struct judged *judged)
{
	uint64_t exceeded, most;

	if (!judged->response.is_seen || judged->request.first_ns > judged->time_ns)
		return;
	most = in_flight_take(&limits->in_flight, judged->request.first_ns, judged->time_ns,
			      agreed->concurrent, &exceeded);
	if (exceeded == 0)
		return;
	judged->is_over_limit = true;
	tell(judged, "rate.concurrency", agreed, most, "");
}

/* What the provider says of limits that the contract has in the same unit. */
static void watch_advertised(const struct limits *limits, struct judged *judged)
{
	const struct judged_past *past = &judged->past;
	struct finding finding = raise_of("rate.header_mismatch");
	struct arena *arena = &judged->arena;
	uint64_t longest_s = 0, agreed = 0;
	bool is_known = false;

	for (size_t i = 0; i < limits->count; i++) {
		const struct limit_agreed *limit = &limits->list[i].window.agreed;

		if (limit->per_ns / SECONDS > longest_s)
			longest_s = limit->per_ns / SECONDS;
		if (limit->requests == 0)
			continue;
		agreed = agreed == 0 ? limit->requests : agreed;
		is_known |= limit->requests == past->advertised_limit;
	}
	finding.has_location = true;
	finding.side = SIDE_RESPONSE;
	finding.part = PART_HEADER;
	if (past->has_advertised && agreed > 0 && !is_known) {
		finding.name = BYTES("ratelimit-limit");
		finding.expected = arena_printf(arena, "%llu", (unsigned long long)agreed);
		finding.observed = arena_printf(arena, "%llu", (unsigned long long)past->advertised_limit);
		judged_raise(judged, &finding);
	}
	if (judged->status == 429 && past->has_retry_after && longest_s > 0 &&
	    past->retry_after_s > longest_s) {
		finding.name = BYTES("retry-after");
		finding.expected = arena_printf(arena, "at most %llu s", (unsigned long long)longest_s);
		finding.observed = arena_printf(arena, "%llu s", (unsigned long long)past->retry_after_s);
		judged_raise(judged, &finding);
	}
}

void limits_take(struct limits *limits, const struct zone *zone, struct window_budget *budget,
		 struct judged *judged)
{
	if (!judged->request.is_seen)
		return;
	settle(limits, budget, &judged->past);
	for (size_t i = 0; i < limits->count; i++) {
		if (limits->list[i].window.agreed.concurrent > 0)
			watch_in_flight(limits, &limits->list[i].window.agreed, judged);
		else
			watch_window(&limits->list[i], zone, judged);
	}
	if (limits->count > 0)
		watch_advertised(limits, judged);
}

void limits_pack(const struct limits *limits, size_t index, size_t *step, struct pack *pack)
{
	const struct limit_watch *watch = &limits->list[index];

	pack_numbers(pack, (const uint64_t[]){watch->near_percent, watch->unenforced}, 2);
	window_pack(&watch->window, step, pack);
}

void limits_unpack(struct limits *limits, struct window_budget *budget, struct cursor *cursor)
{
	uint64_t near_percent = cursor_u64(cursor), unenforced = cursor_u64(cursor);
	struct limit_agreed agreed;
	struct limit_watch *watch;
	size_t at = 0;

	if (!limit_unpack(&agreed, cursor))
		return;
	while (at < limits->count && !is_same(&limits->list[at].window.agreed, &agreed))
		at++;
	if (at == LIMIT_WATCHED_LIMITS)
		return;
	watch = &limits->list[at];
	if (at == limits->count) {
		window_init(&watch->window, &agreed, budget);
		limits->count++;
	}
	watch->near_percent = (unsigned)near_percent;
	watch->unenforced = unenforced;
	window_unpack(&watch->window, cursor);
}

void limits_finish(struct limits *limits)
{
	for (size_t i = 0; i < limits->count; i++)
		window_finish(&limits->list[i].window);
	in_flight_finish(&limits->in_flight);
	*limits = (struct limits){0};
}
