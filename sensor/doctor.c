#include "sensor/doctor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/tls_hello.h"

#define ROWS_SHOWN 30

bool doctor_init(struct doctor *doctor, uint64_t seed)
{
	const struct map_plan plan = {
		.entries_max = LIMIT_DOCTOR_LINES, .value_len = sizeof(struct doctor_line), .seed = seed};

	*doctor = (struct doctor){.seed = seed};
	fragments_init(&doctor->fragments, seed);
	doctor->recent = calloc(DOCTOR_RECENT, sizeof(*doctor->recent));
	map_init(&doctor->servers, &plan);
	map_init(&doctor->pairs, &plan);
	return doctor->recent != NULL;
}

void doctor_finish(struct doctor *doctor)
{
	map_finish(&doctor->servers);
	map_finish(&doctor->pairs);
	fragments_finish(&doctor->fragments);
	free(doctor->recent);
}

/* Where the print has no mark of its own it holds for the moment, which may have begun before this one. */
static bool is_seen(const struct doctor *doctor, const struct segment *segment, uint64_t connection,
		    bool before)
{
	uint64_t print = connection ^ segment_print(segment, doctor->seed, before);

	return doctor->recent[print % DOCTOR_RECENT] == print;
}

static bool is_duplicate(struct doctor *doctor, const struct segment *segment)
{
	uint64_t connection = segment_hash(segment, doctor->seed);
	uint64_t print = connection ^ segment_print(segment, doctor->seed, false);
	bool is_same = is_seen(doctor, segment, connection, false) ||
		       (!segment_is_marked(segment) && is_seen(doctor, segment, connection, true));

	doctor->recent[print % DOCTOR_RECENT] = print;
	return is_same;
}

static bool is_to_server(const struct segment *segment)
{
	if (segment->flags & TCP_SYN)
		return !(segment->flags & TCP_ACK);
	if (bytes_starts(segment->payload, BYTES("HTTP/1.")))
		return false;
	return segment->to.port <= segment->from.port;
}

static void keep_name(struct doctor_line *line, struct bytes name)
{
	if (name.len == 0 || name.len >= DOCTOR_NAME_LEN || line->name_count == DOCTOR_NAMES_MAX)
		return;
	for (size_t i = 0; i < name.len; i++)
		if (!ascii_is_alnum(name.data[i]) && name.data[i] != '.' && name.data[i] != '-')
			return;
	for (size_t i = 0; i < line->name_count; i++)
		if (bytes_equal(bytes_of(line->names[i]), name))
			return;
	memcpy(line->names[line->name_count++], name.data, name.len);
}

static bool is_http1(struct bytes payload)
{
	static const char *const starts[] = {"HTTP/1.", "GET ",    "POST ", "PUT ",
					     "PATCH ",  "DELETE ", "HEAD ", "OPTIONS "};

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (bytes_starts(payload, bytes_of(starts[i])))
			return true;
	return false;
}

static void look(struct doctor_line *line, struct bytes payload)
{
	struct tls_hello hello;

	if (payload.len == 0)
		return;
	if (tls_hello_read(payload, &hello)) {
		line->tls++;
		keep_name(line, hello.server_name);
	} else if (is_http1(payload)) {
		line->http1++;
	} else if (bytes_starts(payload, BYTES("PRI * HTTP/2.0"))) {
		line->http2++;
	} else {
		line->other++;
	}
}

/* What a packet may come in, and where that is counted. */
static const struct {
	const char *name;
	size_t offset;
} layers[] = {
	{"VLAN", offsetof(struct capture_counts, vlan)},
	{"VXLAN", offsetof(struct capture_counts, vxlan)},
	{"GRE", offsetof(struct capture_counts, gre)},
	{"ERSPAN", offsetof(struct capture_counts, erspan)},
	{"GENEVE", offsetof(struct capture_counts, geneve)},
	{"MPLS", offsetof(struct capture_counts, mpls)},
	{"PPP", offsetof(struct capture_counts, ppp)},
	{"IP in IP", offsetof(struct capture_counts, ip_in_ip)},
	{"GTP", offsetof(struct capture_counts, gtp)},
	{"Teredo", offsetof(struct capture_counts, teredo)},
};
#define LAYER_COUNT (sizeof(layers) / sizeof(*layers))

static uint64_t layer_packets(const struct capture_counts *counts, size_t layer)
{
	return *(const uint64_t *)(const void *)((const char *)counts + layers[layer].offset);
}

/* The layers that were counted between the two. */
static unsigned tunnels_of(const struct capture_counts *before, const struct capture_counts *after)
{
	unsigned tunnels = 0;

	for (size_t layer = 0; layer < LAYER_COUNT; layer++)
		if (layer_packets(after, layer) > layer_packets(before, layer))
			tunnels |= 1u << layer;
	return tunnels;
}

static struct doctor_line *line_put(struct map *map, const void *key, size_t key_len)
{
	bool is_new;

	return map_put(map, (struct bytes){.data = key, .len = key_len}, &is_new);
}

static void count(struct doctor_line *line, const struct segment *segment, bool to_server, bool is_copy,
		  unsigned tunnels)
{
	line->packets[!to_server]++;
	line->bytes[!to_server] += segment->payload.len + segment->cut_len;
	line->cut += segment->cut_len > 0;
	line->duplicates += is_copy;
	line->tunnels |= tunnels;
	look(line, segment->payload);
}

void doctor_take(struct doctor *doctor, const struct packet *packet)
{
	struct capture_counts before = doctor->counts;
	struct packet timed = *packet;
	struct doctor_line *line, *pair;
	struct segment segment;
	const struct endpoint *server, *client;
	struct address hosts[2];
	bool to_server, is_copy;
	unsigned tunnels;

	if (doctor->first_ns == 0 || packet->time_ns < doctor->first_ns)
		doctor->first_ns = packet->time_ns;
	if (packet->time_ns > doctor->last_ns)
		doctor->last_ns = packet->time_ns;
	timed.clock_ns = doctor->last_ns;
	if (segment_read(&timed, &doctor->counts, &doctor->fragments, &segment) != DROP_NONE)
		return;
	tunnels = tunnels_of(&before, &doctor->counts);
	is_copy = is_duplicate(doctor, &segment);
	doctor->duplicates += is_copy;
	doctor->payload_bytes += segment.payload.len + segment.cut_len;
	to_server = is_to_server(&segment);
	server = to_server ? &segment.to : &segment.from;
	client = to_server ? &segment.from : &segment.to;
	hosts[0] = client->address;
	hosts[1] = server->address;
	line = line_put(&doctor->servers, server, sizeof(*server));
	if (line != NULL) {
		line->server = *server;
		count(line, &segment, to_server, is_copy, tunnels);
	}
	pair = line_put(&doctor->pairs, hosts, sizeof(hosts));
	if (pair != NULL) {
		pair->server = *server;
		pair->client = client->address;
		pair->is_pair = true;
		count(pair, &segment, to_server, is_copy, tunnels);
	}
}

/* -- what it says ------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
	const struct doctor_line *a = *(const struct doctor_line *const *)left;
	const struct doctor_line *b = *(const struct doctor_line *const *)right;
	uint64_t a_bytes = a->bytes[0] + a->bytes[1], b_bytes = b->bytes[0] + b->bytes[1];

	return (a_bytes < b_bytes) - (a_bytes > b_bytes);
}

#define NAME_MAX_LEN (2 * ADDRESS_TEXT_MAX + 8)

static const char *name_of(const struct doctor_line *line, char text[NAME_MAX_LEN])
{
	char server[ADDRESS_TEXT_MAX], client[ADDRESS_TEXT_MAX];

	address_print(&line->server.address, server);
	address_print(&line->client, client);
	if (line->is_pair)
		snprintf(text, NAME_MAX_LEN, "%s > %s", client, server);
	else
		snprintf(text, NAME_MAX_LEN, line->server.address.is_ipv6 ? "[%s]:%u" : "%s:%u", server,
			 line->server.port);
	return text;
}

static const char *kind_of(const struct doctor_line *line)
{
	if (line->http1 > 0)
		return line->tls > 0 ? "HTTP/1, TLS" : "HTTP/1";
	if (line->http2 > 0)
		return "HTTP/2";
	if (line->tls > 0)
		return "TLS";
	return line->other > 0 ? "not HTTP, or joined late" : "no data";
}

static bool is_one_sided(const struct doctor_line *line)
{
	return (line->packets[0] == 0 || line->packets[1] == 0) && line->packets[0] + line->packets[1] > 3;
}

static double share(uint64_t part, uint64_t whole)
{
	return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

static void print_line(const struct doctor_line *line, FILE *out)
{
	uint64_t packets = line->packets[0] + line->packets[1];
	char text[NAME_MAX_LEN];

	fprintf(out, "%-33s %10" PRIu64 " %10" PRIu64 " %12" PRIu64 " %12" PRIu64 "  %s%s",
		name_of(line, text), line->packets[0], line->packets[1], line->bytes[0], line->bytes[1],
		kind_of(line), is_one_sided(line) ? ", one direction only" : "");
	for (size_t layer = 0; layer < LAYER_COUNT; layer++)
		if (line->tunnels >> layer & 1)
			fprintf(out, ", in %s", layers[layer].name);
	if (line->cut > 0)
		fprintf(out, ", %.0f %% cut", share(line->cut, packets));
	if (share(line->duplicates, packets) >= 1)
		fprintf(out, ", %.0f %% twice", share(line->duplicates, packets));
	for (size_t name = 0; name < line->name_count; name++)
		fprintf(out, "%s%s", name == 0 ? ": " : ", ", line->names[name]);
	fputc('\n', out);
}

static void print_table(const char *title, struct doctor_line **lines, size_t count, FILE *out)
{
	if (count == 0)
		return;
	fprintf(out, "%-33s %10s %10s %12s %12s  %s\n", title, "pkts to", "pkts from", "bytes to",
		"bytes from", "what");
	for (size_t i = 0; i < count && i < ROWS_SHOWN; i++)
		print_line(lines[i], out);
	if (count > ROWS_SHOWN)
		fprintf(out, "... and %zu more\n", count - ROWS_SHOWN);
	fputc('\n', out);
}

static void say_unwrapped(const struct capture_counts *counts, FILE *out)
{
	bool is_first = true;

	for (size_t layer = 0; layer < LAYER_COUNT; layer++) {
		if (layer_packets(counts, layer) == 0)
			continue;
		fprintf(out, "%s%s %" PRIu64, is_first ? "* Unwrapped packets: " : ", ", layers[layer].name,
			layer_packets(counts, layer));
		is_first = false;
	}
	if (!is_first)
		fprintf(out, ".\n");
}

static void say_capture(const struct doctor *doctor, FILE *out)
{
	const struct capture_counts *counts = &doctor->counts;

	if (counts->packets == 0)
		fprintf(out, "* Nothing arrives. Is the mirror session on, and is this the interface it "
			     "copies to?\n");
	else if (counts->segments == 0)
		fprintf(out,
			"* %" PRIu64 " packets arrive, and none is TCP: the mirror copies something else.\n",
			counts->packets);
	for (int drop = DROP_NONE + 1; drop < DROP_COUNT; drop++)
		if (drop != DROP_NOT_IP && drop != DROP_NOT_TCP && drop != DROP_FRAGMENT_JOINED &&
		    counts->drops[drop] > 0)
			fprintf(out, "* %.1f %% of the packets are not read: %s.\n",
				share(counts->drops[drop], counts->packets), drop_name(drop));
	if (counts->cut > 0)
		fprintf(out,
			"* %.1f %% of the packets are cut short: raise the snaplen or the MTU of the "
			"mirror.\n",
			share(counts->cut, counts->packets));
	if (share(counts->checksum_bad, counts->checksum_checked) >= 1)
		fprintf(out,
			"* %.0f %% of the segments looked at have wrong checksums: damaged on the way, or "
			"rewritten by the mirror. They are read all the same.\n",
			share(counts->checksum_bad, counts->checksum_checked));
	if (doctor->source.kernel_drops + doctor->source.interface_drops > 0)
		fprintf(out, "* %" PRIu64 " packets were dropped by the kernel or the interface.\n",
			doctor->source.kernel_drops + doctor->source.interface_drops);
	if (share(doctor->duplicates, counts->segments) >= 1)
		fprintf(out,
			"* %.0f %% of the segments arrive twice: two ports of one path are mirrored; one is "
			"enough.\n",
			share(doctor->duplicates, counts->segments));
	say_unwrapped(counts, out);
}

static void say_servers(struct doctor_line **lines, size_t count, uint64_t all_bytes, FILE *out)
{
	uint64_t tls_bytes = 0, http_bytes = 0;
	char text[NAME_MAX_LEN];
	size_t said = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t bytes = lines[i]->bytes[0] + lines[i]->bytes[1];

		if (lines[i]->http1 + lines[i]->http2 > 0)
			http_bytes += bytes;
		else if (lines[i]->tls > 0)
			tls_bytes += bytes;
		if (is_one_sided(lines[i]) && said++ < ROWS_SHOWN)
			fprintf(out, "* Only one direction of %s is mirrored: mirror the other one too.\n",
				name_of(lines[i], text));
	}
	if (tls_bytes > 0)
		fprintf(out,
			"* %.0f %% of the bytes are TLS without keys: mirror behind the point where TLS "
			"ends.\n",
			share(tls_bytes, all_bytes));
	if (http_bytes > 0)
		fprintf(out,
			"* %.0f %% of the bytes belong to servers that speak HTTP in clear: specular reads "
			"them.\n",
			share(http_bytes, all_bytes));
	else if (all_bytes > 0)
		fprintf(out, "* No HTTP in clear was seen.\n");
}

/* Every packet is in one of these. */
static void say_stages(const struct doctor *doctor, FILE *out)
{
	const struct capture_counts *counts = &doctor->counts;

	fprintf(out, "* Of %" PRIu64 " packets %" PRIu64 " are TCP", counts->packets, counts->segments);
	for (int drop = DROP_NONE + 1; drop < DROP_COUNT; drop++)
		if (counts->drops[drop] > 0)
			fprintf(out, ", %" PRIu64 " %s", counts->drops[drop], drop_name(drop));
	fprintf(out, ".\n");
}

/* The lines of a map, the largest first; NULL without memory. The caller frees. */
static struct doctor_line **sorted(const struct map *map, size_t *out_count)
{
	struct doctor_line **lines = calloc(map->count + 1, sizeof(*lines));
	size_t count = 0;

	if (lines == NULL)
		return NULL;
	for (struct doctor_line *line = map_oldest(map); line != NULL; line = map_newer(line))
		lines[count++] = line;
	qsort(lines, count, sizeof(*lines), compare);
	*out_count = count;
	return lines;
}

void doctor_print(const struct doctor *doctor, FILE *out)
{
	size_t server_count = 0, pair_count = 0;
	struct doctor_line **servers = sorted(&doctor->servers, &server_count);
	struct doctor_line **pairs = sorted(&doctor->pairs, &pair_count);

	if (servers != NULL && pairs != NULL) {
		fprintf(out, "%" PRIu64 " packets, %" PRIu64 " TCP segments, %.1f seconds\n\n",
			doctor->counts.packets, doctor->counts.segments,
			(double)(doctor->last_ns - doctor->first_ns) / 1e9);
		print_table("server", servers, server_count, out);
		print_table("hosts", pairs, pair_count, out);
		say_capture(doctor, out);
		say_stages(doctor, out);
		say_servers(servers, server_count, doctor->payload_bytes, out);
	}
	free(servers);
	free(pairs);
}
