/*
 * kafka_options: how a broker is reached: encryption, who we say we are, what is
 * compressed. Secrets are named by the file that holds them, never written here.
 *
 * Lends    nothing; its texts are the settings'.
 */
#pragma once

#include "parsers/base/bytes.h"
#include "parsers/base/status.h"

struct kafka_options {
	const char *protocol;          /* plaintext (also for NULL), ssl, sasl_plaintext, sasl_ssl */
	const char *ca;                /* file; NULL: the system's */
	const char *cert, *key;        /* files: what we show the broker (mTLS) */
	const char *key_password_file; /* NULL: the key is not encrypted */
	const char *mechanism;         /* PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 */
	const char *username, *password_file;
	const char *compression; /* none, gzip, snappy, lz4, zstd (also for NULL) */
};

/* What does not fit together, in words (static); NULL when all does. Opens no file. */
const char *kafka_options_fault(const struct kafka_options *options);

#define KAFKA_SECRET_MAX 1024

/* The first line of a file. The caller wipes it. STATUS_IO: cannot be read; STATUS_INVALID: empty or too
 * long. */
MUST_CHECK enum status kafka_secret_read(const char *path, char out_secret[KAFKA_SECRET_MAX]);
