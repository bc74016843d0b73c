/* What compares with the past, piece by piece: zones, windows, what goes on at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/behaviour/in_flight.h"
#include "sensor/behaviour/reach.h"
#include "sensor/behaviour/regression.h"
#include "sensor/behaviour/risk.h"
#include "sensor/behaviour/service.h"
#include "sensor/behaviour/spike.h"
#include "sensor/behaviour/standing.h"
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
	struct judged *judged = judged_new(NULL);

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
	const struct bytes classes[] = {BYTES("us_ssn")}, auth[] = {BYTES("bearer"), BYTES("none")};
	struct risk_subject subject = {.exposure = BYTES("internal")};
	struct judged_finding findings[3] = {0};
	struct risk_story story;
	const struct contribution *parts = story.parts;
	struct risk risk = {0};

	(void)state;
	risk_explain(&risk, NULL, &subject, &story);
	assert_int_equal(story.count, 0);
	assert_true(story.score > -0.01 && story.score < 0.01);
	findings[0].finding = (struct finding){.kind = catalogue_find(BYTES("auth.missing")), .severity = 5};
	findings[1].finding = (struct finding){.kind = catalogue_find(BYTES("shadow.path")), .severity = 4};
	findings[2].finding = (struct finding){.kind = catalogue_find(BYTES("attack.sqli")), .severity = 5};
	findings[2].is_suppressed = true;
	judged->findings = findings;
	judged->finding_count = 3;
	for (int i = 0; i < 10; i++)
		risk_take(&risk, NULL, judged);
	subject = (struct risk_subject){.exposure = BYTES("external"),
					.classes = classes,
					.class_count = 1,
					.auth = auth,
					.auth_count = 2};
	risk_explain(&risk, NULL, &subject, &story);
	assert_int_equal(story.count, 3);
	assert_true(bytes_equal(parts[0].because, BYTES("10 findings, worst severity 5")));
	assert_true(bytes_equal(parts[1].because,
				BYTES("called from outside, sensitive data, without a credential")));
	assert_true(bytes_equal(parts[0].name, BYTES("authentication")) && parts[0].score > 16.9 &&
		    parts[0].score < 17.1);
	assert_true(bytes_equal(parts[1].name, BYTES("exposure")) && parts[1].score > 19.9 &&
		    parts[1].score < 20.1);
	assert_true(bytes_equal(parts[2].name, BYTES("inventory")) && parts[2].score > 13.9 &&
		    parts[2].score < 14.1);
	assert_true(story.score > 50.9 && story.score < 51.1);
	assert_int_equal(story.severity, 5);
	judged_release(judged);
}

static const char own_risk[] =
	"categories:\n"
	"  breach: {weight: 3, when: 'count(auth.*, severity >= 4) > 0 and exposure == external'}\n"
	"  noisy: {weight: 0.5, when: 'count(\"*\")'}\n"
	"thresholds: [10]\n";

static struct risk_policy *own_policy(void)
{
	struct risk_policy *policy = NULL;
	struct problems problems;

	problems_init(&problems);
	assert_int_equal(risk_policy_read(BYTES(own_risk), "risk.yaml", &problems, &policy), STATUS_OK);
	problems_finish(&problems);
	return policy;
}

/* What the policy counted is found again by its name, whatever else a file has. */
static void kept_counts_are_found_by_name(const struct risk_policy *policy, const struct risk *kept)
{
	struct buffer piece = BUFFER_MAX(64 * KIB);
	struct pack pack = pack_begin(&piece);
	struct risk risk = {0};
	struct cursor cursor;

	pack_numbers(&pack, (const uint64_t[]){2, 12345, 9}, 3); /* of another risk.yaml, and cut */
	cursor = cursor_of(buffer_bytes(&piece));
	risk_unpack_counts(&risk, policy, &cursor);
	for (size_t i = 0; risk.counted != NULL && i < policy->counts.count; i++)
		assert_int_equal(risk.counted[i], 0);
	pack = pack_begin(&piece);
	risk_pack_counts(kept, policy, &pack);
	cursor = cursor_of(buffer_bytes(&piece));
	risk_unpack_counts(&risk, policy, &cursor);
	assert_memory_equal(risk.counted, kept->counted, policy->counts.count * sizeof(*kept->counted));
	risk_finish(&risk);
	buffer_finish(&piece);
}

/* Categories of one's own stand beside the built-in ones, and say why; what is counted survives a merge. */
static void own_categories_count(void **state)
{
	struct judged_finding finding = {
		.finding = {.kind = catalogue_find(BYTES("auth.missing")), .severity = 5}};
	struct risk_subject subject = {.exposure = BYTES("internal")};
	struct judged *judged = call(1000 * SECONDS, 200, 1000);
	struct risk_policy *policy = own_policy();
	struct risk risk = {0}, sum = {0};
	struct risk_story story;

	(void)state;
	judged->findings = &finding;
	judged->finding_count = 1;
	risk_take(&risk, policy, judged);
	risk_take(&risk, policy, judged);
	risk_explain(&risk, policy, &subject, &story);
	assert_int_equal(story.count, 2); /* authentication, noisy */
	assert_true(bytes_equal(story.parts[1].name, BYTES("noisy")) && story.parts[1].score > 0.9 &&
		    story.parts[1].score < 1.1);
	subject.exposure = BYTES("external");
	risk_add(&sum, policy, &risk);
	risk_add(&sum, policy, &risk);
	risk_explain(&sum, policy, &subject, &story);
	assert_int_equal(story.count, 4);
	assert_true(bytes_equal(story.parts[2].name, BYTES("breach")) && story.parts[2].score > 2.9);
	assert_true(bytes_starts(story.parts[2].because, BYTES("count(auth.*")));
	assert_true(story.parts[3].score > 1.9 && story.parts[3].score < 2.1);
	assert_int_equal(risk_band(policy, 9.9), 0);
	assert_int_equal(risk_band(policy, 10), 1);
	risk_finish(&risk);
	kept_counts_are_found_by_name(policy, &sum);
	risk_finish(&sum);
	risk_policy_free(policy);
	judged_release(judged);
}

static struct judged *call_of(const char *partner, uint64_t time_ns)
{
	struct judged *judged = call(time_ns, 200, 1000);

	judged->partner_id = bytes_of(partner);
	judged->request.is_seen = true;
	return judged;
}

/* Two days count; what is older is forgotten, and the partner is as mature as what is left. */
static void a_partner_stands_by_its_last_two_days(void **state)
{
	static const struct {
		unsigned day, severity, maturity;
	} steps[] = {{100, 0, 5}, {100, 4, 2}, {101, 3, 2}, {102, 0, 3}, {103, 0, 5}, {110, 5, 1}};
	struct standing_told told;
	struct standings standings;
	struct risk_story story;

	(void)state;
	standings_init(&standings, 1, NULL);
	assert_false(standings_tell(&standings, BYTES("acme"), &story, &told));
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct judged *judged = call_of("acme", steps[i].day * 86400 * SECONDS + 5);
		struct judged_finding finding = {.finding = {.kind = catalogue_find(BYTES("pii.in_url")),
							     .severity = steps[i].severity}};

		judged->findings = &finding;
		judged->finding_count = steps[i].severity > 0;
		assert_int_equal(standings_take(&standings, judged), STATUS_OK);
		assert_true(standings_tell(&standings, BYTES("acme"), &story, &told));
		assert_int_equal(told.maturity, steps[i].maturity);
		assert_int_equal(told.held_by_count, steps[i].maturity < 5);
		judged_release(judged);
	}
	standings_finish(&standings);
}

static void hosts_tell_what_they_are_for(void **state)
{
	static const char *const none[] = {"",
					   "test",
					   "example.test",
					   "dev.example",
					   "api.example.com",
					   "latest.example.com",
					   "contest.example.com",
					   "10.0.0.1",
					   "...",
					   "-.-.-.",
					   "sandbox.api.example.com"};
	static const char *const some[] = {"api.dev.example.com", "qa2.example.com",
					   "orders-test.example.com", "STAGING.example.com",
					   "eu.uat-3.a.example.com"};

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(reach_is_nonproduction(bytes_of(none[i])));
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		assert_true(reach_is_nonproduction(bytes_of(some[i])));
}

/* An hour of calls that keep the contract, then a deploy. */
static void a_regression_is_told_when_the_usual_is_known(void **state)
{
	struct regression regression = {0};
	unsigned told = 0, told_early = 0;

	(void)state;
	for (unsigned window = 0; window < 16; window++)
		for (unsigned i = 0; i < 30; i++) {
			struct judged *judged = call((1000 + window * 300 + i) * SECONDS, 200, 1000);
			struct judged_finding finding = {
				.finding = {.kind = catalogue_find(BYTES("conform.response.body.type")),
					    .severity = 2}};

			judged->is_documented = true;
			judged->findings = &finding;
			judged->finding_count = window == 2 || window == 14;
			regression_take(&regression, judged);
			*(window < 13 ? &told_early : &told) += raised(judged, "conform.regression");
			judged_release(judged);
		}
	assert_int_equal(told_early, 0); /* nothing was known of what is usual */
	assert_int_equal(told, 1);
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
		cmocka_unit_test(own_categories_count),
		cmocka_unit_test(a_partner_stands_by_its_last_two_days),
		cmocka_unit_test(hosts_tell_what_they_are_for),
		cmocka_unit_test(a_regression_is_told_when_the_usual_is_known),
		cmocka_unit_test(anomalies_are_told_when_the_usual_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
