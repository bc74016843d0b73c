/*
 * raise: how what watches the past says what it found, in one place.
 *
 *	struct finding finding = raise_of("rate.limit_exceeded");
 *	finding.observed = arena_printf(&judged->arena, ...);
 *	judged_raise(judged, &finding);
 */
#pragma once

#include "sensor/judged_make.h"

/* Of the catalogue, about the caller as a whole. */
struct finding raise_of(const char *id);

/* What was answered 2xx is worse, what was refused is not so bad. */
void raise_by_answer(struct finding *finding, const struct judged *judged);
