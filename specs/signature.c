#include "specs/signature.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"

enum family { FAMILY_SECRET, FAMILY_RSA, FAMILY_EC, FAMILY_EDWARDS };

#define EXPONENT_BYTES_MAX   8
#define COORDINATE_BYTES_MAX 66 /* of P-521 */
#define SIGNATURE_BYTES_MAX  (LIMIT_KEY_BITS / 8)

struct curve {
	const char *name; /* RFC 7518 section 6.2.1.1, RFC 8037, RFC 8812 */
	const char *group;
	size_t coordinate_len;
	int edwards; /* EVP_PKEY_ED25519 ... */
};

static const struct curve curves[] = {
	{"P-256", "prime256v1", 32, 0},          {"P-384", "secp384r1", 48, 0},
	{"P-521", "secp521r1", 66, 0},           {"secp256k1", "secp256k1", 32, 0},
	{"Ed25519", NULL, 32, EVP_PKEY_ED25519}, {"Ed448", NULL, 57, EVP_PKEY_ED448},
};

struct signature_key {
	enum family family;
	const struct curve *curve;
	EVP_PKEY *public;
	char *secret;
	size_t secret_len;
};

struct signature_algorithm {
	struct bytes name;
	enum family family;
	const EVP_MD *(*digest)(void);
	bool is_pss;
	const char *curve; /* NULL: any */
};

static const struct signature_algorithm algorithms[] = {
	{BYTES_INIT("HS256"), FAMILY_SECRET, EVP_sha256, false, NULL},
	{BYTES_INIT("HS384"), FAMILY_SECRET, EVP_sha384, false, NULL},
	{BYTES_INIT("HS512"), FAMILY_SECRET, EVP_sha512, false, NULL},
	{BYTES_INIT("RS256"), FAMILY_RSA, EVP_sha256, false, NULL},
	{BYTES_INIT("RS384"), FAMILY_RSA, EVP_sha384, false, NULL},
	{BYTES_INIT("RS512"), FAMILY_RSA, EVP_sha512, false, NULL},
	{BYTES_INIT("PS256"), FAMILY_RSA, EVP_sha256, true, NULL},
	{BYTES_INIT("PS384"), FAMILY_RSA, EVP_sha384, true, NULL},
	{BYTES_INIT("PS512"), FAMILY_RSA, EVP_sha512, true, NULL},
	{BYTES_INIT("ES256"), FAMILY_EC, EVP_sha256, false, "P-256"},
	{BYTES_INIT("ES384"), FAMILY_EC, EVP_sha384, false, "P-384"},
	{BYTES_INIT("ES512"), FAMILY_EC, EVP_sha512, false, "P-521"},
	{BYTES_INIT("ES256K"), FAMILY_EC, EVP_sha256, false, "secp256k1"},
	{BYTES_INIT("EdDSA"), FAMILY_EDWARDS, NULL, false, NULL},
	{BYTES_INIT("Ed25519"), FAMILY_EDWARDS, NULL, false, "Ed25519"},
	{BYTES_INIT("Ed448"), FAMILY_EDWARDS, NULL, false, "Ed448"},
};

static const unsigned char *octets(struct bytes run)
{
	return (const unsigned char *)run.data;
}

static const struct curve *curve_find(struct bytes name)
{
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		if (bytes_equal(name, bytes_of(curves[i].name)))
			return &curves[i];
	}
	return NULL;
}

static struct signature_key *key_new(enum family family, const struct curve *curve)
{
	struct signature_key *key = calloc(1, sizeof(*key));

	if (key != NULL) {
		key->family = family;
		key->curve = curve;
	}
	return key;
}

void signature_key_free(struct signature_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->public);
	if (key->secret != NULL)
		OPENSSL_cleanse(key->secret, key->secret_len);
	free(key->secret);
	free(key);
}

/* -- making keys ---------------------------------------------------------------- */

static EVP_PKEY *key_of(const char *type, OSSL_PARAM *parameters)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (context == NULL || parameters == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(context);
	return key;
}

static enum status key_finish(struct signature_key *key, struct signature_key **out_key)
{
	if (key == NULL)
		return STATUS_NO_MEMORY;
	if (key->public == NULL) {
		signature_key_free(key);
		return STATUS_INVALID;
	}
	*out_key = key;
	return STATUS_OK;
}

enum status signature_key_rsa(struct bytes modulus, struct bytes exponent, struct signature_key **out_key)
{
	struct signature_key *key;
	OSSL_PARAM_BLD *builder;
	OSSL_PARAM *parameters = NULL;
	BIGNUM *n, *e;

	while (modulus.len > 0 && modulus.data[0] == '\0')
		modulus = bytes_from(modulus, 1);
	if (modulus.len == 0 || modulus.len > LIMIT_KEY_BITS / 8 || exponent.len == 0 ||
	    exponent.len > EXPONENT_BYTES_MAX || (modulus.data[modulus.len - 1] & 1) == 0 ||
	    (exponent.data[exponent.len - 1] & 1) == 0)
		return STATUS_INVALID;
	key = key_new(FAMILY_RSA, NULL);
	builder = OSSL_PARAM_BLD_new();
	n = BN_bin2bn(octets(modulus), (int)modulus.len, NULL);
	e = BN_bin2bn(octets(exponent), (int)exponent.len, NULL);
	if (builder != NULL && n != NULL && e != NULL &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		parameters = OSSL_PARAM_BLD_to_param(builder);
	if (key != NULL)
		key->public = key_of("RSA", parameters);
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(builder);
	BN_free(n);
	BN_free(e);
	return key_finish(key, out_key);
}

enum status signature_key_ec(struct bytes name, struct bytes x, struct bytes y,
			     struct signature_key **out_key)
{
	const struct curve *curve = curve_find(name);
	unsigned char point[1 + 2 * COORDINATE_BYTES_MAX] = {POINT_CONVERSION_UNCOMPRESSED};
	struct signature_key *key;
	char group[16];

	if (curve == NULL || curve->group == NULL || x.len != curve->coordinate_len || y.len != x.len)
		return STATUS_INVALID;
	memcpy(point + 1, x.data, x.len);
	memcpy(point + 1 + x.len, y.data, y.len);
	memcpy(group, curve->group, strlen(curve->group) + 1);
	key = key_new(FAMILY_EC, curve);
	if (key != NULL)
		key->public = key_of(
			"EC",
			(OSSL_PARAM[]){OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
				       OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point,
									 1 + 2 * x.len),
				       OSSL_PARAM_construct_end()});
	return key_finish(key, out_key);
}

enum status signature_key_edwards(struct bytes name, struct bytes x, struct signature_key **out_key)
{
	const struct curve *curve = curve_find(name);
	struct signature_key *key;

	if (curve == NULL || curve->edwards == 0 || x.len != curve->coordinate_len)
		return STATUS_INVALID;
	key = key_new(FAMILY_EDWARDS, curve);
	if (key != NULL)
		key->public = EVP_PKEY_new_raw_public_key(curve->edwards, NULL, octets(x), x.len);
	return key_finish(key, out_key);
}

enum status signature_key_secret(struct bytes secret, struct signature_key **out_key)
{
	struct signature_key *key;

	if (secret.len == 0 || secret.len > LIMIT_KEY_BITS / 8)
		return STATUS_INVALID;
	key = key_new(FAMILY_SECRET, NULL);
	if (key == NULL)
		return STATUS_NO_MEMORY;
	key->secret = malloc(secret.len);
	if (key->secret == NULL) {
		signature_key_free(key);
		return STATUS_NO_MEMORY;
	}
	memcpy(key->secret, secret.data, secret.len);
	key->secret_len = secret.len;
	*out_key = key;
	return STATUS_OK;
}

bool signature_key_is_public(const struct signature_key *key)
{
	return key->public != NULL;
}

unsigned signature_key_bits(const struct signature_key *key)
{
	return key->public != NULL ? (unsigned)EVP_PKEY_get_bits(key->public) : (unsigned)key->secret_len * 8;
}

/* -- verifying ------------------------------------------------------------------ */

const struct signature_algorithm *signature_algorithm_find(struct bytes name)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		if (bytes_equal(name, algorithms[i].name))
			return &algorithms[i];
	}
	return NULL;
}

bool signature_algorithm_is_shared(const struct signature_algorithm *algorithm)
{
	return algorithm->family == FAMILY_SECRET;
}

bool signature_fits(const struct signature_key *key, const struct signature_algorithm *algorithm)
{
	return key->family == algorithm->family &&
	       (algorithm->curve == NULL || strcmp(algorithm->curve, key->curve->name) == 0);
}

bool signature_verify_secret(struct bytes secret, const struct signature_algorithm *algorithm,
			     struct bytes input, struct bytes signature)
{
	unsigned char code[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	if (HMAC(algorithm->digest(), secret.data, (int)secret.len, octets(input), input.len, code, &len) ==
	    NULL)
		return false;
	return len == signature.len && CRYPTO_memcmp(code, signature.data, len) == 0;
}

/* RFC 7518 section 3.4: R and S of fixed length, where OpenSSL wants DER. 0: none. */
static size_t to_der(struct bytes signature, unsigned char out_der[2 * COORDINATE_BYTES_MAX + 16])
{
	size_t half = signature.len / 2;
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(octets(signature), (int)half, NULL);
	BIGNUM *s = BN_bin2bn(octets(signature) + half, (int)half, NULL);
	unsigned char *at = out_der;
	int len = 0;

	if (pair != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1) {
		len = i2d_ECDSA_SIG(pair, &at);
	} else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(pair);
	return len > 0 ? (size_t)len : 0;
}

static bool set_padding(EVP_PKEY_CTX *context, const struct signature_algorithm *algorithm)
{
	if (algorithm->family != FAMILY_RSA)
		return true;
	if (!algorithm->is_pss)
		return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
	/* RFC 7518 section 3.5: the salt is as long as the hash. */
	return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

bool signature_verify(const struct signature_key *key, const struct signature_algorithm *algorithm,
		      struct bytes input, struct bytes signature)
{
	unsigned char der[2 * COORDINATE_BYTES_MAX + 16];
	EVP_PKEY_CTX *padding = NULL;
	EVP_MD_CTX *context;
	bool is_valid;

	if (!signature_fits(key, algorithm) || signature.len == 0 || signature.len > SIGNATURE_BYTES_MAX)
		return false;
	if (key->family == FAMILY_SECRET)
		return signature_verify_secret((struct bytes){.data = key->secret, .len = key->secret_len},
					       algorithm, input, signature);
	if (key->family == FAMILY_EC) {
		if (signature.len != 2 * key->curve->coordinate_len)
			return false;
		signature.len = to_der(signature, der);
		signature.data = (const char *)der;
	}
	context = EVP_MD_CTX_new();
	is_valid = context != NULL &&
		   EVP_DigestVerifyInit(context, &padding,
					algorithm->digest == NULL ? NULL : algorithm->digest(), NULL,
					key->public) == 1 &&
		   set_padding(padding, algorithm) &&
		   EVP_DigestVerify(context, octets(signature), signature.len, octets(input), input.len) == 1;
	EVP_MD_CTX_free(context);
	return is_valid;
}
