#include "sensor/behaviour/objects.h"

#include <stdio.h>
#include <stdlib.h>

#include "parsers/base/limits.h"
#include "sensor/behaviour/raise.h"

#define WAYS 4

struct resource {
	uint64_t given, shared;
	uint32_t first_owner;
	bool has_two_owners;
};

void objects_init(struct objects *objects, uint64_t seed)
{
	*objects = (struct objects){0};
	map_init(&objects->resources, &(struct map_plan){.entries_max = LIMIT_RESOURCES,
							 .value_len = sizeof(struct resource),
							 .seed = seed});
}

void objects_finish(struct objects *objects)
{
	map_finish(&objects->resources);
	free(objects->table);
}

static uint32_t owner_of(struct bytes partner)
{
	uint32_t hash = 2166136261u; /* FNV-1a; ids of partners are ours, not an attacker's */

	for (size_t i = 0; i < partner.len; i++)
		hash = (hash ^ (uint8_t)partner.data[i]) * 16777619u;
	return hash == 0 ? 1 : hash;
}

static struct object *places_of(struct objects *objects, uint64_t id)
{
	return &objects->table[id % (LIMIT_OBJECTS / WAYS) * WAYS];
}

static struct object *find(struct objects *objects, uint64_t id)
{
	struct object *places = places_of(objects, id);

	for (size_t i = 0; i < WAYS; i++)
		if (places[i].id == id)
			return &places[i];
	return NULL;
}

static void give(struct objects *objects, struct resource *resource, uint64_t id, uint32_t owner,
		 uint64_t time_s)
{
	struct object *object = find(objects, id), *places = places_of(objects, id);

	if (object == NULL) {
		object = &places[0];
		for (size_t i = 1; i < WAYS; i++)
			if (places[i].touched_s < object->touched_s)
				object = &places[i];
		*object = (struct object){.id = id, .owner = owner};
		resource->given++;
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

enum status objects_take(struct objects *objects, struct judged *judged, bool *out_is_known)
{
	const struct judged_past *past = &judged->past;
	uint32_t owner = owner_of(judged->partner_id);
	struct resource *resource;
	char key[512];
	bool is_new;
	int len;

	if (past->resource.len == 0 || (past->object == 0 && past->given_count == 0))
		return STATUS_OK;
	if (objects->table == NULL)
		objects->table = calloc(LIMIT_OBJECTS, sizeof(*objects->table));
	len = snprintf(key, sizeof(key), BYTES_FORMAT "|" BYTES_FORMAT, BYTES_PRINT(judged->api_id),
		       BYTES_PRINT(past->resource));
	resource = map_put(&objects->resources, bytes_slice(bytes_of(key), 0, (size_t)len), &is_new);
	if (objects->table == NULL || resource == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < past->given_count; i++)
		give(objects, resource, past->given[i], owner, judged->time_ns / SECONDS);
	if (past->object != 0)
		look(objects, resource, owner, judged, out_is_known);
	return STATUS_OK;
}
