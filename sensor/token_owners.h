/*
 * token_owners: whose an access token is, known from the answer of the token
 * endpoint that made it: of the client that asked, and of its partner. Opaque
 * tokens name their client from then on; one that another partner shows is
 * auth.partner_mismatch.
 *
 *	token_owners_take(&owners, judged);	before the record is told
 *
 * Owns     LIMIT_TOKEN_OWNERS tokens, as keyed hashes, until they expire; the longest unused goes.
 * Thread   the collector's.
 */
#pragma once

#include "parsers/base/map.h"
#include "sensor/judged.h"
#include "sensor/pack.h"

struct token_owners {
	struct map tokens;
};

void token_owners_init(struct token_owners *owners, uint64_t seed);
void token_owners_finish(struct token_owners *owners);
MUST_CHECK enum status token_owners_take(struct token_owners *owners, struct judged *judged);

/* For the state that outlives the process, a piece each: false at the end. */
bool token_owners_pack(struct token_owners *owners, struct pack_place *place, struct pack *pack);
void token_owners_unpack(struct token_owners *owners, struct cursor *cursor);
