/*
 * bodies: the JSON that the generator's partners send, and what is planted in it.
 */
#pragma once

#include "tests/bench/traffic/chance.h"
#include "tests/bench/traffic/text.h"

struct planted {
	uint64_t exchanges, violations, us_ssn, pan, iban;
};

/* How one client writes: the order of its keys, and what it leaves out. */
struct hand {
	unsigned order;
	bool is_spaced;
};

void body_order(struct text *text, struct chance *chance, struct hand hand, struct planted *planted);
void body_receipt(struct text *text, struct chance *chance, struct hand hand, struct planted *planted);
void body_status(struct text *text, struct chance *chance, struct hand hand);
void body_catalogue(struct text *text, struct chance *chance, struct hand hand, struct planted *planted);
void body_ping(struct text *text, struct chance *chance);
