#include "rules/ledger.h"

/* What is remembered of a finding that was closed. */
struct closed {
	uint64_t count, first_ns;
};

void ledger_init(struct ledger *ledger, const struct ledger_plan *plan)
{
	map_init(&ledger->map, &(struct map_plan){.entries_max = plan->entries_max,
						  .value_len = sizeof(struct ledger_entry),
						  .seed = plan->seed,
						  .leave = plan->leave,
						  .context = plan->context});
	map_init(&ledger->closed, &(struct map_plan){.entries_max = plan->entries_max,
						     .value_len = sizeof(struct closed),
						     .seed = plan->seed});
}

void ledger_finish(struct ledger *ledger)
{
	map_finish(&ledger->map);
	map_finish(&ledger->closed);
}

static bool is_power_of_ten(uint64_t count)
{
	while (count >= 10 && count % 10 == 0)
		count /= 10;
	return count == 1;
}

static void begin(struct ledger *ledger, struct bytes uid, struct ledger_entry *entry, uint64_t time_ns)
{
	struct closed *before = map_find(&ledger->closed, uid);

	entry->first_ns = before == NULL ? time_ns : before->first_ns;
	entry->count = before == NULL ? 0 : before->count;
	entry->begun_count = entry->count + 1;
	if (before != NULL)
		map_remove(&ledger->closed, before);
}

struct ledger_entry *ledger_take(struct ledger *ledger, struct bytes uid, uint64_t time_ns, bool *out_is_due)
{
	bool is_new;
	struct ledger_entry *entry = map_put(&ledger->map, uid, &is_new);

	if (entry == NULL)
		return NULL;
	if (is_new)
		begin(ledger, uid, entry, time_ns);
	entry->count++;
	entry->last_ns = time_ns;
	*out_is_due = is_new || is_power_of_ten(entry->count) || time_ns - entry->told_ns >= LEDGER_UPDATE_NS;
	if (*out_is_due) {
		entry->told_ns = time_ns;
		entry->told_count = entry->count;
	}
	return entry;
}

struct ledger_entry *ledger_restore(struct ledger *ledger, struct bytes uid)
{
	bool is_new;

	return map_put(&ledger->map, uid, &is_new);
}

struct ledger_entry *ledger_quiet(const struct ledger *ledger, uint64_t time_ns)
{
	struct ledger_entry *oldest = map_oldest(&ledger->map);

	return oldest != NULL && time_ns >= oldest->last_ns && time_ns - oldest->last_ns >= LEDGER_QUIET_NS
		       ? oldest
		       : NULL;
}

void ledger_close(struct ledger *ledger, struct ledger_entry *entry)
{
	bool is_new;
	struct closed *closed = map_put(&ledger->closed, map_key(entry), &is_new);

	if (closed != NULL)
		*closed = (struct closed){.count = entry->count, .first_ns = entry->first_ns};
	entry->evidence = NULL;
	map_remove(&ledger->map, entry);
}

bool ledger_forget(struct ledger *ledger)
{
	struct ledger_entry *oldest = map_oldest(&ledger->map);

	if (oldest == NULL)
		return false;
	map_remove(&ledger->map, oldest);
	ledger->map.evicted++;
	return true;
}

struct ledger_entry *ledger_next(const struct ledger *ledger, const struct ledger_entry *after)
{
	return after == NULL ? map_oldest(&ledger->map) : map_newer(after);
}

struct bytes ledger_uid(const struct ledger_entry *entry)
{
	return map_key(entry);
}
