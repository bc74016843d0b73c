#include "rules/finding.h"

#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "rules/words.h"

bool findings_init(struct findings *findings, struct arena *arena)
{
	*findings = (struct findings){.arena = arena};
	return true;
}

/* Most exchanges have none: room is taken with the first. */
struct finding *findings_add(struct findings *findings, const char *id)
{
	const struct catalogue_entry *kind = catalogue_find(bytes_of(id));
	struct finding *finding;

	CHECK(kind != NULL);
	if (findings->list == NULL)
		findings->list = arena_alloc(findings->arena, LIMIT_FINDINGS * sizeof(*findings->list));
	if (findings->list == NULL || findings->count == LIMIT_FINDINGS) {
		findings->left_out++;
		return NULL;
	}
	finding = &findings->list[findings->count++];
	*finding = (struct finding){.kind = kind, .severity = kind->severity, .match_count = 1};
	return finding;
}

static bool is_index(struct bytes part)
{
	for (size_t i = 0; i < part.len; i++) {
		if (!ascii_is_digit(part.data[i]))
			return false;
	}
	return part.len > 0;
}

struct bytes pointer_fold(struct bytes pointer, struct arena *arena)
{
	size_t len = 0;
	bool is_changed = false;
	char *out = arena_alloc(arena, pointer.len + 1);

	if (out == NULL)
		return pointer;
	for (struct bytes rest = pointer; rest.data != NULL;) {
		struct bytes part = bytes_split(&rest, '/');

		if (is_index(part)) {
			part = BYTES("-");
			is_changed = true;
		}
		if (part.len > 0)
			memcpy(out + len, part.data, part.len);
		len += part.len;
		if (rest.data != NULL)
			out[len++] = '/';
	}
	return is_changed ? (struct bytes){.data = out, .len = len} : pointer;
}

static bool is_same(const struct finding *a, struct bytes folded_a, const struct finding *b,
		    struct bytes folded_b)
{
	return a->kind == b->kind && a->has_location == b->has_location && a->side == b->side &&
	       a->part == b->part && bytes_equal(a->name, b->name) && bytes_equal(folded_a, folded_b) &&
	       bytes_equal(a->class_id, b->class_id);
}

static void merge(struct finding *into, const struct finding *repeat)
{
	if (__builtin_add_overflow(into->match_count, repeat->match_count, &into->match_count))
		into->match_count = UINT32_MAX;
	if (repeat->severity > into->severity) {
		into->severity = repeat->severity;
		into->modifiers = repeat->modifiers;
	}
}

void findings_settle(struct findings *findings)
{
	struct bytes *folded =
		findings->count == 0 ? NULL : arena_alloc(findings->arena, findings->count * sizeof(*folded));
	size_t kept = 0;

	for (size_t i = 0; i < findings->count; i++) {
		struct finding *finding = &findings->list[i];
		size_t first = 0;

		finding->name = words_name(finding->name);
		finding->pointer = words_path(finding->pointer, findings->arena);
		if (folded == NULL) {
			kept++;
			continue;
		}
		folded[kept] = pointer_fold(finding->pointer, findings->arena);
		while (first < kept && !is_same(&findings->list[first], folded[first], finding, folded[kept]))
			first++;
		if (first < kept)
			merge(&findings->list[first], finding);
		else
			findings->list[kept++] = *finding;
	}
	findings->count = kept;
}
