#include "sensor/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sensor/pack.h"
#include "sensor/publish/spool_frame.h"
#include "sensor/publish/write_all.h"
#include "sensor/state_table.h"

#define SNAPSHOT_EVERY_NS (5 * SECONDS)
#define SNAPSHOT_SHARE    100 /* of the time, at most one part in so many */
#define WRITE_LEN         (256 * KIB)
#define READ_LEN          (256 * KIB)
#define HEAD_LEN          16
#define UID_LEN           16

/* The first number of a frame says what it is of; above these, a table of state_table.h. */
enum kind { KIND_LEDGER = 1, KIND_WINDOW, KIND_USAGE, KIND_INVENTORY, KIND_END, KIND_TABLES };

static const struct bytes HEAD_MAGIC = BYTES_INIT("\xffSTATE1\n");

/* One of the two files while it is written. */
struct output {
	int fd;
	uint64_t seed, number;
	struct buffer frames; /* not yet written */
	bool is_failed;
};

struct state {
	int folder;
	struct output journal;
	struct buffer packed; /* one entry */
	uint64_t snapshot_ns, wait_ns;
	uint64_t window_ns; /* of usage, as the journal has it */
	char trouble[160];
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECONDS + (uint64_t)now.tv_nsec;
}

/* -- writing ---------------------------------------------------------------- */

static void output_write(struct output *output)
{
	struct bytes frames = buffer_bytes(&output->frames);

	output->is_failed = output->is_failed || write_all(output->fd, frames, 0) < frames.len;
	buffer_clear(&output->frames);
}

static void output_open(struct output *output, int folder, const char *name)
{
	char head[HEAD_LEN];

	output->fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	output->number = 0;
	output->is_failed = output->fd < 0 || getrandom(&output->seed, sizeof(output->seed), 0) !=
						      (ssize_t)sizeof(output->seed);
	output->frames = BUFFER_MAX(WRITE_LEN + FRAME_BYTES_MAX);
	memcpy(head, HEAD_MAGIC.data, HEAD_MAGIC.len);
	frame_put_u64(head + 8, output->seed);
	output->is_failed |=
		buffer_append(&output->frames, (struct bytes){.data = head, .len = HEAD_LEN}) != STATUS_OK;
	output_write(output);
}

static void output_close(struct output *output)
{
	output_write(output);
	if (output->fd >= 0)
		close(output->fd);
	output->fd = -1;
	buffer_finish(&output->frames);
}

static void output_add(struct output *output, const struct pack *pack)
{
	if (pack->status != STATUS_OK || frame_write(output->seed, ++output->number, buffer_bytes(pack->out),
						     &output->frames) != STATUS_OK)
		output->is_failed = true;
	if (output->frames.len >= WRITE_LEN)
		output_write(output);
}

static struct pack begin(struct state *state, uint64_t kind)
{
	struct pack pack = pack_begin(&state->packed);

	pack_number(&pack, kind);
	return pack;
}

static void add_entry(struct state *state, struct output *output, const struct ledger_entry *entry)
{
	const uint64_t numbers[] = {entry->count, entry->told_count, entry->first_ns, entry->last_ns};
	struct pack pack = begin(state, KIND_LEDGER);

	pack_text(&pack, ledger_uid(entry));
	pack_numbers(&pack, numbers, sizeof(numbers) / sizeof(*numbers));
	output_add(output, &pack);
}

static void add_window(struct state *state, struct output *output, uint64_t window_ns)
{
	struct pack pack = begin(state, KIND_WINDOW);

	pack_number(&pack, window_ns);
	output_add(output, &pack);
	state->window_ns = window_ns;
}

static void add_table(struct state *state, struct output *output, const struct state_tables *tables,
		      unsigned table)
{
	struct pack_place place = {0};
	struct pack pack;

	for (pack = begin(state, KIND_TABLES + table); state_table_pack(tables, table, &place, &pack);
	     pack = begin(state, KIND_TABLES + table))
		output_add(output, &pack);
}

/* What the snapshot has is not taken away by it: the same limits read twice are the same. */
static void add_changes(struct state *state, const struct state_tables *tables)
{
	struct pack_place place = {0};
	struct pack pack;

	for (pack = begin(state, KIND_TABLES + STATE_LIMITS);
	     behaviour_pack_limits(tables->behaviour, false, &place, &pack);
	     pack = begin(state, KIND_TABLES + STATE_LIMITS))
		output_add(&state->journal, &pack);
}

static void add_tables(struct state *state, struct output *output, const struct state_tables *tables)
{
	struct ledger_entry *entry = NULL;
	const void *line = NULL;
	struct pack pack;

	while ((entry = ledger_next(&tables->lives->ledger, entry)) != NULL)
		add_entry(state, output, entry);
	add_window(state, output, tables->usage->start_ns);
	for (pack = begin(state, KIND_USAGE); usage_pack(tables->usage, &line, &pack);
	     pack = begin(state, KIND_USAGE))
		output_add(output, &pack);
	line = NULL;
	for (pack = begin(state, KIND_INVENTORY); inventory_pack(tables->inventory, &line, &pack);
	     pack = begin(state, KIND_INVENTORY))
		output_add(output, &pack);
	for (unsigned table = 0; table < STATE_TABLES; table++)
		add_table(state, output, tables, table);
	pack = begin(state, KIND_END);
	output_add(output, &pack);
}

static void snapshot(struct state *state, const struct state_tables *tables)
{
	struct output output = {.fd = -1};
	uint64_t start_ns = now_ns();
	int why;

	output_open(&output, state->folder, "snapshot.new");
	if (!output.is_failed)
		add_tables(state, &output, tables);
	output_close(&output);
	if (!output.is_failed && renameat(state->folder, "snapshot.new", state->folder, "snapshot") == 0) {
		/* What the journal holds is in the snapshot now. */
		output_close(&state->journal);
		output_open(&state->journal, state->folder, "journal");
		state->trouble[0] = '\0';
	} else {
		why = errno;
		(void)unlinkat(state->folder, "snapshot.new", 0);
		snprintf(state->trouble, sizeof(state->trouble), "the state cannot be written: %s",
			 strerror(why));
	}
	state->snapshot_ns = now_ns();
	state->wait_ns = SNAPSHOT_SHARE * (state->snapshot_ns - start_ns);
	if (state->wait_ns < SNAPSHOT_EVERY_NS)
		state->wait_ns = SNAPSHOT_EVERY_NS;
}

void state_told(struct state *state, const struct ledger_entry *entry)
{
	add_entry(state, &state->journal, entry);
}

void state_turn(struct state *state, const struct state_tables *tables)
{
	if (tables->usage->start_ns != state->window_ns)
		add_window(state, &state->journal, tables->usage->start_ns);
	add_changes(state, tables);
	output_write(&state->journal);
	if (state->journal.is_failed && state->trouble[0] == '\0')
		snprintf(state->trouble, sizeof(state->trouble), "the state cannot be written");
	if (now_ns() - state->snapshot_ns >= state->wait_ns)
		snapshot(state, tables);
}

/* -- reading ---------------------------------------------------------------- */

struct loading {
	const struct state_tables *tables;
	uint64_t window_ns; /* usage lines of earlier ones were told */
	uint64_t frames;
	bool is_broken, has_end;
};

static void load_entry(struct loading *loading, struct cursor *cursor)
{
	struct bytes uid = unpack_text(cursor);
	uint64_t numbers[4];
	struct ledger_entry *entry;

	unpack_numbers(cursor, numbers, 4);
	if (cursor->ran_out || cursor->left > 0 || uid.len != UID_LEN)
		return;
	entry = ledger_restore(&loading->tables->lives->ledger, uid);
	if (entry == NULL || entry->count > numbers[0])
		return;
	entry->count = numbers[0];
	entry->told_count = numbers[1];
	entry->first_ns = numbers[2];
	entry->last_ns = numbers[3];
}

static void load_frame(struct loading *loading, struct bytes payload)
{
	struct cursor cursor = cursor_of(payload);
	uint64_t window_ns, kind = cursor_u64(&cursor);

	if (kind >= KIND_TABLES) { /* of another version: no such table */
		if (kind - KIND_TABLES < STATE_TABLES)
			state_table_unpack(loading->tables, (unsigned)(kind - KIND_TABLES), &cursor);
		return;
	}
	switch (kind) {
	case KIND_LEDGER:
		load_entry(loading, &cursor);
		return;
	case KIND_WINDOW:
		window_ns = cursor_u64(&cursor);
		if (window_ns != loading->tables->usage->start_ns)
			usage_restore_window(loading->tables->usage, window_ns);
		return;
	case KIND_USAGE:
		usage_unpack(loading->tables->usage, &cursor);
		return;
	case KIND_INVENTORY:
		inventory_unpack(loading->tables->inventory, &cursor);
		return;
	case KIND_END:
		loading->has_end = true;
		return;
	default:
		return;
	}
}

/* A torn end is what a crash leaves; whole frames behind broken bytes are not. */
static void load_frames(struct loading *loading, int fd, uint64_t seed)
{
	struct frame_walk walk = {.seed = seed, .number_min = 1};
	struct buffer held = BUFFER_MAX(FRAME_BYTES_MAX + READ_LEN);
	bool is_all = false, is_over = false;
	struct frame frame;
	size_t used;

	while (!is_over) {
		enum frame_outcome outcome = frame_next(&walk, buffer_bytes(&held), is_all, &frame, &used);
		ssize_t len;

		if (outcome == FRAME_WHOLE) {
			loading->is_broken |= frame.number != ++loading->frames;
			loading->frames = frame.number;
			load_frame(loading, frame.payload);
		}
		if (used > 0)
			memmove(held.data, held.data + used, held.len - used);
		held.len -= used;
		is_over = outcome != FRAME_WHOLE && is_all;
		if (outcome == FRAME_WHOLE || is_all)
			continue;
		len = buffer_reserve(&held, READ_LEN) == STATUS_OK ? read(fd, held.data + held.len, READ_LEN)
								   : 0;
		is_all = len <= 0;
		held.len += len > 0 ? (size_t)len : 0;
	}
	buffer_finish(&held);
}

static bool load_file(struct state *state, const char *name, bool needs_end, struct loading *loading)
{
	int fd = openat(state->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char head[HEAD_LEN], aside[40];
	struct cursor cursor = cursor_of((struct bytes){.data = head + 8, .len = 8});
	bool is_good = fd < 0 && errno == ENOENT;

	loading->frames = 0;
	loading->is_broken = loading->has_end = false;
	if (fd >= 0 && read(fd, head, HEAD_LEN) == HEAD_LEN &&
	    bytes_starts((struct bytes){.data = head, .len = HEAD_LEN}, HEAD_MAGIC)) {
		load_frames(loading, fd, cursor_u64(&cursor));
		is_good = !loading->is_broken && (loading->has_end || !needs_end);
	}
	if (fd >= 0)
		close(fd);
	if (is_good)
		return true;
	snprintf(aside, sizeof(aside), "%s.broken", name);
	(void)renameat(state->folder, name, state->folder, aside);
	return false;
}

void state_load(struct state *state, const struct state_tables *tables)
{
	struct loading loading = {.tables = tables};
	bool is_good = load_file(state, "snapshot", true, &loading);
	char words[sizeof(state->trouble)];

	is_good &= load_file(state, "journal", false, &loading);
	snprintf(words, sizeof(words), "%s",
		 is_good ? ""
			 : "the state was broken: it is set aside (*.broken), what is whole in it is used");
	state->window_ns = tables->usage->start_ns;
	snapshot(state, tables);
	if (!is_good)
		memcpy(state->trouble, words, sizeof(words));
}

/* -- its life --------------------------------------------------------------- */

enum status state_open(const char *folder, char *error, size_t error_len, struct state **out_state)
{
	struct state *state = calloc(1, sizeof(*state));

	if (state == NULL) {
		snprintf(error, error_len, "no memory");
		return STATUS_NO_MEMORY;
	}
	state->journal.fd = -1;
	state->packed = BUFFER_MAX(FRAME_PAYLOAD_MAX);
	state->folder = -1;
	if (mkdir(folder, 0700) == 0 || errno == EEXIST)
		state->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (state->folder < 0) {
		snprintf(error, error_len, "the state folder %s cannot be used: %s", folder, strerror(errno));
		free(state);
		return STATUS_IO;
	}
	*out_state = state;
	return STATUS_OK;
}

void state_close(struct state *state, const struct state_tables *tables)
{
	if (state != NULL)
		snapshot(state, tables);
}

void state_free(struct state *state)
{
	if (state == NULL)
		return;
	output_close(&state->journal);
	close(state->folder);
	buffer_finish(&state->packed);
	free(state);
}

const char *state_trouble(const struct state *state)
{
	return state->trouble[0] == '\0' ? NULL : state->trouble;
}
