/*
 * worst: bodies that cost their readers the most, each one of them something else. All of them keep to their
 * contract, and hold no data value.
 */
#pragma once

#include "tests/bench/traffic/chance.h"
#include "tests/bench/traffic/text.h"

enum worst {
	WORST_DEEP,    /* arrays and objects in each other */
	WORST_NEARLY,  /* social security, account and card numbers, mail addresses, keys: each just not */
	WORST_DIGITS,  /* groups of digits without an end, as card and telephone numbers are written */
	WORST_ESCAPES, /* every character escaped */
	WORST_NUMBERS, /* numbers of many digits, and nothing else */
	WORST_KEYS,    /* one object of many members */
	WORST_SHORT,   /* as many values as there can be */
	WORST_KINDS,
};

void worst_body(struct text *text, struct chance *chance, enum worst kind);
/* Which of several forms it has shows only at its end. */
void worst_shapes(struct text *text, struct chance *chance);
/* Next to nothing when packed. */
void worst_repeated(struct text *text);
