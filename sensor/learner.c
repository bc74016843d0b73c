#include "sensor/learner.h"

#include <xxhash.h>

#include "parsers/base/limits.h"
#include "sensor/publish/event.h"

enum part_of_key { KEY_HOST, KEY_ANSWER, KEY_SHAPE, KEY_PREFIX, KEY_COUNT };

struct learned_place {
	uint64_t names[LIMIT_LEARNED_NAMES]; /* hashes of those seen */
	size_t name_count;
	bool is_open; /* any name is a value here */
};

void learner_init(struct learner *learner, uint64_t seed)
{
	*learner = (struct learner){.key = BUFFER_MAX(64 * KIB), .text = BUFFER_MAX(64 * KIB)};
	map_init(&learner->map, &(struct map_plan){.entries_max = LIMIT_LEARNED,
						   .value_len = sizeof(struct learned_place),
						   .seed = seed});
}

void learner_finish(struct learner *learner)
{
	map_finish(&learner->map);
	buffer_finish(&learner->key);
	buffer_finish(&learner->text);
}

/* RFC 9110 sections 15.5.5, 15.5.6 and 15.5.11: there is nothing of that name. */
bool learner_is_refused(unsigned status)
{
	return status == 404 || status == 405 || status == 410;
}

static bool is_variable(struct bytes segment)
{
	return segment.len == 0 || segment.data[0] == '{';
}

/* The same name has the same hash on every machine: what is learned does not depend on the seed. */
static void add_name(struct learner *learner, struct learned_place *place, struct bytes name)
{
	uint64_t hash = XXH3_64bits(name.data, name.len);

	for (size_t i = 0; i < place->name_count; i++)
		if (place->names[i] == hash)
			return;
	if (place->name_count < LIMIT_LEARNED_NAMES) {
		place->names[place->name_count++] = hash;
		return;
	}
	place->is_open = true;
	learner->opened++;
}

static size_t segment_count(struct bytes template)
{
	size_t count = 0;

	for (size_t i = 0; i < template.len; i++)
		count += template.data[i] == '/';
	return count;
}

struct walk {
	struct bytes host, template;
	bool is_refused, is_seeing;
};

/* Is what stands behind the prefix in learner->text a value? */
static bool is_value(struct learner *learner, const struct walk *walk, char shape, struct bytes name)
{
	const struct bytes parts[KEY_COUNT] = {
		[KEY_HOST] = walk->host,
		[KEY_ANSWER] = walk->is_refused ? BYTES("refused") : BYTES("found"),
		[KEY_SHAPE] = {.data = &shape, .len = 1},
		[KEY_PREFIX] = buffer_bytes(&learner->text),
	};
	struct learned_place *place;
	bool is_new;

	if (is_variable(name) || parts_join(&learner->key, parts, KEY_COUNT) != STATUS_OK)
		return false;
	place = walk->is_seeing ? map_put(&learner->map, buffer_bytes(&learner->key), &is_new)
				: map_find(&learner->map, buffer_bytes(&learner->key));
	if (place != NULL && walk->is_seeing && !place->is_open)
		add_name(learner, place, name);
	return place != NULL && place->is_open;
}

/* Leaves the template as known by now in learner->text. False: there was no room. */
static bool follow(struct learner *learner, const struct walk *walk)
{
	char shape = (char)(segment_count(walk->template) & 127);
	struct bytes rest = bytes_from(walk->template, 1);

	buffer_clear(&learner->text);
	if (walk->template.len == 0 || walk->template.data[0] != '/')
		return false;
	while (rest.data != NULL) {
		struct bytes name = bytes_split(&rest, '/');

		if (is_value(learner, walk, shape, name))
			name = BYTES("{name}");
		if (buffer_append_byte(&learner->text, '/') != STATUS_OK ||
		    buffer_append(&learner->text, name) != STATUS_OK)
			return false;
	}
	return true;
}

void learner_see(struct learner *learner, const struct judged *judged)
{
	const struct walk walk = {.host = judged->host,
				  .template = judged->template,
				  .is_refused = learner_is_refused(judged->status),
				  .is_seeing = true};

	if (judged->is_learned)
		(void)follow(learner, &walk);
}

struct bytes learner_template(struct learner *learner, struct bytes host, bool is_refused,
			      struct bytes template)
{
	const struct walk walk = {.host = host, .template = template, .is_refused = is_refused};

	return follow(learner, &walk) ? buffer_bytes(&learner->text) : template;
}

/* The text with the first `old` replaced. */
static struct bytes replaced(struct arena *arena, struct bytes text, struct bytes old, struct bytes new)
{
	size_t at = old.len == 0 ? BYTES_NOT_FOUND : bytes_find(text, old);
	struct bytes result;

	if (at == BYTES_NOT_FOUND)
		return text;
	result = arena_printf(arena, BYTES_FORMAT BYTES_FORMAT BYTES_FORMAT,
			      BYTES_PRINT(bytes_slice(text, 0, at)), BYTES_PRINT(new),
			      BYTES_PRINT(bytes_from(text, at + old.len)));
	return result.data == NULL ? text : result;
}

bool learner_apply(struct learner *learner, struct judged *judged)
{
	struct bytes old = judged->template, operation = judged->operation_id;
	struct bytes template;

	if (!judged->is_learned)
		return false;
	template =
		learner_template(learner, judged->host, learner_is_refused(judged->status), judged->template);
	if (bytes_equal(template, old))
		return false;
	template = arena_copy(&judged->arena, template);
	if (template.data == NULL)
		return false;
	judged->template = template;
	judged->operation_id = replaced(&judged->arena, operation, old, template);
	for (size_t i = 0; i < judged->finding_count; i++) {
		struct judged_finding *found = &judged->findings[i];
		struct finding *finding = &found->finding;

		finding->observed =
			replaced(&judged->arena, finding->observed, operation, judged->operation_id);
		finding->message =
			replaced(&judged->arena, finding->message, operation, judged->operation_id);
		(void)event_finding_uid(judged, finding, found->uid); /* fails only for want of memory */
	}
	return true;
}

bool learner_pack(const struct learner *learner, struct pack_place *place, struct pack *pack)
{
	const struct learned_place *learned =
		place->at == NULL ? map_oldest(&learner->map) : map_newer(place->at);

	place->at = learned;
	if (learned == NULL)
		return false;
	pack_text(pack, map_key(learned));
	pack_number(pack, learned->is_open);
	pack_numbers(pack, learned->names, learned->name_count);
	return true;
}

void learner_unpack(struct learner *learner, struct cursor *cursor)
{
	struct bytes key = unpack_text(cursor);
	bool is_new, is_open = cursor_u64(cursor) != 0;
	struct learned_place *learned = cursor->ran_out ? NULL : map_put(&learner->map, key, &is_new);

	if (learned == NULL)
		return;
	*learned = (struct learned_place){.is_open = is_open};
	while (learned->name_count < LIMIT_LEARNED_NAMES && cursor->left >= 8)
		learned->names[learned->name_count++] = cursor_u64(cursor);
}
