#include "specs/operation_lines.h"

#include <string.h>

#include "specs/schema_plan.h"

/* Of one operation: as many as the processor waits for at once. */
#define LINES_MAX 48

/* Of schemas in schemas, and of the names of one. */
#define DEPTH_MAX 3
#define NAMES_MAX 16

struct lines {
	const void *list[LINES_MAX];
	size_t count;
};

static void add_line(struct lines *lines, const void *line)
{
	for (size_t i = lines->count; i > 0; i--)
		if (lines->list[i - 1] == line)
			return;
	if (lines->count < LINES_MAX)
		lines->list[lines->count++] = line;
}

static void add(struct lines *lines, const void *memory, size_t len)
{
	const char *end = (const char *)memory + len, *at = memory;

	at -= (uintptr_t)memory % CACHE_LINE;
	for (; len > 0 && at < end && lines->count < LINES_MAX; at += CACHE_LINE)
		add_line(lines, at);
}

static void add_text(struct lines *lines, struct bytes text)
{
	add(lines, text.data, text.len);
}

/* What schema_quick.c reads; a name that is longer than its ends is compared in full. */
static void add_schema(struct lines *lines, const struct schema *schema, int depth)
{
	const struct plan *plan = schema == NULL ? NULL : schema->plan;

	if (schema == NULL || depth == DEPTH_MAX)
		return;
	add(lines, &schema->joint_types, sizeof(schema->joint_types));
	add(lines, &schema->plan, sizeof(schema->plan));
	if (plan == NULL)
		return;
	add(lines, plan, sizeof(*plan));
	add(lines, plan->parts, sizeof(*plan->parts));
	for (size_t i = 0; i < plan->name_count && i < NAMES_MAX; i++) {
		const struct plan_name *name = &plan->names[i];

		add(lines, name, sizeof(*name));
		if (name->name.len > WORD_ENDS_MAX)
			add_text(lines, name->name);
		if (name->sure != NULL)
			add(lines, name->sure, sizeof(*name->sure));
		if (name->sure == NULL || name->sure->tags == 0)
			add_schema(lines, name->schema, depth + 1);
	}
	add_schema(lines, plan->items, depth + 1);
}

static void add_content(struct lines *lines, const struct content *content)
{
	for (size_t i = 0; i < content->count; i++) {
		add(lines, &content->list[i], sizeof(content->list[i]));
		add_text(lines, content->list[i].range);
		add_schema(lines, content->list[i].schema, 0);
	}
}

bool operation_lines_make(struct operation *operation, struct arena *arena)
{
	struct lines lines = {.count = 0};
	void *kept;

	for (size_t i = 0; i < operation->parameter_count; i++) {
		const struct parameter *parameter = &operation->parameters[i];

		add(&lines, parameter, sizeof(*parameter));
		add_text(&lines, parameter->name);
		add_schema(&lines, parameter->schema, 0);
	}
	add_content(&lines, &operation->request);
	for (size_t i = 0; i < operation->response_count; i++) {
		add(&lines, &operation->responses[i], sizeof(operation->responses[i]));
		add_content(&lines, &operation->responses[i].content);
	}
	add_text(&lines, operation->template);
	add_text(&lines, operation->id);
	kept = arena_take(arena, lines.count * sizeof(lines.list[0]));
	if (kept == NULL)
		return false;
	memcpy(kept, lines.list, lines.count * sizeof(lines.list[0]));
	operation->lines = kept;
	operation->line_count = lines.count;
	return true;
}
