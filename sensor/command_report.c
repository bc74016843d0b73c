#include "sensor/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "parsers/base/limits.h"
#include "sensor/log.h"
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

/* A record is never longer; what is, is no record. */
#define LINE_ROOM (LIMIT_RECORD_BYTES + 2)

static bool read_lines(struct report *report, FILE *file, char *line)
{
	bool is_too_long = false;

	while (fgets(line, LINE_ROOM, file) != NULL) {
		size_t len = strlen(line);
		bool has_end = len > 0 && line[len - 1] == '\n';

		if (!is_too_long && (has_end || len < LINE_ROOM - 1))
			report_take(report, (struct bytes){.data = line, .len = len});
		else if (!is_too_long)
			report->counts.lines++, report->counts.unknown++;
		is_too_long = !has_end && (is_too_long || len == LINE_ROOM - 1);
	}
	return !ferror(file);
}

static bool read_file(struct report *report, const char *path, char *line)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *file = is_stdin ? stdin : fopen(path, "rbe");
	bool is_good = file != NULL && read_lines(report, file, line);

	if (!is_good)
		log_line("cannot read %s: %s", path, strerror(errno));
	if (file != NULL && !is_stdin)
		fclose(file);
	return is_good;
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
	char *line = malloc(LINE_ROOM);
	struct report report;
	bool is_good = line != NULL;
	uint64_t seed;

	if (!is_good || getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed)) {
		free(line);
		return 1;
	}
	report_init(&report, bytes_of(only), seed);
	for (int i = 0; i < count; i++)
		is_good = read_file(&report, paths[i], line) && is_good;
	free(line);
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
