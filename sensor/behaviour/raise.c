#include "sensor/behaviour/raise.h"

#include "parsers/base/check.h"

struct finding raise_of(const char *id)
{
	const struct catalogue_entry *kind = catalogue_find(bytes_of(id));

	CHECK(kind != NULL);
	return (struct finding){.kind = kind, .severity = kind->severity, .is_partner_wide = true};
}
