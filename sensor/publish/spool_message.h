/*
 * spool_message: a record and its headers as one run of bytes, and back.
 *
 * Lends    the parts of the run it was read from. Thread: any; pure functions.
 */
#pragma once

#include "parsers/base/buffer.h"
#include "sensor/publish/sink.h"

/* Replaces what the buffer holds. Texts of headers are cut at LIMIT_SPOOL_HEADER_TEXT; STATUS_LIMIT when the
 * record itself is larger than LIMIT_RECORD_BYTES. */
MUST_CHECK enum status spool_message_write(const struct sink_message *message, struct buffer *out);
/* STATUS_INVALID when that is not what spool_message_write wrote. */
MUST_CHECK enum status spool_message_read(struct bytes run, struct sink_message *out_message);
