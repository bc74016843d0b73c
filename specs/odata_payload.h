/*
 * odata_payload: JSON bodies of an OData service against the model: OData 4.01 JSON Format, and the verbose
 * JSON of OData 2.0 ({"d": ...}, __metadata, __deferred). Names, types, null, MaxLength, Precision, Scale,
 * members of enumerations, in entities, what they hold and collections of them. Annotations and control
 * information are whose they are: nothing is said of them.
 */
#pragma once

#include "specs/conform_check.h"
#include "specs/odata.h"

struct odata_payload {
	const struct checking *checking;
	const struct csdl *csdl;
	bool is_create; /* what is required must be there */
};

/* The whole body, which is what stands at the end of the path. */
void odata_payload_check(const struct odata_payload *payload, const struct odata_path *path,
			 yyjson_val *json);

/* The parameters of an action, by name. */
void odata_arguments_check(const struct odata_payload *payload, const struct csdl_operation *action,
			   yyjson_val *json);
