/*
 * usual_fields: header fields and cookies that belong to HTTP, to browsers, to proxies or to tracing: no
 * contract declares them, and none is a departure. A name is usual when it is in the table or begins with one
 * of its families ("sec-", "x-forwarded-").
 */
#pragma once

#include "parsers/base/bytes.h"

bool usual_field(struct bytes name);  /* lower case */
bool usual_cookie(struct bytes name); /* as sent */
