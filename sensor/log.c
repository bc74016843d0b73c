#include "sensor/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum status log_to(const char *file)
{
	int opened = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);

	if (opened < 0)
		return STATUS_IO;
	/* Whatever else writes to standard error, a library or a sanitizer, comes there, too. */
	dup2(opened, STDERR_FILENO);
	close(opened);
	return STATUS_OK;
}

void log_line(const char *format, ...)
{
	char words[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	fprintf(stderr, "specular: %s\n", words);
}

static const char *level_name(enum problem_level level)
{
	return level == PROBLEM_ERROR ? "error" : level == PROBLEM_WARNING ? "warning" : "note";
}

static void log_problem(const struct problem *problem)
{
	const struct place *place = &problem->place;
	char where[64] = "";

	if (place->line > 0)
		snprintf(where, sizeof(where), "%u:%u: ", place->line, place->column);
	else if (place->file != NULL)
		snprintf(where, sizeof(where), " ");
	fprintf(stderr, "%s%s%s%s: %s", place->file == NULL ? "" : place->file,
		place->file == NULL ? "" : ":", where, level_name(problem->level), problem->what);
	if (problem->mend[0] != '\0')
		fprintf(stderr, " (%s)", problem->mend);
	fprintf(stderr, " [%s]\n", problem->id);
}

void log_problems(const struct problems *problems, bool with_notes)
{
	for (size_t i = 0; i < problems->count; i++)
		if (with_notes || problems->list[i].level > PROBLEM_NOTE)
			log_problem(&problems->list[i]);
	if (problems->left_out > 0)
		fprintf(stderr, "... and %zu more problems\n", problems->left_out);
}

static bool is_terminal(void)
{
	return isatty(STDERR_FILENO) == 1;
}

void log_progress(const char *format, ...)
{
	va_list arguments;

	if (!is_terminal())
		return;
	fputc('\r', stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs("\033[K", stderr);
	fflush(stderr);
}

void log_progress_end(void)
{
	if (is_terminal())
		fputs("\r\033[K", stderr);
}
