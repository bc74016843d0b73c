/*
 * webhook_post: one HTTP POST of JSON, by libcurl. Follows no redirect, which could carry a secret elsewhere.
 *
 *	post = webhook_post_new(url, headers, &is_over);
 *	outcome = webhook_post(post, body, &retry_after_s);
 *	webhook_post_free(post);
 *
 * Owns     copies of the address and the headers, wiped with it. Thread: one.
 */
#pragma once

#include <stdatomic.h>

#include "parsers/base/bytes.h"
#include "parsers/base/status.h"

#define WEBHOOK_WORDS_MAX 160

enum webhook_outcome {
	WEBHOOK_TAKEN,   /* 2xx */
	WEBHOOK_LATER,   /* no answer, 429 or 5xx: worth another try */
	WEBHOOK_REFUSED, /* any other answer */
};

struct webhook_post;

/* Lines of "Name: value" may be NULL. *is_over ends a request that is under way. NULL without memory. */
struct webhook_post *webhook_post_new(const char *url, const char *headers, const _Atomic bool *is_over);
/* `words` says why, and names neither address nor header. */
enum webhook_outcome webhook_post(struct webhook_post *post, struct bytes body, uint64_t *out_retry_after_s,
				  char words[WEBHOOK_WORDS_MAX]);
void webhook_post_free(struct webhook_post *post); /* accepts NULL */
