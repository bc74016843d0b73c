#include "specs/partner_value.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "parsers/base/limits.h"

/* A name longer than this has no near miss. */
#define NEAR_BYTES_MAX 32

void values_error(struct values *values, const struct node *node, const char *mend, const char *format, ...)
{
	char words[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	values->has_error = true;
	problems_add(values->problems, PROBLEM_ERROR, "spec.invalid", node_place(values->document, node),
		     mend, "%s", words);
}

/* -- keys ----------------------------------------------------------------------- */

/* Levenshtein, one row at a time. */
static size_t distance(struct bytes a, const char *b)
{
	size_t row[NEAR_BYTES_MAX + 1], b_len = strlen(b);

	if (a.len > NEAR_BYTES_MAX || b_len > NEAR_BYTES_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t best = diagonal + (ascii_lower(a.data[i - 1]) != b[j - 1]);

			diagonal = row[j];
			best = row[j] + 1 < best ? row[j] + 1 : best;
			row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
		}
	}
	return row[b_len];
}

static void blame_key(struct values *values, const struct node_entry *entry, const char *const *known,
		      size_t known_count)
{
	size_t best = SIZE_MAX, nearest = 0;
	struct node place = {.line = entry->line, .column = entry->column};
	char mend[128] = "";

	for (size_t i = 0; i < known_count; i++) {
		size_t far = distance(entry->key, known[i]);

		if (far < best) {
			best = far;
			nearest = i;
		}
	}
	if (best != SIZE_MAX && best <= 1 + entry->key.len / 3)
		snprintf(mend, sizeof(mend), "did you mean \"%s\"?", known[nearest]);
	else
		snprintf(mend, sizeof(mend), "remove it; keys that start with x- are ignored");
	values_error(values, &place, mend, "unknown key \"%.*s\"",
		     (int)(entry->key.len > 100 ? 100 : entry->key.len), entry->key.data);
}

void values_keys(struct values *values, const struct node *table, const char *const *known,
		 size_t known_count)
{
	for (size_t i = 0; node_is(table, NODE_TABLE) && i < table->count; i++) {
		const struct node_entry *entry = &table->entries[i];
		bool is_known = bytes_starts(entry->key, BYTES("x-"));

		for (size_t j = 0; j < known_count && !is_known; j++)
			is_known = bytes_equal(entry->key, bytes_of(known[j]));
		if (!is_known)
			blame_key(values, entry, known, known_count);
	}
}

/* -- values --------------------------------------------------------------------- */

static bool is_text(const struct node *node)
{
	return node_is(node, NODE_STRING) || node_is(node, NODE_NUMBER);
}

const struct node *values_table(struct values *values, const struct node *table, const char *key)
{
	const struct node *node = node_get(table, key);

	if (node == NULL || node_is(node, NODE_TABLE))
		return node;
	values_error(values, node, "write a table below it", "%s is not a table", key);
	return NULL;
}

struct bytes values_text(struct values *values, const struct node *table, const char *key)
{
	const struct node *node = node_get(table, key);

	if (node != NULL && (!is_text(node) || node->text.len == 0))
		values_error(values, node, "write a text", "%s is not a text", key);
	return node == NULL ? BYTES_NONE : arena_copy(values->arena, node_text(node));
}

struct texts values_texts(struct values *values, const struct node *table, const char *key)
{
	const struct node *node = node_get(table, key);
	size_t count = node == NULL ? 0 : node_is(node, NODE_LIST) ? node->count : 1;
	struct bytes *list = arena_alloc(values->arena, count * sizeof(*list));
	struct texts texts = {.list = list};

	for (size_t i = 0; i < count && list != NULL; i++) {
		const struct node *item = node_is(node, NODE_LIST) ? node->items[i] : node;

		if (is_text(item) && item->text.len > 0)
			list[texts.count++] = arena_copy(values->arena, item->text);
		else
			values_error(values, item, "write a list of texts",
				     "%s has an entry that is not a text", key);
	}
	return texts;
}

uint64_t values_count(struct values *values, const struct node *table, const char *key)
{
	const struct node *node = node_get(table, key);
	uint64_t count = 0;

	if (node != NULL && (!bytes_to_u64(node_text(node), &count) || count == 0))
		values_error(values, node, "write a whole number above 0", "%s is not a number above 0", key);
	return count;
}

uint64_t values_duration(struct values *values, const struct node *table, const char *key)
{
	const struct node *node = node_get(table, key);
	uint64_t ns = 0;

	if (node != NULL && !duration_read(node_text(node), &ns))
		values_error(values, node, "write 10s, 30m, 1h or 1d", "%s is not a duration", key);
	return ns;
}

uint64_t values_date(struct values *values, const struct node *table, const char *key, bool is_end)
{
	const struct node *node = node_get(table, key);
	uint64_t ns = 0;

	if (node != NULL && !date_read(node_text(node), is_end, &ns))
		values_error(values, node, "write 2026-01-31", "%s is not a date", key);
	return ns;
}

const struct network *values_networks(struct values *values, const struct node *table, const char *key,
				      size_t *out_count)
{
	const struct node *node = node_get(table, key);
	size_t count = node == NULL ? 0 : node_is(node, NODE_LIST) ? node->count : 1;
	struct network *list = arena_alloc(values->arena, (count + 1) * sizeof(*list));

	*out_count = 0;
	for (size_t i = 0; i < count && list != NULL; i++) {
		const struct node *item = node_is(node, NODE_LIST) ? node->items[i] : node;

		if (network_read(node_text(item), &list[*out_count]))
			(*out_count)++;
		else
			values_error(
				values, item,
				"write 203.0.113.0/24 or 2001:db8::/32, with all bits behind the prefix zero",
				"%s: \"%.*s\" is not a network", key,
				(int)(node_text(item).len > 60 ? 60 : node_text(item).len),
				node_text(item).data == NULL ? "" : node_text(item).data);
	}
	return list;
}

/* -- texts ---------------------------------------------------------------------- */

bool duration_read(struct bytes text, uint64_t *out_ns)
{
	static const struct {
		struct bytes suffix;
		uint64_t ns;
	} units[] = {
		{BYTES_INIT("ms"), SECONDS / 1000}, {BYTES_INIT("s"), SECONDS},
		{BYTES_INIT("m"), 60 * SECONDS},    {BYTES_INIT("h"), 3600 * SECONDS},
		{BYTES_INIT("d"), 86400 * SECONDS},
	};
	uint64_t number;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!bytes_ends(text, units[i].suffix) ||
		    !bytes_to_u64(bytes_slice(text, 0, text.len - units[i].suffix.len), &number))
			continue;
		if (number == 0 || number > UINT64_MAX / units[i].ns)
			return false;
		*out_ns = number * units[i].ns;
		return true;
	}
	return false;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar, which repeats every 400 years. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t shifted = month > 2 ? year : year - 1;
	int64_t cycle = shifted / 400, in_cycle = shifted % 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return cycle * 146097 + in_cycle * 365 + in_cycle / 4 - in_cycle / 100 + day_of_year - 719468;
}

static bool number_at(struct bytes text, size_t from, size_t len, uint64_t low, uint64_t high, int64_t *out)
{
	uint64_t value;

	if (text.len < from + len || !bytes_to_u64(bytes_slice(text, from, len), &value) || value < low ||
	    value > high)
		return false;
	*out = (int64_t)value;
	return true;
}

static bool is_day(int64_t year, int64_t month, int64_t day)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return day <= days[month - 1] + (month == 2 && is_leap);
}

/* RFC 3339 section 5.6: "Z" or "+01:00" at the end; how many seconds east. */
static bool zone_read(struct bytes text, int64_t *out_seconds)
{
	int64_t hours, minutes;

	if (bytes_equal_nocase(text, BYTES("Z"))) {
		*out_seconds = 0;
		return true;
	}
	if (text.len != 6 || (text.data[0] != '+' && text.data[0] != '-') || text.data[3] != ':' ||
	    !number_at(text, 1, 2, 0, 23, &hours) || !number_at(text, 4, 2, 0, 59, &minutes))
		return false;
	*out_seconds = (text.data[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

static bool time_read(struct bytes text, int64_t *out_seconds)
{
	int64_t hour, minute, second, zone;
	size_t end = 8;

	if (text.len < 9 || text.data[2] != ':' || text.data[5] != ':' ||
	    !number_at(text, 0, 2, 0, 23, &hour) || !number_at(text, 3, 2, 0, 59, &minute) ||
	    !number_at(text, 6, 2, 0, 60, &second))
		return false;
	if (text.data[end] == '.')
		for (end++; end < text.len && ascii_is_digit(text.data[end]); end++)
			continue;
	if (!zone_read(bytes_from(text, end), &zone))
		return false;
	*out_seconds = hour * 3600 + minute * 60 + second - zone;
	return true;
}

bool date_read(struct bytes text, bool is_end, uint64_t *out_ns)
{
	int64_t year, month, day, seconds = is_end ? 86400 : 0;

	if (text.len < 10 || text.data[4] != '-' || text.data[7] != '-' ||
	    !number_at(text, 0, 4, 1970, 2500, &year) || !number_at(text, 5, 2, 1, 12, &month) ||
	    !number_at(text, 8, 2, 1, 31, &day) || !is_day(year, month, day))
		return false;
	if (text.len > 10 && ((text.data[10] != 'T' && text.data[10] != 't' && text.data[10] != ' ') ||
			      !time_read(bytes_from(text, 11), &seconds)))
		return false;
	seconds += days_of(year, month, day) * 86400;
	if (seconds < 0)
		return false;
	*out_ns = (uint64_t)seconds * SECONDS;
	return true;
}
