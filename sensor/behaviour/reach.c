#include "sensor/behaviour/reach.h"

#include "sensor/behaviour/raise.h"
#include "sensor/learner.h"

/* Of labels between dots and dashes. A sandbox is often meant for everybody. */
static const struct bytes nonproduction[] = {
	BYTES_INIT("dev"),      BYTES_INIT("develop"), BYTES_INIT("development"), BYTES_INIT("int"),
	BYTES_INIT("integ"),    BYTES_INIT("nonprod"), BYTES_INIT("preprod"),     BYTES_INIT("qa"),
	BYTES_INIT("qas"),      BYTES_INIT("stage"),   BYTES_INIT("staging"),     BYTES_INIT("stg"),
	BYTES_INIT("test"),     BYTES_INIT("testing"), BYTES_INIT("tst"),         BYTES_INIT("uat"),
	BYTES_INIT("internal"),
};

static bool is_one(struct bytes word)
{
	while (word.len > 0 && ascii_is_digit(word.data[word.len - 1]))
		word.len--; /* qa2 */
	for (size_t i = 0; i < sizeof(nonproduction) / sizeof(nonproduction[0]); i++)
		if (bytes_equal_nocase(word, nonproduction[i]))
			return true;
	return false;
}

/* The last two labels are a domain (and .test one for documents: RFC 2606). */
static struct bytes without_domain(struct bytes host)
{
	size_t dots = 0, len = host.len;

	while (len > 0 && dots < 2)
		dots += host.data[--len] == '.';
	return bytes_slice(host, 0, dots < 2 ? 0 : len);
}

bool reach_is_nonproduction(struct bytes host)
{
	struct bytes labels = without_domain(host);

	while (labels.data != NULL && labels.len > 0) {
		struct bytes label = bytes_split(&labels, '.');

		while (label.data != NULL && label.len > 0)
			if (is_one(bytes_split(&label, '-')))
				return true;
	}
	return false;
}

static void tell(struct judged *judged, const char *id, struct bytes expected, struct bytes observed)
{
	struct finding finding = raise_of(id);

	finding.is_partner_wide = false;
	finding.expected = expected;
	finding.observed = observed;
	finding.message = arena_printf(&judged->arena, "%s: " BYTES_FORMAT, finding.kind->title,
				       BYTES_PRINT(judged->operation_id));
	judged_raise(judged, &finding);
}

/* Refused, it was as it should be; unanswered, nobody knows. */
static bool is_answered(const struct judged *judged)
{
	return judged->status >= 200 && judged->status <= 399;
}

static void judge_outside(const struct reach *before, struct judged *judged)
{
	if (!before->is_new && !before->was_external && judged->time_ns - before->first_ns >= REACH_LEARN_NS)
		tell(judged, "inventory.exposure_changed", BYTES("called from inside alone"),
		     BYTES("called from outside"));
	if (reach_is_nonproduction(judged->host))
		tell(judged, "inventory.nonprod_exposed", BYTES("a host for everybody"), judged->host);
	if (!judged->is_decrypted)
		tell(judged, "transport.cleartext", BYTES("an encrypted connection"),
		     BYTES("plain HTTP from outside"));
}

void reach_judge(const struct reach *before, struct judged *judged)
{
	if (before->is_new && (before->options & OPTION_NEW_ENDPOINT) != 0 &&
	    !learner_is_refused(judged->status))
		tell(judged, "inventory.new_endpoint", BYTES("an endpoint that was seen before"),
		     BYTES("a new one"));
	if (!is_answered(judged))
		return;
	if (judged->partner_id.len == 0 && judged->is_of_partner)
		tell(judged, "inventory.unknown_partner", BYTES("a caller whom a contract names"),
		     BYTES("nobody whom one names"));
	if (judged->is_external)
		judge_outside(before, judged);
}
