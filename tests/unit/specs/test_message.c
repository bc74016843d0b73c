/* Messages held against what they promise: parameters and request bodies. One row a behaviour. */
#include "tests/unit/specs/contract_fixture.h"

struct row {
	const char *what;
	const char *request; /* "GET /path?query" */
	const char *fields;  /* of the request: "name: value\nname: value"; may be empty */
	const char *type, *body;
	const char *expected;
};

static struct contract *contract;

static const struct {
	const char *name, *text;
} specs[] = {
	{"parameters",
	 "openapi: 3.2.0\n"
	 "x-specular-formats: assert\n"
	 "info: {title: P, version: '1'}\n"
	 "paths:\n"
	 "  /q:\n"
	 "    parameters:\n"
	 "      - {name: inherited, in: query, schema: {type: integer}}\n"
	 "      - {name: over, in: query, schema: {type: integer}}\n"
	 "    get:\n"
	 "      parameters:\n"
	 "        - {name: over, in: query, schema: {type: string}}\n"
	 "        - {name: same, in: query, schema: {type: integer}}\n"
	 "        - {name: same, in: header, schema: {type: boolean}}\n"
	 "        - {name: n, in: query, schema: {type: number}}\n"
	 "        - {name: b, in: query, schema: {type: boolean}}\n"
	 "        - {name: d, in: query, schema: {type: string, format: date}}\n"
	 "        - {name: t, in: query, schema: {type: string, format: date-time}}\n"
	 "        - {name: e, in: query, allowEmptyValue: true, schema: {type: integer}}\n"
	 "        - {name: s, in: query, schema: {type: string}}\n"
	 "        - {name: def, in: query, required: false, schema: {type: integer, default: 5}}\n"
	 "        - {name: en, in: query, explode: false, schema: {type: array, maxItems: 3, uniqueItems: "
	 "true, "
	 "items: {type: string, enum: [a, b, c, d]}}}\n"
	 "        - {name: one, in: query, schema: {oneOf: [{type: integer}, {type: boolean}]}}\n"
	 "        - {name: ones, in: query, schema: {type: array, items: {anyOf: [{type: integer, maximum: "
	 "9}, "
	 "{type: boolean}]}}}\n"
	 "        - {name: all, in: query, schema: {allOf: [{type: integer}, {minimum: 3}]}}\n"
	 "        - {name: any, in: query, schema: {minimum: 3}}\n"
	 "        - {name: nul, in: query, schema: {type: [integer, 'null']}}\n"
	 "        - {name: space, in: query, style: spaceDelimited, explode: false, schema: {type: array, "
	 "items: "
	 "{type: integer}}}\n"
	 "        - {name: pipe, in: query, style: pipeDelimited, explode: false, schema: {type: array, "
	 "items: "
	 "{type: integer}}}\n"
	 "        - {name: 'filter[id]', in: query, schema: {type: integer}}\n"
	 "        - {name: deep, in: query, style: deepObject, explode: true, schema: {type: object, "
	 "properties: "
	 "{a: {type: integer}}}}\n"
	 "        - {name: json, in: query, content: {application/json: {schema: {type: object, properties: "
	 "{a: "
	 "{type: integer}}}}}}\n"
	 "        - {name: plain, in: query, content: {text/plain: {schema: {type: string, maxLength: 3}}}}\n"
	 "        - {name: old, in: query, deprecated: true, schema: {type: integer}}\n"
	 "        - {name: reserved, in: query, allowReserved: true, schema: {type: string, maxLength: 5}}\n"
	 "        - {name: X-List, in: header, schema: {type: array, items: {type: string, maxLength: 4}}}\n"
	 "        - {name: X-Number, in: header, schema: {type: integer}}\n"
	 "        - {name: Accept, in: header, required: true, schema: {type: integer}}\n"
	 "        - {name: c, in: cookie, schema: {type: integer}}\n"
	 "        - {name: Case, in: cookie, schema: {type: integer}}\n"
	 "        - {name: raw, in: cookie, style: cookie, schema: {type: string, maxLength: 3}}\n"
	 "        - {name: list, in: cookie, style: cookie, schema: {type: array, items: {type: integer}}}\n"
	 "  /need:\n"
	 "    get:\n"
	 "      parameters:\n"
	 "        - {name: a, in: query, required: true, schema: {type: string}}\n"
	 "        - {name: b, in: header, required: true, schema: {type: string}}\n"
	 "        - {name: c, in: cookie, required: true, schema: {type: string}}\n"
	 "  /spread:\n"
	 "    get: {parameters: [{name: o, in: query, schema: {type: object, properties: {a: {type: "
	 "integer}}, "
	 "additionalProperties: {type: string, maxLength: 2}}}]}\n"
	 "  /whole:\n"
	 "    get: {parameters: [{name: o, in: querystring, required: true, content: "
	 "{application/x-www-form-urlencoded: {schema: {type: object, required: [a], properties: {a: {type: "
	 "integer}, l: {type: array, items: {type: integer}}}, additionalProperties: false}}}}]}\n"
	 "  /wholejson:\n"
	 "    get: {parameters: [{name: o, in: querystring, content: {application/json: {schema: {type: "
	 "array, "
	 "items: {type: integer}}}}}]}\n"
	 "  /p/{id}/{free}:\n"
	 "    get: {parameters: [{name: id, in: path, schema: {type: string, maxLength: 3}}, {name: ghost, "
	 "in: "
	 "path, required: true, schema: {type: integer}}]}\n"
	 "  /keyed?kind=a&id={id}&more={more}:\n"
	 "    get: {parameters: [{name: id, in: path, required: true, schema: {type: integer}}]}\n"},
	{"bodies",
	 "openapi: 3.2.0\n"
	 "x-specular-formats: assert\n"
	 "info: {title: B, version: '1'}\n"
	 "paths:\n"
	 "  /none: {get: {}, post: {}}\n"
	 "  /json:\n"
	 "    post: {requestBody: {required: true, content: {application/json: {schema: {$ref: "
	 "'#/components/schemas/Pet'}}, application/json;version=2: {schema: {type: array}}, application/*: "
	 "{schema: {type: string}}, '*/*': {}}}}\n"
	 "  /only:\n"
	 "    delete: {requestBody: {content: {application/json: {schema: {type: object}}}}}\n"
	 "    post: {requestBody: {content: {application/json: {schema: {type: [object, array, boolean, "
	 "integer, "
	 "'null']}}}}}\n"
	 "  /form:\n"
	 "    post:\n"
	 "      requestBody:\n"
	 "        content:\n"
	 "          application/x-www-form-urlencoded:\n"
	 "            schema: {type: object, additionalProperties: false, properties: {n: {type: integer}, "
	 "b: "
	 "{type: boolean}, l: {type: array, items: {type: integer}}, p: {type: array, items: {type: "
	 "integer}}, s: "
	 "{type: array, items: {type: integer}}, o: {type: object, properties: {a: {type: integer}}}, d: "
	 "{type: "
	 "object, properties: {a: {type: integer}}}, f: {type: object, properties: {fa: {type: integer}}}}}\n"
	 "            encoding: {p: {style: pipeDelimited, explode: false}, s: {style: spaceDelimited, "
	 "explode: "
	 "false}, d: {style: deepObject, explode: true}, f: {style: form, explode: true}}\n"
	 "  /multi:\n"
	 "    post:\n"
	 "      requestBody:\n"
	 "        content:\n"
	 "          multipart/form-data:\n"
	 "            schema: {type: object, required: [n], properties: {n: {type: integer}, o: {type: "
	 "object, "
	 "properties: {a: {type: integer}}}, l: {type: array, items: {type: integer}}, f: {type: string, "
	 "format: "
	 "binary, maxLength: 4}, h: {type: string}}}\n"
	 "            encoding: {f: {contentType: 'image/png, image/*;q=1'}, h: {headers: {X-Part: "
	 "{required: "
	 "true, schema: {type: integer}}}}}\n"
	 "  /closed: {post: {requestBody: {content: {multipart/form-data: {schema: {type: object, "
	 "additionalProperties: false, properties: {a: {}}}}}}}}\n"
	 "  /mixed: {post: {requestBody: {content: {multipart/mixed: {schema: {type: array, maxItems: 2, "
	 "items: "
	 "{type: object, properties: {a: {type: integer}}}}}}}}}\n"
	 "  /xml:\n"
	 "    post:\n"
	 "      requestBody:\n"
	 "        content:\n"
	 "          application/xml:\n"
	 "            schema: {$ref: '#/components/schemas/Order'}\n"
	 "  /text: {post: {requestBody: {content: {text/plain: {schema: {type: string, maxLength: 5}}}}}}\n"
	 "  /octets: {post: {requestBody: {content: {application/octet-stream: {schema: {type: string, "
	 "format: "
	 "binary, maxLength: 4}}}}}}\n"
	 "  /lines: {post: {requestBody: {content: {application/jsonl: {itemSchema: {$ref: "
	 "'#/components/schemas/Pet'}}, application/x-ndjson: {schema: {type: array, maxItems: 1}}, "
	 "application/json-seq: {itemSchema: {type: integer}}, text/event-stream: {itemSchema: {type: "
	 "object, "
	 "required: [data], properties: {event: {}, id: {}, data: {type: string, maxLength: 5}, retry: "
	 "{type: integer, maximum: "
	 "10}}}}}}}}\n"
	 "  /patch: {patch: {requestBody: {content: {application/merge-patch+json: {schema: {type: object, "
	 "properties: {id: {type: [integer, 'null']}}}}}}}}\n"
	 "  /array: {post: {requestBody: {content: {application/json: {schema: {type: array}}}}}}\n"
	 "components:\n"
	 "  schemas:\n"
	 "    Pet: {type: object, required: [id, made], properties: {id: {type: integer}, made: {type: "
	 "string, "
	 "readOnly: true}, secret: {type: string, writeOnly: true}, kids: {type: array, items: {$ref: "
	 "'#/components/schemas/Pet'}}}}\n"
	 "    Order:\n"
	 "      type: object\n"
	 "      required: [id, line]\n"
	 "      xml: {name: order, namespace: 'urn:o'}\n"
	 "      properties:\n"
	 "        id: {type: integer, xml: {attribute: true}}\n"
	 "        state: {type: string, enum: [open, done], xml: {name: status}}\n"
	 "        line: {type: array, items: {type: object, properties: {sku: {type: string, maxLength: 3}, "
	 "count: "
	 "{type: integer}}}}\n"
	 "        tags: {type: array, maxItems: 2, xml: {wrapped: true}, items: {type: string, xml: {name: "
	 "tag}}}\n"
	 "        paid: {type: boolean}\n"
	 "        note: {type: [string, 'null'], xml: {namespace: 'urn:n'}}\n"
	 "      additionalProperties: false\n"},
};

#define JSON  "application/json"
#define FORM  "application/x-www-form-urlencoded"
#define MULTI "multipart/form-data; boundary=x"
#define PART(name, more, content)                                                                            \
	"--x\r\nContent-Disposition: form-data; name=\"" name "\"\r\n" more "\r\n" content "\r\n"
#define END "--x--\r\n"
#define N   PART("n", "", "1")

static const struct row parameter_rows[] = {
	{"optional ones may be absent", "GET /q", "", NULL, NULL, ""},
	{"a required one is missed in each place", "GET /need", "", NULL, NULL,
	 "request.query.required:a request.header.required:b request.cookie.required:c"},
	{"and found", "GET /need?a=", "b: 1\ncookie: c=1", NULL, NULL, ""},
	{"names of queries are case-sensitive", "GET /need?A=1", "b: 1\ncookie: c=1", NULL, NULL,
	 "request.query.required:a request.query.undeclared:A"},
	{"the path item's is inherited", "GET /q?inherited=x", "", NULL, NULL,
	 "request.query.type:inherited"},
	{"the operation's wins", "GET /q?over=x", "", NULL, NULL, ""},
	{"one name in two places is two parameters", "GET /q?same=x", "same: x", NULL, NULL,
	 "request.query.type:same request.header.type:same"},
	{"a variable in the query of a path key", "GET /keyed?kind=a&id=7&more=x", "", NULL, NULL, ""},
	{"is checked as one of the query", "GET /keyed?kind=a&id=x", "", NULL, NULL, "request.query.type:id"},
	{"and may be absent", "GET /keyed?kind=a&zz=1", "", NULL, NULL, "request.query.undeclared:zz"},
	{"an undeclared one is told once", "GET /q?zz=1&zz=2", "", NULL, NULL, "request.query.undeclared:zz"},
	{"undeclared fields and cookies are not", "GET /q", "x-forwarded-for: 1\nzz: 1\ncookie: zz=1", NULL,
	 NULL, ""},
	{"an open object takes every name", "GET /spread?a=1&zz=ab", "", NULL, NULL, ""},
	{"and checks it", "GET /spread?a=x", "", NULL, NULL, "request.query.type:o"},
	{"Accept is never a parameter", "GET /q", "accept: text/html", NULL, NULL, ""},
	{"a scalar twice", "GET /q?inherited=1&inherited=x", "", NULL, NULL,
	 "request.query.style:inherited request.query.type:inherited"},
	{"an empty first value hides nothing", "GET /q?inherited=&inherited=x", "", NULL, NULL,
	 "request.query.style:inherited request.query.type:inherited"},
	{"a field line twice", "GET /q", "x-number: 1\nx-number: 2", NULL, NULL,
	 "request.header.style:x-number"},
	{"an empty integer", "GET /q?inherited=", "", NULL, NULL, "request.query.type:inherited"},
	{"an empty date", "GET /q?d=", "", NULL, NULL, "request.query.format:d"},
	{"an empty value where it is allowed", "GET /q?e=", "", NULL, NULL, ""},
	{"an empty text", "GET /q?s=", "", NULL, NULL, ""},
	{"a name alone is an empty text", "GET /q?s", "", NULL, NULL, ""},
	{"but no boolean", "GET /q?b", "", NULL, NULL, "request.query.type:b"},
	{"reserved characters in a value", "GET /q?s=a:/?@!$'()*,;b", "", NULL, NULL, ""},
	{"reserved characters count once decoded", "GET /q?reserved=a%2Fb/c", "", NULL, NULL, ""},
	{"brackets and quotes as they are", "GET /q?s=[\"|\"]", "", NULL, NULL, ""},
	{"deepObject", "GET /q?deep[a]=1", "", NULL, NULL, ""},
	{"deepObject of a wrong type", "GET /q?deep%5Ba%5D=x", "", NULL, NULL, "request.query.type:deep"},
	{"deepObject inside deepObject is not defined", "GET /q?deep[a][b]=x", "", NULL, NULL, ""},
	{"a name with brackets of its own", "GET /q?filter[id]=x", "", NULL, NULL,
	 "request.query.type:filter[id]"},
	{"the other way to write a list", "GET /q?ones[]=1&ones[]=true", "", NULL, NULL, ""},
	{"JSON in a parameter", "GET /q?json=%7B%22a%22:1%7D", "", NULL, NULL, ""},
	{"of a wrong type", "GET /q?json=%7B%22a%22:%22x%22%7D", "", NULL, NULL, "request.query.type:json"},
	{"that is none", "GET /q?json=a", "", NULL, NULL, "request.query.malformed:json"},
	{"text in a parameter", "GET /q?plain=1,2,3", "", NULL, NULL, "request.query.length:plain"},
	{"a whole query", "GET /whole?a=1&l=2&l=3", "", NULL, NULL, ""},
	{"a whole query that lacks a field", "GET /whole?l=x", "", NULL, NULL,
	 "request.query.type:o request.query.required:o"},
	{"a whole query with another", "GET /whole?a=1&z=1", "", NULL, NULL, "request.query.additional:o"},
	{"no query where all of it is required", "GET /whole", "", NULL, NULL, "request.query.required:o"},
	{"a whole query of JSON", "GET /wholejson?%5B1,2%5D", "", NULL, NULL, ""},
	{"a whole query of other JSON", "GET /wholejson?%5B%22a%22%5D", "", NULL, NULL,
	 "request.query.type:o"},
	{"whole numbers", "GET /q?inherited=-12", "", NULL, NULL, ""},
	{"with a fraction of nothing", "GET /q?inherited=1.0", "", NULL, NULL,
	 "request.query.type:inherited"},
	{"with a plus", "GET /q?inherited=%2B1", "", NULL, NULL, "request.query.type:inherited"},
	{"in hexadecimal", "GET /q?inherited=0x1", "", NULL, NULL, "request.query.type:inherited"},
	{"with a space", "GET /q?inherited=+1", "", NULL, NULL, "request.query.type:inherited"},
	{"numbers", "GET /q?n=-1.5e3", "", NULL, NULL, ""},
	{"no number", "GET /q?n=NaN", "", NULL, NULL, "request.query.type:n"},
	{"a comma for a point", "GET /q?n=1,5", "", NULL, NULL, "request.query.type:n"},
	{"1 is no boolean", "GET /q?b=1", "", NULL, NULL, "request.query.type:b"},
	{"null is a text", "GET /q?s=null", "", NULL, NULL, ""},
	{"null for a number", "GET /q?inherited=null", "", NULL, NULL, "request.query.type:inherited"},
	{"null where it is declared", "GET /q?nul=null", "", NULL, NULL, ""},
	{"each item alone", "GET /q?en=a,b", "", NULL, NULL, ""},
	{"an item that is not in the list", "GET /q?en=a,z", "", NULL, NULL, "request.query.enum:en"},
	{"an encoded comma is data", "GET /q?en=a%2Cb", "", NULL, NULL, "request.query.enum:en"},
	{"too many items, one twice", "GET /q?en=a,b,c,a", "", NULL, NULL,
	 "request.query.items:en request.query.unique:en"},
	{"one of two readings", "GET /q?one=7", "", NULL, NULL, ""},
	{"the other reading", "GET /q?one=true", "", NULL, NULL, ""},
	{"neither reading", "GET /q?one=x", "", NULL, NULL, "request.query.composition:one"},
	{"readings of items", "GET /q?ones=7&ones=true", "", NULL, NULL, ""},
	{"an item that no reading fits", "GET /q?ones=70", "", NULL, NULL, "request.query.composition:ones"},
	{"all must fit", "GET /q?all=2", "", NULL, NULL, "request.query.range:all"},
	{"no type: a number if it fits", "GET /q?any=7", "", NULL, NULL, ""},
	{"no type: else a text", "GET /q?any=x", "", NULL, NULL, ""},
	{"spaces between items", "GET /q?space=1%202+3", "", NULL, NULL, ""},
	{"bars between items", "GET /q?pipe=1|2%7C3%7c4", "", NULL, NULL, ""},
	{"a wrong item between bars", "GET /q?pipe=1|x", "", NULL, NULL, "request.query.type:pipe"},
	{"a list in a field, with quotes", "GET /q", "X-List: a, \"b,\",d", NULL, NULL, ""},
	{"a long item of a field", "GET /q", "x-list: a, bcdef", NULL, NULL, "request.header.length:x-list"},
	{"cookies: the first = splits", "GET /q", "cookie: c=1; raw=a=b", NULL, NULL, ""},
	{"cookies: case counts", "GET /q", "cookie: case=x", NULL, NULL, ""},
	{"cookies: quotes are data", "GET /q", "cookie: c=\"1\"", NULL, NULL, "request.cookie.type:c"},
	{"cookies: nothing is decoded in that style", "GET /q", "cookie: raw=%41b", NULL, NULL,
	 "request.cookie.length:raw"},
	{"cookies: a name a time", "GET /q", "cookie: list=1; list=2", NULL, NULL, ""},
	{"cookies: a wrong one among them", "GET /q", "cookie: list=1; list=x", NULL, NULL,
	 "request.cookie.type:list"},
	{"a plus in a time is a space", "GET /q?t=2026-01-02T03:04:05+01:00", "", NULL, NULL,
	 "request.query.format:t"},
	{"an encoded plus is a plus", "GET /q?t=2026-01-02T03:04:05%2B01:00", "", NULL, NULL, ""},
	{"not UTF-8", "GET /q?s=%ff", "", NULL, NULL, "request.query.encoding:s"},
	{"a path value with an encoded slash", "GET /p/a%2Fb/x", "", NULL, NULL, ""},
	{"a path value that is too long", "GET /p/abcd/x", "", NULL, NULL, "request.path.length:id"},
	{"a deprecated one is fine", "GET /q?old=1", "", NULL, NULL, ""},
	{"a default is not put in", "GET /q?def=x", "", NULL, NULL, "request.query.type:def"},
};

static const struct row body_rows[] = {
	{"none declared, none sent", "GET /none", "", NULL, NULL, ""},
	{"none declared, one sent", "POST /none", "", JSON, "{}", "request.body.unexpected"},
	{"none declared, one sent with GET", "GET /none", "", JSON, "{}", "request.body.unexpected"},
	{"a required one is missed", "POST /json", "", JSON, NULL, "request.body.missing"},
	{"an optional one is not", "POST /only", "", NULL, NULL, ""},
	{"one of DELETE is checked", "DELETE /only", "", JSON, "[]", "request.body.type"},
	{"the very type", "POST /json", "", JSON, "{\"id\":1}", ""},
	{"in any case, with a charset", "POST /json", "", "APPLICATION/json ; charset=UTF-8", "{\"id\":1}",
	 ""},
	{"parameters win", "POST /json", "", "application/json; version=2", "[]", ""},
	{"a quoted parameter too", "POST /json", "", "application/json;version=\"2\"", "{}",
	 "request.body.type"},
	{"a range after the very type", "POST /json", "", "application/vnd.a+json", "1", "request.body.type"},
	{"anything after the range", "POST /json", "", "image/png", "x", ""},
	{"a suffix is no type", "POST /only", "", "application/vnd.a+json", "{}",
	 "request.body.undeclared_type:application/vnd.a+json"},
	{"another type is not checked", "POST /only", "", "text/plain", "x",
	 "request.body.undeclared_type:text/plain"},
	{"no type: JSON is looked for", "POST /only", "", NULL, "\"x\"", "request.body.undeclared_type"},
	{"no type: and checked", "DELETE /only", "", NULL, "[]",
	 "request.body.undeclared_type request.body.type"},
	{"a broken type", "POST /only", "", "json", "{}", "request.body.undeclared_type:json"},
	{"no JSON", "POST /only", "", JSON, "{\"a\":", "request.body.malformed"},
	{"white space is no JSON", "POST /only", "", JSON, " ", "request.body.malformed"},
	{"a BOM is no harm", "POST /only", "", JSON, "\xEF\xBB\xBF{}", ""},
	{"a comma too many", "POST /only", "", JSON, "{\"a\":1,}", "request.body.malformed"},
	{"a comment", "POST /only", "", JSON, "{}//", "request.body.malformed"},
	{"NaN", "POST /only", "", JSON, "NaN", "request.body.malformed"},
	{"single quotes", "POST /only", "", JSON, "{'a':1}", "request.body.malformed"},
	{"not UTF-8", "POST /only", "", JSON, "{\"a\":\"\xff\"}", "request.body.encoding"},
	{"UTF-16", "POST /only", "", JSON, "\xff\xfe{", "request.body.encoding"},
	{"scalars stand alone", "POST /only", "", JSON, "true", ""},
	{"null stands alone", "POST /only", "", JSON, "null", ""},
	{"a text is not among them", "POST /only", "", JSON, "\"x\"", "request.body.type"},
	{"a name twice", "POST /json", "", JSON, "{\"id\":1,\"id\":2}", "request.body.malformed"},
	{"a name twice, both are checked", "POST /json", "", JSON, "{\"id\":1,\"id\":\"x\"}",
	 "request.body.type request.body.malformed"},
	{"a name twice, deeper, told once", "POST /json", "", JSON,
	 "{\"id\":1,\"kids\":[{\"id\":2},{\"id\":3,\"id\":4},{\"id\":3,\"id\":4}]}",
	 "request.body.malformed"},
	{"a name in two objects", "POST /json", "", JSON, "{\"id\":1,\"kids\":[{\"id\":1},{\"id\":1}]}", ""},
	{"a name twice among many", "POST /only", "", JSON,
	 "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,\"l\":1,"
	 "\"m\":1,"
	 "\"n\":1,\"o\":1,\"p\":1,\"q\":1,\"a\":2}",
	 "request.body.malformed"},
	{"many names", "POST /only", "", JSON,
	 "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,\"l\":1,"
	 "\"m\":1,"
	 "\"n\":1,\"o\":1,\"p\":1,\"q\":1,\"aa\":2}",
	 ""},
	{"read-only sent", "POST /json", "", JSON, "{\"id\":1,\"made\":\"x\"}", "request.body.read_only"},
	{"read-only sent deeper", "POST /json", "", JSON, "{\"id\":1,\"kids\":[{\"id\":2,\"made\":\"x\"}]}",
	 "request.body.read_only"},
	{"write-only sent", "POST /json", "", JSON, "{\"id\":1,\"secret\":\"x\"}", ""},
	{"another field of an open object", "POST /json", "", JSON, "{\"id\":1,\"more\":2}",
	 "request.body.undeclared"},
	{"a patch has its own schema", "PATCH /patch", "", "application/merge-patch+json", "{\"id\":null}",
	 ""},
	{"an array without items", "POST /array", "", JSON, "[1,\"a\",{}]", ""},

	{"a form", "POST /form", "", FORM, "n=1&b=true&l=1&l=2&o=%7B%22a%22%3A1%7D", ""},
	{"an empty form", "POST /form", "", FORM, NULL, ""},
	{"a form of wrong types", "POST /form", "", FORM, "n=x&b=1", "request.body.type request.body.type"},
	{"another field of a closed form", "POST /form", "", FORM, "z=1", "request.body.additional"},
	{"a form with bars and spaces", "POST /form", "", FORM, "p=1%7C2|3&s=1+2%203", ""},
	{"a form with a wrong item", "POST /form", "", FORM, "p=1|x", "request.body.type"},
	{"a form with a deep object", "POST /form", "", FORM, "d[a]=1", ""},
	{"a form with a wrong deep object", "POST /form", "", FORM, "d%5Ba%5D=x", "request.body.type"},
	{"a form with a spread object", "POST /form", "", FORM, "fa=1", ""},
	{"a form with a wrong spread object", "POST /form", "", FORM, "fa=x", "request.body.type"},
	{"a form with an object as JSON", "POST /form", "", FORM, "o=%7B%22a%22%3A%22x%22%7D",
	 "request.body.type"},

	{"parts", "POST /multi", "", MULTI,
	 N PART("l", "", "1") PART("l", "", "2") PART("o", "", "{\"a\":1}") END, ""},
	{"a part that is missing", "POST /multi", "", MULTI, PART("l", "", "1") END, "request.body.required"},
	{"parts of wrong types", "POST /multi", "", MULTI,
	 PART("n", "", "x") PART("o", "Content-Type: application/json\r\n", "{\"a\":\"x\"}") END,
	 "request.body.type request.body.type"},
	{"a part that is no JSON", "POST /multi", "", MULTI,
	 N PART("o", "Content-Type: application/json\r\n", "{") END, "request.body.malformed"},
	{"another part of an open object", "POST /multi", "", MULTI, N PART("z", "", "1") END,
	 "request.body.undeclared"},
	{"another part of a closed object", "POST /closed", "", MULTI, PART("z", "", "1") END,
	 "request.body.additional"},
	{"a part of a listed type", "POST /multi", "", MULTI,
	 N PART("f", "Content-Type: image/gif\r\n", "\xff\x01") END, ""},
	{"a part of another type", "POST /multi", "", MULTI,
	 N PART("f", "Content-Type: text/html\r\n", "a") END, "request.body.style"},
	{"a part that is too long, in bytes", "POST /multi", "", MULTI,
	 N PART("f", "Content-Type: image/png\r\n", "\xff\xfe\xfd\xfc\xfb") END, "request.body.length"},
	{"a part without its field", "POST /multi", "", MULTI, N PART("h", "", "a") END,
	 "request.body.required"},
	{"a part with its field", "POST /multi", "", MULTI, N PART("h", "X-Part: 7\r\n", "a") END, ""},
	{"a part with a wrong field", "POST /multi", "", MULTI, N PART("h", "x-part: x\r\n", "a") END,
	 "request.body.type"},
	{"no last boundary", "POST /multi", "", MULTI, N, "request.body.malformed"},
	{"no boundary", "POST /multi", "", "multipart/form-data", N END, "request.body.malformed"},
	{"a part without a name", "POST /multi", "", MULTI, N "--x\r\n\r\n1\r\n" END, "request.body.style"},
	{"mixed parts by place", "POST /mixed", "", "multipart/mixed; boundary=x",
	 "--x\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\r\n--x\r\n\r\n{\"a\":2}\r\n--x--", ""},
	{"a wrong one among them", "POST /mixed", "", "multipart/mixed; boundary=x",
	 "--x\r\nContent-Type: application/json\r\n\r\n{\"a\":\"x\"}\r\n--x--", "request.body.type"},

	{"XML", "POST /xml", "", "application/xml",
	 "<o:order xmlns:o='urn:o' xmlns:n='urn:n' id='7'><status>open</status><line><sku>abc</sku><count> 1 "
	 "</count></line>"
	 "<line/><tags><tag>a</tag><tag>b</tag></tags><paid>true</paid><n:note/></o:order>",
	 ""},
	{"XML that lacks an attribute and a list", "POST /xml", "", "application/xml", "<order/>",
	 "request.body.required request.body.required"},
	{"XML of wrong types", "POST /xml", "", "application/xml",
	 "<order id='x'><line><sku>abcd</sku><count>x</count></line><paid>yes</paid></order>",
	 "request.body.type request.body.length request.body.type request.body.type"},
	{"XML with a wrong choice", "POST /xml", "", "application/xml",
	 "<order id='1'><line/><status>lost</status></order>", "request.body.enum"},
	{"XML with too many of a wrapped list", "POST /xml", "", "application/xml",
	 "<order id='1'><line/><tags><tag>a</tag><tag>b</tag><tag>c</tag></tags></order>",
	 "request.body.items"},
	{"XML with another element", "POST /xml", "", "application/xml", "<order id='1'><line/><zz/></order>",
	 "request.body.additional"},
	{"XML with a name that is written otherwise", "POST /xml", "", "application/xml",
	 "<order id='1'><line/><state>open</state></order>", "request.body.additional"},
	{"XML with an element of another namespace", "POST /xml", "", "application/xml",
	 "<order id='1'><line/><note xmlns='urn:z'>a</note></order>", "request.body.additional"},
	{"XML with one element twice", "POST /xml", "", "application/xml",
	 "<order id='1'><line/><paid>true</paid><paid>true</paid></order>", "request.body.style"},
	{"XML with nil", "POST /xml", "", "application/xml",
	 "<order id='1' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><line/><n:note xmlns:n='urn:n' "
	 "xsi:nil='true'/></order>",
	 ""},
	{"XML of another root", "POST /xml", "", "application/xml", "<other id='1'><line/></other>",
	 "request.body.style"},
	{"no XML", "POST /xml", "", "application/xml", "<order>", "request.body.malformed"},
	{"XML with a document type", "POST /xml", "", "application/xml",
	 "<!DOCTYPE order><order id='1'><line/></order>", "request.body.malformed"},

	{"a text", "POST /text", "", "text/plain; charset=utf-8", "hello", ""},
	{"a text that is too long", "POST /text", "", "text/plain", "hello!", "request.body.length"},
	{"octets", "POST /octets", "", "application/octet-stream", "\xff\xfe\xfd\xfc", ""},
	{"too many octets", "POST /octets", "", "application/octet-stream", "\xff\xfe\xfd\xfc\xfb",
	 "request.body.length"},
	{"lines of JSON", "POST /lines", "", "application/jsonl", "{\"id\":1}\n{\"id\":2}\r\n", ""},
	{"a wrong line of JSON", "POST /lines", "", "application/jsonl", "{\"id\":1}\n{\"id\":\"x\"}\n",
	 "request.body.type"},
	{"a broken line of JSON", "POST /lines", "", "application/jsonl", "{\"id\":1}\n{\n",
	 "request.body.malformed"},
	{"lines of JSON as an array", "POST /lines", "", "application/x-ndjson", "1\n2\n",
	 "request.body.items"},
	{"a sequence of JSON", "POST /lines", "", "application/json-seq",
	 "\x1e"
	 "1\n\x1e"
	 "2\n",
	 ""},
	{"a wrong item of a sequence", "POST /lines", "", "application/json-seq",
	 "\x1e"
	 "1\n\x1e\"a\"\n",
	 "request.body.type"},
	{"events", "POST /lines", "", "text/event-stream",
	 ": hello\n\nevent: a\ndata: 12\ndata: 34\nid: 1\nretry: 5\n\ndata:x\r\n\r\n", ""},
	{"a wrong event", "POST /lines", "", "text/event-stream", "data: too long\n\nretry: 11\n\n",
	 "request.body.length request.body.range request.body.required"},
};

static size_t run_rows(const char *spec, const struct row *rows, size_t count)
{
	size_t wrong = 0;

	contract = contract_of_text(spec);
	for (size_t i = 0; i < count; i++) {
		struct bytes target = bytes_of(rows[i].request);
		struct bytes method = bytes_split(&target, ' ');
		struct exchange *exchange;
		char url[512];
		struct judged judged;

		snprintf(url, sizeof(url), "http://h" BYTES_FORMAT, BYTES_PRINT(target));
		exchange = request_of("GET", url);
		exchange->method = method;
		message_fields(exchange, &exchange->request, rows[i].fields);
		message_body(exchange, &exchange->request, rows[i].type, rows[i].body);
		judge(contract, exchange, &judged);
		if (strcmp(departures_text(&judged), rows[i].expected) != 0) {
			print_message("%s (%s): expected \"%s\", got \"%s\"\n", rows[i].what, rows[i].request,
				      rows[i].expected, departures_text(&judged));
			wrong++;
		}
		exchange_free(exchange);
	}
	contract_free(contract);
	return wrong;
}

static void holds_parameters(void **state)
{
	(void)state;
	assert_int_equal(
		run_rows(specs[0].text, parameter_rows, sizeof(parameter_rows) / sizeof(parameter_rows[0])),
		0);
}

static void holds_request_bodies(void **state)
{
	(void)state;
	assert_int_equal(run_rows(specs[1].text, body_rows, sizeof(body_rows) / sizeof(body_rows[0])), 0);
}

/* A body that is all there, and more than is read: it is told, once. */
static void tells_what_is_too_much(void **state)
{
	size_t depth = LIMIT_JSON_DEPTH + 1;
	char *text = calloc(1, 2 * depth + 1);
	struct exchange *exchange = request_of("POST", "http://h/only");
	struct judged judged;

	(void)state;
	assert_non_null(text);
	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	contract = contract_of_text(specs[1].text);
	message_body(exchange, &exchange->request, JSON, text);
	judge(contract, exchange, &judged);
	assert_string_equal(departures_text(&judged), "request.body.overlimit");
	exchange_free(exchange);
	contract_free(contract);
	free(text);
}

/* -- where ---------------------------------------------------------------------- */

static void expect_pointer(const char *target, const char *type, const char *body, const char *pointer)
{
	struct exchange *exchange;
	struct judged judged;
	char url[256];

	snprintf(url, sizeof(url), "http://h%s", target);
	exchange = request_of("POST", url);
	message_body(exchange, &exchange->request, type, body);
	judge(contract, exchange, &judged);
	assert_int_equal(judged.departures.count, 1);
	assert_string_equal(arena_copy(&exchange->arena, judged.list[0].pointer).data, pointer);
	exchange_free(exchange);
}

static void points_at_the_value(void **state)
{
	(void)state;
	contract = contract_of_text(specs[1].text);
	expect_pointer("/json", JSON, "{\"id\":1,\"kids\":[{\"id\":2},{\"id\":3,\"id\":4}]}", "/kids/1");
	expect_pointer("/form", FORM, "p=1|x", "/p/1");
	expect_pointer("/multi", MULTI, N PART("l", "", "1") PART("l", "", "x") END, "/l/1");
	expect_pointer("/multi", MULTI, N PART("f", "Content-Type: text/html\r\n", "a") END, "/f");
	expect_pointer("/mixed", "multipart/mixed; boundary=x",
		       "--x\r\n\r\n{}\r\n--x\r\nContent-Type: application/json\r\n\r\n{\"a\":\"x\"}\r\n--x--",
		       "/1/a");
	expect_pointer("/xml", "text/xml", "<order/>", "");
	expect_pointer("/xml", "application/xml",
		       "<order id='1'><line/><line><count>x</count></line></order>", "/line/1/count");
	expect_pointer("/lines", "application/jsonl", "{\"id\":1}\n{\"id\":\"x\"}\n", "/1/id");
	contract_free(contract);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_parameters),
		cmocka_unit_test(holds_request_bodies),
		cmocka_unit_test(tells_what_is_too_much),
		cmocka_unit_test(points_at_the_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
