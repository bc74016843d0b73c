#include "sensor/admin/server.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parsers/base/limits.h"
#include "sensor/admin/listener.h"

/* What the library keeps of one connection: its head, and what it reads ahead. */
#define CONNECTION_BYTES (64 * KIB)

struct server {
	struct desk *desk;
	struct MHD_Daemon *daemon;
	char where[256];
	int file;
	size_t body_bytes; /* of all requests under way */
};

/* One request under way. */
struct call {
	struct server *server;
	const char *who;
	struct buffer body;
	time_t until_s;
	unsigned refused; /* a status: the rest of the body is read and forgotten */
};

static time_t now_s(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

static struct bytes header(struct MHD_Connection *connection, const char *name)
{
	return bytes_of(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name));
}

static struct bytes argument(struct MHD_Connection *connection, const char *name)
{
	return bytes_of(MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, name));
}

/* The library frees the body once it is sent. */
static enum MHD_Result send_response(struct MHD_Connection *connection, struct desk_response *answer)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(answer->body.len, answer->body.data, MHD_RESPMEM_MUST_FREE);
	enum MHD_Result result = MHD_NO;

	if (response == NULL) {
		buffer_finish(&answer->body);
		return MHD_NO;
	}
	if (answer->content_type != NULL)
		MHD_add_response_header(response, "Content-Type", answer->content_type);
	if (answer->etag[0] != '\0')
		MHD_add_response_header(response, "ETag", answer->etag);
	if (answer->allow != NULL)
		MHD_add_response_header(response, "Allow", answer->allow);
	if (answer->status == 401)
		MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
	MHD_add_response_header(response, "Cache-Control", "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	result = MHD_queue_response(connection, answer->status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status, const char *words)
{
	struct desk_response answer;

	desk_refuse(status, words, &answer);
	return send_response(connection, &answer);
}

/* Before any of the body is taken: who asks, and is there room for what was announced? */
static enum MHD_Result begin(struct server *server, struct MHD_Connection *connection, void **out_call)
{
	const char *who = tokens_check(&server->desk->tokens, header(connection, "Authorization"));
	struct bytes length = header(connection, "Content-Length");
	uint64_t announced = 0;
	struct call *call;

	if (who == NULL)
		return refuse(connection, 401, "send Authorization: Bearer TOKEN");
	if (length.data != NULL && !bytes_to_u64(length, &announced))
		return refuse(connection, 400, "Content-Length is no number");
	if (announced > LIMIT_SPEC_BYTES)
		return refuse(connection, 413, "the file is too large");
	call = calloc(1, sizeof(*call));
	if (call == NULL)
		return refuse(connection, 503, "out of memory");
	*call = (struct call){.server = server,
			      .who = who,
			      .body = BUFFER_MAX(LIMIT_SPEC_BYTES),
			      .until_s = now_s() + LIMIT_ADMIN_REQUEST_S};
	*out_call = call;
	return MHD_YES;
}

/* What is refused is said once the body has ended: the library answers no earlier. */
static enum MHD_Result take_body(struct call *call, struct bytes part)
{
	struct server *server = call->server;

	if (now_s() > call->until_s)
		return MHD_NO; /* too slow: the connection ends */
	if (call->refused != 0)
		return MHD_YES;
	if (part.len > LIMIT_ADMIN_BODY_BYTES - server->body_bytes)
		call->refused = 503;
	else if (buffer_append(&call->body, part) != STATUS_OK)
		call->refused = 413;
	else
		server->body_bytes += part.len;
	return MHD_YES;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path,
			      const char *method, const char *version, const char *part, size_t *part_len,
			      void **call_of)
{
	struct server *server = context;
	struct call *call = *call_of;
	struct desk_response answer = {0};
	struct desk_request request;

	(void)version;
	if (call == NULL)
		return begin(server, connection, call_of);
	if (*part_len > 0) {
		struct bytes taken = {.data = part, .len = *part_len};

		*part_len = 0;
		return take_body(call, taken);
	}
	if (call->refused != 0)
		return refuse(connection, call->refused,
			      call->refused == 413 ? "the file is too large"
						   : "too many uploads at once: try again");
	request = (struct desk_request){.method = bytes_of(method),
					.path = bytes_of(path),
					.version = argument(connection, "version"),
					.limit = argument(connection, "limit"),
					.who = call->who,
					.body = buffer_bytes(&call->body)};
	desk_answer(server->desk, &request, &answer);
	return send_response(connection, &answer);
}

static void forget(void *context, struct MHD_Connection *connection, void **call_of,
		   enum MHD_RequestTerminationCode code)
{
	struct server *server = context;
	struct call *call = *call_of;

	(void)connection;
	(void)code;
	if (call == NULL)
		return;
	server->body_bytes -= call->body.len;
	buffer_finish(&call->body);
	free(call);
	*call_of = NULL;
}

/* Names are plain, so nothing needs decoding; and what is decoded could hold a NUL or a slash. */
static size_t keep_as_sent(void *context, struct MHD_Connection *connection, char *text)
{
	(void)context;
	(void)connection;
	return strlen(text);
}

/* The library would write of clients that go away; that is theirs. */
static void say_nothing(void *context, const char *format, va_list arguments)
{
	(void)context;
	(void)format;
	(void)arguments;
}

enum status server_open(const char *listen, struct desk *desk, char *error, size_t error_len,
			struct server **out_server)
{
	struct server *server = calloc(1, sizeof(*server));

	if (server == NULL) {
		snprintf(error, error_len, "admin: out of memory");
		return STATUS_NO_MEMORY;
	}
	server->desk = desk;
	snprintf(server->where, sizeof(server->where), "%s", listen);
	server->file = listener_open(listen, error, error_len);
	if (server->file < 0) {
		free(server);
		return STATUS_IO;
	}
	*out_server = server;
	return STATUS_OK;
}

enum status server_start(struct server *server)
{
	server->daemon = MHD_start_daemon(
		MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, NULL, NULL, handle, server,
		MHD_OPTION_EXTERNAL_LOGGER, say_nothing, NULL, MHD_OPTION_LISTEN_SOCKET, server->file,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)LIMIT_ADMIN_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)LIMIT_ADMIN_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
		MHD_OPTION_NOTIFY_COMPLETED, forget, server, MHD_OPTION_UNESCAPE_CALLBACK, keep_as_sent, NULL,
		MHD_OPTION_END);
	return server->daemon == NULL ? STATUS_IO : STATUS_OK;
}

void server_close(struct server *server)
{
	if (server == NULL)
		return;
	if (server->daemon != NULL) {
		MHD_stop_daemon(server->daemon); /* closes the socket too */
		listener_close(-1, server->where);
	} else {
		listener_close(server->file, server->where);
	}
	free(server);
}
