/*
 * state_dir: where the sensor keeps what outlives it: --state-dir, or
 * $XDG_STATE_HOME/specular, or /var/lib/specular.
 */
#pragma once

#include <limits.h>

#include "sensor/settings.h"

/* False when the path would be too long. */
bool state_path(const struct settings *settings, const char *name, char path[PATH_MAX]);
/* The folders above `path`, made when they are not there. */
void state_make_folders(const char *path);
