#define PCRE2_CODE_UNIT_WIDTH 8
#include "specs/schema_pattern.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/buffer.h"
#include "parsers/base/limits.h"
#include "specs/schema_plain.h"

/* A translated expression; real ones stay below 2 KiB. */
#define EXPRESSION_BYTES_MAX (32 * KIB)
#define MATCH_HEAP_KIB       1024

struct pattern {
	bool is_plain; /* the engine is not needed */
	struct plain_pattern plain;
	pcre2_code *code;
	pcre2_match_context *limits;
};

struct pattern_search {
	pcre2_match_data *data;
};

/* The letters of escapes that are many characters each. */
#define SETS "dDsSwWpP"

/* ECMA-262 names that PCRE2 10.42 does not know (12.2.9.7 in the 2023 edition: General_Category). */
static const struct {
	const char *ecma, *pcre;
} properties[] = {
	{"Letter}", "L}"},
	{"Lowercase_Letter}", "Ll}"},
	{"Uppercase_Letter}", "Lu}"},
	{"Titlecase_Letter}", "Lt}"},
	{"Modifier_Letter}", "Lm}"},
	{"Other_Letter}", "Lo}"},
	{"Mark}", "M}"},
	{"Number}", "N}"},
	{"Decimal_Number}", "Nd}"},
	{"digit}", "Nd}"},
	{"Punctuation}", "P}"},
	{"punct}", "P}"},
	{"Symbol}", "S}"},
	{"Separator}", "Z}"},
	{"Space_Separator}", "Zs}"},
	{"Other}", "C}"},
	{"Control}", "Cc}"},
	{"Alphabetic}", "L}"},
};

#define SPACES_MORE                                                                                          \
	"\\u{a0}\\u{feff}\\u{1680}\\u{2000}-\\u{200a}\\u{2028}\\u{2029}\\u{202f}\\u{205f}\\u{3000}"
/* All but them and the spaces of ASCII. */
#define SPACES_NONE                                                                                          \
	"\\x00-\\x08\\x0e-\\x1f\\x21-\\u{9f}\\u{a1}-\\u{167f}\\u{1681}-\\u{1fff}\\u{200b}-\\u{2027}\\u{"     \
	"202a}-"                                                                                             \
	"\\u{202e}\\u{2030}-\\u{205e}\\u{2060}-\\u{2fff}\\u{3001}-\\u{fefe}\\u{ff00}-\\u{10ffff}"

struct translation {
	struct bytes rest;
	struct buffer out;
	bool is_in_class;
	bool is_behind_set; /* \w or the like, in a class: a hyphen is no range */
	bool is_foreign; /* has what ECMA-262 does not know; other languages do, and their users write it */
};

static bool put(struct translation *translation, struct bytes text)
{
	return buffer_append(&translation->out, text) == STATUS_OK;
}

/* \uD83D\uDE00: two escapes, one code point. */
static bool surrogates_read(struct bytes rest, uint32_t *out_code)
{
	uint32_t unit[2] = {0, 0};

	if (rest.len < 12 || rest.data[6] != '\\' || rest.data[7] != 'u')
		return false;
	for (int i = 0; i < 8; i++) {
		int digit = ascii_hex_value(rest.data[i < 4 ? 2 + i : 4 + i]);

		if (digit < 0)
			return false;
		unit[i / 4] = unit[i / 4] << 4 | (uint32_t)digit;
	}
	if (unit[0] < 0xd800 || unit[0] > 0xdbff || unit[1] < 0xdc00 || unit[1] > 0xdfff)
		return false;
	*out_code = 0x10000 + ((unit[0] - 0xd800) << 10) + (unit[1] - 0xdc00);
	return true;
}

static size_t property_translate(struct translation *translation)
{
	struct bytes rest = translation->rest;

	for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
		struct bytes name = bytes_of(properties[i].ecma);

		if (bytes_starts(bytes_from(rest, 3), name))
			return put(translation, bytes_slice(rest, 0, 3)) &&
					       put(translation, bytes_of(properties[i].pcre))
				       ? 3 + name.len
				       : 0;
	}
	return put(translation, bytes_slice(rest, 0, 2)) ? 2 : 0;
}

/* Behind a backslash; how much of the expression it used, 0 when it cannot go on. */
static size_t escape_translate(struct translation *translation)
{
	struct bytes rest = translation->rest;
	char letter = rest.len > 1 ? rest.data[1] : '\0';
	uint32_t code;
	char text[16];

	translation->is_behind_set = letter != '\0' && strchr(SETS, letter) != NULL;
	translation->is_foreign |= ascii_is_alpha(letter) && strchr("bBcfknrtuvx" SETS, letter) == NULL;

	if (letter == 'u' && surrogates_read(rest, &code)) {
		snprintf(text, sizeof(text), "\\u{%x}", (unsigned)code);
		return put(translation, bytes_of(text)) ? 12 : 0;
	}
	if (letter == 's' && translation->is_in_class)
		return put(translation, BYTES("\\s" SPACES_MORE)) ? 2 : 0;
	if (letter == 's')
		return put(translation, BYTES("[\\s" SPACES_MORE "]")) ? 2 : 0;
	if (letter == 'S' && !translation->is_in_class)
		return put(translation, BYTES("[^\\s" SPACES_MORE "]")) ? 2 : 0;
	if (letter == 'S')
		return put(translation, BYTES(SPACES_NONE)) ? 2 : 0;
	if (letter == 'v') /* to PCRE2 any vertical space */
		return put(translation, BYTES("\\x0b")) ? 2 : 0;
	if ((letter == 'p' || letter == 'P') && rest.len > 2 && rest.data[2] == '{')
		return property_translate(translation);
	return put(translation, bytes_slice(rest, 0, 2)) ? (rest.len > 1 ? 2 : 1) : 0;
}

/* A byte of a class that is no escape. */
static size_t class_translate(struct translation *translation)
{
	struct bytes rest = translation->rest;
	bool is_before_set = rest.len > 2 && rest.data[1] == '\\' && strchr(SETS, rest.data[2]) != NULL;
	bool is_behind_set = translation->is_behind_set;

	translation->is_behind_set = false;
	translation->is_in_class = rest.data[0] != ']';
	if (rest.data[0] == '[') /* no POSIX classes in ECMA-262 */
		return put(translation, BYTES("\\[")) ? 1 : 0;
	if (rest.data[0] == '-' && (is_behind_set || is_before_set))
		return put(translation, BYTES("\\-")) ? 1 : 0;
	return put(translation, bytes_slice(rest, 0, 1)) ? 1 : 0;
}

/* A byte outside of classes that is no escape. */
static size_t byte_translate(struct translation *translation)
{
	struct bytes rest = translation->rest;
	struct bytes next = bytes_from(rest, 1);

	switch (rest.data[0]) {
	case '.':
		return put(translation, BYTES("[^\\n\\r\\u{2028}\\u{2029}]")) ? 1 : 0;
	case '[':
		if (bytes_starts(next, BYTES("\\s\\S]")) || bytes_starts(next, BYTES("\\S\\s]")))
			return put(translation, BYTES("[\\s\\S]")) ? 6 : 0; /* all there is, and fast */
		translation->is_in_class = true;
		translation->is_behind_set = false;
		break;
	case '{': /* from 10.43 on PCRE2 takes {,3} for a count */
		if (bytes_starts(next, BYTES(",")))
			return put(translation, BYTES("\\{")) ? 1 : 0;
		break;
	case '(': /* of what follows (? only these are ECMA-262's; (* is PCRE2's own */
		translation->is_foreign |= bytes_starts(next, BYTES("*")) ||
					   (bytes_starts(next, BYTES("?")) &&
					    (next.len < 2 || strchr(":=!<ims-", next.data[1]) == NULL));
		break;
	default:
		break;
	}
	return put(translation, bytes_slice(rest, 0, 1)) ? 1 : 0;
}

static bool expression_translate(struct translation *translation)
{
	while (translation->rest.len > 0) {
		size_t used;

		if (translation->rest.data[0] == '\\')
			used = escape_translate(translation);
		else if (translation->is_in_class)
			used = class_translate(translation);
		else
			used = byte_translate(translation);
		if (used == 0)
			return false;
		translation->rest = bytes_from(translation->rest, used);
	}
	return true;
}

/* NULL when it does not compile: *error is why. */
static pcre2_code *code_of(struct bytes expression, int *error)
{
	uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX | PCRE2_MATCH_UNSET_BACKREF |
			   PCRE2_ALLOW_EMPTY_CLASS | PCRE2_NEVER_BACKSLASH_C;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *code = NULL;
	PCRE2_SIZE at = 0;

	*error = PCRE2_ERROR_NOMEMORY;
	if (context == NULL)
		return NULL;
	pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
	pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALT_BSUX);
	code = pcre2_compile((PCRE2_SPTR)expression.data, expression.len, options, error, &at, context);
	pcre2_compile_context_free(context);
	return code;
}

static struct pattern *compile(struct bytes expression, char *reason, size_t reason_len)
{
	struct pattern *pattern = calloc(1, sizeof(*pattern));
	int error = PCRE2_ERROR_NOMEMORY;

	if (pattern != NULL) {
		pattern->code = code_of(expression, &error);
		pattern->limits = pcre2_match_context_create(NULL);
	}
	if (pattern == NULL || pattern->code == NULL || pattern->limits == NULL) {
		pcre2_get_error_message(error, (PCRE2_UCHAR *)reason, reason_len);
		pattern_free(pattern);
		return NULL;
	}
	/* without JIT the interpreter does the work, under the same limits */
	(void)pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE);
	pcre2_set_match_limit(pattern->limits, LIMIT_PATTERN_STEPS);
	pcre2_set_depth_limit(pattern->limits, LIMIT_PATTERN_DEPTH);
	pcre2_set_heap_limit(pattern->limits, MATCH_HEAP_KIB);
	return pattern;
}

struct pattern *pattern_new(struct bytes expression, char *reason, size_t reason_len)
{
	struct translation translation = {.rest = expression, .out = BUFFER_MAX(EXPRESSION_BYTES_MAX)};
	struct pattern *pattern = NULL;
	struct plain_pattern plain;

	snprintf(reason, reason_len, "too long");
	if (plain_pattern_read(expression, &plain)) {
		pattern = calloc(1, sizeof(*pattern));
		if (pattern != NULL)
			*pattern = (struct pattern){.is_plain = true, .plain = plain};
		return pattern;
	}
	if (buffer_reserve(&translation.out, 1) == STATUS_OK && expression_translate(&translation))
		pattern = compile(buffer_bytes(&translation.out), reason, reason_len);
	buffer_finish(&translation.out);
	return pattern;
}

#define VALID_BYTES_MAX 1024 /* longer ones are not looked at: compiling takes time */

bool pattern_is_valid(struct bytes expression)
{
	struct translation translation = {.rest = expression, .out = BUFFER_MAX(EXPRESSION_BYTES_MAX)};
	pcre2_code *code = NULL;
	int error = PCRE2_ERROR_NOMEMORY;

	if (expression.len > VALID_BYTES_MAX)
		return true;
	if (buffer_reserve(&translation.out, 1) == STATUS_OK && expression_translate(&translation))
		code = code_of(buffer_bytes(&translation.out), &error);
	buffer_finish(&translation.out);
	pcre2_code_free(code);
	if (translation.is_foreign)
		return false;
	return code != NULL || error < 0 || error == PCRE2_ERROR_PATTERN_TOO_LARGE ||
	       error == PCRE2_ERROR_PATTERN_TOO_COMPLICATED;
}

void pattern_free(struct pattern *pattern)
{
	if (pattern == NULL)
		return;
	pcre2_code_free(pattern->code);
	pcre2_match_context_free(pattern->limits);
	free(pattern);
}

const struct plain_pattern *pattern_plain(const struct pattern *pattern)
{
	return pattern->is_plain ? &pattern->plain : NULL;
}

static struct pattern_search *search_new(void)
{
	struct pattern_search *search = calloc(1, sizeof(*search));

	if (search == NULL)
		return NULL;
	search->data = pcre2_match_data_create(1, NULL);
	if (search->data == NULL) {
		free(search);
		return NULL;
	}
	return search;
}

enum pattern_outcome schema_pattern_find(const struct pattern *pattern, struct bytes text,
					 struct pattern_search **search)
{
	PCRE2_SPTR subject = (PCRE2_SPTR)(text.data == NULL ? "" : text.data);
	int result;

	if (pattern->is_plain)
		return plain_pattern_fits(&pattern->plain, text) ? PATTERN_MATCH : PATTERN_NO_MATCH;
	if (*search == NULL)
		*search = search_new();
	if (*search == NULL)
		return PATTERN_OVERLIMIT;
	result = pcre2_match(pattern->code, subject, text.len, 0, 0, (*search)->data, pattern->limits);
	if (result >= 0)
		return PATTERN_MATCH;
	/* text that is not UTF-8 (a parameter) fits no pattern */
	if (result == PCRE2_ERROR_NOMATCH ||
	    (result <= PCRE2_ERROR_UTF8_ERR1 && result >= PCRE2_ERROR_UTF8_ERR21))
		return PATTERN_NO_MATCH;
	return PATTERN_OVERLIMIT;
}

void pattern_search_free(struct pattern_search *search)
{
	if (search == NULL)
		return;
	pcre2_match_data_free(search->data);
	free(search);
}
