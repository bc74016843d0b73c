#include "rules/config/config.h"
#include "rules/evidence.h"
#include "rules/words.h"

static const struct header *answer_header(const struct evidence *evidence, const char *name)
{
	return message_header(&evidence->exchange->response, bytes_of(name));
}

static void tell(const struct evidence *evidence, const char *id, const char *name, const char *expected,
		 struct bytes observed, struct findings *out)
{
	struct finding *finding = findings_add(out, id);

	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_RESPONSE, PART_HEADER, bytes_of(name));
	finding->expected = bytes_of(expected);
	finding->observed = observed;
	finding_say(finding, out->arena, "%s: " BYTES_FORMAT, finding->kind->title,
		    BYTES_PRINT(evidence_target(evidence, out->arena)));
}

static bool needs_credential(const struct evidence *evidence)
{
	const struct operation *operation = evidence_operation(evidence);

	return evidence->credentials->count > 0 ||
	       (operation != NULL && operation->has_security && operation->requirement_count > 0);
}

/* Fetch standard, section 3.2.5: any page may read the answer. Where none needs a credential, that is meant.
 */
void config_cors_wildcard(const struct evidence *evidence, struct findings *out)
{
	const struct header *origin = answer_header(evidence, "access-control-allow-origin");

	if (origin == NULL || !bytes_equal(bytes_trim(origin->value), BYTES("*")) ||
	    !evidence_has_request(evidence) || !evidence_is_accepted(evidence) || !needs_credential(evidence))
		return;
	tell(evidence, "config.cors_wildcard", "access-control-allow-origin", "the origins that may read it",
	     BYTES("*"), out);
}

/* -- cookies: RFC 6265 sections 4.1.2.5, 4.1.2.6 ---------------------------------------------- */

static bool is_of_session(struct bytes name)
{
	static const struct bytes words[] = {BYTES_INIT("sess"), BYTES_INIT("sid"), BYTES_INIT("token"),
					     BYTES_INIT("auth"), BYTES_INIT("jwt")};
	static const struct bytes readable[] = {BYTES_INIT("csrf"), BYTES_INIT("xsrf")};

	for (size_t i = 0; i < sizeof(readable) / sizeof(readable[0]); i++)
		if (bytes_find_nocase(name, readable[i]) != BYTES_NOT_FOUND)
			return false; /* the page's own script has to read it */
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (bytes_find_nocase(name, words[i]) != BYTES_NOT_FOUND)
			return true;
	return false;
}

static void judge_cookie(const struct evidence *evidence, struct bytes value, struct findings *out)
{
	struct bytes pair = bytes_split(&value, ';');
	struct bytes name = bytes_trim(bytes_split(&pair, '='));
	bool is_secure = false, is_http_only = false;
	struct finding *finding;

	while (value.data != NULL) {
		struct bytes flag = bytes_trim(bytes_split(&value, ';'));

		is_secure |= bytes_equal_nocase(flag, BYTES("secure"));
		is_http_only |= bytes_equal_nocase(flag, BYTES("httponly"));
	}
	if (!is_of_session(name) || pair.len == 0 || (is_secure && is_http_only))
		return;
	finding = findings_add(out, "config.cookie_flags");
	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_RESPONSE, PART_COOKIE, words_name(bytes_slice(name, 0, 128)));
	finding->expected = BYTES("Secure and HttpOnly");
	finding->observed = is_secure      ? BYTES("no HttpOnly")
			    : is_http_only ? BYTES("no Secure")
					   : BYTES("neither");
	finding_say(finding, out->arena, "%s: " BYTES_FORMAT, finding->kind->title,
		    BYTES_PRINT(evidence_target(evidence, out->arena)));
}

void config_cookie_flags(const struct evidence *evidence, struct findings *out)
{
	const struct message *answer = &evidence->exchange->response;

	if (!evidence_has_request(evidence) || !answer->is_seen)
		return;
	for (size_t i = 0; i < answer->header_count; i++)
		if (bytes_equal(answer->headers[i].name, BYTES("set-cookie")))
			judge_cookie(evidence, answer->headers[i].value, out);
}

/* RFC 9110 section 9.3.8: TRACE gives back the request, credentials and all. */
void config_method_trace(const struct evidence *evidence, struct findings *out)
{
	struct finding *finding;

	if (!evidence_has_request(evidence) || !evidence_is_accepted(evidence) ||
	    !bytes_equal(evidence->exchange->method, BYTES("TRACE")))
		return;
	finding = findings_add(out, "config.method_trace");
	if (finding == NULL)
		return;
	finding->expected = BYTES("405 or 501");
	finding->observed = BYTES("answered");
	finding_say(finding, out->arena, "%s: " BYTES_FORMAT, finding->kind->title,
		    BYTES_PRINT(evidence_target(evidence, out->arena)));
}

/* RFC 6797 section 7.2: not over plain HTTP. What ends TLS before the mirror may add it later. */
void config_hsts_missing(const struct evidence *evidence, struct findings *out)
{
	if (!evidence->exchange->is_decrypted || !evidence->exchange->response.is_seen ||
	    evidence->exchange->response.has_unknown_fields || !evidence_has_request(evidence) ||
	    (evidence->exchange->response.oddities & ODDITY_HEAD_CUT) != 0 ||
	    answer_header(evidence, "strict-transport-security") != NULL)
		return;
	tell(evidence, "config.hsts_missing", "strict-transport-security", "max-age=31536000", BYTES("none"),
	     out);
}
