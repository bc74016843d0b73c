/*
 * settings_file: specular.yaml into settings. Every key is known or refused,
 * with its line.
 */
#pragma once

#include "sensor/settings.h"

MUST_CHECK enum status settings_read_file(struct settings *settings, const char *file,
					  struct problems *problems);
