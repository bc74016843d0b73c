/* sensor/health: each event is raised by its counters, and by nothing else; what the laws say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "rules/catalogue.h"
#include "sensor/health.h"

/* A sensor that sees everything: nothing to tell. */
static struct health good(void)
{
	struct health health = {0};

	health.sources.capture.packets = 1000;
	health.sources.capture.segments = 900;
	health.sources.capture.drops[DROP_NOT_TCP] = 100;
	health.workers.reassembly.segments = 900;
	health.workers.reassembly.connections = 50;
	health.workers.exchanges = 100;
	health.workers.judged = 100;
	health.workers.sessions.exchanges[EXCHANGE_COMPLETE] = 90;
	health.workers.sessions.exchanges[EXCHANGE_NO_RESPONSE] = 10;
	return health;
}

static void expect_only(const struct health *health, const char *id)
{
	struct health_event events[HEALTH_EVENTS_MAX];
	size_t count = health_events(health, events);

	if (id == NULL) {
		assert_int_equal(count, 0);
		return;
	}
	assert_int_equal(count, 1);
	assert_string_equal(events[0].id, id);
	assert_in_range(events[0].severity, 1, 3);
	assert_true(events[0].message[0] != '\0');
	assert_non_null(catalogue_find(bytes_of(id)));
}

static void a_good_sensor_says_nothing(void **state)
{
	struct health health = good();

	(void)state;
	expect_only(&health, NULL);
	/* A stray packet, a stray connection. */
	health.sources.capture.drops[DROP_MALFORMED] = 2;
	health.workers.reassembly.duplicates = 3;
	health.workers.sessions.opaque_connections = 4;
	expect_only(&health, NULL);
}

#define RAISES(member, value, id)                                                                            \
	do {                                                                                                 \
		struct health health = good();                                                               \
		health.member = (value);                                                                     \
		expect_only(&health, id);                                                                    \
	} while (0)

static void each_event_has_its_cause(void **state)
{
	(void)state;
	RAISES(sources.source.kernel_drops, 1, "sensor.packet_drop");
	RAISES(sources.source.interface_drops, 1, "sensor.packet_drop");
	RAISES(sources.ring_drops, 1, "sensor.backpressure_drop");
	RAISES(workers.judged_lost, 1, "sensor.backpressure_drop");
	RAISES(workers.sessions.gap_bytes, 1, "sensor.capture_gap");
	RAISES(sources.capture.cut, 1, "sensor.truncated_snaplen");
	RAISES(workers.one_sided, 1, "sensor.one_sided");
	RAISES(workers.reassembly.duplicates, 9, "sensor.duplicate_mirror");
	RAISES(workers.sessions.tls_connections, 1, "sensor.opaque_tls");
	RAISES(workers.sessions.http2_undecoded, 1, "sensor.h2_undecodable");
	RAISES(workers.sessions.http2_unknown_heads, 1, "sensor.h2_undecodable");
	RAISES(workers.sessions.opaque_connections, 5, "sensor.blind_spot");
	RAISES(sources.capture.drops[DROP_LINK_TYPE], 10, "sensor.blind_spot");
	RAISES(sources.capture.packets, 0, "sensor.blind_spot");
	RAISES(sources.capture.segments, 0, "sensor.blind_spot");
	RAISES(reloads, 1, "sensor.spec_reload");
	RAISES(config_errors, 1, "sensor.config_error");
}

static void everything_at_once_fits(void **state)
{
	struct health_event events[HEALTH_EVENTS_MAX];
	struct counter counters[HEALTH_COUNTERS_MAX];
	struct health health;

	(void)state;
	memset(&health, 1, sizeof(health));
	assert_in_range(health_events(&health, events), 11, HEALTH_EVENTS_MAX);
	assert_in_range(health_counters(&health, counters), 100, HEALTH_COUNTERS_MAX);
}

static void a_broken_law_is_named(void **state)
{
	struct health health = good();
	const char *law;

	(void)state;
	assert_true(health_adds_up(&health, &law));
	health.sources.capture.packets++;
	assert_false(health_adds_up(&health, &law));
	assert_string_equal(law, "packets = segments + drops");
	health = good();
	health.workers.reassembly.segments--;
	assert_false(health_adds_up(&health, &law));
	health = good();
	health.workers.sessions.exchanges[EXCHANGE_NO_RESPONSE]++;
	assert_false(health_adds_up(&health, &law));
	health = good();
	health.workers.judged_lost++;
	assert_false(health_adds_up(&health, &law));
	assert_string_equal(law, "exchanges = judged + lost");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_sensor_says_nothing),
		cmocka_unit_test(each_event_has_its_cause),
		cmocka_unit_test(everything_at_once_fits),
		cmocka_unit_test(a_broken_law_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
