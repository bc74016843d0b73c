#include "rules/skeleton.h"

static __m128i fold(const char *at, size_t len)
{
	__m128i bytes = glance_load(at, len), digits = glance_within(bytes, '0', '9');

	return _mm_or_si128(_mm_andnot_si128(digits, bytes), _mm_and_si128(digits, _mm_set1_epi8('0')));
}

struct skeleton skeleton_of(struct bytes value)
{
	size_t first = value.len < 16 ? value.len : 16;
	struct skeleton skeleton = {.len = (uint8_t)value.len};

	_mm_storeu_si128((__m128i *)(void *)skeleton.text, fold(value.data, first));
	if (value.len > 16)
		_mm_storeu_si128((__m128i *)(void *)(skeleton.text + 16),
				 fold(value.data + 16, value.len - 16));
	return skeleton;
}

static size_t slot_of(const struct skeleton *skeleton)
{
	uint64_t words[SKELETON_LEN_MAX / 8], hash = skeleton->len;

	memcpy(words, skeleton->text, sizeof(words));
	for (size_t i = 0; i < SKELETON_LEN_MAX / 8; i++)
		hash = (hash ^ words[i]) * 0x9E3779B97F4A7C15ull;
	return (hash ^ hash >> 32) % SKELETON_SLOTS;
}

static bool is_same(const struct skeleton *one, const struct skeleton *other)
{
	return one->len == other->len && memcmp(one->text, other->text, sizeof(one->text)) == 0;
}

enum skeleton_said skeletons_say(const struct skeletons *skeletons, const struct skeleton *skeleton)
{
	const struct skeleton *slot = &skeletons->slots[slot_of(skeleton)];

	if (!is_same(slot, skeleton))
		return SKELETON_NEW;
	return slot->is_clear ? SKELETON_CLEAR : SKELETON_UNSURE;
}

void skeletons_put(struct skeletons *skeletons, const struct skeleton *skeleton, bool is_clear)
{
	struct skeleton *slot = &skeletons->slots[slot_of(skeleton)];

	*slot = *skeleton;
	slot->is_clear = is_clear;
}
