#include "sensor/push.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#define CONNECT_S 10
#define WHOLE_S   300

static const char unix_scheme[] = "unix:";

static size_t take(char *data, size_t size, size_t count, void *context)
{
	struct bytes part = {.data = data, .len = size * count};

	return buffer_append(context, part) == STATUS_OK ? part.len : 0;
}

static bool print_url(const struct push *push, char url[2048], const char **out_socket)
{
	size_t len = strlen(push->to);

	*out_socket = NULL;
	if (strncmp(push->to, unix_scheme, sizeof(unix_scheme) - 1) == 0) {
		*out_socket = push->to + sizeof(unix_scheme) - 1;
		return snprintf(url, 2048, "http://localhost%s", push->path) < 2048;
	}
	if (strncmp(push->to, "http://", 7) != 0 && strncmp(push->to, "https://", 8) != 0)
		return false;
	while (len > 0 && push->to[len - 1] == '/')
		len--;
	return snprintf(url, 2048, "%.*s%s", (int)len, push->to, push->path) < 2048;
}

static enum status perform(CURL *curl, unsigned *out_status, char *error, size_t error_len)
{
	char words[CURL_ERROR_SIZE] = "";
	CURLcode code;
	long status = 0;

	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words);
	code = curl_easy_perform(curl);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK) {
		snprintf(error, error_len, "%s", words[0] != '\0' ? words : curl_easy_strerror(code));
		return STATUS_IO;
	}
	*out_status = (unsigned)status;
	return STATUS_OK;
}

static enum status send_with(CURL *curl, const struct push *push, struct buffer *out_answer,
			     unsigned *out_status, char *error, size_t error_len)
{
	struct curl_slist *headers = NULL, *more;
	char url[2048], authorization[1024];
	const char *socket;
	enum status status = STATUS_NO_MEMORY;

	if (!print_url(push, url, &socket) ||
	    snprintf(authorization, sizeof(authorization), "Authorization: Bearer %s", push->token) >=
		    (int)sizeof(authorization)) {
		snprintf(error, error_len, "write http://127.0.0.1:PORT, https://HOST or unix:/PATH");
		return STATUS_INVALID;
	}
	headers = curl_slist_append(NULL, authorization);
	explicit_bzero(authorization, sizeof(authorization));
	more = headers == NULL ? NULL : curl_slist_append(headers, "Expect:");
	if (more != NULL) {
		curl_easy_setopt(curl, CURLOPT_URL, url);
		curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
		curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
		curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
		curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WHOLE_S);
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, more);
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
		curl_easy_setopt(curl, CURLOPT_WRITEDATA, out_answer);
		if (socket != NULL)
			curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket);
		if (push->body.data != NULL) {
			curl_easy_setopt(curl, CURLOPT_POSTFIELDS, push->body.data);
			curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)push->body.len);
		}
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, push->method);
		status = perform(curl, out_status, error, error_len);
	}
	curl_slist_free_all(headers);
	return status;
}

enum status push_send(const struct push *push, struct buffer *out_answer, unsigned *out_status, char *error,
		      size_t error_len)
{
	CURL *curl = curl_easy_init();
	enum status status;

	if (curl == NULL) {
		snprintf(error, error_len, "out of memory");
		return STATUS_NO_MEMORY;
	}
	status = send_with(curl, push, out_answer, out_status, error, error_len);
	curl_easy_cleanup(curl);
	return status;
}
