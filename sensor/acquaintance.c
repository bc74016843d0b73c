#include "sensor/acquaintance.h"

#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "sensor/judged_make.h"

#define LEARNING_NS (24 * 3600 * SECONDS)

/* One credential from two countries within this time: nobody travels so fast. */
#define AT_ONCE_NS (10 * 60 * SECONDS)

/* More are not kept apart: the oldest makes room, and would be new again. */
#define ORIGINS_MAX 16

/* A caller or two may have been lucky, or careless: so many answers of each kind prove a habit. */
#define ANSWERS_MIN 3

struct origin_seen {
	uint32_t asn;
	char country[2];
	uint64_t last_ns;
};

#define PARTNER_LEN_MAX 128 /* of its id */

/* Of a partner or a credential. */
struct known {
	uint64_t first_ns;
	struct origin_seen origins[ORIGINS_MAX];
	size_t count;
	char partner[PARTNER_LEN_MAX + 1]; /* whose it is; of a credential */
	uint64_t api;                      /* hash of the first API that took it */
};

/* Of an operation without declared security. */
struct habit {
	uint64_t with, without; /* credentials, answered 2xx */
};

void acquaintance_init(struct acquaintance *acquaintance, uint64_t seed)
{
	const struct map_plan known = {
		.entries_max = LIMIT_ACQUAINTANCES, .value_len = sizeof(struct known), .seed = seed};
	const struct map_plan habits = {
		.entries_max = LIMIT_ACQUAINTANCES, .value_len = sizeof(struct habit), .seed = seed};

	map_init(&acquaintance->partners, &known);
	map_init(&acquaintance->credentials, &known);
	map_init(&acquaintance->operations, &habits);
}

void acquaintance_finish(struct acquaintance *acquaintance)
{
	map_finish(&acquaintance->partners);
	map_finish(&acquaintance->credentials);
	map_finish(&acquaintance->operations);
}

static void raise(struct judged *judged, const char *id, const char *expected, const char *observed)
{
	const struct catalogue_entry *kind = catalogue_find(bytes_of(id));

	CHECK(kind != NULL);
	judged_raise(judged, &(struct finding){.kind = kind,
					       .severity = kind->severity,
					       .match_count = 1,
					       .expected = bytes_of(expected),
					       .observed = bytes_of(observed)});
}

static bool is_accepted(const struct judged *judged)
{
	return judged->status >= 200 && judged->status <= 299;
}

static bool is_same(const struct origin_seen *seen, const struct origin *origin)
{
	return seen->asn == origin->asn && memcmp(seen->country, origin->country, 2) == 0;
}

static bool has_country(const struct known *known, const struct origin *origin)
{
	for (size_t i = 0; i < known->count; i++)
		if (memcmp(known->origins[i].country, origin->country, 2) == 0)
			return true;
	return false;
}

/* True when this origin was not known; it is now. */
static bool learn(struct known *known, const struct origin *origin, uint64_t time_ns)
{
	size_t at = 0, oldest = 0;

	while (at < known->count && !is_same(&known->origins[at], origin)) {
		if (known->origins[at].last_ns < known->origins[oldest].last_ns)
			oldest = at;
		at++;
	}
	if (at < known->count) {
		known->origins[at].last_ns = time_ns;
		return false;
	}
	if (known->count < ORIGINS_MAX)
		oldest = known->count++;
	known->origins[oldest] = (struct origin_seen){.asn = origin->asn, .last_ns = time_ns};
	memcpy(known->origins[oldest].country, origin->country, 2);
	return true;
}

/* Another country, moments ago. */
static bool is_elsewhere(const struct known *known, const struct judged *judged)
{
	for (size_t i = 0; i < known->count; i++) {
		const struct origin_seen *seen = &known->origins[i];

		if (seen->country[0] != '\0' && judged->client_origin.country[0] != '\0' &&
		    memcmp(seen->country, judged->client_origin.country, 2) != 0 &&
		    judged->time_ns - seen->last_ns <= AT_ONCE_NS)
			return true;
	}
	return false;
}

static enum status known_of(struct map *map, struct bytes key, const struct judged *judged,
			    struct known **out_known)
{
	bool is_new = false;
	struct known *known = map_put(map, key, &is_new);

	if (known == NULL)
		return STATUS_NO_MEMORY;
	if (is_new)
		known->first_ns = judged->time_ns;
	*out_known = known;
	return STATUS_OK;
}

static bool is_learned(const struct known *known, const struct judged *judged)
{
	return judged->time_ns - known->first_ns >= LEARNING_NS;
}

static enum status take_partner(struct acquaintance *acquaintance, struct judged *judged, bool *out_is_new)
{
	struct known *known;
	enum status status;

	*out_is_new = false;
	if (judged->partner_id.len == 0 || judged->client_origin.asn == 0)
		return STATUS_OK;
	status = known_of(&acquaintance->partners, judged->partner_id, judged, &known);
	if (status != STATUS_OK)
		return status;
	*out_is_new = learn(known, &judged->client_origin, judged->time_ns) && is_learned(known, judged);
	if (*out_is_new)
		raise(judged, "access.new_asn", "a network that the partner called from before", "a new one");
	return STATUS_OK;
}

static void judge_sharing(struct known *known, struct judged *judged)
{
	char partner[sizeof(known->partner)] = "";
	size_t len = judged->partner_id.len < sizeof(partner) ? judged->partner_id.len : sizeof(partner) - 1;

	memcpy(partner, len == 0 ? "" : judged->partner_id.data, len);
	if (known->partner[0] == '\0')
		memcpy(known->partner, partner, sizeof(partner));
	if (partner[0] != '\0' && strcmp(partner, known->partner) != 0)
		raise(judged, "auth.credential_shared", "one partner's credential", "two partners use it");
	else if (is_elsewhere(known, judged))
		raise(judged, "auth.credential_shared", "one place at a time",
		      "two countries within ten minutes");
}

/* A token is made for all that its scopes name; a password or a key that opens two doors is lost for both. */
static void judge_reuse(struct known *known, struct judged *judged)
{
	uint64_t api = judged->api_id.len == 0 ? 0 : sketch_hash(judged->api_id, 0);

	if (known->api == 0)
		known->api = api;
	if (api != 0 && api != known->api && (judged->past.options & OPTION_REUSED_CREDENTIAL) != 0 &&
	    (bytes_equal(judged->auth, BYTES("basic")) || bytes_equal(judged->auth, BYTES("api_key"))))
		raise(judged, "auth.credential_reused_across_apis",
		      "a password or key of its own for each API", "one that another API takes, too");
}

/* Only what the server took is a credential; guesses are not. */
static enum status take_credential(struct acquaintance *acquaintance, struct judged *judged,
				   bool is_partner_new)
{
	struct known *known;
	bool has_been_there;
	enum status status;

	if (judged->credential_hmac[0] == '\0' || !is_accepted(judged))
		return STATUS_OK;
	status = known_of(&acquaintance->credentials, bytes_of(judged->credential_hmac), judged, &known);
	if (status != STATUS_OK)
		return status;
	judge_sharing(known, judged);
	judge_reuse(known, judged);
	if (judged->client_origin.country[0] == '\0' && judged->client_origin.asn == 0)
		return STATUS_OK;
	has_been_there = has_country(known, &judged->client_origin);
	/* A network that is new to the whole partner has been told already. */
	if (learn(known, &judged->client_origin, judged->time_ns) && is_learned(known, judged) &&
	    !is_partner_new)
		raise(judged, "auth.credential_new_origin", "where this credential came from before",
		      has_been_there ? "a new network" : "a new country");
	return STATUS_OK;
}

/* Where the contract says what is needed, auth.missing tells better. */
static enum status take_operation(struct acquaintance *acquaintance, struct judged *judged)
{
	bool is_new = false, has_credential = !bytes_equal(judged->auth, BYTES("none"));
	struct habit *habit;
	struct bytes key;

	if (judged->has_security || !is_accepted(judged) || judged->operation_id.len == 0)
		return STATUS_OK;
	key = ARENA_JOIN(&judged->arena, judged->api_id, BYTES("|"), judged->host, BYTES("|"),
			 judged->operation_id);
	habit = key.data == NULL ? NULL : map_put(&acquaintance->operations, key, &is_new);
	if (habit == NULL)
		return STATUS_NO_MEMORY;
	*(has_credential ? &habit->with : &habit->without) += 1;
	if (habit->with >= ANSWERS_MIN && habit->without >= ANSWERS_MIN)
		raise(judged, "auth.mixed", "a credential always, or never", "answers with and without");
	return STATUS_OK;
}

enum status acquaintance_take(struct acquaintance *acquaintance, struct judged *judged)
{
	bool is_partner_new;
	enum status status;

	if (!judged->request.is_seen)
		return STATUS_OK;
	status = take_partner(acquaintance, judged, &is_partner_new);
	if (status == STATUS_OK)
		status = take_credential(acquaintance, judged, is_partner_new);
	return status == STATUS_OK ? take_operation(acquaintance, judged) : status;
}

void acquaintance_recall(const struct acquaintance *acquaintance, const struct judged *judged,
			 struct recall *recall)
{
	if (judged->credential_hmac[0] != '\0' && is_accepted(judged))
		recall_add(recall, &acquaintance->credentials, bytes_of(judged->credential_hmac));
}

/* -- across restarts ------------------------------------------------------------------ */

bool known_pack(const struct map *map, struct pack_place *place, struct pack *pack)
{
	const struct known *known = place->at == NULL ? map_oldest(map) : map_newer(place->at);

	place->at = known;
	if (known == NULL)
		return false;
	pack_text(pack, map_key(known));
	pack_text(pack, bytes_of(known->partner));
	pack_number(pack, known->first_ns);
	for (size_t i = 0; i < known->count; i++) {
		pack_numbers(pack, (const uint64_t[]){known->origins[i].asn, known->origins[i].last_ns}, 2);
		pack_text(pack, (struct bytes){.data = known->origins[i].country,
					       .len = sizeof(known->origins[i].country)});
	}
	return true;
}

void known_unpack(struct map *map, struct cursor *cursor)
{
	struct bytes key = unpack_text(cursor), partner = unpack_text(cursor);
	struct known read = {.first_ns = cursor_u64(cursor)}, *known;
	bool is_new;

	while (read.count < ORIGINS_MAX && cursor->left > 0) {
		struct origin_seen *origin = &read.origins[read.count++];
		struct bytes country;

		origin->asn = (uint32_t)cursor_u64(cursor);
		origin->last_ns = cursor_u64(cursor);
		country = unpack_text(cursor);
		if (cursor->ran_out || country.len != sizeof(origin->country))
			return;
		memcpy(origin->country, country.data, sizeof(origin->country));
	}
	known = cursor->ran_out || partner.len >= sizeof(read.partner) ? NULL : map_put(map, key, &is_new);
	if (known == NULL)
		return;
	*known = read;
	memcpy(known->partner, partner.len == 0 ? "" : partner.data, partner.len);
}

bool habit_pack(const struct map *map, struct pack_place *place, struct pack *pack)
{
	const struct habit *habit = place->at == NULL ? map_oldest(map) : map_newer(place->at);

	place->at = habit;
	if (habit == NULL)
		return false;
	pack_text(pack, map_key(habit));
	pack_numbers(pack, (const uint64_t[]){habit->with, habit->without}, 2);
	return true;
}

void habit_unpack(struct map *map, struct cursor *cursor)
{
	struct bytes key = unpack_text(cursor);
	struct habit read = {.with = cursor_u64(cursor)}, *habit;
	bool is_new;

	read.without = cursor_u64(cursor);
	habit = cursor->ran_out ? NULL : map_put(map, key, &is_new);
	if (habit != NULL)
		*habit = read;
}
