/*
 * hours: calls outside the hours that the contract agrees on (access.outside_window),
 * by the clock of the partner's place.
 *
 * Owns     nothing. Thread: the collector's.
 */
#pragma once

#include "sensor/behaviour/zone.h"
#include "sensor/judged.h"

void hours_take(const struct zone *zone, struct judged *judged);
