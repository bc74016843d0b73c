#include "sensor/judged_past.h"

#include <string.h>

#include "rules/pii/pii.h"
#include "specs/partner.h"

/* -- what the caller agreed to --------------------------------------------------------------- */

static bool is_in_force(const struct suppression *entry, const struct judged *judged)
{
	return (entry->until_ns == 0 || judged->time_ns < entry->until_ns) &&
	       (entry->operation.len == 0 || glob_match(entry->operation, judged->operation_id));
}

static void make_suppressions(struct judged *judged, const struct partner *partner)
{
	struct suppression *list;

	if (partner->suppression_count == 0)
		return;
	list = arena_alloc(&judged->arena, partner->suppression_count * sizeof(*list));
	for (size_t i = 0; list != NULL && i < partner->suppression_count; i++)
		if (is_in_force(&partner->suppressions[i], judged))
			list[judged->past.suppression_count++] = (struct suppression){
				.id = arena_copy(&judged->arena, partner->suppressions[i].id)};
	judged->past.suppressions = list;
}

static void make_agreed(struct judged *judged, const struct partner *partner)
{
	struct judged_past *past = &judged->past;
	struct hours_agreed *hours;
	struct limit_agreed *limits;

	if (partner == NULL)
		return;
	past->slo = partner->slo;
	past->mode = partner->mode;
	make_suppressions(judged, partner);
	past->values_max = partner->data.values_max;
	past->values_per_ns = partner->data.per_ns;
	if (partner->timezone.len > 0)
		past->timezone = arena_copy(&judged->arena, partner->timezone);
	hours = partner->hour_count == 0 ? NULL
					 : arena_alloc(&judged->arena, partner->hour_count * sizeof(*hours));
	if (hours != NULL) {
		memcpy(hours, partner->hours, partner->hour_count * sizeof(*hours));
		past->hours = hours;
		past->hour_count = partner->hour_count;
	}
	if (partner->limit_count == 0)
		return;
	limits = arena_alloc(&judged->arena, partner->limit_count * sizeof(*limits));
	if (limits == NULL)
		return;
	memcpy(limits, partner->limits, partner->limit_count * sizeof(*limits));
	past->limits = limits;
	past->limit_count = partner->limit_count;
}

/* -- sensitive data ------------------------------------------------------------------------------ */

static bool is_listed(const struct bytes *list, size_t count, struct bytes id)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(list[i], id))
			return true;
	return false;
}

static void make_data(struct judged *judged, const struct evidence *seen)
{
	const struct hits *hits = seen->hits;
	struct judged_past *past = &judged->past;
	struct sketch *values = hits->given == NULL ? NULL : arena_alloc(&judged->arena, sizeof(*values));
	struct bytes *undeclared;

	if (values != NULL)
		*values = *hits->given;
	past->values = values;
	if (hits->count == 0)
		return;
	undeclared = arena_alloc(&judged->arena, hits->count * sizeof(*undeclared));
	for (size_t i = 0; undeclared != NULL && i < hits->count; i++) {
		const struct hit *hit = &hits->list[i];

		if (!hit->class->is_sensitive || hit->class->is_secret || pii_is_credential_place(hit) ||
		    pii_is_place_unknown(seen, hit) || pii_is_allowed(seen, hit) ||
		    is_listed(undeclared, past->undeclared_count, hit->class->id))
			continue;
		undeclared[past->undeclared_count++] =
			arena_copy(&judged->arena, bytes_slice(hit->class->id, 0, 128));
	}
	past->undeclared = undeclared;
}

/* -- rate limits as the response tells them: RFC 9110 section 10.2.3, draft RateLimit fields --- */

static bool number_of(const struct message *message, struct bytes name, uint64_t *out)
{
	const struct header *header = message_header(message, name);
	struct bytes value = header == NULL ? BYTES_NONE : header->value;

	/* "1000, 1000;w=3600": the first is the one that counts now. */
	value = bytes_split(&value, ',');
	value = bytes_split(&value, ';');
	return bytes_to_u64(bytes_trim(value), out);
}

static void make_advertised(struct judged *judged, const struct message *response)
{
	static const struct bytes names[] = {BYTES_INIT("ratelimit-limit"), BYTES_INIT("x-ratelimit-limit"),
					     BYTES_INIT("x-rate-limit-limit")};
	struct judged_past *past = &judged->past;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !past->has_advertised; i++)
		past->has_advertised = number_of(response, names[i], &past->advertised_limit);
	past->has_retry_after = number_of(response, BYTES("retry-after"), &past->retry_after_s);
}

void judged_past_make(struct judged *judged, const struct evidence *seen, const struct fingerprint_key *key)
{
	judged_actor_make(judged, seen, key);
	judged_identity_make(judged, seen, key);
	make_agreed(judged, seen->partner);
	make_data(judged, seen);
	judged->past.options = seen->options;
	if (seen->partner != NULL && seen->partner->limit_count > 0)
		make_advertised(judged, &seen->exchange->response);
}
