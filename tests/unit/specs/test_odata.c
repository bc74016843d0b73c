/* OData services: paths, query options, payloads and what $metadata files are refused for. */
#include "specs/csdl.h"
#include "specs/lint.h"
#include "specs/odata_lexical.h"
#include "specs/odata_query.h"
#include "tests/unit/specs/contract_fixture.h"

#define V2_HEAD                                                                                              \
	"<edmx:Edmx Version='1.0' xmlns:edmx='http://schemas.microsoft.com/ado/2007/06/edmx' "               \
	"xmlns:m='http://schemas.microsoft.com/ado/2007/08/dataservices/metadata' "                          \
	"xmlns:sap='http://www.sap.com/Protocols/SAPData'><edmx:DataServices m:DataServiceVersion='2.0'>"    \
	"<Schema Namespace='N' xmlns='http://schemas.microsoft.com/ado/2008/09/edm'>"
#define TAIL "</Schema></edmx:DataServices></edmx:Edmx>"
#define V2                                                                                                   \
	V2_HEAD                                                                                              \
	"<EntityType Name='Order'><Key><PropertyRef Name='ID'/></Key>"                                       \
	"<Property Name='ID' Type='Edm.String' Nullable='false' MaxLength='4'/>"                             \
	"<Property Name='Net' Type='Edm.Decimal' Precision='5' Scale='2'/>"                                  \
	"<Property Name='At' Type='Edm.DateTime'/><Property Name='Note' Type='Edm.String' "                  \
	"sap:filterable='false'/><Property Name='Big' Type='Edm.Int64'/>"                                    \
	"<NavigationProperty Name='Items' Relationship='N.A' FromRole='o' ToRole='i'/></EntityType>"         \
	"<EntityType Name='Item'><Key><PropertyRef Name='ID'/><PropertyRef Name='Pos'/></Key>"               \
	"<Property Name='ID' Type='Edm.String' Nullable='false'/>"                                           \
	"<Property Name='Pos' Type='Edm.Int16' Nullable='false'/>"                                           \
	"<Property Name='Guid' Type='Edm.Guid'/></EntityType>"                                               \
	"<Association Name='A'><End Type='N.Order' Multiplicity='1' Role='o'/>"                              \
	"<End Type='N.Item' Multiplicity='*' Role='i'/></Association>"                                       \
	"<EntityContainer Name='C'><EntitySet Name='Orders' EntityType='N.Order' sap:deletable='false'/>"    \
	"<EntitySet Name='Items' EntityType='N.Item' sap:requires-filter='true'/>"                           \
	"<FunctionImport Name='Close' ReturnType='N.Order' EntitySet='Orders' m:HttpMethod='POST'>"          \
	"<Parameter Name='ID' Type='Edm.String' Mode='In'/></FunctionImport>"                                \
	"</EntityContainer>" TAIL

#define V4                                                                                                   \
	"<edmx:Edmx Version='4.0' xmlns:edmx='http://docs.oasis-open.org/odata/ns/edmx'><edmx:DataServices>" \
	"<Schema Namespace='a.b' Alias='S' xmlns='http://docs.oasis-open.org/odata/ns/edm'>"                 \
	"<EnumType Name='Grade'><Member Name='A'/><Member Name='B'/></EnumType>"                             \
	"<EntityType Name='Thing'><Key><PropertyRef Name='ID'/></Key>"                                       \
	"<Property Name='ID' Type='Edm.Int32' Nullable='false'/>"                                            \
	"<Property Name='Name' Type='Edm.String' Nullable='false' MaxLength='5'/>"                           \
	"<Property Name='Grade' Type='S.Grade'/><Property Name='Day' Type='Edm.Date'/>"                      \
	"<Property Name='Tags' Type='Collection(Edm.String)'/>"                                              \
	"<NavigationProperty Name='Parts' Type='Collection(S.Thing)'/></EntityType>"                         \
	"<EntityType Name='Special' BaseType='S.Thing'><Property Name='Extra' "                              \
	"Type='Edm.Byte'/></EntityType>"                                                                     \
	"<EntityType Name='Open' OpenType='true'><Key><PropertyRef Name='ID'/></Key>"                        \
	"<Property Name='ID' Type='Edm.Guid' Nullable='false'/></EntityType>"                                \
	"<Function Name='Best'><Parameter Name='of' Type='Edm.Int32' Nullable='false'/>"                     \
	"<ReturnType Type='S.Thing'/></Function>"                                                            \
	"<Action Name='Do' IsBound='true'><Parameter Name='it' Type='S.Thing'/>"                             \
	"<Parameter Name='by' Type='Edm.Int32'/></Action>"                                                   \
	"<EntityContainer Name='C'><EntitySet Name='Things' EntityType='S.Thing'/>"                          \
	"<EntitySet Name='Opens' EntityType='S.Open'/><Singleton Name='Me' Type='S.Thing'/>"                 \
	"<FunctionImport Name='Best' Function='S.Best'/></EntityContainer>" TAIL

static struct contract *service_of(const char *metadata)
{
	struct folder folder = {0};

	folder_add(&folder, "p.yaml", "partner: p\napis: [{spec: m.xml, base_path: /s}]\n");
	folder_add(&folder, "m.xml", metadata);
	return contract_of(&folder);
}

/* What is found, and what is told of it: "GET Orders(key) request.path.type:ID". */
static void expect_exchange(const struct contract *contract, struct exchange *exchange, const char *expected)
{
	struct judged judged = {0};
	struct body_reading request, response;
	char text[9000];

	judged.departures.list = judged.list;
	contract_operation(contract, NULL, exchange, &judged.match);
	body_read(exchange, &exchange->request, NULL, &request);
	body_read(exchange, &exchange->response, NULL, &response);
	conform_check(&judged.match, exchange, &request, &response, &judged.departures);
	snprintf(text, sizeof(text), "%.*s%s%s",
		 judged.match.operation == NULL ? 4 : (int)judged.match.operation->id.len,
		 judged.match.operation != NULL         ? judged.match.operation->id.data
		 : judged.match.kind == MATCH_NO_METHOD ? "verb"
							: "none",
		 judged.departures.count > 0 ? " " : "", departures_text(&judged));
	assert_string_equal(text, expected);
	exchange_free(exchange);
}

static void expect(const struct contract *contract, const char *method, const char *path,
		   const char *expected)
{
	char url[2048];

	snprintf(url, sizeof(url), "http://h%s", path);
	expect_exchange(contract, request_of(method, url), expected);
}

static void expect_body(const struct contract *contract, const char *method, const char *path,
			const char *body, const char *expected)
{
	char url[2048];
	struct exchange *exchange;

	snprintf(url, sizeof(url), "http://h%s", path);
	exchange = request_of(method, url);
	message_body(exchange, &exchange->request, "application/json", body);
	expect_exchange(contract, exchange, expected);
}

static void expect_answer(const struct contract *contract, const char *path, unsigned status,
			  const char *body, const char *expected)
{
	char url[2048];
	struct exchange *exchange;

	snprintf(url, sizeof(url), "http://h%s", path);
	exchange = request_of("GET", url);
	response_of(exchange, status, "application/json", body);
	expect_exchange(contract, exchange, expected);
}

static void finds_paths_of_version_2(void **state)
{
	struct contract *contract = service_of(V2);

	(void)state;
	expect(contract, "GET", "/s/", "GET /");
	expect(contract, "GET", "/s/$metadata", "GET $metadata");
	expect(contract, "GET", "/s;v=2/$metadata", "GET $metadata");
	expect(contract, "GET", "/s;mo/Orders", "GET Orders");
	expect(contract, "HEAD", "/s/Orders", "GET Orders");
	expect(contract, "GET", "/s/Orders('1')", "GET Orders(key)");
	expect(contract, "GET", "/s/Orders(%271%27)", "GET Orders(key)");
	expect(contract, "GET", "/s/Orders('O''N')", "GET Orders(key)");
	expect(contract, "GET", "/s/Orders(1)", "GET Orders(key) request.path.type:ID");
	expect(contract, "GET", "/s/Orders('12345')", "GET Orders(key) request.path.length:ID");
	expect(contract, "GET", "/s/Items(Pos=1,ID='x')?$filter=Pos%20eq%201", "GET Items(key)");
	expect(contract, "GET", "/s/Items(Pos=1)", "GET Items(key) request.path.required:ID");
	expect(contract, "GET", "/s/Items(Pos=1,Lot=2)",
	       "GET Items(key) request.path.property_unknown:Lot request.path.required:ID");
	expect(contract, "GET", "/s/Orders('1')/Items", "GET Orders(key)/Items");
	expect(contract, "GET", "/s/Orders('1')/Items(ID='1',Pos=2)", "GET Orders(key)/Items(key)");
	expect(contract, "GET", "/s/Orders('1')/Items(ID='1',Pos=2)/Guid/$value", "GET Orders(key)/{path}");
	expect(contract, "GET", "/s/Orders('1')/$links/Items", "GET Orders(key)/{path}");
	expect(contract, "GET", "/s/Orders/$count", "GET Orders/{path}");
	expect(contract, "MERGE", "/s/Orders('1')", "MERGE Orders(key)");
	expect(contract, "DELETE", "/s/Orders('1')", "verb");
	expect(contract, "POST", "/s/Close?ID='1'", "POST Close");
	expect(contract, "POST", "/s/Close?ID=1", "POST Close request.query.type:ID");
	expect(contract, "GET", "/s/Close?ID='1'", "verb");
	expect(contract, "GET", "/s/Bills", "none request.path.entity_unknown:Bills");
	expect(contract, "GET", "/s/Orders('1')/Lot", "none request.path.property_unknown:Lot");
	expect(contract, "GET", "/s/Orders('1'", "none request.path.entity_unknown");
	expect(contract, "GET", "/s/Items", "GET Items request.query.option_not_allowed:$filter");
	contract_free(contract);
}

static void finds_paths_of_version_4(void **state)
{
	struct contract *contract = service_of(V4);

	(void)state;
	expect(contract, "GET", "/s/Things(7)", "GET Things(key)");
	expect(contract, "GET", "/s/Things(ID=7)", "GET Things(key)");
	expect(contract, "GET", "/s/Things(-7)/Parts(3)/Parts", "GET Things(key)/{path}");
	expect(contract, "GET", "/s/Things('7')", "GET Things(key) request.path.type:ID");
	expect(contract, "GET", "/s/Things(3000000000)", "GET Things(key) request.path.type:ID");
	expect(contract, "GET", "/s/Things(@p)?@p=7", "GET Things(key)");
	expect(contract, "GET", "/s/Things/S.Special(7)/Extra", "GET Things(key)/{path}");
	expect(contract, "GET", "/s/Things/a.b.Special", "GET Things");
	expect(contract, "GET", "/s/Things(7)/Parts/$ref", "GET Things(key)/{path}");
	expect(contract, "GET", "/s/Things/$count", "GET Things/{path}");
	expect(contract, "GET", "/s/Me", "GET Me");
	expect(contract, "GET", "/s/Me/Parts", "GET Me/Parts");
	expect(contract, "GET", "/s/Best(of=7)", "GET Best");
	expect(contract, "GET", "/s/Best(of='x')", "GET Best request.path.type:of");
	expect(contract, "GET", "/s/Best()", "GET Best request.path.required:of");
	expect(contract, "POST", "/s/Things(7)/a.b.Do", "POST Things(key)/{path}");
	expect(contract, "GET", "/s/Things(7)/a.b.Do", "verb");
	expect(contract, "GET", "/s/$all", "GET $all");
	expect(contract, "GET", "/s/$entity?$id=Things(7)", "GET $entity");
	expect(contract, "GET", "/s/Opens(11111111-2222-3333-4444-555555555555)/Anything",
	       "GET Opens(key)/{path}");
	expect(contract, "MERGE", "/s/Things(7)", "verb");
	contract_free(contract);
}

static void checks_query_options(void **state)
{
	struct contract *old = service_of(V2), *now = service_of(V4);

	(void)state;
	expect(old, "GET", "/s/Orders?$top=5&$skip=0&$inlinecount=allpages&sap-client=100&x=y", "GET Orders");
	expect(old, "GET", "/s/Orders?$top=abc", "GET Orders request.query.option_not_allowed:$top");
	expect(old, "GET", "/s/Orders?$count=true", "GET Orders request.query.option_not_allowed:$count");
	expect(old, "GET", "/s/Orders?$fliter=x", "GET Orders request.query.option_not_allowed:$fliter");
	expect(old, "GET", "/s/Orders?$select=ID,Items/Pos&$expand=Items", "GET Orders");
	expect(old, "GET", "/s/Orders?$select=IDs", "GET Orders request.query.property_unknown:$select");
	expect(old, "GET", "/s/Orders?$orderby=Net%20desc,At", "GET Orders");
	expect(old, "GET",
	       "/s/Orders?$filter=At%20ge%20datetime'2026-01-01T00:00:00'%20and%20not%20(Net%20lt%205M)",
	       "GET Orders");
	expect(old, "GET", "/s/Orders?$filter=Note%20eq%20'a'",
	       "GET Orders request.query.option_not_allowed:$filter");
	expect(old, "GET", "/s/Orders?$filter=Net%20eq",
	       "GET Orders request.query.option_not_allowed:$filter");
	expect(now, "GET", "/s/Things?$expand=Parts($select=Name;$expand=Parts($levels=2);$top=1)",
	       "GET Things");
	expect(now, "GET", "/s/Things?$expand=Parts($select=Nam)",
	       "GET Things request.query.property_unknown:$select");
	expect(now, "GET", "/s/Things?$filter=Parts/any(p:p/ID%20gt%203)%20or%20Tags/all(t:t%20ne%20'x')",
	       "GET Things");
	expect(now, "GET", "/s/Things?$filter=Grade%20in%20('A','B')%20and%20startswith(Name,'x')",
	       "GET Things");
	expect(now, "GET", "/s/Things?$filter=Color%20eq%20'x'",
	       "GET Things request.query.property_unknown:$filter");
	expect(now, "GET", "/s/Things?$apply=aggregate(ID%20with%20max%20as%20Top)&$orderby=Top",
	       "GET Things");
	expect(now, "GET", "/s/Things?$inlinecount=none",
	       "GET Things request.query.option_not_allowed:$inlinecount");
	expect(now, "GET", "/s/Things?$count=maybe", "GET Things request.query.option_not_allowed:$count");
	contract_free(old);
	contract_free(now);
}

static void checks_payloads_of_version_2(void **state)
{
	struct contract *contract = service_of(V2);
	struct exchange *exchange;

	(void)state;
	expect_answer(
		contract, "/s/Orders", 200,
		"{\"d\":{\"results\":[{\"__metadata\":{\"type\":\"N.Order\"},\"ID\":\"1\",\"Net\":\"1.50\","
		"\"At\":\"/Date(0)/\",\"Big\":\"7\",\"Items\":{\"__deferred\":{}}}]}}",
		"GET Orders");
	expect_answer(contract, "/s/Orders", 200, "{\"d\":[{\"ID\":\"1\"}]}", "GET Orders");
	expect_answer(contract, "/s/Orders('1')", 200,
		      "{\"d\":{\"ID\":\"12345\",\"Net\":\"1.505\",\"At\":\"today\",\"Big\":\"x\",\"Lot\":1}}",
		      "GET Orders(key) response.body.length response.body.range response.body.format "
		      "response.body.type response.body.property_unknown");
	expect_answer(contract, "/s/Orders('1')", 404, "{\"error\":{\"code\":\"1\"}}", "GET Orders(key)");
	expect_body(contract, "POST", "/s/Orders",
		    "{\"ID\":\"1\",\"Items\":[{\"ID\":\"1\",\"Pos\":\"x\",\"Guid\":null}]}",
		    "POST Orders request.body.type");
	exchange = request_of("POST", "http://h/s/Orders('1')");
	message_fields(exchange, &exchange->request, "X-HTTP-Method: MERGE");
	message_body(exchange, &exchange->request, "application/json", "{\"Net\":\"1.00\"}");
	expect_exchange(contract, exchange, "MERGE Orders(key)");
	contract_free(contract);
}

static void checks_payloads_of_version_4(void **state)
{
	struct contract *contract = service_of(V4);

	(void)state;
	expect_answer(contract, "/s/Things", 200,
		      "{\"@odata.context\":\"x\",\"value\":[{\"ID\":1,\"Name\":\"a\",\"Grade\":\"B\","
		      "\"Tags\":[\"x\"],"
		      "\"Parts@odata.count\":0,\"Parts\":[],\"#a.b.Do\":{}}]}",
		      "GET Things");
	expect_answer(contract, "/s/Things(1)", 200,
		      "{\"ID\":1.5,\"Name\":null,\"Grade\":\"C\",\"Day\":\"2026-02-30\",\"Tags\":\"x\"}",
		      "GET Things(key) response.body.type response.body.null response.body.enum "
		      "response.body.format response.body.type");
	expect_answer(contract, "/s/Things(1)", 200, "{\"@odata.type\":\"#a.b.Special\",\"Extra\":300}",
		      "GET Things(key) response.body.range");
	expect_answer(contract, "/s/Opens", 200, "{\"value\":[{\"More\":1}]}", "GET Opens");
	expect_answer(contract, "/s/Things(1)/Name", 200, "{\"value\":\"abcdef\"}",
		      "GET Things(key)/{path} response.body.length");
	expect_body(contract, "POST", "/s/Things", "{\"ID\":1}", "POST Things request.body.required");
	expect_body(contract, "PATCH", "/s/Things(1)", "{\"Grade\":\"A\"}", "PATCH Things(key)");
	expect_body(contract, "POST", "/s/Things(1)/a.b.Do", "{\"by\":\"x\",\"to\":1}",
		    "POST Things(key)/{path} request.body.type request.body.property_unknown");
	expect_body(contract, "PATCH", "/s/Things(1)",
		    "{\"Grade\":", "PATCH Things(key) request.body.malformed");
	contract_free(contract);
}

/* -- $metadata files ------------------------------------------------------------------- */

static void expect_refused(const char *text, const char *words, unsigned line)
{
	struct folder folder = {0};
	struct problems problems;
	struct lint_report report;
	const struct problem *problem;

	folder_add(&folder, "m.xml", text);
	problems_init(&problems);
	assert_int_equal(lint_file(&folder.files, "m.xml", &report, &problems), STATUS_INVALID);
	problem = problem_with(&problems, words);
	if (problem == NULL)
		problems_print(&problems);
	assert_non_null(problem);
	assert_int_equal(problem->place.line, line);
	problems_finish(&problems);
}

static void refuses_what_is_no_service(void **state)
{
	(void)state;
	expect_refused(V2_HEAD "\n<EntityType Name='A'/>" TAIL, "not a service", 1);
	expect_refused("<edmx:Edmx Version='9' xmlns:edmx='e'/>", "version", 1);
	expect_refused("<Edmx Version='4.0'>\n<DataServices>\n<Schema/></DataServices></Edmx>", "Namespace",
		       3);
	expect_refused("<Edmx Version='4.0'>\n<DataServices></Edmx>", "not well-formed", 2);
	expect_refused("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><Edmx Version='4.0'>&b;</Edmx>",
		       "document type", 1);
}

static void reads_json_csdl(void **state)
{
	struct contract *contract = service_of(
		"{\"$Version\":\"4.01\",\"$EntityContainer\":\"N.C\",\"N\":{\"T\":{\"$Kind\":\"EntityType\","
		"\"$Key\":[\"ID\"],\"ID\":{\"$Type\":\"Edm.Int32\"},\"Kids\":{\"$Kind\":"
		"\"NavigationProperty\","
		"\"$Collection\":true,\"$Type\":\"N.T\"}},\"F\":[{\"$Kind\":\"Function\",\"$Parameter\":"
		"[{\"$Name\":\"x\",\"$Type\":\"Edm.Int32\"}],\"$ReturnType\":{\"$Type\":\"Edm.Int32\"}}],"
		"\"C\":{\"$Kind\":\"EntityContainer\",\"Ts\":{\"$Collection\":true,\"$Type\":\"N.T\"},"
		"\"F\":{\"$Function\":\"N.F\"}}}}");

	(void)state;
	expect(contract, "GET", "/s/Ts(1)/Kids", "GET Ts(key)/Kids");
	expect(contract, "GET", "/s/Ts('1')", "GET Ts(key) request.path.type:ID");
	expect(contract, "GET", "/s/F(x=1)", "GET F");
	expect_answer(contract, "/s/Ts", 200, "{\"value\":[{\"ID\":null,\"Lot\":1}]}",
		      "GET Ts response.body.null response.body.property_unknown");
	contract_free(contract);
}

/* -- literals ---------------------------------------------------------------------------- */

static void knows_literals(void **state)
{
	static const struct {
		enum edm edm;
		unsigned version;
		const char *text;
		bool fits;
	} cases[] = {
		{EDM_GUID, 2, "guid'11111111-2222-3333-4444-555555555555'", true},
		{EDM_GUID, 2, "11111111-2222-3333-4444-555555555555", false},
		{EDM_GUID, 4, "11111111-2222-3333-4444-555555555555", true},
		{EDM_DATETIME, 2, "datetime'2026-01-01T00:00'", true},
		{EDM_DATETIME, 2, "datetime'2026-13-01T00:00'", false},
		{EDM_BINARY, 2, "X'0aFF'", true},
		{EDM_BINARY, 2, "X'0aF'", false},
		{EDM_INT64, 2, "12L", true},
		{EDM_INT64, 4, "12L", false},
		{EDM_DECIMAL, 2, "1.5M", true},
		{EDM_DOUBLE, 2, "1E+10d", true},
		{EDM_TIME, 2, "time'PT1H30M'", true},
		{EDM_DURATION, 4, "duration'P1DT2H'", true},
		{EDM_DURATION, 4, "duration'P1DT'", false},
		{EDM_BYTE, 4, "256", false},
		{EDM_SBYTE, 4, "-128", true},
		{EDM_DATE, 4, "2012-02-30", false},
		{EDM_DATETIMEOFFSET, 4, "2012-09-03T13:52Z", true},
		{EDM_DATETIMEOFFSET, 4, "2012-09-03T24:00-03:00", false},
		{EDM_TIMEOFDAY, 4, "23:59:59.123", true},
		{EDM_STRING, 4, "'O''Neil'", true},
		{EDM_STRING, 4, "'O'Neil'", false},
		{EDM_BOOLEAN, 4, "true", true},
		{EDM_BOOLEAN, 4, "1", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct csdl_value value = {.edm = cases[i].edm};

		if (literal_fits(&value, cases[i].version, bytes_of(cases[i].text)) != cases[i].fits)
			fail_msg("%s of version %u", cases[i].text, cases[i].version);
	}
}

/* How many options of a query are told, where nothing is known of names. */
static size_t told_of_query(const struct csdl *csdl, struct bytes query)
{
	const struct odata_path path = {.end = ODATA_COLLECTION};
	struct exchange *exchange = exchange_new(NULL);
	struct odata_notes notes = {0};
	struct odata_context context = {.csdl = csdl, .notes = &notes, .arena = &exchange->arena};

	exchange->method = BYTES("GET");
	exchange->query = query;
	odata_query_check(&context, &path, exchange);
	exchange_free(exchange);
	return notes.count;
}

/* The expressions of the OASIS ABNF test cases: none that is good may be told as broken. */
static void takes_good_expressions(void **state)
{
	const char *folder = getenv("SPECULAR_CORPUS");
	struct document document;
	struct problems problems;
	char path[1024], line[8192];
	size_t count = 0, refused = 0;
	struct document service;
	struct csdl *csdl;
	FILE *file;

	(void)state;
	if (folder == NULL) {
		print_message("SPECULAR_CORPUS is not set\n");
		skip();
	}
	snprintf(path, sizeof(path), "%s/odata/abnf/odata-url-cases.jsonl", folder);
	file = fopen(path, "r");
	assert_non_null(file);
	problems_init(&problems);
	assert_int_equal(document_read(bytes_of(V4), "m.xml", &service, &problems), STATUS_OK);
	csdl = csdl_read(&service, &problems);
	assert_non_null(csdl);
	problems_finish(&problems);
	while (fgets(line, sizeof(line), file) != NULL) {
		struct odata_notes notes = {0};
		struct arena arena;
		struct odata_context context = {.notes = &notes, .option = BYTES("$filter"), .arena = &arena};
		struct bytes rule, input;

		problems_init(&problems);
		arena_init(&arena, MIB);
		assert_int_equal(document_read(bytes_of(line), "case", &document, &problems), STATUS_OK);
		rule = node_text(node_get(document.root, "rule"));
		input = node_text(node_get(document.root, "input"));
		if ((bytes_equal(rule, BYTES("boolCommonExpr")) || bytes_equal(rule, BYTES("notExpr")) ||
		     bytes_equal(rule, BYTES("commonExpr"))) &&
		    node_bool(node_get(document.root, "valid"), false)) {
			count++;
			if (!odata_expression_check(&context, percent_decode(input, false, &arena))) {
				print_message("refused: %.*s\n", BYTES_PRINT(input));
				refused++;
			}
		}
		if (bytes_equal(rule, BYTES("queryOptions")) &&
		    node_bool(node_get(document.root, "valid"), false)) {
			count++;
			if (told_of_query(csdl, input) > 0) {
				print_message("told: %.*s\n", BYTES_PRINT(input));
				refused++;
			}
		}
		arena_finish(&arena);
		document_finish(&document);
		problems_finish(&problems);
	}
	csdl_free(csdl);
	document_finish(&service);
	fclose(file);
	print_message("%zu expressions\n", count);
	assert_int_equal(refused, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_paths_of_version_2),
		cmocka_unit_test(finds_paths_of_version_4),
		cmocka_unit_test(checks_query_options),
		cmocka_unit_test(checks_payloads_of_version_2),
		cmocka_unit_test(checks_payloads_of_version_4),
		cmocka_unit_test(refuses_what_is_no_service),
		cmocka_unit_test(reads_json_csdl),
		cmocka_unit_test(knows_literals),
		cmocka_unit_test(takes_good_expressions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
