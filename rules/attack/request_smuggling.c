#include <stdarg.h>
#include <stdio.h>

#include "rules/attack/attack.h"
#include "rules/evidence.h"

#define WORDS_LEN_MAX 800

/* A list of words, "; " or ", " between them; what has no room is left out. */
struct words {
	char text[WORDS_LEN_MAX];
	size_t len;
};

__attribute__((format(printf, 3, 4))) static void words_add(struct words *words, const char *between,
							    const char *format, ...)
{
	size_t room = sizeof(words->text) - words->len;
	char *at = words->text + words->len;
	int len, before;
	va_list args;

	before = snprintf(at, room, "%s", words->len > 0 ? between : "");
	if (before < 0 || (size_t)before >= room)
		return;
	va_start(args, format);
	len = vsnprintf(at + before, room - (size_t)before, format, args);
	va_end(args);
	if (len >= 0 && (size_t)before + (size_t)len < room)
		words->len += (size_t)before + (size_t)len;
	words->text[words->len] = '\0';
}

/* What each of two servers may understand. */
struct readings {
	struct words kinds, one, other;
};

static void say(struct readings *readings, const char *kind, const char *one, const char *other)
{
	words_add(&readings->kinds, ", ", "%s", kind);
	words_add(&readings->one, "; ", "%s", one);
	words_add(&readings->other, "; ", "%s", other);
}

/* The first Content-Length, and the first that differs from it. */
struct lengths {
	bool has_one, has_other;
	uint64_t one, other;
};

static void lengths_see(struct lengths *lengths, struct bytes value)
{
	for (struct bytes rest = value; rest.data != NULL;) {
		uint64_t length;

		if (!bytes_to_u64(bytes_trim(bytes_split(&rest, ',')), &length))
			continue;
		if (!lengths->has_one)
			lengths->one = length;
		else if (!lengths->has_other && length != lengths->one)
			lengths->other = length;
		lengths->has_other |= lengths->has_one && length != lengths->one;
		lengths->has_one = true;
	}
}

static struct lengths lengths_of(const struct message *request)
{
	struct lengths lengths = {0};

	for (size_t i = 0; i < request->header_count; i++)
		if (!request->headers[i].is_trailer &&
		    bytes_equal(request->headers[i].name, BYTES("content-length")))
			lengths_see(&lengths, request->headers[i].value);
	return lengths;
}

static void say_length(struct words *words, bool is_known, uint64_t length)
{
	if (is_known)
		words_add(words, "; ", "Content-Length reads %llu bytes", (unsigned long long)length);
	else
		words_add(words, "; ", "Content-Length is no number");
}

/* RFC 9112 sections 6.1 and 6.3: where the body ends. */
static void say_body(const struct message *request, struct readings *readings)
{
	struct lengths lengths = lengths_of(request);
	unsigned oddities = request->oddities;

	if (oddities & ODDITY_LENGTH_AND_CHUNKED) {
		words_add(&readings->kinds, ", ", "Content-Length beside Transfer-Encoding");
		say_length(&readings->one, lengths.has_one, lengths.one);
		if (oddities & ODDITY_CODING_NOT_CHUNKED)
			words_add(&readings->other, "; ",
				  "Transfer-Encoding reads to the end of the connection");
		else
			words_add(&readings->other, "; ", "Transfer-Encoding reads %llu bytes%s",
				  (unsigned long long)request->body.wire_len,
				  request->is_complete ? "" : " or more");
	} else if (oddities & ODDITY_CODING_NOT_CHUNKED) {
		if (request->body.wire_len > 0)
			words_add(&readings->one, "; ", "Transfer-Encoding reads %llu bytes in chunks",
				  (unsigned long long)request->body.wire_len);
		else
			words_add(&readings->one, "; ", "no Content-Length: no body");
		words_add(&readings->other, "; ", "Transfer-Encoding reads to the end of the connection");
	}
	if (oddities & ODDITY_CODING_NOT_CHUNKED)
		words_add(&readings->kinds, ", ", "Transfer-Encoding that does not end in chunked");
	if (oddities & ODDITY_LENGTH_INVALID)
		say(readings, "a Content-Length that is no number", "such a request is refused",
		    "its leading digits are the length, or it has no body");
	if (oddities & ODDITY_LENGTH_DIFFERS) {
		words_add(&readings->kinds, ", ", "Content-Length values that differ");
		say_length(&readings->one, lengths.has_one, lengths.one);
		say_length(&readings->other, lengths.has_other, lengths.other);
	}
}

/* RFC 9112 sections 2.2, 5.1, 5.2, 7.1: where a line ends, and what field it is. */
static const struct {
	unsigned oddity;
	const char *kind, *one, *other;
} lines[] = {
	{ODDITY_NAME_SPACE, "white space before a colon", "the name ends before the white space",
	 "the white space makes it another field, or none"},
	{ODDITY_OBS_FOLD, "a folded field line", "the line goes on with the one before",
	 "the line is a field of its own, or none"},
	{ODDITY_BARE_LF, "bare LF", "lines end with LF", "lines end with CR LF only"},
	{ODDITY_BARE_CR, "bare CR", "CR inside a line is white space", "lines end with CR"},
	{ODDITY_CHUNK_SIZE, "a chunk size with more than its digits",
	 "the size is read up to what is no digit", "such a chunk is refused, or has another size"},
};

static void judge_framing(const struct evidence *evidence, struct findings *out)
{
	const struct message *request = &evidence->exchange->request;
	struct readings readings = {0};
	struct finding *finding;

	say_body(request, &readings);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (request->oddities & lines[i].oddity)
			say(&readings, lines[i].kind, lines[i].one, lines[i].other);
	finding = readings.kinds.len == 0 ? NULL : findings_add(out, "attack.request_smuggling");
	if (finding == NULL)
		return;
	finding->expected = arena_copy(out->arena, (struct bytes){readings.one.text, readings.one.len});
	finding->observed = arena_copy(out->arena, (struct bytes){readings.other.text, readings.other.len});
	finding_say(finding, out->arena, "Ambiguous framing of " BYTES_FORMAT ": %s",
		    BYTES_PRINT(evidence_target(evidence, out->arena)), readings.kinds.text);
}

void attack_request_smuggling(const struct evidence *evidence, struct findings *out)
{
	const struct message *request = &evidence->exchange->request;

	if (request->is_seen && request->oddities != 0) /* hardly one has any */
		judge_framing(evidence, out);
}
