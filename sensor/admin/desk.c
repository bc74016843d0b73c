#include "sensor/admin/desk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parsers/base/limits.h"
#include "sensor/admin/desk_upload.h"
#include "sensor/log.h"

#define ITEMS_DEFAULT 1000

static const char json_type[] = "application/json";

void desk_write_json(yyjson_mut_doc *doc, unsigned status, struct desk_response *out)
{
	size_t len = 0;
	char *text = yyjson_mut_write(doc, YYJSON_WRITE_ALLOW_INVALID_UNICODE, &len);
	struct buffer body = BUFFER_MAX(LIMIT_ADMIN_ANSWER_BYTES);
	bool is_good = text != NULL &&
		       buffer_append(&body, (struct bytes){.data = text, .len = len}) == STATUS_OK &&
		       buffer_append_byte(&body, '\n') == STATUS_OK;

	free(text);
	yyjson_mut_doc_free(doc);
	if (!is_good)
		buffer_clear(&body);
	*out = (struct desk_response){
		.status = is_good ? status : 503, .content_type = json_type, .body = body};
}

void desk_refuse(unsigned status, const char *words, struct desk_response *out_response)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);

	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_str(doc, root, "error", words);
	desk_write_json(doc, status, out_response);
}

/* -- what is stored ----------------------------------------------------------------- */

static void add_time(yyjson_mut_doc *doc, yyjson_mut_val *object, const char *key, uint64_t time_ns)
{
	time_t seconds = (time_t)(time_ns / SECONDS);
	struct tm when;
	char text[32];

	if (time_ns == 0 || gmtime_r(&seconds, &when) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &when) == 0)
		return;
	yyjson_mut_obj_add_strcpy(doc, object, key, text);
}

yyjson_mut_val *desk_version_json(yyjson_mut_doc *doc, const struct store_version *version)
{
	yyjson_mut_val *object = yyjson_mut_obj(doc);

	yyjson_mut_obj_add_uint(doc, object, "version", version->number);
	yyjson_mut_obj_add_strcpy(doc, object, "sha256", version->sha256);
	add_time(doc, object, "time", version->time_ms * 1000000);
	yyjson_mut_obj_add_strcpy(doc, object, "by", version->who);
	return object;
}

static void add_text(yyjson_mut_doc *doc, yyjson_mut_val *object, const char *key, struct bytes text)
{
	if (text.len > 0)
		yyjson_mut_obj_add_strncpy(doc, object, key, text.data, text.len);
}

static yyjson_mut_val *api_json(yyjson_mut_doc *doc, const struct api *api)
{
	yyjson_mut_val *object = yyjson_mut_obj(doc), *effective;

	add_text(doc, object, "api", api->id);
	add_text(doc, object, "file", api->spec->file);
	add_text(doc, object, "spec", api->spec->name);
	add_text(doc, object, "spec_version", api->spec->version);
	yyjson_mut_obj_add_strcpy(doc, object, "sha256", api->spec->sha256);
	yyjson_mut_obj_add_uint(doc, object, "operations", api->spec->operation_count);
	if (api->from_ns != 0 || api->until_ns != 0) {
		effective = yyjson_mut_obj(doc);
		add_time(doc, effective, "from", api->from_ns);
		add_time(doc, effective, "until", api->until_ns);
		yyjson_mut_obj_add_val(doc, object, "effective", effective);
	}
	return object;
}

static yyjson_mut_val *partner_json(yyjson_mut_doc *doc, const struct partner *partner)
{
	yyjson_mut_val *object = yyjson_mut_obj(doc), *apis = yyjson_mut_arr(doc);

	add_text(doc, object, "partner", partner->id);
	add_text(doc, object, "name", partner->name);
	add_text(doc, object, "tier", partner->tier);
	add_text(doc, object, "file", partner->file);
	for (size_t i = 0; i < partner->api_count; i++)
		yyjson_mut_arr_append(apis, api_json(doc, &partner->apis[i]));
	yyjson_mut_obj_add_val(doc, object, "apis", apis);
	return object;
}

static void list_partners(struct desk *desk, struct desk_response *out)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc), *partners = yyjson_mut_arr(doc),
		       *common = yyjson_mut_arr(doc);
	const struct contract *contract = loader_borrow(desk->loader)->contract;

	yyjson_mut_doc_set_root(doc, root);
	for (size_t i = 0; i < contract_partner_count(contract); i++)
		yyjson_mut_arr_append(partners, partner_json(doc, contract_partner_at(contract, i)));
	for (size_t i = 0; i < contract_api_count(contract); i++)
		if (contract_api_at(contract, i)->partner == NULL)
			yyjson_mut_arr_append(common, api_json(doc, contract_api_at(contract, i)));
	loader_give_back(desk->loader);
	yyjson_mut_obj_add_val(doc, root, "partners", partners);
	yyjson_mut_obj_add_val(doc, root, "for_every_caller", common);
	desk_write_json(doc, 200, out);
}

static void list_versions(struct desk *desk, const char *file, struct desk_response *out)
{
	struct store_version *list = NULL;
	size_t count = 0;
	yyjson_mut_doc *doc;
	yyjson_mut_val *root, *versions;

	if (store_versions(&desk->store, file, &list, &count) != STATUS_OK || count == 0) {
		desk_refuse(404, "no version of it is kept", out);
		free(list);
		return;
	}
	doc = yyjson_mut_doc_new(NULL);
	root = yyjson_mut_obj(doc);
	versions = yyjson_mut_arr(doc);
	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_str(doc, root, "file", file);
	for (size_t i = 0; i < count; i++)
		yyjson_mut_arr_append(versions, desk_version_json(doc, &list[i]));
	yyjson_mut_obj_add_val(doc, root, "versions", versions);
	desk_write_json(doc, 200, out);
	free(list);
}

static void answer_file(struct desk *desk, const struct desk_request *request, const char *file,
			struct desk_response *out)
{
	bool is_json = bytes_ends_nocase(bytes_of(file), BYTES(".json"));
	bool is_xml = bytes_ends_nocase(bytes_of(file), BYTES(".xml"));
	struct buffer body = BUFFER_MAX(LIMIT_SPEC_BYTES);
	uint64_t number = 0;
	char *data = NULL, digest[DIGEST_TEXT_LEN + 1] = "";
	size_t len = 0;
	struct bytes text;

	if ((request->version.data != NULL && (!bytes_to_u64(request->version, &number) || number == 0)) ||
	    store_read(&desk->store, file, number, &data, &len) != STATUS_OK) {
		desk_refuse(404, "there is no such file or version", out);
		return;
	}
	text = (struct bytes){.data = data, .len = len};
	if (!digest_sha256(text, digest) || buffer_append(&body, text) != STATUS_OK) {
		buffer_finish(&body);
		desk_refuse(503, "out of memory", out);
	} else {
		*out = (struct desk_response){.status = 200,
					      .content_type = is_json  ? json_type
							      : is_xml ? "application/xml"
								       : "application/yaml",
					      .body = body};
		snprintf(out->etag, sizeof(out->etag), "\"%s\"", digest);
	}
	free(data);
}

static void get_file(struct desk *desk, const struct route *route, const struct desk_request *request,
		     struct desk_response *out)
{
	const struct contract *contract = loader_borrow(desk->loader)->contract;
	struct desk_place place;
	bool is_good = desk_place(contract, route, &place);

	loader_give_back(desk->loader);
	if (!is_good || (!place.is_loaded && request->version.data == NULL && !route->is_versions))
		desk_refuse(404, "there is no such contract or spec", out);
	else if (route->is_versions)
		list_versions(desk, place.file, out);
	else
		answer_file(desk, request, place.file, out);
}

/* -- what the collector knows --------------------------------------------------------- */

static void get_view(struct desk *desk, enum view_kind kind, const struct desk_request *request,
		     struct desk_response *out)
{
	struct view_question question = {.kind = kind, .items_max = ITEMS_DEFAULT};
	uint64_t limit = ITEMS_DEFAULT;
	struct buffer body = {0};

	if (request->limit.data != NULL && !bytes_to_u64(request->limit, &limit)) {
		desk_refuse(400, "limit is no number", out);
		return;
	}
	question.items_max = (size_t)limit;
	if (board_ask(desk->board, &question, &body) != STATUS_OK) {
		buffer_finish(&body);
		desk_refuse(503, "the sensor does not answer now", out);
		return;
	}
	*out = (struct desk_response){
		.status = 200,
		.content_type = kind == VIEW_METRICS
					? "application/openmetrics-text; version=1.0.0; charset=utf-8"
					: json_type,
		.body = body};
}

static void get(struct desk *desk, const struct route *route, const struct desk_request *request,
		struct desk_response *out)
{
	switch (route->kind) {
	case ROUTE_PARTNERS:
		list_partners(desk, out);
		return;
	case ROUTE_PARTNER:
	case ROUTE_SPEC:
		get_file(desk, route, request, out);
		return;
	case ROUTE_INVENTORY:
		get_view(desk, VIEW_INVENTORY, request, out);
		return;
	case ROUTE_FINDINGS:
		get_view(desk, VIEW_FINDINGS, request, out);
		return;
	case ROUTE_USAGE:
		get_view(desk, VIEW_USAGE, request, out);
		return;
	case ROUTE_COVERAGE:
		get_view(desk, VIEW_COVERAGE, request, out);
		return;
	case ROUTE_METRICS:
		get_view(desk, VIEW_METRICS, request, out);
		return;
	case ROUTE_HEALTH:
		get_view(desk, VIEW_HEALTH, request, out);
		return;
	}
}

void desk_answer(struct desk *desk, const struct desk_request *request, struct desk_response *out_response)
{
	struct route route;
	bool is_file;

	if (!route_read(request->path, &route)) {
		desk_refuse(404, "there is nothing here", out_response);
		return;
	}
	is_file = (route.kind == ROUTE_PARTNER || route.kind == ROUTE_SPEC) && !route.is_versions;
	if (bytes_equal(request->method, BYTES("GET"))) {
		get(desk, &route, request, out_response);
	} else if (is_file && bytes_equal(request->method, BYTES("PUT"))) {
		desk_put(desk, &route, request, out_response);
	} else if (is_file && bytes_equal(request->method, BYTES("DELETE"))) {
		desk_delete(desk, &route, request, out_response);
	} else {
		desk_refuse(405, "this cannot be done here", out_response);
		out_response->allow = is_file ? "GET, PUT, DELETE" : "GET";
	}
}

/* -- the folder's own versions ---------------------------------------------------------- */

static bool note(const struct store *store, struct bytes file)
{
	char name[DESK_FILE_LEN_MAX];

	if (file.len >= sizeof(name))
		return true;
	snprintf(name, sizeof(name), BYTES_FORMAT, BYTES_PRINT(file));
	return store_note(store, name) == STATUS_OK;
}

bool desk_note_folder(struct desk *desk)
{
	const struct contract *contract = loader_borrow(desk->loader)->contract;
	bool is_good = true;

	for (size_t i = 0; is_good && i < contract_partner_count(contract); i++)
		is_good = note(&desk->store, contract_partner_at(contract, i)->file);
	for (size_t i = 0; is_good && i < contract_api_count(contract); i++)
		is_good = note(&desk->store, contract_api_at(contract, i)->spec->file);
	loader_give_back(desk->loader);
	if (!is_good)
		log_line("no versions can be kept in %s: %s; let the sensor's user write it",
			 desk->store.folders[0], strerror(errno));
	return is_good;
}
