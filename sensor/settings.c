#include "sensor/settings.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "sensor/publish/sink.h"
#include "sensor/settings_file.h"

enum option_value {
	OPTION_CONTRACTS = 256,
	OPTION_FINDINGS,
	OPTION_EXCHANGES,
	OPTION_INVENTORY,
	OPTION_USAGE,
	OPTION_HEALTH,
	OPTION_FORMAT,
	OPTION_KEYLOG,
	OPTION_PACKS,
	OPTION_DECRYPTED,
	OPTION_WORKERS,
	OPTION_SITE,
	OPTION_FILTER,
	OPTION_USER,
	OPTION_HMAC_KEY,
	OPTION_STATE,
	OPTION_SPOOL,
	OPTION_DRAIN,
	OPTION_FLOW_KEY,
	OPTION_CHECKSUMS,
	OPTION_PROFILE,
	OPTION_PLAIN_SCAN,
};

static const struct option options[] = {
	{"config", required_argument, NULL, 'c'},
	{"interface", required_argument, NULL, 'i'},
	{"help", no_argument, NULL, 'h'},
	{"contracts", required_argument, NULL, OPTION_CONTRACTS},
	{"findings", required_argument, NULL, OPTION_FINDINGS},
	{"exchanges", required_argument, NULL, OPTION_EXCHANGES},
	{"inventory", required_argument, NULL, OPTION_INVENTORY},
	{"usage", required_argument, NULL, OPTION_USAGE},
	{"health", required_argument, NULL, OPTION_HEALTH},
	{"format", required_argument, NULL, OPTION_FORMAT},
	{"keylog", required_argument, NULL, OPTION_KEYLOG},
	{"packs", required_argument, NULL, OPTION_PACKS},
	{"decrypted", no_argument, NULL, OPTION_DECRYPTED},
	{"workers", required_argument, NULL, OPTION_WORKERS},
	{"site", required_argument, NULL, OPTION_SITE},
	{"filter", required_argument, NULL, OPTION_FILTER},
	{"user", required_argument, NULL, OPTION_USER},
	{"hmac-key-file", required_argument, NULL, OPTION_HMAC_KEY},
	{"state-dir", required_argument, NULL, OPTION_STATE},
	{"spool-dir", required_argument, NULL, OPTION_SPOOL},
	{"drain", required_argument, NULL, OPTION_DRAIN},
	{"flow-key", required_argument, NULL, OPTION_FLOW_KEY},
	{"checksums", required_argument, NULL, OPTION_CHECKSUMS},
	{"profile", no_argument, NULL, OPTION_PROFILE},
	{"plain-scan", no_argument, NULL, OPTION_PLAIN_SCAN},
	{0},
};

#define OPTIONS_HELP                                                                                         \
	"  -c, --config FILE      specular.yaml; the command line wins over it\n"                            \
	"  --contracts DIR        partner contracts and their specs (default ./contracts); may be "          \
	"repeated\n"                                                                                         \
	"  --packs DIR            extra pattern packs; may be repeated\n"                                    \
	"  --findings WHERE       what departs from the contracts \n"                                        \
	"  --exchanges WHERE      every exchange\n"                                                          \
	"  --inventory WHERE      the endpoints that exist\n"                                                \
	"  --usage WHERE          calls a partner and operation, in windows of five minutes\n"               \
	"  --health WHERE         counters of the sensor, and what it could not see\n"                       \
	"      WHERE is '-' (standard output), a file (JSON Lines), or\n"                                    \
	"      kafka://HOST:PORT[,HOST:PORT...]/TOPIC\n"                                                     \
	"  --format ocsf|ecs      of findings and exchanges: OCSF 1.5.0 (default), or ECS documents\n"       \
	"  --decrypted            the sources carry decrypted TLS: no cleartext findings for them\n"         \
	"  --filter EXPRESSION    BPF filter, as for tcpdump\n"                                              \
	"  --flow-key vlan,vni    VLAN, or network of a tunnel, tells connections apart (tenants overlap)\n" \
	"  --checksums HOW        sample (default), ignore, count, or drop wrong ones\n"                     \
	"  --workers N            default: one per core\n"                                                   \
	"  --site NAME            names the sensor in every record (default: the host's name)\n"             \
	"  --hmac-key-file FILE   key of the fingerprints; made at first use\n"                              \
	"  --state-dir DIR        what outlives the sensor: that key, what was told and counted\n"           \
	"  --drain SECONDS        how long to wait for the brokers at the end (default 30)\n"

const char *settings_help(enum settings_command command)
{
	if (command == COMMAND_RUN)
		return "Usage: specular run [-c FILE] -i INTERFACE... [options]\n\n"
		       "Watches mirror interfaces until SIGTERM or SIGINT, then drains. Contracts and packs "
		       "that\n"
		       "change are loaded again, and at SIGHUP; when they are broken, the old ones stay.\n"
		       "It never sends a packet. Root is needed to open the interface and given up at "
		       "once.\n\n"
		       "  -i, --interface NAME   a mirror port; may be repeated: the two sides of a "
		       "tap\n" OPTIONS_HELP "  --spool-dir DIR        where records wait for the broker "
		       "(default: spool/ in the state folder)\n"
		       "  --user NAME            who to be once the interface is open (default nobody)\n\n"
		       "Example: specular run -i eth1 --decrypted --contracts contracts \\\n"
		       "             --findings kafka://127.0.0.1:9092/specular.findings.v1\n";
	return "Usage: specular replay [-c FILE] [options] CAPTURE...\n\n"
	       "The same over pcap and pcapng files; '-' reads standard input. Several files merge by time.\n"
	       "The same input gives the same bytes out, whatever the number of workers.\n"
	       "With nothing to send to, findings go to standard output.\n\n" OPTIONS_HELP
	       "  --profile              what each stage costs, on standard error at the end\n"
	       "  --plain-scan           look for data with every pattern in every value: slow, the same "
	       "findings\n"
	       "\nExample: specular replay --contracts contracts yesterday.pcap | jq .message\n";
}

static void complain(struct problems *problems, const char *mend, const char *format, const char *what)
{
	char words[512];

	snprintf(words, sizeof(words), format, what);
	problems_add(problems, PROBLEM_ERROR, "sensor.config_error", (struct place){0}, mend, "%s", words);
}

static void add_name(const char **list, size_t *count, const char *name, struct problems *problems)
{
	if (*count == SETTINGS_LIST_MAX)
		complain(problems, "", "too many of these: %s", name);
	else
		list[(*count)++] = name;
}

static void add_source(struct settings *settings, const char *name, bool is_live, struct problems *problems)
{
	if (settings->source_count == SETTINGS_LIST_MAX)
		complain(problems, "", "too many sources: %s", name);
	else
		settings->sources[settings->source_count++] =
			(struct source_setting){.name = name, .is_live = is_live};
}

/* What the command line says of all sources. */
struct for_all {
	bool is_decrypted;
	const char *filter;
	struct capture_plan capture; /* its flow key */
};

bool settings_flow_key(const char *name, struct capture_plan *capture)
{
	capture->is_vlan_key |= strcmp(name, "vlan") == 0;
	capture->is_vni_key |= strcmp(name, "vni") == 0;
	return strcmp(name, "vlan") == 0 || strcmp(name, "vni") == 0;
}

bool settings_format(const char *name, bool *out_is_ecs)
{
	bool is_ecs = strcmp(name, "ecs") == 0;

	if (!is_ecs && strcmp(name, "ocsf") != 0)
		return false;
	*out_is_ecs = is_ecs;
	return true;
}

bool settings_checksums(const char *name, enum checksum_mode *out_checksums)
{
	static const char *const names[] = {[CHECKSUMS_SAMPLE] = "sample",
					    [CHECKSUMS_IGNORE] = "ignore",
					    [CHECKSUMS_COUNT] = "count",
					    [CHECKSUMS_DROP] = "drop"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0) {
			*out_checksums = (enum checksum_mode)i;
			return true;
		}
	return false;
}

static void take_flow_key(struct capture_plan *capture, const char *text, struct problems *problems)
{
	bool has_vlan = strcmp(text, "vlan,vni") == 0 || strcmp(text, "vni,vlan") == 0;

	if (has_vlan)
		capture->is_vlan_key = capture->is_vni_key = true;
	else if (!settings_flow_key(text, capture))
		complain(problems, "write --flow-key vlan, vni or vlan,vni", "--flow-key %s is none", text);
}

static void take_checksums(struct settings *settings, const char *text, struct problems *problems)
{
	if (!settings_checksums(text, &settings->capture.checksums))
		complain(problems, "write --checksums sample, ignore, count or drop",
			 "--checksums %s is none of them", text);
}

static void take_workers(struct settings *settings, const char *text, struct problems *problems)
{
	uint64_t workers;

	if (!bytes_to_u64(bytes_of(text), &workers) || workers < 1 || workers > SETTINGS_LIST_MAX)
		complain(problems, "write a number from 1 to 64", "--workers %s is no number of workers",
			 text);
	else
		settings->workers = (unsigned)workers;
}

static void take_drain(struct settings *settings, const char *text, struct problems *problems)
{
	uint64_t seconds;

	if (!bytes_to_u64(bytes_of(text), &seconds) || seconds > SETTINGS_DRAIN_SECONDS_MAX)
		complain(problems, "write a number from 0 to 86400", "--drain %s is no number of seconds",
			 text);
	else
		settings->drain_seconds = seconds;
}

static void take_output(struct settings *settings, int option)
{
	const char **where = option == OPTION_FINDINGS    ? &settings->findings
			     : option == OPTION_EXCHANGES ? &settings->exchanges
			     : option == OPTION_INVENTORY ? &settings->inventory
			     : option == OPTION_USAGE     ? &settings->usage
							  : &settings->health;

	*where = optarg;
}

static void take_flag(struct settings *settings, int option)
{
	bool *flag = option == 'h'              ? &settings->is_help
		     : option == OPTION_PROFILE ? &settings->is_profiled
						: &settings->is_scan_plain;

	*flag = true;
}

static void take_option(struct settings *settings, int option, struct for_all *all, struct problems *problems)
{
	switch (option) {
	case 'i':
		add_source(settings, optarg, true, problems);
		break;
	case 'h':
	case OPTION_PROFILE:
	case OPTION_PLAIN_SCAN:
		take_flag(settings, option);
		break;
	case OPTION_CONTRACTS:
		add_name(settings->contracts, &settings->contract_count, optarg, problems);
		break;
	case OPTION_PACKS:
		add_name(settings->packs, &settings->pack_count, optarg, problems);
		break;
	case OPTION_FINDINGS:
	case OPTION_EXCHANGES:
	case OPTION_INVENTORY:
	case OPTION_USAGE:
	case OPTION_HEALTH:
		take_output(settings, option);
		break;
	case OPTION_FORMAT:
		if (!settings_format(optarg, &settings->is_ecs))
			complain(problems, "write --format ocsf or --format ecs",
				 "the format %s is not known", optarg);
		break;
	case OPTION_KEYLOG:
		complain(problems, "mirror the traffic decrypted and say --decrypted",
			 "%s: key logs are not in this version", "--keylog");
		break;
	case OPTION_DECRYPTED:
		all->is_decrypted = true;
		break;
	case OPTION_FILTER:
		all->filter = optarg;
		break;
	case OPTION_FLOW_KEY:
		take_flow_key(&all->capture, optarg, problems);
		break;
	case OPTION_CHECKSUMS:
		take_checksums(settings, optarg, problems);
		break;
	case OPTION_WORKERS:
		take_workers(settings, optarg, problems);
		break;
	case OPTION_SITE:
		settings->site = optarg;
		break;
	case OPTION_USER:
		settings->user = optarg;
		break;
	case OPTION_HMAC_KEY:
		settings->hmac_key_file = optarg;
		break;
	case OPTION_STATE:
		settings->state_dir = optarg;
		break;
	case OPTION_SPOOL:
		settings->spool_dir = optarg;
		break;
	case OPTION_DRAIN:
		take_drain(settings, optarg, problems);
		break;
	default:
		break;
	}
}

/* The config file comes first, wherever -c stands on the command line. */
static const char *config_file(int argc, char **argv)
{
	const char *file = NULL;
	int option;

	optind = 0;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "c:i:h", options, NULL)) != -1)
		if (option == 'c')
			file = optarg;
	return file;
}

static void apply(struct settings *settings, const struct for_all *all)
{
	for (size_t i = 0; i < settings->source_count; i++) {
		struct capture_plan *capture = &settings->sources[i].capture;
		bool is_vlan_key = capture->is_vlan_key || all->capture.is_vlan_key;
		bool is_vni_key = capture->is_vni_key || all->capture.is_vni_key;

		*capture = settings->capture;
		capture->is_vlan_key = is_vlan_key;
		capture->is_vni_key = is_vni_key;
		settings->sources[i].is_decrypted |= all->is_decrypted;
		if (all->filter != NULL)
			settings->sources[i].filter = all->filter;
	}
}

const char *settings_where(const struct settings *settings, enum settings_output output)
{
	const char *const where[OUTPUT_COUNT] = {[OUTPUT_FINDINGS] = settings->findings,
						 [OUTPUT_EXCHANGES] = settings->exchanges,
						 [OUTPUT_USAGE] = settings->usage,
						 [OUTPUT_INVENTORY] = settings->inventory,
						 [OUTPUT_HEALTH] = settings->health};

	return where[output];
}

const char *settings_output_text(enum settings_output output)
{
	static const char *const names[OUTPUT_COUNT] = {[OUTPUT_FINDINGS] = "findings",
							[OUTPUT_EXCHANGES] = "exchanges",
							[OUTPUT_USAGE] = "usage",
							[OUTPUT_INVENTORY] = "inventory",
							[OUTPUT_HEALTH] = "health"};

	return names[output];
}

/* The words name the output, not what was written: people put passwords there. */
static void check_outputs(const struct settings *settings, struct problems *problems)
{
	for (int i = 0; i < OUTPUT_COUNT; i++) {
		const char *where = settings_where(settings, (enum settings_output)i);
		const char *fault = where == NULL ? NULL : sink_where_fault(where);
		char words[256];

		if (fault == NULL)
			continue;
		snprintf(words, sizeof(words), "--%s: %s", settings_output_text((enum settings_output)i),
			 fault);
		complain(problems, "write '-', a path, or kafka://HOST:PORT[,HOST:PORT...]/TOPIC", "%s",
			 words);
	}
}

static void check(const struct settings *settings, enum settings_command command, struct problems *problems)
{
	if (settings->is_help || problems->error_count > 0)
		return;
	check_outputs(settings, problems);
	if (settings->source_count == 0)
		complain(problems,
			 command == COMMAND_RUN ? "name a mirror interface with -i; see specular run --help"
						: "name a pcap or pcapng file; see specular replay --help",
			 "nothing to %s", command == COMMAND_RUN ? "watch" : "replay");
}

enum status settings_read(struct settings *settings, enum settings_command command, int argc, char **argv,
			  struct problems *problems)
{
	const char *file = config_file(argc, argv);
	struct for_all all = {0};
	int option;

	*settings = (struct settings){.connections_max = LIMIT_CONNECTIONS,
				      .held_bytes_max = LIMIT_HELD_TOTAL,
				      .body_bytes_max = LIMIT_BODY_BYTES,
				      .spool_bytes_max = LIMIT_SPOOL_BYTES,
				      .drain_seconds = SETTINGS_DRAIN_SECONDS};
	arena_init(&settings->arena, LIMIT_PROBLEM_BYTES);
	if (file != NULL && settings_read_file(settings, file, problems) != STATUS_OK)
		return STATUS_INVALID;
	optind = 0;
	while ((option = getopt_long(argc, argv, "c:i:h", options, NULL)) != -1) {
		if (option == '?')
			complain(problems, "see --help", "unknown option, or one without its value: %s",
				 argv[optind - 1]);
		take_option(settings, option, &all, problems);
	}
	for (; optind < argc; optind++) {
		if (command == COMMAND_RUN)
			complain(problems, "interfaces are named with -i", "what is %s?", argv[optind]);
		else
			add_source(settings, argv[optind], false, problems);
	}
	apply(settings, &all);
	check(settings, command, problems);
	return problems->error_count > 0 ? STATUS_INVALID : STATUS_OK;
}

void settings_finish(struct settings *settings)
{
	arena_finish(&settings->arena);
}
