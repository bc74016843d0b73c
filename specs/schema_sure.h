/*
 * schema_sure: what most scalars are asked, in one place and without a call: a type, a length, a plain
 * pattern, a format, an enum, a range. Says "surely fits"; for whatever else schema_check.c is to say.
 *
 * Lends    what it points to, from the schema.
 */
#pragma once

#include "specs/schema_plain.h"
#include "specs/schema_program.h"

enum sure_kind { SURE_TYPE, SURE_TEXT, SURE_CHOICE, SURE_RANGE };

struct schema_sure {
	uint32_t tags; /* of the yyjson values that may be sure: none, when more is asked than this can say */
	enum sure_kind kind;
	union {
		struct {
			/* so many bytes, and so many more at most, are surely as many characters as may be */
			size_t len_min, len_more;
			const struct plain_pattern *pattern; /* or NULL */
			enum format format;
		};
		const struct choice_rule *choice;
		struct {
			int64_t low, high; /* what lies on them is surely inside only when it is whole */
		};
	};
};

/* `part` is the only schema that asks more than a type of values with these tags; NULL: there is none. */
void schema_sure_make(struct schema_sure *sure, const struct schema *part, uint32_t tags);

static inline bool sure_text(const struct schema_sure *sure, struct bytes text)
{
	return text.len - sure->len_min <= sure->len_more &&
	       (sure->pattern == NULL || plain_pattern_fits(sure->pattern, text)) &&
	       (sure->format == FORMAT_NONE || format_fits(sure->format, text));
}

static inline bool sure_choice(const struct choice_rule *choice, struct bytes text)
{
	return words_find(&choice->words, choice->texts, sizeof(*choice->texts), text) != SIZE_MAX;
}

static inline bool sure_range(const struct schema_sure *sure, yyjson_val *value)
{
	if (unsafe_yyjson_is_real(value))
		return unsafe_yyjson_get_real(value) > (double)sure->low &&
		       unsafe_yyjson_get_real(value) < (double)sure->high;
	/* unsigned ones beyond int64_t are negative here: not sure, or below */
	return unsafe_yyjson_get_sint(value) >= sure->low && unsafe_yyjson_get_sint(value) <= sure->high &&
	       (unsafe_yyjson_is_sint(value) || unsafe_yyjson_get_sint(value) >= 0);
}

static inline bool schema_sure_fits(const struct schema_sure *sure, yyjson_val *value)
{
	struct bytes text = {.data = unsafe_yyjson_get_str(value), .len = unsafe_yyjson_get_len(value)};

	if ((sure->tags & 1u << (value->tag & 31)) == 0)
		return false;
	switch (sure->kind) {
	case SURE_TYPE:
		return true;
	case SURE_TEXT:
		return sure_text(sure, text);
	case SURE_CHOICE:
		return sure_choice(sure->choice, text);
	case SURE_RANGE:
		return sure_range(sure, value);
	}
	return false;
}
