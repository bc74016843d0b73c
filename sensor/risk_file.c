#include "sensor/risk_file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sensor/folder.h"

enum status risk_file_read(const char *path, struct problems *problems, struct risk_policy **out_policy)
{
	char *data = NULL;
	size_t len = 0;
	enum status status = file_read(path, &data, &len);

	if (status == STATUS_OK) {
		status = risk_policy_read((struct bytes){.data = data, .len = len}, path, problems,
					  out_policy);
	} else {
		problems_add(problems, PROBLEM_ERROR, "sensor.config_error", (struct place){.file = path},
			     "name a readable file under risk", "cannot read the categories of risk");
		status = STATUS_INVALID;
	}
	free(data);
	return status;
}

enum status risk_file_load(const struct settings *settings, struct problems *problems,
			   struct risk_policy **out_policy)
{
	static const char *const usual[] = {"./contracts"};
	const char *const *folders = settings->contract_count > 0 ? settings->contracts : usual;
	size_t count = settings->contract_count > 0 ? settings->contract_count : 1;
	char path[PATH_MAX];

	if (settings->risk != NULL)
		return risk_file_read(settings->risk, problems, out_policy);
	for (size_t i = 0; i < count; i++) {
		int len = snprintf(path, sizeof(path), "%s/risk.yaml", folders[i]);

		if (len > 0 && (size_t)len < sizeof(path) && access(path, F_OK) == 0)
			return risk_file_read(path, problems, out_policy);
	}
	return risk_policy_default(out_policy);
}
