/*
 * sample: one judged record with every member filled, and its finding, for the
 * tests of this folder.
 */
#pragma once

#include "sensor/publish/event.h"

extern const struct event_context SAMPLE_CONTEXT;

/* A GET /v1/shipments/{id} of partner acme answered 200 with an SSN in its body. CHECKs that memory is there.
 */
struct judged *sample_judged(void);
struct judged_finding sample_finding(const struct judged *judged);
struct finding_life sample_life(void);
