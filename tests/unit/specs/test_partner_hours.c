/* Hours and data of a partner file. */
#include "specs/partner_hours.h"
#include "tests/unit/specs/contract_fixture.h"

static const struct partner *partner_of(const char *text, struct contract **out_contract)
{
	struct folder folder = {0};

	folder_add(&folder, "acme.yaml", text);
	folder_add(&folder, "s.yaml", "openapi: 3.0.0\npaths: {}\n");
	*out_contract = contract_of(&folder);
	return contract_partner_at(*out_contract, 0);
}

static void reads_hours_and_what_data_may_leave(void **state)
{
	static const struct {
		unsigned day, hour, minute;
		bool is_agreed;
	} moments[] = {{0, 6, 59, false}, {0, 7, 0, true},    {4, 18, 59, true}, {4, 19, 0, false},
		       {5, 9, 0, false},  {6, 21, 59, false}, {6, 22, 0, true},  {0, 5, 59, true},
		       {0, 6, 0, false},  {1, 5, 0, false}};
	struct contract *contract;
	const struct partner *acme = partner_of("partner: acme\napis: [{spec: s.yaml}]\n"
						"hours: [Mon-Fri 07:00-19:00, sun 22:00-06:00]\n"
						"data: {countries: [DE, FR], values_max: 500, per: 2h}\n",
						&contract);

	(void)state;
	assert_int_equal(acme->hour_count, 6);
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
		assert_int_equal(
			hours_contain(acme->hours, acme->hour_count,
				      (moments[i].day * 24 + moments[i].hour) * 60 + moments[i].minute),
			moments[i].is_agreed);
	assert_int_equal(acme->data.country_count, 2);
	assert_int_equal(acme->data.values_max, 500);
	assert_int_equal(acme->data.per_ns, 7200 * SECONDS);
	contract_free(contract);
	acme = partner_of("partner: acme\napis: [{spec: s.yaml}]\nhours: fri-tue 00:00-24:00\n", &contract);
	assert_int_equal(acme->hour_count, 5);
	assert_true(hours_contain(acme->hours, acme->hour_count, 0));
	assert_false(hours_contain(acme->hours, acme->hour_count, 2 * 24 * 60));
	assert_int_equal(acme->data.values_max, 0);
	contract_free(contract);
}

static void refuses_hours_that_are_none(void **state)
{
	static const char *const broken[] = {"hours: [always]",
					     "hours: [mon 08:00]",
					     "hours: [mon-fri 8:00-18:00]",
					     "hours: [mon-fri 08:00-25:00]",
					     "hours: [mon-fri 08:00-24:01]",
					     "hours: [mon-fri 24:00-06:00]",
					     "hours: [mon-fri 08:00-08:00]",
					     "hours: [moon-fri 08:00-18:00]",
					     "hours: [mon-fri-sat 08:00-18:00]",
					     "hours: [\"  \"]",
					     "hours: [-]",
					     "hours: {from: 1}",
					     "data: {values_max: 5}",
					     "data: {per: 1h}",
					     "data: {values_max: 0, per: 1h}",
					     "data: {countries: [DEU]}",
					     "data: 5"};

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct folder folder = {0};
		struct contract *contract = NULL;
		struct problems problems;
		char text[256];

		snprintf(text, sizeof(text), "partner: acme\napis: [{spec: s.yaml}]\n%s\n", broken[i]);
		folder_add(&folder, "acme.yaml", text);
		folder_add(&folder, "s.yaml", "openapi: 3.0.0\npaths: {}\n");
		problems_init(&problems);
		if (contract_load(&folder.files, &problems, &contract) == STATUS_OK)
			contract_free(contract);
		if (problems.error_count == 0)
			fail_msg("%s was taken", broken[i]);
		assert_true(problems.list[0].mend[0] != '\0');
		problems_finish(&problems);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_hours_and_what_data_may_leave),
		cmocka_unit_test(refuses_hours_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
