/* Where an API is served and what it may carry, by the partner file and by the spec. */
#include "specs/contract_store.h"

static bool is_listed(const struct bytes *list, size_t count, struct bytes text)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(list[i], text))
			return true;
	return false;
}

/* What the partner file says, else the spec's own servers; both as pairs. */
struct server *api_servers(struct arena *arena, const struct api_plan *plan, const struct openapi *openapi,
			   size_t *out_count)
{
	size_t host_count = plan == NULL || plan->hosts.count == 0 ? 1 : plan->hosts.count;
	struct server *servers = arena_alloc(arena, openapi->server_count * host_count * sizeof(*servers));

	*out_count = 0;
	for (size_t i = 0; servers != NULL && i < openapi->server_count; i++) {
		for (size_t j = 0; j < host_count; j++) {
			struct server server = openapi->servers[i];
			bool is_known = false;

			if (plan != NULL && plan->hosts.count > 0)
				server.host = plan->hosts.list[j];
			if (plan != NULL && plan->has_base_path)
				server = (struct server){.host = server.host, .base_path = plan->base_path};
			for (size_t k = 0; k < *out_count && !is_known; k++)
				is_known = bytes_equal(servers[k].host, server.host) &&
					   bytes_equal(servers[k].base_path, server.base_path) &&
					   servers[k].is_floating == server.is_floating;
			if (!is_known)
				servers[(*out_count)++] = server;
		}
	}
	return servers;
}

/* The lists of hosts and base paths that api shows; a server at any host leaves the hosts empty. */
bool api_show_servers(struct arena *arena, const struct server *servers, size_t count, struct api *api)
{
	struct bytes *hosts = arena_alloc(arena, (count + 1) * sizeof(*hosts));
	struct bytes *base_paths = arena_alloc(arena, (count + 1) * sizeof(*base_paths));
	bool is_any = false;

	if (hosts == NULL || base_paths == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		is_any = is_any || servers[i].host.len == 0;
		if (!is_listed(hosts, api->host_count, servers[i].host))
			hosts[api->host_count++] = servers[i].host;
		if (!is_listed(base_paths, api->base_path_count, servers[i].base_path))
			base_paths[api->base_path_count++] = servers[i].base_path;
	}
	if (is_any)
		api->host_count = 0;
	api->hosts = hosts;
	api->base_paths = base_paths;
	return true;
}

/* The classes of the partner file and those of the spec. */
bool api_show_sensitive(struct arena *arena, const struct api_plan *plan, struct api *api)
{
	size_t agreed = plan == NULL ? 0 : plan->sensitive.count;
	struct bytes *list = arena_alloc(arena, (agreed + api->spec->sensitive_count + 1) * sizeof(*list));

	if (list == NULL)
		return false;
	for (size_t i = 0; i < agreed; i++)
		list[api->sensitive_count++] = plan->sensitive.list[i];
	for (size_t i = 0; i < api->spec->sensitive_count; i++)
		list[api->sensitive_count++] = api->spec->sensitive[i];
	api->sensitive = list;
	return true;
}
