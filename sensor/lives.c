#include "sensor/lives.h"

#include <string.h>

#include "parsers/base/limits.h"
#include "sensor/places.h"
#include "sensor/state.h"

/* Workers take new contracts one after the other: so long their records, put in order, may show the old
 * version and the new by turns. The findings are looked through at the first change and, after it, once more.
 */
#define SETTLE_NS (5 * SECONDS)

struct version {
	char sha256[65];
	bool is_mixed; /* it changed again before settled_ns */
	uint64_t settled_ns;
};

static void tell(struct lives *lives, const struct ledger_entry *entry, enum activity activity,
		 uint64_t time_ns)
{
	const struct judged *judged = entry->evidence;

	lives->tell(lives->context, judged, &judged->findings[entry->index],
		    &(struct finding_life){.activity = activity,
					   .count = entry->count,
					   .first_ns = entry->first_ns,
					   .last_ns = entry->last_ns,
					   .time_ns = time_ns});
	if (lives->state != NULL && activity != ACTIVITY_CLOSE)
		state_told(lives->state, entry);
}

/* What a finding holds of a record that several may share. */
static void keep(struct lives *lives, struct ledger_entry *entry, struct judged *judged, size_t index)
{
	entry->evidence = judged_hold(judged);
	entry->index = index;
	entry->evidence_bytes = arena_held(&judged->arena) / judged->finding_count;
	lives->evidence_bytes += entry->evidence_bytes;
}

static void let_go(struct lives *lives, struct ledger_entry *entry)
{
	judged_release(entry->evidence);
	lives->evidence_bytes -= entry->evidence_bytes;
	entry->evidence = NULL;
	entry->evidence_bytes = 0;
}

/* The ledger is full: the last count is told before the entry is forgotten. */
static void leave(void *context, void *value)
{
	struct lives *lives = context;
	struct ledger_entry *entry = value;

	if (entry->evidence == NULL)
		return;
	if (lives->tell != NULL && entry->told_count != entry->count)
		tell(lives, entry, ACTIVITY_UPDATE, lives->clock_ns);
	let_go(lives, entry);
}

void lives_init(struct lives *lives, uint64_t seed, lives_teller *teller, void *context)
{
	*lives = (struct lives){.tell = teller,
				.context = context,
				.key = BUFFER_MAX(4 * KIB),
				.evidence_bytes_max = LIMIT_LEDGER_BYTES};
	ledger_init(&lives->ledger,
		    &(struct ledger_plan){
			    .entries_max = LIMIT_LEDGER, .seed = seed, .leave = leave, .context = lives});
	map_init(&lives->versions, &(struct map_plan){.entries_max = LIMIT_API_VERSIONS,
						      .value_len = sizeof(struct version),
						      .seed = seed});
}

void lives_finish(struct lives *lives)
{
	lives->tell = NULL;
	ledger_finish(&lives->ledger);
	map_finish(&lives->versions);
	buffer_finish(&lives->key);
}

static void end(struct lives *lives, struct ledger_entry *entry, uint64_t time_ns)
{
	if (entry->evidence != NULL)
		tell(lives, entry, ACTIVITY_CLOSE, time_ns);
	let_go(lives, entry);
	ledger_close(&lives->ledger, entry);
}

void lives_clock(struct lives *lives, uint64_t time_ns)
{
	struct ledger_entry *entry;

	if (time_ns > lives->clock_ns)
		lives->clock_ns = time_ns;
	while ((entry = ledger_quiet(&lives->ledger, time_ns)) != NULL)
		end(lives, entry, time_ns);
}

/* Departures from the spec that was replaced: whether they are some of the new one, its traffic shows. */
static void end_version(struct lives *lives, const struct judged *newer)
{
	struct ledger_entry *entry = ledger_next(&lives->ledger, NULL);

	while (entry != NULL) {
		struct ledger_entry *next = ledger_next(&lives->ledger, entry);
		const struct judged *judged = entry->evidence;

		if (judged != NULL && !judged->findings[entry->index].finding.is_partner_wide &&
		    bytes_equal(judged->partner_id, newer->partner_id) &&
		    bytes_equal(judged->spec_file, newer->spec_file) &&
		    strcmp(judged->spec_sha256, newer->spec_sha256) != 0)
			end(lives, entry, newer->time_ns);
		entry = next;
	}
}

/* In lives->key. Not by the API's id: orders/v1.yaml and invoices/v1.yaml have the same. */
static enum status make_version_key(struct lives *lives, const struct judged *judged)
{
	const struct bytes parts[] = {judged->partner_id, judged->spec_file};

	return parts_join(&lives->key, parts, 2);
}

static enum status take_version(struct lives *lives, const struct judged *judged)
{
	struct version *version;
	bool is_new, is_other, is_settled;
	enum status status;

	if (judged->spec_file.len == 0)
		return STATUS_OK;
	version = places_again(judged, PLACE_VERSION, &lives->versions);
	is_new = false;
	if (version == NULL) {
		status = make_version_key(lives, judged);
		if (status != STATUS_OK)
			return status;
		version = places_put(judged, PLACE_VERSION, &lives->versions, buffer_bytes(&lives->key),
				     &is_new);
	}
	if (version == NULL)
		return STATUS_NO_MEMORY;
	is_other = !is_new && strcmp(version->sha256, judged->spec_sha256) != 0;
	is_settled = judged->time_ns >= version->settled_ns;
	memcpy(version->sha256, judged->spec_sha256, sizeof(version->sha256));
	version->is_mixed |= is_other;
	if (!version->is_mixed || !is_settled)
		return STATUS_OK;
	end_version(lives, judged);
	version->settled_ns = judged->time_ns + SETTLE_NS;
	version->is_mixed = false;
	return STATUS_OK;
}

static enum status take_finding(struct lives *lives, struct judged *judged, size_t index)
{
	const struct judged_finding *finding = &judged->findings[index];
	struct bytes uid = {.data = (const char *)finding->uid, .len = sizeof(finding->uid)};
	struct ledger_entry *entry;
	bool is_due = false;

	if (finding->is_suppressed) {
		lives->suppressed++;
		return STATUS_OK;
	}
	entry = ledger_take(&lives->ledger, uid, judged->time_ns, &is_due);
	if (entry == NULL)
		return STATUS_NO_MEMORY;
	/* Known from before a restart: what its updates are written from went with that. */
	if (!is_due && entry->evidence != NULL)
		return STATUS_OK;
	let_go(lives, entry);
	keep(lives, entry, judged, index);
	if (is_due)
		tell(lives, entry, entry->count == entry->begun_count ? ACTIVITY_CREATE : ACTIVITY_UPDATE,
		     judged->time_ns);
	while (lives->evidence_bytes > lives->evidence_bytes_max && ledger_forget(&lives->ledger))
		;
	return STATUS_OK;
}

void lives_recall(struct lives *lives, const struct judged *judged, struct recall *recall)
{
	if (judged->spec_file.len > 0 && make_version_key(lives, judged) == STATUS_OK)
		recall_add(recall, &lives->versions, buffer_bytes(&lives->key));
}

enum status lives_take(struct lives *lives, struct judged *judged)
{
	enum status status = take_version(lives, judged), one;

	for (size_t i = 0; i < judged->finding_count; i++) {
		one = take_finding(lives, judged, i);
		if (one != STATUS_OK)
			status = one;
	}
	return status;
}

void lives_tell(struct lives *lives, uint64_t time_ns)
{
	struct ledger_entry *entry = NULL;

	while ((entry = ledger_next(&lives->ledger, entry)) != NULL) {
		if (entry->told_count == entry->count || entry->evidence == NULL)
			continue;
		entry->told_count = entry->count;
		tell(lives, entry, ACTIVITY_UPDATE, time_ns);
	}
}

bool lives_pack_version(const struct lives *lives, struct pack_place *place, struct pack *pack)
{
	const struct version *version =
		place->at == NULL ? map_oldest(&lives->versions) : map_newer(place->at);

	place->at = version;
	if (version == NULL)
		return false;
	pack_text(pack, map_key(version));
	pack_text(pack, bytes_of(version->sha256));
	return true;
}

void lives_unpack_version(struct lives *lives, struct cursor *cursor)
{
	struct bytes key = unpack_text(cursor), sha256 = unpack_text(cursor);
	struct version *version;
	bool is_new;

	if (cursor->ran_out || sha256.len != sizeof(version->sha256) - 1 ||
	    bytes_find_byte(sha256, '\0') != BYTES_NOT_FOUND)
		return;
	version = map_put(&lives->versions, key, &is_new);
	if (version != NULL)
		memcpy(version->sha256, sha256.data, sha256.len);
}
