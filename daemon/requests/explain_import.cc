/// \file
/// `explain-import`: how module specifiers were resolved.
///
///     params  {"place", "specifier", "require"}
///     answer  kAnswer, below
///
/// `place` is a file (all its imports) or file:line (those of the line). With `specifier` those of
/// it; where there is none, as if the file imported it. A step's kind is rule, tried (no such file
/// in the index) or found; `file` and `line` are those of the configuration that a rule comes from,
/// or of the candidate.

#include "graph/queries/explain_import.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "daemon/requests/answer.h"
#include "daemon/requests/handlers.h"
#include "events/names.h"
#include "graph/queries/why_not.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"file", "items": [{"specifier", "kind", "line", "col", "type_only", "conditional",
   "resolved": path or null, "reason", "reason_text", "detail", "steps": [{"kind", "text", "file",
   "line"}]}], "total", "broken", "one_line"}; reason, its text and detail where resolved is null
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{
      {"place", "text", "Give a file or file:line.", true},
      {"specifier", "text", "this one alone, even if the file does not import it"},
      {"require", "boolean", "resolve the specifier as require() does"}};
  return all;
}

struct Place {
  FileVersionPtr file;
  std::uint32_t line = 0;
};

Result<Place> place_of(const Snapshot& snapshot, std::string text) {
  if (text.starts_with("./")) text.erase(0, 2);
  Place place{snapshot.file_at(text), 0};
  for (int numbers = 0; numbers < 2 && !place.file; ++numbers) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos) break;
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data() + colon + 1, end, place.line);
    if (failure != std::errc() || stop != end) break;
    text.resize(colon);
    place.file = snapshot.file_at(text);
  }
  if (place.file) return place;
  return Error{ErrorKind::not_found, "'" + text + "'", "is no file of the index",
               "Give a path relative to the project; 'deltagraph why-ignored' tells why one is "
               "not part of it."};
}

std::string_view kind_text(ImportKind kind) {
  switch (kind) {
    case ImportKind::esm:
    case ImportKind::side_effect:
      return "import";
    case ImportKind::reexport:
      return "export";
    case ImportKind::dynamic:
      return "dynamic import";
    case ImportKind::require:
      return "require";
    case ImportKind::type:
      return "type import";
  }
  return "";
}

/// A file may be there and yet no part of the index.
std::string tried_text(const std::filesystem::path& root, const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(root / path, error)) return "no file " + path;
  return path + " is on disk but no part of the index: 'deltagraph why-ignored " + path +
         "' tells why";
}

Json steps_json(const std::vector<ResolutionStep>& steps, const std::filesystem::path& root) {
  Json list = Json::array();
  for (const ResolutionStep& step : steps) {
    Json json;
    switch (step.kind) {
      case ResolutionStep::Kind::rule:
        json = {{"kind", "rule"}, {"text", step.text}};
        break;
      case ResolutionStep::Kind::tried:
        json = {{"kind", "tried"}, {"text", tried_text(root, step.path)}};
        break;
      case ResolutionStep::Kind::found:
        json = {{"kind", "found"}, {"text", step.path + " is there"}};
        break;
    }
    if (!step.path.empty()) json["file"] = step.path;
    if (step.line != 0) json["line"] = step.line;
    list.push_back(std::move(json));
  }
  return list;
}

Json import_json(const ExplainedImport& import, const std::filesystem::path& root) {
  const Resolution& resolution = import.resolution;
  Json json{{"specifier", import.specifier}, {"kind", kind_text(import.kind)},
            {"line", import.at.line},        {"col", import.at.col},
            {"type_only", import.type_only}, {"conditional", import.conditional}};
  if (resolution.path.empty()) {
    json["resolved"] = nullptr;
    json["reason"] = to_string(resolution.reason);
    json["reason_text"] = reason_text(resolution.reason, resolution.detail);
    json["detail"] = resolution.detail;
  } else {
    json["resolved"] = resolution.path;
  }
  json["steps"] = steps_json(resolution.steps, root);
  return json;
}

/// Where the file writes this import, as it does; else as if it did, in its own manner.
std::vector<ExplainedImport> of_specifier(const Snapshot& snapshot, const Place& place,
                                          const std::string& specifier, bool require) {
  std::vector<ExplainedImport> written = explain_imports(snapshot, *place.file, place.line);
  std::erase_if(written, [&](const ExplainedImport& import) {
    return import.specifier != specifier || (require && import.kind != ImportKind::require);
  });
  if (!written.empty()) return written;
  const FileFacts& facts = *place.file->facts;
  const bool as_require = require || (facts.is_commonjs && !facts.is_module);
  return {explain_specifier(snapshot, *place.file, specifier, as_require)};
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("explain-import", parameters(), given);
  if (!params) return params.error();
  const Snapshot& snapshot = *context.snapshot;
  const Result<Place> place = place_of(snapshot, params->text("place"));
  if (!place) return place.error();
  std::vector<ExplainedImport> imports;
  if (params->has("specifier")) {
    imports = of_specifier(snapshot, *place, params->text("specifier"), params->flag("require"));
  } else {
    imports = explain_imports(snapshot, *place->file, place->line);
  }
  Json items = Json::array();
  std::size_t broken = 0;
  for (const ExplainedImport& import : imports) {
    items.push_back(import_json(import, context.root));
    const bool none = import.resolution.path.empty();
    if (none && import.resolution.reason == OpenReason::no_module) ++broken;
  }
  Json result{{"file", place->file->path},
              {"one_line", place->line != 0},
              {"total", items.size()},
              {"broken", broken}};
  result["items"] = std::move(items);
  return with_freshness(std::move(result), context);
}

}  // namespace

Method explain_import_method() {
  return {"explain-import", "how a module specifier was resolved, step by step",
          parameters(),     answer,
          kAnswer,          true};
}

}  // namespace dg
