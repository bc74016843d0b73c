#include "sensor/capture/source_words.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum status source_say(char *error, size_t error_len, enum status status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error, error_len, format, arguments);
	va_end(arguments);
	return status;
}

/* "eth0, lo": those that libpcap could open. */
static void interfaces_list(char *out_names, size_t names_len)
{
	char words[PCAP_ERRBUF_SIZE] = "";
	pcap_if_t *all = NULL;
	size_t len = 0;

	out_names[0] = '\0';
	if (pcap_findalldevs(&all, words) != 0)
		return;
	for (pcap_if_t *one = all; one != NULL && len < names_len; one = one->next) {
		int written =
			snprintf(out_names + len, names_len - len, "%s%s", len == 0 ? "" : ", ", one->name);

		if (written < 0)
			break;
		len += (size_t)written;
	}
	pcap_freealldevs(all);
}

enum status source_say_activate(char *error, size_t error_len, const char *name, int result,
				const char *words)
{
	char names[SOURCE_ERROR_LEN / 2];

	switch (result) {
	case PCAP_ERROR_NO_SUCH_DEVICE:
		interfaces_list(names, sizeof(names));
		return source_say(error, error_len, STATUS_NOT_FOUND, "%s: no such interface; there are: %s",
				  name, names[0] == '\0' ? "none that may be opened" : names);
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return source_say(error, error_len, STATUS_IO,
				  "%s: no permission to capture; run as root or with CAP_NET_RAW "
				  "(setcap cap_net_raw+ep on the program)",
				  name);
	case PCAP_ERROR_IFACE_NOT_UP:
		return source_say(error, error_len, STATUS_IO,
				  "%s: the interface is down; bring it up (ip link set %s up)", name, name);
	default:
		return source_say(error, error_len, STATUS_IO, "%s: %s: %s", name, pcap_statustostr(result),
				  words);
	}
}

enum status source_say_file(char *error, size_t error_len, const char *name)
{
	int number = errno;
	enum status status = number == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;

	return source_say(error, error_len, status, "%s: cannot be opened: %s", name, strerror(number));
}

static const struct {
	struct bytes magic;
	const char *words;
} formats[] = {
	{BYTES_INIT("\xfd"
		    "7zXZ"),
	 "it is compressed with xz; unpack it first (xz -d)"},
	{BYTES_INIT("BZh"), "it is compressed with bzip2; unpack it first (bunzip2)"},
	{BYTES_INIT("PK\x03\x04"), "it is a ZIP archive; unpack it first (unzip)"},
	{BYTES_INIT("snoop\0"), "it is a snoop capture; convert it first (editcap -F pcap)"},
};

/* Every pcap and pcapng file starts with one of these, in either byte order. */
static bool is_capture(struct bytes start)
{
	static const struct bytes magics[] = {
		BYTES_INIT("\xa1\xb2\xc3\xd4"), BYTES_INIT("\xd4\xc3\xb2\xa1"),
		BYTES_INIT("\xa1\xb2\x3c\x4d"), BYTES_INIT("\x4d\x3c\xb2\xa1"),
		BYTES_INIT("\xa1\xb2\xcd\x34"), BYTES_INIT("\x34\xcd\xb2\xa1"),
		BYTES_INIT("\x0a\x0d\x0d\x0a"),
	};

	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (bytes_starts(start, magics[i]))
			return true;
	return false;
}

static void hex_write(struct bytes start, char out_text[SOURCE_SNIFF_LEN * 3 + 1])
{
	size_t len = 0;

	out_text[0] = '\0';
	for (size_t i = 0; i < start.len && i < SOURCE_SNIFF_LEN; i++)
		len += (size_t)snprintf(out_text + len, 4, "%s%02x", i == 0 ? "" : " ",
					(unsigned char)start.data[i]);
}

enum status source_say_not_capture(char *error, size_t error_len, const char *name, struct bytes start,
				   const char *words)
{
	char hex[SOURCE_SNIFF_LEN * 3 + 1];

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (bytes_starts(start, formats[i].magic))
			return source_say(error, error_len, STATUS_INVALID, "%s: not a capture: %s", name,
					  formats[i].words);
	if (start.len == 0 || is_capture(start))
		return source_say(error, error_len, STATUS_INVALID,
				  "%s: cannot be read as pcap or pcapng: %s", name, words);
	hex_write(start, hex);
	return source_say(error, error_len, STATUS_INVALID,
			  "%s: neither pcap nor pcapng: it starts with the bytes %s", name, hex);
}
