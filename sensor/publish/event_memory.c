#include "sensor/publish/event_memory.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"

#define METHOD_LEN_MAX 20

struct slot {
	struct judged_source source;
	size_t template_len; /* of the base path and the operation's: two base paths may begin at one place */
	uint8_t method_len;
	uint16_t members_len;
	char method[METHOD_LEN_MAX];
	char members[LIMIT_EVENT_MEMBERS_BYTES];
};

struct event_memory {
	struct slot slots[LIMIT_EVENT_MEMBERS];
};

struct event_memory *event_memory_new(void)
{
	return calloc(1, sizeof(struct event_memory));
}

void event_memory_free(struct event_memory *memory)
{
	free(memory);
}

static bool may_be_kept(const struct event_memory *memory, const struct judged *judged)
{
	return memory != NULL && judged->source.operation != NULL && judged->method.len <= METHOD_LEN_MAX;
}

struct bytes event_memory_find(const struct event_memory *memory, const struct judged *judged)
{
	const struct slot *slot;

	if (!may_be_kept(memory, judged))
		return BYTES_NONE;
	slot = &memory->slots[judged_source_hash(&judged->source) % LIMIT_EVENT_MEMBERS];
	if (!judged_source_equal(&slot->source, &judged->source) ||
	    slot->template_len != judged->template.len ||
	    !bytes_equal((struct bytes){slot->method, slot->method_len}, judged->method))
		return BYTES_NONE;
	return (struct bytes){slot->members, slot->members_len};
}

void event_memory_put(struct event_memory *memory, const struct judged *judged, struct bytes members)
{
	struct slot *slot;

	if (!may_be_kept(memory, judged) || members.len == 0 || members.len > LIMIT_EVENT_MEMBERS_BYTES)
		return;
	slot = &memory->slots[judged_source_hash(&judged->source) % LIMIT_EVENT_MEMBERS];
	slot->source = judged->source;
	slot->template_len = judged->template.len;
	slot->method_len = (uint8_t)judged->method.len;
	slot->members_len = (uint16_t)members.len;
	if (judged->method.len > 0)
		memcpy(slot->method, judged->method.data, judged->method.len);
	memcpy(slot->members, members.data, members.len);
}
