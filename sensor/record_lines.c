#include "sensor/record_lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "sensor/log.h"

/* A record is never longer; what is, is no record. */
#define LINE_ROOM (LIMIT_RECORD_BYTES + 2)

static bool read_lines(FILE *file, char *line, record_taker *take, void *context)
{
	bool is_too_long = false, is_good = true;

	while (is_good && fgets(line, LINE_ROOM, file) != NULL) {
		size_t len = strlen(line);
		bool has_end = len > 0 && line[len - 1] == '\n';
		bool is_whole = has_end || len < LINE_ROOM - 1;

		if (!is_too_long)
			is_good = take(context, (struct bytes){.data = line, .len = len}, is_whole);
		is_too_long = !has_end && (is_too_long || len == LINE_ROOM - 1);
	}
	return is_good;
}

bool record_lines_read(const char *path, record_taker *take, void *context)
{
	bool is_stdin = strcmp(path, "-") == 0, is_good;
	FILE *file = is_stdin ? stdin : fopen(path, "rbe");
	char *line = file == NULL ? NULL : malloc(LINE_ROOM);

	is_good = line != NULL && read_lines(file, line, take, context);
	if (line == NULL || ferror(file)) {
		log_line("cannot read %s: %s", path, strerror(errno));
		is_good = false;
	}
	free(line);
	if (file != NULL && !is_stdin)
		fclose(file);
	return is_good;
}
