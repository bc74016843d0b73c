#include "sensor/command.h"

#include <stdio.h>
#include <string.h>

#include "sensor/knowledge.h"
#include "sensor/log.h"

static const char help[] =
	"Usage: specular pack test DIR\n\n"
	"Loads the pattern packs (*.yaml) of DIR beside the built-in ones and runs every class's own\n"
	"match and no_match strings. What Hyperscan refuses, a validator that is not known or a string\n"
	"that does not hold is said with file, line and reason. Exit 1 when there was one.\n";

static int test_packs(const char *dir)
{
	const char *const pack_folders[] = {dir};
	struct knowledge_plan plan = {.pack_folders = pack_folders, .pack_folder_count = 1};
	struct knowledge *knowledge = NULL;
	struct scanner *scanner = NULL;
	struct problems problems;
	enum status status;
	size_t run = 0;
	int code;

	problems_init(&problems);
	status = knowledge_load(&plan, &problems, &knowledge);
	if (status == STATUS_OK)
		scanner = scanner_new(knowledge->classes->patterns, &knowledge->key);
	if (scanner != NULL)
		run = pack_test(&knowledge->classes->packs, BYTES_NONE, scanner, &problems);
	log_problems(&problems, true);
	code = scanner == NULL || problems.error_count > 0;
	if (scanner != NULL)
		printf("%zu classes, %zu strings, %zu do not hold\n", knowledge->classes->packs.count, run,
		       problems.error_count);
	scanner_free(scanner);
	knowledge_free(knowledge);
	problems_finish(&problems);
	return code;
}

int command_pack(int argc, char **argv)
{
	if (argc >= 2 && strcmp(argv[argc - 1], "--help") == 0) {
		fputs(help, stdout);
		return 0;
	}
	if (argc != 3 || strcmp(argv[1], "test") != 0) {
		fputs(help, stderr);
		return 2;
	}
	return test_packs(argv[2]);
}
