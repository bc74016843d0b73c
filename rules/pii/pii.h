/*
 * pii: sensitive data where the contract does not allow it; secret: credentials
 * of machines in bodies. The scan found them; this decides whether they may
 * stand there.
 */
#pragma once

#include "rules/rule.h"

rule_judge pii_data; /* pii.response_leak .request_undeclared .in_url .in_header, secret.leak .request */
