#include "specs/schema_class.h"

#include "parsers/base/limits.h"
#include "specs/document.h"
#include "specs/schema_program.h"

/* Formats that people write for a class of another name. */
static const struct {
	struct bytes format, class_id;
} formats[] = {
	{BYTES_INIT("idn-email"), BYTES_INIT("email")},
	{BYTES_INIT("phone"), BYTES_INIT("phone_e164")},
	{BYTES_INIT("e164"), BYTES_INIT("phone_e164")},
	{BYTES_INIT("tel"), BYTES_INIT("phone_e164")},
	{BYTES_INIT("credit-card"), BYTES_INIT("pan")},
	{BYTES_INIT("creditcard"), BYTES_INIT("pan")},
	{BYTES_INIT("ssn"), BYTES_INIT("us_ssn")},
	{BYTES_INIT("date-of-birth"), BYTES_INIT("dob")},
	{BYTES_INIT("ipv4"), BYTES_INIT("internal_address")},
	{BYTES_INIT("uri"), BYTES_INIT("internal_address")},
	{BYTES_INIT("url"), BYTES_INIT("internal_address")},
	{BYTES_INIT("hostname"), BYTES_INIT("internal_address")},
};

/* A name, a list of names, or true. */
static bool names(const struct node *said, struct bytes class_id)
{
	if (node_is(said, NODE_STRING))
		return bytes_equal(said->text, class_id);
	if (node_is(said, NODE_LIST)) {
		for (size_t i = 0; i < said->count; i++)
			if (bytes_equal(node_text(said->items[i]), class_id))
				return true;
		return false;
	}
	return node_bool(said, false);
}

static bool says_class(const struct node *node, struct bytes class_id)
{
	struct bytes format = node_text(node_get(node, "format"));

	if (names(node_get(node, "x-specular-sensitive"), class_id) || bytes_equal(format, class_id))
		return true;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (bytes_equal(formats[i].format, format) && bytes_equal(formats[i].class_id, class_id))
			return true;
	return false;
}

static bool says_masked(const struct node *node, struct bytes class_id)
{
	return names(node_get(node, "x-specular-masked"), class_id);
}

typedef bool node_says(const struct node *node, struct bytes class_id);

static bool any_of(const struct schema_list *list, struct bytes class_id, node_says *says, unsigned *budget);

/* The schema, what it refers to, and what it is put together from. The budget ends what leads in circles. */
static bool walk(const struct schema *schema, struct bytes class_id, node_says *says, unsigned *budget)
{
	if (schema == NULL || *budget == 0)
		return false;
	--*budget;
	if (schema->node != NULL && says(schema->node, class_id))
		return true;
	if (walk(schema->reference, class_id, says, budget))
		return true;
	return schema->logic != NULL && (any_of(&schema->logic->all_of, class_id, says, budget) ||
					 any_of(&schema->logic->any_of, class_id, says, budget) ||
					 any_of(&schema->logic->one_of, class_id, says, budget));
}

static bool any_of(const struct schema_list *list, struct bytes class_id, node_says *says, unsigned *budget)
{
	for (size_t i = 0; i < list->count; i++)
		if (walk(list->items[i], class_id, says, budget))
			return true;
	return false;
}

bool schema_declares_class(const struct schema *schema, struct bytes class_id)
{
	unsigned budget = LIMIT_REF_CHAIN;

	return walk(schema, class_id, says_class, &budget);
}

bool schema_masks_class(const struct schema *schema, struct bytes class_id)
{
	unsigned budget = LIMIT_REF_CHAIN;

	return walk(schema, class_id, says_masked, &budget);
}
