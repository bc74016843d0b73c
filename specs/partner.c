#include "specs/partner.h"

#include <limits.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "specs/digest.h"
#include "specs/partner_hours.h"
#include "specs/partner_service.h"
#include "specs/reference.h"

#define KEYS(...)                      ((const char *const[]){__VA_ARGS__})
#define KEY_COUNT(...)                 (sizeof(KEYS(__VA_ARGS__)) / sizeof(char *))
#define CHECK_KEYS(values, table, ...) values_keys(values, table, KEYS(__VA_ARGS__), KEY_COUNT(__VA_ARGS__))

bool partner_is(const struct node *root)
{
	return node_get(root, "partner") != NULL;
}

bool tiers_named(const char *file)
{
	const char *slash = strrchr(file, '/');

	return strncmp(slash == NULL ? file : slash + 1, "tiers.", strlen("tiers.")) == 0;
}

bool tiers_is(const struct document *document)
{
	return tiers_named(document->file) && node_get(document->root, "tiers") != NULL;
}

bool glob_match(struct bytes glob, struct bytes text)
{
	size_t star = BYTES_NOT_FOUND, mark = 0, g = 0, t = 0;

	while (t < text.len) {
		if (g < glob.len && glob.data[g] == '*') {
			star = g++;
			mark = t;
		} else if (g < glob.len && (glob.data[g] == text.data[t] || glob.data[g] == '?')) {
			g++;
			t++;
		} else if (star != BYTES_NOT_FOUND) {
			g = star + 1;
			t = ++mark;
		} else {
			return false;
		}
	}
	while (g < glob.len && glob.data[g] == '*')
		g++;
	return g == glob.len;
}

bool partner_tier_allows(const struct partner *partner, const struct operation *operation)
{
	for (size_t i = 0; i < partner->tier_operation_count; i++)
		if (glob_match(partner->tier_operations[i], operation->id))
			return true;
	return partner->tier_operation_count == 0;
}

/* -- limits --------------------------------------------------------------------- */

static void window_read(struct values *values, const struct node *node, struct limit_agreed *limit)
{
	struct bytes window = values_text(values, node, "window");

	if (window.len == 0 || bytes_equal(window, BYTES("rolling")))
		limit->window = WINDOW_ROLLING;
	else if (bytes_equal(window, BYTES("calendar")))
		limit->window = WINDOW_CALENDAR;
	else if (bytes_equal(window, BYTES("flexi")))
		limit->window = WINDOW_FLEXI;
	else
		values_error(values, node_get(node, "window"), "write rolling, calendar or flexi",
			     "\"%.*s\" is not a window", (int)(window.len > 40 ? 40 : window.len),
			     window.data);
}

static struct limit_agreed limit_read(struct values *values, const struct node *node)
{
	struct limit_agreed limit = {0};

	CHECK_KEYS(values, node, "requests", "bytes", "concurrent", "per", "window");
	limit.requests = values_count(values, node, "requests");
	limit.bytes = values_count(values, node, "bytes");
	limit.concurrent = values_count(values, node, "concurrent");
	limit.per_ns = values_duration(values, node, "per");
	window_read(values, node, &limit);
	if ((node_get(node, "requests") != NULL) + (node_get(node, "bytes") != NULL) +
		    (node_get(node, "concurrent") != NULL) !=
	    1)
		values_error(values, node, "write {requests: 1000, per: 1h}",
			     "a limit names exactly one of requests, bytes and concurrent");
	else if (node_get(node, "concurrent") == NULL && node_get(node, "per") == NULL)
		values_error(values, node, "add per: 1h", "a limit without a period");
	return limit;
}

static const struct limit_agreed *limits_read(struct values *values, const struct node *table,
					      size_t *out_count)
{
	const struct node *node = node_get(table, "limits");
	struct limit_agreed *limits;

	*out_count = 0;
	if (node == NULL)
		return NULL;
	if (!node_is(node, NODE_LIST)) {
		values_error(values, node, "write - {requests: 1000, per: 1h}", "limits is not a list");
		return NULL;
	}
	limits = arena_alloc(values->arena, (node->count + 1) * sizeof(*limits));
	for (size_t i = 0; limits != NULL && i < node->count; i++)
		limits[(*out_count)++] = limit_read(values, node->items[i]);
	return limits;
}

/* -- tiers ---------------------------------------------------------------------- */

void tiers_read(const struct document *document, struct arena *arena, struct problems *problems,
		struct tiers *out_tiers)
{
	struct values values = {.document = document, .arena = arena, .problems = problems};
	const struct node *table;
	struct tier *list;

	CHECK_KEYS(&values, document->root, "tiers");
	out_tiers->is_given = true;
	table = values_table(&values, document->root, "tiers");
	list = arena_alloc(arena, ((table == NULL ? 0 : table->count) + 1) * sizeof(*list));
	for (size_t i = 0; table != NULL && list != NULL && i < table->count; i++) {
		const struct node *node = table->entries[i].value;
		struct tier tier = {.id = arena_copy(arena, table->entries[i].key)};

		values.has_error = false;
		CHECK_KEYS(&values, node, "limits", "operations", "name");
		tier.limits = limits_read(&values, node, &tier.limit_count);
		tier.operations = values_texts(&values, node, "operations");
		if (!values.has_error)
			list[out_tiers->count++] = tier;
	}
	out_tiers->list = list;
}

/* The partner's own limits go before those of its tier. */
static void tier_apply(struct values *values, const struct tiers *tiers, struct partner *partner)
{
	if (partner->tier.len == 0 || tiers == NULL)
		return;
	for (size_t i = 0; i < tiers->count; i++) {
		const struct tier *tier = &tiers->list[i];

		if (!bytes_equal(tier->id, partner->tier))
			continue;
		if (partner->limit_count == 0) {
			partner->limits = tier->limits;
			partner->limit_count = tier->limit_count;
		}
		partner->tier_operations = tier->operations.list;
		partner->tier_operation_count = tier->operations.count;
		return;
	}
	values_error(values, node_get(values->document->root, "tier"),
		     tiers->is_given ? "add it to tiers.yaml" : "write a tiers.yaml beside the partner files",
		     "tier \"%.*s\" is not in tiers.yaml",
		     (int)(partner->tier.len > 60 ? 60 : partner->tier.len), partner->tier.data);
}

/* -- identification --------------------------------------------------------------- */

static bool key_digest(struct bytes text, char out_digest[DIGEST_LEN])
{
	struct bytes digits = bytes_starts(text, BYTES("sha256:")) ? bytes_from(text, 7) : BYTES_NONE;

	if (digits.len != DIGEST_TEXT_LEN)
		return false;
	for (size_t i = 0; i < DIGEST_LEN; i++) {
		int high = ascii_hex_value(digits.data[2 * i]), low = ascii_hex_value(digits.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out_digest[i] = (char)(high * 16 + low);
	}
	return true;
}

/* What stands there may be the key itself: it is never repeated in a problem. A partner may have thousands:
 * no more is kept of one than its digest. */
static void api_keys_read(struct values *values, const struct node *table, struct identify *identify)
{
	const struct node *node = node_get(table, "api_keys");
	size_t count = node == NULL ? 0 : node_is(node, NODE_LIST) ? node->count : 1;
	char *digests = arena_take(values->arena, count * DIGEST_LEN);

	for (size_t i = 0; digests != NULL && i < count; i++) {
		struct bytes text = node_text(node_is(node, NODE_LIST) ? node->items[i] : node);

		if (key_digest(text, digests + identify->api_key_count * DIGEST_LEN))
			identify->api_key_count++;
		else
			values_error(values, node,
				     "write \"sha256:\" and 64 hex digits: printf %%s KEY | sha256sum",
				     "api_keys: entry %zu is not the SHA-256 of a key", i + 1);
	}
	identify->api_keys = digests;
}

/* Lower case, without port and trailing dot. */
static struct texts hosts_read(struct values *values, const struct node *table)
{
	struct texts written = values_texts(values, table, "hosts");
	struct bytes *hosts = arena_alloc(values->arena, (written.count + 1) * sizeof(*hosts));

	for (size_t i = 0; hosts != NULL && i < written.count; i++) {
		struct bytes host = written.list[i];
		size_t colon = bytes_find_byte(host, ':');
		char *lower = arena_alloc(values->arena, host.len + 1);

		if (bytes_find_byte(host, '/') != BYTES_NOT_FOUND)
			values_error(values, node_get(table, "hosts"), "write api.example.com",
				     "hosts: \"%.*s\" is not a host name",
				     (int)(host.len > 80 ? 80 : host.len), host.data);
		if (colon != BYTES_NOT_FOUND && host.data[0] != '[')
			host.len = colon;
		if (host.len > 1 && host.data[host.len - 1] == '.')
			host.len--;
		for (size_t j = 0; lower != NULL && j < host.len; j++)
			lower[j] = ascii_lower(host.data[j]);
		hosts[i] = (struct bytes){.data = lower, .len = lower == NULL ? 0 : host.len};
	}
	return (struct texts){.list = hosts, .count = hosts == NULL ? 0 : written.count};
}

static void check_slash(struct values *values, const struct node *node, const char *key, struct bytes path)
{
	if (path.len > 0 && path.data[0] != '/')
		values_error(values, node, "begin it with a slash", "%s: \"%.*s\" is not a path", key,
			     (int)(path.len > 80 ? 80 : path.len), path.data);
}

static struct bytes without_slash(struct bytes path)
{
	while (path.len > 0 && path.data[path.len - 1] == '/')
		path.len--;
	return path.len == 0 ? BYTES("") : path;
}

static void identify_read(struct values *values, struct identify *identify)
{
	const struct node *table = values_table(values, values->document->root, "identify");

	CHECK_KEYS(values, table, "client_ids", "users", "api_keys", "networks", "hosts", "path_prefixes");
	identify->client_ids = values_texts(values, table, "client_ids");
	identify->users = values_texts(values, table, "users");
	api_keys_read(values, table, identify);
	identify->hosts = hosts_read(values, table);
	identify->path_prefixes = values_texts(values, table, "path_prefixes");
	for (size_t i = 0; i < identify->path_prefixes.count; i++)
		check_slash(values, node_get(table, "path_prefixes"), "path_prefixes",
			    identify->path_prefixes.list[i]);
	identify->networks = values_networks(values, table, "networks", &identify->network_count);
}

/* -- APIs ----------------------------------------------------------------------- */

/* Below the contracts folder; NULL when it leaves it. */
static char *file_name(struct values *values, struct bytes name)
{
	char file[PATH_MAX], *copy = NULL;

	if (reference_name(name, values->document->file, file, sizeof(file)))
		copy = arena_alloc(values->arena, strlen(file) + 1);
	if (copy != NULL)
		memcpy(copy, file, strlen(file) + 1);
	return copy;
}

/* The name of the file outlives the document. */
static struct place place_of(const struct values *values, const struct node *node)
{
	struct place place = node_place(values->document, node);

	place.file = values->file;
	return place;
}

static enum formats formats_read(struct values *values, const struct node *node)
{
	const struct node *formats = node_get(node, "formats");

	if (formats == NULL)
		return FORMATS_OF_SPEC;
	if (bytes_equal(node_text(formats), BYTES("assert")))
		return FORMATS_ASSERTED;
	if (!bytes_equal(node_text(formats), BYTES("annotate")))
		values_error(values, formats, "write assert or annotate", "formats is neither");
	return FORMATS_ANNOTATED;
}

static void plan_read(struct values *values, const struct node *node, struct api_plan *plan)
{
	const struct node *effective = values_table(values, node, "effective");
	struct bytes spec = values_text(values, node, "spec");

	CHECK_KEYS(values, node, "spec", "overlay", "hosts", "base_path", "effective", "operations",
		   "sensitive", "formats");
	CHECK_KEYS(values, effective, "from", "until");
	if (node_get(node, "spec") == NULL)
		values_error(values, node, "add spec: FILE", "an API without a spec");
	plan->spec = spec;
	plan->place = place_of(values, node_get(node, "spec"));
	plan->file = file_name(values, spec);
	plan->has_overlay = node_get(node, "overlay") != NULL;
	plan->overlay_place = place_of(values, node_get(node, "overlay"));
	if (plan->has_overlay)
		plan->overlay_file = file_name(values, values_text(values, node, "overlay"));
	plan->formats = formats_read(values, node);
	plan->has_base_path = node_get(node, "base_path") != NULL;
	plan->base_path = arena_copy(values->arena, node_text(node_get(node, "base_path")));
	check_slash(values, node_get(node, "base_path"), "base_path", plan->base_path);
	plan->base_path = without_slash(plan->base_path);
	plan->hosts = hosts_read(values, node);
	plan->operations = values_texts(values, node, "operations");
	plan->sensitive = values_texts(values, node, "sensitive");
	plan->from_ns = values_date(values, effective, "from", false);
	plan->until_ns = values_date(values, effective, "until", true);
	if (plan->from_ns != 0 && plan->until_ns != 0 && plan->from_ns >= plan->until_ns)
		values_error(values, effective, "swap the dates", "effective ends before it begins");
}

static void plans_read(struct values *values, struct partner_file *out)
{
	const struct node *node = node_get(values->document->root, "apis");

	if (node == NULL)
		return;
	if (!node_is(node, NODE_LIST)) {
		values_error(values, node, "write - spec: FILE", "apis is not a list");
		return;
	}
	out->apis = arena_alloc(values->arena, (node->count + 1) * sizeof(*out->apis));
	for (size_t i = 0; out->apis != NULL && i < node->count; i++)
		plan_read(values, node->items[i], &out->apis[out->api_count++]);
}

/* -- agreements ------------------------------------------------------------------- */

static void tokens_read(struct values *values, struct tokens_agreed *tokens)
{
	const struct node *table = values_table(values, values->document->root, "tokens");
	struct texts issuers = values_texts(values, table, "issuers");
	struct texts audiences = values_texts(values, table, "audiences");
	struct texts algorithms = values_texts(values, table, "algorithms");
	struct texts grant_types = values_texts(values, table, "grant_types");
	struct texts scopes = values_texts(values, table, "scopes");

	CHECK_KEYS(values, table, "issuers", "audiences", "jwks", "algorithms", "lifetime_max", "grant_types",
		   "scopes");
	*tokens = (struct tokens_agreed){
		.issuers = issuers.list,
		.issuer_count = issuers.count,
		.audiences = audiences.list,
		.audience_count = audiences.count,
		.algorithms = algorithms.list,
		.algorithm_count = algorithms.count,
		.grant_types = grant_types.list,
		.grant_type_count = grant_types.count,
		.scopes = scopes.list,
		.scope_count = scopes.count,
		.jwks = values_text(values, table, "jwks"),
		.lifetime_max_ns = values_duration(values, table, "lifetime_max"),
	};
}

/* "AS64500" or 64500. */
static void asns_read(struct values *values, const struct node *table, struct partner *partner)
{
	struct texts texts = values_texts(values, table, "asns");
	uint32_t *asns = arena_alloc(values->arena, (texts.count + 1) * sizeof(*asns));

	for (size_t i = 0; asns != NULL && i < texts.count; i++) {
		struct bytes text = texts.list[i];
		uint64_t number;

		if (bytes_starts(text, BYTES("AS")))
			text = bytes_from(text, 2);
		if (!bytes_to_u64(text, &number) || number == 0 || number > UINT32_MAX)
			values_error(values, node_get(table, "asns"), "write AS64500",
				     "asns: entry %zu is no autonomous system", i + 1);
		else
			asns[partner->asn_count++] = (uint32_t)number;
	}
	partner->asns = asns;
}

static void mtls_read(struct values *values, struct partner *partner)
{
	const struct node *table = values_table(values, values->document->root, "mtls");
	struct texts subjects = values_texts(values, table, "subjects");

	CHECK_KEYS(values, table, "subjects");
	partner->mtls_subjects = subjects.list;
	partner->mtls_subject_count = subjects.count;
}

static void access_read(struct values *values, struct partner *partner)
{
	const struct node *table = values_table(values, values->document->root, "access");
	struct texts countries = countries_read(values, table);

	CHECK_KEYS(values, table, "networks", "countries", "asns");
	asns_read(values, table, partner);
	partner->networks = values_networks(values, table, "networks", &partner->network_count);
	partner->countries = countries.list;
	partner->country_count = countries.count;
}

static void mode_read(struct values *values, struct partner *partner)
{
	struct bytes mode = values_text(values, values->document->root, "mode");

	if (mode.len == 0 || bytes_equal(mode, BYTES("alert")))
		partner->mode = MODE_ALERT;
	else if (bytes_equal(mode, BYTES("warn")))
		partner->mode = MODE_WARN;
	else if (bytes_equal(mode, BYTES("observe")))
		partner->mode = MODE_OBSERVE;
	else
		values_error(values, node_get(values->document->root, "mode"), "write observe, warn or alert",
			     "mode is none that is known");
}

static bool is_id(struct bytes id)
{
	for (size_t i = 0; i < id.len; i++)
		if (!ascii_is_alnum(id.data[i]) && id.data[i] != '-' && id.data[i] != '_' &&
		    id.data[i] != '.')
			return false;
	return id.len > 0 && id.len <= 128;
}

enum status partner_read(const struct document *document, const struct tiers *tiers, struct arena *arena,
			 struct arena *scratch, struct problems *problems, struct partner_file *out_partner)
{
	struct values values = {.document = document, .arena = arena, .problems = problems};
	const struct node *root = document->root;
	struct partner_file file = {0};
	struct partner *partner = &file.partner;

	CHECK_KEYS(&values, root, "partner", "name", "tier", "identify", "apis", "access", "limits", "tokens",
		   "owner", "timezone", "hours", "offboarded", "mtls", "slo", "mode", "suppress", "resources",
		   "data");
	partner->file = arena_copy(arena, bytes_of(document->file));
	values.file = partner->file.data;
	file.place = place_of(&values, node_get(root, "partner"));
	file.identify_place = place_of(&values, node_get(root, "identify"));
	file.jwks_place = place_of(&values, node_get(node_get(root, "tokens"), "jwks"));
	partner->id = arena_copy(arena, node_text(node_get(root, "partner")));
	if (!is_id(partner->id))
		values_error(&values, node_get(root, "partner"), "use letters, digits, '-', '_' and '.'",
			     "partner is not an id");
	partner->name = values_text(&values, root, "name");
	partner->tier = values_text(&values, root, "tier");
	partner->owner = values_text(&values, root, "owner");
	partner->timezone = values_text(&values, root, "timezone");
	partner->offboarded_ns = values_date(&values, root, "offboarded", false);
	partner->limits = limits_read(&values, root, &partner->limit_count);
	mode_read(&values, partner);
	partner->hours = hours_read(&values, &partner->hour_count);
	data_read(&values, &partner->data);
	slo_read(&values, &partner->slo);
	resources_read(&values, &partner->resources);
	partner->suppressions = suppressions_read(&values, &partner->suppression_count);
	values.arena = scratch;
	identify_read(&values, &file.identify);
	values.arena = arena;
	access_read(&values, partner);
	mtls_read(&values, partner);
	tokens_read(&values, &partner->tokens);
	plans_read(&values, &file);
	tier_apply(&values, tiers, partner);
	if (arena->is_full || scratch->is_full)
		return STATUS_NO_MEMORY;
	if (values.has_error)
		return STATUS_INVALID;
	*out_partner = file;
	return STATUS_OK;
}
