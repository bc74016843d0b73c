#include "tests/unit/publish/sample.h"

#include <stdio.h>
#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"

const struct event_context SAMPLE_CONTEXT = {.sensor = "site-a", .version = "0.1.0"};

static const struct catalogue_entry LEAK = {
	.id = "pii.response_leak",
	.title = "Sensitive data in a response where the contract does not declare it",
	.severity = 4,
	.owasp = "API3:2023,API8:2023",
	.analytic = ANALYTIC_REGULAR_EXPRESSION,
};

static const struct bytes CLASSES[] = {BYTES_INIT("us_ssn"), BYTES_INIT("email")};

static struct endpoint endpoint_of(struct bytes address, uint16_t port)
{
	struct endpoint endpoint = {.port = port};

	CHECK(address_read(address, &endpoint.address));
	return endpoint;
}

struct judged *sample_judged(void)
{
	struct judged *judged = judged_new(NULL);

	CHECK(judged != NULL);
	judged->time_ns = 1760000000 * SECONDS + 123456789;
	judged->connection = 17;
	judged->number = 3;
	judged->client = endpoint_of(BYTES("203.0.113.9"), 51234);
	judged->server = endpoint_of(BYTES("2001:db8::5"), 8080);
	judged->version = HTTP_1_1;
	judged->status = 200;
	judged->method = BYTES("GET");
	judged->host = BYTES("api.example.com");
	judged->path = BYTES("/v1/shipments/{masked}");
	judged->query = BYTES("expand=&limit=");
	judged->request = (struct judged_side){.is_seen = true,
					       .is_complete = true,
					       .first_ns = 1760000000 * SECONDS,
					       .last_ns = 1760000000 * SECONDS + 2000000,
					       .user_agent = BYTES("curl/8.0")};
	judged->response = (struct judged_side){.is_seen = true,
						.is_complete = true,
						.body_len = 812,
						.first_ns = 1760000000 * SECONDS + 45999999,
						.last_ns = 1760000000 * SECONDS + 123456789,
						.content_type = BYTES("application/json")};
	judged->partner_id = BYTES("acme");
	judged->partner_name = BYTES("Acme Logistics");
	judged->tier = BYTES("gold");
	judged->api_id = BYTES("acme-tracking");
	judged->spec_name = BYTES("Tracking");
	judged->spec_version = BYTES("2.1");
	judged->spec_file = BYTES("tracking.yaml");
	judged->owner = BYTES("team-x");
	memset(judged->spec_sha256, 'a', 64);
	judged->operation_id = BYTES("getShipment");
	judged->template = BYTES("/v1/shipments/{id}");
	judged->is_documented = true;
	judged->auth = BYTES("bearer");
	judged->client_id = BYTES("acme-prod");
	judged->classes = CLASSES;
	judged->class_count = 2;
	return judged;
}

struct judged_finding sample_finding(const struct judged *judged)
{
	struct judged_finding found = {.finding = {.kind = &LEAK,
						   .severity = 5,
						   .modifiers = SEVERITY_ACCEPTED | SEVERITY_CLASS,
						   .has_location = true,
						   .side = SIDE_RESPONSE,
						   .part = PART_BODY,
						   .pointer = BYTES("/items/0/ssn"),
						   .schema_pointer = BYTES("/components/schemas/Item"),
						   .expected = BYTES("no us_ssn"),
						   .observed = BYTES("us_ssn"),
						   .class_id = BYTES("us_ssn"),
						   .sample = BYTES("***-**-6789"),
						   .match_count = 2,
						   .message = BYTES("SSN in a response to partner acme")}};

	snprintf(found.finding.value_hmac, sizeof(found.finding.value_hmac), "0123456789abcdef");
	CHECK(event_finding_uid(judged, &found.finding, found.uid) == STATUS_OK);
	return found;
}

struct finding_life sample_life(void)
{
	return (struct finding_life){.activity = ACTIVITY_CREATE,
				     .count = 1,
				     .first_ns = 1760000000 * SECONDS + 123456789,
				     .last_ns = 1760000000 * SECONDS + 123456789,
				     .time_ns = 1760000000 * SECONDS + 123456789};
}
