#include "sensor/publish/kafka_options.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static bool is_one_of(const char *text, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(text, *list) == 0)
			return true;
	return false;
}

static const char *sasl_fault(const struct kafka_options *options, bool is_sasl)
{
	static const char *const mechanisms[] = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", NULL};

	if (!is_sasl)
		return options->mechanism != NULL || options->username != NULL ||
				       options->password_file != NULL
			       ? "mechanism, username and password_file need protocol: sasl_ssl (or "
				 "sasl_plaintext)"
			       : NULL;
	if (options->mechanism == NULL || !is_one_of(options->mechanism, mechanisms))
		return "mechanism is PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512";
	if (options->username == NULL || options->password_file == NULL)
		return "SASL needs username and password_file";
	return NULL;
}

const char *kafka_options_fault(const struct kafka_options *options)
{
	static const char *const protocols[] = {"plaintext", "ssl", "sasl_plaintext", "sasl_ssl", NULL};
	static const char *const codecs[] = {"none", "gzip", "snappy", "lz4", "zstd", NULL};
	const char *protocol = options->protocol != NULL ? options->protocol : "plaintext";
	bool is_ssl = strcmp(protocol, "ssl") == 0 || strcmp(protocol, "sasl_ssl") == 0;

	if (!is_one_of(protocol, protocols))
		return "protocol is plaintext, ssl, sasl_plaintext or sasl_ssl";
	if (options->compression != NULL && !is_one_of(options->compression, codecs))
		return "compression is none, gzip, snappy, lz4 or zstd";
	if (!is_ssl && (options->ca != NULL || options->cert != NULL || options->key != NULL))
		return "ca, cert and key need protocol: ssl or sasl_ssl";
	if ((options->cert == NULL) != (options->key == NULL))
		return "cert and key go together";
	if (options->key_password_file != NULL && options->key == NULL)
		return "key_password_file needs a key";
	return sasl_fault(options, strncmp(protocol, "sasl", 4) == 0);
}

enum status kafka_secret_read(const char *path, char out_secret[KAFKA_SECRET_MAX])
{
	char text[KAFKA_SECRET_MAX];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text));
	enum status status = STATUS_INVALID;

	if (fd >= 0)
		close(fd);
	if (len < 0)
		return STATUS_IO;
	for (ssize_t i = 0; i < len; i++)
		if (text[i] == '\n' || text[i] == '\r' || text[i] == '\0')
			len = i;
	if (len > 0 && (size_t)len < sizeof(text)) {
		memcpy(out_secret, text, (size_t)len);
		out_secret[len] = '\0';
		status = STATUS_OK;
	}
	explicit_bzero(text, sizeof(text));
	return status;
}
