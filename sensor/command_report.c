#include "sensor/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "sensor/log.h"
#include "sensor/record_lines.h"
#include "sensor/report/page.h"

static const char help[] =
	"Usage: specular report [--partner ID] RECORDS... [-o FILE]\n\n"
	"Writes one HTML page that needs nothing else: which partner leaks what, open findings, the\n"
	"endpoints by exposure, each partner's usage and service levels, and what could not be seen.\n"
	"RECORDS are files of JSON Lines as run and replay write them (findings and exchanges as OCSF\n"
	"or ECS, usage, inventory, health), in any mix; '-' reads standard input. Lines that are no\n"
	"records are counted.\n\n"
	"  --partner ID       that partner's report alone, fit to hand to it\n"
	"  -o, --output FILE  default: standard output\n\n"
	"Example: specular report records/*.jsonl -o report.html\n";

static bool take(void *context, struct bytes line, bool is_whole)
{
	struct report *report = context;

	if (is_whole)
		report_take(report, line);
	else
		report->counts.lines++, report->counts.unknown++;
	return true;
}

static bool write_page(const struct report *report, const char *path)
{
	FILE *file = path == NULL ? stdout : fopen(path, "wbe");
	bool is_good = file != NULL;

	if (is_good) {
		page_write(report, file);
		is_good = fflush(file) == 0 && !ferror(file);
	}
	if (file != NULL && path != NULL)
		is_good = fclose(file) == 0 && is_good;
	if (!is_good)
		log_line("cannot write %s: %s", path == NULL ? "standard output" : path, strerror(errno));
	return is_good;
}

static int make(const char *only, const char *output, int count, char **paths)
{
	struct report report;
	bool is_good = true;
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		return 1;
	report_init(&report, bytes_of(only), seed);
	for (int i = 0; i < count; i++)
		is_good = record_lines_read(paths[i], take, &report) && is_good;
	report_close(&report);
	is_good = write_page(&report, output) && is_good;
	if (report.counts.unknown > 0)
		log_line("%llu of %llu lines are no records", (unsigned long long)report.counts.unknown,
			 (unsigned long long)report.counts.lines);
	if (report.counts.left_out > 0)
		log_line("%llu records or texts were too many and left out",
			 (unsigned long long)report.counts.left_out);
	report_finish(&report);
	return is_good ? 0 : 1;
}

int command_report(int argc, char **argv)
{
	static const struct option options[] = {{"partner", required_argument, NULL, 'p'},
						{"output", required_argument, NULL, 'o'},
						{"help", no_argument, NULL, 'h'},
						{0}};
	const char *only = NULL, *output = NULL;
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (option == 'p')
			only = optarg;
		else if (option == 'o')
			output = optarg;
		else
			return 2;
	}
	if (optind == argc) {
		fputs(help, stderr);
		return 2;
	}
	return make(only, output, argc - optind, argv + optind);
}
