/*
 * bench_schema: how fast bodies are read and checked against one schema.
 *
 *	bench_schema SCHEMA.json BODIES.ndjson [ROUNDS]
 *
 * One line of figures: reading alone, reading and checking, and checking what was read before (microseconds
 * a body). All bodies must fit.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "parsers/json_read.h"
#include "specs/schema_check.h"

#define BODIES_MAX 10000

static struct bytes file_read(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = malloc(64 * MIB);
	size_t len;

	CHECK(file != NULL && text != NULL);
	len = fread(text, 1, 64 * MIB, file);
	fclose(file);
	return (struct bytes){.data = text, .len = len};
}

/* "#/a/b" into the same document. */
static const struct node *resolve(void *context, const struct document *document, struct bytes reference,
				  const struct document **out_document)
{
	const struct node *node = document->root;

	(void)context;
	*out_document = document;
	for (struct bytes rest = bytes_from(reference, 2); rest.data != NULL && node != NULL;)
		node = node_get_bytes(node, bytes_split(&rest, '/'));
	return node;
}

struct bench {
	const struct schema *schema;
	struct arena trees;
	struct arena arena;
	struct departure list[LIMIT_DEPARTURES];
};

static yyjson_val *body_read(struct bench *bench, struct bytes body)
{
	struct json_reading reading;

	arena_reset(&bench->trees);
	json_read(body, &bench->trees, &reading);
	CHECK(reading.outcome == JSON_READ);
	return reading.root;
}

static void body_check(struct bench *bench, yyjson_val *root)
{
	struct departures out = {.list = bench->list};
	struct schema_checker checker = {
		.arena = &bench->arena, .out = &out, .side = SIDE_REQUEST, .part = PART_BODY};

	CHECK(schema_check(bench->schema, root, &checker) && out.count == 0);
}

static size_t body_take(struct bench *bench, struct bytes body, bool is_checked)
{
	yyjson_val *root = body_read(bench, body);

	if (is_checked)
		body_check(bench, root);
	return body.len;
}

static double seconds_between(const struct timespec *from, const struct timespec *to)
{
	return (double)(to->tv_sec - from->tv_sec) + (double)(to->tv_nsec - from->tv_nsec) / 1e9;
}

static int by_value(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/* Each body over and over, its average; of all bodies the middle one, in microseconds. */
static double run_checks(struct bench *bench, struct bytes bodies, int rounds)
{
	double *took = malloc(BODIES_MAX * sizeof(double)), middle;
	size_t count = 0;

	CHECK(took != NULL);
	for (struct bytes rest = bodies; rest.data != NULL && count < BODIES_MAX;) {
		struct bytes body = bytes_split(&rest, '\n');
		struct timespec from, to;
		yyjson_val *root;

		if (body.len == 0)
			continue;
		root = body_read(bench, body);
		clock_gettime(CLOCK_MONOTONIC, &from);
		for (int round = 0; round < rounds; round++)
			body_check(bench, root);
		clock_gettime(CLOCK_MONOTONIC, &to);
		took[count++] = seconds_between(&from, &to) * 1e6 / rounds;
	}
	qsort(took, count, sizeof(double), by_value);
	middle = took[count / 2];
	free(took);
	return middle;
}

/* The best of all rounds, in MB/s. */
static double run(struct bench *bench, struct bytes bodies, int rounds, bool is_checked)
{
	double best = 0;

	for (int round = 0; round < rounds; round++) {
		struct timespec from, to;
		size_t len = 0;
		double seconds;

		clock_gettime(CLOCK_MONOTONIC, &from);
		for (struct bytes rest = bodies; rest.data != NULL;) {
			struct bytes body = bytes_split(&rest, '\n');

			if (body.len > 0)
				len += body_take(bench, body, is_checked);
		}
		clock_gettime(CLOCK_MONOTONIC, &to);
		seconds = seconds_between(&from, &to);
		if ((double)len / seconds / 1e6 > best)
			best = (double)len / seconds / 1e6;
	}
	return best;
}

int main(int argc, char **argv)
{
	const struct schema_resolver resolver = {.resolve = resolve};
	int rounds = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 200;
	struct bench bench = {.schema = NULL};
	struct bytes text, bodies;
	struct document document;
	struct problems problems;
	struct schema_set *set;
	double read;

	CHECK(argc > 2);
	text = file_read(argv[1]);
	bodies = file_read(argv[2]);
	problems_init(&problems);
	arena_init(&bench.arena, LIMIT_JUDGED_BYTES);
	arena_init(&bench.trees, LIMIT_EXCHANGE_BYTES);
	bench.trees.block_len = MIB; /* for a whole tree: then it is one block, used again and again */
	CHECK(document_read(text, argv[1], &document, &problems) == STATUS_OK);
	CHECK(schema_set_new(DIALECT_DRAFT_4, &resolver, &problems, &set) == STATUS_OK);
	bench.schema = schema_compile(set, &document, document.root, BYTES(""));
	CHECK(bench.schema != NULL);
	read = run(&bench, bodies, rounds, false);
	printf("specular %10.0f %10.0f", read, run(&bench, bodies, rounds, true));
	printf(" %10.2f\n", run_checks(&bench, bodies, rounds));
	schema_set_free(set);
	document_finish(&document);
	problems_finish(&problems);
	arena_finish(&bench.arena);
	arena_finish(&bench.trees);
	free((void *)(uintptr_t)text.data);
	free((void *)(uintptr_t)bodies.data);
	return 0;
}
