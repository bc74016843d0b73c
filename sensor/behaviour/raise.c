#include "sensor/behaviour/raise.h"

#include "parsers/base/check.h"

struct finding raise_of(const char *id)
{
	const struct catalogue_entry *kind = catalogue_find(bytes_of(id));

	CHECK(kind != NULL);
	return (struct finding){.kind = kind, .severity = kind->severity, .is_partner_wide = true};
}

void raise_by_answer(struct finding *finding, const struct judged *judged)
{
	static const unsigned refused[] = {401, 403, 404, 405, 429};

	if (judged->status / 100 == 2 && finding->severity < 5) {
		finding->modifiers |= SEVERITY_ACCEPTED;
		finding->severity++;
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (judged->status == refused[i] && finding->severity > 1) {
			finding->modifiers |= SEVERITY_REFUSED;
			finding->severity--;
		}
}
