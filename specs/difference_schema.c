/* Two schemas, keyword by keyword: what the new one accepts less, and what it accepts more. */
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "specs/difference_find.h"

struct written {
	const struct node *node;
	const struct document *document;
};

struct pair {
	struct comparing *comparing;
	enum direction_of_use use;
	struct bytes where;
	struct written old, new;
	unsigned level;
};

enum direction_of_change { NARROWED, WIDENED, INCOMPARABLE };

static void tell(const struct pair *pair, enum direction_of_change change, const char *words,
		 struct bytes detail)
{
	struct difference difference = {.kind = DIFFERENCE_CHANGED,
					.where = pair->where,
					.is_breaking = change == INCOMPARABLE ||
						       (change == NARROWED) == (pair->use == USE_REQUEST),
					.place = node_place(pair->new.document, pair->new.node)};

	difference_add(pair->comparing, &difference, "%s%s%.*s", words, detail.len > 0 ? " " : "",
		       (int)(detail.len > 100 ? 100 : detail.len), detail.data == NULL ? "" : detail.data);
}

static struct written followed(struct references *references, struct written side)
{
	if (node_get(side.node, "$ref") != NULL)
		side.node = reference_follow(references, side.document, side.node, &side.document);
	return side;
}

static void compare(const struct pair *pair);

static void compare_below(const struct pair *pair, struct bytes name, struct written old, struct written new)
{
	struct pair below = *pair;

	if (old.node == NULL || new.node == NULL)
		return;
	below.where = where_below(pair->comparing, pair->where, name);
	below.old = old;
	below.new = new;
	below.level++;
	compare(&below);
}

static struct written child(struct written side, const char *key)
{
	side.node = node_get(side.node, key);
	return side;
}

/* -- types and values ------------------------------------------------------------- */

/* An unknown type takes everything. */
static unsigned type_bit(struct bytes name)
{
	unsigned type = schema_type_of(name);

	return type == 0 ? SCHEMA_ANY : type;
}

static unsigned types_of(const struct node *node)
{
	const struct node *type = node_get(node, "type");
	unsigned bits = 0;

	if (type == NULL)
		return SCHEMA_ANY;
	if (!node_is(type, NODE_LIST))
		bits = type_bit(node_text(type));
	for (size_t i = 0; node_is(type, NODE_LIST) && i < type->count; i++)
		bits |= type_bit(node_text(type->items[i]));
	if (node_bool(node_get(node, "nullable"), false) || node_bool(node_get(node, "x-nullable"), false))
		bits |= SCHEMA_NULL;
	return bits;
}

static void compare_types(const struct pair *pair)
{
	unsigned old = types_of(pair->old.node), new = types_of(pair->new.node);

	if ((old & new) != old)
		tell(pair, NARROWED,
		     "type takes less than before:", node_text(child(pair->new, "type").node));
	if ((old & new) != new)
		tell(pair, WIDENED, "type takes more than before:", node_text(child(pair->new, "type").node));
}

static bool is_same_value(const struct node *a, const struct node *b)
{
	return a->kind == b->kind && a->boolean == b->boolean && a->kind < NODE_LIST &&
	       bytes_equal(a->text, b->text);
}

static bool has_value(const struct node *list, const struct node *value)
{
	for (size_t i = 0; i < list->count; i++)
		if (is_same_value(list->items[i], value))
			return true;
	return false;
}

/* Values of `list` that `other` has not. Both lists are a person's; a few thousand at most are looked at. */
static void tell_missing(const struct pair *pair, const struct node *list, const struct node *other,
			 enum direction_of_change change, const char *words)
{
	for (size_t i = 0; i < list->count && i < 3000; i++)
		if (list->items[i]->kind < NODE_LIST && !has_value(other, list->items[i]))
			tell(pair, change, words, node_text(list->items[i]));
}

static void compare_enums(const struct pair *pair)
{
	const struct node *old = node_get(pair->old.node, "enum"), *new = node_get(pair->new.node, "enum");
	bool has_old = node_is(old, NODE_LIST), has_new = node_is(new, NODE_LIST);

	if (!has_old && has_new)
		tell(pair, NARROWED, "takes only listed values now", BYTES(""));
	if (has_old && !has_new)
		tell(pair, WIDENED, "takes any value now, not only listed ones", BYTES(""));
	if (!has_old || !has_new)
		return;
	tell_missing(pair, old, new, NARROWED, "value left the enum:");
	tell_missing(pair, new, old, WIDENED, "value joined the enum:");
}

/* -- bounds ----------------------------------------------------------------------- */

static double number_of(const struct node *node)
{
	char text[40] = {0};
	struct bytes digits = bytes_slice(node_text(node), 0, sizeof(text) - 1);

	if (digits.len > 0)
		memcpy(text, digits.data, digits.len);
	return strtod(text, NULL);
}

static void compare_bound(const struct pair *pair, const char *keyword, bool is_lower)
{
	const struct node *old = node_get(pair->old.node, keyword), *new = node_get(pair->new.node, keyword);
	bool has_old = node_is(old, NODE_NUMBER), has_new = node_is(new, NODE_NUMBER);
	struct bytes name = bytes_of(keyword);
	double from = has_old ? number_of(old) : 0, to = has_new ? number_of(new) : 0;

	if (!has_old && !has_new)
		return;
	if (!has_old)
		tell(pair, NARROWED, "has a bound now:", name);
	else if (!has_new)
		tell(pair, WIDENED, "has no bound any more:", name);
	else if (from < to)
		tell(pair, is_lower ? NARROWED : WIDENED, "bound was raised:", name);
	else if (from > to)
		tell(pair, is_lower ? WIDENED : NARROWED, "bound was lowered:", name);
}

static void compare_text(const struct pair *pair, const char *keyword)
{
	struct bytes old = node_text(node_get(pair->old.node, keyword));
	struct bytes new = node_text(node_get(pair->new.node, keyword));

	if (old.len == 0 && new.len > 0)
		tell(pair, NARROWED, "is held to more:", bytes_of(keyword));
	else if (old.len > 0 && new.len == 0)
		tell(pair, WIDENED, "is held to less:", bytes_of(keyword));
	else if (!bytes_equal(old, new))
		tell(pair, INCOMPARABLE, "is held to something else:", bytes_of(keyword));
}

static void compare_bounds(const struct pair *pair)
{
	static const char *const lower[] = {"minimum", "exclusiveMinimum", "minLength", "minItems",
					    "minProperties"};
	static const char *const upper[] = {"maximum", "exclusiveMaximum", "maxLength", "maxItems",
					    "maxProperties"};

	for (size_t i = 0; i < 5; i++) {
		compare_bound(pair, lower[i], true);
		compare_bound(pair, upper[i], false);
	}
	compare_text(pair, "pattern");
	compare_text(pair, "format");
	compare_text(pair, "multipleOf");
}

/* -- objects ---------------------------------------------------------------------- */

struct member {
	struct bytes name;
	struct written side;
	bool is_required;
};

struct members {
	struct member *list;
	size_t count, capacity;
	bool is_closed; /* additionalProperties: false */
};

static int member_order(const void *a, const void *b)
{
	const struct member *left = a, *right = b;

	return bytes_compare(left->name, right->name);
}

static void member_add(struct members *members, struct bytes name, struct written side, bool is_required)
{
	if (members->count == members->capacity) {
		size_t capacity = members->capacity * 2 + 16;
		struct member *list = realloc(members->list, capacity * sizeof(*list));

		if (list == NULL)
			return;
		members->list = list;
		members->capacity = capacity;
	}
	members->list[members->count++] =
		(struct member){.name = name, .side = side, .is_required = is_required};
}

/* With what stands behind $ref and allOf: how a schema is put together is no difference. */
static void members_gather(struct references *references, struct written side, struct members *members,
			   unsigned *budget)
{
	const struct node *properties, *required, *all_of;

	side = followed(references, side);
	if (side.node == NULL || *budget == 0)
		return;
	--*budget;
	properties = node_get(side.node, "properties");
	required = node_get(side.node, "required");
	all_of = node_get(side.node, "allOf");
	if (!node_bool(node_get(side.node, "additionalProperties"), true))
		members->is_closed = true;
	for (size_t i = 0; node_is(properties, NODE_TABLE) && i < properties->count; i++)
		member_add(members, properties->entries[i].key,
			   (struct written){.node = properties->entries[i].value, .document = side.document},
			   false);
	for (size_t i = 0; node_is(required, NODE_LIST) && i < required->count; i++)
		member_add(members, node_text(required->items[i]), (struct written){0}, true);
	for (size_t i = 0; node_is(all_of, NODE_LIST) && i < all_of->count; i++)
		members_gather(references,
			       (struct written){.node = all_of->items[i], .document = side.document}, members,
			       budget);
}

/* One member a name, sorted. */
static void members_join(struct members *members)
{
	size_t kept = 0;

	if (members->count > 0)
		qsort(members->list, members->count, sizeof(*members->list), member_order);
	for (size_t i = 0; i < members->count; i++) {
		struct member *last = kept == 0 ? NULL : &members->list[kept - 1];

		if (last == NULL || !bytes_equal(last->name, members->list[i].name)) {
			members->list[kept++] = members->list[i];
			continue;
		}
		last->is_required = last->is_required || members->list[i].is_required;
		if (last->side.node == NULL)
			last->side = members->list[i].side;
	}
	members->count = kept;
}

static void compare_member(const struct pair *pair, const struct member *old, const struct member *new)
{
	if (old->is_required && !new->is_required)
		tell(pair, WIDENED, "property is not required any more:", new->name);
	if (!old->is_required && new->is_required)
		tell(pair, NARROWED, "property is required now:", new->name);
	compare_below(pair, new->name, old->side, new->side);
}

static void member_removed(const struct pair *pair, const struct member *old, bool is_closed)
{
	struct difference difference = {.kind = DIFFERENCE_REMOVED,
					.where = pair->where,
					.is_breaking = pair->use == USE_RESPONSE || is_closed,
					.place = node_place(pair->old.document, old->side.node != NULL
											? old->side.node
											: pair->old.node)};

	difference_add(pair->comparing, &difference, "property was removed: %.*s",
		       (int)(old->name.len > 100 ? 100 : old->name.len), old->name.data);
}

static void member_added(const struct pair *pair, const struct member *new)
{
	struct difference difference = {.kind = DIFFERENCE_ADDED,
					.where = pair->where,
					.is_breaking = pair->use == USE_REQUEST && new->is_required,
					.place = node_place(pair->new.document, new->side.node != NULL
											? new->side.node
											: pair->new.node)};

	difference_add(pair->comparing, &difference, "%s property was added: %.*s",
		       new->is_required ? "required" : "optional",
		       (int)(new->name.len > 100 ? 100 : new->name.len), new->name.data);
}

static void compare_objects(const struct pair *pair)
{
	struct members old = {0}, new = {0};
	unsigned old_budget = 1000, new_budget = 1000;

	members_gather(&pair->comparing->old.references, pair->old, &old, &old_budget);
	members_gather(&pair->comparing->new.references, pair->new, &new, &new_budget);
	members_join(&old);
	members_join(&new);
	if (!old.is_closed && new.is_closed)
		tell(pair, NARROWED, "takes no other properties now", BYTES(""));
	for (size_t i = 0, j = 0; i < old.count || j < new.count;) {
		int order = i == old.count   ? 1
			    : j == new.count ? -1
					     : bytes_compare(old.list[i].name, new.list[j].name);

		if (order == 0)
			compare_member(pair, &old.list[i++], &new.list[j++]);
		else if (order < 0)
			member_removed(pair, &old.list[i++], new.is_closed);
		else
			member_added(pair, &new.list[j++]);
	}
	free(old.list);
	free(new.list);
}

/* -- alternatives ----------------------------------------------------------------- */

static struct bytes branch_name(const struct node *branch)
{
	struct bytes reference = node_text(node_get(branch, "$ref"));

	return reference.len > 0 ? reference : node_text(node_get(branch, "title"));
}

/* By the name of what it refers to, else by its place in the list. */
static const struct node *branch_like(const struct node *list, const struct node *branch, size_t index)
{
	struct bytes name = branch_name(branch);

	for (size_t i = 0; name.len > 0 && i < list->count && i < 3000; i++)
		if (bytes_equal(branch_name(list->items[i]), name))
			return list->items[i];
	return name.len == 0 && index < list->count && branch_name(list->items[index]).len == 0
		       ? list->items[index]
		       : NULL;
}

static void compare_branches(const struct pair *pair, const char *keyword)
{
	struct written old = child(pair->old, keyword), new = child(pair->new, keyword);
	bool has_old = node_is(old.node, NODE_LIST), has_new = node_is(new.node, NODE_LIST);

	if (has_old != has_new)
		tell(pair, has_new ? NARROWED : WIDENED,
		     has_new ? "has alternatives now:" : "has no alternatives any more:", bytes_of(keyword));
	if (!has_old || !has_new)
		return;
	for (size_t i = 0; i < old.node->count; i++) {
		struct written branch = {.node = old.node->items[i], .document = old.document};
		struct written like = {.node = branch_like(new.node, branch.node, i),
				       .document = new.document};

		if (like.node == NULL)
			tell(pair, NARROWED, "alternative was removed:", branch_name(branch.node));
		else
			compare_below(pair, bytes_of(keyword), branch, like);
	}
	for (size_t i = 0; i < new.node->count; i++)
		if (branch_like(old.node, new.node->items[i], i) == NULL)
			tell(pair, WIDENED, "alternative was added:", branch_name(new.node->items[i]));
}

/* -- all -------------------------------------------------------------------------- */

/* False when these two were compared before: circles end, and shared schemas are told of once an operation.
 */
static bool is_first_time(const struct pair *pair)
{
	const void *key[4] = {pair->old.node, pair->new.node, (const void *)(uintptr_t)pair->use,
			      pair->comparing->operation.data};
	bool is_new = false;

	return pair->comparing->seen.count < LIMIT_DIFFERENCE_PAIRS &&
	       map_put(&pair->comparing->seen, (struct bytes){.data = (const char *)key, .len = sizeof(key)},
		       &is_new) != NULL &&
	       is_new;
}

static void compare(const struct pair *raw)
{
	struct pair pair = *raw;

	pair.old = followed(&pair.comparing->old.references, pair.old);
	pair.new = followed(&pair.comparing->new.references, pair.new);
	if (pair.old.node == NULL || pair.new.node == NULL || pair.level > LIMIT_DIFFERENCE_LEVELS ||
	    !is_first_time(&pair))
		return;
	compare_types(&pair);
	compare_enums(&pair);
	compare_bounds(&pair);
	compare_objects(&pair);
	compare_below(&pair, BYTES("items"), child(pair.old, "items"), child(pair.new, "items"));
	if (node_is(node_get(pair.new.node, "additionalProperties"), NODE_TABLE))
		compare_below(&pair, BYTES("additionalProperties"), child(pair.old, "additionalProperties"),
			      child(pair.new, "additionalProperties"));
	compare_branches(&pair, "oneOf");
	compare_branches(&pair, "anyOf");
}

void schemas_compare(struct comparing *comparing, enum direction_of_use use, struct bytes where,
		     const struct schema *old, const struct schema *new)
{
	static const struct node anything = {.kind = NODE_TABLE};
	struct pair pair = {.comparing = comparing, .use = use, .where = where};

	if (old == NULL && new == NULL)
		return;
	pair.old = (struct written){.node = &anything, .document = comparing->old.document};
	pair.new = (struct written){.node = &anything, .document = comparing->new.document};
	if (old != NULL)
		pair.old.node = schema_node(old, &pair.old.document);
	if (new != NULL)
		pair.new.node = schema_node(new, &pair.new.document);
	compare(&pair);
}
