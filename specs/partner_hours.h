/*
 * partner_hours: when a partner agreed to call, and what sensitive data it may
 * be given, as its partner file says.
 *
 *	hours: ["mon-fri 07:00-19:00", "sat 08:00-12:00"]	in the partner's timezone
 *	data: {countries: [DE, FR], values_max: 500, per: 1h}
 *
 * Lends    texts of the document, lists in the arena.
 */
#pragma once

#include "specs/contract.h"
#include "specs/partner_value.h"

const struct hours_agreed *hours_read(struct values *values, size_t *out_count);
void data_read(struct values *values, struct data_agreed *out_data);

/* "DE"; each entry that is not two letters is an error. */
struct texts countries_read(struct values *values, const struct node *table);

/* `minute` of the week, Monday 00:00 is 0. */
bool hours_contain(const struct hours_agreed *hours, size_t count, unsigned minute);
