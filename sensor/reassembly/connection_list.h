/*
 * connection_list: connections in the order they were added, oldest first. A
 * connection may be in one list of each kind. Adding, moving and leaving cost
 * the same for any length. Owns nothing.
 */
#pragma once

struct connection;
struct connection_list;

enum connection_link_kind {
	LINK_AGE,     /* by when it was touched: half open, open, closed */
	LINK_WAITING, /* it has a hole, or something to hand out */
	LINK_KIND_COUNT,
};

struct connection_link {
	struct connection *older, *newer;
	struct connection_list *list; /* NULL: in none */
};

struct connection_list {
	enum connection_link_kind kind;
	struct connection *oldest, *newest;
};

/* Leaves the list of this kind that it is in, and becomes the newest of this one. */
void connection_list_add(struct connection_list *list, struct connection *connection);
void connection_list_leave(struct connection *connection, enum connection_link_kind kind);
