#include "sensor/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sensor/state_dir.h"

static enum status read_key(int file, struct fingerprint_key *key)
{
	return read(file, key->bytes, sizeof(key->bytes)) == (ssize_t)sizeof(key->bytes) ? STATUS_OK
											 : STATUS_INVALID;
}

static enum status open_key(const char *path, struct fingerprint_key *key)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	enum status status;

	if (file < 0)
		return STATUS_IO;
	status = read_key(file, key);
	close(file);
	return status;
}

/* It is written aside and gets its name when it is whole: of sensors that start together one makes the key,
 * and nobody ever reads half of it. */
static enum status make_key(const char *path, struct fingerprint_key *key)
{
	char aside[PATH_MAX];
	bool is_made, is_first;
	int file;

	if ((size_t)snprintf(aside, sizeof(aside), "%s.XXXXXX", path) >= sizeof(aside))
		return STATUS_IO;
	state_make_folders(path);
	file = mkostemp(aside, O_CLOEXEC);
	if (file < 0)
		return STATUS_IO;
	is_made = getrandom(key->bytes, sizeof(key->bytes), 0) == (ssize_t)sizeof(key->bytes) &&
		  write(file, key->bytes, sizeof(key->bytes)) == (ssize_t)sizeof(key->bytes);
	is_made = close(file) == 0 && is_made;
	is_first = is_made && link(aside, path) == 0;
	is_made = is_first || (is_made && errno == EEXIST);
	(void)unlink(aside);
	if (!is_made)
		return STATUS_IO;
	return is_first ? STATUS_OK : open_key(path, key);
}

enum status key_file_read(const struct settings *settings, struct fingerprint_key *out_key, char *error,
			  size_t error_len)
{
	struct fingerprint_key key;
	enum status status;
	char path[PATH_MAX];

	if (settings->hmac_key_file != NULL
		    ? (size_t)snprintf(path, PATH_MAX, "%s", settings->hmac_key_file) >= PATH_MAX
		    : !state_path(settings, "hmac.key", path)) {
		snprintf(error, error_len, "the path of the key file is too long");
		return STATUS_INVALID;
	}
	status = open_key(path, &key);
	if (status == STATUS_IO && errno == ENOENT)
		status = make_key(path, &key);
	if (status == STATUS_INVALID)
		snprintf(error, error_len,
			 "%s does not hold the 32 bytes of a key: remove it to have a new one made", path);
	else if (status != STATUS_OK)
		snprintf(error, error_len,
			 "cannot read or make the key of fingerprints at %s: name another with "
			 "--hmac-key-file or --state-dir",
			 path);
	if (status == STATUS_OK)
		*out_key = key;
	explicit_bzero(&key, sizeof(key));
	return status;
}
