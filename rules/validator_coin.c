#include <string.h>

#include "rules/keccak.h"
#include "rules/validator_table.h"
#include "specs/digest.h"

#define ADDRESS_LEN 25 /* version, 20 bytes of hash, 4 of check sum */

static int hex_value(char byte)
{
	if (ascii_is_digit(byte))
		return byte - '0';
	byte = ascii_lower(byte);
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

static bool sha256(struct bytes run, uint8_t out_digest[DIGEST_TEXT_LEN / 2])
{
	char text[DIGEST_TEXT_LEN + 1];

	if (!digest_sha256(run, text))
		return false;
	for (size_t i = 0; i < DIGEST_TEXT_LEN / 2; i++)
		out_digest[i] = (uint8_t)(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
	return true;
}

/* Base58Check: a number in base 58 of 25 bytes, the last four from SHA-256 twice. */
static bool is_base58check(struct bytes text)
{
	static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
	uint8_t number[ADDRESS_LEN] = {0}, digest[DIGEST_TEXT_LEN / 2];

	for (size_t i = 0; i < text.len; i++) {
		const char *at = text.data[i] == '\0' ? NULL : strchr(alphabet, text.data[i]);
		unsigned carry;

		if (at == NULL)
			return false;
		carry = (unsigned)(at - alphabet);
		for (size_t byte = ADDRESS_LEN; byte-- > 0; carry >>= 8) {
			carry += number[byte] * 58u;
			number[byte] = (uint8_t)carry;
		}
		if (carry != 0)
			return false;
	}
	return sha256((struct bytes){(const char *)number, ADDRESS_LEN - 4}, digest) &&
	       sha256((struct bytes){(const char *)digest, sizeof(digest)}, digest) &&
	       memcmp(digest, number + ADDRESS_LEN - 4, 4) == 0;
}

static uint32_t bech32_step(uint32_t check, unsigned value)
{
	static const uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
	uint32_t top = check >> 25;

	check = (check & 0x1ffffff) << 5 ^ value;
	for (unsigned i = 0; i < 5; i++)
		if ((top >> i & 1) != 0)
			check ^= generator[i];
	return check;
}

/* BIP 173 and BIP 350, human-readable part "bc". */
static bool is_bech32(struct bytes text)
{
	static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
	uint32_t check = 1;

	for (const char *part = "\3\3"; *part != '\0'; part++)
		check = bech32_step(check, (unsigned)*part);
	check = bech32_step(check, 0);
	check = bech32_step(check, 'b' & 31);
	check = bech32_step(check, 'c' & 31);
	for (size_t i = 3; i < text.len; i++) {
		const char *at = text.data[i] == '\0' ? NULL : strchr(alphabet, ascii_lower(text.data[i]));

		if (at == NULL)
			return false;
		check = bech32_step(check, (unsigned)(at - alphabet));
	}
	return check == 1 || check == 0x2bc830a3;
}

static bool accept_btc(struct bytes candidate, struct bytes argument)
{
	(void)argument;
	if (candidate.len > 3 && bytes_equal_nocase(bytes_slice(candidate, 0, 3), BYTES("bc1")))
		return is_bech32(candidate);
	return is_base58check(candidate);
}

/* EIP-55: the case of the letters is a check sum; one case alone carries none. */
static bool accept_eth(struct bytes candidate, struct bytes argument)
{
	char lower[40];
	uint8_t digest[KECCAK_256_LEN];
	bool has_upper = false, has_lower = false, is_checked = true, varies = false;

	(void)argument;
	if (candidate.len != 42)
		return false;
	for (size_t i = 0; i < 40; i++) {
		char byte = candidate.data[i + 2];

		lower[i] = ascii_lower(byte);
		has_upper = has_upper || (byte >= 'A' && byte <= 'F');
		has_lower = has_lower || (byte >= 'a' && byte <= 'f');
		varies = varies || byte != candidate.data[2];
	}
	keccak_256((struct bytes){lower, sizeof(lower)}, digest);
	for (size_t i = 0; i < 40; i++) {
		unsigned nibble = i % 2 == 0 ? digest[i / 2] >> 4 : digest[i / 2] & 15;
		char byte = candidate.data[i + 2];

		if (ascii_is_alpha(byte) && (byte <= 'F') != (nibble >= 8))
			is_checked = false;
	}
	return varies && (is_checked || !has_upper || !has_lower);
}

const struct validator validators_coin[] = {
	{.name = "btc", .accepts = accept_btc},
	{.name = "eth", .accepts = accept_eth},
	{0},
};
