#include "sensor/capture/source.h"

#include <inttypes.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "parsers/base/limits.h"
#include "sensor/capture/pcapng.h"
#include "sensor/capture/source_words.h"
#include "sensor/capture/unpack.h"

/* Milliseconds: the kernel hands a part-filled block over after RETIRE, a quiet source returns after IDLE. */
#define RETIRE_MS 50
#define IDLE_MS   100

/* pcap_stats asks the kernel and reads two files of sysfs; between two looks no counter can wrap at 32 bit.
 */
#define PACKETS_PER_LOOK 4096

#define KERNEL_BUFFER_BYTES ((int)(64 * MIB))
#define FILE_BUFFER_BYTES   MIB
#define PCAPNG_FIRST_BYTE   0x0a
#define LINKTYPE_RAW        101
#define SECONDS_MAX         (1ull << 33) /* the year 2242: keeps sums of nanoseconds far from wrapping */

struct source {
	struct source_plan plan;
	char *name;
	pcap_t *pcap; /* of a pcapng file NULL, or only there for the filter */
	int link_type;
	struct pcapng *pcapng;
	char *filter_text; /* pcapng: compiled for the link type of the packet at hand */
	struct bpf_program filter;
	bool has_filter;
	struct pollfd pollfd;
	FILE *file;    /* for progress; NULL when live */
	FILE *content; /* what is read: the file, or what was unpacked from it; NULL when it is pcap's */
	char *file_buffer;
	uint64_t file_len;
	atomic_bool is_stopped;
	enum source_result over; /* SOURCE_PACKET while it goes on */
	struct source_counts counts;
	unsigned packets_since_look;
	uint32_t kernel_drops_seen, interface_drops_seen;
	char error[SOURCE_ERROR_LEN];
	bool is_packed; /* the file is compressed */
};

static enum status open_live(struct source *source, char *error, size_t error_len)
{
	char words[PCAP_ERRBUF_SIZE] = "";
	int result;

	source->pcap = pcap_create(source->plan.name, words);
	if (source->pcap == NULL)
		return source_say(error, error_len, STATUS_IO, "%s: %s", source->plan.name, words);
	if (pcap_set_snaplen(source->pcap, LIMIT_SNAPLEN) != 0 || pcap_set_promisc(source->pcap, 1) != 0 ||
	    pcap_set_timeout(source->pcap, RETIRE_MS) != 0 ||
	    pcap_set_buffer_size(source->pcap, KERNEL_BUFFER_BYTES) != 0)
		return source_say(error, error_len, STATUS_IO, "%s: libpcap refused its settings",
				  source->plan.name);
	/* Where the interface has no nanoseconds, microseconds do. */
	(void)pcap_set_tstamp_precision(source->pcap, PCAP_TSTAMP_PRECISION_NANO);
	result = pcap_activate(source->pcap);
	if (result < 0)
		return source_say_activate(error, error_len, source->plan.name, result,
					   pcap_geterr(source->pcap));
	/* Asked without waiting and waited for with poll: a quiet TPACKET_V3 ring would block for ever. */
	if (pcap_setnonblock(source->pcap, 1, words) != 0)
		return source_say(error, error_len, STATUS_IO, "%s: %s", source->plan.name, words);
	source->pollfd = (struct pollfd){.fd = pcap_get_selectable_fd(source->pcap), .events = POLLIN};
	return STATUS_OK;
}

static void file_prepare(struct source *source)
{
	struct stat stat;

	__fsetlocking(source->file, FSETLOCKING_BYCALLER); /* only one thread asks anything of it */
	if (fstat(fileno(source->file), &stat) == 0 && S_ISREG(stat.st_mode))
		source->file_len = (uint64_t)stat.st_size;
	if (source->file == stdin)
		return;
	source->file_buffer = malloc(FILE_BUFFER_BYTES);
	if (source->file_buffer != NULL)
		(void)setvbuf(source->file, source->file_buffer, _IOFBF, FILE_BUFFER_BYTES);
}

/* Without taking it off: standard input cannot be rewound. */
static int peek(FILE *file)
{
	int first = fgetc(file);

	if (first != EOF)
		(void)ungetc(first, file);
	return first;
}

static enum status read_start(struct source *source, const char *name, struct bytes start, char *error,
			      size_t error_len)
{
	char words[PCAP_ERRBUF_SIZE] = "";
	int first = peek(source->content);

	if (unpack_is_packed(first)) {
		FILE *content = unpack_open(source->content);

		if (content == NULL)
			return source_say(error, error_len, STATUS_NO_MEMORY, "%s: no memory", name);
		source->content = content;
		source->is_packed = true;
		first = peek(content);
		if (first == EOF && ferror(content))
			return source_say(error, error_len, STATUS_INVALID,
					  "%s: the compressed file is damaged or truncated", name);
		start = BYTES_NONE;
	}
	if (first == PCAPNG_FIRST_BYTE) {
		source->pcapng = pcapng_new(source->content);
		return source->pcapng != NULL
			       ? STATUS_OK
			       : source_say(error, error_len, STATUS_NO_MEMORY, "%s: no memory", name);
	}
	source->pcap =
		pcap_fopen_offline_with_tstamp_precision(source->content, PCAP_TSTAMP_PRECISION_NANO, words);
	if (source->pcap == NULL)
		return source_say_not_capture(error, error_len, name, start, words);
	source->content = NULL; /* pcap_close closes it */
	return STATUS_OK;
}

static enum status open_file(struct source *source, char *error, size_t error_len)
{
	bool is_stdin = strcmp(source->plan.name, "-") == 0;
	const char *name = is_stdin ? "standard input" : source->plan.name;
	struct bytes start = BYTES_NONE;
	char first[SOURCE_SNIFF_LEN];

	source->file = is_stdin ? stdin : fopen(name, "rb");
	if (source->file == NULL)
		return source_say_file(error, error_len, name);
	source->content = source->file;
	file_prepare(source);
	if (source->file_len > 0 && !is_stdin) {
		start = (struct bytes){.data = first, .len = fread(first, 1, sizeof(first), source->file)};
		rewind(source->file);
	}
	return read_start(source, name, start, error, error_len);
}

static bool filter_compile(struct source *source, pcap_t *pcap, const char *text)
{
	source->has_filter = pcap_compile(pcap, &source->filter, text, 1, PCAP_NETMASK_UNKNOWN) == 0;
	return source->has_filter;
}

/* LINKTYPE_RAW is the one whose DLT_ has another number here. */
static bool filter_compile_for(struct source *source, int link_type)
{
	pcap_t *pcap = pcap_open_dead(link_type == LINKTYPE_RAW ? DLT_RAW : link_type, LIMIT_SNAPLEN);

	if (pcap == NULL)
		return false;
	if (source->pcap != NULL)
		pcap_close(source->pcap);
	if (source->has_filter)
		pcap_freecode(&source->filter);
	source->has_filter = false;
	source->pcap = pcap;
	source->link_type = link_type;
	return filter_compile(source, pcap, source->filter_text);
}

static enum status filter_refuse(const struct source *source, char *error, size_t error_len)
{
	return source_say(error, error_len, STATUS_INVALID, "filter \"%s\": %s (see pcap-filter(7))",
			  source->plan.filter, pcap_geterr(source->pcap));
}

static enum status filter_set(struct source *source, char *error, size_t error_len)
{
	if (source->plan.filter == NULL || source->plan.filter[0] == '\0')
		return STATUS_OK;
	if (source->pcapng != NULL) {
		source->filter_text = strdup(source->plan.filter);
		if (source->filter_text == NULL)
			return source_say(error, error_len, STATUS_NO_MEMORY, "no memory");
		return filter_compile_for(source, DLT_EN10MB) ? STATUS_OK
							      : filter_refuse(source, error, error_len);
	}
	if (!filter_compile(source, source->pcap, source->plan.filter))
		return filter_refuse(source, error, error_len);
	if (pcap_setfilter(source->pcap, &source->filter) != 0)
		return source_say(error, error_len, STATUS_IO, "filter \"%s\": %s", source->plan.filter,
				  pcap_geterr(source->pcap));
	return STATUS_OK;
}

enum status source_open(const struct source_plan *plan, char *error, size_t error_len,
			struct source **out_source)
{
	struct source *source = calloc(1, sizeof(*source));
	enum status status;

	if (source == NULL)
		return source_say(error, error_len, STATUS_NO_MEMORY, "%s: no memory", plan->name);
	source->plan = *plan;
	source->name = strdup(plan->name);
	if (source->name == NULL) {
		source_close(source);
		return source_say(error, error_len, STATUS_NO_MEMORY, "%s: no memory", plan->name);
	}
	source->over = SOURCE_PACKET;
	status = plan->is_live ? open_live(source, error, error_len) : open_file(source, error, error_len);
	if (status == STATUS_OK)
		status = filter_set(source, error, error_len);
	if (status != STATUS_OK) {
		source_close(source);
		return status;
	}
	source->plan.name = NULL; /* borrowed for the opening only */
	source->plan.filter = NULL;
	if (source->pcapng == NULL)
		source->link_type = pcap_datalink(source->pcap);
	*out_source = source;
	return STATUS_OK;
}

/* The differences of 32-bit counters that wrap are right as long as one looks often enough. */
static void drops_look(struct source *source)
{
	struct pcap_stat stat;

	source->packets_since_look = 0;
	if (!source->plan.is_live || pcap_stats(source->pcap, &stat) != 0)
		return;
	source->counts.kernel_drops += (uint32_t)(stat.ps_drop - source->kernel_drops_seen);
	source->counts.interface_drops += (uint32_t)(stat.ps_ifdrop - source->interface_drops_seen);
	source->kernel_drops_seen = stat.ps_drop;
	source->interface_drops_seen = stat.ps_ifdrop;
}

/* A hostile file may hold any number here, negative ones too. */
static uint64_t time_of(const struct pcap_pkthdr *header, int precision)
{
	uint64_t seconds = header->ts.tv_sec < 0 ? 0 : (uint64_t)header->ts.tv_sec;
	uint64_t part = header->ts.tv_usec < 0 ? 0 : (uint64_t)header->ts.tv_usec;

	if (seconds > SECONDS_MAX)
		seconds = SECONDS_MAX;
	if (part >= SECONDS)
		part = SECONDS - 1;
	return seconds * SECONDS + (precision == PCAP_TSTAMP_PRECISION_NANO ? part : part * 1000);
}

/* The stream of a compressed file fails where its content ends in something else, or not at all. */
static bool is_unpacking_over(const struct source *source)
{
	FILE *content = source->pcapng != NULL ? source->content : pcap_file(source->pcap);

	return source->is_packed && content != NULL && ferror(content);
}

static enum source_result finish(struct source *source, enum source_result result)
{
	if (result == SOURCE_ERROR && is_unpacking_over(source))
		(void)source_say(
			source->error, sizeof(source->error), STATUS_IO,
			"%s: behind packet %" PRIu64
			" the compressed file is damaged, truncated, or followed by something else; the "
			"packets before count",
			source->name, source->counts.packets);
	else if (result == SOURCE_ERROR)
		(void)source_say(source->error, sizeof(source->error), STATUS_IO, "%s: %s", source->name,
				 source->pcapng != NULL ? pcapng_error(source->pcapng)
							: pcap_geterr(source->pcap));
	source->over = result;
	return result;
}

/* A filter that makes no sense for the packet's link type lets it through: capture has its own counts. */
static bool is_wanted(struct source *source, const struct pcapng_packet *packet)
{
	struct pcap_pkthdr header = {.caplen = (bpf_u_int32)packet->data.len, .len = packet->wire_len};

	if (source->filter_text == NULL)
		return true;
	if (source->link_type != (int)packet->link_type)
		(void)filter_compile_for(source, (int)packet->link_type);
	return !source->has_filter ||
	       pcap_offline_filter(&source->filter, &header, (const unsigned char *)packet->data.data) != 0;
}

static enum source_result pcapng_packet_read(struct source *source, struct packet *out_packet)
{
	struct pcapng_packet packet;
	enum pcapng_result result;

	do {
		result = pcapng_next(source->pcapng, &packet);
		source->counts.secrets_skipped = pcapng_secrets(source->pcapng);
	} while (result == PCAPNG_PACKET && !is_wanted(source, &packet));
	if (result != PCAPNG_PACKET)
		return finish(source, result == PCAPNG_END ? SOURCE_END : SOURCE_ERROR);
	*out_packet = (struct packet){
		.data = packet.data,
		.wire_len = packet.wire_len,
		.link_type = (int)packet.link_type,
		.time_ns = packet.time_ns,
		.source = source->plan.index,
		.is_decrypted = source->plan.is_decrypted,
		.plan = &source->plan.capture,
	};
	source->counts.packets++;
	source->counts.bytes += packet.data.len;
	return SOURCE_PACKET;
}

static enum source_result packet_read(struct source *source, struct packet *out_packet)
{
	struct pcap_pkthdr *header;
	const unsigned char *data;
	int result = pcap_next_ex(source->pcap, &header, &data);

	if (result == 0)
		return SOURCE_IDLE;
	if (result == PCAP_ERROR_BREAK)
		return finish(source, SOURCE_END);
	if (result < 0)
		return finish(source, SOURCE_ERROR);
	*out_packet = (struct packet){
		.data = {.data = (const char *)data, .len = header->caplen},
		.wire_len = header->len,
		.link_type = source->link_type,
		.time_ns = time_of(header, pcap_get_tstamp_precision(source->pcap)),
		.source = source->plan.index,
		.is_decrypted = source->plan.is_decrypted,
		.plan = &source->plan.capture,
	};
	source->counts.packets++;
	source->counts.bytes += header->caplen;
	if (++source->packets_since_look >= PACKETS_PER_LOOK)
		drops_look(source);
	return SOURCE_PACKET;
}

enum source_result source_next(struct source *source, struct packet *out_packet)
{
	enum source_result result;

	if (source->over != SOURCE_PACKET)
		return source->over;
	if (atomic_load_explicit(&source->is_stopped, memory_order_relaxed))
		return finish(source, SOURCE_END);
	if (source->pcapng != NULL)
		return pcapng_packet_read(source, out_packet);
	result = packet_read(source, out_packet);
	if (result != SOURCE_IDLE)
		return result;
	if (source->plan.is_live && poll(&source->pollfd, 1, IDLE_MS) > 0)
		result = packet_read(source, out_packet);
	if (result == SOURCE_IDLE)
		drops_look(source);
	return result;
}

void source_stop(struct source *source)
{
	atomic_store_explicit(&source->is_stopped, true, memory_order_relaxed);
	if (source->pcapng == NULL)
		pcap_breakloop(source->pcap);
}

void source_counts(struct source *source, struct source_counts *out_counts)
{
	drops_look(source);
	*out_counts = source->counts;
}

const char *source_error(const struct source *source)
{
	return source->error;
}

uint64_t source_len(const struct source *source)
{
	return source->file_len;
}

uint64_t source_done(const struct source *source)
{
	off_t at = source->file_len > 0 ? ftello(source->file) : -1;

	return at < 0 ? 0 : (uint64_t)at;
}

void source_close(struct source *source)
{
	if (source == NULL)
		return;
	if (source->has_filter)
		pcap_freecode(&source->filter);
	if (source->pcap != NULL)
		pcap_close(source->pcap);
	if (source->content != NULL && source->content != stdin)
		fclose(source->content);
	pcapng_free(source->pcapng);
	free(source->filter_text);
	free(source->file_buffer);
	free(source->name);
	free(source);
}
