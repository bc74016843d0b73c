#include "sensor/admin/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "parsers/base/bytes.h"

#define BACKLOG 32

static const char unix_scheme[] = "unix:";

static int fail(int file, const char *what, const char *where, char *error, size_t error_len)
{
	snprintf(error, error_len, "admin: %s %s: %s", what, where, strerror(errno));
	if (file >= 0)
		close(file);
	return -1;
}

/* -- unix --------------------------------------------------------------------------- */

static bool is_alive(const struct sockaddr_un *address)
{
	int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_answered =
		file >= 0 && connect(file, (const struct sockaddr *)address, sizeof(*address)) == 0;

	if (file >= 0)
		close(file);
	return is_answered;
}

static int open_unix(const char *path, char *error, size_t error_len)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stat about;
	mode_t mask;
	int file, bound;

	if (path[0] != '/' || strlen(path) >= sizeof(address.sun_path)) {
		snprintf(error, error_len, "admin: write unix:/ and a path of at most %zu bytes",
			 sizeof(address.sun_path) - 1);
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	if (lstat(path, &about) == 0 && S_ISSOCK(about.st_mode) && !is_alive(&address))
		(void)unlink(path);
	file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (file < 0)
		return fail(file, "cannot make a socket for", path, error, error_len);
	mask = umask(0177);
	bound = bind(file, (const struct sockaddr *)&address, sizeof(address));
	umask(mask);
	if (bound != 0 || listen(file, BACKLOG) != 0)
		return fail(file, "cannot listen at", path, error, error_len);
	return file;
}

/* -- loopback ----------------------------------------------------------------------- */

static bool read_loopback(struct bytes host, uint16_t port, struct sockaddr_storage *address, socklen_t *len)
{
	struct sockaddr_in *four = (struct sockaddr_in *)address;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)address;
	char text[INET6_ADDRSTRLEN];

	if (bytes_equal(host, BYTES("localhost")))
		host = BYTES("127.0.0.1");
	if (host.len >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), BYTES_FORMAT, BYTES_PRINT(host));
	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		*len = sizeof(*four);
		return ntohl(four->sin_addr.s_addr) >> 24 == 127; /* RFC 1122 section 3.2.1.3 */
	}
	if (inet_pton(AF_INET6, text, &six->sin6_addr) != 1)
		return false;
	six->sin6_family = AF_INET6;
	six->sin6_port = htons(port);
	*len = sizeof(*six);
	return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

static int open_loopback(const char *where, char *error, size_t error_len)
{
	struct bytes text = bytes_of(where), host;
	struct sockaddr_storage address;
	socklen_t len;
	uint64_t port;
	size_t colon = text.len;
	int file, on = 1;

	while (colon > 0 && text.data[colon - 1] != ':')
		colon--;
	host = bytes_slice(text, 0, colon == 0 ? 0 : colon - 1);
	if (host.len > 2 && host.data[0] == '[' && host.data[host.len - 1] == ']')
		host = bytes_slice(host, 1, host.len - 2);
	if (colon == 0 || !bytes_to_u64(bytes_from(text, colon), &port) || port > UINT16_MAX ||
	    !read_loopback(host, (uint16_t)port, &address, &len)) {
		snprintf(error, error_len,
			 "admin: %s is no loopback address: write 127.0.0.1:PORT, [::1]:PORT or unix:/PATH; "
			 "others reach it through your own TLS proxy",
			 where);
		return -1;
	}
	file = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (file < 0)
		return fail(file, "cannot make a socket for", where, error, error_len);
	(void)setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(file, (const struct sockaddr *)&address, len) != 0 || listen(file, BACKLOG) != 0)
		return fail(file, "cannot listen at", where, error, error_len);
	return file;
}

int listener_open(const char *where, char *error, size_t error_len)
{
	if (strncmp(where, unix_scheme, sizeof(unix_scheme) - 1) == 0)
		return open_unix(where + sizeof(unix_scheme) - 1, error, error_len);
	return open_loopback(where, error, error_len);
}

void listener_close(int file, const char *where)
{
	if (file >= 0)
		close(file);
	if (strncmp(where, unix_scheme, sizeof(unix_scheme) - 1) == 0)
		(void)unlink(where + sizeof(unix_scheme) - 1);
}
