#include "daemon/mcp/call.h"

#include <algorithm>

#include "daemon/protocol/json_rpc.h"
#include "daemon/requests/params.h"

namespace dg::mcp {
namespace {

/// Of a tool: those of its question, and those that every tool takes.
std::vector<Parameter> all_parameters(const Tool& tool, bool is_question) {
  std::vector<Parameter> all = parameters_of(tool);
  if (!is_question) return all;
  all.push_back({"at", "text", ""});
  all.push_back({"sync", "boolean", "first wait until all that is on disk is part of the answer"});
  all.push_back({"max_bytes", "integer", "size of the answer", false, "", 1000, 10'000'000});
  return all;
}

bool names_a_place(std::string_view parameter) {
  for (const char* name : {"atom", "from", "to", "file", "path", "place"}) {
    if (parameter == name) return true;
  }
  return false;
}

/// The parameters of the question: what was given, over the tool's own defaults.
Json params_of(const Backend& backend, const Tool& tool, const Json& arguments) {
  Json params = tool.preset;
  for (const auto& [name, value] : arguments.items()) {
    if (value.is_null() || name == "max_bytes") continue;
    params[name] = names_a_place(name) && value.is_string()
                       ? Json(backend.in_project(value.get<std::string>()))
                       : value;
  }
  if (!params.contains("sync")) params["sync"] = true;
  return params;
}

/// How many entries the longest list of an answer has.
std::size_t longest_list(const Json& answer) {
  std::size_t longest = 0;
  for (const Json& part : answer) {
    if (part.is_array()) longest = std::max(longest, part.size());
    if (part.is_object() && part.contains("items"))
      longest = std::max(longest, part["items"].size());
  }
  return longest;
}

/// What is left out, in the terms of a call; nothing where nothing is.
std::string cut_text(const Json& answer) {
  if (!answer.value("truncated", false)) return "";
  if (answer.contains("next_cursor") && answer.contains("items")) {
    return std::to_string(answer["items"].size()) + " of " +
           std::to_string(answer.value("total", std::uint64_t{0})) +
           " shown; the rest with {\"cursor\": \"" + answer.value("next_cursor", "") + "\"}\n";
  }
  return "Lists are cut (\"truncated\"), the totals are of all; more with limit and max_bytes\n";
}

/// The commands' own words for the rest of a list are of no use here.
std::string text_of(const Backend& backend, const Tool& tool, const Json& answer) {
  Json shown = answer;
  if (shown.contains("truncated")) shown["truncated"] = false;
  return cut_text(answer) + backend.text(tool.method, shown);
}

Error too_large(const Tool& tool, std::size_t bytes, std::size_t budget) {
  return {ErrorKind::usage, tool.name,
          "the answer has " + std::to_string(bytes) + " bytes, of " + std::to_string(budget) +
              " that are allowed",
          "Give \"max_bytes\": " + std::to_string(bytes + bytes / 10) +
              ", or ask for something smaller"};
}

Result<Answer> ask_within(const Backend& backend, const Tool& tool, Json params,
                          std::size_t budget) {
  const bool can_shrink = has_parameter(tool, "limit");
  while (true) {
    Result<Json> json = backend.ask(tool.method, params);
    if (!json) return json.error();
    Answer answer{std::move(*json), {}};
    answer.text = text_of(backend, tool, answer.json);
    const std::size_t bytes = std::max(answer.text.size(), to_text(answer.json).size());
    if (bytes <= budget) return answer;
    params["sync"] = false;  // Once is enough.
    if (params.value("source", false)) {
      // The text of a large class: the rest is worth having without it.
      params["source"] = false;
      Result<Answer> rest = ask_within(backend, tool, params, budget);
      if (!rest) return rest;
      const Json& atom = rest->json.at("atom");
      const std::string notice =
          "The source is left out, it needs {\"max_bytes\": " + std::to_string(bytes + bytes / 10) +
          "}: read lines " + std::to_string(atom.at("start").value("line", 0)) + " to " +
          std::to_string(atom.value("end_line", 0)) + " of " + atom.value("file", "");
      rest->json["notices"].push_back(notice);
      rest->text = notice + "\n" + rest->text;
      return rest;
    }
    const std::size_t entries = longest_list(answer.json);
    if (!can_shrink || entries <= 1) return too_large(tool, bytes, budget);
    // In proportion, and somewhat less: entries differ in size.
    params["limit"] =
        std::max<std::size_t>(1, std::min(entries - 1, entries * budget / bytes * 9 / 10));
  }
}

}  // namespace

Result<Answer> call(const Backend& backend, const Tool& tool, const Json& arguments,
                    std::size_t max_bytes) {
  const std::string_view method = tool.method;
  const bool is_question = method != "status" && method != "restart";
  const Result<Params> checked =
      Params::check(tool.name, all_parameters(tool, is_question), arguments);
  if (!checked) return checked.error();
  if (!is_question) {
    Result<Json> json =
        method == "restart" ? backend.restart() : backend.ask(tool.method, Json::object());
    if (!json) return json.error();
    Answer answer{std::move(*json), {}};
    answer.text = backend.text(tool.method, answer.json);
    return answer;
  }
  const auto budget =
      static_cast<std::size_t>(checked->integer("max_bytes", static_cast<std::int64_t>(max_bytes)));
  return ask_within(backend, tool, params_of(backend, tool, arguments), budget);
}

std::string error_text(const Error& error) {
  std::string text = error.message() + "\n";
  for (const Candidate& each : error.candidates) {
    text += "  " + (each.place.empty() ? "" : each.place + "  ") +
            (each.kind.empty() ? "" : each.kind + "  ") + each.id + "\n";
  }
  return text;
}

}  // namespace dg::mcp
