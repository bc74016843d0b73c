#include "sensor/settings_file.h"

#include <stdlib.h>
#include <string.h>

#include "sensor/folder.h"
#include "specs/document.h"

struct reading {
	struct settings *settings;
	const struct document *document;
	struct problems *problems;
};

static void complain(struct reading *reading, const struct node *node, const char *mend, const char *what)
{
	problems_add(reading->problems, PROBLEM_ERROR, "sensor.config_error",
		     node_place(reading->document, node), mend, "%s", what);
}

static const char *text(struct reading *reading, const struct node *node)
{
	struct bytes copy;

	if (!node_is(node, NODE_STRING) && !node_is(node, NODE_NUMBER)) {
		complain(reading, node, "write one value", "this is no text");
		return NULL;
	}
	copy = arena_copy(&reading->settings->arena, node_text(node));
	return copy.data;
}

static void texts(struct reading *reading, const struct node *node, const char **list, size_t *count)
{
	const struct node *const *items = (const struct node *const *)node->items;
	size_t item_count = node->count;

	if (!node_is(node, NODE_LIST)) {
		items = &node;
		item_count = 1;
	}
	for (size_t i = 0; i < item_count; i++) {
		const char *one = text(reading, items[i]);

		if (one != NULL && *count < SETTINGS_LIST_MAX)
			list[(*count)++] = one;
	}
}

static void number(struct reading *reading, const struct node *node, uint64_t *out_number)
{
	if (!node_is(node, NODE_NUMBER) || !bytes_to_u64(node_text(node), out_number) || *out_number == 0)
		complain(reading, node, "write a whole number above 0", "this is no number");
}

static void read_flow_key(struct reading *reading, const struct node *node, struct capture_plan *capture)
{
	const char *names[SETTINGS_LIST_MAX];
	size_t count = 0;

	texts(reading, node, names, &count);
	for (size_t i = 0; i < count; i++)
		if (!settings_flow_key(names[i], capture))
			complain(reading, node, "write flow_key: [vlan], [vni] or [vlan, vni]",
				 "this is no part of a flow key");
}

static void read_checksums(struct reading *reading, const struct node *node)
{
	const char *name = text(reading, node);

	if (name != NULL && !settings_checksums(name, &reading->settings->capture.checksums))
		complain(reading, node, "write checksums: sample, ignore, count or drop",
			 "this is no way to treat checksums");
}

static void read_ports(struct reading *reading, const struct node *node, struct tunnel_ports *ports)
{
	const struct node *const *items = (const struct node *const *)node->items;
	bool is_list = node_is(node, NODE_LIST);

	for (size_t i = 0; i < (is_list ? node->count : 1); i++) {
		const struct node *item = is_list ? items[i] : node;
		uint64_t port;

		if (!node_is(item, NODE_NUMBER) || !bytes_to_u64(node_text(item), &port) || port == 0 ||
		    port > UINT16_MAX || ports->count == TUNNEL_PORTS_MAX)
			complain(reading, item, "write up to eight UDP ports: [4789, 8472]",
				 "this is no port, or one too many");
		else
			ports->list[ports->count++] = (uint16_t)port;
	}
}

static void read_tunnels(struct reading *reading, const struct node *node)
{
	static const char *const names[TUNNEL_COUNT] = {
		[TUNNEL_VXLAN] = "vxlan", [TUNNEL_GENEVE] = "geneve", [TUNNEL_GTPU] = "gtpu"};

	for (size_t i = 0; node_is(node, NODE_TABLE) && i < node->count; i++) {
		const struct node_entry *entry = &node->entries[i];
		int tunnel = 0;

		while (tunnel < TUNNEL_COUNT && !bytes_equal(entry->key, bytes_of(names[tunnel])))
			tunnel++;
		if (tunnel == TUNNEL_COUNT)
			complain(reading, entry->value,
				 "tunnels has vxlan, geneve, gtpu, each a list of ports", "unknown tunnel");
		else
			read_ports(reading, entry->value, &reading->settings->capture.tunnels[tunnel]);
	}
}

static void read_source(struct reading *reading, const struct node *node)
{
	struct source_setting source = {0};

	for (size_t i = 0; node_is(node, NODE_TABLE) && i < node->count; i++) {
		const struct node_entry *entry = &node->entries[i];

		if (bytes_equal(entry->key, BYTES("interface"))) {
			source.name = text(reading, entry->value);
			source.is_live = true;
		} else if (bytes_equal(entry->key, BYTES("file"))) {
			source.name = text(reading, entry->value);
		} else if (bytes_equal(entry->key, BYTES("filter"))) {
			source.filter = text(reading, entry->value);
		} else if (bytes_equal(entry->key, BYTES("decrypted"))) {
			source.is_decrypted = node_bool(entry->value, false);
		} else if (bytes_equal(entry->key, BYTES("flow_key"))) {
			read_flow_key(reading, entry->value, &source.capture);
		} else {
			complain(reading, entry->value,
				 "a source has interface or file, filter, decrypted, flow_key",
				 "unknown key of a source");
		}
	}
	if (source.name == NULL)
		complain(reading, node, "write interface: eth1, or file: capture.pcap",
			 "a source without a name");
	else if (reading->settings->source_count < SETTINGS_LIST_MAX)
		reading->settings->sources[reading->settings->source_count++] = source;
}

static void read_sources(struct reading *reading, const struct node *node)
{
	if (!node_is(node, NODE_LIST)) {
		complain(reading, node, "write a list of {interface: NAME}", "sources is no list");
		return;
	}
	for (size_t i = 0; i < node->count; i++)
		read_source(reading, node->items[i]);
}

static void read_networks(struct reading *reading, const struct node *node)
{
	const struct node *internal = node_get(node, "internal");
	struct settings *settings = reading->settings;

	for (size_t i = 0; node_is(internal, NODE_LIST) && i < internal->count; i++) {
		struct network network;

		if (!network_read(node_text(internal->items[i]), &network))
			complain(reading, internal->items[i], "write 10.0.0.0/8, host bits zero",
				 "this is no network");
		else if (settings->internal_count < SETTINGS_LIST_MAX)
			settings->internal[settings->internal_count++] = network;
	}
}

static bool read_format(struct reading *reading, const struct node *node)
{
	const char *name = text(reading, node);

	return name != NULL && settings_format(name, &reading->settings->is_ecs);
}

static void read_outputs(struct reading *reading, const struct node *node)
{
	struct settings *settings = reading->settings;
	const struct {
		const char *key;
		const char **where;
	} outputs[] = {{"findings", &settings->findings},
		       {"exchanges", &settings->exchanges},
		       {"usage", &settings->usage},
		       {"inventory", &settings->inventory},
		       {"health", &settings->health}};

	for (size_t i = 0; node_is(node, NODE_TABLE) && i < node->count; i++) {
		const struct node_entry *entry = &node->entries[i];
		bool is_known =
			bytes_equal(entry->key, BYTES("format")) && read_format(reading, entry->value);

		if (bytes_equal(entry->key, BYTES("rotate_bytes"))) {
			number(reading, entry->value, &settings->rotate_bytes);
			is_known = true;
		}
		for (size_t k = 0; k < sizeof(outputs) / sizeof(*outputs); k++)
			if (bytes_equal(entry->key, bytes_of(outputs[k].key))) {
				*outputs[k].where = text(reading, entry->value);
				is_known = true;
			}
		if (!is_known)
			complain(reading, entry->value,
				 "outputs has findings, exchanges, usage, inventory, health; "
				 "format: ocsf or ecs; rotate_bytes",
				 "unknown output");
	}
}

static void read_limits(struct reading *reading, const struct node *node)
{
	struct settings *settings = reading->settings;

	for (size_t i = 0; node_is(node, NODE_TABLE) && i < node->count; i++) {
		const struct node_entry *entry = &node->entries[i];

		if (bytes_equal(entry->key, BYTES("connections")))
			number(reading, entry->value, &settings->connections_max);
		else if (bytes_equal(entry->key, BYTES("held_bytes")))
			number(reading, entry->value, &settings->held_bytes_max);
		else if (bytes_equal(entry->key, BYTES("body_bytes")))
			number(reading, entry->value, &settings->body_bytes_max);
		else
			complain(reading, entry->value,
				 "limits has connections, held_bytes, body_bytes (a worker)",
				 "unknown limit");
	}
}

static void read_admin(struct reading *reading, const struct node *node)
{
	struct settings *settings = reading->settings;

	for (size_t i = 0; node_is(node, NODE_TABLE) && i < node->count; i++) {
		const struct node_entry *entry = &node->entries[i];

		if (bytes_equal(entry->key, BYTES("listen")))
			settings->admin_listen = text(reading, entry->value);
		else if (bytes_equal(entry->key, BYTES("token_file")))
			settings->admin_token_file = text(reading, entry->value);
		else
			complain(reading, entry->value, "admin has listen, token_file",
				 "unknown key of admin");
	}
	if (settings->admin_listen == NULL || settings->admin_token_file == NULL)
		complain(reading, node, "write {listen: 127.0.0.1:8081, token_file: FILE}",
			 "admin needs both listen and token_file");
}

static void read_webhook(struct reading *reading, const struct node *node)
{
	struct settings *settings = reading->settings;
	struct webhook_setting webhook = {0};
	const struct {
		const char *key;
		const char **text;
	} texts[] = {{"url", &webhook.url},
		     {"url_file", &webhook.url_file},
		     {"headers_file", &webhook.headers_file},
		     {"template", &webhook.template_file},
		     {"owner", &webhook.owner}};

	for (size_t i = 0; node_is(node, NODE_TABLE) && i < node->count; i++) {
		const struct node_entry *entry = &node->entries[i];
		bool is_known = true;
		size_t k = 0;

		while (k < sizeof(texts) / sizeof(*texts) && !bytes_equal(entry->key, bytes_of(texts[k].key)))
			k++;
		if (k < sizeof(texts) / sizeof(*texts))
			*texts[k].text = text(reading, entry->value);
		else if (bytes_equal(entry->key, BYTES("severity_min")))
			number(reading, entry->value, &webhook.severity_min);
		else if (bytes_equal(entry->key, BYTES("per_minute")))
			number(reading, entry->value, &webhook.per_minute);
		else
			is_known = false;
		if (!is_known)
			complain(
				reading, entry->value,
				"a webhook has url or url_file, headers_file, template, owner, severity_min, "
				"per_minute",
				"unknown key of a webhook");
	}
	if ((webhook.url == NULL) == (webhook.url_file == NULL))
		complain(reading, node, "write url: https://..., or url_file: FILE",
			 "a webhook needs one address");
	else if (settings->webhook_count == LIMIT_WEBHOOKS)
		complain(reading, node, "at most eight", "too many webhooks");
	else
		settings->webhooks[settings->webhook_count++] = webhook;
}

static void read_webhooks(struct reading *reading, const struct node *node)
{
	if (!node_is(node, NODE_LIST))
		complain(reading, node, "write a list of {url: https://...}", "webhooks is no list");
	for (size_t i = 0; node_is(node, NODE_LIST) && i < node->count; i++)
		read_webhook(reading, node->items[i]);
}

static void read_workers(struct reading *reading, const struct node *node)
{
	uint64_t workers = 0;

	number(reading, node, &workers);
	if (workers > SETTINGS_LIST_MAX)
		complain(reading, node, "write a number from 1 to 64", "too many workers");
	else
		reading->settings->workers = (unsigned)workers;
}

static void read_entry(struct reading *reading, const struct node_entry *entry)
{
	struct settings *settings = reading->settings;
	const struct node *value = entry->value;
	struct bytes key = entry->key;

	if (bytes_equal(key, BYTES("sources")))
		read_sources(reading, value);
	else if (bytes_equal(key, BYTES("checksums")))
		read_checksums(reading, value);
	else if (bytes_equal(key, BYTES("tunnels")))
		read_tunnels(reading, value);
	else if (bytes_equal(key, BYTES("networks")))
		read_networks(reading, value);
	else if (bytes_equal(key, BYTES("outputs")))
		read_outputs(reading, value);
	else if (bytes_equal(key, BYTES("limits")))
		read_limits(reading, value);
	else if (bytes_equal(key, BYTES("contracts")))
		texts(reading, value, settings->contracts, &settings->contract_count);
	else if (bytes_equal(key, BYTES("packs")))
		texts(reading, value, settings->packs, &settings->pack_count);
	else if (bytes_equal(key, BYTES("workers")))
		read_workers(reading, value);
	else if (bytes_equal(key, BYTES("hmac_key_file")))
		settings->hmac_key_file = text(reading, value);
	else if (bytes_equal(key, BYTES("state_dir")))
		settings->state_dir = text(reading, value);
	else if (bytes_equal(key, BYTES("admin")))
		read_admin(reading, value);
	else if (bytes_equal(key, BYTES("webhooks")))
		read_webhooks(reading, value);
	else if (bytes_equal(key, BYTES("site")))
		settings->site = text(reading, value);
	else if (bytes_equal(key, BYTES("user")))
		settings->user = text(reading, value);
	else
		complain(reading, value,
			 "this version knows sources, checksums, tunnels, networks, outputs, limits, "
			 "contracts, packs, workers, "
			 "hmac_key_file, state_dir, admin, webhooks, site, user",
			 "unknown key");
}

enum status settings_read_file(struct settings *settings, const char *file, struct problems *problems)
{
	struct document document = {0};
	enum status status;
	char *data = NULL;
	size_t len = 0;

	status = file_read(file, &data, &len);
	if (status != STATUS_OK) {
		problems_add(problems, PROBLEM_ERROR, "sensor.config_error", (struct place){.file = file},
			     "name a readable file with -c", "cannot read the configuration");
		return STATUS_INVALID;
	}
	status = document_read((struct bytes){.data = data, .len = len}, file, &document, problems);
	if (status == STATUS_OK) {
		struct reading reading = {.settings = settings, .document = &document, .problems = problems};

		if (!node_is(document.root, NODE_TABLE))
			complain(&reading, document.root, "write key: value",
				 "the configuration is no table");
		for (size_t i = 0; node_is(document.root, NODE_TABLE) && i < document.root->count; i++)
			read_entry(&reading, &document.root->entries[i]);
		document_finish(&document);
	}
	free(data);
	return problems->error_count > 0 ? STATUS_INVALID : STATUS_OK;
}
