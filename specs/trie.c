#include "specs/trie.h"

#include <string.h>

/* "{x}:{verb}" is the literals "", ":" and "" with a variable between each two. */
struct trie_pattern {
	struct trie_pattern *next;
	struct trie_node *node;
	struct bytes shape; /* the segment with the names taken out: "{}:{}" */
	struct bytes *literals;
	size_t variable_count; /* literals: one more */
	size_t literal_len;
};

/* The trie is built from files, never from traffic: its chains cannot be lengthened from outside. */
#define LITERAL_SEED 0x7370656375ull

void trie_init(struct trie *trie, struct arena *arena)
{
	*trie = (struct trie){.arena = arena};
	map_init(&trie->literals, &(struct map_plan){.entries_max = SIZE_MAX,
						     .value_len = sizeof(struct trie_node),
						     .seed = LITERAL_SEED});
}

void trie_finish(struct trie *trie)
{
	map_finish(&trie->literals);
	*trie = (struct trie){0};
}

struct trie_node *trie_root(struct trie *trie)
{
	struct trie_node *node = arena_alloc(trie->arena, sizeof(*node));

	if (node != NULL)
		node->id = ++trie->node_count;
	return node;
}

/* -- template segments -------------------------------------------------------- */

/* Splits "a{b}c" at its next variable: the literal before it, its name; false when there is none. */
static bool next_variable(struct bytes *rest, struct bytes *out_literal, struct bytes *out_name)
{
	size_t open = bytes_find_byte(*rest, '{');
	struct bytes inner = open == BYTES_NOT_FOUND ? BYTES_NONE : bytes_from(*rest, open + 1);
	size_t close = bytes_find_byte(inner, '}');

	if (open == BYTES_NOT_FOUND || close == BYTES_NOT_FOUND || close == 0)
		return false;
	*out_literal = bytes_slice(*rest, 0, open);
	*out_name = bytes_slice(inner, 0, close);
	*rest = bytes_from(inner, close + 1);
	return true;
}

/* RFC 6570 operators as some specs write them: "{+path}", "{path*}", "{;color*}". */
static struct bytes bare_name(struct bytes name)
{
	if (name.len > 1 && memchr("+;.#?&/", name.data[0], 7) != NULL)
		name = bytes_from(name, 1);
	if (name.len > 1 && (name.data[name.len - 1] == '*' || name.data[name.len - 1] == '+'))
		name.len--;
	return name;
}

size_t trie_names(struct bytes segment, struct bytes *out_names, size_t names_max)
{
	struct bytes literal, name;
	size_t count = 0;

	while (count < names_max && next_variable(&segment, &literal, &name))
		out_names[count++] = bare_name(name);
	return count;
}

/* "{path*}", "{+path}", "{proxy+}": one variable that takes slashes too. */
static bool is_rest(struct bytes segment)
{
	struct bytes rest = segment, literal, name;

	if (!next_variable(&rest, &literal, &name) || literal.len > 0 || rest.len > 0 || name.len < 2)
		return false;
	return name.data[0] == '+' ||
	       (name.data[name.len - 1] == '*' && name.data[0] != ';' && name.data[0] != '.') ||
	       name.data[name.len - 1] == '+';
}

static bool is_parameter(struct bytes segment)
{
	struct bytes rest = segment, literal, name;

	return next_variable(&rest, &literal, &name) && literal.len == 0 && rest.len == 0;
}

static struct trie_pattern *pattern_new(struct trie *trie, struct bytes segment)
{
	struct trie_pattern *pattern = arena_alloc(trie->arena, sizeof(*pattern));
	struct bytes names[TRIE_VALUES_MAX + 1];
	size_t count = trie_names(segment, names, TRIE_VALUES_MAX + 1);
	struct bytes rest = segment, literal, name, shape = BYTES("");

	if (pattern == NULL || count > TRIE_VALUES_MAX)
		return NULL;
	pattern->variable_count = count;
	pattern->literals = arena_alloc(trie->arena, (count + 1) * sizeof(struct bytes));
	if (pattern->literals == NULL)
		return NULL;
	for (size_t i = 0; i <= count; i++) {
		if (!next_variable(&rest, &literal, &name))
			literal = rest;
		pattern->literals[i] = path_normalise(literal, trie->arena);
		pattern->literal_len += pattern->literals[i].len;
		shape = arena_printf(trie->arena, BYTES_FORMAT BYTES_FORMAT "%s", BYTES_PRINT(shape),
				     BYTES_PRINT(pattern->literals[i]), i < count ? "{}" : "");
	}
	pattern->shape = shape;
	pattern->node = trie_root(trie);
	return shape.data == NULL || pattern->node == NULL ? NULL : pattern;
}

static struct trie_node *add_pattern(struct trie *trie, struct trie_node *node, struct bytes segment)
{
	struct trie_pattern *pattern = pattern_new(trie, segment);
	struct trie_pattern **at = &node->patterns;

	if (pattern == NULL)
		return NULL;
	for (const struct trie_pattern *old = node->patterns; old != NULL; old = old->next)
		if (bytes_equal(old->shape, pattern->shape))
			return old->node;
	if (node->pattern_count == TRIE_PATTERNS_MAX)
		return NULL;
	node->pattern_count++;
	while (*at != NULL && (*at)->literal_len >= pattern->literal_len)
		at = &(*at)->next;
	pattern->next = *at;
	*at = pattern;
	return pattern->node;
}

/* -- literals ----------------------------------------------------------------- */

struct literal_key {
	char text[sizeof(uint32_t) + TRIE_LITERAL_MAX];
	size_t len;
};

static bool literal_key(const struct trie_node *node, struct bytes text, struct literal_key *out_key)
{
	if (text.len > TRIE_LITERAL_MAX)
		return false;
	memcpy(out_key->text, &node->id, sizeof(node->id));
	if (text.len > 0)
		memcpy(out_key->text + sizeof(node->id), text.data, text.len);
	out_key->len = sizeof(node->id) + text.len;
	return true;
}

struct trie_node *trie_literal(const struct trie *trie, const struct trie_node *node, struct bytes text)
{
	struct literal_key key;

	if (!literal_key(node, text, &key))
		return NULL;
	return map_find(&trie->literals, (struct bytes){.data = key.text, .len = key.len});
}

static struct trie_node *add_literal(struct trie *trie, struct trie_node *node, struct bytes segment)
{
	struct bytes text = path_normalise(segment, trie->arena);
	struct trie_node *child;
	struct literal_key key;
	bool is_new = false;

	if (text.data == NULL || !literal_key(node, text, &key))
		return NULL;
	child = map_put(&trie->literals, (struct bytes){.data = key.text, .len = key.len}, &is_new);
	if (child != NULL && is_new)
		child->id = ++trie->node_count;
	return child;
}

struct trie_node *trie_add(struct trie *trie, struct trie_node *node, struct bytes segment)
{
	struct trie_node **child = is_rest(segment) ? &node->rest : &node->parameter;
	struct bytes rest = segment, literal, name;

	if (!next_variable(&rest, &literal, &name))
		return add_literal(trie, node, segment);
	if (!is_rest(segment) && !is_parameter(segment))
		return add_pattern(trie, node, segment);
	if (*child == NULL)
		*child = trie_root(trie);
	return *child;
}

/* -- walking ------------------------------------------------------------------ */

/* Every variable takes at least one byte and as little as it can; the last literal stands at the end. */
static bool pattern_match(const struct trie_pattern *pattern, struct bytes segment, struct bytes *out_values)
{
	const struct bytes *literals = pattern->literals;
	size_t count = pattern->variable_count;

	if (segment.len < pattern->literal_len + count || !bytes_starts(segment, literals[0]) ||
	    !bytes_ends(segment, literals[count]))
		return false;
	segment = bytes_slice(segment, literals[0].len, segment.len - literals[0].len - literals[count].len);
	for (size_t i = 0; i + 1 < count; i++) {
		size_t at =
			literals[i + 1].len == 0 ? 0 : bytes_find(bytes_from(segment, 1), literals[i + 1]);

		if (segment.len == 0 || at == BYTES_NOT_FOUND)
			return false;
		out_values[i] = bytes_slice(segment, 0, at + 1);
		segment = bytes_from(segment, at + 1 + literals[i + 1].len);
	}
	out_values[count - 1] = segment;
	return segment.len > 0;
}

static bool walk_from(const struct trie *trie, const struct trie_node *node, size_t used,
		      struct trie_walk *walk);

static bool walk_patterns(const struct trie *trie, const struct trie_node *node, size_t used,
			  struct trie_walk *walk)
{
	size_t value_count = walk->value_count;

	for (const struct trie_pattern *pattern = node->patterns; pattern != NULL; pattern = pattern->next) {
		if (++walk->steps > LIMIT_ROUTE_STEPS)
			return false;
		if (value_count + pattern->variable_count > TRIE_VALUES_MAX ||
		    !pattern_match(pattern, walk->segments[used], walk->values + value_count))
			continue;
		walk->value_count = value_count + pattern->variable_count;
		if (walk_from(trie, pattern->node, used + 1, walk))
			return true;
		walk->value_count = value_count;
	}
	return false;
}

static bool walk_value(const struct trie *trie, const struct trie_node *node, size_t used, struct bytes value,
		       struct trie_walk *walk)
{
	if (node == NULL || value.len == 0 || walk->value_count == TRIE_VALUES_MAX)
		return false;
	walk->values[walk->value_count++] = value;
	if (walk_from(trie, node, used, walk))
		return true;
	walk->value_count--;
	return false;
}

/* All segments from `used` on as one value; only the first where normalising tore them apart. */
static struct bytes rest_of(const struct trie_walk *walk, size_t used)
{
	struct bytes value = walk->segments[used];

	for (size_t i = used + 1; i < walk->segment_count; i++) {
		if (walk->segments[i].data != value.data + value.len + 1)
			return walk->segments[used];
		value.len += 1 + walk->segments[i].len;
	}
	return value;
}

static bool walk_children(const struct trie *trie, const struct trie_node *node, size_t used,
			  struct trie_walk *walk)
{
	const struct trie_node *literal = trie_literal(trie, node, walk->segments[used]);

	if (literal != NULL && walk_from(trie, literal, used + 1, walk))
		return true;
	if (walk_patterns(trie, node, used, walk))
		return true;
	if (walk_value(trie, node->parameter, used + 1, walk->segments[used], walk))
		return true;
	return node->rest != NULL &&
	       walk_value(trie, node->rest, walk->segment_count, rest_of(walk, used), walk);
}

static bool walk_from(const struct trie *trie, const struct trie_node *node, size_t used,
		      struct trie_walk *walk)
{
	bool is_end = used == walk->segment_count;

	if (++walk->steps > LIMIT_ROUTE_STEPS)
		return false;
	if (!is_end && walk_children(trie, node, used, walk))
		return true;
	if (node->payload == NULL || (!is_end && !walk->is_prefix))
		return false;
	return walk->visit(walk, node, used);
}

bool trie_walk(const struct trie *trie, const struct trie_node *node, struct trie_walk *walk)
{
	walk->value_count = 0;
	walk->steps = 0;
	return walk_from(trie, node, 0, walk);
}
