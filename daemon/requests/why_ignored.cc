/// \file
/// `why-ignored`: why a path is or is not part of the index.
///
///     params  {"path"}
///     answer  kAnswer, below
///
/// `rule.path` is the path itself or the folder above it that the rule excludes. `link` is the
/// first symbolic link on the way to the path; `real` is null where it leads nowhere or out of the
/// project.

#include <sys/stat.h>

#include <filesystem>
#include <optional>

#include "daemon/requests/answer.h"
#include "daemon/requests/handlers.h"
#include "daemon/watch/crawl.h"
#include "daemon/watch/ignore.h"
#include "events/names.h"
#include "parser/parse.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"path", "indexed", "ignored", "rule": {"source", "pattern", "path"} or null,
   "link": {"path", "target", "real": relative to the project, or null} or null, "reason"}
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

struct Link {
  std::string path;    ///< Of the link, relative to the project.
  std::string target;  ///< As it is written in it.
  std::string real;    ///< What it names, relative to the project; empty: nothing inside of it.
  std::string reason;  ///< Why it is not followed.
};

/// What a link means to the index; it is never followed by its own name (crawl.h).
Link explain(const std::string& root, const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  Link link{path, fs::read_symlink(root + "/" + path, error).generic_string(), {}, {}};
  const std::string what = "a symbolic link to " + link.target;
  const fs::path real = fs::canonical(root + "/" + path, error);
  if (error) {
    link.reason = what + (error == std::errc::too_many_symbolic_link_levels
                              ? ", a loop of links"
                              : ", which does not exist or cannot be reached");
    return link;
  }
  const bool folder = fs::is_directory(real, error);
  const fs::path inside = real.lexically_relative(root);
  if (inside.empty() || *inside.begin() == "..") {
    link.reason = what + " outside of the project, which is not followed";
    return link;
  }
  link.real = inside.generic_string();
  link.reason = what +
                (folder ? ": links to folders are not followed; what lies there is indexed as "
                        : ": a file is indexed once, by its own path, ") +
                link.real + (folder ? "/…" : "");
  return link;
}

/// The first link on the way to the path, itself included.
std::optional<Link> link_on(const std::string& root, const std::string& path) {
  for (std::size_t at = 0; at != std::string::npos;) {
    const std::size_t slash = path.find('/', at);
    const std::string part = path.substr(0, slash);
    struct stat info {};
    const std::filesystem::path whole = std::filesystem::path(root) / part;
    if (lstat(whole.c_str(), &info) != 0) return std::nullopt;
    if (S_ISLNK(info.st_mode)) return explain(root, part);
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
  if (const char* unfit = unfit_path(path)) return std::string("not indexed: it ") + unfit;
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
  const std::optional<Link> link = link_on(context.root, path);
  result["link"] = link ? Json{{"path", link->path},
                               {"target", link->target},
                               {"real", link->real.empty() ? Json() : Json(link->real)}}
                        : Json();
  if (excluded) {
    result["rule"] = {{"source", excluded->verdict.source},
                      {"pattern", excluded->verdict.pattern},
                      {"path", excluded->path}};
    result["reason"] = "ignored by " + excluded->verdict.source + ": " + excluded->verdict.pattern +
                       (excluded->path == path ? "" : " (excludes " + excluded->path + ")");
  } else {
    result["rule"] = nullptr;
    result["reason"] = !link                ? reason_of(file, exists, is_folder, path)
                       : link->path == path ? link->reason
                                            : link->path + " is " + link->reason;
  }
  return with_freshness(std::move(result), context);
}

}  // namespace

Method why_ignored_method() {
  return {"why-ignored", "why a path is or is not part of the index", parameters(), answer,
          kAnswer};
}

}  // namespace dg
