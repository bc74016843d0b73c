#include "sensor/state_dir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void state_make_folders(const char *path)
{
	char part[PATH_MAX];

	for (size_t i = 1; path[i] != '\0' && i < sizeof(part); i++) {
		if (path[i] != '/')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		(void)mkdir(part, 0755); /* who wants to write there sees whether it is there */
	}
}

bool state_path(const struct settings *settings, const char *name, char path[PATH_MAX])
{
	const char *home = getenv("XDG_STATE_HOME");
	int len;

	if (settings->state_dir != NULL)
		len = snprintf(path, PATH_MAX, "%s/%s", settings->state_dir, name);
	else if (home != NULL && home[0] == '/')
		len = snprintf(path, PATH_MAX, "%s/specular/%s", home, name);
	else
		len = snprintf(path, PATH_MAX, "/var/lib/specular/%s", name);
	return len > 0 && len < PATH_MAX;
}
