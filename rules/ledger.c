#include "rules/ledger.h"

void ledger_init(struct ledger *ledger, const struct ledger_plan *plan)
{
	map_init(&ledger->map, &(struct map_plan){.entries_max = plan->entries_max,
						  .value_len = sizeof(struct ledger_entry),
						  .seed = plan->seed,
						  .leave = plan->leave,
						  .context = plan->context});
}

void ledger_finish(struct ledger *ledger)
{
	map_finish(&ledger->map);
}

static bool is_power_of_ten(uint64_t count)
{
	while (count >= 10 && count % 10 == 0)
		count /= 10;
	return count == 1;
}

struct ledger_entry *ledger_take(struct ledger *ledger, struct bytes uid, uint64_t time_ns, bool *out_is_due)
{
	bool is_new;
	struct ledger_entry *entry = map_put(&ledger->map, uid, &is_new);

	if (entry == NULL)
		return NULL;
	if (is_new)
		entry->first_ns = time_ns;
	entry->count++;
	entry->last_ns = time_ns;
	*out_is_due = is_power_of_ten(entry->count);
	return entry;
}

struct ledger_entry *ledger_restore(struct ledger *ledger, struct bytes uid)
{
	bool is_new;

	return map_put(&ledger->map, uid, &is_new);
}

struct ledger_entry *ledger_next(const struct ledger *ledger, const struct ledger_entry *after)
{
	return after == NULL ? map_oldest(&ledger->map) : map_newer(after);
}

struct bytes ledger_uid(const struct ledger_entry *entry)
{
	return map_key(entry);
}
