#include "sensor/token_owners.h"

#include <string.h>

#include "parsers/base/limits.h"
#include "sensor/behaviour/raise.h"

#define NAME_LEN_MAX 128

struct owner {
	uint64_t until_ns;
	char partner[NAME_LEN_MAX + 1], client[NAME_LEN_MAX + 1];
};

void token_owners_init(struct token_owners *owners, uint64_t seed)
{
	map_init(&owners->tokens, &(struct map_plan){.entries_max = LIMIT_TOKEN_OWNERS,
						     .value_len = sizeof(struct owner),
						     .seed = seed});
}

void token_owners_finish(struct token_owners *owners)
{
	map_finish(&owners->tokens);
}

static struct bytes key_of(const uint64_t *token)
{
	return (struct bytes){.data = (const char *)token, .len = sizeof(*token)};
}

static void keep(char to[NAME_LEN_MAX + 1], struct bytes text)
{
	size_t len = text.len < NAME_LEN_MAX ? text.len : NAME_LEN_MAX;

	if (len > 0)
		memcpy(to, text.data, len);
	to[len] = '\0';
}

static enum status learn(struct token_owners *owners, const struct judged *judged)
{
	struct owner *owner;
	bool is_new;

	owner = map_put(&owners->tokens, key_of(&judged->past.token_given), &is_new);
	if (owner == NULL)
		return STATUS_NO_MEMORY;
	owner->until_ns = judged->time_ns + judged->past.token_life_ns;
	keep(owner->partner, judged->partner_id);
	keep(owner->client, judged->past.token_client);
	return STATUS_OK;
}

/* Its claims or its place have said so already. */
static bool is_told(const struct judged *judged)
{
	for (size_t i = 0; i < judged->finding_count; i++)
		if (strcmp(judged->findings[i].finding.kind->id, "auth.partner_mismatch") == 0)
			return true;
	return false;
}

static void judge(const struct owner *owner, struct judged *judged)
{
	struct finding finding;

	if (owner->partner[0] == '\0' || judged->partner_id.len == 0 ||
	    bytes_equal(judged->partner_id, bytes_of(owner->partner)) || is_told(judged))
		return;
	finding = raise_of("auth.partner_mismatch");
	finding.is_partner_wide = false;
	raise_by_answer(&finding, judged);
	finding.expected = arena_printf(&judged->arena, "a token that partner " BYTES_FORMAT " was given",
					BYTES_PRINT(judged->partner_id));
	finding.observed = arena_printf(&judged->arena, "one that was made for partner %s", owner->partner);
	finding.message =
		arena_printf(&judged->arena, "Partner " BYTES_FORMAT " calls with a token of partner %s",
			     BYTES_PRINT(judged->partner_id), owner->partner);
	judged_raise(judged, &finding);
}

enum status token_owners_take(struct token_owners *owners, struct judged *judged)
{
	struct judged_past *past = &judged->past;
	struct owner *owner;

	if (past->token_given != 0)
		return learn(owners, judged);
	owner = past->token_shown == 0 ? NULL : map_find(&owners->tokens, key_of(&past->token_shown));
	if (owner == NULL)
		return STATUS_OK;
	if (judged->time_ns >= owner->until_ns) {
		map_remove(&owners->tokens, owner);
		return STATUS_OK;
	}
	map_touch(&owners->tokens, owner);
	if (judged->client_id.len == 0 && owner->client[0] != '\0') {
		judged->client_id = arena_copy(&judged->arena, bytes_of(owner->client));
		past->actor = judged->client_id;
	}
	judge(owner, judged);
	return STATUS_OK;
}

/* -- across restarts ------------------------------------------------------------------ */

bool token_owners_pack(struct token_owners *owners, struct pack_place *place, struct pack *pack)
{
	const struct pack_map map = {&owners->tokens, 1};
	const struct owner *owner = pack_next(&map, 1, place, pack);

	if (owner == NULL)
		return false;
	pack_number(pack, owner->until_ns);
	pack_text(pack, bytes_of(owner->partner));
	pack_text(pack, bytes_of(owner->client));
	return true;
}

void token_owners_unpack(struct token_owners *owners, struct cursor *cursor)
{
	const struct pack_map map = {&owners->tokens, 1};
	uint64_t numbers[PACK_NUMBERS_MAX];
	size_t part;
	struct owner *owner = unpack_next(&map, 1, cursor, &part, numbers);

	if (owner == NULL)
		return;
	owner->until_ns = numbers[0];
	keep(owner->partner, unpack_text(cursor));
	keep(owner->client, unpack_text(cursor));
}
