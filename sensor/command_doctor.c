#include "sensor/command.h"

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sensor/doctor.h"
#include "sensor/log.h"
#include "sensor/privileges.h"

#define SECONDS_LIVE     10
#define SECONDS_LIVE_MAX 3600

static const char help[] =
	"Usage: specular doctor [--seconds N] -i INTERFACE\n"
	"       specular doctor CAPTURE...\n\n"
	"Says what arrives at a mirror and why (no) API traffic is seen: by server and by pair of hosts the\n"
	"packets, bytes and protocols of both directions; then, in plain sentences, what to mend.\n\n"
	"  -i, --interface NAME   look at a mirror port\n"
	"  --seconds N            for so long (default 10, at most 3600)\n"
	"  --filter EXPRESSION    BPF filter, as for tcpdump\n"
	"  --user NAME            who to be once the interface is open (default nobody)\n";

struct visit {
	const char *interface, *filter, *user;
	unsigned seconds;
};

static time_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

static bool examine(struct doctor *doctor, const struct visit *visit, const char *name)
{
	struct source_plan plan = {
		.name = name, .is_live = visit->interface != NULL, .filter = visit->filter};
	time_t end = now() + (time_t)visit->seconds;
	struct source *source;
	struct packet packet;
	enum source_result result = SOURCE_IDLE;
	char error[512];

	if (source_open(&plan, error, sizeof(error), &source) != STATUS_OK) {
		log_line("%s", error);
		return false;
	}
	if (plan.is_live && !privileges_drop(visit->user, error, sizeof(error))) {
		log_line("%s", error);
		source_close(source);
		return false;
	}
	if (plan.is_live)
		log_line("looking at %s for %u seconds", name, visit->seconds);
	while (result == SOURCE_PACKET || result == SOURCE_IDLE) {
		if (plan.is_live && now() >= end)
			break;
		result = source_next(source, &packet);
		if (result == SOURCE_PACKET)
			doctor_take(doctor, &packet);
	}
	if (result == SOURCE_ERROR)
		log_line("%s", source_error(source));
	source_counts(source, &doctor->source);
	source_close(source);
	return result != SOURCE_ERROR;
}

static int examine_all(const struct visit *visit, int count, char **names)
{
	struct doctor doctor;
	bool is_good;

	if (!doctor_init(&doctor, 0)) {
		log_line("out of memory");
		return 1;
	}
	is_good = visit->interface == NULL || examine(&doctor, visit, visit->interface);
	for (int i = 0; i < count; i++)
		is_good = examine(&doctor, visit, names[i]) && is_good;
	doctor_print(&doctor, stdout);
	doctor_finish(&doctor);
	return is_good ? 0 : 1;
}

static bool read_seconds(const char *text, unsigned *out_seconds)
{
	uint64_t seconds;

	if (!bytes_to_u64(bytes_of(text), &seconds) || seconds < 1 || seconds > SECONDS_LIVE_MAX)
		return false;
	*out_seconds = (unsigned)seconds;
	return true;
}

int command_doctor(int argc, char **argv)
{
	static const struct option options[] = {{"interface", required_argument, NULL, 'i'},
						{"seconds", required_argument, NULL, 's'},
						{"filter", required_argument, NULL, 'f'},
						{"user", required_argument, NULL, 'u'},
						{"help", no_argument, NULL, 'h'},
						{0}};
	struct visit visit = {.seconds = SECONDS_LIVE};
	bool is_wrong = false;
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "i:h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (option == 'i')
			visit.interface = optarg;
		else if (option == 'f')
			visit.filter = optarg;
		else if (option == 'u')
			visit.user = optarg;
		else
			is_wrong |= option != 's' || !read_seconds(optarg, &visit.seconds);
	}
	if (is_wrong || (visit.interface == NULL) == (optind == argc)) {
		fputs(help, stderr);
		return 2;
	}
	return examine_all(&visit, argc - optind, argv + optind);
}
