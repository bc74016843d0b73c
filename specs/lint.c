#include "specs/lint.h"

#include <string.h>

#include "parsers/base/limits.h"
#include "specs/contract_store.h"
#include "specs/grpc_descriptor.h"
#include "specs/lint_example.h"
#include "specs/overlay.h"

struct lint {
	const struct spec_files *files;
	struct problems *problems;
	struct references references;
	struct arena arena;
	const struct document *document;
	struct lint_report report;
};

/* -- specs ---------------------------------------------------------------------- */

static struct place place_of_path(const struct lint *lint, struct bytes template)
{
	const struct node_entry *entry = node_entry(node_get(lint->document->root, "paths"), template);
	struct place place = {.file = lint->document->file};

	if (entry != NULL) {
		place.line = entry->line;
		place.column = entry->column;
	}
	return place;
}

static void lint_security(const struct lint *lint, const struct openapi *openapi)
{
	if (openapi->unsecured_count == 0)
		return;
	problems_add(lint->problems, PROBLEM_WARNING, "spec.no_security",
		     node_place(lint->document, lint->document->root),
		     "add security and components/securitySchemes, or security: [] where it is public",
		     "%zu of %zu operations say nothing about security", openapi->unsecured_count,
		     openapi->spec.operation_count);
}

static bool has_parameter(const struct operation *operation, struct bytes name)
{
	for (size_t i = 0; i < operation->parameter_count; i++)
		if (operation->parameters[i].part == PART_PATH &&
		    bytes_equal(operation->parameters[i].name, name))
			return true;
	return false;
}

/* A path parameter that the template does not name. */
static void lint_ghost(const struct lint *lint, const struct operation *operation,
		       const struct parameter *parameter, const struct bytes *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(names[i], parameter->name))
			return;
	if (parameter->part == PART_PATH)
		problems_add(lint->problems, PROBLEM_NOTE, "spec.unenforceable",
			     place_of_path(lint, operation->template), "name it in the path, or leave it out",
			     "%.*s %.*s: path parameter \"%.*s\" is not in the path; it is not looked for",
			     (int)(operation->method.len > 20 ? 20 : operation->method.len),
			     operation->method.data,
			     (int)(operation->template.len > 200 ? 200 : operation->template.len),
			     operation->template.data,
			     (int)(parameter->name.len > 60 ? 60 : parameter->name.len),
			     parameter->name.data);
}

static void lint_operation(const struct lint *lint, const struct openapi *openapi,
			   const struct operation *operation)
{
	size_t count;
	const struct bytes *names = routes_names(openapi->routes, operation, &count);
	int method_len = operation->method.len > 20 ? 20 : (int)operation->method.len;
	int template_len = operation->template.len > 200 ? 200 : (int)operation->template.len;

	if (operation->is_lookalike)
		problems_add(lint->problems, PROBLEM_WARNING, "spec.ambiguous_path",
			     place_of_path(lint, operation->template), "keep one of them",
			     "%.*s %.*s looks like another path of this spec; what fits one of them fits",
			     method_len, operation->method.data, template_len, operation->template.data);
	for (size_t i = 0; i < count; i++)
		if (!has_parameter(operation, names[i]))
			problems_add(lint->problems, PROBLEM_NOTE, "spec.unenforceable",
				     place_of_path(lint, operation->template),
				     "declare it as a path parameter",
				     "%.*s %.*s: variable {%.*s} is not declared; any value fits", method_len,
				     operation->method.data, template_len, operation->template.data,
				     (int)(names[i].len > 60 ? 60 : names[i].len), names[i].data);
	if (bytes_find(operation->template, BYTES("}{")) != BYTES_NOT_FOUND)
		problems_add(lint->problems, PROBLEM_NOTE, "spec.unenforceable",
			     place_of_path(lint, operation->template), "put a text between them",
			     "%.*s %.*s: two variables side by side; their values are not checked",
			     method_len, operation->method.data, template_len, operation->template.data);
	for (size_t i = 0; i < operation->parameter_count; i++)
		lint_ghost(lint, operation, &operation->parameters[i], names, count);
}

/* An operationId names one operation in records and in partner files. */
static void lint_ids(const struct lint *lint, const struct openapi *openapi)
{
	struct map ids;
	bool is_new;

	map_init(&ids, &(struct map_plan){.entries_max = LIMIT_OPERATIONS,
					  .value_len = sizeof(const struct operation *),
					  .seed = (uintptr_t)lint});
	for (size_t i = 0; i < openapi->spec.operation_count; i++) {
		const struct operation *operation = &openapi->spec.operations[i];
		const struct operation **first = map_put(&ids, operation->id, &is_new);

		if (first != NULL && is_new)
			*first = operation;
		if (first != NULL && !is_new)
			problems_add(
				lint->problems, PROBLEM_WARNING, "spec.conflict",
				place_of_path(lint, operation->template), "give each operation its own id",
				"operationId \"%.*s\" is that of %.*s %.*s too",
				(int)(operation->id.len > 100 ? 100 : operation->id.len), operation->id.data,
				(int)((*first)->method.len > 20 ? 20 : (*first)->method.len),
				(*first)->method.data,
				(int)((*first)->template.len > 200 ? 200 : (*first)->template.len),
				(*first)->template.data);
	}
	map_finish(&ids);
}

/* Pairs looked at, and those told one by one. */
#define CROSSINGS_TRIED_MAX 10000000
#define CROSSINGS_TOLD_MAX  10

static void lint_crossings(const struct lint *lint, const struct openapi *openapi)
{
	const struct operation *list = openapi->spec.operations;
	size_t count = openapi->spec.operation_count, tries = 0, found = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i && tries++ < CROSSINGS_TRIED_MAX; j++) {
			int len = list[j].template.len > 200 ? 200 : (int)list[j].template.len;

			if (!bytes_equal(list[i].method, list[j].method) ||
			    !routes_cross(&list[i], &list[j]) || ++found > CROSSINGS_TOLD_MAX)
				continue;
			problems_add(lint->problems, PROBLEM_NOTE, "spec.ambiguous_path",
				     place_of_path(lint, list[i].template),
				     "make them differ in a literal segment",
				     "some paths fit this one and %.*s; what fits one of them fits", len,
				     list[j].template.data);
		}
	}
	if (found > CROSSINGS_TOLD_MAX)
		problems_add(
			lint->problems, PROBLEM_NOTE, "spec.ambiguous_path",
			(struct place){.file = lint->document->file}, "make them differ in a literal segment",
			"%zu pairs of paths more that some paths fit both of", found - CROSSINGS_TOLD_MAX);
}

/* OpenAPI 3, Server Object: a variable of the url is declared, with a default at least. */
static void lint_servers(const struct lint *lint)
{
	const struct node *servers = node_get(lint->document->root, "servers");

	for (size_t i = 0; node_is(servers, NODE_LIST) && i < servers->count && i < 1000; i++) {
		const struct node *variables = node_get(servers->items[i], "variables");
		struct bytes names[16];
		size_t count = trie_names(node_text(node_get(servers->items[i], "url")), names, 16);

		for (size_t j = 0; j < count; j++)
			if (node_get_bytes(variables, names[j]) == NULL)
				problems_add(lint->problems, PROBLEM_NOTE, "spec.unenforceable",
					     node_place(lint->document, servers->items[i]),
					     "declare it under variables, with a default or an enum",
					     "server variable {%.*s} is not declared; any value fits",
					     (int)(names[j].len > 60 ? 60 : names[j].len), names[j].data);
	}
}

static size_t count_patterns(const struct problems *problems, size_t from)
{
	size_t count = 0;

	for (size_t i = from; i < problems->count; i++)
		count += strcmp(problems->list[i].id, "spec.unenforceable") == 0 &&
			 strncmp(problems->list[i].what, "pattern", strlen("pattern")) == 0;
	return count;
}

static enum status lint_spec(struct lint *lint)
{
	struct openapi openapi = {0};
	size_t before = lint->problems->count;
	enum status status =
		openapi_load(&lint->references, lint->document, FORMATS_OF_SPEC, &lint->arena, &openapi);

	if (status != STATUS_OK)
		return status;
	lint_security(lint, &openapi);
	lint_servers(lint);
	lint_ids(lint, &openapi);
	lint_crossings(lint, &openapi);
	lint_examples(lint->document, openapi.schemas, lint->problems);
	for (size_t i = 0; i < openapi.spec.operation_count; i++)
		lint_operation(lint, &openapi, &openapi.spec.operations[i]);
	lint->report.operation_count = openapi.spec.operation_count;
	lint->report.schema_count = openapi.schema_count;
	lint->report.unresolved_count = lint->references.unresolved_count;
	lint->report.disabled_pattern_count = count_patterns(lint->problems, before);
	openapi_finish(&openapi);
	return STATUS_OK;
}

/* A descriptor set: no places within it, no schemas, nothing to follow. */
static enum status lint_descriptor(struct lint *lint, const char *name)
{
	struct openapi openapi = {0};
	enum status status = descriptor_load(lint->files, name, &lint->arena, lint->problems, &openapi);

	if (status == STATUS_OK)
		lint->report.operation_count = openapi.spec.operation_count;
	openapi_finish(&openapi);
	return status;
}

/* A $metadata: what is not defined or not checked was told while it was read. */
static enum status lint_odata(struct lint *lint, const struct document *document)
{
	struct openapi openapi = {0};
	enum status status = odata_load(document, references_digest(&lint->references, document->file),
					&lint->arena, lint->problems, &openapi);

	if (status == STATUS_OK)
		lint->report.operation_count = openapi.spec.operation_count;
	openapi_finish(&openapi);
	return status;
}

/* -- contract files --------------------------------------------------------------- */

static void find_tiers(struct lint *lint, struct tiers *tiers)
{
	for (size_t i = 0; i < lint->files->name_count && !tiers->is_given; i++) {
		const char *name = lint->files->names[i];
		const struct document *document = NULL;

		if (contract_reads(name) && strstr(name, "tiers.") != NULL &&
		    references_open(&lint->references, name, &document) == STATUS_OK && tiers_is(document))
			tiers_read(document, &lint->arena, lint->problems, tiers);
	}
}

static void lint_overlay(struct lint *lint, const struct api_plan *plan, const struct document *document)
{
	const struct document *overlay = NULL;
	enum status status = STATUS_INVALID;

	if (plan->overlay_file != NULL)
		status = references_open(&lint->references, plan->overlay_file, &overlay);
	if (status == STATUS_OK && overlay_is(overlay->root)) {
		status = overlay_apply(document, overlay, &lint->arena, lint->problems, &document);
		if (status == STATUS_OK || status == STATUS_INVALID)
			return;
	}
	problems_add(lint->problems, PROBLEM_ERROR, "spec.invalid", plan->overlay_place,
		     "name an Overlay 1.0 file below the contracts folder", "the overlay could not be read");
}

static void lint_plan(struct lint *lint, const struct api_plan *plan)
{
	const struct document *document = NULL;
	enum status status = STATUS_INVALID;

	if (plan->file != NULL && descriptor_reads(plan->file)) {
		status = lint_descriptor(lint, plan->file);
		if (status == STATUS_OK)
			return;
	} else if (plan->file != NULL)
		status = references_open(&lint->references, plan->file, &document);
	if (status == STATUS_OK && csdl_is(document->root) && !plan->has_overlay) {
		(void)lint_odata(lint, document); /* refused: its problems say why */
		return;
	}
	if (status == STATUS_OK && openapi_is(document->root)) {
		if (plan->has_overlay)
			lint_overlay(lint, plan, document);
		return;
	}
	problems_add(lint->problems, PROBLEM_ERROR, "spec.invalid", plan->place,
		     "name an OpenAPI file or a descriptor set below the contracts folder", "the spec %s",
		     plan->file == NULL           ? "leaves the contracts folder"
		     : status == STATUS_NOT_FOUND ? "is not there"
						  : "could not be loaded");
}

static enum status lint_partner(struct lint *lint)
{
	struct tiers tiers = {0};
	struct partner_file file;
	struct arena scratch;
	size_t errors;
	enum status status;

	find_tiers(lint, &tiers);
	errors = lint->problems->error_count;
	arena_init(&scratch, LIMIT_CONTRACT_BYTES);
	status = partner_read(lint->document, &tiers, &lint->arena, &scratch, lint->problems, &file);
	arena_finish(&scratch);
	for (size_t i = 0; status == STATUS_OK && i < file.api_count; i++)
		lint_plan(lint, &file.apis[i]);
	return status == STATUS_OK && lint->problems->error_count > errors ? STATUS_INVALID : status;
}

static enum status lint_tiers(struct lint *lint)
{
	size_t errors = lint->problems->error_count;
	struct tiers tiers = {0};

	tiers_read(lint->document, &lint->arena, lint->problems, &tiers);
	return lint->problems->error_count > errors ? STATUS_INVALID : STATUS_OK;
}

/* -- any file --------------------------------------------------------------------- */

static enum status lint_document(struct lint *lint)
{
	const struct node *root = lint->document->root;

	lint->report.is_contract = overlay_is(root) || partner_is(root) || tiers_is(lint->document) ||
				   node_get(root, "categories") != NULL;
	if (partner_is(root))
		return lint_partner(lint);
	if (tiers_is(lint->document))
		return lint_tiers(lint);
	if (openapi_is(root))
		return lint_spec(lint);
	if (csdl_is(root))
		return lint_odata(lint, lint->document);
	if (lint->report.is_contract)
		return STATUS_OK;
	problems_add(lint->problems, PROBLEM_ERROR, "spec.invalid", node_place(lint->document, root),
		     "begin a spec with openapi: 3.0.3, a partner file with partner: ID",
		     "neither a spec nor a contract file");
	return STATUS_INVALID;
}

enum status lint_file(const struct spec_files *files, const char *name, struct lint_report *out_report,
		      struct problems *problems)
{
	struct lint lint = {.files = files, .problems = problems};
	enum status status;

	arena_init(&lint.arena, LIMIT_CONTRACT_BYTES);
	references_init(&lint.references, files, problems);
	status = descriptor_reads(name) ? lint_descriptor(&lint, name)
					: references_open(&lint.references, name, &lint.document);
	if (status == STATUS_NOT_FOUND) {
		problems_add(problems, PROBLEM_ERROR, "spec.invalid", (struct place){.file = name}, "",
			     "the file is not there");
		status = STATUS_INVALID;
	}
	if (status == STATUS_OK && lint.document != NULL)
		status = lint_document(&lint);
	if (status == STATUS_OK)
		*out_report = lint.report;
	references_finish(&lint.references);
	arena_finish(&lint.arena);
	return status;
}
