/* OCSF 1.5.0 class 2004, Detection Finding, with the security_control profile. */
#include "parsers/base/check.h"
#include "sensor/publish/event_parts.h"

static const struct event_class DETECTION_FINDING = {2004, 2, "Detection Finding", "Findings",
						     "Detection Finding: "};

enum {
	ACTION_OBSERVED = 3,
	DISPOSITION_DETECTED = 15,
	CONFIDENCE_LOW = 1,
	CONFIDENCE_MEDIUM = 2,
	CONFIDENCE_HIGH = 3
};
enum { STATUS_ID_NEW = 1, STATUS_ID_RESOLVED = 4 };

static const char *activity_name(enum activity activity)
{
	switch (activity) {
	case ACTIVITY_CREATE:
		return "Create";
	case ACTIVITY_UPDATE:
		return "Update";
	case ACTIVITY_CLOSE:
		return "Close";
	}
	return "Unknown";
}

/* `evidences[].data.in` of the interface of records. */
static const char *location_name(enum side side, enum part part)
{
	bool is_request = side == SIDE_REQUEST;

	switch (part) {
	case PART_PATH:
		return is_request ? "request.path" : "response.path";
	case PART_QUERY:
		return is_request ? "request.query" : "response.query";
	case PART_HEADER:
		return is_request ? "request.header" : "response.header";
	case PART_COOKIE:
		return is_request ? "request.cookie" : "response.cookie";
	case PART_BODY:
		return is_request ? "request.body" : "response.body";
	case PART_STATUS:
		return is_request ? "request.status" : "response.status";
	}
	return "unknown";
}

static const char *analytic_name(enum analytic analytic)
{
	switch (analytic) {
	case ANALYTIC_RULE:
		return "Rule";
	case ANALYTIC_STATISTICAL:
		return "Statistical";
	case ANALYTIC_REGULAR_EXPRESSION:
		return "Regular Expressions";
	}
	return "Unknown";
}

/* "API3:2023,API8:2023" -> ["OWASP:API3:2023", "OWASP:API8:2023"] */
void event_add_types(struct draft *draft, struct draft_at info, const char *owasp)
{
	struct draft_at types = draft_array(draft, info, "types");

	for (struct bytes rest = bytes_of(owasp); rest.data != NULL;) {
		struct bytes item = bytes_trim(bytes_split(&rest, ','));

		if (item.len > 0)
			draft_array_text(
				draft, types,
				arena_printf(&draft->arena, "OWASP:" BYTES_FORMAT, BYTES_PRINT(item)));
	}
}

static void add_info(struct draft *draft, struct draft_at root, const struct event_sighting *seen)
{
	const struct catalogue_entry *kind = seen->finding->finding.kind;
	struct draft_at info = draft_object(draft, root, "finding_info");
	struct draft_at analytic = draft_object(draft, info, "analytic");
	char uid[DIGEST_TEXT_LEN + 1];

	draft_text(draft, analytic, "uid", bytes_of(kind->id));
	draft_number(draft, analytic, "type_id", kind->analytic);
	draft_text(draft, analytic, "type", bytes_of(analytic_name(kind->analytic)));
	digest_print(seen->finding->uid, uid);
	draft_text(draft, info, "uid", bytes_of(uid));
	draft_text(draft, info, "title", bytes_of(kind->title));
	event_add_types(draft, info, kind->owasp);
	draft_number(draft, info, "first_seen_time", seen->life->first_ns / NS_PER_MS);
	draft_number(draft, info, "last_seen_time", seen->life->last_ns / NS_PER_MS);
}

void event_add_data(struct draft *draft, struct draft_at object, const struct finding *finding)
{
	struct draft_at data = draft_object(draft, object, "data");

	if (finding->has_location) {
		draft_text(draft, data, "in", bytes_of(location_name(finding->side, finding->part)));
		draft_text_if(draft, data, "name", finding->name);
		if (finding->part == PART_BODY || finding->pointer.len > 0)
			draft_text(draft, data, "pointer", finding->pointer); /* "" is the whole body */
	}
	draft_text_if(draft, data, "schema_pointer", finding->schema_pointer);
	draft_text_if(draft, data, "expected", finding->expected);
	draft_text_if(draft, data, "observed", finding->observed);
	draft_text_if(draft, data, "class", finding->class_id);
	draft_text_if(draft, data, "sample", finding->sample);
	draft_text_if(draft, data, "value_hmac", bytes_of(finding->value_hmac));
	if (finding->match_count > 0)
		draft_number(draft, data, "match_count", finding->match_count);
}

static void add_evidence(struct draft *draft, struct draft_at root, const struct event_sighting *seen)
{
	struct bytes operation = event_operation(&draft->arena, seen->judged);
	struct draft_at evidence = draft_array_object(draft, draft_array(draft, root, "evidences"));
	struct draft_at api;

	event_add_exchange(draft, evidence, seen->judged);
	if (operation.len > 0) {
		api = draft_object(draft, evidence, "api");
		draft_text(draft, api, "operation", operation);
		draft_text_if(draft, api, "version", seen->judged->spec_version);
	}
	event_add_data(draft, evidence, &seen->finding->finding);
}

static void add_resource(struct draft *draft, struct draft_at root, const struct judged *judged)
{
	struct bytes operation = event_operation(&draft->arena, judged);
	struct draft_at resource;

	if (judged->api_id.len == 0 && operation.len == 0)
		return;
	resource = draft_array_object(draft, draft_array(draft, root, "resources"));
	draft_text_if(draft, resource, "uid", judged->api_id);
	draft_text_if(draft, resource, "name", operation);
	draft_text(draft, resource, "type", BYTES("api_operation"));
	if (judged->owner.len > 0)
		draft_text(draft, draft_object(draft, resource, "owner"), "name", judged->owner);
}

void event_add_base_severity(struct draft *draft, struct draft_at specular, const struct finding *finding)
{
	static const struct {
		unsigned bit;
		const char *name;
	} MODIFIERS[] = {{SEVERITY_ACCEPTED, "accepted"},   {SEVERITY_REFUSED, "refused"},
			 {SEVERITY_SENSITIVE, "sensitive"}, {SEVERITY_CAPTURE, "capture"},
			 {SEVERITY_CLASS, "class"},         {SEVERITY_OBSERVED, "observed"}};
	struct draft_at severity = draft_object(draft, specular, "severity");
	struct draft_at modifiers = draft_array(draft, severity, "modifiers");

	for (size_t i = 0; i < sizeof(MODIFIERS) / sizeof(MODIFIERS[0]); i++)
		if (finding->modifiers & MODIFIERS[i].bit)
			draft_array_text(draft, modifiers, bytes_of(MODIFIERS[i].name));
	draft_number(draft, severity, "base", finding->kind->severity);
}

/* What is learned is surer than a guess and less sure than a rule; what was not seen whole, or what the
 * answer speaks against, less again. */
static unsigned confidence_of(const struct event_sighting *seen)
{
	bool is_complete = seen->judged->outcome == EXCHANGE_COMPLETE && !seen->finding->finding.is_doubtful;

	if (seen->finding->finding.kind->analytic == ANALYTIC_STATISTICAL)
		return is_complete ? CONFIDENCE_MEDIUM : CONFIDENCE_LOW;
	return is_complete ? CONFIDENCE_HIGH : CONFIDENCE_MEDIUM;
}

static void fill_finding(struct draft *draft, struct draft_at root, const void *record)
{
	const struct event_sighting *seen = record;
	const struct finding *finding = &seen->finding->finding;
	const struct finding_life *life = seen->life;
	struct draft_at metadata, specular;

	event_add_class(draft, root, &DETECTION_FINDING, life->activity,
			bytes_of(activity_name(life->activity)));
	event_add_severity(draft, root, finding->severity);
	draft_number(draft, root, "time", life->time_ns / NS_PER_MS);
	draft_text(draft, root, "message",
		   finding->message.len > 0 ? finding->message : bytes_of(finding->kind->title));
	draft_number(draft, root, "count", life->count);
	draft_number(draft, root, "status_id",
		     life->activity == ACTIVITY_CLOSE ? STATUS_ID_RESOLVED : STATUS_ID_NEW);
	draft_number(draft, root, "confidence_id", confidence_of(seen));
	draft_bool(draft, root, "is_alert", seen->judged->past.mode == MODE_ALERT);
	draft_number(draft, root, "action_id", ACTION_OBSERVED);
	draft_number(draft, root, "disposition_id", DISPOSITION_DETECTED);
	metadata = event_add_metadata(draft, root, seen->context, seen->uid, finding->kind->id);
	draft_array_text(draft, draft_array(draft, metadata, "profiles"), BYTES("security_control"));
	add_info(draft, root, seen);
	add_resource(draft, root, seen->judged);
	add_evidence(draft, root, seen);
	specular = event_add_specular(draft, root, seen->context, seen->judged);
	event_add_base_severity(draft, specular, finding);
	if (bytes_starts(bytes_of(finding->kind->id), BYTES("risk.")))
		event_add_risk(draft, specular, seen->judged->risk_score, seen->judged->risk_parts,
			       seen->judged->risk_part_count);
	if (draft->is_cut)
		draft_bool(draft, specular, "cut", true);
}

enum status event_finding(const struct event_context *context, const struct judged *judged,
			  const struct judged_finding *finding, const struct finding_life *life,
			  char uid[EVENT_UID_TEXT], struct buffer *out)
{
	struct event_sighting seen = {context, judged, finding, life, uid};
	uint8_t name[DIGEST_LEN];
	struct digest digest;
	enum status status;

	CHECK(finding->finding.kind != NULL);
	digest_init(&digest, "finding record");
	digest_text(&digest, (struct bytes){.data = (const char *)finding->uid, .len = JUDGED_UID_LEN});
	digest_number(&digest, life->activity);
	digest_number(&digest, life->count);
	status = digest_finish(&digest, name);
	if (status != STATUS_OK)
		return status;
	digest_print(name, uid);
	return draft_write(context->is_ecs ? ecs_fill_finding : fill_finding, &seen, out);
}
