/*
 * bench_scan: how fast the data scan goes through JSON answers of a logistics API, made by a generator with a
 * fixed seed. One line: bodies, bytes, MB/s of the scan alone, hits.
 *
 *	bench_scan [SECONDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parsers/base/limits.h"
#include "rules/scan.h"
#include "tests/unit/rules/workbench.h"

#define BODIES     400
#define BODY_BYTES 8192

static uint64_t state = 88172645463325252ull;

/* xorshift64: the same bodies every time. */
static uint64_t next(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % below;
}

static const char *const words[] = {"open",    "delivered",        "Hamburg",      "pallet",
				    "fragile", "left at the door", "Rotterdam",    "customs",
				    "EUR",     "standard",         "return label", "KG"};

static const char *word(void)
{
	return words[next(sizeof(words) / sizeof(words[0]))];
}

static size_t shipment_write(char *text, size_t size, bool is_first)
{
	return (size_t)snprintf(
		text, size,
		"%s{\"id\":\"%08llx-%04llx-4%03llx-9%03llx-%012llx\",\"tracking\":\"JJD%018llu\",\"order\":%"
		"llu,"
		"\"state\":\"%s\",\"weight\":%llu.%llu,\"created\":\"2026-0%llu-1%lluT0%llu:1%llu:30Z\","
		"\"from\":{\"city\":\"%s\",\"zip\":\"%05llu\",\"country\":\"DE\"},\"note\":\"%s "
		"%s\",\"items\":["
		"{\"sku\":\"SKU-%06llu\",\"ean\":\"%013llu\",\"count\":%llu,\"price\":%llu.99},{\"sku\":\"A%"
		"05llu\","
		"\"count\":1,\"hazmat\":false,\"text\":\"%s, %s\"}],\"href\":\"/shipments/v2/%llu/label\"}",
		is_first ? "" : ",", (unsigned long long)next(1ull << 32), (unsigned long long)next(65536),
		(unsigned long long)next(4096), (unsigned long long)next(4096),
		(unsigned long long)next(1ull << 48), (unsigned long long)next(1000000000000000000ull),
		(unsigned long long)next(10000000000ull), word(), (unsigned long long)next(100),
		(unsigned long long)next(100), (unsigned long long)next(9) + 1, (unsigned long long)next(10),
		(unsigned long long)next(10), (unsigned long long)next(10), word(),
		(unsigned long long)next(100000), word(), word(), (unsigned long long)next(1000000),
		(unsigned long long)next(10000000000000ull), (unsigned long long)next(100),
		(unsigned long long)next(1000), (unsigned long long)next(100000), word(), word(),
		(unsigned long long)next(10000000));
}

static struct bytes body_make(void)
{
	char *text = malloc(BODY_BYTES);
	size_t len = 0;

	if (text == NULL)
		abort();
	text[len++] = '[';
	while (len + 1024 < BODY_BYTES)
		len += shipment_write(text + len, BODY_BYTES - len - 2, len == 1);
	text[len++] = ']';
	return (struct bytes){text, len};
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct made {
	struct exchange *exchange;
	struct body_reading reading;
	size_t len;
};

static void made_init(struct made *made)
{
	static struct header type = {.name = BYTES_INIT("content-type"),
				     .value = BYTES_INIT("application/json")};
	struct message *answer;

	made->exchange = exchange_new(NULL);
	if (made->exchange == NULL)
		abort();
	answer = &made->exchange->response;
	answer->is_seen = true;
	answer->headers = &type;
	answer->header_count = 1;
	answer->body.content = body_make();
	answer->body.state = BODY_WHOLE;
	made->len = answer->body.content.len;
	body_read(made->exchange, answer, NULL, &made->reading);
}

/* One pass over all bodies: its seconds. */
static double pass(struct scanner *scanner, struct made *made, size_t *out_hits)
{
	double start = seconds();

	for (size_t i = 0; i < BODIES; i++) {
		struct hits hits;

		scanner_scan(scanner, made[i].exchange, NULL, &made[i].reading, &hits);
		*out_hits += hits.count;
	}
	return seconds() - start;
}

int main(int count, char **arguments)
{
	double wanted = count > 1 ? strtod(arguments[1], NULL) : 5, spent = 0, best = 1e9;
	static struct made made[BODIES];
	struct workbench bench;
	size_t bytes = 0, hits = 0, first_hits = 0;

	if (!workbench_up(&bench, NULL))
		return 1;
	for (size_t i = 0; i < BODIES; i++) {
		made_init(&made[i]);
		bytes += made[i].len;
	}
	pass(bench.scanner, made, &first_hits);
	while (spent < wanted) {
		double took = pass(bench.scanner, made, &hits);

		spent += took;
		best = took < best ? took : best;
	}
	printf("%d bodies, %zu bytes, best %.1f MB/s, %zu hits a pass\n", BODIES, bytes,
	       (double)bytes / best / 1e6, first_hits);
	for (size_t i = 0; i < BODIES; i++)
		exchange_free(made[i].exchange);
	workbench_down(&bench);
	return 0;
}
