/*
 * unpack: a compressed file as a stream of what is in it: gzip (members one
 * behind another) and zstd (frames likewise). Nothing is held but a window, so
 * what a small file may grow to costs time, not memory.
 *
 *	if (unpack_is_packed(first_byte))
 *		content = unpack_open(file);	NULL without memory
 *	fread(..., content);			an error with errno EBADMSG when it is damaged or cut
 *	fclose(content);
 *
 * Owns     the packed file; fclose of the content closes it, but never standard input.
 * Thread   one.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

bool unpack_is_packed(int first_byte);
FILE *unpack_open(FILE *packed);
