/* sensor/publish/sink_webhook: what is posted, tried again, dropped and given up, with a server in a thread
 * beside; run under the thread sanitizer too. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/publish/sink_webhook.h"

struct server {
	int listener;
	char url[64];
	pthread_t thread;
	const char *answer; /* after `bad_count` of 503 */
	_Atomic unsigned bad_count, count, hold_ms;
	_Atomic bool is_over;
};

static void answer(struct server *server, int fd)
{
	char request[4096];
	size_t len = 0;
	const char *words = server->answer;

	/* Records of this test are shorter than one read; the body ends with "}". */
	while (len < sizeof(request)) {
		ssize_t more = recv(fd, request + len, sizeof(request) - len, 0);

		if (more <= 0)
			break;
		len += (size_t)more;
		if (request[len - 1] == '}')
			break;
	}
	if (len == 0)
		return;
	usleep(1000 * atomic_load(&server->hold_ms));
	if (atomic_fetch_add(&server->count, 1) < atomic_load(&server->bad_count))
		words = "HTTP/1.1 503 Later\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	(void)!send(fd, words, strlen(words), MSG_NOSIGNAL);
}

static void *serve(void *context)
{
	struct server *server = context;

	while (!atomic_load(&server->is_over)) {
		int fd = accept(server->listener, NULL, NULL);

		if (fd < 0)
			break;
		answer(server, fd);
		close(fd);
	}
	return NULL;
}

static struct server *server_new(const char *words)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct server *server = calloc(1, sizeof(*server));
	socklen_t len = sizeof(address);

	server->answer = words;
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server->listener, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(server->listener, 100), 0);
	assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &len), 0);
	snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%u/hook", ntohs(address.sin_port));
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
	return server;
}

static void server_free(struct server *server)
{
	atomic_store(&server->is_over, true);
	shutdown(server->listener, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listener);
	free(server);
}

static const char *const GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
static const char *const WRONG = "HTTP/1.1 400 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

static struct sink *sink_new(const struct server *server, const char *owner)
{
	const struct webhook_plan plan = {
		.url = server->url, .owner = owner, .severity_min = 3, .per_minute = 600000};
	struct sink *sink;
	char error[200];

	assert_int_equal(sink_webhook_open(&plan, error, sizeof(error), &sink), STATUS_OK);
	return sink;
}

static void put_many(struct sink *sink, unsigned count, unsigned severity, const char *owner)
{
	char text[200];

	for (unsigned i = 0; i < count; i++) {
		snprintf(text, sizeof(text),
			 "{\"activity_id\":1,\"n\":%u,\"unmapped\":{\"specular\":{\"api\":{\"owner\":\"%s\"}}"
			 "}}",
			 i, owner);
		sink_put(sink, &(struct sink_message){.value = bytes_of(text), .severity = severity});
		sink_poll(sink);
	}
}

static struct sink_counts counts_of(struct sink *sink)
{
	struct sink_counts counts;

	sink_poll(sink);
	sink_counts(sink, &counts);
	return counts;
}

static void what_is_wanted_is_posted(void **state)
{
	struct server *server = server_new(GOOD);
	struct sink *sink = sink_new(server, "team");

	(void)state;
	put_many(sink, 50, 4, "team");
	put_many(sink, 20, 4, "others");
	put_many(sink, 20, 2, "team");
	sink_put(sink, &(struct sink_message){.value = BYTES("{\"activity_id\":2,\"n\":1}"), .severity = 5});
	assert_int_equal(sink_flush(sink, 20000), STATUS_OK);
	assert_int_equal(counts_of(sink).delivered, 50);
	assert_int_equal(counts_of(sink).queued, 50);
	assert_int_equal(atomic_load(&server->count), 50);
	sink_close(sink);
	server_free(server);
}

static void busy_is_tried_again_and_wrong_is_not(void **state)
{
	struct server *server = server_new(WRONG);
	struct sink *sink = sink_new(server, NULL);

	(void)state;
	atomic_store(&server->bad_count, 1);
	put_many(sink, 3, 5, "team");
	assert_int_equal(sink_flush(sink, 20000), STATUS_IO);
	assert_int_equal(counts_of(sink).failed, 3);
	assert_int_equal(atomic_load(&server->count), 4); /* one of them twice */
	assert_non_null(strstr(sink_error(sink), "400"));
	sink_close(sink);
	server_free(server);
}

/* Nobody empties the queue: what is past it is dropped and counted, and the caller never waits. */
static void a_slow_server_costs_records_and_no_time(void **state)
{
	struct server *server = server_new(GOOD);
	struct sink *sink = sink_new(server, NULL);
	struct sink_counts counts;
	time_t start = time(NULL);

	(void)state;
	atomic_store(&server->hold_ms, 300);
	put_many(sink, LIMIT_WEBHOOK_QUEUE + 500, 5, "team");
	counts = counts_of(sink);
	assert_int_equal(counts.queued, LIMIT_WEBHOOK_QUEUE + 500);
	assert_true(counts.dropped >= 490 && counts.dropped <= 500);
	assert_non_null(strstr(sink_error(sink), "queue is full"));
	assert_int_equal(sink_flush(sink, 100), STATUS_IO);
	sink_close(sink); /* in the middle of a post */
	assert_true(time(NULL) - start < 20);
	server_free(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wanted_is_posted),
		cmocka_unit_test(busy_is_tried_again_and_wrong_is_not),
		cmocka_unit_test(a_slow_server_costs_records_and_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
