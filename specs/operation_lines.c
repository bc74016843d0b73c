#include "specs/operation_lines.h"

#include "specs/schema_plan.h"

/* Of schemas in schemas, and of the names of one. */
#define DEPTH_MAX 3
#define NAMES_MAX 16

/* Runs of lines, as numbers of lines from address 0. */
struct lines {
	struct line_run {
		uintptr_t first, end;
	} runs[OPERATION_LINES_MAX];
	uint32_t count;
};

static void add_line(struct lines *lines, uintptr_t line)
{
	for (uint32_t i = 0; i < lines->count; i++) {
		struct line_run *run = &lines->runs[i];
		bool has_room = run->end - run->first < OPERATION_LINES_RUN;

		if (line >= run->first && line < run->end)
			return;
		if (has_room && (line == run->end || line + 1 == run->first)) {
			run->first -= line < run->first;
			run->end += line == run->end;
			return;
		}
	}
	if (lines->count < OPERATION_LINES_MAX)
		lines->runs[lines->count++] = (struct line_run){line, line + 1};
}

static void add(struct lines *lines, const void *memory, size_t len)
{
	uintptr_t from = (uintptr_t)memory, to = from + len;

	for (uintptr_t line = from / CACHE_LINE; len > 0 && line <= (to - 1) / CACHE_LINE; line++)
		add_line(lines, line);
}

static void add_text(struct lines *lines, struct bytes text)
{
	add(lines, text.data, text.len);
}

/* What schema_quick.c reads. */
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

void operation_lines_make(struct operation *operation)
{
	struct lines lines = {.count = 0};

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
	operation->line_count = 0;
	for (uint32_t i = 0; i < lines.count; i++) {
		const struct line_run *run = &lines.runs[i];
		intptr_t away = (intptr_t)(run->first - (uintptr_t)operation / CACHE_LINE);

		if (away < INT32_MIN / OPERATION_LINES_RUN || away > INT32_MAX / OPERATION_LINES_RUN)
			continue;
		operation->lines[operation->line_count++] =
			(int32_t)(away * OPERATION_LINES_RUN + (intptr_t)(run->end - run->first - 1));
	}
}
