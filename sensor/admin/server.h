/*
 * server: the socket and the HTTP library of the admin API. Listens on loopback
 * or a unix socket only, asks for a bearer token before it reads a body, and
 * bounds bodies, connections and time.
 *
 *	server_open(&plan, &desk, error, sizeof(error), &server);	binds; root may still be needed
 *	server_start(server);						answers from its own thread
 *	server_close(server);
 *
 * Owns     the socket, the thread and bodies under way.
 * Thread   its own, one, for all connections.
 */
#pragma once

#include "sensor/admin/desk.h"

struct server;

/* "127.0.0.1:8081", "[::1]:8081", "localhost:8081" or "unix:/run/specular.sock". */
MUST_CHECK enum status server_open(const char *listen, struct desk *desk, char *error, size_t error_len,
				   struct server **out_server);
MUST_CHECK enum status server_start(struct server *server);
void server_close(struct server *server); /* accepts NULL */
