#include "sensor/settings_file.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "rules/catalogue.h"
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

static void read_list(struct reading *reading, const struct node *node, struct network *list, size_t *count)
{
	const struct node *const *items = (const struct node *const *)node->items;
	bool is_list = node_is(node, NODE_LIST);

	for (size_t i = 0; i < (is_list ? node->count : 1); i++) {
		const struct node *item = is_list ? items[i] : node;
		struct network network;

		if (!network_read(node_text(item), &network))
			complain(reading, item, "write 10.0.0.0/8, host bits zero", "this is no network");
		else if (*count < SETTINGS_LIST_MAX)
			list[(*count)++] = network;
		else
			complain(reading, item, "join neighbouring networks", "too many networks");
	}
}

static void read_xff(struct reading *reading, const struct node *node)
{
	struct settings *settings = reading->settings;
	struct bytes name = node_text(node);
	uint64_t hops = 0;

	if (bytes_equal(name, BYTES("rightmost"))) {
		settings->xff = FORWARDED_RIGHTMOST;
	} else if (bytes_equal(name, BYTES("leftmost"))) {
		settings->xff = FORWARDED_LEFTMOST;
	} else if (bytes_starts(name, BYTES("hops:")) &&
		   bytes_to_u64(bytes_from(name, sizeof("hops:") - 1), &hops) && hops >= 1 && hops <= 32) {
		settings->xff = FORWARDED_HOPS;
		settings->xff_hops = (unsigned)hops;
	} else {
		complain(reading, node, "write xff: rightmost, leftmost or hops:N",
			 "this says no place in the list of addresses");
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
		} else if (bytes_equal(entry->key, BYTES("trusted_proxies"))) {
			read_list(reading, entry->value, reading->settings->proxies,
				  &reading->settings->proxy_count);
		} else if (bytes_equal(entry->key, BYTES("xff"))) {
			read_xff(reading, entry->value);
		} else {
			complain(reading, entry->value,
				 "a source has interface or file, filter, decrypted, flow_key, "
				 "trusted_proxies, xff",
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
	struct settings *settings = reading->settings;

	for (size_t i = 0; node_is(node, NODE_TABLE) && i < node->count; i++) {
		const struct node_entry *entry = &node->entries[i];

		if (bytes_equal(entry->key, BYTES("internal")))
			read_list(reading, entry->value, settings->internal, &settings->internal_count);
		else if (bytes_equal(entry->key, BYTES("gateways")))
			read_list(reading, entry->value, settings->gateways, &settings->gateway_count);
		else if (bytes_equal(entry->key, BYTES("anonymizers")))
			texts(reading, entry->value, settings->anonymizers, &settings->anonymizer_count);
		else
			complain(reading, entry->value,
				 "networks has internal, gateways (networks) and anonymizers (files)",
				 "unknown kind of network");
	}
}

static void read_geo(struct reading *reading, const struct node *node)
{
	static const char *const names[GEO_COUNT] = {
		[GEO_COUNTRY] = "country", [GEO_ASN] = "asn", [GEO_ISP] = "isp"};

	for (size_t i = 0; node_is(node, NODE_TABLE) && i < node->count; i++) {
		const struct node_entry *entry = &node->entries[i];
		int kind = 0;

		while (kind < GEO_COUNT && !bytes_equal(entry->key, bytes_of(names[kind])))
			kind++;
		if (kind == GEO_COUNT)
			complain(reading, entry->value, "geo has country, asn, isp, each an .mmdb file",
				 "unknown kind of database");
		else
			reading->settings->geo.names[kind] = text(reading, entry->value);
	}
}

static bool read_format(struct reading *reading, const struct node *node)
{
	const char *name = text(reading, node);

	return name != NULL && settings_format(name, &reading->settings->is_ecs);
}

static void read_security(struct reading *reading, const struct node *node, struct kafka_options *options)
{
	struct kafka_options read = {.compression = options->compression};
	const struct {
		const char *key;
		const char **value;
	} keys[] = {{"protocol", &read.protocol},
		    {"ca", &read.ca},
		    {"cert", &read.cert},
		    {"key", &read.key},
		    {"key_password_file", &read.key_password_file},
		    {"mechanism", &read.mechanism},
		    {"username", &read.username},
		    {"password_file", &read.password_file}};
	const char *fault;

	for (size_t i = 0; node_is(node, NODE_TABLE) && i < node->count; i++) {
		const struct node_entry *entry = &node->entries[i];
		bool is_known = false;

		for (size_t k = 0; k < sizeof(keys) / sizeof(*keys); k++)
			if (bytes_equal(entry->key, bytes_of(keys[k].key))) {
				*keys[k].value = text(reading, entry->value);
				is_known = true;
			}
		if (!is_known)
			complain(reading, entry->value,
				 "security has protocol, ca, cert, key, key_password_file, mechanism, "
				 "username, password_file",
				 "unknown key of security");
	}
	fault = kafka_options_fault(&read);
	if (fault != NULL)
		complain(reading, node, fault, "this security does not fit together");
	*options = read;
}

/* What a table may say of one output, or of all of them. */
static void read_options(struct reading *reading, const struct node *node, struct kafka_options *options)
{
	const struct node *compression = node_get(node, "compression");
	const struct node *security = node_get(node, "security");
	const char *fault;

	if (compression != NULL) {
		options->compression = text(reading, compression);
		fault = kafka_options_fault(&(struct kafka_options){.compression = options->compression});
		if (fault != NULL)
			complain(reading, compression, fault, "unknown compression");
	}
	if (security != NULL)
		read_security(reading, security, options);
}

/* A place, or {to: PLACE, security: {...}, compression: CODEC}. */
static const char *read_output(struct reading *reading, const struct node *node,
			       struct kafka_options *options)
{
	if (!node_is(node, NODE_TABLE))
		return text(reading, node);
	for (size_t i = 0; i < node->count; i++)
		if (!bytes_equal(node->entries[i].key, BYTES("to")) &&
		    !bytes_equal(node->entries[i].key, BYTES("security")) &&
		    !bytes_equal(node->entries[i].key, BYTES("compression")))
			complain(reading, node->entries[i].value, "an output has to, security, compression",
				 "unknown key of an output");
	read_options(reading, node, options);
	if (node_get(node, "to") == NULL) {
		complain(reading, node, "write {to: kafka://HOST:PORT/TOPIC, ...}",
			 "an output without a place");
		return NULL;
	}
	return text(reading, node_get(node, "to"));
}

static bool read_output_key(struct reading *reading, const struct node_entry *entry)
{
	struct settings *settings = reading->settings;
	const char **const where[OUTPUT_COUNT] = {[OUTPUT_FINDINGS] = &settings->findings,
						  [OUTPUT_EXCHANGES] = &settings->exchanges,
						  [OUTPUT_USAGE] = &settings->usage,
						  [OUTPUT_INVENTORY] = &settings->inventory,
						  [OUTPUT_HEALTH] = &settings->health};

	for (int i = 0; i < OUTPUT_COUNT; i++)
		if (bytes_equal(entry->key, bytes_of(settings_output_text((enum settings_output)i)))) {
			*where[i] = read_output(reading, entry->value, &settings->kafka[i]);
			return true;
		}
	if (bytes_equal(entry->key, BYTES("rotate_bytes"))) {
		number(reading, entry->value, &settings->rotate_bytes);
		return true;
	}
	if (bytes_equal(entry->key, BYTES("drain_seconds"))) {
		number(reading, entry->value, &settings->drain_seconds);
		if (settings->drain_seconds > SETTINGS_DRAIN_SECONDS_MAX)
			complain(reading, entry->value, "write a number from 1 to 86400", "this is too long");
		return true;
	}
	return bytes_equal(entry->key, BYTES("security")) || bytes_equal(entry->key, BYTES("compression")) ||
	       (bytes_equal(entry->key, BYTES("format")) && read_format(reading, entry->value));
}

static void read_outputs(struct reading *reading, const struct node *node)
{
	struct kafka_options *kafka = reading->settings->kafka;

	/* What holds for all of them comes first, wherever it is written. */
	read_options(reading, node, &kafka[0]);
	for (int i = 1; i < OUTPUT_COUNT; i++)
		kafka[i] = kafka[0];
	for (size_t i = 0; node_is(node, NODE_TABLE) && i < node->count; i++)
		if (!read_output_key(reading, &node->entries[i]))
			complain(reading, node->entries[i].value,
				 "outputs has findings, exchanges, usage, inventory, health; security, "
				 "compression, drain_seconds; format: ocsf or ecs; rotate_bytes",
				 "unknown output");
}

static void read_findings(struct reading *reading, const struct node *node)
{
	const struct node *enable = node_get(node, "enable");

	if (!node_is(node, NODE_TABLE) || node->count != 1 || !node_is(enable, NODE_LIST)) {
		complain(reading, node, "write {enable: [shadow.header]}",
			 "findings has enable, a list of ids");
		return;
	}
	for (size_t i = 0; i < enable->count; i++) {
		const struct catalogue_entry *entry = catalogue_find(node_text(enable->items[i]));

		if (entry == NULL || entry->option == 0)
			complain(reading, enable->items[i], "`specular rules list` marks those that are off",
				 entry == NULL ? "there is no such finding" : "this finding is always on");
		else
			reading->settings->finding_options |= entry->option;
	}
}

static void read_spool_bytes(struct reading *reading, const struct node *node)
{
	number(reading, node, &reading->settings->spool_bytes_max);
	if (reading->settings->spool_bytes_max < LIMIT_SPOOL_BYTES_MIN)
		complain(reading, node, "write at least 1048576", "this spool is too small");
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
		else if (bytes_equal(entry->key, BYTES("spool_bytes")))
			read_spool_bytes(reading, entry->value);
		else
			complain(reading, entry->value,
				 "limits has connections, held_bytes, body_bytes (a worker), spool_bytes",
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

static void read_pseudonymise(struct reading *reading, const struct node *node)
{
	for (size_t i = 0; node_is(node, NODE_LIST) && i < node->count; i++) {
		struct bytes name = node_text(node->items[i]);

		if (bytes_equal(name, BYTES("client_ip")))
			reading->settings->hides_clients = true;
		else if (bytes_equal(name, BYTES("user")))
			reading->settings->hides_users = true;
		else
			complain(reading, node->items[i], "pseudonymise knows client_ip and user",
				 "this has no pseudonym");
	}
	if (!node_is(node, NODE_LIST))
		complain(reading, node, "write [client_ip, user]", "pseudonymise is no list");
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
	else if (bytes_equal(key, BYTES("trusted_proxies")))
		read_list(reading, value, settings->proxies, &settings->proxy_count);
	else if (bytes_equal(key, BYTES("xff")))
		read_xff(reading, value);
	else if (bytes_equal(key, BYTES("geo")))
		read_geo(reading, value);
	else if (bytes_equal(key, BYTES("outputs")))
		read_outputs(reading, value);
	else if (bytes_equal(key, BYTES("findings")))
		read_findings(reading, value);
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
	else if (bytes_equal(key, BYTES("spool_dir")))
		settings->spool_dir = text(reading, value);
	else if (bytes_equal(key, BYTES("state_dir")))
		settings->state_dir = text(reading, value);
	else if (bytes_equal(key, BYTES("admin")))
		read_admin(reading, value);
	else if (bytes_equal(key, BYTES("webhooks")))
		read_webhooks(reading, value);
	else if (bytes_equal(key, BYTES("site")))
		settings->site = text(reading, value);
	else if (bytes_equal(key, BYTES("pseudonymise")))
		read_pseudonymise(reading, value);
	else if (bytes_equal(key, BYTES("log")))
		settings->log = text(reading, value);
	else if (bytes_equal(key, BYTES("user")))
		settings->user = text(reading, value);
	else
		complain(reading, value,
			 "this version knows sources, trusted_proxies, xff, checksums, tunnels, networks, "
			 "geo, outputs, findings, limits, contracts, packs, workers, hmac_key_file, "
			 "pseudonymise, state_dir, spool_dir, admin, webhooks, site, user, log",
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
