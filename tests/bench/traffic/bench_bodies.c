/*
 * The bodies of the benchmark as files, for a real server and real clients.
 * Prints what was planted in each of them (JSON, by the name of the file).
 *
 *	bench_bodies SEED FOLDER	FOLDER has order, receipt, status, catalogue and ping in it
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/bench/traffic/bodies.h"

#define NAME_LEN_MAX 64
#define PATH_LEN_MAX 4096
#define BODIES_COUNT 256

enum kind { KIND_ORDER, KIND_RECEIPT, KIND_STATUS, KIND_CATALOGUE, KIND_PING, KINDS_COUNT };

static const char *const KINDS[KINDS_COUNT] = {"order", "receipt", "status", "catalogue", "ping"};

static void write_body(unsigned kind, struct text *text, struct chance *chance, struct planted *planted)
{
	struct hand hand = {.order = (unsigned)chance_below(chance, 8),
			    .is_spaced = chance_one_in(chance, 4)};

	switch (kind) {
	case KIND_ORDER:
		body_order(text, chance, hand, planted);
		break;
	case KIND_RECEIPT:
		body_receipt(text, chance, hand, planted);
		break;
	case KIND_STATUS:
		body_status(text, chance, hand);
		break;
	case KIND_CATALOGUE:
		body_catalogue(text, chance, hand, planted);
		break;
	default:
		body_ping(text, chance);
		break;
	}
}

/* The first receipts hold one value of each class, whatever the dice say. */
static bool is_wanted(unsigned kind, unsigned number, const struct planted *planted)
{
	const uint64_t counts[] = {planted->us_ssn, planted->pan, planted->iban};

	return kind != KIND_RECEIPT || number >= sizeof(counts) / sizeof(counts[0]) || counts[number] > 0;
}

static bool save(const char *folder, const char *name, const struct text *text)
{
	char path[PATH_LEN_MAX];
	bool is_good;
	FILE *file;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return false;
	file = fopen(path, "wb");
	if (file == NULL)
		return false;
	is_good = fwrite(text->data, 1, text->len, file) == text->len;
	return fclose(file) == 0 && is_good;
}

int main(int argc, char **argv)
{
	struct chance chance;
	const char *before = "{";

	if (argc != 3) {
		fputs("usage: bench_bodies SEED FOLDER\n", stderr);
		return 2;
	}
	chance.state = strtoull(argv[1], NULL, 10);
	for (unsigned i = 0; i < KINDS_COUNT * BODIES_COUNT; i++) {
		unsigned kind = i % KINDS_COUNT, number = i / KINDS_COUNT;
		struct planted planted;
		struct text text = {0};
		char name[NAME_LEN_MAX];
		bool is_good;

		(void)snprintf(name, sizeof(name), "%s/%02x", KINDS[kind], number);
		do {
			text.len = 0;
			planted = (struct planted){0};
			write_body(kind, &text, &chance, &planted);
		} while (!is_wanted(kind, number, &planted));
		is_good = save(argv[2], name, &text);
		text_free(&text);
		if (!is_good) {
			perror(name);
			return 1;
		}
		printf("%s\"%s\":{\"violations\":%" PRIu64 ",\"us_ssn\":%" PRIu64 ",\"pan\":%" PRIu64
		       ",\"iban\":%" PRIu64 "}",
		       before, name, planted.violations, planted.us_ssn, planted.pan, planted.iban);
		before = ",\n";
	}
	puts("}");
	return 0;
}
