#include "sensor/knowledge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static bool is_yaml(struct bytes name)
{
	return bytes_ends_nocase(name, BYTES(".yaml")) || bytes_ends_nocase(name, BYTES(".yml"));
}

/* Name and bytes of each pack. */
static uint64_t digest_packs(struct folder *folder)
{
	uint64_t digest = XXH3_64bits("packs", 5);

	for (size_t i = 0; i < folder->name_count; i++) {
		struct bytes text = BYTES_NONE, name = bytes_of(folder->names[i]);

		if (!is_yaml(name))
			continue;
		digest = XXH3_64bits_withSeed(name.data, name.len, digest);
		if (folder->files.read(folder, folder->names[i], &text) == STATUS_OK)
			digest = XXH3_64bits_withSeed(text.data, text.len, digest);
	}
	return digest;
}

static enum status read_packs(struct folder *folder, struct packs *packs, struct problems *problems)
{
	enum status status = packs_init(packs, problems);

	for (size_t i = 0; status == STATUS_OK && i < folder->name_count; i++) {
		struct bytes text;

		if (!is_yaml(bytes_of(folder->names[i])))
			continue;
		status = folder->files.read(folder, folder->names[i], &text);
		if (status == STATUS_OK)
			status = packs_add(packs, text, folder->names[i], problems);
	}
	return status;
}

static void classes_release(struct classes *classes)
{
	if (classes == NULL || --classes->references > 0)
		return;
	pattern_set_free(classes->patterns);
	packs_finish(&classes->packs);
	free(classes);
}

static enum status classes_of(struct folder *folder, uint64_t digest, struct classes **out_classes,
			      struct problems *problems)
{
	struct classes *classes = calloc(1, sizeof(*classes));
	enum status status;

	if (classes == NULL)
		return STATUS_NO_MEMORY;
	classes->references = 1;
	classes->digest = digest;
	status = read_packs(folder, &classes->packs, problems);
	if (status == STATUS_OK)
		status = pattern_set_new(&classes->packs, problems, &classes->patterns);
	if (status == STATUS_OK)
		*out_classes = classes;
	else
		classes_release(classes);
	return status;
}

static enum status load_classes(const struct knowledge_plan *plan, struct classes **out_classes,
				struct problems *problems)
{
	size_t before = problems->count;
	struct folder folder = {0};
	enum status status = STATUS_OK;
	uint64_t digest;

	if (plan->pack_folder_count > 0)
		status = folder_open(&folder, plan->pack_folders, plan->pack_folder_count, false, problems);
	if (status != STATUS_OK)
		return status;
	digest = digest_packs(&folder);
	if (plan->previous != NULL && plan->previous->classes != NULL &&
	    plan->previous->classes->digest == digest) {
		*out_classes = plan->previous->classes;
		(*out_classes)->references++;
	} else {
		status = classes_of(&folder, digest, out_classes, problems);
		if (status == STATUS_OK && problems->count > before)
			(*out_classes)->digest =
				0; /* looked at again next time: its problems are told again */
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

/* A list that cannot be read is left out: the others still tell something. */
static enum status load_anonymizers(const struct knowledge_plan *plan, struct network_set *set,
				    struct problems *problems)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && i < plan->anonymizer_file_count; i++) {
		const char *name = plan->anonymizer_files[i];
		char *data = NULL;
		size_t len = 0;

		if (file_read(name, &data, &len) != STATUS_OK)
			problems_add(problems, PROBLEM_ERROR, "sensor.config_error",
				     (struct place){.file = name}, "name a readable file under anonymizers",
				     "cannot read the list");
		else
			status = network_set_read(set, (struct bytes){.data = data, .len = len}, name,
						  problems);
		free(data);
	}
	network_set_close(set);
	return status;
}

static enum status load_surroundings(const struct knowledge_plan *plan, struct knowledge *knowledge,
				     struct problems *problems)
{
	enum status status;

	knowledge->surroundings = plan->surroundings;
	status = load_anonymizers(plan, &knowledge->surroundings.anonymizers, problems);
	return status != STATUS_OK ? status : geo_open(&plan->geo, problems, &knowledge->geo);
}

enum status knowledge_load(const struct knowledge_plan *plan, struct problems *problems,
			   struct knowledge **out_knowledge)
{
	struct knowledge *knowledge = calloc(1, sizeof(*knowledge));
	enum status status;

	if (knowledge == NULL)
		return STATUS_NO_MEMORY;
	knowledge->number = plan->previous == NULL ? 1 : plan->previous->number + 1;
	knowledge->key = plan->key;
	fingerprint_key_prepare(&knowledge->key);
	knowledge->options = plan->options;
	knowledge->hides_clients = plan->hides_clients;
	knowledge->hides_users = plan->hides_users;
	status = load_classes(plan, &knowledge->classes, problems);
	if (status == STATUS_OK)
		status = load_contract(plan, &knowledge->contract, problems);
	if (status == STATUS_OK)
		status = load_surroundings(plan, knowledge, problems);
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
	classes_release(knowledge->classes);
	network_set_finish(&knowledge->surroundings.anonymizers);
	geo_close(knowledge->geo);
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
