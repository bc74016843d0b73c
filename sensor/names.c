#include "sensor/names.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 2

bool names_have(const struct names *names, struct bytes name)
{
	if (names->first_len > 0 && bytes_equal((struct bytes){names->first, names->first_len}, name))
		return true;
	for (size_t i = 0; i < names->count; i++)
		if (bytes_equal(names->list[i], name))
			return true;
	return false;
}

static bool has_room(struct names *names)
{
	uint32_t room = names->room == 0 ? ROOM_FIRST : 2 * names->room;
	struct bytes *list;

	if (names->count < names->room)
		return true;
	list = names->count == NAMES_MAX ? NULL : realloc(names->list, room * sizeof(*list));
	if (list == NULL)
		return false;
	names->list = list;
	names->room = room;
	return true;
}

bool names_add(struct names *names, struct bytes name)
{
	char *copy;

	if (name.len == 0 || names_have(names, name) || !has_room(names))
		return false;
	copy = malloc(name.len);
	if (copy == NULL)
		return false;
	memcpy(copy, name.data, name.len);
	if (names->count == 0 && name.len <= NAMES_FIRST_MAX) {
		names->first_len = (uint8_t)name.len;
		memcpy(names->first, name.data, name.len);
	}
	names->list[names->count++] = (struct bytes){.data = copy, .len = name.len};
	return true;
}

void names_finish(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free((void *)(uintptr_t)names->list[i].data);
	free(names->list);
	*names = (struct names){0};
}

void names_pack(const struct names *names, struct pack *pack)
{
	pack_number(pack, names->count);
	for (size_t i = 0; i < names->count; i++)
		pack_text(pack, names->list[i]);
}

void names_unpack(struct names *names, struct cursor *cursor)
{
	uint64_t count = cursor_u64(cursor);

	for (uint64_t i = 0; i < count && !cursor->ran_out; i++) {
		struct bytes name = unpack_text(cursor);

		if (!cursor->ran_out)
			names_add(names, name);
	}
}
