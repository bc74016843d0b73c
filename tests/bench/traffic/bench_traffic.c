/*
 * The traffic of the benchmark: many connections that talk at once, written to a capture file, and on
 *standard output what was planted in them (JSON).
 *
 *	bench_traffic VARIANT MEGABYTES SEED OUT.pcap
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/traffic/variant.h"
#include "tests/bench/traffic/wire.h"

#define TALKS          64
#define BURST_MAX      6
#define H2_AT_ONCE_MAX 8
#define MEGABYTE       1000000

struct talk {
	struct line line;
	struct text said[2];
	size_t sent[2];
	struct h2 sides[2];
	struct hand hand;
	uint32_t stream;
	unsigned left;
	bool is_open, is_h2;
};

struct bench {
	const struct variant *variant;
	struct wire wire;
	struct chance chance;
	struct planted planted;
	struct talk talks[TALKS];
	uint64_t connections;
};

static void begin(struct bench *bench, struct talk *talk)
{
	uint64_t number = bench->connections++;

	talk->line = (struct line){
		.address = {0x0a000000 + (uint32_t)(number / 50000 % 60000) + 1,
			    0xc0000201 + (uint32_t)(number % 4)},
		.port = {(uint16_t)(10000 + number % 50000), bench->variant->is_tls_ready ? 443 : 80},
		.next = {(uint32_t)chance_next(&bench->chance), (uint32_t)chance_next(&bench->chance)}};
	talk->hand.order = (unsigned)chance_below(&bench->chance, 8);
	talk->hand.is_spaced = chance_one_in(&bench->chance, 4);
	talk->left = bench->variant->exchanges_max;
	talk->stream = 1;
	talk->is_open = true;
	talk->is_h2 = bench->variant->is_tls_ready ? chance_one_in(&bench->chance, 2) : bench->variant->is_h2;
	wire_connect(&bench->wire, &talk->line);
	for (int side = 0; talk->is_h2 && side < 2; side++)
		h2_start(&talk->sides[side], &talk->said[side], side == WIRE_CLIENT);
}

static void end(struct bench *bench, struct talk *talk)
{
	wire_hang_up(&bench->wire, &talk->line);
	for (int side = 0; talk->is_h2 && side < 2; side++)
		h2_end(&talk->sides[side]);
	talk->is_open = false;
}

static void say(struct bench *bench, struct talk *talk)
{
	struct turn turn = {.variant = bench->variant,
			    .chance = &bench->chance,
			    .hand = talk->hand,
			    .planted = &bench->planted,
			    .request = &talk->said[WIRE_CLIENT],
			    .response = &talk->said[WIRE_SERVER],
			    .sides = talk->is_h2 ? talk->sides : NULL,
			    .stream = &talk->stream,
			    .count = 1};

	if (talk->is_h2)
		turn.count = (unsigned)chance_from(&bench->chance, 1, H2_AT_ONCE_MAX);
	if (turn.count > talk->left)
		turn.count = talk->left;
	variant_turn(&turn);
	talk->left -= turn.count;
}

/* Of all that has been said, the segment that begins at `at`. */
static size_t send_segment(struct bench *bench, struct talk *talk, enum wire_side side, size_t at)
{
	const struct text *said = &talk->said[side];
	size_t len = said->len - at;

	if (len > bench->variant->segment_len)
		len = bench->variant->segment_len;
	wire_send(&bench->wire, &talk->line, side, said->data + at, len);
	return len;
}

/* The last segment first, the first one last. */
static void send_backwards(struct bench *bench, struct talk *talk, enum wire_side side)
{
	size_t step = bench->variant->segment_len, first = talk->sent[side],
	       left = talk->said[side].len - first;
	size_t count = (left + step - 1) / step;
	uint32_t next = talk->line.next[side];

	if (count > BURST_MAX)
		count = BURST_MAX;
	for (size_t i = count; i-- > 0;) {
		talk->line.next[side] = next + (uint32_t)(i * step);
		talk->sent[side] += send_segment(bench, talk, side, first + i * step);
	}
	talk->line.next[side] = next + (uint32_t)(talk->sent[side] - first);
}

static void send_burst(struct bench *bench, struct talk *talk, enum wire_side side)
{
	uint64_t count = chance_from(&bench->chance, 1, BURST_MAX);

	if (bench->variant->is_backwards)
		send_backwards(bench, talk, side);
	else
		for (; count > 0 && talk->sent[side] < talk->said[side].len; count--)
			talk->sent[side] += send_segment(bench, talk, side, talk->sent[side]);
	wire_acknowledge(&bench->wire, &talk->line, !side);
}

static void step(struct bench *bench, struct talk *talk, bool goes_on)
{
	for (int side = 0; talk->is_open && side < 2; side++)
		if (talk->sent[side] < talk->said[side].len) {
			send_burst(bench, talk, (enum wire_side)side);
			return;
		}
	for (int side = 0; side < 2; side++)
		talk->said[side].len = talk->sent[side] = 0;
	if (!talk->is_open && goes_on)
		begin(bench, talk);
	if (talk->is_open && talk->left > 0 && goes_on)
		say(bench, talk);
	else if (talk->is_open)
		end(bench, talk);
}

static bool is_any_open(const struct bench *bench)
{
	for (size_t i = 0; i < TALKS; i++)
		if (bench->talks[i].is_open)
			return true;
	return false;
}

static void print(const struct bench *bench)
{
	const struct planted *planted = &bench->planted;

	printf("{\"exchanges\":%" PRIu64 ",\"violations\":%" PRIu64 ",\"us_ssn\":%" PRIu64 ",\"pan\":%" PRIu64
	       ",\"iban\":%" PRIu64 ",\"connections\":%" PRIu64 ",\"packets\":%" PRIu64 ",\"bytes\":%" PRIu64
	       "}\n",
	       planted->exchanges, planted->violations, planted->us_ssn, planted->pan, planted->iban,
	       bench->connections, bench->wire.packets, bench->wire.bytes);
}

int main(int argc, char **argv)
{
	static struct bench bench;
	uint64_t bytes_max;
	bool is_good;

	bench.variant = argc == 5 ? variant_find(argv[1]) : NULL;
	if (bench.variant == NULL) {
		fputs("usage: bench_traffic VARIANT MEGABYTES SEED OUT (variants: tests/bench/bench.py)\n",
		      stderr);
		return 2;
	}
	bytes_max = strtoull(argv[2], NULL, 10) * MEGABYTE;
	bench.chance.state = strtoull(argv[3], NULL, 10);
	if (!wire_open(&bench.wire, argv[4])) {
		perror(argv[4]);
		return 1;
	}
	while (bench.wire.bytes < bytes_max || is_any_open(&bench))
		step(&bench, &bench.talks[chance_below(&bench.chance, TALKS)], bench.wire.bytes < bytes_max);
	is_good = wire_close(&bench.wire);
	print(&bench);
	for (size_t i = 0; i < TALKS; i++)
		for (int side = 0; side < 2; side++)
			text_free(&bench.talks[i].said[side]);
	return is_good ? 0 : 1;
}
