/* What compares with the past, piece by piece: zones, windows, what goes on at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/behaviour/in_flight.h"
#include "sensor/behaviour/risk.h"
#include "sensor/behaviour/service.h"
#include "sensor/behaviour/spike.h"
#include "sensor/behaviour/window.h"

static void clocks_change_where_they_do(void **state)
{
	struct zone zone;

	(void)state;
	if (zone_load(&zone, BYTES("Europe/Berlin")) != STATUS_OK)
		skip();                                         /* a system without time zones */
	assert_int_equal(zone_offset(&zone, 1768478400), 3600); /* 2026-01-15 */
	assert_int_equal(zone_offset(&zone, 1774745999), 3600); /* a second before 2026-03-29 01:00 UTC */
	assert_int_equal(zone_offset(&zone, 1774746000), 7200);
	assert_int_equal(zone_offset(&zone, 1792889999), 7200); /* a second before 2026-10-25 01:00 UTC */
	assert_int_equal(zone_offset(&zone, 1792890000), 3600);
	assert_int_equal(zone_offset(&zone, 2540678400),
			 7200); /* 2050-07-06: by the rule at the file's end */
	assert_int_equal(zone_offset(&zone, 2526163200), 3600); /* 2050-01-19 */
	zone_finish(&zone);
	assert_int_equal(zone_load(&zone, BYTES("Australia/Sydney")), STATUS_OK);
	assert_int_equal(zone_offset(&zone, 2526163200), 39600); /* summer in January */
	zone_finish(&zone);
}

static void months_begin_on_their_first_day(void **state)
{
	(void)state;
	assert_int_equal(zone_month_day(1970, 1), 0);
	assert_int_equal(zone_month_day(1970, 13), 365);
	assert_int_equal(zone_month_day(2000, 3), 11017);
	assert_int_equal(zone_month_of(11016), 30 * 12 + 1);
	assert_int_equal(zone_month_of(11017), 30 * 12 + 2);
	assert_int_equal(zone_month_of(0), 0);
	assert_int_equal(zone_month_of(30), 0);
	assert_int_equal(zone_month_of(31), 1);
}

/* Names that leave the folder, and files cut anywhere or filled with anything. */
static void hostile_zones_are_refused(void **state)
{
	static const char *const names[] = {
		"", "/etc/passwd", "../../../etc/passwd", "Europe/../../passwd", "No/Where", "Europe"};
	char file[600] = "TZif2";
	struct zone zone;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_not_equal(zone_load(&zone, bytes_of(names[i])), STATUS_OK);
	for (unsigned fill = 0; fill < 256; fill += 5) {
		memset(file + 5, (int)fill, sizeof(file) - 5);
		for (size_t len = 0; len <= sizeof(file); len += 7) {
			char *exact = malloc(len + 1);

			memcpy(exact, file, len);
			if (zone_read(&zone, (struct bytes){.data = exact, .len = len}) == STATUS_OK)
				zone_finish(&zone);
			free(exact);
		}
	}
}

static void a_rolling_window_forgets_to_the_nanosecond(void **state)
{
	const struct limit_agreed hour = {.requests = 3, .per_ns = 3600 * SECONDS};
	struct window_budget budget = {.steps_left = 1000};
	const struct zone utc = {0};
	struct window window;

	(void)state;
	window_init(&window, &hour, &budget);
	for (uint64_t i = 1; i <= 200; i++)
		assert_int_equal(window_add(&window, &utc, 1000 * SECONDS + i, 1), i);
	assert_int_equal(window_add(&window, &utc, 4600 * SECONDS, 1), 201);
	assert_int_equal(window_add(&window, &utc, 4600 * SECONDS + 1, 1),
			 201); /* the first is an hour old */
	assert_int_equal(window_add(&window, &utc, 9000 * SECONDS, 1), 1);
	window_finish(&window);
	assert_int_equal(budget.steps_left, 1000);
	assert_int_equal(budget.forgotten, 0);
}

static void a_window_without_room_says_so(void **state)
{
	const struct limit_agreed hour = {.requests = 3, .per_ns = 3600 * SECONDS};
	struct window_budget budget = {.steps_left = 100};
	const struct zone utc = {0};
	struct window window;

	(void)state;
	window_init(&window, &hour, &budget);
	for (uint64_t i = 1; i <= 1000; i++)
		window_add(&window, &utc, i, 1);
	assert_int_equal(window.total, 64);
	assert_int_equal(budget.forgotten, 1000 - 64);
	window_finish(&window);
	assert_int_equal(budget.steps_left, 100);
}

static void flexi_begins_with_the_first_call(void **state)
{
	const struct limit_agreed minute = {.requests = 3, .per_ns = 60 * SECONDS, .window = WINDOW_FLEXI};
	struct window_budget budget = {0};
	const struct zone utc = {0};
	struct window window;

	(void)state;
	window_init(&window, &minute, &budget);
	assert_int_equal(window_add(&window, &utc, 59 * SECONDS, 1), 1);
	assert_int_equal(window_add(&window, &utc, 118 * SECONDS, 1), 2);
	assert_int_equal(window_add(&window, &utc, 119 * SECONDS, 1), 1);
	window_finish(&window);
}

static void what_goes_on_at_once_is_counted(void **state)
{
	struct in_flight flights = {0};
	uint64_t exceeded;

	(void)state;
	/* 10..20, 12..22, 30..40: two at once, once */
	assert_int_equal(in_flight_take(&flights, 10, 20, 1, &exceeded), 1);
	assert_int_equal(exceeded, 0);
	assert_int_equal(in_flight_take(&flights, 12, 22, 1, &exceeded), 2);
	assert_int_equal(exceeded, 1);
	assert_int_equal(in_flight_take(&flights, 30, 40, 1, &exceeded), 1);
	/* One that went on all the time makes three beginnings one too many; at 12 there were three. */
	assert_int_equal(in_flight_take(&flights, 5, 50, 2, &exceeded), 3);
	assert_int_equal(exceeded, 1);
	for (uint64_t i = 100; i < 20000; i++)
		in_flight_take(&flights, 60, i, 1, &exceeded);
	assert_int_equal(flights.count, LIMIT_IN_FLIGHT);
	in_flight_finish(&flights);
}

static struct judged *call(uint64_t time_ns, unsigned status, uint64_t server_ns)
{
	struct judged *judged = judged_new();

	assert_non_null(judged);
	judged->time_ns = time_ns;
	judged->partner_id = BYTES("p");
	judged->status = status;
	judged->request = (struct judged_side){.is_seen = true,
					       .is_complete = true,
					       .first_ns = time_ns - server_ns - 1000,
					       .last_ns = time_ns - server_ns};
	judged->response = (struct judged_side){
		.is_seen = true, .is_complete = true, .first_ns = time_ns, .last_ns = time_ns + 1000};
	return judged;
}

/* How many findings of that id the call raised. */
static size_t raised(struct judged *judged, const char *id)
{
	size_t count = 0;

	for (size_t i = 0; i < judged->finding_count; i++)
		count += strcmp(judged->findings[i].finding.kind->id, id) == 0;
	return count;
}

static void a_spike_is_told_when_usual_minutes_are_known(void **state)
{
	const uint64_t start = 1000000 * 60 * SECONDS;
	struct spike spike = {0};
	size_t told = 0;

	(void)state;
	for (uint64_t minute = 0; minute <= 24 * 60 + 1; minute++) {
		/* The same spike before a day has passed is learned, and not told; then it has to be three
		 * times that. */
		uint64_t calls = minute == 60 ? 150 : minute == 24 * 60 + 1 ? 460 : 10;

		for (uint64_t i = 0; i < calls; i++) {
			struct judged *judged = call(start + minute * 60 * SECONDS + i, 200, 1000);

			spike_take(&spike, judged);
			assert_true(minute > 24 * 60 || judged->finding_count == 0);
			told += raised(judged, "rate.spike");
			judged_release(judged);
		}
	}
	assert_true(told > 10 && told < 100); /* those above 3 x 150, which has faded a little since */
}

static void anomalies_are_told_when_the_usual_is_known(void **state)
{
	struct service service = {0};
	size_t slow = 0, failing = 0;

	(void)state;
	for (uint64_t window = 1; window <= 302; window++)
		for (uint64_t i = 0; i < 20; i++) {
			/* Slow and failing at the 100th, when nothing is learned yet, and at the 300th. */
			bool is_odd = window == 100 || window == 300;
			struct judged *judged =
				call(window * SERVICE_WINDOW_NS + i * SECONDS + SECONDS,
				     is_odd && i < 10 ? 500 : 200, is_odd ? 200000000 : 10000000);

			service_take(&service, judged);
			assert_true(judged->finding_count == 0 || (window == 301 && i == 0));
			slow += raised(judged, "sla.latency_anomaly");
			failing += raised(judged, "sla.error_anomaly");
			judged_release(judged);
		}
	assert_int_equal(slow, 1);
	assert_int_equal(failing, 1);
}

static void risk_says_what_it_is_made_of(void **state)
{
	struct judged *judged = call(1000 * SECONDS, 200, 1000);
	struct contribution parts[RISK_CATEGORY_COUNT];
	struct judged_finding findings[3] = {0};
	struct risk risk = {0};
	double score = -1;

	(void)state;
	assert_int_equal(risk_explain(&risk, false, false, false, parts, &score), 0);
	assert_true(score > -0.01 && score < 0.01);
	findings[0].finding = (struct finding){.kind = catalogue_find(BYTES("auth.missing")), .severity = 5};
	findings[1].finding = (struct finding){.kind = catalogue_find(BYTES("shadow.path")), .severity = 4};
	findings[2].finding = (struct finding){.kind = catalogue_find(BYTES("attack.sqli")), .severity = 5};
	findings[2].is_suppressed = true;
	judged->findings = findings;
	judged->finding_count = 3;
	for (int i = 0; i < 10; i++)
		risk_take(&risk, judged);
	assert_int_equal(risk_explain(&risk, true, true, true, parts, &score), 3);
	assert_true(bytes_equal(parts[0].name, BYTES("authentication")) && parts[0].score > 16.9 &&
		    parts[0].score < 17.1);
	assert_true(bytes_equal(parts[1].name, BYTES("exposure")) && parts[1].score > 19.9 &&
		    parts[1].score < 20.1);
	assert_true(bytes_equal(parts[2].name, BYTES("inventory")) && parts[2].score > 13.9 &&
		    parts[2].score < 14.1);
	assert_true(score > 50.9 && score < 51.1);
	judged_release(judged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks_change_where_they_do),
		cmocka_unit_test(months_begin_on_their_first_day),
		cmocka_unit_test(hostile_zones_are_refused),
		cmocka_unit_test(a_rolling_window_forgets_to_the_nanosecond),
		cmocka_unit_test(a_window_without_room_says_so),
		cmocka_unit_test(flexi_begins_with_the_first_call),
		cmocka_unit_test(what_goes_on_at_once_is_counted),
		cmocka_unit_test(a_spike_is_told_when_usual_minutes_are_known),
		cmocka_unit_test(risk_says_what_it_is_made_of),
		cmocka_unit_test(anomalies_are_told_when_the_usual_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
