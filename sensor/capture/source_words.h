/*
 * source_words: what to tell a human when a source cannot be opened, with what
 * to do about it. Private to sensor/capture.
 */
#pragma once

#include "parsers/base/bytes.h"
#include "parsers/base/status.h"

#define SOURCE_ERROR_LEN 512
#define SOURCE_SNIFF_LEN 8

/* Writes the words and gives `status` back. */
enum status source_say(char *error, size_t error_len, enum status status, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* After a failed pcap_activate; `words` are libpcap's own. */
enum status source_say_activate(char *error, size_t error_len, const char *name, int result,
				const char *words);

/* After a failed fopen, from errno. */
enum status source_say_file(char *error, size_t error_len, const char *name);

/* `start` are the first bytes of the file, empty when they are not known. */
enum status source_say_not_capture(char *error, size_t error_len, const char *name, struct bytes start,
				   const char *words);
