/* What the collector remembers: ledger, usage, inventory, coverage, quantiles, keys of parts. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "rules/ledger.h"
#include "sensor/coverage.h"
#include "sensor/inventory.h"
#include "sensor/lives.h"
#include "sensor/quantile.h"
#include "sensor/record_lines.h"
#include "sensor/relearn.h"
#include "sensor/seen.h"
#include "sensor/usage.h"

static void parts_come_back_as_they_went(void **state)
{
	const struct bytes parts[] = {BYTES("a"), BYTES(""), BYTES("b\0c")};
	struct buffer key = BUFFER_MAX(100);
	struct bytes out[3];

	(void)state;
	assert_int_equal(parts_join(&key, parts, 3), STATUS_OK);
	parts_split(buffer_bytes(&key), out, 3);
	for (size_t i = 0; i < 3; i++)
		assert_true(bytes_equal(out[i], parts[i]));
	buffer_finish(&key);
	key = BUFFER_MAX(5);
	assert_int_equal(parts_join(&key, parts, 3), STATUS_LIMIT);
	buffer_finish(&key);
}

static void quantiles_are_right_within_three_percent(void **state)
{
	struct quantile quantile = {0};

	(void)state;
	assert_true(quantile_ms(&quantile, 0.5) < 0);
	for (uint64_t i = 1; i <= 1000; i++)
		quantile_add(&quantile, i * 1000000);
	assert_true(quantile_ms(&quantile, 0.50) > 485 && quantile_ms(&quantile, 0.50) < 515);
	assert_true(quantile_ms(&quantile, 0.99) > 960 && quantile_ms(&quantile, 0.99) < 1020);
	quantile_add(&quantile, 0);
	quantile_add(&quantile, UINT64_MAX);
	assert_int_equal(quantile.count, 1002);
	quantile_finish(&quantile);
	assert_true(quantile_ms(&quantile, 0.5) < 0);
}

/* However many buckets are in use, and in whatever order they came: also as read back. */
static void quantiles_of_few_and_of_many_are_alike(void **state)
{
	(void)state;
	for (unsigned kinds = 1; kinds < 37; kinds++) {
		struct quantile quantile = {0}, read = {0};
		struct buffer out = BUFFER_MAX(64 * KIB);
		struct pack pack = pack_begin(&out);
		struct cursor cursor;

		for (unsigned i = 0; i < 3 * kinds; i++) /* 37 is prime: each of them, in another order */
			quantile_add(&quantile, 2000ull << (i * 37 % kinds));
		assert_int_equal(quantile.buckets != NULL, (kinds < 24 ? kinds : 24) > QUANTILE_FEW);
		quantile_pack(&quantile, &pack);
		cursor = cursor_of(buffer_bytes(&out));
		quantile_unpack(&read, &cursor);
		assert_int_equal(cursor.left, 0);
		assert_int_equal(read.count, 3 * kinds);
		for (unsigned i = 0; i < kinds && i < 22; i++) {
			double wanted = 0.002 * (1u << i), share = (i + 0.9) / kinds;

			assert_true(quantile_ms(&quantile, share) > 0.97 * wanted &&
				    quantile_ms(&quantile, share) < 1.03 * wanted);
			assert_true(quantile_ms(&read, share) > 0.97 * wanted &&
				    quantile_ms(&read, share) < 1.03 * wanted);
		}
		quantile_finish(&read);
		quantile_finish(&quantile);
		buffer_finish(&out);
	}
}

static int gone;

static void count_gone(void *context, void *entry)
{
	(void)context;
	(void)entry;
	gone++;
}

static void ledger_tells_the_powers_of_ten(void **state)
{
	struct ledger ledger;
	struct ledger_entry *entry = NULL;
	uint64_t told = 0;

	(void)state;
	gone = 0;
	ledger_init(&ledger, &(struct ledger_plan){.entries_max = 1, .seed = 1, .leave = count_gone});
	for (uint64_t i = 1; i <= 1000; i++) {
		bool is_due = false;

		entry = ledger_take(&ledger, BYTES("x"), i, &is_due);
		if (is_due)
			told = told * 10000 + i;
	}
	assert_true(told == 1001001001000ull); /* 1, 10, 100, 1000 */
	assert_int_equal(entry->count, 1000);
	assert_int_equal(entry->first_ns, 1);
	assert_int_equal(entry->last_ns, 1000);
	assert_true(bytes_equal(ledger_uid(ledger_next(&ledger, NULL)), BYTES("x")));
	assert_null(ledger_next(&ledger, entry));
	ledger_take(&ledger, BYTES("y"), 1001, &(bool){false});
	assert_int_equal(gone, 1);
	ledger_finish(&ledger);
	assert_int_equal(gone, 2);
}

static struct judged *call(uint64_t time_ns, const char *partner, const char *operation, unsigned status)
{
	struct judged *judged = judged_new(NULL);

	assert_non_null(judged);
	judged->time_ns = time_ns;
	judged->partner_id = bytes_of(partner);
	judged->operation_id = bytes_of(operation);
	judged->template = BYTES("/t");
	judged->method = BYTES("GET");
	judged->host = BYTES("h");
	judged->status = status;
	judged->request = (struct judged_side){
		.is_seen = true, .is_complete = true, .body_len = 10, .last_ns = time_ns};
	judged->response =
		(struct judged_side){.is_seen = true, .body_len = 100, .first_ns = time_ns + 1000000};
	address_read(BYTES("10.0.0.1"), &judged->client.address);
	judged->caller = judged->client.address;
	return judged;
}

struct lives_told {
	char text[256];
	size_t len;
};

static void tell_life(void *context, const struct judged *judged, const struct judged_finding *finding,
		      const struct finding_life *life)
{
	struct lives_told *told = context;

	(void)judged;
	(void)finding;
	told->len += (size_t)snprintf(told->text + told->len, sizeof(told->text) - told->len, "%d:%d@%d ",
				      (int)life->activity, (int)life->count, (int)(life->time_ns / SECONDS));
}

/* One finding of one API of one file, seen `count` times. */
static void see_in(struct lives *lives, const char *file, uint64_t time_s, const char *sha256, int count)
{
	for (int i = 0; i < count; i++) {
		struct judged *judged = call(time_s * SECONDS, "p", "op", 200);

		judged->api_id = BYTES("api");
		judged->spec_file = bytes_of(file);
		memcpy(judged->spec_sha256, sha256, strlen(sha256) + 1);
		judged->findings = arena_alloc(&judged->arena, sizeof(*judged->findings));
		judged->findings[0].finding.kind = catalogue_find(BYTES("shadow.status"));
		judged->finding_count = 1;
		lives_clock(lives, judged->time_ns);
		assert_int_equal(lives_take(lives, judged), STATUS_OK);
		judged_release(judged);
	}
}

static void see(struct lives *lives, uint64_t time_s, const char *sha256, int count)
{
	see_in(lives, "api.yaml", time_s, sha256, count);
}

static void count_lives(void *context, const struct judged *judged, const struct judged_finding *finding,
			const struct finding_life *life)
{
	size_t *told = context;

	(void)judged, (void)finding;
	told[life->activity]++;
}

static struct judged *with_findings(uint64_t time_s, unsigned first, unsigned count)
{
	struct judged *judged = call(time_s * SECONDS, "p", "op", 200);

	judged->findings = arena_alloc(&judged->arena, count * sizeof(*judged->findings));
	assert_non_null(judged->findings);
	judged->finding_count = count;
	for (unsigned i = 0; i < count; i++) {
		judged->findings[i].finding.kind = catalogue_find(BYTES("shadow.status"));
		judged->findings[i].uid[0] = (uint8_t)(first + i);
	}
	return judged;
}

/* However large the records are that findings are told from, and however many share one. */
static void evidence_has_a_ceiling_in_bytes(void **state)
{
	size_t told[ACTIVITY_CLOSE + 1] = {0};
	struct lives lives;

	(void)state;
	lives_init(&lives, 1, count_lives, told);
	lives.evidence_bytes_max = 40 * LIMIT_JUDGED_BLOCK;
	for (unsigned i = 0; i < 200; i++) {
		struct judged *judged = with_findings(1000 + i, i, 1);

		(void)arena_alloc(&judged->arena, (size_t)i * 100);
		assert_int_equal(lives_take(&lives, judged), STATUS_OK);
		judged_release(judged);
		assert_true(lives.evidence_bytes <= lives.evidence_bytes_max);
	}
	assert_int_equal(told[ACTIVITY_CREATE], 200);
	assert_true(lives.ledger.map.count >= 4 && lives.ledger.map.count <= 10); /* of 20 KB each */
	assert_int_equal(lives.ledger.map.evicted, 200 - lives.ledger.map.count);
	lives_clock(&lives, 100 * 86400 * SECONDS); /* all are over */
	assert_int_equal(lives.evidence_bytes, 0);
	for (unsigned i = 0; i < 10; i++) {
		struct judged *judged = with_findings(100 * 86400, 20 * i, 20);

		assert_int_equal(lives_take(&lives, judged), STATUS_OK);
		judged_release(judged);
	}
	assert_int_equal(lives.ledger.map.count, 200); /* ten records in all */
	lives_finish(&lives);
}

/* Two specs whose files have the same name in two folders are two APIs: none replaces the other. */
static void specs_of_one_name_end_nothing(void **state)
{
	struct lives_told told = {0};
	struct lives lives;

	(void)state;
	lives_init(&lives, 1, tell_life, &told);
	for (uint64_t i = 0; i < 9; i++)
		see_in(&lives, i % 2 == 0 ? "orders/api.yaml" : "invoices/api.yaml", 1000 + 10 * i,
		       i % 2 == 0 ? "a" : "b", 1);
	assert_string_equal(told.text, "1:1@1000 ");
	lives_finish(&lives);
}

/* Workers that take a new version one after the other: the old one's findings end, and none by each turn. */
static void versions_by_turns_end_findings_twice_at_most(void **state)
{
	struct lives_told told = {0};
	struct lives lives;

	(void)state;
	lives_init(&lives, 1, tell_life, &told);
	see(&lives, 1000, "a", 1);
	for (int i = 0; i < 4; i++) {
		see(&lives, 1001, "b", 1);
		see(&lives, 1001, "a", 1);
	}
	see(&lives, 1001, "a", 1); /* the tenth: told from the old version again */
	see(&lives, 1006, "b", 1);
	see(&lives, 1007, "b", 1);
	see(&lives, 1012, "b", 1);
	assert_string_equal(told.text, "1:1@1000 3:1@1001 1:2@1001 2:10@1001 3:10@1006 1:11@1006 ");
	lives_finish(&lives);
}

static void findings_live_and_end(void **state)
{
	struct lives_told told = {0};
	struct lives lives;

	(void)state;
	lives_init(&lives, 1, tell_life, &told);
	see(&lives, 1000, "a", 3);
	see(&lives, 1900, "a", 1); /* 15 minutes later */
	see(&lives, 2000, "b", 1); /* another version: what departed from the old one ends, then it is back */
	see(&lives, 88400, "b", 1); /* a quiet day */
	see(&lives, 88401, "b", 1);
	lives_tell(&lives, 90000 * SECONDS);
	assert_string_equal(told.text, "1:1@1000 2:4@1900 3:4@2000 1:5@2000 3:5@88400 1:6@88400 2:7@90000 ");
	lives_finish(&lives);
}

struct told {
	struct usage_line usage[8];
	size_t usage_count;
	struct inventory_line inventory[8];
	size_t inventory_count;
};

static void tell_usage(void *context, const struct usage_line *line)
{
	struct told *told = context;

	assert_true(told->usage_count < 8);
	told->usage[told->usage_count++] = *line;
}

static void tell_inventory(void *context, const struct inventory_line *line)
{
	struct told *told = context;

	assert_true(told->inventory_count < 8);
	told->inventory[told->inventory_count++] = *line;
}

static void usage_closes_its_windows(void **state)
{
	const uint64_t start = 900 * SECONDS;
	struct told told = {0};
	struct usage usage;

	(void)state;
	usage_init(&usage, 1, tell_usage, &told);
	for (int i = 0; i < 3; i++) {
		struct judged *judged = call(start + (uint64_t)i * SECONDS, "b", "op", i == 2 ? 503 : 200);

		assert_int_equal(usage_take(&usage, judged), STATUS_OK);
		judged_release(judged);
	}
	assert_int_equal(told.usage_count, 0);
	usage_clock(&usage, start + USAGE_WINDOW_NS);
	assert_int_equal(told.usage_count, 1);
	assert_int_equal(told.usage[0].calls, 3);
	assert_int_equal(told.usage[0].by_status[2], 2);
	assert_int_equal(told.usage[0].by_status[5], 1);
	assert_int_equal(told.usage[0].billable, 2);
	assert_int_equal(told.usage[0].bytes_out, 300);
	assert_true(told.usage[0].start_ns == start && told.usage[0].end_ns == start + USAGE_WINDOW_NS);
	assert_true(told.usage[0].latency_p50_ms > 0.95 && told.usage[0].latency_p50_ms < 1.05);
	usage_close(&usage);
	assert_int_equal(told.usage_count, 1);
	usage_finish(&usage);
}

static void inventory_tells_what_changed(void **state)
{
	struct told told = {0};
	struct inventory inventory;
	struct judged *judged = call(5, "acme", "getX", 200);

	(void)state;
	inventory_init(&inventory,
		       &(struct inventory_plan){.seed = 1, .tell = tell_inventory, .context = &told});
	judged->auth = BYTES("bearer");
	assert_int_equal(inventory_take(&inventory, judged), STATUS_OK);
	assert_int_equal(inventory_take(&inventory, judged), STATUS_OK);
	inventory_tell(&inventory);
	inventory_tell(&inventory); /* nothing changed since */
	assert_int_equal(told.inventory_count, 1);
	assert_int_equal(told.inventory[0].calls, 2);
	assert_int_equal(told.inventory[0].partner_count, 1);
	assert_true(bytes_equal(told.inventory[0].exposure, BYTES("internal")));
	judged_release(judged);
	inventory_finish(&inventory);
}

/* Lines that become one keep all that was known of each. */
static void learned_lines_add_up(void **state)
{
	enum { NAMES = LIMIT_LEARNED_NAMES + 1 };
	struct told told = {0};
	struct inventory inventory;
	struct learner learner;

	(void)state;
	learner_init(&learner, 1);
	inventory_init(&inventory,
		       &(struct inventory_plan){.seed = 1, .tell = tell_inventory, .context = &told});
	for (int i = 0; i < NAMES; i++) {
		struct judged *judged = call(5, "acme", "", 200);
		struct judged_finding finding = {
			.finding = {.kind = catalogue_find(BYTES("shadow.path")), .severity = 4}};

		judged->template = arena_printf(&judged->arena, "/users/%c%c", 'a' + i / 10, 'a' + i % 10);
		judged->is_learned = true;
		judged->findings = &finding;
		judged->finding_count = 1;
		learner_see(&learner, judged);
		assert_int_equal(inventory_take(&inventory, judged), STATUS_OK);
		judged_release(judged);
	}
	assert_int_equal(inventory.map.count, NAMES);
	inventory_relearn(&inventory, &learner);
	assert_int_equal(inventory.map.count, 1);
	inventory_tell(&inventory);
	assert_int_equal(told.inventory_count, 1);
	assert_true(bytes_equal(told.inventory[0].template, BYTES("/users/{name}")));
	assert_int_equal(told.inventory[0].calls, NAMES);
	assert_true(told.inventory[0].risk_score > 3 * 4 + 2); /* severity 4, and seen more than ten times */
	inventory_finish(&inventory);
	learner_finish(&learner);
}

static void the_fuller_the_tables_the_rarer_they_are_looked_through(void **state)
{
	struct collector *collector = calloc(1, sizeof(*collector));
	struct ledger *ledger = &collector->lives.ledger;

	(void)state;
	assert_non_null(collector);
	learner_init(&collector->learner, 1);
	inventory_init(&collector->inventory, &(struct inventory_plan){.seed = 1});
	ledger_init(ledger, &(struct ledger_plan){.entries_max = 100000, .seed = 1});
	collector->learner.opened = 1;
	relearn(collector, 10 * SECONDS);
	assert_int_equal(collector->relearned_opened, 1);
	for (uint32_t i = 0; i < 60000; i++)
		ledger_restore(ledger, (struct bytes){.data = (const char *)&i, .len = sizeof(i)});
	collector->learner.opened = 2;
	relearn(collector, 13 * SECONDS);
	assert_int_equal(collector->relearned_opened, 1);
	relearn(collector, 14 * SECONDS);
	assert_int_equal(collector->relearned_opened, 2);
	collector->learner.opened = 3;
	relearn(collector, UINT64_MAX); /* the end */
	assert_int_equal(collector->relearned_opened, 3);
	ledger_finish(ledger);
	inventory_finish(&collector->inventory);
	learner_finish(&collector->learner);
	free(collector);
}

extern size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t allocated_bytes(void)
{
	return __sanitizer_get_current_allocated_bytes != NULL ? __sanitizer_get_current_allocated_bytes()
							       : mallinfo2().uordblks;
}

/* A sensor tells its endpoints again and again: what is read of its files is one record of each. */
static void seen_keeps_the_newest_record_alone(void **state)
{
	enum { ENDPOINTS = 3, ROUNDS = 3000 };
	struct seen seen;
	size_t before = 0;
	char line[4096];

	(void)state;
	seen_init(&seen);
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < ENDPOINTS; i++) {
			snprintf(line, sizeof(line),
				 "{\"record\":\"inventory\",\"host\":\"h\",\"method\":\"GET\","
				 "\"template\":\"/%d\",\"operation\":\"%0*d\"}",
				 i, 3000, round);
			assert_true(seen_add_lines(&seen, bytes_of(line)));
		}
		if (round == 0)
			before = allocated_bytes();
	}
	assert_int_equal(seen.records, ENDPOINTS * ROUNDS);
	assert_int_equal(seen.map.count, ENDPOINTS);
	assert_true(allocated_bytes() <= before + 64 * KIB);
	seen_finish(&seen);
}

struct lines {
	size_t whole, cut, longest;
};

static bool take_line(void *context, struct bytes line, bool is_whole)
{
	struct lines *lines = context;

	*(is_whole ? &lines->whole : &lines->cut) += 1;
	if (line.len > lines->longest)
		lines->longest = line.len;
	return true;
}

static void lines_longer_than_a_record_are_told_and_not_kept(void **state)
{
	char path[] = "/tmp/specular-lines.XXXXXX";
	FILE *file = fdopen(mkstemp(path), "wb");
	struct lines lines = {0};

	(void)state;
	assert_non_null(file);
	fputs("a\n", file);
	for (size_t i = 0; i < 5 * LIMIT_RECORD_BYTES / 2; i++)
		fputc('b', file);
	fputs("\nc\nd", file);
	assert_int_equal(fclose(file), 0);
	assert_true(record_lines_read(path, take_line, &lines));
	assert_int_equal(lines.whole, 3);
	assert_int_equal(lines.cut, 1);
	assert_true(lines.longest <= LIMIT_RECORD_BYTES + 1);
	assert_int_equal(remove(path), 0);
}

static void coverage_adds_up(void **state)
{
	struct coverage coverage;
	struct coverage_line *lines;
	struct judged *judged = call(5, "acme", "getX", 200);
	size_t count;

	(void)state;
	coverage_init(&coverage, 1);
	coverage_take(&coverage, judged);
	judged->outcome = EXCHANGE_NO_REQUEST;
	coverage_take(&coverage, judged);
	judged->is_opaque = true; /* a connection, not one more exchange */
	coverage_take(&coverage, judged);
	lines = coverage_lines(&coverage, &count);
	assert_int_equal(count, 1);
	assert_int_equal(lines[0].complete, 1);
	assert_int_equal(lines[0].partial[EXCHANGE_NO_REQUEST], 1);
	assert_int_equal(lines[0].unpaired, 1);
	assert_int_equal(lines[0].opaque, 1);
	free(lines);
	judged_release(judged);
	coverage_finish(&coverage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_come_back_as_they_went),
		cmocka_unit_test(quantiles_are_right_within_three_percent),
		cmocka_unit_test(quantiles_of_few_and_of_many_are_alike),
		cmocka_unit_test(ledger_tells_the_powers_of_ten),
		cmocka_unit_test(findings_live_and_end),
		cmocka_unit_test(specs_of_one_name_end_nothing),
		cmocka_unit_test(versions_by_turns_end_findings_twice_at_most),
		cmocka_unit_test(usage_closes_its_windows),
		cmocka_unit_test(inventory_tells_what_changed),
		cmocka_unit_test(learned_lines_add_up),
		cmocka_unit_test(the_fuller_the_tables_the_rarer_they_are_looked_through),
		cmocka_unit_test(lines_longer_than_a_record_are_told_and_not_kept),
		cmocka_unit_test(seen_keeps_the_newest_record_alone),
		cmocka_unit_test(coverage_adds_up),
		cmocka_unit_test(evidence_has_a_ceiling_in_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
