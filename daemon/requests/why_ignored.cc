/// \file
/// `why-ignored`: why a path is or is not part of the index.
///
///     params  {"path"}
///     answer  kAnswer, below
///
/// `rule.path` is the path itself or the folder above it that the rule excludes.

#include <sys/stat.h>

#include "daemon/requests/answer.h"
#include "daemon/requests/handlers.h"
#include "daemon/watch/crawl.h"
#include "daemon/watch/ignore.h"
#include "events/names.h"
#include "parser/parse.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"path", "indexed", "ignored", "rule": {"source", "pattern", "path"} or null, ///
   "reason"}
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{
      {"path", "text", "Give a path relative to the project.", true}};
  return all;
}

struct Excluded {
  std::string path;
  IgnoreVerdict verdict;
};

/// The first of the folders above the path, and then the path, that a rule excludes.
std::optional<Excluded> excluded_by(const std::string& root, const std::string& path,
                                    bool is_folder) {
  IgnoreRules rules = IgnoreRules::load(root);
  for (std::size_t at = 0; at != std::string::npos;) {
    const std::size_t slash = path.find('/', at);
    const std::string part = path.substr(0, slash);
    const bool folder = slash != std::string::npos || is_folder;
    IgnoreVerdict verdict = rules.verdict(part, folder);
    if (verdict.ignored) return Excluded{part, std::move(verdict)};
    if (folder) rules.enter(part);
    at = slash == std::string::npos ? slash : slash + 1;
  }
  return std::nullopt;
}

std::string reason_of(const FileVersionPtr& file, bool exists, bool is_folder,
                      const std::string& path) {
  if (file && file->facts->skipped != SkipReason::none) {
    return "indexed by name only: skipped as " + std::string(to_string(file->facts->skipped));
  }
  if (file) return "indexed";
  if (!exists) return "does not exist";
  if (is_folder) return "a folder that is not ignored";
  if (is_config_name(path)) return "read as configuration; it holds no atoms";
  if (!language_of(path)) return "not a JavaScript or TypeScript source by its name";
  return "not ignored, and not indexed yet or not readable: see 'deltagraph status'";
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("why-ignored", parameters(), given);
  if (!params) return params.error();
  std::string path = params->text("path");
  while (path.starts_with("./")) path.erase(0, 2);
  while (path.ends_with('/')) path.pop_back();
  if (path.empty() || path.starts_with('/') || path == ".." || path.starts_with("../")) {
    return Error{ErrorKind::usage, "why-ignored " + params->text("path"),
                 "is not a path inside the project",
                 "Give a path relative to " + context.root + "."};
  }
  struct stat info {};
  const bool exists = lstat((context.root + "/" + path).c_str(), &info) == 0;
  const bool is_folder = exists && S_ISDIR(info.st_mode);
  const FileVersionPtr file = context.snapshot->file_at(path);
  const std::optional<Excluded> excluded = excluded_by(context.root, path, is_folder);
  Json result{{"path", path}, {"indexed", file != nullptr}, {"ignored", excluded.has_value()}};
  if (excluded) {
    result["rule"] = {{"source", excluded->verdict.source},
                      {"pattern", excluded->verdict.pattern},
                      {"path", excluded->path}};
    result["reason"] = "ignored by " + excluded->verdict.source + ": " + excluded->verdict.pattern +
                       (excluded->path == path ? "" : " (excludes " + excluded->path + ")");
  } else {
    result["rule"] = nullptr;
    result["reason"] = reason_of(file, exists, is_folder, path);
  }
  return with_freshness(std::move(result), context);
}

}  // namespace

Method why_ignored_method() {
  return {"why-ignored", "why a path is or is not part of the index", parameters(), answer,
          kAnswer};
}

}  // namespace dg
