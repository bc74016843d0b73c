/*
 * event_parts: the members that several kinds of record share.
 * OCSF 1.5.0 names; what has no place there goes under unmapped.specular.
 */
#pragma once

#include "sensor/publish/digest.h"
#include "sensor/publish/draft.h"
#include "sensor/publish/event.h"

#define NS_PER_MS 1000000ull

/* What a draft_fill of findings, and one of exchanges, is handed. */
struct event_sighting {
	const struct event_context *context;
	const struct judged *judged;
	const struct judged_finding *finding;
	const struct finding_life *life;
	const char *uid;
};

struct event_access {
	const struct event_context *context;
	const struct judged *judged;
	const char *uid;
	char batch_uid[EVENT_UID_TEXT]; /* of the exchange that this is a part of; else empty */
};

/* The same as ECS documents. */
void ecs_fill_finding(struct draft *draft, struct draft_at root, const void *record);
void ecs_fill_exchange(struct draft *draft, struct draft_at root, const void *record);

struct event_class {
	unsigned uid, category_uid;
	const char *name, *category_name, *type_prefix;
};

/* class, category, activity and type, uids and names. */
void event_add_class(struct draft *draft, struct draft_at root, const struct event_class *class,
		     unsigned activity_id, struct bytes activity_name);
void event_add_severity(struct draft *draft, struct draft_at root, unsigned severity_id);

/* `event_code` may be NULL. The metadata object, for what one kind alone has. */
struct draft_at event_add_metadata(struct draft *draft, struct draft_at root,
				   const struct event_context *context, const char *uid,
				   const char *event_code);

/* src_endpoint, dst_endpoint, and http_request and http_response as far as they were seen. */
void event_add_exchange(struct draft *draft, struct draft_at object, const struct judged *judged);

/* unmapped.specular with sensor, partner, spec, api, operation, credential, capture. The specular object. */
struct draft_at event_add_specular(struct draft *draft, struct draft_at root,
				   const struct event_context *context, const struct judged *judged);

/* What event_add_specular puts into that object, into another one. */
void event_fill_specular(struct draft *draft, struct draft_at specular, const struct event_context *context,
			 const struct judged *judged);

/* A finding's place and values, and what its severity is made of; shared with ecs.c. */
void event_add_data(struct draft *draft, struct draft_at object, const struct finding *finding);
void event_add_base_severity(struct draft *draft, struct draft_at specular, const struct finding *finding);
void event_add_types(struct draft *draft, struct draft_at object, const char *owasp);
void event_spans(const struct judged *judged, uint64_t *out_start_ns, uint64_t *out_end_ns);

/* operationId, else "METHOD template"; empty when neither is known. In the draft's arena, or borrowed. */
struct bytes event_operation(struct arena *arena, const struct judged *judged);

/* "risk": the score, and what it is made of. */
void event_add_risk(struct draft *draft, struct draft_at object, double score,
		    const struct contribution *parts, size_t part_count);

/* Of six counts: {"none": n, "1xx": n ... "5xx": n}. */
void event_add_by_status(struct draft *draft, struct draft_at object, const uint64_t by_status[6]);
