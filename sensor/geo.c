#include "sensor/geo.h"

#include <maxminddb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

struct geo {
	MMDB_s databases[GEO_COUNT];
	bool is_open[GEO_COUNT];
};

enum status geo_open(const struct geo_files *files, struct problems *problems, struct geo **out_geo)
{
	struct geo *geo = calloc(1, sizeof(*geo));

	if (geo == NULL)
		return STATUS_NO_MEMORY;
	for (int i = 0; i < GEO_COUNT; i++) {
		int error;

		if (files->names[i] == NULL)
			continue;
		error = MMDB_open(files->names[i], MMDB_MODE_MMAP, &geo->databases[i]);
		geo->is_open[i] = error == MMDB_SUCCESS;
		if (error != MMDB_SUCCESS)
			problems_add(problems, PROBLEM_ERROR, "sensor.config_error",
				     (struct place){.file = files->names[i]},
				     "name a readable MaxMind DB file (.mmdb)", "%s", MMDB_strerror(error));
	}
	*out_geo = geo;
	return STATUS_OK;
}

void geo_close(struct geo *geo)
{
	if (geo == NULL)
		return;
	for (int i = 0; i < GEO_COUNT; i++)
		if (geo->is_open[i])
			MMDB_close(&geo->databases[i]);
	free(geo);
}

static bool look_into(const struct geo *geo, enum geo_kind kind, const struct address *address,
		      MMDB_entry_s *out_entry)
{
	struct sockaddr_storage place = {.ss_family = address->is_ipv6 ? AF_INET6 : AF_INET};
	MMDB_lookup_result_s result;
	int error = MMDB_SUCCESS;

	if (address->is_ipv6)
		memcpy(&((struct sockaddr_in6 *)&place)->sin6_addr, address->bytes, 16);
	else
		memcpy(&((struct sockaddr_in *)&place)->sin_addr, address->bytes, 4);
	result = MMDB_lookup_sockaddr(&geo->databases[kind], (const struct sockaddr *)&place, &error);
	if (error != MMDB_SUCCESS || !result.found_entry)
		return false;
	*out_entry = result.entry;
	return true;
}

/* Most have none, or one or two of them. */
static bool look_up(const struct geo *geo, enum geo_kind kind, const struct address *address,
		    MMDB_entry_s *out_entry)
{
	return geo->is_open[kind] && look_into(geo, kind, address, out_entry);
}

static struct bytes text_at(MMDB_entry_s *entry, const char *const *path)
{
	MMDB_entry_data_s data;

	if (MMDB_aget_value(entry, &data, path) != MMDB_SUCCESS || !data.has_data ||
	    data.type != MMDB_DATA_TYPE_UTF8_STRING)
		return BYTES_NONE;
	return (struct bytes){.data = data.utf8_string, .len = data.data_size};
}

static uint32_t number_at(MMDB_entry_s *entry, const char *const *path)
{
	MMDB_entry_data_s data;

	if (MMDB_aget_value(entry, &data, path) != MMDB_SUCCESS || !data.has_data)
		return 0;
	if (data.type == MMDB_DATA_TYPE_UINT32)
		return data.uint32;
	return data.type == MMDB_DATA_TYPE_UINT16 ? data.uint16 : 0;
}

/* GeoLite2 and GeoIP2, DB-IP, and ipinfo write the same fields or flat ones. */
static void read_country(MMDB_entry_s *entry, struct origin *origin)
{
	static const char *const nested[] = {"country", "iso_code", NULL};
	static const char *const registered[] = {"registered_country", "iso_code", NULL};
	static const char *const code[] = {"country_code", NULL};
	static const char *const flat[] = {"country", NULL};
	static const char *const *const paths[] = {nested, registered, code, flat};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct bytes text = text_at(entry, paths[i]);

		if (text.len != 2)
			continue;
		origin->country[0] = text.data[0];
		origin->country[1] = text.data[1];
		return;
	}
}

static void read_system(MMDB_entry_s *entry, struct origin *origin)
{
	static const char *const number[] = {"autonomous_system_number", NULL};
	static const char *const name[] = {"autonomous_system_organization", NULL};

	if (origin->asn == 0) {
		origin->asn = number_at(entry, number);
		origin->organisation = text_at(entry, name);
	}
}

void geo_find(const struct geo *geo, const struct address *address, struct origin *out_origin)
{
	static const char *const isp[] = {"isp", NULL};
	static const char *const organisation[] = {"organization", NULL};
	MMDB_entry_s entry;

	*out_origin = (struct origin){.asn = 0};
	if (geo == NULL)
		return;
	if (look_up(geo, GEO_COUNTRY, address, &entry))
		read_country(&entry, out_origin);
	if (look_up(geo, GEO_ASN, address, &entry))
		read_system(&entry, out_origin);
	if (look_up(geo, GEO_ISP, address, &entry)) {
		read_system(&entry, out_origin);
		out_origin->isp = text_at(&entry, isp);
		if (text_at(&entry, organisation).len > 0)
			out_origin->organisation = text_at(&entry, organisation);
	}
}
