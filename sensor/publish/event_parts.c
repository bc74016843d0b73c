#include "sensor/publish/event_parts.h"

#define OCSF_VERSION "1.5.0"
#define LOG_VERSION  "1" /* of what we put into it; README, records */

void event_add_class(struct draft *draft, struct draft_at root, const struct event_class *class,
		     unsigned activity_id, struct bytes activity_name)
{
	draft_number(draft, root, "category_uid", class->category_uid);
	draft_word(draft, root, "category_name", class->category_name);
	draft_number(draft, root, "class_uid", class->uid);
	draft_word(draft, root, "class_name", class->name);
	draft_number(draft, root, "activity_id", activity_id);
	draft_text(draft, root, "activity_name", activity_name);
	draft_number(draft, root, "type_uid", class->uid * 100ull + activity_id);
	draft_text_joined(draft, root, "type_name", bytes_of(class->type_prefix), activity_name);
}

void event_add_severity(struct draft *draft, struct draft_at root, unsigned severity_id)
{
	static const char *const NAMES[] = {"Unknown", "Informational", "Low", "Medium", "High", "Critical"};
	unsigned id = severity_id < sizeof(NAMES) / sizeof(NAMES[0]) ? severity_id : 0;

	draft_number(draft, root, "severity_id", id);
	draft_word(draft, root, "severity", NAMES[id]);
}

struct draft_at event_add_metadata(struct draft *draft, struct draft_at root,
				   const struct event_context *context, const char *uid,
				   const char *event_code)
{
	struct draft_at metadata = draft_object(draft, root, "metadata");
	struct bytes version = bytes_of(context->version), code = bytes_of(event_code);

	DRAFT_PIECES(draft, metadata,
		     BYTES("\"product\":{\"name\":\"specular\",\"vendor_name\":\"specular\""),
		     version.len > 0 ? BYTES(",\"version\":\"") : BYTES_NONE, version,
		     version.len > 0 ? BYTES("\"") : BYTES_NONE,
		     BYTES("},\"version\":\"" OCSF_VERSION "\",\"uid\":\""), bytes_of(uid),
		     code.len > 0 ? BYTES("\",\"event_code\":\"") : BYTES_NONE, code,
		     BYTES("\",\"log_version\":\"" LOG_VERSION "\""));
	return metadata;
}

static void add_origin(struct draft *draft, struct draft_at at, const struct origin *origin)
{
	struct draft_at system;

	if (origin->country[0] != '\0')
		draft_text(draft, draft_object(draft, at, "location"), "country", bytes_of(origin->country));
	if (origin->asn != 0) {
		system = draft_object(draft, at, "autonomous_system");
		draft_number(draft, system, "number", origin->asn);
		draft_text_if(draft, system, "name", origin->organisation);
	}
	draft_text_if(draft, at, "isp", origin->isp);
	draft_text_if(draft, at, "isp_org", origin->organisation);
}

static struct draft_at add_endpoint(struct draft *draft, struct draft_at object, const char *key,
				    const struct endpoint *endpoint, struct bytes hostname)
{
	struct draft_at at = draft_object(draft, object, key);
	char ip[ADDRESS_TEXT_MAX];

	address_print(&endpoint->address, ip);
	draft_word(draft, at, "ip", ip);
	if (endpoint->port != 0) /* a proxy's list of addresses has no ports */
		draft_number(draft, at, "port", endpoint->port);
	draft_text_if(draft, at, "hostname", hostname);
	return at;
}

static void add_request(struct draft *draft, struct draft_at object, const struct judged *judged)
{
	struct bytes scheme = judged->is_decrypted ? BYTES("https") : BYTES("http");
	struct draft_at request, url;

	if (!judged->request.is_seen)
		return;
	request = draft_object(draft, object, "http_request");
	draft_text_if(draft, request, "http_method", judged->method);
	url = draft_object(draft, request, "url");
	draft_text(draft, url, "scheme", judged->scheme.len > 0 ? judged->scheme : scheme);
	draft_text_if(draft, url, "hostname", judged->host);
	draft_number(draft, url, "port", judged->host_port > 0 ? judged->host_port : judged->server.port);
	draft_text(draft, url, "path", judged->path);
	draft_text_if(draft, url, "query_string", judged->query);
	if (judged->version != HTTP_UNKNOWN)
		draft_word(draft, request, "version", http_version_name(judged->version));
	draft_number(draft, request, "body_length", judged->request.body_len);
	draft_text_if(draft, request, "user_agent", judged->request.user_agent);
}

static void add_response(struct draft *draft, struct draft_at object, const struct judged *judged)
{
	const struct judged_side *from = &judged->request, *to = &judged->response;
	struct draft_at response;

	if (!to->is_seen)
		return;
	response = draft_object(draft, object, "http_response");
	draft_number(draft, response, "code", judged->status);
	draft_text_if(draft, response, "content_type", to->content_type);
	draft_number(draft, response, "body_length", to->body_len);
	/* A server may answer before the request has ended: no wait at all. */
	if (from->is_seen)
		draft_number(draft, response, "latency",
			     to->first_ns > from->last_ns ? (to->first_ns - from->last_ns) / NS_PER_MS : 0);
}

void event_add_exchange(struct draft *draft, struct draft_at object, const struct judged *judged)
{
	struct draft_at from, to;
	char proxy[ADDRESS_TEXT_MAX];

	from = add_endpoint(draft, object, "src_endpoint", &judged->client, BYTES_NONE);
	if (judged->is_proxied) {
		address_print(&judged->proxy.address, proxy);
		draft_array_text(draft, draft_array(draft, from, "intermediate_ips"), bytes_of(proxy));
	}
	add_origin(draft, from, &judged->client_origin);
	to = add_endpoint(draft, object, "dst_endpoint", &judged->server, judged->host);
	add_origin(draft, to, &judged->server_origin);
	add_request(draft, object, judged);
	add_response(draft, object, judged);
}

static void write_contract(struct draft *draft, struct draft_at specular, const struct event_context *context,
			   const struct judged *judged)
{
	struct draft_at partner, spec, api, operation;

	draft_text_if(draft, specular, "sensor", bytes_of(context->sensor));
	partner = draft_object(draft, specular, "partner");
	draft_text_or_null(draft, partner, "id", judged->partner_id);
	draft_text_if(draft, partner, "name", judged->partner_name);
	draft_text_or_null(draft, partner, "tier", judged->tier);

	spec = draft_object(draft, specular, "spec");
	draft_text_or_null(draft, spec, "name", judged->spec_name);
	draft_text_or_null(draft, spec, "version", judged->spec_version);
	draft_text_or_null(draft, spec, "sha256", bytes_of(judged->spec_sha256));
	draft_text_if(draft, spec, "file", judged->spec_file);

	api = draft_object(draft, specular, "api");
	draft_text_or_null(draft, api, "id", judged->api_id);
	draft_text_if(draft, api, "owner", judged->owner);

	operation = draft_object(draft, specular, "operation");
	draft_text_or_null(draft, operation, "id", judged->operation_id);
	draft_text_if(draft, operation, "name", event_operation(&draft->arena, judged));
	draft_text_or_null(draft, operation, "method", judged->method);
	draft_text_or_null(draft, operation, "template", judged->template);
	draft_bool(draft, operation, "documented", judged->is_documented);
	draft_bool(draft, operation, "deprecated", judged->is_deprecated);
}

/* Kept ready where nothing had to be cut. */
static void add_contract(struct draft *draft, struct draft_at specular, const struct event_context *context,
			 const struct judged *judged)
{
	struct bytes members = BYTES_NONE;
	size_t from;

	if (draft_is_roomy(draft))
		members = event_memory_find(context->memory, judged);
	if (members.len > 0) {
		draft_members(draft, specular, members);
		return;
	}
	from = draft_next(draft, specular);
	write_contract(draft, specular, context, judged);
	if (context->memory != NULL && draft_is_roomy(draft))
		event_memory_put(context->memory, judged, draft_since(draft, specular, from));
}

static void add_messages(struct draft *draft, struct draft_at grpc, const char *name,
			 const struct judged_messages *from)
{
	struct draft_at messages;

	if (!from->is_read)
		return;
	messages = draft_object(draft, grpc, name);
	draft_number(draft, messages, "messages", from->count);
	draft_number(draft, messages, "bytes", from->bytes);
	draft_word(draft, messages, "reading", grpc_outcome_name(from->outcome));
}

static void add_grpc(struct draft *draft, struct draft_at specular, const struct judged_grpc *from)
{
	struct draft_at grpc;

	if (!from->is_call)
		return;
	grpc = draft_object(draft, specular, "grpc");
	draft_text_or_null(draft, grpc, "service", from->service);
	draft_text_or_null(draft, grpc, "method", from->method);
	if (from->status != GRPC_NO_STATUS)
		draft_number(draft, grpc, "status", (uint64_t)from->status);
	draft_text_if(draft, grpc, "status_name", bytes_of(grpc_status_name(from->status)));
	draft_bool(draft, grpc, "web", from->is_web);
	add_messages(draft, grpc, "request", &from->request);
	add_messages(draft, grpc, "response", &from->response);
}

#define WHOLE_CAPTURE(is_decrypted)                                                                          \
	BYTES("\"complete\":true,\"reason\":\"complete\",\"gap_bytes\":0,\"mid_stream\":false,"              \
	      "\"decrypted\":" is_decrypted)

static void add_capture(struct draft *draft, struct draft_at specular, const struct judged *judged)
{
	struct draft_at capture = draft_object(draft, specular, "capture");
	uint64_t gap_len = judged->request.gap_len + judged->response.gap_len;

	if (judged->outcome == EXCHANGE_COMPLETE && gap_len == 0 && !judged->is_mid_stream) /* nearly all */
	{
		draft_members(draft, capture,
			      judged->is_decrypted ? WHOLE_CAPTURE("true") : WHOLE_CAPTURE("false"));
		return;
	}
	draft_bool(draft, capture, "complete", judged->outcome == EXCHANGE_COMPLETE);
	draft_word(draft, capture, "reason", exchange_outcome_name(judged->outcome));
	draft_number(draft, capture, "gap_bytes", gap_len);
	draft_bool(draft, capture, "mid_stream", judged->is_mid_stream);
	draft_bool(draft, capture, "decrypted", judged->is_decrypted);
}

void event_fill_specular(struct draft *draft, struct draft_at specular, const struct event_context *context,
			 const struct judged *judged)
{
	struct draft_at credential;

	add_contract(draft, specular, context, judged);
	add_grpc(draft, specular, &judged->grpc);
	if (judged->auth.len > 0 || judged->client_id.len > 0) {
		credential = draft_object(draft, specular, "credential");
		draft_text_if(draft, credential, "scheme", judged->auth);
		draft_text_if(draft, credential, "client_id", judged->client_id);
	}
	add_capture(draft, specular, judged);
	draft_number(draft, specular, "connection", judged->connection);
	draft_number(draft, specular, "number", judged->number);
}

struct draft_at event_add_specular(struct draft *draft, struct draft_at root,
				   const struct event_context *context, const struct judged *judged)
{
	struct draft_at specular = draft_object(draft, draft_object(draft, root, "unmapped"), "specular");

	event_fill_specular(draft, specular, context, judged);
	return specular;
}

struct bytes event_operation(struct arena *arena, const struct judged *judged)
{
	if (judged->operation_id.len > 0)
		return judged->operation_id;
	if (judged->template.len == 0)
		return BYTES_NONE;
	if (judged->method.len == 0)
		return judged->template;
	return ARENA_JOIN(arena, judged->method, BYTES(" "), judged->template);
}

void event_add_by_status(struct draft *draft, struct draft_at object, const uint64_t by_status[6])
{
	static const char *const NAMES[6] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
	struct draft_at counts = draft_object(draft, object, "by_status");

	for (size_t i = 0; i < 6; i++)
		draft_number(draft, counts, NAMES[i], by_status[i]);
}

void event_add_risk(struct draft *draft, struct draft_at object, double score,
		    const struct contribution *parts, size_t part_count)
{
	struct draft_at risk = draft_object(draft, object, "risk");
	size_t count = draft_count(draft, part_count);
	struct draft_at contributions;

	draft_real_or_null(draft, risk, "score", score);
	contributions = draft_array(draft, risk, "contributions");
	for (size_t i = 0; i < count; i++) {
		struct draft_at contribution = draft_array_object(draft, contributions);

		draft_text(draft, contribution, "name", parts[i].name);
		draft_real_or_null(draft, contribution, "score", parts[i].score);
		draft_text_if(draft, contribution, "because", parts[i].because);
	}
}
