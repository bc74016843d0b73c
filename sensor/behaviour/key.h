/*
 * key: several texts as one key of a map, parted by '|', in room of the caller's. What does not fit is cut.
 *
 *	map_put(&map, KEY_JOIN(room, judged->api_id, past->resource), &is_new);
 *
 * Lends    a view of the room.
 */
#pragma once

#include "parsers/base/bytes.h"

static inline struct bytes key_join(char *room, size_t room_len, const struct bytes *parts, size_t count)
{
	size_t len = 0;

	for (size_t i = 0; i < count; i++) {
		struct bytes part;

		if (i > 0 && len < room_len)
			room[len++] = '|';
		part = bytes_slice(parts[i], 0, room_len - len);
		if (part.len > 0)
			memcpy(room + len, part.data, part.len);
		len += part.len;
	}
	return (struct bytes){.data = room, .len = len};
}

#define KEY_JOIN(room, ...)                                                                                  \
	key_join(room, sizeof(room), (const struct bytes[]){__VA_ARGS__},                                    \
		 sizeof((const struct bytes[]){__VA_ARGS__}) / sizeof(struct bytes))
