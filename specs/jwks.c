#include "specs/jwks.h"

#include <stdlib.h>

#include "parsers/base/limits.h"
#include "parsers/json_read.h"
#include "specs/signature.h"

struct jwk {
	struct bytes id, algorithm; /* in the arena */
	struct signature_key *key;
};

struct jwks {
	struct arena arena;
	struct jwk *keys;
	size_t count;
};

/* NIST SP 800-131A; RFC 7518 section 3.3: a key of 2048 bits or larger MUST be used. */
#define RSA_BITS_MIN 2048

struct reading_keys {
	struct jwks *jwks;
	struct place place;
	struct problems *problems;
	struct arena scratch; /* decoded numbers: secrets among them */
};

static struct bytes text_of(yyjson_val *object, const char *name)
{
	return json_text(json_last(object, name));
}

static struct bytes number_of(struct reading_keys *reading, yyjson_val *object, const char *name)
{
	return base64_decode(text_of(object, name), &reading->scratch);
}

static enum status key_read(struct reading_keys *reading, yyjson_val *object, struct signature_key **out_key)
{
	struct bytes type = text_of(object, "kty");

	if (bytes_equal(type, BYTES("RSA")))
		return signature_key_rsa(number_of(reading, object, "n"), number_of(reading, object, "e"),
					 out_key);
	if (bytes_equal(type, BYTES("EC")))
		return signature_key_ec(text_of(object, "crv"), number_of(reading, object, "x"),
					number_of(reading, object, "y"), out_key);
	if (bytes_equal(type, BYTES("OKP")))
		return signature_key_edwards(text_of(object, "crv"), number_of(reading, object, "x"),
					     out_key);
	if (bytes_equal(type, BYTES("oct")))
		return signature_key_secret(number_of(reading, object, "k"), out_key);
	return STATUS_INVALID;
}

/* RFC 7517 sections 4.2 and 4.3: a key for encryption signs nothing. */
static bool is_for_signing(yyjson_val *object)
{
	struct bytes use = text_of(object, "use");
	yyjson_val *operations = json_last(object, "key_ops");
	yyjson_arr_iter iter;
	yyjson_val *operation;

	if (use.len > 0 && !bytes_equal(use, BYTES("sig")))
		return false;
	if (!yyjson_is_arr(operations))
		return true;
	yyjson_arr_iter_init(operations, &iter);
	while ((operation = yyjson_arr_iter_next(&iter)) != NULL) {
		if (bytes_equal(json_text(operation), BYTES("verify")) ||
		    bytes_equal(json_text(operation), BYTES("sign")))
			return true;
	}
	return false;
}

static enum status take_key(struct reading_keys *reading, yyjson_val *object, size_t index)
{
	struct jwks *jwks = reading->jwks;
	struct jwk jwk = {.key = NULL};
	enum status status;

	if (!yyjson_is_obj(object) || !is_for_signing(object))
		return STATUS_OK;
	status = key_read(reading, object, &jwk.key);
	if (status == STATUS_INVALID) {
		problems_add(reading->problems, PROBLEM_WARNING, "spec.invalid", reading->place,
			     "RSA, EC, OKP and oct keys as RFC 7518 has them are read",
			     "key %zu of the key file is left out: its kind or its numbers are no key",
			     index + 1);
		return STATUS_OK;
	}
	if (status != STATUS_OK)
		return status;
	if (bytes_equal(text_of(object, "kty"), BYTES("RSA")) && signature_key_bits(jwk.key) < RSA_BITS_MIN)
		problems_add(reading->problems, PROBLEM_WARNING, "spec.invalid", reading->place,
			     "have the issuer use 2048 bits or more (RFC 7518 section 3.3)",
			     "key %zu of the key file has only %u bits", index + 1,
			     signature_key_bits(jwk.key));
	jwk.id = arena_copy(&jwks->arena, text_of(object, "kid"));
	jwk.algorithm = arena_copy(&jwks->arena, text_of(object, "alg"));
	jwks->keys[jwks->count++] = jwk;
	return STATUS_OK;
}

static enum status take_keys(struct reading_keys *reading, struct bytes text)
{
	struct json_reading json;
	enum status status = STATUS_OK;
	yyjson_val *list, *object;
	yyjson_arr_iter iter;
	size_t index = 0;

	json_read(text, &reading->scratch, &json);
	if (json.outcome != JSON_READ || !yyjson_is_obj(json.root))
		return STATUS_INVALID;
	list = json_last(json.root, "keys");
	if (!yyjson_is_arr(list))
		return STATUS_INVALID;
	if (yyjson_arr_size(list) > LIMIT_KEYS)
		problems_add(reading->problems, PROBLEM_WARNING, "spec.invalid", reading->place,
			     "split the file by issuer", "only the first %u keys are used",
			     (unsigned)LIMIT_KEYS);
	reading->jwks->keys = arena_alloc(&reading->jwks->arena, LIMIT_KEYS * sizeof(struct jwk));
	if (reading->jwks->keys == NULL)
		return STATUS_NO_MEMORY;
	yyjson_arr_iter_init(list, &iter);
	while (status == STATUS_OK && index < LIMIT_KEYS && (object = yyjson_arr_iter_next(&iter)) != NULL)
		status = take_key(reading, object, index++);
	return status;
}

enum status jwks_read(struct bytes text, struct place place, struct problems *problems,
		      struct jwks **out_jwks)
{
	struct reading_keys reading = {.place = place, .problems = problems};
	enum status status;

	reading.jwks = calloc(1, sizeof(*reading.jwks));
	if (reading.jwks == NULL)
		return STATUS_NO_MEMORY;
	arena_init(&reading.jwks->arena, LIMIT_KEY_BYTES);
	arena_init(&reading.scratch, LIMIT_KEY_BYTES);
	status = take_keys(&reading, text);
	if (status == STATUS_OK && reading.jwks->arena.is_full)
		status = STATUS_NO_MEMORY;
	arena_wipe(&reading.scratch);
	if (status != STATUS_OK) {
		jwks_free(reading.jwks);
		return status;
	}
	*out_jwks = reading.jwks;
	return STATUS_OK;
}

void jwks_free(struct jwks *jwks)
{
	if (jwks == NULL)
		return;
	for (size_t i = 0; i < jwks->count; i++)
		signature_key_free(jwks->keys[i].key);
	arena_finish(&jwks->arena);
	free(jwks);
}

size_t jwks_count(const struct jwks *jwks)
{
	return jwks->count;
}

bool jwks_is_public(const struct jwks *jwks)
{
	for (size_t i = 0; i < jwks->count; i++) {
		if (!signature_key_is_public(jwks->keys[i].key))
			return false;
	}
	return jwks->count > 0;
}

static bool is_named(const struct jwk *jwk, const struct jwt *jwt)
{
	return jwt->key_id.len > 0 && bytes_equal(jwk->id, jwt->key_id);
}

struct bytes jwks_algorithm(const struct jwks *jwks, const struct jwt *jwt)
{
	for (size_t i = 0; i < jwks->count; i++) {
		if (is_named(&jwks->keys[i], jwt))
			return jwks->keys[i].algorithm;
	}
	return BYTES_NONE;
}

static size_t last_dot(struct bytes token)
{
	size_t dot = token.len;

	while (dot > 0 && token.data[dot - 1] != '.')
		dot--;
	return dot;
}

/* RFC 7515 section 2: base64url without padding; what reads more is lenient, which proves nothing. */
static bool is_compact(struct bytes token)
{
	for (size_t i = 0; i < token.len; i++) {
		if (!ascii_is_alnum(token.data[i]) && token.data[i] != '-' && token.data[i] != '_' &&
		    token.data[i] != '.')
			return false;
	}
	return true;
}

/*
 * RFC 7515 section 5.2. A key that the token names and the set has decides alone;
 * a token that names none may be of any key that fits. A name that the set does not
 * have is a key that was rotated in since: nothing is known of it.
 */
enum jwks_outcome jwks_verify(const struct jwks *jwks, const struct jwt *jwt, struct bytes token,
			      struct arena *arena)
{
	const struct signature_algorithm *algorithm = signature_algorithm_find(jwt->algorithm);
	const size_t dot = last_dot(token);
	const struct bytes input = bytes_slice(token, 0, dot == 0 ? 0 : dot - 1);
	const struct bytes signature = base64_decode(bytes_from(token, dot), arena);
	size_t tries = 0, eligible = 0;

	if (algorithm == NULL || token.len > LIMIT_TOKEN_BYTES || !is_compact(token))
		return JWKS_UNVERIFIABLE;
	for (size_t i = 0; i < jwks->count && tries < LIMIT_KEY_TRIES; i++) {
		const struct jwk *jwk = &jwks->keys[i];

		if (jwt->key_id.len > 0 && !is_named(jwk, jwt))
			continue;
		eligible++;
		if (!signature_fits(jwk->key, algorithm))
			continue;
		tries++;
		if (signature_verify(jwk->key, algorithm, input, signature))
			return JWKS_VALID;
	}
	/* Without a name and with keys left untried, the right one may be among those. */
	if (eligible == 0 || tries == LIMIT_KEY_TRIES)
		return JWKS_UNVERIFIABLE;
	return JWKS_INVALID;
}
