#include "sensor/capture/source.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/base/limits.h"
#include "sensor/capture/pcap_file.h"
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
#define PCAPNG_FIRST_BYTE   0x0a
#define SECONDS_MAX         (1ull << 33) /* the year 2242: keeps sums of nanoseconds far from wrapping */

struct source {
	struct source_plan plan;
	char *name;
	pcap_t *pcap; /* of a file NULL, or only there for the filter */
	int link_type;
	struct pcap_file pcap_file;
	struct pcapng *pcapng; /* NULL: the file is a classic one */
	char *filter_text;     /* of a file: compiled for the link type of the packet at hand */
	struct bpf_program filter;
	bool has_filter;
	struct pollfd pollfd;
	int descriptor; /* -1 when live */
	struct intake file, unpacked;
	struct unpack *unpack; /* NULL: the file is not compressed */
	uint64_t file_len;     /* 0: not known */
	atomic_bool is_stopped;
	enum source_result over; /* SOURCE_PACKET while it goes on */
	struct source_counts counts;
	unsigned packets_since_look;
	uint32_t kernel_drops_seen, interface_drops_seen;
	char error[SOURCE_ERROR_LEN];
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

static struct intake *content_of(struct source *source)
{
	return source->unpack != NULL ? &source->unpacked : &source->file;
}

static bool unpack_begin(struct source *source)
{
	source->unpack = unpack_new(&source->file);
	return source->unpack != NULL && intake_init(&source->unpacked, unpack_read, source->unpack);
}

/* What kind of file it is, its first bytes tell. */
static enum status read_start(struct source *source, const char *name, char *error, size_t error_len)
{
	const char *words;
	struct bytes start;

	if (unpack_is_packed(intake_peek(&source->file, 1)) && !unpack_begin(source))
		return source_say(error, error_len, STATUS_NO_MEMORY, "%s: no memory", name);
	start = intake_peek(content_of(source), SOURCE_SNIFF_LEN);
	if (start.len == 0 && source->unpacked.error != 0)
		return source_say(error, error_len, STATUS_INVALID,
				  "%s: the compressed file is damaged or truncated", name);
	if (start.len > 0 && start.data[0] == PCAPNG_FIRST_BYTE) {
		source->pcapng = pcapng_new(content_of(source));
		return source->pcapng != NULL
			       ? STATUS_OK
			       : source_say(error, error_len, STATUS_NO_MEMORY, "%s: no memory", name);
	}
	words = pcap_file_open(&source->pcap_file, content_of(source));
	return words == NULL ? STATUS_OK : source_say_not_capture(error, error_len, name, start, words);
}

static enum status open_file(struct source *source, char *error, size_t error_len)
{
	bool is_stdin = strcmp(source->plan.name, "-") == 0;
	const char *name = is_stdin ? "standard input" : source->plan.name;
	struct stat stat;

	source->descriptor = is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	if (source->descriptor < 0)
		return source_say_file(error, error_len, name);
	if (fstat(source->descriptor, &stat) == 0 && S_ISREG(stat.st_mode))
		source->file_len = (uint64_t)stat.st_size;
	if (!intake_init(&source->file, intake_read_file, &source->descriptor))
		return source_say(error, error_len, STATUS_NO_MEMORY, "%s: no memory", name);
	return read_start(source, name, error, error_len);
}

static bool filter_compile(struct source *source, pcap_t *pcap, const char *text)
{
	source->has_filter = pcap_compile(pcap, &source->filter, text, 1, PCAP_NETMASK_UNKNOWN) == 0;
	return source->has_filter;
}

/* Of a file with the same head, and no packets: libpcap compiles for the systems that files may come from. */
static pcap_t *filter_handle(struct source *source, int link_type)
{
	char *head = source->pcap_file.head, words[PCAP_ERRBUF_SIZE];
	FILE *file;
	pcap_t *pcap;

	if (source->pcapng != NULL)
		pcap_file_write_head((uint32_t)link_type, head);
	file = fmemopen(head, PCAP_FILE_HEAD_LEN, "rb");
	pcap = file == NULL ? NULL : pcap_fopen_offline(file, words);
	if (pcap == NULL && file != NULL)
		fclose(file);
	return pcap;
}

static bool filter_compile_for(struct source *source, int link_type)
{
	pcap_t *pcap = filter_handle(source, link_type);

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
			  source->plan.filter,
			  source->pcap == NULL ? "libpcap has none for such files"
					       : pcap_geterr(source->pcap));
}

static enum status filter_set(struct source *source, char *error, size_t error_len)
{
	if (source->plan.filter == NULL || source->plan.filter[0] == '\0')
		return STATUS_OK;
	if (!source->plan.is_live) {
		int link_type = source->pcapng != NULL ? DLT_EN10MB : (int)source->pcap_file.link_type;

		source->filter_text = strdup(source->plan.filter);
		if (source->filter_text == NULL)
			return source_say(error, error_len, STATUS_NO_MEMORY, "no memory");
		return filter_compile_for(source, link_type) ? STATUS_OK
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
	source->descriptor = -1;
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
	if (plan->is_live)
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

static const char *words_of_error(const struct source *source)
{
	if (source->plan.is_live)
		return pcap_geterr(source->pcap);
	return source->pcapng != NULL ? pcapng_error(source->pcapng) : source->pcap_file.error;
}

/* What is compressed fails where its content ends in something else, or not at all. */
static void say_failed(struct source *source)
{
	const char *words = words_of_error(source);

	if (source->unpacked.error != 0)
		words = "the compressed file is damaged, truncated, or followed by something else";
	if (source->plan.is_live)
		(void)source_say(source->error, sizeof(source->error), STATUS_IO, "%s: %s", source->name,
				 words);
	else
		(void)source_say(source->error, sizeof(source->error), STATUS_IO,
				 "%s: behind packet %" PRIu64 ", byte %" PRIu64
				 "%s: %s; the packets before count",
				 source->name, source->counts.packets, intake_offset(content_of(source)),
				 source->unpack != NULL ? " of what is unpacked" : "", words);
}

static enum source_result finish(struct source *source, enum source_result result)
{
	if (result == SOURCE_ERROR)
		say_failed(source);
	source->over = result;
	return result;
}

/* A filter that makes no sense for the packet's link type lets it through: capture has its own counts. */
static bool is_wanted(struct source *source, const struct packet *packet)
{
	struct pcap_pkthdr header = {.caplen = (bpf_u_int32)packet->data.len, .len = packet->wire_len};

	if (source->filter_text == NULL)
		return true;
	if (source->link_type != packet->link_type)
		(void)filter_compile_for(source, packet->link_type);
	return !source->has_filter ||
	       pcap_offline_filter(&source->filter, &header, (const unsigned char *)packet->data.data) != 0;
}

static enum source_result file_packet_read(struct source *source, struct packet *out_packet)
{
	struct packet packet = {
		.source = source->plan.index,
		.is_decrypted = source->plan.is_decrypted,
		.plan = &source->plan.capture,
	};
	enum source_result result;

	do {
		result = source->pcapng != NULL ? pcapng_next(source->pcapng, &packet)
						: pcap_file_next(&source->pcap_file, &packet);
	} while (result == SOURCE_PACKET && !is_wanted(source, &packet));
	if (source->pcapng != NULL)
		source->counts.secrets_skipped = pcapng_secrets(source->pcapng);
	if (result != SOURCE_PACKET)
		return finish(source, result);
	*out_packet = packet;
	source->counts.packets++;
	source->counts.bytes += packet.data.len;
	return SOURCE_PACKET;
}

static enum source_result live_packet_read(struct source *source, struct packet *out_packet)
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
	if (!source->plan.is_live)
		return file_packet_read(source, out_packet);
	result = live_packet_read(source, out_packet);
	if (result != SOURCE_IDLE)
		return result;
	if (poll(&source->pollfd, 1, IDLE_MS) > 0)
		result = live_packet_read(source, out_packet);
	if (result == SOURCE_IDLE)
		drops_look(source);
	return result;
}

void source_stop(struct source *source)
{
	atomic_store_explicit(&source->is_stopped, true, memory_order_relaxed);
	if (source->plan.is_live)
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
	return source->file_len > 0 ? source->file.read_len : 0;
}

void source_close(struct source *source)
{
	if (source == NULL)
		return;
	if (source->has_filter)
		pcap_freecode(&source->filter);
	if (source->pcap != NULL)
		pcap_close(source->pcap);
	pcapng_free(source->pcapng);
	unpack_free(source->unpack);
	intake_finish(&source->unpacked);
	intake_finish(&source->file);
	if (source->descriptor > STDIN_FILENO)
		close(source->descriptor);
	free(source->filter_text);
	free(source->name);
	free(source);
}
