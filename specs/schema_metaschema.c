/* The metaschemas of JSON Schema 2020-12 and draft 4, without titles: a $ref may name them. */
#include "specs/schema_resource.h"

#define META_2020_12 "https://json-schema.org/draft/2020-12/"
#define VOCABULARY   "'https://json-schema.org/draft/2020-12/vocab/"
#define OPEN(name)                                                                                           \
	"{$schema: '" META_2020_12 "schema', $id: '" META_2020_12 name "', $dynamicAnchor: meta, "           \
	"type: [object, boolean], "
#define SELF       "{$dynamicRef: '#meta'}"
#define SELF_TABLE "{type: object, additionalProperties: " SELF "}"
#define SELF_LIST  "{type: array, minItems: 1, items: " SELF "}"
#define COUNT      "{type: integer, minimum: 0}"
#define NAMES      "{type: array, items: {type: string}, uniqueItems: true}"

static const struct {
	const char *uri, *text;
} metaschemas[] = {
	{META_2020_12 "schema",
	 OPEN("schema") "$vocabulary: {" VOCABULARY "core': true, " VOCABULARY
			"applicator': true, " VOCABULARY "unevaluated': true, " VOCABULARY
			"validation': true, " VOCABULARY "meta-data': true, " VOCABULARY
			"format-annotation': true, " VOCABULARY "content': true}, "
			"allOf: [{$ref: meta/core}, {$ref: meta/applicator}, {$ref: meta/unevaluated}, "
			"{$ref: meta/validation}, {$ref: meta/meta-data}, {$ref: meta/format-annotation}, "
			"{$ref: meta/content}], properties: {definitions: " SELF_TABLE
			", dependencies: {type: object, "
			"additionalProperties: {anyOf: [" SELF ", " NAMES
			"]}}, $recursiveAnchor: {type: string}, "
			"$recursiveRef: {type: string}}}"},
	{META_2020_12 "meta/core",
	 OPEN("meta/core") "properties: {$id: {type: string, pattern: '^[^#]*#?$'}, $schema: {type: string}, "
			   "$ref: {type: string}, $anchor: {$ref: '#/$defs/anchor'}, $dynamicRef: {type: "
			   "string}, "
			   "$dynamicAnchor: {$ref: '#/$defs/anchor'}, $vocabulary: {type: object, "
			   "additionalProperties: {type: boolean}}, $comment: {type: string}, "
			   "$defs: " SELF_TABLE "}, "
			   "$defs: {anchor: {type: string, pattern: '^[A-Za-z_][-A-Za-z0-9._]*$'}}}"},
	{META_2020_12 "meta/applicator",
	 OPEN("meta/applicator") "properties: {prefixItems: " SELF_LIST ", items: " SELF ", contains: " SELF
				 ", additionalProperties: " SELF ", properties: " SELF_TABLE
				 ", patternProperties: {type: object, "
				 "additionalProperties: " SELF
				 ", propertyNames: {format: regex}}, dependentSchemas: " SELF_TABLE
				 ", propertyNames: " SELF ", if: " SELF ", then: " SELF ", else: " SELF
				 ", allOf: " SELF_LIST ", anyOf: " SELF_LIST ", oneOf: " SELF_LIST
				 ", not: " SELF "}}"},
	{META_2020_12 "meta/unevaluated", OPEN("meta/unevaluated") "properties: {unevaluatedItems: " SELF
								   ", unevaluatedProperties: " SELF "}}"},
	{META_2020_12 "meta/validation",
	 OPEN("meta/validation") "properties: {type: {anyOf: [{$ref: '#/$defs/simpleTypes'}, {type: array, "
				 "minItems: 1, "
				 "uniqueItems: true, items: {$ref: '#/$defs/simpleTypes'}}]}, const: true, "
				 "enum: {type: array}, "
				 "multipleOf: {type: number, exclusiveMinimum: 0}, maximum: {type: number}, "
				 "exclusiveMaximum: {type: number}, minimum: {type: number}, "
				 "exclusiveMinimum: {type: number}, "
				 "maxLength: " COUNT ", minLength: " COUNT
				 ", pattern: {type: string, format: regex}, "
				 "maxItems: " COUNT ", minItems: " COUNT
				 ", uniqueItems: {type: boolean}, maxContains: " COUNT ", minContains: " COUNT
				 ", maxProperties: " COUNT ", minProperties: " COUNT ", required: " NAMES
				 ", dependentRequired: {type: object, additionalProperties: " NAMES
				 "}}, $defs: {simpleTypes: "
				 "{enum: [array, boolean, integer, 'null', number, object, string]}}}"},
	{META_2020_12 "meta/meta-data", OPEN("meta/meta-data") "properties: {title: {type: string}, "
							       "description: {type: string}, default: true, "
							       "deprecated: {type: boolean}, readOnly: "
							       "{type: boolean}, writeOnly: {type: boolean}, "
							       "examples: {type: array}}}"},
	{META_2020_12 "meta/format-annotation",
	 OPEN("meta/format-annotation") "properties: {format: {type: string}}}"},
	{META_2020_12 "meta/format-assertion",
	 OPEN("meta/format-assertion") "properties: {format: {type: string}}}"},
	{META_2020_12 "meta/content", OPEN("meta/content") "properties: {contentEncoding: {type: string}, "
							   "contentMediaType: {type: string}, "
							   "contentSchema: " SELF "}}"},
	{"http://json-schema.org/draft-04/schema",
	 "{id: 'http://json-schema.org/draft-04/schema#', $schema: "
	 "'http://json-schema.org/draft-04/schema#', "
	 "definitions: {schemaArray: {type: array, minItems: 1, items: {$ref: '#'}}, "
	 "positiveInteger: " COUNT ", simpleTypes: {enum: [array, boolean, integer, 'null', number, object, "
	 "string]}, stringArray: {type: array, items: {type: string}, minItems: 1, uniqueItems: true}}, "
	 "type: object, properties: {id: {type: string}, $schema: {type: string}, title: {type: string}, "
	 "description: {type: string}, default: {}, multipleOf: {type: number, minimum: 0, "
	 "exclusiveMinimum: true}, maximum: {type: number}, exclusiveMaximum: {type: boolean}, "
	 "minimum: {type: number}, exclusiveMinimum: {type: boolean}, "
	 "maxLength: {$ref: '#/definitions/positiveInteger'}, minLength: {$ref: "
	 "'#/definitions/positiveInteger'}, pattern: {type: string, format: regex}, "
	 "additionalItems: {anyOf: [{type: boolean}, {$ref: '#'}]}, items: {anyOf: [{$ref: '#'}, "
	 "{$ref: '#/definitions/schemaArray'}]}, maxItems: {$ref: '#/definitions/positiveInteger'}, "
	 "minItems: {$ref: '#/definitions/positiveInteger'}, uniqueItems: {type: boolean}, "
	 "maxProperties: {$ref: '#/definitions/positiveInteger'}, minProperties: {$ref: "
	 "'#/definitions/positiveInteger'}, required: {$ref: '#/definitions/stringArray'}, "
	 "additionalProperties: {anyOf: [{type: boolean}, {$ref: '#'}]}, definitions: {type: object, "
	 "additionalProperties: {$ref: '#'}}, properties: {type: object, additionalProperties: {$ref: '#'}}, "
	 "patternProperties: {type: object, additionalProperties: {$ref: '#'}}, dependencies: {type: object, "
	 "additionalProperties: {anyOf: [{$ref: '#'}, {$ref: '#/definitions/stringArray'}]}}, "
	 "enum: {type: array, minItems: 1, uniqueItems: true}, type: {anyOf: [{$ref: "
	 "'#/definitions/simpleTypes'}, {type: array, items: {$ref: '#/definitions/simpleTypes'}, "
	 "minItems: 1, uniqueItems: true}]}, format: {type: string}, allOf: {$ref: "
	 "'#/definitions/schemaArray'}, anyOf: {$ref: '#/definitions/schemaArray'}, oneOf: {$ref: "
	 "'#/definitions/schemaArray'}, not: {$ref: '#'}}, dependencies: {exclusiveMaximum: [maximum], "
	 "exclusiveMinimum: [minimum]}}"},
};

struct bytes metaschema_text(struct bytes uri)
{
	for (size_t i = 0; i < sizeof(metaschemas) / sizeof(metaschemas[0]); i++)
		if (bytes_equal(uri, bytes_of(metaschemas[i].uri)))
			return bytes_of(metaschemas[i].text);
	return BYTES_NONE;
}
