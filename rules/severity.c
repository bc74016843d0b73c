#include "rules/severity.h"

#include "rules/evidence.h"

/* Departures of the caller: that the server accepted or refused them matters. */
static bool depends_on_answer(struct bytes id)
{
	static const struct bytes groups[] = {BYTES_INIT("shadow."), BYTES_INIT("auth."),
					      BYTES_INIT("access."), BYTES_INIT("conform.request.")};

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (bytes_starts(id, groups[i]))
			return true;
	}
	return false;
}

/* Findings about data itself are rated by its class already. */
static bool is_about_data(struct bytes id)
{
	return bytes_starts(id, BYTES("pii.")) || bytes_starts(id, BYTES("secret."));
}

static bool carries_sensitive_data(const struct evidence *evidence)
{
	const struct operation *operation = evidence_operation(evidence);

	if (operation != NULL && operation->sensitive_count > 0)
		return true;
	for (size_t i = 0; i < evidence->hits->count; i++) {
		if (evidence->hits->list[i].class->is_sensitive)
			return true;
	}
	return false;
}

void severity_apply(const struct evidence *evidence, struct findings *findings)
{
	const bool is_accepted = evidence_is_accepted(evidence), is_refused = evidence_is_refused(evidence);
	const bool is_complete = evidence_is_complete(evidence),
		   is_sensitive = findings->count > 0 && carries_sensitive_data(evidence);

	for (size_t i = 0; i < findings->count; i++) {
		struct finding *finding = &findings->list[i];
		struct bytes id = bytes_of(finding->kind->id);
		int severity = (int)finding->severity;

		if (is_accepted && depends_on_answer(id)) {
			finding->modifiers |= SEVERITY_ACCEPTED;
			severity++;
		}
		if (is_refused && depends_on_answer(id)) {
			finding->modifiers |= SEVERITY_REFUSED;
			severity--;
		}
		if (is_sensitive && !is_about_data(id)) {
			finding->modifiers |= SEVERITY_SENSITIVE;
			severity++;
		}
		if (!is_complete) {
			finding->modifiers |= SEVERITY_CAPTURE;
			severity--;
		}
		finding->severity = severity < 1 ? 1 : severity > 5 ? 5 : (unsigned)severity;
	}
}
