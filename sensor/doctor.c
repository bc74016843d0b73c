#include "sensor/doctor.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/tls_hello.h"

#define ROWS_SHOWN 30

bool doctor_init(struct doctor *doctor, uint64_t seed)
{
	*doctor = (struct doctor){.seed = seed};
	fragments_init(&doctor->fragments, seed);
	doctor->recent = calloc(DOCTOR_RECENT, sizeof(*doctor->recent));
	map_init(&doctor->servers, &(struct map_plan){.entries_max = DOCTOR_SERVERS_MAX,
						      .value_len = sizeof(struct doctor_server),
						      .seed = seed});
	return doctor->recent != NULL;
}

void doctor_finish(struct doctor *doctor)
{
	map_finish(&doctor->servers);
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

static void keep_name(struct doctor_server *line, struct bytes name)
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

static void look(struct doctor_server *line, struct bytes payload)
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

void doctor_take(struct doctor *doctor, const struct packet *packet)
{
	struct packet timed = *packet;
	struct doctor_server *line;
	struct segment segment;
	const struct endpoint *server;
	bool is_new, to_server;

	if (doctor->first_ns == 0 || packet->time_ns < doctor->first_ns)
		doctor->first_ns = packet->time_ns;
	if (packet->time_ns > doctor->last_ns)
		doctor->last_ns = packet->time_ns;
	timed.clock_ns = doctor->last_ns;
	if (segment_read(&timed, &doctor->counts, &doctor->fragments, &segment) != DROP_NONE)
		return;
	if (is_duplicate(doctor, &segment))
		doctor->duplicates++;
	to_server = is_to_server(&segment);
	server = to_server ? &segment.to : &segment.from;
	line = map_put(&doctor->servers, (struct bytes){.data = (const char *)server, .len = sizeof(*server)},
		       &is_new);
	if (line == NULL)
		return;
	line->server = *server;
	line->packets[!to_server]++;
	line->bytes[!to_server] += segment.payload.len + segment.cut_len;
	doctor->payload_bytes += segment.payload.len + segment.cut_len;
	look(line, segment.payload);
}

/* -- what it says ------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
	const struct doctor_server *a = *(const struct doctor_server *const *)left;
	const struct doctor_server *b = *(const struct doctor_server *const *)right;
	uint64_t a_bytes = a->bytes[0] + a->bytes[1], b_bytes = b->bytes[0] + b->bytes[1];

	return (a_bytes < b_bytes) - (a_bytes > b_bytes);
}

static const char *name_of(const struct doctor_server *line, char text[ADDRESS_TEXT_MAX + 8])
{
	char address[ADDRESS_TEXT_MAX];

	address_print(&line->server.address, address);
	snprintf(text, ADDRESS_TEXT_MAX + 8, line->server.address.is_ipv6 ? "[%s]:%u" : "%s:%u", address,
		 line->server.port);
	return text;
}

static const char *kind_of(const struct doctor_server *line)
{
	if (line->http1 > 0)
		return line->tls > 0 ? "HTTP/1, TLS" : "HTTP/1";
	if (line->http2 > 0)
		return "HTTP/2";
	if (line->tls > 0)
		return "TLS";
	return line->other > 0 ? "not HTTP, or joined late" : "no data";
}

static bool is_one_sided(const struct doctor_server *line)
{
	return (line->packets[0] == 0 || line->packets[1] == 0) && line->packets[0] + line->packets[1] > 3;
}

static void print_table(struct doctor_server **lines, size_t count, FILE *out)
{
	char text[ADDRESS_TEXT_MAX + 8];

	fprintf(out, "%-30s %10s %10s %12s %12s  %s\n", "server", "pkts to", "pkts from", "bytes to",
		"bytes from", "what");
	for (size_t i = 0; i < count && i < ROWS_SHOWN; i++) {
		const struct doctor_server *line = lines[i];

		fprintf(out, "%-30s %10" PRIu64 " %10" PRIu64 " %12" PRIu64 " %12" PRIu64 "  %s%s",
			name_of(line, text), line->packets[0], line->packets[1], line->bytes[0],
			line->bytes[1], kind_of(line), is_one_sided(line) ? ", one direction only" : "");
		for (size_t name = 0; name < line->name_count; name++)
			fprintf(out, "%s%s", name == 0 ? ": " : ", ", line->names[name]);
		fputc('\n', out);
	}
	if (count > ROWS_SHOWN)
		fprintf(out, "... and %zu more servers\n", count - ROWS_SHOWN);
}

static double share(uint64_t part, uint64_t whole)
{
	return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

static void say_unwrapped(const struct capture_counts *counts, FILE *out)
{
	const struct {
		const char *name;
		uint64_t packets;
	} layers[] = {{"VLAN", counts->vlan},     {"VXLAN", counts->vxlan},       {"GRE", counts->gre},
		      {"ERSPAN", counts->erspan}, {"GENEVE", counts->geneve},     {"MPLS", counts->mpls},
		      {"PPP", counts->ppp},       {"IP in IP", counts->ip_in_ip}, {"GTP", counts->gtp},
		      {"Teredo", counts->teredo}, {"L2TP", counts->l2tp}};
	bool is_first = true;

	for (size_t i = 0; i < sizeof(layers) / sizeof(*layers); i++) {
		if (layers[i].packets == 0)
			continue;
		fprintf(out, "%s%s %" PRIu64, is_first ? "* Unwrapped packets: " : ", ", layers[i].name,
			layers[i].packets);
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

static void say_servers(struct doctor_server **lines, size_t count, uint64_t all_bytes, FILE *out)
{
	uint64_t tls_bytes = 0, http_bytes = 0;
	char text[ADDRESS_TEXT_MAX + 8];
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

void doctor_print(const struct doctor *doctor, FILE *out)
{
	size_t count = 0;
	struct doctor_server **lines = calloc(doctor->servers.count + 1, sizeof(*lines));

	if (lines == NULL)
		return;
	for (struct doctor_server *line = map_oldest(&doctor->servers); line != NULL; line = map_newer(line))
		lines[count++] = line;
	qsort(lines, count, sizeof(*lines), compare);
	fprintf(out, "%" PRIu64 " packets, %" PRIu64 " TCP segments, %.1f seconds\n\n",
		doctor->counts.packets, doctor->counts.segments,
		(double)(doctor->last_ns - doctor->first_ns) / 1e9);
	if (count > 0)
		print_table(lines, count, out);
	fputc('\n', out);
	say_capture(doctor, out);
	say_servers(lines, count, doctor->payload_bytes, out);
	free(lines);
}
