/*
 * What annotations say: Org.OData.Capabilities.V1 of sets, Org.OData.Core.V1 of properties, and sap:
 * attributes (SAP Annotations for OData 2.0). Others say nothing about what may be sent.
 */
#include "specs/csdl_read.h"

/* -- sap: ------------------------------------------------------------------------------ */

void csdl_property_annotate(const struct csdl_reader *reader, const struct node *element,
			    struct csdl_property *property)
{
	(void)reader;
	property->is_unfilterable = !element_flag(element, "sap:filterable", true);
	property->is_unsortable = !element_flag(element, "sap:sortable", true);
	if (!element_flag(element, "sap:creatable", true) || reader->csdl->is_sap)
		property->is_required = false;
	for (size_t i = 0; i < element_count(element); i++) {
		struct bytes term = element_text(element_at(element, i), "Term");

		if (bytes_ends(term, BYTES("Core.V1.Computed")) || bytes_ends(term, BYTES("Core.Computed")) ||
		    bytes_ends(term, BYTES("ComputedDefaultValue")) ||
		    bytes_equal(element_text(element, "m:StoreGeneratedPattern"), BYTES("Identity")))
			property->is_required = false;
	}
}

static void annotate_sap(const struct node *element, struct csdl_child *child)
{
	child->is_not_insertable = !element_flag(element, "sap:creatable", true);
	child->is_not_updatable = !element_flag(element, "sap:updatable", true);
	child->is_not_deletable = !element_flag(element, "sap:deletable", true);
	child->is_not_topped = child->is_not_skipped = !element_flag(element, "sap:pageable", true);
	child->must_filter = element_flag(element, "sap:requires-filter", false);
	/* sap:searchable is false when it is not written, but services that have $search forget it */
	child->is_not_searchable = !element_flag(element, "sap:searchable", true);
}

/* -- Org.OData.Capabilities ---------------------------------------------------------------- */

static void read_paths(struct csdl *csdl, const struct node *value, const struct bytes **out_list,
		       size_t *out_count)
{
	const struct node *list = element_count(value) == 0 ? NULL : element_at(value, 0);
	struct bytes *paths = csdl_alloc(csdl, (element_count(list) + 1) * sizeof(*paths));

	if (paths == NULL || !element_is(list, "Collection"))
		return;
	*out_list = paths;
	*out_count = 0;
	for (size_t i = 0; i < element_count(list); i++)
		paths[(*out_count)++] = element_text(element_at(list, i), "$text");
}

static void annotate_record(struct csdl *csdl, const struct node *record, struct csdl_child *child)
{
	const struct {
		const char *name;
		bool *is_not;
	} flags[] = {
		{"Insertable", &child->is_not_insertable}, {"Updatable", &child->is_not_updatable},
		{"Deletable", &child->is_not_deletable},   {"Readable", &child->is_not_readable},
		{"Filterable", &child->is_not_filterable}, {"Sortable", &child->is_not_sortable},
		{"Expandable", &child->is_not_expandable}, {"Searchable", &child->is_not_searchable},
		{"Countable", &child->is_not_countable},
	};

	for (size_t i = 0; i < element_count(record); i++) {
		const struct node *value = element_at(record, i);
		struct bytes name = element_text(value, "Property");

		for (size_t j = 0; j < sizeof(flags) / sizeof(flags[0]); j++)
			if (bytes_equal(name, bytes_of(flags[j].name)))
				*flags[j].is_not = !element_flag(value, "Bool", true);
		if (bytes_equal(name, BYTES("RequiresFilter")))
			child->must_filter = element_flag(value, "Bool", false);
		if (bytes_equal(name, BYTES("NonFilterableProperties")))
			read_paths(csdl, value, &child->unfilterable, &child->unfilterable_count);
		if (bytes_equal(name, BYTES("NonSortableProperties")))
			read_paths(csdl, value, &child->unsortable, &child->unsortable_count);
		if (bytes_equal(name, BYTES("NonExpandableProperties")))
			read_paths(csdl, value, &child->unexpandable, &child->unexpandable_count);
	}
}

static bool is_term(struct csdl *csdl, const struct node *annotation, const char *name)
{
	struct bytes term = csdl_qualified(csdl, element_text(annotation, "Term"));

	return element_is(annotation, "Annotation") &&
	       bytes_starts(term, BYTES("Org.OData.Capabilities.V1.")) && bytes_ends(term, bytes_of(name));
}

static void annotate_capabilities(struct csdl *csdl, const struct node *element, struct csdl_child *child)
{
	static const char *const records[] = {
		".InsertRestrictions", ".UpdateRestrictions", ".DeleteRestrictions",
		".ReadRestrictions",   ".FilterRestrictions", ".SortRestrictions",
		".ExpandRestrictions", ".SearchRestrictions", ".CountRestrictions"};

	for (size_t i = 0; i < element_count(element); i++) {
		const struct node *annotation = element_at(element, i);

		if (is_term(csdl, annotation, ".TopSupported"))
			child->is_not_topped = !element_flag(annotation, "Bool", true);
		if (is_term(csdl, annotation, ".SkipSupported"))
			child->is_not_skipped = !element_flag(annotation, "Bool", true);
		for (size_t j = 0; j < sizeof(records) / sizeof(records[0]); j++)
			if (is_term(csdl, annotation, records[j]) && element_count(annotation) > 0)
				annotate_record(csdl, element_at(annotation, 0), child);
	}
}

void csdl_child_annotate(const struct csdl_reader *reader, const struct node *element,
			 struct csdl_child *child)
{
	if (reader->csdl->version < 4)
		annotate_sap(element, child);
	annotate_capabilities(reader->csdl, element, child);
}

/* <Annotations Target="Namespace.Container/Set"> or "Namespace.Type/Property" */
void csdl_annotations_take(const struct csdl_reader *reader, const struct node *element, struct bytes space)
{
	struct csdl *csdl = reader->csdl;
	struct bytes rest = element_text(element, "Target"), first = bytes_split(&rest, '/');
	const struct csdl_type *type;
	const struct csdl_property *property;
	struct csdl_child *child;

	(void)space;
	if (!element_is(element, "Annotations"))
		return;
	if (bytes_equal(csdl_qualified(csdl, first), csdl->name) && rest.data == NULL)
		for (size_t i = 0; i < element_count(element); i++)
			if (is_term(csdl, element_at(element, i), ".KeyAsSegmentSupported"))
				csdl->has_key_segments = element_flag(element_at(element, i), "Bool", true);
	if (rest.data == NULL)
		return;
	type = csdl_type(csdl, first);
	property = csdl_property(type, rest);
	child = bytes_equal(csdl_qualified(csdl, first), csdl->name) ? csdl_look(&csdl->children, rest)
								     : NULL;
	if (child != NULL)
		annotate_capabilities(csdl, element, child);
	if (property != NULL)
		csdl_property_annotate(reader, element, (struct csdl_property *)(uintptr_t)property);
}
