#include <string.h>

#include "rules/attack/attack.h"
#include "rules/evidence.h"

#define WORDS_LEN_MAX 400

/* RFC 9112 sections 2.2, 5.1, 5.2, 6.1, 6.3, 11.2: where two parsers may see different ends. */
static const struct {
	unsigned oddity;
	const char *words;
} kinds[] = {
	{ODDITY_LENGTH_AND_CHUNKED, "Content-Length beside Transfer-Encoding"},
	{ODDITY_LENGTH_INVALID, "a Content-Length that is no number"},
	{ODDITY_LENGTH_DIFFERS, "Content-Length values that differ"},
	{ODDITY_CODING_NOT_CHUNKED, "Transfer-Encoding that does not end in chunked"},
	{ODDITY_NAME_SPACE, "white space before a colon"},
	{ODDITY_OBS_FOLD, "a folded field line"},
	{ODDITY_BARE_LF, "bare LF"},
};

void attack_request_smuggling(const struct evidence *evidence, struct findings *out)
{
	const struct message *request = &evidence->exchange->request;
	char words[WORDS_LEN_MAX] = "";
	struct finding *finding;
	size_t len = 0;

	if (!request->is_seen)
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t words_len = strlen(kinds[i].words);

		if ((request->oddities & kinds[i].oddity) == 0 || len + words_len + 3 > sizeof(words))
			continue;
		if (len > 0) {
			words[len++] = ',';
			words[len++] = ' ';
		}
		memcpy(words + len, kinds[i].words, words_len + 1);
		len += words_len;
	}
	finding = len == 0 ? NULL : findings_add(out, "attack.request_smuggling");
	if (finding == NULL)
		return;
	finding->expected = BYTES("framing that has one reading");
	finding->observed = arena_copy(out->arena, (struct bytes){.data = words, .len = len});
	finding_say(finding, out->arena, "Ambiguous framing of " BYTES_FORMAT ": %s",
		    BYTES_PRINT(evidence_target(evidence, out->arena)), words);
}
