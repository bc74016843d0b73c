#include "sensor/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "sensor/behaviour/risk.h"

enum part_of_key { KEY_HOST, KEY_METHOD, KEY_TEMPLATE, KEY_OPERATION, KEY_API, KEY_SPEC, KEY_COUNT };

/* More different partners or classes at one endpoint than this tell no more than "many". */
#define NAMES_MAX 32

struct names {
	struct bytes list[NAMES_MAX];
	size_t count;
};

struct line {
	uint64_t first_ns, last_ns, calls, by_status[6];
	uint64_t told_calls;
	bool is_documented, is_deprecated, is_external, is_internal;
	struct risk risk;
	bool is_learned, was_found; /* found: answered with something else than "there is none" */
	struct names partners, auth, classes;
};

static void names_add(struct names *names, struct bytes name)
{
	char *copy;

	if (name.len == 0 || names->count == NAMES_MAX)
		return;
	for (size_t i = 0; i < names->count; i++)
		if (bytes_equal(names->list[i], name))
			return;
	copy = malloc(name.len);
	if (copy == NULL)
		return;
	memcpy(copy, name.data, name.len);
	names->list[names->count++] = (struct bytes){.data = copy, .len = name.len};
}

static bool names_have(const struct names *names, struct bytes name)
{
	for (size_t i = 0; i < names->count; i++)
		if (bytes_equal(names->list[i], name))
			return true;
	return false;
}

static void names_free(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free((void *)(uintptr_t)names->list[i].data);
}

static void show(const struct inventory *inventory, const struct line *line,
		 void (*tell)(void *context, const struct inventory_line *line), void *context)
{
	const char *exposure = line->is_external ? "external" : line->is_internal ? "internal" : "unknown";
	struct contribution contributions[RISK_CATEGORY_COUNT];
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
				      .class_count = line->classes.count,
				      .exposure = bytes_of(exposure)};

	told.contribution_count =
		risk_explain(&line->risk, line->is_external, line->classes.count > 0,
			     names_have(&line->auth, BYTES("none")), contributions, &told.risk_score);
	told.contributions = contributions;
	parts_split(map_key(line), parts, KEY_COUNT);
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
	names_free(&line->partners);
	names_free(&line->auth);
	names_free(&line->classes);
}

void inventory_init(struct inventory *inventory, const struct inventory_plan *plan)
{
	*inventory = (struct inventory){.key = BUFFER_MAX(64 * KIB),
					.internal = plan->internal,
					.internal_count = plan->internal_count,
					.tell = plan->tell,
					.context = plan->context};
	map_init(&inventory->map, &(struct map_plan){.entries_max = LIMIT_INVENTORY,
						     .value_len = sizeof(struct line),
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

/* RFC 1918, RFC 4193, RFC 3927, RFC 4291, loopback: what nobody reaches from outside. */
static const char *const private_networks[] = {"10.0.0.0/8",  "172.16.0.0/12",  "192.168.0.0/16",
					       "127.0.0.0/8", "169.254.0.0/16", "fc00::/7",
					       "fe80::/10",   "::1/128"};

static bool is_internal(const struct inventory *inventory, const struct address *address)
{
	struct network network;

	for (size_t i = 0; i < inventory->internal_count; i++)
		if (network_contains(&inventory->internal[i], address))
			return true;
	if (inventory->internal_count > 0)
		return false;
	for (size_t i = 0; i < sizeof(private_networks) / sizeof(*private_networks); i++)
		if (network_read(bytes_of(private_networks[i]), &network) &&
		    network_contains(&network, address))
			return true;
	return false;
}

static void add(struct inventory *inventory, struct line *line, const struct judged *judged)
{
	unsigned class = judged->status / 100;

	if (line->calls == 0)
		line->first_ns = judged->time_ns;
	line->last_ns = judged->time_ns;
	line->calls++;
	line->by_status[class <= 5 ? class : 0]++;
	line->is_documented = judged->is_documented;
	line->is_learned = judged->is_learned;
	line->was_found |= !learner_is_refused(judged->status);
	line->is_deprecated = judged->is_deprecated;
	*(is_internal(inventory, &judged->caller) ? &line->is_internal : &line->is_external) = true;
	risk_take(&line->risk, judged);
	names_add(&line->partners, judged->partner_id);
	names_add(&line->auth, judged->auth);
	for (size_t i = 0; i < judged->class_count; i++)
		names_add(&line->classes, judged->classes[i]);
}

enum status inventory_take(struct inventory *inventory, const struct judged *judged)
{
	const struct bytes parts[KEY_COUNT] = {
		[KEY_HOST] = judged->host,         [KEY_METHOD] = judged->method,
		[KEY_TEMPLATE] = judged->template, [KEY_OPERATION] = judged->operation_id,
		[KEY_API] = judged->api_id,        [KEY_SPEC] = judged->spec_file,
	};
	enum status status;
	struct line *line;
	bool is_new;

	if (!judged->request.is_seen)
		return STATUS_OK;
	status = parts_join(&inventory->key, parts, KEY_COUNT);
	if (status != STATUS_OK)
		return status;
	inventory->time_ns = judged->time_ns;
	line = map_put(&inventory->map, buffer_bytes(&inventory->key), &is_new);
	if (line == NULL)
		return STATUS_NO_MEMORY;
	add(inventory, line, judged);
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

static void pack_names(struct pack *pack, const struct names *names)
{
	pack_number(pack, names->count);
	for (size_t i = 0; i < names->count; i++)
		pack_text(pack, names->list[i]);
}

/* Not there in the state of a version that did not keep it. */
static void unpack_risk(struct cursor *cursor, struct risk *risk)
{
	for (int category = 0; category < RISK_CATEGORY_COUNT && cursor->left > 0; category++) {
		uint64_t numbers[2];

		unpack_numbers(cursor, numbers, 2);
		if (cursor->ran_out)
			return;
		risk->counts[category] = numbers[0];
		risk->worst[category] = (unsigned)numbers[1];
	}
}

static void unpack_names(struct cursor *cursor, struct names *names)
{
	uint64_t count = cursor_u64(cursor);

	for (uint64_t i = 0; i < count && !cursor->ran_out; i++) {
		struct bytes name = unpack_text(cursor);

		if (!cursor->ran_out)
			names_add(names, name);
	}
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
	pack_names(pack, &line->partners);
	pack_names(pack, &line->auth);
	pack_names(pack, &line->classes);
	for (int category = 0; category < RISK_CATEGORY_COUNT; category++)
		pack_numbers(pack,
			     (const uint64_t[]){line->risk.counts[category], line->risk.worst[category]}, 2);
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
	unpack_names(cursor, &line->partners);
	unpack_names(cursor, &line->auth);
	unpack_names(cursor, &line->classes);
	unpack_risk(cursor, &line->risk);
	if (line->last_ns > inventory->time_ns)
		inventory->time_ns = line->last_ns;
}

/* -- learning ----------------------------------------------------------------------- */

static void merge_names(struct names *into, const struct names *from)
{
	for (size_t i = 0; i < from->count; i++)
		names_add(into, from->list[i]);
}

static void merge_line(struct line *into, const struct line *from, bool is_new)
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
	risk_add(&into->risk, &from->risk);
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
		map_remove(&inventory->map, stale[i]);
		into = map_put(&inventory->map, buffer_bytes(&inventory->key), &is_new);
		if (into != NULL)
			merge_line(into, &old, is_new);
		names_free(&old.partners);
		names_free(&old.auth);
		names_free(&old.classes);
	}
	free(stale);
}
