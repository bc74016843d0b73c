#include "specs/schema_sure.h"

#define TAGS_OF_TEXT (1u << YYJSON_TYPE_STR | 1u << (YYJSON_TYPE_STR | YYJSON_SUBTYPE_NOESC))
#define TAGS_OF_INTEGER                                                                                      \
	(1u << (YYJSON_TYPE_NUM | YYJSON_SUBTYPE_UINT) | 1u << (YYJSON_TYPE_NUM | YYJSON_SUBTYPE_SINT))
#define TAG_OF_REAL (1u << (YYJSON_TYPE_NUM | YYJSON_SUBTYPE_REAL))
#define TAGS_OF_SCALAR                                                                                       \
	(TAGS_OF_TEXT | TAGS_OF_INTEGER | TAG_OF_REAL | 1u << YYJSON_TYPE_NULL |                             \
	 1u << (YYJSON_TYPE_BOOL | YYJSON_SUBTYPE_TRUE) | 1u << (YYJSON_TYPE_BOOL | YYJSON_SUBTYPE_FALSE))

/* A character is one to four bytes. Of formats and patterns only the plain ones: the others take their time,
 * which is counted. */
static void text_make(struct schema_sure *sure, const struct text_rule *rule, uint32_t tags)
{
	if (rule->len_min > rule->len_max / 4)
		return;
	sure->kind = SURE_TEXT;
	sure->len_min = (size_t)rule->len_min * 4;
	sure->len_more = rule->len_max - sure->len_min;
	sure->pattern = rule->pattern == NULL ? NULL : pattern_plain(rule->pattern);
	sure->format = rule->format;
	if ((rule->pattern == NULL || sure->pattern != NULL) && rule->format != FORMAT_REGEX)
		sure->tags = tags & TAGS_OF_TEXT;
}

/* Doubles compare exactly with small integers; those of a format are to be whole. */
static void range_make(struct schema_sure *sure, const struct number_rule *rule, uint32_t tags)
{
	sure->kind = SURE_RANGE;
	sure->low = rule->low;
	sure->high = rule->high;
	if (rule->has_range)
		sure->tags = tags & (TAGS_OF_INTEGER | (rule->format == FORMAT_NONE ? TAG_OF_REAL : 0));
}

void schema_sure_make(struct schema_sure *sure, const struct schema *part, uint32_t tags)
{
	*sure = (struct schema_sure){.kind = SURE_TYPE};
	if (part == NULL) {
		sure->tags = tags & TAGS_OF_SCALAR;
	} else if (part->constant == NULL && part->choice != NULL && part->text == NULL) {
		sure->kind = SURE_CHOICE;
		sure->choice = part->choice;
		sure->tags = part->choice->words.slots == NULL ? 0 : tags & TAGS_OF_TEXT;
	} else if (part->constant == NULL && part->choice == NULL) {
		if (part->text != NULL && part->number == NULL)
			text_make(sure, part->text, tags);
		else if (part->number != NULL && part->text == NULL)
			range_make(sure, part->number, tags);
	}
}
