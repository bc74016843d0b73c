#include "sensor/admin/desk_upload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "sensor/problem_json.h"

/* A partner with more specs of its own than this is deleted spec by spec. */
#define PATCHES_MAX 256

struct upload {
	struct desk *desk;
	const struct route *route;
	const char *who;
	struct folder_patch patches[PATCHES_MAX];
	size_t patch_count;
	struct store_version version;
	int reason; /* errno of what could not be stored */
};

/* -- places ------------------------------------------------------------------------- */

static const struct partner *partner_of(const struct contract *contract, struct bytes id)
{
	for (size_t i = 0; i < contract_partner_count(contract); i++)
		if (bytes_equal(contract_partner_at(contract, i)->id, id))
			return contract_partner_at(contract, i);
	return NULL;
}

/* "sub/" of "sub/acme.yaml" */
static struct bytes folder_of(struct bytes file)
{
	while (file.len > 0 && file.data[file.len - 1] != '/')
		file.len--;
	return file;
}

static int print_file(const struct partner *partner, const struct route *route, char file[DESK_FILE_LEN_MAX])
{
	if (route->kind == ROUTE_PARTNER && partner != NULL)
		return snprintf(file, DESK_FILE_LEN_MAX, BYTES_FORMAT, BYTES_PRINT(partner->file));
	if (route->kind == ROUTE_PARTNER)
		return snprintf(file, DESK_FILE_LEN_MAX, BYTES_FORMAT "/" BYTES_FORMAT ".yaml",
				BYTES_PRINT(route->partner), BYTES_PRINT(route->partner));
	if (partner != NULL)
		return snprintf(file, DESK_FILE_LEN_MAX, BYTES_FORMAT BYTES_FORMAT,
				BYTES_PRINT(folder_of(partner->file)), BYTES_PRINT(route->spec));
	return snprintf(file, DESK_FILE_LEN_MAX, BYTES_FORMAT "/" BYTES_FORMAT, BYTES_PRINT(route->partner),
			BYTES_PRINT(route->spec));
}

/* A partner's specs lie beside its own file; a new partner gets a folder of its name. */
bool desk_place(const struct contract *contract, const struct route *route, struct desk_place *out_place)
{
	struct desk_place place = {.partner = partner_of(contract, route->partner)};
	int len = print_file(place.partner, route, place.file);

	if (len <= 0 || len >= DESK_FILE_LEN_MAX)
		return false;
	place.is_loaded = route->kind == ROUTE_PARTNER && place.partner != NULL;
	for (size_t i = 0; route->kind == ROUTE_SPEC && i < contract_api_count(contract); i++) {
		const struct api *api = contract_api_at(contract, i);

		if (!bytes_equal(api->spec->file, bytes_of(place.file)))
			continue;
		place.is_loaded = true;
		place.is_of_other |= api->partner != NULL && api->partner != place.partner;
	}
	*out_place = place;
	return true;
}

/* -- looking at it ------------------------------------------------------------------ */

static void judge(void *context, const struct contract *contract, struct problems *problems)
{
	const struct upload *upload = context;
	const char *file = upload->patches[0].name;
	const struct partner *partner = partner_of(contract, upload->route->partner);
	bool is_there = upload->route->kind == ROUTE_PARTNER && partner != NULL &&
			bytes_equal(partner->file, bytes_of(file));

	for (size_t i = 0; upload->route->kind == ROUTE_SPEC && i < contract_api_count(contract); i++)
		is_there |= bytes_equal(contract_api_at(contract, i)->spec->file, bytes_of(file));
	if (is_there || problems->error_count > 0)
		return;
	problems_add(problems, PROBLEM_ERROR, "spec.invalid",
		     (struct place){.file = file, .line = 1, .column = 1},
		     upload->route->kind == ROUTE_PARTNER ? "write partner: with the id of the address"
							  : "send an OpenAPI document",
		     upload->route->kind == ROUTE_PARTNER ? "this is no contract of partner " BYTES_FORMAT
							  : "this is no spec" BYTES_FORMAT,
		     BYTES_PRINT(upload->route->kind == ROUTE_PARTNER ? upload->route->partner : BYTES("")));
}

static bool store_text(void *context)
{
	struct upload *upload = context;
	enum status status = store_put(&upload->desk->store, upload->patches[0].name, upload->patches[0].text,
				       upload->who, &upload->version);

	upload->reason = errno;
	return status == STATUS_OK;
}

static bool store_absence(void *context)
{
	struct upload *upload = context;

	for (size_t i = 0; i < upload->patch_count; i++)
		if (store_remove(&upload->desk->store, upload->patches[i].name) != STATUS_OK) {
			upload->reason = errno;
			return i > 0; /* some are gone already: what remains is told by the next load */
		}
	return true;
}

/* -- answers ------------------------------------------------------------------------ */

static void answer_problems(const struct problems *problems, struct desk_response *out)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc), *list = yyjson_mut_arr(doc);

	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_str(doc, root, "error", "refused; what was there stays");
	for (size_t i = 0; i < problems->count; i++)
		if (problems->list[i].level > PROBLEM_NOTE)
			yyjson_mut_arr_append(list, problem_json(doc, &problems->list[i]));
	yyjson_mut_obj_add_val(doc, root, "problems", list);
	yyjson_mut_obj_add_uint(doc, root, "left_out", problems->left_out);
	desk_write_json(doc, 400, out);
}

static void answer_stored(const struct upload *upload, const struct problems *problems, bool is_new,
			  struct desk_response *out)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc), *list = yyjson_mut_arr(doc);

	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_str(doc, root, "file", upload->patches[0].name);
	yyjson_mut_obj_add_val(doc, root, "version", desk_version_json(doc, &upload->version));
	for (size_t i = 0; i < problems->count; i++)
		if (problems->list[i].level > PROBLEM_NOTE)
			yyjson_mut_arr_append(list, problem_json(doc, &problems->list[i]));
	yyjson_mut_obj_add_val(doc, root, "problems", list);
	desk_write_json(doc, is_new ? 201 : 200, out);
}

static void answer_failed(enum status status, int reason, struct desk_response *out)
{
	char words[256];

	if (status == STATUS_IO)
		snprintf(words, sizeof(words),
			 "it is good, but could not be stored: %s; the sensor's user must be able to write "
			 "the contracts folder",
			 strerror(reason));
	else
		snprintf(words, sizeof(words), "it could not be loaded: %s", status_text(status));
	desk_refuse(status == STATUS_IO ? 500 : 503, words, out);
}

/* -- PUT and DELETE ----------------------------------------------------------------- */

/* Finds the place, or says why not. */
static bool find_place(struct desk *desk, const struct route *route, struct desk_place *place,
		       struct desk_response *out)
{
	const struct knowledge *known = loader_borrow(desk->loader);
	bool is_good = desk_place(known->contract, route, place);

	if (!is_good)
		desk_refuse(400, "the name of the file is too long", out);
	else if (place->is_of_other)
		desk_refuse(409, "another partner names this spec too: give yours a name of its own", out);
	loader_give_back(desk->loader);
	return is_good && !place->is_of_other;
}

/* With ?version=N and no body, an earlier version comes back. */
static bool find_text(struct desk *desk, const struct desk_request *request, const char *file,
		      char **out_data, struct bytes *out_text, struct desk_response *out)
{
	uint64_t number;
	size_t len;

	*out_text = request->body;
	if (request->version.data == NULL && request->body.len > 0)
		return true;
	if (request->version.data == NULL || request->body.len > 0) {
		desk_refuse(400,
			    request->body.len == 0 ? "there is no body; or name an earlier one, ?version=N"
						   : "either a body or ?version=N",
			    out);
		return false;
	}
	if (!bytes_to_u64(request->version, &number) || number == 0 ||
	    store_read(&desk->store, file, number, out_data, &len) != STATUS_OK) {
		desk_refuse(404, "there is no such version", out);
		return false;
	}
	*out_text = (struct bytes){.data = *out_data, .len = len};
	return true;
}

static void put_text(struct upload *upload, bool is_new, struct desk_response *out)
{
	const struct loader_upload plan = {.patches = upload->patches,
					   .patch_count = 1,
					   .judge = judge,
					   .store = store_text,
					   .context = upload};
	struct problems problems;
	enum status status;

	problems_init(&problems);
	status = loader_upload(upload->desk->loader, &plan, &problems);
	if (status == STATUS_OK)
		answer_stored(upload, &problems, is_new, out);
	else if (status == STATUS_INVALID)
		answer_problems(&problems, out);
	else
		answer_failed(status, upload->reason, out);
	problems_finish(&problems);
}

void desk_put(struct desk *desk, const struct route *route, const struct desk_request *request,
	      struct desk_response *out)
{
	struct upload *upload;
	struct desk_place place;
	struct bytes text;
	char *data = NULL;

	if (!find_place(desk, route, &place, out) || !find_text(desk, request, place.file, &data, &text, out))
		return;
	upload = calloc(1, sizeof(*upload));
	if (upload == NULL) {
		desk_refuse(503, "out of memory", out);
	} else {
		*upload = (struct upload){.desk = desk, .route = route, .who = request->who};
		upload->patches[0] = (struct folder_patch){.name = place.file, .text = text};
		upload->patch_count = 1;
		put_text(upload, !place.is_loaded, out);
	}
	free(upload);
	free(data);
}

/* The specs that are the partner's alone go with it: without it they would hold for every caller. */
static bool add_own_specs(struct desk *desk, struct upload *upload)
{
	const struct knowledge *known = loader_borrow(desk->loader);
	const struct contract *contract = known->contract;
	const struct partner *partner = partner_of(contract, upload->route->partner);
	bool is_good = true;

	for (size_t i = 0; partner != NULL && i < partner->api_count && is_good; i++) {
		struct bytes file = partner->apis[i].spec->file;
		bool is_shared = false;

		for (size_t k = 0; k < contract_api_count(contract); k++)
			is_shared |= contract_api_at(contract, k)->partner != partner &&
				     bytes_equal(contract_api_at(contract, k)->spec->file, file);
		for (size_t k = 0; k < upload->patch_count; k++)
			is_shared |= bytes_equal(bytes_of(upload->patches[k].name), file);
		if (is_shared)
			continue;
		is_good = upload->patch_count < PATCHES_MAX;
		if (is_good)
			upload->patches[upload->patch_count++] = (struct folder_patch){
				.name = strndup(file.data, file.len), .is_removed = true};
	}
	loader_give_back(desk->loader);
	return is_good;
}

static void remove_files(struct desk *desk, struct upload *upload, struct desk_response *out)
{
	const struct loader_upload plan = {.patches = upload->patches,
					   .patch_count = upload->patch_count,
					   .store = store_absence,
					   .context = upload};
	struct problems problems;
	enum status status;

	problems_init(&problems);
	status = loader_upload(desk->loader, &plan, &problems);
	if (status == STATUS_OK)
		*out = (struct desk_response){.status = 204};
	else if (status == STATUS_INVALID)
		answer_problems(&problems, out);
	else
		answer_failed(status, upload->reason, out);
	problems_finish(&problems);
}

void desk_delete(struct desk *desk, const struct route *route, const struct desk_request *request,
		 struct desk_response *out)
{
	struct upload *upload;
	struct desk_place place;

	if (!find_place(desk, route, &place, out))
		return;
	if (!place.is_loaded) {
		desk_refuse(404, "there is no such contract or spec", out);
		return;
	}
	upload = calloc(1, sizeof(*upload));
	if (upload == NULL) {
		desk_refuse(503, "out of memory", out);
		return;
	}
	*upload = (struct upload){.desk = desk, .route = route, .who = request->who, .patch_count = 1};
	upload->patches[0] = (struct folder_patch){.name = place.file, .is_removed = true};
	if (route->kind == ROUTE_PARTNER && !add_own_specs(desk, upload))
		desk_refuse(409, "the partner has too many specs: delete those first", out);
	else
		remove_files(desk, upload, out);
	for (size_t i = 1; i < upload->patch_count; i++)
		free((void *)(uintptr_t)upload->patches[i].name);
	free(upload);
}
