/*
 * listener: the listening socket of the admin API: a loopback address or a unix
 * socket; anything that others could reach is refused.
 *
 *	file = listener_open("unix:/run/specular.sock", error, sizeof(error));
 */
#pragma once

#include <stddef.h>

/* A file descriptor, or -1 with words. A unix socket is made with mode 0600; one that nobody listens at any
 * more gives way. */
int listener_open(const char *where, char *error, size_t error_len);
void listener_close(int file, const char *where); /* removes the unix socket where that is allowed */
