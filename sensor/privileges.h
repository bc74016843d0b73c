/*
 * privileges: root opens the interface, nobody reads the packets.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Gives up every capability, and root: from then on the process is `user`
 * ("nobody" for NULL). Does nothing but drop capabilities when it is not root.
 * False with words when it cannot: then the program must stop. */
bool privileges_drop(const char *user, char *error, size_t error_len);

/* Before that: makes a folder the user's, when we are root. */
bool privileges_give(const char *path, const char *user);
