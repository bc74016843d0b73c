#include "rules/places.h"

#define GROUPS_MAX 32

/* Of a long repeat so many are kept apart; then it loops. */
#define REPEAT_KEPT 48

/* "{2,9}" stays exact up to so many more; then it loops. */
#define REPEAT_SPREAD 24

#define REPEAT_UNBOUNDED SIZE_MAX

/* Atoms read, each as often as it is repeated: groups that hold nothing could be repeated without end. */
#define STEPS_MAX 20000

/* A part of the expression. */
struct part {
	struct place_set first, last;
	bool is_nullable;
};

struct reader {
	struct bytes pattern;
	size_t at, depth, steps;
	bool is_caseless;
	struct places *places;
};

static bool read_choice(struct reader *reader, struct part *out_part);

/* -- sets ------------------------------------------------------------------- */

static void byte_set_join(struct byte_set *set, const struct byte_set *other)
{
	for (size_t i = 0; i < 4; i++)
		set->bits[i] |= other->bits[i];
}

static void byte_set_invert(struct byte_set *set)
{
	for (size_t i = 0; i < 4; i++)
		set->bits[i] = ~set->bits[i];
}

static void byte_set_fold(struct byte_set *set)
{
	for (unsigned upper = 'A'; upper <= 'Z'; upper++) {
		unsigned lower = upper - 'A' + 'a';

		if (byte_set_has(set, (unsigned char)upper) || byte_set_has(set, (unsigned char)lower)) {
			byte_set_add(set, upper, upper);
			byte_set_add(set, lower, lower);
		}
	}
}

static void place_set_join(struct place_set *set, const struct place_set *other)
{
	for (size_t i = 0; i < PLACES_MAX / 64; i++)
		set->bits[i] |= other->bits[i];
}

/* -- parts ------------------------------------------------------------------ */

static void follow_join(struct places *places, const struct place_set *from, const struct place_set *to)
{
	for (size_t i = 0; i < PLACES_MAX / 64; i++)
		for (uint64_t bits = from->bits[i]; bits != 0; bits &= bits - 1)
			place_set_join(&places->follow[i * 64 + (size_t)__builtin_ctzll(bits)], to);
}

/* `part` becomes `part` and then `next`. */
static void part_append(struct places *places, struct part *part, const struct part *next)
{
	follow_join(places, &part->last, &next->first);
	if (part->is_nullable)
		place_set_join(&part->first, &next->first);
	if (next->is_nullable)
		place_set_join(&part->last, &next->last);
	else
		part->last = next->last;
	part->is_nullable = part->is_nullable && next->is_nullable;
}

static bool part_of_set(struct reader *reader, struct byte_set set, struct part *out_part)
{
	size_t place = reader->places->count;

	if (place == PLACES_MAX)
		return false;
	reader->places->bytes[reader->places->count++] = set;
	*out_part = (struct part){0};
	out_part->first.bits[place / 64] = out_part->last.bits[place / 64] = 1ull << place % 64;
	return true;
}

/* -- bytes and classes ------------------------------------------------------ */

static bool is_done(const struct reader *reader)
{
	return reader->at == reader->pattern.len;
}

static char peek(const struct reader *reader)
{
	return is_done(reader) ? '\0' : reader->pattern.data[reader->at];
}

/* "\xHH" behind the 'x'. */
static bool read_hex(struct reader *reader, unsigned *out_byte)
{
	int high, low;

	if (reader->at + 2 > reader->pattern.len)
		return false;
	high = ascii_hex_value(reader->pattern.data[reader->at]);
	low = ascii_hex_value(reader->pattern.data[reader->at + 1]);
	if (high < 0 || low < 0)
		return false;
	reader->at += 2;
	*out_byte = (unsigned)(high * 16 + low);
	return true;
}

/* Readers differ on \s and the vertical tab: it is in where that makes more match. */
static bool add_family(char name, bool is_inverted, struct byte_set *set)
{
	struct byte_set family = {0};

	switch (ascii_lower(name)) {
	case 'd':
		byte_set_add(&family, '0', '9');
		break;
	case 'w':
		byte_set_add(&family, '0', '9');
		byte_set_add(&family, 'a', 'z');
		byte_set_add(&family, 'A', 'Z');
		byte_set_add(&family, '_', '_');
		break;
	case 's':
		byte_set_add(&family, '\t', '\r');
		byte_set_add(&family, ' ', ' ');
		if (is_inverted == (name == 's'))
			family.bits[0] &= ~(1ull << '\v');
		break;
	default:
		return false;
	}
	if (name != ascii_lower(name))
		byte_set_invert(&family);
	byte_set_join(set, &family);
	return true;
}

/* Behind a backslash: a family of bytes, or one byte, told in *out_byte (else -1). False when it is anything
 * else. */
static bool read_escape(struct reader *reader, bool is_inverted, struct byte_set *set, int *out_byte)
{
	static const char names[] = "ntrfea", bytes[] = "\n\t\r\f\x1b\a";
	char name = peek(reader);
	const char *known = name == '\0' ? NULL : strchr(names, name);
	unsigned byte = (unsigned char)name;

	if (is_done(reader))
		return false;
	reader->at++;
	*out_byte = -1;
	if (add_family(name, is_inverted, set)) {
		if (ascii_lower(name) == 's')
			reader->places->exact_len_max = 0;
		return true;
	}
	if (name == 'x') {
		if (!read_hex(reader, &byte))
			return false;
	} else if (known != NULL) {
		byte = (unsigned char)bytes[known - names];
	} else if (ascii_is_alnum(name) || byte >= 0x80) {
		return false;
	}
	byte_set_add(set, byte, byte);
	*out_byte = (int)byte;
	return true;
}

/* One byte or family of a class; *out_byte as of read_escape. */
static bool read_member(struct reader *reader, bool is_inverted, struct byte_set *set, int *out_byte)
{
	unsigned char byte = (unsigned char)peek(reader);

	reader->at++;
	if (byte == '\\')
		return read_escape(reader, is_inverted, set, out_byte);
	if (byte == '[' && (peek(reader) == ':' || peek(reader) == '.' || peek(reader) == '='))
		return false;
	byte_set_add(set, byte, byte);
	*out_byte = byte;
	return true;
}

/* Behind '['. */
static bool read_class(struct reader *reader, struct byte_set *set)
{
	bool is_inverted = peek(reader) == '^', is_first = true;

	reader->at += is_inverted;
	for (; !is_done(reader) && (is_first || peek(reader) != ']'); is_first = false) {
		int from, to;

		if (!read_member(reader, is_inverted, set, &from))
			return false;
		if (peek(reader) != '-' || reader->at + 1 >= reader->pattern.len ||
		    reader->pattern.data[reader->at + 1] == ']')
			continue;
		reader->at++;
		if (from < 0 || !read_member(reader, is_inverted, set, &to) || to < from)
			return false;
		byte_set_add(set, (unsigned)from, (unsigned)to);
	}
	if (is_done(reader))
		return false;
	reader->at++;
	if (reader->is_caseless) {
		if (set->bits[2] != set->bits[3] || (set->bits[2] != 0 && ~set->bits[2] != 0))
			return false; /* what is the other case of a byte beyond ASCII? */
		byte_set_fold(set);
	}
	if (is_inverted)
		byte_set_invert(set);
	return true;
}

/* -- groups and repeats ----------------------------------------------------- */

/* Behind '(': "?:" or a flag for the rest of the group around it, told in *is_flag. */
static bool read_group_kind(struct reader *reader, bool *is_flag)
{
	struct bytes rest = bytes_from(reader->pattern, reader->at);

	*is_flag = false;
	if (bytes_starts(rest, BYTES("?i)"))) {
		reader->at += 3;
		reader->is_caseless = *is_flag = true;
		return true;
	}
	if (bytes_starts(rest, BYTES("?:")))
		reader->at += 2;
	else if (peek(reader) == '?' || peek(reader) == '*')
		return false;
	return true;
}

/* Behind '('. */
static bool read_group(struct reader *reader, struct part *out_part)
{
	bool is_caseless = reader->is_caseless, is_flag;

	*out_part = (struct part){.is_nullable = true};
	if (!read_group_kind(reader, &is_flag))
		return false;
	if (is_flag)
		return true;
	if (reader->depth == GROUPS_MAX)
		return false;
	reader->depth++;
	if (!read_choice(reader, out_part) || peek(reader) != ')')
		return false;
	reader->at++;
	reader->depth--;
	reader->is_caseless = is_caseless;
	return true;
}

static bool read_number(struct reader *reader, size_t *out_number)
{
	size_t number = 0, from = reader->at;

	for (; ascii_is_digit(peek(reader)); reader->at++)
		number = number > 100000 ? number : number * 10 + (size_t)(peek(reader) - '0');
	*out_number = number;
	return reader->at > from;
}

/* "{3}", "{3,}", "{3,9}": false, and nothing read, when it is none of them. */
static bool read_braces(struct reader *reader, size_t *out_min, size_t *out_max)
{
	size_t from = reader->at++, min, max;

	if (read_number(reader, &min)) {
		max = min;
		if (peek(reader) == ',') {
			reader->at++;
			if (!read_number(reader, &max))
				max = REPEAT_UNBOUNDED;
		}
		if (peek(reader) == '}') {
			reader->at++;
			*out_min = min;
			*out_max = max;
			return true;
		}
	}
	reader->at = from;
	return false;
}

/* What stands behind an atom; 1 and 1 when nothing does. */
static bool read_repeat(struct reader *reader, size_t *out_min, size_t *out_max)
{
	char sign = peek(reader);

	*out_min = *out_max = 1;
	if (sign == '{') {
		if (!read_braces(reader, out_min, out_max))
			return reader->at + 1 < reader->pattern.len &&
			       reader->pattern.data[reader->at + 1] != ',';
	} else if (sign == '*' || sign == '+' || sign == '?') {
		reader->at++;
		*out_min = sign == '+';
		*out_max = sign == '?' ? 1 : REPEAT_UNBOUNDED;
	} else {
		return true;
	}
	if (peek(reader) == '?') /* lazy: the same matches */
		reader->at++;
	return peek(reader) != '+' && peek(reader) != '*' && peek(reader) != '?' && *out_max >= *out_min;
}

static bool read_literal(struct reader *reader, struct part *out_part)
{
	unsigned char byte = (unsigned char)peek(reader);
	struct byte_set set = {0};
	int one;

	reader->at++;
	if (byte == '\\') {
		if (peek(reader) == 'b' || peek(reader) == 'B') {
			reader->at++;
			reader->places->exact_len_max = 0;
			*out_part = (struct part){.is_nullable = true};
			return true;
		}
		if (!read_escape(reader, false, &set, &one))
			return false;
	} else if (byte == '.') {
		byte_set_add(&set, 0, 255);
		reader->places->exact_len_max = 0;
	} else {
		byte_set_add(&set, byte, byte);
	}
	if (reader->is_caseless) {
		if (byte >= 0x80)
			return false;
		byte_set_fold(&set);
	}
	return part_of_set(reader, set, out_part);
}

static bool read_atom(struct reader *reader, struct part *out_part)
{
	struct byte_set set = {0};

	if (++reader->steps > STEPS_MAX)
		return false;
	switch (peek(reader)) {
	case '(':
		reader->at++;
		return read_group(reader, out_part);
	case '[':
		reader->at++;
		return read_class(reader, &set) && part_of_set(reader, set, out_part);
	case '^':
	case '$':
		/* At the ends of a pattern without a choice: see line_ends_read. */
		if ((reader->at > 0 && reader->at + 1 < reader->pattern.len) ||
		    bytes_find_byte(reader->pattern, '|') != BYTES_NOT_FOUND)
			reader->places->exact_len_max = 0;
		reader->at++;
		*out_part = (struct part){.is_nullable = true};
		return true;
	case '*':
	case '+':
	case '?':
		return false;
	default:
		return read_literal(reader, out_part);
	}
}

/* An atom as often as its repeat says: each time it is read once more, with places of its own. */
static bool read_repeated(struct reader *reader, struct part *out_part)
{
	size_t from = reader->at, end, min, max, copies;
	bool is_caseless = reader->is_caseless, is_loop;

	if (!read_atom(reader, out_part) || !read_repeat(reader, &min, &max))
		return false;
	end = reader->at;
	is_loop = max == REPEAT_UNBOUNDED || min > REPEAT_KEPT || max - min > REPEAT_SPREAD;
	if (is_loop && min > REPEAT_KEPT)
		reader->places->exact_len_max = 0;
	else if (is_loop && max < reader->places->exact_len_max)
		reader->places->exact_len_max = max; /* no shorter text goes round more often */
	if (max == 0) {
		*out_part = (struct part){.is_nullable = true};
		return true;
	}
	copies = !is_loop ? max : min > REPEAT_KEPT ? REPEAT_KEPT : min == 0 ? 1 : min;
	out_part->is_nullable = out_part->is_nullable || min == 0;
	for (size_t i = 1; i <= copies; i++) {
		struct part copy = *out_part;

		if (i > 1) {
			reader->at = from;
			reader->is_caseless = is_caseless;
			if (!read_atom(reader, &copy))
				return false;
			copy.is_nullable = copy.is_nullable || i > min;
		}
		if (is_loop && i == copies)
			follow_join(reader->places, &copy.last, &copy.first);
		if (i > 1)
			part_append(reader->places, out_part, &copy);
	}
	reader->at = end;
	return true;
}

static bool read_sequence(struct reader *reader, struct part *out_part)
{
	*out_part = (struct part){.is_nullable = true};
	while (!is_done(reader) && peek(reader) != '|' && peek(reader) != ')') {
		struct part next;

		if (!read_repeated(reader, &next))
			return false;
		part_append(reader->places, out_part, &next);
	}
	return true;
}

static bool read_choice(struct reader *reader, struct part *out_part)
{
	if (!read_sequence(reader, out_part))
		return false;
	while (peek(reader) == '|') {
		struct part other;

		reader->at++;
		if (!read_sequence(reader, &other))
			return false;
		place_set_join(&out_part->first, &other.first);
		place_set_join(&out_part->last, &other.last);
		out_part->is_nullable = out_part->is_nullable || other.is_nullable;
	}
	return true;
}

static void line_ends_read(struct bytes pattern, struct places *places)
{
	bool is_choice = bytes_find_byte(pattern, '|') != BYTES_NOT_FOUND;
	bool is_escaped = pattern.len > 1 && pattern.data[pattern.len - 2] == '\\';

	places->is_line_start = !is_choice && pattern.len > 1 && pattern.data[0] == '^' &&
				bytes_find_byte(BYTES("?*{"), pattern.data[1]) == BYTES_NOT_FOUND;
	places->is_line_end = !is_choice && !is_escaped && bytes_ends(pattern, BYTES("$"));
}

void places_clear(struct places *places)
{
	memset(places->bytes, 0, places->count * sizeof(*places->bytes));
	memset(places->follow, 0, places->count * sizeof(*places->follow));
	places->first = places->last = (struct place_set){0};
	places->is_line_start = places->is_line_end = false;
	places->exact_len_max = places->count = 0;
}

bool places_read(struct bytes pattern, struct places *out_places)
{
	struct reader reader = {.pattern = pattern, .places = out_places};
	struct part whole;

	places_clear(out_places);
	out_places->exact_len_max = SIZE_MAX;
	if (!read_choice(&reader, &whole) || !is_done(&reader) || whole.is_nullable)
		return false;
	out_places->first = whole.first;
	out_places->last = whole.last;
	line_ends_read(pattern, out_places);
	return true;
}

size_t places_len_min(const struct places *places)
{
	struct place_set reached = places->first, seen = places->first;

	for (size_t len = 1; len < places->count; len++) {
		struct place_set next = {0};
		uint64_t is_last = 0;

		for (size_t i = 0; i < PLACES_MAX / 64; i++) {
			is_last |= reached.bits[i] & places->last.bits[i];
			for (uint64_t bits = reached.bits[i]; bits != 0; bits &= bits - 1) {
				const struct place_set *follow =
					&places->follow[i * 64 + (size_t)__builtin_ctzll(bits)];

				for (size_t word = 0; word < PLACES_MAX / 64; word++)
					next.bits[word] |= follow->bits[word];
			}
		}
		if (is_last != 0)
			return len;
		for (size_t i = 0; i < PLACES_MAX / 64; i++) {
			next.bits[i] &= ~seen.bits[i];
			seen.bits[i] |= next.bits[i];
		}
		reached = next;
	}
	return places->count;
}
