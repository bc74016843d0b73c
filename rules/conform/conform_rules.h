/*
 * conform: declared and broken. The check itself is specs/conform; this turns
 * its departures into findings conform.<side>.<part>.<keyword>.
 */
#pragma once

#include "rules/rule.h"

rule_judge conform_departures;
rule_judge conform_grpc;
