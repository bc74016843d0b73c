#include "sensor/publish/kafka_url.h"

#define TOPIC_LEN_MAX 249 /* Kafka's own: org.apache.kafka.common.internals.Topic */

static bool is_port(struct bytes text)
{
	uint64_t port;

	return bytes_to_u64(text, &port) && port >= 1 && port <= 65535;
}

/* "host", "192.0.2.1" or "[2001:db8::1]". */
static bool is_host(struct bytes text)
{
	bool is_ipv6 = bytes_starts(text, BYTES("[")) && bytes_ends(text, BYTES("]"));

	if (is_ipv6)
		text = bytes_slice(text, 1, text.len - 2);
	for (size_t i = 0; i < text.len; i++) {
		char byte = text.data[i];

		if (!ascii_is_alnum(byte) && byte != '.' && byte != '-' && byte != '_' &&
		    !(is_ipv6 && (byte == ':' || byte == '%')))
			return false;
	}
	return text.len > 0;
}

static const char *broker_fault(struct bytes broker)
{
	size_t colon = broker.len;

	while (colon > 0 && broker.data[colon - 1] != ':')
		colon--;
	if (broker.len == 0)
		return "a broker is missing";
	if (colon == 0 || !is_port(bytes_from(broker, colon)))
		return "a broker needs a port: HOST:PORT";
	if (!is_host(bytes_slice(broker, 0, colon - 1)))
		return "a broker's host is not a name or an address (an IPv6 address stands in brackets)";
	return NULL;
}

static const char *topic_fault(struct bytes topic)
{
	if (topic.len == 0)
		return "the topic is missing: kafka://HOST:PORT/TOPIC";
	if (topic.len > TOPIC_LEN_MAX || bytes_equal(topic, BYTES(".")) || bytes_equal(topic, BYTES("..")))
		return "the topic's name is not allowed";
	for (size_t i = 0; i < topic.len; i++)
		if (!ascii_is_alnum(topic.data[i]) && topic.data[i] != '.' && topic.data[i] != '_' &&
		    topic.data[i] != '-')
			return "a topic's name has letters, digits, '.', '_' and '-' only";
	return NULL;
}

static const char *url_fault(const struct kafka_url *url)
{
	if (bytes_find_byte(url->brokers, '@') != BYTES_NOT_FOUND)
		return "credentials do not belong in the address of an output";
	for (struct bytes rest = url->brokers; rest.data != NULL;) {
		const char *fault = broker_fault(bytes_split(&rest, ','));

		if (fault != NULL)
			return fault;
	}
	return topic_fault(url->topic);
}

enum status kafka_url_read(struct bytes text, struct kafka_url *out_url, const char **out_why)
{
	struct kafka_url url = {0};
	const char *fault = "an address starts with kafka://";

	if (bytes_starts(text, BYTES("kafka://"))) {
		url.topic = bytes_from(text, sizeof("kafka://") - 1);
		url.brokers = bytes_split(&url.topic, '/');
		fault = url_fault(&url);
	}
	if (fault != NULL) {
		*out_why = fault;
		return STATUS_INVALID;
	}
	*out_url = url;
	return STATUS_OK;
}
