/*
 * contract_fixture: a contracts folder in memory and exchanges made by hand.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "specs/conform.h"

#define FOLDER_MAX 64

struct folder {
	const char *names[FOLDER_MAX];
	struct bytes texts[FOLDER_MAX];
	size_t count;
	struct spec_files files;
};

static enum status folder_read(void *context, const char *name, struct bytes *out_text)
{
	const struct folder *folder = context;

	/* Names that leave the folder must never come here. */
	assert_null(strstr(name, ".."));
	assert_true(name[0] != '/');
	for (size_t i = 0; i < folder->count; i++) {
		if (strcmp(folder->names[i], name) == 0) {
			*out_text = folder->texts[i];
			return STATUS_OK;
		}
	}
	return STATUS_NOT_FOUND;
}

static inline void folder_add_bytes(struct folder *folder, const char *name, struct bytes text)
{
	assert_true(folder->count < FOLDER_MAX);
	folder->names[folder->count] = name;
	folder->texts[folder->count++] = text;
	folder->files = (struct spec_files){folder_read, folder->names, folder->count, folder};
}

static inline void folder_add(struct folder *folder, const char *name, const char *text)
{
	folder_add_bytes(folder, name, bytes_of(text));
}

static inline void problems_print(const struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		print_message("%s:%u:%u: %d %s: %s (%s)\n", problems->list[i].place.file,
			      problems->list[i].place.line, problems->list[i].place.column,
			      (int)problems->list[i].level, problems->list[i].id, problems->list[i].what,
			      problems->list[i].mend);
}

/* The first problem whose words hold `words`, or NULL. */
static inline const struct problem *problem_with(const struct problems *problems, const char *words)
{
	for (size_t i = 0; i < problems->count; i++)
		if (strstr(problems->list[i].what, words) != NULL)
			return &problems->list[i];
	return NULL;
}

/* Loads a folder that must have no error. */
static inline struct contract *contract_of(struct folder *folder)
{
	struct contract *contract = NULL;
	struct problems problems;

	problems_init(&problems);
	assert_int_equal(contract_load(&folder->files, &problems, &contract), STATUS_OK);
	if (problems.error_count > 0)
		problems_print(&problems);
	assert_int_equal(problems.error_count, 0);
	problems_finish(&problems);
	return contract;
}

static inline struct contract *contract_of_text(const char *spec)
{
	struct folder folder = {0};

	folder_add(&folder, "api.yaml", spec);
	return contract_of(&folder);
}

/* -- exchanges ------------------------------------------------------------------ */

static inline void message_field(struct exchange *exchange, struct message *message, const char *name,
				 const char *value)
{
	struct header *headers =
		arena_alloc(&exchange->arena, (message->header_count + 1) * sizeof(*headers));

	assert_non_null(headers);
	if (message->header_count > 0)
		memcpy(headers, message->headers, message->header_count * sizeof(*headers));
	headers[message->header_count++] = (struct header){.name = bytes_of(name), .value = bytes_of(value)};
	message->headers = headers;
}

/* "Name: value\nName: value" */
static inline void message_fields(struct exchange *exchange, struct message *message, const char *fields)
{
	for (struct bytes rest = bytes_of(fields); rest.len > 0;) {
		struct bytes value = bytes_split(&rest, '\n');
		struct bytes name = bytes_split(&value, ':');
		char *text = arena_alloc(&exchange->arena, name.len + 1);

		for (size_t i = 0; i < name.len; i++)
			text[i] = ascii_lower(name.data[i]);
		message_field(exchange, message, text, arena_copy(&exchange->arena, bytes_trim(value)).data);
	}
}

static inline void message_body(struct exchange *exchange, struct message *message, const char *type,
				const char *body)
{
	if (type != NULL)
		message_field(exchange, message, "content-type", type);
	if (body == NULL)
		return;
	message->body.content = bytes_of(body);
	message->body.wire_len = strlen(body);
	message->body.state = BODY_WHOLE;
}

/* "GET", "http://api.example.com/orders/1?a=b" */
static inline struct exchange *request_of(const char *method, const char *url)
{
	struct exchange *exchange = exchange_new(NULL);
	struct bytes rest = bytes_from(bytes_of(url), strlen("http://"));
	size_t slash = bytes_find_byte(rest, '/');

	assert_non_null(exchange);
	assert_true(slash != BYTES_NOT_FOUND);
	exchange->method = bytes_of(method);
	exchange->host = bytes_slice(rest, 0, slash);
	exchange->target = rest = bytes_from(rest, slash);
	exchange->path = bytes_split(&rest, '?');
	exchange->has_query = rest.data != NULL;
	exchange->query = rest;
	exchange->request.is_seen = exchange->request.is_complete = true;
	exchange->time_ns = 1780000000ull * SECONDS; /* 2026-05-28 */
	return exchange;
}

static inline void response_of(struct exchange *exchange, unsigned status, const char *type, const char *body)
{
	exchange->status = status;
	exchange->response.is_seen = exchange->response.is_complete = true;
	message_body(exchange, &exchange->response, type, body);
}

/* -- judging -------------------------------------------------------------------- */

struct judged {
	struct match match;
	struct departures departures;
	struct departure list[LIMIT_DEPARTURES];
};

static inline void judge(const struct contract *contract, struct exchange *exchange, struct judged *out)
{
	struct body_reading request, response;

	memset(out, 0, sizeof(*out));
	out->departures.list = out->list;
	contract_operation(contract, NULL, exchange, &out->match);
	assert_int_equal(out->match.kind, MATCH_OPERATION);
	body_read(exchange, &exchange->request, NULL, &request);
	body_read(exchange, &exchange->response, NULL, &response);
	conform_check(&out->match, exchange, &request, &response, &out->departures);
}

/* All departures as one line: "request.query.type:limit response.body.required". */
static inline const char *departures_text(const struct judged *judged)
{
	static char text[8192];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < judged->departures.count; i++) {
		const struct departure *departure = &judged->list[i];

		len += (size_t)snprintf(
			text + len, sizeof(text) - len, "%s%s.%s.%s%s%.*s", len > 0 ? " " : "",
			departure->side == SIDE_REQUEST ? "request" : "response", part_name(departure->part),
			keyword_name(departure->keyword), departure->name.len > 0 ? ":" : "",
			(int)departure->name.len, departure->name.data == NULL ? "" : departure->name.data);
		assert_true(len < sizeof(text));
	}
	return text;
}
