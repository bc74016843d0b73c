/*
 * key_file: the key of the fingerprints, 32 random bytes, made at first use with
 * mode 0600 in the state folder ($XDG_STATE_HOME/specular, or /var/lib/specular).
 */
#pragma once

#include "rules/fingerprint.h"
#include "sensor/settings.h"

/* On failure the words at `error` say what to do. */
MUST_CHECK enum status key_file_read(const struct settings *settings, struct fingerprint_key *out_key,
				     char *error, size_t error_len);
