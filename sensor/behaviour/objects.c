#include "sensor/behaviour/objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "sensor/behaviour/key.h"
#include "sensor/behaviour/raise.h"
#include "sensor/behaviour/usual.h"
#include "sensor/places.h"

#define WAYS            4
#define OBJECTS_A_FRAME 8192
#define SHARED_BIT      (1ull << 63)
#define PLACES_MIN      4096
#define GROWTH          4

_Static_assert(LIMIT_OBJECTS == PLACES_MIN * GROWTH * GROWTH * GROWTH * GROWTH, "the last step ends there");

struct resource {
	uint64_t given, shared;
	uint32_t first_owner;
	bool has_two_owners;
	uint64_t last_number, numbers, steps; /* of those given one after another */
};

/* A partner that fetches objects of one kind. */
struct reader {
	uint64_t first_ns, fetched, unlearned;
};

void objects_init(struct objects *objects, uint64_t seed)
{
	*objects = (struct objects){0};
	map_init(&objects->resources, &(struct map_plan){.entries_max = LIMIT_RESOURCES,
							 .value_len = sizeof(struct resource),
							 .seed = seed});
	map_init(&objects->readers, &(struct map_plan){.entries_max = LIMIT_READERS,
						       .value_len = sizeof(struct reader),
						       .seed = seed});
}

void objects_finish(struct objects *objects)
{
	map_finish(&objects->resources);
	map_finish(&objects->readers);
	free(objects->table);
}

static uint32_t owner_of(struct bytes partner)
{
	uint32_t hash = 2166136261u; /* FNV-1a; ids of partners are ours, not an attacker's */

	for (size_t i = 0; i < partner.len; i++)
		hash = (hash ^ (uint8_t)partner.data[i]) * 16777619u;
	return hash == 0 ? 1 : hash;
}

static struct object *places_of(const struct objects *objects, uint64_t id)
{
	return &objects->table[(id & (objects->place_count / WAYS - 1)) * WAYS];
}

static struct object *find(struct objects *objects, uint64_t id)
{
	struct object *places = places_of(objects, id);

	for (size_t i = 0; i < WAYS; i++)
		if (places[i].id == id)
			return &places[i];
	return NULL;
}

/* The longest untouched of those that share a place; a free one is that. */
static struct object *oldest_place(struct objects *objects, uint64_t id)
{
	struct object *places = places_of(objects, id), *place = &places[0];

	for (size_t i = 1; i < WAYS; i++)
		if (places[i].touched_s < place->touched_s)
			place = &places[i];
	return place;
}

/* Ids lie anywhere in the table. Each of its pages would be two faults, one as it is looked at and a dearer
 * one as it is written: so all are written once, in order. A set of places is a cache line, and becomes
 * several of them: no object has to go. */
static bool table_grow(struct objects *objects, size_t place_count)
{
	struct object *old = objects->table, *table;
	size_t old_count = objects->place_count;

	table = aligned_alloc(WAYS * sizeof(*table), place_count * sizeof(*table));
	if (table == NULL)
		return false;
	memset(table, 0, place_count * sizeof(*table));
	objects->table = table;
	objects->place_count = place_count;
	for (size_t i = 0; i < old_count; i++)
		if (old[i].id != 0)
			*oldest_place(objects, old[i].id) = old[i];
	free(old);
	return true;
}

static bool table_is_made(struct objects *objects)
{
	return objects->table != NULL || table_grow(objects, PLACES_MIN);
}

/* Where an object that is not there yet goes. As long as the table may grow, no other goes for it. */
static struct object *place_for(struct objects *objects, uint64_t id)
{
	struct object *place = oldest_place(objects, id);

	while (place->id != 0 && objects->place_count < LIMIT_OBJECTS &&
	       table_grow(objects, objects->place_count * GROWTH))
		place = oldest_place(objects, id);
	return place;
}

/* A number that is not given again says how far it is from the one before. */
static void count_step(struct resource *resource, uint64_t number)
{
	uint64_t step = number - resource->last_number;

	if (number == 0)
		return;
	resource->numbers++;
	resource->steps += step != 0 && step + OBJECTS_STEP <= 2 * OBJECTS_STEP;
	resource->last_number = number;
}

static void give(struct objects *objects, struct resource *resource, uint64_t id, uint64_t number,
		 uint32_t owner, uint64_t time_s)
{
	struct object *object = find(objects, id);

	if (object == NULL) {
		object = place_for(objects, id);
		*object = (struct object){.id = id, .owner = owner};
		resource->given++;
		count_step(resource, number);
		resource->has_two_owners |= resource->first_owner != 0 && resource->first_owner != owner;
		resource->first_owner = resource->first_owner == 0 ? owner : resource->first_owner;
	} else if (object->owner != owner && !object->is_shared) {
		object->is_shared = true;
		resource->shared++;
	}
	object->touched_s = (uint32_t)time_s & 0x7fffffff;
}

static bool is_owned(const struct resource *resource)
{
	return resource->given >= OBJECTS_LEARN && resource->has_two_owners &&
	       resource->shared * 50 <= resource->given;
}

static void judge_numbers(const struct resource *resource, struct judged *judged)
{
	struct finding finding;

	if (!is_owned(resource) || resource->numbers < OBJECTS_LEARN ||
	    resource->steps * 10 < resource->numbers * 8)
		return;
	finding = raise_of("abuse.id_guessable");
	finding.is_partner_wide = false;
	finding.has_location = true;
	finding.side = SIDE_RESPONSE;
	finding.part = PART_BODY;
	finding.expected = BYTES("ids that nobody guesses from one another");
	finding.observed = arena_printf(&judged->arena, "%llu of %llu ids are within %d of the one before",
					(unsigned long long)resource->steps,
					(unsigned long long)resource->numbers, OBJECTS_STEP);
	judged_raise(judged, &finding);
}

static bool is_faithful(const struct reader *reader, uint64_t time_ns)
{
	return reader->fetched >= OBJECTS_FETCHES && reader->unlearned * 100 <= reader->fetched &&
	       usual_since(reader->first_ns, time_ns) >= USUAL_LEARN_NS;
}

static struct bytes reader_key(const struct judged *judged, uint32_t owner, char room[512])
{
	char words[8];

	for (unsigned i = 0; i < 8; i++)
		words[i] = "0123456789abcdef"[owner >> (28 - 4 * i) & 15];
	return key_join(room, 512,
			(const struct bytes[]){judged->api_id, judged->past.resource, {words, sizeof(words)}},
			3);
}

/* Nobody was given it, as far as was seen; and this caller fetches nothing else but what it was given. */
static enum status take_reader(struct objects *objects, uint32_t owner, bool is_known, struct judged *judged)
{
	struct reader *reader = places_again(judged, PLACE_READER, &objects->readers);
	struct finding finding;
	bool is_new = false;
	char key[512];

	if (reader == NULL)
		reader = places_put(judged, PLACE_READER, &objects->readers, reader_key(judged, owner, key),
				    &is_new);
	if (reader == NULL)
		return STATUS_NO_MEMORY;
	if (is_new)
		reader->first_ns = judged->time_ns;
	reader->fetched++;
	if (is_known || find(objects, judged->past.object) != NULL)
		return STATUS_OK;
	reader->unlearned++;
	if (!is_faithful(reader, judged->time_ns))
		return STATUS_OK;
	finding = raise_of("abuse.id_unlearned");
	finding.is_partner_wide = false;
	finding.has_location = true;
	finding.side = SIDE_REQUEST;
	finding.part = PART_PATH;
	finding.expected = BYTES("objects that this partner was given");
	finding.observed = BYTES("an object that nobody was seen to be given");
	judged_raise(judged, &finding);
	return STATUS_OK;
}

static void look(struct objects *objects, const struct resource *resource, uint32_t owner,
		 struct judged *judged, bool *out_is_known)
{
	const struct object *object = find(objects, judged->past.object);
	struct finding finding;

	*out_is_known = object != NULL && (object->owner == owner || object->is_shared);
	if (object == NULL || *out_is_known || judged->status / 100 != 2 || !is_owned(resource))
		return;
	finding = raise_of("abuse.bola_foreign_object");
	finding.is_partner_wide = false;
	finding.has_location = true;
	finding.side = SIDE_REQUEST;
	finding.part = PART_PATH;
	finding.expected = BYTES("objects that this partner was given");
	finding.observed = BYTES("an object that only another partner was ever given");
	snprintf(finding.value_hmac, sizeof(finding.value_hmac), "%016llx",
		 (unsigned long long)judged->past.object);
	judged_raise(judged, &finding);
}

static bool is_object(const struct judged_past *past)
{
	return past->resource.len > 0 && (past->object != 0 || past->given_count > 0);
}

void objects_call(const struct objects *objects, const struct judged *judged)
{
	const struct judged_past *past = &judged->past;

	if (objects->table == NULL)
		return;
	for (size_t i = 0; i < past->given_count && i < RECALL_MAX; i++)
		__builtin_prefetch(places_of(objects, past->given[i]), 1);
	if (past->object != 0)
		__builtin_prefetch(places_of(objects, past->object));
}

void objects_recall(const struct objects *objects, const struct judged *judged, struct recall *recall)
{
	const struct judged_past *past = &judged->past;
	char key[512];

	if (!is_object(past))
		return;
	recall_add(recall, &objects->resources, KEY_JOIN(key, judged->api_id, past->resource));
	if (past->object != 0)
		recall_add(recall, &objects->readers, reader_key(judged, owner_of(judged->partner_id), key));
}

enum status objects_take(struct objects *objects, struct judged *judged, bool *out_is_known)
{
	const struct judged_past *past = &judged->past;
	uint32_t owner = owner_of(judged->partner_id);
	struct resource *resource;
	char key[512];
	bool is_new;

	if (!is_object(past))
		return STATUS_OK;
	resource = places_again(judged, PLACE_RESOURCE, &objects->resources);
	if (resource == NULL)
		resource = places_put(judged, PLACE_RESOURCE, &objects->resources,
				      KEY_JOIN(key, judged->api_id, past->resource), &is_new);
	if (resource == NULL || !table_is_made(objects))
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < past->given_count; i++)
		give(objects, resource, past->given[i],
		     past->given_numbers == NULL ? 0 : past->given_numbers[i], owner,
		     judged->time_ns / SECONDS);
	if (past->given_count > 0)
		judge_numbers(resource, judged);
	if (past->object == 0)
		return STATUS_OK;
	look(objects, resource, owner, judged, out_is_known);
	if (judged->status / 100 != 2)
		return STATUS_OK;
	return take_reader(objects, owner, *out_is_known, judged);
}

/* -- across restarts -------------------------------------------------------------------------- */

bool objects_pack(const struct objects *objects, struct pack_place *place, struct pack *pack)
{
	size_t packed = 0;

	if (objects->table == NULL)
		return false;
	for (; place->step < objects->place_count && packed < OBJECTS_A_FRAME; place->step++) {
		const struct object *object = &objects->table[place->step];

		if (object->id == 0)
			continue;
		pack_numbers(pack,
			     (const uint64_t[]){object->id, (object->is_shared ? SHARED_BIT : 0) |
								    (uint64_t)object->touched_s << 32 |
								    object->owner},
			     2);
		packed++;
	}
	return packed > 0;
}

void objects_unpack(struct objects *objects, struct cursor *cursor)
{
	while (table_is_made(objects) && cursor->left >= 16) {
		uint64_t id = cursor_u64(cursor), rest = cursor_u64(cursor);
		struct object *object = find(objects, id);

		if (id == 0)
			continue;
		if (object == NULL)
			object = place_for(objects, id);
		*object = (struct object){.id = id,
					  .owner = (uint32_t)rest,
					  .touched_s = (uint32_t)(rest >> 32) & 0x7fffffff,
					  .is_shared = (rest & SHARED_BIT) != 0};
	}
}

bool objects_pack_resource(const struct objects *objects, struct pack_place *place, struct pack *pack)
{
	const struct resource *resource =
		place->at == NULL ? map_oldest(&objects->resources) : map_newer(place->at);

	place->at = resource;
	if (resource == NULL)
		return false;
	pack_text(pack, map_key(resource));
	pack_numbers(pack,
		     (const uint64_t[]){resource->given, resource->shared, resource->first_owner,
					resource->has_two_owners, resource->last_number, resource->numbers,
					resource->steps},
		     7);
	return true;
}

void objects_unpack_resource(struct objects *objects, struct cursor *cursor)
{
	struct bytes key = unpack_text(cursor);
	struct resource *resource;
	uint64_t numbers[4];
	bool is_new;

	unpack_numbers(cursor, numbers, 4);
	resource = cursor->ran_out ? NULL : map_put(&objects->resources, key, &is_new);
	if (resource != NULL)
		*resource = (struct resource){.given = numbers[0],
					      .shared = numbers[1],
					      .first_owner = (uint32_t)numbers[2],
					      .has_two_owners = numbers[3] != 0};
	if (resource == NULL || cursor->left < 3 * sizeof(uint64_t)) /* a version that did not keep them */
		return;
	resource->last_number = cursor_u64(cursor);
	resource->numbers = cursor_u64(cursor);
	resource->steps = cursor_u64(cursor);
}

bool objects_pack_reader(struct objects *objects, struct pack_place *place, struct pack *pack)
{
	const struct pack_map map = {&objects->readers, 3};
	const struct reader *reader = pack_next(&map, 1, place, pack);

	if (reader == NULL)
		return false;
	pack_numbers(pack, (const uint64_t[]){reader->first_ns, reader->fetched, reader->unlearned}, 3);
	return true;
}

void objects_unpack_reader(struct objects *objects, struct cursor *cursor)
{
	const struct pack_map map = {&objects->readers, 3};
	uint64_t numbers[PACK_NUMBERS_MAX];
	size_t part;
	struct reader *reader = unpack_next(&map, 1, cursor, &part, numbers);

	if (reader != NULL)
		*reader = (struct reader){
			.first_ns = numbers[0], .fetched = numbers[1], .unlearned = numbers[2]};
}
