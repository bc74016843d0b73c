#include "sensor/relearn.h"

#include <stdlib.h>

#include "parsers/base/limits.h"

#define EVERY_NS (1 * SECONDS)

/* A look at one entry takes up to 7 us where paths are long: with full tables, a look at all of them every
 * second would leave no time for the records, and whoever sends made-up paths decides when there is one. */
#define ENTRIES_A_LOOK 20000

/* By what is remembered, not by the clock: a replay must look when the live sensor did. */
static uint64_t wait_ns(const struct collector *collector)
{
	size_t entries = collector->lives.ledger.map.count + collector->inventory.map.count;

	return EVERY_NS * (1 + entries / ENTRIES_A_LOOK);
}

static bool is_stale(struct collector *collector, const struct ledger_entry *entry)
{
	const struct judged *judged = entry->evidence;

	if (judged == NULL || !judged->is_learned)
		return false;
	return !bytes_equal(learner_template(&collector->learner, judged->host,
					     learner_is_refused(judged->status), judged->template),
			    judged->template);
}

static struct finding_life life_of(const struct ledger_entry *entry, enum activity activity, uint64_t time_ns)
{
	return (struct finding_life){.activity = activity,
				     .count = entry->count,
				     .first_ns = entry->first_ns,
				     .last_ns = entry->last_ns,
				     .time_ns = time_ns};
}

/* Moves what the entry knows to the finding that it is now. */
static void move(struct collector *collector, struct ledger_entry *entry)
{
	struct ledger_entry old = *entry, *now;
	struct judged *judged = old.evidence;
	struct judged_finding *finding = &judged->findings[old.index];
	struct bytes uid = {.data = (const char *)finding->uid, .len = sizeof(finding->uid)};
	struct finding_life life;
	bool is_new;

	entry->evidence = NULL; /* its reference goes on in `old` */
	map_remove(&collector->lives.ledger.map, entry);
	(void)learner_apply(&collector->learner, judged);
	now = map_put(&collector->lives.ledger.map, uid, &is_new);
	if (now == NULL) {
		collector->health.lost_records++;
		judged_release(judged);
		return;
	}
	if (!is_new) {
		now->count += old.count;
		now->first_ns = old.first_ns < now->first_ns ? old.first_ns : now->first_ns;
		now->last_ns = old.last_ns > now->last_ns ? old.last_ns : now->last_ns;
		judged_release(judged);
		return;
	}
	*now = old;
	life = life_of(now, ACTIVITY_CREATE, collector->clock_ns);
	collector_tell_finding(collector, judged, finding, &life);
	now->told_count = now->count;
}

static void relearn_findings(struct collector *collector)
{
	struct ledger_entry **stale = calloc(collector->lives.ledger.map.count + 1, sizeof(*stale));
	struct ledger_entry *entry = NULL;
	size_t count = 0;

	while (stale != NULL && (entry = ledger_next(&collector->lives.ledger, entry)) != NULL)
		if (is_stale(collector, entry))
			stale[count++] = entry;
	for (size_t i = 0; i < count; i++) { /* all of them first: several may share one exchange */
		const struct judged *judged = stale[i]->evidence;
		struct finding_life life = life_of(stale[i], ACTIVITY_CLOSE, collector->clock_ns);

		collector_tell_finding(collector, judged, &judged->findings[stale[i]->index], &life);
	}
	for (size_t i = 0; i < count; i++)
		move(collector, stale[i]);
	free(stale);
}

void relearn(struct collector *collector, uint64_t time_ns)
{
	if (collector->learner.opened == collector->relearned_opened ||
	    time_ns < collector->relearned_ns + wait_ns(collector))
		return;
	collector->relearned_opened = collector->learner.opened;
	collector->relearned_ns = time_ns;
	inventory_relearn(&collector->inventory, &collector->learner);
	relearn_findings(collector);
}
