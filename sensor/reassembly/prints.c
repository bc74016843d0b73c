#include "sensor/reassembly/prints.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"

#define CAPACITY_AT_FIRST 8

bool prints_have(const struct prints *prints, uint32_t print)
{
	uint32_t has = 0; /* as wide as a print, or the compiler takes one at a time */

	/* All of them, in order of memory: four or eight at a time. Empty places are 0, which no print is. */
	for (uint32_t i = 0; i < prints->capacity; i++)
		has |= prints->list[i] == print;
	return has != 0;
}

static void grow(struct prints *prints)
{
	uint32_t capacity = prints->capacity == 0 ? CAPACITY_AT_FIRST : prints->capacity * 2;
	uint32_t *list =
		capacity > LIMIT_STREAM_PRINTS ? NULL : realloc(prints->list, capacity * sizeof(*list));

	if (list == NULL)
		return;
	memset(list + prints->capacity, 0, (capacity - prints->capacity) * sizeof(*list));
	prints->next = prints->capacity;
	prints->list = list;
	prints->capacity = capacity;
}

void prints_add(struct prints *prints, uint32_t print)
{
	if (prints->next == prints->capacity) {
		prints->next = 0;
		grow(prints);
	}
	if (prints->capacity == 0)
		return;
	prints->list[prints->next++] = print;
}

void prints_finish(struct prints *prints)
{
	free(prints->list);
	*prints = (struct prints){0};
}
