/* allOf, anyOf, oneOf, not, if; and the circles that they and $ref can make. */
#include <stdio.h>
#include <stdlib.h>

#include "specs/schema_program.h"

static void fill_list(struct schema_set *set, struct schema *schema, const char *keyword,
		      struct schema_list *out_list)
{
	const struct node *node = node_get(schema->node, keyword);

	if (node == NULL)
		return;
	if (node->kind != NODE_LIST) {
		schema_note(set, schema, node, PROBLEM_WARNING, "write a list of schemas",
			    "%s is not checked: it is no list", keyword);
		return;
	}
	out_list->items = schema_alloc(set, node->count * sizeof(struct schema *));
	for (size_t i = 0; out_list->items != NULL && i < node->count; i++) {
		char index[24];
		int len = snprintf(index, sizeof(index), "%zu", i);

		out_list->items[out_list->count++] =
			schema_below(set, schema, node->items[i], keyword,
				     (struct bytes){.data = index, .len = (size_t)len});
	}
}

static struct schema *child(struct schema_set *set, struct schema *schema, const char *keyword)
{
	const struct node *node = node_get(schema->node, keyword);

	return node == NULL ? NULL : schema_below(set, schema, node, keyword, BYTES_NONE);
}

void schema_fill_logic(struct schema_set *set, struct schema *schema)
{
	struct logic_rule logic = {0};

	fill_list(set, schema, "allOf", &logic.all_of);
	fill_list(set, schema, "anyOf", &logic.any_of);
	fill_list(set, schema, "oneOf", &logic.one_of);
	logic.not_schema = child(set, schema, "not");
	if (schema->dialect == DIALECT_2020_12) {
		logic.if_schema = child(set, schema, "if");
		logic.then_schema = logic.if_schema == NULL ? NULL : child(set, schema, "then");
		logic.else_schema = logic.if_schema == NULL ? NULL : child(set, schema, "else");
	}
	schema_fill_discriminator(set, schema, &logic);
	if (logic.all_of.count == 0 && logic.any_of.count == 0 && logic.one_of.count == 0 &&
	    logic.not_schema == NULL && logic.if_schema == NULL && logic.discriminator == NULL)
		return;
	schema->logic = schema_alloc(set, sizeof(logic));
	if (schema->logic != NULL)
		*schema->logic = logic;
}

static struct schema **list_slot(struct schema_list *list, size_t *index)
{
	if (*index < list->count)
		return &list->items[*index];
	*index -= list->count;
	return NULL;
}

/* The index-th schema that sees the same value; *out_is_over behind the last. A NULL in between is nothing.
 */
static struct schema **same_value_slot(struct schema *schema, size_t index, bool *out_is_over)
{
	struct logic_rule *logic = schema->logic;
	struct schema **slot = NULL;

	*out_is_over = false;
	if (index-- == 0)
		return &schema->reference;
	if (logic != NULL) {
		struct schema **singles[] = {&logic->not_schema, &logic->if_schema, &logic->then_schema,
					     &logic->else_schema};

		slot = list_slot(&logic->all_of, &index);
		if (slot == NULL)
			slot = list_slot(&logic->any_of, &index);
		if (slot == NULL)
			slot = list_slot(&logic->one_of, &index);
		if (slot != NULL)
			return slot;
		if (index < 4)
			return singles[index];
		index -= 4;
	}
	if (schema->object != NULL && index < schema->object->dependency_count)
		return &schema->object->dependencies[index].schema;
	*out_is_over = true;
	return NULL;
}

struct visit {
	struct schema *schema;
	size_t next;
};

struct visits {
	struct visit *list;
	size_t count, capacity;
};

static bool visit_push(struct schema_set *set, struct visits *visits, struct schema *schema)
{
	if (visits->count == visits->capacity) {
		size_t capacity = visits->capacity == 0 ? 64 : visits->capacity * 2;
		struct visit *list = realloc(visits->list, capacity * sizeof(*list));

		if (list == NULL) {
			set->is_full = true;
			return false;
		}
		visits->list = list;
		visits->capacity = capacity;
	}
	schema->color = COLOR_OPEN;
	visits->list[visits->count++] = (struct visit){.schema = schema};
	return true;
}

/* All below are known: what they say together. */
static void settle(struct schema *schema)
{
	size_t count = schema->logic == NULL ? 0 : schema->logic->all_of.count;

	schema->joint_types = schema->types;
	for (size_t i = 0; i <= count; i++) {
		const struct schema *part = i < count ? schema->logic->all_of.items[i] : schema->reference;

		if (part == NULL)
			continue;
		schema->joint_types &= part->joint_types;
		schema->is_read_only |= part->is_read_only;
		schema->is_write_only |= part->is_write_only;
		schema->is_unchecked |= part->is_unchecked;
		if (schema->data_class.len == 0)
			schema->data_class = part->data_class;
	}
	schema->color = COLOR_DONE;
}

static void visit_all(struct schema_set *set, struct visits *visits)
{
	while (visits->count > 0) {
		struct visit *visit = &visits->list[visits->count - 1];
		struct schema *schema = visit->schema;
		bool is_over;
		struct schema **slot = same_value_slot(schema, visit->next++, &is_over);

		if (is_over) {
			settle(schema);
			visits->count--;
		} else if (*slot == NULL || (*slot)->color == COLOR_DONE) {
			continue;
		} else if ((*slot)->color == COLOR_OPEN) {
			*slot = set->unchecked;
			schema_note(
				set, schema, schema->node, PROBLEM_WARNING, "remove the circle",
				"this schema refers to itself for the same value; that part is not checked");
		} else if (!visit_push(set, visits, *slot)) {
			return;
		}
	}
}

void schema_circles_cut(struct schema_set *set, struct schema *first)
{
	struct visits visits = {0};

	for (struct schema *schema = first; schema != NULL && !set->is_full; schema = schema->next)
		if (schema->color == COLOR_NEW && visit_push(set, &visits, schema))
			visit_all(set, &visits);
	free(visits.list);
}
