/*
 * scan_numbers: how often the data scan takes a number of everyday logistics traffic for somebody's data.
 * Orders, parcels, articles, telephones, times, amounts and identifiers, made with a fixed seed: once under
 * names that say nothing, once under those that such numbers have. Prints the false alarms per million values
 * of every class, and fails above the bounds.
 *
 *	scan_numbers [VALUES]		default 10,000,000, under either kind of names
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/scan.h"
#include "tests/unit/rules/workbench.h"

#define FIELDS   64
#define TEXT_MAX 48

/* A card's check digit lets one in ten of 16 digits through, and a quarter of them begin like a card: where
 * no name says what they are, nothing else does. */
#define BOUND_PAN_PER_MILLION   400
#define BOUND_OTHER_PER_MILLION 10

static uint64_t state = 0x9E3779B97F4A7C15ull;

/* xorshift64: the same numbers every time. */
static uint64_t next(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % below;
}

static int digits(char *text, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		text[i] = (char)('0' + next(10));
	text[count] = '\0';
	return (int)count;
}

/* GS1 general specifications section 7.9. */
static int gtin(char *text, unsigned count)
{
	unsigned sum = 0;

	digits(text, count);
	for (unsigned i = 0; i + 1 < count; i++)
		sum += (unsigned)(text[count - 2 - i] - '0') * (i % 2 == 0 ? 3 : 1);
	text[count - 1] = (char)('0' + (10 - sum % 10) % 10);
	return (int)count;
}

struct number_kind {
	const char *names[4]; /* of fields that hold such numbers */
	int (*write)(char *text);
};

static int order(char *text)
{
	return digits(text, 8 + (unsigned)next(5));
}

static int parcel(char *text)
{
	text[0] = (char)('0' + next(10));
	return 1 + digits(text + 1, 11 + (unsigned)next(9));
}

static int parcel_letters(char *text)
{
	static const char *const prefixes[] = {"JJD", "1Z", "RR", "C", "SKU-", "PO-", "INV", "H"};

	return snprintf(text, TEXT_MAX, "%s%012" PRIu64, prefixes[next(8)], next(1000000000000ull));
}

static int ean(char *text)
{
	return gtin(text, 13);
}

static int sscc(char *text)
{
	return gtin(text, 18);
}

static int telephone(char *text)
{
	return snprintf(text, TEXT_MAX, "0%03" PRIu64 "%s%07" PRIu64, next(1000), next(2) == 0 ? "" : "/",
			next(10000000));
}

static int epoch_ms(char *text)
{
	return snprintf(text, TEXT_MAX, "%" PRIu64, 1700000000000 + next(100000000000));
}

static int time_text(char *text)
{
	return snprintf(text, TEXT_MAX,
			"20%02" PRIu64 "-%02" PRIu64 "-%02" PRIu64 "T%02" PRIu64 ":%02" PRIu64 ":00Z",
			20 + next(8), 1 + next(12), 1 + next(28), next(24), next(60));
}

static int amount(char *text)
{
	return snprintf(text, TEXT_MAX, "%" PRIu64 ".%02" PRIu64, next(100000), next(100));
}

static int uuid(char *text)
{
	return snprintf(text, TEXT_MAX,
			"%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-a%03" PRIx64 "-%012" PRIx64,
			next(1ull << 32), next(65536), next(4096), next(4096), next(1ull << 48));
}

static int zip(char *text)
{
	return snprintf(text, TEXT_MAX, "%05" PRIu64 "-%04" PRIu64, next(100000), next(10000));
}

static int dashed(char *text)
{
	return snprintf(text, TEXT_MAX, "%03" PRIu64 "-%04" PRIu64 "-%05" PRIu64, next(1000), next(10000),
			next(100000));
}

static const struct number_kind kinds[] = {
	{{"orderNumber", "order_id", "purchaseOrder", "invoiceNo"}, order},
	{{"trackingNumber", "parcel_no", "shipmentId", "barcode"}, parcel},
	{{"consignmentNumber", "waybill", "labelId", "reference"}, parcel_letters},
	{{"ean", "gtin", "articleNumber", "item-code"}, ean},
	{{"sscc", "palletNumber", "nve", "packageId"}, sscc},
	{{"depot", "gate", "driver", "hub"}, telephone}, /* under "phone" it would be one */
	{{"timestamp", "createdAt", "eta", "epochMillis"}, epoch_ms},
	{{"createdAt", "deliveredAt", "cutoff", "slot"}, time_text},
	{{"amount", "weight", "price", "volume"}, amount},
	{{"requestId", "traceId", "uuid", "version"}, uuid},
	{{"zip", "postcode", "area", "sortingCode"}, zip},
	{{"dock", "route", "bay", "lane"}, dashed},
};

#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

static void scan(struct scanner *scanner, const struct packs *packs, bool is_named, uint64_t *alarms)
{
	static char texts[FIELDS][TEXT_MAX + 16];
	static char names[FIELDS][8];
	struct form_field fields[FIELDS];
	struct body_reading reading = {.kind = BODY_FORM, .fields = fields, .field_count = FIELDS};
	struct exchange *exchange = exchange_new(NULL);
	struct hits hits;

	if (exchange == NULL)
		abort();
	for (size_t i = 0; i < FIELDS; i++) {
		const struct number_kind *kind = &kinds[next(KIND_COUNT)];
		int len = kind->write(texts[i]);

		snprintf(names[i], sizeof(names[i]), "v%zu", i);
		fields[i] = (struct form_field){.name = bytes_of(is_named ? kind->names[next(4)] : names[i]),
						.value = {texts[i], (size_t)len}};
	}
	scanner_scan(scanner, exchange, &reading, NULL, &hits);
	for (size_t i = 0; i < hits.count; i++)
		alarms[hits.list[i].class - packs->classes] += hits.list[i].count;
	if (hits.left_out > 0 || hits.is_cut)
		abort();
	exchange_free(exchange);
}

/* Of the classes that raise findings; the others are what such numbers are. */
static bool print(const struct packs *packs, bool is_named, const uint64_t *alarms, uint64_t values)
{
	bool is_good = true;

	for (size_t i = 0; i < packs->count; i++) {
		const struct data_class *class = &packs->classes[i];
		double per_million = (double)alarms[i] * 1e6 / (double)values;
		bool is_card = bytes_equal(class->id, BYTES("pan")) && !is_named;
		double bound = is_card ? BOUND_PAN_PER_MILLION : BOUND_OTHER_PER_MILLION;

		if (alarms[i] == 0)
			continue;
		printf("%-24.*s %10" PRIu64 " %12.2f a million%s\n", (int)class->id.len, class->id.data,
		       alarms[i], per_million,
		       class->is_sensitive || class->is_secret ? "" : "  (not sensitive)");
		if ((class->is_sensitive || class->is_secret) && per_million > bound)
			is_good = false;
	}
	return is_good;
}

/* So many values under one kind of names; false above a bound. */
static bool measure(struct scanner *scanner, const struct packs *packs, bool is_named, uint64_t values)
{
	uint64_t *alarms = calloc(packs->count, sizeof(*alarms)), done = 0;
	bool is_good;

	if (alarms == NULL)
		return false;
	for (; done < values; done += FIELDS)
		scan(scanner, packs, is_named, alarms);
	printf("%" PRIu64 " values under names %s\n", done,
	       is_named ? "that such numbers have" : "that say nothing");
	is_good = print(packs, is_named, alarms, done);
	free(alarms);
	return is_good;
}

int main(int count, char **arguments)
{
	uint64_t values = count > 1 ? strtoull(arguments[1], NULL, 10) : 10000000;
	struct workbench bench;
	bool is_good;

	if (!workbench_up(&bench, NULL))
		return 1;
	is_good = measure(bench.scanner, &bench.packs, false, values);
	is_good = measure(bench.scanner, &bench.packs, true, values) && is_good;
	workbench_down(&bench);
	return is_good ? 0 : 1;
}
