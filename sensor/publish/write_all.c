#include "sensor/publish/write_all.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

static bool can_go_on(int fd, int wait_ms)
{
	struct pollfd wait = {.fd = fd, .events = POLLOUT};

	if (errno == EINTR)
		return true;
	return wait_ms > 0 && (errno == EAGAIN || errno == EWOULDBLOCK) && poll(&wait, 1, wait_ms) > 0;
}

size_t write_all(int fd, struct bytes run, int wait_ms)
{
	size_t done = 0;

	while (done < run.len) {
		ssize_t len = write(fd, run.data + done, run.len - done);

		if (len > 0)
			done += (size_t)len;
		else if (len == 0 || !can_go_on(fd, wait_ms))
			break;
	}
	return done;
}
