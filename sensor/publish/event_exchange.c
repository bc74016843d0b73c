/* OCSF 1.5.0 class 4002, HTTP Activity. */
#include "sensor/publish/event_parts.h"

static const struct event_class HTTP_ACTIVITY = {4002, 4, "HTTP Activity", "Network Activity",
						 "HTTP Activity: "};

enum { ACTIVITY_UNKNOWN = 0, ACTIVITY_OTHER = 99, SEVERITY_INFORMATIONAL = 1 };
enum { STATUS_ID_UNKNOWN = 0, STATUS_ID_SUCCESS = 1, STATUS_ID_FAILURE = 2 };

/* What event_add_class and event_add_severity write for an activity that has a number, which is most of what
 * is written: once. */
#define MEMBERS(id, name)                                                                                    \
	BYTES_INIT("\"category_uid\":4,\"category_name\":\"Network Activity\",\"class_uid\":4002,"           \
		   "\"class_name\":\"HTTP Activity\",\"activity_id\":" id ",\"activity_name\":\"" name       \
		   "\",\"type_uid\":40020" id ",\"type_name\":\"HTTP Activity: " name                        \
		   "\",\"severity_id\":1,\"severity\":\"Informational\"")

/* Version 1.5.0 knows no more. */
static const struct {
	struct bytes method, members;
} ACTIVITIES[] = {
	{BYTES_INIT("CONNECT"), MEMBERS("1", "Connect")}, {BYTES_INIT("DELETE"), MEMBERS("2", "Delete")},
	{BYTES_INIT("GET"), MEMBERS("3", "Get")},         {BYTES_INIT("HEAD"), MEMBERS("4", "Head")},
	{BYTES_INIT("OPTIONS"), MEMBERS("5", "Options")}, {BYTES_INIT("POST"), MEMBERS("6", "Post")},
	{BYTES_INIT("PUT"), MEMBERS("7", "Put")},         {BYTES_INIT("TRACE"), MEMBERS("8", "Trace")},
};

#define ACTIVITY_COUNT (sizeof(ACTIVITIES) / sizeof(ACTIVITIES[0]))

/* Methods are case-sensitive (RFC 9110, 9.1). Those that 1.5.0 has no number for, PATCH among them, are
 * 99 with their own name. */
static void add_activity(struct draft *draft, struct draft_at root, struct bytes method)
{
	struct bytes name = bytes_equal(method, BYTES("PATCH")) ? BYTES("Patch") : method;

	for (unsigned i = 0; i < ACTIVITY_COUNT; i++)
		if (bytes_equal(method, ACTIVITIES[i].method)) {
			draft_members(draft, root, ACTIVITIES[i].members);
			return;
		}
	if (method.len == 0)
		event_add_class(draft, root, &HTTP_ACTIVITY, ACTIVITY_UNKNOWN, BYTES("Unknown"));
	else
		event_add_class(draft, root, &HTTP_ACTIVITY, ACTIVITY_OTHER, name);
	event_add_severity(draft, root, SEVERITY_INFORMATIONAL);
}

void event_spans(const struct judged *judged, uint64_t *out_start_ns, uint64_t *out_end_ns)
{
	const struct judged_side *request = &judged->request, *response = &judged->response;
	uint64_t end = request->is_seen ? request->last_ns : 0;

	if (response->is_seen && response->last_ns > end)
		end = response->last_ns;
	*out_start_ns = request->is_seen ? request->first_ns : response->first_ns;
	*out_end_ns = end;
}

static void add_times(struct draft *draft, struct draft_at root, const struct judged *judged)
{
	uint64_t start, end;

	event_spans(judged, &start, &end);
	draft_number(draft, root, "time", judged->time_ns / NS_PER_MS);
	draft_number(draft, root, "start_time", start / NS_PER_MS);
	draft_number(draft, root, "end_time", end / NS_PER_MS);
	draft_number(draft, root, "duration", end > start ? (end - start) / NS_PER_MS : 0);
}

static void add_status(struct draft *draft, struct draft_at root, const struct judged *judged)
{
	if (!judged->response.is_seen) {
		draft_number(draft, root, "status_id", STATUS_ID_UNKNOWN);
		return;
	}
	draft_number(draft, root, "status_id", judged->status < 400 ? STATUS_ID_SUCCESS : STATUS_ID_FAILURE);
	draft_text_number(draft, root, "status_code", judged->status);
}

static void fill_exchange(struct draft *draft, struct draft_at root, const void *record)
{
	const struct event_access *access = record;
	const struct judged *judged = access->judged;
	struct draft_at specular;

	add_activity(draft, root, judged->method);
	add_times(draft, root, judged);
	add_status(draft, root, judged);
	event_add_metadata(draft, root, access->context, access->uid, NULL);
	event_add_exchange(draft, root, judged);
	specular = event_add_specular(draft, root, access->context, judged);
	if (judged->class_count > 0)
		draft_texts(draft, specular, "classes", judged->classes, judged->class_count);
	if (judged->part > 0) {
		struct draft_at batch = draft_object(draft, specular, "batch");

		draft_text(draft, batch, "uid", bytes_of(access->batch_uid));
		draft_number(draft, batch, "part", judged->part);
	}
	draft_number(draft, specular, "findings", judged->finding_count + judged->findings_left_out);
	if (draft->is_cut)
		draft_bool(draft, specular, "cut", true);
}

static void add_endpoint(struct digest *digest, const struct endpoint *endpoint)
{
	char text[ADDRESS_TEXT_MAX];

	address_print(&endpoint->address, text);
	digest_text(digest, bytes_of(text));
	digest_number(digest, endpoint->port);
}

/* A whole exchange is part 0. */
static enum status name_exchange(const struct judged *judged, uint32_t part, char uid[EVENT_UID_TEXT])
{
	uint8_t name[DIGEST_LEN];
	struct digest digest;
	enum status status;

	digest_init(&digest, "exchange record");
	add_endpoint(&digest, &judged->client);
	add_endpoint(&digest, &judged->server);
	digest_number(&digest, judged->connection);
	digest_number(&digest, judged->number);
	digest_number(&digest, judged->time_ns);
	if (part > 0)
		digest_number(&digest, part);
	status = digest_finish(&digest, name);
	if (status == STATUS_OK)
		digest_print(name, uid);
	return status;
}

enum status event_exchange(const struct event_context *context, const struct judged *judged,
			   char uid[EVENT_UID_TEXT], struct buffer *out)
{
	struct event_access access = {.context = context, .judged = judged, .uid = uid};
	enum status status;

	if (!judged->request.is_seen && !judged->response.is_seen) /* the class asks for one of them */
		return STATUS_INVALID;
	status = name_exchange(judged, judged->part, uid);
	if (status == STATUS_OK && judged->part > 0)
		status = name_exchange(judged, 0, access.batch_uid);
	if (status != STATUS_OK)
		return status;
	return draft_write(context->is_ecs ? ecs_fill_exchange : fill_exchange, &access, out);
}
