#include "parsers/base/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"

void problems_init(struct problems *problems)
{
	*problems = (struct problems){0};
	arena_init(&problems->arena, LIMIT_PROBLEM_BYTES);
}

void problems_finish(struct problems *problems)
{
	free(problems->list);
	arena_finish(&problems->arena);
	*problems = (struct problems){.arena.bytes_max = LIMIT_PROBLEM_BYTES};
}

static bool grow(struct problems *problems)
{
	size_t capacity = problems->capacity == 0 ? 16 : problems->capacity * 2;
	struct problem *list;

	if (problems->count < problems->capacity)
		return true;
	if (capacity > LIMIT_PROBLEMS)
		capacity = LIMIT_PROBLEMS;
	if (capacity == problems->capacity)
		return false;
	list = realloc(problems->list, capacity * sizeof(*list));
	if (list == NULL)
		return false;
	problems->list = list;
	problems->capacity = capacity;
	return true;
}

static const char *kept(struct problems *problems, const char *text)
{
	const char *copy = text == NULL ? "" : arena_copy(&problems->arena, bytes_of(text)).data;

	return copy == NULL ? "" : copy;
}

void problems_add(struct problems *problems, enum problem_level level, const char *id, struct place place,
		  const char *mend, const char *format, ...)
{
	char words[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	if (level == PROBLEM_ERROR)
		problems->error_count++;
	if (!grow(problems)) {
		problems->left_out++;
		return;
	}
	if (place.file != NULL)
		place.file = kept(problems, place.file);
	problems->list[problems->count++] = (struct problem){.level = level,
							     .id = id,
							     .place = place,
							     .what = kept(problems, words),
							     .mend = kept(problems, mend)};
}
