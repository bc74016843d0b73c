#include "sensor/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "sensor/behaviour/raise.h"
#include "sensor/behaviour/reach.h"
#include "sensor/behaviour/regression.h"
#include "sensor/behaviour/risk.h"
#include "sensor/names.h"
#include "sensor/places.h"

enum part_of_key { KEY_HOST, KEY_METHOD, KEY_TEMPLATE, KEY_OPERATION, KEY_API, KEY_SPEC, KEY_COUNT };

struct line {
	uint64_t first_ns, last_ns, calls, by_status[6];
	uint64_t told_calls;
	bool is_documented, is_deprecated, is_external, is_internal;
	struct risk risk;
	uint8_t band;               /* the most thresholds that its risk was told to have passed */
	bool is_learned, was_found; /* found: answered with something else than "there is none" */
	struct names partners, auth, classes;
	struct regression regression;
};

static struct risk_subject subject_of(const struct line *line, const struct bytes parts[KEY_COUNT])
{
	const char *exposure = line->is_external ? "external" : line->is_internal ? "internal" : "unknown";

	return (struct risk_subject){.calls = line->calls,
				     .errors = line->by_status[5],
				     .partners = line->partners.list,
				     .partner_count = line->partners.count,
				     .classes = line->classes.list,
				     .class_count = line->classes.count,
				     .auth = line->auth.list,
				     .auth_count = line->auth.count,
				     .exposure = bytes_of(exposure),
				     .method = parts[KEY_METHOD],
				     .host = parts[KEY_HOST],
				     .path = parts[KEY_TEMPLATE],
				     .operation = parts[KEY_OPERATION],
				     .api = parts[KEY_API],
				     .is_documented = line->is_documented,
				     .is_deprecated = line->is_deprecated};
}

static void show(const struct inventory *inventory, const struct line *line,
		 void (*tell)(void *context, const struct inventory_line *line), void *context)
{
	struct risk_subject subject;
	struct risk_story story;
	struct bytes parts[KEY_COUNT];
	struct inventory_line told = {.time_ns = inventory->time_ns,
				      .first_ns = line->first_ns,
				      .last_ns = line->last_ns,
				      .calls = line->calls,
				      .is_documented = line->is_documented,
				      .is_deprecated = line->is_deprecated,
				      .partners = line->partners.list,
				      .partner_count = line->partners.count,
				      .auth = line->auth.list,
				      .auth_count = line->auth.count,
				      .classes = line->classes.list,
				      .class_count = line->classes.count};

	parts_split(map_key(line), parts, KEY_COUNT);
	subject = subject_of(line, parts);
	risk_explain(&line->risk, inventory->policy, &subject, &story);
	told.exposure = subject.exposure;
	told.risk_score = story.score;
	told.contributions = story.parts;
	told.contribution_count = story.count;
	told.host = parts[KEY_HOST];
	told.method = parts[KEY_METHOD];
	told.template = parts[KEY_TEMPLATE];
	told.operation = parts[KEY_OPERATION];
	told.api = parts[KEY_API];
	told.spec = parts[KEY_SPEC];
	memcpy(told.by_status, line->by_status, sizeof(told.by_status));
	tell(context, &told);
}

static void tell(struct inventory *inventory, struct line *line)
{
	line->told_calls = line->calls;
	show(inventory, line, inventory->tell, inventory->context);
}

static void leave(void *context, void *value)
{
	struct inventory *inventory = context;
	struct line *line = value;

	if (inventory->tell != NULL && line->told_calls != line->calls)
		tell(inventory, line);
	names_finish(&line->partners);
	names_finish(&line->auth);
	names_finish(&line->classes);
	risk_finish(&line->risk);
}

void inventory_init(struct inventory *inventory, const struct inventory_plan *plan)
{
	*inventory = (struct inventory){.key = BUFFER_MAX(64 * KIB),
					.policy = plan->policy,
					.options = plan->options,
					.tell = plan->tell,
					.context = plan->context};
	map_init(&inventory->map, &(struct map_plan){.entries_max = LIMIT_INVENTORY,
						     .value_len = sizeof(struct line),
						     .key_len = 112,
						     .seed = plan->seed,
						     .leave = leave,
						     .context = inventory});
}

void inventory_finish(struct inventory *inventory)
{
	inventory->tell = NULL;
	map_finish(&inventory->map);
	buffer_finish(&inventory->key);
}

/* True when something changed that a score depends on. */
static bool add(const struct inventory *inventory, struct line *line, const struct judged *judged)
{
	unsigned class = judged->status / 100;
	bool *reached = judged->is_external ? &line->is_external : &line->is_internal;
	bool is_changed = judged->finding_count > 0 || !*reached;

	if (line->calls == 0)
		line->first_ns = judged->time_ns;
	line->last_ns = judged->time_ns;
	line->calls++;
	line->by_status[class <= 5 ? class : 0]++;
	line->is_documented = judged->is_documented;
	line->is_learned = judged->is_learned;
	line->was_found |= !learner_is_refused(judged->status);
	line->is_deprecated = judged->is_deprecated;
	*reached = true;
	risk_take(&line->risk, inventory->policy, judged);
	names_add(&line->partners, judged->partner_id);
	is_changed |= names_add(&line->auth, judged->auth);
	for (size_t i = 0; i < judged->class_count; i++)
		is_changed |= names_add(&line->classes, judged->classes[i]);
	return is_changed;
}

static const struct contribution *copied_parts(struct judged *judged, const struct risk_story *story)
{
	struct contribution *parts = arena_alloc(&judged->arena, story->count * sizeof(*parts));

	for (size_t i = 0; parts != NULL && i < story->count; i++)
		parts[i] =
			(struct contribution){.name = arena_copy(&judged->arena, story->parts[i].name),
					      .score = story->parts[i].score,
					      .because = arena_copy(&judged->arena, story->parts[i].because)};
	return parts;
}

/* Told when it rises past a threshold; what fell does not rise again, since nothing is forgotten. */
static void judge_score(const struct inventory *inventory, struct line *line,
			const struct bytes parts[KEY_COUNT], struct judged *judged)
{
	struct finding finding = raise_of("risk.threshold_crossed");
	struct risk_subject subject = subject_of(line, parts);
	struct risk_story story;
	size_t band;

	risk_explain(&line->risk, inventory->policy, &subject, &story);
	band = risk_band(inventory->policy, story.score);
	if (band <= line->band)
		return;
	line->band = (uint8_t)band;
	judged->risk_parts = copied_parts(judged, &story);
	judged->risk_part_count = judged->risk_parts == NULL ? 0 : story.count;
	judged->risk_score = story.score;
	finding.is_partner_wide = false;
	finding.expected =
		arena_printf(&judged->arena, "a risk below %g", inventory->policy->thresholds[band - 1]);
	finding.observed = arena_printf(&judged->arena, "%.1f, most of it " BYTES_FORMAT, story.score,
					BYTES_PRINT(story.worst_count > 0 ? story.worst[0] : BYTES_NONE));
	finding.message = arena_printf(&judged->arena, "%s: %.1f", finding.kind->title, story.score);
	judged_raise(judged, &finding);
}

static void parts_of(const struct judged *judged, struct bytes out_parts[KEY_COUNT])
{
	out_parts[KEY_HOST] = judged->host;
	out_parts[KEY_METHOD] = judged->method;
	out_parts[KEY_TEMPLATE] = judged->template;
	out_parts[KEY_OPERATION] = judged->operation_id;
	out_parts[KEY_API] = judged->api_id;
	out_parts[KEY_SPEC] = judged->spec_file;
}

/* A line of the same operation: is it of the host, and the method, of these parts? */
static bool is_of(const struct line *line, const struct bytes parts[KEY_COUNT])
{
	struct bytes first[KEY_METHOD + 1];

	parts_split(map_key(line), first, KEY_METHOD + 1);
	return bytes_equal(first[KEY_HOST], parts[KEY_HOST]) &&
	       bytes_equal(first[KEY_METHOD], parts[KEY_METHOD]);
}

void inventory_recall(struct inventory *inventory, const struct judged *judged, struct recall *recall)
{
	struct bytes parts[KEY_COUNT];

	parts_of(judged, parts);
	if (judged->request.is_seen && parts_join(&inventory->key, parts, KEY_COUNT) == STATUS_OK)
		recall_add(recall, &inventory->map, buffer_bytes(&inventory->key));
}

enum status inventory_take(struct inventory *inventory, struct judged *judged)
{
	struct bytes parts[KEY_COUNT];
	enum status status;
	struct line *line;
	bool is_new;

	if (!judged->request.is_seen)
		return STATUS_OK;
	parts_of(judged, parts);
	line = places_again(judged, PLACE_INVENTORY, &inventory->map);
	if (line == NULL || !is_of(line, parts)) {
		status = parts_join(&inventory->key, parts, KEY_COUNT);
		if (status != STATUS_OK)
			return status;
		line = map_put(&inventory->map, buffer_bytes(&inventory->key), &is_new);
		places_keep(judged, PLACE_INVENTORY, &inventory->map, line);
	}
	inventory->time_ns = judged->time_ns;
	if (line == NULL)
		return STATUS_NO_MEMORY;
	reach_judge(&(struct reach){.first_ns = line->first_ns,
				    .was_external = line->is_external,
				    .is_new = line->calls == 0,
				    .options = inventory->options},
		    judged);
	regression_take(&line->regression, judged);
	if (add(inventory, line, judged) && inventory->policy != NULL)
		judge_score(inventory, line, parts, judged);
	return STATUS_OK;
}

void inventory_walk(const struct inventory *inventory,
		    void (*tell_line)(void *context, const struct inventory_line *line), void *context)
{
	for (const struct line *line = map_oldest(&inventory->map); line != NULL; line = map_newer(line))
		show(inventory, line, tell_line, context);
}

void inventory_tell(struct inventory *inventory)
{
	for (struct line *line = map_oldest(&inventory->map); line != NULL; line = map_newer(line))
		if (line->told_calls != line->calls)
			tell(inventory, line);
}

/* What versions added stands at the end, and is not there in the state of an earlier one. */
static void unpack_later(struct inventory *inventory, struct cursor *cursor, struct line *line)
{
	uint64_t band;

	risk_unpack(&line->risk, cursor);
	if (cursor->left == 0)
		return;
	band = cursor_u64(cursor);
	line->band = band <= RISK_THRESHOLDS_MAX ? (uint8_t)band : 0;
	risk_unpack_counts(&line->risk, inventory->policy, cursor);
	regression_unpack(&line->regression, cursor);
}

bool inventory_pack(const struct inventory *inventory, const void **at, struct pack *pack)
{
	const struct line *line = *at == NULL ? map_oldest(&inventory->map) : map_newer(*at);

	*at = line;
	if (line == NULL)
		return false;
	pack_text(pack, map_key(line));
	pack_numbers(pack,
		     (const uint64_t[]){line->first_ns, line->last_ns, line->calls, line->told_calls,
					line->is_documented, line->is_deprecated, line->is_external,
					line->is_internal, line->is_learned, line->was_found},
		     10);
	pack_numbers(pack, line->by_status, 6);
	names_pack(&line->partners, pack);
	names_pack(&line->auth, pack);
	names_pack(&line->classes, pack);
	risk_pack(&line->risk, pack);
	pack_number(pack, line->band);
	risk_pack_counts(&line->risk, inventory->policy, pack);
	regression_pack(&line->regression, pack);
	return true;
}

void inventory_unpack(struct inventory *inventory, struct cursor *cursor)
{
	struct bytes key = unpack_text(cursor);
	uint64_t numbers[10], by_status[6];
	struct line *line;
	bool is_new;

	unpack_numbers(cursor, numbers, 10);
	unpack_numbers(cursor, by_status, 6);
	line = cursor->ran_out ? NULL : map_put(&inventory->map, key, &is_new);
	if (line == NULL)
		return;
	line->first_ns = numbers[0];
	line->last_ns = numbers[1];
	line->calls = numbers[2];
	line->told_calls = numbers[3];
	line->is_documented = numbers[4] != 0;
	line->is_deprecated = numbers[5] != 0;
	line->is_external = numbers[6] != 0;
	line->is_internal = numbers[7] != 0;
	line->is_learned = numbers[8] != 0;
	line->was_found = numbers[9] != 0;
	memcpy(line->by_status, by_status, sizeof(by_status));
	names_unpack(&line->partners, cursor);
	names_unpack(&line->auth, cursor);
	names_unpack(&line->classes, cursor);
	unpack_later(inventory, cursor, line);
	if (line->last_ns > inventory->time_ns)
		inventory->time_ns = line->last_ns;
}

/* -- learning ----------------------------------------------------------------------- */

static void merge_names(struct names *into, const struct names *from)
{
	for (size_t i = 0; i < from->count; i++)
		names_add(into, from->list[i]);
}

static void merge_line(const struct inventory *inventory, struct line *into, const struct line *from,
		       bool is_new)
{
	if (is_new || from->first_ns < into->first_ns)
		into->first_ns = from->first_ns;
	if (from->last_ns > into->last_ns)
		into->last_ns = from->last_ns;
	into->calls += from->calls;
	for (size_t i = 0; i < sizeof(into->by_status) / sizeof(*into->by_status); i++)
		into->by_status[i] += from->by_status[i];
	into->is_learned = true;
	into->was_found |= from->was_found;
	into->is_external |= from->is_external;
	into->is_internal |= from->is_internal;
	risk_add(&into->risk, inventory->policy, &from->risk);
	into->band = from->band > into->band ? from->band : into->band;
	merge_names(&into->partners, &from->partners);
	merge_names(&into->auth, &from->auth);
	merge_names(&into->classes, &from->classes);
}

/* The key that the line would have now, in inventory->key; false when it has it. */
static bool rename_line(struct inventory *inventory, struct learner *learner, const struct line *line)
{
	struct buffer operation = BUFFER_MAX(64 * KIB);
	struct bytes parts[KEY_COUNT], template;
	bool is_changed;

	if (!line->is_learned)
		return false;
	parts_split(map_key(line), parts, KEY_COUNT);
	template = learner_template(learner, parts[KEY_HOST], !line->was_found, parts[KEY_TEMPLATE]);
	is_changed = !bytes_equal(template, parts[KEY_TEMPLATE]) &&
		     buffer_append(&operation, parts[KEY_METHOD]) == STATUS_OK &&
		     buffer_append_byte(&operation, ' ') == STATUS_OK &&
		     buffer_append(&operation, template) == STATUS_OK;
	parts[KEY_TEMPLATE] = template;
	parts[KEY_OPERATION] = buffer_bytes(&operation);
	is_changed = is_changed && parts_join(&inventory->key, parts, KEY_COUNT) == STATUS_OK;
	buffer_finish(&operation);
	return is_changed;
}

void inventory_relearn(struct inventory *inventory, struct learner *learner)
{
	struct line **stale = calloc(inventory->map.count + 1, sizeof(*stale));
	size_t count = 0;

	for (struct line *line = map_oldest(&inventory->map); line != NULL && stale != NULL;
	     line = map_newer(line))
		if (rename_line(inventory, learner, line))
			stale[count++] = line;
	for (size_t i = 0; i < count; i++) {
		struct line old = *stale[i], *into;
		bool is_new;

		if (!rename_line(inventory, learner, stale[i]))
			continue;
		stale[i]->told_calls = stale[i]->calls; /* it goes without a word: the new line tells it */
		memset(&stale[i]->partners, 0, sizeof(stale[i]->partners));
		memset(&stale[i]->auth, 0, sizeof(stale[i]->auth));
		memset(&stale[i]->classes, 0, sizeof(stale[i]->classes));
		stale[i]->risk.counted = NULL;
		map_remove(&inventory->map, stale[i]);
		into = map_put(&inventory->map, buffer_bytes(&inventory->key), &is_new);
		if (into != NULL)
			merge_line(inventory, into, &old, is_new);
		names_finish(&old.partners);
		names_finish(&old.auth);
		names_finish(&old.classes);
		risk_finish(&old.risk);
	}
	free(stale);
}
