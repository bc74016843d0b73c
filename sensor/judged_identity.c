/* What ties exchanges to one another: the token that one makes and another shows, and the id that a call
 * keeps on both sides of a gateway. All as hashes under the sensor's key. */
#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/json_read.h"
#include "sensor/judged_past.h"

#define CLIENT_LEN_MAX 128

/* RFC 6749 section 5.1: expires_in is recommended only; without it a day is more than most live. */
#define TOKEN_LIFE_S     (24 * 3600ull)
#define TOKEN_LIFE_MAX_S (30 * 24 * 3600ull)

static bool is_accepted(const struct judged *judged)
{
	return judged->status / 100 == 2;
}

/* RFC 6749 section 2.3: by Basic, or in the body. */
static struct bytes client_of(const struct evidence *seen)
{
	const struct credential *basic = credentials_of(seen->credentials, CREDENTIAL_BASIC);
	const struct body_reading *body = seen->request;

	if (basic != NULL && !basic->is_malformed)
		return basic->user;
	for (size_t i = 0; body->kind == BODY_FORM && i < body->field_count && i < 32; i++)
		if (bytes_equal(body->fields[i].name, BYTES("client_id")))
			return body->fields[i].value;
	return BYTES_NONE;
}

static void make_given(struct judged *judged, const struct evidence *seen, const struct fingerprint_key *key)
{
	struct judged_past *past = &judged->past;
	struct bytes client = client_of(seen), token;
	uint64_t seconds = TOKEN_LIFE_S;
	yyjson_val *life;

	if (!past->is_token_endpoint || !is_accepted(judged) || seen->response->kind != BODY_JSON ||
	    !yyjson_is_obj(seen->response->json))
		return;
	token = json_text(json_last(seen->response->json, "access_token"));
	life = json_last(seen->response->json, "expires_in");
	if (yyjson_is_uint(life))
		seconds = yyjson_get_uint(life);
	if (token.len == 0 || seconds == 0)
		return;
	past->token_given = judged_hash(key, token);
	past->token_life_ns = (seconds < TOKEN_LIFE_MAX_S ? seconds : TOKEN_LIFE_MAX_S) * SECONDS;
	if (client.len > 0 && client.len <= CLIENT_LEN_MAX)
		past->token_client = judged_client(judged, client, seen, key);
}

static void make_shown(struct judged *judged, const struct evidence *seen, const struct fingerprint_key *key)
{
	const struct credential *bearer = credentials_of(seen->credentials, CREDENTIAL_BEARER);

	if (bearer != NULL && bearer->value.len > 0)
		judged->past.token_shown = judged_hash(key, bearer->value);
}

/* -- both sides of a gateway -------------------------------------------------------------------- */

/* W3C Trace Context: version-traceid-parentid-flags; the second part stays along the way. */
static struct bytes trace_of(const struct message *request)
{
	static const struct bytes names[] = {BYTES_INIT("x-request-id"), BYTES_INIT("x-correlation-id")};
	const struct header *field = message_header(request, BYTES("traceparent"));
	struct bytes rest = field == NULL ? BYTES_NONE : field->value, trace;

	(void)bytes_split(&rest, '-');
	trace = bytes_split(&rest, '-');
	if (trace.len == 32)
		return trace;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		field = message_header(request, names[i]);
		if (field != NULL && field->value.len >= 8)
			return field->value;
	}
	return BYTES_NONE;
}

/* The person rather than the program, where a token names both. */
static struct bytes principal_of(const struct credentials *credentials)
{
	for (size_t i = 0; i < credentials->count; i++) {
		const struct credential *credential = &credentials->list[i];

		if (credential->has_jwt)
			return credential->jwt.subject.len > 0 ? credential->jwt.subject
							       : credential->jwt.client_id;
		if (credential->user.len > 0)
			return credential->user;
		if (credential->kind == CREDENTIAL_KEY)
			return credential->value;
	}
	return BYTES_NONE;
}

static bool is_gateway(const struct surroundings *around, const struct address *address)
{
	for (size_t i = 0; i < around->gateway_count; i++)
		if (network_contains(&around->gateways[i], address))
			return true;
	return false;
}

static void make_leg(struct judged *judged, const struct evidence *seen, const struct fingerprint_key *key)
{
	const struct exchange *exchange = seen->exchange;
	const struct endpoint *peer = exchange->is_proxied ? &exchange->proxy : &exchange->client;
	struct judged_past *past = &judged->past;

	if (seen->surroundings == NULL || seen->surroundings->gateway_count == 0)
		return;
	if (is_gateway(seen->surroundings, &peer->address))
		past->leg = LEG_BEHIND;
	else if (is_gateway(seen->surroundings, &exchange->server.address))
		past->leg = LEG_BEFORE;
	past->trace = judged_hash(key, trace_of(&exchange->request));
	past->principal = judged_hash(key, principal_of(seen->credentials));
}

void judged_identity_make(struct judged *judged, const struct evidence *seen,
			  const struct fingerprint_key *key)
{
	if (!seen->exchange->request.is_seen)
		return;
	make_given(judged, seen, key);
	make_shown(judged, seen, key);
	make_leg(judged, seen, key);
}
