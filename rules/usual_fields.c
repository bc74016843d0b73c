#include "rules/usual_fields.h"

#include <stdlib.h>

/* RFC 9110 section 16.3.1 and the IANA registry it keeps, as far as APIs see them; then what Fetch, proxies,
 * gateways, CDNs and tracing add. In order: searched by halves. */
static const struct bytes fields[] = {
	BYTES_INIT("accept"),
	BYTES_INIT("accept-charset"),
	BYTES_INIT("accept-datetime"),
	BYTES_INIT("accept-encoding"),
	BYTES_INIT("accept-language"),
	BYTES_INIT("accept-patch"),
	BYTES_INIT("accept-post"),
	BYTES_INIT("accept-ranges"),
	BYTES_INIT("age"),
	BYTES_INIT("allow"),
	BYTES_INIT("alt-svc"),
	BYTES_INIT("alt-used"),
	BYTES_INIT("authentication-info"),
	BYTES_INIT("authorization"),
	BYTES_INIT("b3"),
	BYTES_INIT("baggage"),
	BYTES_INIT("cache-control"),
	BYTES_INIT("cache-status"),
	BYTES_INIT("cdn-loop"),
	BYTES_INIT("clear-site-data"),
	BYTES_INIT("client-ip"),
	BYTES_INIT("connection"),
	BYTES_INIT("content-disposition"),
	BYTES_INIT("content-encoding"),
	BYTES_INIT("content-language"),
	BYTES_INIT("content-length"),
	BYTES_INIT("content-location"),
	BYTES_INIT("content-md5"),
	BYTES_INIT("content-range"),
	BYTES_INIT("content-security-policy"),
	BYTES_INIT("content-security-policy-report-only"),
	BYTES_INIT("content-type"),
	BYTES_INIT("cookie"),
	BYTES_INIT("date"),
	BYTES_INIT("deprecation"),
	BYTES_INIT("device-memory"),
	BYTES_INIT("digest"),
	BYTES_INIT("dnt"),
	BYTES_INIT("downlink"),
	BYTES_INIT("early-data"),
	BYTES_INIT("ect"),
	BYTES_INIT("etag"),
	BYTES_INIT("expect"),
	BYTES_INIT("expect-ct"),
	BYTES_INIT("expires"),
	BYTES_INIT("forwarded"),
	BYTES_INIT("from"),
	BYTES_INIT("host"),
	BYTES_INIT("http2-settings"),
	BYTES_INIT("if-match"),
	BYTES_INIT("if-modified-since"),
	BYTES_INIT("if-none-match"),
	BYTES_INIT("if-range"),
	BYTES_INIT("if-unmodified-since"),
	BYTES_INIT("keep-alive"),
	BYTES_INIT("last-modified"),
	BYTES_INIT("link"),
	BYTES_INIT("location"),
	BYTES_INIT("max-forwards"),
	BYTES_INIT("nel"),
	BYTES_INIT("origin"),
	BYTES_INIT("permissions-policy"),
	BYTES_INIT("pragma"),
	BYTES_INIT("priority"),
	BYTES_INIT("proxy-authenticate"),
	BYTES_INIT("proxy-authorization"),
	BYTES_INIT("proxy-connection"),
	BYTES_INIT("range"),
	BYTES_INIT("ratelimit"),
	BYTES_INIT("ratelimit-limit"),
	BYTES_INIT("ratelimit-policy"),
	BYTES_INIT("ratelimit-remaining"),
	BYTES_INIT("ratelimit-reset"),
	BYTES_INIT("referer"),
	BYTES_INIT("referrer-policy"),
	BYTES_INIT("report-to"),
	BYTES_INIT("reporting-endpoints"),
	BYTES_INIT("retry-after"),
	BYTES_INIT("rtt"),
	BYTES_INIT("save-data"),
	BYTES_INIT("server"),
	BYTES_INIT("server-timing"),
	BYTES_INIT("set-cookie"),
	BYTES_INIT("strict-transport-security"),
	BYTES_INIT("sunset"),
	BYTES_INIT("te"),
	BYTES_INIT("timing-allow-origin"),
	BYTES_INIT("traceparent"),
	BYTES_INIT("tracestate"),
	BYTES_INIT("trailer"),
	BYTES_INIT("transfer-encoding"),
	BYTES_INIT("true-client-ip"),
	BYTES_INIT("uber-trace-id"),
	BYTES_INIT("upgrade"),
	BYTES_INIT("upgrade-insecure-requests"),
	BYTES_INIT("user-agent"),
	BYTES_INIT("vary"),
	BYTES_INIT("via"),
	BYTES_INIT("viewport-width"),
	BYTES_INIT("warning"),
	BYTES_INIT("width"),
	BYTES_INIT("www-authenticate"),
	BYTES_INIT("x-cache"),
	BYTES_INIT("x-client-ip"),
	BYTES_INIT("x-cloud-trace-context"),
	BYTES_INIT("x-content-type-options"),
	BYTES_INIT("x-correlation-id"),
	BYTES_INIT("x-dns-prefetch-control"),
	BYTES_INIT("x-download-options"),
	BYTES_INIT("x-frame-options"),
	BYTES_INIT("x-original-forwarded-for"),
	BYTES_INIT("x-original-host"),
	BYTES_INIT("x-permitted-cross-domain-policies"),
	BYTES_INIT("x-powered-by"),
	BYTES_INIT("x-real-ip"),
	BYTES_INIT("x-request-id"),
	BYTES_INIT("x-request-start"),
	BYTES_INIT("x-requested-with"),
	BYTES_INIT("x-response-time"),
	BYTES_INIT("x-runtime"),
	BYTES_INIT("x-scheme"),
	BYTES_INIT("x-served-by"),
	BYTES_INIT("x-timer"),
	BYTES_INIT("x-trace-id"),
	BYTES_INIT("x-varnish"),
	BYTES_INIT("x-xss-protection"),
};

static const struct bytes field_families[] = {
	BYTES_INIT("access-control-"), /* Fetch, CORS */
	BYTES_INIT("cf-"),             /* Cloudflare */
	BYTES_INIT("cloudfront-"),
	BYTES_INIT("cross-origin-"), /* Fetch */
	BYTES_INIT("fastly-"),
	BYTES_INIT("grpc-"),
	BYTES_INIT("sec-"), /* Fetch metadata, client hints, WebSocket */
	BYTES_INIT("x-akamai-"),
	BYTES_INIT("x-amz-cf-"),
	BYTES_INIT("x-amzn-"),
	BYTES_INIT("x-azure-"),
	BYTES_INIT("x-b3-"),      /* Zipkin */
	BYTES_INIT("x-cache-"),   /* CDNs */
	BYTES_INIT("x-datadog-"), /* tracing */
	BYTES_INIT("x-envoy-"),
	BYTES_INIT("x-forwarded-"),
	BYTES_INIT("x-ratelimit-"),
	BYTES_INIT("x-rate-limit-"),
};

/* What load balancers, CDNs and web analytics put into a browser. */
static const struct bytes cookie_families[] = {
	BYTES_INIT("AWSALB"),      BYTES_INIT("BIGipServer"),
	BYTES_INIT("ARRAffinity"), BYTES_INIT("__cf"),
	BYTES_INIT("cf_"),         BYTES_INIT("incap_ses_"),
	BYTES_INIT("visid_incap"), BYTES_INIT("ak_bmsc"),
	BYTES_INIT("bm_"),         BYTES_INIT("_abck"),
	BYTES_INIT("_ga"),         BYTES_INIT("_gid"),
	BYTES_INIT("_gcl_"),       BYTES_INIT("__utm"),
	BYTES_INIT("_fbp"),        BYTES_INIT("_pk_"),
	BYTES_INIT("ai_"),         BYTES_INIT("OptanonAlert"),
	BYTES_INIT("OptanonCons"), BYTES_INIT("sap-usercontext"),
};

static int compare(const void *name, const void *row)
{
	return bytes_compare(*(const struct bytes *)name, *(const struct bytes *)row);
}

static bool begins(struct bytes name, const struct bytes *families, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_starts(name, families[i]))
			return true;
	return false;
}

bool usual_field(struct bytes name)
{
	return bsearch(&name, fields, sizeof(fields) / sizeof(fields[0]), sizeof(fields[0]), compare) !=
		       NULL ||
	       begins(name, field_families, sizeof(field_families) / sizeof(field_families[0]));
}

bool usual_cookie(struct bytes name)
{
	return begins(name, cookie_families, sizeof(cookie_families) / sizeof(cookie_families[0]));
}
