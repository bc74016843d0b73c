#include "sensor/behaviour/actors.h"

#include <stdio.h>

#include "parsers/base/limits.h"
#include "sensor/behaviour/distinct.h"
#include "sensor/behaviour/key.h"
#include "sensor/behaviour/raise.h"
#include "sensor/places.h"

struct source {
	uint64_t start_ns;
	unsigned calls, misses, failures, codes;
	struct distinct paths, accounts, secrets;
};

struct holder { /* of a credential */
	uint64_t start_ns;
	unsigned tokens;
	struct distinct refused, addresses;
};

struct account {
	uint64_t start_ns;
	unsigned failures;
};

struct walk { /* of one actor through the objects of one operation */
	uint64_t start_ns, last;
	unsigned calls, steps, misses;
	struct distinct objects;
};

static void map_of(struct map *map, size_t value_len, size_t key_len, uint64_t seed)
{
	map_init(map, &(struct map_plan){.entries_max = LIMIT_ACTORS,
					 .value_len = value_len,
					 .key_len = key_len,
					 .seed = seed});
}

void actors_init(struct actors *actors, uint64_t seed)
{
	map_of(&actors->sources, sizeof(struct source), 16, seed);
	map_of(&actors->credentials, sizeof(struct holder), 24, seed);
	map_of(&actors->accounts, sizeof(struct account), sizeof(uint64_t), seed);
	map_of(&actors->walks, sizeof(struct walk), 72, seed);
}

void actors_finish(struct actors *actors)
{
	map_finish(&actors->sources);
	map_finish(&actors->credentials);
	map_finish(&actors->accounts);
	map_finish(&actors->walks);
}

static bool is_over(uint64_t start_ns, uint64_t time_ns)
{
	return start_ns == 0 || time_ns - start_ns >= ACTORS_WINDOW_NS;
}

static void tell(struct judged *judged, const char *id, struct bytes subject, struct bytes expected,
		 unsigned count, const char *what)
{
	struct finding finding = raise_of(id);

	finding.subject = subject;
	finding.expected = expected;
	finding.observed = arena_printf(&judged->arena, "%u %s within ten minutes", count, what);
	finding.message = arena_printf(&judged->arena, "%s: " BYTES_FORMAT ", %u %s", finding.kind->title,
				       BYTES_PRINT(subject), count, what);
	judged_raise(judged, &finding);
}

/* -- logins ---------------------------------------------------------------------------------- */

static bool is_failed_login(const struct judged *judged)
{
	const struct judged_past *past = &judged->past;

	return past->is_login && past->account != 0 &&
	       (judged->status == 401 || judged->status == 403 ||
		(past->is_token_endpoint && judged->status == 400));
}

static void take_failure(struct source *source, struct judged *judged)
{
	const struct judged_past *past = &judged->past;
	unsigned accounts = distinct_add(&source->accounts, past->account);
	unsigned secrets = past->secret == 0 ? accounts : distinct_add(&source->secrets, past->secret);
	struct bytes expected = BYTES("a client that fails at few accounts");

	source->failures++;
	if (accounts >= ACTORS_ACCOUNTS)
		tell(judged, secrets * 4 <= accounts ? "abuse.password_spray" : "abuse.credential_stuffing",
		     past->source, expected, accounts, "accounts failed at");
	else if (source->failures >= ACTORS_FAILURES && accounts * 4 <= source->failures)
		tell(judged, "abuse.bruteforce", past->source, BYTES("few failed logins"), source->failures,
		     "failed logins");
}

/* From many addresses, a few tries each. */
static enum status take_account(struct actors *actors, struct judged *judged)
{
	uint64_t id = judged->past.account;
	bool is_new;
	struct account *account =
		map_put(&actors->accounts, (struct bytes){(const char *)&id, sizeof(id)}, &is_new);

	if (account == NULL)
		return STATUS_NO_MEMORY;
	if (is_over(account->start_ns, judged->time_ns))
		*account = (struct account){.start_ns = judged->time_ns};
	account->failures++;
	if (account->failures >= ACTORS_FAILURES)
		tell(judged, "abuse.bruteforce", BYTES("one account"), BYTES("few failed logins"),
		     account->failures, "failed logins at one account");
	return STATUS_OK;
}

/* -- sources and credentials ----------------------------------------------------------------- */

static enum status take_source(struct actors *actors, struct judged *judged)
{
	const struct judged_past *past = &judged->past;
	bool is_new;
	struct source *source =
		places_put(judged, PLACE_CALLER_SOURCE, &actors->sources, past->source, &is_new);
	unsigned paths;

	if (source == NULL)
		return STATUS_NO_MEMORY;
	if (is_over(source->start_ns, judged->time_ns))
		*source = (struct source){.start_ns = judged->time_ns};
	source->calls++;
	if (judged->status == 404 || judged->status == 405) {
		source->misses++;
		paths = distinct_add(&source->paths, past->path);
		if (paths >= ACTORS_MISSES && source->misses * 10 >= source->calls * 6)
			tell(judged, "abuse.scanner", past->source, BYTES("paths that are there"), paths,
			     "paths that are not there");
	}
	if (past->is_code && ++source->codes >= ACTORS_CODES)
		tell(judged, "abuse.otp_flood", past->source, BYTES("few one-time codes"), source->codes,
		     "one-time codes");
	if (!is_failed_login(judged))
		return STATUS_OK;
	take_failure(source, judged);
	return take_account(actors, judged);
}

static enum status take_holder(struct actors *actors, struct judged *judged)
{
	const struct judged_past *past = &judged->past;
	struct holder *holder;
	bool is_new;
	unsigned count;

	if (!past->has_credential && !past->is_token_endpoint)
		return STATUS_OK;
	holder = places_put(judged, PLACE_CALLER_CREDENTIAL, &actors->credentials, past->actor, &is_new);
	if (holder == NULL)
		return STATUS_NO_MEMORY;
	if (is_over(holder->start_ns, judged->time_ns))
		*holder = (struct holder){.start_ns = judged->time_ns};
	count = distinct_add_text(&holder->addresses, past->source);
	if (past->has_credential && count >= ACTORS_ADDRESSES)
		tell(judged, "abuse.ip_rotation", past->actor, BYTES("few addresses"), count,
		     "addresses with one credential");
	if (past->is_token_endpoint && judged->status / 100 == 2 && ++holder->tokens >= ACTORS_TOKENS)
		tell(judged, "abuse.token_farming", past->actor,
		     BYTES("tokens that are used until they expire"), holder->tokens, "tokens");
	if (past->is_login || (judged->status != 401 && judged->status != 403) ||
	    judged->operation_id.len == 0)
		return STATUS_OK;
	count = distinct_add_text(&holder->refused, judged->operation_id);
	if (count >= ACTORS_REFUSALS)
		tell(judged, "abuse.function_probe", past->actor, BYTES("operations that are allowed"), count,
		     "operations that refuse this credential");
	return STATUS_OK;
}

/* -- objects --------------------------------------------------------------------------------- */

#define WALK_KEY_LEN 768

static struct bytes walk_key(const struct judged *judged, char room[WALK_KEY_LEN])
{
	return key_join(room, WALK_KEY_LEN,
			(const struct bytes[]){bytes_slice(judged->past.actor, 0, 200), judged->api_id,
					       bytes_slice(judged->template, 0, 256)},
			3);
}

/* Objects that the partner was given are its own to fetch, however many. Of the others many are fetched only
 * by who walks through ids: in steps, or missing often. */
static enum status take_walk(struct actors *actors, struct judged *judged, bool is_known)
{
	const struct judged_past *past = &judged->past;
	struct finding finding;
	struct walk *walk;
	char key[WALK_KEY_LEN];
	bool is_new;
	unsigned objects;
	uint64_t step;

	if (past->object == 0 || is_known)
		return STATUS_OK;
	walk = places_again(judged, PLACE_CALLER_WALK, &actors->walks);
	if (walk == NULL)
		walk = places_put(judged, PLACE_CALLER_WALK, &actors->walks, walk_key(judged, key), &is_new);
	if (walk == NULL)
		return STATUS_NO_MEMORY;
	if (is_over(walk->start_ns, judged->time_ns))
		*walk = (struct walk){.start_ns = judged->time_ns};
	step = past->object_number - walk->last;
	walk->steps += past->has_number && walk->calls > 0 && (step + 3 <= 6) && step != 0;
	walk->misses += judged->status == 404 || judged->status == 403;
	walk->calls++;
	walk->last = past->object_number;
	objects = distinct_add(&walk->objects, past->object);
	if (objects < ACTORS_OBJECTS ||
	    (walk->steps * 10 < walk->calls * 6 && walk->misses * 10 < walk->calls * 3))
		return STATUS_OK;
	finding = raise_of("abuse.bola_enumeration");
	finding.is_partner_wide = false;
	finding.has_location = true;
	finding.side = SIDE_REQUEST;
	finding.part = PART_PATH;
	finding.expected = BYTES("objects that this caller was given");
	finding.observed = arena_printf(
		&judged->arena, "%u objects within ten minutes, %u%% in steps, %u%% refused or missing",
		objects, walk->steps * 100 / walk->calls, walk->misses * 100 / walk->calls);
	judged_raise(judged, &finding);
	return STATUS_OK;
}

void actors_recall(const struct actors *actors, const struct judged *judged, struct recall *recall)
{
	const struct judged_past *past = &judged->past;
	char key[WALK_KEY_LEN];

	recall_add(recall, &actors->sources, past->source);
	if (past->has_credential || past->is_token_endpoint)
		recall_add(recall, &actors->credentials, past->actor);
	if (past->object != 0)
		recall_add(recall, &actors->walks, walk_key(judged, key));
}

enum status actors_take(struct actors *actors, struct judged *judged, bool is_known)
{
	enum status status;

	if (!judged->request.is_seen || !judged->response.is_seen)
		return STATUS_OK;
	status = take_source(actors, judged);
	if (status == STATUS_OK)
		status = take_holder(actors, judged);
	return status == STATUS_OK ? take_walk(actors, judged, is_known) : status;
}
