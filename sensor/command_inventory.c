#include "sensor/command.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "sensor/folder.h"
#include "sensor/log.h"
#include "sensor/push.h"
#include "sensor/push_token.h"
#include "sensor/record_lines.h"
#include "sensor/seen.h"

static const char help[] =
	"Usage: specular inventory export [--overlay] [--from URL] [RECORDS...] [-o FILE]\n\n"
	"Writes the endpoints that were seen as an OpenAPI 3.1 document: paths, methods, parameters, status\n"
	"classes, and under x-specular-seen who calls, how they prove who they are, data classes and risk.\n"
	"Reads record files (run --inventory FILE) and a running sensor.\n\n"
	"  --overlay          an OpenAPI Overlay 1.0 instead, with what no contract names\n"
	"  --from URL         a running sensor: http://127.0.0.1:8081 or unix:/run/specular.sock\n"
	"  --token-file FILE  its token; else the environment variable SPECULAR_TOKEN\n"
	"  -o, --output FILE  default: standard output\n";

struct exporting {
	enum seen_form form;
	const char *from, *token_file, *output;
};

static bool read_sensor(struct seen *seen, const struct exporting *exporting)
{
	struct push push = {.to = exporting->from, .path = "/v1/inventory?limit=1000000", .method = "GET"};
	struct buffer answer = BUFFER_MAX(2 * LIMIT_ADMIN_ANSWER_BYTES);
	char token[PUSH_TOKEN_ROOM], error[512];
	unsigned status = 0;
	bool is_good;

	if (!push_token_read(exporting->token_file, token))
		return false;
	push.token = token;
	is_good = push_send(&push, &answer, &status, error, sizeof(error)) == STATUS_OK;
	explicit_bzero(token, sizeof(token));
	if (!is_good)
		log_line("%s: %s", exporting->from, error);
	else if (status != 200)
		log_line("%s: the sensor answers %u", exporting->from, status);
	is_good = is_good && status == 200 && seen_add_items(seen, buffer_bytes(&answer));
	buffer_finish(&answer);
	return is_good;
}

static bool take(void *context, struct bytes line, bool is_whole)
{
	struct seen *seen = context;

	seen->left_out += !is_whole;
	return !is_whole || seen_add_lines(seen, line);
}

static bool write_out(const struct seen *seen, const struct exporting *exporting)
{
	size_t len = 0;
	char *text = seen_write(seen, exporting->form, &len);
	FILE *file = exporting->output == NULL ? stdout : fopen(exporting->output, "wbe");
	bool is_good = text != NULL && file != NULL && fwrite(text, 1, len, file) == len &&
		       fputc('\n', file) != EOF && fflush(file) == 0;

	if (file != NULL && file != stdout)
		is_good = fclose(file) == 0 && is_good;
	if (!is_good)
		log_line("cannot write %s",
			 exporting->output == NULL ? "standard output" : exporting->output);
	free(text);
	return is_good;
}

static int export(const struct exporting *exporting, int count, char **paths)
{
	struct seen seen;
	bool is_good = true;

	seen_init(&seen);
	if (exporting->from != NULL)
		is_good = read_sensor(&seen, exporting);
	for (int i = 0; i < count; i++)
		is_good = record_lines_read(paths[i], take, &seen) && is_good;
	if (seen.left_out > 0)
		log_line("%llu lines are no records", (unsigned long long)seen.left_out);
	if (seen.map.evicted > 0)
		log_line("%llu endpoints were too many", (unsigned long long)seen.map.evicted);
	is_good = write_out(&seen, exporting) && is_good && seen.left_out == 0;
	seen_finish(&seen);
	return is_good ? 0 : 1;
}

int command_inventory(int argc, char **argv)
{
	static const struct option options[] = {{"overlay", no_argument, NULL, 'v'},
						{"from", required_argument, NULL, 'f'},
						{"token-file", required_argument, NULL, 't'},
						{"output", required_argument, NULL, 'o'},
						{"help", no_argument, NULL, 'h'},
						{0}};
	struct exporting exporting = {.form = SEEN_OPENAPI};
	bool is_wrong = argc < 2 || (strcmp(argv[1], "export") != 0 && strcmp(argv[1], "--help") != 0);
	int option;

	optind = is_wrong || strcmp(argv[1], "export") != 0 ? 0 : 2;
	while (!is_wrong && (option = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (option == 'v')
			exporting.form = SEEN_OVERLAY;
		else if (option == 'f')
			exporting.from = optarg;
		else if (option == 't')
			exporting.token_file = optarg;
		else if (option == 'o')
			exporting.output = optarg;
		else
			is_wrong = true;
	}
	if (is_wrong || (exporting.from == NULL && optind == argc)) {
		fputs(help, stderr);
		return 2;
	}
	return export(&exporting, argc - optind, argv + optind);
}
