#include "parsers/hpack_huffman.h"

#include <endian.h>

/* The codes of the RFC go by length, and within a length by the byte they stand for, each one more than the
 * one before. So their lengths say all. Those of up to eight bits are looked up by the next eight bits; what
 * letters and digits are made of is there. */
struct code {
	char byte;
	uint8_t bits; /* 0: it is a longer one */
};

#define TWICE(...) __VA_ARGS__, __VA_ARGS__
#define EIGHT(byte)                                                                                          \
	{                                                                                                    \
		byte, 8                                                                                      \
	}
#define SEVEN(byte) TWICE({byte, 7})
#define SIX(byte)   TWICE(TWICE({byte, 6}))
#define FIVE(byte)  TWICE(TWICE(TWICE({byte, 5})))

static const struct code short_codes[256] = {
	FIVE('0'),  FIVE('1'),  FIVE('2'),  FIVE('a'),  FIVE('c'),  FIVE('e'),  FIVE('i'),  FIVE('o'),
	FIVE('s'),  FIVE('t'),  SIX(' '),   SIX('%'),   SIX('-'),   SIX('.'),   SIX('/'),   SIX('3'),
	SIX('4'),   SIX('5'),   SIX('6'),   SIX('7'),   SIX('8'),   SIX('9'),   SIX('='),   SIX('A'),
	SIX('_'),   SIX('b'),   SIX('d'),   SIX('f'),   SIX('g'),   SIX('h'),   SIX('l'),   SIX('m'),
	SIX('n'),   SIX('p'),   SIX('r'),   SIX('u'),   SEVEN(':'), SEVEN('B'), SEVEN('C'), SEVEN('D'),
	SEVEN('E'), SEVEN('F'), SEVEN('G'), SEVEN('H'), SEVEN('I'), SEVEN('J'), SEVEN('K'), SEVEN('L'),
	SEVEN('M'), SEVEN('N'), SEVEN('O'), SEVEN('P'), SEVEN('Q'), SEVEN('R'), SEVEN('S'), SEVEN('T'),
	SEVEN('U'), SEVEN('V'), SEVEN('W'), SEVEN('Y'), SEVEN('j'), SEVEN('k'), SEVEN('q'), SEVEN('v'),
	SEVEN('w'), SEVEN('x'), SEVEN('y'), SEVEN('z'), EIGHT('&'), EIGHT('*'), EIGHT(','), EIGHT(';'),
	EIGHT('X'), EIGHT('Z'),
};

/* The longer codes: their bytes in order, and where each length begins. */
static const uint8_t long_bytes[] = {
	33,  34,  40,  41,  63,  39,  43,  124, 35,  62,  0,   36,  64,  91,  93,  126, 94,  125, 60,
	96,  123, 92,  195, 208, 128, 130, 131, 162, 184, 194, 224, 226, 153, 161, 167, 172, 176, 177,
	179, 209, 216, 217, 227, 229, 230, 129, 132, 133, 134, 136, 146, 154, 156, 160, 163, 164, 169,
	170, 173, 178, 181, 185, 186, 187, 189, 190, 196, 198, 228, 232, 233, 1,   135, 137, 138, 139,
	140, 141, 143, 147, 149, 150, 151, 152, 155, 157, 158, 165, 166, 168, 174, 175, 180, 182, 183,
	188, 191, 197, 231, 239, 9,   142, 144, 145, 148, 159, 171, 206, 215, 225, 236, 237, 199, 207,
	234, 235, 192, 193, 200, 201, 202, 205, 210, 213, 218, 219, 238, 240, 242, 243, 255, 203, 204,
	211, 212, 214, 221, 222, 223, 241, 244, 245, 246, 247, 248, 250, 251, 252, 253, 254, 2,   3,
	4,   5,   6,   7,   8,   11,  12,  14,  15,  16,  17,  18,  19,  20,  21,  23,  24,  25,  26,
	27,  28,  29,  30,  31,  127, 220, 249, 10,  13,  22,
};

struct code_length {
	uint32_t first;      /* the first code of that length, its bits the highest */
	uint8_t bits, place; /* of its byte */
};

static const struct code_length code_lengths[] = {
	{0xfe000000, 10, 0},   {0xff400000, 11, 5},   {0xffa00000, 12, 8},   {0xffc00000, 13, 10},
	{0xfff00000, 14, 16},  {0xfff80000, 15, 18},  {0xfffe0000, 19, 21},  {0xfffe6000, 20, 24},
	{0xfffee000, 21, 32},  {0xffff4800, 22, 45},  {0xffffb000, 23, 71},  {0xffffea00, 24, 100},
	{0xfffff600, 25, 112}, {0xfffff800, 26, 116}, {0xfffffbc0, 27, 131}, {0xfffffe20, 28, 150},
	{0xfffffff0, 30, 179},
};

#define CODE_LENGTHS (sizeof(code_lengths) / sizeof(code_lengths[0]))

/* 0 bits: the end of all texts, which no text may have in it. */
static struct code long_code(uint32_t next)
{
	size_t i = CODE_LENGTHS - 1, place;

	while (next < code_lengths[i].first)
		i--;
	place = code_lengths[i].place + ((next - code_lengths[i].first) >> (32 - code_lengths[i].bits));
	if (place >= sizeof(long_bytes))
		return (struct code){0};
	return (struct code){.byte = (char)long_bytes[place], .bits = code_lengths[i].bits};
}

static uint64_t next_eight(struct bytes coded)
{
	uint64_t bits = 0;

	if (coded.len >= sizeof(bits))
		memcpy(&bits, coded.data, sizeof(bits));
	else if (coded.len > 0)
		memcpy(&bits, coded.data, coded.len);
	return be64toh(bits);
}

bool hpack_huffman_decode(struct bytes coded, char *text, size_t *out_len)
{
	uint64_t bits = 0; /* the next ones highest; behind `count` of them are zeroes or what comes next */
	unsigned count = 0;
	char *at = text;

	for (;;) {
		struct code code;

		if (count < 30 && coded.len > 0) {
			size_t taken = (64 - count) / 8 < coded.len ? (64 - count) / 8 : coded.len;

			bits |= next_eight(coded) >> count;
			count += (unsigned)taken * 8;
			coded = bytes_from(coded, taken);
		}
		code = short_codes[bits >> 56];
		if (code.bits == 0)
			code = long_code((uint32_t)(bits >> 32));
		if (code.bits == 0 || code.bits > count)
			break;
		*at++ = code.byte;
		bits <<= code.bits;
		count -= code.bits;
	}
	*out_len = (size_t)(at - text);
	return count < 8 && (bits | UINT64_MAX >> count) == UINT64_MAX; /* filled up with ones */
}
