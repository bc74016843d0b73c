#include "rules/catalogue.h"

#include <stdlib.h>

#include "rules/catalogue_conform.h"

#define ROW(id, severity, owasp, title)                                                                      \
	{                                                                                                    \
		id, title, severity, owasp, ANALYTIC_RULE, 0                                                 \
	}
#define OPTIONAL(id, severity, owasp, title, option)                                                         \
	{                                                                                                    \
		id, title, severity, owasp, ANALYTIC_RULE, option                                            \
	}
#define PATTERN(id, severity, owasp, title)                                                                  \
	{                                                                                                    \
		id, title, severity, owasp, ANALYTIC_REGULAR_EXPRESSION, 0                                   \
	}

#define STATISTIC(id, severity, owasp, title)                                                                \
	{                                                                                                    \
		id, title, severity, owasp, ANALYTIC_STATISTICAL                                             \
	}

/* In order of id: catalogue_find searches by halves. */
static const struct catalogue_entry rows[] = {
	STATISTIC("abuse.automation_timing", 2, "API6:2023",
		  "Caller that calls by the clock where people do"),
	STATISTIC("abuse.bola_enumeration", 4, "API1:2023",
		  "Objects fetched one after the other by guessed ids"),
	STATISTIC("abuse.bola_foreign_object", 5, "API1:2023", "Object of another partner fetched"),
	STATISTIC("abuse.bruteforce", 4, "API2:2023", "Many failed logins"),
	STATISTIC("abuse.bulk_export", 4, "API6:2023", "One caller takes far more bytes than any before"),
	STATISTIC("abuse.credential_stuffing", 4, "API2:2023", "Failed logins at many accounts"),
	STATISTIC("abuse.function_probe", 3, "API5:2023", "Operations tried that refuse this caller"),
	STATISTIC("abuse.id_guessable", 2, "API1:2023", "Ids of objects that follow one another"),
	STATISTIC("abuse.id_unlearned", 2, "API1:2023",
		  "Object fetched whose id this caller was never given"),
	STATISTIC("abuse.ip_rotation", 3, "API2:2023", "One credential used from many addresses"),
	STATISTIC("abuse.otp_flood", 3, "API2:2023,API6:2023", "One-time codes asked for again and again"),
	ROW("abuse.param_pollution", 3, "API1:2023", "One parameter in several places with several values"),
	STATISTIC("abuse.password_spray", 4, "API2:2023", "One password tried at many accounts"),
	STATISTIC("abuse.scanner", 3, "API8:2023", "Search for paths that may be there"),
	STATISTIC("abuse.scraping", 4, "API6:2023", "One caller takes most of what is there"),
	STATISTIC("abuse.sequence_anomaly", 3, "API6:2023",
		  "Calls in an order that no client of the API has"),
	STATISTIC("abuse.token_farming", 3, "API2:2023,API6:2023", "Tokens made in large numbers"),
	ROW("access.anonymizer", 3, "API2:2023", "Partner calls from an anonymizing network"),
	ROW("access.gateway_bypass", 5, "API8:2023,API9:2023", "Call past the declared gateways"),
	ROW("access.geo_not_allowed", 3, "API8:2023",
	    "Partner calls from a country or network that is not agreed"),
	ROW("access.ip_not_allowed", 4, "API8:2023", "Partner calls from an address that is not agreed"),
	ROW("access.new_asn", 2, "API2:2023", "Partner calls from a network it never used before"),
	ROW("access.outside_window", 2, "API6:2023", "Partner calls outside the agreed hours"),
	ROW("access.tier_violation", 4, "API5:2023", "Operation outside the partner's tier"),
	PATTERN("attack.cmdi", 4, "API8:2023", "Command for a shell in a request"),
	PATTERN("attack.crlf", 4, "API8:2023", "Header line in a value of a request"),
	ROW("attack.h2_abuse", 3, "API4:2023", "HTTP/2 used to wear a server out"),
	PATTERN("attack.lfi", 4, "API8:2023", "Path out of a folder in a request"),
	PATTERN("attack.log4shell", 4, "API8:2023", "Lookup for a logger in a request"),
	PATTERN("attack.nosqli", 4, "API8:2023", "Query for a document database in a request"),
	PATTERN("attack.reflected_success", 5, "API8:2023", "Attack, and an answer that shows it worked"),
	ROW("attack.request_smuggling", 4, "API8:2023",
	    "Request framing that two servers may read differently"),
	PATTERN("attack.sqli", 4, "API8:2023", "SQL in a request"),
	PATTERN("attack.ssrf", 4, "API7:2023", "Address of an inner network in a request"),
	PATTERN("attack.ssti", 4, "API8:2023", "Template expression in a request"),
	PATTERN("attack.xss", 4, "API8:2023", "Script in a request"),
	PATTERN("attack.xxe", 4, "API8:2023", "External entity in a request"),
	ROW("auth.basic_used", 3, "API2:2023",
	    "Basic authentication where the contract does not agree on it"),
	ROW("auth.cleartext_credential", 5, "API2:2023,API8:2023", "Credential on an unencrypted connection"),
	ROW("auth.client_secret_exposed", 4, "API2:2023", "Client secret in a URL or a response"),
	ROW("auth.credential_in_url", 4, "API2:2023,API8:2023", "Credential in the URL"),
	ROW("auth.credential_new_origin", 3, "API2:2023", "Credential used from a new network or country"),
	OPTIONAL("auth.credential_reused_across_apis", 3, "API2:2023", "One password or key on several APIs",
		 OPTION_REUSED_CREDENTIAL),
	ROW("auth.credential_shared", 4, "API2:2023", "One credential in several places or hands at once"),
	ROW("auth.flow_mismatch", 3, "API2:2023", "Grant type that the contract does not agree on"),
	ROW("auth.jwt_alg_confusion", 5, "API2:2023",
	    "Token signed with a shared secret where public keys are agreed"),
	ROW("auth.jwt_alg_disallowed", 3, "API2:2023", "Token algorithm that the contract does not allow"),
	ROW("auth.jwt_alg_none", 5, "API2:2023", "Unsigned token"),
	ROW("auth.jwt_audience_mismatch", 4, "API2:2023", "Token for another audience accepted"),
	ROW("auth.jwt_expired_accepted", 5, "API2:2023", "Expired token accepted"),
	ROW("auth.jwt_header_injection", 4, "API2:2023", "Token that brings its own key"),
	ROW("auth.jwt_issuer_mismatch", 4, "API2:2023", "Token of another issuer accepted"),
	ROW("auth.jwt_lifetime_excessive", 3, "API2:2023", "Token lives longer than agreed"),
	ROW("auth.jwt_no_exp", 3, "API2:2023", "Token without expiry"),
	ROW("auth.jwt_not_yet_valid_accepted", 5, "API2:2023", "Token accepted before it is valid"),
	ROW("auth.jwt_sensitive_claims", 3, "API3:2023", "Token carries personal data in its claims"),
	ROW("auth.jwt_signature_invalid_accepted", 5, "API2:2023", "Token with a wrong signature accepted"),
	ROW("auth.jwt_weak_secret", 5, "API2:2023", "Token signed with a well-known secret accepted"),
	ROW("auth.location_mismatch", 3, "API2:2023", "Credential in another place than agreed"),
	ROW("auth.missing", 5, "API2:2023", "Call without the required credential accepted"),
	ROW("auth.missing_rejected", 1, "API2:2023", "Call without the required credential refused"),
	ROW("auth.mixed", 3, "API2:2023", "Operation answers with and without a credential"),
	ROW("auth.mtls_missing", 4, "API2:2023", "Call without the agreed client certificate accepted"),
	ROW("auth.partner_mismatch", 5, "API1:2023,API5:2023", "Credential of another partner"),
	STATISTIC("auth.principal_mismatch", 4, "API2:2023",
		  "Behind the gateway another user than the one in front of it"),
	ROW("auth.revoked_partner_active", 5, "API2:2023", "Partner that left is still served"),
	ROW("auth.scheme_mismatch", 4, "API2:2023",
	    "Authentication scheme that the contract does not agree on"),
	ROW("auth.scope_insufficient", 4, "API5:2023", "Token without the required scopes accepted"),
	OPTIONAL("auth.undeclared", 1, "API8:2023", "Credential where the contract asks for none",
		 OPTION_UNDECLARED_CREDENTIAL),
	ROW("auth.weak_credential", 4, "API2:2023", "Weak password accepted"),
	ROW("config.cookie_flags", 2, "API8:2023", "Session cookie that scripts or plain HTTP may carry off"),
	ROW("config.cors_wildcard", 2, "API8:2023", "Every web page may read what needs a credential"),
	OPTIONAL("config.hsts_missing", 2, "API8:2023", "HTTPS answer that does not insist on HTTPS",
		 OPTION_HSTS),
	ROW("config.method_trace", 2, "API8:2023", "TRACE is answered"),
	ROW("conform.grpc.message_undecodable", 3, "API9:2023", "gRPC message that cannot be read"),
	ROW("conform.grpc.method_unknown", 3, "API9:2023", "gRPC method that the service does not have"),
	ROW("conform.odata.batch_part", 3, "API8:2023", "Part of an OData batch that cannot be read"),
	ROW("conform.odata.entity_unknown", 3, "API9:2023", "OData entity set that $metadata does not name"),
	ROW("conform.odata.option_not_allowed", 3, "API3:2023",
	    "OData query option that is unknown, broken or not allowed"),
	ROW("conform.odata.property_unknown", 3, "API3:2023", "OData name that $metadata does not have"),
	STATISTIC("conform.regression", 3, "API9:2023", "Operation that kept its contract breaks it now"),
	CONFORM_BODY("request", "Request body", 3),
	CONFORM_VALUE("request", "cookie", "Request cookie", 2),
	CONFORM_VALUE("request", "header", "Request header", 2),
	CONFORM_VALUE("request", "path", "Path parameter", 3),
	CONFORM_VALUE("request", "query", "Query parameter", 2),
	CONFORM_BODY("response", "Response body", 2),
	CONFORM_VALUE("response", "header", "Response header", 2),
	STATISTIC("inventory.exposure_changed", 3, "API9:2023", "Internal operation called from outside"),
	OPTIONAL("inventory.new_endpoint", 1, "API9:2023", "Endpoint seen for the first time",
		 OPTION_NEW_ENDPOINT),
	ROW("inventory.nonprod_exposed", 3, "API9:2023",
	    "Host that is none of production called from outside"),
	ROW("inventory.unknown_partner", 2, "API9:2023", "Partner's operation called by nobody who is known"),
	PATTERN("leak.debug", 3, "API8:2023", "Output of a debugger or a database error returned"),
	PATTERN("leak.internal_address", 2, "API8:2023", "Address of an internal host returned"),
	OPTIONAL("leak.server_banner", 1, "API8:2023", "Server software told with its version",
		 OPTION_SERVER_BANNER),
	PATTERN("leak.stack_trace", 3, "API8:2023", "Stack trace returned"),
	PATTERN("pii.cacheable", 2, "API8:2023", "Sensitive data in a response that caches may keep"),
	PATTERN("pii.cleartext", 5, "API8:2023", "Sensitive data on an unencrypted connection"),
	PATTERN("pii.cross_border", 4, "API3:2023", "Sensitive data goes to a country that is not agreed"),
	PATTERN("pii.error_leak", 4, "API3:2023,API8:2023", "Sensitive data in an error's answer"),
	STATISTIC("pii.excess_volume", 4, "API3:2023,API6:2023",
		  "One credential is given far more sensitive values than before, or than agreed"),
	PATTERN("pii.in_header", 3, "API3:2023", "Sensitive data in a header or cookie"),
	PATTERN("pii.in_url", 4, "API3:2023,API8:2023", "Sensitive data in the URL"),
	STATISTIC("pii.new_class", 2, "API3:2023", "Sensitive data of a class that this operation never had"),
	PATTERN("pii.request_undeclared", 2, "API3:2023",
		"Sensitive data sent where the contract declares none"),
	PATTERN("pii.response_leak", 4, "API3:2023",
		"Sensitive data returned where the contract declares none"),
	PATTERN("pii.unauthenticated", 5, "API2:2023,API3:2023",
		"Sensitive data returned to a caller without a credential"),
	PATTERN("pii.unmasked", 4, "API3:2023", "Sensitive data in clear where the contract says masked"),
	ROW("quota.exceeded", 3, "API4:2023", "Agreed quota is used up"),
	ROW("quota.near", 2, "API4:2023", "Agreed quota is nearly used up"),
	ROW("rate.concurrency", 3, "API4:2023", "More requests at once than agreed"),
	ROW("rate.header_mismatch", 2, "API4:2023", "Limit that the server tells is not the agreed one"),
	ROW("rate.limit_exceeded", 3, "API4:2023", "More calls than the agreed limit"),
	ROW("rate.not_enforced", 4, "API4:2023", "Calls beyond the agreed limit are still served"),
	STATISTIC("rate.spike", 3, "API4:2023", "Far more calls than this partner ever made"),
	ROW("resource.array_items", 3, "API4:2023", "Request with an array of too many items"),
	ROW("resource.compression_bomb", 4, "API4:2023", "Compressed body that unpacks without end"),
	ROW("resource.json_depth", 3, "API4:2023", "Request nested too deep"),
	ROW("resource.json_entries", 3, "API4:2023", "Request with an object of too many members"),
	ROW("resource.name_length", 3, "API4:2023", "Request with a name that is too long"),
	ROW("resource.pagination_excess", 2, "API4:2023", "Page with too many rows"),
	ROW("resource.payload_size", 3, "API4:2023", "Request body that is too large"),
	ROW("resource.string_length", 3, "API4:2023", "Request with a string that is too long"),
	ROW("resource.xml_depth", 4, "API4:2023,API8:2023", "XML request nested too deep"),
	ROW("resource.xml_entity", 4, "API4:2023,API8:2023", "XML request that defines or fetches entities"),
	ROW("risk.threshold_crossed", 3, "", "Risk of an operation passed a threshold"),
	PATTERN("secret.leak", 5, "API8:2023", "Secret of a machine returned"),
	PATTERN("secret.request", 2, "API8:2023",
		"Secret of a machine sent where the contract declares none"),
	ROW("sensor.backpressure_drop", 3, "", "The sensor dropped what it could not process in time"),
	ROW("sensor.blind_spot", 3, "", "Traffic that the sensor cannot see into"),
	ROW("sensor.capture_gap", 2, "", "Bytes are missing from the mirrored traffic"),
	ROW("sensor.config_error", 3, "", "A configuration, contract or pack file was refused"),
	ROW("sensor.coverage", 1, "", "What share of the traffic could be judged, and why not the rest"),
	ROW("sensor.duplicate_mirror", 1, "", "Packets are mirrored more than once"),
	ROW("sensor.h2_undecodable", 2, "", "HTTP/2 headers that refer to what was not seen"),
	ROW("sensor.one_sided", 2, "", "Only one direction of connections is mirrored"),
	ROW("sensor.opaque_tls", 1, "", "Encrypted traffic that the sensor cannot read"),
	ROW("sensor.output_failed", 3, "", "Records cannot be delivered for now"),
	ROW("sensor.packet_drop", 3, "", "Packets were lost before the sensor saw them"),
	ROW("sensor.record_loss", 4, "", "Records were lost on their way out; says which numbers"),
	ROW("sensor.spec_reload", 1, "", "Contracts were loaded anew"),
	ROW("sensor.spool_failed", 3, "", "The spool cannot be written: records wait in memory"),
	ROW("sensor.state_failed", 3, "",
	    "What is remembered across restarts is broken, or cannot be written"),
	ROW("sensor.truncated_snaplen", 2, "", "Packets are cut by the capture length"),
	ROW("shadow.api_for_partner", 4, "API5:2023,API9:2023", "Operation of another partner's contract"),
	ROW("shadow.base_path", 4, "API9:2023", "Base path that no contract names"),
	ROW("shadow.content_type", 2, "API8:2023", "Media type that the contract does not declare"),
	OPTIONAL("shadow.cookie", 1, "API8:2023", "Cookie that the contract does not declare", OPTION_COOKIE),
	OPTIONAL("shadow.header", 1, "API8:2023", "Request header that the contract does not declare",
		 OPTION_HEADER),
	ROW("shadow.host", 4, "API9:2023", "Host that no contract names"),
	ROW("shadow.method", 4, "API9:2023,API5:2023", "Method that the contract does not declare"),
	ROW("shadow.path", 4, "API9:2023", "Path that the contract does not declare"),
	ROW("shadow.query_param", 2, "API3:2023,API8:2023",
	    "Query parameter that the contract does not declare"),
	ROW("shadow.request_field", 2, "API3:2023", "Request field that the contract does not declare"),
	ROW("shadow.response_field", 2, "API3:2023", "Response field that the contract does not declare"),
	OPTIONAL("shadow.response_header", 1, "API8:2023",
		 "Response header that the contract does not declare", OPTION_RESPONSE_HEADER),
	ROW("shadow.status", 2, "API9:2023", "Status that the contract does not declare"),
	ROW("shadow.version", 3, "API9:2023", "Version of an API that no contract names"),
	ROW("sla.availability_breach", 3, "", "Fewer calls served than agreed"),
	STATISTIC("sla.error_anomaly", 2, "", "Far more errors than usual"),
	ROW("sla.error_rate_breach", 3, "", "More errors than agreed"),
	STATISTIC("sla.latency_anomaly", 2, "", "Far slower than usual"),
	ROW("sla.latency_breach", 3, "", "Slower than agreed"),
	STATISTIC("sla.saturation", 2, "API4:2023", "Slower the more calls there are"),
	STATISTIC("sla.size_anomaly", 2, "", "Far larger answers than usual"),
	STATISTIC("sla.traffic_drop", 2, "", "Far fewer calls than usual at this hour"),
	ROW("spec.ambiguous_path", 2, "API8:2023", "Two paths of a contract match the same requests"),
	ROW("spec.conflict", 3, "API8:2023", "Parts of contracts that contradict each other"),
	ROW("spec.invalid", 3, "API8:2023,API9:2023", "A spec or a part of it cannot be used"),
	ROW("spec.no_security", 3, "API8:2023", "A spec agrees on no authentication"),
	ROW("spec.unenforceable", 2, "API8:2023", "A part of a spec cannot be checked"),
	ROW("transport.cleartext", 4, "API8:2023", "API called from outside over plain HTTP"),
	ROW("zombie.deprecated", 3, "API9:2023", "Deprecated operation still called"),
	ROW("zombie.removed", 4, "API9:2023", "Operation that the contract no longer has still answered"),
	ROW("zombie.sunset_passed", 4, "API9:2023", "Operation still answered after its sunset"),
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static int compare(const void *id, const void *row)
{
	const struct bytes *wanted = id;
	const struct catalogue_entry *entry = row;

	return bytes_compare(*wanted, bytes_of(entry->id));
}

const struct catalogue_entry *catalogue_find(struct bytes id)
{
	return bsearch(&id, rows, ROW_COUNT, sizeof(rows[0]), compare);
}

size_t catalogue_count(void)
{
	return ROW_COUNT;
}

const struct catalogue_entry *catalogue_at(size_t index)
{
	return index < ROW_COUNT ? &rows[index] : NULL;
}
