#include "sensor/loader.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sensor/log.h"

/* Workers look at the shelf at every tick, ten times a second: so long they are waited for. */
#define WAIT_TURNS_MAX 5000
#define WAIT_NS        1000000

void loader_init(struct loader *loader, const struct knowledge_plan *plan, struct knowledge_shelf *shelf)
{
	*loader = (struct loader){.plan = *plan, .shelf = shelf};
	pthread_mutex_init(&loader->lock, NULL);
}

void loader_finish(struct loader *loader)
{
	pthread_mutex_destroy(&loader->lock);
}

enum status loader_start(struct loader *loader, size_t readers)
{
	struct knowledge *knowledge = NULL;
	struct problems problems;
	enum status status;

	problems_init(&problems);
	status = knowledge_load(&loader->plan, &problems, &knowledge);
	log_problems(&problems, false);
	loader->error_count = problems.error_count;
	problems_finish(&problems);
	if (status == STATUS_OK)
		knowledge_shelf_init(loader->shelf, knowledge, readers);
	return status;
}

static bool put_up(struct loader *loader, struct knowledge *fresh)
{
	bool is_up = knowledge_swap(loader->shelf, fresh);

	for (int i = 0; !is_up && i < WAIT_TURNS_MAX; i++) {
		nanosleep(&(struct timespec){.tv_nsec = WAIT_NS}, NULL);
		is_up = knowledge_swap(loader->shelf, fresh);
	}
	loader->loads += is_up;
	return is_up;
}

static void tell(struct loader *loader, bool is_good, const struct problems *problems)
{
	char words[1024] = "";

	for (size_t i = 0; !is_good && i < problems->count; i++) {
		const struct problem *problem = &problems->list[i];

		if (problem->level != PROBLEM_ERROR)
			continue;
		snprintf(words, sizeof(words), "%s:%u:%u: %s",
			 problem->place.file == NULL ? "" : problem->place.file, problem->place.line,
			 problem->place.column, problem->what);
		break;
	}
	if (loader->tell != NULL)
		loader->tell(loader->context, is_good, words);
}

bool loader_reload(struct loader *loader)
{
	struct knowledge_plan plan;
	struct knowledge *fresh = NULL;
	struct problems problems;
	bool is_good = false;
	enum status status;

	problems_init(&problems);
	pthread_mutex_lock(&loader->lock);
	plan = loader->plan;
	plan.previous = atomic_load(&loader->shelf->current);
	status = knowledge_load(&plan, &problems, &fresh);
	log_problems(&problems, false);
	if (status == STATUS_OK && problems.error_count == 0)
		is_good = put_up(loader, fresh);
	if (is_good)
		loader->error_count = 0;
	else
		knowledge_free(fresh);
	pthread_mutex_unlock(&loader->lock);
	if (is_good)
		log_line("contracts and packs loaded again");
	else
		log_line("contracts and packs stay as they were: mend the %s and send SIGHUP again",
			 problems.error_count > 0 ? "problems above" : status_text(status));
	tell(loader, is_good, &problems);
	problems_finish(&problems);
	return is_good;
}

/* Is something wrong with the upload itself, or more wrong than before? */
static bool is_worse(const struct loader *loader, const struct loader_upload *upload,
		     const struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		const char *file = problems->list[i].place.file;

		if (problems->list[i].level == PROBLEM_ERROR && file != NULL &&
		    strcmp(file, upload->patches[0].name) == 0)
			return true;
	}
	return problems->error_count > loader->error_count;
}

enum status loader_upload(struct loader *loader, const struct loader_upload *upload,
			  struct problems *problems)
{
	struct knowledge_plan plan;
	struct knowledge *fresh = NULL;
	enum status status;

	pthread_mutex_lock(&loader->lock);
	plan = loader->plan;
	plan.previous = atomic_load(&loader->shelf->current);
	plan.patches = upload->patches;
	plan.patch_count = upload->patch_count;
	status = knowledge_load(&plan, problems, &fresh);
	if (status == STATUS_OK && upload->judge != NULL)
		upload->judge(upload->context, fresh->contract, problems);
	if (status == STATUS_OK && is_worse(loader, upload, problems))
		status = STATUS_INVALID;
	if (status == STATUS_OK && !upload->store(upload->context))
		status = STATUS_IO;
	if (status == STATUS_OK) {
		loader->error_count = problems->error_count;
		status = put_up(loader, fresh) ? STATUS_OK : STATUS_LIMIT;
	}
	if (status != STATUS_OK)
		knowledge_free(fresh);
	pthread_mutex_unlock(&loader->lock);
	if (status == STATUS_OK)
		tell(loader, true, problems);
	return status;
}

const struct knowledge *loader_borrow(struct loader *loader)
{
	pthread_mutex_lock(&loader->lock);
	return atomic_load(&loader->shelf->current);
}

void loader_give_back(struct loader *loader)
{
	pthread_mutex_unlock(&loader->lock);
}

void loader_sweep(struct loader *loader)
{
	pthread_mutex_lock(&loader->lock);
	knowledge_sweep(loader->shelf);
	pthread_mutex_unlock(&loader->lock);
}
