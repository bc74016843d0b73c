#include "sensor/push_token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/bytes.h"
#include "sensor/folder.h"
#include "sensor/log.h"

/* "TOKEN" or "NAME TOKEN", as the sensor's own file. */
static struct bytes first_of(struct bytes text)
{
	for (struct bytes rest = text; rest.data != NULL;) {
		struct bytes line = bytes_trim(bytes_split(&rest, '\n'));
		size_t space = bytes_find_byte(line, ' ');

		if (line.len > 0 && line.data[0] != '#')
			return space == BYTES_NOT_FOUND ? line : bytes_trim(bytes_from(line, space));
	}
	return BYTES_NONE;
}

static bool keep(struct bytes found, char token[PUSH_TOKEN_ROOM])
{
	if (found.len == 0 || found.len >= PUSH_TOKEN_ROOM)
		return false;
	for (size_t i = 0; i < found.len; i++)
		if (found.data[i] <= ' ' || found.data[i] > '~')
			return false;
	memcpy(token, found.data, found.len);
	token[found.len] = '\0';
	return true;
}

bool push_token_read(const char *file, char token[PUSH_TOKEN_ROOM])
{
	const char *given = getenv("SPECULAR_TOKEN");
	char *data = NULL;
	size_t len = 0;
	bool is_good;

	if (file == NULL) {
		is_good = given != NULL && keep(bytes_trim(bytes_of(given)), token);
		if (!is_good)
			log_line("name the token with --token-file FILE or in SPECULAR_TOKEN");
		return is_good;
	}
	is_good = file_read(file, &data, &len) == STATUS_OK &&
		  keep(first_of((struct bytes){.data = data, .len = len}), token);
	if (!is_good)
		log_line("there is no token in %s", file);
	if (data != NULL)
		explicit_bzero(data, len);
	free(data);
	return is_good;
}
