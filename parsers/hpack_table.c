#include "parsers/hpack_table.h"

#include <stdlib.h>

/* Room for fields at first; it doubles. */
#define ROOM_AT_FIRST 16

/* RFC 7541 appendix A: the number, that of the first of this name, name and value. */
#define FIXED_FIELDS(FIELD)                                                                                  \
	FIELD(1, 1, ":authority", "")                                                                        \
	FIELD(2, 2, ":method", "GET")                                                                        \
	FIELD(3, 2, ":method", "POST")                                                                       \
	FIELD(4, 4, ":path", "/")                                                                            \
	FIELD(5, 4, ":path", "/index.html")                                                                  \
	FIELD(6, 6, ":scheme", "http")                                                                       \
	FIELD(7, 6, ":scheme", "https")                                                                      \
	FIELD(8, 8, ":status", "200")                                                                        \
	FIELD(9, 8, ":status", "204")                                                                        \
	FIELD(10, 8, ":status", "206")                                                                       \
	FIELD(11, 8, ":status", "304")                                                                       \
	FIELD(12, 8, ":status", "400")                                                                       \
	FIELD(13, 8, ":status", "404")                                                                       \
	FIELD(14, 8, ":status", "500")                                                                       \
	FIELD(15, 15, "accept-charset", "")                                                                  \
	FIELD(16, 16, "accept-encoding", "gzip, deflate")                                                    \
	FIELD(17, 17, "accept-language", "")                                                                 \
	FIELD(18, 18, "accept-ranges", "")                                                                   \
	FIELD(19, 19, "accept", "")                                                                          \
	FIELD(20, 20, "access-control-allow-origin", "")                                                     \
	FIELD(21, 21, "age", "")                                                                             \
	FIELD(22, 22, "allow", "")                                                                           \
	FIELD(23, 23, "authorization", "")                                                                   \
	FIELD(24, 24, "cache-control", "")                                                                   \
	FIELD(25, 25, "content-disposition", "")                                                             \
	FIELD(26, 26, "content-encoding", "")                                                                \
	FIELD(27, 27, "content-language", "")                                                                \
	FIELD(28, 28, "content-length", "")                                                                  \
	FIELD(29, 29, "content-location", "")                                                                \
	FIELD(30, 30, "content-range", "")                                                                   \
	FIELD(31, 31, "content-type", "")                                                                    \
	FIELD(32, 32, "cookie", "")                                                                          \
	FIELD(33, 33, "date", "")                                                                            \
	FIELD(34, 34, "etag", "")                                                                            \
	FIELD(35, 35, "expect", "")                                                                          \
	FIELD(36, 36, "expires", "")                                                                         \
	FIELD(37, 37, "from", "")                                                                            \
	FIELD(38, 38, "host", "")                                                                            \
	FIELD(39, 39, "if-match", "")                                                                        \
	FIELD(40, 40, "if-modified-since", "")                                                               \
	FIELD(41, 41, "if-none-match", "")                                                                   \
	FIELD(42, 42, "if-range", "")                                                                        \
	FIELD(43, 43, "if-unmodified-since", "")                                                             \
	FIELD(44, 44, "last-modified", "")                                                                   \
	FIELD(45, 45, "link", "")                                                                            \
	FIELD(46, 46, "location", "")                                                                        \
	FIELD(47, 47, "max-forwards", "")                                                                    \
	FIELD(48, 48, "proxy-authenticate", "")                                                              \
	FIELD(49, 49, "proxy-authorization", "")                                                             \
	FIELD(50, 50, "range", "")                                                                           \
	FIELD(51, 51, "referer", "")                                                                         \
	FIELD(52, 52, "refresh", "")                                                                         \
	FIELD(53, 53, "retry-after", "")                                                                     \
	FIELD(54, 54, "server", "")                                                                          \
	FIELD(55, 55, "set-cookie", "")                                                                      \
	FIELD(56, 56, "strict-transport-security", "")                                                       \
	FIELD(57, 57, "transfer-encoding", "")                                                               \
	FIELD(58, 58, "user-agent", "")                                                                      \
	FIELD(59, 59, "vary", "")                                                                            \
	FIELD(60, 60, "via", "")                                                                             \
	FIELD(61, 61, "www-authenticate", "")

#define AS_NAME(number_, place_, name_, value_)                                                              \
	[number_] = {.text = BYTES_INIT(name_), .place = (enum hpack_place)(place_), .is_valid = true},
#define AS_FIELD(number_, place_, name_, value_)                                                             \
	[number_] = {.name = &fixed_names[place_], .value = BYTES_INIT(value_)},

static const struct hpack_name fixed_names[] = {FIXED_FIELDS(AS_NAME)};
static const struct hpack_field fixed_fields[] = {FIXED_FIELDS(AS_FIELD)};

static const struct hpack_name unseen_name = {.text = {.data = "", .len = 1}};
static const struct hpack_field unseen = {.name = &unseen_name, .value = BYTES_INIT("")};

struct hpack_entry {
	struct hpack_field field;
	struct hpack_entry *next; /* of those that are gone */
	char value[];
};

/* -- names ------------------------------------------------------------------------ */

const struct hpack_name *hpack_table_pseudo(struct bytes text)
{
	static const enum hpack_place places[] = {HPACK_AUTHORITY, HPACK_METHOD, HPACK_PATH, HPACK_SCHEME,
						  HPACK_STATUS};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (bytes_equal(text, fixed_names[places[i]].text))
			return &fixed_names[places[i]];
	return NULL;
}

static bool is_fixed(const struct hpack_name *name)
{
	return name->place != HPACK_ELSEWHERE || name == &unseen_name;
}

/* For one field more; a copy if it is nobody's yet. NULL without memory. */
static const struct hpack_name *name_keep(const struct hpack_name *name)
{
	struct hpack_name *kept = (struct hpack_name *)(uintptr_t)name; /* ours, where it is in use */
	char *text;

	if (is_fixed(name))
		return name;
	if (name->uses == 0) {
		kept = malloc(sizeof(*kept) + name->text.len);
		if (kept == NULL)
			return NULL;
		*kept = *name;
		text = (char *)(kept + 1);
		if (name->text.len > 0)
			memcpy(text, name->text.data, name->text.len);
		kept->text.data = text;
	}
	kept->uses++;
	return kept;
}

static void name_leave(const struct hpack_name *name)
{
	struct hpack_name *kept = (struct hpack_name *)(uintptr_t)name;

	if (!is_fixed(name) && --kept->uses == 0)
		free(kept);
}

/* -- the dynamic table ------------------------------------------------------------- */

static struct hpack_entry **slot(const struct hpack_table *table, uint32_t age)
{
	return &table->ring[(table->newest - age) & (table->room - 1)];
}

static uint32_t cost_of(const struct hpack_field *field)
{
	return (uint32_t)(HPACK_FIELD_COST + field->name->text.len + field->value.len);
}

static void drop_oldest(struct hpack_table *table)
{
	struct hpack_entry *oldest = *slot(table, --table->count);

	table->bytes -= cost_of(&oldest->field);
	oldest->next = table->gone;
	table->gone = oldest;
}

/* Until it has no more than `bytes`: what was never seen goes first. */
static void shrink(struct hpack_table *table, uint32_t bytes)
{
	while (table->bytes > bytes && table->unseen > 0) {
		table->unseen--;
		table->bytes -= HPACK_UNSEEN_COST;
	}
	while (table->bytes > bytes)
		drop_oldest(table);
}

void hpack_table_forget(struct hpack_table *table)
{
	while (table->gone != NULL) {
		struct hpack_entry *entry = table->gone;

		table->gone = entry->next;
		name_leave(entry->field.name);
		free(entry);
	}
}

void hpack_table_finish(struct hpack_table *table)
{
	shrink(table, 0);
	hpack_table_forget(table);
	free(table->ring);
	*table = (struct hpack_table){.bytes_max = HPACK_TABLE_AT_FIRST};
}

void hpack_table_seed(struct hpack_table *table, uint32_t count)
{
	table->unseen = count;
	table->bytes = count * HPACK_UNSEEN_COST;
}

const struct hpack_field *hpack_table_find(const struct hpack_table *table, uint32_t number)
{
	uint32_t age = number - HPACK_FIXED - 1;

	if (number <= HPACK_FIXED)
		return number == 0 ? NULL : &fixed_fields[number];
	if (age < table->count)
		return &(*slot(table, age))->field;
	return age - table->count < table->unseen ? &unseen : NULL;
}

static bool make_room(struct hpack_table *table)
{
	uint32_t room = table->room == 0 ? ROOM_AT_FIRST : table->room * 2;
	struct hpack_entry **ring;

	if (table->count < table->room)
		return true;
	ring = malloc(room * sizeof(struct hpack_entry *));
	if (ring == NULL)
		return false;
	for (uint32_t age = 0; age < table->count; age++)
		ring[table->count - 1 - age] = *slot(table, age);
	free(table->ring);
	table->ring = ring;
	table->room = room;
	table->newest = table->count - 1;
	return true;
}

bool hpack_table_add(struct hpack_table *table, const struct hpack_field *field)
{
	uint32_t cost = cost_of(field);
	struct hpack_entry *entry;

	shrink(table, cost > table->bytes_max ? 0 : table->bytes_max - cost);
	if (cost > table->bytes_max)
		return true; /* RFC 7541 section 4.4: that empties it */
	entry = make_room(table) ? malloc(sizeof(*entry) + field->value.len) : NULL;
	if (entry == NULL)
		return false;
	entry->field.name = name_keep(field->name);
	if (entry->field.name == NULL) {
		free(entry);
		return false;
	}
	entry->field.value = (struct bytes){.data = entry->value, .len = field->value.len};
	if (field->value.len > 0)
		memcpy(entry->value, field->value.data, field->value.len);
	table->count++;
	table->newest++;
	table->bytes += cost;
	*slot(table, 0) = entry;
	return true;
}

void hpack_table_resize(struct hpack_table *table, uint32_t bytes_max)
{
	table->bytes_max = bytes_max;
	shrink(table, bytes_max);
}
