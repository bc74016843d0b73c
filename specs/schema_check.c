#include "specs/schema_check.h"

#include <stdio.h>
#include <string.h>

#include "specs/schema_plan.h"
#include "specs/schema_resource.h"

unsigned value_type(yyjson_val *value)
{
	struct number_scratch scratch;
	struct number number;
	double real;

	if (yyjson_is_null(value))
		return SCHEMA_NULL;
	if (yyjson_is_bool(value))
		return SCHEMA_BOOLEAN;
	if (yyjson_is_str(value))
		return SCHEMA_STRING;
	if (yyjson_is_arr(value))
		return SCHEMA_ARRAY;
	if (yyjson_is_obj(value))
		return SCHEMA_OBJECT;
	if (yyjson_is_int(value))
		return SCHEMA_INTEGER;
	if (yyjson_is_real(value)) {
		real = yyjson_get_real(value);
		return real >= -1e18 && real <= 1e18 && real != (double)(int64_t)real ? SCHEMA_NUMBER
										      : SCHEMA_INTEGER;
	}
	return number_of(value, &scratch, &number) && number_is_integer(&number) ? SCHEMA_INTEGER
										 : SCHEMA_NUMBER;
}

static void types_print(unsigned types, char *out, size_t max)
{
	static const char *const names[] = {"null",   "boolean", "integer", "number",
					    "string", "array",   "object"};
	size_t len = 0;

	if (types & SCHEMA_NUMBER)
		types &= ~(unsigned)SCHEMA_INTEGER;
	out[0] = '\0';
	for (unsigned i = 0; i < 7 && len < max; i++)
		if (types & 1u << i)
			len += (size_t)snprintf(out + len, max - len, "%s%s", len == 0 ? "" : " or ",
						names[i]);
}

static bool check_type(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
		       const struct path *path)
{
	char words[80];

	types_print(schema->types, words, sizeof(words));
	return report(evaluation, schema, yyjson_is_null(value) ? KEYWORD_NULL : KEYWORD_TYPE, value, false,
		      path, "%s", words);
}

#define CHOICE_FEW 3 /* compared one by one */

static bool choice_has(const struct choice_rule *choice, yyjson_val *value, uint64_t *steps)
{
	struct bytes text = {.data = yyjson_get_str(value), .len = yyjson_get_len(value)};
	size_t low = 0, high = choice->text_count;

	if (yyjson_is_str(value) && choice->text_count <= CHOICE_FEW && !choice->is_const) {
		for (size_t i = 0; i < choice->text_count; i++)
			if (word_equal(choice->texts[i], text))
				return true;
		return false;
	}
	if (yyjson_is_str(value) && choice->words.slots != NULL)
		return words_find(&choice->words, choice->texts, sizeof(*choice->texts), text) != SIZE_MAX;
	while (yyjson_is_str(value) && !choice->is_const && low < high) {
		size_t middle = low + (high - low) / 2;
		int order = bytes_compare(text, choice->texts[middle]);

		++*steps;
		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	if (yyjson_is_str(value) && !choice->is_const)
		return false;
	for (size_t i = 0; i < choice->count; i++)
		if (node_equals(choice->values[i], value, steps))
			return true;
	return false;
}

static bool report_choice(struct evaluation *evaluation, const struct schema *schema,
			  const struct choice_rule *choice, yyjson_val *value, const struct path *path)
{
	char words[200];
	size_t len = 0;

	words[0] = '\0';
	for (size_t i = 0; i < choice->count && len < sizeof(words); i++) {
		const struct node *node = choice->values[i];
		struct bytes text = node->kind < NODE_LIST ? bytes_slice(node->text, 0, 40) : BYTES("...");

		len += (size_t)snprintf(words + len, sizeof(words) - len, "%s" BYTES_FORMAT,
					i == 0 ? "" : ", ", BYTES_PRINT(text));
	}
	if (yyjson_is_null(value) && !choice->is_const)
		return report(evaluation, schema, KEYWORD_NULL, value, true, path, "one of %s", words);
	return report(evaluation, schema, choice->is_const ? KEYWORD_CONST : KEYWORD_ENUM, value, true, path,
		      choice->is_const ? "exactly %s" : "one of %s", words);
}

static bool check_choice(struct evaluation *evaluation, const struct schema *schema,
			 const struct choice_rule *choice, yyjson_val *value, const struct path *path)
{
	if (choice_has(choice, value, &evaluation->checker->steps) ||
	    !evaluation_step(evaluation, schema, 0, path))
		return true;
	return evaluation->quiet == 0 && report_choice(evaluation, schema, choice, value, path);
}

static size_t characters_of(struct bytes text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
	return count;
}

bool pattern_fits(struct evaluation *evaluation, const struct schema *schema, const struct pattern *pattern,
		  struct bytes text, const struct path *path)
{
	enum pattern_outcome outcome;

	evaluation->checker->steps += text.len / 16;
	outcome = schema_pattern_find(pattern, text, &evaluation->search);
	if (outcome != PATTERN_OVERLIMIT)
		return outcome == PATTERN_MATCH;
	evaluation->is_pattern_over = true;
	if (evaluation->quiet == 0 && !evaluation->is_pattern_told) {
		evaluation->is_pattern_told = true;
		report(evaluation, schema, KEYWORD_OVERLIMIT, NULL, false, path,
		       "a pattern that can be checked in %d steps", LIMIT_PATTERN_STEPS);
	}
	evaluation->is_broken = true;
	return true;
}

static bool check_text(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
		       const struct path *path)
{
	const struct text_rule *rule = schema->text;
	struct bytes text = {.data = yyjson_get_str(value), .len = yyjson_get_len(value)};
	/* a character is one to four bytes: often their number settles it */
	bool has_length = text.len > rule->len_max || text.len / 4 < rule->len_min;
	size_t characters = has_length ? characters_of(text) : 0;
	bool fits = true;

	evaluation->checker->steps += text.len / 64;
	if (has_length && characters < rule->len_min)
		fits = report(evaluation, schema, KEYWORD_LENGTH, value, false, path,
			      "at least %llu characters", (unsigned long long)rule->len_min);
	if (has_length && characters > rule->len_max)
		fits = report(evaluation, schema, KEYWORD_LENGTH, value, false, path,
			      "at most %llu characters", (unsigned long long)rule->len_max);
	if (rule->pattern != NULL && !pattern_fits(evaluation, schema, rule->pattern, text, path))
		fits = report(evaluation, schema, KEYWORD_PATTERN, value, true, path, "text like %.*s",
			      rule->pattern_text.len < 200 ? (int)rule->pattern_text.len : 200,
			      rule->pattern_text.data);
	if (rule->format != FORMAT_NONE && !format_fits(rule->format, text))
		fits = report(evaluation, schema, KEYWORD_FORMAT, value, true, path, "format %s",
			      format_name(rule->format));
	return fits;
}

static void number_print(const struct number *number, char *out, size_t max)
{
	struct bytes digits = bytes_slice(number->digits, 0, 40);

	if (number->is_small)
		snprintf(out, max, "%lld", (long long)number->small);
	else if (number->exponent > 0 && number->exponent < (int64_t)digits.len)
		snprintf(out, max, "%s" BYTES_FORMAT "." BYTES_FORMAT, number->is_negative ? "-" : "",
			 (int)number->exponent, digits.data, (int)digits.len - (int)number->exponent,
			 digits.data + number->exponent);
	else
		snprintf(out, max, "%s0." BYTES_FORMAT "e%lld", number->is_negative ? "-" : "",
			 BYTES_PRINT(digits), (long long)number->exponent);
}

static bool check_bound(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
			const struct number *number, bool is_max, const struct path *path)
{
	const struct number_rule *rule = schema->number;
	const struct number *bound = is_max ? rule->max : rule->min;
	bool is_exclusive = is_max ? rule->is_max_exclusive : rule->is_min_exclusive;
	int order = bound == NULL ? 0 : number_compare(number, bound);
	char text[80];

	if (bound == NULL || (is_max ? order < 0 : order > 0) || (order == 0 && !is_exclusive))
		return true;
	number_print(bound, text, sizeof(text));
	return report(evaluation, schema, KEYWORD_RANGE, value, false, path, "%s %s",
		      is_max ? (is_exclusive ? "less than" : "at most")
			     : (is_exclusive ? "more than" : "at least"),
		      text);
}

/* Formats int32 and int64 (OpenAPI format registry): the range of the signed integer. */
static bool check_width(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
			const struct number *number, const struct path *path)
{
	enum format format = schema->number->format;
	bool fits = number_is_integer(number);

	if (format == FORMAT_NONE)
		return true;
	if (format == FORMAT_INT32) {
		fits = fits && number->is_small && number->small >= INT32_MIN && number->small <= INT32_MAX;
	} else if (!number->is_small) {
		struct number_scratch scratch;
		struct number edge;

		(void)number_read(number->is_negative ? BYTES("-9223372036854775808")
						      : BYTES("9223372036854775807"),
				  &scratch, &edge);
		fits = fits && number_compare(number, &edge) * (number->is_negative ? -1 : 1) <= 0;
	}
	return fits || report(evaluation, schema, KEYWORD_FORMAT, value, false, path, "format %s",
			      format_name(format));
}

/* Without digits: enough for bounds, not for multipleOf. */
static bool number_small(yyjson_val *value, bool needs_digits, struct number *out_number)
{
	int64_t small = yyjson_get_sint(value);

	if (needs_digits || !yyjson_is_int(value) || small < -NUMBER_SMALL_MAX || small > NUMBER_SMALL_MAX ||
	    (yyjson_is_uint(value) && yyjson_get_uint(value) > NUMBER_SMALL_MAX))
		return false;
	*out_number = (struct number){.is_small = true, .small = small, .is_negative = small < 0};
	return true;
}

/* Bounds that are small integers, as most are: surely inside? Doubles compare with them exactly. */
static bool is_inside(const struct number_rule *rule, yyjson_val *value)
{
	if (!rule->has_range)
		return false;
	if (yyjson_is_uint(value))
		return yyjson_get_uint(value) <= INT64_MAX && (int64_t)yyjson_get_uint(value) >= rule->low &&
		       (int64_t)yyjson_get_uint(value) <= rule->high;
	if (yyjson_is_sint(value))
		return yyjson_get_sint(value) >= rule->low && yyjson_get_sint(value) <= rule->high;
	return yyjson_is_real(value) && rule->format == FORMAT_NONE &&
	       yyjson_get_real(value) > (double)rule->low && yyjson_get_real(value) < (double)rule->high;
}

static bool check_number(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
			 const struct path *path)
{
	const struct number_rule *rule = schema->number;
	bool needs_digits = rule->step != NULL || (rule->min != NULL && !rule->min->is_small) ||
			    (rule->max != NULL && !rule->max->is_small);
	struct number_scratch scratch;
	struct number number;
	bool fits;
	char text[80];

	if (!number_small(value, needs_digits, &number) && !number_of(value, &scratch, &number)) {
		report(evaluation, schema, KEYWORD_OVERLIMIT, value, false, path,
		       "a number of at most %d digits", NUMBER_DIGITS_MAX);
		return true;
	}
	fits = check_bound(evaluation, schema, value, &number, false, path);
	fits &= check_bound(evaluation, schema, value, &number, true, path);
	fits &= check_width(evaluation, schema, value, &number, path);
	if (rule->step != NULL && !number_is_multiple(&number, rule->step)) {
		number_print(rule->step, text, sizeof(text));
		fits = report(evaluation, schema, KEYWORD_RANGE, value, false, path, "a multiple of %s",
			      text);
	}
	return fits;
}

bool evaluate_scalar(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
		     const struct path *path)
{
	bool fits = true;

	if (schema->choice != NULL)
		fits &= check_choice(evaluation, schema, schema->choice, value, path);
	if (schema->constant != NULL)
		fits &= check_choice(evaluation, schema, schema->constant, value, path);
	if (schema->text != NULL && yyjson_is_str(value))
		fits &= check_text(evaluation, schema, value, path);
	if (schema->number != NULL && !is_inside(schema->number, value) && value_is_number(value))
		fits &= check_number(evaluation, schema, value, path);
	return fits;
}

/* All keywords of one schema on one value. Quietly, the first departure is enough. */
static bool evaluate_keywords(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
			      const struct path *path)
{
	bool is_quiet = evaluation->quiet > 0;
	bool fits = evaluate_scalar(evaluation, schema, value, path);

	if (schema->reference != NULL && (fits || !is_quiet))
		fits &= evaluate(evaluation, schema->reference, value, path);
	if (schema->dynamic != NULL && (fits || !is_quiet))
		fits &= evaluate(evaluation, scope_target(evaluation, schema), value, path);
	if (schema->object != NULL && yyjson_is_obj(value) && (fits || !is_quiet))
		fits &= evaluate_object(evaluation, schema, value, path);
	if (schema->array != NULL && yyjson_is_arr(value) && (fits || !is_quiet))
		fits &= evaluate_array(evaluation, schema, value, path);
	if (schema->logic != NULL && (fits || !is_quiet))
		fits &= evaluate_logic(evaluation, schema, value, path);
	if (fits && ((schema->object != NULL && schema->object->unevaluated != NULL) ||
		     (schema->array != NULL && schema->array->unevaluated != NULL)))
		fits &= evaluate_unevaluated(evaluation, schema, value, path);
	return fits;
}

void scope_enter(struct evaluation *evaluation, const struct schema *schema, struct scope *scope)
{
	*scope = (struct scope){.up = evaluation->scope, .resource = schema->scope};
	if (schema->scope != NULL)
		evaluation->scope = scope;
}

void scope_leave(struct evaluation *evaluation, const struct scope *scope)
{
	evaluation->scope = scope->up;
}

/* The outermost scope that has the anchor wins. */
const struct schema *scope_target(const struct evaluation *evaluation, const struct schema *schema)
{
	const struct schema *target = schema->dynamic;

	if (schema->dynamic_anchor.len == 0)
		return target;
	for (const struct scope *scope = evaluation->scope; scope != NULL; scope = scope->up) {
		const struct schema_anchor *anchor =
			resource_dynamic(scope->resource, schema->dynamic_anchor);

		if (anchor != NULL && anchor->schema != NULL)
			target = anchor->schema;
	}
	return target;
}

bool evaluate(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
	      const struct path *path)
{
	unsigned type = value_type(value);
	struct scope scope;
	bool fits;

	if (!evaluation_step(evaluation, schema, 1, path))
		return true;
	if (schema->is_never)
		return report(evaluation, schema, KEYWORD_TYPE, value, false, path, "nothing: no value fits");
	if ((schema->types & type) == 0)
		return check_type(evaluation, schema, value, path);
	/* By the letter, nullable without a type does nothing; tools let null through. */
	if (type == SCHEMA_NULL && schema->is_nullable && schema->choice == NULL)
		return true;
	evaluation->depth++;
	scope_enter(evaluation, schema, &scope);
	fits = evaluate_keywords(evaluation, schema, value, path);
	scope_leave(evaluation, &scope);
	evaluation->depth--;
	return fits;
}

bool evaluate_quietly(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
		      const struct path *path)
{
	bool fits;

	evaluation->quiet++;
	fits = evaluate(evaluation, schema, value, path);
	evaluation->quiet--;
	return fits;
}

bool evaluate_inner(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
		    const struct path *path)
{
	const struct schema *whole = evaluation->whole;
	bool is_chosen = evaluation->is_chosen, fits;

	evaluation->whole = schema;
	evaluation->is_chosen = false;
	fits = evaluate(evaluation, schema, value, path);
	evaluation->whole = whole;
	evaluation->is_chosen = is_chosen;
	return fits;
}

bool schema_check(const struct schema *schema, yyjson_val *value, struct schema_checker *checker)
{
	struct evaluation evaluation = {.checker = checker, .out = checker->out};
	bool fits;

	if (value == NULL)
		return true;
	fits = quick_fits(&evaluation, schema, value);
	pattern_search_free(evaluation.search);
	return fits || schema_check_fully(schema, value, checker);
}

bool schema_check_fully(const struct schema *schema, yyjson_val *value, struct schema_checker *checker)
{
	struct evaluation evaluation = {.checker = checker, .out = checker->out};
	const struct path root = {0};
	bool fits;

	fits = evaluate_inner(&evaluation, schema, value, &root);
	if (evaluation.is_pattern_over && !evaluation.is_pattern_told)
		report(&evaluation, schema, KEYWORD_OVERLIMIT, NULL, false, &root,
		       "patterns that can be checked in %d steps", LIMIT_PATTERN_STEPS);
	evaluation.is_pattern_told |= evaluation.is_pattern_over;
	if (!evaluation.is_over)
		evaluate_undeclared(&evaluation, &schema, 1, value, &root);
	pattern_search_free(evaluation.search);
	return fits && !evaluation.is_over && !evaluation.is_broken;
}

/* What JSON calls an integer may be 1.0 or 1e3; in text that is no JSON servers read digits and nothing else.
 */
static bool is_digits(struct bytes text)
{
	return bytes_find_byte(text, '.') == BYTES_NOT_FOUND &&
	       bytes_find_byte(text, 'e') == BYTES_NOT_FOUND && bytes_find_byte(text, 'E') == BYTES_NOT_FOUND;
}

/* Text as the value that the schema's types make of it; false when none fits. */
static bool text_coerce(unsigned types, struct bytes text, yyjson_val *out_value)
{
	bool is_true = bytes_equal(text, BYTES("true"));

	if ((types & (SCHEMA_INTEGER | SCHEMA_NUMBER)) != 0 && number_is_text(text) &&
	    ((types & SCHEMA_NUMBER) != 0 || is_digits(text)))
		return yyjson_set_raw(out_value, text.data, text.len);
	if ((types & SCHEMA_BOOLEAN) != 0 && (is_true || bytes_equal(text, BYTES("false"))))
		return yyjson_set_bool(out_value, is_true);
	if ((types & SCHEMA_NULL) != 0 && (types & SCHEMA_STRING) == 0 &&
	    (text.len == 0 || bytes_equal(text, BYTES("null"))))
		return yyjson_set_null(out_value);
	if ((types & SCHEMA_STRING) != 0)
		return yyjson_set_strn(out_value, text.data, text.len);
	return false;
}

/* Where text is allowed too, "5" is the number only if that is what fits. */
static bool is_better_as_text(const struct schema *schema, yyjson_val *value)
{
	struct schema_checker checker = {0};
	struct departures none = {0};
	struct evaluation evaluation = {.checker = &checker, .out = &none, .quiet = 1};
	const struct path root = {0};
	bool fits = evaluate_inner(&evaluation, schema, value, &root);

	pattern_search_free(evaluation.search);
	return !fits;
}

/* False when the text fits no type of the schema: then it stays text. */
static bool text_value(const struct schema *schema, struct bytes text, yyjson_val *out_value)
{
	unsigned types = schema_types(schema);
	yyjson_val value = {0};
	bool is_coerced = text_coerce(types, text, &value);

	if (!is_coerced ||
	    ((types & SCHEMA_STRING) != 0 && !yyjson_is_str(&value) && is_better_as_text(schema, &value)))
		yyjson_set_strn(&value, text.data, text.len);
	*out_value = value;
	return is_coerced;
}

void schema_text_value(const struct schema *schema, struct bytes text, yyjson_val *out_value)
{
	yyjson_val value = {0};

	if (text.data == NULL)
		text = BYTES("");
	if (schema == NULL)
		yyjson_set_strn(&value, text.data, text.len);
	else
		text_value(schema, text, &value);
	*out_value = value;
}

bool schema_check_text(const struct schema *schema, struct bytes text, struct schema_checker *checker)
{
	const struct path root = {0};
	struct evaluation evaluation = {.checker = checker, .out = checker->out};
	yyjson_val value = {0};
	char words[80];

	if (text.data == NULL)
		text = BYTES("");
	if (text_value(schema, text, &value))
		return schema_check(schema, &value, checker);
	types_print(schema_types(schema), words, sizeof(words));
	return report(&evaluation, schema, KEYWORD_TYPE, &value, true, &root, "%s", words);
}
