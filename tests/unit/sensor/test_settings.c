/* sensor/settings: the command line and specular.yaml, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sensor/settings.h"

struct reading {
	struct settings settings;
	struct problems problems;
	enum status status;
};

static void read_line(struct reading *reading, enum settings_command command, char **argv)
{
	int argc = 0;

	while (argv[argc] != NULL)
		argc++;
	problems_init(&reading->problems);
	reading->status = settings_read(&reading->settings, command, argc, argv, &reading->problems);
}

static void finish(struct reading *reading)
{
	settings_finish(&reading->settings);
	problems_finish(&reading->problems);
}

#define ARGUMENTS(...) ((char *[]){(char[]){"x"}, __VA_ARGS__, NULL})

static void replay_takes_captures_and_options(void **state)
{
	struct reading reading;

	(void)state;
	read_line(&reading, COMMAND_REPLAY,
		  ARGUMENTS((char[]){"a.pcap"}, (char[]){"--decrypted"}, (char[]){"--workers"}, (char[]){"3"},
			    (char[]){"b.pcap"}));
	assert_int_equal(reading.status, STATUS_OK);
	assert_int_equal(reading.settings.source_count, 2);
	assert_string_equal(reading.settings.sources[1].name, "b.pcap");
	assert_true(reading.settings.sources[0].is_decrypted);
	assert_false(reading.settings.sources[0].is_live);
	assert_int_equal(reading.settings.workers, 3);
	finish(&reading);
}

static void wrong_lines_are_refused(void **state)
{
	char **lines[] = {
		ARGUMENTS((char[]){"--workers"}, (char[]){"0"}, (char[]){"a"}),
		ARGUMENTS((char[]){"--workers"}, (char[]){"many"}, (char[]){"a"}),
		ARGUMENTS((char[]){"--nonsense"}, (char[]){"a"}),
		ARGUMENTS((char[]){"--findings"}),
		ARGUMENTS((char[]){"--keylog"}, (char[]){"keys"}, (char[]){"a"}),
		ARGUMENTS((char[]){"--format"}, (char[]){"xml"}, (char[]){"a"}),
		ARGUMENTS((char[]){"--flow-key"}, (char[]){"mac"}, (char[]){"a"}),
		ARGUMENTS((char[]){"--checksums"}, (char[]){"verify"}, (char[]){"a"}),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct reading reading;

		read_line(&reading, COMMAND_REPLAY, lines[i]);
		assert_int_equal(reading.status, STATUS_INVALID);
		assert_true(reading.problems.error_count > 0);
		finish(&reading);
	}
}

static void file_with(char path[64], const char *text)
{
	FILE *file;
	int made;

	snprintf(path, 64, "/tmp/specular-settings-XXXXXX");
	made = mkstemp(path);
	assert_true(made >= 0);
	file = fdopen(made, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void the_command_line_wins_over_the_file(void **state)
{
	struct reading reading;
	char path[64];

	(void)state;
	file_with(path, "sources:\n  - {interface: eth9, filter: tcp, decrypted: true}\n"
			"outputs: {findings: f.jsonl, format: ocsf}\nworkers: 2\nsite: here\n"
			"networks: {internal: [10.0.0.0/8]}\nlimits: {connections: 5}\n"
			"pseudonymise: [client_ip]\nlog: sensor.log\n");
	read_line(&reading, COMMAND_RUN,
		  ARGUMENTS((char[]){"--site"}, (char[]){"there"}, (char[]){"-c"}, path));
	assert_int_equal(reading.status, STATUS_OK);
	assert_string_equal(reading.settings.site, "there");
	assert_string_equal(reading.settings.findings, "f.jsonl");
	assert_string_equal(reading.settings.sources[0].filter, "tcp");
	assert_true(reading.settings.sources[0].is_live && reading.settings.sources[0].is_decrypted);
	assert_int_equal(reading.settings.connections_max, 5);
	assert_int_equal(reading.settings.internal_count, 1);
	assert_true(reading.settings.hides_clients && !reading.settings.hides_users);
	assert_string_equal(reading.settings.log, "sensor.log");
	finish(&reading);
	unlink(path);
}

static void a_broken_file_names_its_line(void **state)
{
	static const char *const second_lines[] = {"workerz: 2", "pseudonymise: [everything]",
						   "pseudonymise: user"};
	struct reading reading;
	char path[64];

	(void)state;
	for (size_t i = 0; i < sizeof(second_lines) / sizeof(*second_lines); i++) {
		char text[128];

		snprintf(text, sizeof(text), "site: here\n%s\n", second_lines[i]);
		file_with(path, text);
		read_line(&reading, COMMAND_RUN,
			  ARGUMENTS((char[]){"-i"}, (char[]){"eth0"}, (char[]){"-c"}, path));
		assert_int_equal(reading.status, STATUS_INVALID);
		assert_int_equal(reading.problems.list[0].place.line, 2);
		finish(&reading);
		unlink(path);
	}
}

static void captures_are_read_as_told(void **state)
{
	struct reading reading;
	char path[64];

	(void)state;
	file_with(path, "sources:\n  - {interface: eth1, flow_key: [vlan, vni]}\n  - {interface: eth2}\n"
			"tunnels: {vxlan: [4789, 5555], gtpu: 2153}\nchecksums: drop\n");
	read_line(&reading, COMMAND_RUN, ARGUMENTS((char[]){"-c"}, path));
	assert_int_equal(reading.status, STATUS_OK);
	assert_true(reading.settings.sources[0].capture.is_vlan_key);
	assert_true(reading.settings.sources[0].capture.is_vni_key);
	assert_false(reading.settings.sources[1].capture.is_vlan_key);
	for (size_t i = 0; i < 2; i++) {
		const struct capture_plan *plan = &reading.settings.sources[i].capture;

		assert_int_equal(plan->checksums, CHECKSUMS_DROP);
		assert_int_equal(plan->tunnels[TUNNEL_VXLAN].count, 2);
		assert_int_equal(plan->tunnels[TUNNEL_VXLAN].list[1], 5555);
		assert_int_equal(plan->tunnels[TUNNEL_GTPU].list[0], 2153);
		assert_int_equal(plan->tunnels[TUNNEL_GENEVE].count, 0);
	}
	finish(&reading);
	read_line(&reading, COMMAND_RUN,
		  ARGUMENTS((char[]){"-c"}, path, (char[]){"--checksums"}, (char[]){"ignore"},
			    (char[]){"--flow-key"}, (char[]){"vni"}));
	assert_int_equal(reading.settings.sources[1].capture.checksums, CHECKSUMS_IGNORE);
	assert_true(reading.settings.sources[1].capture.is_vni_key);
	assert_false(reading.settings.sources[1].capture.is_vlan_key);
	finish(&reading);
	unlink(path);
}

static void what_captures_cannot_be_told(void **state)
{
	static const char *const lines[] = {
		"checksums: never\n",
		"tunnels: {vxlan: [0]}\n",
		"tunnels: {vxlan: [65536]}\n",
		"tunnels: {vxlan: [1, 2, 3, 4, 5, 6, 7, 8, 9]}\n",
		"tunnels: {wireguard: [51820]}\n",
		"sources: [{interface: eth1, flow_key: [mac]}]\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct reading reading;
		char path[64];

		file_with(path, lines[i]);
		read_line(&reading, COMMAND_RUN,
			  ARGUMENTS((char[]){"-i"}, (char[]){"eth0"}, (char[]){"-c"}, path));
		assert_int_equal(reading.status, STATUS_INVALID);
		assert_int_equal(reading.problems.list[0].place.line, 1);
		finish(&reading);
		unlink(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replay_takes_captures_and_options),
		cmocka_unit_test(wrong_lines_are_refused),
		cmocka_unit_test(the_command_line_wins_over_the_file),
		cmocka_unit_test(a_broken_file_names_its_line),
		cmocka_unit_test(captures_are_read_as_told),
		cmocka_unit_test(what_captures_cannot_be_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
