/*
 * exchange: one request with its response, as far as the mirror showed them.
 * It is what every later stage reads and none changes.
 *
 * Made by a protocol parser, handed out by session_next, freed in one place
 * (exchange_free), which wipes it: it holds credentials and personal data.
 *
 * Owns     everything it points to, in its arena.
 * Thread   private to the worker that made it.
 */
#pragma once

#include "parsers/base/arena.h"
#include "parsers/base/buffer.h"
#include "parsers/base/chunk.h"
#include "parsers/base/endpoint.h"
#include "parsers/base/limits.h"

enum http_version {
	HTTP_UNKNOWN = 0,
	HTTP_0_9 = 9,
	HTTP_1_0 = 10,
	HTTP_1_1 = 11,
	HTTP_2 = 20,
};

/* One field line. Lines of the same name stay apart, in the order they came. */
struct header {
	struct bytes name;  /* lower case */
	struct bytes value; /* without surrounding white space, obs-fold replaced by a space */
	bool is_trailer;
};

enum body_state {
	BODY_NONE,    /* the message has no body */
	BODY_WHOLE,   /* every byte was seen and kept */
	BODY_CUT,     /* seen, but kept only up to LIMIT_BODY_BYTES */
	BODY_HOLED,   /* bytes are missing; content ends at the hole */
	BODY_UNENDED, /* the connection ended first; content is what came */
};

enum coding_outcome {
	CODING_NONE, /* no Content-Encoding */
	CODING_DECODED,
	CODING_UNSUPPORTED, /* content is as sent */
	CODING_BROKEN,      /* content is as sent */
	CODING_BOMB,        /* the output or ratio ceiling; content is what was decoded so far */
	CODING_COSTLY,      /* the work or window ceiling; content is what was decoded so far, or as sent */
	CODING_PARTIAL,     /* the body is not whole; content is what could be decoded */
};

struct body {
	struct bytes content; /* after transfer and content decoding */
	uint64_t wire_len; /* bytes as sent, without chunk framing, before content decoding, holes included */
	enum body_state state;
	enum coding_outcome coding;
	void *read_along; /* what a struct long_reader made of the whole of a larger body; NULL: nobody read
			     it */
};

/* What is odd about the framing of a message; a bit set. RFC 9112 sections 2.2, 5, 6, 11.2. */
enum oddity {
	ODDITY_LENGTH_AND_CHUNKED = 1 << 0, /* Content-Length beside Transfer-Encoding */
	ODDITY_LENGTH_TWICE = 1 << 1,       /* several Content-Length, equal or not */
	ODDITY_LENGTH_DIFFERS = 1 << 2,     /* several Content-Length that differ */
	ODDITY_OBS_FOLD = 1 << 3,
	ODDITY_BARE_LF = 1 << 4,
	ODDITY_BARE_CR = 1 << 5,
	ODDITY_NAME_SPACE = 1 << 6,         /* white space between field name and colon */
	ODDITY_CODING_NOT_CHUNKED = 1 << 7, /* Transfer-Encoding does not end in chunked */
	ODDITY_METHOD_UNKNOWN = 1 << 8,     /* a method that llhttp does not know */
	ODDITY_AFTER_CLOSE = 1 << 9,        /* bytes after Connection: close */
	ODDITY_CHUNK_SIZE = 1 << 10,        /* spaces or other leniency in a chunk size line */
	ODDITY_BODY_ON_BODILESS =
		1 << 11,            /* a length above 0, or chunked, with 1xx or 204 (304 may: RFC 9110) */
	ODDITY_HEAD_CUT = 1 << 12,  /* fields beyond LIMIT_HEAD_* were dropped */
	ODDITY_MALFORMED = 1 << 13, /* the parser gave up inside this message */
	ODDITY_FIELD_INVALID = 1 << 14,  /* a line without a colon, or a name that is no token */
	ODDITY_START_LINE = 1 << 15,     /* a status line that is not "HTTP/d.d NNN" */
	ODDITY_LENGTH_INVALID = 1 << 16, /* a Content-Length that is no number */
	ODDITY_RESET_FLOOD = 1 << 17,    /* HTTP/2: LIMIT_RESETS requests were taken back within a second */
	ODDITY_CONTINUATION_FLOOD = 1 << 18, /* HTTP/2: LIMIT_CONTINUATIONS frames, and the head goes on */
};

struct message {
	bool is_seen;     /* its head was read to the end, and its method and path, or status, are known */
	bool is_complete; /* head and body, every byte */
	enum http_version version;
	struct header *headers;
	size_t header_count;
	struct bytes media_type; /* of the fields, once message_note was called */
	bool is_noted;
	struct body body;
	bool has_unknown_fields; /* HTTP/2: some fields refer to what was not seen: what is not in
				    `headers` may still have been sent */
	unsigned oddities;       /* of enum oddity */
	uint64_t gap_len;        /* bytes lost inside this message */
	uint64_t first_ns;       /* packet time of its first byte; 0 when not seen */
	uint64_t head_ns;        /* of the end of its head */
	uint64_t last_ns;        /* of its last byte */
};

/* Why an exchange is not complete. The sum of these is the sum of incompletes. */
enum exchange_outcome {
	EXCHANGE_COMPLETE,
	EXCHANGE_NO_RESPONSE,  /* the connection ended before one came */
	EXCHANGE_NO_REQUEST,   /* a response to something before we joined, or unpaired */
	EXCHANGE_REQUEST_CUT,  /* the connection ended inside the request */
	EXCHANGE_RESPONSE_CUT, /* the connection ended inside the response */
	EXCHANGE_GAP_REQUEST,  /* bytes of the request are lost */
	EXCHANGE_GAP_RESPONSE, /* bytes of the response are lost */
	EXCHANGE_GAP_PAIRING,  /* loss hid the boundary; pairing could not be verified */
	EXCHANGE_MALFORMED,    /* the parser could not go on */
	EXCHANGE_OVERFLOW,     /* a ceiling: pipeline, memory */
	EXCHANGE_UNKNOWN_HEAD, /* HTTP/2: method, path or status refer to what was sent before we joined, or
				  lost */
	EXCHANGE_OUTCOME_COUNT,
};

struct exchange {
	struct arena arena;
	struct buffer bodies[2]; /* what lies outside the arena: bodies as they were kept while they came */
	unsigned body_count;
	struct exchange *next; /* finished after this one; of the session, until it is handed out */

	uint64_t connection; /* number of the packet that opened the connection: same for any number of
				workers */
	uint64_t number;     /* of the exchange in its connection, from 0 */
	uint32_t part;       /* of a batch: from 1; 0: no part of one (parsers/batch.h) */
	uint64_t time_ns;    /* packet time at which it was complete, or given up */
	struct endpoint client, server;
	bool is_announced;         /* the PROXY protocol said who the client is */
	struct endpoint announced; /* not believed yet */
	bool is_proxied;           /* `client` is who a trusted proxy says it is, `proxy` the proxy */
	struct endpoint proxy;
	enum exchange_outcome outcome;
	bool is_mid_stream; /* the connection was joined after its start */
	bool is_decrypted;  /* the source carries decrypted TLS */
	bool is_upgrade;    /* 101 or CONNECT 2xx: the connection left HTTP after this */

	/* the request; empty when request.is_seen is false */
	struct bytes method; /* as sent: "GET", "MERGE" */
	struct bytes target; /* the whole request target as sent */
	struct bytes scheme; /* of an absolute-form target or :scheme; usually empty */
	struct bytes host;   /* lower case, without port: of an absolute-form target, else the Host field */
	uint16_t host_port;  /* 0 when none was given */
	struct bytes path;   /* as sent, still percent-encoded, without query and fragment */
	struct bytes query;  /* without '?', still encoded */
	bool has_query;
	struct message request;

	unsigned status; /* 0 when response.is_seen is false */
	struct message response;
	unsigned interim_count; /* 1xx responses before the final one */

	struct grpc_call *grpc; /* NULL: no gRPC (parsers/grpc.h) */
};

/* NULL without memory. The arena, in which it stands itself, has the ceiling LIMIT_EXCHANGE_BYTES; its memory
 * is `stock`'s (blocks of EXCHANGE_STOCK_LEN; NULL: malloc's), to which it goes back. */
struct exchange *exchange_new(struct stock *stock);
#define EXCHANGE_STOCK_LEN ARENA_STOCK_LEN(LIMIT_ARENA_BLOCK)
void exchange_free(struct exchange *exchange); /* wipes; accepts NULL */

/* First field line of that lower-case name, or NULL. */
const struct header *message_header(const struct message *message, struct bytes name);
/* The next one of the same name after `header`, or NULL. */
const struct header *message_header_next(const struct message *message, const struct header *header);

/* All fields are there, and none changes any more: what is asked of them again and again is looked up once.
 */
void message_note(struct message *message);
/* The media type without parameters ("application/json"), as sent in case; empty when there is none. */
struct bytes message_media_type(const struct message *message);

const char *exchange_outcome_name(enum exchange_outcome outcome); /* "complete", "gap_response" ... */
const char *http_version_name(enum http_version version);         /* "1.0", "1.1", "2" ... */
