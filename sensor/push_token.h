/*
 * push_token: the token that a command sends to a running sensor: the first of a
 * token file, or of the environment variable SPECULAR_TOKEN.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define PUSH_TOKEN_ROOM 520

/* `file` may be NULL. False: said why on stderr. */
bool push_token_read(const char *file, char token[PUSH_TOKEN_ROOM]);
