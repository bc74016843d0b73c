#include "sensor/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
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

static enum status make_key(const char *path, struct fingerprint_key *key)
{
	int file;
	bool is_written;

	state_make_folders(path);
	file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (file < 0)
		return STATUS_IO;
	is_written = getrandom(key->bytes, sizeof(key->bytes), 0) == (ssize_t)sizeof(key->bytes) &&
		     write(file, key->bytes, sizeof(key->bytes)) == (ssize_t)sizeof(key->bytes);
	if (close(file) != 0 || !is_written) {
		(void)unlink(path);
		return STATUS_IO;
	}
	return STATUS_OK;
}

enum status key_file_read(const struct settings *settings, struct fingerprint_key *out_key, char *error,
			  size_t error_len)
{
	struct fingerprint_key key;
	enum status status;
	char path[PATH_MAX];
	int file;

	if (settings->hmac_key_file != NULL
		    ? (size_t)snprintf(path, PATH_MAX, "%s", settings->hmac_key_file) >= PATH_MAX
		    : !state_path(settings, "hmac.key", path)) {
		snprintf(error, error_len, "the path of the key file is too long");
		return STATUS_INVALID;
	}
	file = open(path, O_RDONLY | O_CLOEXEC);
	status = file >= 0 ? read_key(file, &key) : errno == ENOENT ? make_key(path, &key) : STATUS_IO;
	if (file >= 0)
		close(file);
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
