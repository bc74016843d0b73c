/*
 * impairer: carries frames from one mirror port to another and is a bad mirror on the way: of a hundred
 *frames it loses one, shows one twice and lets one come late. A kernel with netem could do the same; this one
 *tells what it did, which is what the test needs.
 *
 *	impairer IN OUT SEED CAPTURE LOG	until SIGTERM
 *
 * CAPTURE gets every frame as it came (pcap, before anything is done to it), LOG one line a lost frame: its
 *number in CAPTURE, both ends, sequence number and length. The last line of LOG adds up.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME_MAX    65600
#define BUFFER_BYTES (512 << 20)
#define LATE_MAX     32
#define LATE_FRAMES                                                                                          \
	6          /* a late frame lets at most so many others go first, less than the sensor's patience     \
		    */
#define QUIET_MS 5 /* after which late frames go without being overtaken */
#define PER_CENT 100

struct late {
	unsigned char data[FRAME_MAX];
	size_t len;
	unsigned wait; /* frames that still go first */
};

struct impairer {
	int in, out;
	FILE *capture, *log;
	uint64_t random;
	struct late late[LATE_MAX];
	size_t late_count;
	uint64_t received, lost, doubled, delayed, sent, unsent;
};

static volatile sig_atomic_t is_over;

static void stop(int number)
{
	(void)number;
	is_over = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "impairer: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* xorshift64*, Marsaglia and Vigna. */
static unsigned roll(struct impairer *impairer, unsigned sides)
{
	impairer->random ^= impairer->random >> 12;
	impairer->random ^= impairer->random << 25;
	impairer->random ^= impairer->random >> 27;
	return (unsigned)((impairer->random * 0x2545f4914f6cdd1dull) >> 33) % sides;
}

static int open_port(const char *name, int protocol)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET,
				      .sll_protocol = htons((uint16_t)protocol),
				      .sll_ifindex = (int)if_nametoindex(name)};
	int port = socket(AF_PACKET, SOCK_RAW, htons((uint16_t)protocol));
	int bytes = BUFFER_BYTES;

	if (port < 0 || address.sll_ifindex == 0 ||
	    bind(port, (struct sockaddr *)&address, sizeof(address)) != 0)
		die(name);
	(void)setsockopt(port, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
	(void)setsockopt(port, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
	return port;
}

static void write_capture_head(FILE *file)
{
	const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, figures, snaplen, link;
	} head = {0xa1b2c3d4, 2, 4, 0, 0, 262144, 1};

	fwrite(&head, sizeof(head), 1, file);
}

static void keep(struct impairer *impairer, const unsigned char *frame, size_t len)
{
	struct timespec now;
	uint32_t head[4];

	clock_gettime(CLOCK_REALTIME, &now);
	head[0] = (uint32_t)now.tv_sec;
	head[1] = (uint32_t)(now.tv_nsec / 1000);
	head[2] = head[3] = (uint32_t)len;
	fwrite(head, sizeof(head), 1, impairer->capture);
	fwrite(frame, len, 1, impairer->capture);
}

static uint32_t read32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Ethernet, IPv4 without options beside TCP: the test's own network has nothing else to lose. */
static void tell_lost(struct impairer *impairer, const unsigned char *frame, size_t len)
{
	const unsigned char *ip = frame + 14, *tcp = ip + (len > 14 ? (size_t)(ip[0] & 15) * 4 : 0);
	char from[INET_ADDRSTRLEN] = "-", to[INET_ADDRSTRLEN] = "-";

	if (len < 54 || ip[9] != IPPROTO_TCP) {
		fprintf(impairer->log, "lost %" PRIu64 " - - - - - -\n", impairer->received - 1);
		return;
	}
	inet_ntop(AF_INET, ip + 12, from, sizeof(from));
	inet_ntop(AF_INET, ip + 16, to, sizeof(to));
	fprintf(impairer->log, "lost %" PRIu64 " %s %u %s %u %" PRIu32 " %u\n", impairer->received - 1, from,
		(unsigned)tcp[0] << 8 | tcp[1], to, (unsigned)tcp[2] << 8 | tcp[3], read32(tcp + 4),
		((unsigned)ip[2] << 8 | ip[3]) - (unsigned)(ip[0] & 15) * 4 - (unsigned)(tcp[12] >> 4) * 4);
}

static void put(struct impairer *impairer, const unsigned char *frame, size_t len)
{
	struct pollfd room = {.fd = impairer->out, .events = POLLOUT};

	while (send(impairer->out, frame, len, 0) != (ssize_t)len) {
		if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR) {
			impairer->unsent++;
			return;
		}
		(void)poll(&room, 1, 1);
	}
	impairer->sent++;
}

/* One more frame has gone, or (all) there is quiet: whose time has come goes now. */
static void put_late(struct impairer *impairer, bool all)
{
	size_t kept = 0;

	for (size_t i = 0; i < impairer->late_count; i++) {
		struct late *late = &impairer->late[i];

		if (all || late->wait == 0) {
			put(impairer, late->data, late->len);
			continue;
		}
		late->wait--;
		if (kept != i)
			memcpy(&impairer->late[kept], late, sizeof(*late));
		kept++;
	}
	impairer->late_count = kept;
}

static void delay(struct impairer *impairer, const unsigned char *frame, size_t len)
{
	struct late *late = &impairer->late[impairer->late_count++];

	memcpy(late->data, frame, len);
	late->len = len;
	late->wait = 1 + roll(impairer, LATE_FRAMES);
}

static void take(struct impairer *impairer, const unsigned char *frame, size_t len)
{
	unsigned fate = roll(impairer, PER_CENT);

	impairer->received++;
	keep(impairer, frame, len);
	if (fate == 0) {
		impairer->lost++;
		tell_lost(impairer, frame, len);
	} else if (fate == 1 && impairer->late_count < LATE_MAX) {
		impairer->delayed++;
		delay(impairer, frame, len);
		return; /* it does not overtake itself */
	} else {
		put(impairer, frame, len);
		if (fate == 2 && impairer->late_count < LATE_MAX) {
			impairer->doubled++;
			delay(impairer, frame, len);
			return;
		}
	}
	put_late(impairer, false);
}

static void carry(struct impairer *impairer)
{
	static unsigned char frame[FRAME_MAX];
	struct pollfd ready = {.fd = impairer->in, .events = POLLIN};
	struct sockaddr_ll from;

	while (true) {
		socklen_t from_len = sizeof(from);
		ssize_t len = recvfrom(impairer->in, frame, sizeof(frame), MSG_DONTWAIT,
				       (struct sockaddr *)&from, &from_len);

		if (len >= 0) {
			if (from.sll_pkttype != PACKET_OUTGOING)
				take(impairer, frame, (size_t)len);
			continue;
		}
		if (errno != EAGAIN && errno != EINTR)
			die("receive");
		if (is_over)
			return; /* nothing waits any more */
		if (poll(&ready, 1, QUIET_MS) == 0)
			put_late(impairer, true);
	}
}

int main(int argc, char **argv)
{
	static struct impairer impairer;
	struct tpacket_stats kernel = {0};
	socklen_t kernel_len = sizeof(kernel);

	if (argc != 6) {
		fprintf(stderr, "usage: impairer IN OUT SEED CAPTURE LOG\n");
		return 2;
	}
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	impairer.random = strtoull(argv[3], NULL, 10) * 2 + 1; /* never 0 */
	impairer.capture = fopen(argv[4], "wb");
	impairer.log = fopen(argv[5], "w");
	if (impairer.capture == NULL || impairer.log == NULL)
		die("open");
	(void)setvbuf(impairer.capture, NULL, _IOFBF, 1 << 20);
	write_capture_head(impairer.capture);
	impairer.out = open_port(argv[2], 0);
	impairer.in = open_port(argv[1], ETH_P_ALL);
	printf("carrying\n");
	fflush(stdout);
	carry(&impairer);
	put_late(&impairer, true);
	(void)getsockopt(impairer.in, SOL_PACKET, PACKET_STATISTICS, &kernel, &kernel_len);
	fprintf(impairer.log,
		"sum received=%" PRIu64 " lost=%" PRIu64 " doubled=%" PRIu64 " delayed=%" PRIu64
		" sent=%" PRIu64 " unsent=%" PRIu64 " kernel_drops=%u\n",
		impairer.received, impairer.lost, impairer.doubled, impairer.delayed, impairer.sent,
		impairer.unsent, kernel.tp_drops);
	if (fclose(impairer.log) != 0 || fclose(impairer.capture) != 0)
		die("write");
	close(impairer.in);
	close(impairer.out);
	return 0;
}
