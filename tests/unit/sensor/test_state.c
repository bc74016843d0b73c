/* sensor/state: what the collector remembers comes back after a restart, a kill, and from broken files. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/state_table.h"

#define START_NS (300ull * SECONDS * 1000)

struct world {
	struct lives lives;
	struct usage usage;
	struct inventory inventory;
	struct behaviour behaviour;
	struct acquaintance acquaintance;
	struct learner learner;
	struct standings standings;
	struct token_owners token_owners;
	struct state_tables tables;
	struct state *state;
	uint64_t told_calls, usage_calls, usage_told;
	double latency_ms, risk;
};

static void take_usage(void *context, const struct usage_line *line)
{
	struct world *world = context;

	world->usage_calls += line->calls;
	world->usage_told++;
	world->latency_ms = line->latency_p50_ms;
	assert_true(bytes_equal(line->partner, BYTES("acme")));
}

static void take_inventory(void *context, const struct inventory_line *line)
{
	struct world *world = context;

	world->told_calls += line->calls;
	world->risk = line->risk_score;
	assert_int_equal(line->first_ns, START_NS + 1);
	assert_int_equal(line->partner_count, 1);
	assert_true(bytes_equal(line->partners[0], BYTES("acme")));
	assert_true(bytes_equal(line->host, BYTES("h")));
}

static void tell_nobody(void *context, const struct judged *judged, const struct judged_finding *finding,
			const struct finding_life *life)
{
	(void)context, (void)judged, (void)finding, (void)life;
}

static struct world *world_new(const char *folder)
{
	struct world *world = calloc(1, sizeof(*world));
	char error[200];

	lives_init(&world->lives, 1, tell_nobody, NULL);
	behaviour_init(&world->behaviour, 1);
	acquaintance_init(&world->acquaintance, 1);
	learner_init(&world->learner, 1);
	standings_init(&world->standings, 1, NULL);
	token_owners_init(&world->token_owners, 1);
	usage_init(&world->usage, 1, take_usage, world);
	inventory_init(&world->inventory,
		       &(struct inventory_plan){.seed = 1, .tell = take_inventory, .context = world});
	world->tables = (struct state_tables){.lives = &world->lives,
					      .usage = &world->usage,
					      .inventory = &world->inventory,
					      .behaviour = &world->behaviour,
					      .acquaintance = &world->acquaintance,
					      .learner = &world->learner,
					      .standings = &world->standings,
					      .token_owners = &world->token_owners};
	assert_int_equal(state_open(folder, error, sizeof(error), &world->state), STATUS_OK);
	state_load(world->state, &world->tables);
	return world;
}

/* As a kill does: nothing more is written. */
static void world_kill(struct world *world)
{
	state_free(world->state);
	lives_finish(&world->lives);
	behaviour_finish(&world->behaviour);
	acquaintance_finish(&world->acquaintance);
	learner_finish(&world->learner);
	standings_finish(&world->standings);
	token_owners_finish(&world->token_owners);
	usage_finish(&world->usage);
	inventory_finish(&world->inventory);
	free(world);
}

static void see(struct world *world, unsigned finding, uint64_t time_ns)
{
	struct judged *judged = judged_new(NULL);
	char uid[16] = {(char)finding};
	bool is_due = false;
	struct ledger_entry *entry;

	judged->time_ns = time_ns;
	judged->status = 200;
	judged->partner_id = BYTES("acme");
	judged->host = BYTES("h");
	judged->method = BYTES("GET");
	judged->template = BYTES("/x");
	judged->request.is_seen = judged->request.is_complete = judged->response.is_seen = true;
	judged->request.last_ns = time_ns - 5000000;
	judged->response.first_ns = time_ns;
	judged->findings = arena_alloc(&judged->arena, sizeof(*judged->findings));
	assert_non_null(judged->findings);
	judged->findings[0] = (struct judged_finding){
		.finding = {.kind = catalogue_find(BYTES("shadow.status")), .severity = 4}};
	judged->finding_count = 1;
	assert_int_equal(usage_take(&world->usage, judged), STATUS_OK);
	assert_int_equal(inventory_take(&world->inventory, judged), STATUS_OK);
	entry = ledger_take(&world->lives.ledger, (struct bytes){.data = uid, .len = sizeof(uid)}, time_ns,
			    &is_due);
	if (is_due) {
		entry->told_count = entry->count;
		state_told(world->state, entry);
	}
	state_turn(world->state, &world->tables);
	judged_release(judged);
}

static uint64_t count_of(const struct world *world, unsigned finding)
{
	char uid[16] = {(char)finding};
	const struct ledger_entry *entry =
		map_find(&world->lives.ledger.map, (struct bytes){.data = uid, .len = sizeof(uid)});

	return entry == NULL ? 0 : entry->count;
}

static int begin(void **state)
{
	/* Thousands of snapshots: a disk takes its time for each. */
	char *folder = strdup(access("/dev/shm", W_OK) == 0 ? "/dev/shm/state_XXXXXX" : "/tmp/state_XXXXXX");

	*state = mkdtemp(folder);
	return *state == NULL;
}

static int end(void **state)
{
	DIR *names = opendir(*state);
	char path[400];

	for (struct dirent *entry; (entry = readdir(names)) != NULL;) {
		snprintf(path, sizeof(path), "%s/%s", (char *)*state, entry->d_name);
		(void)unlink(path);
	}
	closedir(names);
	rmdir(*state);
	free(*state);
	return 0;
}

static void a_restart_in_the_middle_of_a_window_goes_on(void **state)
{
	struct world *world = world_new(*state);
	double risk;

	for (uint64_t i = 1; i <= 7; i++)
		see(world, 1, START_NS + i);
	inventory_tell(&world->inventory);
	risk = world->risk;
	assert_true(risk > 12); /* three for each step of severity, and some for how often */
	state_close(world->state, &world->tables);
	world_kill(world);

	world = world_new(*state);
	assert_null(state_trouble(world->state));
	assert_int_equal(count_of(world, 1), 7);
	inventory_tell(&world->inventory);
	assert_int_equal(world->told_calls, 0); /* nothing changed since */
	for (uint64_t i = 8; i <= 10; i++)
		see(world, 1, START_NS + i);
	usage_clock(&world->usage, START_NS + USAGE_WINDOW_NS);
	assert_int_equal(world->usage_calls, 10);
	assert_int_equal(world->usage_told, 1);
	assert_true(world->latency_ms > 4.8 && world->latency_ms < 5.2);
	inventory_tell(&world->inventory);
	assert_int_equal(world->told_calls, 10);
	assert_true(world->risk > risk); /* seven times and three more */
	assert_int_equal(count_of(world, 1), 10);
	state_turn(world->state, &world->tables); /* the window is over: in the journal */
	world_kill(world);

	world = world_new(*state);
	usage_clock(&world->usage, START_NS + 2 * USAGE_WINDOW_NS);
	assert_int_equal(world->usage_told, 0);
	world_kill(world);
}

/* No snapshot since the start: the journal alone knows what was told. */
static void a_kill_creates_no_finding_twice(void **state)
{
	struct world *world = world_new(*state);

	for (unsigned finding = 1; finding <= 20; finding++)
		see(world, finding, START_NS + finding);
	world_kill(world);
	world = world_new(*state);
	for (unsigned finding = 1; finding <= 20; finding++)
		assert_int_equal(count_of(world, finding), 1);
	assert_null(state_trouble(world->state));
	world_kill(world);
}

static const struct limit_agreed AGREED[] = {
	{.requests = 1000, .per_ns = 30 * 86400 * SECONDS, .window = WINDOW_CALENDAR},
	{.requests = 50, .per_ns = 3600 * SECONDS, .window = WINDOW_ROLLING},
	{.bytes = 100000, .per_ns = 60 * SECONDS, .window = WINDOW_ROLLING},
	{.requests = 20000, .per_ns = 86400 * SECONDS, .window = WINDOW_ROLLING},
	{.requests = 700, .per_ns = 7200 * SECONDS, .window = WINDOW_FLEXI},
};

/* What misuse is told from. */
static void add_past(struct judged *judged, uint64_t time_ns, const uint64_t *given,
		     const struct bytes *class_id)
{
	const uint64_t leg = (time_ns / (SECONDS / 50) * 0x9e3779b97f4a7c15ull) >> 63;
	struct sketch *values = arena_alloc(&judged->arena, sizeof(*values));

	assert_non_null(values);
	for (uint64_t i = 0; i < 1 + time_ns % 3; i++)
		sketch_add(values, (time_ns + i) * 0x9e3779b97f4a7c15ull);
	judged->is_documented = true;
	judged->past = (struct judged_past){.actor = BYTES("client"),
					    .has_credential = true,
					    .values = values,
					    .undeclared = class_id,
					    .undeclared_count = 1,
					    .resource = BYTES("x"),
					    .object = given[0] * 7919,
					    .given = given,
					    .given_count = 1,
					    .leg = leg == 0 ? LEG_BEFORE : LEG_BEHIND,
					    .trace = 1,
					    .principal = 77 + leg,
					    .token_given = time_ns % 5 == 0 ? time_ns : 0,
					    .token_life_ns = 3600 * SECONDS,
					    .token_client = BYTES("client")};
}

/* A call of everything that the collector remembers something of; how many findings it raised. */
static size_t call(struct world *world, uint64_t time_ns, const char *segment, uint32_t asn)
{
	static const struct bytes class_id = BYTES_INIT("card");
	const uint64_t given[] = {1 + time_ns % 977};
	struct judged *judged = judged_new(NULL);
	size_t count;

	judged->time_ns = time_ns;
	judged->status = 200;
	judged->partner_id = BYTES("acme");
	judged->api_id = BYTES("orders");
	judged->host = BYTES("h");
	judged->method = BYTES("GET");
	judged->template = arena_printf(&judged->arena, "/x/%s", segment);
	judged->operation_id = judged->template;
	judged->is_learned = true;
	judged->auth = BYTES("none");
	judged->client_origin = (struct origin){.country = "DE", .asn = asn};
	snprintf(judged->credential_hmac, sizeof(judged->credential_hmac), "%s", "0123");
	judged->spec_file = BYTES("orders.yaml");
	memset(judged->spec_sha256, 'a', 64);
	judged->request = (struct judged_side){.is_seen = true,
					       .is_complete = true,
					       .first_ns = time_ns - 9,
					       .last_ns = time_ns - 5,
					       .body_len = 7};
	judged->response = (struct judged_side){
		.is_seen = true, .is_complete = true, .first_ns = time_ns - 4, .last_ns = time_ns};
	add_past(judged, time_ns, given, &class_id);
	judged->past.limits = AGREED;
	judged->past.limit_count = sizeof(AGREED) / sizeof(*AGREED);
	learner_see(&world->learner, judged);
	assert_int_equal(behaviour_take(&world->behaviour, judged), STATUS_OK);
	assert_int_equal(acquaintance_take(&world->acquaintance, judged), STATUS_OK);
	assert_int_equal(token_owners_take(&world->token_owners, judged), STATUS_OK);
	assert_int_equal(standings_take(&world->standings, judged), STATUS_OK);
	count = judged->finding_count;
	assert_int_equal(lives_take(&world->lives, judged), STATUS_OK);
	judged_release(judged);
	return count;
}

/* All pieces of all tables, one behind the other. */
static struct buffer everything(const struct world *world)
{
	struct buffer all = BUFFER_MAX(64 * MIB), piece = BUFFER_MAX(4 * MIB);

	for (unsigned table = 0; table < STATE_TABLES; table++) {
		struct pack_place place = {0};
		struct pack pack = pack_begin(&piece);

		for (; state_table_pack(&world->tables, table, &place, &pack); pack = pack_begin(&piece)) {
			assert_int_equal(pack.status, STATUS_OK);
			assert_true(piece.len <= LIMIT_RECORD_BYTES);
			assert_int_equal(buffer_append(&all, buffer_bytes(&piece)), STATUS_OK);
		}
	}
	buffer_finish(&piece);
	return all;
}

static void assert_same(const struct world *world, const struct buffer *before)
{
	struct buffer after = everything(world);

	assert_int_equal(after.len, before->len);
	assert_memory_equal(after.data, before->data, after.len);
	buffer_finish(&after);
}

static void what_was_learned_and_counted_comes_back(void **state)
{
	struct world *world = world_new(*state);
	struct buffer before;
	char segment[20];

	for (uint64_t i = 0; i < 40000; i++) {
		snprintf(segment, sizeof(segment), "n%u", (unsigned)(i % 40));
		(void)call(world, START_NS + i * (SECONDS / 10), segment, 64500 + (uint32_t)(i % 3));
	}
	before = everything(world);
	assert_true(before.len > 20000 * 16); /* a rolling window in several pieces */
	state_close(world->state, &world->tables);
	world_kill(world);

	world = world_new(*state);
	assert_null(state_trouble(world->state));
	assert_same(world, &before);
	assert_true(bytes_equal(learner_template(&world->learner, BYTES("h"), false, BYTES("/x/never_seen")),
				BYTES("/x/{name}")));
	buffer_finish(&before);
	world_kill(world);
}

/* What was counted since the snapshot is in the journal, however the windows count. */
static void a_kill_in_the_middle_of_a_window_forgets_no_quota(void **state)
{
	struct world *world = world_new(*state);
	struct limits *limits;
	uint64_t at_ns = START_NS;

	for (unsigned life = 0; life < 4; life++) {
		for (unsigned i = 0; i < 200; i++) {
			size_t count = call(world, at_ns += SECONDS / 50, "a", 1);

			assert_true(life < 1 || count > 0); /* 50 an hour are long over */
			if (i % 7 == 0)
				state_turn(world->state, &world->tables);
		}
		state_turn(world->state, &world->tables);
		limits = &((struct watched *)map_find(&world->behaviour.partners, BYTES("acme")))->limits;
		assert_int_equal(limits->list[0].window.total, 200 * (life + 1));
		world_kill(world);
		world = world_new(*state);
		assert_null(state_trouble(world->state));
		limits = &((struct watched *)map_find(&world->behaviour.partners, BYTES("acme")))->limits;
		assert_int_equal(limits->count, sizeof(AGREED) / sizeof(*AGREED));
		for (size_t i = 0; i < limits->count; i++)
			assert_int_equal(limits->list[i].window.total, 200 * (life + 1) * (i == 2 ? 7 : 1));
	}
	world_kill(world);
}

static void unpack_hostile(struct world *world, unsigned table, struct buffer *piece, uint64_t *random)
{
	for (size_t len = 0; len < piece->len; len += len < 200 ? 1 : 97) {
		struct cursor cursor = cursor_of(bytes_slice(buffer_bytes(piece), 0, len));

		state_table_unpack(&world->tables, table, &cursor);
	}
	for (unsigned i = 0; i < 4000; i++) {
		struct cursor cursor = cursor_of(buffer_bytes(piece));
		size_t at;
		char kept;

		*random ^= *random << 13, *random ^= *random >> 7, *random ^= *random << 17;
		at = *random % (piece->len < 160 ? piece->len : 160);
		kept = piece->data[at];
		piece->data[at] = (char)(*random >> 32);
		state_table_unpack(&world->tables, table, &cursor);
		piece->data[at] = kept;
	}
}

/* Whatever a file says, tables keep their ceilings, and what comes next is judged. */
static void hostile_pieces_are_passed_over(void **state)
{
	struct world *world = world_new(*state), *made = world_new(*state);
	struct buffer piece = BUFFER_MAX(4 * MIB);
	uint64_t random = 88172645463325252u;

	for (uint64_t i = 0; i < 400; i++)
		(void)call(made, START_NS + i * SECONDS, "a", (uint32_t)i);
	for (unsigned table = 0; table < STATE_TABLES; table++) {
		struct pack_place place = {0};
		struct pack pack = pack_begin(&piece);
		size_t part = SIZE_MAX;

		assert_true(state_table_pack(&made->tables, table, &place, &pack));
		do { /* one piece of each part is enough */
			if (place.part != part)
				unpack_hostile(world, table, &piece, &random);
			part = place.part;
			pack = pack_begin(&piece);
		} while (state_table_pack(&made->tables, table, &place, &pack));
	}
	for (uint64_t i = 0; i < 100; i++)
		(void)call(world, START_NS + i * SECONDS, "a", (uint32_t)i);
	assert_true(world->behaviour.partners.count <= LIMIT_WATCHED_PARTNERS);
	assert_true(world->behaviour.course.steps.count <= LIMIT_STEPS);
	assert_true(world->behaviour.volume.credentials.count <= LIMIT_VOLUMES);
	buffer_finish(&piece);
	world_kill(made);
	world_kill(world);
}

struct file {
	char path[100];
	char data[8192];
	size_t len;
};

static struct file file_read_whole(const char *folder, const char *name)
{
	struct file file;
	int fd;

	snprintf(file.path, sizeof(file.path), "%s/%s", folder, name);
	fd = open(file.path, O_RDONLY);
	file.len = (size_t)read(fd, file.data, sizeof(file.data));
	close(fd);
	assert_true(file.len > 50 && file.len < sizeof(file.data));
	return file;
}

static void file_write(const struct file *file, size_t len)
{
	int fd = open(file->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, file->data, len), len);
	close(fd);
}

static void a_torn_journal_costs_its_last_word_alone(void **state)
{
	struct world *world = world_new(*state);
	struct file journal, snapshot;

	for (unsigned finding = 1; finding <= 3; finding++)
		see(world, finding, START_NS + finding);
	world_kill(world);
	journal = file_read_whole(*state, "journal");
	snapshot = file_read_whole(*state, "snapshot");
	for (size_t len = journal.len - 30; len < journal.len; len++) {
		file_write(&snapshot, snapshot.len);
		file_write(&journal, len);
		world = world_new(*state);
		assert_int_equal(count_of(world, 2), 1);
		assert_int_equal(count_of(world, 3), 0);
		assert_null(state_trouble(world->state));
		world_kill(world);
	}
}

static void a_broken_snapshot_is_set_aside_and_said(void **state)
{
	struct world *world = world_new(*state);
	struct file snapshot;
	char aside[120];

	for (unsigned i = 1; i <= 6; i++)
		see(world, 1 + i / 4, START_NS + i);
	state_close(world->state, &world->tables);
	world_kill(world);
	snapshot = file_read_whole(*state, "snapshot");
	snprintf(aside, sizeof(aside), "%s/snapshot.broken", (char *)*state);
	for (size_t bit = 0; bit < snapshot.len * 8; bit += 3) {
		uint64_t count;

		snapshot.data[bit / 8] = (char)(snapshot.data[bit / 8] ^ (1 << bit % 8));
		file_write(&snapshot, snapshot.len);
		snapshot.data[bit / 8] = (char)(snapshot.data[bit / 8] ^ (1 << bit % 8));
		world = world_new(*state);
		count = count_of(world, 1);
		assert_true(count == 3 || count == 0);
		assert_non_null(state_trouble(world->state));
		assert_non_null(strstr(state_trouble(world->state), "broken"));
		world_kill(world);
		assert_int_equal(unlink(aside), 0);
	}
	for (size_t len = 0; len < snapshot.len; len++) {
		file_write(&snapshot, len);
		world = world_new(*state);
		assert_non_null(state_trouble(world->state));
		world_kill(world);
	}
}

#define STATE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STATE_TEST(a_restart_in_the_middle_of_a_window_goes_on),
		STATE_TEST(a_kill_creates_no_finding_twice),
		STATE_TEST(what_was_learned_and_counted_comes_back),
		STATE_TEST(a_kill_in_the_middle_of_a_window_forgets_no_quota),
		STATE_TEST(hostile_pieces_are_passed_over),
		STATE_TEST(a_torn_journal_costs_its_last_word_alone),
		STATE_TEST(a_broken_snapshot_is_set_aside_and_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
