/*
 * Findings and exchanges as documents of the Elastic Common Schema. What ECS has no field for stands under
 * `specular`, in the same shape as OCSF's unmapped.specular.
 */
#include <time.h>

#include "sensor/publish/event_parts.h"

#define ECS_VERSION "9.0.0"

enum { REFUSED_UNAUTHORIZED = 401, REFUSED_FORBIDDEN = 403 };

/* RFC 3339 in UTC with milliseconds, which every date field of Elasticsearch takes. */
static void add_time(struct draft *draft, struct draft_at object, const char *key, uint64_t time_ns)
{
	uint64_t time_ms = time_ns / NS_PER_MS;
	time_t seconds = (time_t)(time_ms / 1000);
	char text[32];
	struct tm date;

	if (gmtime_r(&seconds, &date) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &date) == 0)
		return;
	draft_text(draft, object, key,
		   arena_printf(&draft->arena, "%s.%03uZ", text, (unsigned)(time_ms % 1000)));
}

static void add_one(struct draft *draft, struct draft_at object, const char *key, struct bytes value)
{
	if (value.len > 0)
		draft_array_text(draft, draft_array(draft, object, key), value);
}

/* event.outcome tells how the call went for who made it. */
static struct bytes outcome_of(const struct judged *judged)
{
	if (!judged->response.is_seen)
		return BYTES("unknown");
	return judged->status < 400 ? BYTES("success") : BYTES("failure");
}

/* Of the types that both categories of a finding allow: whether the other side let it pass. */
static struct bytes type_of(const struct judged *judged)
{
	if (judged->response.is_seen && judged->status < 400)
		return BYTES("allowed");
	if (judged->status == REFUSED_UNAUTHORIZED || judged->status == REFUSED_FORBIDDEN)
		return BYTES("denied");
	return BYTES("info");
}

static void add_head(struct draft *draft, struct draft_at root, const struct event_context *context,
		     uint64_t time_ns)
{
	struct draft_at observer;

	add_time(draft, root, "@timestamp", time_ns);
	draft_text(draft, draft_object(draft, root, "ecs"), "version", BYTES(ECS_VERSION));
	observer = draft_object(draft, root, "observer");
	draft_text_if(draft, observer, "name", bytes_of(context->sensor));
	draft_text(draft, observer, "type", BYTES("ids"));
	draft_text(draft, observer, "vendor", BYTES("specular"));
	draft_text(draft, observer, "product", BYTES("specular"));
	draft_text_if(draft, observer, "version", bytes_of(context->version));
}

/* The four fields of categorisation, and what names the record. */
static struct draft_at add_event(struct draft *draft, struct draft_at root, const struct judged *judged,
				 const char *kind, const char *category, struct bytes type)
{
	struct draft_at event = draft_object(draft, root, "event");
	struct draft_at categories = draft_array(draft, event, "category");

	draft_array_text(draft, categories, BYTES("api"));
	draft_array_text(draft, categories, bytes_of(category));
	draft_text(draft, event, "kind", bytes_of(kind));
	add_one(draft, event, "type", type);
	draft_text(draft, event, "outcome", outcome_of(judged));
	draft_text(draft, event, "module", BYTES("specular"));
	draft_text(draft, event, "provider", BYTES("specular"));
	return event;
}

static void add_endpoint(struct draft *draft, struct draft_at root, const char *key,
			 const struct endpoint *endpoint, struct bytes domain)
{
	struct draft_at at = draft_object(draft, root, key);
	char ip[ADDRESS_TEXT_MAX];

	address_print(&endpoint->address, ip);
	draft_text(draft, at, "address", bytes_of(ip));
	draft_text(draft, at, "ip", bytes_of(ip));
	if (endpoint->port != 0) /* a proxy's list of addresses has no ports */
		draft_number(draft, at, "port", endpoint->port);
	draft_text_if(draft, at, "domain", domain);
}

static void add_http(struct draft *draft, struct draft_at root, const struct judged *judged)
{
	struct draft_at http = draft_object(draft, root, "http");
	struct draft_at side;

	if (judged->version != HTTP_UNKNOWN)
		draft_text(draft, http, "version", bytes_of(http_version_name(judged->version)));
	if (judged->request.is_seen) {
		side = draft_object(draft, http, "request");
		draft_text_if(draft, side, "method", judged->method);
		draft_text_if(draft, side, "mime_type", judged->request.content_type);
		draft_number(draft, draft_object(draft, side, "body"), "bytes", judged->request.body_len);
	}
	if (judged->response.is_seen) {
		side = draft_object(draft, http, "response");
		draft_number(draft, side, "status_code", judged->status);
		draft_text_if(draft, side, "mime_type", judged->response.content_type);
		draft_number(draft, draft_object(draft, side, "body"), "bytes", judged->response.body_len);
	}
}

static void add_url(struct draft *draft, struct draft_at root, const struct judged *judged)
{
	struct bytes scheme = judged->is_decrypted ? BYTES("https") : BYTES("http");
	struct draft_at url;

	if (!judged->request.is_seen)
		return;
	url = draft_object(draft, root, "url");
	draft_text(draft, url, "scheme", judged->scheme.len > 0 ? judged->scheme : scheme);
	draft_text_if(draft, url, "domain", judged->host);
	draft_number(draft, url, "port", judged->host_port > 0 ? judged->host_port : judged->server.port);
	draft_text(draft, url, "path", judged->path);
	draft_text_if(draft, url, "query", judged->query);
	if (judged->request.user_agent.len > 0)
		draft_text(draft, draft_object(draft, root, "user_agent"), "original",
			   judged->request.user_agent);
}

static void add_related(struct draft *draft, struct draft_at root, const struct judged *judged)
{
	struct draft_at related = draft_object(draft, root, "related");
	struct draft_at addresses = draft_array(draft, related, "ip");
	char text[ADDRESS_TEXT_MAX];

	address_print(&judged->client.address, text);
	draft_array_text(draft, addresses, bytes_of(text));
	address_print(&judged->server.address, text);
	draft_array_text(draft, addresses, bytes_of(text));
	add_one(draft, related, "hosts", judged->host);
	add_one(draft, related, "user", judged->client_id);
}

/* Who calls, whom, how; the partner is the organization. The specular object. */
static struct draft_at add_exchange(struct draft *draft, struct draft_at root,
				    const struct event_context *context, const struct judged *judged,
				    uint64_t time_ns)
{
	struct draft_at object;

	add_endpoint(draft, root, "source", &judged->client, BYTES_NONE);
	add_endpoint(draft, root, "destination", &judged->server, judged->host);
	object = draft_object(draft, root, "network");
	draft_text(draft, object, "transport", BYTES("tcp"));
	draft_text(draft, object, "protocol", BYTES("http"));
	add_http(draft, root, judged);
	add_url(draft, root, judged);
	if (judged->partner_id.len > 0) {
		object = draft_object(draft, root, "organization");
		draft_text(draft, object, "id", judged->partner_id);
		draft_text_if(draft, object, "name", judged->partner_name);
	}
	if (judged->client_id.len > 0)
		draft_text(draft, draft_object(draft, root, "user"), "id", judged->client_id);
	if (judged->api_id.len > 0)
		draft_text(draft, draft_object(draft, root, "service"), "name", judged->api_id);
	add_related(draft, root, judged);
	object = draft_object(draft, root, "specular");
	draft_number(draft, object, "time", time_ns / NS_PER_MS);
	event_fill_specular(draft, object, context, judged);
	return object;
}

static void add_rule(struct draft *draft, struct draft_at root, const struct event_sighting *seen)
{
	const struct catalogue_entry *kind = seen->finding->finding.kind;
	struct draft_at rule = draft_object(draft, root, "rule");
	struct bytes rest = bytes_of(kind->id);

	draft_text(draft, rule, "id", bytes_of(kind->id));
	draft_text(draft, rule, "name", bytes_of(kind->title));
	draft_text(draft, rule, "category", bytes_split(&rest, '.'));
	draft_text(draft, rule, "ruleset", BYTES("specular"));
	draft_text_if(draft, rule, "version", bytes_of(seen->context->version));
}

static void add_life(struct draft *draft, struct draft_at specular, const struct event_sighting *seen)
{
	struct draft_at finding = draft_object(draft, specular, "finding");
	char uid[DIGEST_TEXT_LEN + 1];

	digest_print(seen->finding->uid, uid);
	draft_text(draft, finding, "uid", bytes_of(uid));
	draft_number(draft, finding, "activity_id", seen->life->activity);
	draft_number(draft, finding, "count", seen->life->count);
	draft_number(draft, finding, "first_seen_time", seen->life->first_ns / NS_PER_MS);
	draft_number(draft, finding, "last_seen_time", seen->life->last_ns / NS_PER_MS);
	event_add_types(draft, finding, seen->finding->finding.kind->owasp);
}

void ecs_fill_finding(struct draft *draft, struct draft_at root, const void *record)
{
	const struct event_sighting *seen = record;
	const struct finding *finding = &seen->finding->finding;
	const struct judged *judged = seen->judged;
	struct bytes message = finding->message.len > 0 ? finding->message : bytes_of(finding->kind->title);
	struct draft_at event, specular;

	add_head(draft, root, seen->context, seen->life->time_ns);
	draft_text(draft, root, "message", message);
	event = add_event(draft, root, judged, "alert", "intrusion_detection", type_of(judged));
	draft_text(draft, event, "id", bytes_of(seen->uid));
	draft_text(draft, event, "code", bytes_of(finding->kind->id));
	draft_text(draft, event, "action",
		   arena_printf(&draft->arena, "finding-%s",
				seen->life->activity == ACTIVITY_CREATE   ? "create"
				: seen->life->activity == ACTIVITY_UPDATE ? "update"
									  : "close"));
	draft_text(draft, event, "dataset", BYTES("specular.findings"));
	draft_number(draft, event, "severity", finding->severity);
	draft_text(draft, event, "reason", message);
	add_time(draft, event, "start", seen->life->first_ns);
	add_time(draft, event, "end", seen->life->last_ns);
	add_rule(draft, root, seen);
	specular = add_exchange(draft, root, seen->context, judged, seen->life->time_ns);
	add_life(draft, specular, seen);
	event_add_data(draft, specular, finding);
	event_add_base_severity(draft, specular, finding);
	if (bytes_starts(bytes_of(finding->kind->id), BYTES("risk.")))
		event_add_risk(draft, specular, judged->risk_score, judged->risk_parts,
			       judged->risk_part_count);
	if (draft->is_cut)
		draft_bool(draft, specular, "cut", true);
}

void ecs_fill_exchange(struct draft *draft, struct draft_at root, const void *record)
{
	const struct event_access *access = record;
	const struct judged *judged = access->judged;
	struct draft_at event, specular;
	uint64_t start, end;

	add_head(draft, root, access->context, judged->time_ns);
	event_spans(judged, &start, &end);
	event = add_event(draft, root, judged, "event", "web", BYTES("access"));
	draft_text(draft, event, "id", bytes_of(access->uid));
	draft_text(draft, event, "action", BYTES("exchange"));
	draft_text(draft, event, "dataset", BYTES("specular.exchanges"));
	add_time(draft, event, "start", start);
	add_time(draft, event, "end", end);
	draft_number(draft, event, "duration", end > start ? end - start : 0); /* nanoseconds, says ECS */
	specular = add_exchange(draft, root, access->context, judged, judged->time_ns);
	if (judged->class_count > 0)
		draft_texts(draft, specular, "classes", judged->classes, judged->class_count);
	draft_number(draft, specular, "findings", judged->finding_count + judged->findings_left_out);
	if (draft->is_cut)
		draft_bool(draft, specular, "cut", true);
}
