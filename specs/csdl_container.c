#include <string.h>

#include "specs/csdl_read.h"

/* -- functions and actions ----------------------------------------------------------- */

static void read_parameters(const struct csdl_reader *reader, const struct node *element,
			    struct csdl_operation *operation)
{
	size_t count = element_count(element);

	operation->parameters = csdl_alloc(reader->csdl, count * sizeof(*operation->parameters));
	for (size_t i = 0; operation->parameters != NULL && i < count; i++) {
		const struct node *child = element_at(element, i);
		struct csdl_property *parameter = &operation->parameters[operation->parameter_count];

		if (element_is(child, "ReturnType")) {
			operation->has_return = true;
			operation->returned = csdl_value_read(reader, child);
		}
		if (!element_is(child, "Parameter") || bytes_equal(element_text(child, "Mode"), BYTES("Out")))
			continue;
		parameter->name = element_text(child, "Name");
		parameter->value = csdl_value_read(reader, child);
		parameter->node = child;
		parameter->is_required = element_text(child, "Nullable").data != NULL
						 ? !parameter->value.is_nullable
						 : reader->csdl->version < 4;
		operation->parameter_count++;
	}
}

static struct csdl_operation *operation_new(const struct csdl_reader *reader, const struct node *element,
					    struct bytes name)
{
	struct csdl_operation *operation = csdl_alloc(reader->csdl, sizeof(*operation));

	if (operation == NULL)
		return NULL;
	operation->name = name;
	operation->is_action = element_is(element, "Action");
	operation->is_bound = element_flag(element, "IsBound", false);
	operation->method = operation->is_action ? BYTES("POST") : BYTES("GET");
	read_parameters(reader, element, operation);
	return operation;
}

/* Overloads of a name stand behind the first. */
void csdl_operation_take(const struct csdl_reader *reader, const struct node *element, struct bytes space)
{
	struct csdl *csdl = reader->csdl;
	struct csdl_operation *operation, *first;
	bool is_new = false;

	if (!element_is(element, "Function") && !element_is(element, "Action"))
		return;
	operation = operation_new(reader, element, csdl_join(csdl, space, element_text(element, "Name")));
	if (operation == NULL || operation->name.data == NULL)
		return;
	first = csdl_look(&csdl->operations, operation->name);
	if (first == NULL) {
		csdl_put(csdl, &csdl->operations, operation->name, operation, &is_new);
		return;
	}
	operation->next = first->next;
	first->next = operation;
}

/* OData 2 and 3: the import is the function. Its method is m:HttpMethod; without it, a GET up to OData 2. */
static const struct csdl_operation *import_itself(const struct csdl_reader *reader,
						  const struct node *element)
{
	struct csdl_operation *operation = operation_new(reader, element, element_text(element, "Name"));
	struct bytes method = element_text(element, "m:HttpMethod");
	struct bytes returned = element_text(element, "ReturnType");

	if (operation == NULL)
		return NULL;
	operation->is_bound = element_flag(element, "IsBindable", false);
	operation->is_action =
		element_flag(element, "IsSideEffecting", false) || bytes_equal(method, BYTES("POST"));
	if (method.len > 0)
		operation->method = method;
	else if (operation->is_action)
		operation->method = BYTES("POST");
	operation->set_name = element_text(element, "EntitySet");
	operation->has_return = operation->has_return || returned.len > 0;
	if (returned.len > 0)
		operation->returned = csdl_value_of_type(reader->csdl, returned);
	return operation;
}

/* -- children of a container ----------------------------------------------------------- */

static bool kind_of(const struct csdl_reader *reader, const struct node *element, struct csdl_child *child)
{
	struct bytes type = element_text(element, "EntityType");
	struct bytes function = element_text(element, "Function");

	if (element_is(element, "EntitySet"))
		child->kind = CSDL_SET;
	else if (element_is(element, "Singleton"))
		child->kind = CSDL_SINGLETON;
	else if (element_is(element, "FunctionImport") || element_is(element, "ActionImport"))
		child->kind = CSDL_IMPORT;
	else
		return false;
	if (child->kind == CSDL_SINGLETON)
		type = element_text(element, "Type");
	if (element_is(element, "ActionImport"))
		function = element_text(element, "Action");
	if (child->kind != CSDL_IMPORT)
		child->type = csdl_type(reader->csdl, type);
	else if (reader->csdl->version == 4)
		child->operation = csdl_operation(reader->csdl, function);
	else
		child->operation = import_itself(reader, element);
	if (child->kind != CSDL_IMPORT && child->type == NULL)
		csdl_warn(reader, element, "define the entity type, or mend its name",
			  "type " BYTES_FORMAT " of " BYTES_FORMAT
			  " is not defined; nothing below it is checked",
			  BYTES_PRINT(bytes_slice(type, 0, 120)),
			  BYTES_PRINT(bytes_slice(child->name, 0, 100)));
	if (child->kind == CSDL_IMPORT && child->operation == NULL)
		csdl_warn(reader, element, "define the function or action",
			  "what " BYTES_FORMAT " imports is not defined; any parameters fit",
			  BYTES_PRINT(bytes_slice(child->name, 0, 100)));
	if (child->kind == CSDL_SET && child->type != NULL && child->type->key_count == 0)
		csdl_warn(reader, element, "give its type a Key",
			  "the type of " BYTES_FORMAT " has no Key; its entities cannot be addressed",
			  BYTES_PRINT(bytes_slice(child->name, 0, 100)));
	return true;
}

static void add_child(const struct csdl_reader *reader, const struct node *element)
{
	struct csdl *csdl = reader->csdl;
	struct csdl_child *child = csdl_alloc(csdl, sizeof(*child));
	bool is_new = false;

	if (child == NULL)
		return;
	child->name = element_text(element, "Name");
	child->node = element;
	if (!kind_of(reader, element, child))
		return;
	if (child->name.len == 0) {
		csdl_refuse(reader, element, "give it a Name", "an entity set or import without Name");
		return;
	}
	csdl_child_annotate(reader, element, child);
	csdl_put(csdl, &csdl->children, child->name, child, &is_new);
	if (is_new)
		csdl->child_list[csdl->child_count++] = child;
	else if (child->kind != CSDL_IMPORT) /* imports may be overloaded */
		csdl_warn(reader, element, "give each a name of its own",
			  BYTES_FORMAT " stands twice in the containers; the first counts",
			  BYTES_PRINT(bytes_slice(child->name, 0, 100)));
}

void csdl_container_take(const struct csdl_reader *reader, const struct node *element, struct bytes space)
{
	struct csdl *csdl = reader->csdl;
	size_t count = element_count(element);
	struct csdl_child **list;

	if (!element_is(element, "EntityContainer"))
		return;
	list = csdl_alloc(csdl, (csdl->child_count + count) * sizeof(*list));
	if (list == NULL)
		return;
	if (csdl->child_count > 0)
		memcpy(list, csdl->child_list, csdl->child_count * sizeof(*list));
	csdl->child_list = list;
	csdl->name = csdl_join(csdl, space, element_text(element, "Name"));
	for (size_t i = 0; i < count; i++)
		add_child(reader, element_at(element, i));
	for (size_t i = 0; i < count; i++)
		if (element_is(element_at(element, i), "Annotation") &&
		    bytes_ends(element_text(element_at(element, i), "Term"), BYTES(".KeyAsSegmentSupported")))
			csdl->has_key_segments = element_flag(element_at(element, i), "Bool", true);
}
