#include "sensor/command.h"

#include <stdio.h>
#include <string.h>

#include "rules/catalogue.h"

static const char help[] =
	"Usage: specular rules list\n\n"
	"The catalogue of findings that this build can raise: id, severity before modifiers\n"
	"(1 informational ... 5 critical), OWASP API Security Top 10 item, title. Those that are off\n"
	"by default are enabled in specular.yaml: findings: {enable: [shadow.header]}\n";

int command_rules(int argc, char **argv)
{
	if (argc >= 2 && strcmp(argv[argc - 1], "--help") == 0) {
		fputs(help, stdout);
		return 0;
	}
	if (argc != 2 || strcmp(argv[1], "list") != 0) {
		fputs(help, stderr);
		return 2;
	}
	for (size_t i = 0; i < catalogue_count(); i++) {
		const struct catalogue_entry *entry = catalogue_at(i);

		printf("%-42s %u  %-20s %s%s\n", entry->id, entry->severity, entry->owasp, entry->title,
		       entry->option != 0 ? " (off until enabled)" : "");
	}
	return 0;
}
