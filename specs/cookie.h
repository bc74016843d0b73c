/*
 * cookie: the cookies of a request, one at a time, over all its Cookie lines.
 *
 *	struct cookie cookie = {0};
 *	while (cookie_next(&exchange->request, &cookie))
 *		use(cookie.name, cookie.value);
 */
#pragma once

#include "parsers/exchange.h"

struct cookie {
	struct bytes name, value; /* as sent; quotes stay */
	const struct header *line;
	struct bytes rest;
};

bool cookie_next(const struct message *message, struct cookie *cookie);
