/*
 * grpc_messages: the messages of one gRPC body: a flag, a length, the message,
 * again and again. Used by grpc.c only.
 */
#pragma once

#include "parsers/grpc.h"

enum grpc_codec { GRPC_PROTOBUF, GRPC_TEXT }; /* GRPC_TEXT: "+json" and what is no protobuf */

struct grpc_body {
	struct arena *arena;
	struct bytes content; /* after Content-Encoding, and base64 of gRPC-Web */
	struct bytes coding;  /* grpc-encoding; empty: none named */
	enum grpc_codec codec;
	bool is_whole;          /* content is all of it */
	bool is_coding_unknown; /* the field that names the coding may not have been seen */
	bool is_web;
	uint64_t bytes_max; /* of all unpacked messages */
};

/* *out_trailers: the field lines of gRPC-Web's last frame, or empty. */
void grpc_messages_read(const struct grpc_body *body, struct grpc_messages *out_messages,
			struct bytes *out_trailers);

/* Does a message begin with such a byte? */
bool grpc_is_flag(uint8_t flag, bool is_web);

/* -- grpc_texts.c: the texts of messages -------------------------------------------- */

struct grpc_texts {
	struct arena *arena;
	struct form_field *list;
	size_t count, capacity;
	uint64_t bytes_used; /* of names and places, of LIMIT_GRPC_FIELD_BYTES */
	uint64_t work;       /* of LIMIT_GRPC_WORK */
};

/* GRPC_READ, GRPC_BAD_MESSAGE or GRPC_CEILING. */
enum grpc_outcome grpc_texts_add(struct grpc_texts *texts, struct bytes message);

/* A text that has no number. */
enum grpc_outcome grpc_texts_add_plain(struct grpc_texts *texts, struct bytes text);
