#include "sensor/knowledge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_yaml(struct bytes name)
{
	return bytes_ends_nocase(name, BYTES(".yaml")) || bytes_ends_nocase(name, BYTES(".yml"));
}

static enum status load_packs(const struct knowledge_plan *plan, struct packs *packs,
			      struct problems *problems)
{
	enum status status = packs_init(packs, problems);
	struct folder folder;

	if (status != STATUS_OK || plan->pack_folder_count == 0)
		return status;
	status = folder_open(&folder, plan->pack_folders, plan->pack_folder_count, false, problems);
	for (size_t i = 0; status == STATUS_OK && i < folder.name_count; i++) {
		struct bytes text;

		if (!is_yaml(bytes_of(folder.names[i])))
			continue;
		status = folder.files.read(&folder, folder.names[i], &text);
		if (status == STATUS_OK)
			status = packs_add(packs, text, folder.names[i], problems);
	}
	folder_close(&folder);
	return status;
}

static enum status load_contract(const struct knowledge_plan *plan, struct contract **out_contract,
				 struct problems *problems)
{
	struct folder folder;
	enum status status = folder_open(&folder, plan->contract_folders, plan->contract_folder_count,
					 plan->is_folder_optional, problems);

	if (status != STATUS_OK)
		return status;
	status = folder_apply(&folder, plan->patches, plan->patch_count);
	if (status == STATUS_OK)
		status = contract_load(&folder.files, problems, out_contract);
	folder_close(&folder);
	return status;
}

enum status knowledge_load(const struct knowledge_plan *plan, struct problems *problems,
			   struct knowledge **out_knowledge)
{
	struct knowledge *knowledge = calloc(1, sizeof(*knowledge));
	enum status status;

	if (knowledge == NULL)
		return STATUS_NO_MEMORY;
	knowledge->key = plan->key;
	status = load_packs(plan, &knowledge->packs, problems);
	if (status == STATUS_OK)
		status = pattern_set_new(&knowledge->packs, problems, &knowledge->patterns);
	if (status == STATUS_OK)
		status = load_contract(plan, &knowledge->contract, problems);
	if (status != STATUS_OK) {
		knowledge_free(knowledge);
		return status;
	}
	*out_knowledge = knowledge;
	return STATUS_OK;
}

void knowledge_free(struct knowledge *knowledge)
{
	if (knowledge == NULL)
		return;
	contract_free(knowledge->contract);
	pattern_set_free(knowledge->patterns);
	packs_finish(&knowledge->packs);
	explicit_bzero(&knowledge->key, sizeof(knowledge->key));
	free(knowledge);
}

void knowledge_shelf_init(struct knowledge_shelf *shelf, struct knowledge *knowledge, size_t readers)
{
	*shelf = (struct knowledge_shelf){.reader_count = readers};
	atomic_store(&shelf->current, knowledge);
	for (size_t i = 0; i < readers; i++)
		atomic_store(&shelf->held[i], knowledge);
}

/*
 * A reader says what it is about to read and looks again: when it is still current, the writer, who replaces
 * first and looks at what is held second, must see it. What a reader has said stays until it says another.
 */
const struct knowledge *knowledge_current(struct knowledge_shelf *shelf, size_t reader)
{
	struct knowledge *held = atomic_load_explicit(&shelf->held[reader], memory_order_relaxed);
	struct knowledge *current = atomic_load_explicit(&shelf->current, memory_order_acquire);

	while (held != current) {
		atomic_store(&shelf->held[reader], current);
		held = current;
		current = atomic_load(&shelf->current);
	}
	return held;
}

void knowledge_leave(struct knowledge_shelf *shelf, size_t reader)
{
	atomic_store_explicit(&shelf->held[reader], NULL, memory_order_release);
}

static bool is_held(struct knowledge_shelf *shelf, const struct knowledge *knowledge)
{
	for (size_t i = 0; i < shelf->reader_count; i++)
		if (atomic_load(&shelf->held[i]) == knowledge)
			return true;
	return false;
}

void knowledge_sweep(struct knowledge_shelf *shelf)
{
	size_t kept = 0;

	for (size_t i = 0; i < shelf->retired_count; i++)
		if (is_held(shelf, shelf->retired[i]))
			shelf->retired[kept++] = shelf->retired[i];
		else
			knowledge_free(shelf->retired[i]);
	shelf->retired_count = kept;
}

bool knowledge_swap(struct knowledge_shelf *shelf, struct knowledge *knowledge)
{
	knowledge_sweep(shelf);
	if (shelf->retired_count == KNOWLEDGE_RETIRED_MAX)
		return false;
	shelf->retired[shelf->retired_count++] = atomic_exchange(&shelf->current, knowledge);
	knowledge_sweep(shelf);
	return true;
}

void knowledge_shelf_finish(struct knowledge_shelf *shelf)
{
	for (size_t i = 0; i < shelf->retired_count; i++)
		knowledge_free(shelf->retired[i]);
	shelf->retired_count = 0;
	knowledge_free(atomic_exchange(&shelf->current, NULL));
}
