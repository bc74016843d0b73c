#include "sensor/command.h"

#include <stdio.h>

#include "sensor/engine.h"
#include "sensor/log.h"

static int run_or_replay(enum settings_command command, int argc, char **argv)
{
	struct settings settings;
	struct problems problems;
	int code = 2;

	problems_init(&problems);
	if (settings_read(&settings, command, argc, argv, &problems) != STATUS_OK)
		log_problems(&problems, true);
	else if (settings.is_help)
		code = fputs(settings_help(command), stdout) < 0;
	else
		code = engine_run(&settings, command);
	settings_finish(&settings);
	problems_finish(&problems);
	return code;
}

int command_run(int argc, char **argv)
{
	return run_or_replay(COMMAND_RUN, argc, argv);
}

int command_replay(int argc, char **argv)
{
	return run_or_replay(COMMAND_REPLAY, argc, argv);
}
