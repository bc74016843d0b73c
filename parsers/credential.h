/*
 * credential: what a request shows to say who it is. Finds, classifies and
 * unpacks; knows no contract.
 *
 * Values are secrets: they live in the exchange's arena, leave only as keyed
 * fingerprints, and are wiped with it.
 */
#pragma once

#include "parsers/exchange.h"
#include "parsers/jwt.h"

enum credential_kind {
	CREDENTIAL_BASIC,     /* RFC 7617 */
	CREDENTIAL_BEARER,    /* RFC 6750 */
	CREDENTIAL_DIGEST,    /* RFC 7616 */
	CREDENTIAL_NEGOTIATE, /* RFC 4559 */
	CREDENTIAL_NTLM,
	CREDENTIAL_AWS,         /* Signature Version 4 */
	CREDENTIAL_HMAC,        /* HMAC and Signature schemes by whatever name */
	CREDENTIAL_SCHEME,      /* another Authorization scheme */
	CREDENTIAL_KEY,         /* an API key by a usual name: x-api-key, api_key, apikey, ... */
	CREDENTIAL_COOKIE,      /* a session cookie by a usual name */
	CREDENTIAL_CERTIFICATE, /* a client certificate named by a proxy (X-Forwarded-Client-Cert ...) */
};

enum credential_place { CREDENTIAL_IN_HEADER, CREDENTIAL_IN_QUERY, CREDENTIAL_IN_COOKIE };

struct credential {
	enum credential_kind kind;
	enum credential_place place;
	struct bytes name;     /* of the field, parameter or cookie */
	struct bytes scheme;   /* as sent: "Basic", "Bearer"; empty for keys */
	struct bytes value;    /* the secret as sent, without the scheme; may be empty */
	struct bytes user;     /* Basic and Digest user name */
	struct bytes password; /* Basic */
	bool is_malformed;     /* Basic that is not base64 or has no colon, ... */
	bool has_jwt;
	struct jwt jwt;
};

#define CREDENTIALS_MAX 8

struct credentials {
	struct credential list[CREDENTIALS_MAX];
	size_t count;
};

/* Finds all of a request, Authorization first. Cookies and keys by usual names only. */
void credential_find(struct exchange *exchange, struct credentials *out_credentials);

/* First of that kind, or NULL. */
const struct credential *credentials_of(const struct credentials *credentials, enum credential_kind kind);
const char *credential_kind_name(enum credential_kind kind); /* "basic", "bearer", ... */
