/*
 * push: one HTTP request to a running sensor's admin API, over TCP or a unix
 * socket. The one file that knows libcurl.
 *
 *	push_send(&(struct push){.to = "unix:/run/specular.sock", .method = "PUT", ...}, &answer, ...);
 *
 * Thread   one.
 */
#pragma once

#include "parsers/base/buffer.h"

struct push {
	const char *to;     /* "http://127.0.0.1:8081", "https://...", or "unix:/PATH" */
	const char *path;   /* "/v1/partners/acme" */
	const char *method; /* "GET" or "PUT" */
	const char *token;
	struct bytes body; /* of a PUT */
};

/* STATUS_INVALID with words: the address is none. STATUS_IO with words: nothing was answered.
 * `out_answer` has its ceiling set by the caller; what is longer is an error. */
MUST_CHECK enum status push_send(const struct push *push, struct buffer *out_answer, unsigned *out_status,
				 char *error, size_t error_len);
