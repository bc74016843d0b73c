#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/risk_expression.h"
#include "rules/risk_step.h"

enum kind { KIND_NUMBER, KIND_TRUTH, KIND_TEXT };

/* Of the text that is compiled: a word may hold what ids and patterns are made of. */
enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_WORD, TOKEN_TEXT, TOKEN_SIGN };

struct token {
	enum token_kind kind;
	struct bytes text; /* of a quoted text without its quotes */
	size_t at;
	double number;
};

struct compiler {
	const struct risk_source *source;
	struct risk_counts *counts;
	struct risk_step *steps;
	size_t step_count;
	unsigned depth;
	size_t at; /* behind the token */
	struct token token;
	bool has_failed;
};

static const struct {
	struct bytes name;
	enum risk_field field;
	enum kind kind;
} fields[] = {
	{BYTES_INIT("calls"), FIELD_CALLS, KIND_NUMBER},
	{BYTES_INIT("errors"), FIELD_ERRORS, KIND_NUMBER},
	{BYTES_INIT("partners"), FIELD_PARTNERS, KIND_NUMBER},
	{BYTES_INIT("classes"), FIELD_CLASSES, KIND_NUMBER},
	{BYTES_INIT("severity"), FIELD_SEVERITY, KIND_NUMBER},
	{BYTES_INIT("documented"), FIELD_DOCUMENTED, KIND_TRUTH},
	{BYTES_INIT("deprecated"), FIELD_DEPRECATED, KIND_TRUTH},
	{BYTES_INIT("open"), FIELD_OPEN, KIND_TRUTH},
	{BYTES_INIT("exposure"), FIELD_EXPOSURE, KIND_TEXT},
	{BYTES_INIT("method"), FIELD_METHOD, KIND_TEXT},
	{BYTES_INIT("host"), FIELD_HOST, KIND_TEXT},
	{BYTES_INIT("path"), FIELD_PATH, KIND_TEXT},
	{BYTES_INIT("operation"), FIELD_OPERATION, KIND_TEXT},
	{BYTES_INIT("api"), FIELD_API, KIND_TEXT},
};

/* Words that stand for themselves, so that YAML needs no quotes in quotes. */
static const struct bytes words[] = {BYTES_INIT("internal"), BYTES_INIT("external"), BYTES_INIT("unknown")};

static const char *const kind_names[] = {"a number", "true or false", "a text"};

static const char all_names[] =
	"there are calls, errors, partners, classes, severity, documented, deprecated, open, "
	"exposure, method, host, path, operation, api, count(), class(), auth(), partner()";

static enum kind fail(struct compiler *compiler, size_t at, const char *mend, const char *what)
{
	struct bytes text = compiler->source->text, rest = bytes_from(text, at < text.len ? at : text.len);

	if (!compiler->has_failed)
		problems_add(compiler->source->problems, PROBLEM_ERROR, "sensor.config_error",
			     compiler->source->place, mend, "%s, at character %zu: \"%.*s\"", what, at + 1,
			     (int)(rest.len > 40 ? 40 : rest.len), rest.data == NULL ? "" : rest.data);
	compiler->has_failed = true;
	compiler->token = (struct token){.kind = TOKEN_END, .at = text.len};
	return KIND_TRUTH;
}

/* -- tokens ----------------------------------------------------------------------- */

static bool is_letter(char byte)
{
	return ascii_is_alnum(byte) || byte == '_';
}

/* Ids have dots, patterns stars: "auth.*" is one word, "calls*2" is three. */
static size_t word_end(struct bytes text, size_t at)
{
	while (at < text.len &&
	       (is_letter(text.data[at]) || text.data[at] == '.' ||
		((text.data[at] == '*' || text.data[at] == '?') && text.data[at - 1] == '.')))
		at++;
	return at;
}

static void take_number(struct compiler *compiler)
{
	struct bytes text = compiler->source->text;
	size_t from = compiler->at, end = from;
	char copy[32] = "", *stopped = copy;

	while (end < text.len && (ascii_is_digit(text.data[end]) || text.data[end] == '.'))
		end++;
	if (end - from < sizeof(copy))
		memcpy(copy, text.data + from, end - from);
	compiler->token = (struct token){.kind = TOKEN_NUMBER, .at = from, .number = strtod(copy, &stopped)};
	compiler->at = end;
	if (*stopped != '\0' || stopped == copy)
		fail(compiler, from, "write 12 or 0.5", "this is no number");
}

static void take_quoted(struct compiler *compiler)
{
	struct bytes text = compiler->source->text;
	size_t from = compiler->at + 1;
	size_t len = bytes_find_byte(bytes_from(text, from), text.data[compiler->at]);

	if (len == BYTES_NOT_FOUND) {
		fail(compiler, compiler->at, "end the text with the same quote", "this text has no end");
		return;
	}
	compiler->token =
		(struct token){.kind = TOKEN_TEXT, .at = compiler->at, .text = bytes_slice(text, from, len)};
	compiler->at = from + len + 1;
}

static void take_sign(struct compiler *compiler)
{
	struct bytes text = compiler->source->text;
	size_t at = compiler->at;
	bool is_long =
		at + 1 < text.len && text.data[at + 1] == '=' && memchr("=!<>", text.data[at], 4) != NULL;

	compiler->token =
		(struct token){.kind = TOKEN_SIGN, .at = at, .text = bytes_slice(text, at, is_long ? 2 : 1)};
	compiler->at = at + compiler->token.text.len;
	if (!is_long && memchr("<>+-*/(),", text.data[at], 9) == NULL)
		fail(compiler, at, "write == != < <= > >= + - * / ( ) , and or not",
		     "this means nothing here");
}

static void advance(struct compiler *compiler)
{
	struct bytes text = compiler->source->text;

	while (compiler->at < text.len && ascii_is_space(text.data[compiler->at]))
		compiler->at++;
	if (compiler->has_failed || compiler->at >= text.len) {
		compiler->token = (struct token){.kind = TOKEN_END, .at = text.len};
	} else if (ascii_is_digit(text.data[compiler->at])) {
		take_number(compiler);
	} else if (text.data[compiler->at] == '"' || text.data[compiler->at] == '\'') {
		take_quoted(compiler);
	} else if (is_letter(text.data[compiler->at])) {
		size_t end = word_end(text, compiler->at);

		compiler->token = (struct token){.kind = TOKEN_WORD,
						 .at = compiler->at,
						 .text = bytes_slice(text, compiler->at, end - compiler->at)};
		compiler->at = end;
	} else {
		take_sign(compiler);
	}
}

static bool is(const struct compiler *compiler, const char *text)
{
	return (compiler->token.kind == TOKEN_WORD || compiler->token.kind == TOKEN_SIGN) &&
	       bytes_equal(compiler->token.text, bytes_of(text));
}

static bool take(struct compiler *compiler, const char *text)
{
	if (!is(compiler, text))
		return false;
	advance(compiler);
	return true;
}

static void expect(struct compiler *compiler, const char *sign, const char *mend)
{
	if (!take(compiler, sign))
		fail(compiler, compiler->token.at, mend, "something is missing");
}

/* -- steps ------------------------------------------------------------------------ */

static void emit(struct compiler *compiler, struct risk_step step)
{
	if (compiler->has_failed)
		return;
	if (compiler->step_count == LIMIT_RISK_STEPS)
		fail(compiler, compiler->token.at, "make two categories of it",
		     "this expression is too long");
	else
		compiler->steps[compiler->step_count++] = step;
}

static void want(struct compiler *compiler, enum kind kind, enum kind wanted, size_t at, const char *mend)
{
	char words_of[64];

	if (kind == wanted)
		return;
	snprintf(words_of, sizeof(words_of), "this is %s, and has to be %s", kind_names[kind],
		 kind_names[wanted]);
	fail(compiler, at, mend, words_of);
}

static enum kind expression(struct compiler *compiler);

/* severity >= 4, behind the comma of count(). */
static void severity(struct compiler *compiler, struct risk_count *count)
{
	static const char *const signs[] = {">=", "<=", "==", ">", "<"};
	static const char mend[] = "write count(auth.*, severity >= 4)";
	size_t sign = 0;
	unsigned value;

	if (!take(compiler, "severity")) {
		fail(compiler, compiler->token.at, mend, "only severity may stand here");
		return;
	}
	while (sign < 5 && !is(compiler, signs[sign]))
		sign++;
	advance(compiler);
	if (sign == 5 || compiler->token.kind != TOKEN_NUMBER || compiler->token.number < 1 ||
	    compiler->token.number > 5) {
		fail(compiler, compiler->token.at, mend, "a severity is a number from 1 to 5");
		return;
	}
	value = (unsigned)compiler->token.number;
	if (sign == 0 || sign == 2 || sign == 3)
		count->severity_min = value + (sign == 3);
	if (sign == 1 || sign == 2 || sign == 4)
		count->severity_max = value - (sign == 4);
	advance(compiler);
}

static void emit_count(struct compiler *compiler, const struct risk_count *wanted, size_t at)
{
	struct risk_counts *counts = compiler->counts;
	size_t index = 0;

	while (index < counts->count && (counts->list[index].severity_min != wanted->severity_min ||
					 counts->list[index].severity_max != wanted->severity_max ||
					 !bytes_equal(counts->list[index].glob, wanted->glob)))
		index++;
	if (compiler->has_failed)
		return;
	if (index == LIMIT_RISK_COUNTS) {
		fail(compiler, at, "count the same findings in several categories",
		     "these are too many different counts");
		return;
	}
	if (index == counts->count)
		counts->list[counts->count++] = *wanted;
	emit(compiler, (struct risk_step){.code = CODE_COUNT, .index = (uint16_t)index});
}

static enum kind call(struct compiler *compiler, struct bytes name, size_t at)
{
	static const struct {
		struct bytes name;
		enum risk_code code;
	} calls[] = {{BYTES_INIT("count"), CODE_COUNT},
		     {BYTES_INIT("class"), CODE_CLASS},
		     {BYTES_INIT("auth"), CODE_AUTH},
		     {BYTES_INIT("partner"), CODE_PARTNER}};
	struct risk_count count = {.severity_min = 1, .severity_max = 5};
	size_t i = 0;

	while (i < sizeof(calls) / sizeof(calls[0]) && !bytes_equal(calls[i].name, name))
		i++;
	if (i == sizeof(calls) / sizeof(calls[0]))
		return fail(compiler, at, all_names, "there is no such function");
	if (is(compiler, "*")) /* a star alone is no word */
		compiler->token.kind = TOKEN_WORD;
	if (compiler->token.kind != TOKEN_WORD && compiler->token.kind != TOKEN_TEXT)
		return fail(compiler, compiler->token.at,
			    "write an id, or a pattern such as auth.* or 'us_*'", "an id is missing");
	count.glob = compiler->token.text;
	advance(compiler);
	if (calls[i].code == CODE_COUNT && take(compiler, ","))
		severity(compiler, &count);
	expect(compiler, ")", "write )");
	if (calls[i].code != CODE_COUNT) {
		emit(compiler, (struct risk_step){.code = (uint8_t)calls[i].code, .text = count.glob});
		return KIND_TRUTH;
	}
	emit_count(compiler, &count, at);
	return KIND_NUMBER;
}

static enum kind word(struct compiler *compiler)
{
	struct bytes name = compiler->token.text;
	size_t at = compiler->token.at;

	advance(compiler);
	if (take(compiler, "("))
		return call(compiler, name, at);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (bytes_equal(fields[i].name, name)) {
			emit(compiler,
			     (struct risk_step){.code = CODE_FIELD, .field = (uint8_t)fields[i].field});
			return fields[i].kind;
		}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (bytes_equal(words[i], name)) {
			emit(compiler, (struct risk_step){.code = CODE_TEXT, .text = name});
			return KIND_TEXT;
		}
	if (bytes_equal(name, BYTES("true")) || bytes_equal(name, BYTES("false"))) {
		emit(compiler, (struct risk_step){.code = CODE_NUMBER, .number = name.len == 4});
		return KIND_TRUTH;
	}
	return fail(compiler, at, all_names, "there is no such name");
}

static enum kind factor(struct compiler *compiler)
{
	struct token token = compiler->token;
	enum kind kind;

	switch (token.kind) {
	case TOKEN_NUMBER:
		advance(compiler);
		emit(compiler, (struct risk_step){.code = CODE_NUMBER, .number = token.number});
		return KIND_NUMBER;
	case TOKEN_TEXT:
		advance(compiler);
		emit(compiler, (struct risk_step){.code = CODE_TEXT, .text = token.text});
		return KIND_TEXT;
	case TOKEN_WORD:
		return word(compiler);
	case TOKEN_SIGN:
	case TOKEN_END:
		break;
	}
	if (!take(compiler, "("))
		return fail(compiler, token.at, all_names, "a value is missing");
	kind = expression(compiler);
	expect(compiler, ")", "close the bracket");
	return kind;
}

/* The one way down into brackets and signs: it counts how deep. */
static enum kind sign(struct compiler *compiler)
{
	size_t at = compiler->token.at;
	enum kind kind;

	if (compiler->depth == LIMIT_RISK_DEPTH)
		return fail(compiler, at, "make two categories of it", "this is nested too deep");
	compiler->depth++;
	if (take(compiler, "-")) {
		kind = sign(compiler);
		want(compiler, kind, KIND_NUMBER, at, "only numbers have a sign");
		emit(compiler, (struct risk_step){.code = CODE_MINUS});
	} else {
		kind = factor(compiler);
	}
	compiler->depth--;
	return kind;
}

/* Both sides are numbers. */
static enum kind arithmetic(struct compiler *compiler, enum kind left, enum kind (*side)(struct compiler *),
			    enum risk_code code, size_t at)
{
	static const char mend[] = "only numbers can be added, subtracted, multiplied and divided";
	enum kind right;

	want(compiler, left, KIND_NUMBER, at, mend);
	at = compiler->token.at;
	right = side(compiler);
	want(compiler, right, KIND_NUMBER, at, mend);
	emit(compiler, (struct risk_step){.code = (uint8_t)code});
	return KIND_NUMBER;
}

static enum kind product(struct compiler *compiler)
{
	size_t at = compiler->token.at;
	enum kind kind = sign(compiler);

	while (is(compiler, "*") || is(compiler, "/")) {
		enum risk_code code = is(compiler, "*") ? CODE_MULTIPLY : CODE_DIVIDE;

		advance(compiler);
		kind = arithmetic(compiler, kind, sign, code, at);
	}
	return kind;
}

static enum kind sum(struct compiler *compiler)
{
	size_t at = compiler->token.at;
	enum kind kind = product(compiler);

	while (is(compiler, "+") || is(compiler, "-")) {
		enum risk_code code = is(compiler, "+") ? CODE_ADD : CODE_SUBTRACT;

		advance(compiler);
		kind = arithmetic(compiler, kind, product, code, at);
	}
	return kind;
}

static enum kind comparison(struct compiler *compiler)
{
	static const struct {
		const char *sign;
		enum risk_code code;
	} signs[] = {{"==", CODE_EQUAL},    {"!=", CODE_UNEQUAL}, {"<=", CODE_AT_MOST},
		     {">=", CODE_AT_LEAST}, {"<", CODE_LESS},     {">", CODE_MORE}};
	size_t at = compiler->token.at, i = 0, right_at;
	enum kind left = sum(compiler), right;
	enum risk_code code;

	while (i < 6 && !is(compiler, signs[i].sign))
		i++;
	if (i == 6)
		return left;
	code = signs[i].code;
	advance(compiler);
	right_at = compiler->token.at;
	right = sum(compiler);
	want(compiler, right, left, right_at, "compare numbers with numbers, texts with texts");
	if (code != CODE_EQUAL && code != CODE_UNEQUAL)
		want(compiler, left, KIND_NUMBER, at, "only numbers are more or less: write == or !=");
	if (left == KIND_TEXT)
		code = code == CODE_EQUAL ? CODE_LIKE : CODE_UNLIKE;
	emit(compiler, (struct risk_step){.code = (uint8_t)code});
	return KIND_TRUTH;
}

static enum kind negation(struct compiler *compiler)
{
	bool is_negated = false;
	size_t at = compiler->token.at;
	enum kind kind;

	while (take(compiler, "not"))
		is_negated = !is_negated;
	kind = comparison(compiler);
	if (!is_negated)
		return kind;
	want(compiler, kind, KIND_TRUTH, at, "write not (count(...) > 0)");
	emit(compiler, (struct risk_step){.code = CODE_NOT});
	return KIND_TRUTH;
}

static enum kind truths(struct compiler *compiler, const char *name, enum kind (*side)(struct compiler *),
			enum risk_code code)
{
	static const char mend[] = "and, or and not join what is true or false: write count(...) > 0";
	size_t at = compiler->token.at;
	enum kind left = side(compiler);

	while (take(compiler, name)) {
		enum kind right;

		want(compiler, left, KIND_TRUTH, at, mend);
		at = compiler->token.at;
		right = side(compiler);
		want(compiler, right, KIND_TRUTH, at, mend);
		emit(compiler, (struct risk_step){.code = (uint8_t)code});
		left = KIND_TRUTH;
	}
	return left;
}

static enum kind conjunction(struct compiler *compiler)
{
	return truths(compiler, "and", negation, CODE_AND);
}

static enum kind expression(struct compiler *compiler)
{
	return truths(compiler, "or", conjunction, CODE_OR);
}

enum status risk_compile(const struct risk_source *source, struct risk_counts *counts,
			 struct risk_expression *out_expression)
{
	struct risk_step steps[LIMIT_RISK_STEPS], *kept;
	struct compiler compiler = {.source = source, .counts = counts, .steps = steps};
	enum kind kind;

	advance(&compiler);
	kind = expression(&compiler);
	if (!compiler.has_failed && compiler.token.kind != TOKEN_END)
		fail(&compiler, compiler.token.at, "join it with and, or", "the expression should end here");
	want(&compiler, kind == KIND_TEXT ? KIND_TEXT : KIND_TRUTH, KIND_TRUTH, 0,
	     "compare the text with another");
	if (compiler.has_failed)
		return STATUS_INVALID;
	kept = arena_alloc(source->arena, compiler.step_count * sizeof(*kept));
	if (kept == NULL)
		return STATUS_NO_MEMORY;
	memcpy(kept, steps, compiler.step_count * sizeof(*kept));
	*out_expression = (struct risk_expression){.steps = kept, .count = compiler.step_count};
	return STATUS_OK;
}
