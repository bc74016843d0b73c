#include "sensor/reassembly/connection_list.h"

#include "sensor/reassembly/connection.h"

void connection_list_leave(struct connection *connection, enum connection_link_kind kind)
{
	struct connection_link *link = &connection->links[kind];
	struct connection_list *list = link->list;

	if (list == NULL)
		return;
	*(link->older == NULL ? &list->oldest : &link->older->links[kind].newer) = link->newer;
	*(link->newer == NULL ? &list->newest : &link->newer->links[kind].older) = link->older;
	*link = (struct connection_link){0};
}

void connection_list_add(struct connection_list *list, struct connection *connection)
{
	struct connection_link *link = &connection->links[list->kind];

	if (list->newest == connection)
		return;
	connection_list_leave(connection, list->kind);
	*link = (struct connection_link){.older = list->newest, .list = list};
	*(list->newest == NULL ? &list->oldest : &list->newest->links[list->kind].newer) = connection;
	list->newest = connection;
}
