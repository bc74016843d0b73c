/*
 * schema_format_uri: the formats that name places: URI and IRI (RFC 3986, RFC 3987), URI templates (RFC
 * 6570), JSON pointers (RFC 6901) and relative ones, and A-labels of host names (RFC 5890). No tables of
 * Unicode: of what lies beyond ASCII any character counts as allowed.
 */
#pragma once

#include "parsers/base/bytes.h"

bool uri_fits(struct bytes text, bool is_reference, bool is_iri);
bool uri_template_fits(struct bytes text);
bool json_pointer_fits(struct bytes text);
bool relative_json_pointer_fits(struct bytes text);
bool a_label_fits(struct bytes label); /* "xn--...": Punycode (RFC 3492) of something beyond ASCII */
