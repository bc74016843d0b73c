#include "parsers/credential_names.h"

/* Shorter values named "key" are sort keys, map keys, country codes. */
#define KEY_LEN_MIN 16

static const struct bytes token_parameters[] = {
	BYTES_INIT("access_token"),
	BYTES_INIT("accesstoken"),
	BYTES_INIT("access-token"),
};

static const struct bytes key_parameters[] = {
	BYTES_INIT("api_key"),       BYTES_INIT("apikey"),           BYTES_INIT("api-key"),
	BYTES_INIT("x-api-key"),     BYTES_INIT("api_token"),        BYTES_INIT("apitoken"),
	BYTES_INIT("token"),         BYTES_INIT("id_token"),         BYTES_INIT("refresh_token"),
	BYTES_INIT("auth_token"),    BYTES_INIT("authtoken"),        BYTES_INIT("client_secret"),
	BYTES_INIT("clientsecret"),  BYTES_INIT("subscription-key"), BYTES_INIT("subscription_key"),
	BYTES_INIT("private_token"), BYTES_INIT("secret"),
};

static const struct bytes password_parameters[] = {
	BYTES_INIT("password"), BYTES_INIT("passwd"),        BYTES_INIT("pwd"),
	BYTES_INIT("pass"),     BYTES_INIT("user_password"), BYTES_INIT("sap-password"),
};

static const struct bytes session_cookies[] = {
	BYTES_INIT("jsessionid"),   BYTES_INIT("phpsessid"),           BYTES_INIT("asp.net_sessionid"),
	BYTES_INIT("session"),      BYTES_INIT("sessionid"),           BYTES_INIT("session_id"),
	BYTES_INIT("sid"),          BYTES_INIT("connect.sid"),         BYTES_INIT("mysapsso2"),
	BYTES_INIT("access_token"), BYTES_INIT("auth_token"),          BYTES_INIT("token"),
	BYTES_INIT("jwt"),          BYTES_INIT("laravel_session"),     BYTES_INIT("_session_id"),
	BYTES_INIT("session-id"),   BYTES_INIT(".aspnetcore.cookies"), BYTES_INIT("api_key"),
};

static const struct bytes session_cookie_starts[] = {
	BYTES_INIT("sap_sessionid"), /* SAP_SESSIONID_<system>_<client> */
	BYTES_INIT(".aspxauth"),
	BYTES_INIT("aspsessionid"),
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool is_in(struct bytes name, const struct bytes *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes_equal_nocase(name, list[i]))
			return true;
	}
	return false;
}

static bool starts_nocase(struct bytes name, struct bytes prefix)
{
	return bytes_equal_nocase(bytes_slice(name, 0, prefix.len), prefix);
}

static bool is(struct bytes name, struct bytes known)
{
	return (name.data[name.len - 1] | 0x20) == known.data[known.len - 1] &&
	       bytes_equal_nocase(name, known);
}

/* Asked of each field of each request: by length first, then by the last letter. */
#define IS(literal) is(name, BYTES(literal))

bool name_is_key_header(struct bytes name)
{
	switch (name.len) {
	case 6:
		return IS("apikey");
	case 7:
		return IS("api-key") || IS("api_key") || IS("x-token");
	case 8:
		return IS("x-apikey");
	case 9:
		return IS("x-api-key") || IS("api-token");
	case 10:
		return IS("x-auth-key") || IS("auth-token");
	case 11:
		return IS("x-api-token");
	case 12:
		return IS("x-auth-token") || IS("x-api-secret") || IS("access-token");
	case 13:
		return IS("private-token") || IS("x-vault-token");
	case 14:
		return IS("x-access-token") || IS("x-goog-api-key") || IS("x-gitlab-token");
	case 15:
		return IS("x-functions-key") || IS("x-client-secret");
	case 18:
		return IS("x-subscription-key");
	case 25:
		return IS("ocp-apim-subscription-key");
	default:
		return false;
	}
}

bool name_is_certificate_header(struct bytes name)
{
	switch (name.len) {
	case 11:
		return IS("client-cert"); /* RFC 9440 */
	case 13:
		return IS("x-client-cert");
	case 15:
		return IS("ssl-client-cert");
	case 16:
		return IS("x-arr-clientcert");
	case 17:
		return IS("x-ssl-client-cert") || IS("x-ssl-client-s-dn");
	case 22:
		return IS("x-amzn-mtls-clientcert");
	case 23:
		return IS("x-forwarded-client-cert");
	default:
		return false;
	}
}

#undef IS

bool name_is_token_parameter(struct bytes name)
{
	return is_in(name, token_parameters, COUNT(token_parameters));
}

bool name_is_key_parameter(struct bytes name, struct bytes value)
{
	if (bytes_equal_nocase(name, BYTES("key")))
		return value.len >= KEY_LEN_MIN;
	return is_in(name, key_parameters, COUNT(key_parameters));
}

bool name_is_password_parameter(struct bytes name)
{
	return is_in(name, password_parameters, COUNT(password_parameters));
}

bool name_is_session_cookie(struct bytes name)
{
	/* RFC 6265bis section 4.1.3: prefixes that only browsers give a meaning. */
	if (starts_nocase(name, BYTES("__Host-")))
		name = bytes_from(name, 7);
	else if (starts_nocase(name, BYTES("__Secure-")))
		name = bytes_from(name, 9);
	for (size_t i = 0; i < COUNT(session_cookie_starts); i++) {
		if (starts_nocase(name, session_cookie_starts[i]))
			return true;
	}
	return is_in(name, session_cookies, COUNT(session_cookies));
}
