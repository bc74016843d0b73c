/*
 * skeleton: a short value with all its digits made the same. Values of one kind share it:
 * times, article numbers. What is known of one, whichever digits it has, is kept in mind,
 * so that the next value of the kind need not be looked at.
 *
 *	skeleton = skeleton_of(&ends, value.len);
 *	slot = skeletons_slot(skeletons, &skeleton);
 *	if (!skeleton_is(slot, &skeleton)) the slot is another's: put down what is said of this one
 *
 * A text that holds no digits, or few, is no skeleton of many: SKELETON_DIGITS_MIN.
 *
 * Owns     a table of fixed size; a skeleton that is new takes the place of another.
 * Thread   one scanner's.
 */
#pragma once

#include "rules/glance.h"

#define SKELETON_LEN_MAX    GLANCE_ENDS_MAX
#define SKELETON_DIGITS_MIN 4

#define SKELETON_SLOT_BITS 10

struct skeleton {
	struct glance_ends ends; /* each digit a '0' */
	uint32_t len;
	uint32_t said; /* by whoever put it down */
};

struct skeletons {
	struct skeleton slots[1 << SKELETON_SLOT_BITS]; /* len 0: empty */
};

static inline __m128i skeleton_fold(__m128i bytes)
{
	__m128i digits = glance_within(bytes, '0', '9');

	return _mm_andnot_si128(_mm_and_si128(digits, _mm_set1_epi8(0x0F)), bytes);
}

/* Of a value of 1 to SKELETON_LEN_MAX bytes. */
static inline struct skeleton skeleton_of(const struct glance_ends *ends, size_t len)
{
	return (struct skeleton){.ends = {skeleton_fold(ends->head), skeleton_fold(ends->tail)},
				 .len = (uint32_t)len};
}

static inline bool skeleton_is(const struct skeleton *one, const struct skeleton *other)
{
	__m128i same = _mm_and_si128(_mm_cmpeq_epi8(one->ends.head, other->ends.head),
				     _mm_cmpeq_epi8(one->ends.tail, other->ends.tail));

	return one->len == other->len && _mm_movemask_epi8(same) == 0xFFFF;
}

/* Its own, or that of another whose place it may take. */
static inline struct skeleton *skeletons_slot(struct skeletons *skeletons, const struct skeleton *skeleton)
{
	__m128i both = _mm_add_epi64(skeleton->ends.head, _mm_slli_epi64(skeleton->ends.tail, 1));
	uint64_t low = (uint64_t)_mm_cvtsi128_si64(both);
	uint64_t high = (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(both, both));
	uint64_t hash = (low * 0xD6E8FEB86659FD93ull + high + skeleton->len) * 0x9E3779B97F4A7C15ull;

	return &skeletons->slots[hash >> (64 - SKELETON_SLOT_BITS)];
}

/* As a text: what stands in `value`, each digit a '0'. */
static inline struct bytes skeleton_text(struct bytes value, char text[static SKELETON_LEN_MAX])
{
	for (size_t i = 0; i < value.len; i++)
		text[i] = ascii_is_digit(value.data[i]) ? '0' : value.data[i];
	return (struct bytes){text, value.len};
}
