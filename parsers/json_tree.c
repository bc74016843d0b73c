#include "parsers/json_tree.h"

#include "parsers/base/limits.h"
#include "parsers/json_lanes.h"
#include "parsers/utf8.h"

/* Half of the ceiling: json_read.c counts empty containers twice. */
#define VALUES_MAX (LIMIT_BODY_VALUES / 2)

/* Of nearly all bodies: a value, or a name, takes eleven bytes or more. */
#define BYTES_A_VALUE 8

/* Names that are not known cost a look each. Where they are more than a few, and more than one in so many
 * names and values, the rest is not looked for. */
#define STRANGERS        16
#define STRANGERS_ONE_IN 8

#define TAG(type, subtype, len) ((uint64_t)(len) << YYJSON_TAG_BIT | (uint64_t)(type) | (uint64_t)(subtype))

struct tree {
	const char *start, *end;
	const char *last; /* what closes it all: what runs on stops there */
	struct arena *arena;
	yyjson_val *list, *limit;
	bool is_list_newest;         /* of what was taken from the arena; else the texts are */
	char *texts;                 /* where the next text with escapes goes; NULL: there was none */
	unsigned wide;               /* not 0: not all of it is ASCII */
	struct json_names *names;    /* or NULL */
	size_t strangers;            /* names that were not known */
	const char *names_end;       /* names that begin before it may be known */
	struct json_name *none[2];   /* who follow a name that is not known */
	struct json_name **expected; /* the next name */
};

static inline const char *space_skip(const char *at)
{
	while ((unsigned char)*at <= ' ' && ascii_is_space(*at))
		at++;
	return at;
}

/* -- texts ---------------------------------------------------------------------- */

/* Four hexadecimal digits; negative when they are none. */
static int32_t unit_read(const char *at)
{
	int32_t unit = 0;

	for (int i = 0; i < 4; i++) {
		int digit = ascii_hex_value(at[i]);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

static char *utf8_write(char *out, uint32_t point)
{
	if (point < 0x80) {
		*out++ = (char)point;
	} else if (point < 0x800) {
		*out++ = (char)(0xC0 | point >> 6);
		*out++ = (char)(0x80 | (point & 0x3F));
	} else if (point < 0x10000) {
		*out++ = (char)(0xE0 | point >> 12);
		*out++ = (char)(0x80 | (point >> 6 & 0x3F));
		*out++ = (char)(0x80 | (point & 0x3F));
	} else {
		*out++ = (char)(0xF0 | point >> 18);
		*out++ = (char)(0x80 | (point >> 12 & 0x3F));
		*out++ = (char)(0x80 | (point >> 6 & 0x3F));
		*out++ = (char)(0x80 | (point & 0x3F));
	}
	return out;
}

/* RFC 8259 section 7, behind "\u"; NULL when it is no character. */
static const char *unicode_read(const char *at, const char *end, char **out)
{
	int32_t high = end - at < 4 ? -1 : unit_read(at), low;

	if (high < 0 || (high & 0xFC00) == 0xDC00)
		return NULL;
	if ((high & 0xFC00) != 0xD800) {
		*out = utf8_write(*out, (uint32_t)high);
		return at + 4;
	}
	low = end - at < 10 || at[4] != '\\' || at[5] != 'u' ? -1 : unit_read(at + 6);
	if (low < 0 || (low & 0xFC00) != 0xDC00)
		return NULL;
	*out = utf8_write(*out, 0x10000u + ((uint32_t)(high & 0x3FF) << 10 | (uint32_t)(low & 0x3FF)));
	return at + 10;
}

/* Behind a backslash. */
static const char *escape_read(const char *at, const char *end, char **out)
{
	static const char meant[256] = {['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
					['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};

	if (*at == 'u')
		return unicode_read(at + 1, end, out);
	*(*out)++ = meant[(unsigned char)*at];
	return meant[(unsigned char)*at] == '\0' ? NULL : at + 1;
}

/* Room for all texts with escapes from here to the end: read, a text is no longer than written. */
static char *texts_room(struct tree *tree, const char *from)
{
	if (tree->texts == NULL) {
		tree->texts = arena_take(tree->arena, (size_t)(tree->end - from) + RUN_COPY_OVER);
		tree->is_list_newest = false;
	}
	return tree->texts;
}

/* A text whose first escape stands at `stop`. */
static __attribute__((noinline)) const char *escaped_read(struct tree *tree, const char *from,
							  const char *stop, yyjson_val *out_value)
{
	char *text = texts_room(tree, from), *out = text;

	if (text == NULL)
		return NULL;
	while (true) {
		run_copy(out, from, (size_t)(stop - from), tree->end);
		out += stop - from;
		if (*stop != '\\')
			break;
		from = escape_read(stop + 1, tree->last, &out);
		if (from == NULL)
			return NULL;
		stop = text_stop(from, tree->last, &tree->wide);
	}
	if (*stop != '"')
		return NULL;
	tree->texts = out;
	out_value->tag = TAG(YYJSON_TYPE_STR, 0, out - text);
	out_value->uni.str = text;
	return stop + 1;
}

/* From behind the opening quote to behind the closing one. */
static inline const char *text_read(struct tree *tree, const char *from, yyjson_val *out_value)
{
	const char *stop = text_stop(from, tree->last, &tree->wide);

	if (*stop != '"')
		return *stop == '\\' ? escaped_read(tree, from, stop, out_value) : NULL;
	out_value->tag = TAG(YYJSON_TYPE_STR, 0, stop - from);
	out_value->uni.str = from;
	return stop + 1;
}

/* -- numbers and words ------------------------------------------------------------ */

/* Long ones, exponents, minus zero. */
static __attribute__((noinline)) const char *number_other(const char *at, yyjson_val *out_value)
{
	return yyjson_read_number(at, out_value, YYJSON_READ_BIGNUM_AS_RAW, NULL, NULL);
}

/* To behind the digits; *value is continued, modulo 2^64. */
static inline const char *digits_read(const char *at, uint64_t *value)
{
	for (unsigned digit; (digit = (unsigned char)*at - (unsigned)'0') <= 9; at++)
		*value = *value * 10 + digit;
	return at;
}

/* With at most 18 digits; with a fraction, when both halves of the quotient are exact as doubles: then IEEE
 * 754 division rounds as reading the digits does. */
static inline const char *number_read(const char *from, yyjson_val *out_value)
{
	static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
				      1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
	bool is_negative = *from == '-';
	const char *start = from + is_negative, *at, *point;
	uint64_t value = 0;

	at = point = digits_read(start, &value);
	if (at == start || (*start == '0' && at - start > 1))
		return NULL;
	if (*at == '.')
		at = digits_read(at + 1, &value);
	if (at - point == 1)
		return NULL;
	if (at - start > 18 || *at == 'e' || *at == 'E' || value > 1ull << 53 || (is_negative && value == 0))
		return number_other(from, out_value);
	if (at > point) {
		double real = (double)value / tens[at - point - 1];

		out_value->tag = TAG(YYJSON_TYPE_NUM, YYJSON_SUBTYPE_REAL, 0);
		out_value->uni.f64 = is_negative ? -real : real;
	} else {
		out_value->tag =
			TAG(YYJSON_TYPE_NUM, is_negative ? YYJSON_SUBTYPE_SINT : YYJSON_SUBTYPE_UINT, 0);
		out_value->uni.u64 = is_negative ? -value : value;
	}
	return at;
}

static inline const char *word_read(const struct tree *tree, const char *at, struct bytes word, uint64_t tag,
				    yyjson_val *out_value)
{
	if ((size_t)(tree->end - at) < word.len || memcmp(at, word.data, word.len) != 0)
		return NULL;
	out_value->tag = tag;
	return at + word.len;
}

/* `*at` is none of "{[, and nothing that numbers begin with. */
static const char *word_any_read(const struct tree *tree, const char *at, yyjson_val *out_value)
{
	switch (*at) {
	case 't':
		return word_read(tree, at, BYTES("true"), TAG(YYJSON_TYPE_BOOL, YYJSON_SUBTYPE_TRUE, 0),
				 out_value);
	case 'f':
		return word_read(tree, at, BYTES("false"), TAG(YYJSON_TYPE_BOOL, YYJSON_SUBTYPE_FALSE, 0),
				 out_value);
	default:
		return word_read(tree, at, BYTES("null"), TAG(YYJSON_TYPE_NULL, 0, 0), out_value);
	}
}

static inline const char *scalar_read(struct tree *tree, const char *at, yyjson_val *out_value)
{
	if (*at == '"')
		return text_read(tree, at + 1, out_value);
	return *at <= '9' ? number_read(at, out_value) : word_any_read(tree, at, out_value);
}

/* -- the tree --------------------------------------------------------------------- */

/* Values that are there move; offsets between them stay right. */
static bool tree_grow(struct tree *tree, size_t count, size_t room)
{
	yyjson_val *list;

	if (room > VALUES_MAX)
		room = VALUES_MAX;
	list = room - count < 2 ? NULL : arena_take(tree->arena, room * sizeof(*list));
	if (list == NULL)
		return false;
	if (count > 0)
		memcpy(list, tree->list, count * sizeof(*list));
	tree->list = list;
	tree->limit = list + room - 1;
	tree->is_list_newest = true;
	return true;
}

/* Room for so many values and for what follows if it is like what was read, but twice to four times as much.
 */
static bool tree_enlarge(struct tree *tree, size_t count, const char *at)
{
	size_t more = count * (size_t)(tree->end - at) / (size_t)(at - tree->start);

	more += more / 8;
	return tree_grow(tree, count, count + (more < count ? count : more > 3 * count ? 3 * count : more));
}

static inline void name_take(struct tree *tree, struct json_name *name, yyjson_val *out_name)
{
	tree->expected = name->follow;
	out_name->tag = name->tag;
	out_name->uni.str = name->text + 1;
}

static void count_stranger(struct tree *tree, const yyjson_val *name)
{
	if (++tree->strangers > STRANGERS + (size_t)(name - tree->list) / STRANGERS_ONE_IN)
		tree->names_end = tree->start;
}

/* Not the one that is expected. */
static __attribute__((noinline)) const char *name_other(struct tree *tree, const char *at,
							yyjson_val *out_name)
{
	const char *from = at;
	bool may_know = from < tree->names_end;
	struct json_name *name;

	if (*at != '"')
		return NULL;
	name = may_know ? json_names_find(tree->names, from) : NULL;
	if (may_know && name == NULL)
		count_stranger(tree, out_name);
	if (name == NULL) {
		at = text_read(tree, from + 1, out_name);
		if (at == NULL)
			return NULL;
		if (may_know && *at == ':' && at - from < LANE_RUN && out_name->uni.str == from + 1)
			name = json_names_add(tree->names, from, (size_t)(at + 1 - from));
	}
	if (name == NULL) {
		tree->expected = tree->none;
		at = space_skip(at);
		return *at == ':' ? space_skip(at + 1) : NULL;
	}
	*tree->expected = name;
	name_take(tree, name, out_name);
	return space_skip(from + name->len);
}

/* A name and the colon; to what stands behind it. */
static inline const char *name_read(struct tree *tree, const char *at, yyjson_val *out_name)
{
	struct json_name *name;

	if (at >= tree->names_end)
		return name_other(tree, at, out_name);
	name = *tree->expected;
	if (!json_name_is_at(name, at))
		return name_other(tree, at, out_name);
	name_take(tree, name, out_name);
	return space_skip(at + name->len);
}

/* A container that is open around the one being read. */
struct around {
	uint32_t at; /* in the list */
	uint32_t count;
	struct json_name **expected; /* behind the one being read */
	char close;
};

/* One pass: a value, then what closes behind it. */
static bool tree_read(struct tree *tree, const char *at)
{
	struct around around[LIMIT_JSON_DEPTH];
	yyjson_val *open = tree->list, *next = tree->list;
	uint32_t count = 0; /* of what is in the open container */
	size_t depth = 0;
	char close = '\0';

	while (true) {
		if (next >= tree->limit) {
			size_t used = (size_t)(next - tree->list), open_at = (size_t)(open - tree->list);

			if (!tree_enlarge(tree, used, at))
				return false;
			next = tree->list + used;
			open = tree->list + open_at;
		}
		if (close == '}')
			at = name_read(tree, at, next++);
		if (at == NULL)
			return false;
		if (*at == '{' || *at == '[') {
			if (depth == LIMIT_JSON_DEPTH)
				return false;
			around[depth++] =
				(struct around){(uint32_t)(open - tree->list), count, tree->expected, close};
			tree->expected += close == '}' ? JSON_FOLLOW_FIRST : 0;
			open = next++;
			count = 0;
			close = *at == '{' ? '}' : ']';
			at = space_skip(at + 1);
			if (*at != close)
				continue;
		} else {
			at = scalar_read(tree, at, next++);
			if (at == NULL)
				return false;
			at = space_skip(at);
			count++;
		}
		while (*at == close) {
			open->tag = TAG(close == '}' ? YYJSON_TYPE_OBJ : YYJSON_TYPE_ARR, 0, count);
			open->uni.ofs = (size_t)((char *)next - (char *)open);
			depth--;
			if (++at == tree->end || depth == 0)
				return at == tree->end && depth == 0;
			open = tree->list + around[depth].at;
			count = around[depth].count + 1;
			close = around[depth].close;
			tree->expected = around[depth].expected;
			at = space_skip(at);
		}
		if (*at != ',')
			return false;
		at = space_skip(at + 1);
	}
}

/* An object or a list. Its last byte closes it: whatever runs on stops there, and only texts look for the
 * end. */
static bool is_closed(struct bytes text)
{
	return text.len >= 2 && ((text.data[0] == '{' && text.data[text.len - 1] == '}') ||
				 (text.data[0] == '[' && text.data[text.len - 1] == ']'));
}

/* What was taken last was taken for the worst. */
static void leave_rest(const struct tree *tree)
{
	arena_keep(tree->arena, tree->is_list_newest ? (const char *)unsafe_yyjson_get_next(tree->list)
						     : tree->texts + RUN_COPY_OVER);
}

/* Where names can be known, LANE_RUN bytes can be read. What has no name is the empty one's. */
static void names_use(struct tree *tree, struct json_names *names)
{
	struct json_name *root = names == NULL ? NULL : json_names_root(names);

	tree->names = names;
	tree->names_end = tree->start;
	tree->none[JSON_FOLLOW_NEXT] = tree->none[JSON_FOLLOW_FIRST] = root;
	tree->expected = (root == NULL ? tree->none : root->follow) + JSON_FOLLOW_FIRST;
	if (names != NULL && tree->end - tree->start >= LANE_RUN)
		tree->names_end = tree->end - LANE_RUN + 1;
}

yyjson_val *json_tree_read(struct bytes text, struct arena *arena, struct json_names *names)
{
	struct bytes inner = bytes_trim(text);
	struct tree tree = {.start = inner.data, .end = inner.data + inner.len, .arena = arena};
	struct arena_mark mark = arena_mark(arena);

	if (!is_closed(inner))
		return NULL;
	tree.last = tree.end - 1;
	names_use(&tree, names);
	if (tree_grow(&tree, 0, inner.len / BYTES_A_VALUE + 16) && tree_read(&tree, inner.data) &&
	    (tree.wide == 0 || utf8_is_text(inner))) {
		leave_rest(&tree);
		return tree.list;
	}
	arena_rewind(arena, mark);
	return NULL;
}
