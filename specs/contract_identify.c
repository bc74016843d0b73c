#include <string.h>

#include "parsers/base/limits.h"
#include "specs/contract_store.h"
#include "specs/digest_memory.h"

/* What a text of the map stands for; the first byte of its key. */
enum identity {
	IDENTITY_KEY,
	IDENTITY_CLIENT,
	IDENTITY_USER,
	IDENTITY_PATH,
	IDENTITY_HOST,
	IDENTITY_NETWORK
};

/* A longer text identifies nobody. */
#define IDENTITY_BYTES_MAX 1024

/* Keys come from files; who sends requests adds nothing to the map. */
#define IDENTITY_SEED 0x6964656eull

/* Bytes of a token request that are searched for its client_id. */
#define TOKEN_REQUEST_BYTES_MAX (16 * KIB)

struct identity_key {
	char text[1 + IDENTITY_BYTES_MAX];
	size_t len;
};

static bool make_key(enum identity identity, struct bytes text, struct identity_key *out_key)
{
	if (text.len > IDENTITY_BYTES_MAX || text.len == 0)
		return false;
	out_key->text[0] = (char)identity;
	memcpy(out_key->text + 1, text.data, text.len);
	out_key->len = 1 + text.len;
	return true;
}

static struct bytes key_bytes(const struct identity_key *key)
{
	return (struct bytes){.data = key->text, .len = key->len};
}

/* The network that the first `prefix_len` bits of an address name. */
static struct bytes network_text(const struct address *address, unsigned prefix_len, char out_text[18])
{
	size_t len = address->is_ipv6 ? 16 : 4;

	out_text[0] = (char)address->is_ipv6;
	out_text[1] = (char)prefix_len;
	for (size_t i = 0; i < len; i++) {
		unsigned kept = prefix_len >= 8 * (i + 1) ? 8
				: prefix_len > 8 * i      ? prefix_len - 8 * (unsigned)i
							  : 0;

		out_text[2 + i] = (char)(address->bytes[i] & (0xff00u >> kept & 0xffu));
	}
	return (struct bytes){.data = out_text, .len = 2 + len};
}

/* -- building ----------------------------------------------------------------- */

void identities_init(struct identities *identities)
{
	*identities = (struct identities){0};
	key_table_init(&identities->table, IDENTITY_SEED);
}

void identities_finish(struct identities *identities)
{
	key_table_finish(&identities->table);
	*identities = (struct identities){0};
}

void identities_freeze(struct identities *identities)
{
	key_table_fit(&identities->table);
}

struct adding {
	struct identities *identities;
	const struct partner *partner;
	const struct partner_file *file;
	struct problems *problems;
};

/* The first partner keeps what two claim. */
static enum status add_one(const struct adding *adding, enum identity identity, struct bytes text,
			   const char *what)
{
	struct identity_key key;
	const struct partner *partners = adding->identities->partners, *owner;
	uint32_t number;

	if (!make_key(identity, text, &key))
		return STATUS_OK;
	if (key_table_put(&adding->identities->table, key_bytes(&key), (uint32_t)(adding->partner - partners),
			  &number) != STATUS_OK)
		return STATUS_NO_MEMORY;
	owner = &partners[number];
	if (owner != adding->partner)
		problems_add(adding->problems, PROBLEM_WARNING, "spec.conflict", adding->file->identify_place,
			     "let only one partner claim it",
			     "partner " BYTES_FORMAT " claims %s that partner " BYTES_FORMAT " has",
			     BYTES_PRINT(adding->partner->id), what, BYTES_PRINT(owner->id));
	return STATUS_OK;
}

static enum status add_texts(const struct adding *adding, enum identity identity, struct texts texts,
			     const char *what)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < texts.count && status == STATUS_OK; i++) {
		struct bytes text = texts.list[i];

		if (identity == IDENTITY_HOST && bytes_starts(text, BYTES("*.")))
			text = bytes_from(text, 1);
		while (identity == IDENTITY_PATH && text.len > 1 && text.data[text.len - 1] == '/')
			text.len--;
		if (identity == IDENTITY_PATH && text.len > adding->identities->path_prefix_max)
			adding->identities->path_prefix_max = text.len;
		status = add_one(adding, identity, text, what);
	}
	return status;
}

static enum status add_keys(const struct adding *adding)
{
	const struct identify *identify = &adding->file->identify;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < identify->api_key_count && status == STATUS_OK; i++)
		status = add_one(
			adding, IDENTITY_KEY,
			(struct bytes){.data = identify->api_keys + i * DIGEST_LEN, .len = DIGEST_LEN},
			"an API key");
	return status;
}

static enum status add_networks(const struct adding *adding)
{
	enum status status = STATUS_OK;
	char text[18];

	for (size_t i = 0; i < adding->file->identify.network_count && status == STATUS_OK; i++) {
		const struct network *network = &adding->file->identify.networks[i];

		adding->identities->has_prefix_len[network->address.is_ipv6][network->prefix_len] = true;
		adding->identities->has_networks[network->address.is_ipv6] = true;
		status = add_one(adding, IDENTITY_NETWORK,
				 network_text(&network->address, network->prefix_len, text), "a network");
	}
	return status;
}

enum status identities_add(struct identities *identities, const struct partner *partner,
			   const struct partner_file *file, struct problems *problems)
{
	const struct adding adding = {identities, partner, file, problems};
	const struct identify *identify = &file->identify;
	enum status status = add_keys(&adding);

	identities->has_api_keys = identities->has_api_keys || identify->api_key_count > 0;
	if (status == STATUS_OK)
		status = add_texts(&adding, IDENTITY_CLIENT, identify->client_ids, "a client id");
	if (status == STATUS_OK)
		status = add_texts(&adding, IDENTITY_USER, identify->users, "a user");
	if (status == STATUS_OK)
		status = add_texts(&adding, IDENTITY_PATH, identify->path_prefixes, "a path prefix");
	if (status == STATUS_OK)
		status = add_texts(&adding, IDENTITY_HOST, identify->hosts, "a host");
	return status == STATUS_OK ? add_networks(&adding) : status;
}

/* Names that specs give to API keys; more are not looked for. */
#define KEY_NAMES_MAX 64

static bool is_key_known(const struct identities *identities, const struct security_scheme *scheme)
{
	for (size_t i = 0; i < identities->key_count; i++)
		if (identities->keys[i]->part == scheme->part &&
		    bytes_equal(identities->keys[i]->name, scheme->name))
			return true;
	return false;
}

static void add_requirement(struct identities *identities, const struct security_requirement *requirement)
{
	for (size_t i = 0; i < requirement->count; i++) {
		const struct security_scheme *scheme = &requirement->schemes[i];

		if (scheme->kind == SECURITY_API_KEY && scheme->part != PART_COOKIE &&
		    identities->key_count < KEY_NAMES_MAX && !is_key_known(identities, scheme))
			identities->keys[identities->key_count++] = scheme;
	}
}

enum status identities_add_keys(struct identities *identities, const struct spec *spec, struct arena *arena)
{
	const struct security_requirement *last = NULL;

	if (identities->keys == NULL)
		identities->keys = arena_alloc(arena, KEY_NAMES_MAX * sizeof(*identities->keys));
	if (identities->keys == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < spec->operation_count; i++) {
		const struct operation *operation = &spec->operations[i];

		/* Most operations share the list of the root. */
		if (operation->requirements == last)
			continue;
		last = operation->requirements;
		for (size_t j = 0; j < operation->requirement_count; j++)
			add_requirement(identities, &operation->requirements[j]);
	}
	return STATUS_OK;
}

/* -- finding ------------------------------------------------------------------ */

static const struct partner *look(const struct identities *identities, enum identity identity,
				  struct bytes text)
{
	struct identity_key key;
	uint32_t number;

	if (!make_key(identity, text, &key))
		return NULL;
	return key_table_find(&identities->table, key_bytes(&key), &number) ? &identities->partners[number]
									    : NULL;
}

static const struct partner *by_key_value(const struct identities *identities, struct digest_memory *digests,
					  struct bytes value)
{
	char digest[DIGEST_LEN];

	if (value.len == 0)
		return NULL;
	if (!digest_memory_find(digests, DIGEST_OF_KEY, value, digest)) {
		digest_sha256_bytes(value, digest);
		digest_memory_put(digests, DIGEST_OF_KEY, value, digest);
	}
	return look(identities, IDENTITY_KEY, (struct bytes){.data = digest, .len = sizeof(digest)});
}

static const struct partner *by_declared_key(const struct identities *identities,
					     struct digest_memory *digests, const struct exchange *exchange,
					     const struct security_scheme *scheme)
{
	const struct partner *partner = NULL;

	if (scheme->part == PART_HEADER) {
		const struct header *header = message_header(&exchange->request, scheme->name);

		return header == NULL ? NULL : by_key_value(identities, digests, header->value);
	}
	for (struct bytes rest = exchange->query; rest.data != NULL && partner == NULL;) {
		struct bytes value = bytes_split(&rest, '&');
		struct bytes name = bytes_split(&value, '=');

		if (bytes_equal(name, scheme->name))
			partner = by_key_value(identities, digests, value);
	}
	return partner;
}

static const struct partner *by_key(const struct identities *identities, struct digest_memory *digests,
				    const struct exchange *exchange, const struct credentials *credentials)
{
	const struct partner *partner = NULL;

	if (!identities->has_api_keys)
		return NULL;
	for (size_t i = 0; i < credentials->count && partner == NULL; i++)
		if (credentials->list[i].kind == CREDENTIAL_KEY ||
		    credentials->list[i].kind == CREDENTIAL_BEARER)
			partner = by_key_value(identities, digests, credentials->list[i].value);
	for (size_t i = 0; i < identities->key_count && partner == NULL; i++)
		partner = by_declared_key(identities, digests, exchange, identities->keys[i]);
	return partner;
}

static const struct partner *by_token(const struct identities *identities,
				      const struct credentials *credentials)
{
	const struct partner *partner = NULL;

	for (size_t i = 0; i < credentials->count && partner == NULL; i++) {
		const struct credential *credential = &credentials->list[i];

		if (!credential->has_jwt)
			continue;
		partner = look(identities, IDENTITY_CLIENT, credential->jwt.client_id);
		if (partner == NULL)
			partner = look(identities, IDENTITY_CLIENT, credential->jwt.subject);
	}
	return partner;
}

/* RFC 6749 section 2.3.1: a client shows its id by Basic, or in the body of a token request. */
static const struct partner *by_client_in_body(const struct identities *identities,
					       const struct exchange *exchange)
{
	struct bytes text = exchange->request.body.content;
	const struct partner *partner = NULL;

	if (text.len > TOKEN_REQUEST_BYTES_MAX ||
	    !bytes_equal_nocase(message_media_type(&exchange->request),
				BYTES("application/x-www-form-urlencoded")))
		return NULL;
	while (text.data != NULL && partner == NULL) {
		struct bytes value = bytes_split(&text, '&');

		if (bytes_equal(bytes_split(&value, '='), BYTES("client_id")))
			partner = look(identities, IDENTITY_CLIENT, value);
	}
	return partner;
}

static const struct partner *by_user(const struct identities *identities, const struct exchange *exchange,
				     const struct credentials *credentials)
{
	const struct credential *basic = credentials_of(credentials, CREDENTIAL_BASIC);
	const struct partner *partner = NULL;

	if (basic != NULL && !basic->is_malformed) {
		partner = look(identities, IDENTITY_USER, basic->user);
		if (partner == NULL)
			partner = look(identities, IDENTITY_CLIENT, basic->user);
	}
	return partner != NULL ? partner : by_client_in_body(identities, exchange);
}

/* Longest first, on the boundaries of segments only. */
static const struct partner *by_path(const struct identities *identities, const struct exchange *exchange)
{
	struct bytes path = exchange->path;
	const struct partner *partner = NULL;
	size_t len = path.len < identities->path_prefix_max ? path.len : identities->path_prefix_max;

	for (size_t tries = 0; len > 0 && partner == NULL && tries < LIMIT_PATH_SEGMENTS; len--) {
		if (len != path.len && path.data[len] != '/')
			continue;
		partner = look(identities, IDENTITY_PATH, bytes_slice(path, 0, len));
		tries++;
	}
	return partner;
}

static const struct partner *by_host(const struct identities *identities, struct bytes host)
{
	const struct partner *partner = look(identities, IDENTITY_HOST, host);
	size_t dot = bytes_find_byte(host, '.');

	while (partner == NULL && dot != BYTES_NOT_FOUND) {
		host = bytes_from(host, dot);
		partner = look(identities, IDENTITY_HOST, host);
		dot = bytes_find_byte(bytes_from(host, 1), '.');
		dot += dot != BYTES_NOT_FOUND;
	}
	return partner;
}

static const struct partner *by_network(const struct identities *identities, const struct address *address)
{
	const struct partner *partner = NULL;
	char text[18];

	if (!identities->has_networks[address->is_ipv6])
		return NULL;
	for (unsigned len = address->is_ipv6 ? 129 : 33; len-- > 0 && partner == NULL;)
		if (identities->has_prefix_len[address->is_ipv6][len])
			partner = look(identities, IDENTITY_NETWORK, network_text(address, len, text));
	return partner;
}

static const struct partner *by_credential(const struct identities *identities, struct digest_memory *digests,
					   const struct exchange *exchange,
					   const struct credentials *credentials)
{
	const struct partner *partner = by_key(identities, digests, exchange, credentials);

	if (partner == NULL)
		partner = by_token(identities, credentials);
	return partner != NULL ? partner : by_user(identities, exchange, credentials);
}

static const struct partner *by_place(const struct identities *identities, const struct exchange *exchange)
{
	const struct partner *partner = by_path(identities, exchange);

	if (partner == NULL)
		partner = by_host(identities, exchange->host);
	return partner != NULL ? partner : by_network(identities, &exchange->client.address);
}

const struct partner *contract_partner(const struct contract *contract, const struct exchange *exchange,
				       const struct credentials *credentials)
{
	const struct partner *partner = by_credential(&contract->identities, NULL, exchange, credentials);

	return partner != NULL ? partner : by_place(&contract->identities, exchange);
}

void contract_partners(const struct contract *contract, const struct exchange *exchange,
		       const struct credentials *credentials, struct digest_memory *digests,
		       const struct partner **out_shown, const struct partner **out_place)
{
	*out_shown = by_credential(&contract->identities, digests, exchange, credentials);
	*out_place = by_place(&contract->identities, exchange);
}
