#include "specs/difference.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "specs/difference_find.h"

void differences_init(struct differences *differences)
{
	*differences = (struct differences){0};
	arena_init(&differences->arena, LIMIT_CONTRACT_BYTES);
}

void differences_finish(struct differences *differences)
{
	free(differences->list);
	arena_finish(&differences->arena);
	*differences = (struct differences){0};
}

struct bytes where_below(const struct comparing *comparing, struct bytes where, struct bytes name)
{
	return arena_printf(&comparing->out->arena, BYTES_FORMAT "/%.*s", BYTES_PRINT(where),
			    (int)(name.len > 100 ? 100 : name.len), name.data);
}

static bool has_room(struct differences *differences)
{
	size_t capacity = differences->capacity * 2 + 64;
	struct difference *list;

	if (differences->count < differences->capacity)
		return true;
	if (differences->count >= LIMIT_DIFFERENCES)
		return false;
	list = realloc(differences->list, capacity * sizeof(*list));
	if (list == NULL)
		return false;
	differences->list = list;
	differences->capacity = capacity;
	return true;
}

void difference_add(const struct comparing *comparing, const struct difference *difference,
		    const char *format, ...)
{
	struct differences *out = comparing->out;
	struct difference added = *difference;
	char words[400];
	va_list arguments;

	out->breaking_count += difference->is_breaking;
	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	added.operation = comparing->operation;
	added.what = arena_copy(&out->arena, bytes_of(words)).data;
	if (added.place.line == 0)
		added.place = added.kind == DIFFERENCE_REMOVED ? comparing->old_place : comparing->new_place;
	added.place.file =
		added.place.file == NULL ? "" : arena_copy(&out->arena, bytes_of(added.place.file)).data;
	if (added.what == NULL || added.place.file == NULL || !has_room(out))
		out->left_out++;
	else
		out->list[out->count++] = added;
}

static void say(struct comparing *comparing, enum difference_kind kind, bool is_breaking, struct bytes where,
		const char *words, struct bytes detail)
{
	difference_add(comparing,
		       &(struct difference){.kind = kind, .is_breaking = is_breaking, .where = where},
		       "%s%s%.*s", words, detail.len > 0 ? " " : "",
		       (int)(detail.len > 100 ? 100 : detail.len), detail.data == NULL ? "" : detail.data);
}

/* -- parameters ------------------------------------------------------------------- */

static const struct parameter *parameter_like(const struct operation *operation,
					      const struct parameter *parameter)
{
	for (size_t i = 0; i < operation->parameter_count; i++)
		if (operation->parameters[i].part == parameter->part &&
		    bytes_equal(operation->parameters[i].name, parameter->name))
			return &operation->parameters[i];
	return NULL;
}

static void compare_parameter(struct comparing *comparing, const struct parameter *old,
			      const struct parameter *new)
{
	struct bytes where = arena_printf(&comparing->out->arena, "request.%s %.*s", part_name(new->part),
					  (int)(new->name.len > 100 ? 100 : new->name.len), new->name.data);

	if (!old->is_required && new->is_required)
		say(comparing, DIFFERENCE_CHANGED, true, where, "is required now", BYTES(""));
	if (old->is_required && !new->is_required)
		say(comparing, DIFFERENCE_CHANGED, false, where, "is not required any more", BYTES(""));
	if (old->style != new->style || old->is_exploded != new->is_exploded ||
	    old->separator != new->separator || old->is_json != new->is_json)
		say(comparing, DIFFERENCE_CHANGED, true, where, "is written in another style now", BYTES(""));
	schemas_compare(comparing, USE_REQUEST, where, old->schema, new->schema);
}

/* Of the path only what both name: its variables may be called otherwise. */
static void compare_parameters(struct comparing *comparing, const struct operation *old,
			       const struct operation *new)
{
	for (size_t i = 0; i < old->parameter_count; i++) {
		const struct parameter *parameter = &old->parameters[i],
				       *like = parameter_like(new, parameter);

		if (like != NULL)
			compare_parameter(comparing, parameter, like);
		else if (parameter->part != PART_PATH)
			say(comparing, DIFFERENCE_REMOVED, false, BYTES("request"),
			    "parameter was removed:", parameter->name);
	}
	for (size_t i = 0; i < new->parameter_count; i++) {
		const struct parameter *parameter = &new->parameters[i];

		if (parameter->part != PART_PATH && parameter_like(old, parameter) == NULL)
			say(comparing, DIFFERENCE_ADDED, parameter->is_required, BYTES("request"),
			    parameter->is_required ? "required parameter was added:"
						   : "optional parameter was added:",
			    parameter->name);
	}
}

/* -- content ---------------------------------------------------------------------- */

static const struct media *media_like(const struct content *content, const struct media *media)
{
	for (size_t i = 0; i < content->count; i++)
		if (bytes_equal(content->list[i].range, media->range) &&
		    bytes_equal(content->list[i].parameters, media->parameters))
			return &content->list[i];
	return NULL;
}

static void compare_content(struct comparing *comparing, enum direction_of_use use, struct bytes where,
			    const struct content *old, const struct content *new)
{
	for (size_t i = 0; i < old->count; i++) {
		const struct media *like = media_like(new, &old->list[i]);

		if (like == NULL)
			say(comparing, DIFFERENCE_REMOVED, true, where,
			    "media type was removed:", old->list[i].range);
		else
			schemas_compare(comparing, use, where_below(comparing, where, old->list[i].range),
					old->list[i].schema, like->schema);
	}
	for (size_t i = 0; i < new->count; i++)
		if (media_like(old, &new->list[i]) == NULL)
			say(comparing, DIFFERENCE_ADDED, false, where,
			    "media type was added:", new->list[i].range);
}

static void compare_request(struct comparing *comparing, const struct content *old, const struct content *new)
{
	struct bytes where = BYTES("request.body");

	if (new->is_required && !old->is_required)
		say(comparing, DIFFERENCE_CHANGED, true, where, "is required now", BYTES(""));
	if (!new->is_required && old->is_required &&new->is_declared)
		say(comparing, DIFFERENCE_CHANGED, false, where, "is not required any more", BYTES(""));
	compare_content(comparing, USE_REQUEST, where, old, new);
}

/* -- responses -------------------------------------------------------------------- */

static const struct response *response_like(const struct operation *operation,
					    const struct response *response)
{
	for (size_t i = 0; i < operation->response_count; i++)
		if (operation->responses[i].status_from == response->status_from &&
		    operation->responses[i].status_to == response->status_to)
			return &operation->responses[i];
	return NULL;
}

static const struct response_header *header_like(const struct response *response, struct bytes name)
{
	for (size_t i = 0; i < response->header_count; i++)
		if (bytes_equal(response->headers[i].name, name))
			return &response->headers[i];
	return NULL;
}

static void compare_headers(struct comparing *comparing, struct bytes where, const struct response *old,
			    const struct response *new)
{
	for (size_t i = 0; i < old->header_count; i++) {
		const struct response_header *header = &old->headers[i];
		const struct response_header *like = header_like(new, header->name);

		if (like == NULL)
			say(comparing, DIFFERENCE_REMOVED, true, where, "header was removed:", header->name);
		else if (header->is_required && !like->is_required)
			say(comparing, DIFFERENCE_CHANGED, true, where,
			    "header is not required any more:", header->name);
		if (like != NULL)
			schemas_compare(comparing, USE_RESPONSE, where_below(comparing, where, header->name),
					header->schema, like->schema);
	}
}

static struct bytes status_text_of(const struct comparing *comparing, const struct response *response)
{
	if (response->is_default)
		return BYTES("response default");
	return response->status_from == response->status_to
		       ? arena_printf(&comparing->out->arena, "response %u", response->status_from)
		       : arena_printf(&comparing->out->arena, "response %uXX", response->status_from / 100);
}

static void compare_responses(struct comparing *comparing, const struct operation *old,
			      const struct operation *new)
{
	for (size_t i = 0; i < old->response_count; i++) {
		const struct response *response = &old->responses[i], *like = response_like(new, response);
		struct bytes where = status_text_of(comparing, response);

		if (like == NULL) {
			say(comparing, DIFFERENCE_REMOVED, true, where, "was removed", BYTES(""));
			continue;
		}
		compare_content(comparing, USE_RESPONSE, where, &response->content, &like->content);
		compare_headers(comparing, where, response, like);
	}
	for (size_t i = 0; i < new->response_count; i++)
		if (response_like(old, &new->responses[i]) == NULL)
			say(comparing, DIFFERENCE_ADDED, false, status_text_of(comparing, &new->responses[i]),
			    "was added", BYTES(""));
}

/* -- security --------------------------------------------------------------------- */

static bool has_text(const struct bytes *list, size_t count, struct bytes text)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(list[i], text))
			return true;
	return false;
}

/* Does a caller who shows `old` show all that `scheme` asks for? */
static bool is_shown(const struct security_requirement *old, const struct security_scheme *scheme)
{
	for (size_t i = 0; i < old->count; i++) {
		const struct security_scheme *shown = &old->schemes[i];
		size_t had = 0;

		if (shown->kind != scheme->kind || shown->part != scheme->part ||
		    !bytes_equal(shown->name, scheme->name))
			continue;
		while (had < scheme->scope_count &&
		       has_text(shown->scopes, shown->scope_count, scheme->scopes[had]))
			had++;
		if (had == scheme->scope_count)
			return true;
	}
	return false;
}

static bool is_enough(const struct security_requirement *old, const struct operation *new)
{
	if (new->requirement_count == 0)
		return true;
	for (size_t i = 0; i < new->requirement_count; i++) {
		const struct security_requirement *requirement = &new->requirements[i];
		size_t shown = 0;

		while (shown < requirement->count && is_shown(old, &requirement->schemes[shown]))
			shown++;
		if (shown == requirement->count)
			return true;
	}
	return false;
}

static void compare_security(struct comparing *comparing, const struct operation *old,
			     const struct operation *new)
{
	static const struct security_requirement nothing = {0};

	if (old->requirement_count == 0 && !is_enough(&nothing, new))
		say(comparing, DIFFERENCE_CHANGED, true, BYTES("security"), "asks for a credential now",
		    BYTES(""));
	for (size_t i = 0; i < old->requirement_count; i++) {
		const struct security_requirement *requirement = &old->requirements[i];

		if (!is_enough(requirement, new))
			say(comparing, DIFFERENCE_CHANGED, true, BYTES("security"),
			    requirement->count == 0 ? "asks for a credential now"
						    : "is not satisfied any more by",
			    requirement->count == 0 ? BYTES("") : requirement->schemes[0].id);
	}
}

/* -- operations ------------------------------------------------------------------- */

/* "GET /orders/{}": how variables are called is no difference. */
static struct bytes shape_of(struct arena *arena, const struct operation *operation)
{
	struct bytes shape = arena_printf(arena, BYTES_FORMAT " " BYTES_FORMAT,
					  BYTES_PRINT(operation->method), BYTES_PRINT(operation->template));
	char *text = (char *)(uintptr_t)shape.data;
	size_t len = 0;
	bool is_inside = false;

	for (size_t i = 0; i < shape.len; i++) {
		is_inside = is_inside && shape.data[i] != '}';
		if (!is_inside)
			text[len++] = shape.data[i];
		is_inside = is_inside || shape.data[i] == '{';
	}
	return (struct bytes){.data = text, .len = len};
}

static struct place place_of(const struct version *version, const struct operation *operation)
{
	const struct node_entry *entry =
		node_entry(node_get(version->document->root, "paths"), operation->template);
	struct place place = {.file = version->document->file};

	if (entry != NULL) {
		place.line = entry->line;
		place.column = entry->column;
	}
	return place;
}

static void operation_begin(struct comparing *comparing, const struct operation *old,
			    const struct operation *new)
{
	const struct operation *shown = new != NULL ? new : old;

	comparing->operation = arena_printf(&comparing->out->arena, BYTES_FORMAT " " BYTES_FORMAT,
					    BYTES_PRINT(shown->method), BYTES_PRINT(shown->template));
	if (old != NULL)
		comparing->old_place = place_of(&comparing->old, old);
	if (new != NULL)
		comparing->new_place = place_of(&comparing->new, new);
}

static void compare_operation(struct comparing *comparing, const struct operation *old,
			      const struct operation *new)
{
	operation_begin(comparing, old, new);
	if (!old->is_deprecated && new->is_deprecated)
		say(comparing, DIFFERENCE_CHANGED, false, BYTES(""), "is deprecated now", BYTES(""));
	compare_security(comparing, old, new);
	compare_parameters(comparing, old, new);
	compare_request(comparing, &old->request, &new->request);
	compare_responses(comparing, old, new);
}

/* The operations of the old version by their shape; each is taken out when its like is found. */
static enum status compare_operations(struct comparing *comparing)
{
	const struct spec *old = &comparing->old.openapi.spec, *new = &comparing->new.openapi.spec;
	const struct operation **found;
	struct map shapes;
	bool is_new;

	map_init(&shapes, &(struct map_plan){.entries_max = LIMIT_OPERATIONS,
					     .value_len = sizeof(struct operation *),
					     .seed = (uintptr_t)comparing});
	for (size_t i = 0; i < old->operation_count; i++) {
		found = map_put(&shapes, shape_of(&comparing->old.arena, &old->operations[i]), &is_new);
		if (found != NULL)
			*found = &old->operations[i];
	}
	for (size_t i = 0; i < new->operation_count; i++) {
		found = map_find(&shapes, shape_of(&comparing->new.arena, &new->operations[i]));
		if (found == NULL) {
			operation_begin(comparing, NULL, &new->operations[i]);
			say(comparing, DIFFERENCE_ADDED, false, BYTES(""), "was added", BYTES(""));
		} else if (*found != NULL) {
			compare_operation(comparing, *found, &new->operations[i]);
			*found = NULL;
		}
	}
	for (size_t i = 0; i < old->operation_count; i++) {
		found = map_find(&shapes, shape_of(&comparing->old.arena, &old->operations[i]));
		if (found == NULL || *found != &old->operations[i])
			continue;
		operation_begin(comparing, *found, NULL);
		say(comparing, DIFFERENCE_REMOVED, true, BYTES(""), "was removed", BYTES(""));
	}
	map_finish(&shapes);
	return STATUS_OK;
}

/* -- the whole -------------------------------------------------------------------- */

static enum status version_open(struct version *version, const struct spec_name *name,
				struct problems *problems)
{
	enum status status;

	arena_init(&version->arena, LIMIT_CONTRACT_BYTES);
	references_init(&version->references, name->files, problems);
	status = references_open(&version->references, name->name, &version->document);
	if (status == STATUS_OK && !openapi_is(version->document->root))
		status = STATUS_NOT_FOUND;
	if (status == STATUS_NOT_FOUND)
		problems_add(problems, PROBLEM_ERROR, "spec.invalid", (struct place){.file = name->name},
			     "name a readable OpenAPI file", "the file is not there, or is no spec");
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_INVALID : status;
	return openapi_load(&version->references, version->document, FORMATS_OF_SPEC, &version->arena,
			    &version->openapi);
}

static void version_close(struct version *version)
{
	openapi_finish(&version->openapi);
	references_finish(&version->references);
	arena_finish(&version->arena);
}

enum status differences_find(const struct spec_name *old, const struct spec_name *new,
			     struct problems *problems, struct differences *out_differences)
{
	struct comparing comparing = {.out = out_differences};
	enum status status, other;

	map_init(&comparing.seen,
		 &(struct map_plan){.entries_max = SIZE_MAX, .value_len = 1, .seed = (uintptr_t)problems});
	status = version_open(&comparing.old, old, problems);
	other = version_open(&comparing.new, new, problems);
	if (status == STATUS_OK)
		status = other;
	if (status == STATUS_OK)
		status = compare_operations(&comparing);
	version_close(&comparing.old);
	version_close(&comparing.new);
	map_finish(&comparing.seen);
	return status;
}
