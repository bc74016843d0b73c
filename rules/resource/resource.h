/*
 * resource: bodies and pages that cost a server more than they should. What is
 * too much stands in the partner file ("resources:"), else in the defaults of
 * specs/partner_service.c.
 */
#pragma once

#include "rules/rule.h"

rule_judge resource_payload; /* payload_size, compression_bomb */
rule_judge resource_json;    /* json_depth, json_entries, array_items, string_length, name_length */
rule_judge resource_xml;     /* xml_depth, xml_entity */
rule_judge resource_page;    /* pagination_excess */
