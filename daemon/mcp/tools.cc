#include "daemon/mcp/tools.h"

#include <algorithm>

#include "daemon/protocol/answers.h"
#include "daemon/requests/params.h"
#include "daemon/requests/point.h"

namespace dg::mcp {
namespace {

const Method* question_of(const Tool& tool) {
  const std::vector<Method>& all = methods();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Method& method) {
    return std::string_view(method.name) == tool.method;
  });
  return found == all.end() ? nullptr : &*found;
}

Json choices_json(const Parameter& parameter) {
  Json schema{{"type", "string"}};
  if (*parameter.choices != '\0') schema["enum"] = split(parameter.choices, "|");
  return schema;
}

Json property_of(const Parameter& parameter, const Tool& tool) {
  const std::string_view type = parameter.type;
  Json schema;
  if (type == "boolean") {
    schema = {{"type", "boolean"}};
  } else if (type == "integer") {
    schema = {{"type", "integer"}, {"minimum", parameter.least}, {"maximum", parameter.most}};
  } else if (type == "list") {
    schema = {{"type", "array"}, {"items", choices_json(parameter)}};
  } else {
    schema = choices_json(parameter);
  }
  schema["description"] = parameter.description;
  if (const auto preset = tool.preset.find(parameter.name); preset != tool.preset.end())
    schema["default"] = *preset;
  return schema;
}

Json input_schema(const Tool& tool, std::size_t max_bytes) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Parameter& parameter : parameters_of(tool)) {
    properties[parameter.name] = property_of(parameter, tool);
    if (parameter.required) required.push_back(parameter.name);
  }
  const Method* question = question_of(tool);
  if (question != nullptr && question->has_past) {
    properties["at"] = {{"type", "string"},
                        {"description", std::string("as it was at ") + kPointForms}};
  }
  if (question != nullptr) {
    properties["sync"] = {
        {"type", "boolean"},
        {"description", "first wait until all that is on disk now is part of the answer"},
        {"default", true}};
    properties["max_bytes"] = {{"type", "integer"},
                               {"minimum", 1000},
                               {"maximum", 10'000'000},
                               {"description", "size of the answer; what is beyond is paged"},
                               {"default", max_bytes}};
  }
  Json schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  schema["additionalProperties"] = false;
  return schema;
}

}  // namespace

const std::vector<Tool>& tools() {
  static const std::vector<Tool> all{
      {"find", "Where is it?",
       "Find functions, classes, methods and variables by exact name, prefix, part of a word, or "
       "words of signatures and doc comments. Better than a text search: exact definitions with "
       "their signature and number of callers. Example: {\"text\": \"parseUrl\"}",
       "find", true, Json::object()},
      {"show", "What is it?",
       "One function, class or method: its source text, signature, documentation, what it uses "
       "and what uses it. Example: {\"atom\": \"src/cart.ts::Cart.pay\"} or {\"atom\": "
       "\"src/cart.ts:42\"}",
       "show", true, Json{{"source", true}}},
      {"outline", "What is in this file?",
       "The functions, classes and methods of one file as a tree, each with its line and number "
       "of callers. Example: {\"file\": \"src/cart.ts\"}",
       "outline", true, Json::object()},
      {"who_calls", "Who calls it?",
       "Every call site of a function or method, with the line of source at each: bound by scope, "
       "import and type, not by name alone. Example: {\"atom\": \"Cart.pay\"}",
       "callers", true, Json{{"lines", true}}},
      {"what_breaks", "What breaks if I change it?",
       "Everything that depends on a function or method, directly or through others, nearest "
       "first, with the line of source at each call site. Ask before you change a signature. "
       "Example: {\"atom\": \"Cart.pay\", \"depth\": 3}",
       "impact", true, Json{{"lines", true}}},
      {"changes_since", "What changed in my work so far, and which callers broke?",
       "The difference of the call graph since a git revision (HEAD), a commit of the graph or a "
       "time: functions added, changed, renamed and removed, and the callers that lost their "
       "target, with their places. Ask after your edits. Example: {} or {\"since\": \"main\"} or "
       "{\"since\": \"10m ago\"}",
       "diff", true, Json::object()},
      {"what_it_calls", "What does it call?",
       "What a function calls, constructs or otherwise uses, and which of its calls lead out of "
       "the project or nowhere. Example: {\"atom\": \"checkout\"}",
       "callees", false, Json{{"lines", true}}},
      {"why_connected", "Why are A and B connected?",
       "A shortest way of calls from one atom to another. Example: {\"from\": \"checkout\", "
       "\"to\": \"src/bank.ts::transfer\"}",
       "path", false, Json::object()},
      {"explain_edge", "How did this edge come about?",
       "The sites, the rule, and imports and types followed behind one edge. Example: {\"from\": "
       "\"checkout\", \"to\": \"Cart.pay\"}",
       "why", false, Json::object()},
      {"explain_no_edge", "Why is there no edge?",
       "What stands in the way of an edge that one would expect. Example: {\"from\": "
       "\"checkout\", \"to\": \"Cart.pay\"}",
       "why-not", false, Json::object()},
      {"explain_import", "Where does this import lead?",
       "How the module specifiers of a file were resolved, candidate by candidate. Example: "
       "{\"place\": \"src/cart.ts:3\"}",
       "explain-import", false, Json::object()},
      {"history", "What happened to it?",
       "Every recorded change of an atom, a file or the project, newest first, through renames "
       "and moves. Example: {\"atom\": \"Cart.pay\", \"patch\": true}",
       "log", false, Json{{"limit", 20}}},
      {"unresolved", "What could not be resolved?",
       "References without a target in a file or folder, by reason. Example: {\"path\": \"src\"}",
       "unresolved", false, Json::object()},
      {"validate_imports", "Which imports are broken, unused or cyclic?",
       "Import problems of the project or of one file. Example: {\"file\": \"src/cart.ts\"}",
       "validate-imports", false, Json::object()},
      {"definition", "What does this name mean?",
       "What the name at a place of the source stands for. Example: {\"place\": "
       "\"src/cart.ts:42:9\"}",
       "definition", false, Json::object()},
      {"resolve", "Which atoms does this text mean?",
       "The atoms of an id, place, or name. Example: {\"text\": \"src/cart.ts:42\"}", "resolve",
       false, Json::object()},
      {"why_ignored", "Why is this file not indexed?",
       "The rule that keeps a path out of the project. Example: {\"path\": \"dist/a.js\"}",
       "why-ignored", false, Json::object()},
      {"stats", "What is in the project?",
       "Files, atoms, relations by kind and confidence, unresolved references by reason.", "stats",
       false, Json::object()},
      {"get_schema", "What are the tables and columns?",
       "Atoms' columns, the database's health, or the registry of tables. Example: {\"type\": "
       "\"registry\", \"table\": \"atoms\"}",
       "get_schema", false, Json::object()},
      {"sql", "One read-only statement",
       "A SELECT on the project's SQLite database. Example: {\"statement\": \"SELECT name, "
       "file_path FROM atoms LIMIT 5\"}",
       "sql", false, Json::object()},
      {"status", "How is the service?",
       "State, commit, number of files and atoms, last error and troubles of the service.",
       "status", false, Json::object()},
      {"restart", "Restart the service",
       "End the project's service and start it again. The database stays; this connection too.",
       "restart", false, Json::object()},
  };
  return all;
}

const Tool* find_tool(std::string_view name, bool all) {
  const std::vector<Tool>& list = tools();
  const auto found = std::find_if(list.begin(), list.end(), [&](const Tool& tool) {
    return name == tool.name && (all || tool.by_default);
  });
  return found == list.end() ? nullptr : &*found;
}

std::string nearest_tool(std::string_view name, bool all) {
  std::vector<std::string> known;
  for (const Tool& tool : tools()) {
    if (name == tool.method && (all || tool.by_default)) return tool.name;
    if (all || tool.by_default) known.emplace_back(tool.name);
  }
  return nearest(name.substr(0, 100), known);
}

const std::vector<Parameter>& parameters_of(const Tool& tool) {
  static const std::vector<Parameter> none;
  const Method* question = question_of(tool);
  return question == nullptr ? none : question->parameters;
}

bool has_parameter(const Tool& tool, std::string_view name) {
  const std::vector<Parameter>& all = parameters_of(tool);
  return std::any_of(all.begin(), all.end(),
                     [&](const Parameter& each) { return name == each.name; });
}

Json describe(const Tool& tool, std::size_t max_bytes) {
  const bool restarts = std::string_view(tool.method) == "restart";
  return Json{{"name", tool.name},
              {"title", tool.title},
              {"description", tool.description},
              {"inputSchema", input_schema(tool, max_bytes)},
              {"outputSchema", answer_schema(tool.method)},
              {"annotations",
               {{"title", tool.title},
                {"readOnlyHint", !restarts},
                {"destructiveHint", false},
                {"idempotentHint", true},
                {"openWorldHint", false}}}};
}

}  // namespace dg::mcp
