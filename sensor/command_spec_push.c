#include "sensor/command_spec.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "parsers/base/limits.h"
#include "sensor/admin/route.h"
#include "sensor/folder.h"
#include "sensor/log.h"
#include "sensor/push.h"
#include "sensor/push_token.h"
#include "specs/partner.h"

static const char help[] =
	"Usage: specular spec push --to URL --partner ID [--token-file FILE] FILE\n\n"
	"Uploads a contract file or a spec to a running sensor (what curl -T does too). The sensor looks at "
	"it\n"
	"together with everything it has, stores it and judges by it at once; or refuses it, with the lines "
	"to\n"
	"mend, and keeps the old one. A file with \"partner:\" is the partner's contract, any other one of "
	"its\n"
	"specs: send the specs first, since a contract that names a missing spec is refused.\n\n"
	"  --to URL           http://127.0.0.1:8081, https://HOST (your TLS proxy) or "
	"unix:/run/specular.sock\n"
	"  --partner ID       whose it is\n"
	"  --token-file FILE  its first token is sent; else the environment variable SPECULAR_TOKEN\n";

struct pushing {
	const char *to, *partner, *token_file, *file;
};

static const char *text_of(yyjson_val *object, const char *key)
{
	const char *text = yyjson_get_str(yyjson_obj_get(object, key));

	return text == NULL ? "" : text;
}

/* Names the file as the user did; others as the sensor does. */
static void print_problem(yyjson_val *problem, const char *name, const char *file)
{
	const char *where = text_of(problem, "file"), *mend = text_of(problem, "mend");
	const char *slash = strrchr(where, '/');
	bool is_ours = strcmp(slash == NULL ? where : slash + 1, name) == 0;

	fprintf(stderr, "%s:%llu:%llu: %s: %s", is_ours ? file : where,
		(unsigned long long)yyjson_get_uint(yyjson_obj_get(problem, "line")),
		(unsigned long long)yyjson_get_uint(yyjson_obj_get(problem, "column")),
		text_of(problem, "level"), text_of(problem, "what"));
	fprintf(stderr, mend[0] == '\0' ? "\n" : " (%s)\n", mend);
}

static int tell(const struct pushing *pushing, const char *name, unsigned status, struct bytes answer)
{
	yyjson_doc *doc = yyjson_read(answer.data == NULL ? "" : answer.data, answer.len, 0);
	yyjson_val *root = yyjson_doc_get_root(doc), *version = yyjson_obj_get(root, "version"), *problem;
	bool is_good = status == 200 || status == 201;
	yyjson_arr_iter iterator;

	yyjson_arr_iter_init(yyjson_obj_get(root, "problems"), &iterator);
	while ((problem = yyjson_arr_iter_next(&iterator)) != NULL)
		print_problem(problem, name, pushing->file);
	if (is_good)
		printf("%s: stored as %s, version %llu, sha256 %s\n", pushing->file, text_of(root, "file"),
		       (unsigned long long)yyjson_get_uint(yyjson_obj_get(version, "version")),
		       text_of(version, "sha256"));
	else
		log_line("%s: the sensor answers %u: %s", pushing->file, status, text_of(root, "error"));
	yyjson_doc_free(doc);
	return is_good ? 0 : 1;
}

/* What the sensor will call it, to know its problems by; and the path to send it to. False: said why. */
static bool find_path(const struct pushing *pushing, struct bytes text, char path[512], char name[256])
{
	const char *slash = strrchr(pushing->file, '/');
	const char *base = slash == NULL ? pushing->file : slash + 1;
	struct document document = {0};
	struct problems problems;
	bool is_good, is_partner;

	problems_init(&problems);
	is_good = document_read(text, pushing->file, &document, &problems) == STATUS_OK;
	log_problems(&problems, false);
	is_partner = is_good && partner_is(document.root);
	if (is_good)
		document_finish(&document);
	problems_finish(&problems);
	if (!is_good)
		return false;
	if (is_partner) {
		snprintf(path, 512, "/v1/partners/%s", pushing->partner);
		snprintf(name, 256, "%s.yaml", pushing->partner);
		return true;
	}
	if (!route_is_spec(bytes_of(base))) {
		log_line("%s: name a spec with letters, digits, dot, dash and underscore, ending in .yaml or "
			 ".json",
			 pushing->file);
		return false;
	}
	snprintf(path, 512, "/v1/partners/%s/specs/%s", pushing->partner, base);
	snprintf(name, 256, "%s", base);
	return true;
}

static int push_text(const struct pushing *pushing, struct bytes text, const char *token)
{
	struct push push = {.to = pushing->to, .method = "PUT", .token = token, .body = text};
	struct buffer answer = BUFFER_MAX(LIMIT_SPEC_BYTES);
	char path[512], name[256], error[512];
	unsigned status = 0;
	int code = 1;

	if (!find_path(pushing, text, path, name))
		return 1;
	push.path = path;
	if (push_send(&push, &answer, &status, error, sizeof(error)) == STATUS_OK)
		code = tell(pushing, name, status, buffer_bytes(&answer));
	else
		log_line("%s: %s", pushing->to, error);
	buffer_finish(&answer);
	return code;
}

static int push_file(const struct pushing *pushing)
{
	char token[PUSH_TOKEN_ROOM], *data = NULL;
	size_t len = 0;
	int code;

	if (!push_token_read(pushing->token_file, token))
		return 2;
	if (file_read(pushing->file, &data, &len) != STATUS_OK) {
		log_line("cannot read %s", pushing->file);
		explicit_bzero(token, sizeof(token));
		return 1;
	}
	code = push_text(pushing, (struct bytes){.data = data, .len = len}, token);
	explicit_bzero(token, sizeof(token));
	free(data);
	return code;
}

int command_spec_push(int argc, char **argv)
{
	static const struct option options[] = {{"to", required_argument, NULL, 't'},
						{"partner", required_argument, NULL, 'p'},
						{"token-file", required_argument, NULL, 'f'},
						{"help", no_argument, NULL, 'h'},
						{0}};
	struct pushing pushing = {0};
	bool is_wrong = false;
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 0;
		}
		if (option == 't')
			pushing.to = optarg;
		else if (option == 'p')
			pushing.partner = optarg;
		else if (option == 'f')
			pushing.token_file = optarg;
		else
			is_wrong = true;
	}
	if (is_wrong || pushing.to == NULL || pushing.partner == NULL ||
	    !route_is_id(bytes_of(pushing.partner)) || argc - optind != 1) {
		fputs(help, stderr);
		return 2;
	}
	pushing.file = argv[optind];
	return push_file(&pushing);
}
