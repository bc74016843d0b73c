#include "rules/keccak.h"

#include <string.h>

#define RATE   136
#define ROUNDS 24

static uint64_t rotate(uint64_t value, unsigned by)
{
	return by == 0 ? value : value << by | value >> (64 - by);
}

/* The round constants come from a shift register of eight bits (FIPS 202, algorithm 5). */
static bool next_bit(uint8_t *shift)
{
	bool bit = *shift & 1;

	*shift = (uint8_t)(*shift & 0x80 ? *shift << 1 ^ 0x71 : *shift << 1);
	return bit;
}

static uint64_t next_constant(uint8_t *shift)
{
	uint64_t constant = 0;

	for (unsigned i = 0; i < 7; i++)
		if (next_bit(shift))
			constant |= UINT64_C(1) << ((1u << i) - 1);
	return constant;
}

static void theta(uint64_t state[25])
{
	uint64_t column[5];

	for (unsigned x = 0; x < 5; x++)
		column[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20];
	for (unsigned i = 0; i < 25; i++)
		state[i] ^= column[(i + 4) % 5] ^ rotate(column[(i + 1) % 5], 1);
}

static void rho_and_pi(uint64_t state[25])
{
	uint64_t held = state[1];
	unsigned x = 1, y = 0;

	for (unsigned t = 0; t < 24; t++) {
		unsigned next_y = (2 * x + 3 * y) % 5;
		uint64_t swap;

		x = y;
		y = next_y;
		swap = state[x + 5 * y];
		state[x + 5 * y] = rotate(held, (t + 1) * (t + 2) / 2 % 64);
		held = swap;
	}
}

static void chi(uint64_t state[25])
{
	for (unsigned y = 0; y < 25; y += 5) {
		uint64_t row[5];

		memcpy(row, state + y, sizeof(row));
		for (unsigned x = 0; x < 5; x++)
			state[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
	}
}

void keccak_256(struct bytes run, uint8_t out_digest[KECCAK_256_LEN])
{
	uint8_t block[RATE] = {0}, shift = 1;
	uint64_t state[25] = {0};
	size_t len = run.len < RATE ? run.len : RATE - 1;

	if (len > 0)
		memcpy(block, run.data, len);
	block[len] = 0x01;
	block[RATE - 1] |= 0x80;
	for (unsigned i = 0; i < RATE; i++)
		state[i / 8] ^= (uint64_t)block[i] << i % 8 * 8;
	for (unsigned round = 0; round < ROUNDS; round++) {
		theta(state);
		rho_and_pi(state);
		chi(state);
		state[0] ^= next_constant(&shift);
	}
	for (unsigned i = 0; i < KECCAK_256_LEN; i++)
		out_digest[i] = (uint8_t)(state[i / 8] >> i % 8 * 8);
}
