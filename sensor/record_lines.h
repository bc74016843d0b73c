/*
 * record_lines: a file of records, line by line, whatever its size and that of
 * its lines.
 *
 *	is_good = record_lines_read("records.jsonl", take, &report);
 *
 * Lends    each line until the taker returns.
 * Thread   any.
 */
#pragma once

#include "parsers/base/bytes.h"

/* `is_whole` false: the beginning of a line that is longer than any record. Returns false to stop. */
typedef bool record_taker(void *context, struct bytes line, bool is_whole);

/* "-" is standard input. False when it cannot be read, which is logged, or when the taker stopped. */
bool record_lines_read(const char *path, record_taker *take, void *context);
