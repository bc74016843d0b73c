/*
 * admin: the admin API as the engine sees it: off by default, made of the
 * settings, gone with the engine.
 *
 *	admin_open(settings, &loader, &board, error, sizeof(error), &admin);	needs root, perhaps
 *	admin_start(admin);							after root is given up
 *	admin_close(admin);							before what it asks goes
 *
 * Thread   the engine's; the server has its own.
 */
#pragma once

#include "sensor/board.h"
#include "sensor/loader.h"
#include "sensor/settings.h"

struct admin;

/* *out_admin is NULL when the settings want none. */
MUST_CHECK enum status admin_open(const struct settings *settings, struct loader *loader, struct board *board,
				  char *error, size_t error_len, struct admin **out_admin);
MUST_CHECK enum status admin_start(struct admin *admin); /* accepts NULL */
void admin_note_folder(struct admin *admin);             /* what was loaded becomes a version; accepts NULL */
void admin_close(struct admin *admin);                   /* accepts NULL */
