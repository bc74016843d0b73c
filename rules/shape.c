#include "rules/shape.h"

/* Where each count stands in a shape, above the kinds. */
#define DIGITS_SHIFT KIND_COUNT
#define LEN_SHIFT    (DIGITS_SHIFT + 6)
#define OTHERS_SHIFT (LEN_SHIFT + 7)
#define PLACE_SHIFT  (OTHERS_SHIFT + 4)
#define PLACE_MAX    15

unsigned kind_of(unsigned char byte)
{
	if (byte >= '0' && byte <= '9')
		return KIND_DIGIT;
	if (byte >= 'a' && byte <= 'z')
		return KIND_LOWER;
	if (byte >= 'A' && byte <= 'Z')
		return KIND_UPPER;
	if (byte >= 0x80)
		return KIND_HIGH;
	if (byte < ' ')
		return byte == '\n'   ? KIND_LINE_FEED
		       : byte == '\t' ? KIND_TAB
		       : byte == '\r' ? KIND_RETURN
				      : KIND_CONTROL;
	if (byte < '0')
		return KIND_SIGN + byte - ' ';
	if (byte < 'A')
		return KIND_SIGN + 16 + byte - ':';
	if (byte < 'a')
		return KIND_SIGN + 23 + byte - '[';
	return KIND_SIGN + 29 + byte - '{';
}

#define COUNT_DIGIT 1u
#define COUNT_OTHER (1u << 16)

/* Counted one by one up to here. */
#define DIGITS_EXACT 16
#define LEN_EXACT    32

/* Counts of so many bytes do not run over. */
#define COUNT_BLOCK 32768

void shaper_init(struct shaper *shaper)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		shaper->kinds[byte] = 1ull << kind_of((unsigned char)byte);
		shaper->counts[byte] = ascii_is_digit((char)byte)   ? COUNT_DIGIT
				       : ascii_is_alpha((char)byte) ? 0
								    : COUNT_OTHER;
	}
}

static unsigned least_of(size_t number, unsigned ceiling)
{
	return number < ceiling ? (unsigned)number : ceiling;
}

/* Long counts in steps of eight, the end of the step: never less than there is, and fewer shapes. */
static unsigned step_of(size_t number, unsigned exact, unsigned ceiling)
{
	return least_of(number <= exact ? number : (number + 7) / 8 * 8, ceiling);
}

uint64_t shape_of(const struct shaper *shaper, unsigned place, struct bytes value)
{
	size_t digits = 0, others = 0;
	uint64_t kinds = 0;

	for (size_t from = 0; from < value.len; from += COUNT_BLOCK) {
		struct bytes block = bytes_slice(value, from, COUNT_BLOCK);
		uint32_t counts = 0;

		for (size_t i = 0; i < block.len; i++) {
			unsigned char byte = (unsigned char)block.data[i];

			kinds |= shaper->kinds[byte];
			counts += shaper->counts[byte];
		}
		digits += counts % COUNT_OTHER;
		others += counts / COUNT_OTHER;
	}
	return kinds | (uint64_t)step_of(digits, DIGITS_EXACT, SHAPE_DIGITS_MAX) << DIGITS_SHIFT |
	       (uint64_t)step_of(value.len, LEN_EXACT, SHAPE_LEN_MAX) << LEN_SHIFT |
	       (uint64_t)least_of(others, SHAPE_OTHERS_MAX) << OTHERS_SHIFT | (uint64_t)place << PLACE_SHIFT |
	       1ull << 63;
}

struct shape_parts shape_parts(uint64_t shape)
{
	return (struct shape_parts){.len = shape >> LEN_SHIFT & SHAPE_LEN_MAX,
				    .digits = shape >> DIGITS_SHIFT & SHAPE_DIGITS_MAX,
				    .others = shape >> OTHERS_SHIFT & SHAPE_OTHERS_MAX,
				    .place = shape >> PLACE_SHIFT & PLACE_MAX,
				    .kinds = shape & ((1ull << KIND_COUNT) - 1)};
}

static void steps_settle(uint8_t *steps, size_t count)
{
	uint8_t last = 0;

	for (size_t i = 0; i < count; i++) {
		if (steps[i] != 0)
			last = (uint8_t)i;
		steps[i] = last;
	}
}

void grid_settle(struct shape_grid *grid)
{
	steps_settle(grid->lens, SHAPE_LEN_MAX + 1);
	steps_settle(grid->digits, SHAPE_DIGITS_MAX + 1);
	steps_settle(grid->others, SHAPE_OTHERS_MAX + 1);
}

uint64_t grid_shape(const struct shape_grid *grid, uint64_t shape)
{
	return (shape & (grid->kinds | (uint64_t)PLACE_MAX << PLACE_SHIFT | 1ull << 63)) |
	       (uint64_t)grid->lens[shape >> LEN_SHIFT & SHAPE_LEN_MAX] << LEN_SHIFT |
	       (uint64_t)grid->digits[shape >> DIGITS_SHIFT & SHAPE_DIGITS_MAX] << DIGITS_SHIFT |
	       (uint64_t)grid->others[shape >> OTHERS_SHIFT & SHAPE_OTHERS_MAX] << OTHERS_SHIFT;
}
