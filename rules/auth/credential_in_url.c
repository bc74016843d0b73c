#include "parsers/credential_names.h"
#include "rules/auth/auth.h"
#include "rules/evidence.h"
#include "rules/words.h"

static void tell(const struct evidence *evidence, enum part part, struct bytes name, const char *what,
		 struct findings *out)
{
	struct finding *finding = findings_add(out, "auth.credential_in_url");

	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_REQUEST, part, name);
	finding->expected = BYTES("no credential in the URL");
	finding->observed = bytes_of(what);
	finding_say(finding, out->arena, "A %s in the %s%s" BYTES_FORMAT " of " BYTES_FORMAT, what,
		    part == PART_PATH ? "path" : "query", name.len > 0 ? " parameter " : "",
		    BYTES_PRINT(words_name(name)), BYTES_PRINT(evidence_target(evidence, out->arena)));
}

/* The contract itself asks for a key in this query parameter. */
static bool is_agreed(const struct operation *operation, struct bytes name)
{
	for (size_t i = 0; operation != NULL && i < operation->requirement_count; i++) {
		const struct security_requirement *requirement = &operation->requirements[i];

		for (size_t j = 0; j < requirement->count; j++) {
			const struct security_scheme *scheme = &requirement->schemes[j];

			if (scheme->kind == SECURITY_API_KEY && scheme->part == PART_QUERY &&
			    bytes_equal_nocase(scheme->name, name))
				return true;
		}
	}
	return false;
}

static void judge_query(const struct evidence *evidence, struct findings *out)
{
	struct exchange *exchange = evidence->exchange;
	size_t count;
	const struct form_field *fields = form_read(exchange->query, &exchange->arena, &count);

	for (size_t i = 0; i < count; i++) {
		struct bytes name = fields[i].name, value = fields[i].value;

		/* A client's secret has a finding of its own. */
		if (value.len == 0 || bytes_equal_nocase(name, BYTES("client_secret")) ||
		    is_agreed(evidence_operation(evidence), name))
			continue;
		if (name_is_password_parameter(name))
			tell(evidence, PART_QUERY, name, "password", out);
		else if (name_is_token_parameter(name) || jwt_is_likely(value))
			tell(evidence, PART_QUERY, name, "token", out);
		else if (name_is_key_parameter(name, value))
			tell(evidence, PART_QUERY, name,
			     bytes_find_nocase(name, BYTES("token")) == BYTES_NOT_FOUND ? "key" : "token",
			     out);
	}
}

static void judge_path(const struct evidence *evidence, struct findings *out)
{
	for (struct bytes rest = evidence->exchange->path; rest.data != NULL;) {
		if (jwt_is_likely(bytes_split(&rest, '/'))) {
			tell(evidence, PART_PATH, BYTES_NONE, "token", out);
			return;
		}
	}
}

/* What the packs know as a machine's secret: cloud keys, private keys. */
static void judge_hits(const struct evidence *evidence, struct findings *out)
{
	for (size_t i = 0; i < evidence->hits->count; i++) {
		const struct hit *hit = &evidence->hits->list[i];

		if (!hit->class->is_secret || hit->side != SIDE_REQUEST)
			continue;
		if (hit->part == PART_PATH ||
		    (hit->part == PART_QUERY && !is_agreed(evidence_operation(evidence), hit->name)))
			tell(evidence, hit->part, hit->part == PART_PATH ? BYTES_NONE : hit->name, "secret",
			     out);
	}
}

void auth_credential_in_url(const struct evidence *evidence, struct findings *out)
{
	if (!evidence->exchange->request.is_seen)
		return;
	judge_query(evidence, out);
	judge_path(evidence, out);
	judge_hits(evidence, out);
}
