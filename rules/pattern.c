#include "rules/pattern.h"

#include <hs/hs.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "rules/pattern_size.h"
#include "rules/places.h"

#define FLAGS       (HS_FLAG_MULTILINE)
#define FLAGS_EXACT (HS_FLAG_MULTILINE | HS_FLAG_SOM_LEFTMOST)

/* Hyperscan keeps track of starts in small patterns only: the others are found by their ends, and each
 * possible start is tried. */
struct compiled {
	hs_database_t *find;  /* with starts, if has_start */
	hs_database_t *cover; /* begins where the text begins; only without has_start */
	bool has_start;
	size_t len_max; /* of a match; LIMIT_PATTERN_TEXT at most */
};

/* Most forms are never needed: each is compiled when it first is, by whichever thread comes first. */
struct form {
	_Atomic(struct compiled *) compiled;
	bool is_used;   /* the class has this form */
	size_t len_min; /* of a match, at least */
};

struct pattern_set {
	const struct packs *packs;
	size_t free_len_min, bound_len_min;
	struct form *forms; /* and one more: all free forms at once, without starts */
	size_t form_count;
};

struct pattern_scratch {
	hs_scratch_t *all, *exact, *again; /* three: each scan may run inside a callback of the one before */
	bool *is_ready; /* per form: exact and again are large enough for it; of the last one, all is */
};

static bool is_too_large(struct bytes pattern, char *reason, size_t reason_size)
{
	size_t repeat_max, size = pattern_size(pattern, &repeat_max);

	if (pattern.len > LIMIT_PATTERN_TEXT)
		snprintf(reason, reason_size, "write it in at most %d bytes", LIMIT_PATTERN_TEXT);
	else if (memchr(pattern.data, '\0', pattern.len) != NULL)
		snprintf(reason, reason_size, "take out the NUL byte, or write it as \\x00");
	else if (repeat_max > LIMIT_PATTERN_REPEAT)
		snprintf(reason, reason_size,
			 "it would compile too slowly: repeat at most %d times, or use * or +",
			 LIMIT_PATTERN_REPEAT);
	else if (size > LIMIT_PATTERN_UNROLLED)
		snprintf(reason, reason_size,
			 "it would compile too slowly: its repeats written out are %zu places, at most %d "
			 "are possible",
			 size, LIMIT_PATTERN_UNROLLED);
	else
		return false;
	return true;
}

struct lengths {
	size_t min, max;
};

static struct lengths lengths_read(const char *pattern)
{
	struct lengths lengths = {0, LIMIT_PATTERN_TEXT};
	hs_compile_error_t *error = NULL;
	hs_expr_info_t *info = NULL;

	if (hs_expression_info(pattern, FLAGS, &info, &error) == HS_SUCCESS) {
		lengths.min = info->min_width;
		if (info->max_width < lengths.max)
			lengths.max = info->max_width;
	}
	free(info);
	hs_free_compile_error(error);
	return lengths;
}

/* NULL with Hyperscan's own reason. */
static hs_database_t *compile(const char *pattern, unsigned flags, char *reason, size_t reason_size)
{
	hs_compile_error_t *error = NULL;
	hs_database_t *database = NULL;
	size_t size = 0;

	if (hs_compile(pattern, flags, HS_MODE_BLOCK, NULL, &database, &error) != HS_SUCCESS) {
		snprintf(reason, reason_size, "Hyperscan says: %s",
			 error == NULL ? "no memory" : error->message);
		hs_free_compile_error(error);
		return NULL;
	}
	if (hs_database_size(database, &size) == HS_SUCCESS && size <= LIMIT_PATTERN_COMPILE_BYTES)
		return database;
	snprintf(reason, reason_size, "it needs %zu bytes compiled: make it simpler", size);
	hs_free_database(database);
	return NULL;
}

static void compiled_free(struct compiled *compiled)
{
	if (compiled == NULL)
		return;
	hs_free_database(compiled->find);
	hs_free_database(compiled->cover);
	free(compiled);
}

/* The pattern alone; NULL with the reason. */
static struct compiled *compiled_new(struct bytes pattern, char *reason, size_t reason_size)
{
	char anchored[LIMIT_PATTERN_TEXT + 16];
	struct compiled *compiled = calloc(1, sizeof(*compiled));

	if (compiled == NULL) {
		snprintf(reason, reason_size, "no memory");
		return NULL;
	}
	compiled->has_start = true;
	compiled->len_max = lengths_read(pattern.data).max;
	compiled->find = compile(pattern.data, FLAGS_EXACT, reason, reason_size);
	if (compiled->find != NULL)
		return compiled;
	compiled->has_start = false;
	compiled->find = compile(pattern.data, FLAGS, reason, reason_size);
	snprintf(anchored, sizeof(anchored), "\\A(?:%s)", pattern.data);
	if (compiled->find != NULL)
		compiled->cover = compile(anchored, FLAGS, reason, reason_size);
	if (compiled->cover != NULL)
		return compiled;
	compiled_free(compiled);
	return NULL;
}

/* Hyperscan refuses most of what matches a text without a byte, but for anchors that stand alone. */
static bool is_vacuous(struct bytes pattern, char *reason, size_t reason_size)
{
	if (lengths_read(pattern.data).min > 0)
		return false;
	snprintf(reason, reason_size,
		 "it matches where there is nothing: a match has at least one character");
	return true;
}

bool pattern_is_usable(struct bytes pattern, char *reason, size_t reason_size)
{
	struct compiled *compiled;

	if (hs_valid_platform() != HS_SUCCESS) {
		snprintf(reason, reason_size, "this processor lacks SSSE3, which Hyperscan needs");
		return false;
	}
	if (is_too_large(pattern, reason, reason_size))
		return false;
	compiled = compiled_new(pattern, reason, reason_size);
	compiled_free(compiled);
	return compiled != NULL && !is_vacuous(pattern, reason, reason_size);
}

static bool is_bound(const struct pattern_set *set, size_t form)
{
	return form % 2 == 1 || set->packs->classes[form / 2].is_context_required;
}

size_t pattern_bound_len_min(const struct pattern_set *set)
{
	return set->bound_len_min;
}

static struct bytes pattern_of(const struct pattern_set *set, size_t form)
{
	const struct data_class *class = &set->packs->classes[form / 2];

	return form % 2 == 0 ? class->pattern : class->context_pattern;
}

/* Told from the places where they can be read: Hyperscan takes a hundred times as long to say it. */
static size_t len_min_of(struct bytes pattern, struct places *places)
{
	return places_read(pattern, places) ? places_len_min(places) : lengths_read(pattern.data).min;
}

static void forms_measure(struct pattern_set *set, struct places *places)
{
	set->free_len_min = set->bound_len_min = SIZE_MAX;
	for (size_t form = 0; form < set->form_count; form++) {
		size_t *len_min = is_bound(set, form) ? &set->bound_len_min : &set->free_len_min;
		struct bytes pattern = pattern_of(set, form);

		set->forms[form].is_used = pattern.len > 0;
		if (pattern.len == 0)
			continue;
		set->forms[form].len_min = len_min_of(pattern, places);
		if (set->forms[form].len_min < *len_min)
			*len_min = set->forms[form].len_min;
	}
}

/* What hs_compile_multi is given. */
struct batch {
	const char **texts;
	unsigned *forms, *flags, count;
};

/* All free forms in one; without any there is nothing to find. */
static bool free_compile(const struct pattern_set *set, struct batch *batch, struct compiled *compiled)
{
	hs_compile_error_t *error = NULL;
	hs_error_t result;

	for (size_t form = 0; form < set->form_count; form++) {
		if (!set->forms[form].is_used || is_bound(set, form))
			continue;
		batch->texts[batch->count] = pattern_of(set, form).data;
		batch->flags[batch->count] = FLAGS;
		batch->forms[batch->count++] = (unsigned)form;
	}
	if (batch->count == 0)
		return true;
	result = hs_compile_multi(batch->texts, batch->flags, batch->forms, batch->count, HS_MODE_BLOCK, NULL,
				  &compiled->find, &error);
	hs_free_compile_error(error);
	return result == HS_SUCCESS;
}

static struct compiled *free_new(const struct pattern_set *set)
{
	struct batch batch = {.texts = calloc(set->form_count + 1, sizeof(*batch.texts)),
			      .forms = calloc(set->form_count + 1, sizeof(*batch.forms)),
			      .flags = calloc(set->form_count + 1, sizeof(*batch.flags))};
	struct compiled *compiled = calloc(1, sizeof(*compiled));

	if (batch.texts == NULL || batch.forms == NULL || batch.flags == NULL || compiled == NULL ||
	    !free_compile(set, &batch, compiled)) {
		compiled_free(compiled);
		compiled = NULL;
	}
	free(batch.texts);
	free(batch.forms);
	free(batch.flags);
	return compiled;
}

enum status pattern_set_new(const struct packs *packs, struct problems *problems,
			    struct pattern_set **out_set)
{
	struct pattern_set *set;
	struct places *places;

	if (hs_valid_platform() != HS_SUCCESS) {
		problems_add(problems, PROBLEM_ERROR, "pack.invalid", (struct place){0},
			     "run on a processor with SSSE3",
			     "this processor lacks SSSE3, which the pattern engine needs");
		return STATUS_INVALID;
	}
	set = calloc(1, sizeof(*set));
	if (set == NULL)
		return STATUS_NO_MEMORY;
	set->packs = packs;
	set->form_count = packs->count * 2;
	set->forms = calloc(set->form_count + 1, sizeof(*set->forms));
	places = calloc(1, sizeof(*places));
	if (set->forms == NULL || places == NULL) {
		free(places);
		free(set->forms);
		free(set);
		return STATUS_NO_MEMORY;
	}
	forms_measure(set, places);
	free(places);
	*out_set = set;
	return STATUS_OK;
}

void pattern_set_free(struct pattern_set *set)
{
	if (set == NULL)
		return;
	for (size_t i = 0; i <= set->form_count; i++)
		compiled_free(atomic_load_explicit(&set->forms[i].compiled, memory_order_relaxed));
	free(set->forms);
	free(set);
}

const struct packs *pattern_set_packs(const struct pattern_set *set)
{
	return set->packs;
}

size_t pattern_set_len_min(const struct pattern_set *set)
{
	return set->free_len_min < set->bound_len_min ? set->free_len_min : set->bound_len_min;
}

size_t pattern_form_len_min(const struct pattern_set *set, size_t form)
{
	return !set->forms[form].is_used ? SIZE_MAX : set->forms[form].len_min;
}

struct pattern_scratch *pattern_scratch_new(const struct pattern_set *set)
{
	struct pattern_scratch *scratch = calloc(1, sizeof(*scratch));

	if (scratch == NULL)
		return NULL;
	scratch->is_ready = calloc(set->form_count + 1, sizeof(*scratch->is_ready));
	if (scratch->is_ready != NULL)
		return scratch;
	pattern_scratch_free(scratch);
	return NULL;
}

void pattern_scratch_free(struct pattern_scratch *scratch)
{
	if (scratch == NULL)
		return;
	hs_free_scratch(scratch->all);
	hs_free_scratch(scratch->exact);
	hs_free_scratch(scratch->again);
	free(scratch->is_ready);
	free(scratch);
}

/* Compiled now if it never was; of two threads that do so at once the first one's is kept. */
static const struct compiled *compiled_of(const struct pattern_set *set, size_t form)
{
	struct compiled *compiled = atomic_load_explicit(&set->forms[form].compiled, memory_order_acquire);
	struct compiled *fresh, *none = NULL;
	char reason[256];

	if (compiled != NULL)
		return compiled;
	/* Each was tried when its pack was loaded: only memory can be wanting. All at once may be too much.
	 */
	fresh = form == set->form_count ? free_new(set)
					: compiled_new(pattern_of(set, form), reason, sizeof(reason));
	if (fresh == NULL)
		return NULL;
	if (atomic_compare_exchange_strong_explicit(&set->forms[form].compiled, &none, fresh,
						    memory_order_acq_rel, memory_order_acquire))
		return fresh;
	compiled_free(fresh);
	return none;
}

static bool scratch_grow(const hs_database_t *database, struct pattern_scratch *scratch)
{
	return database == NULL || (hs_alloc_scratch(database, &scratch->exact) == HS_SUCCESS &&
				    hs_alloc_scratch(database, &scratch->again) == HS_SUCCESS);
}

static const struct compiled *compiled_ready(const struct pattern_set *set, struct pattern_scratch *scratch,
					     size_t form)
{
	const struct compiled *compiled = compiled_of(set, form);

	if (compiled == NULL || scratch->is_ready[form])
		return compiled;
	if (!scratch_grow(compiled->find, scratch) || !scratch_grow(compiled->cover, scratch))
		return NULL;
	scratch->is_ready[form] = true;
	return compiled;
}

size_t pattern_form_len_max(const struct pattern_set *set, size_t form)
{
	const struct compiled *compiled = compiled_of(set, form);

	return compiled == NULL ? LIMIT_PATTERN_TEXT : compiled->len_max;
}

struct listener {
	pattern_seen *seen;
	void *context;
	size_t form;
	bool is_one; /* `form` is it; otherwise Hyperscan's id */
	bool has_start;
};

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
		    void *context)
{
	const struct listener *listener = context;
	size_t form = listener->is_one ? listener->form : id;
	size_t start = listener->has_start ? (size_t)from : PATTERN_START_UNKNOWN;

	(void)flags;
	return listener->seen(listener->context, form, start, (size_t)to) ? 0 : 1;
}

static void find(const hs_database_t *database, hs_scratch_t *scratch, struct bytes text,
		 struct listener *listener)
{
	if (database == NULL || text.len == 0 || text.len > UINT32_MAX)
		return;
	/* HS_SCAN_TERMINATED is `seen` saying stop; nothing else can fail here. */
	(void)hs_scan(database, text.data, (unsigned)text.len, 0, scratch, on_match, listener);
}

bool pattern_find_ends(const struct pattern_set *set, struct pattern_scratch *scratch, struct bytes text,
		       pattern_seen *seen, void *context)
{
	size_t all = set->form_count;
	const struct compiled *compiled = compiled_of(set, all);

	if (compiled == NULL)
		return false;
	if (compiled->find != NULL && !scratch->is_ready[all] &&
	    hs_alloc_scratch(compiled->find, &scratch->all) != HS_SUCCESS)
		return false;
	scratch->is_ready[all] = true;
	find(compiled->find, scratch->all, text, &(struct listener){.seen = seen, .context = context});
	return true;
}

bool pattern_find(const struct pattern_set *set, struct pattern_scratch *scratch, size_t form,
		  struct bytes text, pattern_seen *seen, void *context)
{
	const struct compiled *compiled = compiled_ready(set, scratch, form);

	if (compiled == NULL)
		return false;
	find(compiled->find, scratch->exact, text,
	     &(struct listener){.seen = seen,
				.context = context,
				.form = form,
				.is_one = true,
				.has_start = compiled->has_start});
	return true;
}

struct cover {
	size_t len;
	bool is_whole;
};

static bool on_cover(void *context, size_t form, size_t from, size_t to)
{
	struct cover *cover = context;

	(void)form;
	cover->is_whole = (from == 0 || from == PATTERN_START_UNKNOWN) && to == cover->len;
	return !cover->is_whole;
}

bool pattern_covers(const struct pattern_set *set, struct pattern_scratch *scratch, size_t form,
		    struct bytes text)
{
	const struct compiled *compiled = compiled_ready(set, scratch, form);
	struct cover cover = {.len = text.len};

	if (compiled == NULL)
		return false;
	find(compiled->has_start ? compiled->find : compiled->cover, scratch->again, text,
	     &(struct listener){.seen = on_cover,
				.context = &cover,
				.form = form,
				.is_one = true,
				.has_start = compiled->has_start});
	return cover.is_whole;
}
