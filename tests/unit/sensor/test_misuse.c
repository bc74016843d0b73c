/* What tells misuse from use, piece by piece: each with traffic that it must be silent about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/behaviour/behaviour.h"
#include "sensor/behaviour/hours.h"
#include "sensor/behaviour/usual.h"
#include "sensor/token_owners.h"

#define START (1768478400 * SECONDS) /* a Thursday, 12:00 UTC */
#define HOUR  (3600 * SECONDS)
#define DAY   (24 * HOUR)

static struct judged *call(uint64_t time_ns, const char *actor, const char *operation)
{
	struct judged *judged = judged_new(NULL);

	assert_non_null(judged);
	judged->time_ns = time_ns;
	judged->status = 200;
	judged->partner_id = BYTES("p");
	judged->api_id = BYTES("orders");
	judged->operation_id = judged->template = bytes_of(operation);
	judged->is_documented = true;
	judged->request =
		(struct judged_side){.is_seen = true, .is_complete = true, .first_ns = time_ns - 1000};
	judged->response = (struct judged_side){.is_seen = true, .is_complete = true, .first_ns = time_ns};
	judged->past.actor = arena_copy(&judged->arena, bytes_of(actor));
	judged->past.source = BYTES("203.0.113.1");
	judged->past.has_credential = true;
	return judged;
}

/* Takes it, lets it go, and says how many findings of that id it raised. */
static size_t done(struct judged *judged, enum status status, const char *id)
{
	size_t count = 0;

	assert_int_equal(status, STATUS_OK);
	for (size_t i = 0; i < judged->finding_count; i++)
		count += strcmp(judged->findings[i].finding.kind->id, id) == 0;
	judged_release(judged);
	return count;
}

static uint64_t hash_of(uint64_t number)
{
	return sketch_hash((struct bytes){.data = (const char *)&number, .len = sizeof(number)}, 1);
}

/* -- how much is usual ------------------------------------------------------------------------- */

static void what_is_usual_takes_a_day_to_learn(void **state)
{
	struct usual usual = {0};

	(void)state;
	assert_false(usual_is_exceeded(&usual, 1000000, START));
	usual_learn(&usual, 10, START);
	assert_false(usual_is_exceeded(&usual, 1000000, START + DAY - 1));
	assert_true(usual_is_exceeded(&usual, 51, START + DAY));
	assert_false(usual_is_exceeded(&usual, 49, START + DAY));
	usual_learn(&usual, 1000, START + DAY); /* was told, and teaches nothing */
	assert_true(usual_is_exceeded(&usual, 60, START + DAY));
	usual_learn(&usual, 0, START + 8 * DAY); /* a week later half of it is forgotten */
	assert_true(usual_is_exceeded(&usual, 30, START + 8 * DAY));
}

static size_t give_values(struct volume *volume, uint64_t time_ns, uint64_t from, uint64_t count,
			  uint64_t cap)
{
	struct judged *judged = call(time_ns, "c", "getPerson");
	struct sketch values = {0};

	for (uint64_t i = from; i < from + count; i++)
		sketch_add(&values, hash_of(i));
	judged->past.values = &values;
	judged->past.values_max = cap;
	judged->past.values_per_ns = cap > 0 ? 2 * HOUR : 0;
	return done(judged, volume_take(volume, judged), "pii.excess_volume");
}

static void far_more_values_than_ever_are_told(void **state)
{
	struct volume volume;

	(void)state;
	volume_init(&volume, 7);
	for (uint64_t hour = 0; hour < 30; hour++)
		assert_int_equal(give_values(&volume, START + hour * HOUR, hour * 20, hour == 3 ? 60 : 20, 0),
				 0);
	assert_int_equal(give_values(&volume, START + 31 * HOUR, 0, 150, 0), 0); /* not five times the most */
	assert_int_equal(give_values(&volume, START + 33 * HOUR, 0, 1000, 0), 1);
	assert_int_equal(give_values(&volume, START + 35 * HOUR, 0, 1000, 0), 1); /* and again */
	volume_finish(&volume);
}

static void a_cap_of_values_holds_at_once(void **state)
{
	struct volume volume;

	(void)state;
	volume_init(&volume, 7);
	assert_int_equal(give_values(&volume, START, 0, 20, 20), 0);
	assert_int_equal(give_values(&volume, START + 1, 0, 20, 20), 0); /* the same ones */
	assert_int_equal(give_values(&volume, START + 2, 20, 20, 20), 1);
	assert_int_equal(give_values(&volume, START + 2 * HOUR, 40, 20, 20), 0);
	volume_finish(&volume);
}

static void refusals_and_strangers_have_no_volume(void **state)
{
	struct volume volume;
	struct sketch values;
	struct judged *judged;

	(void)state;
	memset(&values, 0xff, sizeof(values)); /* as no hash makes it */
	volume_init(&volume, 7);
	for (int i = 0; i < 3; i++) {
		judged = call(START, "c", "getPerson");
		judged->past.values = i == 0 ? NULL : &values;
		judged->past.values_max = 1;
		judged->past.values_per_ns = HOUR;
		judged->past.has_credential = i != 1;
		judged->status = i == 2 ? 404 : 200;
		assert_int_equal(done(judged, volume_take(&volume, judged), "pii.excess_volume"), 0);
	}
	volume_finish(&volume);
}

/* -- classes ----------------------------------------------------------------------------------- */

static size_t see_class(struct class_habits *habits, uint64_t time_ns, const char *class_id)
{
	struct judged *judged = call(time_ns, "c", "getOrder");
	struct bytes undeclared = bytes_of(class_id);

	judged->past.undeclared = &undeclared;
	judged->past.undeclared_count = class_id == NULL ? 0 : 1;
	return done(judged, class_habits_take(habits, judged), "pii.new_class");
}

static void a_class_is_new_for_a_day(void **state)
{
	struct class_habits habits;

	(void)state;
	class_habits_init(&habits, 7);
	for (uint64_t i = 0; i < 60; i++)
		assert_int_equal(see_class(&habits, START + i * HOUR, i == 5 ? "email" : NULL), 0);
	assert_int_equal(see_class(&habits, START + 61 * HOUR, "email"), 0);
	assert_int_equal(see_class(&habits, START + 61 * HOUR, "us_ssn"), 1);
	assert_int_equal(see_class(&habits, START + 62 * HOUR, "us_ssn"), 1);
	assert_int_equal(see_class(&habits, START + 86 * HOUR, "us_ssn"), 0);
	class_habits_finish(&habits);
}

/* Called often, but not for a day; known for a day, but hardly called. */
static void a_young_operation_has_no_new_class(void **state)
{
	struct class_habits habits;

	(void)state;
	class_habits_init(&habits, 7);
	for (uint64_t i = 0; i < 200; i++)
		assert_int_equal(see_class(&habits, START + i * SECONDS, NULL), 0);
	assert_int_equal(see_class(&habits, START + HOUR, "pan"), 0);
	class_habits_finish(&habits);
	class_habits_init(&habits, 7);
	assert_int_equal(see_class(&habits, START, NULL), 0);
	assert_int_equal(see_class(&habits, START + 3 * DAY, "pan"), 0);
	class_habits_finish(&habits);
}

/* -- order and rhythm -------------------------------------------------------------------------- */

static size_t walk(struct course *course, uint64_t time_ns, const char *actor, const char *operation)
{
	struct judged *judged = call(time_ns, actor, operation);

	return done(judged, course_take(course, judged), "abuse.sequence_anomaly");
}

/* Thirty hours of list, get, pay, over and over by several clients. */
static void learn_order(struct course *course)
{
	static const char *const steps[] = {"list", "get", "pay"};

	for (uint64_t i = 0; i < 1800; i++) {
		char actor[8];

		snprintf(actor, sizeof(actor), "c%llu", (unsigned long long)(i / 3 % 4));
		assert_int_equal(walk(course, START + i * 60 * SECONDS, actor, steps[i % 3]), 0);
	}
}

static void an_order_that_nobody_has_is_told(void **state)
{
	struct course course;
	const uint64_t later = START + 31 * HOUR;

	(void)state;
	course_init(&course, 7);
	learn_order(&course);
	for (uint64_t i = 0; i < 30; i++) /* a newcomer who does as all do */
		assert_int_equal(walk(&course, later + i * SECONDS, "new",
				      i % 3 == 0   ? "list"
				      : i % 3 == 1 ? "get"
						   : "pay"),
				 0);
	assert_int_equal(walk(&course, later, "thief", "pay"), 0);
	assert_int_equal(walk(&course, later + 1, "thief", "pay"), 0);
	assert_int_equal(walk(&course, later + 2, "thief", "get"), 1);
	course_finish(&course);
}

/* A release brings an operation: what leads there and away is new for all, and no misuse. */
static void a_new_operation_is_no_odd_order(void **state)
{
	static const char *const steps[] = {"list", "track", "get", "track", "pay", "track"};
	struct course course;

	(void)state;
	course_init(&course, 7);
	learn_order(&course);
	for (uint64_t i = 0; i < 60; i++)
		assert_int_equal(walk(&course, START + 31 * HOUR + i * SECONDS, "c1", steps[i % 6]), 0);
	course_finish(&course);
}

static size_t tick(struct rhythm *rhythm, uint64_t time_ns, const char *actor)
{
	struct judged *judged = call(time_ns, actor, "quote");

	return done(judged, rhythm_take(rhythm, judged), "abuse.automation_timing");
}

static void a_clock_among_people_is_told(void **state)
{
	struct rhythm rhythm;
	uint64_t time_ns = START;
	size_t told = 0;

	(void)state;
	rhythm_init(&rhythm, 7);
	for (uint64_t i = 0; i < 1000; i++) { /* distances between 1 and 200 seconds */
		time_ns += (1 + hash_of(i) % 200) * SECONDS;
		assert_int_equal(tick(&rhythm, time_ns, "people"), 0);
	}
	for (uint64_t i = 0; i < RHYTHM_CALLS; i++)
		told += tick(&rhythm, time_ns + i * 30 * SECONDS, "clock");
	assert_int_equal(told, 1);
	for (uint64_t i = 0; i < 200; i++)
		assert_int_equal(tick(&rhythm, time_ns + (i * 100 + hash_of(i) % 90) * SECONDS, "person"), 0);
	rhythm_finish(&rhythm);
}

static void programs_among_programs_are_usual(void **state)
{
	struct rhythm rhythm;

	(void)state;
	rhythm_init(&rhythm, 7);
	for (uint64_t i = 0; i < 3000; i++)
		assert_int_equal(tick(&rhythm, START + i * 60 * SECONDS, i % 2 == 0 ? "one" : "other"), 0);
	/* A clock that stands still, or goes back within one moment. */
	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(tick(&rhythm, START + 3001 * 60 * SECONDS - i, "still"), 0);
	rhythm_finish(&rhythm);
}

/* -- harvest ----------------------------------------------------------------------------------- */

static struct judged *fetch(uint64_t time_ns, const char *actor, uint64_t object, uint64_t len)
{
	struct judged *judged = call(time_ns, actor, "getProduct");

	judged->past.resource = BYTES("products");
	judged->past.object = hash_of(object);
	judged->response.body_len = len;
	return judged;
}

static void taking_nearly_all_is_told(void **state)
{
	struct harvest harvest;
	size_t scraping = 0, exporting = 0;

	(void)state;
	harvest_init(&harvest, 7);
	for (uint64_t i = 0; i < 30 * 20; i++) { /* twenty an hour, of a thousand */
		struct judged *judged = fetch(START + i * 180 * SECONDS, "c", hash_of(i) % 1000, 1000);

		assert_int_equal(done(judged, harvest_take(&harvest, judged), "abuse.scraping"), 0);
	}
	for (uint64_t i = 0; i < 1000; i++) {
		struct judged *judged = fetch(START + 32 * HOUR + i * SECONDS, "thief", i, 1000);

		scraping += done(judged, harvest_take(&harvest, judged), "abuse.scraping");
	}
	assert_true(scraping > 400 && scraping < 800);
	for (uint64_t i = 0; i < 1000; i++) { /* one object, over and over */
		struct judged *judged = fetch(START + 34 * HOUR + i * SECONDS, "poller", 5, 1000);

		assert_int_equal(done(judged, harvest_take(&harvest, judged), "abuse.scraping"), 0);
	}
	for (uint64_t i = 0; i < 20; i++) {
		struct judged *judged = fetch(START + 36 * HOUR + i * SECONDS, "hauler", i, 1024 * 1024);

		exporting += done(judged, harvest_take(&harvest, judged), "abuse.bulk_export");
	}
	assert_int_equal(exporting, 11);
	harvest_finish(&harvest);
}

/* -- objects ----------------------------------------------------------------------------------- */

/* Ten objects a list, with numbers `step` apart. */
static size_t list(struct objects *objects, uint64_t time_ns, const char *partner, uint64_t first,
		   uint64_t step)
{
	struct judged *judged = call(time_ns, "c", "listOrders");
	uint64_t given[10], numbers[10];
	bool is_known = false;

	for (uint64_t i = 0; i < 10; i++) {
		given[i] = hash_of(first + i * step);
		numbers[i] = first + i * step + 0x123456789;
	}
	judged->partner_id = bytes_of(partner);
	judged->past.resource = BYTES("orders");
	judged->past.given = given;
	judged->past.given_numbers = numbers;
	judged->past.given_count = 10;
	return done(judged, objects_take(objects, judged, &is_known), "abuse.id_guessable");
}

static size_t get(struct objects *objects, uint64_t time_ns, uint64_t object, unsigned status)
{
	struct judged *judged = call(time_ns, "c", "getOrder");
	bool is_known = false;

	judged->status = status;
	judged->past.resource = BYTES("orders");
	judged->past.object = hash_of(object);
	return done(judged, objects_take(objects, judged, &is_known), "abuse.id_unlearned");
}

static void ids_that_follow_one_another_are_told_once_owned(void **state)
{
	struct objects objects;
	size_t told = 0;

	(void)state;
	objects_init(&objects, 7);
	for (uint64_t i = 0; i < 10; i++) /* one partner alone: nobody else's to guess */
		assert_int_equal(list(&objects, START + i, "p", 1000 + i * 10, 1), 0);
	told += list(&objects, START + 20, "q", 2000, 1);
	assert_int_equal(told, 1);
	objects_finish(&objects);
	objects_init(&objects, 7);
	for (uint64_t i = 0; i < 40; i++)
		assert_int_equal(list(&objects, START + i, i % 2 == 0 ? "p" : "q", 1000 + i * 100000, 7919),
				 0);
	for (uint64_t i = 0; i < 40; i++) /* the same page again and again is no step */
		assert_int_equal(list(&objects, START + i, "p", 1000, 7919), 0);
	objects_finish(&objects);
}

static size_t count_objects(const struct objects *objects)
{
	size_t count = 0;

	for (size_t i = 0; i < objects->place_count; i++)
		count += objects->table[i].id != 0;
	return count;
}

/* Small for a few, and none goes while there may be more: not one of 30,000. Then the oldest do. */
static void the_table_of_objects_grows_with_them(void **state)
{
	struct objects objects;
	size_t small;

	(void)state;
	objects_init(&objects, 7);
	assert_int_equal(list(&objects, START, "p", 0, 1), 0);
	small = objects.place_count;
	assert_true(small > 0 && small <= LIMIT_OBJECTS / 100);
	for (unsigned i = 1; i < 3000; i++)
		(void)list(&objects, START + i * SECONDS, i % 2 == 0 ? "p" : "q", i * 10, 1);
	assert_int_equal(count_objects(&objects), 30000);
	assert_true(objects.place_count > small && objects.place_count <= LIMIT_OBJECTS);
	for (unsigned i = 3000; i < 150000; i++)
		(void)list(&objects, START + i * SECONDS, "p", i * 10, 1);
	assert_int_equal(objects.place_count, LIMIT_OBJECTS);
	assert_true(count_objects(&objects) > LIMIT_OBJECTS / 2);
	objects_finish(&objects);
}

static void an_object_nobody_was_given_is_told_to_the_faithful(void **state)
{
	struct objects objects;

	(void)state;
	objects_init(&objects, 7);
	for (uint64_t i = 0; i < 10; i++)
		assert_int_equal(list(&objects, START + i, "p", i * 10, 1), 0);
	for (uint64_t i = 0; i < 200; i++)
		assert_int_equal(get(&objects, START + i * 600 * SECONDS, i % 100, 200), 0);
	assert_int_equal(get(&objects, START + 2 * DAY, 777777, 404), 0);
	assert_int_equal(get(&objects, START + 2 * DAY, 777777, 200), 1);
	assert_int_equal(get(&objects, START + 2 * DAY, 5, 200), 0);
	objects_finish(&objects);
	objects_init(&objects, 7); /* a caller that has its ids from elsewhere now and then */
	assert_int_equal(list(&objects, START, "p", 0, 1), 0);
	for (uint64_t i = 0; i < 400; i++)
		assert_int_equal(
			get(&objects, START + i * 600 * SECONDS, i % 20 == 0 ? 5000 + i : i % 10, 200), 0);
	objects_finish(&objects);
}

/* -- hours ------------------------------------------------------------------------------------- */

static void hours_are_those_of_the_place(void **state)
{
	const struct hours_agreed hours = {.from = 3 * 1440 + 7 * 60, .len = 330}; /* Thursday 07:00-12:30 */
	struct zone utc = {0}, berlin;
	struct judged *judged;

	(void)state;
	if (zone_load(&berlin, BYTES("Europe/Berlin")) != STATUS_OK)
		skip();
	for (int i = 0; i < 4; i++) {
		judged = call(START + 1000, "c", "getOrder");
		judged->past.hours = &hours;
		judged->past.hour_count = i < 3;
		if (i == 2)
			judged->status = 403;
		hours_take(i == 0 ? &utc : &berlin, judged);
		assert_int_equal(judged->finding_count, i == 1 || i == 2);
		if (judged->finding_count > 0)
			assert_int_equal(judged->findings[0].finding.severity, i == 1 ? 3 : 1);
		judged_release(judged);
	}
	zone_finish(&berlin);
}

/* -- whose a token is -------------------------------------------------------------------------- */

static size_t show(struct token_owners *owners, uint64_t time_ns, const char *partner, uint64_t token)
{
	struct judged *judged = call(time_ns, "hmac:1", "getOrder");

	judged->partner_id = bytes_of(partner);
	judged->past.token_shown = token;
	return done(judged, token_owners_take(owners, judged), "auth.partner_mismatch");
}

static void make_token(struct token_owners *owners, uint64_t time_ns, const char *partner, uint64_t token)
{
	struct judged *judged = call(time_ns, "c", "token");

	judged->partner_id = bytes_of(partner);
	judged->past.token_given = token;
	judged->past.token_life_ns = 60 * SECONDS;
	judged->past.token_client = BYTES("acme-prod");
	assert_int_equal(done(judged, token_owners_take(owners, judged), "auth.partner_mismatch"), 0);
}

static void a_token_is_whose_it_was_made_for(void **state)
{
	struct token_owners owners;
	struct judged *judged;

	(void)state;
	token_owners_init(&owners, 7);
	assert_int_equal(show(&owners, START, "globex", 5), 0); /* nobody saw it made */
	make_token(&owners, START, "acme", 5);
	make_token(&owners, START, NULL, 6);
	assert_int_equal(show(&owners, START, "acme", 5), 0);
	assert_int_equal(show(&owners, START, "globex", 5), 1);
	assert_int_equal(show(&owners, START, NULL, 5), 0);
	assert_int_equal(show(&owners, START, "globex", 6), 0);
	judged = call(START, "hmac:1", "getOrder");
	judged->past.token_shown = 5;
	judged->partner_id = BYTES("acme");
	assert_int_equal(token_owners_take(&owners, judged), STATUS_OK);
	assert_true(bytes_equal(judged->client_id, BYTES("acme-prod")));
	assert_true(bytes_equal(judged->past.actor, BYTES("acme-prod")));
	judged_release(judged);
	assert_int_equal(show(&owners, START + 60 * SECONDS, "globex", 5), 0); /* expired */
	for (uint64_t i = 10; i < LIMIT_TOKEN_OWNERS + 20; i++)
		make_token(&owners, START, "acme", i);
	assert_int_equal(owners.tokens.count, LIMIT_TOKEN_OWNERS);
	token_owners_finish(&owners);
}

/* -- users behind a gateway -------------------------------------------------------------------- */

static size_t pass(struct principals *principals, uint64_t trace, uint64_t before, uint64_t behind)
{
	struct judged *front = call(START, "c", "getOrder"), *back = call(START, "c", "getOrder");
	size_t count;

	front->past.leg = LEG_BEFORE;
	back->past.leg = LEG_BEHIND;
	front->past.trace = back->past.trace = trace;
	front->past.principal = before;
	back->past.principal = behind;
	count = done(back, principals_take(principals, back), "auth.principal_mismatch");
	return count + done(front, principals_take(principals, front), "auth.principal_mismatch");
}

static void a_user_of_another_caller_is_told(void **state)
{
	struct principals principals;

	(void)state;
	principals_init(&principals, 7);
	for (uint64_t i = 0; i < PRINCIPALS_LEARN; i++) {
		assert_int_equal(pass(&principals, 100 + i, 1, 11), 0);
		assert_int_equal(pass(&principals, 200 + i, 2, 22), 0);
		assert_int_equal(pass(&principals, 300 + i, 3, 99), 0); /* a technical user */
		assert_int_equal(pass(&principals, 400 + i, 4, 99), 0);
	}
	assert_int_equal(pass(&principals, 1, 1, 11), 0);
	assert_int_equal(pass(&principals, 2, 1, 22), 1);
	assert_int_equal(pass(&principals, 3, 2, 99), 0);  /* shared by many */
	assert_int_equal(pass(&principals, 4, 1, 555), 0); /* nobody's yet */
	assert_int_equal(pass(&principals, 0, 1, 22), 0);  /* cannot be put together */
	assert_int_equal(principals.halves.count, 0);
	principals_finish(&principals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_usual_takes_a_day_to_learn),
		cmocka_unit_test(far_more_values_than_ever_are_told),
		cmocka_unit_test(a_cap_of_values_holds_at_once),
		cmocka_unit_test(refusals_and_strangers_have_no_volume),
		cmocka_unit_test(a_class_is_new_for_a_day),
		cmocka_unit_test(a_young_operation_has_no_new_class),
		cmocka_unit_test(an_order_that_nobody_has_is_told),
		cmocka_unit_test(a_new_operation_is_no_odd_order),
		cmocka_unit_test(a_clock_among_people_is_told),
		cmocka_unit_test(programs_among_programs_are_usual),
		cmocka_unit_test(taking_nearly_all_is_told),
		cmocka_unit_test(ids_that_follow_one_another_are_told_once_owned),
		cmocka_unit_test(the_table_of_objects_grows_with_them),
		cmocka_unit_test(an_object_nobody_was_given_is_told_to_the_faithful),
		cmocka_unit_test(hours_are_those_of_the_place),
		cmocka_unit_test(a_token_is_whose_it_was_made_for),
		cmocka_unit_test(a_user_of_another_caller_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
