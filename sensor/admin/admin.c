#include "sensor/admin/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensor/admin/server.h"
#include "sensor/folder.h"
#include "sensor/log.h"

struct admin {
	struct desk desk;
	struct server *server;
	const char *listen;
};

static enum status read_tokens(const char *path, struct tokens *tokens, char *error, size_t error_len)
{
	char *data = NULL, words[256];
	size_t len = 0;
	enum status status = file_read(path, &data, &len);

	if (status != STATUS_OK) {
		snprintf(error, error_len, "admin: cannot read the token file %s", path);
		return status;
	}
	status = tokens_read((struct bytes){.data = data, .len = len}, tokens, words, sizeof(words));
	explicit_bzero(data, len);
	free(data);
	if (status != STATUS_OK)
		snprintf(error, error_len, "admin: the token file %s: %s", path, words);
	return status;
}

enum status admin_open(const struct settings *settings, struct loader *loader, struct board *board,
		       char *error, size_t error_len, struct admin **out_admin)
{
	struct admin *admin;
	enum status status;

	*out_admin = NULL;
	if (settings->admin_listen == NULL)
		return STATUS_OK;
	admin = calloc(1, sizeof(*admin));
	if (admin == NULL) {
		snprintf(error, error_len, "admin: out of memory");
		return STATUS_NO_MEMORY;
	}
	admin->listen = settings->admin_listen;
	admin->desk.loader = loader;
	admin->desk.board = board;
	admin->desk.store = (struct store){.folders = loader->plan.contract_folders,
					   .folder_count = loader->plan.contract_folder_count};
	status = read_tokens(settings->admin_token_file, &admin->desk.tokens, error, error_len);
	if (status == STATUS_OK)
		status = server_open(settings->admin_listen, &admin->desk, error, error_len, &admin->server);
	if (status != STATUS_OK) {
		free(admin);
		return status;
	}
	*out_admin = admin;
	return STATUS_OK;
}

enum status admin_start(struct admin *admin)
{
	enum status status;

	if (admin == NULL)
		return STATUS_OK;
	admin_note_folder(admin);
	status = server_start(admin->server);
	if (status == STATUS_OK)
		log_line("admin API at %s", admin->listen);
	return status;
}

void admin_note_folder(struct admin *admin)
{
	if (admin != NULL)
		(void)desk_note_folder(&admin->desk);
}

void admin_close(struct admin *admin)
{
	if (admin == NULL)
		return;
	server_close(admin->server);
	free(admin);
}
