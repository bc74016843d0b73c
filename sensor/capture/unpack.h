/*
 * unpack: a compressed file as a stream of what is in it: gzip (members one
 * behind another) and zstd (frames likewise). Nothing is held but a window, so
 * what a small file may grow to costs time, not memory.
 *
 *	if (unpack_is_packed(intake_peek(&packed, 1)))
 *		unpack = unpack_new(&packed);	NULL without memory
 *	intake_init(&content, unpack_read, unpack);	an error, EBADMSG, when it is damaged or cut
 *	unpack_free(unpack);
 *
 * The packed intake stays the caller's.
 *
 * Thread   one.
 */
#pragma once

#include "sensor/capture/intake.h"

struct unpack;

bool unpack_is_packed(struct bytes start);
struct unpack *unpack_new(struct intake *packed);
intake_reader unpack_read;
void unpack_free(struct unpack *unpack); /* accepts NULL */
