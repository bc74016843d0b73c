#include "rules/pattern_size.h"

#define GROUPS_MAX   64
#define SIZE_CEILING 1000000000 /* beyond it nothing is told apart */

struct sizer {
	size_t sizes[GROUPS_MAX]; /* of the groups open at this place */
	size_t depth;
	size_t last; /* of the atom just read */
	size_t repeat_max;
};

static size_t class_end(struct bytes pattern, size_t at)
{
	if (at + 1 < pattern.len && pattern.data[at + 1] == '^')
		at++;
	if (at + 1 < pattern.len && pattern.data[at + 1] == ']')
		at++;
	for (at++; at < pattern.len && pattern.data[at] != ']'; at++)
		if (pattern.data[at] == '\\')
			at++;
	return at;
}

/* "{3}", "{3,}", "{3,9}": the larger number; 0 when it is no repeat. */
static size_t repeat_read(struct bytes pattern, size_t at, size_t *out_end)
{
	size_t number = 0, largest = 0;

	for (at++; at < pattern.len && pattern.data[at] != '}'; at++) {
		if (ascii_is_digit(pattern.data[at]) && number < SIZE_CEILING / 10)
			number = number * 10 + (size_t)(pattern.data[at] - '0');
		else if (pattern.data[at] == ',')
			number = 0;
		else if (!ascii_is_digit(pattern.data[at]))
			return 0;
		largest = number > largest ? number : largest;
	}
	if (at == pattern.len)
		return 0;
	*out_end = at;
	return largest;
}

static void add(struct sizer *sizer, size_t size)
{
	sizer->last = size;
	sizer->sizes[sizer->depth] += size;
	if (sizer->sizes[sizer->depth] > SIZE_CEILING)
		sizer->sizes[sizer->depth] = SIZE_CEILING;
}

static void repeat(struct sizer *sizer, size_t times)
{
	size_t size = sizer->last;

	if (times > sizer->repeat_max)
		sizer->repeat_max = times;
	if (times > 1 && size > 0)
		add(sizer, size > SIZE_CEILING / times ? SIZE_CEILING : size * (times - 1));
	sizer->last = size;
}

static void close_group(struct sizer *sizer)
{
	size_t size = sizer->sizes[sizer->depth];

	if (sizer->depth == 0)
		return; /* the compiler will say so */
	sizer->sizes[sizer->depth--] = 0;
	add(sizer, size);
}

size_t pattern_size(struct bytes pattern, size_t *out_repeat_max)
{
	struct sizer sizer = {0};

	for (size_t at = 0; at < pattern.len; at++) {
		size_t end = at, times;

		switch (pattern.data[at]) {
		case '\\':
			at++;
			add(&sizer, 1);
			break;
		case '[':
			at = class_end(pattern, at);
			add(&sizer, 1);
			break;
		case '(':
			if (sizer.depth + 1 == GROUPS_MAX) {
				*out_repeat_max = sizer.repeat_max;
				return SIZE_CEILING;
			}
			sizer.sizes[++sizer.depth] = 0;
			break;
		case ')':
			close_group(&sizer);
			break;
		case '{':
			times = repeat_read(pattern, at, &end);
			if (end > at)
				repeat(&sizer, times);
			else
				add(&sizer, 1);
			at = end;
			break;
		case '*':
		case '+':
		case '?':
		case '|':
			break;
		default:
			add(&sizer, 1);
		}
	}
	while (sizer.depth > 0)
		close_group(&sizer);
	*out_repeat_max = sizer.repeat_max;
	return sizer.sizes[0];
}
