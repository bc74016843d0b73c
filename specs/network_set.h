/*
 * network_set: is an address in any of very many networks? One binary search,
 * however many there are.
 *
 *	network_set_read(&set, text, "tor.txt", &problems);	several files, one after the other
 *	network_set_close(&set);				then it is frozen
 *	if (network_set_has(&set, &address)) ...
 *
 * A file has a network or an address a line; what follows '#', ';' or white space is a remark.
 *
 * Owns     at most LIMIT_NETWORKS ranges.
 * Thread   frozen after network_set_close; shared.
 */
#pragma once

#include "parsers/base/endpoint.h"
#include "parsers/base/problem.h"
#include "parsers/base/status.h"

struct network_range;

struct network_set {
	struct network_range *ranges;
	size_t count, capacity;
};

MUST_CHECK enum status network_set_read(struct network_set *set, struct bytes text, const char *file,
					struct problems *problems);
void network_set_close(struct network_set *set);
bool network_set_has(const struct network_set *set, const struct address *address);
void network_set_finish(struct network_set *set); /* accepts zeroed memory */
