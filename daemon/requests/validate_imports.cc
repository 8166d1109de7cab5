/// \file
/// `validate-imports`: imports that are broken, unused or cyclic, and exports that nobody imports.
///
///     params  {"file", "limit"}
///     answer  kAnswer, below
///
/// `broken.failing` counts the broken imports that a run needs: not those of types, nor those in a
/// branch, a try or a function, since code that tries a module is prepared to live without it. With
/// `file` only what concerns that file.

#include <algorithm>

#include "daemon/requests/answer.h"
#include "daemon/requests/handlers.h"
#include "events/names.h"
#include "graph/queries/import_checks.h"
#include "graph/queries/why_not.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"file", "broken": {"total", "failing", "items": [{"file", "line", "col", "specifier", "name",
   "reason", "reason_text", "conditional", "type_only"}]}, "unused": {"total", "items": [{"file", "line", "col",
   "name", "specifier"}]}, "cyclic": {"total", "items": [{"files": […]}]}, "unused_exports":
   {"total", "items": [{"file", "line", "col", "name"}]}, "truncated"}
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{
      {"file", "text", "only what concerns this file"},
      {"limit", "integer", "most entries of each class (100)", false, "", 0, kMostLimit}};
  return all;
}

class Report {
 public:
  Report(std::string file, std::size_t limit) : file_(std::move(file)), limit_(limit) {}

  template <typename Entry>
  Json findings(const std::vector<ImportFinding>& all, const Entry& entry) {
    std::size_t total = 0;
    Json items = Json::array();
    for (const ImportFinding& finding : all) {
      if (!file_.empty() && finding.file->path != file_) continue;
      if (++total <= limit_) items.push_back(entry(finding));
    }
    truncated_ = truncated_ || total > limit_;
    return {{"total", total}, {"items", std::move(items)}};
  }

  Json cycles(const Snapshot& snapshot, const std::vector<std::vector<FileId>>& all) {
    std::size_t total = 0;
    Json items = Json::array();
    for (const std::vector<FileId>& cycle : all) {
      Json files = Json::array();
      bool concerns = file_.empty();
      for (const FileId id : cycle) {
        const std::string& path = snapshot.file(id)->path;
        concerns = concerns || path == file_;
        files.push_back(path);
      }
      if (concerns && ++total <= limit_) items.push_back({{"files", std::move(files)}});
    }
    truncated_ = truncated_ || total > limit_;
    return {{"total", total}, {"items", std::move(items)}};
  }

  bool truncated() const { return truncated_; }

 private:
  std::string file_;
  std::size_t limit_;
  bool truncated_ = false;
};

Json place_json(const ImportFinding& finding) {
  return {{"file", finding.file->path}, {"line", finding.at.line}, {"col", finding.at.col}};
}

Json broken_json(const ImportFinding& finding) {
  Json json = place_json(finding);
  json["specifier"] = finding.specifier;
  json["name"] = finding.name;
  json["reason"] = to_string(finding.reason);
  json["reason_text"] = reason_text(finding.reason, {});
  json["conditional"] = finding.conditional;
  json["type_only"] = finding.type_only;
  return json;
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("validate-imports", parameters(), given);
  if (!params) return params.error();
  const Snapshot& snapshot = *context.snapshot;
  std::string file = params->text("file");
  if (file.starts_with("./")) file.erase(0, 2);
  if (!file.empty() && !snapshot.file_at(file)) {
    return Error{ErrorKind::not_found, "'" + file + "'", "is no file of the index",
                 "Give a path relative to the project."};
  }
  const ImportChecks checks = check_imports(snapshot);
  Report report(file, static_cast<std::size_t>(params->integer("limit", kDefaultLimit)));
  Json result{{"file", file}};
  result["broken"] = report.findings(checks.broken, broken_json);
  result["broken"]["failing"] =
      std::count_if(checks.broken.begin(), checks.broken.end(), [&](const ImportFinding& finding) {
        return !finding.conditional && !finding.type_only &&
               (file.empty() || finding.file->path == file);
      });
  result["unused"] = report.findings(checks.unused, [](const ImportFinding& finding) {
    Json json = place_json(finding);
    json["name"] = finding.name;
    json["specifier"] = finding.specifier;
    return json;
  });
  result["cyclic"] = report.cycles(snapshot, checks.cycles);
  result["unused_exports"] =
      report.findings(checks.unused_exports, [](const ImportFinding& finding) {
        Json json = place_json(finding);
        json["name"] = finding.name;
        return json;
      });
  result["truncated"] = report.truncated();
  return with_freshness(std::move(result), context);
}

}  // namespace

Method validate_imports_method() {
  return {"validate-imports",
          "broken, unused and cyclic imports, exports that nobody imports",
          parameters(),
          answer,
          kAnswer,
          true};
}

}  // namespace dg
