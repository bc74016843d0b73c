/*
 * webhook_template: a record made into what a chat or a tracker takes.
 *
 * A template is text, usually JSON, with {{/pointer}} where a value of the
 * record goes (RFC 6901), escaped for a JSON text. {{/a|/b}}: the first that
 * is there. {{&/a}}: with & < > as entities too, for Slack, where a record
 * could else call people by name.
 *
 *	status = webhook_template_fill(template, record, &out);
 */
#pragma once

#include <yyjson.h>

#include "parsers/base/buffer.h"

/* Replaces what the buffer holds. STATUS_LIMIT: more than the buffer may hold. */
MUST_CHECK enum status webhook_template_fill(struct bytes text, yyjson_val *record, struct buffer *out);
