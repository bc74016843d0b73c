#include <string.h>

#include "parsers/base/limits.h"
#include "specs/contract_store.h"
#include "specs/operation_lines.h"
#include "specs/template.h"

/* An API at one host and base path; the payload of a node of the bindings' trie. */
struct binding {
	struct binding *next;
	const struct api *api;
	struct bytes base_path;
	const struct operation *operation; /* of a token endpoint, else NULL */
};

struct binding_list {
	struct binding *first, *last;
};

/* -- building ----------------------------------------------------------------- */

enum status bindings_init(struct bindings *bindings, struct arena *arena, size_t partner_count)
{
	trie_init(&bindings->trie, arena);
	bindings->common = trie_root(&bindings->trie);
	bindings->everybody = trie_root(&bindings->trie);
	bindings->tokens = trie_root(&bindings->trie);
	bindings->partners = arena_alloc(arena, (partner_count + 1) * sizeof(*bindings->partners));
	if (bindings->common == NULL || bindings->everybody == NULL || bindings->tokens == NULL ||
	    bindings->partners == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < partner_count; i++) {
		bindings->partners[i] = trie_root(&bindings->trie);
		if (bindings->partners[i] == NULL)
			return STATUS_NO_MEMORY;
	}
	return STATUS_OK;
}

void bindings_finish(struct bindings *bindings)
{
	trie_finish(&bindings->trie);
	*bindings = (struct bindings){0};
}

/* Below a host, what stands at base paths that begin anywhere. */
static const struct bytes floating = BYTES_INIT("**");

/* "*.example.com" is kept as ".example.com", which is looked up at each dot of a host. */
static struct trie_node *node_of(struct bindings *bindings, struct trie_node *scope,
				 const struct server *server)
{
	struct bytes host =
		bytes_starts(server->host, BYTES("*.")) ? bytes_from(server->host, 1) : server->host;
	struct trie_node *node = trie_add(&bindings->trie, scope, host);
	struct bytes rest = server->base_path.len > 0 ? bytes_from(server->base_path, 1) : BYTES_NONE;

	if (server->is_floating && node != NULL)
		node = trie_add(&bindings->trie, node, floating);
	while (rest.data != NULL && node != NULL)
		node = trie_add(&bindings->trie, node, bytes_split(&rest, '/'));
	if (node != NULL && node->payload == NULL)
		node->payload = arena_alloc(bindings->trie.arena, sizeof(struct binding_list));
	return node == NULL || node->payload == NULL ? NULL : node;
}

/* The same spec in full, for all time, or the same API: the new one would find nothing more. */
static bool shows_nothing_new(const struct binding_list *list, const struct api *api)
{
	for (const struct binding *old = list->first; old != NULL; old = old->next)
		if (old->api == api || (old->api->spec == api->spec && old->api->agreed == NULL &&
					old->api->from_ns == 0 && old->api->until_ns == 0))
			return true;
	return false;
}

static void list_append(struct binding_list *list, struct binding *binding)
{
	if (list->last == NULL)
		list->first = binding;
	else
		list->last->next = binding;
	list->last = binding;
}

static enum status add(struct bindings *bindings, struct trie_node *scope, const struct api *api,
		       const struct server *servers, size_t server_count, bool is_everybody)
{
	for (size_t i = 0; i < server_count; i++) {
		struct trie_node *node = node_of(bindings, scope, &servers[i]);
		struct binding *binding = arena_alloc(bindings->trie.arena, sizeof(*binding));
		struct binding_list *list = node == NULL ? NULL : node->payload;

		if (list == NULL || binding == NULL)
			return STATUS_NO_MEMORY;
		bindings->has_odata = bindings->has_odata || api->spec->odata != NULL;
		if (is_everybody && shows_nothing_new(list, api))
			continue;
		*binding = (struct binding){.api = api, .base_path = servers[i].base_path};
		list_append(list, binding);
	}
	return STATUS_OK;
}

enum status bindings_add(struct bindings *bindings, struct trie_node *scope, const struct api *api,
			 const struct server *servers, size_t server_count)
{
	return add(bindings, scope, api, servers, server_count, false);
}

enum status bindings_add_everybody(struct bindings *bindings, const struct api *api,
				   const struct server *servers, size_t server_count)
{
	return add(bindings, bindings->everybody, api, servers, server_count, true);
}

enum status bindings_add_token(struct bindings *bindings, const struct api *api, const struct server *at,
			       const struct operation *operation)
{
	struct trie_node *node = node_of(bindings, bindings->tokens, at);
	struct binding *binding = arena_alloc(bindings->trie.arena, sizeof(*binding));

	if (node == NULL || binding == NULL)
		return STATUS_NO_MEMORY;
	*binding = (struct binding){.api = api, .base_path = BYTES(""), .operation = operation};
	list_append(node->payload, binding);
	return STATUS_OK;
}

/* -- finding ------------------------------------------------------------------ */

struct search {
	const struct bindings *bindings;
	struct exchange *exchange;
	struct path_segments segments;
	bool is_too_long; /* more segments than are looked at: no template fits */
	size_t skipped;   /* segments before a base path that begins anywhere */

	enum match_kind kind; /* the best so far */
	size_t used;          /* segments of its base path */
	const struct binding *binding;
	const struct partner *first_partner; /* of the contract */
	const struct partner *partner;       /* who asks for a token */
	struct route_found found;
	const struct api *removed_api; /* an earlier version of it had the operation; NULL: none */
	struct bytes removed_base_path;
	struct removed_operation removed;
};

static bool is_effective(const struct api *api, uint64_t time_ns)
{
	return time_ns >= api->from_ns && (api->until_ns == 0 || time_ns < api->until_ns);
}

static enum match_kind try(struct search *search, const struct binding *binding, size_t used,
			   struct route_found *out_found)
{
	struct route_request request = {.segments = search->segments.list + used,
					.segment_count = search->segments.count - used,
					.method = search->exchange->method,
					.query = search->exchange->query,
					.agreed = binding->api->agreed};

	if (!binding->api->is_base_agreed)
		request.base_path = binding->base_path;
	out_found->operation = out_found->path_operation = NULL;
	if (!search->is_too_long && binding->api->spec->odata != NULL) {
		request.method = odata_method(search->exchange);
		odata_find(binding->api->spec->odata, &request, &search->exchange->arena, out_found);
	} else if (!search->is_too_long)
		routes_find(binding->api->spec->routes, &request, out_found);
	if (out_found->operation == NULL && search->removed_api == NULL && !search->is_too_long &&
	    history_find(binding->api->spec->history, &request, &search->removed)) {
		search->removed_api = binding->api;
		search->removed_base_path = binding->base_path;
	}
	if (out_found->operation != NULL)
		return MATCH_OPERATION;
	return out_found->path_operation != NULL ? MATCH_NO_METHOD : MATCH_NO_PATH;
}

/* Two specs at one base path: the template with fewer variables is the more specific. */
static bool is_better(const struct search *search, enum match_kind kind, const struct route_found *found)
{
	if (kind != search->kind)
		return kind < search->kind;
	return kind == MATCH_OPERATION && found->variable_count < search->found.variable_count;
}

static bool visit_base(struct trie_walk *walk, const struct trie_node *node, size_t used)
{
	struct search *search = walk->context;
	const struct binding_list *list = node->payload;
	struct route_found found;

	for (const struct binding *binding = list->first; binding != NULL; binding = binding->next) {
		enum match_kind kind;

		if (!is_effective(binding->api, search->exchange->time_ns))
			continue;
		kind = try(search, binding, search->skipped + used, &found);
		if (!is_better(search, kind, &found))
			continue;
		search->kind = kind;
		search->binding = binding;
		search->found = found;
		search->used = search->skipped + used;
	}
	return search->kind == MATCH_OPERATION;
}

/* Of those who name this token endpoint: the caller's own contract, else the first. */
static bool visit_token(struct trie_walk *walk, const struct trie_node *node, size_t used)
{
	struct search *search = walk->context;
	const struct binding_list *list = node->payload;

	(void)used;
	for (const struct binding *binding = list->first; binding != NULL; binding = binding->next) {
		if (!is_effective(binding->api, search->exchange->time_ns) ||
		    (search->kind == MATCH_OPERATION && binding->api->partner != search->partner))
			continue;
		search->kind = MATCH_OPERATION;
		search->binding = binding;
		search->found = (struct route_found){.operation = binding->operation};
	}
	return search->kind == MATCH_OPERATION;
}

static bool find_floating(struct search *search, const struct trie_node *node, struct trie_walk *walk)
{
	bool is_found = false;

	for (size_t i = 0; i < search->segments.count && i <= LIMIT_BASE_SEGMENTS && !is_found; i++) {
		search->skipped = i;
		walk->segments = search->segments.list + i;
		walk->segment_count = search->segments.count - i;
		is_found = trie_walk(&search->bindings->trie, node, walk);
	}
	search->skipped = 0;
	return is_found;
}

static bool find_base(struct search *search, const struct trie_node *scope, struct bytes host)
{
	bool is_token = scope == search->bindings->tokens;
	const struct trie_node *node = trie_literal(&search->bindings->trie, scope, host);
	struct trie_walk walk;

	if (node == NULL)
		return false;
	if (search->kind > MATCH_NO_BASE && !is_token)
		search->kind = MATCH_NO_BASE;
	walk.segments = search->segments.list;
	walk.segment_count = search->segments.count;
	walk.is_prefix = !is_token;
	walk.visit = is_token ? visit_token : visit_base;
	walk.context = search;
	if (trie_walk(&search->bindings->trie, node, &walk))
		return true;
	node = is_token ? NULL : trie_literal(&search->bindings->trie, node, floating);
	return node != NULL && find_floating(search, node, &walk);
}

/* The host itself, then "*.example.com" with the longest first, then APIs at any host. */
static void find_host(struct search *search, const struct trie_node *scope)
{
	struct bytes host = search->exchange->host;

	if (host.len > 0 && host.data[host.len - 1] == '.')
		host.len--;
	if (host.len > 0 && find_base(search, scope, host))
		return;
	for (size_t dot = bytes_find_byte(host, '.'); dot != BYTES_NOT_FOUND;) {
		size_t next = bytes_find_byte(bytes_from(host, dot + 1), '.');

		if (find_base(search, scope, bytes_from(host, dot)))
			return;
		dot = next == BYTES_NOT_FOUND ? next : dot + 1 + next;
	}
	find_base(search, scope, BYTES(""));
}

static void search_init(struct search *search, const struct bindings *bindings, struct exchange *exchange)
{
	search->bindings = bindings;
	search->exchange = exchange;
	search->kind = MATCH_NO_HOST;
	search->binding = NULL;
	search->removed_api = NULL;
	search->skipped = search->used = 0;
	search->is_too_long = !path_split(exchange->path, &exchange->arena, &search->segments);
}

/* RFC 3986 section 3.3: SAP Gateway takes parameters behind the name of a service, "SRV;v=2" or "SRV;mo",
 * which choose a version or a system and name no other resource. True: there were some. */
static bool drop_parameters(struct search *search)
{
	bool has_some = false;

	for (size_t i = 0; i < search->segments.count; i++) {
		struct bytes *segment = &search->segments.list[i];
		size_t semicolon = bytes_find_byte(*segment, ';');

		if (semicolon == BYTES_NOT_FOUND || semicolon == 0 ||
		    bytes_find_byte(*segment, '(') != BYTES_NOT_FOUND)
			continue;
		segment->len = semicolon;
		has_some = true;
	}
	return has_some;
}

static void find_anywhere(struct search *search, const struct partner *partner)
{
	const struct bindings *bindings = search->bindings;

	if (partner != NULL)
		find_host(search, bindings->partners[partner - search->first_partner]);
	if (search->kind != MATCH_OPERATION)
		find_host(search, bindings->common);
	if (search->kind != MATCH_OPERATION && partner == NULL)
		find_host(search, bindings->everybody);
}

static void keep_values(const struct search *search, struct arena *arena, struct match *out_match)
{
	const struct routes *routes = search->binding->api->spec->routes;
	size_t count = search->found.value_count, name_count;
	const struct bytes *names = NULL;
	struct bytes *values = count == 0 ? NULL : arena_alloc(arena, count * sizeof(*values));

	if (values != NULL)
		names = routes_names(routes, search->found.operation, &name_count);
	if (values == NULL || name_count != count)
		return;
	memcpy(values, search->found.values, count * sizeof(*values));
	out_match->values = values;
	out_match->value_names = names;
	out_match->value_count = count;
}

static struct bytes methods_of(const struct api *api, const struct route_found *found, struct arena *arena)
{
	if (api->spec->odata != NULL)
		return odata_methods(api->spec->odata, found->path_operation, api->agreed, arena);
	return routes_methods(api->spec->routes, found->path_operation, api->agreed, arena);
}

static void tell(const struct search *search, struct exchange *exchange, struct match *out_match)
{
	out_match->kind = search->kind;
	if (search->binding != NULL) {
		out_match->api = search->binding->api;
		out_match->base_path = search->binding->base_path;
	}
	switch (search->kind) {
	case MATCH_OPERATION:
		out_match->operation = search->found.operation;
		out_match->base_segments = search->used;
		out_match->template = search->found.operation->template;
		keep_values(search, &exchange->arena, out_match);
		break;
	case MATCH_NO_METHOD:
		out_match->template = search->found.path_operation->template;
		out_match->allowed = methods_of(out_match->api, &search->found, &exchange->arena);
		break;
	default:
		out_match->template = template_learn(exchange->path, &exchange->arena);
		break;
	}
	if (search->kind == MATCH_OPERATION || search->removed_api == NULL)
		return;
	out_match->api = search->removed_api;
	out_match->base_path = search->removed_base_path;
	out_match->template = search->removed.operation->template;
	out_match->removed = search->removed.operation;
	out_match->removed_since = search->removed.since;
}

/* Fetch standard, "CORS-preflight request". */
static bool is_preflight(const struct exchange *exchange)
{
	return bytes_equal(exchange->method, BYTES("OPTIONS")) &&
	       message_header(&exchange->request, BYTES("origin")) != NULL &&
	       message_header(&exchange->request, BYTES("access-control-request-method")) != NULL;
}

void contract_operation(const struct contract *contract, const struct partner *partner,
			struct exchange *exchange, struct match *out_match)
{
	const struct bindings *bindings = &contract->bindings;
	struct search search;

	*out_match = (struct match){.kind = MATCH_UNKNOWABLE};
	if (!exchange->request.is_seen || (exchange->request.has_unknown_fields && exchange->host.len == 0))
		return;
	search_init(&search, bindings, exchange);
	search.first_partner = contract->partners;
	find_anywhere(&search, partner);
	if (search.kind != MATCH_OPERATION && bindings->has_odata && drop_parameters(&search))
		find_anywhere(&search, partner);
	search.partner = partner;
	if (search.kind != MATCH_OPERATION && bytes_equal(exchange->method, BYTES("POST")))
		find_host(&search, bindings->tokens);
	if (search.kind == MATCH_OPERATION)
		operation_call_lines(search.found.operation);
	tell(&search, exchange, out_match);
	if (is_preflight(exchange)) {
		out_match->kind = MATCH_PREFLIGHT;
		out_match->operation = NULL;
		return;
	}
	/* Fields that are unknown may name another caller: nothing is said of what this one may not do. */
	if (search.kind != MATCH_OPERATION && exchange->request.has_unknown_fields) {
		*out_match = (struct match){.kind = MATCH_UNKNOWABLE};
		return;
	}
	if (search.kind == MATCH_OPERATION || partner == NULL)
		return;
	search.kind = MATCH_NO_HOST;
	search.binding = NULL;
	find_host(&search, bindings->everybody);
	if (search.kind == MATCH_OPERATION && search.binding->api->partner != partner)
		out_match->other = search.binding->api->partner;
}
