#include "sensor/admin/tokens.h"

#include <stdio.h>
#include <string.h>

#include "sensor/admin/route.h"

static const struct bytes scheme = BYTES_INIT("Bearer ");

/* RFC 6750 section 2.1 b64token, and what else is printable. */
static bool is_token(struct bytes text)
{
	if (text.len < TOKEN_LEN_MIN || text.len > TOKEN_LEN_MAX)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] <= ' ' || text.data[i] > '~')
			return false;
	return true;
}

/* NULL: good. Never holds the line itself. */
static const char *add(struct tokens *tokens, struct bytes line)
{
	size_t space = bytes_find_byte(line, ' ');
	struct bytes name = space == BYTES_NOT_FOUND ? BYTES("admin") : bytes_slice(line, 0, space);
	struct bytes text = space == BYTES_NOT_FOUND ? line : bytes_trim(bytes_from(line, space));
	struct token *token = &tokens->list[tokens->count];

	if (tokens->count == TOKENS_MAX)
		return "more tokens than 64";
	if (!route_is_id(name))
		return "a name is made of letters, digits, dot, dash and underscore: write NAME TOKEN";
	if (!is_token(text))
		return "a token has 16 to 512 printable characters without spaces";
	if (!digest_sha256(text, token->digest))
		return "it cannot be hashed";
	snprintf(token->name, sizeof(token->name), BYTES_FORMAT, BYTES_PRINT(name));
	tokens->count++;
	return NULL;
}

enum status tokens_read(struct bytes text, struct tokens *out_tokens, char *error, size_t error_len)
{
	struct tokens tokens = {0};
	unsigned number = 0;

	for (struct bytes rest = text; rest.data != NULL;) {
		struct bytes line = bytes_trim(bytes_split(&rest, '\n'));
		const char *wrong;

		number++;
		if (line.len == 0 || line.data[0] == '#')
			continue;
		wrong = add(&tokens, line);
		if (wrong != NULL) {
			snprintf(error, error_len, "line %u: %s", number, wrong);
			return STATUS_INVALID;
		}
	}
	if (tokens.count == 0) {
		snprintf(error, error_len, "there is no token in it");
		return STATUS_INVALID;
	}
	*out_tokens = tokens;
	return STATUS_OK;
}

/* Digests are compared, all of each and all of them: how long that takes says nothing of a token. */
const char *tokens_check(const struct tokens *tokens, struct bytes authorization)
{
	char digest[DIGEST_TEXT_LEN + 1];
	struct bytes text = bytes_from(authorization, scheme.len);
	const char *name = NULL;

	if (authorization.len > scheme.len + TOKEN_LEN_MAX || authorization.len <= scheme.len ||
	    !bytes_equal_nocase(bytes_slice(authorization, 0, scheme.len), scheme) ||
	    !digest_sha256(text, digest))
		return NULL;
	for (size_t i = 0; i < tokens->count; i++) {
		unsigned char different = 0;

		for (size_t k = 0; k < DIGEST_TEXT_LEN; k++)
			different |= (unsigned char)(tokens->list[i].digest[k] ^ digest[k]);
		if (different == 0)
			name = tokens->list[i].name;
	}
	return name;
}
