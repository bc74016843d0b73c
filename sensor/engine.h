/*
 * engine: run and replay: builds the threads, lets them work, ends them in
 * order. Feeders -> rings -> workers -> rings -> collector -> sinks.
 *
 * Thread   the caller's becomes the collector's; one more waits for signals
 *          (SIGTERM and SIGINT end, SIGHUP loads contracts and packs again).
 */
#pragma once

#include "sensor/settings.h"

/* The exit code: 0 done, 1 something could not be read or delivered, said on stderr. */
int engine_run(const struct settings *settings, enum settings_command command);
