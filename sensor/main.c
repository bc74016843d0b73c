/*
 * specular: watches a mirror of the traffic between a company and its partners,
 * and proves whether both sides keep the contract. This file only finds the
 * command; the life of a packet starts in feeder.c and pipeline.c.
 */
#include <stdio.h>
#include <string.h>

#include "sensor/command.h"
#include "sensor/version.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
	{"run", command_run, "attach to mirror interfaces until SIGTERM or SIGINT"},
	{"replay", command_replay, "the same over pcap and pcapng files"},
	{"spec", command_spec, "check specs and contract files, and upload them"},
	{"inventory", command_inventory, "write what was seen as an OpenAPI document"},
	{"doctor", command_doctor, "say what arrives at a mirror, and what to mend"},
	{"rules", command_rules, "list the findings that this build can raise"},
	{"pack", command_pack, "run a pattern pack's own examples"},
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(*commands))

static void print_help(FILE *out)
{
	fputs("Usage: specular COMMAND [options]\n\n"
	      "specular " SPECULAR_VERSION
	      " watches mirrored API traffic and tells where it departs from the\n"
	      "contracts between a company and its partners. It never sends a packet.\n\n",
	      out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].what);
	fputs("\n'specular COMMAND --help' says more.\n", out);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_help(stderr);
		return 2;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("specular " SPECULAR_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_help(stdout);
		return 0;
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "specular: there is no command %s\n\n", argv[1]);
	print_help(stderr);
	return 2;
}
