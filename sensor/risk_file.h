/*
 * risk_file: finds and reads the risk.yaml that a sensor runs by: the one that
 * `risk:` of the configuration names, else that of the first contracts folder
 * which has one, else none.
 *
 * Thread   any; before the sensor starts.
 */
#pragma once

#include "rules/risk_policy.h"
#include "sensor/settings.h"

/* STATUS_INVALID when it is there and cannot be used: the problems say why. */
MUST_CHECK enum status risk_file_load(const struct settings *settings, struct problems *problems,
				      struct risk_policy **out_policy);
/* The file of that name, for `spec check`. */
MUST_CHECK enum status risk_file_read(const char *path, struct problems *problems,
				      struct risk_policy **out_policy);
