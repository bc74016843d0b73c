#include <math.h>

#include "parsers/base/check.h"
#include "rules/risk_expression.h"
#include "rules/risk_step.h"
#include "specs/partner.h"

struct value {
	double number;
	struct bytes text;
};

static bool is_among(const struct bytes *list, size_t count, struct bytes glob)
{
	for (size_t i = 0; i < count; i++)
		if (glob_match(glob, list[i]))
			return true;
	return false;
}

static struct value field_of(const struct risk_subject *subject, enum risk_field field)
{
	switch (field) {
	case FIELD_CALLS:
		return (struct value){.number = (double)subject->calls};
	case FIELD_ERRORS:
		return (struct value){.number = (double)subject->errors};
	case FIELD_PARTNERS:
		return (struct value){.number = (double)subject->partner_count};
	case FIELD_CLASSES:
		return (struct value){.number = (double)subject->class_count};
	case FIELD_SEVERITY:
		return (struct value){.number = subject->severity};
	case FIELD_DOCUMENTED:
		return (struct value){.number = subject->is_documented};
	case FIELD_DEPRECATED:
		return (struct value){.number = subject->is_deprecated};
	case FIELD_OPEN:
		return (struct value){.number = is_among(subject->auth, subject->auth_count, BYTES("none"))};
	case FIELD_EXPOSURE:
		return (struct value){.text = subject->exposure};
	case FIELD_METHOD:
		return (struct value){.text = subject->method};
	case FIELD_HOST:
		return (struct value){.text = subject->host};
	case FIELD_PATH:
		return (struct value){.text = subject->path};
	case FIELD_OPERATION:
		return (struct value){.text = subject->operation};
	case FIELD_API:
		return (struct value){.text = subject->api};
	}
	return (struct value){0};
}

static struct value fact_of(const struct risk_subject *subject, const struct risk_step *step)
{
	switch ((enum risk_code)step->code) {
	case CODE_NUMBER:
		return (struct value){.number = step->number};
	case CODE_TEXT:
		return (struct value){.text = step->text};
	case CODE_FIELD:
		return field_of(subject, (enum risk_field)step->field);
	case CODE_COUNT:
		return (struct value){.number = subject->counts == NULL ? 0 : subject->counts[step->index]};
	case CODE_CLASS:
		return (struct value){.number = is_among(subject->classes, subject->class_count, step->text)};
	case CODE_AUTH:
		return (struct value){.number = is_among(subject->auth, subject->auth_count, step->text)};
	default:
		return (struct value){
			.number = is_among(subject->partners, subject->partner_count, step->text)};
	}
}

static double joined(enum risk_code code, const struct value *left, const struct value *right)
{
	double a = left->number, b = right->number;

	switch (code) {
	case CODE_ADD:
		return a + b;
	case CODE_SUBTRACT:
		return a - b;
	case CODE_MULTIPLY:
		return a * b;
	case CODE_DIVIDE:
		return b == 0 ? 0 : a / b;
	case CODE_EQUAL:
		return a == b;
	case CODE_UNEQUAL:
		return a != b;
	case CODE_LESS:
		return a < b;
	case CODE_AT_MOST:
		return a <= b;
	case CODE_MORE:
		return a > b;
	case CODE_AT_LEAST:
		return a >= b;
	case CODE_LIKE:
		return glob_match(right->text, left->text);
	case CODE_UNLIKE:
		return !glob_match(right->text, left->text);
	case CODE_AND:
		return a != 0 && b != 0;
	default:
		return a != 0 || b != 0;
	}
}

double risk_evaluate(const struct risk_expression *expression, const struct risk_subject *subject)
{
	struct value stack[LIMIT_RISK_STEPS];
	size_t top = 0;

	for (size_t i = 0; i < expression->count; i++) {
		const struct risk_step *step = &expression->steps[i];

		if (step->code < CODE_NOT) {
			CHECK(top < LIMIT_RISK_STEPS);
			stack[top++] = fact_of(subject, step);
		} else if (step->code == CODE_NOT || step->code == CODE_MINUS) {
			CHECK(top >= 1);
			stack[top - 1].number =
				step->code == CODE_NOT ? stack[top - 1].number == 0 : -stack[top - 1].number;
		} else {
			CHECK(top >= 2);
			top--;
			stack[top - 1].number =
				joined((enum risk_code)step->code, &stack[top - 1], &stack[top]);
		}
	}
	CHECK(top == 1);
	return isfinite(stack[0].number) ? stack[0].number : 0;
}
