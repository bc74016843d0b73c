/*
 * command_spec: what the sub-commands of `specular spec` share: one file given
 * by its path, with the folder it stands in, where its $ref may lead.
 *
 *	status = spec_path_open(&path, "contracts/acme.yaml");
 *	lint_file(&path.folder.files, path.name, ...);
 *	spec_path_close(&path);
 *
 * Owns     the folder's names and bytes, until spec_path_close.
 */
#pragma once

#include "sensor/folder.h"

struct spec_path {
	struct folder folder;
	const char *folders[1];
	char *parent;
	const char *name; /* below the folder */
};

MUST_CHECK enum status spec_path_open(struct spec_path *path, const char *text);
void spec_path_close(struct spec_path *path); /* accepts one that did not open */

/* `specular spec diff [--json] OLD NEW`: 0, 1 when something breaks or does not load. */
int spec_diff(const char *old_path, const char *new_path, bool is_json);

/* `specular spec push ...`, with its own arguments and exit code as in command.h. */
int command_spec_push(int argc, char **argv);
