#include "sensor/problem_json.h"

static const char *level_name(enum problem_level level)
{
	return level == PROBLEM_ERROR ? "error" : level == PROBLEM_WARNING ? "warning" : "note";
}

yyjson_mut_val *problem_json(yyjson_mut_doc *doc, const struct problem *problem)
{
	yyjson_mut_val *object = yyjson_mut_obj(doc);

	yyjson_mut_obj_add_str(doc, object, "file", problem->place.file == NULL ? "" : problem->place.file);
	yyjson_mut_obj_add_uint(doc, object, "line", problem->place.line);
	yyjson_mut_obj_add_uint(doc, object, "column", problem->place.column);
	yyjson_mut_obj_add_str(doc, object, "level", level_name(problem->level));
	yyjson_mut_obj_add_str(doc, object, "id", problem->id);
	yyjson_mut_obj_add_str(doc, object, "what", problem->what);
	yyjson_mut_obj_add_str(doc, object, "mend", problem->mend);
	return object;
}
