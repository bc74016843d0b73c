/*
 * settings: everything that run and replay can be told: by specular.yaml first,
 * then by the command line, which wins.
 *
 * Owns     its texts. Frozen once read.
 */
#pragma once

#include "parsers/base/endpoint.h"
#include "parsers/base/limits.h"
#include "parsers/base/problem.h"
#include "parsers/base/status.h"
#include "parsers/forwarded.h"
#include "sensor/capture/plan.h"
#include "sensor/geo.h"
#include "sensor/publish/kafka_options.h"

#define SETTINGS_LIST_MAX          64
#define SETTINGS_DRAIN_SECONDS     30
#define SETTINGS_DRAIN_SECONDS_MAX 86400

enum settings_output {
	OUTPUT_FINDINGS,
	OUTPUT_EXCHANGES,
	OUTPUT_USAGE,
	OUTPUT_INVENTORY,
	OUTPUT_HEALTH,
	OUTPUT_COUNT
};

struct source_setting {
	const char *name; /* interface, file, or "-" */
	bool is_live;
	const char *filter;
	bool is_decrypted;
	struct capture_plan capture;
};

/* Where new findings are posted to; files are read when it is opened. */
struct webhook_setting {
	const char *url, *url_file; /* one of them: some addresses are secrets */
	const char *headers_file, *template_file, *owner;
	uint64_t severity_min, per_minute; /* 0: 4, and LIMIT_WEBHOOK_PER_MINUTE */
};

struct settings {
	struct arena arena;

	struct source_setting sources[SETTINGS_LIST_MAX];
	size_t source_count;
	const char *contracts[SETTINGS_LIST_MAX];
	size_t contract_count; /* 0: ./contracts, if it is there */
	const char *packs[SETTINGS_LIST_MAX];
	size_t pack_count;

	const char *findings, *exchanges, *inventory, *usage, *health; /* NULL: not wanted */
	unsigned finding_options;        /* of enum catalogue_option: what is off by default and wanted */
	bool hides_clients, hides_users; /* records tell pseudonyms of addresses, of names */
	const char *log;                 /* file that the log goes to; NULL: standard error */
	bool is_ecs;                     /* findings and exchanges as ECS documents */
	struct kafka_options kafka[OUTPUT_COUNT];
	const char *spool_dir; /* NULL: in the state folder; run only */
	uint64_t spool_bytes_max;
	uint64_t drain_seconds; /* at the end, for the brokers */
	struct webhook_setting webhooks[LIMIT_WEBHOOKS];
	size_t webhook_count;
	uint64_t rotate_bytes; /* of files that records go to; 0: they grow */
	const char *site;
	unsigned workers; /* 0: one per core */
	const char *hmac_key_file, *state_dir, *user;
	struct network internal[SETTINGS_LIST_MAX];
	size_t internal_count;
	struct network gateways[SETTINGS_LIST_MAX];
	size_t gateway_count;
	struct network proxies[SETTINGS_LIST_MAX]; /* trusted_proxies, of all sources */
	size_t proxy_count;
	enum forwarded_which xff;
	unsigned xff_hops;
	const char *anonymizers[SETTINGS_LIST_MAX]; /* files */
	size_t anonymizer_count;
	struct geo_files geo;
	struct capture_plan capture; /* for all sources */
	uint64_t connections_max, held_bytes_max, body_bytes_max;
	const char *admin_listen, *admin_token_file; /* NULL: no admin API */
	bool is_help;
	bool is_profiled; /* replay: what each stage costs is told at the end */
};

enum settings_command { COMMAND_RUN, COMMAND_REPLAY };

/* Reads the command line (after the command's name) and the config file that -c
 * names. STATUS_INVALID: the problems say what is wrong and how it is written. */
MUST_CHECK enum status settings_read(struct settings *settings, enum settings_command command, int argc,
				     char **argv, struct problems *problems);
/* Where records of this kind go; NULL: nowhere. */
const char *settings_where(const struct settings *settings, enum settings_output output);
const char *settings_output_text(enum settings_output output);
void settings_finish(struct settings *settings);

/* Names in the file and on the command line; false for any other. */
bool settings_flow_key(const char *name, struct capture_plan *capture);
bool settings_format(const char *name, bool *out_is_ecs);
bool settings_checksums(const char *name, enum checksum_mode *out_checksums);

/* Help of run and replay. */
const char *settings_help(enum settings_command command);
