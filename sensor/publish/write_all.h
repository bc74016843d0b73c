/*
 * write_all: all of some bytes into a file or pipe, over interruptions and short
 * writes.
 *
 * Thread   any.
 */
#pragma once

#include "parsers/base/bytes.h"

/* How much was written; less than all of it means that errno says why. A non-blocking pipe that is full is
 * waited for as long as told; 0: not at all. */
size_t write_all(int fd, struct bytes run, int wait_ms);
