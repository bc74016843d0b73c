/* The open captures through capture and reassembly: all is accounted for, and every connection ends once. */
#include <ftw.h>

#include "sensor/capture/source.h"
#include "tests/unit/reassembly/play.h"

#define TICK_NS (SECONDS / 10)

static struct play play;
static struct capture_counts capture;
static struct reassembly_counts sum;
static uint64_t bytes_heard, gaps_heard, ends_heard, files_read;

static void drain(struct connection *connection)
{
	struct chunk chunk;

	while (connection_next(connection, &chunk)) {
		assert_false(connection->is_abort_told && chunk.kind != CHUNK_ABORTED);
		bytes_heard += chunk.bytes.len;
		gaps_heard += chunk.gap_len;
		ends_heard += chunk.kind == CHUNK_ABORTED;
	}
}

static void drain_all(void)
{
	struct connection *connection;

	while ((connection = connections_ready(&play.connections)) != NULL)
		drain(connection);
	while ((connection = connections_retired(&play.connections)) != NULL) {
		drain(connection);
		connection_free(connection);
	}
}

static void packet_take(struct packet *packet, uint64_t *tick_ns)
{
	struct connection *connection;
	struct segment segment;

	if (packet->time_ns > play.clock_ns)
		play.clock_ns = packet->time_ns;
	packet->clock_ns = play.clock_ns;
	packet->number = ++play.number;
	if (play.clock_ns >= *tick_ns + TICK_NS) {
		*tick_ns = play.clock_ns;
		connections_expire(&play.connections, play.clock_ns);
		drain_all();
	}
	if (segment_read(packet, &capture, NULL, &segment) != DROP_NONE)
		return;
	connection = connections_find(&play.connections, &segment);
	assert_non_null(connection);
	connection_take(connection, &segment);
	drain(connection);
	drain_all();
}

static void counts_add(void)
{
	const struct reassembly_counts *counts = &play.counts;

	assert_int_equal(counts->held_bytes_now, 0);
	sum.segments += counts->segments;
	sum.connections += counts->connections;
	sum.mid_stream += counts->mid_stream;
	sum.bytes_delivered += counts->bytes_delivered;
	sum.out_of_order += counts->out_of_order;
	sum.retransmitted += counts->retransmitted;
	sum.overlap_different += counts->overlap_different;
	sum.out_of_window += counts->out_of_window;
	sum.keep_alives += counts->keep_alives;
	for (int i = 0; i < GAP_REASON_COUNT; i++) {
		sum.gaps[i] += counts->gaps[i];
		sum.gap_bytes[i] += counts->gap_bytes[i];
	}
}

static bool is_capture(const char *name)
{
	static const char *const endings[] = {".pcap", ".pcapng", ".cap", ".trace"};

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (bytes_ends(bytes_of(name), bytes_of(endings[i])))
			return true;
	return false;
}

static int file_read(const char *name, const struct stat *stat, int type, struct FTW *where)
{
	struct source_plan plan = {.name = name};
	struct source *source = NULL;
	struct packet packet;
	uint64_t tick_ns = 0;
	char words[512];

	(void)stat;
	(void)where;
	if (type != FTW_F || !is_capture(name) ||
	    source_open(&plan, words, sizeof(words), &source) != STATUS_OK)
		return 0;
	play_init(&play, 1000);
	play.clock_ns = 0;
	while (source_next(source, &packet) == SOURCE_PACKET)
		packet_take(&packet, &tick_ns);
	source_close(source);
	connections_drain(&play.connections);
	drain_all();
	connections_finish(&play.connections);
	counts_add();
	files_read++;
	return 0;
}

static void the_open_captures_are_accounted_for(void **state)
{
	const char *corpus = getenv("SPECULAR_CORPUS");
	uint64_t gaps = 0;
	char folder[4096];

	(void)state;
	if (corpus == NULL) {
		print_message("skipped: SPECULAR_CORPUS is not set\n");
		skip();
	}
	snprintf(folder, sizeof(folder), "%s/pcaps", corpus);
	assert_int_equal(nftw(folder, file_read, 16, FTW_PHYS), 0);
	for (int i = 0; i < GAP_REASON_COUNT; i++) {
		gaps += sum.gap_bytes[i];
		print_message("gap %s: %llu, %llu bytes\n", gap_names[i], (unsigned long long)sum.gaps[i],
			      (unsigned long long)sum.gap_bytes[i]);
	}
	print_message(
		"files %llu connections %llu mid_stream %llu bytes %llu out_of_order %llu retransmitted %llu "
		"overlap_different %llu out_of_window %llu keep_alives %llu\n",
		(unsigned long long)files_read, (unsigned long long)sum.connections,
		(unsigned long long)sum.mid_stream, (unsigned long long)sum.bytes_delivered,
		(unsigned long long)sum.out_of_order, (unsigned long long)sum.retransmitted,
		(unsigned long long)sum.overlap_different, (unsigned long long)sum.out_of_window,
		(unsigned long long)sum.keep_alives);
	assert_true(files_read > 0);
	assert_int_equal(sum.segments, capture.segments);
	assert_int_equal(sum.bytes_delivered, bytes_heard);
	assert_int_equal(gaps, gaps_heard);
	assert_int_equal(sum.connections, ends_heard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_open_captures_are_accounted_for),
	};

	return cmocka_run_group_tests_name("reassembly/corpus", tests, NULL, NULL);
}
