#include "rules/evidence.h"
#include "rules/resource/resource.h"

/* The rows of a list: the body itself, or the largest array right below it ("items", "value", "data"). */
static uint64_t rows_of(const struct body_reading *reading)
{
	yyjson_val *key, *item;
	size_t index, max;
	uint64_t rows = 0;

	if (reading->kind != BODY_JSON)
		return 0;
	if (yyjson_is_arr(reading->json))
		return yyjson_arr_size(reading->json);
	yyjson_obj_foreach(reading->json, index, max, key, item)
	{
		if (yyjson_arr_size(item) > rows)
			rows = yyjson_arr_size(item);
	}
	return rows;
}

static struct finding *tell(enum side side, enum part part, struct bytes name, uint64_t most, uint64_t seen,
			    struct findings *out)
{
	struct finding *finding = findings_add(out, "resource.pagination_excess");

	if (finding == NULL)
		return NULL;
	finding_locate(finding, side, part, name);
	finding->expected = arena_printf(out->arena, "pages of at most %llu rows", (unsigned long long)most);
	finding->observed = arena_printf(out->arena, "%llu rows", (unsigned long long)seen);
	return finding;
}

void resource_page(const struct evidence *evidence, struct findings *out)
{
	static const struct bytes names[] = {
		BYTES_INIT("limit"),    BYTES_INIT("page_size"), BYTES_INIT("pagesize"),
		BYTES_INIT("per_page"), BYTES_INIT("perpage"),   BYTES_INIT("size"),
		BYTES_INIT("top"),      BYTES_INIT("$top"),      BYTES_INIT("page[size]"),
		BYTES_INIT("first"),    BYTES_INIT("maxresults")};
	const uint64_t most = resources_of(evidence->partner)->page_rows;
	struct form_field *fields;
	uint64_t rows;
	size_t count;

	if (!evidence_is_accepted(evidence))
		return;
	rows = rows_of(evidence->response);
	if (rows > most)
		tell(SIDE_RESPONSE, PART_BODY, BYTES_NONE, most, rows, out);
	if (!evidence->exchange->has_query)
		return;
	fields = form_read(evidence->exchange->query, out->arena, &count);
	for (size_t i = 0; fields != NULL && i < count; i++)
		for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++)
			if (bytes_equal_nocase(fields[i].name, names[j]) &&
			    bytes_to_u64(fields[i].value, &rows) && rows > most)
				tell(SIDE_REQUEST, PART_QUERY, fields[i].name, most, rows, out);
}
