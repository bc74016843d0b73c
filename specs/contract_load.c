#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "specs/contract_store.h"
#include "specs/grpc_descriptor.h"
#include "specs/overlay.h"

/* What one contract is loaded from. Lives as long as contract_load. */
struct load {
	struct contract *contract;
	struct arena scratch; /* until it is loaded */
	struct problems *problems;
	const struct spec_files *files;
	struct tiers tiers;
	struct partner_file *partners;
	size_t partner_count;
	const char **specs; /* file names, in their order */
	size_t spec_count;
};

/* File names are the user's own. */
#define SPEC_SEED 0x73706563ull

bool contract_reads(const char *name)
{
	struct bytes text = bytes_of(name);

	return bytes_ends_nocase(text, BYTES(".yaml")) || bytes_ends_nocase(text, BYTES(".yml")) ||
	       bytes_ends_nocase(text, BYTES(".json")) || bytes_ends_nocase(text, BYTES(".xml")) ||
	       bytes_ends_nocase(text, BYTES(".edmx")) || bytes_ends_nocase(text, BYTES(".csdl"));
}

static void spec_leave(void *context, void *value)
{
	struct loaded_spec *loaded = value;

	(void)context;
	openapi_finish(&loaded->openapi);
	history_free(loaded->history);
}

/* -- specs ---------------------------------------------------------------------- */

static struct loaded_spec *spec_slot(struct load *load, const char *name, bool *out_is_new)
{
	return map_put(&load->contract->specs, bytes_of(name), out_is_new);
}

/* Two digests become that of the pair. */
static enum status digest_join(struct contract *contract, const char *overlay, struct spec *spec)
{
	struct bytes pair = arena_printf(&contract->arena, "%s%s", spec->sha256,
					 references_digest(&contract->references, overlay));

	return pair.data != NULL && digest_sha256(pair, spec->sha256) ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Texts of specs are lent for as long as the contract lives; all else of them has been understood. */
static enum status spec_seal(struct load *load, struct loaded_spec *loaded)
{
	enum status status = identities_add_keys(&load->contract->identities, &loaded->openapi.spec,
						 &load->contract->arena);

	if (status == STATUS_OK && !schema_set_seal(loaded->openapi.schemas))
		status = STATUS_NO_MEMORY;
	loaded->openapi.spec.masks_nothing =
		status == STATUS_OK && !schema_set_masks(loaded->openapi.schemas);
	return status;
}

static enum status spec_read(struct load *load, const char *name, struct loaded_spec *loaded)
{
	struct contract *contract = load->contract;
	const struct document *document = NULL;
	enum status status;

	if (descriptor_reads(name))
		return descriptor_load(load->files, name, &contract->arena, load->problems, &loaded->openapi);
	status = references_open(&contract->references, name, &document);
	if (status != STATUS_OK)
		return status;
	if (csdl_is(document->root))
		return odata_load(document, references_digest(&contract->references, name), &contract->arena,
				  load->problems, &loaded->openapi);
	if (!openapi_is(document->root)) {
		problems_add(load->problems, PROBLEM_ERROR, "spec.invalid",
			     node_place(document, document->root),
			     "name an OpenAPI file, an OData $metadata file, or a .pb file of protoc",
			     "the file is no spec: it has no \"openapi\"");
		return STATUS_INVALID;
	}
	status = openapi_load(&contract->references, document, FORMATS_OF_SPEC, &contract->arena,
			      &loaded->openapi);
	if (status == STATUS_OK)
		status = history_load(&contract->references, &loaded->openapi, &contract->arena,
				      &loaded->history);
	loaded->openapi.spec.history = loaded->history;
	if (status == STATUS_OK)
		status = spec_seal(load, loaded);
	references_forget_nodes(&contract->references, name);
	return status;
}

/* Reads the spec once; later calls give what the first one found. */
static struct loaded_spec *spec_load(struct load *load, const char *name)
{
	bool is_new = false;
	struct loaded_spec *loaded = spec_slot(load, name, &is_new);

	if (loaded != NULL && is_new)
		loaded->status = spec_read(load, name, loaded);
	return loaded;
}

/* The document with a partner's overlay over it; without one, the document. */
static enum status overlay_open(struct load *load, const struct api_plan *plan,
				const struct document **out_document)
{
	struct references *references = &load->contract->references;
	const struct document *document = NULL, *overlay = NULL;
	enum status status = references_open(references, plan->file, &document);

	if (status == STATUS_OK && plan->has_overlay)
		status = references_open(references, plan->overlay_file, &overlay);
	if (status == STATUS_OK &&
	    (!openapi_is(document->root) || (overlay != NULL && !overlay_is(overlay->root))))
		status = STATUS_INVALID;
	if (status == STATUS_OK && overlay != NULL)
		return overlay_apply(document, overlay, &load->contract->arena, load->problems, out_document);
	if (status == STATUS_OK)
		*out_document = document;
	return status;
}

/* The spec with a partner's overlay or formats, kept beside the spec as it is. */
static struct loaded_spec *variant_load(struct load *load, const struct api_plan *plan)
{
	struct contract *contract = load->contract;
	const struct document *document = NULL;
	bool is_new = false;
	struct bytes name = arena_printf(&contract->arena, "%s\n%s\n%d", plan->file,
					 !plan->has_overlay ? "" : plan->overlay_file, (int)plan->formats);
	const struct loaded_spec *plain = spec_load(load, plan->file);
	struct loaded_spec *loaded =
		name.data == NULL || plain == NULL ? NULL : spec_slot(load, name.data, &is_new);

	if (loaded == NULL || !is_new)
		return loaded;
	loaded->is_named = true;
	loaded->status = overlay_open(load, plan, &document);
	if (loaded->status == STATUS_OK)
		loaded->status = openapi_load(&contract->references, document, plan->formats,
					      &contract->arena, &loaded->openapi);
	if (loaded->status == STATUS_OK && plan->has_overlay)
		loaded->status = digest_join(contract, plan->overlay_file, &loaded->openapi.spec);
	if (loaded->status == STATUS_OK)
		loaded->openapi.spec.history = plain->history;
	if (loaded->status == STATUS_OK)
		loaded->status = spec_seal(load, loaded);
	return loaded;
}

/* -- files ---------------------------------------------------------------------- */

/* Even a partner file that is refused keeps its specs for itself. */
static enum status mark_named(struct load *load, const struct document *document)
{
	const struct node *apis = node_get(document->root, "apis");
	char file[4096];

	for (size_t i = 0; node_is(apis, NODE_LIST) && i < apis->count; i++) {
		struct bytes name = node_text(node_get(apis->items[i], "spec"));
		struct loaded_spec *loaded;

		if (!reference_name(name, document->file, file, sizeof(file)))
			continue;
		loaded = spec_load(load, file);
		if (loaded == NULL || loaded->status == STATUS_NO_MEMORY)
			return STATUS_NO_MEMORY;
		loaded->is_named = true;
	}
	return STATUS_OK;
}

static enum status add_partner(struct load *load, const struct document *document)
{
	struct partner_file *file = &load->partners[load->partner_count];
	enum status status = partner_read(document, &load->tiers, &load->contract->arena, &load->scratch,
					  load->problems, file);

	if (status == STATUS_NO_MEMORY)
		return status;
	if (status == STATUS_OK && load->partner_count == LIMIT_PARTNERS)
		problems_add(load->problems, PROBLEM_ERROR, "spec.invalid",
			     (struct place){.file = document->file}, "split the contracts folder",
			     "more than %d partners", LIMIT_PARTNERS);
	else if (status == STATUS_OK)
		load->partner_count++;
	status = mark_named(load, document);
	references_forget(&load->contract->references, document->file);
	return status;
}

/* Tiers are known before partners. */
enum pass { PASS_TIERS, PASS_OTHERS };

static enum status add_spec(struct load *load, const char *name)
{
	const struct loaded_spec *loaded = spec_load(load, name);

	load->specs[load->spec_count++] = name;
	return loaded == NULL || loaded->status == STATUS_NO_MEMORY ? STATUS_NO_MEMORY : STATUS_OK;
}

static bool is_spec(const struct load *load, const char *name)
{
	const struct loaded_spec *loaded = map_find(&load->contract->specs, bytes_of(name));

	return descriptor_reads(name) || (loaded != NULL && loaded->status == STATUS_OK);
}

/* What a document has to say is kept; its nodes go as soon as it was said, so that no more than a few stand
 * in memory at any time. */
static enum status take_file(struct load *load, const char *name, const struct document *document,
			     enum pass pass)
{
	const struct node *root = document->root;

	if (pass == PASS_TIERS && tiers_is(document))
		tiers_read(document, &load->contract->arena, load->problems, &load->tiers);
	if (pass == PASS_OTHERS && partner_is(root))
		return add_partner(load, document);
	if (pass == PASS_OTHERS && (openapi_is(root) || csdl_is(root)))
		return add_spec(load, name);
	return STATUS_OK;
}

static enum status take_files(struct load *load, enum pass pass)
{
	for (size_t i = 0; i < load->files->name_count; i++) {
		const char *name = load->files->names[i];
		const struct document *document = NULL;
		enum status status = STATUS_NOT_FOUND;

		if (pass == PASS_TIERS && !tiers_named(name))
			continue;
		if (pass == PASS_OTHERS && is_spec(load, name))
			status = add_spec(load, name);
		else if (contract_reads(name))
			status = references_open(&load->contract->references, name, &document);
		if (status == STATUS_OK && document != NULL)
			status = take_file(load, name, document, pass);
		if (status == STATUS_NO_MEMORY)
			return status;
	}
	return STATUS_OK;
}

static int by_id(const void *a, const void *b)
{
	const struct partner_file *left = a, *right = b;
	int order = bytes_compare(left->partner.id, right->partner.id);

	return order != 0 ? order : bytes_compare(left->partner.file, right->partner.file);
}

/* The first file of an id stays; which one does not depend on the order of reading. */
static void sort_partners(struct load *load)
{
	size_t kept = 0;

	qsort(load->partners, load->partner_count, sizeof(*load->partners), by_id);
	for (size_t i = 0; i < load->partner_count; i++) {
		struct partner_file *file = &load->partners[i];

		if (kept > 0 && bytes_equal(load->partners[kept - 1].partner.id, file->partner.id)) {
			problems_add(load->problems, PROBLEM_ERROR, "spec.invalid", file->place,
				     "give it an id of its own", "partner " BYTES_FORMAT " stands in %s too",
				     BYTES_PRINT(file->partner.id),
				     load->partners[kept - 1].partner.file.data);
			continue;
		}
		load->partners[kept++] = *file;
	}
	load->partner_count = kept;
}

/* -- APIs ----------------------------------------------------------------------- */

static struct bytes id_of(const char *file)
{
	const char *slash = strrchr(file, '/');
	struct bytes name = bytes_of(slash == NULL ? file : slash + 1);
	size_t len = name.len;

	while (len > 0 && name.data[len - 1] != '.')
		len--;
	return len > 1 ? bytes_slice(name, 0, len - 1) : name;
}

/* Which operations of the spec are agreed; a name that fits none is told. */
static const bool *agreed_of(struct load *load, const struct api_plan *plan, const struct spec *spec)
{
	bool *agreed = arena_alloc(&load->contract->arena, spec->operation_count + 1);

	for (size_t i = 0; agreed != NULL && i < plan->operations.count; i++) {
		bool is_found = false;

		for (size_t j = 0; j < spec->operation_count; j++) {
			if (!glob_match(plan->operations.list[i], spec->operations[j].id))
				continue;
			agreed[j] = true;
			is_found = true;
		}
		if (!is_found)
			problems_add(load->problems, PROBLEM_WARNING, "spec.invalid", plan->place,
				     "write an operationId of the spec",
				     "operation \"%.*s\" fits none of the spec",
				     (int)(plan->operations.list[i].len > 100 ? 100
									      : plan->operations.list[i].len),
				     plan->operations.list[i].data);
	}
	return agreed;
}

static bool is_served_at(const struct openapi *openapi, struct bytes host)
{
	for (size_t i = 0; i < openapi->server_count; i++)
		if (bytes_equal(openapi->servers[i].host, host))
			return true;
	return host.len == 0;
}

/* At the host of its URL; and where the API is served, when the spec has both at one host. */
static enum status add_tokens(struct load *load, const struct openapi *openapi, const struct api *api)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < openapi->token_count; i++) {
		const struct token_endpoint *token = &openapi->tokens[i];
		struct server at = token->at;

		if (at.host.len > 0 || api->host_count == 0)
			status = bindings_add_token(&load->contract->bindings, api, &at, &token->operation);
		for (size_t j = 0; is_served_at(openapi, token->at.host) && j < api->host_count; j++) {
			at.host = api->hosts[j];
			if (status == STATUS_OK && !bytes_equal(at.host, token->at.host))
				status = bindings_add_token(&load->contract->bindings, api, &at,
							    &token->operation);
		}
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static enum status add_api(struct load *load, const struct partner *partner, const struct api_plan *plan,
			   const struct loaded_spec *loaded, struct api *api)
{
	struct contract *contract = load->contract;
	struct bindings *bindings = &contract->bindings;
	struct trie_node *scope =
		partner == NULL ? bindings->common : bindings->partners[partner - contract->partners];
	size_t count;
	const struct server *servers = api_servers(&load->contract->arena, plan, &loaded->openapi, &count);
	enum status status;

	*api = (struct api){.spec = &loaded->openapi.spec,
			    .partner = partner,
			    .id = id_of(loaded->openapi.spec.file.data),
			    .is_base_agreed = plan != NULL && plan->has_base_path,
			    .from_ns = plan == NULL ? 0 : plan->from_ns,
			    .until_ns = plan == NULL ? 0 : plan->until_ns};
	if (plan != NULL && plan->operations.count > 0)
		api->agreed = agreed_of(load, plan, api->spec);
	if (servers == NULL || !api_show_servers(&contract->arena, servers, count, api) ||
	    !api_show_sensitive(&contract->arena, plan, api) ||
	    (plan != NULL && plan->operations.count > 0 && api->agreed == NULL))
		return STATUS_NO_MEMORY;
	status = bindings_add(bindings, scope, api, servers, count);
	if (status == STATUS_OK && partner != NULL)
		status = bindings_add_everybody(bindings, api, servers, count);
	if (status == STATUS_OK)
		status = add_tokens(load, &loaded->openapi, api);
	contract->apis[contract->api_count++] = api;
	return status;
}

static void blame_spec(struct load *load, const struct api_plan *plan, enum status status)
{
	const char *why = plan->has_overlay            ? "or its overlay could not be loaded"
			  : plan->file == NULL         ? "leaves the contracts folder"
			  : status == STATUS_NOT_FOUND ? "is not there"
						       : "could not be loaded";

	problems_add(
		load->problems, PROBLEM_ERROR, "spec.invalid", plan->place,
		"name an OpenAPI file, an OData $metadata or a descriptor set below the contracts folder",
		"spec \"%.*s\" %s; the partner has no such API",
		(int)(plan->spec.len > 200 ? 200 : plan->spec.len),
		plan->spec.data == NULL ? "" : plan->spec.data, why);
}

static enum status add_partner_apis(struct load *load, const struct partner_file *file,
				    struct partner *partner)
{
	struct api *apis = arena_alloc(&load->contract->arena, (file->api_count + 1) * sizeof(*apis));
	enum status status = apis == NULL ? STATUS_NO_MEMORY : STATUS_OK;

	partner->apis = apis;
	for (size_t i = 0; i < file->api_count && status == STATUS_OK; i++) {
		const struct api_plan *plan = &file->apis[i];
		bool is_named = plan->file != NULL && (!plan->has_overlay || plan->overlay_file != NULL);
		bool is_variant = plan->has_overlay || plan->formats != FORMATS_OF_SPEC;
		const struct loaded_spec *loaded = !is_named    ? NULL
						   : is_variant ? variant_load(load, plan)
								: spec_load(load, plan->file);

		if (is_named && loaded == NULL)
			return STATUS_NO_MEMORY;
		if (loaded == NULL || loaded->status != STATUS_OK)
			blame_spec(load, plan, loaded == NULL ? STATUS_INVALID : loaded->status);
		else
			status = add_api(load, partner, plan, loaded, &apis[partner->api_count++]);
	}
	return status;
}

static enum status add_common_apis(struct load *load)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < load->spec_count && status == STATUS_OK; i++) {
		struct loaded_spec *loaded = spec_load(load, load->specs[i]);
		struct api *api;

		if (loaded == NULL || loaded->status == STATUS_NO_MEMORY)
			return STATUS_NO_MEMORY;
		if (loaded->is_named || loaded->status != STATUS_OK)
			continue;
		api = arena_alloc(&load->contract->arena, sizeof(*api));
		status = api == NULL ? STATUS_NO_MEMORY : add_api(load, NULL, NULL, loaded, api);
	}
	return status;
}

/* The keys with which the partner's tokens are signed: a file beside its own. */
static enum status read_jwks(struct load *load, const struct partner_file *file, struct partner *partner)
{
	struct bytes text = BYTES_NONE;
	char name[4096];
	enum status status = STATUS_NOT_FOUND;
	struct jwks *keys = NULL;

	if (partner->tokens.jwks.data == NULL)
		return STATUS_OK;
	if (reference_name(partner->tokens.jwks, partner->file.data, name, sizeof(name)))
		status = load->files->read(load->files->context, name, &text);
	if (status != STATUS_OK) {
		problems_add(load->problems, PROBLEM_ERROR, "spec.invalid", file->jwks_place,
			     "put the file into the contracts folder",
			     "the key file could not be read; signatures are not checked");
		return STATUS_OK;
	}
	status = jwks_read(text, (struct place){.file = partner->tokens.jwks.data}, load->problems, &keys);
	if (status == STATUS_INVALID) {
		problems_add(load->problems, PROBLEM_ERROR, "spec.invalid", file->jwks_place,
			     "write a JSON Web Key Set: {\"keys\": [...]}",
			     "the key file is no key set; signatures are not checked");
		return STATUS_OK;
	}
	if (status == STATUS_OK)
		partner->tokens.keys = keys;
	return status;
}

/* -- the whole ------------------------------------------------------------------- */

static enum status build_partners(struct load *load)
{
	struct contract *contract = load->contract;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < load->partner_count; i++)
		contract->partners[i] = load->partners[i].partner;
	contract->partner_count = load->partner_count;
	contract->identities.partners = contract->partners;
	for (size_t i = 0; i < load->partner_count && status == STATUS_OK; i++) {
		struct partner *partner = &contract->partners[i];

		status = add_partner_apis(load, &load->partners[i], partner);
		if (status == STATUS_OK)
			status = read_jwks(load, &load->partners[i], partner);
		if (status == STATUS_OK)
			status = identities_add(&contract->identities, partner, &load->partners[i],
						load->problems);
	}
	return status;
}

static enum status build(struct load *load)
{
	struct contract *contract = load->contract;
	size_t api_max = load->spec_count;
	enum status status;

	for (size_t i = 0; i < load->partner_count; i++)
		api_max += load->partners[i].api_count;
	contract->apis = arena_alloc(&contract->arena, (api_max + 1) * sizeof(*contract->apis));
	contract->partners =
		arena_alloc(&contract->arena, (load->partner_count + 1) * sizeof(*contract->partners));
	if (contract->apis == NULL || contract->partners == NULL)
		return STATUS_NO_MEMORY;
	status = bindings_init(&contract->bindings, &contract->arena, load->partner_count);
	if (status == STATUS_OK)
		status = build_partners(load);
	return status == STATUS_OK ? add_common_apis(load) : status;
}

static enum status load_all(struct load *load)
{
	struct arena *arena = &load->scratch;
	enum status status = STATUS_OK;

	load->partners = arena_take(arena, (load->files->name_count + 1) * sizeof(*load->partners));
	load->specs = arena_alloc(arena, (load->files->name_count + 1) * sizeof(*load->specs));
	if (load->partners == NULL || load->specs == NULL)
		return STATUS_NO_MEMORY;
	for (enum pass pass = PASS_TIERS; pass <= PASS_OTHERS && status == STATUS_OK; pass++)
		status = take_files(load, pass);
	if (status != STATUS_OK)
		return status;
	sort_partners(load);
	status = build(load);
	references_seal(&load->contract->references, csdl_is);
	identities_freeze(&load->contract->identities);
	return status;
}

enum status contract_load(const struct spec_files *files, struct problems *problems,
			  struct contract **out_contract)
{
	struct contract *contract = calloc(1, sizeof(*contract));
	struct load load = {.contract = contract, .problems = problems, .files = files};
	enum status status;

	if (contract == NULL)
		return STATUS_NO_MEMORY;
	arena_init(&contract->arena, LIMIT_CONTRACT_BYTES);
	arena_init(&load.scratch, LIMIT_CONTRACT_BYTES);
	references_init(&contract->references, files, problems);
	contract->references.reads = contract_reads;
	identities_init(&contract->identities);
	map_init(&contract->specs, &(struct map_plan){.entries_max = SIZE_MAX,
						      .value_len = sizeof(struct loaded_spec),
						      .seed = SPEC_SEED,
						      .leave = spec_leave});
	status = load_all(&load);
	arena_finish(&load.scratch);
	if (status != STATUS_OK) {
		contract_free(contract);
		return status;
	}
	*out_contract = contract;
	return STATUS_OK;
}

void contract_free(struct contract *contract)
{
	if (contract == NULL)
		return;
	for (size_t i = 0; i < contract->partner_count; i++)
		jwks_free((struct jwks *)(uintptr_t)contract->partners[i].tokens.keys);
	bindings_finish(&contract->bindings);
	identities_finish(&contract->identities);
	map_finish(&contract->specs);
	references_finish(&contract->references);
	arena_finish(&contract->arena);
	free(contract);
}
