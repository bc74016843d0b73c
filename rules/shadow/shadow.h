/*
 * shadow: what is called and no contract names it. Silent without any contract,
 * and where the request was not seen.
 */
#pragma once

#include "rules/rule.h"

rule_judge shadow_target;

/* Would the path be known with another version in it? Asked of v1 to v9. */
bool shadow_version_known(
	const struct evidence *evidence, struct bytes *out_seen,
	struct bytes *out_known); /* shadow.host .base_path .path .method .api_for_partner */
rule_judge shadow_name; /* shadow.query_param .request_field .response_field .status .content_type */

/* Off until somebody enables them. */
rule_judge shadow_header;
rule_judge shadow_cookie;
rule_judge shadow_response_header;
