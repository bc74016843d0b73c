/*
 * catalogue_conform: the rows conform.<side>.<part>.<keyword> of the catalogue,
 * expanded from the closed list of keywords, in order of id. Included by
 * catalogue.c alone.
 */
#pragma once

#define CONFORM(side, part, keyword, title, severity, owasp)                                                 \
	{                                                                                                    \
		"conform." side "." part "." keyword, title, severity, owasp, ANALYTIC_RULE, 0               \
	}

/* Keywords that a parameter, a field line or a cookie can break. */
#define CONFORM_VALUE(side, part, where, severity)                                                           \
	CONFORM(side, part, "additional", where ": a field that the schema forbids", 3, "API3:2023"),        \
		CONFORM(side, part, "composition", where ": no alternative of the schema fits", severity,    \
			"API8:2023"),                                                                        \
		CONFORM(side, part, "const", where ": not the only value allowed", severity, "API8:2023"),   \
		CONFORM(side, part, "discriminator", where ": discriminator unknown", severity,              \
			"API8:2023"),                                                                        \
		CONFORM(side, part, "empty_value", where ": empty", severity, "API8:2023"),                  \
		CONFORM(side, part, "encoding", where ": encoding broken", severity, "API8:2023"),           \
		CONFORM(side, part, "enum", where ": value not in the list", severity, "API8:2023"),         \
		CONFORM(side, part, "format", where ": wrong format", severity, "API8:2023"),                \
		CONFORM(side, part, "items", where ": wrong number of items", severity, "API8:2023"),        \
		CONFORM(side, part, "length", where ": wrong length", severity, "API8:2023"),                \
		CONFORM(side, part, "malformed", where ": not readable as declared", severity, "API8:2023"), \
		CONFORM(side, part, "null", where ": null where none is allowed", severity, "API8:2023"),    \
		CONFORM(side, part, "overlimit", where ": checking given up at a ceiling", severity,         \
			"API8:2023"),                                                                        \
		CONFORM(side, part, "pattern", where ": pattern not matched", severity, "API8:2023"),        \
		CONFORM(side, part, "range", where ": out of range", severity, "API8:2023"),                 \
		CONFORM(side, part, "read_only", where ": read-only field sent", 4, "API3:2023"),            \
		CONFORM(side, part, "required", where ": required and missing", severity, "API8:2023"),      \
		CONFORM(side, part, "style", where ": not serialised as declared", severity, "API8:2023"),   \
		CONFORM(side, part, "type", where ": wrong type", severity, "API8:2023"),                    \
		CONFORM(side, part, "unique", where ": items repeat", severity, "API8:2023"),                \
		CONFORM(side, part, "write_only", where ": write-only field returned", 5, "API3:2023")

/* Keywords that a body can break. */
#define CONFORM_BODY(side, where, malformed_severity)                                                        \
	CONFORM(side, "body", "additional", where ": a field that the schema forbids", 3, "API3:2023"),      \
		CONFORM(side, "body", "composition", where ": no alternative of the schema fits", 2,         \
			"API8:2023"),                                                                        \
		CONFORM(side, "body", "const", where ": not the only value allowed", 2, "API8:2023"),        \
		CONFORM(side, "body", "discriminator", where ": discriminator unknown", 2, "API8:2023"),     \
		CONFORM(side, "body", "empty_value", where ": empty value", 2, "API8:2023"),                 \
		CONFORM(side, "body", "encoding", where ": encoding broken", 2, "API8:2023"),                \
		CONFORM(side, "body", "enum", where ": value not in the list", 2, "API8:2023"),              \
		CONFORM(side, "body", "format", where ": wrong format", 2, "API8:2023"),                     \
		CONFORM(side, "body", "items", where ": wrong number of items", 2, "API8:2023"),             \
		CONFORM(side, "body", "length", where ": wrong length", 2, "API8:2023"),                     \
		CONFORM(side, "body", "malformed", where ": not readable as declared", malformed_severity,   \
			"API8:2023"),                                                                        \
		CONFORM(side, "body", "missing", where ": required and missing", 2, "API8:2023"),            \
		CONFORM(side, "body", "null", where ": null where none is allowed", 2, "API8:2023"),         \
		CONFORM(side, "body", "overlimit", where ": checking given up at a ceiling", 2,              \
			"API8:2023"),                                                                        \
		CONFORM(side, "body", "pattern", where ": pattern not matched", 2, "API8:2023"),             \
		CONFORM(side, "body", "range", where ": out of range", 2, "API8:2023"),                      \
		CONFORM(side, "body", "read_only", where ": read-only field sent", 4, "API3:2023"),          \
		CONFORM(side, "body", "required", where ": required field missing", 2, "API8:2023"),         \
		CONFORM(side, "body", "style", where ": not serialised as declared", 2, "API8:2023"),        \
		CONFORM(side, "body", "type", where ": wrong type", 2, "API8:2023"),                         \
		CONFORM(side, "body", "unexpected", where ": none is declared", 2, "API8:2023"),             \
		CONFORM(side, "body", "unique", where ": items repeat", 2, "API8:2023"),                     \
		CONFORM(side, "body", "write_only", where ": write-only field returned", 5, "API3:2023")
