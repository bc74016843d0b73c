#include "rules/evidence.h"
#include "rules/leak/leak.h"
#include "rules/words.h"

static const struct bytes banners[] = {
	BYTES_INIT("server"),           BYTES_INIT("x-aspnet-version"), BYTES_INIT("x-aspnetmvc-version"),
	BYTES_INIT("x-generator"),      BYTES_INIT("x-powered-by"),     BYTES_INIT("x-runtime-version"),
	BYTES_INIT("x-server-version"),
};

static const struct bytes debuggers[] = {
	BYTES_INIT("phpdebugbar-id"), BYTES_INIT("x-chromelogger-data"), BYTES_INIT("x-chromephp-data"),
	BYTES_INIT("x-clockwork-id"), BYTES_INIT("x-debug-exception"),   BYTES_INIT("x-debug-exception-file"),
	BYTES_INIT("x-debug-token"),  BYTES_INIT("x-debug-token-link"),
};

static bool is_one_of(struct bytes name, const struct bytes *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(name, names[i]))
			return true;
	return false;
}

/* "nginx/1.18.0" and "PHP 7.4" tell a version, "nginx" and "cloudflare" do not: RFC 9110 section 10.2.4. */
static bool tells_version(struct bytes value)
{
	for (size_t i = 1; i < value.len; i++) {
		char before = value.data[i - 1];

		if (ascii_is_digit(value.data[i]) &&
		    (before == '/' || before == ' ' || before == 'v' || before == '.'))
			return true;
	}
	return value.len > 0 && ascii_is_digit(value.data[0]);
}

static void tell(const struct evidence *evidence, const struct header *header, const char *id,
		 struct findings *out)
{
	struct finding *finding = findings_add(out, id);

	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_RESPONSE, PART_HEADER, header->name);
	finding->expected = BYTES("nothing about the inside of the provider");
	finding->observed = words_text(bytes_slice(header->value, 0, 80), out->arena);
	finding_say(finding, out->arena, "%s (" BYTES_FORMAT ")", finding->kind->title,
		    BYTES_PRINT(evidence_target(evidence, out->arena)));
}

void leak_banner(const struct evidence *evidence, struct findings *out)
{
	const struct message *answer = &evidence->exchange->response;

	if (!evidence_has_request(evidence)) /* nobody knows whose answer it is */
		return;
	for (size_t i = 0; answer->is_seen && i < answer->header_count; i++) {
		const struct header *header = &answer->headers[i];

		if (is_one_of(header->name, debuggers, sizeof(debuggers) / sizeof(debuggers[0])))
			tell(evidence, header, "leak.debug", out);
		else if ((evidence->options & OPTION_SERVER_BANNER) != 0 &&
			 is_one_of(header->name, banners, sizeof(banners) / sizeof(banners[0])) &&
			 tells_version(header->value))
			tell(evidence, header, "leak.server_banner", out);
	}
}
