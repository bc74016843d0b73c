#include <string.h>

#include <yyjson.h>

#include "rules/validator_table.h"

/* A longer JOSE header is nobody's; also bounds the work a candidate costs. */
#define HEADER_TEXT_MAX 2048

/* RFC 4648 sections 4 and 5, without padding. */
static int base64_value(char byte)
{
	if (byte >= 'A' && byte <= 'Z')
		return byte - 'A';
	if (byte >= 'a' && byte <= 'z')
		return byte - 'a' + 26;
	if (ascii_is_digit(byte))
		return byte - '0' + 52;
	return byte == '-' || byte == '+' ? 62 : byte == '_' || byte == '/' ? 63 : -1;
}

static bool base64_read(struct bytes text, char *out_data, size_t *out_len)
{
	uint32_t bits = 0;
	unsigned held = 0;
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		int value = base64_value(text.data[i]);

		if (value < 0)
			return false;
		bits = bits << 6 | (uint32_t)value;
		held += 6;
		if (held >= 8) {
			held -= 8;
			out_data[len++] = (char)(bits >> held & 0xff);
		}
	}
	*out_len = len;
	return text.len % 4 != 1;
}

/* RFC 7515 section 4.1.1: the header is a JSON object with "alg". */
static bool accept_jwt(struct bytes candidate, struct bytes argument)
{
	size_t dot = bytes_find_byte(bytes_slice(candidate, 0, HEADER_TEXT_MAX), '.'), len;
	char header[HEADER_TEXT_MAX], pool[HEADER_TEXT_MAX * 16];
	yyjson_alc alc;
	yyjson_doc *doc;

	(void)argument;
	if (dot == BYTES_NOT_FOUND || !base64_read(bytes_slice(candidate, 0, dot), header, &len))
		return false;
	yyjson_alc_pool_init(&alc, pool, sizeof(pool));
	doc = yyjson_read_opts(header, len, 0, &alc, NULL); /* lives in the pool: nothing to free */
	return yyjson_is_str(yyjson_obj_get(yyjson_doc_get_root(doc), "alg"));
}

static uint32_t crc32_of(struct bytes run)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < run.len; i++) {
		crc ^= (unsigned char)run.data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
	}
	return ~crc;
}

static int base62_value(char byte)
{
	if (ascii_is_digit(byte))
		return byte - '0';
	if (byte >= 'A' && byte <= 'Z')
		return byte - 'A' + 10;
	return byte >= 'a' && byte <= 'z' ? byte - 'a' + 36 : -1;
}

/* "ghp_" and its kin: 30 random characters, then their CRC-32 in six base-62 digits.
 * Fine-grained tokens ("github_pat_") publish no check sum. */
static bool accept_github(struct bytes candidate, struct bytes argument)
{
	struct bytes random = bytes_slice(candidate, 4, 30);
	uint64_t check = 0;

	(void)argument;
	if (bytes_starts(candidate, BYTES("github_pat_")))
		return candidate.len == 93;
	if (candidate.len != 40)
		return false;
	for (size_t i = 34; i < 40; i++) {
		int value = base62_value(candidate.data[i]);

		if (value < 0)
			return false;
		check = check * 62 + (uint64_t)value;
	}
	return check == crc32_of(random);
}

/* An access key id: 16 characters of base 32 that vary, and none of the published examples. */
static bool accept_aws(struct bytes candidate, struct bytes argument)
{
	unsigned counts[256] = {0}, distinct = 0;

	(void)argument;
	if (candidate.len != 20 || bytes_ends(candidate, BYTES("EXAMPLE")))
		return false;
	for (size_t i = 4; i < candidate.len; i++)
		if (counts[(unsigned char)candidate.data[i]]++ == 0)
			distinct++;
	return distinct >= 7; /* random keys have 10 to 16 */
}

/* RFC 7617: printable text with a colon. */
static bool accept_basic(struct bytes candidate, struct bytes argument)
{
	struct bytes text = bytes_from(candidate, strlen("Basic "));
	char decoded[HEADER_TEXT_MAX];
	size_t len;
	bool is_pair = false, is_printable = true;

	(void)argument;
	while (text.len > 0 && text.data[text.len - 1] == '=')
		text.len--;
	if (text.len > HEADER_TEXT_MAX || !base64_read(text, decoded, &len))
		return false;
	for (size_t i = 0; i < len; i++) {
		is_printable = is_printable && (unsigned char)decoded[i] >= ' ' && decoded[i] != 0x7f;
		is_pair = is_pair || (decoded[i] == ':' && i > 0);
	}
	explicit_bzero(decoded, sizeof(decoded));
	return is_pair && is_printable;
}

const struct validator validators_secret[] = {
	{.name = "jwt", .accepts = accept_jwt},
	{.name = "github", .accepts = accept_github},
	{.name = "aws", .accepts = accept_aws},
	{.name = "basic", .accepts = accept_basic},
	{0},
};
