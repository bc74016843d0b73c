#include "sensor/judged_make.h"

#include <string.h>

#include "parsers/base/limits.h"
#include "rules/evidence.h"
#include "rules/words.h"
#include "rules/words_memory.h"
#include "sensor/judged_past.h"
#include "sensor/publish/event.h"
#include "sensor/publish/redact.h"
#include "specs/digest_memory.h"
#include "specs/partner.h"
#include "specs/template.h"

#define SCHEME_LEN_MAX       32
#define MEDIA_TYPE_LEN_MAX   128
#define USER_AGENT_LEN_MAX   256
#define HOST_LEN_MAX         255 /* RFC 1035, section 2.3.4 */
#define PATH_LEN_MAX         4096
#define CLIENT_LEN_MAX       128
#define ORGANISATION_LEN_MAX 128

static struct bytes copy(struct judged *judged, struct bytes text, size_t len_max)
{
	return text.len == 0 ? BYTES_NONE : arena_copy(&judged->arena, bytes_slice(text, 0, len_max));
}

static struct bytes make_type(struct judged *judged, const struct evidence *seen,
			      const struct message *message)
{
	struct bytes type = bytes_slice(message_media_type(message), 0, MEDIA_TYPE_LEN_MAX);

	if (type.len == 0)
		return BYTES_NONE;
	type = bytes_slice(words_memory_text(seen->words, type, &judged->arena), 0, MEDIA_TYPE_LEN_MAX);
	for (size_t i = 0; i < type.len; i++)
		((char *)(uintptr_t)type.data)[i] = ascii_lower(type.data[i]);
	return type;
}

static void make_side(struct judged *judged, const struct evidence *seen, const struct message *message,
		      struct judged_side *side)
{
	*side = (struct judged_side){.is_seen = message->is_seen,
				     .is_complete = message->is_complete,
				     .body_len = message->body.wire_len,
				     .first_ns = message->first_ns,
				     .last_ns = message->last_ns,
				     .gap_len = message->gap_len,
				     .content_type = make_type(judged, seen, message)};
}

/* Sensitive data in the path is taken out of every text made of the path. */
static struct bytes masked_path(const struct evidence *seen, struct arena *arena)
{
	struct span *spans = arena_alloc(arena, (seen->hits->count + 1) * sizeof(*spans));
	struct bytes path = seen->exchange->path;
	size_t count = 0;

	/* The scan gave up at a ceiling: what it had not seen yet may hold anything. */
	if (seen->hits->left_out > 0 || seen->hits->is_cut)
		return words_path(path, arena);
	if (spans == NULL)
		return BYTES_NONE;
	for (size_t i = 0; i < seen->hits->count; i++) {
		const struct hit *hit = &seen->hits->list[i];

		if (hit->part == PART_PATH && hit->side == SIDE_REQUEST && hit->class->is_sensitive)
			spans[count++] = (struct span){.from = hit->offset, .len = hit->len};
	}
	return count == 0 ? path : redact_path(path, spans, count, arena);
}

static void make_request(struct judged *judged, const struct evidence *seen)
{
	struct exchange *exchange = seen->exchange;
	const struct header *agent = message_header(&exchange->request, BYTES("user-agent"));

	if (exchange->method.len > 0)
		judged->method = arena_copy(&judged->arena, words_method(exchange->method));
	if (exchange->scheme.len > 0)
		judged->scheme = words_text(bytes_slice(exchange->scheme, 0, SCHEME_LEN_MAX), &judged->arena);
	if (exchange->host.len > 0)
		judged->host = words_memory_host(seen->words, bytes_slice(exchange->host, 0, HOST_LEN_MAX),
						 &judged->arena);
	judged->host_port = exchange->host_port;
	judged->path = copy(judged, masked_path(seen, &exchange->arena), PATH_LEN_MAX);
	judged->query = redact_query(bytes_slice(exchange->query, 0, PATH_LEN_MAX), &judged->arena);
	make_side(judged, seen, &exchange->request, &judged->request);
	make_side(judged, seen, &exchange->response, &judged->response);
	if (agent != NULL)
		judged->request.user_agent = words_memory_text(
			seen->words, bytes_slice(agent->value, 0, USER_AGENT_LEN_MAX), &judged->arena);
}

static struct judged_messages messages_of(const struct grpc_messages *messages)
{
	return (struct judged_messages){.is_read = messages->is_read,
					.outcome = messages->outcome,
					.count = messages->count,
					.bytes = messages->bytes};
}

static void make_grpc(struct judged *judged, const struct grpc_call *call)
{
	if (call == NULL)
		return;
	judged->grpc = (struct judged_grpc){.is_call = true,
					    .is_web = call->is_web,
					    .status = call->status,
					    .request = messages_of(&call->request),
					    .response = messages_of(&call->response)};
	grpc_names(judged->path, &judged->grpc.service, &judged->grpc.method);
}

static void make_api(struct judged *judged, const struct api *api)
{
	const struct spec *spec = api->spec;

	judged->api_id = copy(judged, api->id, 256);
	judged->spec_name = copy(judged, spec->name, 256);
	judged->spec_version = copy(judged, spec->version, 64);
	judged->spec_file = copy(judged, spec->file, 1024);
	judged->owner = copy(judged, spec->owner, 256);
	memcpy(judged->spec_sha256, spec->sha256, sizeof(judged->spec_sha256));
}

static void make_match(struct judged *judged, const struct evidence *seen)
{
	const struct match *match = seen->match;
	struct bytes template = match->template;

	if (match->api != NULL)
		make_api(judged, match->api);
	if (match->kind == MATCH_OPERATION) {
		judged->source = (struct judged_source){.knowledge = seen->knowledge,
							.partner = seen->partner,
							.api = match->api,
							.operation = match->operation,
							.base_path = match->base_path.data};
		judged->is_documented = true;
		/* Whoever calls may stand in what was not seen of the head. */
		judged->is_of_partner = match->api->partner != NULL && evidence_has_request(seen);
		judged->is_deprecated = match->operation->is_deprecated;
		judged->has_security = match->operation->has_security;
		judged->operation_id = copy(judged, match->operation->id, 512);
		judged->template = ARENA_JOIN(&judged->arena, match->base_path, match->operation->template);
		return;
	}
	if (match->kind == MATCH_NO_METHOD || match->removed != NULL) {
		judged->template = ARENA_JOIN(&judged->arena, match->base_path, template);
	} else { /* learned from what was masked, so that it holds nothing sensitive either */
		judged->template = template_learn(judged->path, &judged->arena);
		judged->is_learned = seen->exchange->request.is_seen;
	}
	if (match->removed != NULL)
		judged->operation_id = copy(judged, match->removed->id, 512);
	else if (seen->exchange->request.is_seen)
		judged->operation_id =
			ARENA_JOIN(&judged->arena, judged->method, BYTES(" "), judged->template);
}

/* It is the same in each request of a caller. */
static void remembered(const struct evidence *seen, const struct fingerprint_key *key, enum digest_use use,
		       struct bytes value, char text[FINGERPRINT_TEXT_LEN + 1])
{
	char digest[DIGEST_LEN] = "";

	_Static_assert(sizeof(digest) > FINGERPRINT_TEXT_LEN, "it has room");
	if (!digest_memory_find(seen->digests, use, value, digest)) {
		fingerprint(key, use == DIGEST_OF_USER ? "user" : "credential", value, digest);
		digest_memory_put(seen->digests, use, value, digest);
	}
	memcpy(text, digest, FINGERPRINT_TEXT_LEN + 1);
}

static struct bytes hashed(struct judged *judged, struct bytes user, const struct evidence *seen,
			   const struct fingerprint_key *key)
{
	char text[FINGERPRINT_TEXT_LEN + 1];

	remembered(seen, key, DIGEST_OF_USER, user, text);
	return ARENA_JOIN(&judged->arena, BYTES("hmac:"), bytes_of(text));
}

/* A client is a program, but some issuers put the person there. */
struct bytes judged_client(struct judged *judged, struct bytes id, const struct evidence *seen,
			   const struct fingerprint_key *key)
{
	if (seen->hides_users || id.len > CLIENT_LEN_MAX || words_look_personal(id) || jwt_is_likely(id))
		return hashed(judged, id, seen, key);
	return arena_copy(&judged->arena, id);
}

static void make_caller(struct judged *judged, const struct evidence *seen, const struct fingerprint_key *key)
{
	const struct credential *first = seen->credentials->count == 0 ? NULL : &seen->credentials->list[0];

	if (seen->partner != NULL) {
		judged->partner_id = copy(judged, seen->partner->id, 256);
		judged->partner_name = copy(judged, seen->partner->name, 256);
		judged->tier = copy(judged, seen->partner->tier, 64);
		if (seen->partner->owner.len > 0)
			judged->owner = copy(judged, seen->partner->owner, 256);
	}
	judged->auth = first == NULL ? BYTES("none") : bytes_of(credential_kind_name(first->kind));
	if (first == NULL)
		return;
	if (first->has_jwt && first->jwt.client_id.len > 0)
		judged->client_id = judged_client(judged, first->jwt.client_id, seen, key);
	else if (first->user.len > 0)
		judged->client_id = hashed(judged, first->user, seen, key);
}

struct bytes judged_lasting(const struct credential *credential)
{
	if (credential->kind == CREDENTIAL_CERTIFICATE || credential->kind == CREDENTIAL_COOKIE ||
	    credential->is_malformed || credential->value.len == 0)
		return BYTES_NONE;
	if (credential->has_jwt && credential->jwt.client_id.len > 0)
		return credential->jwt.client_id;
	return credential->user.len > 0 ? credential->user : credential->value;
}

static void make_credential(struct judged *judged, const struct evidence *seen,
			    const struct fingerprint_key *key)
{
	const struct credentials *credentials = seen->credentials;
	struct bytes same = BYTES_NONE;

	for (size_t i = 0; i < credentials->count && same.len == 0; i++)
		same = judged_lasting(&credentials->list[i]);
	if (same.len > 0)
		remembered(seen, key, DIGEST_OF_CREDENTIAL, same, judged->credential_hmac);
}

static void make_classes(struct judged *judged, const struct hits *hits)
{
	struct bytes *classes = arena_alloc(&judged->arena, (hits->count + 1) * sizeof(*classes));

	for (size_t i = 0; classes != NULL && i < hits->count; i++) {
		struct bytes id = hits->list[i].class->id;
		size_t at = 0;

		while (at < judged->class_count && !bytes_equal(classes[at], id))
			at++;
		if (at == judged->class_count && hits->list[i].class->is_sensitive)
			classes[judged->class_count++] = copy(judged, id, 128);
	}
	judged->classes = classes;
}

/* While a partner is only observed, nothing about it wakes anybody. */
static void apply_agreed(const struct judged *judged, struct judged_finding *out)
{
	const struct judged_past *past = &judged->past;

	if (past->mode == MODE_OBSERVE) {
		out->finding.severity = 1;
		out->finding.modifiers |= SEVERITY_OBSERVED;
	}
	out->is_suppressed = false;
	for (size_t i = 0; i < past->suppression_count; i++)
		out->is_suppressed |= glob_match(past->suppressions[i].id, bytes_of(out->finding.kind->id));
}

static bool make_finding(struct judged *judged, const struct finding *finding, struct judged_finding *out)
{
	out->finding = *finding;
	out->finding.name = copy(judged, finding->name, 256);
	out->finding.pointer = copy(judged, finding->pointer, 1024);
	out->finding.schema_pointer = copy(judged, finding->schema_pointer, 1024);
	out->finding.expected = copy(judged, finding->expected, 1024);
	out->finding.observed = copy(judged, finding->observed, 1024);
	out->finding.class_id = copy(judged, finding->class_id, 128);
	out->finding.sample = copy(judged, finding->sample, 256);
	out->finding.message = copy(judged, finding->message, 1024);
	out->finding.subject = copy(judged, finding->subject, 256);
	apply_agreed(judged, out);
	return event_finding_uid(judged, &out->finding, out->uid) == STATUS_OK;
}

static void make_findings(struct judged *judged, const struct findings *findings)
{
	judged->findings_left_out = findings->left_out;
	if (findings->count == 0)
		return;
	judged->findings = arena_alloc(&judged->arena, findings->count * sizeof(*judged->findings));
	for (size_t i = 0; judged->findings != NULL && i < findings->count; i++)
		if (make_finding(judged, &findings->list[i], &judged->findings[judged->finding_count]))
			judged->finding_count++;
		else
			judged->findings_left_out++;
}

/* Hardly any exchange raises one of these: the list is made anew for each. */
bool judged_raise(struct judged *judged, const struct finding *finding)
{
	struct judged_finding *list =
		judged->finding_count >= LIMIT_FINDINGS
			? NULL
			: arena_alloc(&judged->arena, (judged->finding_count + 1) * sizeof(*list));

	if (list == NULL || !make_finding(judged, finding, &list[judged->finding_count])) {
		judged->findings_left_out++;
		return false;
	}
	if (judged->finding_count > 0)
		memcpy(list, judged->findings, judged->finding_count * sizeof(*list));
	judged->findings = list;
	judged->finding_count++;
	return true;
}

static void make_origin(struct judged *judged, const struct origin *from, struct origin *origin)
{
	if (from == NULL)
		return;
	memcpy(origin->country, from->country, sizeof(origin->country));
	origin->asn = from->asn;
	origin->organisation = copy(judged, from->organisation, ORGANISATION_LEN_MAX);
	origin->isp = copy(judged, from->isp, ORGANISATION_LEN_MAX);
}

struct judged *judged_make(const struct evidence *seen, const struct findings *findings,
			   const struct fingerprint_key *key, struct stock *stock)
{
	const struct exchange *exchange = seen->exchange;
	struct judged *judged = judged_new(stock);

	if (judged == NULL)
		return NULL;
	judged->time_ns = exchange->time_ns;
	judged->connection = exchange->connection;
	judged->number = exchange->number;
	judged->part = exchange->part;
	judged->caller = exchange->client.address;
	judged->client = (struct endpoint){.address = *evidence_client(seen), .port = exchange->client.port};
	judged->server = exchange->server;
	judged->is_proxied = exchange->is_proxied;
	judged->proxy = exchange->proxy;
	make_origin(judged, seen->client_origin, &judged->client_origin);
	make_origin(judged, seen->server_origin, &judged->server_origin);
	judged->outcome = exchange->outcome;
	judged->is_mid_stream = exchange->is_mid_stream;
	judged->is_decrypted = exchange->is_decrypted;
	judged->version = exchange->request.is_seen ? exchange->request.version : exchange->response.version;
	judged->status = exchange->status;
	make_request(judged, seen);
	make_grpc(judged, exchange->grpc);
	make_match(judged, seen);
	make_caller(judged, seen, key);
	make_credential(judged, seen, key);
	make_classes(judged, seen->hits);
	judged_past_make(judged, seen, key);
	make_findings(judged, findings);
	if (judged->arena.is_full) { /* a record that lost texts would tell half a truth */
		judged_release(judged);
		return NULL;
	}
	return judged;
}
