#include "sensor/engine.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "parsers/base/limits.h"
#include "sensor/admin/admin.h"
#include "sensor/board.h"
#include "sensor/collector.h"
#include "sensor/feeder.h"
#include "sensor/heap.h"
#include "sensor/key_file.h"
#include "sensor/loader.h"
#include "sensor/log.h"
#include "sensor/outputs.h"
#include "sensor/privileges.h"
#include "sensor/risk_file.h"
#include "sensor/state_dir.h"
#include "sensor/version.h"
#include "sensor/watch.h"
#include "sensor/worker.h"

#define PROGRESS_EVERY_NS (SECONDS / 5)
#define SIGNAL_LOOK_NS    (SECONDS / 10)

struct engine {
	const struct settings *settings;
	bool is_live;
	char site[256];
	uint64_t seed;
	struct knowledge_shelf shelf;
	struct risk_policy *policy;
	struct collector_loads loads;
	struct loader loader;
	struct board board;
	struct admin *admin; /* NULL: not wanted */
	struct outputs outputs;
	struct state *state; /* NULL: nothing is remembered */

	struct source *sources[SETTINGS_LIST_MAX];
	size_t source_count;
	struct feeder *feeders;
	size_t feeder_count;
	struct worker *workers;
	size_t worker_count;
	struct ring *inbound; /* feeder-major: [feeder * worker_count + worker] */
	struct ring **inbound_of_worker;
	struct ring *outbound;
	struct freight *freights; /* by worker: what its records take on their way */
	_Atomic unsigned sheds;   /* how often workers were to free what is spare */
	struct collector collector;

	pthread_t signals;
	bool has_signals;
	_Atomic bool is_over;
	bool had_trouble;
};

/* -- knowledge -------------------------------------------------------------- */

/* Whoever loaded them: the security team hears of it, and what lies in the folder becomes a version. */
static void loaded(void *context, bool is_good, const char *words)
{
	struct engine *engine = context;

	atomic_fetch_add(is_good ? &engine->loads.reloads : &engine->loads.errors, 1);
	board_tell(&engine->board, is_good, words);
}

static void reload(struct engine *engine)
{
	if (loader_reload(&engine->loader))
		admin_note_folder(engine->admin);
}

static bool prepare_knowledge(struct engine *engine)
{
	static const char *const default_folder[] = {"./contracts"};
	const struct settings *settings = engine->settings;
	struct knowledge_plan plan = {.contract_folders = settings->contracts,
				      .contract_folder_count = settings->contract_count,
				      .pack_folders = settings->packs,
				      .pack_folder_count = settings->pack_count,
				      .options = settings->finding_options,
				      .hides_clients = settings->hides_clients,
				      .hides_users = settings->hides_users,
				      .surroundings = {.forwarded = {.proxies = settings->proxies,
								     .proxy_count = settings->proxy_count,
								     .which = settings->xff,
								     .hops = settings->xff_hops},
						       .gateways = settings->gateways,
						       .gateway_count = settings->gateway_count},
				      .anonymizer_files = settings->anonymizers,
				      .anonymizer_file_count = settings->anonymizer_count,
				      .geo = settings->geo};
	char error[512];

	if (settings->contract_count == 0) {
		plan.contract_folders = default_folder;
		plan.contract_folder_count = 1;
		plan.is_folder_optional = true;
	}
	if (key_file_read(settings, &plan.key, error, sizeof(error)) != STATUS_OK) {
		log_line("%s", error);
		return false;
	}
	loader_init(&engine->loader, &plan, &engine->shelf);
	explicit_bzero(&plan.key, sizeof(plan.key));
	engine->loader.tell = loaded;
	engine->loader.context = engine;
	if (loader_start(&engine->loader, engine->worker_count) != STATUS_OK) {
		log_line("nothing to judge by: mend the problems above");
		return false;
	}
	if (contract_is_empty(atomic_load(&engine->shelf.current)->contract))
		log_line("no contract is loaded: exchanges are told, nothing can be shadow");
	engine->had_trouble |= engine->loader.error_count > 0;
	atomic_fetch_add(&engine->loads.errors, engine->loader.error_count);
	heap_settle();
	return true;
}

static bool prepare_risk(struct engine *engine)
{
	struct problems problems;
	enum status status;

	problems_init(&problems);
	status = risk_file_load(engine->settings, &problems, &engine->policy);
	log_problems(&problems, false);
	problems_finish(&problems);
	if (status != STATUS_OK)
		log_line("the categories of risk cannot be used: %s",
			 status == STATUS_INVALID ? "mend the problems above" : status_text(status));
	return status == STATUS_OK;
}

/* -- sources and rings ------------------------------------------------------ */

static bool open_sources(struct engine *engine)
{
	const struct settings *settings = engine->settings;
	char error[512];

	for (size_t i = 0; i < settings->source_count; i++) {
		const struct source_setting *setting = &settings->sources[i];
		struct source_plan plan = {.name = setting->name,
					   .is_live = setting->is_live,
					   .filter = setting->filter,
					   .is_decrypted = setting->is_decrypted,
					   .index = (uint16_t)i,
					   .capture = setting->capture};

		if (source_open(&plan, error, sizeof(error), &engine->sources[engine->source_count]) ==
		    STATUS_OK) {
			engine->source_count++;
			continue;
		}
		log_line("%s", error);
		engine->had_trouble = true;
		if (engine->is_live)
			return false;
	}
	return engine->source_count > 0;
}

static bool make_rings(struct engine *engine)
{
	const size_t freight_bytes = engine->is_live ? LIMIT_FREIGHT_BYTES : LIMIT_FREIGHT_BYTES_REPLAY;
	const size_t ring_bytes = engine->is_live ? LIMIT_RING_BYTES : LIMIT_RING_BYTES_REPLAY;
	size_t inbound_count;

	engine->feeder_count = engine->is_live ? engine->source_count : 1;
	inbound_count = engine->feeder_count * engine->worker_count;
	engine->feeders = calloc(engine->feeder_count, sizeof(*engine->feeders));
	engine->workers = calloc(engine->worker_count, sizeof(*engine->workers));
	engine->inbound = aligned_alloc(CACHE_LINE, inbound_count * sizeof(*engine->inbound));
	engine->outbound = aligned_alloc(CACHE_LINE, engine->worker_count * sizeof(*engine->outbound));
	engine->freights = aligned_alloc(CACHE_LINE, engine->worker_count * sizeof(*engine->freights));
	engine->inbound_of_worker = calloc(inbound_count, sizeof(struct ring *));
	if (engine->feeders == NULL || engine->workers == NULL || engine->inbound == NULL ||
	    engine->outbound == NULL || engine->freights == NULL || engine->inbound_of_worker == NULL)
		return false;
	memset(engine->inbound, 0, inbound_count * sizeof(*engine->inbound));
	memset(engine->outbound, 0, engine->worker_count * sizeof(*engine->outbound));
	for (size_t i = 0; i < inbound_count; i++)
		if (!ring_init(&engine->inbound[i], ring_bytes))
			return false;
	for (size_t worker = 0; worker < engine->worker_count; worker++) {
		freight_init(&engine->freights[worker], freight_bytes / engine->worker_count);
		if (!ring_init(&engine->outbound[worker], LIMIT_OUTBOUND_RING_BYTES))
			return false;
		for (size_t feeder = 0; feeder < engine->feeder_count; feeder++)
			engine->inbound_of_worker[worker * engine->feeder_count + feeder] =
				&engine->inbound[feeder * engine->worker_count + worker];
	}
	return true;
}

static void free_rings(struct engine *engine)
{
	for (size_t i = 0; engine->inbound != NULL && i < engine->feeder_count * engine->worker_count; i++)
		ring_finish(&engine->inbound[i]);
	for (size_t i = 0; engine->outbound != NULL && i < engine->worker_count; i++)
		ring_finish(&engine->outbound[i]);
	for (size_t i = 0; engine->workers != NULL && i < engine->worker_count; i++)
		worker_finish(&engine->workers[i]);
	free(engine->inbound);
	free(engine->inbound_of_worker);
	free(engine->outbound);
	free(engine->freights);
	free(engine->feeders);
	free(engine->workers);
}

/* -- threads ---------------------------------------------------------------- */

static bool start_workers(struct engine *engine)
{
	const struct settings *settings = engine->settings;

	for (size_t i = 0; i < engine->worker_count; i++) {
		struct worker_plan plan = {.index = i,
					   .inbound = &engine->inbound_of_worker[i * engine->feeder_count],
					   .source_count = engine->feeder_count,
					   .outbound = &engine->outbound[i],
					   .freight = &engine->freights[i],
					   .shelf = &engine->shelf,
					   .sheds = &engine->sheds,
					   .seed = engine->seed,
					   .connections_max = settings->connections_max,
					   .held_bytes_max = settings->held_bytes_max,
					   .body_bytes_max = settings->body_bytes_max,
					   .is_profiled = engine->settings->is_profiled,
					   .is_scan_plain = engine->settings->is_scan_plain,
					   .is_lossless = !engine->is_live};

		if (worker_start(&engine->workers[i], &plan) != STATUS_OK)
			return false;
	}
	return true;
}

static bool start_feeders(struct engine *engine)
{
	size_t sources_each = engine->is_live ? 1 : engine->source_count;

	for (size_t i = 0; i < engine->feeder_count; i++) {
		struct feeder_plan plan = {.index = i,
					   .sources = &engine->sources[i],
					   .source_count = sources_each,
					   .rings = &engine->inbound[i * engine->worker_count],
					   .worker_count = engine->worker_count,
					   .seed = engine->seed,
					   .is_profiled = engine->settings->is_profiled,
					   .is_live = engine->is_live};

		if (feeder_start(&engine->feeders[i], &plan) != STATUS_OK)
			return false;
	}
	return true;
}

/* A replay takes its contracts as they were when it began, unless a signal says otherwise. */
static void watch_folders(const struct engine *engine, struct watch *watch)
{
	const struct knowledge_plan *plan = &engine->loader.plan;
	const char *roots[LIMIT_WATCH_ROOTS];
	size_t count = 0;

	for (size_t i = 0; i < plan->contract_folder_count; i++)
		roots[count++] = plan->contract_folders[i];
	for (size_t i = 0; i < plan->pack_folder_count; i++)
		roots[count++] = plan->pack_folders[i];
	if (!watch_open(watch, roots, count))
		log_line("folders cannot be watched: send SIGHUP after a change");
}

static bool open_log(const struct settings *settings)
{
	if (settings->log == NULL || log_to(settings->log) == STATUS_OK)
		return true;
	log_line("the log %s cannot be written: %s", settings->log, strerror(errno));
	return false;
}

static uint64_t freight_of_all(const struct engine *engine)
{
	uint64_t waiting = 0;

	for (size_t i = 0; i < engine->worker_count; i++)
		waiting += freight_waiting(&engine->freights[i]);
	return waiting;
}

/* Of one ring, on the average. */
static uint64_t moved_by_rings(const struct engine *engine)
{
	const size_t inbound_count = engine->feeder_count * engine->worker_count;
	uint64_t moved = 0;

	for (size_t i = 0; i < inbound_count; i++)
		moved += ring_moved(&engine->inbound[i]);
	for (size_t i = 0; i < engine->worker_count; i++)
		moved += ring_moved(&engine->outbound[i]);
	return moved / (inbound_count + engine->worker_count);
}

/* What a rush has left behind goes back to the system, here and nowhere else. */
static void shed(struct engine *engine)
{
	atomic_fetch_add_explicit(&engine->sheds, 1, memory_order_relaxed);
	for (size_t i = 0; i < engine->feeder_count * engine->worker_count; i++)
		ring_give_back(&engine->inbound[i]);
	for (size_t i = 0; i < engine->worker_count; i++)
		ring_give_back(&engine->outbound[i]);
	heap_shed();
}

static void *watch_signals(void *context)
{
	struct engine *engine = context;
	const struct timespec look = {.tv_nsec = SIGNAL_LOOK_NS};
	struct watch watch = {.file = -1};
	struct heap heap;
	sigset_t set;

	if (engine->is_live)
		watch_folders(engine, &watch);
	heap_init(&heap);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	while (!atomic_load(&engine->is_over)) {
		int signal_number = sigtimedwait(&set, NULL, &look);

		if (signal_number == SIGHUP)
			open_log(engine->settings);
		if (signal_number == SIGHUP || watch_changed(&watch))
			reload(engine);
		loader_sweep(&engine->loader);
		if (heap_turn(&heap, moved_by_rings(engine), freight_of_all(engine)))
			shed(engine);
		if (signal_number != SIGINT && signal_number != SIGTERM)
			continue;
		log_line("draining");
		for (size_t i = 0; i < engine->feeder_count; i++)
			feeder_stop(&engine->feeders[i]);
	}
	watch_close(&watch);
	return NULL;
}

static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* -- work ------------------------------------------------------------------- */

static void show_progress(struct engine *engine, uint64_t *shown_ns)
{
	struct timespec now;
	uint64_t now_ns, all = 0;

	clock_gettime(CLOCK_MONOTONIC, &now);
	now_ns = (uint64_t)now.tv_sec * SECONDS + (uint64_t)now.tv_nsec;
	if (engine->is_live || now_ns - *shown_ns < PROGRESS_EVERY_NS)
		return;
	*shown_ns = now_ns;
	for (size_t i = 0; i < engine->source_count; i++)
		all += source_len(engine->sources[i]);
	if (all > 0)
		log_progress("replaying: %3.0f %%",
			     100.0 * (double)atomic_load(&engine->feeders[0].bytes_done) / (double)all);
}

static void collect(struct engine *engine)
{
	uint64_t shown_ns = 0;

	while (collector_turn(&engine->collector)) {
		board_serve(&engine->board, &engine->collector);
		show_progress(engine, &shown_ns);
		outputs_watch(&engine->outputs);
	}
	board_close(&engine->board);
	board_serve(&engine->board, &engine->collector); /* news that came last */
	log_progress_end();
	collector_close(&engine->collector);
}

static void tell_profile(const struct engine *engine, uint64_t exchanges)
{
	struct profile sum = engine->collector.profile;

	for (size_t i = 0; i < engine->feeder_count; i++)
		profile_add(&sum, &engine->feeders[i].profile);
	for (size_t i = 0; i < engine->worker_count; i++)
		profile_add(&sum, &engine->workers[i].pipeline.profile);
	profile_print(&sum, exchanges);
}

static void tell_end(struct engine *engine)
{
	struct health health;
	const char *law;

	for (size_t i = 0; i < engine->feeder_count; i++)
		if (engine->feeders[i].error[0] != '\0') {
			log_line("%s", engine->feeders[i].error);
			engine->had_trouble = true;
		}
	collector_health(&engine->collector, &health);
	if (!health_adds_up(&health, &law))
		log_line("the counters do not add up: %s", law);
	log_line("%llu packets, %llu exchanges (%llu complete), %llu finding records",
		 (unsigned long long)health.sources.capture.packets,
		 (unsigned long long)health.workers.exchanges,
		 (unsigned long long)health.workers.sessions.exchanges[EXCHANGE_COMPLETE],
		 (unsigned long long)health.findings_told);
	if (engine->settings->is_profiled)
		tell_profile(engine, health.workers.exchanges);
	if (health.lost_records > 0) {
		log_line("%llu records were lost for want of memory",
			 (unsigned long long)health.lost_records);
		engine->had_trouble = true;
	}
}

static bool start(struct engine *engine)
{
	const struct settings *settings = engine->settings;
	struct collector_plan plan = {
		.rings = engine->outbound,
		.freights = engine->freights,
		.fed = engine->is_live ? NULL : engine->inbound,
		.fed_ns = &engine->feeders[0].fed_ns,
		.worker_count = engine->worker_count,
		.source_count = engine->feeder_count,
		.sinks = engine->outputs.sinks,
		.event = {.sensor = engine->site, .version = SPECULAR_VERSION, .is_ecs = settings->is_ecs},
		.seed = engine->seed,
		.internal = settings->internal,
		.internal_count = settings->internal_count,
		.policy = engine->policy,
		.options = settings->finding_options,
		/* A replay's records are the same bytes whatever a broker does. */
		.delivery = engine->is_live ? &engine->outputs.delivery : NULL,
		.state = engine->state,
		.is_live = engine->is_live,
		.is_profiled = settings->is_profiled,
		.loads = &engine->loads};

	if (collector_init(&engine->collector, &plan) != STATUS_OK || !start_workers(engine) ||
	    !start_feeders(engine)) {
		log_line("cannot start: out of memory or threads");
		exit(1); /* half of the threads run: there is nothing to save yet */
	}
	if (admin_start(engine->admin) != STATUS_OK) {
		log_line("the admin API cannot start");
		engine->had_trouble = true;
	}
	engine->has_signals = pthread_create(&engine->signals, NULL, watch_signals, engine) == 0;
	for (size_t i = 0; engine->is_live && i < settings->source_count; i++)
		log_line("watching %s", settings->sources[i].name);
	return true;
}

static void stop(struct engine *engine)
{
	for (size_t i = 0; i < engine->feeder_count; i++)
		feeder_join(&engine->feeders[i]);
	for (size_t i = 0; i < engine->worker_count; i++)
		worker_join(&engine->workers[i]);
	atomic_store(&engine->is_over, true);
	if (engine->has_signals)
		pthread_join(engine->signals, NULL);
	admin_close(engine->admin); /* what the thread of signals loads becomes a version until then */
	engine->admin = NULL;
}

/* A live sensor remembers; a replay only where it is told to: else it would not give the same bytes twice. */
static bool open_state(struct engine *engine, char *error, size_t error_len)
{
	const struct settings *settings = engine->settings;
	char path[PATH_MAX];

	if (!engine->is_live && settings->state_dir == NULL)
		return true;
	if (!state_path(settings, "collector", path)) {
		snprintf(error, error_len, "the path of the state is too long");
		return false;
	}
	state_make_folders(path);
	if (state_open(path, error, error_len, &engine->state) != STATUS_OK)
		return false;
	if (!engine->is_live || privileges_give(path, settings->user))
		return true;
	snprintf(error, error_len, "the state folder cannot be given to the user that the sensor becomes");
	return false;
}

static bool prepare(struct engine *engine)
{
	char error[512];

	if (!prepare_risk(engine) || !prepare_knowledge(engine) || !open_sources(engine))
		return false;
	if (!outputs_open(&engine->outputs, engine->settings, engine->site, engine->is_live, error,
			  sizeof(error))) {
		log_line("%s", error);
		return false;
	}
	if (!open_state(engine, error, sizeof(error))) {
		log_line("%s", error);
		return false;
	}
	if (admin_open(engine->settings, &engine->loader, &engine->board, error, sizeof(error),
		       &engine->admin) != STATUS_OK) {
		log_line("%s", error);
		return false;
	}
	if (engine->is_live && !privileges_drop(engine->settings->user, error, sizeof(error))) {
		log_line("%s", error);
		return false;
	}
	return make_rings(engine);
}

static void name_site(struct engine *engine)
{
	const char *site = engine->settings->site;

	if (site != NULL)
		snprintf(engine->site, sizeof(engine->site), "%s", site);
	else if (!engine->is_live || gethostname(engine->site, sizeof(engine->site) - 1) != 0)
		snprintf(engine->site, sizeof(engine->site), "specular");
}

int engine_run(const struct settings *settings, enum settings_command command)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct engine engine = {.settings = settings, .is_live = command == COMMAND_RUN};

	engine.worker_count = settings->workers != 0 ? settings->workers : cores < 1 ? 1 : (size_t)cores;
	if (engine.worker_count > KNOWLEDGE_READERS_MAX)
		engine.worker_count = KNOWLEDGE_READERS_MAX;
	if (!open_log(settings))
		return 1;
	if (getrandom(&engine.seed, sizeof(engine.seed), 0) != (ssize_t)sizeof(engine.seed))
		return 1;
	heap_keep();
	name_site(&engine);
	board_init(&engine.board);
	block_signals();
	if (!prepare(&engine)) {
		engine.had_trouble = true;
	} else if (start(&engine)) {
		collect(&engine);
		stop(&engine);
		tell_end(&engine);
		engine.had_trouble |= !outputs_flush(&engine.outputs, (int)settings->drain_seconds * 1000);
		collector_finish(&engine.collector);
		for (size_t i = 0; i < engine.feeder_count; i++)
			feeder_finish(&engine.feeders[i]);
		engine.source_count = 0;
	}
	for (size_t i = 0; i < engine.source_count; i++)
		source_close(engine.sources[i]);
	outputs_close(&engine.outputs);
	state_free(engine.state);
	free_rings(&engine);
	admin_close(engine.admin);
	knowledge_shelf_finish(&engine.shelf);
	loader_finish(&engine.loader);
	board_finish(&engine.board);
	risk_policy_free(engine.policy);
	return engine.had_trouble ? 1 : 0;
}
