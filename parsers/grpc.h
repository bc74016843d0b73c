/*
 * grpc: what an exchange says as a gRPC call: which method, how it ended, how
 * many messages went each way, and the texts in them. gRPC over HTTP/2
 * ("PROTOCOL-HTTP2" of grpc/grpc) and gRPC-Web ("PROTOCOL-WEB"), binary and text.
 *
 * Messages are told apart and counted in what was kept of the body; their texts
 * are found without a schema, by walking the wire format.
 *
 *	grpc_note(exchange, plan);		once, when its bodies are set
 *	if (exchange->grpc != NULL) ...
 *
 * Owns     nothing; all is in the exchange's arena.
 */
#pragma once

#include "parsers/body.h"
#include "parsers/session.h"

/* How reading the messages of one direction went; of several troubles the first. */
enum grpc_outcome {
	GRPC_READ,
	GRPC_NOT_WHOLE,   /* the mirror did not show, or we did not keep, all of the body */
	GRPC_TRUNCATED,   /* the body ends inside a message */
	GRPC_BAD_PREFIX,  /* what stands before a message is no flag: the boundary is unknown */
	GRPC_BAD_CODING,  /* a message is packed in a way that is not known, not named, or broken */
	GRPC_BAD_MESSAGE, /* a message is no protobuf */
	GRPC_CEILING,     /* LIMIT_GRPC_*, or the ceilings of content codings */
};

struct grpc_messages {
	bool is_read; /* false: no body, or its type is another one, or its Content-Encoding was not taken off
		       */
	enum grpc_outcome outcome;
	uint64_t count;     /* that are whole */
	uint64_t bytes;     /* of them, as sent, without their prefixes */
	uint64_t bytes_max; /* of the longest */
	struct form_field *texts;
	size_t text_count;
};

#define GRPC_NO_STATUS (-1)

struct grpc_call {
	bool is_web;
	struct bytes service, method; /* "shop.v1.Orders" and "Get" as sent; empty: the path names none */
	int status;                   /* of the trailers; GRPC_NO_STATUS */
	struct grpc_messages request, response;
};

/* Sets exchange->grpc where this is a gRPC call. Without memory it stays NULL and the body opaque. */
void grpc_note(struct exchange *exchange, const struct session_plan *plan);

/* "/shop.v1.Orders/Get": anything before it is a proxy's. Both are empty where the path is too short. */
void grpc_names(struct bytes path, struct bytes *out_service, struct bytes *out_method);

/* The messages of one direction as a body; false: it holds none, whatever it is. */
bool grpc_reading(const struct exchange *exchange, const struct message *message,
		  struct body_reading *out_reading);

/* -- a body that is read a message at a time, because it is too large to keep: */

/* A flag and a length before each message. */
#define GRPC_PREFIX_LEN 5

/* False where the body's type is another one, or base64 stands around it. */
bool grpc_is_framed(const struct message *message);

/* How long a message is with its prefix; 0 where this is no prefix. */
uint64_t grpc_frame_len(const struct message *message, struct bytes prefix);

/* The texts of one message, prefix and all. */
void grpc_frame_read(const struct message *message, struct bytes frame, struct arena *arena,
		     struct grpc_messages *out_messages);

const char *grpc_outcome_name(enum grpc_outcome outcome); /* "read", "not_whole" ... */
const char *grpc_status_name(int status);                 /* "OK", "NOT_FOUND"; NULL: no such number */
