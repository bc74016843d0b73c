/* Which protocol a connection speaks, its ceilings, and the open data of others. */
#include <dirent.h>

#include "parsers/base/buffer.h"
#include "tests/unit/parsers/talk.h"

#define NO1 "HTTP/1.1 204 No\r\n\r\n"

static void protocols(void **state)
{
	struct talk talk = {.split = TALK_BYTES};

	(void)state;
	talk_say(&talk, 0, (struct bytes){.data = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc", .len = 9});
	talk_say(&talk, 1, (struct bytes){.data = "\x16\x03\x03\x00\x7a\x02\x00\x00\x76", .len = 9});
	free(talk_end(&talk));
	assert_int_equal(talk.counts.tls_connections, 1);
	assert_int_equal(talk.counts.opaque_bytes, 18);
	talk_tell(&talk, TURNS(">PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n....", "<...."));
	free(talk_end(&talk));
	assert_int_equal(talk.counts.http2_connections, 1);
	assert_int_equal(talk.counts.opaque_bytes, 0);
	assert_int_equal(talk.counts.http1_connections, 0);
	talk_tell(&talk, TURNS(">SSH-2.0-OpenSSH\r\n", "<SSH-2.0-other\r\n"));
	free(talk_end(&talk));
	assert_int_equal(talk.counts.opaque_connections, 1);
	assert_int_equal(talk.counts.opaque_bytes, talk.counts.bytes);
	talk_tell(&talk, TURNS(">PRI /x HTTP/2.0\r\nGET / HTTP/9\r\n"));
	free(talk_end(&talk));
	assert_int_equal(talk.counts.opaque_connections, 1);
}

static void a_long_hunt_ends(void **state)
{
	struct talk talk = {.is_mid_stream = true};
	char *noise = malloc(70000);

	(void)state;
	memset(noise, 'a', 70000);
	for (int i = 0; i < 20; i++)
		talk_say(&talk, 0, (struct bytes){.data = noise, .len = 70000});
	talk_tell(&talk, TURNS(">GET / HTTP/1.1\r\n\r\n"));
	free(talk_end(&talk));
	free(noise);
	assert_int_equal(talk.counts.opaque_connections, 1);
	assert_int_equal(talk.counts.http1_connections, 0);
	assert_int_equal(talk.counts.opaque_bytes, talk.counts.bytes);
}

static char *repeated(const char *part, size_t count)
{
	size_t len = strlen(part);
	char *all = malloc(len * count + 1);

	for (size_t i = 0; i < count; i++)
		memcpy(all + i * len, part, len);
	all[len * count] = '\0';
	return all;
}

/* One chunk with more requests than a pipeline or a session may hold: all are accounted for. */
static void a_flood_of_requests(void **state)
{
	struct talk talk = {0};
	char *requests = repeated("GET / HTTP/1.1\n\n", 3000), *responses = repeated(NO1, 3000);

	(void)state;
	talk_say(&talk, 0, bytes_of(requests));
	assert_int_equal(talk.counts.exchanges[EXCHANGE_OVERFLOW], 3000 - LIMIT_PIPELINE);
	assert_int_equal(talk.handed_out, 3000 - LIMIT_PIPELINE);
	talk_say(&talk, 1, bytes_of(responses));
	free(talk_end(&talk));
	assert_int_equal(talk.counts.exchanges[EXCHANGE_COMPLETE], LIMIT_PIPELINE);
	assert_int_equal(talk.counts.exchanges[EXCHANGE_NO_REQUEST], 3000 - LIMIT_PIPELINE);
	free(requests);
	free(responses);
}

static void without_draining(void **state)
{
	char *requests = repeated("GET / HTTP/1.1\n\n", 2000), *responses = repeated(NO1, 2000);
	struct session_counts counts = {0};
	struct session_plan plan = {.counts = &counts, .body_bytes_max = 1000};
	struct chunk chunk = {.kind = CHUNK_BYTES, .bytes = bytes_of(requests), .is_segment_start = true};
	struct session session;
	struct exchange *exchange;
	size_t handed_out = 0;

	(void)state;
	session_init(&session, &plan);
	session_feed(&session, &chunk);
	chunk.direction = DIRECTION_ANSWERER;
	chunk.bytes = bytes_of(responses);
	session_feed(&session, &chunk);
	chunk.kind = CHUNK_ABORTED;
	session_feed(&session, &chunk);
	free(requests);
	free(responses);
	while ((exchange = session_next(&session)) != NULL) {
		handed_out++;
		exchange_free(exchange);
	}
	session_finish(&session);
	assert_true(handed_out >= 2000);
	session_finish(&(struct session){0});
}

static void oversized_heads(void **state)
{
	struct talk talk = {0};
	char *fields = repeated("X-Field: 1234567890\r\n", 20000), *many = repeated("a:b\r\n", 400);
	char *line = repeated("a", LIMIT_START_LINE_BYTES);
	char *text;

	(void)state;
	talk_tell(&talk, TURNS(">GET /1 HTTP/1.1\r\n"));
	talk_say(&talk, 0, bytes_of(fields));
	talk_tell(&talk, TURNS(">\r\n", "<" NO1, ">POST /2 HTTP/1.1\r\n"));
	talk_say(&talk, 0, bytes_of(many));
	talk_tell(&talk, TURNS(">Content-Length: 1\r\n\r\nx", "<" NO1, ">GET /"));
	talk_say(&talk, 0, bytes_of(line));
	talk_tell(&talk, TURNS("> HTTP/1.1\r\n\r\n", "<" NO1));
	text = talk_end(&talk);
	assert_string_equal(text, "0 complete | GET /1 none '' odd=1000 | 204 none ''\n"
				  "1 complete | POST /2 whole 'x' odd=1000 | 204 none ''\n"
				  "2 malformed |   none '' odd=2000 | 204 none ''\n");
	assert_int_equal(talk.counts.heads_cut, 2);
	free(text);
	free(fields);
	free(many);
	free(line);
}

static void a_body_over_its_ceiling(void **state)
{
	struct session_counts counts = {0};
	struct session_plan plan = {.counts = &counts, .body_bytes_max = 4};
	struct chunk chunk = {.kind = CHUNK_BYTES,
			      .is_segment_start = true,
			      .bytes = BYTES_INIT("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n123456789")};
	struct session session;
	struct exchange *exchange;

	(void)state;
	session_init(&session, &plan);
	session_feed(&session, &chunk);
	chunk.kind = CHUNK_ABORTED;
	session_feed(&session, &chunk);
	exchange = session_next(&session);
	assert_int_equal(exchange->request.body.state, BODY_CUT);
	assert_int_equal(exchange->request.body.wire_len, 9);
	assert_true(bytes_equal(exchange->request.body.content, BYTES("1234")));
	assert_true(exchange->request.is_complete);
	assert_int_equal(counts.bodies_cut, 1);
	exchange_free(exchange);
	session_finish(&session);
}

static void a_flood_of_interim_responses(void **state)
{
	struct talk talk = {0};
	char *interim = repeated("HTTP/1.1 100 Go\r\nX: 1\r\n\r\n", 5000);
	char *text;

	(void)state;
	talk_tell(&talk, TURNS(">GET /1 HTTP/1.1\r\n\r\n"));
	talk_say(&talk, 1, bytes_of(interim));
	talk_tell(&talk, TURNS("<" NO1));
	text = talk_end(&talk);
	assert_string_equal(text, "0 complete | GET /1 none '' | 204 none '' interim=5000\n");
	free(text);
	free(interim);
}

static struct buffer file_read(const char *path)
{
	struct buffer buffer = BUFFER_MAX(16 * MIB);
	FILE *file = fopen(path, "rb");
	char part[4096];
	size_t len;

	while (file != NULL && (len = fread(part, 1, sizeof(part), file)) > 0)
		assert_int_equal(buffer_append(&buffer, (struct bytes){.data = part, .len = len}), STATUS_OK);
	if (file != NULL)
		fclose(file);
	return buffer;
}

static bool is_mark(struct bytes line)
{
	return bytes_equal(line, BYTES(">>>")) || bytes_equal(line, BYTES("<<<")) ||
	       bytes_equal(line, BYTES("><>")) || bytes_equal(line, BYTES("<><"));
}

static void turn_tell(struct talk *talk, struct bytes mark, struct bytes turn)
{
	bool is_gap = mark.len == 3 && mark.data[1] != mark.data[0];

	if (turn.len == 0 || mark.len == 0)
		return;
	if (is_gap)
		talk_gap(talk, mark.data[0] == '<', turn.len);
	else
		talk_say(talk, mark.data[0] == '<', turn);
}

/* libhtp: a line ">>>" or "<<<" before each turn, "><>" or "<><" before one that is lost. The line
 * end before a mark belongs to the mark. */
static void conversation_tell(struct talk *talk, struct bytes text)
{
	struct bytes mark = BYTES_NONE, turn = text;

	for (struct bytes rest = text; rest.data != NULL;) {
		struct bytes line = bytes_split(&rest, '\n');

		if (!is_mark(bytes_trim(line)))
			continue;
		turn.len = (size_t)(line.data - turn.data);
		if (bytes_ends(turn, BYTES("\n")))
			turn.len--;
		if (bytes_ends(turn, BYTES("\r")))
			turn.len--;
		turn_tell(talk, mark, turn);
		mark = bytes_trim(line);
		turn = rest;
	}
	turn_tell(talk, mark, turn);
}

static void told_by_others(const char *folder, const char *suffix, size_t *out_files, size_t *out_exchanges)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char path[1024];
		struct buffer file;

		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (!bytes_ends(bytes_of(path), bytes_of(suffix)))
			continue;
		file = file_read(path);
		for (unsigned split = 0; split < 3 && file.len > 0; split++) {
			struct talk talk = {.split = (enum talk_split)split, .seed = split};

			talk_begin(&talk);
			if (strcmp(suffix, ".t") == 0)
				conversation_tell(&talk, buffer_bytes(&file));
			else
				talk_say(&talk, (int)(*out_files % 2), buffer_bytes(&file));
			free(talk_end(&talk));
			if (split == 0)
				*out_exchanges += talk.counts.exchanges[EXCHANGE_COMPLETE];
		}
		buffer_finish(&file);
		(*out_files)++;
	}
	if (dir != NULL)
		closedir(dir);
}

static void open_data(void **state)
{
	const char *corpus = getenv("SPECULAR_CORPUS");
	static const char *const fixtures[] = {"llhttp-fixtures/test/request",
					       "llhttp-fixtures/test/response"};
	size_t files = 0, exchanges = 0, fixture_files = 0;
	char folder[512];

	(void)state;
	if (corpus == NULL) {
		print_message("SPECULAR_CORPUS is not set: the conversations of others are skipped\n");
		skip();
	}
	snprintf(folder, sizeof(folder), "%s/suricata-htp/src/test/files", corpus);
	told_by_others(folder, ".t", &files, &exchanges);
	for (size_t i = 0; i < 2; i++) {
		snprintf(folder, sizeof(folder), "%s/%s", corpus, fixtures[i]);
		told_by_others(folder, ".md", &fixture_files, &exchanges);
	}
	print_message("%zu conversations, %zu fixtures, %zu complete exchanges\n", files, fixture_files,
		      exchanges);
	assert_true(files > 100 && fixture_files > 0);
	assert_true(exchanges > files / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(protocols),
		cmocka_unit_test(a_long_hunt_ends),
		cmocka_unit_test(a_flood_of_requests),
		cmocka_unit_test(without_draining),
		cmocka_unit_test(oversized_heads),
		cmocka_unit_test(a_body_over_its_ceiling),
		cmocka_unit_test(a_flood_of_interim_responses),
		cmocka_unit_test(open_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
