#include "rules/attack/attack.h"
#include "rules/evidence.h"

/* RFC 9113 section 10.5; CVE-2023-44487 and CVE-2024-27316 are the floods that servers fell to. */
static const struct {
	unsigned oddity;
	struct bytes expected, observed;
} kinds[] = {
	{ODDITY_RESET_FLOOD, BYTES_INIT("requests that wait for their answers"),
	 BYTES_INIT("hundreds of requests a second, each taken back at once")},
	{ODDITY_CONTINUATION_FLOOD, BYTES_INIT("a header block that ends"),
	 BYTES_INIT("hundreds of CONTINUATION frames for one header block")},
};

void attack_h2_abuse(const struct evidence *evidence, struct findings *out)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct finding *finding;

		if ((evidence->exchange->request.oddities & kinds[i].oddity) == 0)
			continue;
		finding = findings_add(out, "attack.h2_abuse");
		if (finding == NULL)
			return;
		finding->expected = kinds[i].expected;
		finding->observed = kinds[i].observed;
		finding_say(finding, out->arena, "HTTP/2 abused: " BYTES_FORMAT,
			    BYTES_PRINT(kinds[i].observed));
	}
}
