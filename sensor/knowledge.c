#include "sensor/knowledge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sensor/folder.h"

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
 * A reader moves from what it holds to what is current, and says so. The writer
 * frees the old one only when nobody says that it holds it: a reader that has
 * loaded the new pointer but not yet said so still says the old one.
 */
const struct knowledge *knowledge_current(struct knowledge_shelf *shelf, size_t reader)
{
	struct knowledge *current = atomic_load_explicit(&shelf->current, memory_order_acquire);

	if (atomic_load_explicit(&shelf->held[reader], memory_order_relaxed) != current)
		atomic_store_explicit(&shelf->held[reader], current, memory_order_release);
	return current;
}

void knowledge_leave(struct knowledge_shelf *shelf, size_t reader)
{
	atomic_store_explicit(&shelf->held[reader], NULL, memory_order_release);
}

static bool is_held(struct knowledge_shelf *shelf, const struct knowledge *knowledge)
{
	for (size_t i = 0; i < shelf->reader_count; i++)
		if (atomic_load_explicit(&shelf->held[i], memory_order_acquire) == knowledge)
			return true;
	return false;
}

struct knowledge *knowledge_swap(struct knowledge_shelf *shelf, struct knowledge *knowledge)
{
	struct knowledge *old = atomic_exchange(&shelf->current, knowledge);

	for (int i = 0; i < 5000 && is_held(shelf, old); i++)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	return is_held(shelf, old) ? NULL : old;
}
