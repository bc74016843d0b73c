#include "sensor/publish/webhook_post.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS_MAX 5000
#define ANSWER_MS_MAX  15000

struct webhook_post {
	CURL *curl;
	struct curl_slist *headers;
	const _Atomic bool *is_over;
};

/* The answer's body is nobody's business here. */
static size_t swallow(char *data, size_t size, size_t count, void *context)
{
	(void)data, (void)context;
	return size * count;
}

static int look(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct webhook_post *post = context;

	(void)a, (void)b, (void)c, (void)d;
	return atomic_load(post->is_over) ? 1 : 0;
}

static bool add_header(struct webhook_post *post, const char *line)
{
	struct curl_slist *more = curl_slist_append(post->headers, line);

	if (more != NULL)
		post->headers = more;
	return more != NULL;
}

static bool add_headers(struct webhook_post *post, const char *lines)
{
	bool is_good = add_header(post, "Content-Type: application/json") && add_header(post, "Expect:");

	for (struct bytes rest = bytes_of(lines); is_good && rest.data != NULL && rest.len > 0;) {
		struct bytes line = bytes_trim(bytes_split(&rest, '\n'));
		char *copy = line.len == 0 ? NULL : strndup(line.data, line.len);

		if (copy != NULL)
			is_good = add_header(post, copy);
		if (copy != NULL)
			explicit_bzero(copy, line.len);
		free(copy);
	}
	return is_good;
}

struct webhook_post *webhook_post_new(const char *url, const char *headers, const _Atomic bool *is_over)
{
	struct webhook_post *post = calloc(1, sizeof(*post));

	if (post == NULL)
		return NULL;
	post->is_over = is_over;
	post->curl = curl_easy_init();
	if (post->curl == NULL || !add_headers(post, headers) ||
	    curl_easy_setopt(post->curl, CURLOPT_URL, url) != CURLE_OK) {
		webhook_post_free(post);
		return NULL;
	}
	curl_easy_setopt(post->curl, CURLOPT_HTTPHEADER, post->headers);
	curl_easy_setopt(post->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(post->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(post->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS_MAX);
	curl_easy_setopt(post->curl, CURLOPT_TIMEOUT_MS, (long)ANSWER_MS_MAX);
	curl_easy_setopt(post->curl, CURLOPT_WRITEFUNCTION, swallow);
	curl_easy_setopt(post->curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(post->curl, CURLOPT_XFERINFOFUNCTION, look);
	curl_easy_setopt(post->curl, CURLOPT_XFERINFODATA, post);
	curl_easy_setopt(post->curl, CURLOPT_USERAGENT, "specular");
	return post;
}

enum webhook_outcome webhook_post(struct webhook_post *post, struct bytes body, uint64_t *out_retry_after_s,
				  char words[WEBHOOK_WORDS_MAX])
{
	curl_off_t retry_after = 0;
	long status = 0;
	CURLcode code;

	curl_easy_setopt(post->curl, CURLOPT_POST, 1L);
	curl_easy_setopt(post->curl, CURLOPT_POSTFIELDS, body.data);
	curl_easy_setopt(post->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
	code = curl_easy_perform(post->curl);
	*out_retry_after_s = 0;
	if (code != CURLE_OK) {
		snprintf(words, WEBHOOK_WORDS_MAX, "%s", curl_easy_strerror(code));
		return WEBHOOK_LATER;
	}
	curl_easy_getinfo(post->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 200 && status < 300)
		return WEBHOOK_TAKEN;
	snprintf(words, WEBHOOK_WORDS_MAX, "the other side answers %ld", status);
	if (status != 429 && status < 500)
		return WEBHOOK_REFUSED;
	if (curl_easy_getinfo(post->curl, CURLINFO_RETRY_AFTER, &retry_after) == CURLE_OK && retry_after > 0)
		*out_retry_after_s = (uint64_t)retry_after;
	return WEBHOOK_LATER;
}

void webhook_post_free(struct webhook_post *post)
{
	if (post == NULL)
		return;
	for (struct curl_slist *line = post->headers; line != NULL; line = line->next)
		explicit_bzero(line->data, strlen(line->data));
	curl_slist_free_all(post->headers);
	if (post->curl != NULL)
		curl_easy_cleanup(post->curl);
	free(post);
}
