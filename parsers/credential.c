#include "parsers/credential.h"

#include "parsers/body.h"
#include "parsers/credential_names.h"

static void add(struct credentials *out, struct credential credential, struct arena *arena)
{
	if (out->count == CREDENTIALS_MAX)
		return;
	if (bytes_find_byte(credential.value, '.') != BYTES_NOT_FOUND)
		credential.has_jwt = jwt_read(credential.value, arena, &credential.jwt);
	out->list[out->count++] = credential;
}

/* RFC 7617 section 2: everything before the first colon is the user. */
static void basic_open(struct credential *basic, struct arena *arena)
{
	struct bytes pair = base64_decode(basic->value, arena);
	size_t colon = bytes_find_byte(pair, ':');

	basic->is_malformed = pair.len == 0 || colon == BYTES_NOT_FOUND;
	if (basic->is_malformed)
		return;
	basic->user = bytes_slice(pair, 0, colon);
	basic->password = bytes_from(pair, colon + 1);
}

/* RFC 6750 section 2.1: b64token. */
static bool is_token68(struct bytes value)
{
	size_t end = value.len;

	while (end > 0 && value.data[end - 1] == '=')
		end--;
	for (size_t i = 0; i < end; i++) {
		if (!ascii_is_alnum(value.data[i]) &&
		    bytes_find_byte(BYTES("-._~+/"), value.data[i]) == BYTES_NOT_FOUND)
			return false;
	}
	return end > 0;
}

/* RFC 7616 section 3.4: username="..."; the extended form username* is left as it is. */
static struct bytes digest_user(struct bytes value)
{
	for (struct bytes rest = value; rest.data != NULL;) {
		struct bytes user = bytes_trim(bytes_split(&rest, ','));
		struct bytes name = bytes_split(&user, '=');

		if (!bytes_equal_nocase(bytes_trim(name), BYTES("username")))
			continue;
		user = bytes_trim(user);
		if (user.len >= 2 && user.data[0] == '"' && user.data[user.len - 1] == '"')
			user = bytes_slice(user, 1, user.len - 2);
		return user;
	}
	return BYTES_NONE;
}

static enum credential_kind scheme_kind(struct bytes scheme)
{
	static const struct {
		struct bytes scheme;
		enum credential_kind kind;
	} known[] = {
		{BYTES_INIT("basic"), CREDENTIAL_BASIC},   {BYTES_INIT("bearer"), CREDENTIAL_BEARER},
		{BYTES_INIT("digest"), CREDENTIAL_DIGEST}, {BYTES_INIT("negotiate"), CREDENTIAL_NEGOTIATE},
		{BYTES_INIT("ntlm"), CREDENTIAL_NTLM},     {BYTES_INIT("aws4-hmac-sha256"), CREDENTIAL_AWS},
		{BYTES_INIT("aws"), CREDENTIAL_AWS},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (bytes_equal_nocase(scheme, known[i].scheme))
			return known[i].kind;
	}
	if (bytes_find_nocase(scheme, BYTES("hmac")) != BYTES_NOT_FOUND ||
	    bytes_find_nocase(scheme, BYTES("signature")) != BYTES_NOT_FOUND)
		return CREDENTIAL_HMAC;
	return CREDENTIAL_SCHEME;
}

/* A secret alone in the field ("Authorization: 5f3c...") must never be taken for a scheme's name. */
static bool is_scheme_name(struct bytes word)
{
	if (word.len == 0 || word.len > 32)
		return false;
	for (size_t i = 0; i < word.len; i++) {
		if (!ascii_is_alnum(word.data[i]) && word.data[i] != '-' && word.data[i] != '_')
			return false;
	}
	return true;
}

static struct credential authorization_read(const struct header *header, struct arena *arena)
{
	struct bytes rest = header->value;
	struct bytes word = bytes_split(&rest, ' ');
	struct credential found = {
		.kind = scheme_kind(word), .place = CREDENTIAL_IN_HEADER, .name = header->name};

	if (!is_scheme_name(word) || (rest.data == NULL && found.kind == CREDENTIAL_SCHEME)) {
		found.kind = CREDENTIAL_KEY;
		found.value = header->value;
		return found;
	}
	found.scheme = word;
	found.value = bytes_trim(rest);
	switch (found.kind) {
	case CREDENTIAL_BASIC:
		basic_open(&found, arena);
		break;
	case CREDENTIAL_BEARER:
		found.is_malformed = !is_token68(found.value);
		break;
	case CREDENTIAL_DIGEST:
		found.user = digest_user(found.value);
		found.is_malformed = found.user.len == 0;
		break;
	case CREDENTIAL_NEGOTIATE:
		/* MS-NLMP section 2.2.1: "NTLMSSP\0" in base64. */
		if (bytes_starts(found.value, BYTES("TlRMTVNTU")))
			found.kind = CREDENTIAL_NTLM;
		break;
	default:
		break;
	}
	return found;
}

static void authorizations_find(struct exchange *exchange, struct credentials *out)
{
	const struct header *header = message_header(&exchange->request, BYTES("authorization"));

	for (; header != NULL; header = message_header_next(&exchange->request, header)) {
		if (header->value.len > 0)
			add(out, authorization_read(header, &exchange->arena), &exchange->arena);
	}
}

static void fields_find(struct exchange *exchange, struct credentials *out)
{
	for (size_t i = 0; i < exchange->request.header_count; i++) {
		const struct header *header = &exchange->request.headers[i];
		bool is_key = name_is_key_header(header->name);

		if (header->value.len == 0 || (!is_key && !name_is_certificate_header(header->name)))
			continue;
		add(out,
		    (struct credential){.kind = is_key ? CREDENTIAL_KEY : CREDENTIAL_CERTIFICATE,
					.place = CREDENTIAL_IN_HEADER,
					.name = header->name,
					.value = header->value},
		    &exchange->arena);
	}
}

static void query_find(struct exchange *exchange, struct credentials *out)
{
	size_t count;
	struct form_field *fields = form_read(exchange->query, &exchange->arena, &count);

	for (size_t i = 0; i < count; i++) {
		struct credential found = {
			.place = CREDENTIAL_IN_QUERY, .name = fields[i].name, .value = fields[i].value};

		if (fields[i].value.len == 0)
			continue;
		if (name_is_token_parameter(fields[i].name))
			found.kind = CREDENTIAL_BEARER;
		else if (name_is_key_parameter(fields[i].name, fields[i].value))
			found.kind = CREDENTIAL_KEY;
		else if (bytes_equal_nocase(fields[i].name, BYTES("x-amz-signature")))
			found.kind = CREDENTIAL_AWS;
		else
			continue;
		add(out, found, &exchange->arena);
	}
}

static void cookies_find(struct exchange *exchange, struct credentials *out)
{
	const struct header *header = message_header(&exchange->request, BYTES("cookie"));

	for (; header != NULL; header = message_header_next(&exchange->request, header)) {
		for (struct bytes rest = header->value; rest.data != NULL;) {
			struct bytes value = bytes_split(&rest, ';');
			struct bytes name = bytes_trim(bytes_split(&value, '='));

			value = bytes_trim(value);
			if (value.len > 0 && name_is_session_cookie(name))
				add(out,
				    (struct credential){.kind = CREDENTIAL_COOKIE,
							.place = CREDENTIAL_IN_COOKIE,
							.name = name,
							.value = value},
				    &exchange->arena);
		}
	}
}

void credential_find(struct exchange *exchange, struct credentials *out_credentials)
{
	out_credentials->count = 0;
	authorizations_find(exchange, out_credentials);
	fields_find(exchange, out_credentials);
	query_find(exchange, out_credentials);
	cookies_find(exchange, out_credentials);
}

const struct credential *credentials_of(const struct credentials *credentials, enum credential_kind kind)
{
	for (size_t i = 0; i < credentials->count; i++) {
		if (credentials->list[i].kind == kind)
			return &credentials->list[i];
	}
	return NULL;
}

const char *credential_kind_name(enum credential_kind kind)
{
	switch (kind) {
	case CREDENTIAL_BASIC:
		return "basic";
	case CREDENTIAL_BEARER:
		return "bearer";
	case CREDENTIAL_DIGEST:
		return "digest";
	case CREDENTIAL_NEGOTIATE:
		return "negotiate";
	case CREDENTIAL_NTLM:
		return "ntlm";
	case CREDENTIAL_AWS:
		return "aws_signature";
	case CREDENTIAL_HMAC:
		return "hmac";
	case CREDENTIAL_SCHEME:
		return "other_scheme";
	case CREDENTIAL_KEY:
		return "api_key";
	case CREDENTIAL_COOKIE:
		return "cookie";
	case CREDENTIAL_CERTIFICATE:
		return "certificate";
	}
	return "unknown";
}
