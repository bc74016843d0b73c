#include "rules/auth/auth.h"
#include "rules/evidence.h"
#include "specs/partner.h"

/* What a certificate says in one way or another. */
enum shown { SHOWN_NONE, SHOWN_OTHER, SHOWN_AGREED };

/* The whole name, or one part of it: "CN=acme" in "CN=acme,O=Acme GmbH" and in "/O=Acme GmbH/CN=acme". */
static bool is_agreed(const struct partner *partner, struct bytes name)
{
	const char separator = name.len > 0 && name.data[0] == '/' ? '/' : ',';

	for (size_t i = 0; i < partner->mtls_subject_count; i++) {
		if (glob_match(partner->mtls_subjects[i], name))
			return true;
		for (struct bytes rest = name; rest.data != NULL;) {
			if (glob_match(partner->mtls_subjects[i], bytes_trim(bytes_split(&rest, separator))))
				return true;
		}
	}
	return false;
}

static struct bytes unquoted(struct bytes text)
{
	text = bytes_trim(text);
	if (text.len >= 2 && text.data[0] == '"' && text.data[text.len - 1] == '"')
		return bytes_slice(text, 1, text.len - 2);
	return text;
}

/* Up to the separator, which inside quotes is none. */
static struct bytes split_unquoted(struct bytes *rest, char separator)
{
	bool is_quoted = false;
	struct bytes part = *rest;

	for (size_t i = 0; i < rest->len; i++) {
		if (rest->data[i] == '"')
			is_quoted = !is_quoted;
		if (rest->data[i] != separator || is_quoted)
			continue;
		part.len = i;
		*rest = bytes_from(*rest, i + 1);
		return part;
	}
	*rest = BYTES_NONE;
	return part;
}

/* Envoy's x-forwarded-client-cert: elements of key=value; the last is of the nearest proxy's peer. */
static enum shown forwarded_shown(const struct partner *partner, struct bytes value)
{
	enum shown shown = SHOWN_NONE;

	for (struct bytes rest = value; rest.data != NULL;) {
		struct bytes element = split_unquoted(&rest, ',');

		shown = SHOWN_OTHER;
		for (struct bytes pairs = element; pairs.data != NULL;) {
			struct bytes text = split_unquoted(&pairs, ';');
			struct bytes key = bytes_trim(bytes_split(&text, '='));

			if ((bytes_equal_nocase(key, BYTES("Subject")) ||
			     bytes_equal_nocase(key, BYTES("URI")) ||
			     bytes_equal_nocase(key, BYTES("DNS"))) &&
			    is_agreed(partner, unquoted(text)))
				shown = SHOWN_AGREED;
		}
	}
	return shown;
}

/* A certificate in full says who it is to somebody who reads X.509; here it is there, and no more. */
static enum shown shown_by(const struct partner *partner, const struct credential *certificate)
{
	if (bytes_equal(certificate->name, BYTES("x-forwarded-client-cert")))
		return forwarded_shown(partner, certificate->value);
	if (bytes_equal(certificate->name, BYTES("x-ssl-client-s-dn")))
		return is_agreed(partner, certificate->value) ? SHOWN_AGREED : SHOWN_OTHER;
	return SHOWN_AGREED;
}

/* Anybody can write the field: where proxies are named, only theirs counts. */
static bool is_trusted(const struct evidence *evidence)
{
	const struct exchange *exchange = evidence->exchange;
	const struct endpoint *peer = exchange->is_proxied ? &exchange->proxy : &exchange->client;
	const struct surroundings *around = evidence->surroundings;

	return around == NULL || around->forwarded.proxy_count == 0 ||
	       forwarded_is_proxy(&around->forwarded, &peer->address);
}

void auth_mtls(const struct evidence *evidence, struct findings *out)
{
	const struct partner *partner = evidence->partner;
	enum shown shown = SHOWN_NONE;
	struct finding *finding;

	if (partner == NULL || partner->mtls_subject_count == 0 || !evidence_has_request(evidence) ||
	    !evidence_is_accepted(evidence))
		return;
	for (size_t i = 0; i < evidence->credentials->count && is_trusted(evidence); i++) {
		const struct credential *credential = &evidence->credentials->list[i];

		if (credential->kind == CREDENTIAL_CERTIFICATE)
			shown = shown_by(partner, credential);
	}
	if (shown == SHOWN_AGREED)
		return;
	finding = findings_add(out, "auth.mtls_missing");
	if (finding == NULL)
		return;
	finding->expected = BYTES("a certificate of the agreed subjects");
	finding->observed = shown == SHOWN_NONE ? BYTES("no certificate") : BYTES("another certificate");
	finding_say(finding, out->arena, "%s: " BYTES_FORMAT, finding->kind->title,
		    BYTES_PRINT(evidence_target(evidence, out->arena)));
}
