#include "specs/history.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"

struct history {
	struct routes *routes;
	struct operation *operations;
	const struct bytes *since; /* one an operation */
	size_t count;
};

struct version {
	uint64_t number;
	struct bytes sha256;
};

/* What is known while the versions are read, the newest first. */
struct look {
	const struct references *references;
	const struct spec *spec;
	struct arena *arena;
	struct problems ignored; /* of earlier versions */
	struct version list[LIMIT_VERSIONS];
	size_t count;
	size_t bytes_left;
	struct map seen; /* method and path as they look on the wire */
	struct history *history;
	struct bytes *since;
	size_t capacity;
	struct bytes next; /* the version that came after the one being read */
};

/* -- one version in the place of the current file ------------------------------------- */

struct as_of {
	const struct spec_files *files;
	const char *file;
	struct bytes text;
};

static enum status read_as_of(void *context, const char *name, struct bytes *out_text)
{
	const struct as_of *as_of = context;

	if (strcmp(name, as_of->file) != 0)
		return as_of->files->read(as_of->files->context, name, out_text);
	*out_text = as_of->text;
	return STATUS_OK;
}

/* -- what is gone --------------------------------------------------------------------- */

/* "GET /orders/{}": a variable that was given another name is still the same operation. False: too long. */
static bool print_key(const struct operation *operation, char *key, size_t max, struct bytes *out_key)
{
	size_t len = 0, depth = 0;

	if (operation->method.len + operation->template.len + 2 > max)
		return false;
	for (size_t i = 0; i < operation->method.len; i++)
		key[len++] = operation->method.data[i];
	key[len++] = ' ';
	for (size_t i = 0; i < operation->template.len; i++) {
		char byte = operation->template.data[i];

		depth -= byte == '}' && depth > 0;
		if (depth == 0)
			key[len++] = byte;
		depth += byte == '{';
	}
	*out_key = (struct bytes){.data = key, .len = len};
	return true;
}

/* STATUS_NOT_FOUND: it was there already, or is too long for any request. */
static enum status mark_seen(struct look *look, const struct operation *operation)
{
	char text[16 * KIB];
	struct bytes key;
	bool is_new = false;

	if (!print_key(operation, text, sizeof(text), &key))
		return STATUS_NOT_FOUND;
	if (map_put(&look->seen, key, &is_new) == NULL)
		return STATUS_NO_MEMORY;
	return is_new ? STATUS_OK : STATUS_NOT_FOUND;
}

static bool grow(struct look *look)
{
	struct history *history = look->history;
	size_t capacity = 2 * look->capacity + 16;
	struct operation *operations;
	struct bytes *since;

	if (history->count < look->capacity)
		return true;
	operations = arena_alloc(look->arena, capacity * sizeof(*operations));
	since = arena_alloc(look->arena, capacity * sizeof(*since));
	if (operations == NULL || since == NULL)
		return false;
	if (history->count > 0) {
		memcpy(operations, history->operations, history->count * sizeof(*operations));
		memcpy(since, look->since, history->count * sizeof(*since));
	}
	history->operations = operations;
	history->since = look->since = since;
	look->capacity = capacity;
	return true;
}

/* The texts outlive the document that they stand in. */
static enum status add_removed(struct look *look, const struct operation *operation)
{
	struct history *history = look->history;
	struct operation *copy;

	if (history->count == LIMIT_OPERATIONS)
		return STATUS_OK;
	if (!grow(look))
		return STATUS_NO_MEMORY;
	copy = &history->operations[history->count];
	*copy = (struct operation){.method = arena_copy(look->arena, operation->method),
				   .template = arena_copy(look->arena, operation->template),
				   .id = arena_copy(look->arena, operation->id),
				   .query_literal = arena_copy(look->arena, operation->query_literal)};
	if (copy->method.data == NULL || copy->template.data == NULL || copy->id.data == NULL)
		return STATUS_NO_MEMORY;
	look->since[history->count++] = look->next;
	return STATUS_OK;
}

/* -- versions ------------------------------------------------------------------------- */

static enum status name_version(struct look *look, uint64_t number, struct bytes version)
{
	look->next = version.len == 0 ? arena_printf(look->arena, "version %llu", (unsigned long long)number)
				      : arena_printf(look->arena, "version %llu (" BYTES_FORMAT ")",
						     (unsigned long long)number,
						     BYTES_PRINT(bytes_slice(version, 0, 64)));
	return look->next.data == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

static enum status take_document(struct look *look, struct references *references,
				 const struct document *document, const struct version *version)
{
	struct arena arena;
	struct operation *operations = NULL;
	size_t count = 0;
	enum status status;

	arena_init(&arena, LIMIT_CONTRACT_BYTES);
	status = openapi_outline(references, document, &arena, &operations, &count);
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		status = mark_seen(look, &operations[i]);
		if (status == STATUS_OK)
			status = add_removed(look, &operations[i]);
		else if (status == STATUS_NOT_FOUND)
			status = STATUS_OK;
	}
	if (status == STATUS_OK)
		status = name_version(look, version->number,
				      node_text(node_get(node_get(document->root, "info"), "version")));
	arena_finish(&arena);
	return status;
}

static enum status take_text(struct look *look, struct bytes text, const struct version *version)
{
	struct as_of as_of = {.files = look->references->files, .file = look->spec->file.data, .text = text};
	const struct spec_files files = {.read = read_as_of,
					 .names = as_of.files->names,
					 .name_count = as_of.files->name_count,
					 .context = &as_of};
	const struct document *document;
	struct references references;
	enum status status;

	references_init(&references, &files, &look->ignored);
	status = references_open(&references, as_of.file, &document);
	if (status == STATUS_OK && openapi_is(document->root))
		status = take_document(look, &references, document, version);
	references_finish(&references);
	return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

/* "FILE" of ".versions/FILE/LAST". */
static enum status read_kept(const struct look *look, const char *last, struct bytes *out_text)
{
	const struct spec_files *files = look->references->files;
	char name[PATH_MAX];

	if (snprintf(name, sizeof(name), ".versions/%s/%s", look->spec->file.data, last) >= (int)sizeof(name))
		return STATUS_NOT_FOUND;
	return files->read(files->context, name, out_text);
}

static enum status take_version(struct look *look, const struct version *version)
{
	struct bytes text;
	char number[24];

	if (bytes_equal(version->sha256, bytes_of(look->spec->sha256)))
		return name_version(look, version->number, look->spec->version);
	snprintf(number, sizeof(number), "%llu", (unsigned long long)version->number);
	if (read_kept(look, number, &text) != STATUS_OK || text.len > look->bytes_left)
		return STATUS_OK;
	look->bytes_left -= text.len;
	return take_text(look, text, version);
}

static void read_index(struct look *look)
{
	struct bytes text;

	if (read_kept(look, "index", &text) != STATUS_OK)
		return;
	for (struct bytes rest = text; rest.data != NULL && look->count < LIMIT_VERSIONS;) {
		struct bytes line = bytes_split(&rest, '\n');
		struct version version;

		if (bytes_to_u64(bytes_split(&line, ' '), &version.number)) {
			version.sha256 = bytes_split(&line, ' ');
			look->list[look->count++] = version;
		}
	}
}

static enum status take_all(struct look *look)
{
	enum status status = STATUS_OK;

	/* What lies there and is no version yet becomes the next one. */
	if (look->count > 0)
		status = name_version(look, look->list[look->count - 1].number + 1, look->spec->version);
	for (size_t i = 0; i < look->spec->operation_count && status == STATUS_OK; i++)
		if (mark_seen(look, &look->spec->operations[i]) == STATUS_NO_MEMORY)
			status = STATUS_NO_MEMORY;
	for (size_t i = look->count; i > 0 && status == STATUS_OK; i--)
		status = take_version(look, &look->list[i - 1]);
	if (status == STATUS_OK && look->history->count > 0)
		look->history->routes =
			routes_new(look->history->operations, look->history->count,
				   (struct place){.file = look->spec->file.data}, &look->ignored);
	return status == STATUS_OK && look->history->count > 0 && look->history->routes == NULL
		       ? STATUS_NO_MEMORY
		       : status;
}

enum status history_load(const struct references *references, const struct openapi *openapi,
			 struct arena *arena, struct history **out_history)
{
	struct look *look = calloc(1, sizeof(*look));
	enum status status = STATUS_OK;

	if (look == NULL)
		return STATUS_NO_MEMORY;
	look->references = references;
	look->spec = &openapi->spec;
	look->arena = arena;
	look->bytes_left = LIMIT_HISTORY_BYTES;
	look->history = calloc(1, sizeof(*look->history));
	problems_init(&look->ignored);
	map_init(&look->seen,
		 &(struct map_plan){.entries_max = SIZE_MAX, .value_len = 1, .seed = (uintptr_t)look});
	if (look->history == NULL)
		status = STATUS_NO_MEMORY;
	else
		read_index(look);
	if (status == STATUS_OK && look->count > 0)
		status = take_all(look);
	if (status == STATUS_OK && look->history->routes != NULL) {
		*out_history = look->history;
	} else {
		history_free(look->history);
		if (status == STATUS_OK)
			*out_history = NULL;
	}
	map_finish(&look->seen);
	problems_finish(&look->ignored);
	free(look);
	return status;
}

void history_free(struct history *history)
{
	if (history == NULL)
		return;
	routes_free(history->routes);
	free(history);
}

bool history_find(const struct history *history, const struct route_request *request,
		  struct removed_operation *out_removed)
{
	struct route_found found;

	if (history == NULL)
		return false;
	routes_find(history->routes, request, &found);
	if (found.operation == NULL)
		return false;
	*out_removed = (struct removed_operation){
		.operation = found.operation, .since = history->since[found.operation - history->operations]};
	return true;
}
