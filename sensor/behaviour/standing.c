#include "sensor/behaviour/standing.h"

#include "parsers/base/limits.h"
#include "sensor/places.h"

#define DAY_NS (86400 * SECONDS)
#define DAYS   2

struct day {
	uint64_t number; /* since the epoch */
	uint64_t calls, errors;
	bool is_external, is_internal;
	struct risk risk;
	struct names classes, auth;
};

struct standing {
	struct day days[DAYS];
	uint64_t newest; /* number of the newest day */
};

static void day_finish(struct day *day)
{
	risk_finish(&day->risk);
	names_finish(&day->classes);
	names_finish(&day->auth);
	*day = (struct day){0};
}

static void leave(void *context, void *value)
{
	struct standing *standing = value;

	(void)context;
	for (size_t i = 0; i < DAYS; i++)
		day_finish(&standing->days[i]);
}

void standings_init(struct standings *standings, uint64_t seed, const struct risk_policy *policy)
{
	*standings = (struct standings){.policy = policy};
	map_init(&standings->map, &(struct map_plan){.entries_max = LIMIT_WATCHED_PARTNERS,
						     .value_len = sizeof(struct standing),
						     .seed = seed,
						     .leave = leave});
}

void standings_finish(struct standings *standings)
{
	map_finish(&standings->map);
}

enum status standings_take(struct standings *standings, const struct judged *judged)
{
	uint64_t number = judged->time_ns / DAY_NS;
	struct standing *standing;
	struct day *day;
	bool is_new;

	if (judged->partner_id.len == 0 || !judged->request.is_seen)
		return STATUS_OK;
	standing = places_put(judged, PLACE_STANDING, &standings->map, judged->partner_id, &is_new);
	if (standing == NULL)
		return STATUS_NO_MEMORY;
	day = &standing->days[number % DAYS];
	if (day->number != number)
		day_finish(day);
	day->number = standing->newest = number;
	day->calls++;
	day->errors += judged->status >= 500;
	*(judged->is_external ? &day->is_external : &day->is_internal) = true;
	risk_take(&day->risk, standings->policy, judged);
	names_add(&day->auth, judged->auth);
	for (size_t i = 0; i < judged->class_count; i++)
		names_add(&day->classes, judged->classes[i]);
	return STATUS_OK;
}

void standings_recall(const struct standings *standings, const struct judged *judged, struct recall *recall)
{
	if (judged->partner_id.len > 0)
		recall_add(recall, &standings->map, judged->partner_id);
}

static size_t joined(const struct names *first, const struct names *second, struct bytes *out)
{
	size_t count = 0;

	for (size_t i = 0; i < first->count; i++)
		out[count++] = first->list[i];
	for (size_t i = 0; i < second->count; i++)
		if (!names_have(first, second->list[i]))
			out[count++] = second->list[i];
	return count;
}

bool standings_tell(const struct standings *standings, struct bytes partner, struct risk_story *story,
		    struct standing_told *out_told)
{
	const struct standing *standing = partner.len == 0 ? NULL : map_find(&standings->map, partner);
	static const struct day none;
	struct bytes classes[DAYS * NAMES_MAX], auth[DAYS * NAMES_MAX];
	const struct day *today, *before;
	struct risk_subject subject;
	struct risk sum = {0};

	if (standing == NULL)
		return false;
	today = &standing->days[standing->newest % DAYS];
	before = &standing->days[(standing->newest + 1) % DAYS];
	if (before->number + 1 != today->number)
		before = &none;
	risk_add(&sum, standings->policy, &today->risk);
	risk_add(&sum, standings->policy, &before->risk);
	subject = (struct risk_subject){
		.calls = today->calls + before->calls,
		.errors = today->errors + before->errors,
		.partners = &partner,
		.partner_count = 1,
		.classes = classes,
		.class_count = joined(&today->classes, &before->classes, classes),
		.auth = auth,
		.auth_count = joined(&today->auth, &before->auth, auth),
		.exposure = today->is_external || before->is_external ? BYTES("external") : BYTES("internal"),
		.is_documented = true};
	risk_explain(&sum, standings->policy, &subject, story);
	risk_finish(&sum);
	out_told->score = story->score;
	out_told->maturity = 6 - (story->severity < 1 ? 1 : story->severity);
	out_told->held_by = story->worst;
	out_told->held_by_count = story->severity > 1 ? story->worst_count : 0;
	return true;
}

/* -- across restarts ------------------------------------------------------------------ */

static void day_pack(const struct day *day, const struct risk_policy *policy, struct pack *pack)
{
	pack_numbers(
		pack,
		(const uint64_t[]){day->number, day->calls, day->errors, day->is_external, day->is_internal},
		5);
	names_pack(&day->classes, pack);
	names_pack(&day->auth, pack);
	risk_pack(&day->risk, pack);
	risk_pack_counts(&day->risk, policy, pack);
}

static void day_unpack(struct day *day, const struct risk_policy *policy, struct cursor *cursor)
{
	uint64_t numbers[5];

	unpack_numbers(cursor, numbers, 5);
	*day = (struct day){.number = numbers[0],
			    .calls = numbers[1],
			    .errors = numbers[2],
			    .is_external = numbers[3] != 0,
			    .is_internal = numbers[4] != 0};
	names_unpack(&day->classes, cursor);
	names_unpack(&day->auth, cursor);
	risk_unpack(&day->risk, cursor);
	risk_unpack_counts(&day->risk, policy, cursor);
}

bool standings_pack(const struct standings *standings, struct pack_place *place, struct pack *pack)
{
	const struct standing *standing =
		place->at == NULL ? map_oldest(&standings->map) : map_newer(place->at);

	place->at = standing;
	if (standing == NULL)
		return false;
	pack_text(pack, map_key(standing));
	pack_number(pack, standing->newest);
	for (size_t i = 0; i < DAYS; i++)
		day_pack(&standing->days[i], standings->policy, pack);
	return true;
}

void standings_unpack(struct standings *standings, struct cursor *cursor)
{
	struct bytes key = unpack_text(cursor);
	struct standing read = {.newest = cursor_u64(cursor)}, *standing;
	bool is_new;

	for (size_t i = 0; i < DAYS; i++)
		day_unpack(&read.days[i], standings->policy, cursor);
	standing = cursor->ran_out ? NULL : map_put(&standings->map, key, &is_new);
	if (standing == NULL) {
		leave(NULL, &read);
		return;
	}
	leave(NULL, standing);
	*standing = read;
}
