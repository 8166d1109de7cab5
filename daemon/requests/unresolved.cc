/// \file
/// `unresolved`: references without a target in the project, by reason.
///
///     params  {"path", "reasons", "limit", "cursor"}
///     answer  kAnswer, below
///
/// `by_reason` counts all of the file, folder or project; `items` are those of `reasons`, by
/// default all but external, builtin and no_source, which leave the project. Sorted by (path,
/// place).

#include "graph/queries/unresolved.h"

#include <algorithm>
#include <array>

#include "daemon/requests/answer.h"
#include "daemon/requests/handlers.h"
#include "events/names.h"
#include "graph/queries/why_not.h"

namespace dg {
namespace {

constexpr const char* kAnswer =
    R"(  {"path", "by_reason": {"parameter": 12, …}, "items": [{"file", "line", "col", "source": id,
   "relation", "text", "reason", "reason_text", "detail"}], PAGE}
)";

const std::vector<Parameter>& parameters() {
  static const std::vector<Parameter> all{
      {"path", "text", "a file or folder; without it the whole project"},
      {"reasons", "list", "list these reasons (all that stay in the project)", false,
       "external|global|not_found|no_module|no_source|unknown_receiver|no_member|dynamic|parameter|"
       "builtin|all"},
      kLimitParameter,
      kCursorParameter};
  return all;
}

bool is_wanted(OpenReason reason, const std::vector<std::string>& reasons) {
  if (reasons.empty()) return !leaves_the_project(reason);
  return std::any_of(reasons.begin(), reasons.end(), [&](const std::string& name) {
    return name == "all" || name == to_string(reason);
  });
}

Json site_json(const Snapshot& snapshot, const OpenSite& open) {
  const AtomRef source = snapshot.atom(open.source);
  return {{"file", source.file->path},
          {"line", open.site.at.line},
          {"col", open.site.at.col},
          {"source", atom_id_text(*source.file, source.index)},
          {"relation", to_string(open.relation)},
          {"text", open.text},
          {"reason", to_string(open.reason)},
          {"reason_text", reason_text(open.reason, open.detail)},
          {"detail", open.detail}};
}

/// The path as the query wants it: a folder ends with `/`.
Result<std::string> scope_of(const Snapshot& snapshot, std::string path) {
  if (path.starts_with("./")) path.erase(0, 2);
  if (path.empty() || path == ".") return std::string();
  if (snapshot.file_at(path)) return path;
  if (!path.ends_with('/')) path += '/';
  const std::vector<FileVersionPtr> files = snapshot.files();
  const bool any = std::any_of(files.begin(), files.end(), [&](const FileVersionPtr& file) {
    return file->path.starts_with(path);
  });
  if (any) return path;
  path.pop_back();
  return Error{ErrorKind::not_found, "'" + path + "'", "is no file or folder of the index",
               "Give a path relative to the project."};
}

Result<Json> answer(const RequestContext& context, const Json& given) {
  const Result<Params> params = Params::check("unresolved", parameters(), given);
  if (!params) return params.error();
  const Snapshot& snapshot = *context.snapshot;
  const Result<Page> page = page_of("unresolved", *params, snapshot);
  if (!page) return page.error();
  const Result<std::string> scope = scope_of(snapshot, params->text("path"));
  if (!scope) return scope.error();

  const std::vector<std::string> reasons = params->list("reasons");
  std::array<std::size_t, 10> counts{};
  std::vector<OpenSite> listed;
  for (const OpenSite& site : open_sites_below(snapshot, *scope, [](OpenReason) { return true; })) {
    ++counts[static_cast<std::size_t>(site.reason)];
    if (is_wanted(site.reason, reasons)) listed.push_back(site);
  }
  Json by_reason = Json::object();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > 0) by_reason[std::string(to_string(static_cast<OpenReason>(i)))] = counts[i];
  }
  Json items = Json::array();
  for (std::size_t i = page->offset; i < listed.size() && items.size() < page->limit; ++i) {
    items.push_back(site_json(snapshot, listed[i]));
  }
  Json result{{"path", *scope}, {"by_reason", std::move(by_reason)}, {"items", std::move(items)}};
  add_page(result, *page, listed.size(), snapshot);
  return with_freshness(std::move(result), context);
}

}  // namespace

Method unresolved_method() {
  return {"unresolved", "references without a target in the project, by reason",
          parameters(), answer,
          kAnswer,      true};
}

}  // namespace dg
